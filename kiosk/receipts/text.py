"""The receipt as plain text, in the language of the visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from kiosk.locale.calendar import Calendar
from kiosk.receipts.model import Receipt

_LENGTHS: Final = (200, 80, 60, 48, 40, 34, 28, 24, 20, 16, 12)
"""Characters of a title that are tried one after the other until the text fits."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A headline and the titles under it."""

    head: str
    titles: tuple[str, ...]


def text(receipt: Receipt, words: Calendar, most_bytes: int | None = None) -> str:
    """The lines of the receipt, joined by newlines.

    ``most_bytes`` of UTF-8 is what its carrier holds (``qr.room``). When the text is longer, titles are shortened,
    all alike; when even that is not enough, the last ones are only counted. Dates and numbers are never left out.
    """
    head = [_line(receipt.library), _moment(receipt, words)]
    sections = _sections(receipt, words)
    full = _lines(head, sections, words, _LENGTHS[0], None)
    if most_bytes is None:
        return full
    for length in _LENGTHS:
        shorter = _lines(head, sections, words, length, None)
        if len(shorter.encode()) <= most_bytes:
            return shorter
    longest = max((len(each.titles) for each in sections), default=0)
    for shown in range(longest - 1, -1, -1):
        shorter = _lines(head, sections, words, _LENGTHS[-1], shown)
        if len(shorter.encode()) <= most_bytes:
            return shorter
    return shorter if longest else full


def _moment(receipt: Receipt, words: Calendar) -> str:
    when = receipt.when
    zone = when.tzname() or ""
    return words("{date}, {time} {zone}", date=words.full_date(when.date()), time=words.time(when), zone=zone).rstrip()


def _sections(receipt: Receipt, words: Calendar) -> list[_Section]:
    sections = []
    ordered = sorted(receipt.lent, key=lambda each: (each.due or date.max, each.estimated))
    for (due, estimated), group in groupby(ordered, key=lambda each: (each.due, each.estimated)):
        sections.append(_Section(_due(due, estimated, words), tuple(each.title for each in group)))
    if receipt.returned:
        sections.append(_Section(words("Returned:"), receipt.returned))
    if receipt.unsure:
        sections.append(_Section(words("Still being checked, please ask staff:"), receipt.unsure))
    return sections


def _due(due: date | None, estimated: bool, words: Calendar) -> str:
    if due is None:
        return words("Borrowed, staff know the date:")
    day = words.full_date(due)
    return words("Due about {date}, an estimate:", date=day) if estimated else words("Due {date}:", date=day)


def _lines(head: list[str], sections: list[_Section], words: Calendar, length: int, shown: int | None) -> str:
    lines = list(head)
    for section in sections:
        titles = section.titles if shown is None else section.titles[:shown]
        lines.append(section.head)
        lines.extend(f"- {_cut(_line(title), length)}" for title in titles)
        if rest := len(section.titles) - len(titles):
            more = words.plural(rest, "and {n} more book", "and {n} more books")
            lines.append(more if titles else words.plural(rest, "{n} book", "{n} books"))
    return "\n".join(lines)


def _line(text: str) -> str:
    """One line without control characters and marks that turn the direction of writing."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 2].rstrip()}.."
