"""The whole screen as one Kivy widget: draws states, and turns touches into events.

Three layers: the page, the spine, and what lies over the page. Under an open overlay the page cannot be pressed.
A finger that goes down on a button shows it pressed in the next frame and presses it when it is lifted inside;
sliding off cancels. One button at a time: a second finger, or a whole palm, presses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.config import ScreenSettings
from kiosk.locale.words import Words
from kiosk.screens.camera_picture import PreviewSource
from kiosk.screens.elements import Element, Page, Press, Turn
from kiosk.screens.elements import Words as Sentence
from kiosk.screens.layer import Layer
from kiosk.screens.motion import Motion
from kiosk.screens.overlays import overlay
from kiosk.screens.pages import PAGES
from kiosk.screens.paint import Painter
from kiosk.screens.spine import spine
from kiosk.screens.target import Target
from kiosk.screens.theme import theme
from kiosk.screens.view import View
from kiosk.session.model import Button, Event, Pressed, State, Touched

#: The same button pressed again within this time is one press: a panel may bounce.
GUARD_SECONDS = 0.3
#: How long a button still looks pressed after the finger has left.
RELEASE_SECONDS = 0.08


class KioskRoot(Widget):
    """Everything a patron sees. ``show`` draws a state; ``send`` is called with what the patron does."""

    def __init__(
        self,
        send: Callable[[Event], None],
        settings: ScreenSettings,
        library_name: str,
        hours: tuple[str, str],
        code: str,
        now: Callable[[], datetime],
        preview: PreviewSource,
    ) -> None:
        super().__init__(size_hint=(None, None), size=(settings.width, settings.height))
        self._send = send
        self._settings = settings
        self._library = library_name
        self._hours = hours
        self._code = code
        self._now = now
        self._state: State | None = None
        self._turned = 0
        self._since = now()
        self._held: tuple[Layer, Press, Any] | None = None
        self._pressed: dict[str, float] = {}
        self.motion = Motion(still=settings.calm)
        painter = Painter(settings.height, round(3 * settings.px_per_mm))
        self._page, self._spine, self._over = (Layer(painter, self.motion, preview) for _ in range(3))
        for layer in (self._page, self._spine, self._over):
            self.canvas.add(layer.canvas)
        self._minute = Clock.schedule_once(self._on_minute, 60)

    # --- drawing --------------------------------------------------------------------------------------------------

    def show(self, state: State) -> None:
        """Draw a state. Costs what differs from the last one."""
        before, self._state = self._state, state
        new_page = before is None or (before.screen, before.visit) != (state.screen, state.visit)
        if new_page or (before is not None and _newest(before) < _newest(state)):
            self._turned = 0
        if new_page:
            self._since = self._now()
        new_look = before is None or before.preferences != state.preferences
        new_overlay = before is None or before.overlay is not state.overlay
        self._draw(new_page=new_page or new_look, new_overlay=new_overlay or new_look)

    def _draw(self, *, new_page: bool = False, new_overlay: bool = False) -> None:
        state = self._state
        if state is None:
            return
        view = self.view(state)
        self._spine.show(spine(view))
        self._page.show(PAGES[state.screen](view), afresh=new_page)
        self._over.show(overlay(view), afresh=new_overlay)

    def view(self, state: State) -> View:
        """What the pages are drawn from."""
        return View(
            state=state,
            theme=theme(self._settings, state.preferences),
            words=Words(state.language),
            now=self._now(),
            library=self._library,
            opens=self._hours[0],
            closes=self._hours[1],
            code=self._code,
            since=self._since,
            turned=self._turned,
        )

    def _on_minute(self, _: float) -> None:
        """The clock on the welcome page: drawn anew when the minute changes, and only then."""
        now = self._now()
        left = (now.replace(second=0, microsecond=0) + timedelta(minutes=1) - now).total_seconds()
        self._minute = Clock.schedule_once(self._on_minute, max(left, 1.0))
        self._draw()

    def close(self) -> None:
        """Stop everything that moves or waits; the widget will not be used again."""
        self._minute.cancel()
        for layer in self._layers():
            layer.stop()

    # --- touches --------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """A finger goes down."""
        if getattr(touch, "is_mouse_scrolling", False):
            return True
        found = self._at(*touch.pos)
        if found is None or self._held is not None:
            if self._held is None:
                self._send(Touched())
            return True
        layer, press = found
        self._held = (layer, press, touch)
        touch.grab(self)
        layer.hold(press.key, True)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """A finger slides: off the button it no longer looks pressed."""
        if touch.grab_current is self and self._held is not None:
            layer, press, _ = self._held
            layer.hold(press.key, self._inside(press, touch))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A finger is lifted: inside the button it went down on, that is a press."""
        if touch.grab_current is not self or self._held is None:
            return True
        touch.ungrab(self)
        layer, press, _ = self._held
        self._held = None
        Clock.schedule_once(lambda _: layer.hold(press.key, False), RELEASE_SECONDS)
        # What is there now counts: the page may have changed under the finger.
        found = self._at(*touch.pos)
        if found is None or found[1].key != press.key or found[1].act != press.act:
            self._send(Touched())
            return True
        self._press(press)
        return True

    def _press(self, press: Press) -> None:
        now = Clock.get_time()
        if now - self._pressed.get(press.key, -GUARD_SECONDS) < GUARD_SECONDS and isinstance(press.act, Pressed):
            self._send(Touched())
            return
        self._pressed = {press.key: now}
        match press.act:
            case Turn(to):
                self._turned = to
                self._send(Touched())
                self._draw()
            case None:
                self._send(Touched())
            case event:
                self._send(event)

    def _inside(self, press: Press, touch: Any) -> bool:
        return press.box.contains(touch.x, self.height - touch.y)

    def _at(self, x: float, y: float) -> tuple[Layer, Press] | None:
        for layer in self._pressable_layers():
            for press in layer.presses():
                if press.act is not None and press.box.contains(x, self.height - y):
                    return layer, press
        return None

    # --- looking at it from outside -------------------------------------------------------------------------------

    def find(self, what: Button | str, key: str = "") -> Target | None:
        """What can be pressed now: by its button (and key), or by words that it carries. ``None``: not there."""
        for press in self.presses():
            if isinstance(what, Button):
                if isinstance(press.act, Pressed) and press.act.button is what and key in ("", press.act.key):
                    return Target(press, self.height)
            elif press.words == what or any(part.text == what for part in press.parts if isinstance(part, Sentence)):
                return Target(press, self.height)
        return None

    def presses(self) -> Iterator[Press]:
        """Everything that can be pressed now."""
        for layer in self._pressable_layers():
            yield from (press for press in layer.presses() if press.act is not None)

    def texts(self) -> list[str]:
        """Every sentence and label that can be read now, from the bottom layer to the top."""
        texts: list[str] = []
        for element in self.elements():
            parts = element.parts if isinstance(element, Press) else (element,)
            texts.extend(part.text for part in parts if isinstance(part, Sentence))
        return texts

    def elements(self) -> Iterator[Element]:
        """Everything that is visible now: under an overlay the page is not."""
        for layer in self._layers():
            if layer is not self._page or not self._covered:
                yield from layer.elements()

    @property
    def _covered(self) -> bool:
        return self._state is not None and self._state.overlay is not None

    def _layers(self) -> tuple[Layer, ...]:
        return self._page, self._spine, self._over

    def _pressable_layers(self) -> tuple[Layer, ...]:
        return (self._over, self._spine) if self._covered else (self._spine, self._page)


def _newest(state: State) -> int:
    return max((row.changed for row in state.rows), default=0)


__all__ = ["KioskRoot", "Page"]
