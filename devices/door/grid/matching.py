"""Who is who: the pairing of tracks and blobs that costs least altogether. Pure.

The Hungarian method with potentials (Kuhn 1955, Munkres 1957), for a handful of people. A pair that costs 1 or more
is no pair: it is left out rather than forced.
"""

from __future__ import annotations

from collections.abc import Sequence


def pair(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Rows and columns of ``costs`` that belong together, at the least total; an unpaired row or column costs 1/2."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if not rows or not columns:
        return []
    if rows == 1 and columns == 1:
        return [(0, 0)] if costs[0][0] < 1 else []
    size = rows + columns  # each row may take a column of its own that stands for "nobody"
    table = [[min(1.0, costs[r][c]) if r < rows and c < columns else 0.5 for c in range(size)] for r in range(size)]
    for r in range(rows, size):
        for c in range(columns, size):
            table[r][c] = 0.0
    taken = _assign(table)
    return [(r, c) for r, c in enumerate(taken) if r < rows and c < columns and costs[r][c] < 1]


def _assign(table: list[list[float]]) -> list[int]:
    """The column of each row of a square table."""
    size = len(table)
    up, vp = [0.0] * (size + 1), [0.0] * (size + 1)
    owner = [0] * (size + 1)  # of each column, 1-based; 0 is nobody
    for row in range(1, size + 1):
        owner[0], column = row, 0
        least, came, used = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while True:
            used[column] = True
            at, best, then = owner[column], float("inf"), 0
            for other in range(1, size + 1):
                if used[other]:
                    continue
                cost = table[at - 1][other - 1] - up[at] - vp[other]
                if cost < least[other]:
                    least[other], came[other] = cost, column
                if least[other] < best:
                    best, then = least[other], other
            for other in range(size + 1):
                if used[other]:
                    up[owner[other]] += best
                    vp[other] -= best
                else:
                    least[other] -= best
            column = then
            if owner[column] == 0:
                break
        while column:
            owner[column], column = owner[came[column]], came[column]
    columns = [0] * size
    for column in range(1, size + 1):
        columns[owner[column] - 1] = column - 1
    return columns
