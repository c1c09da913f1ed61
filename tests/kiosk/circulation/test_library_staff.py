"""What staff change, remove, lose and replace; shelves, openings, PIN policy."""

from __future__ import annotations

import sqlite3
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import changes, losses, policy, removals, sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.schema import MIGRATIONS, STEPS
from kiosk.circulation.library.show import ItemShown, MemberShown, look_up
from kiosk.circulation.library.staff import NewItem, NewMember, NewRule, StaffRoom
from kiosk.circulation.port import (
    Bin,
    Borrowed,
    Code,
    Hold,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Secret,
)

SARI = PatronRef(sample.SARI)
LAYAR = sample.LAYAR_TERKEMBANG


def op() -> str:
    return str(uuid.uuid4())


def account(library: EmbeddedLibrary, number: str) -> Patron:
    patron = library.patron(PatronRef(number), None)
    assert isinstance(patron, Patron)
    return patron


def code(outcome: object) -> Code:
    assert isinstance(outcome, Refused)
    return outcome.refusal.code


def state(library: EmbeddedLibrary, number: str) -> str:
    shown = look_up(library, number)
    assert shown is not None
    return " ".join(shown.state)


# hold shelves


def test_a_ready_hold_lies_on_the_usual_shelf(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_shelf("depan", "Rak depan")
    staff.add_shelf("anak", "Rak anak")
    library.checkin(op(), sample.AWAITED_ITEM)
    assert account(library, sample.HOLD_WAITING).holds == (Hold("Pulang", date(2026, 11, 26), shelf="Rak depan"),)
    assert "Kept on 'Rak depan' for A0019 until 2026-11-26." in state(library, sample.AWAITED_ITEM)


def test_a_hold_can_be_fetched_from_another_shelf(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_shelf("depan", "Rak depan")
    staff.add_shelf("anak", "Rak anak", usual=True)
    staff.add_shelf("bus", "Mobil keliling")
    staff.add_item(NewItem("N1", "Satu"))
    library.checkout(op(), SARI, "N1")
    staff.add_hold(sample.HOLD_WAITING, "N1", shelf="bus")
    library.checkin(op(), "N1")
    assert [hold.shelf for hold in staff.holds() if hold.ready_item == "N1"] == ["Mobil keliling"]
    with library.store.reading() as db:
        assert policy.read(db).shelf == "anak"
    with pytest.raises(LibraryError, match="no hold shelf 'atas'"):
        staff.add_hold(sample.SARI, "N1", shelf="atas")
    with pytest.raises(LibraryError, match="Holds lie"):
        removals.remove(library, "shelf", "bus")
    removals.remove(library, "shelf", "anak")
    with library.store.reading() as db:
        assert policy.read(db).shelf == ""


def test_a_cancelled_hold_says_which_copy_to_take_off_the_shelf(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    (ready, waiting) = staff.holds()
    assert removals.cancel_hold(library, ready.hold) == sample.HELD_ITEM
    assert removals.cancel_hold(library, waiting.hold) == ""
    assert staff.holds() == []
    assert isinstance(library.checkout(op(), SARI, sample.HELD_ITEM), Borrowed)
    with pytest.raises(LibraryError, match="no running hold 1"):
        removals.cancel_hold(library, 1)


def test_a_copy_that_is_freed_goes_to_the_next_when_it_is_checked_in(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_hold(sample.SARI, sample.HELD_ITEM, this_copy=True)
    removals.cancel_hold(library, staff.holds()[0].hold)
    returned = library.checkin(op(), sample.HELD_ITEM)
    assert isinstance(returned, Returned)
    assert (returned.held, account(library, sample.SARI).holds[0].ready_until) == (True, date(2026, 11, 26))


# lost and replaced


def test_a_lost_copy_ends_its_loan_and_costs_what_it_costs(library: EmbeddedLibrary) -> None:
    changes.change_item(library, sample.OVERDUE_ITEM, {"cost": 85000})
    assert losses.lose(library, sample.OVERDUE_ITEM) == losses.Lost(was_on_loan=True, charged=85000)
    patron = account(library, sample.OVERDUE)
    assert (patron.loans, patron.fees, patron.blocked) == ((), 85000, None)  # no suspension for a loss
    assert code(library.checkout(op(), SARI, sample.OVERDUE_ITEM)) is Code.UNAVAILABLE
    returned = library.checkin(op(), sample.OVERDUE_ITEM)
    assert isinstance(returned, Returned)
    assert (returned.bin, returned.again) == (Bin.STAFF, True)


def test_without_a_cost_of_its_own_the_librarys_fee_counts(library: EmbeddedLibrary) -> None:
    changes.change_policy(library, {"replacement_fee": 50000})
    assert losses.lose(library, sample.OVERDUE_ITEM).charged == 50000
    assert losses.lose(library, sample.ON_LOAN_ITEMS[0], charge=0).charged == 0
    assert losses.lose(library, LAYAR) == losses.Lost(was_on_loan=False, charged=0)
    with pytest.raises(LibraryError, match="no item X"):
        losses.lose(library, "X")


def test_whoever_waited_for_a_lost_copy_waits_again(library: EmbeddedLibrary) -> None:
    losses.lose(library, sample.HELD_ITEM)
    assert account(library, sample.HOLD_READY).holds[0].ready_until is None


def test_a_replacement_waives_what_is_still_owed_for_the_loss(library: EmbeddedLibrary) -> None:
    losses.lose(library, sample.OVERDUE_ITEM, charge=50000)
    StaffRoom(library).add_item(NewItem("N1", "Belenggu", "Armijn Pane"))
    assert losses.fee(library, sample.OVERDUE, -20000, "payment") == 30000
    assert losses.replace(library, sample.OVERDUE_ITEM, "N1") == 30000
    assert account(library, sample.OVERDUE).fees == 0
    assert losses.replace(library, sample.OVERDUE_ITEM, "N1") == 0
    assert state(library, sample.OVERDUE_ITEM) == "Withdrawn. It was replaced by N1."


def test_what_cannot_be_replaced(library: EmbeddedLibrary) -> None:
    for by, why in ((LAYAR, "cannot replace itself"), ("X", "no item X")):
        with pytest.raises(LibraryError, match=why):
            losses.replace(library, LAYAR, by)
    with pytest.raises(LibraryError, match="is on loan"):
        losses.replace(library, sample.OVERDUE_ITEM, LAYAR)


def test_no_more_is_paid_than_is_owed(library: EmbeddedLibrary) -> None:
    assert losses.fee(library, sample.SARI, 5000, "damage", LAYAR) == 5000
    for amount in (-5001, 0):
        with pytest.raises(LibraryError, match="Rp5000 is owed"):
            losses.fee(library, sample.SARI, amount, "payment")
    with pytest.raises(LibraryError, match="no member"):
        losses.fee(library, "X", 1, "other")


# members and items


@pytest.mark.parametrize(
    ("change", "blocked"),
    [
        ({"blocked": 1}, Refusal(Code.BLOCKED)),
        ({"pending": 1}, Refusal(Code.PENDING)),
        ({"suspended_until": "2026-12-01"}, Refusal(Code.SUSPENDED, until=date(2026, 12, 1))),
        ({"expires": "2026-11-22"}, Refusal(Code.EXPIRED, until=date(2026, 11, 22))),
    ],
)
def test_staff_set_what_stands_in_a_members_way(
    library: EmbeddedLibrary, change: dict[str, Any], blocked: Refusal
) -> None:
    changes.change_member(library, sample.SARI, change)
    assert account(library, sample.SARI).blocked == blocked
    changes.change_member(library, sample.SARI, {"blocked": 0, "pending": 0, "suspended_until": None, "expires": None})
    assert account(library, sample.SARI).blocked is None


def test_what_cannot_be_changed_is_explained(library: EmbeddedLibrary) -> None:
    with pytest.raises(LibraryError, match="no such member"):
        changes.change_member(library, "X", {"blocked": 1})
    with pytest.raises(LibraryError, match="member type is not in the library"):
        changes.change_member(library, sample.SARI, {"type": "raja"})
    with pytest.raises(LibraryError, match="no 'pin' to change"):
        changes.change_member(library, sample.SARI, {"pin": "x"})
    with pytest.raises(LibraryError, match="Nothing to change"):
        changes.change_member(library, sample.SARI, {})
    with pytest.raises(LibraryError, match="collection is not"):
        changes.change_item(library, LAYAR, {"collection": "x"})
    with pytest.raises(LibraryError, match="no item X"):
        changes.change_item(library, "X", {"parts": 2})
    with pytest.raises(LibraryError, match="no rule for exactly"):
        changes.change_rule(library, "umum", "daerah", {"days": 3})


def test_a_title_is_corrected_for_all_its_copies(library: EmbeddedLibrary) -> None:
    changes.change_item(library, "B00101", {"title": "Sitti Nurbaya", "location": "A1"})
    lines = {line.item: line for line in StaffRoom(library).items("Sitti Nurbaya")}
    assert (lines["B00101"].location, lines["B00102"].location) == ("A1", "")


def test_a_member_is_erased_and_the_figures_stay(library: EmbeddedLibrary) -> None:
    library.checkout(op(), SARI, LAYAR)
    with pytest.raises(LibraryError, match="something on loan"):
        removals.remove_member(library, sample.SARI)
    library.checkin(op(), LAYAR)
    losses.fee(library, sample.SARI, 1000, "damage")
    with pytest.raises(LibraryError, match="owes something"):
        removals.remove_member(library, sample.SARI)
    losses.fee(library, sample.SARI, -1000, "payment")
    StaffRoom(library).add_hold(sample.SARI, LAYAR)
    mark = library.fingerprint(LAYAR)
    assert removals.remove_member(library, sample.SARI)
    assert library.patron(SARI, None) == Refusal(Code.NO_MATCH)
    assert (library.fingerprint(LAYAR), StaffRoom(library).count()) == (mark, (261, 19))
    with library.store.reading() as db:
        tables = ("members", "loans", "fees", "holds", "pin_tries")
        kept = str([tuple(row) for table in tables for row in db.execute(f"SELECT * FROM {table}")])
        stand_in = db.execute("SELECT number FROM members WHERE removed = 1").fetchone()["number"]
    assert "Sari Wulandari" not in kept
    assert "A0001'" not in kept
    assert library.patron(PatronRef(stand_in), None) == Refusal(Code.NO_MATCH)
    StaffRoom(library).add_member(NewMember(sample.SARI, "Orang lain"))
    assert account(library, sample.SARI).loans == ()
    assert not removals.remove_member(library, sample.SARI)
    with pytest.raises(LibraryError, match="no member"):
        removals.remove_member(library, "X")


def test_only_a_copy_without_history_is_removed(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_item(NewItem("N1", "Baru", location="A1", cost=1))
    removals.remove_item(library, "N1")
    assert look_up(library, "N1") is None
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM titles WHERE title = 'Baru'").fetchone()[0] == 0
    with pytest.raises(LibraryError, match="has a history"):
        removals.remove_item(library, sample.OVERDUE_ITEM)
    staff.add_item(NewItem("N1", "Baru"))
    staff.add_hold(sample.SARI, "N1")
    with pytest.raises(LibraryError, match="Somebody waits"):
        removals.remove_item(library, "N1")


def test_what_is_in_use_is_not_removed(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_type("guru", "Guru", 5)
    staff.add_collection("av", "Audio visual")
    removals.remove(library, "type", "guru")
    removals.remove(library, "collection", "av")
    for what, key in (("type", "umum"), ("collection", "umum")):
        with pytest.raises(LibraryError, match="still in use"):
            removals.remove(library, what, key)
    with pytest.raises(LibraryError, match="no such holiday"):
        removals.remove(library, "holiday", "2026-01-02")


def test_staff_give_and_take_pins(library: EmbeddedLibrary) -> None:
    for _ in range(3):
        library.patron(PatronRef(sample.ANI), Secret("0000"))
    changes.change_pin(library, sample.ANI, Secret("1111"))
    assert isinstance(library.patron(PatronRef(sample.ANI), Secret("1111")), Patron)
    changes.change_pin(library, sample.ANI, None)
    assert isinstance(library.patron(PatronRef(sample.ANI), None), Patron)
    with pytest.raises(LibraryError, match="no such member"):
        changes.change_pin(library, "X", None)


# rules, days, policy


def test_an_extra_opening_counts_as_a_working_day(library: EmbeddedLibrary) -> None:
    StaffRoom(library).add_opening(date(2026, 11, 29), "Festival")  # a Sunday
    borrowed = library.checkout(op(), SARI, LAYAR)
    assert isinstance(borrowed, Borrowed)
    assert borrowed.due == date(2026, 11, 30)
    removals.remove(library, "opening", "2026-11-29")
    renewed = library.renew(op(), SARI, LAYAR)
    assert isinstance(renewed, Renewed)
    assert renewed.due == date(2026, 12, 1)


def test_a_new_rule_applies_at_once(library: EmbeddedLibrary) -> None:
    StaffRoom(library).add_rule(NewRule("pelajar", "daerah", days=3, working_days=False, limit=1))
    borrowed = library.checkout(op(), SARI, sample.HIKAYAT_BANJAR)
    assert isinstance(borrowed, Borrowed)
    assert borrowed.due == date(2026, 11, 26)
    assert code(library.checkout(op(), SARI, sample.CAMERA_ITEM)) is Code.LIMIT
    changes.change_rule(library, "pelajar", "daerah", {"loan_limit": None})
    changes.change_limit(library, "pelajar", 1)
    assert code(library.checkout(op(), SARI, sample.CAMERA_ITEM)) is Code.LIMIT
    with pytest.raises(LibraryError, match="already a rule"):
        StaffRoom(library).add_rule(NewRule("pelajar", "daerah"))
    with pytest.raises(LibraryError, match="collection 'x' is not"):
        StaffRoom(library).add_rule(NewRule("pelajar", "x"))
    with pytest.raises(LibraryError, match="any collection"):
        StaffRoom(library).add_collection("*", "x")


def test_a_library_is_open_on_some_day(library: EmbeddedLibrary) -> None:
    with pytest.raises(LibraryError, match="never expect"):
        changes.closed_weekdays(library, frozenset(range(7)))
    changes.closed_weekdays(library, frozenset({5, 6}))
    with library.store.reading() as db:
        assert policy.read(db).closed == ("sat", "sun")


@pytest.mark.parametrize(
    ("decided", "renewed"),
    [
        ({}, True),
        ({"overdue_blocks_renewal": 1}, False),
        ({"overdue_blocks_renewal": 1, "block_overdue": 0}, True),
        ({"fee_block": 100}, False),
        ({"fee_block": 100, "fee_blocks_renewal": 0}, True),
        ({"fee_block": 1000}, True),
    ],
)
def test_what_overdue_and_debt_block_is_the_librarys_choice(
    library: EmbeddedLibrary, clock: Any, decided: dict[str, Any], renewed: bool
) -> None:
    changes.change_policy(library, {"fee_block": None, **decided})
    with library.store.writing() as db:
        db.execute("UPDATE loans SET due = '2026-11-20' WHERE item = 'B00205'")
        db.execute("UPDATE rules SET renewals = 5")
    losses.fee(library, "A0012", 1000, "damage")
    answer = library.renew(op(), PatronRef("A0012"), "B00226")
    assert isinstance(answer, Renewed) is renewed


# PINs


def test_where_pins_are_required_nobody_learns_which_card_exists(library: EmbeddedLibrary) -> None:
    changes.change_policy(library, {"pins": "required"})
    for number in (sample.ANI, sample.SARI, "A9999"):  # with a PIN, without one, unknown
        ref = PatronRef(number)
        assert library.patron(ref, None) == Refusal(Code.PIN_REQUIRED)
        answers = [library.patron(ref, Secret("0000")) for _ in range(3)]
        assert [answer.code for answer in answers if isinstance(answer, Refusal)] == [
            Code.NO_MATCH,
            Code.NO_MATCH,
            Code.PIN_LOCKED,
        ]
        locked = library.patron(ref, None)
        assert isinstance(locked, Refusal)
        assert (locked.code, locked.limit) == (Code.PIN_LOCKED, 3)
    changes.change_pin(library, sample.SARI, Secret("2468"))
    assert isinstance(library.patron(SARI, Secret("2468")), Patron)


# looking up


def test_how_a_copy_stands_in_words(library: EmbeddedLibrary) -> None:
    assert state(library, LAYAR) == "In the library."
    assert state(library, sample.OVERDUE_ITEM) == "On loan to A0008 until 2026-11-18 (5 days overdue, renewed 0 times)."
    assert state(library, sample.REFERENCE_ITEM) == "In the library. It is not for loan: to be used in the library."
    assert "It is lent from 17 years of age." in state(library, sample.ADULT_ITEM)
    assert state(library, sample.AWAITED_ITEM).endswith("1 hold waits for it or its title.")
    assert (state(library, "B00201"), state(library, "B00182")) != ("In the library.", "In the library.")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (sample.SARI, "May borrow 5 more of 5. Has no PIN."),
        (sample.ANI, "May borrow 3 more of 3."),
        (sample.EXPIRED, "May not borrow: the membership ended on 2026-11-11. Has no PIN."),
        (sample.PENDING, "May not borrow: the membership is not active yet. Has no PIN."),
        (sample.BLOCKED, "May not borrow: blocked by staff. Has no PIN."),
        (sample.SUSPENDED, "May not borrow: suspended, again from 2026-11-27. Has no PIN."),
        (sample.OVERDUE, "May not borrow: 1 overdue. Has no PIN."),
        (sample.AT_LIMIT, "May not borrow more: has all 3 that the member type allows. Has no PIN."),
    ],
)
def test_how_a_member_stands_in_words(library: EmbeddedLibrary, number: str, words: str) -> None:
    assert state(library, number) == words


def test_debts_are_told(library: EmbeddedLibrary) -> None:
    changes.change_policy(library, {"fee_block": 0})
    losses.fee(library, sample.SARI, 1500, "damage")
    assert state(library, sample.SARI) == "May not borrow: owes Rp1500. Owes Rp1500. Has no PIN."


def test_a_look_up_reads_no_table_from_end_to_end(library: EmbeddedLibrary) -> None:
    asked: list[str] = []
    with library.store.reading() as db:
        db.set_trace_callback(asked.append)
    for number in (sample.OVERDUE_ITEM, sample.OVERDUE, "X"):
        look_up(library, number)
    with library.store.reading() as db:
        db.set_trace_callback(None)
        small = ("policy", "shelves", "closed_weekdays", "holidays", "extra_openings", "rules", "member_types")
        for query in [text for text in asked if text.lstrip().startswith("SELECT")]:
            plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
            assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] not in small], query


def test_what_is_shown_knows_its_loans_and_holds(library: EmbeddedLibrary) -> None:
    item, member = look_up(library, sample.OVERDUE_ITEM), look_up(library, sample.HOLD_READY)
    assert isinstance(item, ItemShown)
    assert item.loan is not None
    assert item.loan.member == sample.OVERDUE
    assert isinstance(member, MemberShown)
    assert [hold.ready_item for hold in member.holds] == [sample.HELD_ITEM]


def test_a_library_of_the_first_version_is_brought_up_to_date(tmp_path: Path, library_path: Path, clock: Any) -> None:
    old = tmp_path / "old.sqlite"
    db = sqlite3.connect(old)
    MIGRATIONS.apply(Database(db, execute_plugins=False), stop_before="0002-staff")
    db.execute("INSERT INTO member_types (code, name, loan_limit) VALUES ('umum', 'Umum', 3)")
    db.execute("INSERT INTO members (number, name, type) VALUES ('A1', 'Budi', 'umum')")
    db.commit()
    db.close()
    library = EmbeddedLibrary.open(old, clock=clock)
    assert {step.name for step in MIGRATIONS.applied(Database(old))} == set(STEPS)
    assert account(library, "A1").first_name == "Budi"
    library.close()
