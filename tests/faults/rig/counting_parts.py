"""The parts of the counting world: a door with the real ledger and delivery, a broker that may do anything, and a desk
with the real sorting and store."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from collector.ingest import Message, sort
from collector.numbers import Numbers
from collector.store.port import Batch, Ledger, Mark, Store
from devices.contract import Ack, Count, Health, Kind, Leaf, Row, body, decode, encode, topic
from devices.link.clock import Moment, judge
from devices.link.delivery import Delivery, Limits, Verdict, pack
from devices.link.errors import AckError
from devices.link.ledger import Ledger as DoorLedger

SITE = "kota"
YEAR_MS = 31_557_600_000
LIMITS = Limits(batch=5, in_flight=4, stall_s=30, stall_max_s=120, backlog_per_s=5)
#: What names a row for ever.
Key = tuple[str, str, int]


@dataclass
class Time:
    """True time, ms of UTC."""

    now: int = 1_795_047_600_000

    @property
    def seconds(self) -> float:
        return self.now / 1000


class DoorClock:
    """A clock of a computer without a battery: it knows the time once somebody tells it, and may be told nonsense."""

    def __init__(self, time: Time, boot: str) -> None:
        self.boot = boot
        self.began = time.now
        self.synced = False
        self.off = 0
        self._time = time

    def now(self) -> Moment:
        return judge(self._time.now - self.began, self._time.now + self.off, synced=self.synced, rtc=False)


@dataclass
class Broker:
    """Queues and retained acks; nothing of it can be relied on."""

    to_desk: list[Message] = field(default_factory=list)
    acks: dict[str, bytes] = field(default_factory=dict)

    def wipe(self) -> None:
        """Its store is gone."""
        self.to_desk.clear()
        self.acks.clear()


class Door:
    """A counter: an open interval in memory, the ledger, the delivery machine. ``into`` and ``out`` are what it has
    counted and the ledger has taken: from then on nothing may be lost."""

    def __init__(
        self, name: str, folder: Path, time: Time, make: Callable[..., DoorLedger], dice: random.Random
    ) -> None:
        self.name = name
        self.path = folder / "ledger.sqlite"
        self.into = self.out = 0
        self.lost = False  # its ledger was wiped while it held rows nobody else had
        self.written: dict[Key, Row] = {}  # every row that was ever in the ledger, by its name
        self.deleted: set[Key] = set()
        self.boots: dict[str, int] = {}  # when each truly began
        self.alarms: list[str] = []
        self.online = False
        self._time, self._make, self._dice = time, make, dice
        self._open = self._held = (0, 0)
        self._since = 0
        self._flight: list[int] = []
        self._messages = 0
        self.power_on()

    # -- power

    def power_on(self) -> None:
        """Boot: a new boot id, a clock that knows nothing."""
        self.clock = DoorClock(self._time, f"{self._dice.getrandbits(48):012x}")
        self.boots[self.clock.boot] = self.clock.began
        self.ledger = self._make(self.path, self.clock)
        self.delivery = Delivery(self.ledger.epoch, self.ledger.acked, self.ledger.last_seq, LIMITS)
        self._remember()

    def power_cut(self) -> None:
        """What was held becomes a row at the next start; what was only in memory is gone."""
        self._commit(self._held)
        self._open = self._held = (0, 0)
        self.online = False
        self._flight.clear()
        self.ledger._db.close()  # as the kernel does for a dead process: nothing is settled
        self.ledger._lock.close()

    def wipe(self) -> None:
        """Another card is put in: a new epoch begins with nothing."""
        self.power_cut()
        for file in self.path.parent.glob("ledger.sqlite*"):
            file.unlink()
        self.lost = True
        self.power_on()

    def copy_to(self, other: Path) -> None:
        """Copy the card of a door without power."""
        other.mkdir(parents=True)
        for file in self.path.parent.glob("ledger.sqlite*"):
            shutil.copy(file, other / file.name)

    # -- people

    def passes(self, into: int, out: int) -> None:
        if self._open == (0, 0):
            self._since = self.clock.now().bt
        self._open = (self._open[0] + into, self._open[1] + out)

    def flush(self) -> None:
        """At most 5 s later."""
        if self._open != (0, 0):
            self.ledger.hold(Kind.COUNT, self._count(), self._since, self.clock.now().bt)
            self._held = self._open

    def close(self) -> None:
        """The minute is over."""
        if self._open == (0, 0):
            self.ledger.append(Kind.HEARTBEAT, Count())
        else:
            self.flush()
            self.ledger.settle()
            self._commit(self._open)
            self._open = self._held = (0, 0)
        self.delivery.appended(self.ledger.last_seq)
        self._remember()

    def _count(self) -> Count:
        return Count(into=self._open[0], out=self._open[1])

    def _commit(self, counts: tuple[int, int]) -> None:
        self.into += counts[0]
        self.out += counts[1]

    def _remember(self) -> None:
        for row in self.ledger.after(self.ledger.acked, 1_000_000):
            self.written[self.name, row.epoch, row.seq] = row

    # -- the clock

    def sync(self, off: int = 0) -> None:
        """A time server was reached; ``off`` years away it is a mad one."""
        self.clock.synced, self.clock.off = True, off
        self.ledger.anchor()
        self.delivery.appended(self.ledger.last_seq)
        self._remember()

    # -- the link, as devices/link/mqtt.py drives it

    def connect(self, broker: Broker) -> None:
        self.online = True
        self._flight.clear()
        self.delivery.connected(self._time.seconds)
        health = Health(uptime_s=1, epoch=self.ledger.epoch, oldest=self.ledger.acked + 1)
        self._publish(broker, Leaf.HEALTH, encode(health))
        if self.name in broker.acks:
            self.hear(broker.acks[self.name])

    def disconnect(self) -> None:
        self.online = False
        self.delivery.disconnected()
        self._flight.clear()

    def pump(self, broker: Broker) -> None:
        """Send what the delivery machine plans."""
        while self.online and (batch := self.delivery.plan(self._time.seconds)) is not None:
            rows = self.ledger.after(batch.after, min(batch.upto - batch.after, LIMITS.batch))
            payload, last = pack(rows)
            self._publish(broker, Leaf.RECORDS, payload)
            self._messages += 1
            self._flight.append(self._messages)
            self.delivery.sent(self._messages, batch, last, self._time.seconds)

    def puback(self) -> None:
        """The broker has taken everything; what that is worth is another matter."""
        for message in self._flight:
            self.delivery.published(message)
        self._flight.clear()

    def hear(self, payload: bytes) -> None:
        """An ack arrives."""
        ack = decode(payload, Ack)
        verdict = self.delivery.ack(ack, self._time.seconds, self.ledger.boot_of(ack.seq))
        if verdict in (Verdict.PRUNE, Verdict.IMPOSSIBLE, Verdict.COPY):
            before = self.ledger.acked
            try:
                self.ledger.prune(ack)
            except AckError as error:
                self.alarms.append(str(error))
            self.deleted |= {(self.name, self.ledger.epoch, seq) for seq in range(before + 1, self.ledger.acked + 1)}

    def _publish(self, broker: Broker, leaf: Leaf, payload: bytes) -> None:
        broker.to_desk.append(Message(topic(SITE, self.name, leaf), payload, False, 0))

    def true_start(self, row: Row) -> int:
        """When the row's interval truly began."""
        return self.boots[row.boot] + row.bt0


