"""What is exported comes back as the same."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transfer_support import bring_in, everything, written

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import StaffRoom
from kiosk.circulation.library.transfer.exporter import replacing
from kiosk.circulation.library.transfer.importer import Wishes
from kiosk.circulation.port import Patron, PatronRef, Secret

_ENDINGS = {"csv": "csv", "json": "json", "marc": "mrc"}

_TEXT = (
    st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not text.startswith("\ufeff"))
)
_SOME = _TEXT.filter(bool)
_NUMBER = _SOME.filter(lambda text: "|" not in text)
_FLAG = st.integers(0, 1)
_DAY = st.none() | st.dates(date(1900, 1, 1), date(2199, 1, 1)).map(date.isoformat)
_MEMBER = st.tuples(_SOME, st.sampled_from(["umum", "anak"]), _DAY, _DAY, _FLAG, _FLAG, _DAY, _TEXT)
_TITLE = st.tuples(_SOME, _TEXT, _TEXT, st.none() | st.integers(1000, 9999), _TEXT)
_ITEM = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["umum", "daerah"]),
    st.sampled_from(["available", "repair", "lost", "withdrawn"]),
    _FLAG,
    st.integers(1, 99),
    st.integers(0, 99),
    _TEXT,
    st.none() | st.integers(0, 10**9),
)


@pytest.fixture(scope="module")
def folder() -> Any:
    with tempfile.TemporaryDirectory() as name:
        library = EmbeddedLibrary.open(Path(name, "empty"), create=True)
        StaffRoom(library).set_up()
        library.close()
        yield Path(name)


def set_up(path: Path) -> EmbeddedLibrary:
    """A library with nothing in it, copied from the one beside it."""
    shutil.copy(path.with_name("empty"), path)
    return EmbeddedLibrary.open(path)


def fill(path: Path, members: dict[str, Any], titles: list[Any], items: dict[str, Any]) -> EmbeddedLibrary:
    library = set_up(path)
    with library.store.writing() as db:
        db.executemany(
            """INSERT INTO members (number, name, type, born, expires, pending, blocked, suspended_until, language)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [(number, *rest) for number, rest in members.items()],
        )
        db.executemany(
            "INSERT INTO titles (id, title, author, publisher, year, call_number) VALUES (?, ?, ?, ?, ?, ?)",
            [(number + 1, *rest) for number, rest in enumerate(titles)],
        )
        db.executemany(
            """INSERT INTO items (number, title_id, collection, status, no_loan, parts, min_age, location, cost)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [(number, rest[0] % len(titles) + 1, *rest[1:]) for number, rest in items.items()],
        )
    return library


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(_NUMBER, _MEMBER, min_size=1, max_size=4),
    st.lists(_TITLE, min_size=1, max_size=3),
    st.dictionaries(_NUMBER, _ITEM, min_size=1, max_size=5),
    st.sampled_from(["csv", "json", "marc"]),
)
def test_any_members_and_items_come_back(
    folder: Path, members: dict[str, Any], titles: list[Any], items: dict[str, Any], form: str
) -> None:
    library = fill(folder / "one.sqlite", members, titles, items)
    again = set_up(folder / f"two-{form}.sqlite")
    try:
        for kind in ("members", "items"):
            used = form if kind == "items" or form != "marc" else "csv"
            path = folder / f"{kind}.{_ENDINGS[used]}"
            path.write_bytes(written(library, kind, used))
            done, problems = bring_in(again, kind, path)
            assert (problems, done.bad) == ([], 0)
            assert written(again, kind) == written(library, kind)
    finally:
        again.close()
        library.close()
        for path in folder.glob("*.sqlite*"):
            path.unlink()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_whole_library_moves_house(library: EmbeddedLibrary, tmp_path: Path, clock: Any, form: str) -> None:
    staff = StaffRoom(library)
    staff.add_shelf("depan", "Rak depan")
    staff.add_hold(sample.SARI, sample.LAYAR_TERKEMBANG, this_copy=True, shelf="depan")
    with library.store.writing() as db:
        db.execute("INSERT INTO fees (member, amount, kind, item, at, op) VALUES ('A0001', 500, '=1+1', 'B1', ?, 'x')",
                   ["2026-11-01T00:00:00.000+00:00"])  # fmt: skip
    house = EmbeddedLibrary.open(tmp_path / "new.sqlite", create=True, clock=clock)
    StaffRoom(house).set_up()
    StaffRoom(house).add_shelf("depan", "Rak depan")
    for kind in ("members", "items", "loans", "holds", "fees"):
        path = tmp_path / f"{kind}.{form}"
        path.write_bytes(written(library, kind, form, with_pins=True))
        assert bring_in(house, kind, path)[1] == []
    assert everything(house) == everything(library)
    ani = house.patron(PatronRef(sample.ANI), Secret(sample.ANI_PIN))
    assert isinstance(ani, Patron)
    for number in (sample.OVERDUE, sample.HOLD_READY, sample.AT_LIMIT):
        assert house.patron(PatronRef(number), None) == library.patron(PatronRef(number), None)
    house.close()


def test_updating_from_ones_own_export_changes_nothing(library: EmbeddedLibrary, tmp_path: Path) -> None:
    before = everything(library)
    for kind, form in (("members", "csv"), ("items", "json"), ("items", "marc")):
        path = tmp_path / f"x.{_ENDINGS[form]}"
        path.write_bytes(written(library, kind, form))
        done, _ = bring_in(library, kind, path, Wishes(update=True))
        assert (done.added, done.updated, done.bad) == (0, 0, 0)
    assert everything(library) == before


def test_formulas_are_disarmed_and_come_back(library: EmbeddedLibrary, tmp_path: Path) -> None:
    with library.store.writing() as db:
        db.execute("""UPDATE members SET name = '=HYPERLINK("http://x")' WHERE number = 'A0001'""")
    text = written(library, "members").decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
    path = tmp_path / "members.csv"
    path.write_text(text, encoding="utf-8")
    assert bring_in(library, "members", path, Wishes(update=True))[0].updated == 0


def test_pins_go_out_only_when_asked_for(library: EmbeddedLibrary) -> None:
    assert b"scrypt" not in written(library, "members")
    assert written(library, "members", with_pins=True).count(b"scrypt") == 2


def test_only_items_are_marc(library: EmbeddedLibrary) -> None:
    with pytest.raises(LibraryError, match="cannot be written as MARC"):
        written(library, "members", "marc")


def test_an_export_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("before")

    def burst() -> None:
        with replacing(path) as target:
            target.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        burst()
    assert (path.read_text(), list(tmp_path.iterdir())) == ("before", [path])
    with replacing(path) as target:
        target.write(b"after")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("after", 0o600)
    with pytest.raises(LibraryError, match="cannot be written"), replacing(tmp_path / "none" / "x"):
        pass
