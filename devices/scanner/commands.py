"""``pustaka scan``: codes live in the terminal, from scanners and a camera."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import msgspec

from devices.barcode.code import BarcodeError
from devices.barcode.events import CameraChanged, CodeHint, CodeRead, CodeUnread
from devices.barcode.events import Event as CameraEvent
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.scanner.errors import ScannerError
from devices.scanner.events import Event, Scanned, ScannerChanged, ScannerState
from devices.scanner.layouts import LAYOUTS
from devices.scanner.lines import BY_ID, plugged_in
from devices.scanner.settings import ScannerKind, ScannerSettings
from devices.scanner.wording import CAMERA, advice, shown
from devices.settings import SettingsError, load


class _File(msgspec.Struct, kw_only=True):
    """Any configuration with codes, a camera or scanners; the rest of it does not matter here."""

    codes: CodeSettings = CodeSettings()
    camera: CameraSettings = CameraSettings()
    scanners: tuple[ScannerSettings, ...] = ()


@click.command(
    epilog="Example: pustaka scan --port /dev/serial/by-id/usb-… --count 1 --json    Ctrl-C ends it. Numbers of cards "
    "and books are shown in this terminal only: nothing is stored, logged or sent."
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="A kiosk's file: its rules, and its devices if no other is named."
)
@click.option("--port", "ports", multiple=True, help="A serial scanner's device; may be given again.")
@click.option(
    "--wedge", "wedges", multiple=True, help="A keyboard wedge's device, below /dev/input; may be given again."
)
@click.option("--camera", help="A camera's device, a video file, a URL or a folder of pictures.")
@click.option("--baud", type=int, help="Speed of a serial scanner.  [default: 9600]")
@click.option("--layout", type=click.Choice(list(LAYOUTS)), help="Keyboard layout of a wedge.  [default: us]")
@click.option("--aim", is_flag=True, help="Scanners put the AIM identifier (]C0) before each text.")
@click.option("--count", type=click.IntRange(min=1), help="End after so many codes; exit status 1 if fewer came.")
@click.option("--seconds", type=click.FloatRange(min=0), help="End after so long.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a code.")
def scan(
    config: Path | None,
    ports: tuple[str, ...],
    wedges: tuple[str, ...],
    camera: str | None,
    baud: int | None,
    layout: str | None,
    aim: bool,
    count: int | None,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Show each code that a scanner or camera reads, and what it is by the library's rules.

    A keyboard wedge is grabbed: while this runs its keys go nowhere else, so never name the keyboard you type on. Exit
    status 1: no device was there.
    """
    try:
        settings = load(config, _File) if config else _File()
        changes: dict[str, object] = {
            key: value for key, value in (("baud", baud), ("layout", layout), ("aim", aim)) if value
        }
        named = _chosen(settings, ports, wedges, camera, changes)
        session = _Session(named, datetime.now)
    except (SettingsError, BarcodeError, ScannerError) as error:
        raise click.UsageError(str(error)) from error
    logging.getLogger("devices.scanner").setLevel(logging.ERROR)  # what it would tell stands on the screen
    try:
        read = session.run(count, seconds, as_json)
    except KeyboardInterrupt:
        return
    finally:
        session.stop()
    if count is not None and read < count:
        raise click.ClickException(f"only {read} of {count} codes were read")


def _chosen(
    settings: _File, ports: tuple[str, ...], wedges: tuple[str, ...], camera: str | None, changes: dict[str, object]
) -> _File:
    """The settings with the devices that were named, or those of the configuration if none was."""
    scanners, source = settings.scanners, settings.camera.source
    if ports or wedges or camera:
        source = camera or ""
        scanners = (*_named(settings, ScannerKind.SERIAL, ports), *_named(settings, ScannerKind.WEDGE, wedges))
    elif left := [scanner.name for scanner in scanners if scanner.kind is ScannerKind.WINDOW]:
        click.echo(f"{', '.join(left)}: only the kiosk has a window; not read here.", err=True)
        scanners = tuple(scanner for scanner in scanners if scanner.kind is not ScannerKind.WINDOW)
    if not scanners and not source:
        there = [name for kind, folder in BY_ID.items() for name in plugged_in(kind, folder)]
        told = f" Plugged in are: {', '.join(there)}" if there else ""
        raise click.UsageError(f"Name what to read: --port, --wedge, --camera, or a configuration that has them.{told}")
    return _File(
        codes=settings.codes,
        camera=msgspec.structs.replace(settings.camera, source=source),
        scanners=tuple(msgspec.structs.replace(scanner, **changes) for scanner in scanners),
    )


def _named(settings: _File, kind: ScannerKind, devices: tuple[str, ...]) -> list[ScannerSettings]:
    """Scanners at these devices, set like the first of their kind in the configuration."""
    like = next((one for one in settings.scanners if one.kind is kind), ScannerSettings(kind=kind))
    names = [kind.value] if len(devices) == 1 else [f"{kind.value} {place}" for place in range(1, len(devices) + 1)]
    return [msgspec.structs.replace(like, name=name, port=device) for name, device in zip(names, devices, strict=True)]


class _Session:
    """The devices, what they post, and how it is shown."""

    def __init__(self, settings: _File, now: Callable[[], datetime]) -> None:
        from devices.scanner.scanners import Scanners

        self._now = now
        self._events: queue.SimpleQueue[Event | CameraEvent] = queue.SimpleQueue()
        self._scanners = Scanners(settings.scanners, settings.codes, self._events.put)
        self._waited_for = {scanner.name for scanner in settings.scanners}
        self._camera = None
        if settings.camera.source:
            from devices.barcode.camera import CameraReader

            self._camera = CameraReader(settings.camera, settings.codes, self._events.put)
            self._waited_for.add(CAMERA)
        self._found = False

    def run(self, count: int | None, seconds: float | None, as_json: bool) -> int:
        """Show codes until there were enough, or the time is over; how many there were.

        Raises:
            click.ClickException: no device was there.
        """
        end = None if seconds is None else time.monotonic() + seconds
        self._scanners.start()
        if self._camera is not None:
            self._camera.start()
        read = 0
        while count is None or read < count:
            try:
                event = self._events.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            if isinstance(event, Scanned | CodeRead | CodeHint):
                code = shown(event, self._now().astimezone())
                click.echo(msgspec.json.encode(code) if as_json else code.line)
                read += 1
            elif isinstance(event, CodeUnread):
                click.echo(f"{CAMERA}: {advice(event.why)}", err=True)
            else:
                self._changed(event)
        if not self._found:
            raise click.ClickException("no scanner or camera was there in time")
        return read

    def stop(self) -> None:
        """Let go of the devices."""
        self._scanners.stop()
        for scanner in self._scanners.all:
            if scanner.tally.dropped:
                click.echo(f"{scanner.name}: dropped: {scanner.tally.said}", err=True)
        if self._camera is not None:
            self._camera.stop()

    def _changed(self, event: ScannerChanged | CameraChanged) -> None:
        if isinstance(event, CameraChanged):
            name, ready, why = CAMERA, event.ready, event.why.value
        elif event.state in (ScannerState.READY, ScannerState.LOST):
            name, ready, why = event.source, event.ready, event.why
        else:
            return
        click.echo(f"{name}: {'ready' if ready else 'not there'}: {why}", err=True)
        self._found |= ready
        self._waited_for.discard(name)
        if not self._waited_for and not self._found:
            raise click.ClickException("no scanner or camera is there; see above")
