"""Lend, take back, extend: each inside the caller's transaction, each answering with the port's outcome.

``now`` is the moment of the operation. For one that took place before the library hears of it (``Happened``) it lies
in the past, and the rules are asked as of that day. A *forced* one is not refused by them: what was promised to a
patron is kept, unless the copy is with somebody else.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from kiosk.circulation.library import hand_ins, holds, records, rules
from kiosk.circulation.library.records import ItemRow, LoanRow, MemberRow, Now
from kiosk.circulation.port import (
    Bin,
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Refusal,
    Refused,
    Renewed,
    RenewOutcome,
    Returned,
)
from kiosk.circulation.probing import Happened


def lend(
    db: sqlite3.Connection, now: Now, op: str, number: str, item_id: str, happened: Happened | None = None
) -> CheckoutOutcome:
    """Lend the copy to the member, or say what forbids it."""
    copy = records.item(db, item_id)
    if copy is None:
        return Refused(Refusal(Code.UNKNOWN_ITEM))
    who = records.member(db, number)
    if who is None:
        return Refused(Refusal(Code.NO_MATCH), copy.item)
    running = records.active_loan(db, copy.item.id)
    if running is not None and running.member == who.number:
        return Borrowed(copy.item, running.due, again=True)

    ended = hand_ins.ended(db, copy.item.id, now) if happened is not None and running is None else None
    if ended is not None:
        return hand_ins.lend_and_end(db, now, op, who, copy, happened, ended)
    holds.lapse(db, now.today)
    member = records.standing(db, who, now.today, copy.collection)
    rule = records.rule(db, who.type, copy.collection)
    kept, until = holds.kept_for_other(db, copy, who.number, now.today)
    asked = rules.Copy(
        available=copy.status == "available",
        no_loan=copy.no_loan,
        min_age=copy.min_age,
        lent_to_other=running is not None,
        kept_for_other=kept,
        kept_until=until,
    )
    no = rules.blocks(member, records.policy(db), now.today) or rules.forbids(asked, member, rule, now.today)
    if no is not None and not _overruled(happened, lent_to_other=running is not None, known_period=rule is not None):
        return Refused(no, copy.item)
    due = _promised(happened)
    if due is None:
        assert rule is not None  # forbids() refuses without one, and is overruled only where there is one
        due = rules.due_date(now.today, rule, records.calendar(db), who.expires)
    db.execute(
        "INSERT INTO loans (item, member, lent_at, due, renewals, op) VALUES (?, ?, ?, ?, 0, ?)",
        [copy.item.id, who.number, now.stamp(), due.isoformat(), op],
    )
    holds.fetch(db, copy, who.number)
    return Borrowed(copy.item, due)


def take_back(db: sqlite3.Connection, now: Now, op: str, item_id: str, heard: Now | None = None) -> CheckinOutcome:
    """End the copy's loan, whoever had it; charge or suspend for lateness; keep the copy for whoever waits.

    ``heard`` is when the library hears of a return that took place before. Such a return ends no loan that began
    after it: the copy was lent again since, and that is staff's to settle.
    """
    copy = records.item(db, item_id)
    if copy is None:
        return Refused(Refusal(Code.UNKNOWN_ITEM))
    running = records.active_loan(db, copy.item.id)
    if running is not None and heard is not None and now.stamp() < _lent_at(db, running):
        return Refused(Refusal(Code.ON_LOAN), copy.item)
    fee = 0
    if running is not None:
        db.execute("UPDATE loans SET returned_at = ? WHERE id = ?", [now.stamp(), running.id])
        fee = _settle_lateness(db, now, op, copy, running)
    else:
        hand_ins.note(db, copy.item.id, now)
    # Whoever waits hears of it now, so the copy is kept from now on.
    kept_from = heard or now
    holds.lapse(db, kept_from.today)
    held = holds.trap(db, kept_from, copy, records.policy(db), records.calendar(db))
    place = Bin.TROLLEY if held else Bin.LEFT if copy.circulates else Bin.STAFF
    return Returned(copy.item, place, held=held, fee=fee, again=running is None)


def extend(
    db: sqlite3.Connection, now: Now, number: str, item_id: str, happened: Happened | None = None
) -> RenewOutcome:
    """Extend the member's loan of this copy from today. A renewal that would gain no day changes and counts nothing."""
    copy = records.item(db, item_id)
    if copy is None:
        return Refused(Refusal(Code.UNKNOWN_ITEM))
    who = records.member(db, number)
    running = records.active_loan(db, copy.item.id)
    if who is None or running is None or running.member != who.number:
        return Refused(Refusal(Code.NOT_ON_LOAN), copy.item)
    no = refuses_renewal(db, now.today, who, copy, running)
    known_period = records.rule(db, who.type, copy.collection) is not None
    if no is not None and not _overruled(happened, lent_to_other=False, known_period=known_period):
        return Refused(no, copy.item)
    due = _promised(happened) or _renewed_until(db, now.today, who, copy)
    if due <= running.due:
        return Renewed(copy.item, running.due)
    db.execute("UPDATE loans SET due = ?, renewals = renewals + 1 WHERE id = ?", [due.isoformat(), running.id])
    db.execute(
        "INSERT INTO renewals (loan, at, due_before, due) VALUES (?, ?, ?, ?)",
        [running.id, now.stamp(), running.due.isoformat(), due.isoformat()],
    )
    return Renewed(copy.item, due)


