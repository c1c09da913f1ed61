"""Dates of SIP 2.00: the stamp of 18 characters that we write, and whatever a system writes as a due date.

A stamp is ``YYYYMMDDZZZZHHMMSS``; ZZZZ is four blanks for local time, or three and a letter for a zone (ANSI X3.43; Z
is UTC). A due date (AH) has no form of its own: seen are stamps, ISO 8601 dates with and without a time, and the
system's own way of writing dates, which the profile's ``due_formats`` name. Reading is total: what is no date for sure
is ``None``, never a guess and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from kiosk.circulation.sip2.errors import UnsafeValue

_STAMP: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([ ]{4}|[ ]{3}[A-Z])([0-9]{6}|[ ]{6}))?")
_ISO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?) ?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
#: Letters of ANSI X3.43 (the military ones): A to M without J are east of Greenwich, N to Y west, Z is UTC.
_ZONES: Final = {letter: hours for hours, letter in enumerate("ABCDEFGHIKLM", 1)} | {
    letter: -hours for hours, letter in enumerate("NOPQRSTUVWXY", 1)
} | {"Z": 0}  # fmt: skip
#: Month names that ``strptime`` does not know, where a pattern has %B or %b.
_INDONESIAN: Final = {
    "januari": "January", "februari": "February", "maret": "March", "april": "April", "mei": "May", "juni": "June",
    "juli": "July", "agustus": "August", "september": "September", "oktober": "October", "november": "November",
    "desember": "December", "agu": "Aug", "agt": "Aug", "okt": "Oct", "des": "Dec",
}  # fmt: skip
_WORD: Final = re.compile(r"[A-Za-z]+")


def sip_date(moment: datetime, zone: str, tz: tzinfo) -> str:
    """A stamp of 18 characters: in the time of ``tz`` with four blanks, or with ``zone`` ``"Z"`` in UTC.

    Raises:
        UnsafeValue: the moment has no time zone, or the zone is neither.
    """
    if moment.tzinfo is None:
        raise UnsafeValue("A SIP2 date needs a moment with a time zone.")
    if zone not in ("", "Z"):
        raise UnsafeValue("The zone of SIP2 dates is '' for local time, or 'Z' for UTC.")
    there = moment.astimezone(UTC if zone else tz)
    return f"{there.year:04d}{there:%m%d}{zone:>4}{there:%H%M%S}"


def parse_date(text: str) -> datetime | date | None:
    """A stamp, an ISO date or an ISO date-time. Aware if it names its zone; a naive one is the system's local time."""
    text = text.strip()
    if found := _STAMP.fullmatch(text):
        return _from_stamp(*found.groups())
    if found := _ISO.fullmatch(text):
        return _from_iso(*found.groups())
    return None


def due_day(text: str, formats: Sequence[str], tz: tzinfo) -> date | None:
    """The day on which something is due, in the library's zone; ``formats`` are tried where the text is no known form.

    A pattern without a year, or one that Python cannot use, finds nothing.
    """
    found = parse_date(text) or _from_formats(text.strip(), formats)
    if not isinstance(found, datetime):
        return found
    try:
        return (found if found.tzinfo is None else found.astimezone(tz)).date()
    except OverflowError:  # the first or last day of the calendar, in another zone
        return found.date()


def _from_stamp(year: str, month: str, day: str, zone: str | None, time: str | None) -> datetime | date | None:
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        return None
    clock = (time or "").strip()
    if not clock or int(clock[:2]) > 23 or int(clock[2:4]) > 59 or int(clock[4:]) > 59:
        return on  # such as 240000: the day is right all the same
    letter = (zone or "").strip()
    if letter and letter not in _ZONES:
        return on
    at = datetime(on.year, on.month, on.day, int(clock[:2]), int(clock[2:4]), int(clock[4:]))  # noqa: DTZ001
    return at.replace(tzinfo=_zone(_ZONES[letter])) if letter else at


def _zone(hours: int) -> tzinfo:
    return timezone(timedelta(hours=hours)) if hours else UTC


def _from_iso(day: str, time: str | None, zone: str | None) -> datetime | date | None:
    try:
        return datetime.fromisoformat(f"{day}T{time}{zone or ''}") if time else date.fromisoformat(day)
    except ValueError:
        pass
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _from_formats(text: str, formats: Sequence[str]) -> date | None:
    if len(text) > 64:
        return None
    for pattern in formats:
        if not ("%Y" in pattern or "%y" in pattern):
            continue
        written = _in_english(text) if "%B" in pattern or "%b" in pattern else text
        try:
            return datetime.strptime(written, pattern).date()  # noqa: DTZ007
        except (ValueError, re.error, OverflowError, LookupError):
            continue
    return None


def _in_english(text: str) -> str:
    return _WORD.sub(lambda word: _INDONESIAN.get(word[0].lower(), word[0]), text)
