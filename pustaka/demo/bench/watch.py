"""Looks and listens while somebody has the bench open: the broker, the kiosk's screen, the tags, and the table."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from collector.changes import Changes
from devices.emulators.field import TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.errors import RfidError
from pustaka.demo.bench import story
from pustaka.demo.bench.errors import BenchError
from pustaka.demo.bench.frames import Exchange, exchanges
from pustaka.demo.bench.story import KioskSeen, Line, Passages, Post
from pustaka.demo.bench.table import Lying, Plug, Table
from pustaka.demo.bench.things import BY_KEY, BY_UID
from pustaka.demo.errors import DemoError
from pustaka.demo.pilot import PilotClient

#: Seconds between two looks while a page is open.
LOOK_S: Final = 0.25
#: A picture of the screen is taken no more often than this (seconds); whoever asks sooner gets the last one.
PICTURE_S: Final = 0.8
_KEPT: Final = 400


class KioskEye:
    """A line of its own to the kiosk's pilot, for any thread. The kiosk serves one such line at a time."""

    def __init__(self, pilot: PilotClient, picture: Path) -> None:
        self._pilot = pilot
        self._path = picture
        self._lock = threading.Lock()
        self._picture = b""
        self._taken = 0.0

    def look(self) -> KioskSeen | None:
        """What is on the screen; ``None`` when the kiosk does not answer."""
        with self._lock:
            try:
                return msgspec.convert(self._pilot.state(), KioskSeen)
            except (DemoError, msgspec.ValidationError):
                return None

    def picture(self) -> bytes:
        """The screen as PNG, at most :data:`PICTURE_S` old.

        Raises:
            BenchError: the kiosk does not answer.
        """
        with self._lock:
            if not self._picture or time.monotonic() - self._taken > PICTURE_S:
                try:
                    self._pilot.ask(do="picture", path=str(self._path))
                    self._picture = self._path.read_bytes()
                except (DemoError, OSError) as error:
                    raise BenchError("no.picture", why=str(error)) from error
                self._taken = time.monotonic()
            return self._picture

    def close(self) -> None:
        """Hang up."""
        self._pilot.close()


@dataclass(frozen=True, slots=True)
class Told:
    """A line with its number (from 1) and the time it was noticed, seconds since 1970."""

    number: int
    at: float
    line: Line


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the page shows, at one moment. ``tags`` are those in the things of the table."""

    lying: Lying = field(default_factory=Lying)
    tags: tuple[TagState, ...] = ()
    kiosk: KioskSeen | None = None
    passages: Passages = field(default_factory=Passages)
    frames: tuple[Exchange, ...] = ()


class Watch:
    """Looks on a thread of its own and rings ``changes`` after every look. With nobody there it only listens."""

    def __init__(
        self,
        table: Table,
        reader: ReaderEmulator,
        eye: KioskEye,
        heard: Callable[[], Sequence[tuple[str, bytes]]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.changes = Changes()
        self._table = table
        self._reader = reader
        self._eye = eye
        self._heard = heard
        self._clock = clock
        self._post = Post()
        self._read = 0
        self._world = World()
        self._told: deque[Told] = deque(maxlen=_KEPT)
        self._number = 0
        self._looked = False
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="bench-watch", daemon=True)

    @property
    def world(self) -> World:
        """As of the last look."""
        return self._world

    def told(self, after: int = 0) -> list[Told]:
        """Lines with a higher number, oldest first."""
        with self._lock:
            return [told for told in self._told if told.number > after]

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout: float = 0.5) -> None:
        """End; open event streams end too. A kiosk that does not answer is not waited for."""
        self._stopping = True
        self._wake.set()
        self.changes.close()
        self._thread.join(timeout)

    def nudge(self) -> None:
        """Look now: something was done."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(LOOK_S)
            self._wake.clear()
            self.look()

    def look(self) -> None:
        """One look at everything."""
        before, lines = self._world, self._listen()
        now = replace(before, lying=self._table.lying, passages=self._post.passages)
        lines += of_table(before.lying, now.lying)
        if self.changes.listeners:
            now = replace(now, tags=self._tags(before), kiosk=self._eye.look(), frames=self._frames(before))
            if self._looked:
                lines += story.of_tags({tag.uid: tag for tag in before.tags}, now.tags, _NAMES)
            lines += story.of_kiosk(before.kiosk, now.kiosk)
            self._looked = True
        self._tell(lines)
        self._world = now
        self.changes.happened()

    def _listen(self) -> list[Line]:
        heard = self._heard()
        fresh, self._read = heard[self._read :], len(heard)
        return [line for topic, payload in fresh for line in self._post.hear(topic, payload)]

    def _tags(self, before: World) -> tuple[TagState, ...]:
        try:
            return tuple(tag for tag in self._reader.tags() if tag.uid in BY_UID)
        except (RfidError, OSError):  # it is being killed or started just now; tags stay where they are
            return before.tags

    def _frames(self, before: World) -> tuple[Exchange, ...]:
        if not self._reader.running:
            return ()
        try:
            return tuple(exchanges(self._reader.frames(), self._reader.protocol))
        except (RfidError, OSError):
            return before.frames

    def _tell(self, lines: Sequence[Line]) -> None:
        at = self._clock()
        with self._lock:
            for line in lines:
                self._number += 1
                self._told.append(Told(self._number, at, line))


_NAMES: Final = {uid: thing.name for uid, thing in BY_UID.items()}


def of_table(before: Lying, now: Lying) -> list[Line]:
    """What hands have done to camera, scanner, cables and the course of things."""
    lines = []
    if now.shown != before.shown:
        if now.shown:
            thing = BY_KEY[now.shown]
            fields = {"name": thing.name or "ISBN", "symbology": thing.symbology, "code": thing.code}
            lines.append(Line("camera", "camera.shown", fields))
        else:
            lines.append(Line("camera", "camera.away"))
    for key in now.scanned[len(before.scanned) :]:
        lines.append(Line("scanner", "scanner.scanned", {"name": BY_KEY[key].name or "ISBN", "code": BY_KEY[key].code}))
    for name, plug in now.plugs:
        if plug is not before.plug(name) and plug is not Plug.COMING:
            lines.append(
                Line("you", "cable.out" if plug is Plug.OUT else "cable.back", {"cable": name.value}, plug is Plug.OUT)
            )
    begun, ended = now.troubles - before.troubles, before.troubles - now.troubles
    lines += [Line("you", "trouble.begins", {"trouble": name.value}, warn=True) for name in sorted(begun)]
    lines += [Line("you", "trouble.ends", {"trouble": name.value}) for name in sorted(ended)]
    lines += [Line("you", "trouble.once", {"trouble": name.value}) for name in now.restarted[len(before.restarted) :]]
    return lines
