"""From frames to events: gate, stepper, accept list and confirmation put together, without a thread or a clock.

Hand in each frame with its time; get what the session should know. No frame is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.barcode.accept import USABLE, Reading, Rules
from devices.barcode.code import Code, Quad
from devices.barcode.confirm import Confirmer
from devices.barcode.events import CodeHint, CodeRead, CodeUnread, Event, Kind
from devices.barcode.gate import Gate, Look
from devices.barcode.shot import Pixels, Shot, as_shot
from devices.barcode.stepper import Stepper
from devices.barcode.stripes import Gray
from devices.barcode.unread import Onlooker


class Viewer:
    """Looks at one camera's frames. ``seen`` is the last usable code's corners and when it was seen."""

    def __init__(self, rules: Rules, stepper: Stepper) -> None:
        self._rules, self._stepper = rules, stepper
        self._gate, self._confirmer, self._onlooker = Gate(), Confirmer(), Onlooker()
        self._still = False
        self._frames = 0
        self.seen: tuple[Quad, float] | None = None

    @property
    def pause(self) -> float:
        """How long to look away now (s): a while when nothing moves and nothing waits for a second frame."""
        return 0.0 if self._confirmer.pending else self._gate.pause

    def frame(self, now: float, frame: Pixels | Shot) -> list[Event]:
        """What ``frame`` (grey, BGR or as it came), taken at ``now`` (s), adds to what is known.

        Raises:
            BarcodeError: the frame came damaged.
        """
        shot = as_shot(frame)
        look = self._gate.look(now, shot)
        self._still = look is not Look.CHANGED and (self._still or look is Look.SKIP)
        if look is Look.SKIP and not self._confirmer.pending:  # a code seen once wants its second frame
            self._confirmer.still(now)
            return []
        if look is Look.CHANGED:
            self._stepper.restart()
        self._frames += 1
        gray = shot.gray()
        readings = [self._rules.judge(code) for code in self._stepper.read(gray, self._ends_search)]
        usable = [reading for reading in readings if reading.kind in USABLE]
        if usable:
            self.seen = (usable[0].code.quad, now)
        events = [_event(reading, shot.size) for reading in self._confirmer.see(now, readings)]
        return events + self._unread(now, gray, nothing=not readings)

    def _unread(self, now: float, gray: Gray, *, nothing: bool) -> list[Event]:
        """A word of help for whoever holds up a code that gives ``nothing``."""
        if not nothing:
            self._onlooker.read(now)
        elif self._still:
            self._onlooker.still(now, gray)
        elif (why := self._onlooker.look(now, gray)) is not None:
            return [CodeUnread(why)]
        return []

    def _ends_search(self, codes: Sequence[Code]) -> bool:
        """A new usable code ends a frame's search. One that was told does so on two frames of three: the label of
        the last book, still lying there, must not hide a harder one beside it."""
        readings = [self._rules.judge(code) for code in codes]
        usable = [reading for reading in readings if reading.kind in USABLE]
        fresh = any(not self._confirmer.was_told(reading) for reading in usable)
        return fresh or (bool(usable) and self._frames % 3 != 0)


def _event(reading: Reading, size: tuple[int, int]) -> Event:
    if reading.kind not in USABLE:
        return CodeHint(reading.kind, reading.text, reading.code.format)
    code = reading.code
    text = "" if reading.kind is Kind.STAFF else reading.text
    return CodeRead(reading.kind, text, code.format, code.quad, size, reading.patron, reading.item)
