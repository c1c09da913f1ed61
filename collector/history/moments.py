"""Days and times as people and programs write them. Pure.

``01/02/2025`` may be a day in February or in January; :func:`read` then gives both, and :mod:`collector.history.order`
decides by what stands around it. Whatever is not surely a day is refused, never guessed.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

#: Two figures of a year: 70 to 99 are of the last century.
_PIVOT: Final = 70
#: Spreadsheets count days from here (1900 was no leap year, and they think it was).
_SERIAL_DAY_0: Final = date(1899, 12, 30)
#: Serial numbers that are days between 1990 and 2100.
_SERIALS: Final = range(32_874, 73_051)
_YEARS: Final = range(1990, 2101)


class Order(enum.StrEnum):
    """Which of two numbers is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class Moment:
    """A local day, with minutes since midnight where they are told: of a moment, or of an hour that has an end too.

    ``offset`` is minutes east of UTC where the text says so; ``order`` what has to be assumed for this reading, or
    ``None``; ``shows`` the order that a text of two numbers proves, because one of them is no month.
    """

    day: date
    minute: int | None = None
    until: int | None = None
    offset: int | None = None
    order: Order | None = None
    shows: Order | None = None


#: January to December: English and Indonesian, whole and cut short, in the spellings one meets.
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january januari jan", "february februari feb peb pebruari", "march maret mar", "april apr", "may mei",
            "june juni jun", "july juli jul", "august agustus aug agu agt ags", "september sept sep",
            "october oktober oct okt", "november nopember nov nop", "december desember dec des",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
#: Monday (0) to Sunday, likewise.
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon senin sen", "tuesday tues tue selasa sel", "wednesday wed rabu rab",
            "thursday thurs thur thu kamis kam", "friday fri jumat jum'at jum", "saturday sat sabtu sab",
            "sunday sun minggu ahad min",
        )
    )
    for name in names.split()
}  # fmt: skip

_WEEKDAY = re.compile(rf"^({'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\.?,?\s+", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})(?=$|[T ,_])")
_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?=$|[T ,_])")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|[T ,_]?\d{0,6}Z?$)")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?:of )?([A-Za-z]+)\.?,?[-/. ]+(\d{4}|\d{2})(?=$|[T ,_])")
_MONTH_DAY = re.compile(r"([A-Za-z]+)\.?[-/. ]+(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(\d{4})(?=$|[T ,_])")
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?"
_TIME = re.compile(rf"{_CLOCK}\s*(Z|UTC|GMT|WIB|WITA|WIT|[+-]\d{{2}}:?\d{{2}})?")
_RANGE = re.compile(rf"{_CLOCK}\s*(?:-|–|—|to|s/d|sd|sampai)\s*{_CLOCK}")
_SOLID_TIME = re.compile(r"(\d{2})(\d{2})(?:\d{2})?(Z?)")
_HOUR_WORD = re.compile(r"^(?:pukul|jam|pk\.?|at|hour|hr)\s+", re.IGNORECASE)
_ZONES: Final = {"Z": 0, "UTC": 0, "GMT": 0, "WIB": 420, "WITA": 480, "WIT": 540}


def read(text: str) -> tuple[Moment, ...]:
    """What ``text`` may mean: nothing, one moment, or two that differ in which number is the day."""
    text = " ".join(text.split())
    weekday = _WEEKDAY.match(text)
    days, rest = _days(text[weekday.end() :] if weekday else text)
    if weekday:
        wanted = _WEEKDAYS[weekday.group(1).lower()]
        days = [each for each in days if each.day.weekday() == wanted] or days[:1]
    if not days:
        return _serial(text)
    if len(days) == 1:
        days = [replace(days[0], order=None)]
    if not rest:
        return tuple(days)
    times = read_time(rest)
    if times is None:
        return ()
    minute, until, offset = times
    return tuple(replace(day, minute=minute, until=until, offset=offset) for day in days)


