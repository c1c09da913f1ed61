"""What happens at a desk on a bad day, through the real driver and an emulated reader, for every family of readers.

Behind each scenario ``station`` also checks that everything the driver said makes sense (:func:`station.check_order`).
"""

import tracemalloc

import pytest
from desks import DESKS, item_id
from station import Station

from devices.emulators.faults import Fault
from devices.rfid.events import ReaderState, SecurityProblem, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.tags.content import Problem, Usage

#: For desks whose tags say their part and whose they are.
rich = pytest.mark.parametrize("desk", [desk for desk in DESKS if desk.rich], indirect=True, ids=str, scope="module")

# A pile with something wrong in it.


def test_a_stack_with_one_dead_tag(station):
    station.make(1, 2, 4, 5)
    station.make(3, dead=True)
    station.lay(1, 2, 3, 4, 5)
    station.ready(secure_tries=2)
    for number in (1, 2, 4, 5):
        assert station.read(number).content.item_id == item_id(number)
    dead = station.read(3)
    assert dead.problem == (Problem.UNREADABLE if station.desk.content_apart else "")
    mark = station.mark()
    station.order(3, 1, 2, 4, 5)
    for number in (1, 2, 4, 5):
        assert station.secured(number, mark).ok
        assert station.armed(number) is False
    assert station.secured(3, mark).why == SecurityProblem.NOT_WRITTEN
    assert station.armed(3) is True
    if station.desk.content_apart:
        # It holds nobody up: the others were known before it was given up.
        reads = [event.uid for event in station.events if isinstance(event, TagRead)]
        assert reads[-1] == station.desk.uid(3)


def test_a_tag_at_the_edge_of_the_field(station):
    """It answers every other command. It may come and go, but what is said of it is true."""
    station.make(1)
    station.make(2, reach=0.5)
    station.lay(1, 2)
    station.ready()
    read = station.wait(TagRead, lambda event: event.uid == station.desk.uid(2) and not event.problem)
    assert read.content.item_id == item_id(2)
    while not (end := station.secure(2)).ok:
        assert end.why in (SecurityProblem.LEFT, SecurityProblem.NOT_WRITTEN)
    assert station.armed(2) is False
    assert station.secure(1).ok
    assert station.armed(1) is False


def test_a_uid_listed_twice_is_one_tag(station):
    station.make(1, 2)
    station.fault(Fault.DUPLICATE_UID, times=None)
    station.ready()
    station.lay(1, 2)
    for number in (1, 2):
        station.read(number)
    assert station.secure(1).ok is station.desk.twice_is_one
    assert station.armed(1) is not station.desk.twice_is_one
    kinds = [[type(event) for event in station.of(number)] for number in (1, 2)]
    assert kinds == [[TagArrived, TagRead, SecurityWritten], [TagArrived, TagRead]]


@rich
def test_an_incomplete_set_is_completed(station):
    for number, part in ((1, 1), (2, 2), (3, 3)):
        station.make(number, part=part, parts=3)
    station.ready()
    station.lay(1, 2)
    there = {station.read(number).content.part for number in (1, 2)}
    assert there == {1, 2}
    mark = station.mark()
    station.lay(3)
    last = station.read(3, mark).content
    assert (last.part, last.parts) == (3, 3)
    assert there | {last.part} == set(range(1, last.parts + 1))
    assert station.events[mark:] == [TagArrived(station.desk.uid(3)), station.read(3, mark)]


@rich
def test_a_patrons_card_among_the_books(station):
    station.make(1, 3)
    station.make(2, usage=Usage.PATRON_CARD)
    station.ready()
    station.lay(1, 2, 3)
    usages = [station.read(number).content.usage for number in (1, 2, 3)]
    assert usages == [Usage.CIRCULATING, Usage.PATRON_CARD, Usage.CIRCULATING]
    assert station.read(2).content.item_id == item_id(2)


# Hands that are too quick.


def test_a_tag_pulled_away_between_inventory_and_read(station):
    station.make(1, 2)
    station.fault(Fault.VANISH, 1)
    station.ready()
    mark = station.mark()
    station.lay(1, 2)
    if station.desk.once_is_enough:
        station.left(1, mark)
    assert not station.read(2, mark).problem
    if not station.desk.once_is_enough:
        assert station.of(1, mark) == []
    if station.desk.content_apart:
        assert [type(event) for event in station.of(1, mark)] == [TagArrived, TagLeft]


def test_a_tag_pulled_away_between_the_yes_and_the_write(station):
    station.make(1, 2)
    station.lay(1, 2)
    station.ready()
    for number in (1, 2):
        station.read(number)
    station.fault(Fault.VANISH_BEFORE, 1, command=station.desk.write_code)
    mark = station.mark()
    station.order(1, 2)
    assert station.secured(1, mark).why == SecurityProblem.LEFT
    assert station.secured(2, mark).ok
    station.left(1, mark)
    assert (station.armed(1), station.armed(2)) == (True, False)
    # It is put back, and mended.
    mark = station.mark()
    station.lay(1)
    assert station.read(1, mark).content.item_id == item_id(1)
    assert station.secure(1).ok
    assert station.armed(1) is False


