"""The tagging station as one total function: ``step(state, event, rules) -> (state, actions)``.

This file knows no reader, no log, no terminal and no clock. It decides when a tag may be written.

The rules that matter:

* a tag is written only when an item was scanned and exactly one tag lies on the pad, the one that was looked at for
  this item; the inventory that proves it is the last thing before the write;
* what is on a tag is overwritten only after a yes (or with ``overwrite``);
* a tag that was dealt with is not looked at again before it has been taken away, so the next barcode never goes on
  the last item's tag;
* a tag left half-way comes first: it is finished the moment it is seen, and until then its item gets no other tag;
* *done* is said of what was read back, never of what was written.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from devices.rfid.station.steps import (
    Abandon,
    Action,
    Answered,
    Event,
    Finish,
    GiveBack,
    Look,
    Looked,
    News,
    ReaderGone,
    Result,
    Round,
    Scanned,
    Sight,
    Skipped,
    Tell,
    UndoWanted,
    Write,
    Wrote,
)


class Phase(enum.Enum):
    """What the station waits for."""

    SCAN = "scan"  # a barcode
    LAY = "lay"  # the item's tag
    LOOK = "look"  # what is on it
    ASK = "ask"  # a yes, before something is overwritten
    READY = "ready"  # the inventory that proves that it still lies there alone
    WRITE = "write"  # the end of a write
    UNDO = "undo"  # the tag that is to be undone


@dataclass(frozen=True, slots=True)
class Rules:
    """``overwrite``: do not ask. ``dry``: write nothing."""

    overwrite: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """``uid`` is the tag being dealt with, ``owed`` the half-written one of this item.

    ``resting`` tags have been dealt with and are still on the pad; ``half`` ones are to be finished when seen.
    ``told`` is what was last said about the pad, so that it is said once.
    """

    phase: Phase = Phase.SCAN
    item: str = ""
    part: int = 1
    parts: int = 1
    uid: str = ""
    owed: str = ""
    resting: frozenset[str] = frozenset()
    half: frozenset[str] = frozenset()
    told: Tell | None = None


Step = tuple[State, list[Action]]


def step(state: State, event: Event, rules: Rules) -> Step:
    """What follows from ``event``. Never raises; what does not fit changes nothing."""
    match event:
        case Scanned():
            return _scanned(state, event)
        case Round(here, seen):
            return _round(replace(state, resting=state.resting & here), here, seen)
        case Looked(uid, sight) if state.phase is Phase.LOOK and uid == state.uid:
            return _looked(state, sight, rules)
        case Answered(yes) if state.phase is Phase.ASK:
            if yes:
                return replace(state, phase=Phase.READY), []
            return _rest(state), [_tell(state, News.KEPT)]
        case Wrote(uid, result) if state.phase is Phase.WRITE and uid == state.uid:
            return _wrote(state, result)
        case UndoWanted(uid, item) if state.phase is not Phase.WRITE:
            undo = replace(_idle(state), phase=Phase.UNDO, uid=uid)
            return undo, [*_left_incomplete(state), Tell(News.UNDO, uid, item)]
        case Skipped():
            return _skipped(state)
        case ReaderGone() if state.phase in (Phase.LOOK, Phase.ASK, Phase.READY):
            return replace(state, phase=Phase.LAY, uid="", told=None), []
        case _:
            return state, []


def _scanned(state: State, event: Scanned) -> Step:
    if state.phase is Phase.WRITE:
        return state, [Tell(News.BUSY, item=event.item)]
    if event.refused:
        return state, [Tell(News.REFUSED_CODE, item=event.item, why=event.refused)]
    if event.item == state.item and state.phase is not Phase.UNDO:
        return state, []  # the scanner read the same label once more
    if state.owed:
        return state, [_tell(state, News.OTHER_TAG, uid=state.owed)]
    now = replace(_idle(state), phase=Phase.LAY, item=event.item, parts=max(1, event.parts))
    actions: list[Action] = list(_left_incomplete(state))
    if event.before:
        actions.append(_tell(now, News.BEFORE, why=event.before))
    return now, [*actions, _tell(now, News.SCANNED)]


def _round(state: State, here: frozenset[str], seen: frozenset[str]) -> Step:
    if state.phase in (Phase.LOOK, Phase.WRITE):
        return state, []
    if state.phase is Phase.UNDO and state.uid in seen:
        return replace(state, phase=Phase.WRITE, told=None), [GiveBack(state.uid)]
    broken = sorted((state.half & seen) - state.resting)
    if broken:
        return replace(state, phase=Phase.WRITE, uid=broken[0], told=None), [Finish(broken[0])]
    if state.phase is Phase.UNDO:
        return state, []
    if not here or state.phase is Phase.SCAN:
        calm = replace(state, phase=Phase.SCAN if state.phase is Phase.SCAN else Phase.LAY, uid="")
        if here - state.resting:
            return _once(calm, Tell(News.NOTHING_SCANNED, why=", ".join(sorted(here - state.resting))))
        return replace(calm, told=None), []
    if here != seen:
        # Somebody is laying down or taking away; the next rounds will show what stays.
        return replace(state, phase=Phase.LAY if len(here) > 1 else state.phase), []
    if len(here) > 1:
        return _once(replace(state, phase=Phase.LAY, uid=""), _tell(state, News.TWO_TAGS, why=", ".join(sorted(here))))
    (uid,) = here
    if uid in state.resting:
        return _once(replace(state, phase=Phase.LAY, uid=""), _tell(state, News.TAKE_AWAY, uid=uid))
    if state.owed:
        return _once(replace(state, phase=Phase.LAY, uid=""), _tell(state, News.OTHER_TAG, uid=state.owed))
    if state.phase is Phase.ASK and uid == state.uid:
        return state, []
    if state.phase is Phase.READY and uid == state.uid:
        return replace(state, phase=Phase.WRITE), [Write(uid)]
    looking = replace(state, phase=Phase.LOOK, uid=uid, told=None)
    return looking, [Look(uid, state.item, state.part, state.parts)]


def _looked(state: State, sight: Sight, rules: Rules) -> Step:
    if sight.left:
        return replace(state, phase=Phase.LAY, uid=""), []
    if sight.refused:
        return _rest(state), [_tell(state, News.REFUSED, why=sight.refused, there=sight.there)]
    if sight.same:
        return _next(state, News.ALREADY)
    if rules.dry:
        return _next(state, News.WOULD_WRITE, there=sight.there)
    if not sight.blank and not rules.overwrite:
        return replace(state, phase=Phase.ASK), [_tell(state, News.ASK, there=sight.there)]
    return replace(state, phase=Phase.READY), []


def _wrote(state: State, result: Result) -> Step:
    uid = state.uid
    mine = bool(state.item) and (result.item, result.part) == (state.item, state.part)
    still = replace(state, half=state.half - {uid}, owed="" if state.owed == uid else state.owed)
    about = Tell(News.FAILED, uid, result.item, result.part, result.parts, result.why)
    if result.half:
        half = replace(
            _rest(state), half=state.half | {uid}, owed=uid if mine else state.owed,
            resting=state.resting - {uid} if result.left else state.resting | {uid},
        )  # fmt: skip
        return half, [replace(about, news=News.HALF)]
    if result.left:
        return replace(_rest(still), resting=state.resting - {uid}), [about]
    if result.undo and result.ok:
        return _rest(still), [replace(about, news=News.UNDONE)]
    if result.ok and mine:
        return _next(still, News.FINISHED if uid in state.half else News.DONE)
    if result.ok:
        return _rest(still), [replace(about, news=News.FINISHED)]
    if result.given_back and not result.why:
        return _rest(still), [replace(about, news=News.GIVEN_BACK)]
    return _rest(still), [about]


def _skipped(state: State) -> Step:
    match state.phase:
        case Phase.WRITE:
            return state, [Tell(News.BUSY)]
        case Phase.UNDO:
            return _idle(state), [Tell(News.CANCELLED)]
        case Phase.SCAN:
            return state, []
        case _ if state.owed:
            free = replace(state, phase=Phase.LAY, uid="", owed="", told=None)
            return free, [Abandon(state.owed), _tell(free, News.ABANDONED, uid=state.owed)]
        case _:
            resting = state.resting | ({state.uid} if state.uid else frozenset())
            return replace(_idle(state), resting=resting), [_tell(state, News.CANCELLED), *_left_incomplete(state)]


def _next(state: State, news: News, there: str = "") -> Step:
    """This part is done; the next one, or the next item."""
    rest = state.resting | {state.uid}
    said = _tell(state, news, there=there)
    if state.part < state.parts:
        now = replace(state, phase=Phase.LAY, part=state.part + 1, uid="", resting=rest, told=None)
        return now, [said, _tell(now, News.SCANNED)]
    return replace(_idle(state), resting=rest), [said]


def _rest(state: State) -> State:
    """This tag has been dealt with; the item goes on waiting for one."""
    phase = Phase.LAY if state.item else Phase.SCAN
    return replace(state, phase=phase, uid="", resting=state.resting | {state.uid}, told=None)


def _idle(state: State) -> State:
    return State(resting=state.resting, half=state.half)


def _left_incomplete(state: State) -> list[Action]:
    """A set that was begun and is left: somebody should know."""
    return [_tell(state, News.INCOMPLETE)] if state.item and state.part > 1 else []


def _once(state: State, tell: Tell) -> Step:
    if tell == state.told:
        return state, []
    return replace(state, told=tell), [tell]


def _tell(state: State, news: News, *, uid: str = "", why: str = "", there: str = "") -> Tell:
    return Tell(news, uid or state.uid, state.item, state.part, state.parts, why, there)
