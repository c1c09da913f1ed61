"""The river: a town of books on the bank, their reflection, and the sun as the place where the card is shown.

The picture is drawn for the box that asks for it. Each recipe was composed for one box; in another box everything
keeps its size relative to the smaller side and its distance from the lower edge and the right (the sun and the
books) or the left (the boat), and the far bank and the water fill the rest. The same box always gives the same picture.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Final

_SKY, _WATER, _GLINT, _BANK = "#F8F1E1", "#0E4345", "#17585A", "#D9E0CF"
_NIGHT_SKY, _NIGHT_WATER, _NIGHT_BANK, _NIGHT_BOOK = "#0B3335", "#072628", "#0F4042", "#12393B"
_GOLD, _MOON, _LEAF, _INK, _DEEP, _RED, _EDGE = (
    "#F4B53F", "#E9D8C0", "#FFFDF6", "#14282A", "#0A3032", "#841A33", "#7D745F",
)  # fmt: skip
_SAND, _OCHRE = "#C7B48C", "#D9962E"
_SPINES: Final = (
    "#841A33", "#0F5557", _OCHRE, "#B4492E", "#2E3E54", "#6B7F4F", "#1B2F31", _SAND, "#8E3B52", "#3C7A77",
)  # fmt: skip

_RIPPLES: Final = 60
_BANK_HEIGHT: Final = 110
"""Above the water, times the scale: no hill of the far bank and no boat is higher."""
_ARC_ANGLE: Final = math.radians(52)
_BARS: Final = ((0, 4), (7, 2), (12, 6), (21, 2), (26, 4), (33, 2), (38, 7), (48, 3), (54, 2), (59, 7))
"""Offset and width of the bars on the drawn card; no real symbol."""


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun stands, in pixels of the box. ``arcs`` are the radii of the waves above it, inner first."""

    x: float
    y: float
    radius: float
    arcs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Recipe:
    """A composition for a box of ``width`` × ``height`` pixels; all lengths are pixels of that box."""

    width: float
    height: float
    water: float
    books: tuple[float, float]  # from, to
    tall: tuple[float, float]  # shortest, tallest book
    sun: Sun
    boat: tuple[float, float, float]  # x, y, scale
    seed: int
    scale: float = 1.0
    card: bool = False
    night: bool = False


_ARCS: Final = (34.0, 68.0, 102.0)
_LANDSCAPE: Final = _Recipe(
    1076, 800, 556, (560, 1030), (96, 196),
    Sun(822, 292, 108, tuple(108 + each for each in _ARCS)), (330, 566, 0.62), 21, card=True,
)  # fmt: skip
_PORTRAIT: Final = _Recipe(
    1080, 1726, 1150, (330, 1000), (150, 300),
    Sun(776, 830, 172, tuple(172 + 1.2 * each for each in _ARCS)), (176, 1166, 0.95), 11, 1.2, card=True,
)  # fmt: skip
_LOW_REACH: Final = _Recipe(
    1080, 1726, 930, (330, 1010), (130, 330), Sun(640, 590, 130), (180, 946, 0.9), 34, 1.2,
)  # fmt: skip
_NIGHT: Final = _Recipe(
    1076, 800, 500, (640, 1030), (110, 230), Sun(800, 150, 62), (900, 590, 0.95), 21, night=True,
)  # fmt: skip
_NIGHT_PORTRAIT: Final = replace(_PORTRAIT, sun=Sun(800, 620, 92), boat=(240, 1190, 1.2), card=False, night=True)

_RECIPES: Final = {
    "river-landscape": (_LANDSCAPE, _LANDSCAPE),
    "river-portrait": (_PORTRAIT, _PORTRAIT),
    "river-lowreach": (_LOW_REACH, _LOW_REACH),
    "river-night": (_NIGHT, _NIGHT_PORTRAIT),
}
"""For each name the recipe of a wide and of a tall box."""

_CALM: Final = "-calm"
NAMES: Final = frozenset(_RECIPES) | {f"{name}{_CALM}" for name in ("river-landscape", "river-portrait")}
"""What :func:`svg` can draw. The calm ones leave out the arcs above the sun, for a screen that moves them itself."""


def sun(name: str, width: int, height: int) -> Sun:
    """Where the sun of this picture stands in a box of this size; ``arcs`` also when the picture is a calm one."""
    return _fitted(name, width, height).sun


