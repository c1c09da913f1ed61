"""A drawing as SVG text: the few shapes the pictures need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from devices.door.drawing.look import FAMILY, INK, LOST_FILL, SMALL

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

_HATCH: Final = (
    '<defs><pattern id="fault" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<line x1="0" y1="0" x2="0" y2="9" stroke="{LOST_FILL}" stroke-width="2"/></pattern></defs>'
)
#: A fill of slanting lines: a fault, or what is not known.
HATCHED: Final = "url(#fault)"


class Drawing:
    """Shapes in the order they are painted. Attributes are given with ``_`` for ``-``: ``stroke_width=2``."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, **look: object) -> None:
        """A rectangle; never thinner than what can be seen."""
        place = {"x": x, "y": y, "width": max(width, 0.5), "height": max(height, 0.5)}
        self._add("rect", place, look)

    def line(self, x1: float, y1: float, x2: float, y2: float, **look: object) -> None:
        """A straight line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, look)

    def polyline(self, points: Iterable[Point], **look: object) -> None:
        """A bent line without filling."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polyline", {"points": path, "fill": "none"}, {"stroke_linejoin": "round", **look})

    def polygon(self, points: Iterable[Point], **look: object) -> None:
        """A filled shape of straight sides."""
        self._add("polygon", {"points": " ".join(f"{_number(x)},{_number(y)}" for x, y in points)}, look)

    def path(self, d: str, **look: object) -> None:
        """Any path."""
        self._add("path", {"d": d}, look)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = SMALL,
        weight: int = 400,
        fill: str = INK,
        anchor: Anchor = "start",
        halo: str = "",
    ) -> None:
        """A line of text whose baseline is at ``y``; ``halo`` keeps it readable on top of something."""
        look = {"font_size": size, "font_weight": weight, "fill": fill, "text_anchor": anchor}
        if halo:
            under = {**look, "fill": halo, "stroke": halo, "stroke_width": 5, "stroke_linejoin": "round"}
            self._add("text", {"x": x, "y": y}, under, escape(words))
        self._add("text", {"x": x, "y": y}, look, escape(words))

    def joined(self, above: Drawing) -> Drawing:
        """This drawing with another painted over it."""
        both = Drawing()
        both._parts = self._parts + above._parts
        return both

    def svg(self, width: int, height: int, title: str) -> str:
        """The whole drawing; ``title`` says in words what it shows."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" font-family={quoteattr(FAMILY)}>'
        )
        return "\n".join([head, f"<title>{escape(title)}</title>", _HATCH, *self._parts, "</svg>\n"])

    def _add(self, tag: str, place: Mapping[str, object], look: Mapping[str, object], inside: str = "") -> None:
        values = {**place, **look}
        text = " ".join(f"{key.replace('_', '-')}={quoteattr(_value(value))}" for key, value in values.items())
        self._parts.append(f"<{tag} {text}>{inside}</{tag}>" if inside else f"<{tag} {text}/>")


def _value(value: object) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
