"""Bytes as people paste them from a log or a manual."""

from __future__ import annotations

import re

import click


def read_hex(ctx: click.Context, param: click.Parameter, value: str) -> bytes:
    """Bytes from hex digits; spaces, colons and line ends between them are fine."""
    digits = re.sub(r"[\s:]", "", value)
    wrong = re.search(r"[^0-9A-Fa-f]", digits)
    if wrong:
        what = f"{wrong.group()!r} at digit {wrong.start() + 1} is not a hex digit (0-9, A-F)"
    elif not digits:
        what = "there are no hex digits"
    elif len(digits) % 2:
        what = f"{len(digits)} hex digits; every byte needs two, so one is missing or too many"
    else:
        return bytes.fromhex(digits)
    raise click.BadParameter(what, ctx, param)
