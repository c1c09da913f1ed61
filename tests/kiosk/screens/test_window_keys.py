"""A scanner whose keys come through the window: read at the window itself, told from fingers, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kivy.core.window import Window

from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings
from devices.scanner.events import Event, Scanned
from devices.scanner.scanners import Scanners
from devices.scanner.settings import ScannerKind, ScannerSettings
from kiosk.screens import samples
from kiosk.screens.stage import Stage
from kiosk.window_keys import WindowKeys

ENTER, TAB, CTRL, F4 = 13, 9, 305, 285


class Hands:
    """Types into the window, as SDL tells it, at a clock of its own."""

    def __init__(self, stage: Stage) -> None:
        self.now = 100.0
        self._stage = stage

    def clock(self) -> float:
        return self.now

    def press(self, key: int, text: str = "", *, modifiers: tuple[str, ...] = (), up: bool = True) -> None:
        Window.dispatch("on_key_down", key, 0, text or None, list(modifiers))
        if text:
            Window.dispatch("on_textinput", text)
        if up:
            Window.dispatch("on_key_up", key, 0)

    def type(self, text: str, gap: float, end: int = ENTER) -> None:
        for char in text:
            self.press(ord(char.lower()), char)
            self.frame(gap)
        self.press(end)

    def frame(self, took: float) -> None:
        self.now += took
        self._stage.pump()


@pytest.fixture
def hands(stage: Stage) -> Hands:
    stage.show(samples.WELCOME)
    return Hands(stage)


@pytest.fixture
def posted() -> list[Event]:
    return []


@pytest.fixture
def keys(stage: Stage, hands: Hands, posted: list[Event]) -> Iterator[WindowKeys]:
    scanners = Scanners([ScannerSettings(kind=ScannerKind.WINDOW)], CodeSettings(), posted.append)
    keys = WindowKeys(scanners.window, hands.clock)
    scanners.start()
    keys.start()
    hands.frame(0.016)
    posted.clear()
    yield keys
    keys.stop()
    scanners.stop()


def test_a_scan_is_read_at_the_window_and_presses_nothing(
    keys: WindowKeys, hands: Hands, stage: Stage, posted: list[Event]
) -> None:
    stage.sent.clear()
    hands.type("B00417", 0.008)
    assert posted == [Scanned(Kind.ITEM, "B00417", "", "scanner")]
    hands.frame(2.0)
    hands.frame(0.016)
    hands.type("A0001", 0.0, end=TAB)
    assert posted[1:] == [Scanned(Kind.PATRON, "A0001", "", "scanner")]
    assert stage.sent == []


def test_fingers_are_not_read(keys: WindowKeys, hands: Hands, posted: list[Event]) -> None:
    hands.type("A0001", 0.06)
    assert posted == []


def test_a_key_held_down_is_not_read(keys: WindowKeys, hands: Hands, posted: list[Event]) -> None:
    for _ in range(20):
        hands.press(ord("1"), "1", up=False)
        hands.frame(0.02)
    hands.press(ENTER)
    assert posted == []


def test_a_key_whose_release_was_never_seen_is_not_held_for_ever(
    keys: WindowKeys, hands: Hands, posted: list[Event]
) -> None:
    hands.press(ord("0"), "0", up=False)
    hands.frame(3.0)
    hands.frame(0.016)
    hands.type("A0123", 0.004)
    assert [event.text for event in posted if isinstance(event, Scanned)] == ["A0123"]


def test_commands_spoil_the_text_and_do_nothing(keys: WindowKeys, hands: Hands, posted: list[Event]) -> None:
    hands.press(CTRL, modifiers=("ctrl",), up=False)
    hands.press(F4, modifiers=("ctrl",))
    hands.type("A0001", 0.001)
    assert posted == []


def test_typing_that_a_busy_program_saw_at_once_is_not_read(
    keys: WindowKeys, hands: Hands, posted: list[Event]
) -> None:
    hands.frame(0.4)  # so long did the last frame take; the keys of all that time come now
    hands.type("A0001", 0.0)
    assert posted == []
    hands.frame(0.3)
    hands.frame(0.016)
    hands.type("A0001", 0.0)
    assert len(posted) == 1