def test_a_tag_pulled_away_before_it_was_read_back_counts_as_not_written(station):
    station.make(1)
    station.lay(1)
    station.ready()
    station.read(1)
    station.fault(Fault.VANISH_BEFORE, 1, command=station.desk.verify_code)
    assert station.secure(1) == SecurityWritten(station.desk.uid(1), False, ok=False, why=SecurityProblem.LEFT)


# A reader that lies, or has no time.


def test_a_write_that_is_reported_and_did_not_happen(station):
    station.make(1)
    station.lay(1)
    station.ready(secure_tries=3)
    station.read(1)
    station.fault(Fault.AFI_UNCHANGED, times=2)
    assert station.secure(1).ok
    assert station.armed(1) is False
    station.fault(Fault.AFI_UNCHANGED, times=None)
    assert station.secure(1, armed=True).why == SecurityProblem.UNCHANGED
    assert station.armed(1) is False


def test_a_reader_that_is_busy_and_hears_nothing(station):
    station.make(1, 2)
    station.lay(1)
    station.ready()
    station.read(1)
    mark = station.mark()
    station.fault(Fault.BUSY, times=2)
    station.lay(2)
    assert not station.read(2, mark).problem
    station.fault(Fault.BUSY, times=1)
    assert station.secure(1).ok
    assert station.armed(1) is False
    assert "ignored" in {frame.way for frame in station.pad.frames()}
    assert [type(event) for event in station.of(1, mark)] == [SecurityWritten]
    assert station.states(mark) == []


# The port goes.


def test_the_port_dies_in_the_middle_of_five_writes_and_comes_back_under_another_name(station):
    numbers = (1, 2, 3, 4, 5)
    station.make(*numbers)
    station.lay(*numbers)
    station.ready()
    for number in numbers:
        station.read(number)
    before = station.pad.port
    station.fault(Fault.HANG_UP, command=station.desk.write_code, after=2)
    mark = station.mark()
    station.order(*numbers)
    ends = {number: station.secured(number, mark) for number in numbers}
    station.state(ReaderState.LOST, mark)
    # Two were done; the third was written, which nobody knows; the rest was not begun. Nothing is silently wrong.
    assert [ends[number].ok for number in numbers] == [True, True, False, False, False]
    assert {ends[number].why for number in (3, 4, 5)} == {SecurityProblem.READER_LOST}
    assert [station.armed(number) for number in numbers] == [False, False, False, True, True]
    assert all(station.left(number, mark) for number in numbers)

    back = station.mark()
    station.come_back()
    assert station.pad.port != before
    station.state(ReaderState.READY, back)
    # One attempt may have been under way; the next comes after a second at most, and finds it.
    assert station.states(back).count(ReaderState.LOST) <= 1
    for number in numbers:
        assert station.read(number, back).content.item_id == item_id(number)
    mark = station.mark()
    station.order(3, 4, 5)
    assert all(station.secured(number, mark).ok for number in (3, 4, 5))
    assert [station.armed(number) for number in numbers] == [False] * 5


# Far too many.


def test_five_hundred_tags_thrown_at_the_pad(desk, tmp_path):
    """More than a pad can feed, and more than some readers can list: no crash, no lie, and orders are served."""
    station = Station(desk, tmp_path, baud=desk.crowd_baud, speed=desk.crowd_speed)
    station.begin()
    numbers = range(desk.crowd)
    station.make(*numbers)
    station.lay(*numbers)
    tracemalloc.start()
    try:
        station.ready()
        found = station.wait_all(TagArrived, lambda _: True, desk.most)
        numbered = {desk.uid(number): number for number in numbers}
        first, last = numbered[found[0].uid], numbered[found[-1].uid]
        mark = station.mark()
        station.order(first, last)
        assert station.secured(first, mark).ok
        assert station.secured(last, mark).ok
        assert (station.armed(first), station.armed(last)) == (False, False)
        # More than can be read before the reader has to look again who is there.
        reads = station.wait_all(TagRead, lambda read: not read.problem, 45)
        assert all(read.content.item_id == item_id(numbered[read.uid]) for read in reads)
        mark = station.mark()
        station.pad.take_all()
        station.wait_all(TagLeft, lambda _: True, desk.most, mark)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000
    assert sum(not station.armed(number) for number in numbers) == 2
    assert station.states() == [ReaderState.CONFIGURED, ReaderState.OPENING, ReaderState.READY]
    station.end()
    station.close()
