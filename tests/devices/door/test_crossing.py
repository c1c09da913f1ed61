"""The counting machine: the table of named passages, and the faults."""

from __future__ import annotations

from collections import Counter

import pytest
from door_support import edges, mirrored, passages, run

from devices.door.crossing import QUARTERS, Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Confidence, Direction, Fault, FaultKind, Glitch, Passage
from devices.door.verdict import MOST_EDGES

IN, OUT, BACK = Direction.IN, Direction.OUT, Direction.TURNED_BACK
AMBIGUOUS, IMPLAUSIBLE = Direction.AMBIGUOUS, Direction.IMPLAUSIBLE
SURE, FAST, LOW, UNSURE = Confidence.SURE, Confidence.FAST, Confidence.LOW, Confidence.AMBIGUOUS


TABLE = {
    "a clean pass": ("A0 B80 a300 b400", [(IN, SURE)]),
    "a slow pass with a trolley": ("A0 B900 a4000 b4900", [(IN, SURE)]),
    "a body thinner than the beams are apart": ("A0 a90 B150 b240", [(IN, FAST)]),
    "a fast walker, beams clear half a second between": ("A0 a150 B600 b760", [(IN, FAST)]),
    "pulses too far apart are two who turned back": ("A0 a150 B800 b950", [(BACK, SURE), (BACK, SURE)]),
    "pulses of unlike length are not one walker": ("A0 a50 B300 b900", [(BACK, SURE), (BACK, SURE)]),
    "pulses of unlike length in one passage": ("A0 a50 B100 b900", [(AMBIGUOUS, LOW)]),
    "a hand in one beam": ("A0 a200", [(BACK, SURE)]),
    "turns back with both beams broken": ("A0 B80 b500 a600", [(BACK, SURE)]),
    "goes to the far edge and back": ("A0 B80 a300 A700 b900 a1000", [(BACK, SURE)]),
    "gets through and comes straight back": ("A0 B80 a300 b400 B485 A570 b750 a850", [(BACK, UNSURE)]),
    "hesitates before being through": ("A0 B80 b300 B600 a800 b900", [(IN, LOW)]),
    "an arm before the body": ("A0 a100 A250 B330 a500 b600", [(BACK, SURE), (IN, SURE)]),
    "an arm close before the body": ("A0 a100 A190 B270 a500 b600", [(IN, LOW)]),
    "an arm gap shorter than the bridge": ("A0 B80 a200 A270 a400 b500", [(IN, SURE)]),
    "two close together": ("A0 B80 a330 A430 b440 B520 a760 b850", [(IN, UNSURE), (IN, UNSURE)]),
    "three close together": (
        "A0 B80 a330 A430 b440 B520 a760 A860 b870 B950 a1190 b1280",
        [(IN, UNSURE), (IN, UNSURE), (IN, UNSURE)],
    ),
    "one who wobbles at the far edge": ("A0 B80 a300 A700 b1000 B1600 a1800 b1900", [(IN, UNSURE)]),
    "one who sways over the outer beam": ("A0 B80 a300 A700 a900 b1000", [(IN, UNSURE)]),
    "two whose beams were clear for an instant": (
        "A0 B80 a300 b400 A450 B530 a750 b850",
        [(IN, UNSURE), (IN, UNSURE)],
    ),
    "one after another": ("A0 B80 a300 b400 A600 B680 a900 b1000", [(IN, SURE), (IN, SURE)]),
    "in, then out": ("A0 B80 a300 b400 B600 A680 b900 a1000", [(IN, SURE), (OUT, SURE)]),
    "a hand outside, then somebody goes out": ("A0 a200 B500 A580 b800 a900", [(BACK, SURE), (OUT, SURE)]),
    "a hand outside, and another": ("A0 a200 A400 a600", [(BACK, SURE), (BACK, SURE)]),
    "faster than anybody runs": ("A0 B10 a300 b400", [(IMPLAUSIBLE, LOW)]),
    "slower than anybody walks": ("A0 B3500 a4000 b4500", [(IMPLAUSIBLE, LOW)]),
    "stands in the door for ten seconds": ("A0 B80 a10300 b10400", [(IN, SURE)]),
    "both beams rise and fall together": ("A0 B1 a200 b201", [(IMPLAUSIBLE, LOW)]),
    "both beams rise in the same millisecond": ("A0 B0 a200 b300", [(IMPLAUSIBLE, LOW)]),
    "both beams fall together": ("A0 B80 a300 b301", [(AMBIGUOUS, LOW)]),
    "the overlap was lost": ("A0 a300 B301 b600", [(IN, LOW)]),
    "the way back of the middle was lost": ("A0 B80 a300 A600 b601 a700", [(BACK, LOW)]),
    "the first edge was lost, so B alone was seen": ("B80 b400", [(BACK, SURE)]),
    "the first edge came together with the second": ("A80 B80 a300 b400", [(IMPLAUSIBLE, LOW)]),
    "the last edge came together with the one before": ("A0 B80 a400 b400", [(AMBIGUOUS, LOW)]),
    "both rise together after a hand": ("A0 a90 A185 B186 a400 b500", [(IMPLAUSIBLE, LOW)]),
    "the latest start of the other pulse": ("A0 a150 B750 b900", [(IN, FAST)]),
    "a pulse a moment too late": ("A0 a150 B751 b901", [(BACK, SURE), (BACK, SURE)]),
    "a pulse just under three times as long": ("A0 a100 B300 b599", [(IN, FAST)]),
    "a pulse three times as long": ("A0 a100 B300 b600", [(BACK, SURE), (BACK, SURE)]),
    "as fast as a body can be": ("A0 B20 a300 b400", [(IN, SURE)]),
    "a millisecond too fast": ("A0 B19 a300 b400", [(IMPLAUSIBLE, LOW)]),
    "as slow as a body can be": ("A0 B3000 a4000 b4500", [(IN, SURE)]),
    "a millisecond too slow": ("A0 B3001 a4000 b4500", [(IMPLAUSIBLE, LOW)]),
    "a door leaf that sweeps through both beams and back": ("A0 B60 b900 a980", [(BACK, SURE)]),
    "a door leaf as far as the first beam": ("A0 a700", [(BACK, SURE)]),
    "a door leaf that breaks both beams at once": ("A0 B1 b700 a800", [(IMPLAUSIBLE, LOW)]),
    "a trolley pushed through in half a minute": ("A0 B2500 a28000 b30000", [(IN, SURE)]),
    "electrical noise": ("A0 a3 B10 b12", []),
    "nothing at all": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_table(text: str, expected: list[tuple[Direction, Confidence]]) -> None:
    assert [(p.direction, p.confidence) for p in passages(edges(text))] == expected


@pytest.mark.parametrize(("text", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_table_from_the_other_side(text: str, expected: list[tuple[Direction, Confidence]]) -> None:
    out = [(p.direction, p.confidence) for p in passages(mirrored(edges(text)))]
    assert out == [(direction.mirrored, confidence) for direction, confidence in expected]


def test_the_quarters_are_a_ring() -> None:
    assert len(QUARTERS) == 8
    for (before, after), worth in QUARTERS.items():
        assert QUARTERS[after, before] == -worth
        assert sum(x != y for x, y in zip(before, after, strict=True)) == 1


def test_a_passage_is_told_when_the_beams_are_clear_again_on_the_sensors_clock() -> None:
    (one,) = passages(edges("A1000 B1080 a1300 b1400"))
    assert one.t_ms == 1400


def test_a_sensor_mounted_the_other_way_round() -> None:
    (one,) = passages(edges("A0 B80 a300 b400"), Crossing(swapped=True))
    assert one.direction is OUT


def test_a_passage_is_told_as_soon_as_the_close_delay_is_over() -> None:
    machine = Crossing()
    for edge in edges("A0 B80 a300 b400"):
        assert machine.feed(edge) == []
    assert machine.advance(499) == []
    assert machine.wake_at == 500
    assert [type(event) for event in machine.advance(500)] == [Passage]
    assert machine.wake_at is None


def test_a_beam_broken_for_a_minute_is_a_fault_and_no_count() -> None:
    machine = Crossing()
    said = run(edges("A0 B80"), machine) + machine.advance(59_999)
    assert said == []
    assert machine.advance(60_000) == [Fault(60_000, FaultKind.BLOCKED, beam=Beam.A)]
    assert machine.faults == (FaultKind.BLOCKED,)
    assert [machine.feed(edge) for edge in edges("a70000 b70100")] == [[], []]
    assert machine.advance(71_099) == []
    assert machine.advance(71_100) == [Fault(71_100, FaultKind.BLOCKED, over=True, beam=Beam.A)]
    assert [p.direction for p in passages(edges("A80000 B80080 a80300 b80400"), machine)] == [IN]


def test_a_blocked_door_does_not_count_what_flickers() -> None:
    said = run(edges("A0 B61000 b61500 B62000 b62500 a63000 A63500 a63900"))
    assert [event for event in said if isinstance(event, Passage)] == []
    assert [(fault.t_ms, fault.over) for fault in said if isinstance(fault, Fault)] == [(60_000, False), (64_900, True)]


def test_one_dead_beam_is_noticed_and_its_recovery_too() -> None:
    machine = Crossing()
    said = run(edges(" ".join(f"A{n * 1000} a{n * 1000 + 300}" for n in range(11))), machine)
    faults = [event for event in said if isinstance(event, Fault)]
    assert faults == [Fault(10_000, FaultKind.ONE_BEAM_DEAD, beam=Beam.B)]
    said = run(edges("B20000 b20300"), machine)
    assert Fault(20_000, FaultKind.ONE_BEAM_DEAD, over=True, beam=Beam.B) in said


def test_repeated_reports_of_the_same_state_are_no_edges() -> None:
    assert run(edges(" ".join(f"a{n * 100}" for n in range(100)))) == []
    assert [p.direction for p in passages(edges("A0 A40 B80 A90 B95 a300 a310 b400"))] == [IN]


def test_more_people_than_fit_are_a_fault_and_not_counted() -> None:
    walk = " ".join(f"A{n * 185} B{n * 185 + 25} a{n * 185 + 55} b{n * 185 + 80}" for n in range(8))
    machine = Crossing()
    said = run(edges(walk), machine)
    counted = [event for event in said if isinstance(event, Passage) and event.direction is IN]
    for i, one in enumerate(counted):
        assert sum(one.t_ms - 1000 < other.t_ms <= one.t_ms for other in counted[: i + 1]) <= 4
    assert Counter(event.direction for event in said if isinstance(event, Passage))[IMPLAUSIBLE] == 8 - len(counted) > 0
    assert [fault.kind for fault in said if isinstance(fault, Fault)] == [FaultKind.CHATTER]
    over = machine.advance(60_000)
    assert [(fault.kind, fault.over) for fault in over if isinstance(fault, Fault)] == [(FaultKind.CHATTER, True)]


def numbered(text: str, numbers: list[int]) -> list[Edge]:
    return [Edge(e.t_ms, e.beam, e.broken, n) for e, n in zip(edges(text), numbers, strict=True)]


def test_a_jump_in_the_sensors_numbers_is_a_fault_and_lowers_confidence() -> None:
    machine = Crossing()
    said = run(numbered("A0 B80 a300 b400", [1, 2, 4, 5]), machine)
    assert said[0] == Fault(300, FaultKind.EDGES_LOST)
    assert [event for event in said if isinstance(event, Passage)] == [Passage(400, IN, LOW)]
    assert machine.advance(10_300) == [Fault(10_300, FaultKind.EDGES_LOST, over=True)]


def test_a_lone_pulse_with_lost_edges_is_somebody_who_turned_back_perhaps() -> None:
    said = run(numbered("A0 a300", [1, 3]))
    assert said == [Fault(300, FaultKind.EDGES_LOST), Passage(300, BACK, LOW)]


def test_numbers_wrap_with_32_bits() -> None:
    said = run(numbered("A0 B80 a300 b400", [2**32 - 2, 2**32 - 1, 0, 1]))
    assert said == [Passage(400, IN, SURE)]


def test_two_edges_in_one_instant_are_a_glitch() -> None:
    assert [event for event in run(edges("A0 B1 a200 b300")) if isinstance(event, Glitch)] == [Glitch(1)]


def test_a_sensor_that_is_lost_in_the_middle_counts_nothing_of_it() -> None:
    machine = Crossing()
    for edge in edges("A0 B80"):
        machine.feed(edge)
    assert machine.freeze(200) == [Glitch(200)]
    assert machine.wake_at is None
    assert [p.direction for p in passages(edges("B5000 A5080 b5300 a5400"), machine)] == [OUT]


def test_a_sensor_that_is_lost_just_after_a_passage_keeps_it() -> None:
    machine = Crossing()
    for edge in edges("A0 B80 a300 b400"):
        machine.feed(edge)
    assert machine.freeze(410) == [Passage(400, IN, SURE)]


def test_a_blocked_door_whose_sensor_is_lost_begins_anew() -> None:
    machine = Crossing()
    machine.feed(Edge(0, Beam.A, True))
    machine.advance(61_000)
    assert machine.freeze(61_500) == [Fault(61_500, FaultKind.BLOCKED, over=True, beam=Beam.A)]
    assert machine.faults == ()


def test_a_curtain_in_the_wind_is_not_a_person() -> None:
    flutter = " ".join(f"A{n * 200} a{n * 200 + 110}" for n in range(MOST_EDGES))
    said = passages(edges(f"{flutter} B{MOST_EDGES * 200} A{MOST_EDGES * 200 + 80} b{MOST_EDGES * 200 + 200}"
                          f" a{MOST_EDGES * 200 + 300}"))  # fmt: skip
    assert [p.direction for p in said] == [IMPLAUSIBLE]
