"""When is an open camera dead, and when to try again?"""

from __future__ import annotations

import numpy as np
import pytest

from devices.barcode.events import Why
from devices.barcode.shot import PixelShot
from devices.barcode.watchdog import FROZEN_S, OPENING_S, STALLED_S, BackOff, Watchdog
from devices.emulators import scene


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
