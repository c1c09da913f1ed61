"""A refusal as one field of a SIP2 answer, so that a kiosk of ours hears of our server exactly why.

SIP2 has only sentences (AF) for this, in the language of whoever set the server up. The field holds the code and what
is known of it, such as ``held until=2026-11-26`` or ``pin-locked until_time=2026-11-23T01:05:00+00:00 limit=3``: plain
ASCII without a bar, so it fits into any encoding. The system's own words (``said``) are AF's to carry.

Both functions take anything and never raise: what cannot be written is left out; a code that is not known reads as
``None``, so that a later version may have more of them, and a key or value that is not known is passed over.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from kiosk.circulation.port import Code, Refusal

#: Rupiah, pieces or years of more digits than this are a mistake.
_DIGITS: Final = 12
_NUMBER: Final = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def write(refusal: Refusal) -> str:
    """The refusal as the field's text."""
    known = {
        "until": _written_day(refusal.until),
        "until_time": _written_moment(refusal.until_time),
        "limit": _written_number(refusal.limit),
        "seen": _written_number(refusal.seen),
        "amount": _written_number(refusal.amount),
    }
    return " ".join([refusal.code.value, *(f"{key}={value}" for key, value in known.items() if value)])


def read(text: str) -> Refusal | None:
    """The refusal that the field's text stands for; ``None`` if it stands for none that is known."""
    code, *pairs = text.split(" ")
    if code not in _CODES:
        return None
    told = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    return Refusal(
        _CODES[code],
        until=_day(told.get("until", "")),
        until_time=_moment(told.get("until_time", "")),
        limit=_number(told.get("limit", "")),
        seen=_number(told.get("seen", "")),
        amount=_number(told.get("amount", "")),
    )


_CODES: Final = {code.value: code for code in Code}


def _written_day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _written_moment(moment: datetime | None) -> str:
    """In UTC. Without a time zone it names no moment."""
    if moment is None or moment.utcoffset() is None:
        return ""
    try:
        return moment.astimezone(UTC).isoformat()
    except OverflowError:  # within a day of the first or last year
        return ""


def _written_number(number: int | None) -> str:
    return str(number) if number is not None and abs(number) < 10**_DIGITS else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
