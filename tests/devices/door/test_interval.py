"""Intervals: rows that lie end to end, are kept within seconds, and never mix watched and blind time."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.contract import BLIND, Count, Kind
from devices.door.events import Confidence, Direction, FaultKind, Glitch, Passage, Tally
from devices.door.interval import MOST_WAITING, SENSOR_LOST, Interval, Span
from devices.door.settings import DoorPart

RULES = DoorPart(row_s=60, flush_s=20, heartbeat_s=900, hold_s=4)
A_VISIT = Passage(0, Direction.IN, Confidence.SURE)


def rows(interval: Interval) -> list[tuple[Kind, int, int, int]]:
    """Kind, begin, end and people in of the rows that ended."""
    return [(span.kind, span.bt0, span.bt1, span.body.into) for span in interval.ended]


def test_a_quiet_door_gives_a_heartbeat_and_nothing_else() -> None:
    interval = Interval(RULES, 1_000)
    assert interval.due_at == 901_000
    interval.tick(900_999)
    assert not interval.ended
    interval.tick(901_000)
    assert list(interval.ended) == [Span(Kind.HEARTBEAT, 1_000, 901_000, Count())]
    assert interval.due_at == 1_801_000


def test_counts_are_kept_within_four_seconds_and_a_row_ends_when_people_stop_coming() -> None:
    interval = Interval(RULES, 0)
    interval.add(A_VISIT, 10_000)
    assert interval.due_at == 14_000
    assert not interval.hold_due(13_999)
    assert interval.hold_due(14_000)
    assert interval.open_row(14_000) == Span(Kind.COUNT, 0, 14_000, Count(into=1))
    assert not interval.safe
    interval.held()
    assert interval.safe
    assert interval.due_at == 30_000
    interval.tick(29_999)
    assert not interval.ended
    interval.tick(30_000)
    assert rows(interval) == [(Kind.COUNT, 0, 30_000, 1)]
    assert not interval.safe  # until it is written
    assert interval.empty


def test_however_fast_people_come_the_oldest_unkept_count_is_at_most_four_seconds_old() -> None:
    interval = Interval(RULES, 0)
    kept = 0
    for now in range(0, 50_000, 500):
        if interval.hold_due(now):
            interval.held()
            kept = now
        interval.add(A_VISIT, now)
        assert now - kept <= 4_000


def test_a_stream_of_people_gives_a_row_each_minute() -> None:
    interval = Interval(RULES, 0)
    for second in range(180):
        interval.add(A_VISIT, second * 1_000)
    interval.stop(180_000)
    assert rows(interval) == [(Kind.COUNT, n * 60_000, (n + 1) * 60_000, 60) for n in range(3)]


def test_a_visit_after_a_quiet_hour_has_a_row_of_its_own_minute() -> None:
    interval = Interval(RULES, 0)
    interval.add(A_VISIT, 300_000)
    assert rows(interval) == [(Kind.HEARTBEAT, 0, 300_000, 0)]
    interval.tick(320_000)
    assert rows(interval)[1:] == [(Kind.COUNT, 300_000, 320_000, 1)]


def test_the_end_of_counting_is_watched_time_too() -> None:
    interval = Interval(RULES, 0)
    interval.stop(5_000)
    assert rows(interval) == [(Kind.HEARTBEAT, 0, 5_000, 0)]
    interval.stop(5_900)
    assert len(interval.ended) == 1  # less than a second is not worth a row


def test_each_kind_of_passage_has_its_sum() -> None:
    interval = Interval(RULES, 0)
    for direction in Direction:
        interval.add(Passage(0, direction, Confidence.SURE), 0)
    interval.add(Passage(0, Direction.OUT, Confidence.AMBIGUOUS), 0)
    interval.add(Glitch(0), 0)
    interval.stand({FaultKind.CHATTER}, 0)
    assert interval.open_row(1).body == Count(into=1, out=2, turned_back=1, ambiguous=2, glitch=2, flags=("chatter",))


def test_many_people_at_once_are_one_tally_and_none_at_all_is_nothing() -> None:
    interval = Interval(RULES, 0)
    interval.add(Tally(0, 5_000, 0, 0), 5_000)
    assert interval.empty
    interval.add(Tally(5_000, 10_000, 7, 3), 10_000)
    interval.add(Tally(10_000, 15_000, 2, 0), 15_000)
    assert interval.open_row(16_000).body == Count(into=9, out=3)


def test_a_foreign_counters_own_totals_are_in_the_row() -> None:
    interval = Interval(RULES, 0)
    assert b"n_src" not in msgspec.json.encode(interval.open_row(1).body)
    interval.source = (123_456, 98)
    assert interval.open_row(1).body.n_src == (123_456, 98)


# -- flags


def test_what_blinds_a_row_is_what_the_door_can_say() -> None:
    assert {SENSOR_LOST, FaultKind.UNREADABLE, FaultKind.BLOCKED, FaultKind.ONE_BEAM_DEAD} == BLIND


@pytest.mark.parametrize("flag", sorted(BLIND))
def test_a_blind_moment_has_rows_of_its_own(flag: str) -> None:
    interval = Interval(RULES, 0)
    interval.add(A_VISIT, 5_000)
    interval.stand({flag}, 10_000)
    interval.add(Glitch(0), 12_000)
    interval.stand(set(), 40_000)
    interval.add(A_VISIT, 45_000)
    interval.stop(50_000)
    assert [(s.bt0, s.bt1, s.body.into, s.body.flags) for s in interval.ended] == [
        (0, 10_000, 1, ()),
        (10_000, 40_000, 0, (flag,)),
        (40_000, 50_000, 1, ()),
    ]


def test_a_lost_sensor_goes_on_with_heartbeats_that_say_so() -> None:
    interval = Interval(RULES, 0)
    interval.stand({SENSOR_LOST}, 60_000)
    for now in (960_000, 1_860_000):
        interval.tick(now)
    assert [(s.kind, s.bt0, s.bt1, s.body.flags) for s in interval.ended] == [
        (Kind.HEARTBEAT, 0, 60_000, ()),
        (Kind.HEARTBEAT, 60_000, 960_000, (SENSOR_LOST,)),
        (Kind.HEARTBEAT, 960_000, 1_860_000, (SENSOR_LOST,)),
    ]


def test_one_blind_flag_after_another_is_two_rows() -> None:
    interval = Interval(RULES, 0)
    interval.stand({FaultKind.UNREADABLE}, 10_000)
    interval.stand({FaultKind.UNREADABLE, SENSOR_LOST}, 20_000)
    interval.stand({SENSOR_LOST}, 20_000)
    interval.stop(30_000)
    assert [(s.bt0, s.bt1, s.body.flags) for s in interval.ended] == [
        (0, 10_000, ()),
        (10_000, 20_000, ("unreadable",)),
        (20_000, 30_000, (SENSOR_LOST,)),
    ]


def test_other_faults_mark_the_row_they_were_in_and_do_not_cut_it() -> None:
    interval = Interval(RULES, 0)
    interval.add(A_VISIT, 1_000)
    interval.stand({FaultKind.EDGES_LOST}, 2_000)
    interval.stand(set(), 3_000)
    interval.tick(21_000)
    interval.add(A_VISIT, 22_000)
    interval.stop(23_000)
    assert [s.body.flags for s in interval.ended] == [("edges_lost",), ()]


def test_a_blind_blink_costs_its_time_and_no_row() -> None:
    interval = Interval(RULES, 0)
    interval.stand({SENSOR_LOST}, 10_000)
    interval.stand(set(), 10_300)
    interval.stop(20_000)
    assert [(s.bt0, s.bt1, s.body.flags) for s in interval.ended] == [(0, 10_000, ()), (10_300, 20_000, ())]


# -- a disk that refuses for days


def counted(interval: Interval) -> tuple[int, int]:
    return sum(span.body.into for span in interval.ended), sum(span.body.glitch for span in interval.ended)


def test_rows_that_cannot_be_written_wait_in_bounded_room_and_nobody_is_lost() -> None:
    interval = Interval(RULES, 0)
    for minute in range(10 * MOST_WAITING):
        interval.show((minute,), minute * 60_000)
        interval.add(A_VISIT, minute * 60_000)
        interval.add(Glitch(0), minute * 60_000 + 1)
        interval.tick(minute * 60_000 + 50_000)
    assert len(interval.ended) <= MOST_WAITING
    assert counted(interval) == (10 * MOST_WAITING, 10 * MOST_WAITING)
    spans = list(interval.ended)
    assert (spans[0].bt0, spans[-1].bt1) == (0, interval._since)
    assert all(later.bt0 == span.bt1 for span, later in pairwise(spans))
    assert all(span.body.n_src == (span.bt1 // 60_000,) for span in spans)


def test_blind_time_is_not_mixed_with_seeing_unless_nothing_else_is_left() -> None:
    interval = Interval(RULES, 0)
    for hour in range(MOST_WAITING):  # blind in long stretches: neighbours are alike
        flag = {SENSOR_LOST} if hour % 4 > 1 else set()
        interval.stand(flag, hour * 3_600_000)
        interval.tick(hour * 3_600_000 + 1_800_000)
    assert len(interval.ended) <= MOST_WAITING
    blind = sum(span.bt1 - span.bt0 for span in interval.ended if SENSOR_LOST in span.body.flags)
    assert abs(blind - interval._since // 2) <= 2 * 3_600_000


def test_a_loose_plug_and_a_full_disk_still_lose_nobody() -> None:
    interval = Interval(RULES, 0)
    for turn in range(2 * MOST_WAITING):
        interval.stand({SENSOR_LOST} if turn % 2 else set(), turn * 10_000)
        interval.add(A_VISIT, turn * 10_000 + 1_000)
    assert len(interval.ended) <= MOST_WAITING
    interval.stop(2 * MOST_WAITING * 10_000)
    assert counted(interval) == (2 * MOST_WAITING, 0)


happenings = st.lists(
    st.tuples(
        st.integers(0, 400_000),
        st.sampled_from(["in", "glitch", "tally", "tick", "hold", SENSOR_LOST, "blocked", "edges_lost"]),
    ),
    max_size=60,
)


@given(happenings)
@settings(max_examples=150)
def test_rows_lie_end_to_end_and_nothing_is_lost_or_mixed(steps: list[tuple[int, str]]) -> None:
    interval = Interval(RULES, 0)
    now, people, standing = 0, 0, set()
    blind_ms: int = 0
    for gap, what in [*steps, (1_000, "tick")]:
        before, now = now, now + gap
        # the service looks whenever something is due
        while before <= interval.due_at < now:
            at = interval.due_at
            interval.tick(at)
            if interval.hold_due(at):
                interval.held()
        interval.tick(now)
        blind_ms += gap if standing & BLIND else 0
        if what in ("in", "tally"):
            people += 1
            interval.add(A_VISIT if what == "in" else Tally(0, 0, 1, 0), now)
        elif what == "glitch":
            interval.add(Glitch(0), now)
        elif what == "hold":
            interval.held()
        elif what != "tick":
            standing ^= {what}
            interval.stand(standing, now)
    interval.stop(now)
    spans = list(interval.ended)
    assert sum(span.body.into for span in spans) == people
    assert all(later.bt0 >= span.bt1 for span, later in pairwise(spans))
    holes = sum(later.bt0 - span.bt1 for span, later in pairwise(spans))
    assert holes + spans[0].bt0 < 1_000 * (1 + len(steps))  # blinks only
    assert all(span.bt1 - span.bt0 <= 900_000 for span in spans)
    assert all(span.bt1 - span.bt0 <= 60_000 for span in spans if span.kind is Kind.COUNT)
    marked = sum(span.bt1 - span.bt0 for span in spans if set(span.body.flags) & BLIND)
    assert abs(marked - blind_ms) <= 1_000 * len(steps)
