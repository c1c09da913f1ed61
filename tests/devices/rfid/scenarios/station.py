"""One desk at work: what hands do to it, what the driver says, and what is true on the tags."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from desks import Desk

from devices.emulators.faults import Fault
from devices.emulators.field import TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import Event, ReaderChanged, ReaderState, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.reader import PadReader
from devices.rfid.tags.content import Usage

T = TypeVar("T")
DEADLINE = 20.0


class Station:
    """An emulated reader, the driver, and a log. Its port is named by a pattern: it may come back as another."""

    def __init__(self, desk: Desk, folder: Path, **options: Any) -> None:
        self.desk = desk
        self.pad = ReaderEmulator(folder, protocol=desk.protocol, seed=1, **options)
        self._pattern = str(folder / "pad*.port")
        self._baud = options.get("baud", 0)
        self._tcp = options.get("tcp", False)
        self._names = 1
        self._changed = threading.Condition()
        self._reader: PadReader | None = None
        self.events: list[Event] = []

    # --- its life -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """An empty pad, no faults, nothing said yet."""
        self.events = []
        self._reader = None
        self.pad.start()

    def end(self) -> None:
        """Stop the driver, look whether what it said makes sense, and clear up."""
        if self._reader is not None:
            self._reader.stop()
        self.pad.take_all()
        for fault in Fault:
            self.pad.fault(fault, times=0)
        check_order(self.events)

    def close(self) -> None:
        """End the emulator."""
        self.pad.stop()

    def ready(self, **changes: int) -> PadReader:
        """The driver at work."""
        reader = self.look(**changes)
        self.state(ReaderState.READY)
        return reader

    def look(self, **changes: int) -> PadReader:
        """The driver, looking for its reader."""
        settings = self.desk.settings(self.pad.port if self._tcp else self._pattern, self._baud)
        self._reader = PadReader(settings, self._post, **changes)
        self._reader.start()
        return self._reader

    # --- hands ----------------------------------------------------------------------------------------------------

    def make(
        self, *numbers: int, part: int = 1, parts: int = 1, usage: Usage = Usage.CIRCULATING, **state: Any
    ) -> None:
        """Make tags, off the pad, their alarm on."""
        for number in numbers:
            self.pad.define_tag(self.desk.tag(number, part, parts, usage, **state))

    def lay(self, *numbers: int) -> None:
        """Lay tags on the pad."""
        for number in numbers:
            self.pad.put(self.desk.key(number))

    def take(self, *numbers: int) -> None:
        """Take tags away."""
        for number in numbers:
            self.pad.take(self.desk.key(number))

    def fault(self, name: Fault, number: int | None = None, **values: Any) -> None:
        """Make something go wrong, with one tag if a number is given."""
        self.pad.fault(name, uid="" if number is None else self.desk.key(number), **values)

    def come_back(self) -> None:
        """Plug the reader in again, under a name it never had."""
        self._names += 1
        self.pad.come_back_as(f"pad{self._names}")

    def order(self, *numbers: int, armed: bool = False) -> None:
        """Order alarms to be switched."""
        assert self._reader is not None
        for number in numbers:
            self._reader.secure(self.desk.uid(number), armed)

    def secure(self, number: int, armed: bool = False) -> SecurityWritten:
        """Order one, and wait for its end."""
        mark = self.mark()
        self.order(number, armed=armed)
        return self.secured(number, mark)

    # --- what the driver says -------------------------------------------------------------------------------------

    def mark(self) -> int:
        """Now, for ``after``."""
        with self._changed:
            return len(self.events)

    def wait(self, kind: type[T], test: Callable[[T], bool] = lambda _: True, after: int = 0) -> T:
        """The first such event behind the mark."""
        found = self.wait_all(kind, lambda event: test(event), 1, after)
        return found[0]

    def wait_all(self, kind: type[T], test: Callable[[T], bool], count: int, after: int = 0) -> list[T]:
        """Such events, once there are so many."""

        def found() -> list[T]:
            return [event for event in self.events[after:] if isinstance(event, kind) and test(event)]

        with self._changed:
            enough = self._changed.wait_for(lambda: len(found()) >= count, DEADLINE)
            assert enough, f"{len(found())} of {count} {kind.__name__} within {DEADLINE} s: {self.events[after:][-40:]}"
            return found()

    def arrived(self, number: int, after: int = 0) -> TagArrived:
        return self.wait(TagArrived, lambda event: event.uid == self.desk.uid(number), after)

    def read(self, number: int, after: int = 0) -> TagRead:
        return self.wait(TagRead, lambda event: event.uid == self.desk.uid(number), after)

    def left(self, number: int, after: int = 0) -> TagLeft:
        return self.wait(TagLeft, lambda event: event.uid == self.desk.uid(number), after)

    def secured(self, number: int, after: int = 0) -> SecurityWritten:
        return self.wait(SecurityWritten, lambda event: event.uid == self.desk.uid(number), after)

    def state(self, state: ReaderState, after: int = 0) -> ReaderChanged:
        return self.wait(ReaderChanged, lambda event: event.state is state, after)

    def of(self, number: int, after: int = 0) -> list[Event]:
        """Everything said of one tag."""
        with self._changed:
            return [event for event in self.events[after:] if getattr(event, "uid", "") == self.desk.uid(number)]

    def states(self, after: int = 0) -> list[ReaderState]:
        """The reader's states since."""
        with self._changed:
            return [event.state for event in self.events[after:] if isinstance(event, ReaderChanged)]

    # --- what is true ---------------------------------------------------------------------------------------------

    def truth(self, number: int) -> TagState:
        """The tag itself."""
        return next(tag for tag in self.pad.tags() if tag.uid == self.desk.key(number))

    def armed(self, number: int) -> bool | None:
        """Whether a gate would ring for it."""
        return self.desk.armed(self.truth(number))

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something that nobody tells of."""
        deadline, pause = time.monotonic() + DEADLINE, threading.Event()
        while not condition():
            assert time.monotonic() < deadline, f"waited {DEADLINE} s for {what}"
            pause.wait(0.02)

    def _post(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()


def check_order(events: Iterable[Event]) -> None:
    """What the driver promises of any history: a tag arrives, is read, and leaves, in this order and once each turn.

    An order for it ends before it leaves; nothing lies on the pad of a reader that is lost or stopped.
    """
    present: set[str] = set()
    reads: defaultdict[str, list[TagRead]] = defaultdict(list)
    for event in events:
        match event:
            case TagArrived(uid):
                assert uid not in present, f"{uid} arrives twice"
                present.add(uid)
                reads[uid].clear()
            case TagRead(uid):
                assert uid in present, f"{uid} is read and not there"
                assert event not in reads[uid], f"{uid} is told of twice"
                assert not any(not read.problem for read in reads[uid]), f"{uid} is read after it was known"
                reads[uid].append(event)
            case TagLeft(uid):
                assert uid in present, f"{uid} leaves and was not there"
                present.remove(uid)
            case SecurityWritten(uid, ok=ok):
                assert uid in present or not ok, f"{uid} was written and not there"
            case ReaderChanged(state) if state in (ReaderState.READY, ReaderState.STOPPED):
                assert not present, f"{present} lie on a pad that nobody has looked at"
            case _:
                pass
    assert not present, f"{present} never left"
