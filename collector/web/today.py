"""What the page Today says: figures and sentences, made from one moment of the store. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from collector.derive.local import By, Door, Loans, Visits, bucket, loans, local, span, visits
from collector.fleet import Assessed, Cause, Fleet, State, assess
from collector.sentences import DAYS
from collector.store.placing import QUARTER_MS
from collector.store.port import QuarterHour, Reading
from collector.tidy import tidy
from collector.web import chart
from collector.words import Words

#: Hours that are always in the chart; earlier and later ones appear when something happened in them.
FIRST_HOUR, LAST_HOUR = 8, 17
MOST_ATTENTION = 7
_UNREADABLE_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class DoorRow:
    """A line of the table of doors."""

    name: str
    into: int
    out: int
    back: int
    bars: tuple[chart.SmallBar, ...]
    data: str


@dataclass(frozen=True, slots=True)
class KioskRow:
    """A line of the table of kiosks; ``values`` in the order of the columns."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a person should look at."""

    state: str
    word: str
    what: str
    since: str
    why: str
    announce: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The page. ``visits`` is ``None`` when no door has sent anything: that is not zero."""

    date: str
    time: str
    visits: int | None
    out: int
    back: int
    balance: str
    compared: str
    remarks: tuple[str, ...]
    chart: chart.HourChart | None
    doors: tuple[DoorRow, ...]
    kiosk_columns: tuple[str, ...]
    kiosks: tuple[KioskRow, ...]
    kiosk_sums: tuple[int, ...]
    attention: tuple[Attention, ...]
    attention_count: int
    attention_rest: int
    fleet_size: int
    fleet: tuple[tuple[State, int], ...]
    all_well: str


def today(reading: Reading, words: Words, now: int) -> tuple[Today, Fleet]:
    """Make the page, and the fleet for its frame."""
    zone = words.zone
    here = local(now, zone)
    bounds = span(here.date(), here.date(), zone)
    quarters = reading.quarters(*bounds)
    counted = visits(quarters, reading.lost_passages(*bounds), zone, By.HOUR)
    lent = loans(reading.transactions(*bounds), zone, By.DAY)
    desk = reading.desk()
    fleet = assess(reading.devices(), desk, now)
    names = {Door(a.device.site, a.device.device): tidy(a.name) for a in fleet.devices}
    attention = _attention(fleet, words, desk.unreadable_since, now)
    known = bool(counted.doors)
    total = counted.total
    columns, kiosks, sums = _kiosks(lent, names)
    by_hour = _by_hour(counted)
    page = Today(
        date=words.date(here),
        time=words.clock(now),
        visits=total.into if known else None,
        out=total.out,
        back=total.turned_back,
        balance=_balance(words, total.out, total.turned_back),
        compared=_compared(reading, words, here.date(), now),
        remarks=_remarks(counted, words),
        chart=_chart(by_hour, words, here.hour + here.minute / 60, total.into) if known else None,
        doors=_doors(counted, quarters, names, words, now),
        kiosk_columns=columns,
        kiosks=kiosks,
        kiosk_sums=sums,
        attention=tuple(attention[:MOST_ATTENTION]),
        attention_count=len(attention),
        attention_rest=max(0, len(attention) - MOST_ATTENTION),
        fleet_size=len(fleet.devices),
        fleet=tuple((state, fleet.count(state)) for state in State if fleet.count(state)),
        all_well=_all_well(fleet, words),
    )
    return page, fleet


def _balance(words: Words, out: int, back: int) -> str:
    return words.say("visits.balance" if back else "visits.balance.plain", out=out, back=back)


def _compared(reading: Reading, words: Words, day: date, now: int) -> str:
    """Beside the same weekday of last week, up to the last full quarter hour; both are counts, nothing is guessed."""
    before = day - timedelta(days=7)
    start, end = span(before, before, words.zone)
    elapsed = (now - span(day, day, words.zone)[0]) // QUARTER_MS * QUARTER_MS
    whole = reading.quarters(start, end)
    weekday = DAYS[words.language][before.weekday()]
    if not whole:
        return words.say("visits.alone", weekday=weekday)
    n = sum(quarter.into for quarter in whole if quarter.start < start + elapsed)
    return words.say("visits.lastweek", weekday=weekday, time=words.clock(start + elapsed), n=n)


def _remarks(counted: Visits, words: Words) -> tuple[str, ...]:
    total = counted.total
    remarks = []
    if total.untimed_in:
        remarks.append(words.say("visits.untimed", n=total.untimed_in))
    if total.estimated_in:
        remarks.append(words.say("visits.estimated", n=total.estimated_in))
    return tuple(remarks)


def _by_hour(counted: Visits) -> dict[int, tuple[int, int]]:
    hours: dict[int, tuple[int, int]] = {}
    for start, doors in sorted(counted.buckets.items()):
        into, out = hours.get(start.hour, (0, 0))
        hours[start.hour] = (
            into + sum(passages.into for passages in doors.values()),
            out + sum(passages.out for passages in doors.values()),
        )
    return hours


def _in_sight(by_hour: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """At night a heartbeat's zero is no news; hours in which someone passed always are."""
    return {h: n for h, n in by_hour.items() if FIRST_HOUR <= h < LAST_HOUR or any(n)}


