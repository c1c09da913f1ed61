"""Longer stories at a door with two beams: bad wiring, dead beams, leaves, trolleys, rain of edges, lost sensors."""

from __future__ import annotations

from door_support import edges, mirrored, passages, run

from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Confidence, Direction, Event, Fault, FaultKind, Glitch, Passage
from devices.door.faults import Standing

IN, OUT, BACK = Direction.IN, Direction.OUT, Direction.TURNED_BACK


def walks(count: int, text: str = "A0 B80 a300 b400", every_ms: int = 2_000) -> list[Edge]:
    """``count`` people, one after another."""
    return [
        Edge(n * every_ms + edge.t_ms, edge.beam, edge.broken, n * 4 + i)
        for n in range(count)
        for i, edge in enumerate(edges(text))
    ]


def faults(said: list[Event]) -> list[tuple[FaultKind, bool, int]]:
    return [(event.kind, event.over, event.t_ms) for event in said if isinstance(event, Fault)]


def test_swapped_wires_turn_a_day_of_ins_into_outs_until_it_is_set_right() -> None:
    crossed = mirrored(walks(20))
    assert {p.direction for p in passages(crossed)} == {OUT}
    assert {p.direction for p in passages(crossed, Crossing(swapped=True))} == {IN}


def test_a_dead_beam_names_the_beam_on_the_sensors_label_turned_to_the_door() -> None:
    """With ``swapped``, the beam that never moves is named as the door sees it: A is outside."""
    alone = [Edge(edge.t_ms, edge.beam, edge.broken) for edge in walks(12) if edge.beam is Beam.A]
    (fault,) = [event for event in run(alone, Crossing(swapped=True)) if isinstance(event, Fault)]
    assert fault.beam is Beam.A


def test_one_dead_beam_is_told_within_21_edges_and_nobody_is_invented() -> None:
    alone = [edge for edge in walks(40) if edge.beam is Beam.B]
    alone = [Edge(edge.t_ms, edge.beam, edge.broken) for edge in alone]  # the sensor does not number its edges
    said = run(alone)
    assert faults(said) == [(FaultKind.ONE_BEAM_DEAD, False, alone[20].t_ms)]
    assert {event.direction for event in said if isinstance(event, Passage)} == {BACK}


def test_a_beam_that_is_dead_stays_so_when_the_sensor_was_away_for_a_moment() -> None:
    machine = Crossing()
    alone = [Edge(edge.t_ms, edge.beam, edge.broken) for edge in walks(12) if edge.beam is Beam.A]
    run(alone, machine)
    machine.freeze(30_000)
    assert machine.faults == (FaultKind.ONE_BEAM_DEAD,)
    assert faults(run(edges("A40000 a40300"), machine)) == []
    assert faults(run(edges("B50000 b50300"), machine)) == [(FaultKind.ONE_BEAM_DEAD, True, 50_000)]


def test_numbers_begin_anew_when_the_sensor_is_back() -> None:
    machine = Crossing()
    run(walks(2), machine)
    machine.freeze(10_000)
    again = [Edge(edge.t_ms + 20_000, edge.beam, edge.broken, edge.number) for edge in walks(1)]
    assert run(again, machine) == [Passage(20_400, IN, Confidence.SURE)]


def test_a_door_leaf_that_swings_all_day_is_nobody() -> None:
    leaf = walks(50, "A0 B60 b900 a980")
    assert [p.direction for p in passages(leaf)] == [BACK] * 50


def test_a_parked_trolley_is_a_fault_and_whoever_squeezes_by_is_not_counted() -> None:
    machine = Crossing()
    said = run(edges("A0 B500"), machine)
    for second in range(60, 300, 30):  # the beam behind it still flickers
        said += machine.feed(Edge(second * 1_000, Beam.B, False))
        said += machine.feed(Edge(second * 1_000 + 400, Beam.B, True))
    said += run(edges("b300000 a300200"), machine)
    assert faults(said) == [(FaultKind.BLOCKED, False, 60_000), (FaultKind.BLOCKED, True, 301_200)]
    assert not any(isinstance(event, Passage) for event in said)
    assert [p.direction for p in passages(edges("A310000 B310080 a310300 b310400"), machine)] == [IN]


def test_a_beam_that_clears_for_less_than_a_second_stays_blocked() -> None:
    machine = Crossing()
    said = run(edges("A0"), machine) + machine.advance(60_000)
    said += [event for edge in edges("a70000 A70900 a80000") for event in machine.feed(edge)]
    said += machine.advance(81_000)
    assert faults(said) == [(FaultKind.BLOCKED, False, 60_000), (FaultKind.BLOCKED, True, 81_000)]


def test_a_hand_just_before_a_trolley_is_still_somebody_who_turned_back() -> None:
    machine = Crossing()
    said = run(edges("B0 b200 A500"), machine) + machine.advance(60_500)
    assert said == [Passage(200, BACK, Confidence.SURE), Fault(60_500, FaultKind.BLOCKED, beam=Beam.A)]


