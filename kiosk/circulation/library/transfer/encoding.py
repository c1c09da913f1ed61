"""In which encoding a text file is written.

Certain first: a byte order mark, NUL bytes in every second place, or the whole file being UTF-8. Only then a guess,
by charset-normalizer, between the two single-byte encodings that spreadsheets in Indonesia write: Windows-1252 and
ISO 8859-1 (which differ in 27 signs such as dashes and curly quotes). Any other encoding has to be named.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from kiosk.circulation.library.transfer.source import ImportRefused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
#: So much of what is not ASCII is enough for a guess.
_SAMPLE = 1 << 16


def find_encoding(path: Path, named: str = "auto") -> str:
    """Python's name of the file's encoding; ``named`` itself unless it is ``auto``.

    Raises:
        ImportRefused: it cannot be told, or there is no encoding of that name.
    """
    if named != "auto":
        try:
            name = codecs.lookup(named).name
            "".encode(name)
        except (LookupError, TypeError) as error:
            raise ImportRefused(f"There is no encoding '{named}'. Use one like utf-8, cp1252 or latin-1.") from error
        return "utf-8-sig" if name == "utf-8" else name
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if wide := _without_mark(start):
        return wide
    odd = _not_utf8(path)
    return "utf-8" if odd is None else _guess(path, odd)


def _without_mark(start: bytes) -> str:
    """UTF-16 without a mark: Western text has a NUL in every second place."""
    pairs = len(start) // 2
    if pairs == 0:
        return ""
    if start[1::2].count(0) > pairs * 0.7:
        return "utf-16-le"
    if start[0::2].count(0) > pairs * 0.7:
        return "utf-16-be"
    return ""


def _not_utf8(path: Path) -> bytes | None:
    """Lines that are not UTF-8, as many as a guess needs; ``None`` when the whole file is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return _telling_lines(file.read(_CHUNK * 16))
    return None


def _telling_lines(content: bytes) -> bytes:
    lines = bytearray()
    for line in content.splitlines():
        if not line.isascii():
            lines += line + b"\n"
        if len(lines) > _SAMPLE:
            break
    return bytes(lines)


def _guess(path: Path, odd: bytes) -> str:
    best = from_bytes(odd, cp_isolation=["cp1252", "latin_1"], threshold=0.6).best() if odd else None
    if best is None or b"\x00" in odd:
        raise ImportRefused(f"{path.name}: its encoding cannot be told. Name it, for example --encoding cp1252.")
    both_agree = set(odd).isdisjoint(range(0x80, 0xA0))
    return "latin-1" if both_agree else "cp1252"