def read_time(text: str) -> tuple[int, int | None, int | None] | None:
    """Minutes since midnight, of the end if there is one (24:00 is 1440), and of the zone east of UTC; or ``None``."""
    text = _HOUR_WORD.sub("", " ".join(text.split()))
    if found := _RANGE.fullmatch(text):
        return _range(found)
    if found := _SOLID_TIME.fullmatch(text):
        minute = _minute(found.group(1), found.group(2), None)
        return None if minute is None else (minute, None, 0 if found.group(3) else None)
    if found := _TIME.fullmatch(text):
        minute = _minute(*found.group(1, 2, 4))
        offset = _offset(found.group(5))
        return None if minute is None else (minute, None, offset)
    return None


def from_number(value: float) -> tuple[Moment, ...]:
    """A spreadsheet's day number, with the time as its fraction; seconds or milliseconds since 1970."""
    whole = int(value)
    if whole in _SERIALS:
        minute = round((value - whole) * 1440)
        day = _SERIAL_DAY_0 + timedelta(days=whole + minute // 1440)
        return (Moment(day, minute % 1440 if value != whole else None),)
    seconds = value / 1000 if value > 1e11 else value
    if 631_152_000 <= seconds < 4_102_444_800:  # 1990 to 2100
        at = datetime.fromtimestamp(seconds, UTC)
        return (Moment(at.date(), at.hour * 60 + at.minute, offset=0),)
    return ()


def _serial(text: str) -> tuple[Moment, ...]:
    try:
        return from_number(float(text)) if re.fullmatch(r"\d+(?:\.\d+)?", text) else ()
    except (ValueError, OverflowError):
        return ()


def _days(text: str) -> tuple[list[Moment], str]:
    """The days that the beginning of ``text`` may mean, and what follows it."""
    if found := _YEAR_FIRST.match(text):
        year, _, month, day = found.groups()
        days: list[tuple[date | None, Order | None]] = [(_day(year, month, day), None)]
    elif found := _NUMBERS.match(text):
        first, _, second, year = found.groups()
        days = [(_day(year, second, first), Order.DAY_FIRST), (_day(year, first, second), Order.MONTH_FIRST)]
        if first != second:
            return _two_numbers(days), text[found.end() :].lstrip("T ,_")
        days = days[:1]
    elif found := _DAY_MONTH.match(text):
        days = [(_day(found[3], _MONTHS.get(found[2].lower(), 0), found[1]), None)]
    elif found := _MONTH_DAY.match(text):
        days = [(_day(found[3], _MONTHS.get(found[1].lower(), 0), found[2]), None)]
    elif found := _SOLID.match(text):
        days = [(_day(*found.groups()), None)]
    else:
        return [], text
    return [Moment(day) for day, _ in days if day is not None], text[found.end() :].lstrip("T ,_")


def _two_numbers(days: list[tuple[date | None, Order | None]]) -> list[Moment]:
    sure = [Moment(day, order=order) for day, order in days if day is not None]
    return [replace(sure[0], order=None, shows=sure[0].order)] if len(sure) == 1 else sure


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= _PIVOT else 2000
    try:
        return date(number, int(month), int(day)) if number in _YEARS else None
    except ValueError:
        return None


def _range(found: re.Match[str]) -> tuple[int, int | None, int | None] | None:
    first_half, second_half = found.group(4), found.group(8)
    start = _minute(found.group(1), found.group(2), first_half or second_half)
    until = _minute(found.group(5), found.group(6), second_half or first_half)
    if start is None or until is None:
        return None
    if first_half is None and second_half is not None and start > until:  # "11-1 PM" begins in the morning
        start = _minute(found.group(1), found.group(2), None)
    if start is not None and until == 0:
        until = 1440
    return None if start is None or until <= start else (start, until, None)


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    hours, minutes = int(hour), int(minute or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if minutes > 59 or hours > 24 or (hours == 24 and minutes):
        return None
    return hours * 60 + minutes


def _offset(text: str | None) -> int | None:
    if text is None:
        return None
    if text in _ZONES:
        return _ZONES[text]
    digits = text[1:].replace(":", "")
    return (1 if text[0] == "+" else -1) * (int(digits[:2]) * 60 + int(digits[2:]))
