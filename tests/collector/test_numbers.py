"""Which numbers are missing, and how far a ledger may be acknowledged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.numbers import Hole, Numbers

_SEQS = st.lists(st.integers(1, 60), max_size=60)


def _missing(numbers: Numbers) -> set[int]:
    return {seq for hole in numbers.holes for seq in range(hole.first, hole.last + 1)}


def test_nothing_has_arrived() -> None:
    assert Numbers().mark == 0


def test_the_mark_stops_below_the_first_hole() -> None:
    numbers = Numbers().with_rows([1, 2, 5, 6])
    assert numbers.mark == 2
    assert numbers.awaited == (Hole(3, 4),)


def test_a_filled_hole_lets_the_mark_go_to_the_top() -> None:
    assert Numbers().with_rows([1, 4]).with_rows([3, 2]).mark == 4


def test_a_floor_turns_the_part_of_a_hole_below_it_into_lost_rows() -> None:
    numbers = Numbers().with_rows([1, 9]).with_floor(5)
    assert numbers.mark == 5
    assert numbers.lost == (Hole(2, 5),)
    assert numbers.awaited == (Hole(6, 8),)


def test_a_floor_above_everything_known_loses_what_never_came() -> None:
    numbers = Numbers().with_rows([1, 2]).with_floor(5)
    assert (numbers.mark, numbers.top, numbers.lost) == (5, 5, (Hole(3, 5),))


def test_a_lower_floor_changes_nothing() -> None:
    numbers = Numbers().with_rows([1, 9]).with_floor(8)
    assert numbers.with_floor(3) is numbers


def test_a_row_below_the_floor_that_comes_after_all_is_no_longer_lost() -> None:
    assert Numbers().with_rows([1, 4]).with_floor(3).with_rows([2, 3]).lost == ()


@given(_SEQS)
def test_the_mark_is_the_longest_run_from_one(seqs: list[int]) -> None:
    mark = 0
    while mark + 1 in seqs:
        mark += 1
    assert Numbers().with_rows(seqs).mark == mark


@given(
    st.lists(st.one_of(st.tuples(st.just("rows"), _SEQS), st.tuples(st.just("floor"), st.integers(0, 70)))),
    st.randoms(),
)
def test_order_and_repetition_do_not_matter(steps: list[tuple[str, object]], random: object) -> None:
    def run(order: list[tuple[str, object]]) -> Numbers:
        numbers = Numbers()
        for kind, value in order:
            numbers = numbers.with_rows(value) if kind == "rows" else numbers.with_floor(value)  # type: ignore[arg-type]
        return numbers

    shuffled = steps + steps
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = run(steps), run(shuffled)
    assert (one.top, one.floor, one.mark, _missing(one)) == (other.top, other.floor, other.mark, _missing(other))


@given(_SEQS, _SEQS, st.integers(0, 70))
def test_the_mark_never_goes_back(first: list[int], then: list[int], floor: int) -> None:
    numbers = Numbers().with_rows(first)
    assert numbers.with_rows(then).mark >= numbers.mark
    assert numbers.with_floor(floor).mark >= numbers.mark
