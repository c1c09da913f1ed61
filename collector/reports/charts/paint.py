"""Strokes that all charts share, as SVG text. Each mark differs from the others by shape, not by colour alone.

Hatching is drawn line by line and cut to its rectangle by arithmetic: patterns look different in each renderer.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from collector.reports import palette
from collector.reports.fonts import FAMILY


def number(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def rect(x: float, y: float, width: float, height: float, fill: str, *, mark: str = "", stroke: str = "") -> str:
    """A rectangle; ``mark`` names what it means, for tests and readers of the drawing."""
    line = f' stroke="{stroke}" stroke-width="1"' if stroke else ""
    named = f" data-mark={quoteattr(mark)}" if mark else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
        f'fill="{fill}"{line}{named}/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, dash: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" fill="none" stroke="{colour}" '
        f'stroke-width="{number(width)}"{dashed}/>'
    )


def write(
    x: float, y: float, words: str, *, size: float = 11, anchor: str = "start", colour: str = palette.INK_3,
    weight: int = 400,
) -> str:  # fmt: skip
    """Text on its base line."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-family="{FAMILY}" font-size="{number(size)}" '
        f'font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
    )


def hatched(x: float, y: float, width: float, height: float, mark: str = "estimated") -> str:
    """An estimate: outlined, with lines that rise to the right."""
    strokes = []
    reach = width + height
    at = 4.0
    while at < reach:
        # From the left or lower side to the upper or right one.
        x1, y1 = (x, y + at) if at <= height else (x + at - height, y + height)
        x2, y2 = (x + at, y) if at <= width else (x + width, y + at - width)
        strokes.append(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")
        at += 4.0
    inside = f'<path d="{"".join(strokes)}" stroke="{palette.RIVER}" stroke-width="1" fill="none"/>' if strokes else ""
    frame = rect(x + 0.5, y + 0.5, max(0.1, width - 1), max(0.1, height - 1), "none", stroke=palette.RIVER)
    return f"<g data-mark={quoteattr(mark)}>{rect(x, y, width, height, palette.PAPER)}{inside}{frame}</g>"


def cross(x: float, y: float, size: float = 4.5) -> str:
    """Missing: a cross around its middle."""
    return (
        f'<path data-mark="missing" d="M{number(x - size)} {number(y - size)}L{number(x + size)} {number(y + size)}'
        f'M{number(x + size)} {number(y - size)}L{number(x - size)} {number(y + size)}" '
        f'stroke="{palette.LOST}" stroke-width="1.6" fill="none"/>'
    )


def dashed_box(x: float, y: float, width: float, height: float) -> str:
    """The outline around a missing number."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" fill="none" '
        f'stroke="{palette.LOST}" stroke-width="1" stroke-dasharray="3 2"/>'
    )


def dash(x: float, y: float, half: float = 4.7) -> str:
    """Closed: a short line."""
    return f'<g data-mark="closed">{line(x - half, y, x + half, y, palette.RULE_STRONG, 1.6)}</g>'


def ring(x: float, base: float) -> str:
    """Zero: a ring on the base line."""
    return (
        f'<g data-mark="zero"><circle cx="{number(x)}" cy="{number(base - 5)}" r="3.2" fill="none" '
        f'stroke="{palette.RIVER}" stroke-width="1.6"/></g>'
    )


def band(x: float, top: float, foot: float, half: float) -> str:
    """Where the true value may lie: a line with caps, with light on both sides, so that it shows on a bar too."""
    light = "".join(line(x + side, top, x + side, foot, palette.PAPER, 1.4) for side in (-1.6, 1.6))
    caps = "".join(line(x - half, y, x + half, y, palette.INK, 1.6) for y in (top, foot))
    return f'<g data-mark="band">{light}{line(x, top, x, foot, palette.INK, 1.8)}{caps}</g>'


def frame(x: float, y: float, width: float, height: float) -> str:
    """The peak's frame, with a light line inside, which shows on a dark cell without colour too."""
    box = f'x="{number(x + 2)}" y="{number(y + 2)}" width="{number(width - 4)}" height="{number(height - 4)}"'
    return (
        f'<rect data-mark="peak" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
        f'fill="none" stroke="{palette.SARUNG}" stroke-width="2.4"/>'
        f'<rect {box} fill="none" stroke="{palette.PAPER}" stroke-width="1.2"/>'
    )


def picture(width: float, height: float, alt: str, *strokes: str) -> str:
    """The whole drawing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" height="{number(height)}" '
        f'viewBox="0 0 {number(width)} {number(height)}" role="img" aria-label={quoteattr(alt)}>'
        f"{''.join(strokes)}</svg>"
    )
