"""The embedded library as a kiosk meets it: every answer of the port, on the sample."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kiosk.circulation.errors import OperationMismatch
from kiosk.circulation.library import records, sample
from kiosk.circulation.library.library import EmbeddedLibrary, first_name
from kiosk.circulation.library.staff import NewItem, StaffRoom
from kiosk.circulation.port import (
    Bin,
    Borrowed,
    Circulation,
    Code,
    Hold,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
)

Clock = Any
SARI = PatronRef(sample.SARI)
ANI = PatronRef(sample.ANI)
LAYAR = Item(sample.LAYAR_TERKEMBANG, "Layar Terkembang", "Sutan Takdir Alisjahbana")
FIRST_OF_DECEMBER = date(2026, 12, 1)


def op() -> str:
    return str(uuid.uuid4())


def account(library: EmbeddedLibrary, number: str) -> Patron:
    patron = library.patron(PatronRef(number), None)
    assert isinstance(patron, Patron)
    return patron


def code(outcome: object) -> Code:
    assert isinstance(outcome, Refused)
    return outcome.refusal.code


def sql(library: EmbeddedLibrary, statement: str, *values: object) -> None:
    with library.store.writing() as db:
        db.execute(statement, values)


def test_it_is_a_circulation(library: EmbeddedLibrary) -> None:
    system: Circulation = library
    assert system.status().online
    assert "idempotent" in system.status().capabilities
    system.end_visit(SARI)


def test_a_loan_is_due_after_seven_working_days(library: EmbeddedLibrary) -> None:
    assert library.checkout(op(), SARI, LAYAR.id) == Borrowed(LAYAR, FIRST_OF_DECEMBER)
    (loan,) = account(library, sample.SARI).loans
    assert (loan.item, loan.due, loan.days_left, loan.renewals) == (LAYAR, FIRST_OF_DECEMBER, 8, 0)
    assert account(library, sample.SARI).can_borrow == 4


def test_the_day_is_the_librarys_not_utcs(library: EmbeddedLibrary, clock: Clock) -> None:
    clock.move(hours=15, minutes=30)  # 16.30 UTC on Monday is 00.30 on Tuesday in Samarinda
    borrowed = library.checkout(op(), SARI, LAYAR.id)
    assert isinstance(borrowed, Borrowed)
    assert borrowed.due == date(2026, 12, 2)


def test_borrowing_what_one_already_has_changes_nothing(library: EmbeddedLibrary, clock: Clock) -> None:
    library.checkout(op(), SARI, LAYAR.id)
    clock.move(days=2)
    assert library.checkout(op(), SARI, LAYAR.id) == Borrowed(LAYAR, FIRST_OF_DECEMBER, again=True)
    assert len(account(library, sample.SARI).loans) == 1


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        (sample.EXPIRED, Refusal(Code.EXPIRED, until=date(2026, 11, 11))),
        (sample.PENDING, Refusal(Code.PENDING)),
        (sample.BLOCKED, Refusal(Code.BLOCKED)),
        (sample.SUSPENDED, Refusal(Code.SUSPENDED, until=date(2026, 11, 27))),
        (sample.OVERDUE, Refusal(Code.OVERDUE, seen=1)),
    ],
)
def test_a_blocked_patron_is_told_why_and_sees_the_account(
    library: EmbeddedLibrary, number: str, refusal: Refusal
) -> None:
    assert library.checkout(op(), PatronRef(number), LAYAR.id) == Refused(refusal, LAYAR)
    assert account(library, number).blocked == refusal


def test_at_the_limit_nothing_more_is_lent(library: EmbeddedLibrary) -> None:
    answer = library.checkout(op(), PatronRef(sample.AT_LIMIT), LAYAR.id)
    assert answer == Refused(Refusal(Code.LIMIT, limit=3), LAYAR)
    assert account(library, sample.AT_LIMIT).can_borrow == 0


def test_a_collections_own_limit_counts_that_collection_alone(library: EmbeddedLibrary) -> None:
    sql(
        library,
        "INSERT INTO rules VALUES ('pelajar', 'daerah', 1, 3, 0, 0, 0, 0, 0)",
    )
    assert isinstance(library.checkout(op(), SARI, sample.HIKAYAT_BANJAR), Borrowed)
    assert code(library.checkout(op(), SARI, sample.CAMERA_ITEM)) is Code.LIMIT
    assert isinstance(library.checkout(op(), SARI, LAYAR.id), Borrowed)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("B99999", Code.UNKNOWN_ITEM),
        (sample.HELD_ITEM, Code.HELD),
        (sample.REFERENCE_ITEM, Code.NOT_FOR_LOAN),
        (sample.ON_LOAN_ITEMS[0], Code.ON_LOAN),
        ("B00201", Code.UNAVAILABLE),
        ("B00182", Code.UNAVAILABLE),
    ],
)
def test_what_cannot_be_lent(library: EmbeddedLibrary, item: str, why: Code) -> None:
    assert code(library.checkout(op(), SARI, item)) is why


def test_a_child_does_not_get_a_novel_for_adults(library: EmbeddedLibrary) -> None:
    answer = library.checkout(op(), PatronRef(sample.CHILD), sample.ADULT_ITEM)
    assert isinstance(answer, Refused)
    assert answer.refusal == Refusal(Code.AGE, limit=17)
    assert isinstance(library.checkout(op(), SARI, sample.ADULT_ITEM), Borrowed)


def test_an_unknown_card_borrows_nothing(library: EmbeddedLibrary) -> None:
    assert code(library.checkout(op(), PatronRef("A9999"), LAYAR.id)) is Code.NO_MATCH


def test_what_is_on_loan_comes_back_from_anybody(library: EmbeddedLibrary) -> None:
    returned = library.checkin(op(), sample.ON_LOAN_ITEMS[0])
    assert isinstance(returned, Returned)
    assert (returned.bin, returned.held, returned.fee, returned.arm, returned.again) == (
        Bin.LEFT,
        False,
        0,
        True,
        False,
    )
    assert account(library, sample.AT_LIMIT).can_borrow == 1


def test_returning_what_was_not_on_loan_says_so(library: EmbeddedLibrary) -> None:
    assert library.checkin(op(), LAYAR.id) == Returned(LAYAR, again=True)


def test_an_unknown_item_cannot_be_returned(library: EmbeddedLibrary) -> None:
    assert code(library.checkin(op(), "B99999")) is Code.UNKNOWN_ITEM


def test_what_does_not_circulate_goes_to_staff(library: EmbeddedLibrary) -> None:
    returned = library.checkin(op(), sample.REFERENCE_ITEM)
    assert isinstance(returned, Returned)
    assert returned.bin is Bin.STAFF


def test_a_late_return_suspends_for_as_many_open_days(library: EmbeddedLibrary) -> None:
    library.checkin(op(), sample.OVERDUE_ITEM)  # due on Wednesday the 18th: Thu, Fri, Sat, Mon
    assert account(library, sample.OVERDUE).blocked == Refusal(Code.SUSPENDED, until=date(2026, 11, 27))


def test_a_late_return_costs_money_where_the_rule_says_so(library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE rules SET suspend = 0, fee_per_day = 500")
    returned = library.checkin(op(), sample.OVERDUE_ITEM)
    assert isinstance(returned, Returned)
    assert returned.fee == 2000
    assert library.fees(PatronRef(sample.OVERDUE)) == 2000
    assert account(library, sample.OVERDUE).fees == 2000
    assert account(library, sample.OVERDUE).blocked is None


def test_fees_are_paid_in_parts_and_never_beyond_what_is_owed(library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE rules SET suspend = 0, fee_per_day = 500")
    library.checkin(op(), sample.OVERDUE_ITEM)
    ref, payment = PatronRef(sample.OVERDUE), op()
    assert library.pay(payment, ref, 1500) == 500
    assert library.pay(payment, ref, 1500) == 500
    assert library.fees(ref) == 500
    assert library.pay(op(), ref, 501) == Refused(Refusal(Code.FEES, amount=500))
    assert library.pay(op(), ref, 0) == Refused(Refusal(Code.FEES, amount=500))
    assert code(library.pay(op(), PatronRef("A9999"), 1)) is Code.NO_MATCH


def test_a_return_that_somebody_waits_for_goes_to_the_trolley(library: EmbeddedLibrary) -> None:
    assert account(library, sample.HOLD_WAITING).holds == (Hold("Pulang"),)
    returned = library.checkin(op(), sample.AWAITED_ITEM)
    assert isinstance(returned, Returned)
    assert (returned.bin, returned.held) == (Bin.TROLLEY, True)
    assert account(library, sample.HOLD_WAITING).holds == (Hold("Pulang", date(2026, 11, 26)),)
    assert code(library.checkout(op(), SARI, sample.AWAITED_ITEM)) is Code.HELD


def test_scanning_a_kept_copy_again_still_sends_it_to_the_trolley(library: EmbeddedLibrary) -> None:
    library.checkin(op(), sample.AWAITED_ITEM)
    again = library.checkin(op(), sample.AWAITED_ITEM)
    assert isinstance(again, Returned)
    assert (again.held, again.again, again.bin) == (True, True, Bin.TROLLEY)


def test_whoever_waited_gets_the_copy_and_the_hold_ends(library: EmbeddedLibrary) -> None:
    holder = PatronRef(sample.HOLD_READY)
    assert isinstance(library.checkout(op(), holder, sample.HELD_ITEM), Borrowed)
    assert account(library, sample.HOLD_READY).holds == ()


def test_a_hold_that_was_not_fetched_lapses(library: EmbeddedLibrary, clock: Clock) -> None:
    clock.move(days=3)  # kept until today, the 26th
    assert code(library.checkout(op(), SARI, sample.HELD_ITEM)) is Code.HELD
    clock.move(days=1)
    assert account(library, sample.HOLD_READY).holds == ()
    assert isinstance(library.checkout(op(), SARI, sample.HELD_ITEM), Borrowed)


def test_the_last_free_copy_belongs_to_whoever_waits(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    for number in ("B00901", "B00902"):
        staff.add_item(NewItem(number, "Dua eksemplar"))
    staff.add_hold(sample.HOLD_READY, "B00901")
    assert isinstance(library.checkout(op(), SARI, "B00901"), Borrowed)  # one copy is left for the other
    assert library.checkout(op(), PatronRef("A0003"), "B00902") == Refused(
        Refusal(Code.HELD), Item("B00902", "Dua eksemplar")
    )
    assert isinstance(library.checkout(op(), PatronRef(sample.HOLD_READY), "B00902"), Borrowed)


def test_a_hold_on_one_copy_leaves_the_others_alone(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    for number in ("B00901", "B00902"):
        staff.add_item(NewItem(number, "Dua eksemplar"))
    staff.add_hold(sample.HOLD_READY, "B00901", this_copy=True)
    assert code(library.checkout(op(), SARI, "B00901")) is Code.HELD
    assert isinstance(library.checkout(op(), SARI, "B00902"), Borrowed)
    returned = library.checkin(op(), "B00901")
    assert isinstance(returned, Returned)
    assert returned.held


def test_holds_are_served_in_their_order(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_item(NewItem("B00901", "Satu eksemplar"))
    library.checkout(op(), SARI, "B00901")
    staff.add_hold(sample.HOLD_WAITING, "B00901")
    staff.add_hold(sample.HOLD_READY, "B00901")
    library.checkin(op(), "B00901")
    first = [hold.member for hold in staff.holds() if hold.ready_item == "B00901"]
    assert first == [sample.HOLD_WAITING]
    assert code(library.checkout(op(), PatronRef(sample.HOLD_READY), "B00901")) is Code.HELD
    library.checkout(op(), PatronRef(sample.HOLD_WAITING), "B00901")
    library.checkin(op(), "B00901")
    assert [hold.member for hold in staff.holds() if hold.ready_item == "B00901"] == [sample.HOLD_READY]


def test_whoever_waits_longest_may_take_the_last_copy_from_the_shelf(library: EmbeddedLibrary) -> None:
    staff = StaffRoom(library)
    staff.add_item(NewItem("B00901", "Satu eksemplar"))
    staff.add_hold(sample.SARI, "B00901")
    staff.add_hold(sample.HOLD_READY, "B00901")
    assert code(library.checkout(op(), PatronRef(sample.HOLD_READY), "B00901")) is Code.HELD
    assert isinstance(library.checkout(op(), SARI, "B00901"), Borrowed)


def test_a_renewal_runs_from_today_and_is_counted(library: EmbeddedLibrary, clock: Clock) -> None:
    library.checkout(op(), SARI, LAYAR.id)
    clock.move(days=4)
    assert library.renew(op(), SARI, LAYAR.id) == Renewed(LAYAR, date(2026, 12, 5))
    assert library.renew(op(), SARI, LAYAR.id) == Refused(Refusal(Code.RENEWAL_LIMIT, limit=1), LAYAR)
    (loan,) = account(library, sample.SARI).loans
    assert (loan.due, loan.renewals, loan.renewable) == (date(2026, 12, 5), 1, False)


def test_a_renewal_that_gains_no_day_costs_no_renewal(library: EmbeddedLibrary) -> None:
    library.checkout(op(), SARI, LAYAR.id)
    assert library.renew(op(), SARI, LAYAR.id) == Renewed(LAYAR, FIRST_OF_DECEMBER)
    (loan,) = account(library, sample.SARI).loans
    assert (loan.renewals, loan.renewable) == (0, True)


def test_only_ones_own_loans_are_renewed(library: EmbeddedLibrary) -> None:
    assert code(library.renew(op(), SARI, sample.ON_LOAN_ITEMS[0])) is Code.NOT_ON_LOAN
    assert code(library.renew(op(), SARI, LAYAR.id)) is Code.NOT_ON_LOAN
    assert code(library.renew(op(), SARI, "B99999")) is Code.UNKNOWN_ITEM


def test_a_loan_that_somebody_waits_for_stays_as_it_is(library: EmbeddedLibrary) -> None:
    loan = next(loan for loan in account(library, "A0020").loans if loan.item.id == sample.AWAITED_ITEM)
    assert not loan.renewable
    assert library.renew(op(), PatronRef("A0020"), sample.AWAITED_ITEM) == Refused(
        Refusal(Code.RENEWAL_HELD, until=loan.due), loan.item
    )


def test_renewing_all_answers_for_each_loan(library: EmbeddedLibrary, clock: Clock) -> None:
    clock.move(days=1)
    outcomes = library.renew_all(op(), PatronRef("A0012"))
    assert isinstance(outcomes, list)
    kinds = {outcome.item.id: type(outcome) for outcome in outcomes if outcome.item is not None}
    assert kinds == {"B00205": Renewed, "B00226": Refused}


def test_the_same_operation_gets_the_same_answer_for_ever(library: EmbeddedLibrary, clock: Clock) -> None:
    lent, back, renewed = op(), op(), op()
    first = library.checkout(lent, SARI, LAYAR.id)
    clock.move(days=2)
    extended = library.renew_all(renewed, SARI)
    returned = library.checkin(back, LAYAR.id)
    clock.move(days=30)
    assert library.checkout(lent, SARI, LAYAR.id) == first
    assert library.renew_all(renewed, SARI) == extended
    assert library.checkin(back, LAYAR.id) == returned
    assert account(library, sample.SARI).loans == ()


def test_a_refusal_stays_one_even_when_the_reason_has_gone(library: EmbeddedLibrary) -> None:
    asked = op()
    refused = library.checkout(asked, PatronRef(sample.AT_LIMIT), LAYAR.id)
    library.checkin(op(), sample.ON_LOAN_ITEMS[0])
    assert library.checkout(asked, PatronRef(sample.AT_LIMIT), LAYAR.id) == refused


def test_an_operation_used_for_something_else_is_an_error_and_changes_nothing(library: EmbeddedLibrary) -> None:
    used = op()
    library.checkout(used, SARI, LAYAR.id)
    with pytest.raises(OperationMismatch, match=used):
        library.checkout(used, ANI, sample.SALAH_ASUHAN)
    with pytest.raises(OperationMismatch):
        library.checkin(used, LAYAR.id)
    assert len(account(library, sample.SARI).loans) == 1


def test_it_knows_which_operations_it_has_answered(library: EmbeddedLibrary) -> None:
    asked = op()
    assert not library.answered(asked)
    library.checkout(asked, SARI, LAYAR.id)
    assert library.answered(asked)


def test_a_fingerprint_changes_with_each_loan_and_each_return(library: EmbeddedLibrary) -> None:
    seen = [library.fingerprint(LAYAR.id)]
    for _ in range(2):
        library.checkout(op(), SARI, LAYAR.id)
        seen.append(library.fingerprint(LAYAR.id))
        library.renew(op(), SARI, LAYAR.id)
        assert library.fingerprint(LAYAR.id) == seen[-1]
        library.checkin(op(), LAYAR.id)
        seen.append(library.fingerprint(LAYAR.id))
    assert len(set(seen)) == 5


def test_two_kiosks_see_each_others_loans(open_library: Callable[..., EmbeddedLibrary]) -> None:
    one, two = open_library(), open_library()
    one.checkout(op(), SARI, LAYAR.id)
    assert code(two.checkout(op(), PatronRef("A0003"), LAYAR.id)) is Code.ON_LOAN
    assert two.checkout(op(), SARI, LAYAR.id) == Borrowed(LAYAR, FIRST_OF_DECEMBER, again=True)


def test_blanks_around_a_scanned_number_do_not_matter(library: EmbeddedLibrary) -> None:
    assert library.item(f" {LAYAR.id}\n") == LAYAR
    assert isinstance(library.checkout(op(), PatronRef(f"{sample.SARI} "), f" {LAYAR.id}"), Borrowed)
    assert library.item("b00130") == Refusal(Code.UNKNOWN_ITEM)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Sari Wulandari", "Sari"),
        ("Wagiman", "Wagiman"),
        ("Hj. Norhalimah", "Norhalimah"),
        ("Dr. H. Budi", "Budi"),
        ("", ""),
    ],
)
def test_the_first_name_is_not_a_title(name: str, first: str) -> None:
    assert first_name(name) == first


def test_nothing_printed_shows_a_patron(library: EmbeddedLibrary) -> None:
    with library.store.reading() as db:
        member = records.member(db, sample.SARI)
        loan = records.active_loan(db, sample.OVERDUE_ITEM)
    shown = repr((account(library, sample.SARI).ref, member, loan))
    assert sample.SARI not in shown
    assert "Wulandari" not in shown
    assert sample.OVERDUE not in shown
