"""A wedge's key events to characters, and what a scanner that was talked into commands can do: nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.emulators import wedge
from devices.scanner.decoders import WedgeDecoder
from devices.scanner.framer import Tally, Text
from devices.scanner.key_events import Dropped, EventParser, Key, Press
from devices.scanner.layouts import LAYOUTS
from devices.scanner.settings import ScannerKind, ScannerSettings

PRINTABLE = "".join(map(chr, range(33, 127)))
LEFT_SHIFT, LEFT_CTRL, LEFT_ALT, ALTGR, LOGO, CAPS, F4, DELETE = 42, 29, 56, 100, 125, 58, 62, 111


def wedge_decoder(**settings: object) -> WedgeDecoder:
    given_ = {"longest": 200, **settings}
    return WedgeDecoder(ScannerSettings(kind=ScannerKind.WEDGE, port="/dev/x", **given_), Tally())  # type: ignore[arg-type]


def typed(events: bytes, **settings: object) -> list[str]:
    return [text.text for text in wedge_decoder(**settings).receive(0.0, events)]


def keys(*codes: int) -> bytes:
    return b"".join(map(wedge.stroke, codes))


class TestEvents:
    def test_only_keys_are_told(self) -> None:
        assert EventParser().receive(wedge.stroke(30)) == [Key(30, Press.DOWN), Key(30, Press.UP)]

    def test_after_an_overflow_the_rest_of_the_packet_is_not_believed(self) -> None:
        events = wedge.dropped() + wedge.event(1, 30, 1) + wedge.report() + wedge.stroke(31)
        assert EventParser().receive(events) == [Dropped(), Key(31, Press.DOWN), Key(31, Press.UP)]

    @settings(deadline=None)
    @given(st.binary(max_size=400), st.lists(st.integers(1, 30), min_size=1))
    def test_any_bytes_in_any_pieces_are_the_same_and_hurt_nothing(self, data: bytes, sizes: list[int]) -> None:
        parser, found, at, turn = EventParser(), [], 0, 0
        while at < len(data):
            size = sizes[turn % len(sizes)]
            found += parser.receive(data[at : at + size])
            assert parser.held < 24
            at, turn = at + size, turn + 1
        assert found == EventParser().receive(data)
        wedge_decoder().receive(0.0, data)


class TestLayouts:
    def test_every_character_of_a_us_keyboard(self) -> None:
        assert typed(wedge.strokes(PRINTABLE)) == [PRINTABLE]
        assert typed(wedge.strokes(PRINTABLE), layout="id") == [PRINTABLE]

    @pytest.mark.parametrize(
        ("layout", "code", "plain", "shift"),
        [  # as printed on the keys
            ("de", 21, "z", "Z"), ("de", 44, "y", "Y"), ("de", 53, "-", "_"), ("de", 8, "7", "/"), ("de", 43, "#", "'"),
            ("de", 12, "ß", "?"), ("de", 39, "ö", "Ö"), ("de", 86, "<", ">"), ("de", 52, ".", ":"),
            ("fr", 2, "&", "1"), ("fr", 11, "à", "0"), ("fr", 16, "a", "A"), ("fr", 30, "q", "Q"), ("fr", 39, "m", "M"),
            ("fr", 44, "w", "W"), ("fr", 50, ",", "?"), ("fr", 51, ";", "."), ("fr", 7, "-", "6"), ("fr", 9, "_", "8"),
            ("us", 12, "-", "_"), ("us", 43, "\\", "|"),
        ],
    )  # fmt: skip
    def test_what_a_key_writes(self, layout: str, code: int, plain: str, shift: str) -> None:
        enter = wedge.stroke(28)
        assert typed(wedge.stroke(code) + enter, layout=layout) == [plain]
        assert typed(wedge.holding(LEFT_SHIFT, wedge.stroke(code)) + enter, layout=layout) == [shift]

    @pytest.mark.parametrize(("layout", "code", "char"), [("de", 16, "@"), ("de", 12, "\\"), ("fr", 11, "@")])
    def test_what_it_writes_with_altgr(self, layout: str, code: int, char: str) -> None:
        assert typed(wedge.holding(ALTGR, wedge.stroke(code)) + wedge.stroke(28), layout=layout) == [char]

    @pytest.mark.parametrize("name", LAYOUTS)
    def test_every_digit_and_letter_can_be_written(self, name: str) -> None:
        layout = LAYOUTS[name]
        written = {*layout.plain.values(), *layout.shift.values()}
        assert set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-./ ") <= written

    def test_a_scanner_set_to_another_layout_writes_something_else(self) -> None:
        assert typed(wedge.strokes("yz-1"), layout="de") == ["zyß1"]

    def test_the_keypad_and_its_enter(self) -> None:
        assert typed(keys(82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 55, 98, 74, 78, 83, 96)) == ["0123456789*/-+."]

    def test_caps_lock_turns_letters_alone_and_shift_turns_them_back(self) -> None:
        on = keys(CAPS) + wedge.strokes("a1") + keys(CAPS) + wedge.strokes("a1")
        assert typed(on) == ["A1", "a1"]
        assert typed(keys(CAPS) + wedge.strokes("A!")) == ["a!"]

    def test_a_key_that_is_held_writes_once(self) -> None:
        assert typed(wedge.stroke(30, repeats=50) + wedge.stroke(28)) == ["a"]


class TestTerminators:
    def test_enter_is_enter_whatever_it_is_called(self) -> None:
        for name in ("any", "CR", "LF", "CRLF"):
            assert typed(wedge.strokes("A0001"), terminator=name) == ["A0001"]

    def test_tab(self) -> None:
        assert typed(wedge.strokes("A0001", end=15), terminator="TAB") == ["A0001"]
        assert typed(wedge.strokes("A0001", end=15), terminator="CR") == []


class TestInjection:
    @pytest.mark.parametrize("modifier", [LEFT_CTRL, LEFT_ALT, LOGO])
    def test_a_command_spoils_the_text_it_stands_in_and_no_other(self, modifier: int) -> None:
        events = wedge.strokes("A00", end=None) + wedge.holding(modifier, wedge.stroke(F4)) + wedge.strokes("01")
        assert typed(events + wedge.strokes("B00417")) == ["B00417"]

    def test_so_does_a_key_that_writes_nothing(self) -> None:
        assert typed(wedge.stroke(DELETE) + wedge.strokes("A0001") + wedge.strokes("B00417")) == ["B00417"]

    def test_a_modifier_lost_in_an_overflow_is_not_held_for_ever(self) -> None:
        held = wedge.event(1, LEFT_CTRL, 1) + wedge.report() + wedge.dropped() + wedge.report()
        assert typed(held + wedge.stroke(28) + wedge.strokes("A0001")) == ["A0001"]

    def test_a_text_with_a_hole_in_it_is_dropped(self) -> None:
        events = wedge.strokes("A00", end=None) + wedge.dropped() + wedge.report() + wedge.strokes("01")
        assert typed(events) == []

    def test_the_cap_holds_for_keys_too(self) -> None:
        decoder = wedge_decoder(longest=64)
        assert decoder.receive(0.0, wedge.strokes("7" * 5000) + wedge.strokes("A0001")) == [Text("A0001")]
