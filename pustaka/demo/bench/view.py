"""The page's model: what the world is in one language, as values that the template and the script show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from string import Formatter

import msgspec

from collector.sentences import MONTHS_SHORT
from collector.tidy import tidy
from pustaka.demo.bench.actions import CableName
from pustaka.demo.bench.frames import Exchange
from pustaka.demo.bench.story import ARMED, DISARMED
from pustaka.demo.bench.table import Lying, Plug
from pustaka.demo.bench.things import BY_UID, TABLE, Thing
from pustaka.demo.bench.watch import Told, World
from pustaka.demo.bench.words import SENTENCES, age, say

#: Characters of what a program says of itself.
_LONGEST = 110


class OnPad(msgspec.Struct, frozen=True):
    """A thing on the pad. ``armed``: its security bit, as it is in the tag; ``None`` without one. ``afi`` in hex."""

    key: str
    armed: bool | None
    afi: str


class ThingView(msgspec.Struct, frozen=True):
    """A thing of the tray: where it is (empty, ``pad`` or ``camera``) and the line below its name."""

    key: str
    place: str
    note: str


class CableView(msgspec.Struct, frozen=True):
    """A cable: its plug, what is written beside it, and what a press does."""

    name: str
    plug: str
    label: str
    action: str


class StateView(msgspec.Struct, frozen=True):
    """Everything that changes on the page, but for the log."""

    door: str
    inside: int
    blocked: bool
    kiosk: str
    pad_line: str
    pad: tuple[OnPad, ...]
    things: tuple[ThingView, ...]
    shown: str
    camera: bool
    cables: tuple[CableView, ...]
    cables_line: str
    all_in: bool
    troubles: tuple[str, ...]
    troubles_line: str


class LineView(msgspec.Struct, frozen=True):
    """One line of the log."""

    number: int
    time: str
    source: str
    text: str
    warn: bool


class FrameView(msgspec.Struct, frozen=True):
    """One exchange on the reader's line."""

    time: str
    name: str
    host: str
    reader: str


def state(world: World, language: str, now: float) -> StateView:
    """The world at ``now`` (seconds since 1970)."""
    passages, lying = world.passages, world.lying
    pad = _on_pad(world)
    places = {lying.shown: "camera"} | {thing.key: "pad" for thing in pad}
    bits = {thing.key: thing.armed for thing in pad}
    cables = tuple(_cable(lying, name, language, now) for name in lying.cables)
    plugged = sum(cable.plug == Plug.IN for cable in cables)
    return StateView(
        door=say(language, "door.totals", into=passages.into, out=passages.out, back=passages.turned_back),
        inside=max(0, passages.into - passages.out),
        blocked=lying.blocked,
        kiosk=_kiosk(world, language),
        pad_line=_pad_line(world, language),
        pad=pad,
        things=tuple(
            ThingView(thing.key, place := places.get(thing.key, ""), _note(thing, place, bits, language))
            for thing in TABLE
        ),
        shown=lying.shown,
        camera=lying.plug(CableName.CAMERA) is Plug.IN,
        cables=cables,
        cables_line=say(language, "cables.in", n=plugged, all=len(cables)),
        all_in=plugged == len(cables),
        troubles=tuple(sorted(lying.troubles)),
        troubles_line=say(language, "trouble.on", n=len(lying.troubles)) if lying.troubles else "",
    )


def name(thing: Thing, language: str) -> str:
    """What stands below a thing."""
    return thing.name or say(language, f"thing.{thing.key}")


def note(thing: Thing, language: str) -> str:
    """What there is to know of it."""
    return say(language, f"note.{thing.key}", pin=thing.pin)


def keys(language: str) -> list[tuple[str, str]]:
    """How to use the keyboard: pieces of text, each with the key that follows it."""
    names = {"space": say(language, "key.space")}
    return [
        (text, names.get(key or "", (key or "").upper()))
        for text, key, _, _ in Formatter().parse(SENTENCES[language]["things.help"])
    ]


