"""What every command to an M100/QM100 or R200 module can do, and the way from a command to its answer."""

from __future__ import annotations

from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid.protocols.gen2 import TagError, epc_bytes
from devices.rfid.protocols.m100.answers import Done, Failure
from devices.rfid.protocols.m100.errors import ErrorCode
from devices.rfid.protocols.m100.frames import Dialect, Frame, Kind

_FAILED: Final = 0xFF
_ANY: Final = frozenset({ErrorCode.BAD_PARAMETER, ErrorCode.BAD_COMMAND, ErrorCode.UNKNOWN})
#: A code that some firmware answers with instead: that of "select" to "select mode".
_ALSO: Final = {0x12: 0x0C}

T = TypeVar("T", covariant=True)


class Command(Protocol[T]):
    """What every command below can do. ``failures`` are those that can be its own, but for the general ones."""

    code: ClassVar[int]
    failures: ClassVar[frozenset[ErrorCode]]

    def fields(self) -> bytes:
        """What follows the length."""
        ...

    def answer(self, fields: bytes) -> T | None:
        """Read the fields of a response with this code; ``None`` if they are not this command's answer."""
        ...


class Plain:
    """No fields, and an answer of one byte 00."""

    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Done | None:
        return Done() if fields == b"\0" else None


def encode(command: Command[object], dialect: Dialect = Dialect.M100) -> bytes:
    """The bytes to send.

    Raises:
        EncodeError: a field does not fit.
    """
    return Frame(Kind.COMMAND, command.code, command.fields(), dialect).raw


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    if frame.kind is not Kind.RESPONSE:
        return None
    if frame.code == _FAILED:
        failed = _failure(frame.fields)
        return failed if failed is not None and failed.error in command.failures | _ANY else None
    if frame.code not in (command.code, _ALSO.get(command.code)):
        return None
    return command.answer(frame.fields)


def named_tag(fields: bytes) -> tuple[int, bytes, bytes] | None:
    """PC, EPC, and what follows them; a byte before them counts both."""
    length = fields[0] if fields else 0
    if length < 2 or len(fields) < 1 + length or epc_bytes(fields[1] << 8) + 2 != length:
        return None
    return fields[1] << 8 | fields[2], fields[3 : 1 + length], fields[1 + length :]


def _failure(fields: bytes) -> Failure | None:
    if not fields:
        return None
    error = ErrorCode.of(fields[0])
    pc, epc, _ = named_tag(fields[1:]) or (0, b"", b"")
    return Failure(error, TagError.of(fields[0]) if error.by_tag else None, pc, epc)
