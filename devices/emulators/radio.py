"""What a reader hears of the field: tags that answer, those that do not, and those pulled away at the wrong moment.

Firmwares of HF and of UHF readers ask the field through this, so that every fault of a tag is the same in all of them:
dead and weak tags, a UID listed twice, a tag that vanishes behind an inventory or before a command.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

from devices.emulators.faults import Fault, Faults
from devices.emulators.field import Field, Kind, TagState


class Refusal(enum.Enum):
    """Why an access came to nothing."""

    NO_SUCH_MEMORY = enum.auto()
    LOCKED = enum.auto()
    NOT_WRITTEN = enum.auto()
    UNABLE = enum.auto()  # the chip knows no such command


class Radio:
    """One antenna over a field, for tags of one kind."""

    def __init__(self, field: Field, faults: Faults, kind: Kind = Kind.HF) -> None:
        self._field = field
        self._faults = faults
        self._kind = kind

    def inventory(
        self, wanted: Callable[[TagState], bool] = lambda _: True, limit: int | None = None
    ) -> tuple[TagState, ...]:
        """Tags that an inventory lists, ``limit`` at most; a duplicate is there twice.

        Dead tags are listed (their memory is what has died), weak ones by chance. What vanishes is gone behind it.
        """
        heard = tuple(
            tag for tag in self._field.on_pad if tag.kind is self._kind and wanted(tag) and self._reached(tag)
        )
        heard = heard[:limit]
        self._field.inventoried()
        twice = heard and self._faults.strikes(Fault.DUPLICATE_UID)
        self._vanish(heard)
        return (heard[0], *heard)[:limit] if twice else heard

    def tag(self, uid: str, command: int) -> TagState | None:
        """The tag, if it answers this command now; ``command`` is the code that fault orders name."""
        tag = self._field.find(uid)
        if tag is None or not tag.on_pad or tag.kind is not self._kind:
            return None
        if self._faults.strikes(Fault.VANISH_BEFORE, command, tag.uid):
            self._field.take(tag.uid)
            return None
        return tag if not tag.dead and self._reached(tag) else None

    def _reached(self, tag: TagState) -> bool:
        # Chance is asked for weak tags only, so that one of them does not change what befalls a field without.
        return tag.reach >= 1 or self._faults.chance.random() < tag.reach

    def _vanish(self, heard: tuple[TagState, ...]) -> None:
        order = self._faults.on(Fault.VANISH)
        gone = [tag for tag in heard if order and order.uid.upper() in ("", tag.uid)]
        if gone and self._faults.strikes(Fault.VANISH):
            self._field.take(self._faults.chance.choice(gone).uid)
