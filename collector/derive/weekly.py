"""Weekly opening hours as people write them: ``mon-fri 08:00-16:00; sat 08:00-12:00 13:00-15:00``. Pure.

A part begins with a day, a range of days or days with commas, in English or Indonesian; then come spans of the wall
clock, or ``closed``. Days that nobody names are closed. A span that ends at or before its begin runs past midnight,
into the next day: ``fri 20:00-02:00``. ``00:00-24:00`` is all day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from collector.errors import EditError

#: Minutes of the wall clock from the day's midnight; the end may lie beyond 1440.
Span = tuple[int, int]
#: The spans of Monday to Sunday.
Week = tuple[tuple[Span, ...], ...]

DAY_MINUTES = 1440
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = {name: i for i, name in enumerate(NAMES)} | {
    name: i for i, name in enumerate(("sen", "sel", "rab", "kam", "jum", "sab", "min"))
}
_CLOSED = ("closed", "tutup", "-")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_EXPECTED = "expected for example 'mon-fri 08:00-16:00; sat 08:00-12:00'"


def parse(text: str) -> Week:
    """The spans of each weekday, in order.

    Raises:
        EditError: naming the part that cannot be read.
    """
    week: list[tuple[Span, ...]] = [()] * 7
    named: set[int] = set()
    for part in filter(None, (part.strip() for part in text.lower().split(";"))):
        days, _, rest = part.partition(" ")
        for day in _days(days, part):
            if day in named:
                raise EditError(f"opening hours {text!r}: {NAMES[day]} is named twice; put all its spans in one part.")
            named.add(day)
            week[day] = spans(rest)
    if not named:
        raise EditError(f"opening hours {text!r}: no day is named; {_EXPECTED}.")
    _check_overlaps(week, text)
    return tuple(week)


def spans(text: str) -> tuple[Span, ...]:
    """The spans of one day, in order; ``closed`` has none.

    Raises:
        EditError: naming the span that cannot be read, or two that overlap.
    """
    words = text.replace(",", " ").split()
    if len(words) == 1 and words[0].lower() in _CLOSED:
        return ()
    if not words:
        raise EditError("opening hours: a day without times; give spans such as 08:00-16:00, or 'closed'.")
    found = sorted(_span(word) for word in words)
    for one, other in pairwise(found):
        if other[0] < one[1]:
            raise EditError(f"opening hours {text.strip()!r}: {clock(other)} overlaps {clock(one)}.")
    return tuple(found)


def write(week: Week) -> str:
    """The one way these hours are written; :func:`parse` reads it back."""
    parts: list[tuple[int, int, tuple[Span, ...]]] = []
    for day, day_spans in enumerate(week):
        if parts and parts[-1][2] == day_spans:
            parts[-1] = (parts[-1][0], day, day_spans)
        else:
            parts.append((day, day, day_spans))
    return "; ".join(
        f"{NAMES[first] if first == last else f'{NAMES[first]}-{NAMES[last]}'} {write_spans(day_spans)}"
        for first, last, day_spans in parts
    )


def write_spans(day_spans: Sequence[Span]) -> str:
    """The spans of one day; ``closed`` when there are none."""
    return " ".join(clock(span) for span in day_spans) or "closed"


def clock(span: Span) -> str:
    """A span on the wall clock."""
    begin, end = span
    end = end if end <= DAY_MINUTES else end - DAY_MINUTES
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def _days(text: str, part: str) -> list[int]:
    days: list[int] = []
    for piece in text.split(","):
        first, dash, last = piece.partition("-")
        ends = [_WEEKDAYS.get(name[:3]) for name in ([first, last] if dash else [first])]
        if any(end is None for end in ends):
            raise EditError(f"opening hours {part!r}: {piece!r} is no day of the week; {_EXPECTED}.")
        begin, end = int(ends[0] or 0), int(ends[-1] or 0)
        days += range(begin, end + 1) if begin <= end else [*range(begin, 7), *range(end + 1)]
    return days


def _span(word: str) -> Span:
    begin, dash, end = word.partition("-")
    first, last = _minutes(begin, word), _minutes(end, word) if dash else -1
    if not dash or first == DAY_MINUTES:
        raise EditError(f"opening hours: {word!r} is no span; expected for example 08:00-16:00.")
    return first, last if last > first else last + DAY_MINUTES


def _minutes(text: str, word: str) -> int:
    match = _TIME.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise EditError(f"opening hours: {word!r}: {text!r} is no time of day; expected for example 08:00-16:00.")
    return minutes


def _check_overlaps(week: Sequence[tuple[Span, ...]], text: str) -> None:
    """A span past midnight must end before the next day's first begins."""
    for day, day_spans in enumerate(week):
        following = week[(day + 1) % 7]
        if day_spans and following and day_spans[-1][1] - DAY_MINUTES > following[0][0]:
            name = NAMES[(day + 1) % 7]
            raise EditError(f"opening hours {text!r}: {clock(day_spans[-1])} runs into those of {name}.")
