"""Fields of commands and answers: put in with a check, taken out with a check. Numbers have their high byte first."""

from __future__ import annotations

from devices.rfid.errors import EncodeError


class ShortError(Exception):
    """Fields ended too early, or too late."""


class Fields:
    """Takes fields off the front of an answer."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise ShortError
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def uid(self) -> str:
        return self.take(8).hex().upper()

    def rest(self) -> bytes:
        return self.take(len(self._data))

    @property
    def empty(self) -> bool:
        return not self._data

    def end(self) -> None:
        if self._data:
            raise ShortError


def uid_field(uid: str) -> bytes:
    """The UID as it is sent to the reader, E0 first.

    Raises:
        EncodeError: it is no UID.
    """
    try:
        raw = bytes.fromhex(uid)
    except ValueError:
        raise EncodeError(f"UID {uid!r}: use 16 hex digits, for example E00401003123AA26") from None
    if len(raw) != 8:
        raise EncodeError(f"UID {uid!r} has {len(raw)} bytes; a tag's UID has 8")
    return raw


def byte_field(value: int, what: str, most: int = 0xFF, least: int = 0) -> bytes:
    """One byte.

    Raises:
        EncodeError: it does not fit; the message says ``what``.
    """
    return number_field(value, what, 1, most, least)


def number_field(value: int, what: str, size: int, most: int = 0, least: int = 0) -> bytes:
    """A number of ``size`` bytes, to ``most`` or to what they can hold.

    Raises:
        EncodeError: it does not fit; the message says ``what``.
    """
    most = most or (1 << 8 * size) - 1
    if not least <= value <= most:
        raise EncodeError(f"{what} is {value}; it must be {least} to {most}")
    return value.to_bytes(size, "big")


def block_count(data: bytes, size: int) -> int:
    """How many blocks of ``size`` bytes ``data`` is.

    Raises:
        EncodeError: none, or not whole ones.
    """
    count, odd = divmod(len(data), size)
    if odd or not count:
        raise EncodeError(f"{len(data)} bytes to write; a tag takes whole blocks of {size} bytes")
    return count
