"""Setting text: measuring, breaking into lines, cutting; and lines as textures.

Kivy's own label wraps and cuts too, but cannot say beforehand where a baseline will be, cannot mix weights in a
sentence without markup, and markup must never be switched on: titles come from strangers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kivy.core.text import Label as CoreLabel

from kiosk import fonts
from kiosk.screens.elements import Run, Words

_ELLIPSIS = "…"
_WORD = re.compile(r" *(?:\d{1,2} (?=[A-Z]))?[^ ]+(?: …)?| +")
#: Of the typeface (hhea table), in em.
_ASCENT, _DESCENT = 0.984, 0.316


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line: where it begins, and what it says."""

    x: int
    text: str
    weight: int
    colour: str
    width: int


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of pieces, and whether all of the text is in them and each line is within the width."""

    lines: tuple[tuple[Piece, ...], ...]
    widths: tuple[int, ...]
    whole: bool
    fits: bool

    def height(self, size: int, leading: float) -> int:
        """Height of all lines."""
        return round(len(self.lines) * size * leading)


@lru_cache(maxsize=64)
def _ruler(size: int, weight: int) -> Any:
    label = CoreLabel(font_size=size, font_name=str(fonts.path(weight)), font_hinting="light")
    label.resolve_font_name()
    return label


@lru_cache(maxsize=4096)
def width_of(text: str, size: int, weight: int) -> int:
    """Width of text on one line, in pixels."""
    if not text:
        return 0
    return int(_ruler(size, weight).get_extents(text)[0])


@lru_cache(maxsize=512)
def texture_of(text: str, size: int, weight: int) -> Any:
    """One line as a white texture, to be tinted, and the distance from its top to its baseline."""
    label = CoreLabel(text=text, font_size=size, font_name=str(fonts.path(weight)), font_hinting="light")
    label.refresh()
    return label.texture, int(label.get_ascent())


def baseline(size: int, leading: float) -> float:
    """Distance from the top of a line's box to its baseline, by the rule of CSS."""
    return (size * leading - (_ASCENT + _DESCENT) * size) / 2 + _ASCENT * size


@lru_cache(maxsize=1024)
def set_runs(runs: tuple[Run, ...], size: int, width: int, most: int, cut: bool) -> Setting:
    """Break runs into at most ``most`` lines of ``width`` pixels. A newline in a run breaks too."""
    lines: list[list[tuple[str, Run]]] = [[]]
    for run in runs:
        for number, paragraph in enumerate(run.text.split("\n")):
            if number:
                lines.append([])
            for word in _words(paragraph):
                _add_word(lines, word, run, size, width)
    whole = len(lines) <= most
    if cut and not whole:  # the last line takes all that is left over, to be cut where the room ends
        lines[most - 1 :] = [[piece for line in lines[most - 1 :] for piece in _spaced(line)]]
    kept = [_joined(line, size) for line in lines[:most]]
    if kept and cut:
        kept = [_shorten(line, size, width) for line in kept]
    widths = tuple(line[-1].x + line[-1].width if line else 0 for line in kept)
    fits = all(each <= width for each in widths)
    return Setting(tuple(tuple(line) for line in kept), widths, whole, fits)


def set_words(words: Words) -> Setting:
    """The setting of an element in its box."""
    return set_runs(words.runs, words.size, words.box.width, words.lines, words.cut)


def height_of(runs: tuple[Run, ...], size: int, width: int, leading: float = 1.1, most: int = 9) -> int:
    """Height that the runs need at this width."""
    return set_runs(runs, size, width, most, False).height(size, leading)


def _words(text: str) -> list[str]:
    """Words with the space before them, so that runs can be put one after another without losing any.

    A day stays with its month: "26 November" is never torn apart, nor is "…" left alone.
    """
    return _WORD.findall(text)


def _spaced(line: list[tuple[str, Run]]) -> list[tuple[str, Run]]:
    """A line that is to be joined to the one before: its first word gets its space back."""
    if not line or line[0][0].startswith(" "):
        return line
    return [(f" {line[0][0]}", line[0][1]), *line[1:]]


def _add_word(lines: list[list[tuple[str, Run]]], word: str, run: Run, size: int, width: int) -> None:
    line = lines[-1]
    joins = bool(line) and not word.startswith(" ")  # continues the last word in another weight
    so_far = sum(piece.width for piece in _joined([*line, (word, run)], size))
    if line and so_far > width and not joins:
        lines.append([(word.lstrip(" "), run)])
    else:
        line.append((word if line else word.lstrip(" "), run))


def _joined(line: list[tuple[str, Run]], size: int) -> list[Piece]:
    """Neighbouring words of one run as one piece, so that kerning and spaces are the font's."""
    pieces: list[Piece] = []
    x = 0
    index = 0
    if line:
        line = [(line[0][0].lstrip(" "), line[0][1]), *line[1:]]
    while index < len(line):
        text, run = line[index]
        index += 1
        while index < len(line) and line[index][1] is run:
            text += line[index][0]
            index += 1
        width = width_of(text, size, run.weight)
        pieces.append(Piece(x, text, run.weight, run.colour, width))
        x += width
    return pieces


def _shorten(line: list[Piece], size: int, width: int) -> list[Piece]:
    """The line with its end replaced by "…" until it is within ``width``."""
    if not line or line[-1].x + line[-1].width <= width:
        return line
    last = line[-1]
    low, high = 0, len(last.text)
    while low < high:  # the longest beginning that fits together with the mark
        middle = (low + high + 1) // 2
        text = last.text[:middle].rstrip() + _ELLIPSIS
        if last.x + width_of(text, size, last.weight) <= width:
            low = middle
        else:
            high = middle - 1
    text = last.text[:low].rstrip(" .,:;") + _ELLIPSIS
    return [*line[:-1], Piece(last.x, text, last.weight, last.colour, width_of(text, size, last.weight))]
