"""What lies on the pad: arriving at once, leaving after three missed rounds, each tag read once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.events import TagArrived, TagLeft, TagRead
from devices.rfid.pad import LINGER, MISSES, PATIENCE, TRIES, Pad
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, Problem, TagContent
from devices.rfid.tags.recognise import recognise

GOOD = iso28560_3.encode("BK0001", "ID-SMR01")
DAMAGED = b"\x11" + GOOD[1:10] + b"?" + GOOD[11:]
PERIOD = 0.12


class Bench:
    """A pad with a clock that goes on by :data:`PERIOD` with every round, and tags given as their memory."""

    def __init__(self):
        self.pad = Pad()
        self.now = 0.0
        self.next_read, self.clear = self.pad.next_read, self.pad.clear

    @property
    def present(self):
        return self.pad.present

    def round(self, seen, after=PERIOD):
        self.now += after
        return self.pad.round(seen, self.now)

    def answered(self, uid):
        self.pad.answered(uid, self.now)

    def read(self, uid, memory):
        return self.pad.read(uid, None if memory is None else recognise(memory))


@pytest.mark.parametrize(
    ("rounds", "events"),
    [
        (["A"], [TagArrived("A")]),
        (["AB", "AB"], [TagArrived("A"), TagArrived("B")]),
        (["AA"], [TagArrived("A")]),
        (["A", "", ""], [TagArrived("A")]),
        (["A", "", "", ""], [TagArrived("A"), TagLeft("A")]),
        (["A", "", "", "A", "", ""], [TagArrived("A")]),
        (["A", "", "", "A", "", "", ""], [TagArrived("A"), TagLeft("A")]),
        (["A", "", "", "", "A"], [TagArrived("A"), TagLeft("A"), TagArrived("A")]),
        (["A", "B", "B", "B"], [TagArrived("A"), TagArrived("B"), TagLeft("A")]),
        (["", "", ""], []),
    ],
)
def test_rounds(rounds, events):
    pad = Bench()
    assert [event for seen in rounds for event in pad.round(tuple(seen))] == events


def test_rounds_in_quick_succession_do_not_make_a_tag_leave_sooner():
    pad = Bench()
    pad.round(("A",))
    quick = [pad.round((), after=LINGER / 10) for _ in range(9)]
    assert not any(quick)
    assert pad.round((), after=LINGER / 5) == [TagLeft("A")]


def test_a_long_round_alone_does_not_make_a_tag_leave():
    pad = Bench()
    pad.round(("A",))
    assert [pad.round((), after=5) for _ in range(MISSES)] == [[], [], [TagLeft("A")]]


def test_an_answer_about_a_tag_proves_that_it_is_there():
    pad = Bench()
    pad.round(("A",))
    for _ in range(5):
        pad.round(())
        pad.round(())
        pad.answered("A")
    assert pad.present == {"A"}


def test_an_answer_about_a_tag_that_left_changes_nothing():
    pad = Bench()
    pad.answered("A")
    assert pad.read("A", GOOD) == []
    assert pad.present == frozenset()


def test_every_new_tag_is_read_once():
    pad = Bench()
    pad.round(("A", "B"))
    assert pad.next_read() == "A"
    assert pad.read("A", GOOD) == [TagRead("A", recognise(GOOD))]
    assert pad.next_read() == "B"
    pad.read("B", GOOD)
    pad.round(("A", "B", "C"))
    assert pad.next_read() == "C"
    pad.read("C", GOOD)
    assert pad.next_read() is None


def test_a_tag_that_comes_back_is_read_again():
    pad = Bench()
    pad.round(("A",))
    pad.read("A", GOOD)
    for _ in range(MISSES):
        pad.round(())
    pad.round(("A",))
    assert pad.next_read() == "A"


def test_a_tag_that_was_missed_is_not_read_until_it_is_seen():
    pad = Bench()
    pad.round(("A",))
    pad.round(())
    assert pad.next_read() is None
    pad.round(("A",))
    assert pad.next_read() == "A"


def test_a_bad_tag_stands_behind_those_never_tried():
    pad = Bench()
    pad.round(("A", "B", "C"))
    assert pad.read("A", None) == []
    assert pad.next_read() == "B"
    pad.read("B", GOOD)
    pad.round(("A", "B", "C"))
    assert pad.next_read() == "C"


@pytest.mark.parametrize(
    ("memory", "trouble", "content"),
    [
        (None, Problem.UNREADABLE, None),
        (DAMAGED, Problem.BAD_CRC, TagContent(Model.ISO_28560_3)),
    ],
)
def test_what_looks_damaged_is_read_again_twice_and_then_reported_once(memory, trouble, content):
    pad = Bench()
    reads = []
    pad.round(("A",))
    for _ in range(TRIES * PATIENCE * 2):
        if pad.next_read():
            reads.append(pad.read("A", memory))
        pad.round(("A",))
    assert reads[:TRIES] == [[], [], [TagRead("A", content, trouble)]]
    assert len(reads) > TRIES
    assert not any(reads[TRIES:])


def test_a_retry_waits_for_a_round():
    pad = Bench()
    pad.round(("A",))
    pad.read("A", None)
    assert pad.next_read() is None
    pad.round(("A",))
    assert pad.next_read() == "A"


def test_a_later_try_that_succeeds_is_told():
    pad = Bench()
    pad.round(("A",))
    for _ in range(TRIES):
        pad.read("A", DAMAGED)
        pad.round(("A",))
    assert pad.next_read() is None
    for _ in range(PATIENCE):
        pad.round(("A",))
    assert pad.next_read() == "A"
    assert pad.read("A", GOOD) == [TagRead("A", recognise(GOOD))]


def test_a_blank_tag_is_reported_at_once_and_never_read_again():
    pad = Bench()
    pad.round(("A",))
    assert pad.read("A", bytes(32)) == [TagRead("A", TagContent(Model.BLANK), Problem.BLANK)]
    for _ in range(PATIENCE * 2):
        pad.round(("A",))
        assert pad.next_read() is None


def test_when_the_reader_is_lost_everything_leaves():
    pad = Bench()
    pad.round(("A", "B"))
    assert pad.clear() == [TagLeft("A"), TagLeft("B")]
    assert pad.clear() == []


steps = st.one_of(
    st.tuples(st.just("round"), st.lists(st.sampled_from("ABCD"), max_size=5)),
    st.tuples(st.just("read"), st.tuples(st.sampled_from("ABCD"), st.sampled_from([None, GOOD, DAMAGED]))),
    st.tuples(st.just("answered"), st.sampled_from("ABCD")),
    st.tuples(st.just("clear"), st.none()),
)


@given(st.lists(steps, max_size=60))
def test_arrived_read_left_in_that_order_whatever_happens(history):
    pad = Bench()
    there: set[str] = set()
    for what, value in history:
        if what == "round":
            events = pad.round(tuple(value))
        elif what == "read":
            events = pad.read(*value)
        elif what == "answered":
            pad.answered(value)
            events = []
        else:
            events = pad.clear()
        for event in events:
            if isinstance(event, TagArrived):
                assert event.uid not in there
                there.add(event.uid)
            else:
                assert event.uid in there
            if isinstance(event, TagLeft):
                there.discard(event.uid)
        assert pad.present == there
        assert pad.next_read() in {None, *there}
