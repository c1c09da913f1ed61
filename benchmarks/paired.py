"""Is ours faster than what a user would pick instead? Both sides in one run, in pairs, with the noise measured first.

How to write a benchmark (``benchmarks/NAME.py``, listed in ``benchmarks/__main__.py``)::

    from benchmarks.paired import Side, compare

    peer = Side("plain sqlite3 loop", run=lambda: insert_one_by_one(rows), check=all_rows_are_there)
    ours = Side("our writer", run=lambda: write_batches(rows), check=all_rows_are_there)
    report = compare(peer, ours)

* ``run`` is timed, ``before`` (a fresh database …) is not. A run of 20 to 500 ms drowns neither in the clock's noise
  nor in your patience.
* ``check`` looks at what ``run`` returned, after the clock has stopped, and says what is wrong with it, or "". One
  wrong run makes everything void: fast and wrong is not fast.
* Give both sides the same guarantees: same ``synchronous``, same payload, same TLS. Name them in the side's name.
* A side whose figures are not those of this process and of the time between call and return tells them itself with
  ``told``: a mapping that may replace ``wall``, ``cpu`` (seconds), ``peak_kib`` and ``written_kib``, and may add others
  by name. When it replaces the time that is compared, it also needs ``slowed``: ``run``, slower by a fraction, for the
  control.

What happens: warm-up pairs, which are dropped; *peer against peer*, whose distance from 1 is the noise floor; *peer
against ours*, each pair in random order; *peer against peer + 20 %*, the control that has to be flagged, or the
harness is blind. The ratio ours/peer of each pair is taken, so whatever slows the machine for a while slows both; the
figure is the median ratio with a bootstrap 95 % interval. Differences below max(5 %, 3 x noise) count as none; where
noise, control or interval leave it open the verdict is "inconclusive", never "pass".
"""

from __future__ import annotations

import enum
import gc
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

LEAST_GATE = 0.05
CONTROL = 0.20
RESAMPLES = 2000
#: A figure of :class:`Sample`, or a name that a side added.
Metric = str


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _settle() -> None:
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak starts again from what is used now


def _peak_kib() -> int:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM:"))
    return int(line.split()[1])


def _written_kib() -> float:
    line = next(x for x in Path("/proc/self/io").read_text().splitlines() if x.startswith("write_bytes:"))
    return int(line.split()[1]) / 1024


@dataclass(frozen=True)
class Meters:
    """Where the figures come from, in seconds and KiB; ``settle`` comes before each run. Tests put a clock here.

    ``written_kib`` is what the kernel counts as sent towards the disk: what wears out an SD card.
    """

    wall: Callable[[], float] = time.perf_counter
    cpu: Callable[[], float] = _cpu
    settle: Callable[[], None] = _settle
    peak_kib: Callable[[], int] = _peak_kib
    written_kib: Callable[[], float] = _written_kib


@dataclass(frozen=True)
class Side:
    """One way of doing the job; see the module's text. ``run``'s value goes to ``told``, then to ``check``."""

    name: str
    run: Callable[[], Any]
    check: Callable[[Any], str]
    before: Callable[[], None] = lambda: None
    told: Callable[[Any], Mapping[str, float]] = lambda _value: {}
    slowed: Callable[[float], Any] | None = None


@dataclass(frozen=True)
class Sample:
    """One run: seconds, peak resident and written KiB, what ``check`` said ("": right), and what else a side told."""

    wall: float
    cpu: float
    peak_kib: float
    wrong: str = ""
    written_kib: float = 0.0
    more: Mapping[str, float] = field(default_factory=dict)

    def figure(self, metric: Metric) -> float:
        """One figure by its name."""
        return self.more[metric] if metric in self.more else float(getattr(self, metric))


@dataclass(frozen=True)
class Ratio:
    """Second side over first: median of the pairs' ratios, quartiles, and the median's bootstrap 95 % interval."""

    median: float
    quartiles: tuple[float, float]
    low: float
    high: float


class Verdict(enum.StrEnum):
    """What may be said of ours."""

    FASTER = "faster"
    SAME = "same"
    SLOWER = "slower"
    INCONCLUSIVE = "inconclusive"
    VOID = "void"


