"""Running totals: what a row adds to them, and the row's body with the totals after it filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from devices.contract import Count, Transaction

#: Names of the totals that a :class:`~devices.contract.Count` feeds.
COUNTED = ("in", "out", "turned_back", "ambiguous", "glitch")


def tally(body: msgspec.Struct, totals: Mapping[str, int]) -> tuple[msgspec.Struct, dict[str, int]]:
    """Return the body with its totals filled in, and the totals that change, with their new values.

    A :class:`Count` feeds the names of :data:`COUNTED`; a done :class:`Transaction` feeds the name of its ``op``.
    Whatever totals the caller wrote into the body are overwritten: totals come from the ledger alone.
    """
    if isinstance(body, Count):
        added = (body.into, body.out, body.turned_back, body.ambiguous, body.glitch)
        after = {name: totals.get(name, 0) + n for name, n in zip(COUNTED, added, strict=True)}
        full = msgspec.structs.replace(body, total_in=after["in"], total_out=after["out"])
        return full, {name: value for name, value in after.items() if value != totals.get(name, 0)}
    if isinstance(body, Transaction):
        total = totals.get(body.op, 0) + (body.result == "done")
        changed = {body.op: total} if body.result == "done" else {}
        return msgspec.structs.replace(body, total=total), changed
    return body, {}
