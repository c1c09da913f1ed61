"""What the library as a whole has decided, as staff see it, and its rules in plain words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kiosk.circulation.library import lists
from kiosk.circulation.library.lists import RuleLine

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """Everything that ``pustaka library policy`` shows. Amounts are whole rupiah."""

    pins: str  # optional, required
    block_overdue: bool
    overdue_blocks_renewal: bool
    fee_block: int | None  # owing more than this blocks; None: never
    fee_blocks_renewal: bool
    hold_days: int
    shelf: str
    replacement_fee: int
    keep_days: int
    closed: tuple[str, ...]


def read(db: sqlite3.Connection) -> PolicyLine:
    """The policy as it stands."""
    row = db.execute("SELECT * FROM policy WHERE id = 1").fetchone()
    closed = db.execute("SELECT weekday FROM closed_weekdays ORDER BY weekday")
    return PolicyLine(
        pins=row["pins"],
        block_overdue=bool(row["block_overdue"]),
        overdue_blocks_renewal=bool(row["overdue_blocks_renewal"]),
        fee_block=row["fee_block"],
        fee_blocks_renewal=bool(row["fee_blocks_renewal"]),
        hold_days=row["shelf_days"],
        shelf=row["shelf"],
        replacement_fee=row["replacement_fee"],
        keep_days=row["keep_days"],
        closed=tuple(WEEKDAYS[day["weekday"]] for day in closed),
    )


def in_words(policy: PolicyLine) -> list[str]:
    """The policy as sentences."""
    return [
        "Every card is asked for its PIN, and members without one are not served."
        if policy.pins == "required"
        else "Members with a PIN are asked for it; others are served by number alone.",
        _blocks("Something overdue", policy.block_overdue, policy.overdue_blocks_renewal),
        "Debts block nothing."
        if policy.fee_block is None
        else _blocks(f"Owing more than Rp{policy.fee_block}", borrowing=True, renewing=policy.fee_blocks_renewal),
        f"A ready hold is kept for {policy.hold_days} open days{f' on shelf {policy.shelf}' if policy.shelf else ''}.",
        f"A lost copy without a cost of its own costs Rp{policy.replacement_fee}.",
        f"Shut on {', '.join(policy.closed)}." if policy.closed else "Open on every day of the week.",
        f"Answers to operations are kept for {policy.keep_days} days of use.",
    ]


def effective(db: sqlite3.Connection, member_type: str, collection: str) -> RuleLine | None:
    """The rule that applies to this type and collection: its own, or the type's for any other."""
    found = [
        line for line in lists.rules(db) if line.member_type == member_type and line.collection in (collection, "*")
    ]
    return min(found, key=lambda line: line.collection == "*", default=None)


def rule_in_words(rule: RuleLine, limit: int | None) -> str:
    """One rule as a sentence; ``limit`` is the member type's."""
    kind = "working" if rule.working_days else "calendar"
    copies = [f"at most {rule.limit} of them"] if rule.limit is not None else []
    copies += [f"at most {limit} in all"] if limit is not None else []
    lateness = [f"Rp{rule.fee_per_day} a day"] if rule.fee_per_day else []
    lateness += ["as many days of suspension"] if rule.suspend else []
    late = f"late costs {' and '.join(lateness)}" if lateness else "late costs nothing"
    grace = f" after {rule.grace} days of grace" if rule.grace and lateness else ""
    return (
        f"{rule.member_type} × {rule.collection}: {', '.join([f'{rule.days} {kind} days', *copies])}; "
        f"renewed {rule.renewals} times at most; {late}{grace}."
    )


def _blocks(what: str, borrowing: bool, renewing: bool) -> str:
    if not borrowing:
        return f"{what} blocks nothing."
    return f"{what} blocks borrowing{' and renewing' if renewing else ' but not renewing'}."
