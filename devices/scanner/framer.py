"""From a scanner's bytes to texts. Pure: bytes and times in, texts out, whatever the pieces they come in.

A text ends with its terminator. Never more than one text's bytes are kept: a longer one is dropped to the next
terminator. A text that stops half-way for :data:`GAP_S` is dropped too, so that its beginning is not put before the
next one. Everything dropped is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from devices.scanner import aim
from devices.scanner.settings import ScannerSettings, ends

#: A scanner sends a text in one go: at 9600 baud 64 characters take 67 ms. Seconds of silence that end a piece of one.
GAP_S: Final = 0.5
#: Left over when a scanner ends a text with more than the settings say.
_CRUMBS: Final = "\r\n\0"
_BYTES_A_CHARACTER: Final = 4
_AIM_CHARACTERS: Final = 3


@dataclass(frozen=True, slots=True)
class Text:
    """What a scanner read. ``format`` only if it tells: see :func:`devices.scanner.aim.split`."""

    text: str
    format: str = ""


@dataclass(slots=True)
class Tally:
    """How many texts a scanner has sent, and what was dropped.

    ``long``: over the cap; ``cut``: stopped half-way; ``garbled``: not in the encoding, or with control characters;
    ``stray``: without prefix or suffix; ``spoilt``: keys that write nothing came between; ``hurried``: faster than
    anybody scans; ``doubled``: the same again at once.
    """

    read: int = 0
    long: int = 0
    cut: int = 0
    garbled: int = 0
    stray: int = 0
    spoilt: int = 0
    hurried: int = 0
    doubled: int = 0

    @property
    def dropped(self) -> int:
        """All that was not used."""
        return sum(count for _, count in self._reasons())

    @property
    def said(self) -> str:
        """What was dropped, in words: ``2 garbled, 1 long``; empty when nothing was."""
        return ", ".join(f"{count} {reason}" for reason, count in self._reasons() if count)

    def _reasons(self) -> list[tuple[str, int]]:
        names = ("long", "cut", "garbled", "stray", "spoilt", "hurried", "doubled")
        return [(name, getattr(self, name)) for name in names]


class Framer:
    """Cuts one scanner's bytes. Times handed in (s) must not go back."""

    def __init__(self, settings: ScannerSettings, tally: Tally | None = None) -> None:
        endings = ends(settings)
        self._ends = re.compile(b"|".join(re.escape(end) for end in endings))
        self._widest = max(map(len, endings))
        self._settings = settings
        characters = settings.longest + len(settings.prefix) + len(settings.suffix) + _AIM_CHARACTERS
        self._most = characters * _BYTES_A_CHARACTER
        self._held = b""
        self._skipping = False
        self._last = float("-inf")
        self.tally = tally or Tally()

    @property
    def held(self) -> int:
        """Bytes kept for later."""
        return len(self._held)

    @property
    def limit(self) -> int:
        """Bytes that are kept at most."""
        return self._most + self._widest - 1

    def receive(self, now: float, data: bytes) -> list[Text]:
        """The texts that ``data``, come at ``now``, completes."""
        self._look_at(now)
        *whole, rest = self._ends.split(self._held + data)
        if whole and self._skipping:
            del whole[0]
            self._skipping = False
        texts = [text for piece in whole if (text := self._read(piece)) is not None]
        if not self._skipping and len(rest) > self.limit:
            self.tally.long += 1
            self._skipping = True
        # Of what is skipped only the first part of a terminator may still matter.
        self._held = rest[max(0, len(rest) - self._widest + 1) :] if self._skipping else rest
        return texts

    def spoil(self, now: float) -> None:
        """What came since the last terminator, and comes until the next, is no text."""
        self._look_at(now)
        if not self._skipping:
            self.tally.spoilt += 1
        self._held, self._skipping = b"", True

    def _look_at(self, now: float) -> None:
        """After a silence everything begins anew."""
        if now - self._last > GAP_S:
            if self._held.strip(_CRUMBS.encode()) and not self._skipping:
                self.tally.cut += 1
            self._held, self._skipping = b"", False
        self._last = now

    def _read(self, piece: bytes) -> Text | None:
        settings, tally = self._settings, self.tally
        if len(piece) > self._most:
            tally.long += 1
            return None
        try:
            text = piece.decode(settings.encoding).strip(_CRUMBS)
        except UnicodeError:
            tally.garbled += 1
            return None
        if not text:
            return None
        inner = text.removeprefix(settings.prefix).removesuffix(settings.suffix)
        if len(inner) != len(text) - len(settings.prefix) - len(settings.suffix):
            tally.stray += 1
            return None
        format_name, inner = aim.split(inner) if settings.aim else ("", inner)
        inner = inner.strip()
        if not inner.isprintable():
            tally.garbled += 1
        elif len(inner) > settings.longest:
            tally.long += 1
        elif inner:
            tally.read += 1
            return Text(inner, format_name)
        return None
