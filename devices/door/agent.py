"""The door's service: sensor → counting machine → ledger → desk."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from devices.contract import Alert, Info, Kind, Part
from devices.door.crossing import Crossing
from devices.door.edges import Edge
from devices.door.events import Event, Fault, FaultKind, Glitch, Passage, Rules
from devices.door.interval import Due, Interval
from devices.door.sensors.opening import open_sensor
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.settings import DoorSettings
from devices.link.clock import Clock, SystemClock
from devices.link.errors import LedgerDamaged, LedgerError
from devices.link.ledger import Ledger
from devices.link.mqtt import Link

log = logging.getLogger(__name__)

SENSOR_LOST: Final = "sensor-lost"
SENSOR_NOISE: Final = "sensor-noise"
UNWRITTEN: Final = "unwritten"
_WRITE_AGAIN_MS: Final = 1_000
_TICK_S: Final = 0.25
#: More than this share of garbled lines among the last … lines is a fault.
_NOISE: Final = 0.01
_NOISE_LINES: Final = 200

_WORDS: Final = {
    FaultKind.BLOCKED: "A beam of the door has been broken for a minute. Is something standing in it?",
    FaultKind.ONE_BEAM_DEAD: "Only one beam of the door moves. Is the other one dirty, turned away or without power?",
    FaultKind.CHATTER: "The door counts more people than fit through it. Is a beam loose, or something hanging in it?",
    FaultKind.EDGES_LOST: "The sensor's reports have gaps; counts may be missing. Is the cable good?",
}


def alert_name(kind: FaultKind) -> str:
    """The id of a fault's alert topic."""
    return kind.value.replace("_", "-")


class Agent:
    """Counts until told to stop. All its work is done on the thread that calls :meth:`run`.

    Raises:
        LedgerError: the ledger cannot be opened.
    """

    def __init__(self, settings: DoorSettings, software: str, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock(trusted=settings.link.clock == "trusted")
        self._sensor = open_sensor(settings.sensor, self._clock)
        self._machine = Crossing(Rules(gap_mm=settings.door.gap_mm), swapped=settings.door.reversed)
        self._ledger = Ledger(Path(settings.data) / "ledger.sqlite", self._clock)
        self._interval = Interval(settings.door, self._clock.now().bt)
        self._part = Part(state="starting")
        self._lines = self._garbled = 0
        self._write_again_at = 0
        self._unwritten = False
        names = tuple(alert_name(kind) for kind in FaultKind)
        info = Info(kind="door", name=settings.door.name, software=software, capabilities=("count",))
        self._link = Link(
            settings.link, self._ledger, info, clock=self._clock, parts=lambda: {"sensor": self._part},
            alerts=(*names, SENSOR_LOST, SENSOR_NOISE, UNWRITTEN),
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
            self._say(self._machine.freeze(self._sensor_ms()))
            self._close_interval()
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
        if not reports and before is not None:
            # Nothing came, so no edge is older than the moment *before* the wait; of the time since, however long the
            # scheduler made it, that cannot be said.
            self._say(self._machine.advance(before))
        self._try_to_write()

    # -- counting

    def _report(self, report: Report) -> None:
        match report:
            case Edge():
                self._heard(garbled=False)
                self._say(self._machine.feed(report))
            case Garbled(why):
                log.warning("sensor: %s", why)
                self._heard(garbled=True)
            case Ready():
                self._set_part(Part(state="ok", since=self._clock.now().utc))
                self._link.alert(SENSOR_LOST, None)
            case Gone(why):
                log.error("%s", why)
                self._say(self._machine.freeze(self._sensor_ms()))
                self._set_part(Part(state="lost", since=self._clock.now().utc, why=why))
                self._link.alert(SENSOR_LOST, Alert(what=why, since=self._clock.now().utc, severity="down"))

    def _say(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Passage() | Glitch():
                    self._interval.add(event, self._clock.now().bt)
                case Fault(_, kind, over):
                    log.log(logging.INFO if over else logging.ERROR, "%s: %s", kind, "over" if over else _WORDS[kind])
                    alert = None if over else Alert(what=_WORDS[kind], since=self._clock.now().utc)
                    self._link.alert(alert_name(kind), alert)

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
        match self._interval.due(now):
            case Due.HOLD:
                self._ledger.hold(Kind.COUNT, self._interval.body(self._machine.faults), self._interval.began, now)
                self._interval.held()
            case Due.CLOSE:
                self._close_interval()
            case Due.HEARTBEAT:
                body = self._interval.body(self._machine.faults)
                self._ledger.append(Kind.HEARTBEAT, body, self._interval.began, now)
                self._interval.closed(now)
                self._link.kick()
            case None:
                pass

    def _close_interval(self) -> None:
        if self._interval.empty:
            return
        now = self._clock.now().bt
        self._ledger.hold(Kind.COUNT, self._interval.body(self._machine.faults), self._interval.began, now)
        self._ledger.settle()
        self._interval.closed(now)
        self._link.kick()

    # -- time

    def _sensor_ms(self) -> int:
        return self._sensor.now_ms() or 0

    def _timeout(self) -> float:
        wake, now = self._machine.wake_at, self._sensor.now_ms()
        if wake is None or now is None:
            return _TICK_S
        return min(_TICK_S, max(0.005, (wake - now) / 1000))
