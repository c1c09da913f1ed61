"""Time on paper: how a recording is cut into panels, where a moment lies, and what the axis says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from devices.door.drawing.look import INK_2, INK_3, LEFT, RIGHT, RULE, RULE_STRONG, SMALL, SPAN
from devices.door.drawing.svg import Drawing
from devices.door.recordings import UTC_FROM

_S: Final = 1_000
_MIN: Final = 60 * _S
_HOUR: Final = 60 * _MIN
_DAY: Final = 24 * _HOUR
_LENGTHS: Final = (
    *(_MIN * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 4, 6, 8, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 30, 60, 90, 180, 365)),
)
_STEPS: Final = (
    *(100, 200, 500, _S, 2 * _S, 5 * _S, 10 * _S, 15 * _S, 30 * _S),
    *_LENGTHS,
)
_MOST_PANELS: Final = 6
#: A label of the axis needs so much room.
_LABEL_PX: Final = 120

AXIS_PX: Final = 44


@dataclass(frozen=True)
class Scale:
    """The recording from ``first`` to ``last`` (ms) in panels of ``length`` ms."""

    first: int
    last: int
    length: int

    @property
    def panels(self) -> int:
        """How many panels."""
        return max(1, -(-(self.last - self.first) // self.length))

    @property
    def per_px(self) -> float:
        """Milliseconds in a pixel."""
        return self.length / SPAN

    @property
    def columns(self) -> int:
        """Pixels of time in all panels together."""
        return self.panels * SPAN

    def column(self, t_ms: int) -> int:
        """The pixel of a moment, counted through all panels."""
        return min(max(0, int((t_ms - self.first) / self.per_px)), self.columns - 1)

    def start(self, panel: int) -> int:
        """When a panel begins."""
        return self.first + panel * self.length


def scale(first: int, last: int, *, panels: int = _MOST_PANELS) -> Scale:
    """At most ``panels`` panels of a round length; what fits into 90 s stays in one."""
    span = max(last - first, _S)
    if span <= 90 * _S or panels == 1:
        return Scale(first, max(last, first + _S), span)
    length = next((each for each in _LENGTHS if span <= each * panels), span // panels + 1)
    return Scale(first, last, length)


@dataclass(frozen=True)
class Panel:
    """One panel on the paper: its content lies between ``top`` and ``top + height``; columns are those of the scale."""

    scale: Scale
    number: int
    top: int
    height: int

    @property
    def columns(self) -> range:
        """The scale's columns in this panel."""
        return range(self.number * SPAN, (self.number + 1) * SPAN)

    @property
    def begin(self) -> int:
        """Its first ms."""
        return self.scale.start(self.number)

    @property
    def end(self) -> int:
        """Its last ms."""
        return self.begin + self.scale.length

    @property
    def used(self) -> float:
        """Where the recording ends in this panel, in x."""
        return min(float(RIGHT), self.x(self.scale.last))

    def holds(self, t_ms: int) -> bool:
        """Whether a moment is in this panel; the recording's very end belongs to the last."""
        return self.begin <= t_ms < self.end or (t_ms == self.end and self.number == self.scale.panels - 1)

    def x(self, t_ms: float) -> float:
        """Where a moment lies."""
        return LEFT + (t_ms - self.begin) / self.scale.per_px

    def column_x(self, column: int) -> float:
        """Where a column begins."""
        return float(LEFT + column - self.number * SPAN)


def axis(drawing: Drawing, panel: Panel, y: float) -> None:
    """The time axis at ``y``, with hairlines through the content."""
    step = next((each for each in _STEPS if each / panel.scale.per_px >= _LABEL_PX), panel.scale.length)
    absolute = panel.scale.first >= UTC_FROM
    origin = 0 if absolute else panel.scale.first
    drawing.line(LEFT, y, RIGHT, y, stroke=RULE_STRONG, stroke_width=1.5)
    moment = origin + -(-(panel.begin - origin) // step) * step
    while moment <= panel.end:
        x = panel.x(moment)
        drawing.line(x, panel.top, x, y, stroke=RULE, stroke_width=1)
        drawing.line(x, y, x, y + 7, stroke=RULE_STRONG, stroke_width=1.5)
        drawing.text(x, y + 27, label(moment - origin, step, absolute=absolute), anchor="middle", fill=INK_2)
        moment += step
    drawing.text(LEFT - 60, y + 27, "UTC" if absolute else "time", anchor="end", fill=INK_3, size=SMALL)


def label(ms: int, step: int, *, absolute: bool) -> str:
    """A moment on the axis: the time of day (UTC), or the time since the first reading, as finely as ``step`` asks."""
    if absolute:
        moment = datetime.fromtimestamp(ms / 1000, UTC)
        if step >= _DAY or (step >= _HOUR and not (moment.hour or moment.minute)):
            return f"{moment.day} {moment:%b}"
        return f"{moment:%H:%M}" if step >= _MIN else f"{moment:%H:%M:%S}"
    seconds = ms / 1000
    if step < _S:
        return f"{seconds:.1f} s"
    if step >= _DAY:
        return f"day {int(seconds // 86_400)}"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
