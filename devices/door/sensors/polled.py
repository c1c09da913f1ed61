"""A counter that is asked for its totals now and then, over Modbus or HTTP."""

from __future__ import annotations

from collections.abc import Callable

from devices.door.readings import Total
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sensors.timed import RETRY_MS, Timed
from devices.link.clock import Clock


class NoAnswer(Exception):
    """The counter cannot be reached; the message is a sentence for people."""


class BadAnswer(Exception):
    """The counter answered something that holds no totals; the message is a sentence for people."""


class Polled(Timed):
    """Asks ``ask`` every ``every_s`` seconds. One failure is tried again after a second; only ``tries`` in a row are
    a lost sensor, and more than one in a hundred a bad line. At most one question is asked in a :meth:`read`, so a
    silent counter holds nobody up for long."""

    def __init__(
        self,
        ask: Callable[[], tuple[int, int | None]],
        shut: Callable[[], None],
        every_s: float,
        tries: int,
        clock: Clock,
    ) -> None:
        super().__init__(clock)
        self._ask = ask
        self._hang_up = shut
        self._every_ms = max(1, round(every_s * 1000))
        self._tries = max(1, tries)
        self._failures = 0
        self._ready = False

    def _turn(self) -> list[Report]:
        try:
            into, out = self._ask()
        except NoAnswer as error:
            told = self._told
            return self._fail(str(error)) or ([] if told else [Garbled(str(error))])
        except BadAnswer as error:
            return [Garbled(str(error)), *self._fail(str(error))]
        now = self._clock.now().bt
        self._due = max(self._due + self._every_ms, now)
        first, self._ready = not self._ready, True
        self._failures, self._told = 0, False
        return [*([Ready()] if first else []), Total(now, into, out)]

    def _shut(self) -> None:
        self._hang_up()

    def _fail(self, why: str) -> list[Report]:
        self._shut()
        self._failures += 1
        self._due = self._clock.now().bt + RETRY_MS
        if self._failures < self._tries or self._told:
            return []
        self._told, self._ready = True, False
        return [Gone(why)]
