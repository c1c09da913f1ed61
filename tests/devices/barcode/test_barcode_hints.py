"""A useless code leads to a word of help, and never to a loop of noise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.accept import Reading
from devices.barcode.code import Code
from devices.barcode.events import Kind
from devices.barcode.hints import AGAIN_S, APART_S, FORGET_S, GONE_S, HINT_S, Hints

QUAD = ((0, 0), (100, 0), (100, 30), (0, 30))


def useless(text: str, kind: Kind = Kind.UNKNOWN) -> Reading:
    return Reading(kind, text, Code("EAN13", text, QUAD))


ISBN, POSTER = useless("9786020324784", Kind.ISBN), useless("https://example.org/")


class Scene:
    """A clock, and hints with the times they were given."""

    def __init__(self) -> None:
        self.hints, self.now = Hints(), 0.0
        self.told: list[tuple[float, str]] = []

    def show(self, seconds: float, *readings: Reading, useful: bool = False) -> list[str]:
        """Hold codes in view, ten frames a second; what was hinted at."""
        before = len(self.told)
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.told += [(self.now, seen.text) for seen in self.hints.see(self.now, readings, useful=useful)]
        return [text for _, text in self.told[before:]]


def test_a_code_in_view_for_a_while_leads_to_one_hint() -> None:
    scene = Scene()
    assert scene.show(HINT_S - 0.1, ISBN) == []
    assert scene.show(30, ISBN) == [ISBN.text]


def test_one_glimpse_is_no_reason_for_a_hint() -> None:
    scene = Scene()
    for _ in range(20):
        assert scene.show(0.1, ISBN) == []
        scene.show(1.2)


def test_while_a_label_is_read_nobody_needs_advice() -> None:
    scene = Scene()
    assert scene.show(10, ISBN, useful=True) == []
    assert scene.show(HINT_S - 0.1, ISBN) == []
    assert scene.show(0.3, ISBN) == [ISBN.text]


def test_somebody_who_tries_again_is_answered_again() -> None:
    scene = Scene()
    scene.show(2, ISBN)
    scene.show(AGAIN_S)
    assert scene.show(2, ISBN) == [ISBN.text]


def test_two_codes_lead_to_one_hint_at_a_time() -> None:
    scene = Scene()
    assert scene.show(2, ISBN, POSTER) == [ISBN.text]
    assert scene.show(APART_S, ISBN, POSTER) == [POSTER.text]
    assert scene.show(60, ISBN, POSTER) == []


def test_a_sticker_that_flickers_in_sight_all_day_is_soon_left_alone() -> None:
    scene = Scene()
    while scene.now < 3600:
        scene.show(3, POSTER)
        scene.show(2)
    pauses = [round(b - a) for (a, _), (b, _) in zip(scene.told, scene.told[1:], strict=False)]
    assert len(scene.told) <= 11
    assert pauses == sorted(pauses)


def test_after_a_minute_out_of_sight_a_code_is_new() -> None:
    scene = Scene()
    for _ in range(6):
        assert scene.show(2, POSTER) == [POSTER.text]
        scene.show(FORGET_S + 0.1)


def test_a_still_scene_holds_what_is_in_it() -> None:
    hints = Hints()
    told = [now for now in (n / 10 for n in range(20)) if hints.see(now, [ISBN], useful=False)]
    assert len(told) == 1
    for n in range(20, 2000):
        hints.still(n / 10)
    assert hints.see(200.0, [ISBN], useful=False) == []


def test_what_had_left_before_the_scene_was_still_is_new_when_it_comes_back() -> None:
    scene = Scene()
    scene.show(2, ISBN)
    scene.show(GONE_S + 0.1)
    for _ in range(100):
        scene.now += 0.1
        scene.hints.still(scene.now)
    assert scene.show(2, ISBN) == [ISBN.text]


@given(st.lists(st.tuples(st.floats(0.01, 3), st.sets(st.sampled_from([ISBN, POSTER])), st.booleans()), max_size=80))
def test_hints_are_never_near_each_other_and_never_without_a_second_look(
    steps: list[tuple[float, set[Reading], bool]],
) -> None:
    hints, now, last = Hints(), 0.0, float("-inf")
    seen: dict[str, float] = {}
    for pause, readings, useful in steps:
        now += pause
        for hint in hints.see(now, sorted(readings, key=lambda each: each.text), useful=useful):
            assert now - last >= APART_S
            assert not useful
            assert now - seen[hint.text] < GONE_S
            last = now
        seen.update(dict.fromkeys((reading.text for reading in readings), now))
