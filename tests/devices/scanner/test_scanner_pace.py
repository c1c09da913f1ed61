"""Scanner or fingers: what passes and what does not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.scanner.decoders import WindowDecoder
from devices.scanner.framer import Tally, Text
from devices.scanner.pace import BETWEEN_S, LEAST, MEAN_S, WHOLE_S, Pace
from devices.scanner.settings import ScannerKind, ScannerSettings


def typed(text: str, gap: float, prefix: str = "", most: int = 70) -> str | None:
    pace, now = Pace(prefix, most), 10.0
    for char in text:
        pace.key(now, char)
        now += gap
    return pace.end(now)


@pytest.mark.parametrize("gap", [0.0, 0.001, 0.008, 0.016, 0.025])
def test_a_scanners_keys_pass(gap: float) -> None:
    assert typed("A0001", gap) == "A0001"


@pytest.mark.parametrize("gap", [0.035, 0.055, 0.08, 0.1, 0.15, 0.5])
def test_a_typists_do_not_however_fast(gap: float) -> None:
    # 0.055 s a key is 218 words a minute, the fastest ever measured.
    assert typed("20010231234567", gap) is None


def test_nor_do_the_repeats_of_a_held_key() -> None:
    for per_second in (11, 25, 30):
        assert typed("1" * 20, 1 / per_second) is None


def test_three_keys_rolled_over_are_no_text() -> None:
    assert typed("123", 0.001) is None
    assert typed("1234", 0.001) == "1234"


def test_a_slow_scanner_passes_with_a_prefix_that_nobody_types() -> None:
    assert typed("~20010231234567", 0.09, prefix="~") == "~20010231234567"
    assert typed("20010231234567", 0.001, prefix="~") is None


def test_a_pause_before_the_end_is_a_person() -> None:
    pace = Pace("", 70)
    for char in "A0001":
        pace.key(1.0, char)
    assert pace.end(1.0 + BETWEEN_S * 1.5) is None


def test_a_scan_behind_a_few_typed_keys_is_read_alone() -> None:
    pace = Pace("", 70)
    for at, char in ((0.0, "x"), (0.3, "y"), (0.6, "A"), (0.605, "0"), (0.61, "1"), (0.615, "7")):
        pace.key(at, char)
    assert pace.end(0.62) == "A017"


def test_a_key_of_no_text_and_a_stall_spoil_what_is_under_way() -> None:
    for spoil in (Pace.spoil, Pace.stalled):
        pace = Pace("", 70)
        pace.key(1.0, "A")
        spoil(pace, 1.0)
        for char in "0001":
            pace.key(1.0, char)
        assert pace.end(1.0) is None
        for char in "B0417":
            pace.key(1.001, char)
        assert pace.end(1.001) == "B0417"


def test_a_flood_is_never_kept() -> None:
    pace = Pace("", 70)
    for _ in range(100_000):
        pace.key(1.0, "7")
        assert pace.held <= 70
    assert pace.end(1.0) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.4), st.sampled_from("A0\n")), max_size=60))
def test_whatever_passes_kept_the_rules(keys: list[tuple[float, str]]) -> None:
    pace, now, times = Pace("", 70), 0.0, []
    for gap, char in keys:
        now += gap
        if char != "\n":
            times.append(now)
            pace.key(now, char)
            continue
        text = pace.end(now)
        if text is not None:
            used = [*times[-len(text) :], now]
            assert len(text) >= LEAST
            assert used[-1] - used[0] <= min(WHOLE_S, MEAN_S * len(text))
            assert all(later - earlier <= BETWEEN_S for earlier, later in itertools.pairwise(used))
        times.clear()


def test_what_passes_is_cut_like_any_other_text() -> None:
    settings = ScannerSettings(kind=ScannerKind.WINDOW, prefix="~", aim=True)
    decoder = WindowDecoder(settings, Tally())
    assert [decoder.key(1.0, char) for char in "~]C0A0001"] == [[]] * 9
    assert decoder.key(1.0, "\n") == [Text("A0001", "Code128")]
