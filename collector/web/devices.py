"""What the page Devices says, made from one moment of the store. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from collector.fleet import Assessed, Fleet, State
from collector.tidy import tidy
from collector.words import Words

_HOT_C = 80.0
_FULL_PCT = 90.0
_ORDER = (State.LOST, State.DEGRADED, State.NEVER, State.MAINT, State.ASLEEP, State.OK)


@dataclass(frozen=True, slots=True)
class Fact:
    """A cell. An empty ``text`` means that the device has not told; ``warn`` that it is out of bounds."""

    text: str = ""
    warn: bool = False
    number: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause and its sentence."""

    cause: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A device."""

    state: State
    name: str
    id: str
    site: str
    why: tuple[Reason, ...]
    heard: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A link that shows one state only; ``state`` is empty for all."""

    href: str
    state: str
    word: str
    n: int
    current: bool


@dataclass(frozen=True, slots=True)
class Devices:
    """The page."""

    sub: str
    filters: tuple[Filter, ...]
    rows: tuple[Row, ...]


def devices(fleet: Fleet, words: Words, only: str = "") -> Devices:
    """Make the page; ``only`` is a state's name, anything else shows all."""
    chosen = next((state for state in State if state.value == only), None)
    shown = [a for a in fleet.devices if chosen is None or a.state is chosen]
    sites = len({a.device.site for a in fleet.devices})
    key = "fleet.sub" if sites > 1 or len(fleet.devices) == 1 else "fleet.sub.here"
    sub = words.say(key, n=len(fleet.devices), sites=sites) if fleet.devices else ""
    return Devices(sub, _filters(fleet, words, chosen), tuple(_row(a, words, fleet.as_of) for a in shown))


def _filters(fleet: Fleet, words: Words, chosen: State | None) -> tuple[Filter, ...]:
    if not fleet.devices:
        return ()
    filters = [Filter("?", "", words.say("fleet.all"), len(fleet.devices), chosen is None)]
    filters += [
        Filter(f"?state={state.value}", state.value, words.state(state), fleet.count(state), state is chosen)
        for state in _ORDER
        if fleet.count(state) or state is chosen
    ]
    return tuple(filters)


def _row(assessed: Assessed, words: Words, as_of: int) -> Row:
    device = assessed.device
    if device.heard is not None:
        heard = words.age(as_of - device.heard)
    elif assessed.state is State.NEVER:
        heard = words.say("heard.never")
    else:  # only what the broker had kept: it lived some time before this desk first listened
        heard = words.say("heard.before", since=words.moment(device.first_seen, as_of))
    reasons = tuple(Reason(words.cause(why), words.why(why, as_of)) for why in assessed.why)
    return Row(assessed.state, tidy(assessed.name), device.device, device.site, reasons, heard, _facts(assessed, words))


def _facts(assessed: Assessed, words: Words) -> tuple[Fact, ...]:
    info, health = assessed.device.info, assessed.device.health
    version = Fact(tidy(info.software, 16) if info else "", number=False)
    if health is None:
        return (version, Fact(), Fact(number=False), Fact(), Fact(), _records(assessed, words))
    least = "≥ " if assessed.state in (State.LOST, State.ASLEEP) else ""
    clock = Fact(words.say(f"clock.{health.clk.value}"), warn=health.clk.value == "none", number=False)
    return (
        version,
        Fact(f"{least}{words.number(health.backlog)}"),
        clock,
        _measure(health.cpu_c, "{:.0f} °C", _HOT_C),
        _measure(health.disk_pct, "{:.0f} %", _FULL_PCT),
        _records(assessed, words),
    )


def _measure(value: float | None, form: str, limit: float) -> Fact:
    return Fact() if value is None else Fact(form.format(value), warn=value >= limit)


def _records(assessed: Assessed, words: Words) -> Fact:
    return Fact(words.records(assessed.device), warn=bool(assessed.device.lost_rows))