class Desk:
    """The collector: what it has received and not yet written is in memory, the rest in its store."""

    def __init__(self, path: Path, time: Time, make: Callable[[Path], Store], *, hasty: bool) -> None:
        self.path = path
        self.marks: list[Mark] = []
        self._time, self._make, self._hasty = time, make, hasty
        self._inbox: list[Message] = []
        self._promised: dict[Ledger, Numbers] = {}
        self._store = make(path)

    def take(self, message: Message) -> None:
        """The client received a message, and the broker has forgotten it."""
        self._inbox.append(Message(message.topic, message.payload, message.retained, self._time.now))

    def work(self, broker: Broker, kill: str = "") -> None:
        """Write what was received, then acknowledge; ``kill`` names the point where the power goes."""
        messages, self._inbox = self._inbox, []
        batch = sort(messages)
        if self._hasty:
            self._acknowledge(self._promise(batch), broker)
        if kill == "before the commit":
            return self.restart(broker)
        written = self._store.write(batch)
        if kill == "before the ack":
            return self.restart(broker)
        if not self._hasty:
            self._acknowledge(written.marks, broker)
        return self.restart(broker) if kill else None

    def restart(self, broker: Broker) -> None:
        """Killed and started again; the broker hands over the retained acks, as to everyone who subscribes."""
        self._inbox.clear()
        self._store.close()
        self._store = self._make(self.path)
        for device, ack in broker.acks.items():
            self.take(Message(topic(SITE, device, Leaf.ACK), ack, True, 0))

    def close(self) -> None:
        self._store.close()

    def _acknowledge(self, marks: tuple[Mark, ...], broker: Broker) -> None:
        for mark in marks:
            if mark.boot is None:
                continue
            self.marks.append(mark)
            broker.acks[mark.ledger.device] = encode(Ack(epoch=mark.ledger.epoch, seq=mark.seq, boot=mark.boot))

    def _promise(self, batch: Batch) -> tuple[Mark, ...]:
        """The defect: what has been received counts as kept."""
        boots: dict[tuple[Ledger, int], str] = {}
        for record in batch.records:
            known = self._promised.get(record.ledger, Numbers())
            self._promised[record.ledger] = known.with_rows([record.seq])
            boots[record.ledger, record.seq] = record.row.boot if record.row else ""
        told = {record.ledger: self._promised[record.ledger].mark for record in batch.records}
        return tuple(Mark(ledger, seq, boots.get((ledger, seq), "")) for ledger, seq in told.items() if seq)


def counts(row: Row) -> tuple[int, int]:
    """Passages of a row."""
    content = body(row)
    return (content.into, content.out) if isinstance(content, Count) else (0, 0)
