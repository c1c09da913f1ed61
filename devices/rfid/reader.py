"""The thread that owns a reader's port: orders in, events out, and the port found again when it comes back.

Everything decided is decided elsewhere: what lies on the pad in :mod:`devices.rfid.pad`, how orders end in
:mod:`devices.rfid.security`, what the bytes mean in the family. Here they are joined to a port and a thread.

The turn of the loop: an order to secure a tag goes first, then a tag never read, then an inventory. A failed write
or read waits for the next inventory, so a tag that was pulled away is noticed while others are served.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from devices.rfid import settings_check
from devices.rfid.errors import SetupError
from devices.rfid.events import (
    Event,
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagLeft,
)
from devices.rfid.family import Family, Lapse, entry, family, line_settings
from devices.rfid.pad import Pad
from devices.rfid.port import Interrupted, Line, Port, PortLost
from devices.rfid.security import TRIES, Order, SecurityOrders
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import Problem, TagContent, problem
from devices.rfid.tags.tag_map import MapError, TagMapFile

log = logging.getLogger(__name__)
T = TypeVar("T")

#: What no further try can change.
_FINAL: Final[dict[Lapse | None, SecurityProblem]] = {
    Lapse.LOCKED: SecurityProblem.LOCKED,
    Lapse.UNFIT: SecurityProblem.UNFIT,
}

#: Seconds after something came or went in which one inventory follows another, as on an empty pad and while a tag is
#: missed: hands are at work, and what they do has to be noticed at once.
LIVELY: Final = 0.4
#: Seconds that reading a pile, and that writing it, may keep the reader from looking who has left.
STALE: Final = 1.0
STALE_WRITING: Final = 2.0
#: Seconds between attempts to find a lost reader: the first, and the most.
BACKOFF: Final = (0.2, 1.0)
#: Exchanges in a row without a single byte before the reader counts as lost.
SILENCES: Final = 3


class PadReader:
    """A pad on a serial port. ``post`` is called on the reader's own thread and must not block.

    ``wrap``: see :meth:`devices.rfid.port.Port.open`.

    Raises:
        SetupError: no port is named, the protocol is not known, or the alarm's values or the table of tags cannot be
            used.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        post: Callable[[Event], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        secure_tries: int = TRIES,
        wrap: Callable[[Line], Line] | None = None,
    ) -> None:
        _check(settings)
        self._settings = settings
        self._entry = entry(settings)
        self._map = _load_map(settings)
        self._map_trouble = ""
        self._post = post
        self._clock = clock
        self._wrap = wrap
        self._pad = Pad()
        self._orders = SecurityOrders(secure_tries)
        self._wanted: deque[tuple[str, bool]] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._ended = False
        self._port: Port | None = None
        self._thread: threading.Thread | None = None
        self._told: ReaderChanged | None = None
        self._silences = 0

    def start(self) -> None:
        """Begin to look for the reader. Once only."""
        if self._thread is not None:
            raise SetupError("this PadReader was started before; make a new one")
        self._thread = threading.Thread(target=self._run, name="pad-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within a second: open orders end as stopped, all tags leave, then :attr:`ReaderState.STOPPED`."""
        with self._wake:
            self._stopping = True
            self._ended = self._ended or self._thread is None
            port = self._port
            self._wake.notify_all()
        if port is not None:
            port.interrupt()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def secure(self, uid: str, armed: bool) -> None:
        """Order the tag's AFI to be written and read back; ends in one ``SecurityWritten``. From any thread."""
        with self._wake:
            if not self._ended:
                self._wanted.append((uid.upper(), armed))
                self._wake.notify_all()
                return
        self._post(SecurityWritten(uid.upper(), armed, ok=False, why=SecurityProblem.STOPPED))

    # The thread.

    def _run(self) -> None:
        self._become(ReaderState.CONFIGURED)
        self._become(ReaderState.OPENING, f"looking for a reader at {self._settings.port}")
        wait = BACKOFF[0]
        while not self._stopping:
            try:
                if self._visit():
                    wait = BACKOFF[0]
            except Exception as error:
                # A defect must not end the thread: staff see the reader lost, and it starts afresh.
                log.exception("the reader's driver failed")
                self._lose(f"the driver failed ({type(error).__name__}); it starts again")
            self._stay_lost(wait)
            wait = min(wait * 2, BACKOFF[1])
        self._finish()

    def _visit(self) -> bool:
        """Open the port and serve it until it is lost. Whether a reader was found there."""
        found = False
        try:
            port = Port.open(self._settings.port, line_settings(self._settings), self._clock, self._wrap)
        except PortLost as lost:
            self._lose(str(lost))
            return False
        with self._wake:
            self._port = port
            stopping = self._stopping
        try:
            if not stopping:
                reader = family(self._settings, port)
                hello = reader.hello()
                if hello is None:
                    raise PortLost(f"{self._settings.port}: no reader answers. Check its power, and 'protocol'.")
                found = True
                self._silences = 0
                self._become(ReaderState.READY, hello)
                self._serve(reader)
        except Interrupted:
            pass  # the caller looks at _stopping
        except PortLost as lost:
            self._lose(str(lost))
        finally:
            with self._wake:
                self._port = None
            port.close()
        return found

    def _serve(self, reader: Family) -> None:
        looked = moved = acted = self._clock() - STALE_WRITING
        while not self._stopping:
            self._take_orders()
            order = self._orders.next()
            uid = self._pad.next_read()
            now = self._clock()
            if order is not None and now - looked < STALE_WRITING:
                self._secure(reader, order)
                acted = self._clock()
            elif uid is not None and now - looked < STALE:
                self._read(reader, uid)
                acted = self._clock()
            elif (
                order is None
                and uid is None
                and (due := max(looked + self._pause(moved), acted + self._entry.grace)) > now
            ):
                self._rest(due - now)
            else:
                if self._inventory(reader):
                    moved = self._clock()
                looked = self._clock()

    def _pause(self, moved: float) -> float:
        """Seconds between the last inventory and the next."""
        still = self._pad.settled and self._clock() - moved > LIVELY
        return self._entry.rest if still else self._entry.idle

    def _inventory(self, reader: Family) -> bool:
        """Look who is there; whether somebody came or went."""
        seen = self._heard(reader.inventory())
        self._orders.round()
        if isinstance(seen, Lapse):
            return False
        events = self._pad.round(seen, self._clock())
        for event in events:
            if isinstance(event, TagLeft):
                self._tell(self._orders.end(event.uid, SecurityProblem.LEFT))
            self._post(event)
        return bool(events)

    def _read(self, reader: Family, uid: str) -> None:
        content = self._heard(reader.read(uid))
        if not isinstance(content, Lapse) or content is Lapse.GARBLED:
            self._pad.answered(uid, self._clock())
        self._tell(self._pad.read(uid, self._named(uid, None if isinstance(content, Lapse) else content)))

    def _named(self, uid: str, content: TagContent | None) -> TagContent | None:
        """The site's table of tags names the item where the tag itself does not."""
        if self._map is None or (content is not None and problem(content) is Problem.NONE):
            return content
        table, trouble = self._map.fresh(), self._map.trouble
        if trouble != self._map_trouble:
            self._map_trouble = trouble
            if trouble:
                log.warning("the table of tags has changed and cannot be used; the old one is: %s", trouble)
        return table.resolve(uid, content)

    def _secure(self, reader: Family, order: Order) -> None:
        if not reader.secures:
            self._tell(self._orders.done(order))  # this site's gates look at nothing on the tag
            return
        if order.uid not in self._pad.present:
            self._tell(self._orders.end(order.uid, SecurityProblem.LEFT))
            return
        why = self._write(reader, order)
        self._tell(self._orders.done(order) if why is SecurityProblem.NONE else self._orders.failed(order, why))

    def _write(self, reader: Family, order: Order) -> SecurityProblem:
        """Write and read back. A write without an answer may have happened, so the tag itself is asked.

        So is a tag that can never be written: it may hold the right value already.
        """
        said = self._heard(reader.write_security(order.uid, order.armed))
        if said is Lapse.REFUSED:
            return SecurityProblem.NOT_WRITTEN
        found = self._heard(reader.read_security(order.uid))
        if isinstance(found, Lapse):
            return _FINAL.get(found, _FINAL.get(said, SecurityProblem.NOT_WRITTEN))
        self._pad.answered(order.uid, self._clock())
        return SecurityProblem.NONE if found is order.armed else _FINAL.get(said, SecurityProblem.UNCHANGED)

    # Small things.

    def _heard(self, found: T) -> T:
        """Pass on what an exchange gave, and count the silent ones: a dead reader on a live port says nothing else."""
        self._silences = self._silences + 1 if found is Lapse.SILENT else 0
        if self._silences >= SILENCES:
            raise PortLost(f"{self._settings.port}: the reader has stopped answering. Check its power.")
        return found

    def _take_orders(self) -> None:
        with self._wake:
            wanted = list(self._wanted)
            self._wanted.clear()
        for uid, armed in wanted:
            self._tell(self._orders.order(uid, armed))

    def _rest(self, seconds: float) -> None:
        """Wait, unless somebody stops us or gives an order."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopping or bool(self._wanted), seconds)

    def _stay_lost(self, seconds: float) -> None:
        """Wait before looking for the reader again; whoever gives an order meanwhile is told at once."""
        end = self._clock() + seconds
        while not self._stopping and (left := end - self._clock()) > 0:
            self._rest(left)
            self._take_orders()
            self._tell(self._orders.end_all(SecurityProblem.READER_LOST))

    def _lose(self, why: str) -> None:
        """Nothing can be seen any more: orders end, tags leave."""
        self._become(ReaderState.LOST, why)
        self._take_orders()
        self._tell(self._orders.end_all(SecurityProblem.READER_LOST))
        self._tell(self._pad.clear())

    def _finish(self) -> None:
        with self._wake:
            self._ended = True
        self._take_orders()
        self._tell(self._orders.end_all(SecurityProblem.STOPPED))
        self._tell(self._pad.clear())
        self._become(ReaderState.STOPPED)

    def _become(self, state: ReaderState, why: str = "") -> None:
        now = ReaderChanged(state, why)
        if now != self._told:
            self._told = now
            self._post(now)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._post(event)


def _load_map(settings: ReaderSettings) -> TagMapFile | None:
    try:
        return TagMapFile(Path(settings.tag_map)) if settings.tag_map else None
    except MapError as error:
        raise SetupError(f"[reader] tag_map: {error}") from error


def _check(settings: ReaderSettings) -> None:
    if not settings.port:
        raise SetupError("[reader] port is empty: name the reader's port, for example /dev/serial/by-id/…")
    settings_check.check(settings)
