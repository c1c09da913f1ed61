"""A shelf's machine: each tag once and to its end, several at a time, and every one counted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.station.batch import Rules, State, step
from devices.rfid.station.steps import Action, Finish, GiveBack, Look, Looked, Result, Round, Sight, Tell, Write, Wrote

A, B, C = "E004010031230A01", "E004010031230B02", "E004010031230C03"


SIGHTS = st.builds(Sight, same=st.booleans(), left=st.booleans(), refused=st.sampled_from(["", "x"]))


def rounds(*uids: str) -> Round:
    return Round(frozenset(uids), frozenset(uids))


def test_tags_laid_down_together_are_dealt_with_one_after_the_other() -> None:
    state, asked = step(State(), rounds(A, B), Rules())
    assert asked == [Look(A)]
    state, asked = step(state, Looked(A, Sight(there="item 1", item="1")), Rules())
    assert asked == [Write(A)]
    assert step(state, rounds(A, B), Rules())[1] == []
    state, _ = step(state, Wrote(A, Result(ok=True)), Rules())
    assert step(state, rounds(A, B), Rules())[1] == [Look(B)]


def test_a_tag_left_half_way_is_finished_when_it_is_seen_again() -> None:
    state = State(busy=A)
    state, _ = step(state, Wrote(A, Result(ok=False, half=True, left=True)), Rules())
    assert (state.half, state.failed) == ({A}, {A})
    state, asked = step(state, rounds(A), Rules())
    assert asked == [Finish(A)]
    state, _ = step(state, Wrote(A, Result(ok=True)), Rules())
    assert (state.half, state.failed, state.done) == (frozenset(), frozenset(), {A})


def test_what_was_undone_is_not_undone_further() -> None:
    rules = Rules(undo=True, only=frozenset({A}))
    state, asked = step(State(), rounds(A, B), rules)
    assert asked == [GiveBack(A)]
    state, _ = step(state, Wrote(A, Result(ok=True, undo=True)), rules)
    state, _ = step(state, rounds(), rules)
    assert step(state, rounds(A, B), rules)[1] == []


def test_a_dry_run_writes_nothing() -> None:
    state, _ = step(State(), rounds(A), Rules(dry=True))
    state, asked = step(state, Looked(A, Sight(there="item 1")), Rules(dry=True))
    assert all(isinstance(action, Tell) for action in asked)


@settings(max_examples=100)
@given(st.data(), st.booleans(), st.booleans())
def test_every_tag_is_in_one_count_at_most_and_written_only_after_a_look(
    data: st.DataObject, undo: bool, dry: bool
) -> None:
    rules = Rules(undo=undo, dry=dry)
    state = State()
    waiting: Action | None = None
    for _ in range(data.draw(st.integers(1, 30))):
        if isinstance(waiting, Look) and data.draw(st.booleans()):
            sight = data.draw(SIGHTS)
            state, asked = step(state, Looked(waiting.uid, sight), rules)
            assert not any(isinstance(action, Write) and (sight.refused or sight.left or dry) for action in asked)
        elif isinstance(waiting, Write | Finish | GiveBack) and data.draw(st.booleans()):
            ok = data.draw(st.booleans())
            state, asked = step(state, Wrote(waiting.uid, Result(ok=ok, half=not ok)), rules)
            assert (waiting.uid in state.done) is ok
        else:
            state, asked = step(state, rounds(*data.draw(st.frozensets(st.sampled_from([A, B, C])))), rules)
            assert waiting is None or not any(not isinstance(action, Tell) for action in asked)
        work = [action for action in asked if not isinstance(action, Tell)]
        assert len(work) <= 1
        if work:
            waiting = work[0]
        elif not state.busy:
            waiting = None
        assert not state.done & state.failed
        assert not state.skipped & (state.done | state.failed)
