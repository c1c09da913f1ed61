"""What the system made of it, as lines: messages heard on the broker, changes on the kiosk's screen, tags in the field.

Values in, lines out. A line names a sentence and its fields; :mod:`pustaka.demo.bench.words` says it. Nothing here
knows a clock, a socket or a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from devices.contract import (
    Ack,
    Alert,
    AnyRow,
    ContractError,
    Count,
    Health,
    Leaf,
    Status,
    Topic,
    Totals,
    Transaction,
    body,
    decode,
    decode_rows,
    parse_topic,
)
from devices.emulators.field import TagState
from pustaka.demo.files import KIOSK

#: AFI of an item in the library and of one on loan (ISO 28560).
ARMED, DISARMED = 0x07, 0xC2


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. ``source`` names who says it; ``warn`` that something is lost or wrong."""

    source: str
    key: str
    fields: Mapping[str, str | int] = field(default_factory=dict)
    warn: bool = False


class RowSeen(msgspec.Struct, frozen=True):
    """A book on the kiosk's screen."""

    mode: str
    key: str
    phase: str
    title: str = ""
    due: str = ""
    refusal: str = ""
    security: str = ""


class KioskSeen(msgspec.Struct, frozen=True):
    """The kiosk's screen, as the pilot tells it."""

    page: str = ""
    overlay: str = ""
    notice: str = ""
    language: str = ""
    rows: tuple[RowSeen, ...] = ()
    pad: tuple[str, ...] = ()
    camera_ready: bool = False
    reader_ready: bool = False
    scanner_ready: bool = False
    online: bool = True


class Passages(msgspec.Struct, frozen=True):
    """The door's running totals, as last heard."""

    into: int = 0
    out: int = 0
    turned_back: int = 0


class Post:
    """Reads what crosses the broker. Retained messages that come again, and rows sent twice, are told once."""

    def __init__(self) -> None:
        self.passages = Passages()
        self._last: dict[str, bytes] = {}
        self._acked: dict[str, Ack] = {}
        self._parts: dict[str, dict[str, str]] = {}
        self._rows: set[tuple[str, str, int]] = set()

    def hear(self, name: str, payload: bytes) -> list[Line]:
        """Take one message; return what is new in it."""
        try:
            topic = parse_topic(name)
            if topic.leaf is Leaf.RECORDS:
                return self._records(topic.device, payload)
            if self._last.get(name) == payload:
                return []
            self._last[name] = payload
            return self._other(topic, payload)
        except ContractError as error:
            return [Line("mqtt", "mqtt.strange", {"why": str(error)}, warn=True)]

    def _other(self, topic: Topic, payload: bytes) -> list[Line]:
        match topic.leaf:
            case Leaf.STATUS:
                status = payload.decode("ascii", "replace")
                return [Line(topic.device, f"status.{status}", warn=status == Status.OFFLINE)]
            case Leaf.ACK:
                return self._ack(topic.device, decode(payload, Ack))
            case Leaf.TOTALS:
                return self._totals(topic.device, decode(payload, Totals))
            case Leaf.HEALTH:
                return self._health(topic.device, decode(payload, Health))
            case Leaf.ALERT if payload:
                return [Line(topic.device, "alert", {"what": decode(payload, Alert).what}, warn=True)]
        return []

    def _ack(self, device: str, ack: Ack) -> list[Line]:
        if ack == self._acked.get(device):
            return []
        self._acked[device] = ack
        return [Line("desk", "acked", {"device": device, "seq": ack.seq})]

    def _totals(self, device: str, totals: Totals) -> list[Line]:
        if device == KIOSK:
            return []
        now = msgspec.structs.replace(self.passages, into=totals.values.get("in", 0), out=totals.values.get("out", 0))
        lines = []
        if now.into > self.passages.into:
            lines.append(Line("door", "door.in", {"n": now.into - self.passages.into, "total": now.into}))
        if now.out > self.passages.out:
            lines.append(Line("door", "door.out", {"n": now.out - self.passages.out, "total": now.out}))
        self.passages = now
        return lines

    def _health(self, device: str, health: Health) -> list[Line]:
        before = self._parts.get(device, {})
        now = {name: part.state for name, part in health.parts.items()}
        self._parts[device] = now
        return [
            Line(device, "part", {"part": name, "state": state}, warn=state != "ok")
            for name, state in now.items()
            if name in before and before[name] != state
        ]

    def _records(self, device: str, payload: bytes) -> list[Line]:
        fresh = [
            item.row
            for item in decode_rows(payload)
            if item.row is not None and (device, item.row.epoch, item.row.seq) not in self._rows
        ]
        if not fresh:
            return []
        self._rows |= {(device, row.epoch, row.seq) for row in fresh}
        first, last = fresh[0].seq, fresh[-1].seq
        sent = Line("mqtt", "records" if first < last else "record", {"device": device, "first": first, "last": last})
        return [sent, *(line for row in fresh for line in self._row(device, row))]

    def _row(self, device: str, row: AnyRow) -> list[Line]:
        match body(row):
            case Transaction(op=op, result="refused", code=code, total=_):
                return [Line(device, "transaction.refused", {"op": op, "code": code or ""})]
            case Transaction(op=op, result=result, code=_, total=total):
                return [Line(device, f"transaction.{result}", {"op": op, "total": total})]
            case Count() as count:
                return self._count(count)
        return []

    def _count(self, count: Count) -> list[Line]:
        lines = []
        if count.turned_back:
            turned = self.passages.turned_back + count.turned_back
            self.passages = msgspec.structs.replace(self.passages, turned_back=turned)
            lines.append(Line("door", "door.back", {"n": count.turned_back, "total": turned}))
        if count.ambiguous:
            lines.append(Line("door", "door.unclear", {"n": count.ambiguous}, warn=True))
        lines += [Line("door", "door.flag", {"flag": flag}, warn=True) for flag in count.flags]
        return lines


