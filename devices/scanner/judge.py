"""What a scanned text is by the library's rules, and whether it is new. One judge for all scanners of a kiosk.

A scanner seldom says what it read. Then the rules judge the text as of any format; where the formats would have told a
patron from an item it is ambiguous.
"""

from __future__ import annotations

import threading
from typing import Final

from devices.barcode.accept import USABLE, Rules
from devices.barcode.code import Code, normal
from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings
from devices.scanner.events import Scanned
from devices.scanner.framer import Text

#: The same text within this time (s) after it last came is the trigger pressed twice, or another scanner's echo.
AGAIN_S: Final = 1.0

_NOWHERE: Final = ((0, 0), (0, 0), (0, 0), (0, 0))


class Judge:
    """Judges the texts of all scanners; any of their threads may ask. Times handed in (s) must not go back.

    Raises:
        BarcodeError: the rules in ``codes`` cannot be used.
    """

    def __init__(self, codes: CodeSettings) -> None:
        self._rules = Rules(codes)
        self._formats = codes.formats
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def scanned(self, text: Text, source: str) -> Scanned:
        """What ``text`` is."""
        format_name, content = normal(text.format, text.text, self._formats)
        reading = self._rules.judge(Code(format_name, content, _NOWHERE))
        if reading.kind in USABLE and format_name and format_name not in self._formats:
            return Scanned(Kind.UNKNOWN, reading.text, format_name, source)  # a camera would not have searched it
        number = "" if reading.kind is Kind.STAFF else reading.text
        return Scanned(reading.kind, number, format_name, source, reading.patron, reading.item)

    def is_new(self, now: float, text: Text) -> bool:
        """Whether it did not come just now, through whichever scanner."""
        with self._lock:
            self._last = {old: last for old, last in self._last.items() if now - last < AGAIN_S}
            new = text.text not in self._last
            self._last[text.text] = now
            return new
