"""Lines, filters and timelines: the door's small pure parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.door.edges import Beam, Bridge, Edge, EdgeError, parse_edge
from devices.door.sensors.timeline import SLACK_MS, Timeline


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


def test_a_sensor_that_restarts_after_a_month_has_not_wrapped() -> None:
    line = Timeline()
    before = line.place(2_600_000_000, 1_000)  # 30 days
    assert line.place(3, 9_000) - before == 8_000


def test_a_counter_that_wraps_in_a_quiet_week_goes_on() -> None:
    line = Timeline()
    before = line.place(2**32 - 300_000_000, 1_000)
    assert line.place(304_800_100, 604_801_000) - before == 604_800_100


def test_the_present_is_never_ahead_of_a_late_edge() -> None:
    line = Timeline()
    assert line.now(5) is None
    line.place(700, 1_000)
    assert line.now(1_010) == 700
    assert line.now(2_000) == 1_700 - SLACK_MS


def test_what_waits_in_the_filter_is_let_out_at_the_end() -> None:
    bridge = Bridge(80, 5)
    bridge.feed(Edge(0, Beam.A, True))
    bridge.feed(Edge(100, Beam.A, False))
    assert bridge.flush() == [Edge(100, Beam.A, False)]
    assert bridge.flush() == []
    assert bridge.wake_at is None
