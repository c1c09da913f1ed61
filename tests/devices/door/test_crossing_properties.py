"""What holds of the counting machine for any input."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from door_support import mirrored, passages, run
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.door.crossing import QUARTERS, Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Confidence, Direction, Event, Fault, FaultKind, Glitch, Passage, Rules

IN, OUT, BACK, IMPLAUSIBLE = Direction.IN, Direction.OUT, Direction.TURNED_BACK, Direction.IMPLAUSIBLE
SURE, LOW = Confidence.SURE, Confidence.LOW

gaps = st.integers(0, 700)
noise = st.lists(st.tuples(gaps, st.sampled_from(Beam)), max_size=60)


def recording(moves: list[tuple[int, Beam]]) -> list[Edge]:
    """Each move toggles a beam some ms later; in the end both are clear."""
    out: list[Edge] = []
    state, t = {Beam.A: False, Beam.B: False}, 0
    for gap, beam in moves:
        t += gap
        state[beam] = not state[beam]
        out.append(Edge(t, beam, state[beam]))
    for beam in Beam:
        if state[beam]:
            t += 300
            out.append(Edge(t, beam, False))
    return out


@given(noise)
@settings(max_examples=300)
def test_mirrored_input_swaps_in_and_out_and_changes_nothing_else(moves: list[tuple[int, Beam]]) -> None:
    straight = passages(recording(moves))
    other = passages(mirrored(recording(moves)))
    assert [(p.t_ms, p.direction.mirrored, p.confidence) for p in straight] == [
        (p.t_ms, p.direction, p.confidence) for p in other
    ]


@given(noise, st.lists(st.integers(0, 60_000), max_size=40), st.integers(0, 120_000))
@settings(max_examples=200)
def test_how_often_it_is_told_the_time_changes_nothing(moves, ticks: list[int], rest: int) -> None:
    """Told at any moments between the edges and after the last, it says the same, though maybe sooner."""
    edges_ = recording(moves)
    end = (edges_[-1].t_ms if edges_ else 0) + rest
    machine, said = Crossing(), []
    for t, edge in sorted([(e.t_ms, e) for e in edges_] + [(t, None) for t in ticks if t <= end], key=lambda x: x[0]):
        said += machine.advance(t) if edge is None else machine.feed(edge)
    said += machine.advance(end + 10_000)
    other = Crossing()
    plain = [event for edge in edges_ for event in other.feed(edge)] + other.advance(end + 10_000)
    assert by_kind(said) == by_kind(plain)


def by_kind(events: list[Event]) -> dict[bool, list[Event]]:
    """Faults of the line go by raw edges, all else by filtered ones: each in its own order."""
    line = {FaultKind.EDGES_LOST, FaultKind.ONE_BEAM_DEAD}
    out: dict[bool, list[Event]] = {True: [], False: []}
    for event in events:
        out[isinstance(event, Fault) and event.kind in line].append(event)
    return out


def shifted(event: Event, by: int) -> Event:
    return replace(event, t_ms=event.t_ms + by)


@given(noise, st.integers(1, 10**10))
def test_another_time_of_day_changes_nothing(moves: list[tuple[int, Beam]], by: int) -> None:
    plain = recording(moves)
    later = [replace(edge, t_ms=edge.t_ms + by) for edge in plain]
    assert run(later) == [shifted(event, by) for event in run(plain)]


@given(noise, st.integers(0, 62), st.integers(0, 200))
def test_a_freeze_counts_nothing_that_was_still_in_the_beams(moves, upto: int, after: int) -> None:
    """Whatever a freeze says was over before it: both beams were clear, as far as anybody could see."""
    before = recording(moves)[:upto]
    machine = Crossing()
    for edge in before:
        machine.feed(edge)
    t = (before[-1].t_ms if before else 0) + after
    said = machine.freeze(t)
    broken = {edge.beam: edge.broken for edge in before}
    counted = [event for event in said if isinstance(event, Passage)]
    if any(broken.values()) and any(isinstance(event, Glitch) and event.t_ms == t for event in said):
        opened = max(edge.t_ms for edge in before if edge.broken)
        assert all(passage.t_ms <= opened for passage in counted)
    assert all(passage.t_ms <= t for passage in counted)
    assert machine.idle
    assert machine.freeze(t + 1) == []


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(Beam)), max_size=120))
@settings(max_examples=150)
def test_no_second_holds_more_counts_than_people_fit_through_a_door(moves: list[tuple[int, Beam]]) -> None:
    times = [p.t_ms for p in passages(recording([(20 + gap, beam) for gap, beam in moves])) if p.direction in (IN, OUT)]
    assert all(later - earlier >= 1_000 for earlier, later in zip(times, times[4:], strict=False))


@given(noise, st.lists(st.integers(0, 3), max_size=62))
def test_lost_edges_never_break_the_machine(moves: list[tuple[int, Beam]], holes: list[int]) -> None:
    """Whatever is missing, every passage has a verdict and the door ends free."""
    left = [
        Edge(edge.t_ms, edge.beam, edge.broken, number)
        for number, (edge, hole) in enumerate(zip(recording(moves), holes + [1] * 62, strict=False))
        if hole
    ]
    machine = Crossing()
    run(left, machine)
    t = left[-1].t_ms if left else 0
    machine.advance(t + 200_000)
    said = machine.freeze(t + 200_001)
    assert not [event for event in said if isinstance(event, Passage)]
    assert machine.wake_at is None


@given(noise)
@settings(max_examples=300)
def test_people_are_conserved_for_clean_edges(moves: list[tuple[int, Beam]]) -> None:
    """Where no edge is missing, ins less outs of passages that are told apart surely are a quarter of the net steps."""
    edges_ = recording([(gap + 101, beam) for gap, beam in moves])  # slower than any filter
    state, net = (False, False), 0
    for edge in edges_:
        before = state
        state = (edge.broken, state[1]) if edge.beam is Beam.A else (state[0], edge.broken)
        net += QUARTERS[before, state]
    said = passages(edges_)
    assert state == (False, False)
    assert net % 4 == 0
    if all(p.confidence in (SURE, LOW) and p.direction is not IMPLAUSIBLE for p in said):
        assert sum(p.direction is IN for p in said) - sum(p.direction is OUT for p in said) == net // 4


@given(st.lists(st.sampled_from([Beam.A, Beam.B]), max_size=3), st.integers(101, 1500), st.integers(1, 8))
def test_noise_that_steps_back_never_counts(path: list[Beam], pause: int, times: int) -> None:
    """Whatever was broken becomes clear again in the opposite order: nobody got through."""
    breaks = list(dict.fromkeys(path))
    moves = [(pause, beam) for beam in [*breaks, *reversed(breaks)]] * times
    assert not {p.direction for p in passages(recording(moves))} & {IN, OUT}


walkers = st.lists(
    st.tuples(st.sampled_from([IN, OUT, BACK]), st.floats(0.4, 2.5), st.floats(0.15, 0.5), st.integers(260, 5_000)),
    max_size=25,
)  # direction, m/s, depth in m, pause in ms


@given(walkers, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_walkers_who_keep_their_distance_are_all_counted(people, random) -> None:
    t, out = 1_000, []
    for direction, speed, depth, pause in people:
        reach, clear = int(100 / speed), int(depth * 1000 / speed)
        a, b = (Beam.B, Beam.A) if direction is OUT else (Beam.A, Beam.B)
        order = [a, b, b, a] if direction is BACK else [a, b, a, b]
        times = [0, reach, reach + clear, 2 * reach + clear] if direction is BACK else [0, reach, clear, clear + reach]
        for offset, beam, broken in zip(times, order, (True, True, False, False), strict=True):
            out.append(Edge(t + offset + random.randint(-3, 3), beam, broken))
        t += times[-1] + pause
    assert Counter(p.direction for p in passages(out)) == Counter(direction for direction, *_ in people)


# -- controls: what these properties would say of a machine that is wrong


def rush() -> list[Edge]:
    return [
        Edge(n * 185 + after, beam, broken)
        for n in range(100)
        for after, beam, broken in ((0, Beam.A, True), (25, Beam.B, True), (55, Beam.A, False), (80, Beam.B, False))
    ]


def test_a_control_without_a_highest_rate_is_caught() -> None:
    """The bound on counts a second is the machine's doing, not the input's."""
    times = [p.t_ms for p in passages(rush(), Crossing(Rules(per_second=99))) if p.direction is IN]
    assert any(later - earlier < 1_000 for earlier, later in zip(times, times[4:], strict=False))


class _Impatient(Crossing):
    """A machine that doubts whoever has been in the door for a second or two, whenever it is told the time."""

    def advance(self, t_ms: int) -> list[Event]:
        if self._trace is not None and 1_000 < t_ms - min(self._since.values(), default=t_ms) < 3_000:
            self._trace.jumps += 1
        return super().advance(t_ms)


def test_a_control_that_changes_its_mind_when_told_the_time_is_caught() -> None:
    walk = [Edge(0, Beam.A, True), Edge(80, Beam.B, True), Edge(3_000, Beam.A, False), Edge(3_080, Beam.B, False)]
    plain = run(walk, _Impatient())
    machine, said = _Impatient(), []
    for edge in walk:
        said += machine.advance(edge.t_ms - 1) + machine.feed(edge)
    assert said + machine.finish(3_080) != plain


def test_a_control_that_takes_both_beams_for_one_breaks_the_mirror() -> None:
    """A machine that hears of beam B a little late is not the same from both sides."""

    def late(recording_: list[Edge]) -> list[Edge]:
        return [replace(e, t_ms=e.t_ms + 15 * (e.beam is Beam.B)) for e in recording_]

    slow = [Edge(0, Beam.A, True), Edge(10, Beam.B, True), Edge(300, Beam.A, False), Edge(400, Beam.B, False)]
    assert [p.direction for p in passages(late(slow))] == [IN]
    assert [p.direction for p in passages(sorted(late(mirrored(slow)), key=lambda e: e.t_ms))] != [OUT]
