"""What ``pustaka offline show`` says: gathered, and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kiosk.circulation.clock import Clock
from kiosk.circulation.journal import OPEN
from kiosk.circulation.journal_file import Entry, JournalReader
from kiosk.circulation.offline.extract import Extract
from kiosk.circulation.offline.outage import Outage
from kiosk.circulation.offline.readiness import Closed, look
from kiosk.config import KioskSettings


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """The extract in use."""

    snapshot: str
    number: int
    made: datetime
    age_hours: float
    members: int
    items: int
    on_loan: int
    blocked: int
    names: bool
    fees: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything ``show`` shows. ``lending`` and ``returning`` are why not, or ``None``."""

    policy: str
    lending: Closed | None
    returning: Closed | None
    problem: str
    extract: ExtractLine | None
    waiting: int
    waiting_since: datetime | None
    verifiers: int
    keep_verifiers: bool
    card_only: bool
    extract_hours: int
    items_per_patron: int
    card_only_items: int
    open_days: int
    open_operations: int
    unknown_items: bool


def look_at(settings: KioskSettings, extract: tuple[Extract | None, str], clock: Clock, verifiers: int) -> Standing:
    """How the kiosk stands now."""
    offline, (found, problem) = settings.circulation.offline, extract
    about = found.about if found is not None else None
    ready = look(offline, about, problem, Outage(_waiting(settings)), clock)
    line = None
    if about is not None:
        age = (clock.now() - about.made) / timedelta(hours=1)
        line = ExtractLine(
            about.snapshot,
            about.sequence,
            about.made,
            round(age, 1),
            about.members,
            about.items,
            about.on_loan,
            about.blocked,
            about.names,
            about.fees,
        )
    return Standing(
        policy=offline.policy.value,
        lending=ready.lending,
        returning=ready.returning,
        problem=problem,
        extract=line,
        waiting=ready.waiting,
        waiting_since=ready.waiting_since,
        verifiers=verifiers,
        keep_verifiers=offline.keep_verifiers,
        card_only=offline.card_only,
        extract_hours=offline.extract_hours,
        items_per_patron=offline.items_per_patron,
        card_only_items=offline.card_only_items,
        open_days=offline.open_days,
        open_operations=offline.open_operations,
        unknown_items=offline.unknown_items,
    )


def in_words(standing: Standing, zone: tzinfo) -> str:
    """The same for a person; times in the library's zone."""
    lines = [
        f"If the library system were away now, patrons could {_could(standing)}.",
        *_reasons(standing),
        "",
        *_extract_lines(standing.extract, zone),
        _waiting_line(standing, zone),
        _caps(standing),
        _pins(standing),
    ]
    if standing.problem:
        lines.insert(1, f"Not used: {standing.problem}")
    return "\n".join(lines)


def _could(standing: Standing) -> str:
    may = [what for what, why in (("borrow", standing.lending), ("return items", standing.returning)) if why is None]
    return " and ".join(may) if may else "neither borrow nor return"


def _reasons(standing: Standing) -> list[str]:
    if standing.lending == standing.returning:
        return [] if standing.lending is None else [standing.lending.sentence]
    asked = (("Not borrow", standing.lending), ("Not return", standing.returning))
    return [f"{what}: {why.sentence}" for what, why in asked if why is not None]


def _extract_lines(line: ExtractLine | None, zone: tzinfo) -> list[str]:
    if line is None:
        return ["Extract:   none"]
    more = [what for what, there in (("first names", line.names), ("debts", line.fees)) if there]
    return [
        f"Extract:   {line.snapshot}, made {_moment(line.made, zone)}, {line.age_hours:.0f} hours ago",
        f"           {line.members} members, {line.items} items, {line.on_loan} on loan, {line.blocked} blocked cards"
        + (f"; with {' and '.join(more)}" if more else ""),
    ]


def _waiting_line(standing: Standing, zone: tzinfo) -> str:
    if standing.waiting_since is None:
        return "Waiting:   nothing" if not standing.waiting else f"Waiting:   {standing.waiting} operations"
    return f"Waiting:   {standing.waiting} operations, the oldest since {_moment(standing.waiting_since, zone)}"


def _caps(standing: Standing) -> str:
    return (
        f"Caps:      policy {standing.policy}; extract up to {standing.extract_hours} hours old; "
        f"{standing.items_per_patron} items a patron; {standing.open_days} days; "
        f"{standing.open_operations} operations; unknown items {'lent' if standing.unknown_items else 'refused'}"
    )


def _pins(standing: Standing) -> str:
    alone = f"up to {standing.card_only_items} items by card alone" if standing.card_only else "nothing by card alone"
    kept = f"{standing.verifiers} can be recognised" if standing.keep_verifiers else "nobody's is kept"
    return f"PINs:      {kept}; who has one and cannot be recognised may borrow {alone}"


def _waiting(settings: KioskSettings) -> list[Entry]:
    path = settings.in_data("journal.sqlite")
    if not path.exists():
        return []
    journal = JournalReader.read(path)
    try:
        return journal.entries(*OPEN)
    finally:
        journal.close()


def _moment(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H.%M")
