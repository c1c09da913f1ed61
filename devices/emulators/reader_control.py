"""How the bench, the demo and the tests talk to a reader emulator: one JSON object a line over a Unix socket.

A script's lines are the same orders (:mod:`devices.emulators.reader_script`).
"""

from __future__ import annotations

import msgspec

from devices.emulators.faults import FaultOrder
from devices.emulators.field import TagState


class Put(msgspec.Struct, frozen=True, tag_field="do", tag="put"):
    """Lay a tag on the pad; ``more`` at the same moment, on top of it."""

    uid: str
    more: tuple[str, ...] = ()


class Take(msgspec.Struct, frozen=True, tag_field="do", tag="take"):
    """Take a tag away; no ``uid``: all of them."""

    uid: str = ""


class Define(msgspec.Struct, frozen=True, tag_field="do", tag="define"):
    """Make a tag, or write it anew."""

    tag: TagState


class SetFault(msgspec.Struct, frozen=True, tag_field="do", tag="fault"):
    """Switch a fault on or off."""

    fault: FaultOrder


class HangUp(msgspec.Struct, frozen=True, tag_field="do", tag="hang-up"):
    """Pull the reader's plug: its port goes, and its power. The process goes on, and takes orders."""


class ComeBack(msgspec.Struct, frozen=True, tag_field="do", tag="come-back"):
    """Put the plug in again; with a ``name`` the port is another."""

    name: str = ""


class Look(msgspec.Struct, frozen=True, tag_field="do", tag="look"):
    """Change nothing; the answer shows the tags and the frames."""


class Quit(msgspec.Struct, frozen=True, tag_field="do", tag="quit"):
    """End."""


Order = Put | Take | Define | SetFault | HangUp | ComeBack | Look | Quit


class FrameSeen(msgspec.Struct, frozen=True):
    """Bytes on the line. ``at``: seconds since 1970; ``way``: host, reader, or ignored (the host's, while busy)."""

    at: float
    way: str
    hex: str


class Answer(msgspec.Struct, frozen=True):
    """What became of an order. ``frames`` only for :class:`Look`; ``port`` is where the reader is now."""

    ok: bool
    why: str = ""
    tags: tuple[TagState, ...] = ()
    frames: tuple[FrameSeen, ...] = ()
    port: str = ""