Pairs = list[tuple[Sample, Sample]]


@dataclass(frozen=True)
class Report:
    """Everything, raw samples included. ``noise`` and ``gate`` are fractions; ``why`` explains the verdict."""

    peer: str
    ours: str
    metric: Metric
    verdict: Verdict
    why: str
    noise: float
    gate: float
    same: Ratio
    ratio: Ratio
    control: Ratio
    samples: dict[str, Pairs]
    warmup: int
    environment: dict[str, str]

    def voided(self, problem: str) -> Report:
        """The same with something wrong that only the whole could show."""
        return replace(self, verdict=Verdict.VOID, why=f"a result was wrong: {problem}")


def measure(side: Side, meters: Meters, spin: float = 0.0) -> Sample:
    """One run of ``side``, made slower by the fraction ``spin``."""
    side.before()
    meters.settle()
    written, cpu, wall = meters.written_kib(), meters.cpu(), meters.wall()
    if spin and side.slowed:
        value = side.slowed(spin)
    else:
        value = side.run()
        end = meters.wall() + spin * (meters.wall() - wall) if spin else 0.0
        while spin and meters.wall() < end:
            pass
    figures: dict[str, float] = {"wall": meters.wall() - wall, "cpu": meters.cpu() - cpu, "peak_kib": meters.peak_kib()}
    figures["written_kib"] = meters.written_kib() - written
    figures |= side.told(value)
    own = {name: figures.pop(name) for name in ("wall", "cpu", "peak_kib", "written_kib")}
    return Sample(**own, wrong=side.check(value), more=figures)


def run_pairs(first: Side, second: Side, count: int, random: Random, meters: Meters, spin: float = 0.0) -> Pairs:
    """``count`` pairs, each in random order; ``spin`` slows the second side."""
    pairs: Pairs = []
    for _ in range(count):
        if random.random() < 0.5:
            one = measure(first, meters)
            pairs.append((one, measure(second, meters, spin)))
        else:
            two = measure(second, meters, spin)
            pairs.append((measure(first, meters), two))
    return pairs


def ratio_of(pairs: Pairs, metric: Metric, random: Random) -> Ratio:
    """Summary of second/first.

    Raises:
        ValueError: a run took no measurable time; make it longer.
    """
    if not all(first.figure(metric) > 0 for first, _ in pairs):
        raise ValueError(f"a run took no measurable {metric} time: let one run do more work")
    ratios = [second.figure(metric) / first.figure(metric) for first, second in pairs]
    quartiles = statistics.quantiles(ratios, n=4, method="inclusive")
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    low, high = medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1]
    return Ratio(statistics.median(ratios), (quartiles[0], quartiles[2]), low, high)


def judge(noise: float, gate: float, ratio: Ratio, control: Ratio, wrong: str) -> tuple[Verdict, str]:
    """The verdict and its reason. The gate is a factor, so that "faster" and "slower" are equally hard to earn."""
    if wrong:
        return Verdict.VOID, f"a result was wrong: {wrong}"
    if noise > LEAST_GATE:
        return Verdict.INCONCLUSIVE, f"the same program differs from itself by {noise:.1%}; quieten the machine"
    if control.low <= 1 + gate:
        return Verdict.INCONCLUSIVE, f"a slowdown of {CONTROL:.0%} was not noticed, so nothing smaller would be"
    if ratio.low > 1 + gate:
        return Verdict.SLOWER, f"at least {ratio.low:.2f} times the peer's time"
    if ratio.high < 1 / (1 + gate):
        return Verdict.FASTER, f"at most {ratio.high:.2f} times the peer's time"
    if 1 / (1 + gate) <= ratio.low and ratio.high <= 1 + gate:
        return Verdict.SAME, f"no difference beyond {gate:.1%}"
    return Verdict.INCONCLUSIVE, f"the interval {ratio.low:.2f} to {ratio.high:.2f} crosses the gate; run more pairs"


def compare(peer: Side, ours: Side, **settings: Any) -> Report:
    """:func:`compare_all` for one metric: ``metric``, "wall" unless named."""
    metric = settings.pop("metric", "wall")
    return compare_all(peer, ours, metrics=(metric,), **settings)[0]


