"""The MQTT language of Pustaka Mandiri: topics, records, versions.

Everything that crosses the broker is named here and nowhere else; this is the one module that the devices and
the collector share. It imports no client, opens no socket and asks no clock.

Two rules hold everything together:

* **The ledger row is the truth.** A device numbers its rows 1, 2, 3 … within an *epoch* (a random id made with the
  ledger file). ``(device, epoch, seq)`` names a row for ever; sending it twice changes nothing.
* **The collector's ``ack`` is the only permission to forget.** A device deletes rows up to the acknowledged
  number and not one more.

Inside version 1 keys never change their meaning and unknown keys are ignored. A breaking change is a new root,
``pustaka/v2/``, published beside this one for a release.

Times are integers: milliseconds of UTC since 1970 (``t0``, ``t1``, or ``None`` when the device cannot know), and
milliseconds of the boot clock (``bt0``, ``bt1``), which runs on through suspend and never jumps.
"""

from __future__ import annotations

import enum
import re
from typing import Any, Final, TypeVar

import msgspec

ROOT: Final = "pustaka/v1"
PROTOCOL: Final = 1
#: Rows in one ``records`` message, at most.
BATCH: Final = 200
#: Bytes in any message, at most; the broker is told the same.
MAX_PAYLOAD: Final = 65_536
#: Seconds between two health messages, unless ``info.interval_s`` says otherwise.
INTERVAL_S: Final = 60

_ID = re.compile(r"[a-z0-9-]{1,32}")


class ContractError(ValueError):
    """A topic, id or payload that version 1 does not allow; the message says what was wrong."""


class Status(enum.StrEnum):
    """Content of the retained ``status`` topic; the broker itself writes ``offline`` as the last will."""

    ONLINE = "online"
    OFFLINE = "offline"
    ASLEEP = "asleep"


class Clock(enum.StrEnum):
    """How far a row's UTC times can be trusted."""

    SYNCED = "synced"
    RTC = "rtc"
    ESTIMATED = "estimated"
    NONE = "none"


class Kind(enum.StrEnum):
    """What a ledger row holds in its ``body``."""

    COUNT = "count"
    HEARTBEAT = "heartbeat"
    TRANSACTION = "transaction"
    ANCHOR = "anchor"


class Leaf(enum.StrEnum):
    """The first level below ``pustaka/v1/{site}/{device}/``."""

    STATUS = "status"
    INFO = "info"
    HEALTH = "health"
    TOTALS = "totals"
    RECORDS = "records"
    ACK = "ack"
    ALERT = "alert"
    LOG = "log"
    COMMAND = "command"
    REPLY = "reply"
    CONFIG = "config"


#: Leaves whose messages the broker keeps for later subscribers.
RETAINED: Final = frozenset({Leaf.STATUS, Leaf.INFO, Leaf.HEALTH, Leaf.TOTALS, Leaf.ACK, Leaf.ALERT, Leaf.CONFIG})
#: Leaves a device may write; ``+`` stands for one more level. The broker's access list is made from this.
DEVICE_WRITES: Final = (
    "status", "info", "health", "totals", "records", "log/+", "alert/+", "reply/+", "config/applied",
)  # fmt: skip
#: Leaves a device may read.
DEVICE_READS: Final = ("ack", "command/+", "config")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered row of a device's ledger.

    ``body`` stays raw JSON here, so that a row whose content is unreadable still has a readable number and can be
    set aside without holding up the rows behind it.
    """

    epoch: str
    seq: int
    boot: str
    bt0: int
    bt1: int
    t0: int | None = None
    t1: int | None = None
    clk: Clock = Clock.NONE
    kind: str
    body: msgspec.Raw
    v: int = 1


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``count`` and ``heartbeat``: passages in the interval, and the running totals after it.

    The totals let anyone size a hole: ``total_in(n) - into(n) - total_in(k)`` passages lie between rows k and n.
    """

    into: int = msgspec.field(name="in", default=0)
    out: int = 0
    total_in: int = msgspec.field(name="IN", default=0)
    total_out: int = msgspec.field(name="OUT", default=0)
    turned_back: int = msgspec.field(name="tb", default=0)
    ambiguous: int = msgspec.field(name="amb", default=0)
    glitch: int = 0
    flags: tuple[str, ...] = ()


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``transaction``: that something was lent, never what or to whom.

    ``op`` is checkout, checkin, renew or visit; ``result`` is done, refused or unknown; ``code`` is the refusal's
    enum name. ``total`` counts this device's done operations of this ``op`` since the ledger was made.
    """

    op: str
    result: str
    code: str | None = None
    total: int = 0


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``anchor``: at boot-clock ``bt`` of this row's boot it was ``utc`` (ms), give or take ``err`` ms."""

    bt: int
    utc: int
    err: int


