"""The link: what a device tells the desk, and what the desk tells it. Never in anybody's way.

A caller writes to the ledger and calls :meth:`Link.kick`; everything else happens on one sender thread, which takes
events from one inbox: rows to send, a connection's news, messages from the desk, the time. No method here waits for
the network, and without a ``host`` there is no thread at all: the ledger simply keeps everything.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from devices.contract import (
    RETAINED,
    Ack,
    Alert,
    ContractError,
    Info,
    Leaf,
    Part,
    Reply,
    Status,
    Topic,
    Totals,
    check_id,
    decode,
    encode,
    parse_topic,
    topic,
)
from devices.link.clock import Clock, SystemClock
from devices.link.connection import Arrived, Connection, Event, Lost, Published, Up
from devices.link.delivery import LIMITS, Delivery, Limits, Verdict, back_off, longest_wait, pack
from devices.link.errors import LinkFault
from devices.link.health import measure
from devices.link.ledger import Ledger
from devices.link.orders import Handler, Orders
from devices.link.settings import LinkSettings

log = logging.getLogger(__name__)

#: Log lines to the desk: this many at once, then one each second.
_LOG_BURST: Final = 20
_GOODBYE_S: Final = 1.0
#: After a failure the sender rests this long, so that a failing disk is not hammered.
_REST_S: Final = 1.0
_LEDGER_ALERT: Final = "ledger"


class LogLine(msgspec.Struct, frozen=True):
    """Payload of ``log/{level}``: UTC ms if known, and the line."""

    t: int | None
    message: str


@dataclass(frozen=True)
class _Say:
    leaf: Leaf
    rest: str
    payload: bytes


@dataclass(frozen=True)
class _Wake:
    pass


@dataclass(frozen=True)
class _Stop:
    pass


class Link:
    """A device's side of the MQTT language.

    ``alerts`` are the ids this device can raise; those not standing at a connect are cleared at the broker, so that a
    fault mended while the device was off does not stand for ever. ``parts`` is asked for the state of the device's
    parts whenever health is published. ``rng`` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        settings: LinkSettings,
        ledger: Ledger,
        info: Info,
        *,
        clock: Clock | None = None,
        parts: Callable[[], Mapping[str, Part]] = dict,
        alerts: tuple[str, ...] = (),
        rng: Callable[[], float] = random.random,
        limits: Limits | None = None,
    ) -> None:
        check_id(settings.site, "link.site")
        check_id(settings.device, "link.device")
        self._settings = settings
        self._ledger = ledger
        self._clock = clock or SystemClock(trusted=settings.clock == "trusted")
        self._parts = parts
        self._rng = rng
        self._info = msgspec.structs.replace(info, boot=ledger.boot, epoch=ledger.epoch, interval_s=settings.interval_s)
        self._inbox: queue.SimpleQueue[Event | _Say | _Wake | _Stop] = queue.SimpleQueue()
        self._orders = Orders(self._reply)
        limits = limits or replace(LIMITS, stall_s=settings.resend_s)
        self._delivery = Delivery(ledger.epoch, ledger.acked, ledger.last_seq, limits)
        self._older = [
            Delivery(epoch, first - 1, last, limits) for epoch, (first, last) in ledger.older().items()
        ]  # rows of a damaged ledger
        self._standing: dict[str, bytes] = dict.fromkeys((*alerts, _LEDGER_ALERT), b"")
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._online = threading.Event()
        self._connect_at = 0.0  # at once; only a failure makes it wait
        self._met, self._failures = False, 0
        self._health_at = 0.0
        self._totals: dict[str, int] | None = None
        self._tokens, self._tokens_at = float(_LOG_BURST), 0.0
        if ledger.alert:
            self.alert(_LEDGER_ALERT, Alert(what=ledger.alert, since=self._clock.now().utc))

    # -- for everybody

    @property
    def online(self) -> bool:
        """Whether the broker has us now."""
        return self._online.is_set()

    def start(self) -> None:
        """Begin to connect and to send, and go on until :meth:`stop`. Does nothing without a host.

        Raises:
            LinkError: the password or CA file cannot be read.
        """
        if not self._settings.host or self._thread is not None:
            return
        Connection(self._settings, self._inbox.put)  # to be told of unreadable files now, not in a log at night
        self._thread = threading.Thread(target=self._run, name="link-sender", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Send what waits, publish ``offline`` and disconnect; returns after at most ``timeout_s``."""
        self._orders.stop()
        if self._thread is not None:
            self._inbox.put(_Stop())
            self._thread.join(timeout_s)
            self._thread = None

    def kick(self) -> None:
        """There is a new row in the ledger."""
        if self._thread is not None:
            self._inbox.put(_Wake())

    def alert(self, name: str, alert: Alert | None) -> None:
        """Raise a standing fault, or end it with ``None``. Remembered while there is no connection."""
        self._inbox_or_nothing(_Say(Leaf.ALERT, check_id(name, "alert"), encode(alert) if alert else b""))

    def log(self, level: str, message: str) -> None:
        """Send a log line, without personal data. Lost when there is no connection or there are too many."""
        line = LogLine(self._clock.now().utc, message)
        self._inbox_or_nothing(_Say(Leaf.LOG, level, encode(line)))

    def health(self) -> None:
        """Publish health now, because a part's state changed, and not only at the next interval."""
        if self._thread is not None:
            self._inbox.put(_Say(Leaf.HEALTH, "", b""))

    def on_command(self, verb: str, handler: Handler) -> None:
        """Let ``handler`` carry out ``command/{verb}``, on a thread for commands."""
        self._orders.on(verb, handler)

    # -- on the sender thread

    def _inbox_or_nothing(self, say: _Say) -> None:
        if self._settings.host:
            self._inbox.put(say)

    def _run(self) -> None:
        stopping, rest = False, 0.0
        while not stopping:
            event = self._next(rest)
            stopping, rest = isinstance(event, _Stop), 0.0
            try:
                self._handle(event)
                self._periodic()
                rest = 0.0 if self._send_rows() else _REST_S
            except LinkFault as fault:
                rest = _REST_S
                log.error("%s", fault)
                self._say(Leaf.ALERT, _LEDGER_ALERT, encode(Alert(what=str(fault), since=self._clock.now().utc)))
            except Exception:  # the sender must outlive any single event; logged with its traceback
                rest = _REST_S
                log.exception("the sender could not handle %s", type(event).__name__)
        self._goodbye()

    def _next(self, rest: float) -> Event | _Say | _Wake | _Stop:
        wait = self._wait()
        try:
            return self._inbox.get(timeout=None if wait is None else max(wait, rest))
        except queue.Empty:
            return _Wake()

    def _wait(self) -> float | None:
        """Seconds until something is to be done without an event; ``None``: only an event matters."""
        now = time.monotonic()
        if self._connection is None:
            return max(0.0, self._connect_at - now)
        if not self.online:
            return None
        rows = [wait for delivery in self._deliveries if (wait := delivery.wait(now)) is not None]
        return min([max(0.0, self._health_at - now), *rows])

    def _handle(self, event: Event | _Say | _Wake | _Stop) -> None:
        match event:
            case _Say(Leaf.HEALTH):
                self._health_at = 0.0
            case _Say(leaf, rest, payload):
                self._say(leaf, rest, payload)
            case Up(source) if source is self._connection:
                self._birth()
            case Lost(source, why) if source is self._connection:
                self._lost(why)
            case Published(source, mid, refused) if source is self._connection:
                for delivery in self._deliveries:
                    delivery.published(mid)
                if refused:
                    log.warning("the broker refused a message: %s", refused)
            case Arrived(source) if source is self._connection:
                self._arrived(event)
            case _:
                pass  # a wake-up, the stop, or news of a connection that is no longer ours

    def _periodic(self) -> None:
        now = time.monotonic()
        if self._connection is None and now >= self._connect_at:
            self._connection = Connection(self._settings, self._inbox.put)
            self._connection.open()
        self._delivery.appended(self._ledger.last_seq)
        if self.online and now >= self._health_at:
            self._health_at = now + self._settings.interval_s
            self._ledger.anchor()
            self._delivery.appended(self._ledger.last_seq)
            self._publish_health()
        if self.online:
            self._publish_totals()

    def _birth(self) -> None:
        self._online.set()
        self._met, self._failures = True, 0
        for delivery in self._deliveries:
            delivery.connected(time.monotonic())
        self._say(Leaf.STATUS, "", Status.ONLINE.encode())
        self._say(Leaf.INFO, "", encode(self._info))
        for name, payload in self._standing.items():
            self._say(Leaf.ALERT, name, payload)
        self._totals = None
        self._health_at = 0.0
        log.info("link: connected to %s", self._settings.host)

    def _lost(self, why: str) -> None:
        self._online.clear()
        self._connection = None
        for delivery in self._deliveries:
            delivery.disconnected()
        delay = back_off(self._rng(), longest_wait(self._failures, self._met, self._settings.backoff_max_s))
        self._failures += 1
        self._connect_at = time.monotonic() + delay
        log.warning("link: no connection (%s); trying again in %.1f s", why, delay)

    def _arrived(self, message: Arrived) -> None:
        try:
            where: Topic = parse_topic(message.topic)
            if where.leaf is Leaf.ACK:
                self._ack(decode(message.payload, Ack))
            elif where.leaf is Leaf.COMMAND:
                self._orders.receive(where.rest, message.payload, message.retained, self._clock.now().utc)
        except ContractError as error:
            log.warning("link: a message was dropped: %s", error)

    def _ack(self, ack: Ack) -> None:
        for older in [each for each in self._older if each.epoch == ack.epoch]:
            if older.ack(ack, time.monotonic()) is Verdict.PRUNE:
                self._ledger.prune(ack)
                self._health_at = 0.0  # the desk waits for the lowest number left, which may lie behind a hole
        verdict = self._delivery.ack(ack, time.monotonic(), self._ledger.boot_of(ack.seq))
        if verdict in (Verdict.PRUNE, Verdict.IMPOSSIBLE, Verdict.COPY):
            self._ledger.prune(ack)  # raises for what is not to be obeyed, and that becomes an alert

    @property
    def _deliveries(self) -> tuple[Delivery, ...]:
        return self._delivery, *self._older

    def _send_rows(self) -> bool:
        """Publish what is planned; false when the connection takes no more, and its end is on the way."""
        return all(self._send(delivery) for delivery in self._deliveries)

    def _send(self, delivery: Delivery) -> bool:
        while self._connection is not None and (batch := delivery.plan(time.monotonic())) is not None:
            limit = min(batch.upto - batch.after, delivery.limits.batch)
            rows = self._ledger.after(batch.after, limit, delivery.epoch)
            payload, last = pack(rows, delivery.limits.payload)
            mid = self._publish(Leaf.RECORDS, "", payload)
            if mid is None or not last:
                return False
            delivery.sent(mid, batch, last, time.monotonic())
        return True

    def _publish_health(self) -> None:
        health = measure(self._clock.now(), self._parts(), self._ledger)
        self._say(Leaf.HEALTH, "", encode(health))

    def _publish_totals(self) -> None:
        values = self._ledger.totals()
        if values != self._totals:
            self._totals = values
            self._say(Leaf.TOTALS, "", encode(Totals(t=self._clock.now().utc, values=values)))

    def _say(self, leaf: Leaf, rest: str, payload: bytes) -> None:
        if leaf is Leaf.ALERT:
            self._standing[rest] = payload
        if self.online and (leaf is not Leaf.LOG or self._may_log()):
            self._publish(leaf, rest, payload, qos=0 if leaf is Leaf.LOG else 1)

    def _publish(self, leaf: Leaf, rest: str, payload: bytes, qos: int = 1) -> int | None:
        if self._connection is None:
            return None
        where = topic(self._settings.site, self._settings.device, leaf, rest)
        return self._connection.publish(where, payload, qos=qos, retain=leaf in RETAINED)

    def _may_log(self) -> bool:
        now = time.monotonic()
        self._tokens = min(float(_LOG_BURST), self._tokens + now - self._tokens_at)
        self._tokens_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _reply(self, verb: str, reply: Reply) -> None:
        self._inbox_or_nothing(_Say(Leaf.REPLY, verb, encode(reply)))

    def _goodbye(self) -> None:
        connection = self._connection
        if connection is None:
            return
        if self.online:
            mid = self._publish(Leaf.STATUS, "", Status.OFFLINE.encode())
            deadline = time.monotonic() + _GOODBYE_S
            while mid is not None and (left := deadline - time.monotonic()) > 0:
                try:
                    event = self._inbox.get(timeout=left)
                except queue.Empty:
                    break
                if isinstance(event, Lost) or (isinstance(event, Published) and event.mid == mid):
                    break
        self._online.clear()
        connection.close(_GOODBYE_S)
