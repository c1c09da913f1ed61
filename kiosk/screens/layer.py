"""A layer of the screen: takes a list of elements and draws only what differs from the last one.

There are three layers: the page, the spine beside it, and what may lie over the page. Each element that is drawn is a
node; nodes are matched by key, else by their place in the list. A row that is new slides in and a row that has moved
slides to its place; everything else changes at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from kivy.graphics import Canvas, Color, PopMatrix, PushMatrix, Rectangle, Translate

from kiosk.screens import textures
from kiosk.screens.camera_picture import CameraPicture, PreviewSource
from kiosk.screens.elements import Arcs, Element, Flash, Live, Page, Press
from kiosk.screens.motion import Motion
from kiosk.screens.paint import Painter
from kiosk.screens.waves import Waves

ROW_SECONDS = 0.16
FLASH_SECONDS = 0.24
FADE_SECONDS = 0.12


class Alive(Protocol):
    """The part of a node that changes by itself until it is told to stop."""

    def stop(self) -> None:
        """Never change again."""


class Node:
    """One drawn element."""

    def __init__(self, element: Element, layer: Layer) -> None:
        self.element = element
        self.canvas = Canvas()
        self.body = Canvas()
        self.shift: Any = None
        self.alive: Alive | None = None
        self.held = False
        if isinstance(element, Press) and element.lively:
            with self.canvas:
                PushMatrix()
                self.shift = Translate(0, 0)
            self.canvas.add(self.body)
            with self.canvas:
                PopMatrix()
        else:
            self.canvas.add(self.body)
        self.layer = layer
        self.draw()

    def draw(self) -> None:
        """Draw the element anew."""
        self.stop()
        self.body.clear()
        element, layer = self.element, self.layer
        match element:
            case Press():
                for part in element.pressed if self.held else element.parts:
                    layer.painter.paint(part, self.body)
            case Live():
                self.alive = CameraPicture(element, self.body, layer.painter, layer.preview)
            case Arcs():
                self.alive = Waves(element, self.body, layer.painter)
            case Flash():
                with self.body:
                    colour = Color(*textures.rgba(element.colour, 0))
                    Rectangle(**layer.painter.place(element.box))
                layer.fade_out(self, colour)
            case _:
                layer.painter.paint(element, self.body)

    def stop(self) -> None:
        """Whatever changes by itself stops."""
        if self.alive is not None:
            self.alive.stop()
            self.alive = None


class Layer:
    """Draws pages one after another into one canvas."""

    def __init__(self, painter: Painter, motion: Motion, preview: PreviewSource) -> None:
        self.canvas = Canvas()
        self.painter = painter
        self.motion = motion
        self.preview = preview
        self._nodes: dict[str, Node] = {}

    def show(self, page: Page, *, afresh: bool = False) -> None:
        """Draw a page. ``afresh``: it is another page than before, so it fades in and its rows do not slide."""
        before, old = list(self._nodes), dict(self._nodes)
        nodes: dict[str, Node] = {}
        if afresh:
            self._drop(old)
            old = {}
        try:
            for number, element in enumerate(page):
                key = element.key or f"{number}:{type(element).__name__}"
                assert key not in nodes, f"two elements of a page have the key {key}"
                nodes[key] = self._node(old.pop(key, None), element, slide=not afresh)
        except BaseException:
            # Half a page is no page: whatever it had set going stops, and the next page begins with a clean layer.
            self._nodes = {**self._nodes, **nodes}
            self.stop()
            raise
        self._drop(old)
        self._nodes = nodes
        if afresh or before != list(nodes):
            self.canvas.clear()
            for node in nodes.values():
                self.canvas.add(node.canvas)
        if afresh:
            self.motion.run(self, FADE_SECONDS, self._set_opacity)

    def _set_opacity(self, t: float) -> None:
        self.canvas.opacity = 0.25 + 0.75 * t

    def _node(self, node: Node | None, element: Element, *, slide: bool) -> Node:
        if node is None or (isinstance(element, Press) and element.lively) != (node.shift is not None):
            node = Node(element, self)
            if slide and node.shift is not None:
                self._slide(node, self.painter.row_rise, fade=True)
            return node
        if node.element == element:
            return node
        before, node.element = node.element, element
        node.draw()
        if node.shift is not None and before.box.y != element.box.y:  # type: ignore[union-attr]
            self._slide(node, element.box.y - before.box.y, fade=False)  # type: ignore[union-attr]
        return node

    def _slide(self, node: Node, distance: int, *, fade: bool) -> None:
        def change(t: float) -> None:
            node.shift.y = distance * (1 - t)
            if fade:
                # Half there in its first frame: what was scanned is answered at once, and comes to rest softly.
                node.canvas.opacity = 0.5 + t / 2

        self.motion.run(node, ROW_SECONDS, change)

    def fade_out(self, node: Node, colour: Any) -> None:
        """Let a mark vanish."""

        def change(t: float) -> None:
            colour.a = 1 - t

        self.motion.run(node, FLASH_SECONDS, change)

    def _drop(self, nodes: dict[str, Node]) -> None:
        for node in nodes.values():
            node.stop()
            self.motion.forget(node)

    def presses(self) -> Iterator[Press]:
        """What can be pressed, topmost first."""
        for node in reversed(self._nodes.values()):
            if isinstance(node.element, Press):
                yield node.element

    def elements(self) -> Iterator[Element]:
        """All that is drawn, lowest first."""
        for node in self._nodes.values():
            yield node.element

    def hold(self, key: str, held: bool) -> None:
        """Draw a press in its pressed or its ordinary look."""
        node = self._nodes.get(key)
        if node is not None and node.held is not held:
            node.held = held
            node.draw()

    def stop(self) -> None:
        """Take everything away."""
        self._drop(self._nodes)
        self._nodes = {}
        self.canvas.clear()
