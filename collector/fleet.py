"""How each device is, and why. Pure: what the store knows and the time go in, states and reasons come out.

A device's own word is never enough: the broker keeps "online" for a device that hangs, and for a whole branch whose
bridge is down. So a device is well only while its messages keep arriving, by the collector's clock, within three of its
intervals. While the desk itself is deaf nothing is judged anew: states are those of the last moment it could hear.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from collector.ingest import BRIDGE
from collector.store.port import Desk, DeviceRecord
from devices.contract import INTERVAL_S, Part, Status

#: Intervals without a message after which a device counts as silent.
MISSED = 3
#: A desk whose last sign of life is older (ms) is not running.
DESK_STALE_MS = 20_000
_INTERVAL_MIN_S, _INTERVAL_MAX_S = 5, 86_400
_FINE = frozenset({"", "ok", "off", "none", "unused", "ready", "idle", "starting"})


class State(enum.StrEnum):
    """A device's state, most urgent first."""

    LOST = "lost"
    DEGRADED = "degraded"
    NEVER = "never"
    MAINT = "maint"
    ASLEEP = "asleep"
    OK = "ok"


class Cause(enum.StrEnum):
    """What makes it so; each has a sentence in every language of :mod:`collector.words`."""

    BRIDGE = "bridge"
    WILL = "will"
    SILENT = "silent"
    UNHEARD = "unheard"
    NEVER = "never"
    ASLEEP = "asleep"
    COPY = "copy"
    ALERT = "alert"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason. ``since`` is ms of UTC or ``None`` when unknown; ``part`` and ``said`` are the device's own words."""

    state: State
    cause: Cause
    since: int | None = None
    part: str = ""
    said: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Assessed:
    """A device with its state; ``why`` has the most urgent reason first and is empty when there is nothing to say."""

    device: DeviceRecord
    state: State
    why: tuple[Why, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        info = self.device.info
        return (info.name if info else "") or self.device.expected or self.device.device

    @property
    def kind(self) -> str:
        """Door, kiosk …, as it says itself."""
        return self.device.info.kind if self.device.info else ""


@dataclass(frozen=True, slots=True)
class Fleet:
    """All devices, most urgent first, as they were at ``as_of``. ``deaf_since`` is set while the desk hears nothing."""

    devices: tuple[Assessed, ...]
    as_of: int
    deaf_since: int | None = None

    def count(self, state: State) -> int:
        """How many are in this state."""
        return sum(1 for assessed in self.devices if assessed.state is state)


def assess(devices: Iterable[DeviceRecord], desk: Desk, now: int) -> Fleet:
    """Judge every device."""
    known = tuple(devices)
    running = desk.beat is not None and now - desk.beat <= DESK_STALE_MS
    deaf = not running or desk.listening_since is None
    as_of = now if not deaf else _last_moment(known, desk, now)
    bridges = {d.site: d for d in known if d.device == BRIDGE and d.status is Status.OFFLINE}
    judged = [_one(device, bridges.get(device.site), desk.listening_since, as_of) for device in known]
    order = list(State)
    judged.sort(key=lambda a: (order.index(a.state), _oldest(a), a.device.site, a.device.device))
    return Fleet(tuple(judged), as_of, as_of if deaf else None)


def _last_moment(devices: tuple[DeviceRecord, ...], desk: Desk, now: int) -> int:
    """When something was last heard: the latest moment of which anything can be said."""
    heard = [device.heard for device in devices if device.heard is not None]
    return max(heard, default=desk.beat if desk.beat is not None else now)


def _oldest(assessed: Assessed) -> int:
    return min((why.since for why in assessed.why if why.since is not None), default=0)


def _one(device: DeviceRecord, bridge: DeviceRecord | None, listening: int | None, as_of: int) -> Assessed:
    reasons = _unreachable(device, bridge, listening, as_of)
    if not reasons or reasons[0].state is State.ASLEEP:
        reasons += _troubles(device)
    order = list(State)
    reasons.sort(key=lambda why: order.index(why.state))
    return Assessed(device, reasons[0].state if reasons else State.OK, tuple(reasons))


def _unreachable(device: DeviceRecord, bridge: DeviceRecord | None, listening: int | None, as_of: int) -> list[Why]:
    if device.heard is None and device.status is None and device.info is None and device.health is None:
        return [Why(State.NEVER, Cause.NEVER, device.first_seen)]
    if bridge is not None:
        return [Why(State.LOST, Cause.BRIDGE, bridge.status_since)]
    if device.status is Status.OFFLINE:
        return [Why(State.LOST, Cause.WILL, device.status_since)]
    if device.status is Status.ASLEEP:
        return [Why(State.ASLEEP, Cause.ASLEEP, device.status_since)]
    if device.device == BRIDGE:
        return []  # it speaks only when it turns
    # A desk that has just begun to listen gives everyone three intervals to be heard.
    awaited_since = max(device.heard or device.first_seen, listening or 0)
    if as_of - awaited_since <= MISSED * interval_s(device) * 1000:
        return []
    if device.heard is None:
        return [Why(State.LOST, Cause.UNHEARD, awaited_since)]
    return [Why(State.LOST, Cause.SILENT, device.heard)]


def interval_s(device: DeviceRecord) -> int:
    """Seconds between two health messages of this device, within reason."""
    told = device.info.interval_s if device.info else INTERVAL_S
    return min(max(told, _INTERVAL_MIN_S), _INTERVAL_MAX_S)


def _troubles(device: DeviceRecord) -> list[Why]:
    reasons = []
    if device.conflicts:
        reasons.append(Why(State.DEGRADED, Cause.COPY, rows=device.conflicts))
    for standing in device.alerts:
        state = State.LOST if standing.alert.severity == State.LOST else State.DEGRADED
        reasons.append(Why(state, Cause.ALERT, standing.since, standing.id, standing.alert.what))
    alerts = {standing.id for standing in device.alerts}
    parts: dict[str, Part] = device.health.parts if device.health else {}
    reasons += [
        Why(State.DEGRADED, Cause.PART, part.since, name, part.why or part.state)
        for name, part in sorted(parts.items())
        if part.state.lower() not in _FINE and name not in alerts  # an alert of its name has said it
    ]
    return reasons
