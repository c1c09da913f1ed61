"""How the station is seen and heard: lines with a tick or a cross and a beep, or JSON."""

from __future__ import annotations

import sys
from typing import Final

import click
import msgspec

from devices.rfid.station import words
from devices.rfid.station.steps import News, Tell
from devices.rfid.station.words import BAD, GOOD, Shown

#: One beep for what is done, two for what needs somebody.
_BEEPS: Final = {True: "\a", False: "\a\a"}


class Show:
    """``beep``: where somebody listens, which is a terminal."""

    def __init__(self, *, as_json: bool, beep: bool) -> None:
        self._json = as_json
        self._beep = beep and not as_json and sys.stdout.isatty()
        self._tick, self._cross = _marks(getattr(sys.stdout, "encoding", None) or "ascii")

    def tell(self, tell: Tell, count: str = "") -> None:
        """News; ``count`` is put behind the line."""
        shown = words.shown(tell)
        good = True if tell.news in GOOD else False if tell.news in BAD else None
        self.line(shown, good, count)
        if self._beep and (good is not None or tell.news in (News.ASK, News.BEFORE)):
            click.echo(_BEEPS[bool(good)], nl=False)

    def line(self, shown: Shown, good: bool | None = None, count: str = "") -> None:
        """One line, whatever it is about."""
        if self._json:
            click.echo(msgspec.json.encode(shown))
            return
        mark = " " * len(self._tick)
        if good is not None:
            mark = click.style(self._tick if good else self._cross, fg="green" if good else "red", bold=True)
        click.echo(f"{mark} {shown.text}{f'  ({count})' if count else ''}")


def _marks(encoding: str) -> tuple[str, str]:
    try:
        "✓✗".encode(encoding)
    except (UnicodeError, LookupError):
        return "ok", "!!"
    return "✓", "✗"
