"""``pustaka tag station | convert | undo``. What they run is imported when they run."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from devices.rfid.errors import RfidError, SetupError
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import Usage
from devices.rfid.tags.epc import LAYOUTS
from devices.rfid.tags.tag_image import WRITABLE
from devices.rfid.which_reader import which_reader

if TYPE_CHECKING:
    from devices.rfid.station.image import Wish
    from devices.rfid.station.log import Log
    from devices.rfid.station.run import Work
    from devices.rfid.station.tagger import Gate

#: Names on the command line -> data models.
_MODELS: Final = {model.value: model for model in (*WRITABLE, *(layout.model for layout in LAYOUTS))}
_USAGES: Final = [usage.name.lower() for usage in Usage]


def _log_path() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "pustaka" / "tagging.jsonl"


def _shown(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say how it is shown, and for how long."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line."),
        click.option("--quiet", is_flag=True, help="No beeps."),
        click.option("--seconds", type=click.FloatRange(min=0), help="End after so long."),
    ):
        command = option(command)
    return command


_log_option = click.option(
    "--log", "log_path", type=click.Path(path_type=Path), default=_log_path, show_default="~/.local/state/pustaka/…",
    help="Where everything done is written down, for undo.",
)  # fmt: skip
_afi_option = click.option(
    "--afi", type=click.Choice(["in", "out", "keep"]),
    help="The security byte: as in the library, as on loan, or as it is, by [reader] security.",
)  # fmt: skip


@click.command(
    epilog="Example: pustaka tag station --port /dev/serial/by-id/usb-… --isil ID-SMR01    Then scan a barcode, lay "
    "its tag on the pad, wait for the tick, and so on. You may type: undo, skip, parts 3, quit. Exit status 0: all "
    "done; 1: something was left, or no reader was found; 2: bad settings."
)
@which_reader
@_shown
@click.option("--scanner", metavar="PORT", help="A serial scanner's port; without it scan (or type) into the terminal.")
@click.option("--model", type=click.Choice(list(_MODELS)), default="iso28560-3", show_default=True)
@click.option("--isil", help="Owner's ISIL, for example ID-SMR01.  [default: the configuration's]")
@click.option("--parts", type=click.IntRange(1, 99), default=1, show_default=True, help="Tags of an item: 1 of 3, …")
@click.option("--usage", type=click.Choice(_USAGES), default="circulating", show_default=True)
@_afi_option
@click.option("--dsfid", help="A byte in hex, or keep.  [default: the model's]")
@click.option("--backwards", is_flag=True, help="Blank tags get every block turned round (some readers do so).")
@click.option("--overwrite", is_flag=True, help="Do not ask before a tag that is not blank is overwritten.")
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing.")
@click.option("--undo", is_flag=True, help="Write back what the last tag held before, and end.")
@_log_option
def station(
    settings: ReaderSettings,
    seconds: float | None,
    quiet: bool,
    as_json: bool,
    scanner: str | None,
    model: str,
    isil: str | None,
    parts: int,
    usage: str,
    afi: str | None,
    dsfid: str | None,
    backwards: bool,
    overwrite: bool,
    dry: bool,
    undo: bool,
    log_path: Path,
) -> None:
    """Tag books: scan a barcode, lay the tag down, it is written and read back; next.

    What a tag held before is on the disk before it is overwritten, and can be given back.
    """
    from devices.rfid.station.image import Wish
    from devices.rfid.station.machine import Rules
    from devices.rfid.station.run import StationLoop

    owner = settings.isil if isil is None else isil
    wish = Wish(_MODELS[model], owner, Usage[usage.upper()], _dsfid(dsfid), backwards)
    gate = _gate(settings, afi or "in")
    with _work(settings, wish, gate, log_path, scanner, beep=not quiet, as_json=as_json) as (work, log):
        loop = StationLoop(work, log, wish, parts, Rules(overwrite, dry))
        good = loop.run(_end(seconds), undo=undo)
    if not good:
        raise click.exceptions.Exit(1)


@click.command(
    epilog="Example: pustaka tag convert --to iso28560-3 --port /dev/serial/by-id/usb-…    Lay the shelf down, a few "
    "books at a time. Ctrl-C (or quit) ends it when the tag under way is whole. Exit status 1: some tags failed."
)
@which_reader
@_shown
@click.option("--to", "model", type=click.Choice(list(_MODELS)), required=True, help="The data model wished for.")
@click.option("--isil", default="", help="Put this owner in place of the tags' own.")
@_afi_option
@click.option("--dsfid", help="A byte in hex, or keep.  [default: the model's]")
@click.option("--count", type=click.IntRange(min=1), help="End after so many different tags.")
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing; say what would be.")
@_log_option
def convert(
    settings: ReaderSettings,
    seconds: float | None,
    quiet: bool,
    as_json: bool,
    model: str,
    isil: str,
    afi: str | None,
    dsfid: str | None,
    count: int | None,
    dry: bool,
    log_path: Path,
) -> None:
    """Turn a whole shelf's tags into another data model: each is read, written, read back and logged.

    A tag that names no item, or has no room, is left as it is. One that is pulled away half-way is finished when it is
    seen again, also by a later run with the same log.
    """
    from devices.rfid.station.batch import Rules
    from devices.rfid.station.image import Wish
    from devices.rfid.station.run import BatchLoop

    wish = Wish(_MODELS[model], isil, dsfid=_dsfid(dsfid))
    gate = _gate(settings, afi or "keep")
    with _work(settings, wish, gate, log_path, None, beep=not quiet, as_json=as_json) as (work, _):
        loop = BatchLoop(work, Rules(dry=dry), "converted")
        wanted = count if count is not None else sys.maxsize
        good = loop.run(
            _end(seconds),
            lambda state: not state.busy and len(state.done | state.skipped | state.failed - state.half) >= wanted,
        )
    if not good:
        raise click.exceptions.Exit(1)


@click.command(
    epilog="Example: pustaka tag undo ~/.local/state/pustaka/tagging.jsonl --uid E004010031230A01    Lay the tag down; "
    "it ends by itself when everything is undone."
)
@click.argument("log_path", metavar="LOG", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@which_reader
@_shown
@click.option("--uid", "uids", multiple=True, help="Only this tag; may be given again.  [default: every tag in LOG]")
def undo(
    settings: ReaderSettings,
    seconds: float | None,
    quiet: bool,
    as_json: bool,
    log_path: Path,
    uids: tuple[str, ...],
) -> None:
    """Give tags back what they held before they were last written. Each is read back, and may be redone by undo again.

    A tag that has been written by somebody else since is left alone.
    """
    from devices.rfid.station.batch import Rules
    from devices.rfid.station.image import Wish
    from devices.rfid.station.run import BatchLoop
    from devices.rfid.station.tagger import Gate

    with _work(settings, Wish(), Gate(), log_path, None, beep=not quiet, as_json=as_json) as (work, log):
        known = log.story.uids
        wanted = frozenset(uid.upper() for uid in uids) or known
        if unknown := sorted(wanted - known):
            raise click.ClickException(f"{log_path}: nothing to undo for {', '.join(unknown)}")
        if not wanted:
            raise click.ClickException(f"{log_path}: no tag that was written and not undone")
        loop = BatchLoop(work, Rules(undo=True, only=wanted), "undone")
        good = loop.run(_end(seconds), lambda state: wanted <= state.done)
    if not good:
        raise click.exceptions.Exit(1)


@contextlib.contextmanager
def _work(
    settings: ReaderSettings, wish: Wish, gate: Gate, log_path: Path, scanner: str | None, *, beep: bool, as_json: bool
) -> Iterator[tuple[Work, Log]]:
    """Everything opened, and closed again."""
    from devices.rfid.station.connection import Connection
    from devices.rfid.station.desk import Desk
    from devices.rfid.station.inputs import Inputs
    from devices.rfid.station.log import Log
    from devices.rfid.station.run import Work
    from devices.rfid.station.show import Show
    from devices.rfid.station.words import Shown
    from devices.scanner.errors import ScannerSettingsError
    from devices.scanner.settings import ScannerSettings, check

    show = Show(as_json=as_json, beep=beep)

    def reader_said(ready: bool, what: str) -> None:
        show.line(Shown("reader", f"reader {'ready' if ready else 'lost'}: {what}", why="" if ready else what), ready)

    try:
        scans = ScannerSettings(port=scanner) if scanner else None
        if scans is not None:
            check([scans])
        connection = Connection(settings, time.monotonic, reader_said)
    except (ScannerSettingsError, SetupError) as error:
        raise click.UsageError(str(error)) from error
    with contextlib.ExitStack() as ends:
        try:
            log = Log(log_path)
            ends.callback(log.close)
            inputs = Inputs(_stdin(), scans, time.monotonic, lambda text: show.line(Shown("scanner", text)))
            ends.callback(inputs.close)
            ends.callback(connection.close)
            ends.enter_context(inputs.ctrl_c())
            desk = Desk(log, wish, gate, lambda: datetime.now().astimezone().isoformat(timespec="seconds"))
            if desk.half:
                said = (
                    f"Half written by an earlier run, finished when they are laid down: {', '.join(sorted(desk.half))}."
                )
                show.line(Shown("half", said, half=len(desk.half)))
            yield Work(connection, desk, inputs, show, time.monotonic), log
        except SetupError as error:
            raise click.UsageError(str(error)) from error
        except RfidError as error:
            raise click.ClickException(str(error)) from error


def _gate(settings: ReaderSettings, afi: str) -> Gate:
    from devices.rfid.security_scheme import scheme
    from devices.rfid.station.tagger import Gate

    try:
        site = scheme(settings)
    except SetupError as error:
        raise click.UsageError(str(error)) from error
    if afi == "keep":
        return Gate()
    armed = afi == "in"
    return Gate(armed, site.afi(armed), armed if site.eas else None)


def _dsfid(text: str | None) -> int | None:
    from devices.rfid.station.image import KEEP

    if text is None or text.lower() == "keep":
        return None if text is None else KEEP
    try:
        value = int(text, 16)
    except ValueError:
        value = -1
    if not 0 <= value <= 0xFF:
        raise click.UsageError(f"--dsfid {text!r}: give a byte in hex, for example 3E, or keep")
    return value


def _end(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _stdin() -> int | None:
    """Standard input, if it is one that can be waited on."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
