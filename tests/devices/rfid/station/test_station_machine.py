"""The station's machine: never a write without a scan and exactly one tag, never "done" without a read-back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.station.machine import Phase, Rules, State, step
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

A, B = "E004010031230A01", "E004010031230B02"
BLANK = Sight(there="nothing", blank=True)
FULL = Sight(there="item 7")


@dataclass
class Station:
    """The machine, and all it asked for."""

    rules: Rules = field(default_factory=Rules)
    state: State = field(default_factory=State)
    asked: list[Action] = field(default_factory=list)

    def __call__(self, event: Event) -> list[Action]:
        self.state, actions = step(self.state, event, self.rules)
        self.asked += actions
        return actions

    def lay(self, *uids: str) -> list[Action]:
        return self(Round(frozenset(uids), frozenset(uids)))

    def news(self, event: Event) -> list[News]:
        return [action.news for action in self(event) if isinstance(action, Tell)]


def laid(sight: Sight = BLANK, parts: int = 1) -> Station:
    """A station where BK1 was scanned, tag A laid down and looked at."""
    station = Station()
    station(Scanned("BK1", parts=parts))
    station.lay(A)
    station(Looked(A, sight))
    return station


def test_a_blank_tag_is_written_after_the_inventory_that_shows_it_alone() -> None:
    station = Station()
    station(Scanned("BK1"))
    assert station.lay(A) == [Look(A, "BK1")]
    assert station(Looked(A, BLANK)) == []
    assert station.lay(A) == [Write(A)]
    assert station.news(Wrote(A, Result(ok=True, item="BK1"))) == [News.DONE]
    assert station.state.phase is Phase.SCAN


def test_a_second_tag_that_comes_before_the_write_stops_it() -> None:
    station = laid()
    assert [action.news for action in station.lay(A, B) if isinstance(action, Tell)] == [News.TWO_TAGS]
    assert station.lay(A) == [Look(A, "BK1")]


def test_another_tag_than_the_one_looked_at_is_looked_at_first() -> None:
    station = laid()
    assert station.lay(B) == [Look(B, "BK1")]


def test_a_tag_missed_for_a_round_is_neither_gone_nor_written() -> None:
    station = laid()
    assert station(Round(frozenset({A}), frozenset())) == []
    assert station.lay(A) == [Write(A)]


def test_what_is_on_a_tag_is_shown_and_overwritten_only_after_a_yes() -> None:
    station = laid(FULL)
    (ask,) = [action for action in station.asked if isinstance(action, Tell) and action.news is News.ASK]
    assert ask.there == "item 7"
    assert station.lay(A) == []
    station(Answered(True))
    assert station.lay(A) == [Write(A)]


def test_after_a_no_the_item_waits_for_another_tag() -> None:
    station = laid(FULL)
    assert station.news(Answered(False)) == [News.KEPT]
    assert [action.news for action in station.lay(A) if isinstance(action, Tell)] == [News.TAKE_AWAY]
    assert station.lay(B) == [Look(B, "BK1")]


def test_the_question_is_void_when_its_tag_is_taken_away() -> None:
    station = laid(FULL)
    station.lay()
    assert station(Answered(True)) == []
    assert station.lay(A) == [Look(A, "BK1")]


def test_the_tag_just_written_does_not_get_the_next_barcode() -> None:
    station = laid()
    station.lay(A)
    station(Wrote(A, Result(ok=True, item="BK1")))
    station(Scanned("BK2"))
    assert not any(isinstance(action, Look) for action in station.lay(A))
    station.lay()
    assert station.lay(A) == [Look(A, "BK2")]


def test_a_set_asks_for_its_next_tag_and_says_when_it_is_left() -> None:
    station = laid(parts=3)
    station.lay(A)
    assert station.news(Wrote(A, Result(ok=True, item="BK1"))) == [News.DONE, News.SCANNED]
    station.lay()
    assert station.lay(B) == [Look(B, "BK1", 2, 3)]
    assert station.news(Scanned("BK2")) == [News.INCOMPLETE, News.SCANNED]


def test_a_tag_pulled_away_half_written_is_finished_and_no_other_takes_its_item() -> None:
    station = laid()
    station.lay(A)
    assert station.news(Wrote(A, Result(ok=False, half=True, left=True, item="BK1"))) == [News.HALF]
    station.lay()
    assert [action.news for action in station.lay(B) if isinstance(action, Tell)] == [News.OTHER_TAG]
    station.lay()
    assert station.lay(A) == [Finish(A)]
    assert station.news(Wrote(A, Result(ok=True, item="BK1"))) == [News.FINISHED]
    assert station.state.phase is Phase.SCAN


def test_skip_lets_go_of_the_half_written_tag_for_another() -> None:
    station = laid()
    station.lay(A)
    station(Wrote(A, Result(ok=False, half=True, left=True, item="BK1")))
    assert Abandon(A) in station(Skipped())
    station.lay()
    assert station.lay(B) == [Look(B, "BK1")]


def test_undo_waits_for_its_tag() -> None:
    station = Station()
    station(UndoWanted(A, "BK1"))
    assert station.lay(B) == []
    assert station.lay(A, B) == [GiveBack(A)]
    assert station.news(Wrote(A, Result(ok=True, undo=True, item="BK1"))) == [News.UNDONE]


def test_an_undo_that_is_let_go_does_not_free_the_tag_for_the_next_barcode() -> None:
    station = laid()
    station.lay(A)
    station(Wrote(A, Result(ok=True, item="BK1")))
    station(UndoWanted(A, "BK1"))
    station(Scanned("BK2"))
    assert not any(isinstance(action, Look) for action in station.lay(A))


def test_a_code_that_no_tag_can_hold_is_refused_at_once() -> None:
    station = Station()
    assert station.news(Scanned("x" * 99, refused="too long")) == [News.REFUSED_CODE]
    assert station.lay(A)[0] == Tell(News.NOTHING_SCANNED, why=A)


def test_a_label_read_twice_is_scanned_once() -> None:
    station = laid()
    assert station(Scanned("BK1")) == []
    assert station.lay(A) == [Write(A)]


UIDS = st.sampled_from([A, B])
SEEN = st.frozensets(UIDS)
#: What mostly happens, and so is drawn mostly: one tag lies there, and goes on lying there.
ONE, OTHER = Round(frozenset({A}), frozenset({A})), Round(frozenset({B}), frozenset({B}))
EVENTS = st.one_of(
    st.sampled_from([ONE, ONE, ONE, OTHER]),
    st.just(ONE),
    st.builds(Scanned, st.sampled_from(["BK1", "BK2"]), parts=st.integers(1, 2)),
    st.builds(Answered, st.booleans()),
    st.builds(lambda here, seen: Round(here | seen, seen), SEEN, SEEN),
    SEEN.map(lambda seen: Round(seen, seen)),
    st.one_of(st.builds(UndoWanted, UIDS, st.just("BK1")), st.just(Skipped()), st.just(ReaderGone())),
)
SIGHTS = st.one_of(
    st.sampled_from([BLANK, FULL]),
    st.builds(Sight, blank=st.booleans(), same=st.booleans(), left=st.booleans(), refused=st.sampled_from(["", "no"])),
)
RESULTS = st.builds(
    Result, ok=st.booleans(), half=st.booleans(), left=st.booleans(), given_back=st.booleans(), undo=st.booleans(),
    item=st.sampled_from(["BK1", "BK2"]), part=st.integers(1, 2),
)  # fmt: skip


@settings(max_examples=150)
@given(st.data(), st.booleans(), st.booleans())
def test_never_a_write_without_a_scan_and_one_tag_and_never_done_without_a_read_back(
    data: st.DataObject, overwrite: bool, dry: bool
) -> None:
    """Whatever comes in whatever order; what the machine asks for is answered sooner or later, or too late."""
    rules = Rules(overwrite=overwrite, dry=dry)
    state, _ = step(State(), Scanned("BK1", parts=2), rules)
    open_asks: list[Action] = []
    looked: tuple[str, str, int] | None = None  # the look that would allow a write: tag, item, part
    allowed = False
    written: set[str] = set()  # and still lying there
    for _ in range(data.draw(st.integers(1, 40))):
        if open_asks and data.draw(st.sampled_from([True, True, False])):
            ask = open_asks.pop()
            event: Event = (
                Looked(ask.uid, data.draw(SIGHTS))
                if isinstance(ask, Look)
                else Wrote(ask.uid, _sane(data.draw(RESULTS)))  # type: ignore[union-attr]
            )
        else:
            event = data.draw(EVENTS)
        before = state
        state, actions = step(state, event, rules)
        if isinstance(event, Looked) and looked and event.uid == looked[0] and before.phase is Phase.LOOK:
            sight = event.sight
            allowed = not (sight.refused or sight.left or sight.same or dry) and (sight.blank or overwrite)
        if isinstance(event, Answered) and event.yes and before.phase is Phase.ASK:
            allowed = True
        if isinstance(event, Round):
            written &= event.here
        for action in actions:
            match action:
                case Look(uid, item, part):
                    assert isinstance(event, Round)
                    assert uid not in written
                    assert event.seen == event.here == {uid}
                    assert item == state.item != ""
                    looked, allowed = (uid, item, part), False
                case Write(uid):
                    assert isinstance(event, Round)
                    assert event.seen == event.here == {uid}
                    assert looked == (uid, before.item, before.part)
                    assert before.item != ""
                    assert allowed
                    assert not dry
                case Finish(uid) | GiveBack(uid):
                    assert isinstance(event, Round)
                    assert uid in event.seen
                    assert uid in before.half or before.phase is Phase.UNDO
                case Tell(news=(News.DONE | News.FINISHED | News.UNDONE)):
                    assert isinstance(event, Wrote)
                    assert event.result.ok
                    written.add(event.uid)
                case Tell(news=News.ALREADY):
                    assert isinstance(event, Looked)
                    assert event.sight.same
        open_asks += [action for action in actions if isinstance(action, Look | Write | Finish | GiveBack)]


def _sane(result: Result) -> Result:
    """What was read back is not half written."""
    return Result(ok=True, undo=result.undo, item=result.item, part=result.part) if result.ok else result
