"""The signed extract: what is in it, what is not, and what is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offline_support import MORNING, Maker

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.offline import seal
from kiosk.circulation.offline.extract import About, Extract, MemberRecord, Terms
from kiosk.circulation.offline.keys import CardKey
from kiosk.circulation.offline.writer import Identity, next_sequence, write

TODAY = date(2026, 11, 23)


def opened(maker: Maker, path: Path) -> Extract:
    return Extract.open(path, maker.private.public_key(), maker.cards)


@pytest.fixture
def extract(maker: Maker) -> Extract:
    return opened(maker, maker.make())


# what is in it


def test_it_says_of_itself_when_and_of_what_it_was_made(extract: Extract) -> None:
    about = extract.about
    assert (about.made, about.sequence, about.source) == (MORNING, 1, "library")
    assert (about.members, about.items) == (20, 261)
    assert about.on_loan > 0
    assert about.snapshot.startswith("20261123T010000Z-")


def test_two_extracts_never_have_the_same_name(maker: Maker) -> None:
    names = {opened(maker, maker.make(f"{n}.extract")).about.snapshot for n in range(5)}
    assert len(names) == 5


def test_a_member_is_found_by_card_number_and_nobody_else_is(extract: Extract) -> None:
    sari = extract.member(sample.SARI)
    assert sari is not None
    assert (sari.type, sari.limit, sari.pin, sari.loans) == ("pelajar", 5, False, ())
    assert extract.member(f" {sample.SARI} ") == sari
    assert extract.member("A9999") is None


def test_why_a_member_may_not_borrow_is_in_it(extract: Extract) -> None:
    def member(number: str) -> MemberRecord:
        found = extract.member(number)
        assert found is not None
        return found

    assert member(sample.BLOCKED).blocked
    assert member(sample.PENDING).pending
    expires, suspended = member(sample.EXPIRED).expires, member(sample.SUSPENDED).suspended_until
    assert expires is not None
    assert expires < TODAY
    assert suspended is not None
    assert suspended > TODAY
    assert [loan.due < TODAY for loan in member(sample.OVERDUE).loans] == [True]
    assert member(sample.ANI).pin


def test_an_item_has_what_a_patron_recognises_it_by_and_what_lending_asks(extract: Extract) -> None:
    layar = extract.item(sample.LAYAR_TERKEMBANG)
    assert layar is not None
    assert (layar.item.title, layar.item.author, layar.item.parts) == (
        "Layar Terkembang",
        "Sutan Takdir Alisjahbana",
        1,
    )
    assert (layar.available, layar.no_loan, layar.due, layar.mark, layar.keep) == (True, False, None, "", None)
    reference, adult, atlas = (
        extract.item(number) for number in (sample.REFERENCE_ITEM, sample.ADULT_ITEM, sample.SET_ITEM)
    )
    assert reference is not None
    assert adult is not None
    assert atlas is not None
    assert (reference.no_loan, adult.min_age, atlas.item.parts) == (True, 17, 3)
    assert extract.item("B99999") is None


def test_who_has_an_item_can_be_asked_only_with_card_and_item_in_hand(maker: Maker, extract: Extract) -> None:
    member = extract.member(sample.OVERDUE)
    assert member is not None
    assert [loan.pair for loan in member.loans] == [maker.cards.pair(sample.OVERDUE, sample.OVERDUE_ITEM)]
    item = extract.item(sample.OVERDUE_ITEM)
    assert item is not None
    assert item.due == member.loans[0].due


def test_the_mark_of_a_loan_is_the_systems_own(maker: Maker, extract: Extract) -> None:
    library = EmbeddedLibrary.open(maker.library)
    copy = library.copy(sample.OVERDUE_ITEM)
    library.close()
    item = extract.item(sample.OVERDUE_ITEM)
    assert item is not None
    assert item.mark == copy.mark != ""  # type: ignore[union-attr]


def test_a_kept_copy_says_until_when_and_for_whom(maker: Maker, extract: Extract) -> None:
    held = extract.item(sample.HELD_ITEM)
    assert held is not None
    assert held.keep is not None
    assert maker.cards.pair(sample.HOLD_READY, sample.HELD_ITEM) in held.keep.pairs
    assert maker.cards.pair(sample.SARI, sample.HELD_ITEM) not in held.keep.pairs


def test_every_copy_of_a_title_that_somebody_waits_for_is_kept(maker: Maker, extract: Extract) -> None:
    awaited = extract.item(sample.AWAITED_ITEM)
    assert awaited is not None
    assert awaited.keep is not None
    assert awaited.keep.until is None
    assert awaited.keep.pairs == {maker.cards.pair(sample.HOLD_WAITING, sample.AWAITED_ITEM)}


def test_the_terms_are_the_librarys(maker: Maker, extract: Extract) -> None:
    terms = extract.about.terms
    rule = terms.rule("umum", "daerah")
    assert rule is not None
    assert (rule.days, rule.working_days, rule.suspend) == (7, True, True)
    assert not terms.calendar.is_open(date(2026, 11, 29))  # a Sunday
    assert terms.rule("nobody", "umum") is None


def test_a_rule_for_the_very_collection_goes_first(maker: Maker, change: Callable[..., None]) -> None:
    change(
        """INSERT INTO rules (member_type, collection, days, working_days, renewals, fee_per_day, suspend, grace)
           VALUES ('umum', 'daerah', 3, 0, 0, 0, 0, 0)"""
    )
    terms = opened(maker, maker.make()).about.terms
    daerah, umum = terms.rule("umum", "daerah"), terms.rule("umum", "umum")
    assert daerah is not None
    assert umum is not None
    assert (daerah.days, umum.days) == (3, 7)


def test_a_removed_member_is_not_in_it(maker: Maker, change: Callable[..., None]) -> None:
    change("UPDATE members SET removed = 1 WHERE number = ?", sample.YOHANES)
    assert opened(maker, maker.make()).member(sample.YOHANES) is None


def test_pins_that_the_library_requires_of_all_are_asked_of_all(maker: Maker, change: Callable[..., None]) -> None:
    change("UPDATE policy SET pins = 'required'")
    sari = opened(maker, maker.make()).member(sample.SARI)
    assert sari is not None
    assert sari.pin


def test_blocked_cards_are_a_set_of_short_hashes(maker: Maker) -> None:
    extract = opened(maker, maker.make(blocked=frozenset({"A9998", sample.YOHANES, " "})))
    assert extract.is_blocked("A9998")
    assert extract.is_blocked(sample.YOHANES)
    assert extract.is_blocked(sample.BLOCKED)
    assert not extract.is_blocked(sample.SARI)
    assert extract.about.blocked == 3


@given(st.sets(st.text(min_size=1, max_size=12), max_size=60), st.sets(st.text(min_size=1, max_size=12), max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_blocked_set_has_exactly_what_was_put_in(
    tmp_path: Path, maker: Maker, blocked: set[str], others: set[str]
) -> None:
    path = tmp_path / "blocked.extract"
    marks = (maker.cards.card(number) for number in blocked)
    write(path, Identity(MORNING, 1, "files"), Terms(), (), (), marks, maker.cards, maker.private)
    extract = opened(maker, path)
    assert all(extract.is_blocked(number) for number in blocked)
    stripped = {number.strip() for number in blocked}
    assert not any(extract.is_blocked(number) for number in others if number.strip() not in stripped)


# what is not


def test_nobodys_number_name_birthday_or_debt_is_in_it(maker: Maker, change: Callable[..., None]) -> None:
    change("INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 987654, 'late', '2026-11-01', 'x')", sample.SARI)
    change("UPDATE members SET name = 'Qwertyna Zulaikhah' WHERE number = ?", sample.SARI)
    content = maker.make().read_bytes()
    assert b"Qwertyna" not in content
    with sqlite3.connect(maker.library) as db:
        people = db.execute("SELECT number, born, pin FROM members").fetchall()
    assert len(people) == 20
    for person in people:
        for secret in person:
            assert not secret or str(secret).encode() not in content
    sari = opened(maker, maker.make()).member(sample.SARI)
    assert sari is not None
    assert (sari.first_name, sari.owed) == ("", 0)


def test_first_names_and_debts_only_where_the_library_asks_for_them(maker: Maker, change: Callable[..., None]) -> None:
    change("INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')", sample.SARI)
    change("UPDATE policy SET fee_block = 1000")
    bare, full = opened(maker, maker.make()), opened(maker, maker.make(names=True, fees=True))
    sari = full.member(sample.SARI)
    assert sari is not None
    assert (sari.first_name, sari.owed) == ("Sari", 5000)
    assert (full.about.terms.policy.fee_block, bare.about.terms.policy.fee_block) == (1000, None)


def test_ages_stop_at_the_highest_age_any_item_asks_for(maker: Maker, extract: Extract) -> None:
    adults = [extract.member(number) for number in (sample.ANI, sample.YOHANES, sample.STAFF)]
    assert {member.age for member in adults if member is not None} == {17}
    child = extract.member(sample.CHILD)
    assert child is not None
    assert child.age is not None
    assert child.age < 17


def test_without_age_limits_nobodys_age_is_in_it(maker: Maker, change: Callable[..., None]) -> None:
    change("UPDATE items SET min_age = 0")
    child = opened(maker, maker.make()).member(sample.CHILD)
    assert child is not None
    assert child.age is None


@given(st.text(min_size=1, max_size=30), st.binary(min_size=32, max_size=32))
def test_hashes_depend_on_the_key(number: str, secret: bytes) -> None:
    one, other = CardKey(secret), CardKey(bytes(32))
    assert len(one.card(number)) == 12
    assert (one.card(number) == other.card(number)) == (secret == bytes(32))
    assert repr(secret) not in repr(one)


# making does not disturb


def test_the_library_is_read_and_nothing_more(maker: Maker) -> None:
    before = maker.library.read_bytes()
    maker.make()
    assert maker.library.read_bytes() == before


def test_a_library_in_use_can_be_read(maker: Maker) -> None:
    library = EmbeddedLibrary.open(maker.library)
    with library.store.writing() as db:
        db.execute("UPDATE members SET blocked = 1 WHERE number = ?", [sample.SARI])
        sari = opened(maker, maker.make()).member(sample.SARI)
    library.close()
    assert sari is not None
    assert not sari.blocked  # what is not committed has not happened


@pytest.mark.parametrize("content", [None, b"", b"no library at all" * 400])
def test_what_is_no_library_is_said_in_a_sentence(maker: Maker, content: bytes | None) -> None:
    maker.library.unlink()
    if content is not None:
        maker.library.write_bytes(content)
    with pytest.raises(OfflineError, match=r"library\.sqlite: .*\."):
        maker.make()
    assert list(maker.folder.glob("*extract*")) == []


def test_a_library_of_another_version_is_not_guessed_at(maker: Maker, change: Callable[..., None]) -> None:
    change("DELETE FROM _sqlite_migrations WHERE name = '0002-staff'")
    with sqlite3.connect(maker.library) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = '0001-library'")
    with pytest.raises(OfflineError, match="another version"):
        maker.make()


def test_a_member_twice_makes_no_extract(maker: Maker, tmp_path: Path) -> None:
    twice = [MemberRecord(card=b"x" * 12, type="umum", limit=1)] * 2
    with pytest.raises(OfflineError, match="a member comes twice"):
        write(tmp_path / "x.extract", Identity(MORNING, 1, "files"), Terms(), twice, (), (), maker.cards, maker.private)
    assert not list(tmp_path.glob("*extract*"))


def test_numbers_of_extracts_grow_even_when_the_clock_does_not() -> None:
    assert next_sequence(MORNING, 0) == int(MORNING.timestamp())
    assert next_sequence(MORNING, 2_000_000_000) == 2_000_000_001
    assert next_sequence(MORNING - timedelta(days=4000), int(MORNING.timestamp())) == int(MORNING.timestamp()) + 1


# what is refused


def test_any_changed_byte_is_noticed(maker: Maker) -> None:
    path = maker.make()
    whole = path.read_bytes()
    places = [0, 17, 24, 100, 4095, 4096, len(whole) // 2, len(whole) - 97, *range(len(whole) - 96, len(whole))]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(OfflineError, match=r"\.$"):
            opened(maker, path)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_or_lengthened_file_is_noticed(maker: Maker, data: st.DataObject) -> None:
    path = maker.folder / "cut.extract"
    if not path.exists():
        maker.make(path.name)
        (maker.folder / "whole").write_bytes(path.read_bytes())
    whole = (maker.folder / "whole").read_bytes()
    length = data.draw(st.integers(0, len(whole) - 1))
    added = data.draw(st.binary(max_size=200))
    changed = whole[:length] + added
    path.write_bytes(changed)
    if changed != whole:
        with pytest.raises(OfflineError):
            opened(maker, path)


def test_another_signing_key_is_named(maker: Maker) -> None:
    path = maker.make()
    with pytest.raises(OfflineError, match="signed with another key"):
        Extract.open(path, Ed25519PrivateKey.generate().public_key(), maker.cards)


def test_another_card_key_is_noticed_before_it_finds_nobody(maker: Maker) -> None:
    path = maker.make()
    with pytest.raises(OfflineError, match="another card key"):
        Extract.open(path, maker.private.public_key(), CardKey(b"z" * 32))


def test_a_format_of_the_future_is_named(maker: Maker) -> None:
    path = maker.make()
    body = path.read_bytes()[: -seal.TRAILER]
    path.write_bytes(body)
    with sqlite3.connect(path) as db:
        about = msgspec.json.decode(db.execute("SELECT text FROM about").fetchone()[0], type=About)
        newer = msgspec.structs.replace(about, format=2)
        db.execute("UPDATE about SET text = ?", [msgspec.json.encode(newer).decode()])
    seal.seal(path, maker.private)
    with pytest.raises(OfflineError, match="format 2"):
        opened(maker, path)


@pytest.mark.parametrize("content", ["no database at all", "database"])
def test_a_sealed_file_that_is_no_extract_is_refused(maker: Maker, content: str) -> None:
    path = maker.folder / "x.extract"
    if content == "database":
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE something (x)")
    else:
        path.write_text(content * 20)
    seal.seal(path, maker.private)
    with pytest.raises(OfflineError, match="another version"):
        opened(maker, path)


def test_none_at_all_says_how_to_bring_one(maker: Maker) -> None:
    with pytest.raises(OfflineError, match="pustaka offline install"):
        opened(maker, maker.folder / "missing.extract")


def test_sqlite_finds_the_sealed_file_whole(maker: Maker) -> None:
    path = maker.make()
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_questions_need_the_index_only(maker: Maker) -> None:
    """Opening and asking reads a few pages, however many members there are."""
    path = maker.make()
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
        for query in ("SELECT * FROM members WHERE card = x'00'", "SELECT * FROM items WHERE number = 'B'"):
            (plan,) = db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            assert plan[3].startswith("SEARCH")