def stroke(name: str, width: int, height: int) -> float:
    """Width of the line of the arcs, in pixels."""
    return 11 * _fitted(name, width, height).scale


@dataclass(frozen=True, slots=True)
class Box:
    """Whole pixels of the picture, from its top left corner."""

    x: int
    y: int
    width: int
    height: int


def sky(name: str) -> str:
    """The one colour of everything outside :func:`lively`."""
    return _NIGHT_SKY if _RECIPES[name.removesuffix(_CALM)][0].night else _SKY


def lively(name: str, width: int, height: int) -> tuple[Box, ...]:
    """Where something is drawn: the sun and books, and below them bank and water. The rest, a third or more, is sky."""
    recipe = _fitted(name, width, height)
    disc, s = recipe.sun, recipe.scale
    reach = max(disc.arcs, default=disc.radius) + 11 * s
    top = max(math.floor(min(disc.y - reach, recipe.water - recipe.tall[1])), 0)
    left = max(math.floor(min(disc.x - reach, recipe.books[0])), 0)
    bank = math.floor(recipe.water - _BANK_HEIGHT * s)
    if top >= bank:
        return (Box(0, bank, width, height - bank),)
    return Box(left, top, width - left, bank - top), Box(0, bank, width, height - bank)


def svg(name: str, width: int, height: int, box: Box | None = None) -> str:
    """The picture of ``width`` × ``height`` pixels as SVG text, or the part of it in ``box``.

    Raises:
        KeyError: ``name`` is not one of :data:`NAMES`.
    """
    recipe = _fitted(name, width, height)
    chance = random.Random(recipe.seed)
    books = _books(recipe, chance)
    parts = [
        _rect(0, 0, width, height, _NIGHT_SKY if recipe.night else _SKY),
        "" if name.endswith(_CALM) else _waves(recipe),
        _disc(recipe),
        _far_bank(recipe),
        _rect(0, recipe.water, width, height - recipe.water, _NIGHT_WATER if recipe.night else _WATER),
        _sun_on_water(recipe),
        *(_reflection(recipe, book) for book in books),
        *_ripples(recipe, books, chance),
        *(_night_book(book) if recipe.night else _book(book, recipe.scale) for book in books),
        _boat(recipe),
    ]
    seen = box or Box(0, 0, width, height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{seen.width}" height="{seen.height}" '
        f'viewBox="{seen.x} {seen.y} {seen.width} {seen.height}">{"".join(parts)}</svg>'
    )


def _fitted(name: str, width: int, height: int) -> _Recipe:
    """The recipe in pixels of the asked box."""
    wide, tall = _RECIPES[name.removesuffix(_CALM)]
    recipe = wide if width >= height else tall
    scale = min(width / recipe.width, height / recipe.height)

    def right(x: float) -> float:
        return width - (recipe.width - x) * scale

    def down(y: float) -> float:
        return height - (recipe.height - y) * scale

    disc, boat = recipe.sun, recipe.boat
    return replace(
        recipe,
        width=width,
        height=height,
        water=down(recipe.water),
        books=(right(recipe.books[0]), right(recipe.books[1])),
        tall=(recipe.tall[0] * scale, recipe.tall[1] * scale),
        sun=Sun(right(disc.x), down(disc.y), disc.radius * scale, tuple(each * scale for each in disc.arcs)),
        boat=(boat[0] * scale if boat[0] < recipe.width / 2 else right(boat[0]), down(boat[1]), boat[2] * scale),
        scale=recipe.scale * scale,
    )


