"""A whole shelf: every tag laid down, one or several at once, is converted (or undone), and counted.

One total function over a frozen state, as :mod:`devices.rfid.station.machine`; it knows no reader and no log. One tag
is dealt with at a time, and to its end: a tag left half-way is finished, or given back, when it is seen again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.rfid.station.steps import (
    Action,
    Event,
    Finish,
    GiveBack,
    Look,
    Looked,
    News,
    Result,
    Round,
    Sight,
    Tell,
    Write,
    Wrote,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """``undo``: give every tag its old content back; those in ``only``, if it names any. ``dry``: write nothing."""

    undo: bool = False
    only: frozenset[str] = frozenset()
    dry: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """``busy`` is the tag being dealt with; ``resting`` ones have been and still lie there.

    ``done``, ``skipped`` and ``failed`` hold each tag once, by how it ended last.
    """

    busy: str = ""
    resting: frozenset[str] = frozenset()
    half: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


Step = tuple[State, list[Action]]


def step(state: State, event: Event, rules: Rules) -> Step:
    """What follows from ``event``. Never raises; what does not fit changes nothing."""
    match event:
        case Round(here, seen):
            return _round(replace(state, resting=state.resting & here), seen, rules)
        case Looked(uid, sight) if uid == state.busy:
            return _looked(state, sight, rules)
        case Wrote(uid, result) if uid == state.busy:
            return _wrote(state, result, rules)
        case _:
            return state, []


def _round(state: State, seen: frozenset[str], rules: Rules) -> Step:
    if state.busy:
        return state, []
    new = sorted(seen - state.resting)
    broken = [uid for uid in new if uid in state.half]
    if broken and not rules.undo:
        return replace(state, busy=broken[0]), [Finish(broken[0])]
    if rules.undo:
        # What was undone stays so: another round must not undo what was before it.
        wanted = [uid for uid in new if uid not in state.done and (not rules.only or uid in rules.only)]
        return (replace(state, busy=wanted[0]), [GiveBack(wanted[0])]) if wanted else (state, [])
    return (replace(state, busy=new[0]), [Look(new[0])]) if new else (state, [])


def _looked(state: State, sight: Sight, rules: Rules) -> Step:
    uid = state.busy
    about = Tell(News.SKIPPED, uid, sight.item, sight.part, sight.parts, sight.refused, sight.there)
    if sight.left:
        return replace(state, busy=""), []
    if sight.refused:
        return _count(state, skipped=True), [about]
    if sight.same:
        if uid in state.done:  # laid down once more: it has been counted
            return _count(state, done=True), []
        return _count(state, skipped=True), [replace(about, news=News.ALREADY)]
    losing: list[Action] = [replace(about, news=News.LOSES, why=sight.lost)] if sight.lost else []
    if rules.dry:
        return _count(state, done=True), [*losing, replace(about, news=News.WOULD_WRITE)]
    return state, [*losing, Write(uid)]


def _wrote(state: State, result: Result, rules: Rules) -> Step:
    uid = state.busy
    about = Tell(News.FAILED, uid, result.item, result.part, result.parts, result.why)
    if result.half:
        half = replace(_count(state), half=state.half | {uid})
        resting = state.resting - {uid} if result.left else half.resting
        return replace(half, resting=resting), [replace(about, news=News.HALF)]
    if result.left:
        return replace(state, busy=""), []
    finished = replace(state, half=state.half - {uid})
    if not result.ok:
        news = News.GIVEN_BACK if result.given_back and not result.why else News.FAILED
        return _count(finished), [replace(about, news=news)]
    news = News.UNDONE if rules.undo else News.FINISHED if uid in state.half else News.DONE
    return _count(finished, done=True), [replace(about, news=news)]


def _count(state: State, *, done: bool = False, skipped: bool = False) -> State:
    """The tag has been dealt with; it ended so."""
    uid = state.busy
    rest = State("", state.resting | {uid}, state.half, state.done - {uid}, state.skipped - {uid}, state.failed - {uid})
    if done:
        return replace(rest, done=rest.done | {uid})
    if skipped:
        return replace(rest, skipped=rest.skipped | {uid})
    return replace(rest, failed=rest.failed | {uid})
