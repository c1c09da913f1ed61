"""From what is read from a scanner's device to texts, for each kind of scanner. Pure."""

from __future__ import annotations

from typing import Protocol

import msgspec

from devices.scanner.framer import Framer, Tally, Text
from devices.scanner.key_events import Dropped, EventParser
from devices.scanner.keyboard import Keyboard, Nothing
from devices.scanner.layouts import LAYOUTS
from devices.scanner.pace import Pace
from devices.scanner.settings import ScannerKind, ScannerSettings


class Decoder(Protocol):
    """Turns a device's bytes into texts. A device that was lost and found again gets a new one."""

    def receive(self, now: float, data: bytes) -> list[Text]:
        """The texts that ``data``, come at ``now`` (s), completes."""


class WedgeDecoder:
    """Key events of a grabbed keyboard."""

    def __init__(self, settings: ScannerSettings, tally: Tally) -> None:
        self._events = EventParser()
        self._keyboard = Keyboard(LAYOUTS[settings.layout])
        self._framer = Framer(as_characters(settings), tally)

    def receive(self, now: float, data: bytes) -> list[Text]:
        """See :class:`Decoder`."""
        texts: list[Text] = []
        for event in self._events.receive(data):
            if isinstance(event, Dropped):
                self._keyboard.release_all()
                self._framer.spoil(now)
                continue
            character = self._keyboard.key(event)
            if character is Nothing.SPOILT:
                self._framer.spoil(now)
            elif isinstance(character, str):
                texts += self._framer.receive(now, character.encode())
        return texts


class WindowDecoder:
    """Characters that a window was given; see :mod:`devices.scanner.pace` for what it believes."""

    def __init__(self, settings: ScannerSettings, tally: Tally) -> None:
        self._framer = Framer(as_characters(settings), tally)
        self._pace = Pace(settings.prefix, self._framer.limit)

    def key(self, now: float, character: str) -> list[Text]:
        """A key that writes ``character`` (``\\n`` for Enter, ``\\t`` for Tab) went down at ``now`` (s)."""
        if character not in "\n\t":
            self._pace.key(now, character)
            return []
        text = self._pace.end(now)
        return self._framer.receive(now, (text + character).encode()) if text is not None else []

    def spoil(self, now: float) -> None:
        """A key that is in no text."""
        self._pace.spoil(now)

    def stalled(self, now: float) -> None:
        """The window saw its keys late."""
        self._pace.stalled(now)


def decoder(settings: ScannerSettings, tally: Tally) -> Decoder:
    """The decoder of a serial scanner or a wedge."""
    return WedgeDecoder(settings, tally) if settings.kind is ScannerKind.WEDGE else Framer(settings, tally)


def as_characters(settings: ScannerSettings) -> ScannerSettings:
    """A keyboard has characters, not bytes: its encoding is ours."""
    return msgspec.structs.replace(settings, encoding="utf-8")
