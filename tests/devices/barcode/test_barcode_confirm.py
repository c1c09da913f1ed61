"""Seen twice, told once; each code for itself, and of two at one place only the one that leads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.accept import Reading
from devices.barcode.code import Code
from devices.barcode.confirm import AGREE_S, GONE_S, LEAD, MOST, SWAP_S, Confirmer
from devices.barcode.events import Kind
from devices.barcode.hints import HINT_S


def reading(text: str, kind: Kind = Kind.ITEM, *, sure: bool = False, x: int = 0, form: str = "Code128") -> Reading:
    """A reading whose code lies ``x`` pixels from the left; places 200 apart do not touch."""
    quad = ((x, 0), (x + 100, 0), (x + 100, 30), (x, 30))
    return Reading(kind, text, Code(form, text, quad), sure)


BOOK, OTHER = reading("B00417"), reading("B00418", x=200)
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


def test_a_wrong_text_elsewhere_does_no_harm() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    assert confirmer.see(0.1, [reading("B99999", x=200)]) == []
    assert confirmer.see(0.2, [BOOK]) == [BOOK]


def shown(*frames: Reading, pause: float = 0.1) -> list[str]:
    """What is told when one frame after the other holds one reading."""
    confirmer = Confirmer()
    return [seen.text for n, one in enumerate(frames) for seen in confirmer.see(n * pause, [one])]


def test_of_two_texts_at_one_place_neither_counts_until_one_leads_by_two_frames() -> None:
    wrong = reading("B00411")
    assert shown(BOOK, wrong, BOOK) == []
    assert shown(BOOK, wrong, BOOK, BOOK) == ["B00417"]
    assert shown(BOOK, wrong, BOOK, wrong, BOOK, wrong, BOOK, wrong) == []
    assert shown(wrong, BOOK, wrong, BOOK, BOOK, BOOK) == ["B00417"]


def test_two_texts_at_one_place_in_one_frame_are_rivals_too() -> None:
    confirmer, wrong = Confirmer(), reading("B00411")
    assert [confirmer.see(n / 10, [BOOK, wrong]) for n in range(5)] == [[]] * 5
    assert confirmer.pending


def test_a_misread_of_what_was_told_already_is_not_told() -> None:
    wrong = reading("B00411")
    assert shown(BOOK, BOOK, wrong, wrong, BOOK, wrong, wrong) == ["B00417"]


def test_even_a_sure_reading_waits_when_another_text_was_read_at_its_place() -> None:
    sure = reading("31117013206375", sure=True)
    assert shown(BOOK, sure) == []
    assert shown(BOOK, sure, sure, sure) == ["31117013206375"]


def test_a_book_laid_where_the_last_one_lay_does_not_wait() -> None:
    confirmer, next_book = Confirmer(), reading("B00420")
    for n in range(20):
        confirmer.see(n / 20, [BOOK])
    later = 0.95 + SWAP_S + 0.01
    assert confirmer.see(later, [next_book]) == []
    assert confirmer.see(later + 0.05, [next_book]) == [next_book]


def test_a_book_slid_over_the_last_one_waits_no_longer_than_the_last_one_counts() -> None:
    confirmer, next_book = Confirmer(), reading("B00420")
    for n in range(20):
        confirmer.see(n / 20, [BOOK])
    told = [now for now in (1.0 + n / 20 for n in range(25)) if confirmer.see(now, [next_book])]
    assert len(told) == 1
    assert told[0] < 1.0 + AGREE_S


def test_a_book_that_was_moved_is_no_rival_of_the_next_one_at_its_old_place() -> None:
    confirmer, next_book = Confirmer(), reading("B00420")
    for n in range(10):
        confirmer.see(n / 20, [BOOK])
    aside = reading(BOOK.text, x=200)
    assert confirmer.see(0.55, [aside, next_book]) == []
    assert confirmer.see(0.60, [aside, next_book]) == [next_book]


def test_a_glimpse_long_ago_is_not_when_a_code_came() -> None:
    confirmer, later = Confirmer(), reading("B00420")
    confirmer.see(0.0, [later])
    for now in (0.5, 0.6, 0.7):
        confirmer.see(now, [BOOK])
    assert confirmer.see(1.2, [later]) == []
    assert confirmer.see(1.25, [later]) == [later]  # the other one has been gone for half a second


def test_one_number_printed_as_bars_and_as_qr_is_one_code() -> None:
    bars, square = reading("B00417"), reading("B00417", x=300, form="QRCode")
    assert shown(bars, square, bars, square) == ["B00417"]


def test_a_sure_reading_counts_at_once() -> None:
    sure = reading("M0001", Kind.PATRON, sure=True)
    assert Confirmer().see(0.0, [sure]) == [sure]


def test_a_code_in_view_is_told_once() -> None:
    confirmer = Confirmer()
    told = [confirmer.see(n / 10, [BOOK]) for n in range(100)]
    assert sum(map(len, told)) == 1
    assert confirmer.was_told(BOOK)


def test_a_code_that_left_and_came_back_is_told_again() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    confirmer.see(0.1, [BOOK])
    confirmer.see(0.1 + GONE_S, [])
    assert not confirmer.was_told(BOOK)
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


def test_a_still_scene_neither_confirms_nor_awaits_what_was_seen_once() -> None:
    confirmer = Confirmer()
    confirmer.see(0.0, [BOOK])
    for n in range(1, 20):
        confirmer.still(n / 10)
    assert not confirmer.pending


def test_in_a_still_scene_a_useless_code_gets_no_second_hint() -> None:
    confirmer = Confirmer()
    assert [told for n in range(20) for told in confirmer.see(n / 10, [ISBN])] == [ISBN]
    for n in range(20, 1000):
        confirmer.still(n / 10)
    assert [told for n in range(1000, 1020) for told in confirmer.see(n / 10, [ISBN])] == []


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


def test_what_is_to_be_ignored_is_not_even_remembered() -> None:
    confirmer = Confirmer()
    assert [confirmer.see(n / 10, [reading("B99901", Kind.IGNORED)]) for n in range(30)] == [[]] * 30
    assert not confirmer.pending


def test_a_flood_of_texts_leaves_memory_bounded_and_the_book_is_still_read() -> None:
    confirmer = Confirmer()
    for n in range(2000):
        confirmer.see(n / 1000, [reading(f"X{n}", x=300), reading(f"N{n}", Kind.UNKNOWN)])
    assert len(confirmer._tracks) <= MOST + 1
    assert len(confirmer._hints._sights) <= MOST + 1
    confirmer.see(2.0, [BOOK])
    assert confirmer.see(2.1, [BOOK]) == [BOOK]


PLACES = {"A": 0, "B": 200, "C": 400}
frames = st.lists(st.tuples(st.floats(0.01, 0.6), st.sets(st.sampled_from("ABC"))), max_size=60)


@given(frames)
def test_never_told_on_first_sight_and_never_twice_without_a_gap(steps: list[tuple[float, set[str]]]) -> None:
    confirmer, now = Confirmer(), 0.0
    sights: dict[str, list[float]] = {}
    told: dict[str, float] = {}
    for pause, names in steps:
        now += pause
        for seen in confirmer.see(now, [reading(name, x=PLACES[name]) for name in sorted(names)]):
            earlier = sights.get(seen.text, [])
            assert earlier
            assert now - earlier[-1] <= AGREE_S + 1e-9
            if seen.text in told:
                between = [told[seen.text], *[at for at in earlier if at > told[seen.text]]]
                assert max(b - a for a, b in zip(between, [*between[1:], now], strict=True)) >= GONE_S - 1e-9
            told[seen.text] = now
        for name in names:
            sights.setdefault(name, []).append(now)


@given(frames)
def test_codes_at_other_places_neither_delay_nor_hasten_a_code(steps: list[tuple[float, set[str]]]) -> None:
    together, alone = Confirmer(), {name: Confirmer() for name in PLACES}
    now = 0.0
    for pause, names in steps:
        now += pause
        told = {seen.text for seen in together.see(now, [reading(name, x=PLACES[name]) for name in sorted(names)])}
        for name, confirmer in alone.items():
            own = [reading(name)] if name in names else []
            assert bool(confirmer.see(now, own)) is (name in told)


@given(st.lists(st.tuples(st.floats(0.01, SWAP_S - 0.01), st.sampled_from(("", "A", "B", "AB"))), max_size=60))
def test_a_text_is_told_only_while_it_leads_every_other_one_at_its_place(steps: list[tuple[float, str]]) -> None:
    confirmer, now = Confirmer(), 0.0
    sights: dict[str, list[float]] = {"A": [], "B": []}
    for pause, names in steps:
        now += pause
        for name in names:
            sights[name].append(now)
        lately = {name: sum(now - at <= AGREE_S for at in seen) for name, seen in sights.items()}
        for seen in confirmer.see(now, [reading(name) for name in names]):
            other = "B" if seen.text == "A" else "A"
            assert lately[seen.text] >= 2
            assert lately[seen.text] - lately[other] >= LEAD or _was_away(sights[seen.text], sights[other])


def _was_away(own: list[float], others: list[float]) -> bool:
    """Whether the other text went for good at least :data:`SWAP_S` before this appearance of the text began."""
    began = own[-1]
    for at in reversed(own):
        if began - at > AGREE_S:
            break
        began = at
    return not others or began - others[-1] >= SWAP_S


@given(st.lists(st.booleans(), min_size=2, max_size=40))
def test_a_flicker_that_never_leads_by_two_tells_nothing(turns: list[bool]) -> None:
    confirmer, lead = Confirmer(), 0
    for n, first in enumerate(turns):
        lead += 1 if first else -1
        if abs(lead) >= LEAD:
            return
        assert confirmer.see(n / 100, [reading("A" if first else "B")]) == []
