"""The window's keys, for scanners that have no device of their own. Imports Kivy.

Keys are taken where the window gets them, before any widget, and never from a text field: those lose characters of
fast scanners on a Raspberry Pi (kivy #6801), and Enter would mean something to them. Whether a scanner or a person
typed is decided in :mod:`devices.scanner.pace`; nothing typed here does anything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from kivy.clock import Clock
from kivy.core.window import Window

from devices.scanner.scanners import WindowScanner

#: Kivy's numbers of keys: Enter, the keypad's Enter, Tab.
_ENDS: Final = {13: "\n", 271: "\n", 9: "\t"}
#: Shift, Caps Lock and Num Lock write nothing and spoil nothing; so does AltGr.
_HARMLESS: Final = frozenset({304, 303, 301, 300, 307, 313})
_COMMANDS: Final = frozenset({"ctrl", "alt", "meta"})
#: A key that is still down after this time (s) without a repeat has gone up unseen, as when the window lost the focus.
_HELD_S: Final = 1.0
#: A frame that took longer (s) has seen its keys too late to tell how fast they were.
_LATE_S: Final = 0.1


class WindowKeys:
    """Hands the window's keys to scanners; all on the UI thread. ``clock`` gives steady seconds."""

    def __init__(self, scanners: Sequence[WindowScanner], clock: Callable[[], float] = time.monotonic) -> None:
        self._scanners = scanners
        self._clock = clock
        self._down: dict[int, float] = {}
        self._frame = clock()
        self._took = 0.0
        self._keyboard: Any = None

    def start(self) -> None:
        """Listen. The window is asked for a keyboard, for without one SDL tells no characters."""
        self._keyboard = Window.request_keyboard(lambda: None, None)
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up, on_textinput=self._text)
        Clock.schedule_interval(self._next_frame, 0)

    def stop(self) -> None:
        """Listen no more."""
        Clock.unschedule(self._next_frame)
        Window.unbind(on_key_down=self._key_down, on_key_up=self._key_up, on_textinput=self._text)
        if self._keyboard is not None:
            self._keyboard.release()
            self._keyboard = None

    def _next_frame(self, _: float) -> None:
        now = self._clock()
        self._frame, self._took = now, now - self._frame

    def _key_down(self, _: Any, key: int, scancode: int, codepoint: str | None, modifiers: Sequence[str]) -> None:
        del scancode, codepoint
        now = self._clock()
        self._look_at(now)
        repeated = now - self._down.get(key, float("-inf")) < _HELD_S
        self._down[key] = now
        if repeated or (_COMMANDS & set(modifiers) and key not in _HARMLESS):
            self._each(WindowScanner.spoil, now)
        elif key in _ENDS:
            for scanner in self._scanners:
                scanner.key(now, _ENDS[key])

    def _key_up(self, _: Any, key: int, *__: Any) -> None:
        self._down.pop(key, None)

    def _text(self, _: Any, text: str) -> None:
        now = self._clock()
        self._look_at(now)
        for character in text:
            for scanner in self._scanners:
                scanner.key(now, character)

    def _look_at(self, now: float) -> None:
        if max(self._took, now - self._frame) > _LATE_S:
            self._each(WindowScanner.stalled, now)

    def _each(self, act: Callable[[WindowScanner, float], None], now: float) -> None:
        for scanner in self._scanners:
            act(scanner, now)
