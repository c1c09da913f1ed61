"""When a code is held in view and cannot be read: its holder is helped, and a bookshelf in the background is not.

Bars can be seen long before they can be read. So while nothing is read, now and then, the picture is searched for a
striped region that looks like bars and nothing else: a few dozen dark and light changes that are the same all along
its height, as print and cloth are not, with an outline that a code has. That alone would pity shelves and blinds, so:

* a region counts only where none was before: what is in view when the scene stands still, or at the first look, is
  background; what stood there for long stays background for minutes, also while somebody is in front of it;
* it must be followed for 1.2 s: what a hand carries through the picture is lost sooner;
* the next word not before 4 s have passed, and after three there is silence until something was read or the scene
  stood still without the region.

The advice: a small region comes closer; a larger one, or one that moves all the time, holds still.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from devices.barcode import strip, stripes
from devices.barcode.events import Unread
from devices.barcode.stripes import Gray, Region

#: Between two looks (s).
LOOK_S: Final = 0.3
#: In view and unread for so long (s) ...
UNREAD_S: Final = 1.2
#: ... beginning not sooner than this after something was read (s): the last label is being taken away.
AFTER_READ_S: Final = 1.3
#: A region that was not found for so long (s) has gone.
GONE_S: Final = 0.8
#: Looks that must have found it.
LOOKS: Final = 4
#: Between two words (s): longer than the first stands on the screen. And how many in a row.
APART_S: Final = 4.0
MOST: Final = 3
#: What was there in so many looks at a still scene is background for so long after the last of them (s).
STOOD: Final = 5
REMEMBERED_S: Final = 300.0

#: A region of less than this share of the picture's width should come closer.
SMALL: Final = 0.25
#: One that moves by more than this share of its length between looks should hold still.
_RESTLESS: Final = 0.15

#: Shares of the picture's width, and height over length, that a code held up has.
_SHARES: Final = (0.05, 0.9)
_SHAPES: Final = (0.2, 1.2)
#: Least share of a strip's changes that is the same in all its rows; print has less than 0.7, bars more than 0.9.
_SAME_ROWS: Final = 0.9
#: Least number of changes between dark and light across it; shelves have a dozen.
_CHANGES: Final = 13
#: Least contrast (standard deviation in grey levels), of a code and of background that is worth remembering.
_CONTRAST: Final = 18.0
_FAINT: Final = 10.0
#: Regions looked at in the whole picture, and in its middle, which is searched at full resolution.
_REGIONS: Final = 3
_MIDDLE: Final = 640


@dataclass(slots=True)
class _Followed:
    """The region that may be a code; ``moved`` is the sum of its movements in lengths."""

    region: Region
    first: float
    last: float
    looks: int = 1
    moved: float = 0.0


@dataclass(slots=True)
class _Background:
    region: Region
    last: float
    looks: int = 1


@dataclass(frozen=True, slots=True)
class _Bars:
    """A striped region: how much of the changes across it all rows share (0 to 1), their standard deviation in grey
    levels, and how many changes between dark and light there are."""

    region: Region
    same: float
    contrast: float
    changes: int

    def are_a_code(self, width: int) -> bool:
        """Whether, in a picture so wide, it has the outline of a code, and bars from top to bottom."""
        share, shape = self.region.length / width, self.region.height / self.region.length
        outline = _SHARES[0] <= share <= _SHARES[1] and _SHAPES[0] <= shape <= _SHAPES[1]
        return outline and self.same >= _SAME_ROWS and self.contrast >= _CONTRAST and self.changes >= _CHANGES


class Onlooker:
    """Remembers what is striped in the picture. Times (s) handed in must not go back."""

    def __init__(self) -> None:
        self._background: list[_Background] | None = None
        self._followed: _Followed | None = None
        self._looked = self._read = self._told = float("-inf")
        self._words = 0

    def read(self, now: float) -> None:
        """Something was read: nobody needs advice."""
        self._read, self._followed, self._words = now, None, 0

    def look(self, now: float, gray: Gray) -> Unread | None:
        """A frame of a scene that changed of late, in which nothing was read; what to advise, if anything."""
        if now - self._looked < LOOK_S or now - self._read < AFTER_READ_S:
            return None
        self._looked = now
        found = _bars(gray)
        if self._background is None:
            self._background = [_Background(bars.region, now) for bars in found]
            return None
        known = [old.region for old in self._background]
        codes = [bars.region for bars in found if bars.are_a_code(gray.shape[1])]
        self._follow(now, [region for region in codes if not any(_at(region, old) for old in known)])
        if not self._is_due(now):
            return None
        assert self._followed is not None
        self._told, self._words = now, self._words + 1
        small = self._followed.region.length < SMALL * gray.shape[1]
        return Unread.SMALL if small and not self._restless else Unread.UNCLEAR

    def still(self, now: float, gray: Gray) -> None:
        """A frame of a scene that has stood still: what is striped in it is background from now on."""
        if now - self._looked < LOOK_S or now - self._read < AFTER_READ_S:
            return
        self._looked = now
        found, kept = [bars.region for bars in _bars(gray)], list[_Background]()
        if self._followed is None or not any(_at(self._followed.region, region) for region in found):
            self._followed, self._words = None, 0
        for old in self._background or ():
            if any(_at(old.region, region) for region in found):
                kept.append(_Background(old.region, now, old.looks + 1))
            elif old.looks >= STOOD and now - old.last < REMEMBERED_S:
                kept.append(old)
        known = [old.region for old in kept]
        kept += [_Background(region, now) for region in found if not any(_at(region, old) for old in known)]
        self._background = kept

    @property
    def _restless(self) -> bool:
        followed = self._followed
        return followed is not None and followed.moved > _RESTLESS * (followed.looks - 1)

    def _follow(self, now: float, shown: Sequence[Region]) -> None:
        followed = self._followed
        if followed is not None:
            for region in shown:
                if (moved := _moved(followed.region, region)) is not None:
                    followed.region, followed.last = region, now
                    followed.looks, followed.moved = followed.looks + 1, followed.moved + moved
                    return
            if now - followed.last < GONE_S:
                return
        self._followed = _Followed(shown[0], now, now) if shown else None

    def _is_due(self, now: float) -> bool:
        followed = self._followed
        return (
            followed is not None
            and followed.last == now
            and now - followed.first >= UNREAD_S
            and followed.looks >= LOOKS
            and self._words < MOST
            and now - self._told >= APART_S
        )


def _bars(gray: Gray) -> list[_Bars]:
    """What is striped and not faint: large regions of the whole picture, small ones of its middle."""
    height, width = gray.shape
    found = stripes.find(gray, _REGIONS)
    left, top = max(0, (width - _MIDDLE) // 2), max(0, (height - _MIDDLE) // 2)
    if left or top:
        middle = np.ascontiguousarray(gray[top : height - top, left : width - left])
        found += [replace(each, x=each.x + left, y=each.y + top) for each in stripes.find(middle, _REGIONS)]
    return [bars for bars in (_profile(gray, region) for region in found) if bars.contrast >= _FAINT]


def _profile(gray: Gray, region: Region) -> _Bars:
    picture = strip.lift(gray, region).picture[:, round(strip.FIRST) : round(strip.LAST)]
    rows = strip.bands(picture, 8)[1:-1].astype(np.float32)
    rows = np.asarray(cv2.GaussianBlur(rows, (0, 0), 2.0, sigmaY=0.01), dtype=np.float32)
    rows -= cv2.blur(rows, (121, 1))  # light that falls off from one end to the other is no bar
    mean = rows.mean(axis=0)
    spread = float(mean.std())
    dark, light = mean < -0.4 * spread, mean > 0.4 * spread
    signs = (light.astype(np.int8) - dark.astype(np.int8))[dark | light]
    changes = int(np.count_nonzero(np.diff(signs)))
    return _Bars(region, spread**2 / max(float(rows.var()), 1e-6), spread, changes)


def _at(one: Region, other: Region) -> bool:
    """Whether one lies where the other is, whatever became of its outline."""
    apart = math.hypot(one.x - other.x, one.y - other.y)
    return apart < max(one.length, one.height, other.length, other.height) / 2


def _moved(before: Region, after: Region) -> float | None:
    """How far the same region went, in its lengths; ``None`` when it must be another."""
    moved = math.hypot(after.x - before.x, after.y - before.y) / before.length
    return moved if moved < 0.5 and 0.6 < after.length / before.length < 1.7 else None
