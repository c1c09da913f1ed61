"""What ends on the glass: pixels, codes, the camera's picture, movement, and nothing kept for longer than it shows."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp
from kivy.clock import Clock

from kiosk.images.picture import PictureError
from kiosk.screens import samples, waves
from kiosk.screens.camera_picture import CameraPicture
from kiosk.screens.elements import Icon
from kiosk.screens.geometry import Box
from kiosk.screens.samples import SAMPLES
from kiosk.screens.theme import theme
from kiosk.session.model import Button, Mode, Phase, Preferences, Screen


def of(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def test_every_sample_draws_something_of_its_own(stage) -> None:
    seen: dict[bytes, str] = {}
    for name, make in SAMPLES.items():
        stage.show(make())
        pixels = stage.pixels()
        assert len(np.unique(pixels.reshape(-1, 3)[::97], axis=0)) > 8, f"{name} looks empty"
        assert seen.setdefault(pixels.tobytes(), name) == name, f"{name} looks like {seen[pixels.tobytes()]}"


def test_the_same_state_gives_the_same_pixels(stage) -> None:
    stage.show(SAMPLES["borrow"]())
    first = stage.pixels()
    stage.show(SAMPLES["menu"]())
    stage.show(SAMPLES["borrow"]())
    assert (stage.pixels() == first).all()


def test_colours_on_the_glass_are_those_of_the_look(stage) -> None:
    state = SAMPLES["borrow"]()
    stage.show(state)
    pixels = stage.pixels()
    light = theme(stage.settings, Preferences()).colours
    assert tuple(pixels[400, 8]) == of(light.deep)
    assert tuple(pixels[10, 900]) == of(light.paper)
    assert tuple(pixels[640, 1100]) == of(light.river)
    stage.show(replace(state, preferences=Preferences(contrast=True)))
    pixels = stage.pixels()
    assert tuple(pixels[10, 900]) == (0, 0, 0)
    assert tuple(pixels[640, 1100]) == of("#FFE14D")


@pytest.mark.parametrize("sample", ["finish", "finish-returned"])
@pytest.mark.parametrize("look", [{}, {"large": True}, {"contrast": True}])
def test_the_receipt_can_be_read_from_the_screen(stage, sample, look) -> None:
    stage.show(replace(SAMPLES[sample](), preferences=Preferences(**look)))
    found = zxingcpp.read_barcodes(cv2.cvtColor(stage.pixels(), cv2.COLOR_RGB2GRAY))
    assert len(found) == 1
    assert samples.LIBRARY in found[0].text
    assert "Salah Asuhan" in found[0].text


def test_the_camera_is_asked_only_while_its_picture_shows(stage) -> None:
    asked: list[int] = []
    live = stage.root._page.preview
    stage.root._page.preview = lambda: asked.append(1) or live()
    stage.show(SAMPLES["borrow"]())
    stage.pump_until(lambda: len(asked) > 1)
    stage.show(SAMPLES["menu"]())
    count = len(asked)
    stage.pump(20)
    assert len(asked) == count


def test_a_found_code_is_outlined_in_gold_and_then_no_more(stage) -> None:
    preview = samples.camera_preview()
    shown = [preview]
    stage.root._page.preview = lambda: shown[0]
    stage.show(SAMPLES["borrow"]())
    tile = (slice(238, 358), slice(957, 1255))

    def gold() -> int:
        return int((np.abs(stage.pixels()[tile].astype(int) - of("#F4B53F")).sum(axis=2) < 12).sum())

    assert gold() > 800
    shown[0] = replace(preview, quad_age=2.0)
    stage.pump_until(lambda: gold() == 0)


def test_the_camera_shows_what_is_in_front_of_it_unmirrored(stage) -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:, :200] = (255, 0, 0)
    pixels[:150, 200:] = (0, 0, 255)
    stage.root._page.preview = lambda: replace(samples.camera_preview(), number=7, pixels=pixels, quad=None)
    stage.show(SAMPLES["borrow"]())
    seen = stage.pixels()
    assert tuple(seen[260, 1000]) == (255, 0, 0)
    assert tuple(seen[260, 1200]) == (0, 0, 255)
    assert tuple(seen[350, 1200]) == (0, 0, 0)


def test_no_camera_picture_yet_is_no_error(stage) -> None:
    stage.root._page.preview = lambda: None
    stage.show(SAMPLES["borrow"]())
    stage.pump(3)
    assert isinstance(stage.root._page._nodes["camera"].alive, CameraPicture)


# --- movement -----------------------------------------------------------------------------------------------------


def test_a_new_row_slides_in_and_then_nothing_moves(stage) -> None:
    before = samples.borrowing(*samples._BORROWED[1:])
    stage.show(before)
    stage.root.show(samples.borrowing(*samples._BORROWED))
    assert stage.root.motion.moving
    during = stage.pixels()
    stage.pump_until(lambda: not stage.root.motion.moving)
    assert (stage.pixels() != during).any()
    still = stage.pixels()
    stage.pump(5)
    assert (stage.pixels() == still).all()


def test_a_row_that_keeps_its_look_is_not_drawn_again(stage) -> None:
    stage.show(samples.borrowing(*samples._BORROWED[1:]))
    node = stage.root._page._nodes["row-borrow-hikayat"]
    body = list(node.body.children)
    stage.show(samples.borrowing(*samples._BORROWED[1:], replace(samples._WAITING, changed=0)))
    assert stage.root._page._nodes["row-borrow-hikayat"] is node
    assert list(node.body.children) == body


def test_showing_the_same_state_again_touches_nothing(stage) -> None:
    state = SAMPLES["borrow"]()
    stage.show(state)
    nodes = {key: list(node.body.children) for key, node in stage.root._page._nodes.items()}
    stage.show(replace(state))
    assert {key: list(node.body.children) for key, node in stage.root._page._nodes.items()} == nodes


def test_a_waiting_row_is_there_with_the_next_frame(stage) -> None:
    stage.show(samples.borrowing(*samples._BORROWED))
    waiting = samples.row("gelap", Mode.BORROW, Phase.WAITING, 9, title="", author="")
    stage.root.show(samples.borrowing(*samples._BORROWED, waiting))
    assert "Mohon tunggu …" in stage.root.texts()


def test_the_waves_call_three_times_rest_and_stop_for_good() -> None:
    rest = waves.strengths(waves.LAST_SECONDS, 3)
    assert rest == waves.AT_REST
    assert waves.strengths(0.0, 3) != rest
    assert [waves.strengths(step / 2, 3).index(1.0) for step in range(9)] == [0, 1, 2] * 3
    assert waves.strengths(4.6, 3) == waves.strengths(24.0, 3) == rest
    assert waves.strengths(24.6, 3) != rest
    assert all(waves.strengths(later, 3) == rest for later in (60.0, 61.0, 85.0, 1e6))
    assert waves.strengths(3.0, 0) == ()


def test_an_idle_welcome_draws_nothing_after_its_minute(stage, monkeypatch) -> None:
    stage.show(SAMPLES["welcome"]())
    alive = stage.root._page._nodes["arcs"].alive
    assert alive._event is not None
    alive._since -= waves.LAST_SECONDS + 1
    alive._step(0)
    assert alive._event is None
    still = stage.pixels()
    stage.pump(10)
    assert (stage.pixels() == still).all()
    assert not stage.root.motion.moving


def test_a_page_that_cannot_be_drawn_raises_leaves_nothing_behind_and_the_next_one_comes(stage) -> None:
    asked: list[int] = []
    stage.root._page.preview = lambda: asked.append(1)
    stage.show(SAMPLES["borrow"]())
    broken = (*stage.root._page.elements(), Icon(Box(0, 0, 40, 40), "no-such-icon", "#000000"))
    with pytest.raises(PictureError):
        stage.root._page.show(broken)
    count = len(asked)
    stage.pump(20)
    assert len(asked) == count
    stage.show(SAMPLES["out-of-service"]())
    assert "Silakan ke petugas" in stage.root.texts()
    assert stage.root.find(Button.FINISH) is None


# --- for years ----------------------------------------------------------------------------------------------------


def test_nothing_of_old_pages_stays_alive(stage) -> None:
    states = [make() for make in SAMPLES.values()]
    old: list[weakref.ref] = []
    for number in range(150):
        stage.show(states[number % len(states)])
        if number < 130:
            for layer in (stage.root._page, stage.root._over):
                old.extend(weakref.ref(node) for node in layer._nodes.values())
    stage.show(SAMPLES["welcome"]())
    stage.pump(3)
    gc.collect()
    assert len(old) > 1000
    alive = [ref() for ref in old if ref() is not None]
    assert alive == []
    pending = [event for event in Clock.get_events() if "camera_picture" in repr(event.get_callback())]
    assert pending == []


def test_the_clock_of_the_welcome_page_follows_the_minute(stage) -> None:
    stage.show(SAMPLES["welcome"]())
    later = samples.NOW.replace(hour=15, minute=2)
    stage.root._now = lambda: later
    stage.root._on_minute(0)
    assert "15.02" in stage.root.texts()
    stage.root._now = lambda: later.replace(hour=18)
    stage.root._on_minute(0)
    assert "Buka lagi besok pukul 08.00" in stage.root.texts()
    stage.root._now = lambda: later.replace(hour=6)
    stage.root._on_minute(0)
    assert "Buka lagi hari ini pukul 08.00" in stage.root.texts()


def test_the_out_of_service_page_remembers_since_when(stage) -> None:
    stage.show(SAMPLES["welcome"]())
    stage.root._now = lambda: samples.NOW.replace(hour=16, minute=20)
    stage.show(replace(SAMPLES["out-of-service"](), screen=Screen.OUT_OF_SERVICE))
    stage.root._now = lambda: samples.NOW.replace(hour=16, minute=45)
    stage.root._on_minute(0)
    assert "Petugas sudah diberi tahu pukul 16.20." in stage.root.texts()


def test_where_only_a_scanner_works_it_is_named_and_nothing_is_out_of_order(stage) -> None:
    broken = SAMPLES["borrow-no-devices"]()
    stage.show(broken)
    assert any("Kamera tidak siap" in text for text in stage.root.texts())
    out_of_order = set(stage.root.texts())
    stage.show(replace(broken, scanner_ready=True))
    texts = set(stage.root.texts())
    assert texts - out_of_order == {"Pakai pemindai saja"}
    assert not any("siap" in text for text in texts)
