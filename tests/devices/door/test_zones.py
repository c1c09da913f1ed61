"""Two zones of a time-of-flight sensor: who went through, in a geometric model of the door."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from door_support import as_list
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_scenes import Person, Scene, stand, turn_back, walk

from devices.door.events import Confidence, Direction, Event, Fault, FaultKind, Passage
from devices.door.readings import Distance
from devices.door.zone import ZoneRules
from devices.door.zones import Zones, survey

IN, OUT, BACK = Direction.IN, Direction.OUT, Direction.TURNED_BACK
SPEEDS = [0.3, 0.5, 1.2, 2.0]


def passages(readings: list[Distance], machine: Zones | None = None) -> list[Passage]:
    return [event for event in as_list(machine or Zones(), readings) if isinstance(event, Passage)]


def faults(events: list[Event]) -> list[tuple[FaultKind, bool]]:
    return [(event.kind, event.over) for event in events if isinstance(event, Fault)]


def directions(readings: list[Distance], machine: Zones | None = None) -> list[Direction]:
    return [passage.direction for passage in passages(readings, machine)]


def through(speed: float, height: float, *, seed: int, inwards: bool = True, wobble: float = 0.0) -> Scene:
    return Scene([Person(walk(3 + seed / 61, speed, inwards, wobble), height)], 4.5 + 3.6 / speed, seed=seed)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("height", [1_100, 1_650, 1_950], ids=["child", "grown-up", "tall"])
def test_whoever_walks_through_is_counted_once(speed: float, height: float) -> None:
    for seed in range(3):
        assert directions(through(speed, height, seed=seed).readings()) == [IN]
        assert directions(through(speed, height, seed=seed, inwards=False).readings()) == [OUT]


@pytest.mark.parametrize("speed", [0.3, 0.8, 1.6])
def test_a_swaying_walk_is_one_person(speed: float) -> None:
    for seed in range(3):
        assert directions(through(speed, 1_650, seed=seed, wobble=40).readings()) == [IN]


def test_a_sensor_mounted_the_other_way_round() -> None:
    assert directions(through(1.2, 1_650, seed=1).readings(), Zones(swapped=True)) == [OUT]


@pytest.mark.parametrize("at_mm", [-300, -150, 0, 150])
@pytest.mark.parametrize("speed", [0.5, 1.2])
def test_whoever_turns_back_is_not_a_visit(at_mm: float, speed: float) -> None:
    scene = Scene([Person(turn_back(3, speed, at_mm))], 5 + 2 * 1.8 / speed)
    assert set(directions(scene.readings())) <= {BACK}


@pytest.mark.parametrize("distance_m", [2.0, 1.0])
@pytest.mark.parametrize("speed", [0.6, 1.2])
def test_people_who_follow_each_other_are_both_counted(distance_m: float, speed: float) -> None:
    pair = [Person(walk(3, speed)), Person(walk(3 + distance_m / speed, speed), 1_500)]
    assert directions(Scene(pair, 5 + 6 / speed).readings()) == [IN, IN]


@pytest.mark.parametrize("speed", [0.6, 1.2])
def test_two_who_nearly_touch_are_one_or_two_but_never_none_nor_the_other_way(speed: float) -> None:
    """Half a metre from middle to middle, a zone is never clear between them: two zones cannot tell, a grid can."""
    pair = [Person(walk(3, speed)), Person(walk(3 + 0.5 / speed, speed), 1_500)]
    assert directions(Scene(pair, 5 + 6 / speed).readings()) in ([IN], [IN, IN])


def test_one_in_and_one_out_after_each_other() -> None:
    pair = [Person(walk(3, 1.0)), Person(walk(5, 1.0, inwards=False))]
    assert directions(Scene(pair, 10).readings()) == [IN, OUT]


# -- what is not known


def burst(since_s: float, until_s: float, zones: str = "AB", status: int = 2):
    return lambda t_s, zone: status if since_s <= t_s < until_s and zone in zones else 0


def test_invalid_readings_while_somebody_is_in_the_middle_cost_nothing() -> None:
    """Below the sensor at 6 s: 0.8 s without a reading, then he leaves."""
    scene = Scene([Person(walk(3, 0.5))], 10, statuses=burst(5.6, 6.4))
    assert directions(scene.readings()) == [IN]


def test_a_control_that_takes_invalid_for_nobody_splits_the_visitor() -> None:
    """The burst does matter: read as 'far away', the same readings are a man who came and one who went back."""
    scene = Scene([Person(walk(3, 0.5))], 10, statuses=burst(5.6, 6.4))
    far = [r if r.valid else Distance(r.t_ms, r.zone, 8_190, 0) for r in scene.readings()]
    assert directions(far) != [IN]


def outcome(scene: Scene, *, invalid_is_far: bool = False) -> tuple[Direction, ...]:
    readings = scene.readings()
    if invalid_is_far:
        readings = [r if r.valid else Distance(r.t_ms, r.zone, 8_190, 0) for r in readings]
    return tuple(sorted(directions(readings, Zones(idle_mm={"A": 2_400, "B": 2_400}))))


def test_blind_moments_anywhere_never_double_or_turn_a_visitor() -> None:
    """Some cost him; none makes two of one, or an out of an in. Taken for 'far away', more would cost, or double."""
    rng = random.Random(5)
    ours, naive = Counter[tuple[Direction, ...]](), Counter[tuple[Direction, ...]]()
    for seed in range(80):
        speed = rng.uniform(0.5, 1.8)
        since = 1 + 1.5 / speed + rng.uniform(-0.8, 0.6)
        statuses = burst(since, since + rng.uniform(0.05, 0.8), rng.choice(["A", "B", "AB"]))
        scene = Scene([Person(walk(1, speed))], 2.5 + 3 / speed, seed=seed, statuses=statuses)
        ours[outcome(scene)] += 1
        naive[outcome(scene, invalid_is_far=True)] += 1
    assert ours[(IN,)] >= 0.8 * 80
    assert not any(OUT in one or len(one) > 1 for one in ours)
    assert naive[(IN,)] < ours[(IN,)]
    assert any(len(one) > 1 for one in naive)


@pytest.mark.parametrize("zones", ["A", "B"])
def test_one_blind_zone_for_a_moment_lowers_the_confidence(zones: str) -> None:
    scene = Scene([Person(walk(3, 1.0))], 8, statuses=burst(4.45, 4.85, zones))
    (passage,) = passages(scene.readings())
    assert (passage.direction, passage.confidence) == (IN, Confidence.LOW)


def test_a_long_silence_in_the_middle_gives_the_passage_up_and_says_so() -> None:
    """He stood below the sensor when it went blind for seven seconds; whoever is there afterwards is somebody new."""
    scene = Scene([Person(walk(3, 1.0))], 20, statuses=burst(4.5, 11.5))
    said = as_list(Zones(), scene.readings())
    assert [event for event in said if isinstance(event, Passage)] == []
    kinds = faults(said)
    assert kinds.index((FaultKind.UNREADABLE, False)) < kinds.index((FaultKind.UNREADABLE, True))
    assert (FaultKind.BUS_ERRORS, False) in kinds


def test_unreadable_is_one_fault_for_both_zones_until_both_are_back() -> None:
    def statuses(t_s: float, zone: str) -> int:
        return 2 if 3 <= t_s < (12 if zone == "A" else 15) else 0

    said = as_list(Zones(), Scene([], 20, statuses=statuses).readings())
    unreadable = [event for event in said if isinstance(event, Fault) and event.kind is FaultKind.UNREADABLE]
    assert [event.over for event in unreadable] == [False, True]
    assert 7_900 <= unreadable[0].t_ms <= 8_100
    assert 15_000 <= unreadable[1].t_ms <= 15_100


def test_counting_begins_anew_after_a_fault_with_whoever_is_there_then() -> None:
    """A trolley stands in both zones when the sensor comes back: it is no count, and blocks the door a minute later."""
    scene = Scene([Person(stand(0, 8, 400), depth=500)], 90, statuses=burst(5, 12))
    machine = Zones(idle_mm=survey(Scene([], 5).readings()))
    said = as_list(machine, scene.readings(), finish=False)
    assert (FaultKind.BLOCKED, False) in faults(said)
    assert FaultKind.BLOCKED in machine.faults
    assert not any(isinstance(event, Passage) for event in said)


def test_a_zone_that_falls_silent_is_not_an_empty_zone() -> None:
    both = Scene([Person(walk(12, 1.0))], 20).readings()
    machine = Zones()
    said = as_list(machine, [r for r in both if r.zone == "B" or r.t_ms < 5_000], finish=False)
    assert faults(said) == [(FaultKind.UNREADABLE, False)]
    assert not any(isinstance(event, Passage) for event in said)
    assert machine.faults == (FaultKind.UNREADABLE,)


def test_a_sensor_that_never_says_anything_is_a_fault() -> None:
    machine = Zones()
    assert machine.wake_at is None
    assert machine.advance(1_000) == []
    assert machine.wake_at == 6_000
    assert faults(machine.advance(6_000)) == [(FaultKind.UNREADABLE, False)]
    assert machine.wake_at is None


def test_many_failing_readings_are_a_fault_until_they_are_few() -> None:
    rules = ZoneRules(readings=300)
    failing = Scene([], 12, statuses=lambda t_s, zone: 1 if t_s < 6 and int(t_s * 30) % 20 == 0 else 0)
    machine = Zones(zone_rules=rules)
    said = as_list(machine, failing.readings() + Scene([], 12, start_ms=12_000).readings(), finish=False)
    assert faults(said) == [(FaultKind.BUS_ERRORS, False), (FaultKind.BUS_ERRORS, True)]


def test_one_failing_reading_in_two_hundred_is_no_fault() -> None:
    rare = Scene([], 60, statuses=lambda t_s, zone: 1 if round(t_s * 1_000) % 6_600 == 0 else 0)
    assert faults(as_list(Zones(zone_rules=ZoneRules(readings=600)), rare.readings(), finish=False)) == []


# -- the door's leaf, and what is left standing


def leaf(since_s: float, until_s: float) -> Person:
    """A door leaf under the sensor, 2 m tall and wide enough for both zones."""
    return Person(stand(0, since_s, until_s), 2_150, head=900, depth=900)


def test_the_leaf_is_ignored_where_it_is_configured() -> None:
    scene = Scene([leaf(4, 5)], 9)
    assert directions(scene.readings(), Zones(zone_rules=ZoneRules(leaf_mm=500))) == []
    assert directions(scene.readings(), Zones()) != []  # the control: without the guard it is something


def test_somebody_who_comes_through_after_the_leaf_swung_is_counted() -> None:
    scene = Scene([leaf(4, 5), Person(walk(5.5, 1.2))], 11)
    assert directions(scene.readings(), Zones(zone_rules=ZoneRules(leaf_mm=500))) == [IN]


def test_a_leaf_that_stays_before_the_sensor_is_a_fault() -> None:
    scene = Scene([leaf(4, 70)], 75)
    machine = Zones(zone_rules=ZoneRules(leaf_mm=500))
    said = as_list(machine, scene.readings(), finish=False)
    assert faults(said) == [(FaultKind.BLOCKED, False), (FaultKind.BLOCKED, True)]
    assert not any(isinstance(event, Passage) for event in said)


def test_a_thing_left_in_one_zone_does_not_end_counting_quietly() -> None:
    box = Person(stand(-250, 5, 120), 900, head=300, depth=300)
    scene = Scene([box, Person(walk(130, 1.2))], 135, every_ms=50)
    said = as_list(Zones(), scene.readings())
    assert faults(said) == [(FaultKind.BLOCKED, False), (FaultKind.BLOCKED, True)]
    assert [event.direction for event in said if isinstance(event, Passage)] == [IN]


# -- learning


def test_nobody_is_counted_before_the_empty_door_is_known() -> None:
    """Somebody is in the door from the first reading on, and leaves; the next one is counted."""
    first = Person(lambda t_s: -100 + t_s * 400 if t_s < 4 else None)
    scene = Scene([first, Person(walk(8, 1.0))], 14)
    machine = Zones()
    assert machine.idle_mm == {"A": None, "B": None}
    assert directions(scene.readings(), machine) == [IN]


def test_a_door_that_is_never_still_is_a_fault_and_counts_nobody() -> None:
    noisy = Scene([], 20, noise_mm=500)
    machine = Zones()
    said = as_list(machine, noisy.readings(), finish=False)
    assert faults(said) == [(FaultKind.UNREADABLE, False)]
    assert not any(isinstance(event, Passage) for event in said)


def test_with_the_distance_configured_it_counts_at_once() -> None:
    scene = Scene([Person(walk(0, 1.5))], 4)
    assert directions(scene.readings(), Zones(idle_mm={"A": 2_400, "B": 2_400})) == [IN]


def test_a_whole_recording_is_surveyed_first() -> None:
    scene = Scene([Person(walk(0, 1.5)), Person(walk(3, 0.4))], 14)
    idle = survey(scene.readings())
    assert all(abs(mm - 2_410) < 40 for mm in idle.values())
    assert directions(scene.readings(), Zones(idle_mm=idle)) == [IN, IN]
    assert as_list(Zones(idle_mm=survey([])), []) == []


def test_a_survey_leaves_out_what_is_not_valid() -> None:
    blind = [Distance(t, "A", 5_000, 2) for t in range(50)]
    assert survey([*blind, *(Distance(99, "A", mm) for mm in (900, 2_000, 2_001, 2_002))]) == {"A": 2_001}
    assert survey(blind) == {}
    assert directions(blind) == []


def test_a_recording_that_ends_with_somebody_in_the_door_does_not_count_him() -> None:
    scene = Scene([Person(walk(3, 1.0))], 4.5)
    assert directions(scene.readings()) == []
    blind = Scene([Person(walk(3, 1.0))], 4.6, statuses=burst(4.5, 9))
    assert directions(blind.readings()) == []


# -- the sensor is lost, and what holds for any input


def test_a_lost_sensor_gives_up_the_passage_and_keeps_the_baseline() -> None:
    machine = Zones()
    for reading in Scene([Person(walk(3, 1.0))], 4.5).readings():
        machine.feed(reading)
    before = machine.idle_mm
    assert [type(event).__name__ for event in machine.freeze(4_600)] == ["Glitch"]
    assert machine.idle_mm == before
    assert machine.faults == ()
    assert machine.wake_at is None
    after = Scene([Person(walk(0.5, 1.2))], 5, start_ms=60_000)
    assert directions(after.readings(), machine) == [IN]


def test_a_sensor_lost_while_unreadable_ends_that_fault() -> None:
    machine = Zones()
    as_list(machine, Scene([], 9, statuses=burst(3, 9)).readings(), finish=False)
    assert faults(machine.freeze(9_100)) == [(FaultKind.UNREADABLE, True)]


wild = st.lists(
    st.tuples(st.integers(1, 400), st.sampled_from("AB"), st.integers(0, 3_000), st.sampled_from([0, 0, 0, 4, 7, 2])),
    max_size=80,
)


def readings_of(steps) -> list[Distance]:
    out, t = [], 0
    for gap, zone, mm, status in steps:
        t += gap
        out.append(Distance(t, zone, mm, status))
    return out


@given(wild, st.lists(st.integers(0, 30_000), max_size=20))
@settings(max_examples=60)
def test_how_often_it_is_told_the_time_changes_nothing(steps, ticks: list[int]) -> None:
    readings = readings_of(steps)
    end = readings[-1].t_ms if readings else 0
    machine, said = Zones(idle_mm={"A": 2_000, "B": 2_000}), []
    said += machine.advance(0)
    times = [(r.t_ms, r) for r in readings] + [(t, None) for t in ticks if t <= end]
    for t, reading in sorted(times, key=lambda one: one[0]):
        said += machine.advance(t) if reading is None else machine.feed(reading)
    other = Zones(idle_mm={"A": 2_000, "B": 2_000})
    plain = other.advance(0) + [event for reading in readings for event in other.feed(reading)]
    assert said == plain


@given(wild)
@settings(max_examples=60)
def test_mirrored_zones_mirror_the_directions(steps) -> None:
    readings = readings_of(steps)
    other = [Distance(r.t_ms, "B" if r.zone == "A" else "A", r.distance_mm, r.status) for r in readings]
    straight = passages(readings, Zones(idle_mm={"A": 2_000, "B": 2_000}))
    crossed = passages(other, Zones(idle_mm={"A": 2_000, "B": 2_000}))
    assert Counter((p.t_ms, p.direction.mirrored, p.confidence) for p in straight) == Counter(
        (p.t_ms, p.direction, p.confidence) for p in crossed
    )


def test_a_door_that_looks_different_for_ten_minutes_is_a_fault_until_it_looks_as_before() -> None:
    """The sensor is knocked: 20 % further away. It goes on counting from there, and says so."""
    knocked = Scene([Person(walk(700, 1.0))], 800, every_ms=250, floor=lambda t_s: -480 if 20 <= t_s < 740 else 0)
    machine = Zones(zone_rules=ZoneRules(silent_ms=2_000, sure_ms=1_000), idle_mm={"A": 2_400, "B": 2_400})
    said = as_list(machine, knocked.readings())
    assert faults(said) == [(FaultKind.BASELINE_SHIFT, False), (FaultKind.BASELINE_SHIFT, True)]
    began, over = [event.t_ms for event in said if isinstance(event, Fault)]
    assert 620_000 <= began <= 640_000
    assert 740_000 <= over <= 760_000


def test_failing_readings_are_a_fault_until_they_are_half_as_many() -> None:
    """More than 30 of 3,000; over at 15, so that a share near the limit is not said again and again."""
    machine = Zones(idle_mm={"A": 2_400, "B": 2_400})
    said = []
    for number in range(3_100):
        status = 255 if number < 62 and number % 2 else 0  # every other one of the first 62, all of zone B
        said += machine.feed(Distance(number * 20, "B" if number % 2 else "A", 2_400, status))
    assert [(event.kind, event.over, event.t_ms // 20) for event in said if isinstance(event, Fault)] == [
        (FaultKind.BUS_ERRORS, False, 61),
        (FaultKind.BUS_ERRORS, True, 3_000 + 31),
    ]


def test_a_hand_in_one_zone_while_the_other_is_unreadable_is_not_judged_afterwards() -> None:
    machine = Zones(idle_mm={"A": 2_400, "B": 2_400})
    readings = []
    for t_ms in range(0, 12_000, 40):
        readings.append(Distance(t_ms, "A", 900 if 7_000 <= t_ms < 8_000 else 2_400))
        readings.append(Distance(t_ms + 20, "B", 2_400, 255 if 500 <= t_ms < 10_000 else 0))
    said = as_list(machine, readings)
    assert [event for event in said if isinstance(event, Passage)] == []
    assert (FaultKind.UNREADABLE, True) in faults(said)
