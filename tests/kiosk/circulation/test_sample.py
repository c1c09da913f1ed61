"""The sample: enough of everything, and the special numbers are what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.barcode.accept import Rules
from devices.barcode.code import Code
from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings
from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.library.staff import ItemLine, StaffRoom
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import Borrowed, Item, Patron, PatronRef, Returned, Secret


@pytest.fixture
def items(library: EmbeddedLibrary) -> dict[str, ItemLine]:
    return {line.item: line for line in StaffRoom(library).items()}


def test_there_is_enough_of_everything(library: EmbeddedLibrary, items: dict[str, ItemLine]) -> None:
    with library.store.reading() as db:
        titles = db.execute("SELECT title, author, call_number FROM titles").fetchall()
    assert len(titles) == len({tuple(row) for row in titles}) == 208
    assert all(row["title"] and row["author"] and row["call_number"] for row in titles)
    assert len(items) == 261
    assert len(StaffRoom(library).members()) == 20
    assert {line.collection for line in items.values()} == {"umum", "anak", "daerah", "referensi"}


def test_numbers_are_what_the_camera_accepts_and_never_mistaken_for_the_other_kind(
    library: EmbeddedLibrary, items: dict[str, ItemLine]
) -> None:
    rules = Rules(CodeSettings())

    def kinds(numbers: Iterable[str]) -> set[Kind]:
        nowhere = ((0, 0), (0, 0), (0, 0), (0, 0))
        return {rules.judge(Code("Code128", number, nowhere)).kind for number in numbers}

    assert kinds(items) == {Kind.ITEM}
    assert kinds(line.member for line in StaffRoom(library).members()) == {Kind.PATRON}


def test_each_tag_belongs_to_one_copy_or_part(items: dict[str, ItemLine]) -> None:
    tags = [line.tag_uid for line in items.values() if line.tag_uid]
    parts = [tag_uid(sample.SET_ITEM, part) for part in (2, 3)]
    assert len(set(tags + parts)) == len(tags) + 2
    assert all(re.fullmatch("E00401[0-9A-F]{10}", tag) for tag in tags + parts)
    assert len(items) - len(tags) == 18
    assert tag_uid(sample.LAYAR_TERKEMBANG) == items[sample.LAYAR_TERKEMBANG].tag_uid == "E00401008396E132"


def test_some_names_have_one_word(library: EmbeddedLibrary) -> None:
    assert sum(" " not in line.name for line in StaffRoom(library).members()) >= 5


def test_sari_can_borrow_everything_the_demo_shows(library: EmbeddedLibrary, items: dict[str, ItemLine]) -> None:
    sari = PatronRef(sample.SARI)
    for number, item in enumerate([*sample.DEMO_ITEMS, sample.CAMERA_ITEM]):
        assert isinstance(library.checkout(f"op-{number}", sari, item), Borrowed)
    assert [items[item].title for item in sample.DEMO_ITEMS] == [
        "Layar Terkembang",
        "Salah Asuhan",
        "Hikayat Banjar",
        "Sengsara Membawa Nikmat",
    ]
    assert all(items[item].tag_uid for item in sample.DEMO_ITEMS)
    assert items[sample.CAMERA_ITEM].tag_uid == ""


def test_the_special_items_are_what_they_say(library: EmbeddedLibrary, items: dict[str, ItemLine]) -> None:
    atlas = library.item(sample.SET_ITEM)
    assert isinstance(atlas, Item)
    assert atlas.parts == 3
    assert isinstance(library.checkout("op-set", PatronRef(sample.SARI), sample.SET_ITEM), Borrowed)
    assert "Siti Nurbaya" in items[sample.HELD_ITEM].title
    assert items[sample.REFERENCE_ITEM].no_loan
    assert items[sample.ADULT_ITEM].min_age == 17
    on_loan = {line.item for line in StaffRoom(library).loans()}
    assert {*sample.ON_LOAN_ITEMS, sample.AWAITED_ITEM, sample.OVERDUE_ITEM} <= on_loan
    assert all(items[number].tag_uid for number in sample.ON_LOAN_ITEMS)


def test_two_members_have_a_pin(library: EmbeddedLibrary) -> None:
    assert [line.member for line in StaffRoom(library).members() if line.has_pin] == [sample.ANI, sample.YOHANES]
    for number, pin in ((sample.ANI, sample.ANI_PIN), (sample.YOHANES, sample.YOHANES_PIN)):
        assert isinstance(library.patron(PatronRef(number), Secret(pin)), Patron)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 27), date(2031, 7, 6)])
def test_the_sample_is_never_out_of_date(today: date, tmp_path: Path, clock: Any) -> None:
    clock.at = clock.at.replace(year=today.year, month=today.month, day=today.day)
    library = EmbeddedLibrary.open(tmp_path / "library.sqlite", create=True, clock=clock)
    load_sample(library)
    overdue = [line.item for line in StaffRoom(library).loans() if line.days_left < 0]
    assert overdue == [sample.OVERDUE_ITEM]
    returned = library.checkin("op-1", sample.ON_LOAN_ITEMS[0])
    assert isinstance(returned, Returned)
    assert (returned.again, returned.held) == (False, False)
    holds = {hold.member: hold.ready_until for hold in StaffRoom(library).holds()}
    assert holds[sample.HOLD_READY] == (today + timedelta(days=3)).isoformat()
    child = next(line for line in StaffRoom(library).members() if line.member == sample.CHILD)
    assert (today - date.fromisoformat(child.born)).days // 365 == 9
    library.close()


def test_the_sample_goes_into_an_empty_library_only(library: EmbeddedLibrary, tmp_path: Path) -> None:
    assert not StaffRoom(library).is_empty()
    with pytest.raises(LibraryError, match="empty library only"):
        load_sample(library)
    new = EmbeddedLibrary.open(tmp_path / "new.sqlite", create=True)
    assert StaffRoom(new).is_empty()
    new.close()
