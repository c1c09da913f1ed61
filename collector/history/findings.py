"""What was noticed while reading a file of visits: each thing once, with the lines it stands in. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How much it matters."""

    NOTE = "note"  # as it should be, or decided by a written rule; worth knowing
    CHECK = "check"  # taken in, and somebody should look at it
    LEFT_OUT = "left_out"  # not taken in


class Kind(enum.StrEnum):
    """What was noticed."""

    DATE_UNREADABLE = "date_unreadable"
    DATES_BY_COMPANY = "dates_by_company"  # which number is the day was decided by the dates around it
    TEXT = "text"
    UNKNOWN = "unknown"  # a dash, n/a, "broken": no number, and not zero
    NO_NUMBER = "no_number"  # a row that says when, and not how many came in
    ENDS_EARLY = "ends_early"  # before it begins
    HOUR_ENDS = "hour_ends"  # times name the end of their hours
    FIRST_READING = "first_reading"  # of a running total: people are counted from it on
    CLOSED = "closed"
    SUM_ROW = "sum_row"
    DUPLICATE = "duplicate"
    DUPLICATE_DIFFERS = "duplicate_differs"
    OUT_OF_ORDER = "out_of_order"
    FUTURE = "future"
    MISSING_DAYS = "missing_days"
    MISSING_HOURS = "missing_hours"
    FAR_APART = "far_apart"  # days with long pauses between: sums of weeks?
    ROLL_OVER = "roll_over"
    RESET = "reset"
    GLITCH = "glitch"
    BRIDGED = "bridged"  # a running total over days without a reading: the sum is right, the parts are not known
    JUMP = "jump"
    JUMP_LEFT_OUT = "jump_left_out"  # as the person said
    IMPOSSIBLE = "impossible"  # more than fit through a door
    SKIPPED_HOUR = "skipped_hour"  # a time that the clock change left out
    REPEATED_HOUR = "repeated_hour"  # a time that came twice
    OVERLAP = "overlap"  # two rows for the same time, differently cut
    ZERO_RUN = "zero_run"
    PART_OF_HOUR = "part_of_hour"  # rows that cover an hour only in part
    DAY_SUM = "day_sum"  # rows longer than an hour: their sum is the day's


GRADES: dict[Kind, Grade] = {
    Kind.DATE_UNREADABLE: Grade.LEFT_OUT,
    Kind.DATES_BY_COMPANY: Grade.NOTE,
    Kind.TEXT: Grade.LEFT_OUT,
    Kind.UNKNOWN: Grade.LEFT_OUT,
    Kind.NO_NUMBER: Grade.CHECK,
    Kind.ENDS_EARLY: Grade.LEFT_OUT,
    Kind.HOUR_ENDS: Grade.CHECK,
    Kind.FIRST_READING: Grade.NOTE,
    Kind.CLOSED: Grade.NOTE,
    Kind.SUM_ROW: Grade.NOTE,
    Kind.DUPLICATE: Grade.NOTE,
    Kind.DUPLICATE_DIFFERS: Grade.LEFT_OUT,
    Kind.OUT_OF_ORDER: Grade.NOTE,
    Kind.FUTURE: Grade.LEFT_OUT,
    Kind.MISSING_DAYS: Grade.CHECK,
    Kind.MISSING_HOURS: Grade.CHECK,
    Kind.FAR_APART: Grade.CHECK,
    Kind.ROLL_OVER: Grade.NOTE,
    Kind.RESET: Grade.CHECK,
    Kind.GLITCH: Grade.LEFT_OUT,
    Kind.BRIDGED: Grade.NOTE,
    Kind.JUMP: Grade.CHECK,
    Kind.JUMP_LEFT_OUT: Grade.LEFT_OUT,
    Kind.IMPOSSIBLE: Grade.LEFT_OUT,
    Kind.SKIPPED_HOUR: Grade.LEFT_OUT,
    Kind.REPEATED_HOUR: Grade.NOTE,
    Kind.OVERLAP: Grade.LEFT_OUT,
    Kind.ZERO_RUN: Grade.CHECK,
    Kind.PART_OF_HOUR: Grade.LEFT_OUT,
    Kind.DAY_SUM: Grade.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` names the value, day or hour in question; ``lines`` are the file's, from 1; ``door`` if it matters."""

    kind: Kind
    what: str
    lines: tuple[int, ...] = ()
    door: str = ""
    n: int = 1

    @property
    def grade(self) -> Grade:
        """How much it matters."""
        return GRADES[self.kind]
