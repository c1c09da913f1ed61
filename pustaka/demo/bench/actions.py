"""What hands can do at the bench, each as a value that a page can send."""

from __future__ import annotations

import enum
from typing import Final

import msgspec


class Way(enum.StrEnum):
    """What happens at the door."""

    IN = "in"
    OUT = "out"
    TURN_BACK = "turn_back"
    THREE = "three"
    BLOCK = "block"
    UNBLOCK = "unblock"


class CableName(enum.StrEnum):
    """The cables. ``LIBRARY`` is there only where the library is at the other end of a line."""

    NETWORK = "network"
    READER = "reader"
    CAMERA = "camera"
    SCANNER = "scanner"
    DOOR = "door"
    DESK = "desk"
    LIBRARY = "library"


class TroubleName(enum.StrEnum):
    """What can be made to go wrong until it is switched off, and (``*_RESTARTS``) what happens once."""

    LATE = "late"
    SILENT = "silent"
    DROP_BYTE = "drop-byte"
    FLIP_BIT = "flip-bit"
    TWICE = "twice"
    WRITE_FAILS = "write-fails"
    UNCHANGED = "unchanged"
    BUSY = "busy"
    CRUMBS = "crumbs"
    GLUED = "glued"
    FROZEN = "frozen"
    STALLED = "stalled"
    BROKER_RESTARTS = "broker-restarts"
    DOOR_RESTARTS = "door-restarts"


#: Program that dies and comes back at once.
RESTARTS: Final = {TroubleName.BROKER_RESTARTS: "broker", TroubleName.DOOR_RESTARTS: "door"}


class Lay(msgspec.Struct, frozen=True, tag_field="do", tag="lay"):
    """Lay a thing on the pad."""

    thing: str


class PullAway(msgspec.Struct, frozen=True, tag_field="do", tag="pull-away"):
    """Lay a thing on the pad and pull it away before it is written."""

    thing: str


class Show(msgspec.Struct, frozen=True, tag_field="do", tag="show"):
    """Hold a thing under the camera."""

    thing: str


class Scan(msgspec.Struct, frozen=True, tag_field="do", tag="scan"):
    """Hold a thing before the scanner and press its trigger; the thing stays where it is."""

    thing: str


class Take(msgspec.Struct, frozen=True, tag_field="do", tag="take"):
    """Take a thing from wherever it is, back to the table."""

    thing: str


class ClearTable(msgspec.Struct, frozen=True, tag_field="do", tag="clear"):
    """Take everything back."""


class Pass(msgspec.Struct, frozen=True, tag_field="do", tag="walk"):
    """Somebody, or something, at the door."""

    way: Way


class Cable(msgspec.Struct, frozen=True, tag_field="do", tag="cable"):
    """Pull a cable or plug it in."""

    name: CableName
    plugged: bool


class Trouble(msgspec.Struct, frozen=True, tag_field="do", tag="trouble"):
    """Make trouble, or let it end."""

    name: TroubleName
    on: bool


Action = Lay | PullAway | Show | Scan | Take | ClearTable | Pass | Cable | Trouble