def of_kiosk(before: KioskSeen | None, now: KioskSeen | None) -> list[Line]:
    """What is new on the kiosk's screen."""
    if now is None:
        return [Line("kiosk", "kiosk.gone", warn=True)] if before is not None else []
    if before is None:
        return [Line("kiosk", "kiosk.page", {"page": now.page})]
    lines = []
    if now.page != before.page:
        lines.append(Line("kiosk", "kiosk.page", {"page": now.page}))
    if now.overlay and now.overlay != before.overlay:
        lines.append(Line("kiosk", "kiosk.overlay", {"overlay": now.overlay}))
    if now.notice not in ("", "none", before.notice):
        lines.append(Line("kiosk", "kiosk.notice", {"notice": now.notice}))
    lines += [line for line in map(_device, *_devices(before, now)) if line]
    known = {(row.mode, row.key): row for row in before.rows}
    lines += [line for row in now.rows for line in _row_lines(known.get((row.mode, row.key)), row)]
    return lines


def _devices(before: KioskSeen, now: KioskSeen) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    def states(seen: KioskSeen) -> list[tuple[str, bool]]:
        return [
            ("camera", seen.camera_ready),
            ("reader", seen.reader_ready),
            ("scanner", seen.scanner_ready),
            ("online", seen.online),
        ]

    return states(before), states(now)


def _device(before: tuple[str, bool], now: tuple[str, bool]) -> Line | None:
    name, ready = now
    if before == now:
        return None
    return Line("kiosk", f"kiosk.{name}.{'back' if ready else 'lost'}", warn=not ready)


def _row_lines(before: RowSeen | None, now: RowSeen) -> list[Line]:
    title = now.title or now.key
    lines = []
    if before is None or before.phase != now.phase:
        refused = now.phase == "refused"
        key = "row.refused" if refused else "row.due" if now.phase == "borrowed" and now.due else "row"
        fields = {"title": title, "phase": now.phase, "code": now.refusal, "due": now.due}
        lines.append(Line("kiosk", key, fields, warn=now.phase in ("put-back", "unsure", "unreadable")))
    if now.security == "right" and (before is None or before.security != "right"):
        lines.append(Line("kiosk", "row.secured", {"title": title}))
    return lines


def of_tags(before: Mapping[str, TagState], now: Iterable[TagState], names: Mapping[str, str]) -> list[Line]:
    """What is new in the reader's field; ``names`` tells which thing a tag is in."""
    lines = []
    for tag in now:
        old = before.get(tag.uid)
        if old is None or old == tag:
            continue
        fields: dict[str, str | int] = {
            "name": names.get(tag.uid, tag.uid), "uid": short(tag.uid),
            "old": f"{old.afi:02X}", "afi": f"{tag.afi:02X}",
        }  # fmt: skip
        if tag.on_pad and not old.on_pad:
            lines.append(Line("pad", "tag.came", fields))
        if old.afi != tag.afi:
            key = {ARMED: "tag.armed", DISARMED: "tag.disarmed"}.get(tag.afi, "tag.afi")
            lines.append(Line("pad", key, fields))
        if old.on_pad and not tag.on_pad:
            lines.append(Line("pad", "tag.left", fields))
    return lines


def short(uid: str) -> str:
    """The two ends of a UID, which is how people compare them."""
    return f"{uid[:4]}…{uid[-4:]}"
