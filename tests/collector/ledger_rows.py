"""Rows as devices write them."""

from __future__ import annotations

import json

#: 2026-11-19 00:20:00 UTC, which is 08.20 in Samarinda.
T0 = 1_795_047_600_000


def count(
    seq: int, into: int = 1, out: int = 0, *, epoch: str = "e1", at: int | None = None, **more: object
) -> dict[str, object]:
    """A count row of one minute; its totals assume that every row before had the same counts."""
    t0 = T0 + seq * 60_000 if at is None else at
    row: dict[str, object] = {
        "epoch": epoch, "seq": seq, "boot": "b1", "bt0": seq * 60_000, "bt1": seq * 60_000 + 59_000,
        "t0": t0, "t1": t0 + 59_000, "clk": "synced", "kind": "count", "v": 1,
        "body": {"in": into, "out": out, "IN": seq * into, "OUT": seq * out, "tb": 0, "amb": 0, "glitch": 0},
    }  # fmt: skip
    return {**row, **more}


def transaction(seq: int, op: str, result: str = "done", code: str | None = None, **more: object) -> dict[str, object]:
    """A kiosk's transaction row."""
    body = {"op": op, "result": result, "code": code, "total": seq}
    return {**count(seq), "kind": "transaction", "body": body, **more}


def payload(*rows: object) -> bytes:
    """A ``records`` message."""
    return json.dumps(list(rows)).encode()
