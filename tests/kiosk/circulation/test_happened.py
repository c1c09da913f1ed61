"""Copies as replay sees them, and operations that took place before the library heard of them."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kiosk.circulation.library import hand_ins, sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Borrowed, Code, PatronRef, Refusal, Refused, Renewed, Returned
from kiosk.circulation.probing import Copy, CopyStatus, Happened, Probing, RemembersOperations

Clock = Any
SARI = PatronRef(sample.SARI)
ANI = PatronRef(sample.ANI)
FREE = sample.LAYAR_TERKEMBANG
#: Thursday 19 November 2026, 10.00 in Samarinda; the tests' today is Monday the 23rd.
THURSDAY = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)


def op() -> str:
    return str(uuid.uuid4())


def copy(library: EmbeddedLibrary, number: str) -> Copy:
    found = library.copy(number)
    assert isinstance(found, Copy)
    return found


def sql(library: EmbeddedLibrary, statement: str, *values: object) -> list[Any]:
    with library.store.writing() as db:
        return [tuple(row) for row in db.execute(statement, values).fetchall()]


def test_it_can_be_probed(library: EmbeddedLibrary) -> None:
    assert isinstance(library, Probing)
    assert isinstance(library, RemembersOperations)
    assert library.quiet_seconds() == 0


def test_where_copies_stand(library: EmbeddedLibrary) -> None:
    assert copy(library, FREE).status is CopyStatus.AVAILABLE
    assert copy(library, sample.ON_LOAN_ITEMS[0]).status is CopyStatus.CHARGED
    assert copy(library, sample.HELD_ITEM).status is CopyStatus.HOLD_SHELF
    assert copy(library, sample.HELD_ITEM).kept_until == date(2026, 11, 26)
    assert copy(library, sample.AWAITED_ITEM).waiting == 1
    assert library.copy("B99999") == Refusal(Code.UNKNOWN_ITEM)


def test_what_staff_noted_of_a_copy(library: EmbeddedLibrary) -> None:
    for status, said in (
        ("lost", CopyStatus.LOST),
        ("repair", CopyStatus.IN_PROCESS),
        ("withdrawn", CopyStatus.OTHER),
    ):
        sql(library, "UPDATE items SET status = ? WHERE number = ?", status, FREE)
        assert copy(library, FREE).status is said


def test_a_copy_on_loan_is_on_loan_whatever_else_was_noted(library: EmbeddedLibrary) -> None:
    # A return that waits to be replayed must not take "lost" for "already back".
    library.checkout(op(), SARI, FREE)
    sql(library, "UPDATE items SET status = 'lost' WHERE number = ?", FREE)
    assert copy(library, FREE).status is CopyStatus.CHARGED


def test_a_copy_says_where_it_belongs(library: EmbeddedLibrary) -> None:
    found = copy(library, FREE)
    assert (found.collection, found.call_number[:3]) == ("Koleksi umum", "899")


def test_the_mark_is_another_one_for_each_loan(library: EmbeddedLibrary) -> None:
    marks = [copy(library, FREE).mark]
    for _ in range(2):
        library.checkout(op(), SARI, FREE)
        marks.append(copy(library, FREE).mark)
        library.checkin(op(), FREE)
    assert marks[0] == "" == copy(library, FREE).mark
    assert len(set(marks)) == 3


def test_who_has_it_is_only_ever_confirmed(library: EmbeddedLibrary) -> None:
    library.checkout(op(), SARI, FREE)
    assert library.has_on_loan(SARI, FREE)
    assert not library.has_on_loan(ANI, FREE)
    assert not library.has_on_loan(SARI, "B99999")


def test_a_loan_of_last_thursday_is_due_as_if_it_had_been_heard_then(library: EmbeddedLibrary) -> None:
    answer = library.checkout(op(), SARI, FREE, Happened(THURSDAY))
    assert isinstance(answer, Borrowed)
    assert answer.due == date(2026, 11, 27)  # seven working days, Sunday shut
    assert sql(library, "SELECT lent_at FROM loans WHERE item = ? AND returned_at IS NULL", FREE) == [
        ("2026-11-19T02:00:00.000+00:00",)
    ]


def test_the_rules_are_those_of_that_day(library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE members SET expires = '2026-11-20' WHERE number = ?", SARI.number)
    refused = library.checkout(op(), SARI, FREE)
    assert isinstance(refused, Refused)
    assert refused.refusal.code is Code.EXPIRED
    assert isinstance(library.checkout(op(), SARI, FREE, Happened(THURSDAY)), Borrowed)


def test_a_promise_that_is_not_forced_is_not_binding(library: EmbeddedLibrary) -> None:
    answer = library.checkout(op(), SARI, FREE, Happened(THURSDAY, due=date(2027, 1, 31)))
    assert isinstance(answer, Borrowed)
    assert answer.due == date(2026, 11, 27)


def test_a_forced_loan_is_not_refused_and_keeps_the_promised_date(library: EmbeddedLibrary) -> None:
    blocked, promised = PatronRef(sample.BLOCKED), date(2026, 12, 3)
    assert isinstance(library.checkout(op(), blocked, sample.REFERENCE_ITEM), Refused)
    answer = library.checkout(op(), blocked, sample.REFERENCE_ITEM, Happened(THURSDAY, promised, forced=True))
    assert isinstance(answer, Borrowed)
    assert answer.due == promised


def test_a_forced_loan_without_a_date_gets_the_librarys(library: EmbeddedLibrary) -> None:
    answer = library.checkout(op(), PatronRef(sample.BLOCKED), FREE, Happened(THURSDAY, forced=True))
    assert isinstance(answer, Borrowed)
    assert answer.due == date(2026, 11, 27)


def test_even_a_forced_loan_needs_a_copy_that_is_there_and_a_member(library: EmbeddedLibrary) -> None:
    forced = Happened(THURSDAY, date(2026, 12, 3), forced=True)
    for ref, item, why in (
        (SARI, sample.ON_LOAN_ITEMS[0], Code.ON_LOAN),
        (SARI, "B99999", Code.UNKNOWN_ITEM),
        (PatronRef("X"), FREE, Code.NO_MATCH),
    ):
        answer = library.checkout(op(), ref, item, forced)
        assert isinstance(answer, Refused)
        assert answer.refusal.code is why


def test_a_forced_loan_needs_a_due_date_from_somewhere(library: EmbeddedLibrary) -> None:
    sql(library, "DELETE FROM rules")
    answer = library.checkout(op(), SARI, FREE, Happened(THURSDAY, forced=True))
    assert isinstance(answer, Refused)
    assert answer.refusal.code is Code.NOT_FOR_LOAN


def test_a_return_counts_on_the_day_it_happened(library: EmbeddedLibrary) -> None:
    # Due on the 18th: one day late on Thursday, three working days late today.
    library.checkin(op(), sample.OVERDUE_ITEM, Happened(THURSDAY))
    ((until,),) = sql(library, "SELECT suspended_until FROM members WHERE number = ?", sample.OVERDUE)
    assert until == "2026-11-20"


def test_a_return_ends_no_loan_that_began_after_it(library: EmbeddedLibrary) -> None:
    library.checkout(op(), SARI, FREE)
    answer = library.checkin(op(), FREE, Happened(THURSDAY))
    assert isinstance(answer, Refused)
    assert answer.refusal.code is Code.ON_LOAN
    assert library.has_on_loan(SARI, FREE)


def test_who_waits_is_given_time_from_today(library: EmbeddedLibrary) -> None:
    answer = library.checkin(op(), sample.AWAITED_ITEM, Happened(THURSDAY + timedelta(days=3)))
    assert isinstance(answer, Returned)
    assert answer.held
    assert copy(library, sample.AWAITED_ITEM).kept_until == date(2026, 11, 26)


def test_nothing_happens_in_the_future(library: EmbeddedLibrary, clock: Clock) -> None:
    answer = library.checkout(op(), SARI, FREE, Happened(clock.now() + timedelta(days=400)))
    assert isinstance(answer, Borrowed)
    assert answer.due == date(2026, 12, 1)


def test_a_forced_renewal_keeps_the_promised_date(library: EmbeddedLibrary) -> None:
    library.checkout(op(), SARI, FREE)
    library.renew(op(), SARI, FREE)
    sql(library, "UPDATE loans SET renewals = 9 WHERE item = ? AND returned_at IS NULL", FREE)
    assert isinstance(library.renew(op(), SARI, FREE), Refused)
    answer = library.renew(op(), SARI, FREE, Happened(THURSDAY, date(2026, 12, 24), forced=True))
    assert isinstance(answer, Renewed)
    assert answer.due == date(2026, 12, 24)


def test_sent_online_and_then_replayed_is_one_operation(library: EmbeddedLibrary) -> None:
    one = op()
    first = library.checkout(one, SARI, FREE)
    assert library.checkout(one, SARI, FREE, Happened(THURSDAY, date(2026, 12, 24), forced=True)) == first


def test_a_loan_heard_of_after_the_book_was_handed_in_elsewhere_is_over(library: EmbeddedLibrary) -> None:
    handed_in = library.checkin(op(), FREE)
    assert isinstance(handed_in, Returned)
    assert handed_in.again
    told = library.checkout(op(), SARI, FREE, Happened(THURSDAY, due=date(2026, 11, 30)))
    assert isinstance(told, Borrowed)
    assert told.due == date(2026, 11, 30)
    assert copy(library, FREE).status is CopyStatus.AVAILABLE
    assert not library.has_on_loan(SARI, FREE)
    assert sql(library, "SELECT member, lent_at < returned_at FROM loans WHERE item = ?", FREE) == [(sample.SARI, 1)]


def test_it_is_over_too_when_somebody_else_has_borrowed_it_since(library: EmbeddedLibrary) -> None:
    assert isinstance(library.checkout(op(), ANI, FREE), Borrowed)
    assert isinstance(library.checkin(op(), FREE), Returned)
    assert isinstance(library.checkout(op(), SARI, FREE, Happened(THURSDAY)), Borrowed)
    assert copy(library, FREE).status is CopyStatus.AVAILABLE


def test_a_hand_in_before_the_loan_does_not_end_it(library: EmbeddedLibrary) -> None:
    library.checkin(op(), FREE, Happened(THURSDAY - timedelta(hours=1)))
    assert isinstance(library.checkout(op(), SARI, FREE, Happened(THURSDAY)), Borrowed)
    assert copy(library, FREE).status is CopyStatus.CHARGED


def test_hand_ins_are_not_kept_for_ever(library: EmbeddedLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_ins, "_KEPT", 2)
    for _ in range(5):
        library.checkin(op(), FREE)
    with library.store.writing() as db:
        hand_ins.trim(db)
    assert sql(library, "SELECT COUNT(*) FROM hand_ins") == [(2,)]
