"""Two light beams and who went through: the small brother of ``devices.door.crossing``, for an ESP32. Pure.

The rule is the same, quarter steps of two bits that turn like a quadrature encoder: +4 is in, -4 is out, 0 turned back,
anything else is ambiguous and no count. Pulses that do not overlap are a fast walker when they are close and similarly
long. Gaps of an arm are bridged, and a beam that stays broken for a minute is a fault and no count. What it leaves to
the big machine: followers who touch, and repairing passages with lost edges; both end as ambiguous here.

Times are ms of a clock that never goes back. ``on_edge`` may be called late, but in order.
"""

CLOSE_MS = 120  # both clear this long end a passage; also bridges the gap between an arm and a body
FAST_MS = 600
FAST_RATIO = 3
TOGETHER_MS = 2
BLOCKED_MS = 60_000
SLOWEST_MS = 3_000  # from beam to beam
FASTEST_MS = 20

QUARTERS = {(0, 1): 1, (1, 3): 1, (3, 2): 1, (2, 0): 1, (1, 0): -1, (3, 1): -1, (2, 3): -1, (0, 2): -1}
A, B = 1, 2


class Beams:
    """Feed it edges, tell it the time; ``sums`` counts in, out, tb, amb and glitch."""

    def __init__(self) -> None:
        self.sums = {"in": 0, "out": 0, "tb": 0, "amb": 0, "glitch": 0}
        self.blocked = False
        self._state = 0
        self._since = 0
        # Of the passage that goes on: quarter steps, edges, the last edge, and each beam's first break and last clear.
        self._net = 0
        self._edges = 0
        self._last = 0
        self._last_beam = 0
        self._overlap = False
        self._torn = False
        self._broken = {A: 0, B: 0}
        self._cleared = {A: 0, B: 0}

    def on_edge(self, t_ms: int, beam: int, broken: bool) -> None:
        """``beam`` is ``A`` (outside) or ``B``."""
        self.advance(t_ms)
        state = self._state | beam if broken else self._state & ~beam
        if state == self._state:
            return
        before, self._state, self._since = self._state, state, t_ms
        if self.blocked:
            return
        if self._edges and t_ms - self._last <= TOGETHER_MS and beam != self._last_beam:
            self._torn = True
            self.sums["glitch"] += 1
        self._net += QUARTERS[before, state]
        self._edges += 1
        self._last, self._last_beam = t_ms, beam
        if broken:
            self._broken[beam] = self._broken[beam] or t_ms
            self._overlap = self._overlap or state == A | B
        else:
            self._cleared[beam] = t_ms

    def lose(self) -> None:
        """Edges were lost: whoever is in the beams cannot be judged."""
        self._torn = True

    def advance(self, t_ms: int) -> None:
        """Time is ``t_ms``."""
        quiet = t_ms - self._since
        if self.blocked:
            if self._state == 0 and quiet >= 1_000:
                self.blocked = False
                self._begin()
        elif self._state:
            if quiet >= BLOCKED_MS:
                self.blocked = True
        elif self._edges and quiet >= (FAST_MS if self._alone() else CLOSE_MS):
            self._judge()
            self._begin()

    def empty(self) -> bool:
        """Whether nobody is in the beams."""
        return not self._edges

    def take(self) -> dict[str, int]:
        """The sums since the last time; they begin again."""
        taken, self.sums = self.sums, dict.fromkeys(self.sums, 0)
        return taken

    def _begin(self) -> None:
        self._net = self._edges = self._last = self._last_beam = 0
        self._overlap = self._torn = False
        self._broken = {A: 0, B: 0}
        self._cleared = {A: 0, B: 0}

    def _alone(self) -> bool:
        """One pulse of one beam: the other may follow."""
        return self._edges == 2 and self._net == 0

    def _judge(self) -> None:
        self.sums[self._verdict()] += 1

    def _verdict(self) -> str:
        first, last = self._broken, self._cleared
        if self._torn:
            return "amb"
        if not first[A] or not first[B]:
            return "tb"
        way = "in" if first[A] < first[B] else "out"
        delay = abs(first[A] - first[B])
        if not FASTEST_MS <= delay <= SLOWEST_MS:
            return "glitch"
        if self._net == (4 if way == "in" else -4):
            return way
        if self._overlap:
            return "tb" if self._net == 0 else "amb"
        if self._edges != 4:
            return "amb"
        widths = [max(1, last[beam] - first[beam]) for beam in (A, B)]
        return way if max(widths) < FAST_RATIO * min(widths) else "amb"
