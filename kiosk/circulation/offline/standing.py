"""How a member and a copy stand now: the extract, and what happened since it was made. Pure but for reading it.

What the member returned in this outage is over, and what it costs by the library's own rules is counted at once: who
brings a book back five days late is suspended here as they would be at the counter, because the library system will say
so when it hears of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from kiosk.circulation.library import rules
from kiosk.circulation.library.rules import Standing
from kiosk.circulation.offline.extract import Extract, ItemRecord, MemberLoan, MemberRecord
from kiosk.circulation.offline.outage import Outage, is_of
from kiosk.circulation.port import PatronRef


def standing(
    extract: Extract,
    member: MemberRecord,
    ref: PatronRef,
    outage: Outage,
    today: date,
    returned: Mapping[str, date],
    wanted: ItemRecord | None = None,
) -> Standing:
    """The member today, as they are about to borrow ``wanted``, which does not count itself.

    ``returned``: items that came back in this outage, and the day.
    """
    collection = wanted.collection if wanted is not None else ""
    over = {extract.cards.pair(ref.number, item): day for item, day in returned.items()} if member.loans else {}
    kept = [loan for loan in member.loans if loan.pair not in over]
    pairs = {loan.pair for loan in kept}
    has = outage.with_patron(ref) - ({wanted.item.id} if wanted is not None else set())
    new = [item for item in has if extract.cards.pair(ref.number, item) not in pairs]
    base = Standing(
        limit=member.limit,
        on_loan=len(kept) + len(new),
        on_loan_of_kind=sum(loan.collection == collection for loan in kept)
        + sum(_collection(extract, item) == collection for item in new),
        overdue=sum(loan.due < today for loan in kept),
        owed=member.owed,
        born=_born(member.age, today),
        expires=member.expires,
        pending=member.pending,
        blocked=member.blocked,
        suspended_until=member.suspended_until,
    )
    for loan in member.loans:
        if loan.pair in over:
            base = _after_return(extract, member, loan, over[loan.pair], base)
    return base


def copy_of(
    extract: Extract, record: ItemRecord, ref: PatronRef, outage: Outage, today: date, returned: Mapping[str, date]
) -> rules.Copy:
    """The copy today, as this patron meets it."""
    item, keep = record.item.id, record.keep
    lent = outage.lent(item)
    to_other = lent is not None and not is_of(lent, ref)
    kept = keep is not None and (keep.until is None or keep.until >= today)
    mine = keep is not None and extract.cards.pair(ref.number, item) in keep.pairs
    return rules.Copy(
        available=record.available,
        no_loan=record.no_loan,
        min_age=record.min_age,
        lent_to_other=to_other or (record.due is not None and item not in returned),
        kept_for_other=kept and not mine,
        kept_until=keep.until if keep is not None and kept else None,
    )


def can_borrow(stands: Standing, cap: int, outage: Outage, ref: PatronRef) -> int:
    """How many more, by the member type's limit and by the cap of this outage."""
    return max(0, min(stands.limit - stands.on_loan, cap - len(outage.had_by(ref))))


def _after_return(extract: Extract, member: MemberRecord, loan: MemberLoan, day: date, stands: Standing) -> Standing:
    terms = extract.about.terms
    rule = terms.rule(member.type, loan.collection)
    if rule is None:
        return stands
    late = rules.days_late(loan.due, day, rule, terms.calendar)
    fee = late * rule.fee_per_day if extract.about.fees else 0
    until = rules.suspension(day, late, stands.suspended_until) if rule.suspend else stands.suspended_until
    return replace(stands, owed=stands.owed + fee, suspended_until=until)


def _collection(extract: Extract, item: str) -> str:
    record = extract.item(item)
    return record.collection if record is not None else ""


def _born(age: int | None, today: date) -> date | None:
    """A birthday that makes the member exactly so old today."""
    return None if age is None else date(today.year - age, 1, 1)
