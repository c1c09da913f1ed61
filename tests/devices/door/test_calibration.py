"""A tally beside the counter: by hand, by simulation, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from devices.door.calibration import Calibration, Level, calibrate, thousandths
from devices.door.calibration_report import Trail, as_data, as_text, months_later, verdict
from devices.door.events import Direction
from devices.door.matching import CalibrationError, Counted
from devices.door.ratio import Factor
from devices.door.tally import Span, Tally, Tap, Who, parse

T = 1_795_910_400_000
HOUR = 3_600_000
IN, OUT = Direction.IN, Direction.OUT


def session(
    seed: int, *, people: int = 130, gap_s: float = 12.0, miss: float = 0.12, false: float = 0.03, wrong: float = 0.02,
    ahead_ms: int = 0, ways: Sequence[Direction] = (IN, OUT),
) -> tuple[Tally, list[Counted]]:  # fmt: skip
    """People at a door, as tapped and as counted by a clock that is ``ahead_ms``."""
    rng = random.Random(seed)
    t, taps, counts = T, [], []
    for _ in range(people):
        t += int(rng.expovariate(1 / gap_s) * 1_000) + 300
        way = rng.choice(ways)
        taps.append(Tap(t + int(rng.gauss(400, 250)), way))
        if rng.random() >= miss:
            counts.append(at(t + ahead_ms, way.mirrored if rng.random() < wrong else way))
        if rng.random() < false:
            counts.append(at(t + ahead_ms + rng.randint(4_000, 8_000), rng.choice(ways)))
    taps.sort(key=lambda tap: tap.t_ms)
    return Tally(taps=taps, spans=[Span(T, t + 5_000)], about={"door": "Pintu utama"}), counts


def at(t_ms: int, way: Direction) -> Counted:
    return Counted(t_ms, t_ms, way)


def rows(counts: Sequence[Counted], length_ms: int = 60_000) -> list[Counted]:
    """The same as a counter's rows tell it: so many in a minute."""
    starts = [T + (count.t_ms - T) // length_ms * length_ms for count in counts]
    return [Counted(start, start + length_ms - 1, c.direction) for start, c in zip(starts, counts, strict=True)]


def by_hand() -> tuple[Tally, list[Counted]]:
    """12 in, one every 20 s; the third is missed, the fifth is taken for one going out, one is invented."""
    taps = [Tap(T + 20_000 * n, IN) for n in range(12)]
    counts = [at(T + 20_000 * n + 500, OUT if n == 4 else IN) for n in range(12) if n != 2]
    return Tally(taps=taps, spans=[Span(T - 1_000, T + 240_000)]), [*counts, at(T + 50_000, IN)]


def test_by_hand() -> None:
    found = calibrate(*by_hand())
    assert (found.seen, found.counted, found.matched, found.right) == (12, 12, 11, 10)
    assert (found.missed, found.false) == (1, 1)
    assert (found.seen_in, found.counted_in) == (12, 11)
    assert found.factor is not None
    assert found.factor.value == pytest.approx(12 / 11)
    assert found.levels == (Level("busy", 12, 11, 1),)
    assert (found.by_row, found.enough, found.used) == (False, False, False)
    assert verdict(found).endswith("12 of 100 passages were tallied.")


def test_the_same_from_rows_of_a_minute() -> None:
    tally, counts = by_hand()
    found = calibrate(tally, rows(sorted(counts, key=lambda c: c.t_ms)))
    assert (found.seen, found.counted, found.matched, found.by_row) == (
        12,
        12,
        12,
        True,
    )  # the invented one fits the minute
    assert (found.seen_in, found.counted_in) == (12, 11)
    assert found.factor is not None
    assert found.factor.value == pytest.approx(12 / 11)  # which is what matters


def test_staff_can_be_taken_out_of_the_visits_and_children_cannot() -> None:
    tally, counts = by_hand()
    tally.taps[0], tally.taps[1] = replace(tally.taps[0], who=Who.STAFF), replace(tally.taps[1], who=Who.CHILD)
    within, without = calibrate(tally, counts), calibrate(tally, counts, with_staff=False)
    assert (within.staff, within.children, within.seen_in, without.seen_in) == (1, 1, 12, 11)
    assert without.factor is not None
    assert without.factor.value == pytest.approx(11 / 11)


def test_a_factor_is_used_when_its_interval_excludes_one_and_a_hundred_were_tallied() -> None:
    found = calibrate(*session(1, people=220, miss=0.25, false=0, wrong=0, ways=[IN]))
    assert found.used
    assert found.factor is not None
    assert found.factor.low > 1
    assert verdict(found).startswith("The factor is used")
    small = calibrate(*session(1, people=90, miss=0.4, false=0, wrong=0, ways=[IN]))
    assert small.factor is not None
    assert small.factor.excludes_one
    assert not small.used
    well = calibrate(*session(1, people=220, miss=0.01, false=0.01, wrong=0, ways=[IN]))
    assert not well.used
    assert "its interval holds 1" in verdict(well)


def test_the_clock_of_the_counter_may_be_some_seconds_off() -> None:
    tally, counts = session(5, ahead_ms=-9_000)
    found = calibrate(tally, counts)
    assert found.offset_ms == pytest.approx(-9_400, abs=300)
    assert found.agreement > 0.93


@pytest.mark.parametrize("by_row", [False, True])
def test_counts_of_another_hour_are_refused(by_row: bool) -> None:
    """The control: the same door's counts, an hour later, in a day full of passages."""
    tally, own = session(2, people=250)
    day = own + [replace(c, since_ms=c.t_ms + n * HOUR, t_ms=c.t_ms + n * HOUR) for n in (-1, 1, 2) for c in own]
    day.sort(key=lambda c: c.t_ms)
    good = calibrate(tally, rows(day) if by_row else day)
    assert good.chance is not None
    assert good.agreement > 0.9
    assert good.agreement > good.chance + 0.15
    rng = random.Random(8)
    other = session(99, people=1_500)[1]
    strangers = sorted((at(c.t_ms - 2 * HOUR, rng.choice([IN, OUT])) for c in other), key=lambda c: c.t_ms)
    with pytest.raises(CalibrationError, match=r"these do not belong together: only \d+% .* and \d+% would by chance"):
        calibrate(tally, rows(strangers) if by_row else strangers)


def test_counts_moved_by_an_hour_are_refused() -> None:
    tally, counts = session(2)
    moved = [at(c.t_ms + HOUR, c.direction) for c in counts]
    with pytest.raises(CalibrationError, match="these do not belong together: the counter says nothing of the time"):
        calibrate(tally, moved)


def test_strangers_are_refused_nearly_always_and_relatives_nearly_never() -> None:
    refused = 0
    for seed in range(25):
        tally, counts = session(seed, people=110)
        assert calibrate(tally, counts).agreement > 0.85
        _, others = session(1_000 + seed, people=160)
        try:
            calibrate(tally, others)
        except CalibrationError:
            refused += 1
    assert refused == 25


def test_a_very_bad_counter_is_measured_not_refused() -> None:
    found = calibrate(*session(3, people=200, miss=0.6))
    assert found.matched / found.seen == pytest.approx(0.4, abs=0.1)
    assert found.used


@pytest.mark.parametrize(("miss", "false"), [(0.1, 0.03), (0.3, 0.0)])
def test_the_interval_holds_the_truth_from_taps_to_factor(miss: float, false: float) -> None:
    truth = 1 / (1 - miss + false)
    held = 0
    for seed in range(50):
        found = calibrate(*session(seed, people=120, miss=miss, false=false, wrong=0, ways=[IN]))
        assert found.factor is not None
        held += found.factor.low <= truth <= found.factor.high
    assert 0.90 <= held / 50 <= 1


def test_what_passes_in_a_pause_is_nobodys_fault() -> None:
    tally, counts = by_hand()
    tally.spans = [Span(T - 1_000, T + 90_000), Span(T + 150_000, T + 240_000)]
    tally.taps = [tap for tap in tally.taps if not 90_000 < tap.t_ms - T < 150_000]
    found = calibrate(tally, counts)
    assert (found.seen, found.missed, found.false) == (9, 1, 1)
    assert found.watched_ms == 181_000


def test_levels_of_crowd() -> None:
    taps = [Tap(T + ms, IN) for ms in (1_000, 61_000, 62_500, *range(121_000, 179_000, 4_000))]
    taps += [Tap(T + 180_000 + ms, IN) for ms in (1_000, 15_000, 30_000, 45_000)]
    counts = [at(tap.t_ms, IN) for tap in taps if tap.t_ms != T + 125_000]
    found = calibrate(Tally(taps=taps, spans=[Span(T, T + 240_000)]), counts)
    assert found.levels == (Level("quiet", 3, 3, 0), Level("busy", 4, 4, 0), Level("crowded", 15, 14, 0))


def test_nobody_to_compare() -> None:
    with pytest.raises(CalibrationError, match="the tally holds nobody"):
        calibrate(Tally(), [at(T, IN)])
    with pytest.raises(CalibrationError, match="these do not belong together"):
        calibrate(Tally(taps=[Tap(T, IN)], spans=[Span(T, T + 1)]), [])


# -- the result


def result() -> tuple[Tally, Calibration, Trail]:
    lines = "".join(f"{T + 20_000 * n},in,Budi\n" for n in range(12))
    tally = parse(f"# door: Pintu utama\n# site: kota\nt_ms,what,who\n{lines}".encode(), Path("a.csv"))
    found = calibrate(tally, by_hand()[1])
    return (
        tally,
        found,
        Trail("a.csv", "b.json", "pustaka 1", "2026-11-29T01:00:00Z", device="pintu-1", faults=("blocked",)),
    )


def test_the_result_has_the_trail_an_auditor_asks_for() -> None:
    tally, found, trail = result()
    data = as_data(tally, found, trail)
    assert data["who"] == ["Budi"]
    assert (data["site"], data["device"], data["door"]) == ("kota", "pintu-1", "Pintu utama")
    assert (data["started"], data["ended"]) == ("2026-11-29T00:00:00Z", "2026-11-29T00:03:40Z")
    assert data["tally_sha256"] == tally.digest
    assert data["renew_by"] == "2027-05-29"
    assert (data["used"], data["software"], data["counts_from"]) == (False, "pustaka 1", "b.json")
    assert data["faults"] == ["blocked"]
    text = as_text(tally, found, trail)
    for part in (
        "12 passages were tallied in 3:40, 12 were counted.",
        "Factor 1.091, 95 % interval",
        "12 came in, 11 were counted in.",
        "go on with --resume",
        "The counter reported in this time: blocked. Mend that first.",
        "Tally it again by 2027-05-29",
        f"SHA-256 {tally.digest}",
        "tallied by  Budi",
        "Pintu utama (kota/pintu-1)",
    ):
        assert part in text


def test_six_months_later() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_later(date(2026, 11, 29), 6) == date(2027, 5, 29)
    assert months_later(date(2026, 6, 30), 6) == date(2026, 12, 30)


def test_a_factor_for_the_desk_is_rounded_outwards() -> None:
    assert thousandths(Factor(1.0834, 1.0409, 1.1271)) == (1083, 1040, 1128)


def test_rows_of_strangers_are_refused_too() -> None:
    refused = 0
    for seed in range(12):
        tally, counts = session(seed, people=110)
        assert calibrate(tally, rows(counts)).by_row
        try:
            calibrate(tally, rows(session(1_000 + seed, people=160)[1]))
        except CalibrationError:
            refused += 1
    assert refused >= 11


@pytest.mark.parametrize("by_row", [False, True])
def test_a_counter_wired_the_other_way_round_is_said_to_be_that(by_row: bool) -> None:
    tally, counts = session(6, ways=[IN, IN, IN, OUT])
    turned = [replace(count, direction=count.direction.mirrored) for count in counts]
    with pytest.raises(CalibrationError, match="the counter says in where people go out"):
        calibrate(tally, rows(turned) if by_row else turned)


def test_a_row_that_began_before_the_watch_blames_nobody_for_who_came_then() -> None:
    taps = [Tap(T + 90_000 + 10_000 * n, IN) for n in range(8)]
    tally = Tally(taps=taps, spans=[Span(T + 85_000, T + 175_000)])
    before = [at(T + 61_000, IN), at(T + 70_000, OUT)]
    found = calibrate(tally, rows(sorted([*before, *(at(tap.t_ms, IN) for tap in taps)], key=lambda c: c.t_ms)))
    assert (found.seen, found.counted, found.missed, found.false) == (8, 8, 0, 0)
