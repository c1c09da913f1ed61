"""Covers drawn from title and author, for books whose own cover the library does not have.

Eight plain designs. Which one a book gets is decided by a hash of its title and author, so that a book always looks
the same, on every kiosk. The lettering is small; a cover is a picture, its title always stands beside it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from PIL import ImageFont

from kiosk import fonts
from kiosk.fonts.coverage import readable
from kiosk.images.picture import Picture, check_size, render

DESIGNS: Final = 8

_WIDTH, _HEIGHT = 140, 200  # the grid all designs are drawn on
_PALETTE: Final = (
    ("#7A1C34", "#F6E7CF", "#F4B53F"),
    ("#0F4C4E", "#F4EBD6", "#F4B53F"),
    ("#D98E2B", "#1E1A12", "#7A1C34"),
    ("#E9DFC8", "#1C3335", "#B4492E"),
    ("#3B3A5A", "#F3E8D2", "#E7A55A"),
    ("#B4492E", "#FBEFD9", "#2B1712"),
    ("#6B7F4F", "#FBF4E0", "#22301B"),
    ("#20282C", "#F2E6CF", "#C2574A"),
)
"""Ground, letters, accent of each design."""

_LARGEST, _SMALLEST, _AUTHOR = 27, 13, 11.5
_LINES: Final = 4
_FIRST_LINE, _LOWEST = 46, 134
_LEADING: Final = 1.06
_RIGHT: Final = 8
_LONGEST: Final = 80
"""Characters of a title that are looked at; no cover has room for more."""


@lru_cache(maxsize=64)
def cover(title: str, author: str, width: int, height: int) -> Picture:
    """A cover of ``width`` × ``height`` pixels with square corners. Any text is safe.

    Raises:
        PictureError: a side is below 1 or above 8192 px.
    """
    check_size(width, height)
    number = design(title, author)
    return render(_svg(number, readable(title[:1000]), readable(author[:1000]), width, height), _files())


def design(title: str, author: str) -> int:
    """Which of the eight designs this book has; case and spacing of the texts make no difference."""
    key = "\0".join(" ".join(text.casefold().split()) for text in (title, author))
    return hashlib.blake2s(key.encode("utf-8", "replace"), digest_size=2).digest()[0] % DESIGNS


def _svg(number: int, title: str, author: str, width: int, height: int) -> str:
    ground, letters, accent = _PALETTE[number]
    left = 30 if number == 0 else 12
    room = _WIDTH - left - (32 if number == 0 else _RIGHT)
    size, lines = _set_title(title[:_LONGEST], room)
    text = "".join(
        _text(left, _FIRST_LINE + row * size * _LEADING, size, 800, letters, line) for row, line in enumerate(lines)
    )
    byline = _cut(author[:_LONGEST], room, 600, _AUTHOR)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="xMidYMid slice"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="{ground}"/>'
        f"{_motif(number, letters, accent)}{_text(left, 20, _AUTHOR, 600, letters, byline)}{text}"
        f'<rect width="5" height="{_HEIGHT}" fill="#000000" fill-opacity="0.22"/></svg>'
    )


# --- lettering ----------------------------------------------------------------------------------------------------


def _files() -> tuple[Path, ...]:
    return fonts.path(600), fonts.path(800)


@lru_cache(maxsize=2)
def _measure(weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.path(weight)), 100)


def _length(text: str, weight: int, size: float) -> float:
    return _measure(weight).getlength(text) * size / 100


def _text(x: float, y: float, size: float, weight: int, fill: str, text: str) -> str:
    return (
        f'<text x="{x}" y="{y:.1f}" font-family="{fonts.FAMILY}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
        if text
        else ""
    )


def _set_title(title: str, room: float) -> tuple[float, list[str]]:
    """The largest size at which the title stands in at most four lines, and these lines."""
    words = title.split()
    lengths = [_length(word, 800, 1) for word in words]
    for size in range(_LARGEST, _SMALLEST - 1, -1):
        if max(lengths, default=0) * size <= room:
            lines = _wrap(words, lengths, room / size)
            if len(lines) <= _LINES and _FIRST_LINE + (len(lines) - 1) * size * _LEADING <= _LOWEST:
                return size, lines
    words = [_cut(word, room, 800, _SMALLEST) for word in words]
    lines = _wrap(words, [_length(word, 800, 1) for word in words], room / _SMALLEST)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], _cut(lines[_LINES - 1], room, 800, _SMALLEST, always=True)]
    return _SMALLEST, lines


def _wrap(words: list[str], lengths: list[float], room: float) -> list[str]:
    """Words into lines; ``lengths`` and ``room`` in em."""
    space = _length(" ", 800, 1)
    lines: list[str] = []
    used = 0.0
    for word, length in zip(words, lengths, strict=True):
        if lines and used + space + length <= room:
            lines[-1] += f" {word}"
            used += space + length
        else:
            lines.append(word)
            used = length
    return lines


def _cut(text: str, room: float, weight: int, size: float, *, always: bool = False) -> str:
    """``text``, or as much of its beginning as fits with "…" after it."""
    if _length(text, weight, size) <= room and not always:
        return text
    text = text.removesuffix("…").rstrip()
    while text and _length(f"{text}…", weight, size) > room:
        text = text[:-1].rstrip()
    return f"{text}…" if text else ""


# --- motifs -------------------------------------------------------------------------------------------------------


def _motif(number: int, letters: str, accent: str) -> str:
    """The drawing of one design, in the lower 80 of 200 units."""
    match number:
        case 0:  # woven stripes
            stripes = ((14, 5, accent), (24, 2, letters), (110, 2, letters), (117, 8, accent))
            return (
                "".join(f'<rect x="{x}" width="{w}" height="200" fill="{colour}"/>' for x, w, colour in stripes)
                + f'<rect y="150" width="140" height="3" fill="{letters}"/>'
                f'<rect y="157" width="140" height="8" fill="{accent}" fill-opacity="0.75"/>'
            )
        case 1:  # waves
            return "".join(
                f'<path d="M-10 {y}q20 -14 40 0t40 0t40 0t40 0" fill="none" stroke="{accent if y == 128 else letters}" '
                f'stroke-width="5" stroke-opacity="{1 if y == 128 else 0.55}"/>'
                for y in (128, 146, 164, 182)
            )
        case 2:  # a sun over the land
            return (
                f'<circle cx="70" cy="168" r="52" fill="{accent}"/>'
                f'<rect y="168" width="140" height="40" fill="{letters}"/>'
            )
        case 3:  # a seedling
            return (
                '<path d="M70 196V120M70 150c-26-4-34-18-36-32 22 0 34 10 36 32z'
                'M70 138c26-4 34-18 36-32-22 0-34 10-36 32z" '
                f'fill="{accent}" stroke="{accent}" stroke-width="4"/>'
            )
        case 4:  # mountains and a moon
            return (
                f'<circle cx="104" cy="132" r="20" fill="{accent}"/>'
                f'<path d="M0 200 44 138 76 176 98 152 140 200z" fill="{letters}" fill-opacity="0.28"/>'
            )
        case 5:  # a row of houses
            return "".join(
                f'<rect x="{14 + place * 19}" y="{186 - tall}" width="13" height="{tall}" '
                f'fill="{letters if place % 2 else accent}"/>'
                for place, tall in enumerate((30, 52, 40, 66, 34, 48))
            )
        case 6:  # hills
            return (
                f'<path d="M0 200V150q35-22 70 0t70 0v50z" fill="{accent}"/>'
                f'<circle cx="36" cy="128" r="13" fill="{letters}"/>'
            )
        case _:  # a rainbow
            return "".join(
                f'<path d="M{70 - radius} 196a{radius} {radius} 0 0 1 {2 * radius} 0" fill="none" '
                f'stroke="{letters if ring % 2 else accent}" stroke-width="7"/>'
                for ring, radius in enumerate((18, 34, 50, 66))
            )
