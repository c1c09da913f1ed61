"""Writing messages, and reading them without trust: one bad row spoils only itself."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from devices.contract.rows import LIMIT, Anchor, AnyRow, Count, Kind, KnownRow, Row, Transaction
from devices.contract.topics import BATCH, MAX_PAYLOAD, ContractError

#: All that hostile bytes can make the decoder raise: not JSON, not UTF-8, nested without end.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_encoder = msgspec.json.Encoder()
T = TypeVar("T")


def encode(message: object) -> bytes:
    """JSON of any struct above, or of a list of rows.

    Raises:
        ContractError: longer than :data:`MAX_PAYLOAD`.
    """
    payload = _encoder.encode(message)
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"a message of {len(payload)} bytes; at most {MAX_PAYLOAD} are allowed")
    return payload


def decode(payload: bytes, what: type[T]) -> T:
    """Read JSON as one of the structs above; unknown keys are ignored.

    Raises:
        ContractError: not JSON, or a field is missing or of the wrong type; the message names it.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"a message of {len(payload)} bytes; at most {MAX_PAYLOAD} are allowed")
    try:
        return msgspec.json.decode(payload, type=what)
    except UNREADABLE as error:
        raise ContractError(f"{what.__name__.lower()}: {error}") from error


class BatchItem(msgspec.Struct, frozen=True):
    """One element of a ``records`` message: the row, or why it is not one."""

    row: AnyRow | None
    raw: bytes
    problem: str = ""
    #: Readable even when the rest is not; ``None`` when these too are unreadable.
    key: tuple[str, int] | None = None


class _Key(msgspec.Struct):
    epoch: str
    seq: int


_known_rows = msgspec.json.Decoder(list[KnownRow])
_known_row = msgspec.json.Decoder(KnownRow)
_raws = msgspec.json.Decoder(list[msgspec.Raw])


def decode_known(payload: bytes) -> tuple[list[KnownRow], list[msgspec.Raw]] | None:
    """Read a ``records`` message in one go: its rows, and the bytes of each; ``None`` when that cannot be done.

    That is the usual case. Otherwise :func:`decode_rows` finds out what is the matter with which row.
    """
    if len(payload) > MAX_PAYLOAD or _NUL in payload:
        return None
    try:
        payload.decode()  # the decoder does not look into what it skips
        rows = _known_rows.decode(payload)
    except UNREADABLE:
        return None
    return (rows, _raws.decode(payload)) if len(rows) <= BATCH else None


def decode_rows(payload: bytes) -> list[BatchItem]:
    """Read a ``records`` message element by element, so that one bad row spoils only itself.

    Raises:
        ContractError: the whole message is not a JSON array, too long, or has more than :data:`BATCH` elements.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"a message of {len(payload)} bytes; at most {MAX_PAYLOAD} are allowed")
    try:
        raws = _raws.decode(payload)
    except UNREADABLE as error:
        raise ContractError(f"records: not a JSON array: {error}") from error
    if len(raws) > BATCH:
        raise ContractError(f"records: {len(raws)} rows in a message; at most {BATCH} are allowed")
    return [decode_row(bytes(raw)) for raw in raws]


#: JSON allows this character in a text, databases do not.
_NUL: Final = rb"\u0000"


def decode_row(raw: bytes) -> BatchItem:
    """Read one element of a ``records`` message."""
    try:
        return _whole_item(raw)
    except UNREADABLE as error:
        problem = str(error)
    try:
        key = msgspec.json.decode(raw, type=_Key)
    except UNREADABLE:
        return BatchItem(None, raw, problem)
    if not 1 <= key.seq < LIMIT:
        problem = f"seq {key.seq} is not between 1 and 2^53"
    return BatchItem(None, raw, problem, (key.epoch, key.seq))


def _whole_item(raw: bytes) -> BatchItem:
    row: AnyRow = msgspec.json.decode(raw, type=Row)
    key = (row.epoch, row.seq)
    problem = "it holds the character U+0000" if _NUL in raw else ""
    if row.kind in _BODIES:
        try:
            row = _known_row.decode(raw)
        except UNREADABLE as error:
            problem = problem or str(error)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        problem = problem or str(error)
    return BatchItem(None if problem else row, raw, problem, key)


_BODIES: Final[dict[str, type[msgspec.Struct]]] = {
    Kind.COUNT: Count,
    Kind.HEARTBEAT: Count,
    Kind.TRANSACTION: Transaction,
    Kind.ANCHOR: Anchor,
}


def body(row: AnyRow) -> msgspec.Struct | None:
    """The row's typed body, or ``None`` for a kind this version does not know (such a row is kept, unread).

    Raises:
        ContractError: a known kind with a malformed body.
    """
    if not isinstance(row, Row):
        return row.body
    what = _BODIES.get(row.kind)
    return None if what is None else decode(bytes(row.body), what)
