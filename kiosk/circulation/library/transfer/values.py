"""Text as people and other systems write it, to values: days, moments, yes and no, rupiah, statuses.

Each function takes a cell without surrounding blanks and never an empty one; it answers the value, or raises
``BadValue`` with what was expected. Text that the library wrote itself always comes back as the same value.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime

LONGEST_NUMBER = 64
LONGEST_TEXT = 1000

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan january",
            "februari feb pebruari peb february",
            "maret mar mrt march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov nopember nop",
            "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_YES = frozenset({"1", "y", "ya", "yes", "true", "t", "benar", "x", "v", "on"})
_NO = frozenset({"0", "n", "tidak", "tdk", "no", "false", "f", "salah", "-", "off"})
#: What SLiMS, INLISLite, Koha and their users call the states of a copy. ``no-loan`` becomes a switch of its own.
_STATUSES = {
    "available": "available 0 1 tersedia ada baik on-shelf dipinjam sedang-dipinjam on-loan",
    "repair": "repair r rusak perbaikan dalam-perbaikan damaged in-repair",
    "lost": "lost mis missing hilang",
    "withdrawn": "withdrawn weeded ditarik dihapus afkir disiangi",
    "no-loan": "no-loan nl tidak-dipinjamkan tidak-untuk-dipinjamkan baca-di-tempat reference-only not-for-loan",
}
_STATUS = {word: status for status, words in _STATUSES.items() for word in words.split()}
_NAMED_DAY = re.compile(r"(?:\w+,\s*)?(\d{1,2})[\s./-]+([^\W\d]+)\.?[\s./,-]+(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_CLOCK = re.compile(r"[T ]\d{1,2}[:.]\d{2}([:.]\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$")
_NO_DAY = frozenset({"0000-00-00", "0000-00-00 00:00:00", "-", "null", "\\n"})


class BadValue(ValueError):
    """This cell cannot be read. Its text is what was expected, as the end of "expected …"."""


def number(text: str) -> str:
    """A member's or copy's number: anything that fits on a label and may go over any wire."""
    if len(text) > LONGEST_NUMBER or any(_unprintable(sign) or sign == "|" for sign in text):
        raise BadValue(f"at most {LONGEST_NUMBER} printable characters without '|'")
    return text


def text(cell: str) -> str:
    """Free text on one line: line breaks and runs of blanks become one blank."""
    flat = " ".join(cell.split())
    if len(flat) > LONGEST_TEXT:
        raise BadValue(f"at most {LONGEST_TEXT} characters")
    if any(_unprintable(sign) for sign in flat):
        raise BadValue("text without control characters")
    return flat


def day(cell: str) -> str | None:
    """``2026-11-22``, ``22/11/2026``, ``22 November 2026`` (Indonesian or English), with or without a time of day.

    Day before month always; ``0000-00-00`` of MySQL is no date.
    """
    if cell.lower() in _NO_DAY:
        return None
    plain = _CLOCK.sub("", cell)
    parts = _day_parts(plain)
    if parts is not None:
        try:
            return date(*parts).isoformat()
        except ValueError:
            pass
    raise BadValue("a date such as 2026-11-22, 22/11/2026 or 22 November 2026")


def moment(cell: str) -> str:
    """A moment as ISO 8601 in UTC; a bare date is its first moment in UTC."""
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        found = day(cell)
        if found is None:
            raise BadValue("a moment such as 2026-11-22T08:30:00+08:00") from None
        at = datetime.fromisoformat(found)
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def flag(cell: str) -> int:
    """Yes and no in both languages."""
    word = cell.lower()
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise BadValue("yes or no (ya, tidak, 1, 0)")


def status(cell: str) -> str:
    """One of the library's statuses, or ``no-loan``."""
    found = _STATUS.get(re.sub(r"[\s_-]+", "-", cell.lower()))
    if found is None:
        raise BadValue("available, repair, lost, withdrawn or no-loan")
    return found


def year(cell: str) -> int | None:
    """The first four digits: of *c2005* and *[2005]* too. A cell without digits (*s.a.*) tells no year."""
    if not any(sign.isdecimal() for sign in cell):
        return None
    found = re.search(r"(?<!\d)\d{4}(?!\d)", cell, re.ASCII)
    if found is None:
        raise BadValue("a year such as 2005")
    return int(found[0])


def rupiah(cell: str) -> int:
    """Whole rupiah: ``45000``, ``Rp45.000``, ``45.000,00``, ``45,000.00``. Decimals must be zero."""
    plain = re.sub(r"^(-?)\s*(?:rp|idr)\.?\s*", r"\1", cell.lower()).replace(" ", "")
    for grouped, point in ((r"-?\d{1,3}(\.\d{3})+", ","), (r"-?\d{1,3}(,\d{3})+", "."), (r"-?\d+", "[.,]")):
        found = re.fullmatch(
            rf"(?P<whole>{grouped})(?:{re.escape(point) if len(point) == 1 else point}0{{1,2}}|,-)?", plain
        )
        if found is not None and len(plain) < 16:
            return int(re.sub(r"[.,]", "", found["whole"]))
    raise BadValue("whole rupiah such as 45000 or Rp45.000")


def cost(cell: str) -> int:
    """A price: rupiah, not below nothing."""
    amount = rupiah(cell)
    if amount < 0:
        raise BadValue("whole rupiah such as 45000 or Rp45.000")
    return amount


def tag(cell: str) -> str:
    """The UID of an ISO 15693 tag: 16 hex digits."""
    plain = re.sub(r"[\s:.-]", "", cell).upper()
    if not re.fullmatch("[0-9A-F]{16}", plain):
        raise BadValue("a tag's UID of 16 hex digits")
    return plain


def count(least: int, most: int) -> _Count:
    """A whole number between two others."""
    return _Count(least, most)


class _Count:
    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, cell: str) -> int:
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII) or not self._least <= int(cell) <= self._most:
            raise BadValue(f"a whole number from {self._least} to {self._most}")
        return int(cell)


def pin(cell: str) -> str:
    """A PIN of digits, or the hash of one as this library exports it."""
    if re.fullmatch(r"\d{4,12}", cell, re.ASCII) or re.fullmatch(
        r"scrypt\$16384\$8\$1\$[0-9a-f]{32}\$[0-9a-f]{64}", cell
    ):
        return cell
    raise BadValue("a PIN of 4 to 12 digits")


def _unprintable(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")


def _day_parts(plain: str) -> tuple[int, int, int] | None:
    if (iso := _ISO.fullmatch(plain)) is not None:
        return int(iso[1]), int(iso[3]), int(iso[4])
    if (first := _DAY_FIRST.fullmatch(plain)) is not None:
        return int(first[4]), int(first[3]), int(first[1])
    if (named := _NAMED_DAY.fullmatch(plain)) is not None:
        month = _MONTHS.get(named[2].lower())
        return None if month is None else (int(named[3]), month, int(named[1]))
    return None
