"""Kinds of values that the library's commands take, read as the import reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from kiosk.circulation.library.transfer import values

F = TypeVar("F", bound=Callable[..., Any])


class _Read(click.ParamType):  # type: ignore[type-arg]
    """A value as ``transfer.values`` reads it, and a click error with what was expected if it cannot."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value.strip())
        except values.BadValue as error:
            return self.fail(f"expected {error}.", param, ctx)


def _number(text: str) -> str:
    if not text:
        raise values.BadValue("at least one character")
    return values.number(text)


def _day(text: str) -> date:
    found = values.day(text)
    if found is None:
        raise values.BadValue("a date such as 2026-11-22")
    return date.fromisoformat(found)


def _limit(text: str) -> int:
    return -1 if text == "none" else values.count(0, 999)(text)


NUMBER = _Read("number", _number)
TEXT = _Read("text", values.text)
DAY = _Read("date", _day)
RUPIAH = _Read("rupiah", values.cost)
#: A number, or ``none``, which is -1.
LIMIT = _Read("number|none", _limit)

_RULE_OPTIONS = (
    click.option("--days", type=click.IntRange(1, 3650), help="The period."),
    click.option("--working-days/--calendar-days", default=None, help="What the period and lateness are counted in."),
    click.option("--limit", type=LIMIT, help="At most so many of this collection; none: the type's limit alone."),
    click.option("--renewals", type=click.IntRange(0, 999), help="How often a loan may be renewed."),
    click.option("--fee", type=RUPIAH, help="Rupiah for each day late; 0 is no fee."),
    click.option("--suspend/--no-suspend", default=None, help="Late by N days: no borrowing for N days."),
    click.option("--grace", type=click.IntRange(0, 999), help="So many days late cost nothing."),
)


def rule_options(command: F) -> F:
    """``days working_days limit renewals fee suspend grace``; ``None`` where nothing was said, -1: no limit."""
    for option in reversed(_RULE_OPTIONS):
        command = option(command)
    return command
