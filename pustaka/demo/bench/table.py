"""The table: carries actions out on the pretend hardware, and remembers how hands have left things.

Nothing goes round the wire: a laid book is a tag in the reader's field, a pulled cable is a process killed or a port
gone. What becomes of it is the programs' business.
"""

from __future__ import annotations

import enum
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from devices.emulators.camera import CameraEmulator, CameraFault
from devices.emulators.door import DoorEmulator, Walk
from devices.emulators.faults import Fault
from devices.emulators.reader_client import ReaderEmulator
from devices.emulators.scanner import ScannerEmulator
from pustaka.demo.bench.actions import (
    RESTARTS,
    Action,
    Cable,
    CableName,
    ClearTable,
    Lay,
    Pass,
    PullAway,
    Scan,
    Show,
    Take,
    Trouble,
    TroubleName,
    Way,
)
from pustaka.demo.bench.errors import BenchError, UnknownError
from pustaka.demo.bench.things import find

#: A book that is pulled away early lies on the pad for this long: seen once, and gone before it is written.
GLIMPSE_S: Final = 0.12
READER_FAULTS: Final = {
    TroubleName.LATE: Fault.LATE,
    TroubleName.SILENT: Fault.SILENCE,
    TroubleName.DROP_BYTE: Fault.DROP_BYTE,
    TroubleName.FLIP_BIT: Fault.FLIP_BIT,
    TroubleName.TWICE: Fault.DUPLICATE_UID,
    TroubleName.WRITE_FAILS: Fault.WRITE_FAILS,
    TroubleName.UNCHANGED: Fault.AFI_UNCHANGED,
    TroubleName.BUSY: Fault.BUSY,
    TroubleName.CRUMBS: Fault.SHRED,
    TroubleName.GLUED: Fault.GLUE,
}
#: Chance of those that would leave nothing of the reader if they happened every time.
_ODDS: Final = {Fault.BUSY: 0.3, Fault.GLUE: 0.3}
#: Milliseconds that an answer is late, and that lie between its crumbs.
_MS: Final = {Fault.LATE: 700, Fault.SHRED: 5}
CAMERA_FAULTS: Final = {TroubleName.FROZEN: CameraFault.FROZEN, TroubleName.STALLED: CameraFault.STALLED}
_PROGRAM: Final = {
    CableName.NETWORK: "broker",
    CableName.READER: "reader",
    CableName.CAMERA: "camera",
    CableName.SCANNER: "scanner",
    CableName.DESK: "collector",
    CableName.LIBRARY: "library",
}
#: The cables of a library that is in the kiosk itself.
NEAR: Final = tuple(name for name in CableName if name is not CableName.LIBRARY)


class Hardware(Protocol):
    """What the bench needs of a :class:`~pustaka.demo.stage.Stage`."""

    camera: CameraEmulator
    reader: ReaderEmulator
    scanner: ScannerEmulator
    door_emulator: DoorEmulator

    def kill(self, part: str) -> None:
        """Pull the plug of a part."""

    def bring_back(self, part: str) -> None:
        """Plug a part in again, and wait until it works."""


class Plug(enum.StrEnum):
    """Where a cable's plug is."""

    IN = "in"
    OUT = "out"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Lying:
    """The table as hands have left it. ``pulled`` says since when (seconds since 1970) a cable is out; ``scanned``
    and ``restarted`` are what has been scanned and made to restart, in order.

    Tagged things on the pad are not here: the tags themselves know.
    """

    shown: str = ""
    untagged: tuple[str, ...] = ()
    blocked: bool = False
    plugs: tuple[tuple[CableName, Plug], ...] = tuple((name, Plug.IN) for name in NEAR)
    pulled: tuple[tuple[CableName, float], ...] = ()
    troubles: frozenset[TroubleName] = frozenset()
    restarted: tuple[TroubleName, ...] = ()
    scanned: tuple[str, ...] = ()

    def plug(self, name: CableName) -> Plug:
        """Where this cable's plug is."""
        return dict(self.plugs)[name]

    @property
    def cables(self) -> tuple[CableName, ...]:
        """The cables there are."""
        return tuple(name for name, _ in self.plugs)


