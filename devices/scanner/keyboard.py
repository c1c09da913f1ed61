"""A keyboard's state: which character a key writes now. Pure.

Enter gives a line feed and Tab a tabulator. Ctrl, Alt and the logo key write nothing and never do here what they
would do on a desktop: a scanner that was talked into sending them (by a barcode that programs it) spoils its own text.
"""

from __future__ import annotations

import enum
from typing import Final

from devices.scanner.key_events import Key, Press
from devices.scanner.layouts import KEYPAD, Layout

ENTER: Final = frozenset({28, 96})  # also the keypad's
TAB: Final = 15
_SHIFT: Final = frozenset({42, 54})
_ALTGR: Final = 100
_CAPS_LOCK: Final = 58
_NUM_LOCK: Final = 69
_POINT: Final = 83
_COMMANDS: Final = frozenset({29, 97, 56, 125, 126})  # Ctrl left and right, Alt, logo keys


class Nothing(enum.Enum):
    """What a key gives that writes no character."""

    QUIET = "quiet"  # a modifier, a key that goes up, one that is held
    SPOILT = "spoilt"  # a key that is in no text, or a character under Ctrl, Alt or logo


class Keyboard:
    """One keyboard in one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._down: set[int] = set()
        self._caps = False

    def release_all(self) -> None:
        """Nobody knows which keys are down: take it that none is."""
        self._down.clear()
        self._caps = False

    def key(self, key: Key) -> str | Nothing:
        """The character that ``key`` writes, if any."""
        if key.press is Press.UP:
            self._down.discard(key.code)
            return Nothing.QUIET
        if key.press is Press.REPEAT:
            return Nothing.QUIET
        if key.code == _CAPS_LOCK:
            self._caps = not self._caps
            return Nothing.QUIET
        if key.code in _SHIFT or key.code == _ALTGR:
            self._down.add(key.code)
            return Nothing.QUIET
        if key.code in _COMMANDS:
            self._down.add(key.code)
            return Nothing.SPOILT
        if key.code == _NUM_LOCK:
            return Nothing.QUIET
        return Nothing.SPOILT if self._down & _COMMANDS else self._character(key.code)

    def _character(self, code: int) -> str | Nothing:
        if code in ENTER:
            return "\n"
        if code == TAB:
            return "\t"
        if code == _POINT:
            return self._layout.point
        if code in KEYPAD:
            return KEYPAD[code]
        if _ALTGR in self._down:
            return self._layout.altgr.get(code, Nothing.SPOILT)
        plain, shifted = self._layout.plain.get(code), self._layout.shift.get(code)
        # Caps Lock turns letters alone, and Shift turns them back.
        letter = plain is not None and plain.isalpha() and plain.upper() == shifted
        shift = bool(self._down & _SHIFT) != (self._caps and letter)
        return (shifted if shift else plain) or Nothing.SPOILT
