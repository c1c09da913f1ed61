"""Messages in, a batch for the store out. Pure: no client, no store, no clock.

Nothing a device can send stops what comes behind it. What cannot be read at all becomes a dead letter; a row that
has a readable number and unreadable content becomes a record with a problem, so that its number counts as handled.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from collector.store.port import Batch, DeadLetter, Floor, Ledger, Record, StateUpdate
from devices.contract import (
    LIMIT,
    Ack,
    Alert,
    BatchItem,
    ContractError,
    Health,
    Info,
    Leaf,
    Status,
    Topic,
    Totals,
    decode,
    decode_known,
    decode_rows,
    parse_topic,
)

#: Devices write to the same few topics all day.
_topic = lru_cache(maxsize=4096)(parse_topic)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message. ``retained`` is true for a stored copy that the broker handed over on subscribing."""

    topic: str
    payload: bytes
    retained: bool
    received: int


def sort(messages: Iterable[Message]) -> Batch:
    """Sort messages into what the store writes, in their order."""
    records: list[Record] = []
    dead: list[DeadLetter] = []
    states: list[StateUpdate] = []
    floors: list[Floor] = []
    for message in messages:
        try:
            topic = _topic(message.topic)
            if topic.leaf is Leaf.RECORDS:
                _records(topic, message, records, dead)
            elif topic.leaf is Leaf.ACK:
                floors += _floor(topic, message)
            elif topic.leaf in _STATES:
                update = _state(topic, message)
                states.append(update)
                floors += _oldest(update)
        except ContractError as error:
            dead.append(DeadLetter(message.topic, message.payload, str(error), message.received))
    return Batch(tuple(records), tuple(dead), tuple(states), tuple(floors))


def _records(topic: Topic, message: Message, records: list[Record], dead: list[DeadLetter]) -> None:
    known = decode_known(message.payload)
    if known is None:
        _records_one_by_one(topic, message, records, dead)
        return
    epoch = ""
    ledger = Ledger(topic.site, topic.device, epoch)
    for row, raw in zip(*known, strict=True):
        if row.epoch != epoch:
            epoch = row.epoch
            ledger = Ledger(topic.site, topic.device, epoch)
            if not epoch.isprintable():
                epoch = ""  # and so with the next row
                dead.append(DeadLetter(message.topic, bytes(raw), _UNUSABLE, message.received))
                continue
        records.append(Record(ledger, row.seq, bytes(raw), row, "", message.received))


_UNUSABLE = "the row's epoch or seq cannot be used"


#: Of what has no number in one message so many are set aside, and then it is said how many more there were.
_ASIDE = 10


def _records_one_by_one(topic: Topic, message: Message, records: list[Record], dead: list[DeadLetter]) -> None:
    nameless = 0
    for item in decode_rows(message.payload):
        key = _usable(item)
        if key is not None:
            ledger = Ledger(topic.site, topic.device, key[0])
            records.append(Record(ledger, key[1], item.raw, item.row, item.problem, message.received))
        nameless += key is None
        if item.problem if key is not None else nameless <= _ASIDE:
            dead.append(DeadLetter(message.topic, item.raw, item.problem or _UNUSABLE, message.received))
    if nameless > _ASIDE:
        more = f"{nameless - _ASIDE} more elements of this message have no number that can be used"
        dead.append(DeadLetter(message.topic, message.payload, more, message.received))


def _usable(item: BatchItem) -> tuple[str, int] | None:
    if item.key is None:
        return None
    epoch, seq = item.key
    return item.key if 1 <= seq < LIMIT and 1 <= len(epoch) <= 64 and epoch.isprintable() else None


_STATES: dict[Leaf, type[Info] | type[Health] | type[Totals] | type[Alert] | type[Status]] = {
    Leaf.STATUS: Status,
    Leaf.INFO: Info,
    Leaf.HEALTH: Health,
    Leaf.TOTALS: Totals,
    Leaf.ALERT: Alert,
}


def _state(topic: Topic, message: Message) -> StateUpdate:
    if (topic.leaf is Leaf.ALERT) != bool(topic.rest):
        raise ContractError(f"topic {message.topic!r}: only an alert has a level below its leaf, and it must have one")
    live = not message.retained
    what = _STATES[topic.leaf]
    value: Status | Info | Health | Totals | Alert | None
    if not message.payload:
        value = None
    elif what is Status:
        value = _status(topic, message.payload)
    else:
        value = decode(message.payload, what)
    if isinstance(value, Health) and value.oldest is not None and not 0 <= value.oldest < LIMIT:
        raise ContractError(f"health: oldest is {value.oldest}: not between 0 and 2^53")
    return StateUpdate(topic.site, topic.device, topic.leaf, value, message.received, live, topic.rest)


#: The device name under which a branch's broker reports its bridge, with Mosquitto's own words.
BRIDGE = "bridge"
_BRIDGE_WORDS = {b"1": Status.ONLINE, b"0": Status.OFFLINE}


def _status(topic: Topic, payload: bytes) -> Status:
    if topic.device == BRIDGE and payload in _BRIDGE_WORDS:
        return _BRIDGE_WORDS[payload]
    try:
        return Status(payload.decode("ascii"))
    except ValueError:
        words = ", ".join(Status)
        raise ContractError(f"status {payload[:40]!r}: expected one of {words}") from None


def _floor(topic: Topic, message: Message) -> list[Floor]:
    """Only collectors may write ``ack``, so one found at the broker tells what some collector has committed."""
    if not message.payload:
        return []
    ack = decode(message.payload, Ack)
    if not (0 <= ack.seq < LIMIT and 1 <= len(ack.epoch) <= 64 and ack.epoch.isprintable()):
        raise ContractError("ack: epoch or seq cannot be used")
    return [Floor(Ledger(topic.site, topic.device, ack.epoch), ack.seq)] if ack.seq else []


def _oldest(update: StateUpdate) -> list[Floor]:
    """What a device no longer has of its ledger, and of older ones."""
    health = update.value
    if not isinstance(health, Health):
        return []
    kept = [(health.epoch, health.oldest or 0), *health.older.items()]
    return [
        Floor(Ledger(update.site, update.device, epoch), oldest - 1)
        for epoch, oldest in kept
        if 2 <= oldest < LIMIT and 1 <= len(epoch) <= 64 and epoch.isprintable()
    ]
