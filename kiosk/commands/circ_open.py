"""What the commands of ``pustaka circ`` share: the system and the desk that the settings name, numbers and PINs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.profile import ProfileError
from kiosk.commands.setting import sentences, write_journal
from kiosk.config import KioskSettings
from kiosk.systems import SYSTEMS, System, open_desk, open_system

F = TypeVar("F", bound=Callable[..., Any])

NO_HOST = "circulation.sip2.host is empty: name the server of the library system."

patron_argument = click.argument("number", metavar="PATRON")
item_argument = click.argument("item_id", metavar="ITEM")


@contextmanager
def opened_system(settings: KioskSettings) -> Iterator[System]:
    """The library system; what cannot be used or reached ends the command with a sentence."""
    if settings.circulation.system not in SYSTEMS:
        raise click.UsageError(
            f"circulation.system is '{settings.circulation.system}'; possible are {', '.join(sorted(SYSTEMS))}."
        )
    if settings.circulation.system == "sip2" and not settings.circulation.sip2.host:
        raise click.UsageError(NO_HOST)
    with sentences():
        try:
            system = open_system(settings)
        except ProfileError as error:
            raise click.UsageError(str(error)) from error
        try:
            yield system
        finally:
            system.close()


@contextmanager
def opened_desk(settings: KioskSettings) -> Iterator[CirculationDesk]:
    """The desk, with what an earlier crash has left open led on first. Refused while the kiosk runs."""
    with opened_system(settings) as system, write_journal(settings) as journal:
        desk = open_desk(settings, journal, system)
        desk.recover()
        yield desk


def pin_options(command: F) -> F:
    """Add ``--pin`` and ``--pin-stdin``; the command gets ``pin``, a ``Secret`` or ``None``."""
    command = click.option(
        "--pin-stdin",
        is_flag=True,
        expose_value=False,
        is_eager=False,
        callback=_read_pin,
        help="Read the PIN from standard input.",
    )(command)
    return click.option(
        "--pin",
        default=None,
        is_eager=True,
        callback=lambda _context, _parameter, value: Secret(value) if value is not None else None,
        help="The PIN; other users of this machine can see it. Prefer --pin-stdin.",
    )(command)


def _read_pin(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    if context.params.get("pin") is not None:
        raise click.UsageError("Give the PIN once: either --pin or --pin-stdin.")
    context.params["pin"] = Secret(sys.stdin.readline().strip())
