"""The door on an ESP32: beams into rows, rows to the collector, as ``devices.contract`` has them. No hardware here.

``Door.step`` is called often, with the time; everything else follows from it. A row is written ``ROW_MS`` after its
first passage: that is what a power cut may cost. A heartbeat row tells every quarter of an hour that the door was
watched.
"""

import json

from .beams import Beams
from .flash import Ledger
from .mqtt import Mqtt

ROW_MS = 5_000  # what a power cut may cost
HEARTBEAT_MS = 900_000
HEALTH_MS = 60_000
PING_MS = 30_000
RESEND_MS = 30_000
COPIED = "This board's rows are a copy of another's: stop one of the two, and empty the folder rows of this one."
BATCH = 20  # rows a message; 200 are allowed, and would not fit into the memory


class Door:
    """One door. ``boot`` names this start; ``utc`` gives UTC ms for now, or ``None`` before the clock was set."""

    def __init__(self, ledger: Ledger, site: str, device: str, name: str, boot: str, utc) -> None:
        self.beams = Beams()
        self._ledger = ledger
        self._root = f"pustaka/v1/{site}/{device}/"
        self._device = device
        self._name = name
        self._boot = boot
        self._utc = utc
        self._anchored = False
        self._mqtt: Mqtt | None = None
        self._began: int | None = None
        self._quiet_since: int | None = None
        self.row_ms = ROW_MS
        self._flags = ""
        self._lost = False
        self._sent = 0  # rows up to here are under way …
        self._sent_at = self._health_at = self._spoke_at = 0
        self._totals = (-1, -1)
        self._copied = False

    # -- counting

    def step(self, now: int) -> None:
        """Time is ``now`` (ms since the start): judge, write, send and listen.

        Raises:
            OSError: the broker is gone; give :meth:`online` another connection, when there is one.
        """
        self.count(now)
        if self._mqtt is not None:
            self._talk(self._mqtt, now)

    def count(self, now: int) -> None:
        """The part of :meth:`step` that needs no network."""
        self.beams.advance(now)
        if self._quiet_since is None:
            self._quiet_since = now
        if self._began is None and any(self.beams.sums.values()):
            self._began = now
        flags = "blocked" if self.beams.blocked else ""
        changed, before = flags != self._flags, self._flags
        if self._ledger.full():
            return
        if self._began is not None and (changed or now - self._began >= self.row_ms):
            self._write("count", self._began, now, before)
        elif changed or now - self._quiet_since >= HEARTBEAT_MS:
            self._write("heartbeat", self._quiet_since, now, before)
        self._flags = flags

    def lose(self) -> None:
        """Edges were lost on the way here; the next row says so."""
        self.beams.lose()
        self._lost = True

    def finish(self, now: int) -> None:
        """Write what was counted; for a restart that is wanted."""
        if self._began is not None:
            self._write("count", self._began, now, self._flags)

    def _write(self, kind: str, since: int, now: int, flags: str) -> None:
        utc = self._utc()
        if utc is not None and not self._anchored:
            self._ledger.append(self._row("anchor", now, now, now, utc), {"bt": now, "utc": utc, "err": 1_000})
            self._anchored = True
        body = dict(self.beams.sums, flags=[flag for flag in (flags, "edges_lost" if self._lost else "") if flag])
        self._ledger.append(self._row(kind, since, now, now, utc), body)
        self._lost = False
        self.beams.take()  # only now: a flash that fails must not cost what was counted
        self._began, self._quiet_since = None, now

    def _row(self, kind: str, bt0: int, bt1: int, now: int, utc):
        times = (None, None) if utc is None else (utc - (now - bt0), utc - (now - bt1))
        clk = "none" if utc is None else "synced"
        return {"boot": self._boot, "bt0": bt0, "bt1": bt1, "t0": times[0], "t1": times[1], "clk": clk, "kind": kind}

    # -- the collector

    def online(self, mqtt: Mqtt, now: int) -> None:
        """There is a connection: say who we are, and begin again behind what the collector has."""
        mqtt.connect(self._root + "status", b"offline")
        mqtt.subscribe(self._root + "ack")
        self._mqtt = mqtt
        self._say("status", b"online", True)
        info = {"kind": "door", "name": self._name, "software": "esp32", "model": "ESP32", "boot": self._boot}
        self._tell("info", dict(info, epoch=self._ledger.epoch, capabilities=["count"]))
        self._say("alert/ledger", b"", True)  # it is raised again by the next ack, if it still holds
        self._copied = False
        self._sent, self._totals = self._ledger.acked, (-1, -1)
        self._health_at = self._spoke_at = self._sent_at = now
        self._health(now)

    def offline(self) -> None:
        """The connection is gone."""
        self._mqtt = None

    def goodbye(self) -> None:
        """Tell that we go, and go."""
        if self._mqtt is not None:
            self._say("status", b"offline", True)
            self._mqtt.disconnect()
            self._mqtt = None

    def _talk(self, mqtt: Mqtt, now: int) -> None:
        for topic, payload in mqtt.poll():
            if topic == self._root + "ack":
                self._hear(payload, now)
        ledger = self._ledger
        if ledger.backlog() and (self._sent <= ledger.acked or now - self._sent_at >= RESEND_MS):
            rows = ledger.rows(BATCH)
            self._say("records", json.dumps(rows).encode(), False)
            self._sent, self._sent_at = rows[-1]["seq"], now
            self._spoke_at = now
        totals = (ledger.total_in, ledger.total_out)
        if totals != self._totals:
            self._totals = totals
            self._tell("totals", {"t": self._utc(), "values": {"in": totals[0], "out": totals[1]}})
        if now - self._health_at >= HEALTH_MS:
            self._health_at = now
            self._health(now)
        if now - self._spoke_at >= PING_MS:
            self._spoke_at = now
            mqtt.ping()

    def _hear(self, payload: bytes, now: int) -> None:
        try:
            ack = json.loads(payload)
            ours = self._ledger.ack(ack["epoch"], ack["seq"], ack.get("boot", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if not ours:
            if not self._copied:
                self._copied = True
                self._tell("alert/ledger", {"what": COPIED, "since": self._utc(), "severity": "down"})
            return
        self._sent_at = now

    def _health(self, now: int) -> None:
        ledger = self._ledger
        part = {"state": "blocked" if self.beams.blocked else "ok"}
        health = {
            "uptime_s": now // 1000,
            "backlog": ledger.backlog(),
            "epoch": ledger.epoch,
            "oldest": ledger.oldest(),
        }
        clk = "none" if self._utc() is None else "synced"
        self._tell("health", dict(health, clk=clk, parts={"sensor": part}))

    def _tell(self, leaf: str, content: dict) -> None:
        self._say(leaf, json.dumps(content).encode(), True)

    def _say(self, leaf: str, payload: bytes, retain: bool) -> None:
        if self._mqtt is not None:
            self._mqtt.publish(self._root + leaf, payload, retain)
