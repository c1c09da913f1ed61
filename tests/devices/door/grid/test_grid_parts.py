"""The parts by themselves: signal, background, hills, pairing."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from devices.door.grid.background import Background
from devices.door.grid.blobs import find, gain, smooth
from devices.door.grid.matching import pair
from devices.door.grid.rules import CONTRASTS, GRID_RULES, Unit
from devices.door.grid.signal import Signal, guess_cold, guess_unit


class TestSignal:
    def test_the_unit_is_seen_from_the_values(self) -> None:
        assert guess_unit(np.full((8, 8), 2_400, np.float32)) is Unit.MM
        assert guess_unit(np.full((8, 8), 31, np.float32)) is Unit.C
        assert guess_unit(np.array([[0, np.nan], [0, 900]], np.float32)) is Unit.MM
        assert guess_unit(np.zeros((8, 8), np.float32)) is Unit.C

    def test_nearer_and_warmer_are_more(self) -> None:
        cells = np.array([[1_000, 2_000], [0, 20_000]], np.float32)
        signal = Signal(Unit.MM).of(cells)
        assert signal[0, 0] > signal[0, 1]
        assert np.isnan(signal[1]).all()
        assert Signal(Unit.C).of(np.array([[30, 20]] * 2, np.float32))[0].tolist() == [30, 20]
        assert Signal(Unit.C, cold=True).of(np.array([[30, 20]] * 2, np.float32))[0].tolist() == [-30, -20]

    def test_zero_degrees_is_a_dead_cell_in_a_warm_room_and_not_in_winter(self) -> None:
        warm, winter = np.full((2, 2), 24, np.float32), np.full((2, 2), 1, np.float32)
        warm[0, 0] = winter[0, 0] = 0
        assert np.isnan(Signal(Unit.C).of(warm)[0, 0])
        assert Signal(Unit.C).of(winter)[0, 0] == 0

    @pytest.mark.parametrize(
        ("shape", "coarse"), [((8, 8), (8, 8)), ((24, 32), (12, 16)), ((32, 32), (10, 10)), ((4, 4), (4, 4))]
    )
    def test_fine_grids_are_averaged(self, shape: tuple[int, int], coarse: tuple[int, int]) -> None:
        cells = np.full(shape, 20, np.float32)
        cells[0, 0] = np.nan
        signal = Signal(Unit.C).of(cells)
        assert signal.shape == coarse
        assert np.nanmax(np.abs(signal - 20)) == 0

    def test_rare_and_large_on_one_side_is_people(self) -> None:
        cells = np.random.default_rng(1).normal(24, 0.2, (200, 8, 8)).astype(np.float32)
        cells[50:60, 2:5, 2:5] -= 4
        assert guess_cold(cells)
        assert not guess_cold(48 - cells)


class TestBackground:
    def new(self, *, common: bool = True, unit: Unit = Unit.C) -> Background:
        return Background(GRID_RULES, CONTRASTS[unit], common=common)

    def run(self, background: Background, signals: list[np.ndarray], since: int = 0) -> np.ndarray:
        rise = np.zeros((8, 8))
        for number, signal in enumerate(signals):
            rise = background.rise(since + 100 * number, signal)
            background.learn(since + 100 * number, signal, rise > 0.5)
        return rise

    def test_somebody_in_the_first_frames_is_not_learnt(self) -> None:
        empty, occupied = np.full((8, 8), 24, np.float32), np.full((8, 8), 24, np.float32)
        occupied[2:4, 2:4] = 29
        background = self.new()
        self.run(background, [occupied] * 8 + [empty] * 15)
        assert self.run(background, [empty], 2_300).max() < 0.1

    def test_what_all_cells_share_is_taken_off_at_once(self) -> None:
        background = self.new()
        self.run(background, [np.full((8, 8), 24, np.float32)] * 80)
        assert np.abs(self.run(background, [np.full((8, 8), 26, np.float32)], 8_000)).max() < 0.01

    def test_distances_share_nothing(self) -> None:
        background = self.new(common=False, unit=Unit.MM)
        self.run(background, [np.full((8, 8), -2_500, np.float32)] * 80)
        assert self.run(background, [np.full((8, 8), -1_500, np.float32)], 8_000).min() > 900

    def test_what_was_learnt_with_somebody_in_it_is_soon_forgotten(self) -> None:
        empty, occupied = np.full((8, 8), 24, np.float32), np.full((8, 8), 24, np.float32)
        occupied[2:4, 2:4] = 29
        background = self.new()
        self.run(background, [occupied] * 80)
        assert self.run(background, [empty] * 100, 8_000).min() > -0.5

    def test_noise_is_measured(self) -> None:
        rng = np.random.default_rng(2)
        background = self.new()
        self.run(background, [rng.normal(24, 0.3, (8, 8)).astype(np.float32) for _ in range(200)])
        assert background.noise == pytest.approx(0.3, abs=0.04)

    def test_a_cell_known_later_begins_with_what_it_says(self) -> None:
        half, whole = np.full((8, 8), 24, np.float32), np.full((8, 8), 24, np.float32)
        half[0, 0] = np.nan
        background = self.new()
        self.run(background, [half] * 80)
        self.run(background, [whole], 8_000)
        assert background.level is not None
        assert background.level[0, 0] == 24

    def test_primed_by_frames_with_gaps(self) -> None:
        signals = np.full((20, 8, 8), 24, np.float32)
        signals[3] = np.nan
        signals[5:9, 1, 1] = 30
        background = self.new()
        background.prime(signals)
        assert background.level is not None
        assert (background.level == 24).all()


class TestHills:
    def find(self, rise: np.ndarray) -> list[tuple[float, float]]:
        peak = np.full(rise.shape, 0.5, np.float32)
        blobs = find(rise.astype(np.float32), peak=peak, foot=0.25, saddle=0.8)
        return sorted((round(blob.row, 1), round(blob.column, 1)) for blob in blobs)

    def hills(self, *at: tuple[float, float, float]) -> np.ndarray:
        rows, columns = np.mgrid[:8, :8]
        return sum(height * np.exp(-((rows - r) ** 2 + (columns - c) ** 2) / 1.5) for r, c, height in at) + np.zeros(
            (8, 8)
        )

    def test_none(self) -> None:
        assert self.find(np.zeros((8, 8))) == []
        assert self.find(np.full((8, 8), 0.4)) == []

    def test_one(self) -> None:
        assert self.find(self.hills((3, 4, 3))) == [(3.0, 4.0)]

    def test_two_that_touch_are_two_and_head_and_shoulder_are_one(self) -> None:
        assert len(self.find(self.hills((3, 2, 3), (3, 5, 2.5)))) == 2
        assert len(self.find(self.hills((3, 3, 3), (3, 4.4, 2.5)))) == 1

    def test_a_line_of_cells_is_thin(self) -> None:
        rise = np.zeros((8, 8), np.float32)
        rise[:, 7] = 1
        [blob] = find(rise, peak=np.full((8, 8), 0.5, np.float32), foot=0.25, saddle=0.8)
        assert blob.thick == 0
        assert blob.clear == 2

    def test_smoothing_keeps_the_sum_and_damps_noise_as_it_says(self) -> None:
        noise = np.random.default_rng(3).normal(0, 1, (2_000, 8, 8)).astype(np.float32)
        smoothed = np.stack([smooth(one, 0.15) for one in noise])
        assert smoothed.sum() == pytest.approx(noise.sum(), abs=0.5)
        assert np.abs(smoothed.std(0) / gain((8, 8), 0.15) - 1).max() < 0.08


class TestPairing:
    def cost(self, costs: list[list[float]], pairs: list[tuple[int, int]]) -> float:
        rows, columns = len(costs), len(costs[0])
        return sum(costs[r][c] for r, c in pairs) + 0.5 * (rows + columns - 2 * len(pairs))

    def best(self, costs: list[list[float]]) -> float:
        """By trying everything."""
        rows, columns = len(costs), len(costs[0])
        everything = []
        for size in range(min(rows, columns) + 1):
            for chosen in itertools.combinations(range(rows), size):
                for others in itertools.permutations(range(columns), size):
                    pairs = list(zip(chosen, others, strict=True))
                    if all(costs[r][c] < 1 for r, c in pairs):
                        everything.append(self.cost(costs, pairs))
        return min(everything)

    def test_nothing_to_pair(self) -> None:
        assert pair([]) == []
        assert pair([[]]) == []
        assert pair([[1.0]]) == []
        assert pair([[0.9]]) == [(0, 0)]

    def test_as_good_as_trying_everything(self) -> None:
        chance = random.Random(4)
        for _ in range(200):
            rows, columns = chance.randint(1, 4), chance.randint(1, 4)
            costs = [[chance.uniform(0, 1.6) for _ in range(columns)] for _ in range(rows)]
            pairs = pair(costs)
            assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
            assert all(costs[r][c] < 1 for r, c in pairs)
            assert self.cost(costs, pairs) == pytest.approx(self.best(costs))
