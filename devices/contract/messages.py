"""Messages that are no rows: what a device tells of itself, what it is told, and what it may forget."""

from __future__ import annotations

import enum
from typing import Any, Final

import msgspec

from devices.contract.rows import Clock

PROTOCOL: Final = 1
#: Seconds between two health messages, unless ``info.interval_s`` says otherwise.
INTERVAL_S: Final = 60


class Status(enum.StrEnum):
    """Content of the retained ``status`` topic; the broker itself writes ``offline`` as the last will."""

    ONLINE = "online"
    OFFLINE = "offline"
    ASLEEP = "asleep"


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