def _bounds(hours: Sequence[int]) -> tuple[int, int]:
    return min([FIRST_HOUR, *hours]), max([LAST_HOUR, *(hour + 1 for hour in hours)])


def _chart(by_hour: dict[int, tuple[int, int]], words: Words, now: float, n: int) -> chart.HourChart:
    seen = _in_sight(by_hour)
    first, last = _bounds([*seen])
    peak = max(seen, key=lambda hour: seen[hour][0], default=first)
    highest = seen.get(peak, (0, 0))[0]
    alt = words.say("visits.alt", n=n, hour=f"{peak:02d}–{peak + 1:02d}", peak=highest)
    labels = [words.number(into) for into, _ in seen.values()]
    return chart.hours(seen, first, last, now, labels, alt)


def _doors(
    counted: Visits, quarters: Sequence[QuarterHour], names: dict[Door, str], words: Words, now: int
) -> tuple[DoorRow, ...]:
    hourly: dict[Door, dict[int, int]] = {}
    latest: dict[Door, int] = {}
    for quarter in quarters:
        door = Door(quarter.site, quarter.device)
        hour = bucket(quarter.start, words.zone, By.HOUR).hour
        mine = hourly.setdefault(door, {})
        mine[hour] = mine.get(hour, 0) + quarter.into
        latest[door] = max(latest.get(door, 0), quarter.start + QUARTER_MS)
    first, last = _bounds([*_in_sight(_by_hour(counted))])
    highest = max((n for mine in hourly.values() for n in mine.values()), default=0)
    rows = []
    for door, passages in sorted(counted.doors.items(), key=lambda entry: (-entry[1].into, entry[0].device)):
        until = latest.get(door, 0)
        # A door that is alive reports each quarter hour, so a newest quarter hour of long ago means: more may follow.
        late = now - until > 2 * QUARTER_MS
        data = words.say("doors.late", since=words.clock(until)) if late and until else words.say("doors.counted")
        bars = chart.small(hourly.get(door, {}), first, last, highest)
        name = names.get(door, door.device)
        rows.append(DoorRow(name, passages.into, passages.out, passages.turned_back, bars, data))
    return tuple(rows)


def _kiosks(lent: Loans, names: dict[Door, str]) -> tuple[tuple[str, ...], tuple[KioskRow, ...], tuple[int, ...]]:
    columns = ["checkout", "checkin", "renew", "refused"]
    if any(result == "unknown" for _, result in lent.total.counts):
        columns.append("unknown")
    rows = []
    for kiosk, operations in sorted(lent.kiosks.items(), key=lambda e: (-e[1].done("checkout"), e[0].device)):
        values = [operations.done(column) for column in columns[:3]]
        values += [sum(n for (_, result), n in operations.counts.items() if result == c) for c in columns[3:]]
        rows.append(KioskRow(names.get(kiosk, kiosk.device), tuple(values)))
    sums = tuple(sum(row.values[i] for row in rows) for i in range(len(columns)))
    return tuple(columns), tuple(rows), sums


def _attention(fleet: Fleet, words: Words, unreadable: int | None, now: int) -> list[Attention]:
    items = [
        _item(assessed, words, fleet.as_of)
        for assessed in fleet.devices
        if assessed.state in (State.LOST, State.DEGRADED, State.NEVER)
    ]
    if unreadable is not None and now - unreadable < _UNREADABLE_MS:
        items.append(
            Attention(
                State.DEGRADED.value,
                words.state(State.DEGRADED),
                words.say("attention.unreadable"),
                f"{words.moment(unreadable, now)} · {words.age(now - unreadable)}",
                words.say("attention.unreadable.more"),
                announce=False,
            )
        )
    return items


def _item(assessed: Assessed, words: Words, as_of: int) -> Attention:
    why = assessed.why[0]
    since = "" if why.since is None else f"{words.moment(why.since, as_of)} · {words.age(as_of - why.since)}"
    # Since when stands beside the heading already.
    quoted = why.cause in (Cause.PART, Cause.ALERT)
    sentence = words.why(replace(why, since=None) if quoted else why, as_of)
    todo = words.todo(why)
    return Attention(
        assessed.state.value,
        words.state(assessed.state),
        words.say(f"title.{why.cause.value}", name=tidy(assessed.name), part=words.cause(why)),
        since,
        f"{sentence} {todo}".strip(),
        announce=assessed.state is State.LOST,
    )


def _all_well(fleet: Fleet, words: Words) -> str:
    time = words.clock(fleet.as_of)
    if fleet.count(State.OK) == len(fleet.devices):
        return words.say("attention.none.more", n=len(fleet.devices), time=time)
    return words.say("attention.quiet", time=time)
