"""The process around ZBar: pictures in by standard input, texts out by standard output, until the input ends.

It says ``+`` when ZBar is there and ``-`` when it is not. A request is :data:`HEAD` (width, height, milliseconds
allowed, length of the names), the names of the formats with commas, then the grey picture; the answer is its length
and JSON. A picture that takes too long ends the process by the system's alarm clock, even inside ZBar's own loops.
"""

from __future__ import annotations

import signal
import struct
import sys
from typing import Any, BinaryIO, Final

import msgspec

from devices.barcode.code import normal

HEAD: Final = struct.Struct("!IIII")
SIZE: Final = "!I"

#: Our names of formats -> ZBar's. Without DataBar and PDF417, whose code aborts on some pictures.
SYMBOLS: Final = {
    "Code128": "CODE128",
    "Code39": "CODE39",
    "Codabar": "CODABAR",
    "ITF": "I25",
    "EAN13": "EAN13",
    "EAN8": "EAN8",
    "UPCA": "UPCA",
    "UPCE": "UPCE",
    "Code93": "CODE93",
    "QRCode": "QRCODE",
}
_OURS: Final = {theirs: ours for ours, theirs in SYMBOLS.items()}


class Found(msgspec.Struct, frozen=True):
    """One code: ``box`` is left, top, width, height in pixels."""

    format: str
    text: str
    box: tuple[int, int, int, int]


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until ``source`` ends."""
    try:
        from pyzbar import pyzbar
    except ImportError:  # pyzbar raises it, too, when the C library is missing
        sink.write(b"-")
        sink.flush()
        return
    # ZBar does not always know which way a code lies and says -1, which pyzbar 0.1.9 takes for 4294967295 and refuses,
    # with every code of the picture. Nobody here asks for it; without the function, as with old ZBars, neither does it.
    pyzbar.zbar_symbol_get_orientation = None
    sink.write(b"+")
    sink.flush()
    while len(head := source.read(HEAD.size)) == HEAD.size:
        width, height, limit_ms, length = HEAD.unpack(head)
        names = source.read(length).decode().split(",")
        pixels = source.read(width * height)
        signal.setitimer(signal.ITIMER_REAL, limit_ms / 1000)
        answer = msgspec.json.encode(_read(pyzbar, pixels, width, height, names))
        signal.setitimer(signal.ITIMER_REAL, 0)
        sink.write(struct.pack(SIZE, len(answer)) + answer)
        sink.flush()


def _read(pyzbar: Any, pixels: bytes, width: int, height: int, names: list[str]) -> list[Found]:
    symbols = [pyzbar.ZBarSymbol[SYMBOLS[name]] for name in names]
    found = []
    for code in pyzbar.decode((pixels, width, height), symbols=symbols):
        # Quality 1 is a single scan line: in measurements half of the wrong texts, none of the right ones.
        if code.type not in _OURS or (code.type != "QRCODE" and code.quality < 2):
            continue
        name, text = normal(_OURS[code.type], code.data.decode("utf-8", "replace"), names)
        box = (code.rect.left, code.rect.top, code.rect.width, code.rect.height)
        found.append(Found(name, text, box))
    return found


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
