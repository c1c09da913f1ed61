"""What the commands at a store share: which store, its zone, this moment, and a look at it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from collector import settings as config
from collector.errors import CollectorError, SetupError
from collector.store.open import open_reader
from collector.store.port import Reading

T = TypeVar("T")

store_option = click.option(
    "--store",
    envvar="PUSTAKA_STORE",
    default="collector.sqlite",
    show_default=True,
    help="The collector's store: a file, or postgresql://… (or the variable PUSTAKA_STORE).",
)
zone_option = click.option(
    "--zone", envvar="PUSTAKA_ZONE", default="Asia/Makassar", show_default=True, help="The library's time zone."
)


def look(store: str, what: Callable[[Reading], T]) -> T:
    """Read one moment of the store, with its errors as the command's."""
    try:
        with open_reader(store).snapshot() as reading, _uninterrupted():
            return what(reading)
    except CollectorError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Without the search for cycles of objects: a report reads tens of thousands of rows, which have none, and the
    search took a third of its time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def now() -> int:
    """Now, in ms of UTC."""
    return time.time_ns() // 1_000_000


def zone(name: str) -> ZoneInfo:
    """A time zone that was named on the command line."""
    try:
        return config.zone(name)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--zone") from error
