"""The families of readers that every scenario is played with. A new one: its class here, and its line in ``DESKS``.

Tags are numbers in a scenario; a desk knows what tag a number is in the emulated field, and what the driver calls it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from devices.emulators import desks
from devices.emulators.desks import item_id
from devices.emulators.field import TagState
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import Usage

__all__ = ["DESKS", "Desk", "HfDesk", "UhfDesk", "item_id"]


class Desk(Protocol):
    """A family of readers, with its kind of tags."""

    protocol: str
    #: Codes by which a fault finds the command that reads a tag's content, writes its alarm, and reads that back.
    read_code: int
    write_code: int
    verify_code: int
    #: The content lies in the tag's memory, and a tag that answers nothing cannot be read; not in the inventory.
    content_apart: bool
    #: Its tags can say which part of how many they are, and that they are a patron's card.
    rich: bool
    #: A name heard twice in one inventory is still one tag; for UHF it may be two, and neither is written to.
    twice_is_one: bool
    #: A tag heard once has arrived; for UHF it may be a neighbour's.
    once_is_enough: bool
    #: How many tags are thrown at the pad, and how many of them are certain to be told of.
    crowd: int
    most: int
    #: Speed of the line (baud) with very many tags, and so many times faster than they are, so that it ends today.
    crowd_baud: int
    crowd_speed: float

    def key(self, number: int) -> str:
        """The tag in the emulated field."""
        ...

    def uid(self, number: int) -> str:
        """The same tag as the driver names it."""
        ...

    def tag(self, number: int, part: int = 1, parts: int = 1, usage: Usage = ..., **state: Any) -> TagState:
        """A tag that holds item :func:`item_id` of its number, its alarm on; ``state``: fields of ``TagState``."""
        ...

    def armed(self, tag: TagState) -> bool | None:
        """Whether a gate would ring; ``None``: it holds neither value."""
        ...

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        """How a site would have it."""
        ...


@dataclass(frozen=True)
class HfDesk(desks.HfDesk):
    """ISO 15693 tags in ISO 28560-3, the alarm in the AFI. ``protocol`` may name a model behind a hyphen."""

    read_code: int
    write_code: int
    verify_code: int
    most: int
    crowd_baud: int = 115200
    crowd: int = 500
    crowd_speed: float = 4.0
    content_apart: bool = True
    rich: bool = True
    twice_is_one: bool = True
    once_is_enough: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.protocol

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        return ReaderSettings(port=port, protocol=self.protocol.partition("-")[0], baud=baud, **self.more)


@dataclass(frozen=True)
class UhfDesk(desks.UhfDesk):
    """Gen2 tags in Dortmund's layout, the alarm in a bit of the EPC."""

    read_code: int
    write_code: int
    verify_code: int
    most: int = 500
    crowd_baud: int = 115200
    crowd: int = 500
    crowd_speed: float = 8.0
    content_apart: bool = False
    rich: bool = False
    twice_is_one: bool = False
    once_is_enough: bool = False

    def __str__(self) -> str:
        return self.protocol


DESKS: list[Desk] = [
    HfDesk("m3", read_code=0x02, write_code=0x09, verify_code=0x0A, most=255),
    UhfDesk("m100", read_code=0x39, write_code=0x49, verify_code=0x39),
    # It looks for a second, and begins anew each time.
    HfDesk("feig", read_code=0x23, write_code=0x27, verify_code=0x2B, most=105),
    # An inventory of 0.3 s hears 32 tags of a crowd, each time others.
    UhfDesk("chafon288", read_code=0x02, write_code=0x03, verify_code=0x02, crowd=100, most=60, twice_is_one=True),
    UhfDesk("a0", read_code=0x81, write_code=0x82, verify_code=0x81, crowd=100, most=100),
]
