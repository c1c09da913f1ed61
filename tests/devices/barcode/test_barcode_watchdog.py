"""When is an open camera dead, and is anything moving on a living one?"""

from __future__ import annotations

import numpy as np
import pytest

from devices.barcode.events import Why
from devices.barcode.gate import GLANCE_S, OPEN_S, Gate, Look
from devices.barcode.shot import PixelShot
from devices.barcode.watchdog import FROZEN_S, OPENING_S, STALLED_S, BackOff, Watchdog
from devices.emulators import scene
from devices.emulators.things import book_label


def test_no_frame_after_opening_is_stalled() -> None:
    watchdog = Watchdog(10.0)
    assert watchdog.trouble(10.0 + OPENING_S, live=True) is None
    assert watchdog.trouble(10.1 + OPENING_S, live=True) is Why.STALLED


def test_frames_that_stop_are_stalled() -> None:
    watchdog = Watchdog(0.0)
    watchdog.frame(1.0, 7)
    assert watchdog.healthy
    assert watchdog.trouble(1.0 + STALLED_S, live=True) is None
    assert watchdog.trouble(1.1 + STALLED_S, live=True) is Why.STALLED


@pytest.mark.parametrize(("live", "why"), [(True, Why.FROZEN), (False, None)])
def test_equal_frames_are_frozen_only_from_a_live_source(live: bool, why: Why | None) -> None:
    watchdog = Watchdog(0.0)
    for n in range(50):
        watchdog.frame(n / 10, 7)
    assert watchdog.trouble(FROZEN_S + 0.9, live=live) is why


def test_changing_frames_are_healthy_for_ever() -> None:
    watchdog = Watchdog(0.0)
    for n in range(1000):
        watchdog.frame(float(n), n % 2)
        assert watchdog.trouble(float(n), live=True) is None


def test_after_freezing_the_same_frame_is_not_yet_healthy() -> None:
    watchdog = Watchdog(0.0, frozen=7)
    watchdog.frame(0.1, 7)
    assert not watchdog.healthy
    watchdog.frame(0.2, 8)
    assert watchdog.healthy
    assert watchdog.fingerprint == 8


def test_noise_changes_the_fingerprint_and_equality_keeps_it() -> None:
    rng = np.random.default_rng(1)
    picture = scene.desk(scene.Desk.GREY, 640, 360, rng)
    noisy = scene.expose(picture, scene.TYPICAL, rng)
    assert PixelShot(picture).mark == PixelShot(picture.copy()).mark
    assert PixelShot(picture).mark != PixelShot(noisy).mark


def test_pauses_grow_to_a_second_and_start_again_after_success() -> None:
    back_off = BackOff()
    assert [back_off.next() for _ in range(5)] == [0.2, 0.4, 0.8, 1.0, 1.0]
    back_off.reset()
    assert back_off.next() == 0.2


def frames(count: int) -> list[scene.Frame]:
    rng = np.random.default_rng(5)
    picture = scene.desk(scene.Desk.WOOD, 1280, 720, rng)
    return [scene.expose(picture, scene.TYPICAL, rng) for _ in range(count)]


def test_a_still_noisy_desk_is_skipped_but_for_a_glance_a_second() -> None:
    gate, noisy = Gate(), frames(4)
    assert gate.look(0.0, noisy[0]) is Look.CHANGED
    times = [n / 10 for n in range(1, 100)]
    looks = {at: gate.look(at, noisy[n % 4]) for n, at in enumerate(times)}
    assert Look.CHANGED not in looks.values()
    assert all(look is Look.DECODE for at, look in looks.items() if at <= OPEN_S)
    later = [at for at, look in looks.items() if at > OPEN_S and look is Look.DECODE]
    assert len(later) == int((times[-1] - OPEN_S) / GLANCE_S)


def test_a_label_laid_down_opens_the_gate_at_once() -> None:
    gate, (empty, other) = Gate(), frames(2)
    gate.look(0.0, empty)
    assert gate.look(5.0, other) is not Look.CHANGED
    shown = scene.place(other, book_label("B00417"), scene.Pose())
    assert gate.look(5.1, shown) is Look.CHANGED
    assert gate.look(5.2, scene.place(empty, book_label("B00417"), scene.Pose(x_mm=4))) is Look.DECODE


def test_a_slow_drift_of_light_is_noticed_in_the_end() -> None:
    gate = Gate()
    grey = np.full((720, 1280), 100, np.uint8)
    looks = [gate.look(float(n), grey + np.uint8(n)) for n in range(30)]
    assert looks.count(Look.CHANGED) == 4