def _overruled(happened: Happened | None, *, lent_to_other: bool, known_period: bool) -> bool:
    """Whether a refusal does not count. A copy cannot be with two people, and a loan needs a due date."""
    forced = happened is not None and happened.forced
    return forced and not lent_to_other and (known_period or _promised(happened) is not None)


def _promised(happened: Happened | None) -> date | None:
    """The due date that binds the library."""
    return happened.due if happened is not None and happened.forced else None


def _lent_at(db: sqlite3.Connection, running: LoanRow) -> str:
    return str(db.execute("SELECT lent_at FROM loans WHERE id = ?", [running.id]).fetchone()["lent_at"])


def refuses_renewal(
    db: sqlite3.Connection, today: date, who: MemberRow, copy: ItemRow, running: LoanRow
) -> Refusal | None:
    """What stands in the way of extending this loan today."""
    return rules.forbids_renewal(
        due=running.due,
        renewals=running.renewals,
        wanted_by_other=holds.wanted_by_other(db, copy, who.number, today),
        block=rules.blocks(records.standing(db, who, today), records.policy(db).for_renewals(), today),
        rule=records.rule(db, who.type, copy.collection),
        today=today,
    )


def _renewed_until(db: sqlite3.Connection, today: date, who: MemberRow, copy: ItemRow) -> date:
    rule = records.rule(db, who.type, copy.collection)
    assert rule is not None  # without one there is no renewal
    return rules.due_date(today, rule, records.calendar(db), who.expires)


def _settle_lateness(db: sqlite3.Connection, now: Now, op: str, copy: ItemRow, running: LoanRow) -> int:
    """Book what a late return costs by the member's rule; answers the fee in whole rupiah."""
    who = records.member(db, running.member)
    assert who is not None  # a foreign key of loans
    rule = records.rule(db, who.type, copy.collection)
    if rule is None:
        return 0
    late = rules.days_late(running.due, now.today, rule, records.calendar(db))
    if late and rule.suspend:
        until = rules.suspension(now.today, late, who.suspended_until)
        assert until is not None  # late is positive
        db.execute("UPDATE members SET suspended_until = ? WHERE number = ?", [until.isoformat(), who.number])
    fee = late * rule.fee_per_day
    if fee:
        db.execute(
            "INSERT INTO fees (member, amount, kind, item, at, op) VALUES (?, ?, 'late', ?, ?, ?)",
            [who.number, fee, copy.item.id, now.stamp(), op],
        )
    return fee
