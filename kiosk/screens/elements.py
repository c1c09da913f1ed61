"""The vocabulary of a page: what may be drawn, as values.

A page is a function from what the kiosk knows to a tuple of these; ``layer`` draws the difference to what stood
there before. Two equal elements look the same, so nothing is drawn twice, and a test can read a page like a list.
Boxes are absolute, in pixels from the panel's top left corner; later elements lie above earlier ones.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from kiosk.screens.geometry import Box
from kiosk.session.model import Digit, Pressed


class Align(enum.Enum):
    """Where lines stand in their box, across."""

    LEFT = 0.0
    MIDDLE = 0.5
    RIGHT = 1.0


class Stand(enum.Enum):
    """Where the lines stand in their box, up and down."""

    TOP = 0.0
    MIDDLE = 0.5
    BOTTOM = 1.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A rounded rectangle: filled, edged, or both. ``outside`` colours what the corners leave of the box."""

    box: Box
    fill: str = ""
    edge: str = ""
    line: int = 0
    radius: int = 0
    dashed: bool = False
    outside: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence in one weight and colour."""

    text: str
    weight: int
    colour: str


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence, wrapped in its box. Only with ``cut`` may it lose its end, to "…"; the rest must fit."""

    box: Box
    runs: tuple[Run, ...]
    size: int
    back: str  # the colour behind it, for the check of contrast
    align: Align = Align.LEFT
    stand: Stand = Stand.TOP
    leading: float = 1.1
    lines: int = 9
    cut: bool = False
    key: str = ""

    @property
    def text(self) -> str:
        """The sentence as it was given."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon of one colour. Its box is square."""

    box: Box
    name: str
    colour: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Art:
    """A drawing of ``kiosk.images``: ``river-…``, ``spot-…``, ``mark``, or ``band``."""

    box: Box
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """A book's drawn cover; ``edge`` outlines it where it would vanish on black."""

    box: Box
    title: str
    author: str
    edge: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """A countdown: ``part`` of the circle, from the top, is still to come."""

    box: Box
    part: float
    line: int
    colour: str
    track: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: dark modules by row. It stands in a white field with its quiet zone."""

    box: Box
    modules: tuple[tuple[bool, ...], ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """The camera's picture, cropped to the box, with the outline of what was found."""

    box: Box
    outline: str
    under: str
    key: str = "camera"


@dataclass(frozen=True, slots=True)
class Arcs:
    """The waves above the sun of the welcome picture: they call three times, then rest."""

    centre: tuple[float, float]
    radii: tuple[float, ...]
    line: float
    colour: str
    moving: bool
    key: str = "arcs"


@dataclass(frozen=True, slots=True)
class Flash:
    """A mark under something that has just changed; it fades and is gone."""

    box: Box
    colour: str
    key: str = ""


Part = Panel | Words | Icon | Art | Cover | Ring | Code | Live | Arcs | Flash


@dataclass(frozen=True, slots=True)
class Turn:
    """A press that stays on the page: turn the list to this page, from 0."""

    to: int


@dataclass(frozen=True, slots=True)
class Press:
    """Something that can be pressed, in its two looks. Without an ``act`` it can not be used now.

    ``primary``: the filled river of the page. ``lively``: it slides to its place, as rows of a list do.
    """

    key: str
    box: Box
    act: Pressed | Digit | Turn | None
    parts: tuple[Part, ...]
    pressed: tuple[Part, ...]
    primary: bool = False
    lively: bool = False
    spine: bool = False

    @property
    def words(self) -> str:
        """What is written on it."""
        return " ".join(part.text for part in self.parts if isinstance(part, Words))


Element = Part | Press
Page = tuple[Element, ...]
