"""A file of visits from beginning to end: rows, shape, duplicates, running totals, holes, clock changes. Pure but for
reading the file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.history import quality, running
from collector.history.entries import Entry, Shape, read_entries
from collector.history.errors import HistoryError
from collector.history.findings import Finding, Grade
from collector.history.layout import Role, recognise
from collector.history.moments import Order
from collector.history.quality import Taken
from collector.history.sheet import read_sheet
from collector.history.ways import joined, told_apart


@dataclass(frozen=True, slots=True)
class How:
    """What the person says of the file; everything left out is found out."""

    zone: ZoneInfo
    now: int  # ms of UTC
    shape: Shape | None = None
    order: Order | None = None
    most: int | None = None  # the highest number a running counter can show
    columns: Mapping[Role, str] = field(default_factory=dict)
    leave_out_jumps: bool = False  # what is far more than usual is not taken in
    into_is: str = ""  # in files with a row for each direction: the word that means in


@dataclass(frozen=True, slots=True)
class Examined:
    """What would be taken in, and what was noticed. ``digest`` is SHA-256 of the file: the same file is known again."""

    path: Path
    digest: str
    rows: int
    shape: Shape
    taken: tuple[Taken, ...]
    findings: tuple[Finding, ...]

    @property
    def doors(self) -> tuple[str, ...]:
        """The doors named in the file; one without a name is ``""``."""
        return tuple(sorted({each.door for each in self.taken}))

    @property
    def into(self) -> int:
        """All people in."""
        return sum(each.into for each in self.taken)

    @property
    def out(self) -> int | None:
        """All people out; ``None`` where the file tells of none."""
        told = [each.out for each in self.taken if each.out is not None]
        return sum(told) if told else None

    def with_findings(self, more: list[Finding]) -> Examined:
        """The same, with more findings among the others."""
        return replace(self, findings=tuple(_together([*self.findings, *more])))

    def count(self, grade: Grade) -> int:
        """How many things of this grade were noticed."""
        return sum(finding.n for finding in self.findings if finding.grade is grade)


def examine(path: Path, how: How) -> Examined:
    """Read a file and judge it; nothing is stored.

    Raises:
        HistoryError: it cannot be read or understood; the message names the file and what to do.
    """
    lines = read_sheet(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        layout = recognise(lines, dict(how.columns))
        read = read_entries(lines, layout, how.order, how.shape)
        rows: Sequence[Entry] = read.entries
        alone: list[Finding] = []
        if Role.WAY in layout.roles:
            rows, alone = joined(rows, told_apart((entry.way for entry in rows), how.into_is))
    except HistoryError as error:
        raise HistoryError(f"{path}: {error}") from error
    entries = quality.unfolded(rows, how.zone)
    findings = [*read.findings, *alone, *quality.order(entries)]
    distinct, said = quality.distinct(entries)
    findings += said
    if read.shape is Shape.RUNNING:
        distinct, said = _differences(distinct, how.most)
        findings += said
    findings += quality.holes(distinct, read.shape, read.closed)
    distinct, said = quality.unusual(distinct, leave_out=how.leave_out_jumps)
    findings += said
    placed, said = quality.place(distinct, how.zone, how.now)
    findings += said
    taken, said = quality.apart(placed)
    findings += said
    return Examined(path, digest, len(lines) - layout.header, read.shape, tuple(taken), tuple(_together(findings)))


def _differences(entries: list[Entry], most: int | None) -> tuple[list[Entry], list[Finding]]:
    doors: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        doors[entry.door].append(entry)
    found: list[Entry] = []
    findings: list[Finding] = []
    for door in sorted(doors):
        counts, said = running.differences(doors[door], most)
        found += counts
        findings += said
    return found, findings


#: Findings of one kind and wording that are told together.
_MANY_LINES = 12


def _together(findings: list[Finding]) -> list[Finding]:
    """Equal findings as one, with their lines, in the order of the kinds."""
    groups: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.kind, finding.what, finding.door].append(finding)
    merged = [
        Finding(
            alike[0].kind,
            alike[0].what,
            tuple(line for each in alike for line in each.lines)[:_MANY_LINES],
            alike[0].door,
            sum(each.n for each in alike),
        )
        for alike in groups.values()
    ]
    urgent_first = list(Grade)[::-1]
    return sorted(merged, key=lambda each: (urgent_first.index(each.grade), each.kind, each.lines))
