"""Lines, filters, timelines and intervals: the door's small pure parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.contract import Count
from devices.door.edges import Beam, Bridge, Edge, EdgeError, parse_edge
from devices.door.events import Confidence, Direction, Glitch, Passage
from devices.door.interval import Due, Interval
from devices.door.sensors.timeline import SLACK_MS, Timeline
from devices.door.settings import DoorPart


@given(st.integers(0, 10**12), st.sampled_from(Beam), st.booleans(), st.none() | st.integers(0, 2**32 - 1))
def test_a_line_is_read_back(t_ms: int, beam: Beam, broken: bool, number: int | None) -> None:
    tail = "" if number is None else f",{number}"
    assert parse_edge(f"{t_ms},{beam.value},{int(broken)}{tail}\r\n") == Edge(t_ms, beam, broken, number)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "t_ms,beam,state"),
        ("1,A", "t_ms,beam,state"),
        ("1,A,1,2,3", "t_ms,beam,state"),
        ("x,A,1", "milliseconds"),
        ("-5,A,1", "milliseconds"),
        ("1.5,A,1", "milliseconds"),
        ("٣,A,1", "milliseconds"),
        ("1,C,1", "beam A or B"),
        ("1,A,2", "state 1"),
        ("1,A,1,x", "number"),
    ],
)
def test_a_bad_line_says_what_was_expected(line: str, expected: str) -> None:
    with pytest.raises(EdgeError, match=expected):
        parse_edge(line)


def through(bridge: Bridge, *edges: Edge) -> list[Edge]:
    return [out for edge in edges for out in bridge.feed(edge)] + bridge.advance(10**9)


def test_a_short_clear_is_bridged_and_a_long_one_is_not() -> None:
    a = Beam.A
    assert through(Bridge(80, 5), Edge(0, a, True), Edge(100, a, False), Edge(179, a, True), Edge(300, a, False)) == [
        Edge(0, a, True), Edge(300, a, False),
    ]  # fmt: skip
    long = [Edge(0, a, True), Edge(100, a, False), Edge(180, a, True), Edge(300, a, False)]
    assert through(Bridge(80, 5), *long) == long


def test_an_edge_of_the_other_beam_waits_behind_a_clear_that_may_be_bridged() -> None:
    bridge = Bridge(80, 5)
    bridge.feed(Edge(0, Beam.A, True))
    bridge.feed(Edge(100, Beam.A, False))
    assert bridge.feed(Edge(150, Beam.B, True)) == []
    assert (bridge.oldest, bridge.wake_at) == (100, 180)
    assert bridge.advance(180) == [Edge(100, Beam.A, False), Edge(150, Beam.B, True)]
    assert bridge.wake_at is None


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(Beam), st.booleans()), max_size=80))
def test_the_filter_keeps_order_alternation_and_the_last_state(moves: list[tuple[int, Beam, bool]]) -> None:
    t, edges = 0, []
    for gap, beam, broken in moves:
        t += gap
        edges.append(Edge(t, beam, broken))
    out = through(Bridge(80, 5), *edges)
    assert [edge.t_ms for edge in out] == sorted(edge.t_ms for edge in out)
    for beam in Beam:
        states = [edge.broken for edge in out if edge.beam is beam]
        assert states == [n % 2 == 0 for n in range(len(states))]
        last = [edge.broken for edge in edges if edge.beam is beam]
        assert (states[-1] if states else False) == (last[-1] if last else False)


def test_a_counter_that_wraps_after_49_days_goes_on() -> None:
    line = Timeline()
    before = line.place(2**32 - 100, 1_000)
    assert line.place(50, 1_150) - before == 150


def test_a_sensor_that_restarts_goes_on_at_the_hosts_pace() -> None:
    line = Timeline()
    before = line.place(5_000_000, 1_000)
    assert line.place(3, 9_000) - before == 8_000
    assert line.place(103, 9_100) - before == 8_100


def test_the_present_is_never_ahead_of_a_late_edge() -> None:
    line = Timeline()
    assert line.now(5) is None
    line.place(700, 1_000)
    assert line.now(1_010) == 700
    assert line.now(2_000) == 1_700 - SLACK_MS


RULES = DoorPart(row_s=60, flush_s=20, heartbeat_s=900, hold_s=4)
A_VISIT = Passage(0, Direction.IN, Confidence.SURE)


def test_a_quiet_door_gives_a_heartbeat_and_nothing_else() -> None:
    interval = Interval(RULES, 1_000)
    assert interval.due(900_999) is None
    assert interval.due(901_000) is Due.HEARTBEAT
    assert interval.began == 1_000
    assert interval.body(()) == Count()


def test_counts_are_kept_within_seconds_and_closed_when_people_stop_coming() -> None:
    interval = Interval(RULES, 0)
    interval.add(A_VISIT, 10_000)
    assert interval.due(13_999) is None
    assert interval.due(14_000) is Due.HOLD
    interval.held()
    assert interval.due(29_999) is None
    assert interval.due(30_000) is Due.CLOSE
    interval.closed(30_000)
    assert interval.empty
    assert interval.due(30_000) is None


def test_a_stream_of_people_gives_a_row_each_minute() -> None:
    interval = Interval(RULES, 0)
    for second in range(61):
        assert interval.due(second * 1_000) is not Due.CLOSE or second == 60
        interval.add(A_VISIT, second * 1_000)
    assert interval.due(60_000) is Due.CLOSE
    assert interval.began == 0


def test_each_kind_of_passage_has_its_sum() -> None:
    interval = Interval(RULES, 0)
    for direction in Direction:
        interval.add(Passage(0, direction, Confidence.SURE), 0)
    interval.add(Passage(0, Direction.OUT, Confidence.AMBIGUOUS), 0)
    interval.add(Glitch(0), 0)
    assert interval.body(("blocked",)) == Count(into=1, out=2, turned_back=1, ambiguous=2, glitch=2, flags=("blocked",))
