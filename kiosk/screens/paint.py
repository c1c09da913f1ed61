"""Elements to Kivy's drawing instructions. Straight things are rectangles, everything else is a texture."""

from __future__ import annotations

from typing import Any

from kivy.graphics import BorderImage, Color, Rectangle

from kiosk.screens import textures, typeset
from kiosk.screens.elements import Art, Code, Cover, Icon, Panel, Part, Ring, Words
from kiosk.screens.geometry import Box


class Painter:
    """Knows the panel's height, because Kivy counts from below. ``row_rise``: how far above its place a row begins."""

    def __init__(self, height: int, row_rise: int) -> None:
        self.height = height
        self.row_rise = row_rise

    def place(self, box: Box) -> dict[str, tuple[int, int]]:
        """Kivy's position and size of a box."""
        return {"pos": (box.x, self.height - box.bottom), "size": (box.width, box.height)}

    def paint(self, part: Part, canvas: Any) -> None:
        """Add the instructions of one still part. Parts with a life of their own are made by ``layer``."""
        with canvas:
            match part:
                case Panel():
                    self._panel(part)
                case Words():
                    self._words(part)
                case Icon():
                    Color(*textures.rgba(part.colour))
                    Rectangle(texture=textures.icon(part.name, part.box.width), **self.place(part.box))
                case Art():
                    Color(1, 1, 1, 1)
                    Rectangle(texture=textures.art(part.name, part.box.width, part.box.height), **self.place(part.box))
                case Cover():
                    self._cover(part)
                case Ring():
                    Color(1, 1, 1, 1)
                    ring = textures.ring(part.box.width, part.part, part.line, part.colour, part.track)
                    Rectangle(texture=ring, **self.place(part.box))
                case Code():
                    self._code(part)

    def _panel(self, part: Panel) -> None:
        box = part.box
        if box.width <= 0 or box.height <= 0:
            return
        if part.fill and not part.edge and not part.radius:
            Color(*textures.rgba(part.fill))
            Rectangle(**self.place(box))
            return
        Color(1, 1, 1, 1)
        patch = 2 * (max(part.radius, part.line) + 3)
        if part.dashed or patch > box.width or patch > box.height:
            texture = textures.panel(
                box.width, box.height, part.fill, part.edge, part.line, part.radius, part.dashed, part.outside
            )
            Rectangle(texture=texture, **self.place(box))
            return
        texture = textures.panel(patch, patch, part.fill, part.edge, part.line, part.radius, False, part.outside)
        side = patch // 2 - 1
        BorderImage(texture=texture, border=(side, side, side, side), **self.place(box))

    def _words(self, part: Words) -> None:
        setting = typeset.set_words(part)
        y = part.box.y + (part.box.height - setting.height(part.size, part.leading)) * part.stand.value
        for line, width in zip(setting.lines, setting.widths, strict=True):
            left = part.box.x + round((part.box.width - width) * part.align.value)
            base = round(y + typeset.baseline(part.size, part.leading))
            for piece in line:
                if piece.text.strip():
                    self._piece(piece, left + piece.x, base, part.size)
            y += part.size * part.leading

    def _piece(self, piece: typeset.Piece, x: int, base: int, size: int) -> None:
        texture, ascent = typeset.texture_of(piece.text, size, piece.weight)
        Color(*textures.rgba(piece.colour))
        top = base - ascent
        Rectangle(texture=texture, pos=(x, self.height - top - texture.height), size=texture.size)

    def _cover(self, part: Cover) -> None:
        box = part.box
        if part.edge:
            line = max(2, round(box.width / 24))
            Color(*textures.rgba(part.edge))
            Rectangle(**self.place(box.inset(-line)))
        Color(1, 1, 1, 1)
        Rectangle(texture=textures.cover(part.title, part.author, box.width, box.height), **self.place(box))

    def _code(self, part: Code) -> None:
        """Whole pixels a module, centred: a code with modules of unequal width reads badly."""
        modules = len(part.modules)
        side = min(part.box.width, part.box.height) // modules * modules
        Color(1, 1, 1, 1)
        Rectangle(**self.place(part.box))
        Rectangle(texture=textures.code(part.modules), **self.place(part.box.middle(side, side)))