# --- the pieces ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Book:
    """One book on the bank: its box, its colour, and which of five bindings it has."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    binding: str


def _rect(x: float, y: float, width: float, height: float, fill: str, opacity: float = 1, rx: float = 0) -> str:
    faint = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
    # Sharp corners gain nothing from anti-aliasing, and cost a third of the drawing time with it.
    edge = f' rx="{rx:.1f}"' if rx else ' shape-rendering="crispEdges"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{faint}{edge}/>'


def _books(recipe: _Recipe, chance: random.Random) -> list[_Book]:
    first, last = recipe.books
    books: list[_Book] = []
    x = first
    while x < last:
        width = chance.choice([30, 36, 42, 50, 58, 66]) * recipe.scale
        height = chance.uniform(*recipe.tall)
        height *= 0.72 + 0.28 * math.sin((x - first) / (last - first) * math.pi)
        colour = chance.choice([each for each in _SPINES if not books or each != books[-1].colour])
        books.append(_Book(x, recipe.water - height, width, height, colour, chance.choice("abcdae")))
        x += width + chance.choice([0, 0, 0, 3]) * recipe.scale
    return books


def _waves(recipe: _Recipe) -> str:
    disc, parts = recipe.sun, []
    for number, radius in enumerate(disc.arcs):
        reach, top = radius * math.sin(_ARC_ANGLE), disc.y - radius * math.cos(_ARC_ANGLE)
        parts.append(
            f'<path d="M{disc.x - reach:.1f} {top:.1f}A{radius:.1f} {radius:.1f} 0 0 1 {disc.x + reach:.1f} {top:.1f}" '
            f'fill="none" stroke="{_GOLD}" stroke-width="{11 * recipe.scale:.1f}" stroke-linecap="round" '
            f'stroke-opacity="{1 - 0.22 * number:.2f}"/>'
        )
    return "".join(parts)


def _disc(recipe: _Recipe) -> str:
    disc = recipe.sun
    colour = _MOON if recipe.night else _GOLD
    circle = f'<circle cx="{disc.x:.1f}" cy="{disc.y:.1f}" r="{disc.radius:.1f}" fill="{colour}"/>'
    return circle + (_card(disc) if recipe.card else "")


def _card(disc: Sun) -> str:
    bars = "".join(
        f'<rect x="{-20 + x * 1.16:.1f}" y="6" width="{width * 1.16:.1f}" height="28" fill="{_INK}"/>'
        for x, width in _BARS
    )
    return (
        f'<g transform="translate({disc.x:.1f} {disc.y - disc.radius * 0.28:.1f}) rotate(-8) '
        f'scale({disc.radius / 104:.4f})">'
        f'<rect x="-72" y="-46" width="144" height="92" rx="9" fill="{_LEAF}"/>'
        f'<path d="M-63-46h23V46h-23a9 9 0 0 1-9-9v-74a9 9 0 0 1 9-9z" fill="{_DEEP}"/>'
        f'<rect x="-42" y="-46" width="9" height="92" fill="{_RED}"/>'
        f'<rect x="-39" y="-46" width="2" height="92" fill="{_GOLD}"/>'
        f'<circle cx="-57" cy="-24" r="6" fill="{_GOLD}"/>'
        f'<rect x="-20" y="-30" width="76" height="10" rx="3" fill="{_INK}"/>'
        f'<rect x="-20" y="-13" width="50" height="8" rx="3" fill="{_EDGE}"/>{bars}</g>'
    )


def _far_bank(recipe: _Recipe) -> str:
    w, s = recipe.width, recipe.scale
    return (
        f'<path d="M0 {recipe.water:.1f}V{recipe.water - 34 * s:.1f}q{w * 0.1:.1f} {-30 * s:.1f} {w * 0.22:.1f} '
        f"{-8 * s:.1f}t{w * 0.25:.1f} {-10 * s:.1f}t{w * 0.28:.1f} {4 * s:.1f}t{w * 0.3:.1f} {-6 * s:.1f}"
        f'V{recipe.water:.1f}z" fill="{_NIGHT_BANK if recipe.night else _BANK}"/>'
    )


def _sun_on_water(recipe: _Recipe) -> str:
    disc, s = recipe.sun, recipe.scale
    parts = []
    for number in range(4):
        width = disc.radius * (1.7 - 0.3 * number)
        y = recipe.water + (10 + number * 16) * s
        colour = _MOON if recipe.night else _GOLD
        parts.append(_rect(disc.x - width / 2, y, width, 6 * s, colour, 0.75 - 0.09 * number, 3 * s))
    return "".join(parts)


def _depth(recipe: _Recipe, book: _Book) -> float:
    """How far down a book is reflected."""
    return min(book.height * 0.42, recipe.height - recipe.water, 78 * recipe.scale)


def _reflection(recipe: _Recipe, book: _Book) -> str:
    opacity = 0.18 if recipe.night else 0.42
    return _rect(book.x, recipe.water, book.width, _depth(recipe, book), book.colour, opacity)


def _ripples(recipe: _Recipe, books: list[_Book], chance: random.Random) -> list[str]:
    """Light ripples, and ripples in the water's own colour that cut the reflections."""
    s, parts = recipe.scale, []
    water, light = (_NIGHT_WATER, _NIGHT_SKY) if recipe.night else (_WATER, _GLINT)
    deepest = recipe.water + max([_depth(recipe, each) for each in books] + [64 * s])
    for _ in range(_RIPPLES):
        y = recipe.water + 8 * s + chance.random() ** 1.3 * (recipe.height - recipe.water - 10 * s)
        width = chance.uniform(40, 190) * s
        x = chance.uniform(-40 * s, recipe.width)
        height = chance.choice([3, 4, 5]) * s
        colour = water if chance.random() < 0.66 else light
        if colour == light or y < deepest:  # elsewhere water on water would not show
            parts.append(_rect(round(x), round(y), round(width), height, colour, rx=2))
    return parts


