"""The paired runner, on a clock that only moves when the work says so."""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import paired


class Clock:
    """Time that passes by work alone; looking at it costs a millisecond, so that waiting for it ends."""

    def __init__(self) -> None:
        self.now = 0.0

    def look(self) -> float:
        self.now += 1e-3
        return self.now

    def meters(self) -> Any:
        return paired.Meters(self.look, self.look, lambda: None, lambda: 2048, lambda: 0.0)

    def side(self, name: str, seconds: Callable[[], float], wrong: str = "") -> Any:
        def run() -> str:
            self.now += seconds()
            return name

        return paired.Side(name, run, lambda _value: wrong)


def _noisy(mean: float, spread: float, seed: int = 1) -> Callable[[], float]:
    random = Random(seed)
    return lambda: mean * (1 + spread * (2 * random.random() - 1))


def _compare(factor: float, spread: float = 0.01, **more: Any) -> Any:
    clock = Clock()
    peer = clock.side("peer", _noisy(1.0, spread))
    ours = clock.side("ours", _noisy(factor, spread, 2))
    return paired.compare(peer, ours, random=Random(3), meters=clock.meters(), **more)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(0.5, "faster"), (0.9, "faster"), (1.0, "same"), (1.02, "same"), (1.2, "slower")]
)
def test_a_difference_is_called_by_its_name(factor: float, verdict: str) -> None:
    report = _compare(factor)
    assert report.verdict == verdict
    assert report.ratio.median == pytest.approx(factor, rel=0.02)
    assert report.ratio.low <= report.ratio.median <= report.ratio.high
    assert report.ratio.quartiles[0] <= report.ratio.median <= report.ratio.quartiles[1]


def test_the_control_is_flagged_in_every_good_run() -> None:
    assert _compare(1.0).control.low > 1 + _compare(1.0).gate
    assert _compare(1.0).control.median == pytest.approx(1.2, rel=0.02)


def test_a_noisy_machine_is_inconclusive_however_large_the_difference_looks() -> None:
    report = _compare(1.1, spread=0.6)
    assert report.noise > 0.05
    assert report.verdict == "inconclusive"
    assert "differs from itself" in report.why
    assert not paired.passes(report, 10.0)


def test_a_harness_that_misses_the_control_is_inconclusive() -> None:
    one = paired.Ratio(1.0, (1.0, 1.0), 0.99, 1.01)
    verdict, why = paired.judge(0.01, 0.05, paired.Ratio(0.5, (0.5, 0.5), 0.5, 0.5), one, "")
    assert verdict == "inconclusive"
    assert "20% was not noticed" in why


def test_an_interval_across_the_gate_is_inconclusive() -> None:
    wide = paired.Ratio(1.06, (1.0, 1.1), 1.02, 1.09)
    control = paired.Ratio(1.2, (1.2, 1.2), 1.19, 1.21)
    assert paired.judge(0.01, 0.05, wide, control, "")[0] == "inconclusive"


def test_fast_and_wrong_is_void() -> None:
    clock = Clock()
    peer, ours = clock.side("peer", lambda: 1.0), clock.side("ours", lambda: 0.1, wrong="199 rows of 200")
    report = paired.compare(peer, ours, random=Random(3), meters=clock.meters())
    assert report.verdict == "void"
    assert "199 rows of 200" in report.why
    assert not paired.passes(report, 10.0)


def test_the_gate_is_three_times_the_noise_and_never_below_five_percent() -> None:
    quiet, lively = _compare(1.0, spread=0.0001), _compare(1.0, spread=0.12)
    assert quiet.gate == 0.05
    assert lively.gate == pytest.approx(3 * lively.noise)
    assert lively.gate > 0.05


def test_a_machine_that_grows_slower_slows_both_sides() -> None:
    clock = Clock()
    drift = iter(range(10_000))

    def work() -> float:
        return 1.0 + next(drift) * 0.01  # at the end ten times slower than at the start

    peer, ours = clock.side("peer", work), clock.side("ours", work)
    report = paired.compare(peer, ours, pairs=100, random=Random(5), meters=clock.meters())
    assert report.verdict == "same"


def test_the_order_inside_the_pairs_is_random() -> None:
    clock, order = Clock(), []
    sides = [clock.side(name, lambda name=name: float(order.append(name) or 1)) for name in "ab"]
    paired.run_pairs(*sides, 40, Random(1), clock.meters())
    pairs = {tuple(order[at : at + 2]) for at in range(0, 80, 2)}
    assert pairs == {("a", "b"), ("b", "a")}