class Table:
    """Carries actions out, from any thread."""

    def __init__(
        self, hardware: Hardware, clock: Callable[[], float] = time.time, *, cables: tuple[CableName, ...] = NEAR
    ) -> None:
        self._hardware = hardware
        self._clock = clock
        self._lock = threading.RLock()
        self._lying = Lying(plugs=tuple((name, Plug.IN) for name in cables))
        self._restarting = threading.Lock()  # one program at a time, once at a time
        self._closing = threading.Event()

    @property
    def lying(self) -> Lying:
        """How things are."""
        with self._lock:
            return self._lying

    def close(self) -> None:
        """Let go of what a hand is about to do."""
        self._closing.set()

    def do(self, action: Action) -> None:
        """Carry out one action.

        Raises:
            UnknownError: there is no such thing on the table.
            BenchError: not possible as things are.
            RfidError, DemoError, BrokerError, OSError: the emulator or program did not do it.
        """
        match action:
            case Lay(thing):
                self._lay(thing)
            case PullAway(thing):
                self._pull_away(thing)
            case Show(thing):
                self._show(thing)
            case Scan(thing):
                self._scan(thing)
            case Take(thing):
                self._take(thing)
            case ClearTable():
                self._clear()
            case Pass(way):
                self._pass(way)
            case Cable(name, plugged):
                self._cable(name, plugged)
            case Trouble(name, on):
                self._trouble(name, on)

    # --- pad, camera and scanner ----------------------------------------------------------------------------------

    def _lay(self, key: str) -> None:
        thing = find(key)
        with self._lock:
            self._leave_camera(key)
            if not thing.uids and key not in self._lying.untagged:
                self._lying = replace(self._lying, untagged=(*self._lying.untagged, key))
            for uid in thing.uids:
                self._hardware.reader.put(uid)

    def _pull_away(self, key: str) -> None:
        thing = find(key)
        if not thing.uids:
            raise BenchError("no.tag")
        self._lay(key)
        self._closing.wait(GLIMPSE_S)
        self._take(key)

    def _show(self, key: str) -> None:
        thing = find(key)
        with self._lock:
            self._leave_pad(key)
            self._hardware.camera.show(thing.drawn())
            self._lying = replace(self._lying, shown=key)

    def _scan(self, key: str) -> None:
        thing = find(key)
        with self._lock:
            if self._lying.plug(CableName.SCANNER) is not Plug.IN:
                raise BenchError("no.scanner")
            self._hardware.scanner.scan(thing.code)
            self._lying = replace(self._lying, scanned=(*self._lying.scanned, key))

    def _take(self, key: str) -> None:
        find(key)
        with self._lock:
            self._leave_camera(key)
            self._leave_pad(key)

    def _clear(self) -> None:
        with self._lock:
            self._leave_camera(self._lying.shown)
            self._lying = replace(self._lying, untagged=())
            self._hardware.reader.take_all()

    def _leave_camera(self, key: str) -> None:
        if key and self._lying.shown == key:
            self._hardware.camera.clear()
            self._lying = replace(self._lying, shown="")

    def _leave_pad(self, key: str) -> None:
        untagged = tuple(other for other in self._lying.untagged if other != key)
        self._lying = replace(self._lying, untagged=untagged)
        for uid in find(key).uids:
            self._hardware.reader.take(uid)

    # --- the door -------------------------------------------------------------------------------------------------

    def _pass(self, way: Way) -> None:
        door = self._hardware.door_emulator
        with self._lock:
            if self._lying.blocked and way not in (Way.BLOCK, Way.UNBLOCK):
                raise BenchError("no.way")
            match way:
                case Way.THREE:
                    door.three()
                case Way.BLOCK:
                    door.block()
                case Way.UNBLOCK:
                    door.unblock()
                case _:
                    door.walk(Walk(way.value))
            if way in (Way.BLOCK, Way.UNBLOCK):
                self._lying = replace(self._lying, blocked=way is Way.BLOCK)

    # --- cables ---------------------------------------------------------------------------------------------------

    def _cable(self, name: CableName, plugged: bool) -> None:
        with self._lock:
            if name not in self._lying.cables:
                raise UnknownError("no.cable")
            now = self._lying.plug(name)
            if now is Plug.COMING:
                raise BenchError("no.wait")
            if (now is Plug.IN) is plugged:
                return
            self._move(name, Plug.COMING if plugged else Plug.OUT)
        try:
            if plugged:
                self._plug_in(name)
            else:
                self._pull(name)
        except BaseException:
            self._move(name, Plug.OUT)
            raise
        if plugged:
            with self._lock:
                if name is CableName.READER:
                    self._remind()
                self._move(name, Plug.IN)

    def _move(self, name: CableName, to: Plug) -> None:
        with self._lock:
            plugs = {**dict(self._lying.plugs), name: to}
            pulled = {other: since for other, since in self._lying.pulled if plugs[other] is not Plug.IN}
            if to is Plug.OUT:
                pulled.setdefault(name, self._clock())
            self._lying = replace(self._lying, plugs=tuple(plugs.items()), pulled=tuple(pulled.items()))

    def _pull(self, name: CableName) -> None:
        match name:
            case CableName.DOOR:
                self._hardware.door_emulator.unplug()
            case CableName.READER:
                # Not killed: its port's name must go too. The system hands a freed pty's number to whoever asks next,
                # and the kiosk would open a stranger's line under the old name.
                self._hardware.reader.stop()
            case _:
                self._hardware.kill(_PROGRAM[name])

    def _plug_in(self, name: CableName) -> None:
        match name:
            case CableName.DOOR:
                self._hardware.door_emulator.plug()
            case _:
                self._hardware.bring_back(_PROGRAM[name])

    def _remind(self) -> None:
        """A reader that has been without power has forgotten its troubles."""
        for trouble in self._lying.troubles:
            if trouble in READER_FAULTS:
                self._begin(READER_FAULTS[trouble])

    # --- trouble --------------------------------------------------------------------------------------------------

    def _trouble(self, name: TroubleName, on: bool) -> None:
        if name in RESTARTS:
            if on:
                self._restart(name)
            return
        with self._lock:
            if name in CAMERA_FAULTS:
                self._hardware.camera.fault(CAMERA_FAULTS[name] if on else CameraFault.NONE)
                rest = self._lying.troubles - set(CAMERA_FAULTS)  # a camera has one fault at a time
            else:
                self._reader_fault(READER_FAULTS[name], on)
                rest = self._lying.troubles - {name}
            self._lying = replace(self._lying, troubles=rest | {name} if on else rest)

    def _reader_fault(self, fault: Fault, on: bool) -> None:
        # A reader without power has no faults; it is told of those that stand when it gets its power back.
        if self._lying.plug(CableName.READER) is Plug.IN:
            if on:
                self._begin(fault)
            else:
                self._hardware.reader.fault(fault, times=0)

    def _begin(self, fault: Fault) -> None:
        self._hardware.reader.fault(fault, times=None, ms=_MS.get(fault, 0), odds=_ODDS.get(fault, 1.0))

    def _restart(self, name: TroubleName) -> None:
        with self._lock:
            if RESTARTS[name] == "broker" and self._lying.plug(CableName.NETWORK) is not Plug.IN:
                raise BenchError("no.network")
            self._lying = replace(self._lying, restarted=(*self._lying.restarted, name))
            if RESTARTS[name] == "broker":
                self._cable(CableName.NETWORK, plugged=False)
        if RESTARTS[name] == "broker":
            self._cable(CableName.NETWORK, plugged=True)
            return
        with self._restarting:
            self._hardware.kill(RESTARTS[name])
            self._hardware.bring_back(RESTARTS[name])
