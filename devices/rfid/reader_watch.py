"""``pustaka reader watch`` underneath: what a pad tells, shown as lines, as frames, or as a table, and spied upon."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import click
import msgspec

from devices.rfid import wording
from devices.rfid.errors import RfidError
from devices.rfid.events import Event, ReaderChanged, ReaderState
from devices.rfid.port import Line
from devices.rfid.protocols import PROTOCOLS, describer
from devices.rfid.protocols.said import Said
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings
from devices.rfid.tag_table import Drawn, TagTable
from devices.rfid.tap import Spoken, TappedLine, Way


class SpyLog:
    """Every byte of the line in a text file: the time, who spoke, hex. ``reader parse`` reads it.

    Raises:
        RfidError: the file cannot be written.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        try:
            self._file: TextIO = path.open("a", encoding="ascii")
        except OSError as error:
            raise RfidError(f"{path}: cannot be written: {error.strerror}") from error
        self._now = now

    def hear(self, way: Way, data: bytes) -> None:
        """One piece, as it came; on the disk's way at once, for whoever pulls the plug next."""
        at = self._now().isoformat(timespec="microseconds")
        self._file.write(f"{at} {way.value:6} {data.hex().upper()}\n")
        self._file.flush()

    def close(self) -> None:
        """End it."""
        self._file.close()


def folder_of(protocol: str) -> str:
    """The folder of :data:`PROTOCOLS` that a family's frames are in: chafon18 and chafon288 share one."""
    return next((folder for folder in PROTOCOLS if protocol == folder or protocol.rstrip("0123456789") == folder), "")


class Watch:
    """The pad's driver and everything that hears it. Use as a context manager.

    Raises:
        devices.rfid.errors.RfidError: the settings cannot be used, or the log cannot be written.
    """

    def __init__(self, settings: ReaderSettings, now: Callable[[], datetime], *, raw: bool, log: Path | None) -> None:
        self._events: queue.SimpleQueue[Event | Said] = queue.SimpleQueue()
        self._spoken = Spoken(describer(folder_of(settings.protocol))) if raw else None
        self._log = SpyLog(log, now) if log is not None else None
        self._pad = PadReader(settings, self._events.put, wrap=self._wrap if raw or log is not None else None)
        self._now = now
        self.found = False

    def __enter__(self) -> Watch:
        self._pad.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pad.stop()
        if self._log is not None:
            self._log.close()

    def lines(self, left: Callable[[], float | None], *, as_json: bool) -> None:
        """Show a line for everything that happens, until ``left`` says that no seconds are."""
        for one in self._until(left):
            if isinstance(one, Said):
                click.echo(msgspec.json.encode(one) if as_json else f"  {one.way:6} {one.hex}  {one.text}")
            else:
                shown = wording.event(one)
                click.echo(msgspec.json.encode(shown) if as_json else shown.text)

    def table(self, left: Callable[[], float | None]) -> None:
        """The same as a table in place."""
        table, drawn = TagTable(), Drawn()
        for one in self._until(left):
            if not isinstance(one, Said):
                table.add(one, self._now().strftime("%H:%M:%S"))
                if self._events.empty():  # a pile that is laid down is drawn once
                    drawn.draw(table)

    def _until(self, left: Callable[[], float | None]) -> Iterator[Event | Said]:
        while True:
            seconds = left()
            try:
                one = self._events.get(timeout=seconds if seconds is None else max(0.0, seconds))
            except queue.Empty:
                return
            self.found |= isinstance(one, ReaderChanged) and one.state is ReaderState.READY
            yield one

    def _wrap(self, line: Line) -> Line:
        return TappedLine(line, self._hear)

    def _hear(self, way: Way, data: bytes) -> None:
        if self._log is not None:
            self._log.hear(way, data)
        if self._spoken is not None:
            for said in self._spoken.hear(way, data):
                self._events.put(said)
