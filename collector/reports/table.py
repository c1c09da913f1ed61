"""Plain tables and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

Cell = str | int | float


def text(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Columns under their headings; numbers to the right."""
    numeric = [bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(head))]
    return aligned(head, [[str(cell) for cell in row] for row in rows], numeric)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Columns under their headings, those of ``right`` to the right."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    shown = [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join(shown)


def comma(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """CSV. A cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([[inert(cell) for cell in row] for row in rows])
    return out.getvalue().rstrip("\n")


def inert(cell: Cell) -> Cell:
    """Text that no spreadsheet runs."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def dump(value: object) -> str:
    """JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=2)