def lines(told: Sequence[Told], language: str, zone: tzinfo) -> list[LineView]:
    """Lines of the log, oldest first."""
    return [
        LineView(
            one.number,
            clock(one.at, zone),
            say(language, f"source.{one.line.source}"),
            say(language, one.line.key, **_in_words(one.line.fields, language)),
            one.line.warn,
        )
        for one in told
    ]


def _in_words(fields: Mapping[str, str | int], language: str) -> dict[str, str | int]:
    """Days as ``1 Dec``; what a program says of itself in one line that is not too long."""
    said = {key: tidy(value, _LONGEST) if isinstance(value, str) else value for key, value in fields.items()}
    if due := said.get("due"):
        day = date.fromisoformat(str(due))
        said["due"] = f"{day.day} {MONTHS_SHORT[language][day.month - 1]}"
    return said


def frames(seen: Sequence[Exchange], language: str, zone: tzinfo) -> list[FrameView]:
    """Exchanges, newest first."""
    return [
        FrameView(
            clock(one.at, zone),
            f"{one.name} × {one.times}" if one.times > 1 else one.name,
            spaced(one.host),
            spaced(one.reader) or say(language, "frames.silent"),
        )
        for one in seen
    ]


def clock(at: float, zone: tzinfo) -> str:
    """``14.20.31.8``: tenths, because that is how often we look."""
    when = datetime.fromtimestamp(at, zone)
    return f"{when:%H.%M.%S}.{when.microsecond // 100_000}"


def spaced(hex_text: str) -> str:
    """Bytes with a space between them."""
    return " ".join(hex_text[at : at + 2] for at in range(0, len(hex_text), 2))


def _on_pad(world: World) -> tuple[OnPad, ...]:
    found: dict[str, OnPad] = {}
    for tag in sorted((tag for tag in world.tags if tag.on_pad), key=lambda tag: tag.position or 0):
        key = BY_UID[tag.uid].key
        armed = {ARMED: True, DISARMED: False}.get(tag.afi)
        # Of a set the worst is shown: armed as long as one of its tags is.
        if key not in found or armed:
            found[key] = OnPad(key, armed, f"{tag.afi:02X}")
    return (*found.values(), *(OnPad(key, None, "") for key in world.lying.untagged))


def _pad_line(world: World, language: str) -> str:
    there = {tag.uid for tag in world.tags if tag.on_pad}
    if not there:
        return say(language, "pad.none")
    return say(language, "pad.tags", n=len(there), known=len(there & set(world.kiosk.pad if world.kiosk else ())))


def _kiosk(world: World, language: str) -> str:
    if world.kiosk is None:
        return say(language, "kiosk.none")
    rows = [row for row in world.kiosk.rows if row.mode == world.kiosk.page]
    return say(language, "kiosk.rows" if rows else "kiosk.now", page=world.kiosk.page, n=len(rows))


def _note(thing: Thing, place: str, bits: dict[str, bool | None], language: str) -> str:
    match place, bits.get(thing.key):
        case "camera", _:
            return say(language, "at.camera")
        case "pad", True:
            return say(language, "at.pad.armed")
        case "pad", False:
            return say(language, "at.pad.disarmed")
        case "pad", None:
            return say(language, "at.pad")
    return note(thing, language)


def _cable(lying: Lying, name: CableName, language: str, now: float) -> CableView:
    plug, word = lying.plug(name), say(language, f"cable.{name}")
    pulled = age(language, now - dict(lying.pulled).get(name, now))
    label = {
        Plug.IN: word,
        Plug.OUT: say(language, "cable.pulled", name=word, age=pulled),
        Plug.COMING: say(language, "cable.coming", name=word),
    }[plug]
    action = say(language, "cable.pull" if plug is Plug.IN else "cable.plug", name=word)
    return CableView(name, plug, label, action)
