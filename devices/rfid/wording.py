"""Tags and events in words and in JSON, for the command line and support logs."""

from __future__ import annotations

import msgspec

from devices.rfid.events import Event, ReaderChanged, SecurityProblem, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.tags.content import Problem, TagContent, problem
from devices.rfid.tags.extensions import BLOCK_NAMES
from devices.rfid.tags.fields import explained


class ShownField(msgspec.Struct, frozen=True):
    """A named value; ``text`` says what a code means."""

    name: str
    value: str
    text: str


class ShownExtension(msgspec.Struct, frozen=True):
    """A block behind the core."""

    id: int
    hex: str
    texts: tuple[str, ...]


class ShownContent(msgspec.Struct, frozen=True):
    """A tag's content as the command line gives it."""

    model: str
    crc_ok: bool
    item_id: str
    isil: str
    part: int
    parts: int
    usage: str | None
    lendable: bool
    patron_card: bool
    problem: str
    hint: str
    notes: tuple[str, ...]
    sentences: tuple[str, ...]
    fields: tuple[ShownField, ...]
    extensions: tuple[ShownExtension, ...]
    alarm: bool | None = None  # of a UHF tag: whether the gate gives alarm, if its EPC says so


class ShownEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event as the command line gives it; ``text`` says the same in words."""

    event: str
    text: str
    uid: str = ""
    state: str = ""
    armed: bool | None = None
    ok: bool | None = None
    why: str = ""
    content: ShownContent | None = None


def content(found: TagContent, alarm: bool | None = None) -> ShownContent:
    """A tag's content, ready to be shown."""
    trouble = problem(found)
    return ShownContent(
        model=found.model.value,
        crc_ok=found.crc_ok,
        item_id=found.item_id,
        isil=found.isil,
        part=found.part,
        parts=found.parts,
        usage=found.usage.name.lower() if found.usage is not None else None,
        lendable=found.lendable,
        patron_card=found.is_card,
        problem=trouble.value,
        hint=trouble.sentence,
        notes=tuple(note.value for note in found.notes),
        sentences=tuple(note.sentence for note in found.notes),
        fields=tuple(ShownField(str(one.name), one.value, explained(one)) for one in found.fields),
        extensions=tuple(ShownExtension(one.id, one.payload.hex().upper(), one.texts) for one in found.extensions),
        alarm=alarm,
    )


def lines(shown: ShownContent) -> str:
    """A tag's content, a line each."""
    rows = [("model", shown.model)]
    if shown.crc_ok:
        usage = "not on the tag" if shown.usage == "none" else (shown.usage or "not assigned").replace("_", " ")
        rows += [
            ("card" if shown.patron_card else "item", shown.item_id),
            ("owner", shown.isil or "not on the tag"),
            ("part", f"{shown.part} of {shown.parts}" if shown.part else f"one of {shown.parts}, not told which"),
            ("usage", usage if shown.lendable or shown.patron_card else f"{usage} (not lent)"),
        ]
        if shown.alarm is not None:
            rows.append(("alarm", "on" if shown.alarm else "off"))
        rows += [(field.name, field.text) for field in shown.fields]
        named = set(BLOCK_NAMES)
        rows += [(f"block {one.id}", " | ".join(one.texts)) for one in shown.extensions if one.id not in named]
    rows += [("note", sentence) for sentence in shown.sentences]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {text}" for name, text in rows)


def event(found: Event) -> ShownEvent:
    """An event, ready to be shown."""
    match found:
        case ReaderChanged(state, why):
            return ShownEvent("reader", f"reader {state.value}{': ' if why else ''}{why}", state=state.value, why=why)
        case TagArrived(uid):
            return ShownEvent("arrived", f"{uid} arrived", uid)
        case TagLeft(uid):
            return ShownEvent("left", f"{uid} left", uid)
        case TagRead(uid, what, why):
            said = Problem(why).sentence if why or what is None else _item(what)
            return ShownEvent("read", f"{uid} {said}", uid, why=why, content=content(what) if what else None)
        case SecurityWritten(uid, armed, ok, why):
            order = "armed" if armed else "disarmed"
            said = order if ok else f"not {order}: {SecurityProblem(why).sentence}"
            return ShownEvent("security", f"{uid} {said}", uid, armed=armed, ok=ok, why=why)


def _item(what: TagContent) -> str:
    kind = "card" if what.is_card else "item"
    return f"{kind} {what.item_id} ({what.part} of {what.parts}) {what.isil}".rstrip()