def test_chatter_that_goes_on_is_one_fault_and_is_over_ten_seconds_after() -> None:
    """The fault is extended by each excess, however seldom the machine hears of the time."""
    machine = Crossing()
    rush = [Edge(e.t_ms, e.beam, e.broken) for e in walks(100, "A0 B25 a55 b80", 185)]
    said = run(rush, machine) + machine.advance(100_000)
    (began, over) = faults(said)
    assert began[:2] == (FaultKind.CHATTER, False)
    assert over[:2] == (FaultKind.CHATTER, True)
    last = max(event.t_ms for event in said if isinstance(event, Passage) and event.direction is Direction.IMPLAUSIBLE)
    assert over[2] == last + 10_000


def test_lost_edges_every_few_seconds_are_one_standing_fault() -> None:
    machine = Crossing()
    gappy = [Edge(e.t_ms, e.beam, e.broken, e.number + e.t_ms // 2_000) for e in walks(20) if e.number is not None]
    said = run(gappy, machine) + machine.advance(100_000)
    assert faults(said) == [(FaultKind.EDGES_LOST, False, 2_000), (FaultKind.EDGES_LOST, True, 48_000)]


def test_a_hand_and_then_a_sensor_that_is_lost_with_somebody_in_the_beams() -> None:
    machine = Crossing()
    for edge in edges("A0 a200 B500 A580"):
        machine.feed(edge)
    assert machine.freeze(600) == [Passage(200, BACK, Confidence.SURE), Glitch(600)]


def test_a_freeze_ends_at_the_moment_it_is_told_and_not_later() -> None:
    """Nothing that would become true soon is said: the beam was not broken for a minute yet."""
    machine = Crossing()
    machine.feed(Edge(0, Beam.A, True))
    assert machine.freeze(59_500) == [Glitch(59_500)]
    assert machine.wake_at is None


def test_doubt_lowers_the_confidence_of_the_open_passage_only() -> None:
    machine = Crossing()
    for edge in edges("A0 B80"):
        machine.feed(edge)
    machine.advance(200)
    machine.doubt()
    assert run(edges("a300 b400"), machine) == [Passage(400, IN, Confidence.LOW)]
    assert run(edges("A2000 B2080 a2300 b2400"), machine) == [Passage(2_400, IN, Confidence.SURE)]


def test_a_fault_that_is_not_there_cannot_end() -> None:
    assert Standing().end(FaultKind.BLOCKED, 5) == []


def test_four_people_a_second_are_the_most_and_the_second_ends_to_the_millisecond() -> None:
    row = [edge for n in range(4) for edge in walks_at(n * 250)]
    fifth = [passage.direction for passage in passages(row + walks_at(1_000))]
    assert fifth == [IN] * 5
    early = [passage.direction for passage in passages(row + walks_at(999))]
    assert early == [IN] * 4 + [Direction.IMPLAUSIBLE]


def walks_at(t_ms: int) -> list[Edge]:
    """A runner whose beams are clear again 90 ms after ``t_ms``."""
    return [Edge(t_ms + edge.t_ms, edge.beam, edge.broken) for edge in edges("A0 B30 a60 b90")]


def test_the_speed_is_that_of_the_last_try() -> None:
    """Somebody waits in the outer beam, steps back for a moment, and goes through."""
    assert passages(edges("A0 a3500 A3590 B3670 a3900 b4000")) == [Passage(4_000, IN, Confidence.LOW)]


def test_two_who_creep_one_behind_the_other_are_one_implausible_passage() -> None:
    creeping = edges("A0 B3500 a3700 A3900 b4000 B7400 a7600 b7800")
    assert passages(creeping) == [Passage(7_800, Direction.IMPLAUSIBLE, Confidence.LOW)]


def test_a_curtain_is_told_from_a_fidget_by_two_hundred_edges() -> None:
    def fidget(pulses: int) -> list[Edge]:
        out = [Edge(0, Beam.A, True)]
        for n in range(pulses):
            out += [Edge(100 + n * 150, Beam.B, True), Edge(150 + n * 150, Beam.B, False)]
        return [*out, Edge(pulses * 150 + 300, Beam.A, False)]

    assert [p.direction for p in passages(fidget(99))] == [BACK]
    assert [p.direction for p in passages(fidget(100))] == [Direction.IMPLAUSIBLE]


def test_what_happens_while_a_beam_is_blocked_is_nobody_even_when_the_sensor_is_lost_then() -> None:
    machine = Crossing()
    said = [event for edge in edges("A0 a61000 A61200 B61280 a61500 b61600") for event in machine.feed(edge)]
    said += machine.freeze(61_800)
    assert [event for event in said if not isinstance(event, Fault)] == []
    assert faults(said) == [(FaultKind.BLOCKED, False, 60_000), (FaultKind.BLOCKED, True, 61_800)]
