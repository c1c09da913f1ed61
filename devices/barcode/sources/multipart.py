"""``multipart/x-mixed-replace``: bytes of a network camera in, JPEGs out. Pure.

Each part is a boundary line, a few header lines, an empty line and a picture. Cameras differ in everything else: some
give the length, some do not; some put two dashes too many into the boundary they announce, some none at all.
Source: RFC 2046 section 5.1; the rest is what cameras do.
"""

from __future__ import annotations

from typing import Final

from devices.barcode.code import BarcodeError

#: No camera's JPEG is as large; beyond this the boundary was missed or never comes (bytes).
_LARGEST: Final = 32 * 1024 * 1024
_HEAD: Final = 16 * 1024


def boundary_of(content_type: str) -> str | None:
    """The boundary that a ``Content-Type`` names, or ``None`` when it is no stream of parts."""
    kind, *parameters = content_type.split(";")
    if kind.strip().lower() not in ("multipart/x-mixed-replace", "multipart/mixed"):
        return None
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "boundary" and value.strip().strip('"').strip("-"):
            # Some announce it with the two dashes that belong before it, some without.
            return value.strip().strip('"').removeprefix("--")
    return None


class Parts:
    """Takes bytes in any portions and gives the bodies of finished parts."""

    def __init__(self, boundary: str) -> None:
        self._mark = b"--" + boundary.encode("latin-1", "replace")
        self._buffer = bytearray()
        self._searched = 0
        self._length: int | None = None
        self._in_body = False

    def receive(self, data: bytes) -> list[bytes]:
        """Whatever is complete now, oldest first.

        Raises:
            BarcodeError: this is no such stream, or a part never ends.
        """
        self._buffer += data
        found: list[bytes] = []
        while (part := self._next()) is not None:
            if part:
                found.append(part)
        if len(self._buffer) > _LARGEST:
            raise BarcodeError("the network camera sends a picture without an end")
        return found

    def _next(self) -> bytes | None:
        if not self._in_body and not self._begin():
            return None
        if self._length is not None:
            end = self._length if len(self._buffer) >= self._length else -1
        else:
            end = self._buffer.find(self._mark, self._searched)
            self._searched = max(0, len(self._buffer) - len(self._mark))
        if end < 0:
            return None
        body = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._in_body, self._searched = False, 0
        return body if self._length is not None else body.removesuffix(b"\n").removesuffix(b"\r")

    def _begin(self) -> bool:
        """Take the boundary and the header lines off the buffer, if they are there."""
        start = self._buffer.find(self._mark)
        end = self._buffer.find(b"\r\n\r\n", max(start, 0))
        gap = 4
        if end < 0:
            end, gap = self._buffer.find(b"\n\n", max(start, 0)), 2
        if start < 0 or end < 0:
            if len(self._buffer) > _HEAD:
                raise BarcodeError("the network camera does not send the stream of pictures that it announced")
            return False
        lines = bytes(self._buffer[start:end]).decode("latin-1").splitlines()
        self._length = _length(lines[1:])
        del self._buffer[: end + gap]
        self._in_body, self._searched = True, 0
        return True


def _length(lines: list[str]) -> int | None:
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-length" and value.strip().isdigit():
            return min(int(value), _LARGEST)
    return None
