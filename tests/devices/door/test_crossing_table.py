"""All edge sequences of two beams, decided as the counting rules write it.

The rules are told a second time here, in a few lines that know nothing of how the machine works: quarter steps on a
ring, and by which beam somebody came and left. Every way through the four states up to a length is walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from door_support import along, mirrored, passages, run

from devices.door.crossing import Crossing
from devices.door.events import Confidence, Direction, Glitch, Passage

IN, OUT, BACK = Direction.IN, Direction.OUT, Direction.TURNED_BACK
AMBIGUOUS, IMPLAUSIBLE = Direction.AMBIGUOUS, Direction.IMPLAUSIBLE
SURE, FAST, LOW, UNSURE = Confidence.SURE, Confidence.FAST, Confidence.LOW, Confidence.AMBIGUOUS

RING = "-AWB"
WALKING = 150  # ms in each state: nobody in the beams this long ends a passage
HASTY = 90  # ms: longer than an arm's gap, too short to end a passage


def closed_walks(steps: int) -> Iterator[str]:
    """All ways of that many quarter steps from an empty door to an empty door."""
    for moves in range(2**steps):
        places = [0]
        for i in range(steps):
            places.append((places[-1] + (1 if moves >> i & 1 else -1)) % 4)
        if places[-1] == 0:
            yield "".join(RING[place] for place in places)


def quarters(path: str) -> int:
    return sum(1 if (RING.index(b) - RING.index(a)) % 4 == 1 else -1 for a, b in pairwise(path))


def split(path: str) -> list[str]:
    """The passages of a path that rests at ``-`` long enough: ``-A-AWB-`` is ``-A-`` and ``-AWB-``."""
    return [f"-{inside}-" for inside in path.strip("-").split("-")]


def reentered(path: str, direction: Direction) -> bool:
    """Whether the entry beam was broken again while only the exit beam was broken."""
    return ("BW" if direction is IN else "AW") in path


def told(path: str) -> list[tuple[Direction, bool]]:
    """What the rules say of a path at walking speed: each passage's verdict, and whether it must be unsure."""
    out: list[tuple[Direction, bool]] = []
    parts = split(path)
    while parts:
        part, *parts = parts
        if (part, parts[:1]) in (("-A-", ["-B-"]), ("-B-", ["-A-"])):  # two pulses alike that never overlapped
            out.append((IN if part == "-A-" else OUT, False))
            parts = parts[1:]
            continue
        steps = quarters(part)
        direction = BACK if steps == 0 else IN if steps == 4 else OUT
        out.append((direction, steps != 0 and reentered(part, direction)))
    return out


def agrees(path: str, found: list[Passage]) -> bool:
    """One verdict for each passage told; where two beams cannot tell one from two, one or more alike, marked so."""
    left = list(found)
    for direction, unsure in told(path):
        if not left or left.pop(0).direction is not direction:
            return False
        if unsure:
            while left and left[0].confidence is UNSURE and left[0].direction is direction:
                left.pop(0)
    return not left


@pytest.mark.parametrize("steps", [2, 4, 6, 8, 10])
def test_every_walk_around_the_ring(steps: int) -> None:
    walks = list(closed_walks(steps))
    assert len(walks) == {2: 2, 4: 8, 6: 32, 8: 128, 10: 512}[steps]
    wrong = [path for path in walks if not agrees(path, passages(along(path, WALKING)))]
    assert wrong == []


@pytest.mark.parametrize("steps", [4, 6, 8])
def test_the_mark_unsure_is_where_two_beams_cannot_tell(steps: int) -> None:
    for path in closed_walks(steps):
        if "-" in path[1:-1]:
            continue
        (unsure,) = {unsure for _, unsure in told(path)}
        marked = {p.confidence is UNSURE for p in passages(along(path, WALKING)) if p.direction is not BACK}
        assert marked <= {unsure}, path


def test_a_control_that_counts_by_the_ends_alone_is_caught() -> None:
    """The table can fail: a plain path rule takes one who wobbled back out of the far beam for somebody who came."""

    def ends(path: str) -> list[Passage]:
        return [
            Passage(0, BACK if part[1] == part[-2] else IN if part[1] == "A" else OUT, SURE) for part in split(path)
        ]

    assert [path for path in closed_walks(6) if not agrees(path, ends(path))]


@pytest.mark.parametrize("steps", [4, 8])
def test_walks_too_close_to_part_count_their_whole_rounds(steps: int) -> None:
    """With pauses too short to end a passage, a round is still four quarter steps, and two rounds are two people."""
    for path in closed_walks(steps):
        rounds = quarters(path) // 4
        found = [p for p in passages(along(path, HASTY)) if p.direction in (IN, OUT)]
        if path in ("-A-B-", "-B-A-"):
            assert [(p.direction, p.confidence) for p in found] == [(IN if path == "-A-B-" else OUT, FAST)]
            continue
        if not reentered(path, IN if rounds > 0 else OUT):
            assert len(found) == abs(rounds), path
        assert {p.direction for p in found} == (set() if rounds == 0 else {IN if rounds > 0 else OUT}), path


def broken_passages(longest: int) -> Iterator[str]:
    """Passages of up to that many states in which opposite states may follow each other."""
    grown = ["-"]
    for _ in range(longest):
        grown = [path + state for path in grown for state in "AWB" if state != path[-1]]
        yield from (f"{path}-" for path in grown)


def told_with_jumps(path: str) -> Direction:
    """An illegal jump leaves only the ends to go by; both beams broken at once are not a count."""
    if "-W" in path:
        return IMPLAUSIBLE
    if path.endswith("W-"):
        return AMBIGUOUS
    return BACK if path[1] == path[-2] else IN if path[1] == "A" else OUT


def jumps(path: str) -> int:
    return sum((RING.index(a) - RING.index(b)) % 4 == 2 for a, b in pairwise(path))


@pytest.mark.parametrize("apart", [0, 1, 2])
def test_every_passage_with_an_illegal_jump_goes_by_its_ends(apart: int) -> None:
    for path in broken_passages(6):
        said = run(along(path, WALKING, apart))
        if not jumps(path):
            assert not any(isinstance(event, Glitch) for event in said), path
            continue
        assert sum(isinstance(event, Glitch) for event in said) == jumps(path), path
        (passage,) = [event for event in said if isinstance(event, Passage)]
        assert (passage.direction, passage.confidence) == (told_with_jumps(path), LOW), path


def test_wrong_wiring_mirrors_every_walk_and_the_setting_mends_it() -> None:
    for path in closed_walks(8):
        straight = along(path, WALKING)
        right = [(p.t_ms, p.direction, p.confidence) for p in passages(straight)]
        crossed = passages(mirrored(straight))
        assert [(p.t_ms, p.direction.mirrored, p.confidence) for p in crossed] == right
        mended = passages(mirrored(straight), Crossing(swapped=True))
        assert [(p.t_ms, p.direction, p.confidence) for p in mended] == right
