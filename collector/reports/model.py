"""A report as a value: what every renderer is given, and all that it knows.

A number keeps its exact kind until it is shown. Whole visits are ``COUNT``; tenths (visits an hour) and percentages
are whole tenths, a factor whole thousandths. What a number is worth stands beside it as a :class:`Mark`, never in it:
a missing number has no value, and zero is a number.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from collector.reports.charts.model import Chart


class Kind(enum.StrEnum):
    """What a column holds."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    SIGNED = "signed"
    TENTHS = "tenths"
    PERCENT = "percent"  # tenths of a per cent
    CHANGE = "change"  # tenths of a per cent, with its sign
    FACTOR = "factor"  # thousandths
    HUNDREDTHS = "hundredths"
    BAND = "band"  # ± so many


class Mark(enum.StrEnum):
    """What a number is worth; the words and signs are the desk's."""

    NONE = ""
    ESTIMATED = "estimated"  # ≈ 38
    MISSING = "missing"  # ?
    CLOSED = "closed"  # –
    LOWER = "at least"  # ≥ 80: a part of the open hours has no number


class Audience(enum.StrEnum):
    """Who reads a part: a heat map is a square for people and a list for programs."""

    ALL = "all"
    PEOPLE = "people"
    PROGRAMS = "programs"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. ``text`` is what people read instead of it (a door's name for its id); ``kind`` overrides the
    column's."""

    value: int | str | date | None
    mark: Mark = Mark.NONE
    text: str = ""
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is the stable name for programs, ``head`` the language's; ``detail`` columns are for programs only. A
    ``spoken`` column explains its row in a sentence: a terminal puts it under the row, CSV leaves it out."""

    key: str
    head: str
    kind: Kind = Kind.TEXT
    detail: bool = False
    spoken: bool = False


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its heading, the sums under it, and the chart that shows the same."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    note: str = ""
    chart: Chart | None = None
    audience: Audience = Audience.ALL


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on a printed page around the figures: whose it is, which revision, who signs."""

    institution: tuple[str, ...] = ()
    prepared: str = ""
    approved: str = ""
    revision: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report in one language.

    ``sentence`` answers the report's question; ``notes`` say what happened, ``method`` how it was counted. ``extra``
    are further figures for JSON. ``data`` is false when nothing at all is known of the period: that is not zero. A
    ``bare`` report is, in a terminal, its table and notes alone.
    """

    name: str
    language: str
    title: str
    where: str
    period: str
    sentence: str
    first: date
    last: date
    zone: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    data: bool = True
    bare: bool = False
    printed: Printed = Printed()
    extra: Mapping[str, object] = field(default_factory=dict)

    def part(self, key: str) -> Part:
        """The part with this key."""
        return next(part for part in self.parts if part.key == key)


def text(value: str, shown: str = "") -> Cell:
    """A cell of text."""
    return Cell(value, text=shown)
