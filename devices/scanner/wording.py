"""What scanners and cameras read, as ``pustaka scan`` shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from devices.barcode import events as camera
from devices.scanner.events import Scanned

CAMERA: Final = "camera"
_KINDS: Final = {camera.Kind.AMBIGUOUS: "patron or item", camera.Kind.ISBN: "ISBN"}


class Shown(msgspec.Struct, frozen=True):
    """One code. ``time`` is local; ``format`` is empty when a scanner did not tell; a staff card's ``text`` is too."""

    time: str
    source: str
    format: str
    text: str
    kind: str

    @property
    def line(self) -> str:
        """In one line of a terminal."""
        return f"{self.time[11:23]}  {self.source:10}  {self.format or '-':10}  {self.text or '-':24}  {self.kind}"


def shown(event: Scanned | camera.CodeRead | camera.CodeHint, now: datetime) -> Shown:
    """A code that was read, or a camera's hint that what it sees is none of the library's."""
    time = now.isoformat(timespec="milliseconds")
    match event:
        case Scanned():
            return Shown(time, event.source, event.format, event.text, _word(event.kind))
        case camera.CodeRead():
            return Shown(time, CAMERA, event.format, event.text, _word(event.kind))
        case camera.CodeHint():
            return Shown(time, CAMERA, event.format, event.text, _word(event.text_kind))


def advice(why: camera.Unread) -> str:
    """What to do about a code that is in view and cannot be read."""
    match why:
        case camera.Unread.SMALL:
            return "a code cannot be read: hold it a little closer"
        case camera.Unread.UNCLEAR:
            return "a code cannot be read: hold it still, flat and in focus"


def _word(kind: camera.Kind) -> str:
    return _KINDS.get(kind, kind.value)