def compare_all(
    peer: Side,
    ours: Side,
    *,
    metrics: Sequence[Metric],
    pairs: int = 30,
    warmup: int = 2,
    random: Random | None = None,
    meters: Meters | None = None,
) -> list[Report]:
    """Measure noise, the two sides, and the control (see the module's text): one report a metric, of the same runs."""
    random, meters = random or Random(), meters or Meters()
    began = meters.wall()
    run_pairs(peer, ours, warmup, random, meters)
    samples = {
        "same": run_pairs(peer, peer, pairs, random, meters),
        "ratio": run_pairs(peer, ours, pairs, random, meters),
        "control": run_pairs(peer, peer, pairs, random, meters, CONTROL),
    }
    environment = describe_machine() | {"seconds": f"{meters.wall() - began:.1f}"}
    return [_report(peer, ours, metric, samples, warmup, environment, random) for metric in metrics]


def _report(
    peer: Side,
    ours: Side,
    metric: Metric,
    samples: dict[str, Pairs],
    warmup: int,
    environment: dict[str, str],
    random: Random,
) -> Report:
    same, ratio, control = (ratio_of(samples[part], metric, random) for part in ("same", "ratio", "control"))
    noise = max(abs(same.low - 1), abs(same.high - 1))
    gate = max(LEAST_GATE, 3 * noise)
    wrong = next((sample.wrong for part in samples.values() for pair in part for sample in pair if sample.wrong), "")
    verdict, why = judge(noise, gate, ratio, control, wrong)
    return Report(
        peer.name, ours.name, metric, verdict, why, noise, gate, same, ratio, control, samples, warmup, environment
    )


def describe_machine() -> dict[str, str]:
    """What a reader needs to know before quoting a figure. Figures of a PC are never those of a Raspberry Pi."""
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "python": platform.python_version(),
        "gc": "on, collected before each run" if gc.isenabled() else "off, collected before each run",
        "command": " ".join(sys.argv),
    }


def passes(report: Report, limit: float) -> bool:
    """Whether ours surely costs at most ``limit`` times the peer; what was not measured well does not pass."""
    return report.verdict not in (Verdict.VOID, Verdict.INCONCLUSIVE) and report.ratio.high <= limit


def in_words(report: Report) -> str:
    """The result for a terminal."""
    ratio = report.ratio
    lines = [
        f"{report.ours} / {report.peer}: {ratio.median:.3f} ({report.metric}, {len(report.samples['ratio'])} pairs)",
        f"  95 % {ratio.low:.3f} to {ratio.high:.3f}, quartiles {ratio.quartiles[0]:.3f} and {ratio.quartiles[1]:.3f}",
        f"  noise {report.noise:.1%}, gate {report.gate:.1%}, control {1 + CONTROL:.2f}: {report.control.median:.3f}",
    ]
    for name, side in ((report.peer, 0), (report.ours, 1)):
        wall, cpu = median(report, side, "wall") * 1000, median(report, side, "cpu") * 1000
        peak, written = median(report, side, "peak_kib") / 1024, median(report, side, "written_kib")
        lines.append(f"  {name}: {wall:.1f} ms, CPU {cpu:.1f} ms, peak {peak:.0f} MiB, written {written:.0f} KiB")
    lines += [f"  {key}: {value}" for key, value in report.environment.items()]
    return "\n".join([*lines, f"{report.verdict.upper()}: {report.why}"])


def median(report: Report, side: int, metric: Metric) -> float:
    """The median of a figure of the peer (0) or of ours (1), from the pairs that compare them."""
    return statistics.median(pair[side].figure(metric) for pair in report.samples["ratio"])


def finish(report: Report, out: Path, limit: float | None = None, commit: str = "") -> int:
    """Print, write everything as JSON to ``out``, and return the exit status: 1 when ``limit`` is not surely kept."""
    report = replace(report, environment=report.environment | ({"commit": commit} if commit else {}))
    out.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    print(in_words(report))
    return 0 if limit is None or passes(report, limit) else 1
