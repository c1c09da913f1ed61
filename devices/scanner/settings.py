"""Settings of scanners, and what is wrong with them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from devices.scanner.errors import ScannerSettingsError
from devices.scanner.layouts import LAYOUTS

#: ``terminator`` -> the bytes of which any ends a text.
TERMINATORS: Final[dict[str, tuple[bytes, ...]]] = {
    "any": (b"\r", b"\n", b"\t"),
    "CR": (b"\r",),
    "LF": (b"\n",),
    "CRLF": (b"\r\n",),
    "TAB": (b"\t",),
    "ETX": (b"\x03",),
    "NUL": (b"\0",),
}
#: Names of parts that a scanner may not have: the desk would take it for another.
_TAKEN: Final = frozenset({"camera", "reader", "screen", "journal", "ledger", "library", "circulation", "rfid"})
_PATTERN: Final = frozenset("*?[")
#: A text may not be longer, whatever the settings say: more is no number on a book or card.
LONGEST: Final = 512


class ScannerKind(enum.StrEnum):
    """How a scanner reaches the computer."""

    SERIAL = "serial"  # USB-COM or RS-232
    WEDGE = "wedge"  # as a keyboard, read and grabbed at its own device
    WINDOW = "window"  # as a keyboard, through the kiosk's window, told from fingers by its speed


class ScannerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ``[[scanners]]``: ``port`` is a device that keeps its name (by-id), or a pattern such as
    ``/dev/serial/by-id/usb-Honeywell*``; a window needs none.

    ``prefix`` and ``suffix`` are what the scanner puts around every text: without them a text is not taken. ``aim``:
    it puts the AIM identifier (``]C0``) before every text, which tells the format. ``longest`` is in characters.
    """

    name: str = "scanner"
    kind: ScannerKind = ScannerKind.SERIAL
    port: str = ""
    baud: int = 9600
    terminator: str = "any"
    prefix: str = ""
    suffix: str = ""
    aim: bool = False
    layout: str = "us"
    encoding: str = "utf-8"
    longest: int = 64


def check(scanners: Sequence[ScannerSettings]) -> None:
    """See that all these scanners can be used together.

    Raises:
        ScannerSettingsError: one cannot.
    """
    seen: dict[str, str] = {}
    for scanner in scanners:
        _check_one(scanner)
        if scanner.name in seen:
            raise ScannerSettingsError(f"scanners.name: there are two called {scanner.name!r}; give each its own name")
        port = scanner.port or "the window"
        if port in seen.values() and not _PATTERN & set(port):  # of a pattern each takes another
            raise ScannerSettingsError(f"scanners.port: two scanners are at {port}; each has its own")
        seen[scanner.name] = port


def ends(scanner: ScannerSettings) -> tuple[bytes, ...]:
    """The bytes of which any ends a text. A keyboard has one Enter key, whatever its scanner calls it: a line feed."""
    wanted = TERMINATORS[scanner.terminator]
    if scanner.kind is ScannerKind.SERIAL:
        return wanted
    enter = {b"\r", b"\n", b"\r\n"} & set(wanted)
    return ((b"\n",) if enter else ()) + ((b"\t",) if b"\t" in wanted else ())


def _check_one(scanner: ScannerSettings) -> None:
    if not scanner.name or not scanner.name.isprintable() or len(scanner.name) > 32:
        raise _wrong("name", scanner.name, "give it a name of 1 to 32 letters")
    if scanner.name in _TAKEN:
        raise _wrong("name", scanner.name, "that is another part of the kiosk; choose another name")
    if (scanner.kind is ScannerKind.WINDOW) is bool(scanner.port):
        todo = (
            "a window has none; leave it out" if scanner.port else "name its device, for example " + _example(scanner)
        )
        raise _wrong("port", scanner.port, todo)
    if not 300 <= scanner.baud <= 4_000_000:
        raise _wrong("baud", scanner.baud, "use the scanner's speed, for example 9600")
    if scanner.terminator not in TERMINATORS:
        raise _wrong("terminator", scanner.terminator, f"choose from {', '.join(TERMINATORS)}")
    if not ends(scanner):
        raise _wrong("terminator", scanner.terminator, "no keyboard sends that; use CR (Enter) or TAB")
    if scanner.layout not in LAYOUTS:
        raise _wrong("layout", scanner.layout, f"choose from {', '.join(LAYOUTS)}")
    if not 1 <= scanner.longest <= LONGEST:
        raise _wrong("longest", scanner.longest, f"use 1 to {LONGEST} characters")
    _check_encoding(scanner)
    for key, affix in (("prefix", scanner.prefix), ("suffix", scanner.suffix)):
        _check_affix(scanner, key, affix)


def _check_encoding(scanner: ScannerSettings) -> None:
    try:
        # The bytes that end a text must mean in it what they mean in ASCII: UTF-16 is out.
        fits = "A]\r\n\t".encode(scanner.encoding) == b"A]\r\n\t"
    except (LookupError, UnicodeError, ValueError):
        fits = False
    if not fits:
        raise _wrong("encoding", scanner.encoding, "use utf-8, ascii, latin-1 or another that contains ASCII")


def _check_affix(scanner: ScannerSettings, key: str, affix: str) -> None:
    try:
        data = affix.encode(scanner.encoding)
    except UnicodeError:
        raise _wrong(key, affix, f"it cannot be written in {scanner.encoding}") from None
    if len(affix) > 16:
        raise _wrong(key, affix, "use at most 16 characters")
    if any(end in data for end in (*ends(scanner), b"\r", b"\n", b"\0")):
        raise _wrong(key, affix, "leave line ends, and what ends a text, to 'terminator'")


def _example(scanner: ScannerSettings) -> str:
    if scanner.kind is ScannerKind.WEDGE:
        return "/dev/input/by-id/usb-…-event-kbd"
    return "/dev/serial/by-id/usb-…"


def _wrong(key: str, value: object, todo: str) -> ScannerSettingsError:
    return ScannerSettingsError(f"scanners.{key} is {value!r}: {todo}")
