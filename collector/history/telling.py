"""The data quality report of a file of visits, for people and for programs. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from collector.history.examine import Examined
from collector.history.findings import Finding, Grade, Kind
from collector.reports import table
from collector.tidy import tidy

_GRADES = {
    Grade.LEFT_OUT: "Left out, and not counted as zero",
    Grade.CHECK: "Taken in; please look at these",
    Grade.NOTE: "Worth knowing",
}
_KINDS = {
    Kind.DATE_UNREADABLE: "no date that can be read",
    Kind.DATES_BY_COMPANY: "dates with two readings, decided by the dates around them",
    Kind.TEXT: "words instead of a number",
    Kind.UNKNOWN: "no number: the counter had none",
    Kind.NO_NUMBER: "a row without a number of people in",
    Kind.ENDS_EARLY: "a row that ends before it begins",
    Kind.HOUR_ENDS: "times were read as the ends of their hours, since there is a 24:00 and no 00:00",
    Kind.FIRST_READING: "the first reading, from which on people are counted",
    Kind.CLOSED: "the library was closed",
    Kind.SUM_ROW: "a row of sums",
    Kind.DUPLICATE: "the same row again",
    Kind.DUPLICATE_DIFFERS: "the same time with different numbers",
    Kind.OUT_OF_ORDER: "rows that go back in time",
    Kind.FUTURE: "in the future",
    Kind.MISSING_DAYS: "days without a number",
    Kind.MISSING_HOURS: "hours without a number",
    Kind.FAR_APART: "each row was taken as one day; if it is a sum of the days between, add a column 'End' and name it "
    "with --end. Rows are apart by",
    Kind.ROLL_OVER: "the counter went over its highest number",
    Kind.RESET: "the counter began again",
    Kind.GLITCH: "one reading beside the course of the others",
    Kind.BRIDGED: "days without a reading; their sum is known, each day gets an equal share",
    Kind.JUMP: "far more than usual",
    Kind.JUMP_LEFT_OUT: "far more than usual",
    Kind.IMPOSSIBLE: "more people than fit through a door",
    Kind.SKIPPED_HOUR: "a time that the change of the clock left out",
    Kind.REPEATED_HOUR: "a time that came twice at the change of the clock",
    Kind.OVERLAP: "overlaps another row",
    Kind.ZERO_RUN: "nobody for long where people usually come",
    Kind.PART_OF_HOUR: "rows that cover an hour only in part",
    Kind.DAY_SUM: "rows longer than an hour, taken as the day's sum",
}
_SHOWN = 40


def as_text(found: Examined) -> str:
    """For the terminal: what would be taken in, then the findings, most serious first."""
    lines = [_summary(found)]
    for grade, heading in _GRADES.items():
        graded = [finding for finding in found.findings if finding.grade is grade]
        if not graded:
            continue
        lines += ["", f"{heading}:"]
        lines += [f"  {_sentence(finding)}" for finding in graded[:_SHOWN]]
        if len(graded) > _SHOWN:
            lines.append(f"  and {len(graded) - _SHOWN} more; --json tells all.")
    if not found.findings:
        lines.append("Nothing is wrong with it.")
    return "\n".join(lines)


def as_json(found: Examined) -> str:
    """For programs: times in UTC, everything that was found."""
    return table.dump(
        {
            "file": str(found.path),
            "sha256": found.digest,
            "rows": found.rows,
            "shape": found.shape.value,
            "entries": len(found.taken),
            "in": found.into,
            "out": found.out,
            "from": _utc(min((each.start for each in found.taken), default=None)),
            "to": _utc(max((each.end for each in found.taken), default=None)),
            "doors": list(found.doors),
            "findings": [
                {
                    "grade": finding.grade.value, "kind": finding.kind.value, "what": finding.what,
                    "door": finding.door, "lines": list(finding.lines), "n": finding.n,
                }
                for finding in found.findings
            ],
        }
    )  # fmt: skip


def _summary(found: Examined) -> str:
    if not found.taken:
        return f"{found.path}: {found.rows} rows, none of which can be taken in."
    first, last = min(each.start for each in found.taken), max(each.end for each in found.taken)
    doors = f", {len(found.doors)} doors" if len(found.doors) > 1 else ""
    shape = "running totals" if found.shape == "running" else f"{found.shape} counts"
    return (
        f"{found.path}: {found.rows} rows, {shape}{doors}. {len(found.taken)} entries with {found.into:,} people in, "
        f"from {_day(first)} to {_day(last)} (UTC)."
    )


def _sentence(finding: Finding) -> str:
    times = f" ({finding.n})" if finding.n > 1 else ""
    where = f" at {tidy(finding.door, 30)}" if finding.door else ""
    lines = ", ".join(map(str, finding.lines[:8])) + (" …" if finding.n > len(finding.lines[:8]) > 0 else "")
    place = f"; line {lines}" if finding.lines else ""
    return f"{_KINDS[finding.kind]}{times}{where}: {tidy(finding.what, 200)}{place}"


def _utc(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}"
