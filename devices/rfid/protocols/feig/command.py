"""What every command to a FEIG OBID reader can do, and the way from a command to its answer.

Most answers do not say which tag or which of the commands under B0 they belong to. A late one can pass for another's,
so whoever waits in vain must hear the reader out before asking anew (:class:`devices.rfid.families.feig.FeigFamily`).
"""

from __future__ import annotations

from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid.protocols.feig.answers import Done, Failure
from devices.rfid.protocols.feig.errors import Status, TagError
from devices.rfid.protocols.feig.frames import ANY, Frame, pack
from devices.rfid.protocols.fields import Fields, ShortError

T = TypeVar("T", covariant=True)

#: The statuses that come with data which is all right.
FINE: Final = frozenset({Status.OK, Status.RF_WARNING})


class Command(Protocol[T]):
    """What every command can do."""

    code: ClassVar[int]
    #: The statuses that :meth:`answer` understands; any other is a failure.
    takes: ClassVar[frozenset[Status]]

    def fields(self) -> bytes:
        """What stands behind the command code."""
        ...

    def answer(self, status: Status, fields: Fields, address: int) -> T | None:
        """Read the fields behind the status; ``None`` or ``ShortError``: they are not this command's answer."""
        ...


class Plain:
    """A command whose answer is its status."""

    __slots__ = ()
    takes: ClassVar[frozenset[Status]] = FINE

    def answer(self, status: Status, fields: Fields, address: int) -> Done:
        fields.end()
        return Done()


def encode(command: Command[object], *, advanced: bool = False, address: int = ANY) -> bytes:
    """The bytes to send; in a standard frame unless it is too long for one.

    Raises:
        EncodeError: a field does not fit.
    """
    return pack(bytes([address, command.code]) + command.fields(), advanced)


def parse(command: Command[T], frame: Frame, address: int | None = None) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped.

    ``address`` is the reader's, once it is known.
    """
    body = frame.body
    if len(body) < 3 or frame.command != command.code or frame.address == ANY:
        return None
    if address is not None and frame.address != address:
        return None
    status, fields = Status.of(body[2]), Fields(body[3:])
    try:
        return command.answer(status, fields, frame.address) if status in command.takes else _failure(status, fields)
    except ShortError:
        return None


def _failure(status: Status, fields: Fields) -> Failure:
    tag, block = TagError.NONE, None
    if status is Status.ISO15693 and not fields.empty:
        tag = TagError.of(fields.byte())
    if status in (Status.ISO15693, Status.WRITE_ERROR) and not fields.empty:
        block = fields.byte()
    return Failure(status, tag, block)
