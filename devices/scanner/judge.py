"""What a scanned text is by the library's rules, and whether it is new. One judge for all scanners of a kiosk.

A scanner seldom says what it read. Then the text is judged as each of the library's formats that could write it: a
rule that names formats is not empty for it, and where two of them would call it differently it is ambiguous. A text
that is a publisher's number to the last digit is one, whatever else it might be.
"""

from __future__ import annotations

import re
import threading
from typing import Final

from devices.barcode.accept import USABLE, Reading, Rules
from devices.barcode.code import Code, normal
from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings
from devices.scanner.events import Scanned
from devices.scanner.framer import Text

#: The same text within this time (s) after it last came is the trigger pressed twice, or another scanner's echo.
AGAIN_S: Final = 1.0

_NOWHERE: Final = ((0, 0), (0, 0), (0, 0), (0, 0))
_PUBLISHER: Final = re.compile(r"(?:97[89]|192)\d{10}")
#: What a format can write; formats that are not here can write anything.
_ALPHABETS: Final = {
    "EAN13": re.compile(r"\d{13}"),
    "UPCA": re.compile(r"\d{12}"),
    "EAN8": re.compile(r"\d{8}"),
    "UPCE": re.compile(r"\d{6,8}"),
    "ITF": re.compile(r"(?:\d\d)+"),
    "Telepen": re.compile(r"[\x00-\x7f]+"),
    "Codabar": re.compile(r"[\d$:/.+-]+"),
    "Code39": re.compile(r"[0-9A-Z $%*+./-]+"),
    "Code128": re.compile(r"[\x00-\x7f]+"),
}
_RETAIL: Final = frozenset({"EAN13", "UPCA", "EAN8"})


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
        kind, number = self._told(text) if text.format else self._guessed(text.text)
        return Scanned(kind, number, text.format, source)

    def is_new(self, now: float, text: Text) -> bool:
        """Whether it did not come just now, through whichever scanner."""
        with self._lock:
            self._last = {old: last for old, last in self._last.items() if now - last < AGAIN_S}
            new = text.text not in self._last
            self._last[text.text] = now
            return new

    def _told(self, text: Text) -> tuple[Kind, str]:
        format_name, content = normal(text.format, text.text, self._formats)
        reading = self._judge(format_name, content)
        if reading.kind in USABLE and format_name not in self._formats:
            return Kind.UNKNOWN, reading.text  # a camera would not have searched it either
        return reading.kind, reading.text

    def _guessed(self, text: str) -> tuple[Kind, str]:
        if _PUBLISHER.fullmatch(text) and checks(text):
            return self._told(Text(text, "EAN13"))
        readings = [self._judge(name, text) for name in self._formats if could_be(name, text)]
        found = {(reading.kind, reading.text) for reading in readings if reading.kind is not Kind.UNKNOWN}
        if not found:
            return Kind.UNKNOWN, text
        return found.pop() if len(found) == 1 else (Kind.AMBIGUOUS, text)

    def _judge(self, format_name: str, text: str) -> Reading:
        return self._rules.judge(Code(format_name, text, _NOWHERE))


def could_be(format_name: str, text: str) -> bool:
    """Whether a code of this format can hold ``text``."""
    alphabet = _ALPHABETS.get(format_name)
    if alphabet is not None and alphabet.fullmatch(text) is None:
        return False
    return format_name not in _RETAIL or checks(text)


def checks(digits: str) -> bool:
    """Whether the last of ``digits`` is the check digit of EAN and UPC (ISO/IEC 15420)."""
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(digits))) % 10 == 0
