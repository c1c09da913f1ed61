"""Seen twice, told once; each code for itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.accept import Reading
from devices.barcode.code import Code
from devices.barcode.confirm import AGREE_S, GONE_S, HINT_S, Confirmer
from devices.barcode.events import Kind

QUAD = ((0, 0), (100, 0), (100, 30), (0, 30))


def reading(text: str, kind: Kind = Kind.ITEM, *, sure: bool = False) -> Reading:
    return Reading(kind, text, Code("Code128", text, QUAD), sure)


BOOK, OTHER = reading("B00417"), reading("B00418")
ISBN = reading("9786020324784", Kind.ISBN)


def test_one_frame_is_not_enough_and_two_are() -> None:
    confirmer = Confirmer()
    assert confirmer.see(0.0, [BOOK]) == []
    assert confirmer.pending
    assert confirmer.see(0.1, [BOOK]) == [BOOK]
    assert not confirmer.pending


def test_twice_in_the_same_frame_is_once() -> None:
    assert Confirmer().see(0.0, [BOOK, BOOK]) == []


def test_two_frames_too_far_apart_do_not_agree() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    assert confirmer.see(AGREE_S + 0.01, [BOOK]) == []
    assert confirmer.see(AGREE_S + 0.11, [BOOK]) == [BOOK]


def test_a_wrong_text_between_does_no_harm() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    assert confirmer.see(0.1, [reading("B99999")]) == []
    assert confirmer.see(0.2, [BOOK]) == [BOOK]


def test_a_sure_reading_counts_at_once() -> None:
    sure = reading("M0001", Kind.PATRON, sure=True)
    assert Confirmer().see(0.0, [sure]) == [sure]


def test_a_code_in_view_is_told_once() -> None:
    confirmer = Confirmer()
    told = [confirmer.see(n / 10, [BOOK]) for n in range(100)]
    assert sum(map(len, told)) == 1
    assert confirmer.was_told(BOOK.code)


def test_a_code_that_left_and_came_back_is_told_again() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    confirmer.see(0.1, [BOOK])
    confirmer.see(0.1 + GONE_S, [])
    assert not confirmer.was_told(BOOK.code)
    confirmer.see(2.0, [BOOK])
    assert confirmer.see(2.1, [BOOK]) == [BOOK]


def test_a_short_loss_of_sight_is_no_leaving() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    confirmer.see(0.1, [BOOK])
    assert confirmer.see(0.1 + GONE_S - 0.01, [BOOK]) == []


def test_a_still_scene_keeps_what_is_in_view() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    confirmer.see(0.1, [BOOK])
    for n in range(1, 100):
        confirmer.still(0.1 + n)
    assert confirmer.see(99.5, [BOOK]) == []


def test_the_next_book_is_not_delayed_by_the_last() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    confirmer.see(0.1, [BOOK, OTHER])
    assert confirmer.see(0.2, [BOOK, OTHER]) == [OTHER]


def test_an_isbn_alone_leads_to_one_hint() -> None:
    confirmer = Confirmer()
    told = [confirmer.see(n / 10, [ISBN]) for n in range(30)]
    assert [n for n, seen in enumerate(told) if seen] == [round(HINT_S * 10)]
    assert not confirmer.pending


def test_an_isbn_beside_a_label_leads_to_none() -> None:
    confirmer = Confirmer()
    told = [reading for n in range(30) for reading in confirmer.see(n / 10, [ISBN, BOOK])]
    assert told == [BOOK]


frames = st.lists(st.tuples(st.floats(0.01, 0.6), st.sets(st.sampled_from("ABC"))), max_size=60)


@given(frames)
def test_never_told_on_first_sight_and_never_twice_without_a_gap(steps: list[tuple[float, set[str]]]) -> None:
    confirmer, now = Confirmer(), 0.0
    sights: dict[str, list[float]] = {}
    told: dict[str, float] = {}
    for pause, names in steps:
        now += pause
        for seen in confirmer.see(now, [reading(name) for name in sorted(names)]):
            earlier = sights.get(seen.text, [])
            assert earlier
            assert now - earlier[-1] <= AGREE_S + 1e-9
            if seen.text in told:
                between = [told[seen.text], *[at for at in earlier if at > told[seen.text]]]
                assert max(b - a for a, b in zip(between, [*between[1:], now], strict=True)) >= GONE_S - 1e-9
            told[seen.text] = now
        for name in names:
            sights.setdefault(name, []).append(now)
