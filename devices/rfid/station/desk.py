"""The work at the station: a tag is looked at, planned for, logged, written, and finished or given back.

Everything here happens at once and to one tag. Which tag, and when, is decided in :mod:`devices.rfid.station.machine`
and :mod:`devices.rfid.station.batch`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict

import msgspec

from devices.rfid.errors import EncodeError
from devices.rfid.port import Interrupted, PortLost
from devices.rfid.station import image
from devices.rfid.station.held import Held
from devices.rfid.station.image import Plan, Wish
from devices.rfid.station.log import Begun, End, Ended, Log, Turned, Why
from devices.rfid.station.steps import Result, Sight
from devices.rfid.station.tagger import Failed, Gate, Hand, Trouble
from devices.rfid.tags.content import Model, TagContent, problem


class Desk:
    """``tagger`` is set by whoever finds the reader; ``now`` gives the local time as text for the log."""

    def __init__(self, log: Log, wish: Wish, gate: Gate, now: Callable[[], str]) -> None:
        self.tagger: Hand | None = None
        self._log = log
        self._wish = wish
        self._gate = gate
        self._now = now
        self._plans: dict[str, tuple[Held, Plan]] = {}

    @property
    def half(self) -> frozenset[str]:
        """Tags that may hold half of a content, by the log."""
        return frozenset(self._log.story.open)

    def look_for_item(self, uid: str, item: str, part: int, parts: int) -> Sight:
        """Look at a tag, and plan it for this item."""
        return self._look(uid, lambda now: image.for_item(self._wish, now, item, part, parts))

    def look_to_convert(self, uid: str) -> Sight:
        """Look at a tag, and plan the same item in the model wished for."""
        return self._look(uid, lambda now: image.in_place_of(self._wish, now))

    def write(self, uid: str, why: Why) -> Result:
        """Carry out the plan that the last look made for this tag."""
        now, plan = self._plans.pop(uid)
        row = Begun(
            number=self._log.story.next_number, at=self._now(), uid=uid, why=why, before=now, after=plan.after,
            item=plan.item, part=plan.part, parts=plan.parts,
        )  # fmt: skip
        self._log.add(row)
        return self._carry_out(row, now)

    def finish(self, uid: str) -> Result:
        """A tag that was left half-way is seen again: make it whole."""
        row = self._log.story.open.get(uid)
        if row is None:
            return Result(ok=True)
        try:
            now = self._need.look(uid)
        except (PortLost, Interrupted):
            return _lost(row)
        if isinstance(now, Failed):
            return _half(row, now)
        content = now.content
        known = {held.content.item_id for held in (row.before, row.after)}
        if not problem(content) and content.item_id not in known:
            self._end(row, End.OVERTAKEN)
            why = "Somebody has written another item to this tag since; it was left alone."
            return Result(ok=False, why=why, **_of(row))
        return self._carry_out(row, now)

    def turn(self, uid: str) -> None:
        """A tag that was left half-way is to get its old content back when it is seen again."""
        row = self._log.story.open.get(uid)
        if row is not None:
            self._log.add(Turned(number=row.number, at=self._now()))

    def undo(self, uid: str) -> Result:
        """Write back what a tag held before it was last written here."""
        open_row = self._log.story.open.get(uid)
        if open_row is not None:
            if open_row.why is not Why.UNDO:
                self.turn(uid)
            done = self.finish(uid)
            ok = done.given_back or (done.ok and open_row.why is Why.UNDO)
            return msgspec.structs.replace(done, ok=ok, undo=True)
        row = self._log.story.undoable(uid)
        if row is None:
            return Result(ok=False, why="This tag was not written by this station, or it has been undone already.")
        now = self._need.look(uid)
        if isinstance(now, Failed):
            return Result(ok=False, left=now.trouble is Trouble.LEFT, why=now.sentence, **_of(row))
        before, after = row.before, row.after
        if now.memory != after.memory:
            if now.memory != after.turned.memory:
                why = "The tag holds something else than was written here, so it was left alone."
                return Result(ok=False, why=why, **_of(row))
            before = before.turned  # this reader hands out every block the other way round
        # Only what was changed is changed back: an item lent since keeps its alarm off.
        afi = before.afi if after.afi is not None and now.afi == after.afi else None
        eas = before.eas if after.eas is not None and now.eas == after.eas else None
        dsfid = before.dsfid if after.dsfid is not None else None
        back = msgspec.structs.replace(before, afi=afi, eas=eas, dsfid=dsfid)
        begun = Begun(
            number=self._log.story.next_number, at=self._now(), uid=uid, why=Why.UNDO, before=now, after=back,
            item=row.item, part=row.part, parts=row.parts, undoes=row.number,
        )  # fmt: skip
        self._log.add(begun)
        return msgspec.structs.replace(self._carry_out(begun, now), undo=True)

    @property
    def _need(self) -> Hand:
        if self.tagger is None:
            raise PortLost("No reader is there.")
        return self.tagger

    def _look(self, uid: str, make: Callable[[Held], Plan]) -> Sight:
        now = self._need.look(uid)
        if isinstance(now, Failed):
            return Sight(left=now.trouble is Trouble.LEFT, refused=now.sentence)
        content = now.content
        there, blank = described(content), content.model is Model.BLANK
        try:
            plan = make(now)
        except EncodeError as error:
            return Sight(there=there, blank=blank, refused=str(error))
        plan = replace(plan, after=self._need.secured(now, plan.after, self._gate))
        self._plans[uid] = (now, plan)
        lost = " ".join(f"Left out: {one}." for one in plan.lost)
        of = _Of(item=plan.item, part=plan.part, parts=plan.parts)
        return Sight(there=there, blank=blank, same=now.meets(plan.after), lost=lost, **of)

    def _carry_out(self, row: Begun, now: Held) -> Result:
        """Write, or give back; the log knows how far it came, whatever happens."""
        story = self._log.story
        try:
            if not story.is_turned(row.number):
                failed = self._need.write(row.uid, now, row.after)
                if failed is None:
                    self._end(row, End.DONE)
                    return Result(ok=True, **_of(row))
                if failed.trouble is Trouble.LEFT:
                    return _half(row, failed)
                self.turn(row.uid)
            else:
                failed = None
            found = self._need.look(row.uid)
            again = found if isinstance(found, Failed) else self._need.write(row.uid, found, row.before)
        except (PortLost, Interrupted):
            return _lost(row)
        if again is None:
            self._end(row, End.GIVEN_BACK)
            why = failed.sentence if failed else ""
            return Result(ok=False, given_back=True, why=why, **_of(row))
        return _half(row, again if again.trouble is Trouble.LEFT else failed or again)

    def _end(self, row: Begun, end: End) -> None:
        for number in self._log.story.siblings(row):
            self._log.add(Ended(number=number, at=self._now(), end=end))


def _half(row: Begun, failed: Failed) -> Result:
    left = failed.trouble is Trouble.LEFT
    return Result(ok=False, half=True, left=left, why=failed.sentence, **_of(row))


def _lost(row: Begun) -> Result:
    why = "The reader was lost in the middle of it: lay the tag down again when the reader is back."
    return Result(ok=False, half=True, left=True, why=why, **_of(row))


class _Of(TypedDict):
    item: str
    part: int
    parts: int


def _of(row: Begun) -> _Of:
    return _Of(item=row.item, part=row.part, parts=row.parts)


def described(content: TagContent) -> str:
    """What is on a tag, in a few words."""
    if content.model is Model.BLANK:
        return "nothing"
    if problem(content):
        return f"{content.model.value} without a readable item"
    kind = "a patron's card" if content.is_card else f"item {content.item_id}"
    parts = f", part {content.part} of {content.parts}" if content.parts > 1 else ""
    return f"{kind}{parts}{f' of {content.isil}' if content.isil else ''} ({content.model.value})"
