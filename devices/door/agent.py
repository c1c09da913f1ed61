"""The door's service: sensor → counting machine → ledger → desk."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from devices.contract import Alert, Info, Part
from devices.door.edges import Edge
from devices.door.events import Event, Fault, FaultKind, Glitch, Passage, Tally
from devices.door.interval import CAUGHT_UP, SENSOR_LOST, Interval
from devices.door.machines import make
from devices.door.readings import Distance, Frame, Total
from devices.door.sensors.opening import open_sensor
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sentences import SENTENCES, alert_name
from devices.door.settings import DoorSettings, machine_of, place
from devices.door.totals import Totals, before
from devices.link.clock import Clock, SystemClock
from devices.link.errors import LedgerDamaged, LedgerError
from devices.link.ledger import Ledger
from devices.link.mqtt import Link

log = logging.getLogger(__name__)

LOST_ALERT: Final = "sensor-lost"
SENSOR_NOISE: Final = "sensor-noise"
UNWRITTEN: Final = "unwritten"
_WRITE_AGAIN_MS: Final = 1_000
#: A wait for the sensor, at least and at most. It ends with a reading and when something is due; a stop cannot end it,
#: since a signal does not end a read, so that is looked for once a second.
_SHORTEST_S: Final = 0.005
_LONGEST_S: Final = 1.0
#: More than this share of garbled lines among the last … lines is a fault.
_NOISE: Final = 0.01
_NOISE_LINES: Final = 200


class Agent:
    """Counts until told to stop. All its work is done on the thread that calls :meth:`run`.

    Raises:
        LedgerError: the ledger cannot be opened.
    """

    def __init__(self, settings: DoorSettings, software: str, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock(trusted=settings.link.clock == "trusted")
        self._sensor = open_sensor(settings.sensor, self._clock, machine_of(settings))
        self._ledger = Ledger(Path(settings.data) / "ledger.sqlite", self._clock)
        self._machine = make(settings, self._start())
        self._began = self._clock.now().bt
        self._interval = Interval(settings.door, self._began)
        self._part = Part(state="starting")
        self._standing: set[str] = set()
        self._lines = self._garbled = 0
        self._write_again_at = 0
        self._unwritten = False
        names = tuple(alert_name(kind) for kind in FaultKind)
        info = Info(kind="door", name=settings.door.name, software=software, capabilities=("count",))
        self._link = Link(
            settings.link, self._ledger, info, clock=self._clock, parts=lambda: {"sensor": self._part},
            alerts=(*names, LOST_ALERT, SENSOR_NOISE, UNWRITTEN),
        )  # fmt: skip

    def run(self, stop: threading.Event) -> None:
        """Count until ``stop`` is set; then write what was counted, say goodbye and let go of everything.

        Raises:
            LinkFault: the ledger cannot be written, or the link's files cannot be read. Nothing counted so far that
                was held is lost: the next start finds it.
        """
        try:
            self._link.start()
            while not stop.is_set():
                self.step(self._timeout())
            for report in self._sensor.read(0):  # what happened until the stop
                self._report(report)
            self._say(self._machine.freeze(self._sensor_ms()))
            self._interval.stop(self._clock.now().bt)
            self._write_ended()
        finally:
            self._sensor.close()
            self._link.stop()
            self._ledger.close()

    def step(self, timeout_s: float) -> None:
        """One turn: read the sensor for up to ``timeout_s``, count, and write what is due."""
        before = self._sensor.now_ms()
        reports = self._sensor.read(timeout_s)
        for report in reports:
            self._report(report)
        if not reports and before is not None and SENSOR_LOST not in self._standing:
            # Nothing came, so no reading is older than the moment *before* the wait; of the time since, however long
            # the scheduler made it, that cannot be said.
            self._say(self._machine.advance(before))
        self._try_to_write()

    def _start(self) -> Total | None:
        """Where a counter that is not ours stood when our last row was written; it went on counting since."""
        if machine_of(self._settings) != "totals" or self._settings.sensor.kind == "replay":
            return None
        source = self._ledger.source(place(self._settings.sensor))
        return None if source is None else before(source, self._clock.boot, self._clock.now())

    # -- counting

    def _report(self, report: Report) -> None:
        match report:
            case Edge() | Distance() | Frame() | Total():
                self._heard(garbled=False)
                self._say(self._machine.feed(report))
                if isinstance(self._machine, Totals):
                    self._interval.show(self._machine.source, self._clock.now().bt)
            case Garbled(why):
                log.warning("sensor: %s", why)
                self._heard(garbled=True)
            case Ready():
                self._set_part(Part(state="ok", since=self._clock.now().utc))
                self._link.alert(LOST_ALERT, None)
                self._stand(SENSOR_LOST, over=True)
            case Gone(why):
                log.error("%s", why)
                self._say(self._machine.freeze(self._sensor_ms()))
                self._stand(SENSOR_LOST)
                self._set_part(Part(state="lost", since=self._clock.now().utc, why=why))
                self._link.alert(LOST_ALERT, Alert(what=why, since=self._clock.now().utc, severity="down"))

    def _say(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Passage() | Glitch() | Tally():
                    self._interval.add(event, self._clock.now().bt)
                    if isinstance(event, Tally) and event.since_ms < self._began:
                        self._interval.mark(CAUGHT_UP)
                case Fault(_, kind, over):
                    words = SENTENCES[kind]
                    log.log(logging.INFO if over else logging.ERROR, "%s: %s", kind, "over" if over else words)
                    alert = None if over else Alert(what=words, since=self._clock.now().utc)
                    self._link.alert(alert_name(kind), alert)
                    self._stand(kind, over=over)

    def _stand(self, flag: str, *, over: bool = False) -> None:
        """A fault stands from now on, or is over; rows carry it as a flag."""
        if over:
            self._standing.discard(flag)
        else:
            self._standing.add(flag)
        self._interval.stand(self._standing, self._clock.now().bt)

    def _heard(self, *, garbled: bool) -> None:
        self._lines += 1
        self._garbled += garbled
        if self._lines < _NOISE_LINES:
            return
        noisy = self._garbled > _NOISE * self._lines
        what = "More than one in a hundred of the sensor's lines cannot be read. Are its cable and its speed right?"
        self._link.alert(SENSOR_NOISE, Alert(what=what, since=self._clock.now().utc) if noisy else None)
        self._lines = self._garbled = 0

    def _set_part(self, part: Part) -> None:
        self._part = part
        self._link.health()

    # -- writing

    def _try_to_write(self) -> None:
        """Write what is due. While the disk is full or failing, go on counting in memory and try again."""
        now = self._clock.now()
        if now.bt < self._write_again_at:
            return
        try:
            self._write(now.bt)
        except LedgerDamaged:
            raise  # the next start sets the file aside; going on would only lose more
        except LedgerError as error:
            self._write_again_at = now.bt + _WRITE_AGAIN_MS
            self._unwritten = True
            log.error("%s", error)
            self._link.alert(UNWRITTEN, Alert(what=str(error), since=now.utc, severity="down"))
            return
        if self._unwritten and self._interval.safe:
            self._unwritten = False
            self._link.alert(UNWRITTEN, None)

    def _write(self, now: int) -> None:
        self._interval.tick(now)
        self._write_ended()
        if self._interval.hold_due(now):
            row = self._interval.open_row(now)
            self._ledger.hold(row.kind, row.body, row.bt0, row.bt1)
            self._interval.held()

    def _write_ended(self) -> None:
        while self._interval.ended:
            row = self._interval.ended[0]  # it may be held already, and must not be there twice for a moment
            self._ledger.hold(row.kind, row.body, row.bt0, row.bt1)
            self._ledger.settle()
            self._interval.ended.popleft()
            self._link.kick()

    # -- time

    def _sensor_ms(self) -> int:
        return self._sensor.now_ms() or 0

    def _timeout(self) -> float:
        """Seconds until something can happen without the sensor saying anything."""
        now = self._clock.now().bt
        waits = [max(self._interval.due_at, self._write_again_at) - now]
        wake, sensor_now = self._machine.wake_at, self._sensor.now_ms()
        if wake is not None and sensor_now is not None and SENSOR_LOST not in self._standing:
            waits.append(wake - sensor_now)
        return min(_LONGEST_S, max(_SHORTEST_S, min(waits) / 1000))
