"""A grid sensor's recording as a space-time picture: position along the way in over time, people as colour."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.drawing.look import HEAT, INK_3, LEFT, PAPER, RAISED, RIGHT, RULE_STRONG, SARUNG, SMALL
from devices.door.drawing.marks import heading
from devices.door.drawing.panels import Panel, Scale
from devices.door.drawing.svg import Drawing, Point
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float32]

_HEIGHT: Final = 300
_GAP: Final = 16
#: Frames that tell what the empty door looks like.
_SAMPLE: Final = 600
#: Below this share of the strongest signal a cell is background.
_QUIET: Final = 0.28
_FRAME_MS: Final = 1_000


@dataclass(frozen=True)
class Step:
    """A walker was found at ``along`` (cells from outside) at ``t_ms``."""

    t_ms: int
    along: float


class GridContent:
    """Takes all frames at once, turned so that row 0 is outside; outside is above inside."""

    height = _HEIGHT + 2 * _GAP

    def __init__(
        self, scale: Scale, frames: Sequence[Frame], tracks: Sequence[Sequence[Step]], *, distances: bool
    ) -> None:
        self._scale = scale
        self._tracks = tracks
        self._distances = distances
        self._unread = {scale.column(frame.t_ms) for frame in frames if frame.cells is None}
        self._image = self._bins([(frame.t_ms, frame.cells) for frame in frames if frame.cells is not None])

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the picture."""
        what = "nearer than the floor" if self._distances else "different from the empty door's temperature"
        said = f"Darker: {what}. Lines: walkers as they were followed."
        if self._unread:
            said += " Blank columns: frames that could not be read."
        return [said]

    def draw(self, drawing: Drawing, panel: Panel) -> None:
        """The picture of a panel, and the tracks over it."""
        top = panel.top + _GAP
        heading(drawing, LEFT - 14, top + 24, "outside")
        heading(drawing, LEFT - 14, top + _HEIGHT - 8, "inside")
        drawing.text(LEFT - 14, top + _HEIGHT / 2 + 6, "middle", anchor="end", fill=INK_3, size=SMALL)
        drawing.rect(LEFT, top, panel.used - LEFT, _HEIGHT, fill=RAISED)
        if self._image is not None:
            self._cells(drawing, panel, top, self._image)
        y = top + _HEIGHT / 2
        drawing.line(LEFT, y, RIGHT, y, stroke=RULE_STRONG, stroke_width=2, stroke_dasharray="8 6")
        for track in self._tracks:
            points = self._points(track, panel, top)
            if len(points) > 1:
                drawing.polyline(points, stroke=PAPER, stroke_width=6, stroke_linecap="round")
                drawing.polyline(points, stroke=SARUNG, stroke_width=2.6, stroke_linecap="round")

    # -- inside

    def _bins(self, frames: Sequence[tuple[int, Cells]]) -> NDArray[np.int8] | None:
        """Heat steps, cells along × columns of the scale; -1 where nothing was read."""
        if not frames:
            return None
        sample = np.stack([cells for _, cells in frames[:: max(1, len(frames) // _SAMPLE)]])
        with warnings.catch_warnings(action="ignore"):  # a cell that never knew anything has no median
            empty = np.nanmedian(sample, axis=0)
        strongest = np.full((empty.shape[0], self._scale.columns), np.nan, dtype=np.float32)
        times = [t_ms for t_ms, _ in frames]
        for (t_ms, cells), following in zip(frames, [*times[1:], times[-1]], strict=True):
            rise = np.where(cells > 0, empty - cells, np.nan) if self._distances else np.abs(cells - empty)
            profile = np.fmax.reduce(rise, axis=1)[:, None]
            first = self._scale.column(t_ms)
            # A slow sensor's frame lasts until the next one, unless that is long in coming.
            last = max(first, self._scale.column(min(following, t_ms + _FRAME_MS) - 1))
            part = strongest[:, first : last + 1]
            np.fmax(part, profile, out=part)
        known = strongest[np.isfinite(strongest)]
        peak = float(np.quantile(known, 0.998)) if known.size else 0.0
        if peak <= 0:
            return None
        share = np.clip((strongest / peak - _QUIET) / (1 - _QUIET), 0, 1)
        return np.where(np.isfinite(share), np.ceil(np.nan_to_num(share) * (len(HEAT) - 1)), -1).astype(np.int8)

    def _cells(self, drawing: Drawing, panel: Panel, top: float, image: NDArray[np.int8]) -> None:
        part = image[:, panel.columns.start : panel.columns.stop]
        tall = _HEIGHT / part.shape[0]
        for number, row in enumerate(part):
            changes = np.flatnonzero(np.diff(row)) + 1
            starts = [0, *changes.tolist()]
            for start, stop in zip(starts, [*changes.tolist(), row.size], strict=True):
                step = int(row[start])
                if step >= 1:
                    drawing.rect(LEFT + start, top + number * tall, stop - start, tall + 0.4, fill=HEAT[step])

    def _points(self, track: Sequence[Step], panel: Panel, top: float) -> list[Point]:
        length = 8 if self._image is None else self._image.shape[0]
        return [
            (panel.x(step.t_ms), top + _HEIGHT * min(1.0, max(0.0, (step.along + 0.5) / length)))
            for step in track
            if panel.holds(step.t_ms)
        ]