def _night_book(book: _Book) -> str:
    parts = [_rect(book.x, book.y, book.width, book.height, _NIGHT_BOOK)]
    if book.binding in "ace":  # a lit window
        side = book.width * 0.36
        parts.append(_rect(book.x + book.width * 0.32, book.y + book.height * 0.3, side, side, _GOLD))
    return "".join(parts)


def _book(book: _Book, s: float) -> str:
    x, y, w, h = book.x, book.y, book.width, book.height
    label = "#3A2416" if book.colour in (_SAND, _OCHRE) else "#F4E6C8"
    parts = [_rect(x, y, w, h, book.colour, rx=3 * s)]
    match book.binding:
        case "a":  # two bands and a label
            parts += [_rect(x, y + h * at, w, 4 * s, label, 0.85) for at in (0.14, 0.82)]
            parts.append(_rect(x + w * 0.4, y + h * 0.28, w * 0.2, h * 0.4, label, 0.85, 2))
        case "b":  # a square label
            parts.append(_rect(x + w * 0.2, y + h * 0.16, w * 0.6, h * 0.3, label, 0.9))
            parts.append(_rect(x + w * 0.2, y + h * 0.84, w * 0.6, 5 * s, label, 0.9))
        case "c":  # three bands and a dot
            for number in range(3):
                colour = _GOLD if number == 1 and book.colour != _OCHRE else label
                parts.append(_rect(x, y + h * 0.1 + number * 11 * s, w, 4 * s, colour))
            parts.append(f'<circle cx="{x + w / 2:.1f}" cy="{y + h * 0.86:.1f}" r="{w * 0.17:.1f}" fill="{label}"/>')
        case "d":  # woven
            rows = range(int(h // (26 * s)))
            parts += [_rect(x, y + (12 + row * 26) * s, w, 8 * s, "#1B0D10", 0.28) for row in rows]
            parts.append(_rect(x + w * 0.28, y, 4 * s, h, _GOLD, 0.9))
            parts.append(_rect(x + w * 0.62, y, 3 * s, h, "#F4E6C8", 0.9))
        case _:  # one stripe
            parts.append(_rect(x + w * 0.42, y + h * 0.12, w * 0.16, h * 0.7, label, 0.8, 2))
    return "".join(parts)


def _boat(recipe: _Recipe) -> str:
    x, y, scale = recipe.boat
    left = "".join(f"M-58-{y}c18-3 34 0 46 9" for y in (70, 56, 42))
    right = "".join(f"M58-{y}c-18-3-34 0-46 9" for y in (70, 56, 42))
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) scale({scale:.4f})">'
        f'<path d="M-92 0H92c-10 24-30 34-52 34h-80c-22 0-42-10-52-34z" fill="{"#1B4A4C" if recipe.night else _RED}"/>'
        f'<rect x="-88" y="6" width="176" height="5" fill="{_GOLD}"/>'
        f'<path d="M0-8C-18-26-44-30-70-26v-58C-44-88-18-84 0-66z" fill="{_LEAF}"/>'
        f'<path d="M0-8C18-26 44-30 70-26v-58C44-88 18-84 0-66z" fill="#EFE3C9"/>'
        f'<path d="M0-66v58" stroke="#B9A57C" stroke-width="3"/>'
        f'<path d="{left}{right}" stroke="#B9A57C" stroke-width="3.5" fill="none"/></g>'
    )
