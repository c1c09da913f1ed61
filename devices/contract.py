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
from typing import Annotated, Any, ClassVar, Final, TypeVar

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


#: The largest number that JSON carries exactly everywhere is one less; checked when a message is read.
LIMIT: Final = 2**53
Whole = Annotated[int, msgspec.Meta(ge=0, lt=LIMIT)]
Epoch = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """The number of a row and its times, whatever it holds."""

    epoch: Epoch
    seq: Annotated[int, msgspec.Meta(ge=1, lt=LIMIT)]
    boot: str
    bt0: Whole
    bt1: Whole
    t0: Whole | None = None
    t1: Whole | None = None
    clk: Clock = Clock.NONE


class Row(Stamped, frozen=True, kw_only=True):
    """One numbered row of a device's ledger.

    ``body`` stays raw JSON here, so that a row whose content is unreadable still has a readable number and can be
    set aside without holding up the rows behind it.
    """

    kind: str
    body: msgspec.Raw
    v: int = 1


class Count(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``count`` and ``heartbeat``: passages in the interval, and the running totals after it.

    The totals let anyone size a hole: ``total_in(n) - into(n) - total_in(k)`` passages lie between rows k and n.
    ``n_src`` holds the totals of a counter that is not ours as it showed them, (in,) or (in, out), wraps and all.
    """

    into: Whole = msgspec.field(name="in", default=0)
    out: Whole = 0
    total_in: Whole = msgspec.field(name="IN", default=0)
    total_out: Whole = msgspec.field(name="OUT", default=0)
    turned_back: Whole = msgspec.field(name="tb", default=0)
    ambiguous: Whole = msgspec.field(name="amb", default=0)
    glitch: Whole = 0
    flags: tuple[str, ...] = ()
    n_src: tuple[int, ...] | msgspec.UnsetType = msgspec.UNSET


#: Flags of a count or heartbeat whose sensor saw nothing, or not enough to count: such a row covers no time.
BLIND: Final = frozenset({"sensor_lost", "unreadable", "blocked", "one_beam_dead"})


class Transaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``transaction``: that something was lent, never what or to whom.

    ``op`` is checkout, checkin, renew or visit; ``result`` is done, refused or unknown; ``code`` is the refusal's
    enum name. ``total`` counts this device's done operations of this ``op`` since the ledger was made.
    """

    op: str
    result: str
    code: str | None = None
    total: Whole = 0


class Anchor(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``anchor``: at boot-clock ``bt`` of this row's boot it was ``utc`` (ms), give or take ``err`` ms."""

    bt: Whole
    utc: Whole
    err: Whole


class CountRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.COUNT.value, gc=False):
    """A ``count`` row with its body read."""

    kind: ClassVar[str] = Kind.COUNT
    body: Count
    v: int = 1


class HeartbeatRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.HEARTBEAT.value, gc=False):
    """A ``heartbeat`` row with its body read."""

    kind: ClassVar[str] = Kind.HEARTBEAT
    body: Count
    v: int = 1


class TransactionRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.TRANSACTION.value, gc=False):
    """A ``transaction`` row with its body read."""

    kind: ClassVar[str] = Kind.TRANSACTION
    body: Transaction
    v: int = 1


class AnchorRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.ANCHOR.value, gc=False):
    """An ``anchor`` row with its body read."""

    kind: ClassVar[str] = Kind.ANCHOR
    body: Anchor
    v: int = 1


#: A row of a kind that this version knows, read in one go.
KnownRow = CountRow | HeartbeatRow | TransactionRow | AnchorRow
#: Any row that can be kept: one of an unknown kind stays unread.
AnyRow = KnownRow | Row


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
    it keeps none). Only this tells the collector that a hole below it can never be filled. ``older`` says the same of
    epochs before, of which rows were found in a damaged ledger.
    """

    uptime_s: int
    cpu_c: float | None = None
    load: float | None = None
    mem_pct: float | None = None
    disk_pct: float | None = None
    backlog: int = 0
    epoch: str = ""
    oldest: int | None = None
    older: dict[str, int] = {}
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