class Ack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All rows of ``epoch`` up to ``seq`` are committed at the collector.

    ``boot`` is that of row ``seq`` as it was committed. A device whose own row of this number was written in another
    boot is a copy of somebody else's card: the mark speaks of the other's rows, and nothing may be deleted.
    """

    epoch: str
    seq: int
    boot: str = ""


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """Retained self-description of a device."""

    kind: str
    name: str
    software: str
    model: str = ""
    serial: str = ""
    boot: str = ""
    epoch: str = ""
    proto: int = PROTOCOL
    capabilities: tuple[str, ...] = ()
    interval_s: int = INTERVAL_S


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """State of one part of a device (reader, camera, sensor …) and since when (UTC ms, if known)."""

    state: str
    since: int | None = None
    why: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Retained health of a device; every field that cannot be measured here is ``None``.

    ``oldest`` is the lowest row number the ledger of ``epoch`` still keeps (one more than the highest ever made, when
    it keeps none). Only this tells the collector that a hole below it can never be filled.
    """

    uptime_s: int
    cpu_c: float | None = None
    load: float | None = None
    mem_pct: float | None = None
    disk_pct: float | None = None
    backlog: int = 0
    epoch: str = ""
    oldest: int | None = None
    clk: Clock = Clock.NONE
    parts: dict[str, Part] = {}


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Retained running totals for people and third-party dashboards. Not the record of truth."""

    t: int | None = None
    values: dict[str, int] = {}


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A standing fault: what, and since when. An empty payload on its topic ends it."""

    what: str
    since: int | None = None
    severity: str = "degraded"


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """An order to a device. It is dropped unread after ``expires`` (UTC ms) and when it arrives retained."""

    id: str
    expires: int
    args: dict[str, Any] = {}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A device's answer to the command of the same ``id``."""

    id: str
    ok: bool
    code: str = ""
    message: str = ""
    took_ms: int = 0


class Topic(msgspec.Struct, frozen=True):
    """A topic taken apart. ``rest`` is the level below the leaf (``warn`` in ``log/warn``) or empty."""

    site: str
    device: str
    leaf: Leaf
    rest: str = ""


def check_id(text: str, what: str = "id") -> str:
    """Return ``text`` if it may name a site or device.

    Raises:
        ContractError: it is not 1 to 32 of a-z, 0-9 and ``-``.
    """
    if not _ID.fullmatch(text):
        raise ContractError(f"{what} {text!r}: use 1 to 32 characters of a-z, 0-9 and '-'")
    return text


def topic(site: str, device: str, leaf: Leaf, rest: str = "") -> str:
    """Build a topic of this version, for example ``pustaka/v1/kota/pintu-1/log/warn``."""
    check_id(site, "site")
    check_id(device, "device")
    return f"{ROOT}/{site}/{device}/{leaf}" + (f"/{rest}" if rest else "")


def parse_topic(text: str) -> Topic:
    """Take a topic apart.

    Raises:
        ContractError: it does not belong to this version or is malformed.
    """
    if not text.startswith(ROOT + "/"):
        raise ContractError(f"topic {text!r} is not below {ROOT}/")
    levels = text[len(ROOT) + 1 :].split("/")
    if len(levels) not in (3, 4):
        raise ContractError(f"topic {text!r} has {len(levels)} levels below {ROOT}/, expected 3 or 4")
    check_id(levels[0], "site")
    check_id(levels[1], "device")
    try:
        leaf = Leaf(levels[2])
    except ValueError:
        raise ContractError(f"topic {text!r}: {levels[2]!r} is not a leaf of version 1") from None
    return Topic(levels[0], levels[1], leaf, levels[3] if len(levels) == 4 else "")


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

    row: Row | None
    raw: bytes
    problem: str = ""
    #: Readable even when the rest is not; ``None`` when these too are unreadable.
    key: tuple[str, int] | None = None


class _Key(msgspec.Struct):
    epoch: str
    seq: int


def decode_rows(payload: bytes) -> list[BatchItem]:
    """Read a ``records`` message element by element, so that one bad row spoils only itself.

    Raises:
        ContractError: the whole message is not a JSON array, too long, or has more than :data:`BATCH` elements.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"a message of {len(payload)} bytes; at most {MAX_PAYLOAD} are allowed")
    try:
        raws = msgspec.json.decode(payload, type=list[msgspec.Raw])
    except UNREADABLE as error:
        raise ContractError(f"records: not a JSON array: {error}") from error
    if len(raws) > BATCH:
        raise ContractError(f"records: {len(raws)} rows in a message; at most {BATCH} are allowed")
    return [_decode_item(bytes(raw)) for raw in raws]


def _decode_item(raw: bytes) -> BatchItem:
    try:
        row = msgspec.json.decode(raw, type=Row)
        problem = _row_problem(row)
        return BatchItem(None if problem else row, raw, problem, (row.epoch, row.seq))
    except UNREADABLE as error:
        problem = str(error)
    try:
        key = msgspec.json.decode(raw, type=_Key)
        return BatchItem(None, raw, problem, (key.epoch, key.seq))
    except UNREADABLE:
        return BatchItem(None, raw, problem)


_BODIES: Final[dict[str, type[msgspec.Struct]]] = {
    Kind.COUNT: Count,
    Kind.HEARTBEAT: Count,
    Kind.TRANSACTION: Transaction,
    Kind.ANCHOR: Anchor,
}


def body(row: Row) -> msgspec.Struct | None:
    """The row's typed body, or ``None`` for a kind this version does not know (such a row is kept, unread).

    Raises:
        ContractError: a known kind with a malformed body.
    """
    what = _BODIES.get(row.kind)
    return None if what is None else decode(bytes(row.body), what)


def _row_problem(row: Row) -> str:
    if not 1 <= row.seq < 2**53:
        return f"seq {row.seq} is not between 1 and 2^53"
    if not row.epoch or len(row.epoch) > 64:
        return "epoch is empty or longer than 64 characters"
    try:
        body(row)
    except ContractError as error:
        return str(error)
    return ""
