"""The numbers that the grid counter goes by, and what a cell's value means."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Unit(enum.StrEnum):
    """What a cell measures."""

    MM = "mm"  # distance: people are nearer than the floor
    C = "c"  # °C: people are usually warmer than the floor


class Axis(enum.StrEnum):
    """Along what people walk; row 0, or column 0, is outside."""

    ROWS = "rows"
    COLS = "cols"


@dataclass(frozen=True)
class Contrast:
    """How far a cell must rise above its background, in the cell's unit."""

    peak: float  # a blob's highest cell, at least
    foot: float  # its lowest
    noise: float  # a sensor is never trusted to be calmer than this
    thick: int  # a person was at some time so many cells thick, beside the blob's longest line


#: A child on a cold evening or a thick coat is 1 °C above the floor; an AMG8833 has 0.2 °C of noise, in steps of 0.25.
#: A floor 2.5 m away wanders by 20 mm; whoever is lower than 300 mm is no visitor.
CONTRASTS: Final = {Unit.C: Contrast(0.5, 0.25, 0.08, 2), Unit.MM: Contrast(300.0, 150.0, 8.0, 1)}


@dataclass(frozen=True)
class GridRules:
    """Times in ms; lengths in cells of an 8×8 grid, finer and coarser grids are scaled to it."""

    # background
    young_ms: int = 5_000  # so long the background is what the cells were most of the time
    quiet_ms: int = 15_000  # time constant while nobody is in a cell
    occupied_ms: int = 120_000  # … while somebody is: what stands for minutes is furniture
    below_ms: int = 1_000  # a cell below its background for longer was learnt with somebody in it
    settle_ms: int = 1_500  # … and then follows with this time constant
    noise_ms: int = 10_000
    # blobs
    blur: float = 0.15  # share of a cell's neighbour on either side that is mixed into it
    peak_sigmas: float = 6.0
    foot_sigmas: float = 3.0
    saddle: float = 0.8  # two peaks are two people when the way between them falls below this share of the lower one
    # tracks
    fastest: float = 22.0  # cells a second: 3.5 m/s where a cell is 16 cm wide
    gate: float = 1.6  # how far from where it was expected a walker may be found
    leap: float = 5.0  # … and one who seems to come from nowhere, amid the view
    lost_ms: int = 600  # a walker not seen for so long is gone
    gone_ms: int = 250  # … at the edge of the view already
    both: float = 0.62  # a blob of two people is at least this share of what both were
    part: float = 0.25  # … and each of them at least this share of it
    shared_ms: int = 4_000  # two people are believed to be in one blob no longer than this
    # counts
    margin: float = 0.9  # how far beyond the middle a walker counts as being through
    least: float = 2.4  # a walker seen only in part moved at least so far
    clear: float = 1.5  # a person was at some time so many times as high as needed to be seen
    blocked_ms: int = 60_000
    rearm_ms: int = 1_000
    per_second: int = 4
    calm_ms: int = 10_000
    # faults
    blind_ms: int = 1_000  # unreadable for longer: whoever was in view is given up
    unreadable_ms: int = 5_000
    window: int = 1_000  # frames of which at most ``bad_share`` may fail
    bad_share: float = 0.01
    shift_ms: int = 600_000


GRID_RULES: Final = GridRules()