def test_only_the_run_itself_is_timed() -> None:
    clock = Clock()

    def pass_time(_value: object = None) -> str:
        clock.now += 100
        return ""

    side = paired.Side("side", clock.side("", lambda: 1.0).run, pass_time, before=pass_time)
    assert paired.measure(side, clock.meters()).wall == pytest.approx(1.0, abs=0.01)


def test_warm_up_runs_are_dropped() -> None:
    clock = Clock()
    cold = iter([50.0] * 3)
    side = clock.side("peer", lambda: next(cold, 1.0))
    report = paired.compare(side, clock.side("ours", lambda: 1.0), warmup=3, random=Random(1), meters=clock.meters())
    assert max(sample.wall for pair in report.samples["same"] for sample in pair) < 2
    assert (report.warmup, len(report.samples["ratio"])) == (3, 30)


def test_what_a_side_tells_of_itself_replaces_what_was_measured_here() -> None:
    clock = Clock()
    work = clock.side("", lambda: 1.0).run
    side = paired.Side("child", work, lambda _: "", told=lambda _: {"peak_kib": 777, "cpu": 0.5, "borrowed": 0.02})
    sample = paired.measure(side, clock.meters())
    assert (sample.peak_kib, sample.cpu, sample.figure("borrowed")) == (777, 0.5, 0.02)
    assert sample.wall == pytest.approx(1.0, abs=0.01)


def test_a_side_that_measures_itself_is_slowed_by_itself_for_the_control() -> None:
    clock = Clock()

    def side(name: str) -> Any:
        return paired.Side(name, lambda: 1.0, lambda _: "", told=lambda took: {"wall": took}, slowed=lambda by: 1 + by)

    report = paired.compare(side("peer"), side("ours"), pairs=5, random=Random(1), meters=clock.meters())
    assert report.control.median == pytest.approx(1.2)
    assert report.verdict == "same"


def test_one_set_of_runs_can_be_compared_by_several_figures() -> None:
    clock = Clock()
    peer = paired.Side("peer", lambda: 0, lambda _: "", told=lambda _: {"wall": 1.0, "late": 1.0},
                       slowed=lambda _: 0)  # fmt: skip
    ours = paired.Side("ours", lambda: 0, lambda _: "", told=lambda _: {"wall": 1.0, "late": 3.0})
    wall, late = paired.compare_all(
        peer, ours, metrics=("wall", "late"), pairs=4, random=Random(1), meters=clock.meters()
    )
    assert (wall.ratio.median, late.ratio.median) == (1.0, 3.0)
    assert wall.samples is late.samples


def test_work_too_small_to_measure_is_refused() -> None:
    nothing = paired.Sample(0.0, 0.0, 0)
    with pytest.raises(ValueError, match="let one run do more work"):
        paired.ratio_of([(nothing, nothing)] * 3, "cpu", Random(1))


def test_the_report_is_printed_and_every_sample_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.json"
    assert paired.finish(_compare(1.2), out, limit=1.3, commit="abc123") == 0
    assert paired.finish(_compare(1.2), out, limit=1.1) == 1
    assert paired.finish(_compare(1.2), out) == 0
    printed = capsys.readouterr().out
    assert "ours / peer: 1.19" in printed
    assert "SLOWER: at least" in printed
    assert "commit: abc123" in printed
    kept = json.loads(out.read_text())
    assert {part: len(pairs) for part, pairs in kept["samples"].items()} == {"same": 30, "ratio": 30, "control": 30}
    assert set(kept["samples"]["ratio"][0][0]) == {"wall", "cpu", "peak_kib", "wrong", "written_kib", "more"}
    assert {"machine", "load", "python", "gc", "command", "seconds"} <= set(kept["environment"])


def test_the_real_meters_see_time_work_and_memory() -> None:
    meters = paired.Meters()

    def touch() -> int:
        # Straight from the system: Python's allocator may hand out what an earlier test left resident.
        with mmap.mmap(-1, 64 * 1024 * 1024) as block:
            for page in range(0, len(block), mmap.PAGESIZE):
                block[page] = 1
            return sum(range(200_000)) and len(block)

    small = paired.measure(paired.Side("small", lambda: None, lambda _: ""), meters)
    large = paired.measure(paired.Side("large", touch, lambda _: ""), meters)
    after = paired.measure(paired.Side("small again", lambda: None, lambda _: ""), meters)
    assert large.wall > 0
    assert large.cpu > 0
    assert large.peak_kib > small.peak_kib + 32 * 1024
    assert after.peak_kib < large.peak_kib - 32 * 1024
