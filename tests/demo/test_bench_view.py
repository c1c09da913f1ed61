"""What the page shows of the world, in both languages."""

from __future__ import annotations

import re
import string
from datetime import UTC
from pathlib import Path

import msgspec
import pytest

import pustaka.demo.bench
from devices.emulators.field import TagState
from devices.emulators.reader_control import FrameSeen
from devices.rfid.protocols.m3.frames import pack
from kiosk.circulation.port import Code
from kiosk.session.model import Notice, Overlay, Phase, Screen
from pustaka.demo.bench import english, indonesian, view
from pustaka.demo.bench.actions import CableName, TroubleName
from pustaka.demo.bench.frames import KEPT, exchanges
from pustaka.demo.bench.story import KioskSeen, Line, Passages, RowSeen
from pustaka.demo.bench.table import Lying, Plug
from pustaka.demo.bench.things import BY_KEY, TABLE
from pustaka.demo.bench.watch import Told, World
from pustaka.demo.bench.words import LANGUAGES, SENTENCES, age, say

FOLDER = Path(pustaka.demo.bench.__file__).parent


def laid(key: str, position: int, afi: int = 0x07, part: int = 0) -> TagState:
    return TagState(uid=BY_KEY[key].uids[part], afi=afi, position=position)


class TestWords:
    def test_both_languages_have_the_same_sentences(self):
        plurals = {key for key in english.SENTENCES if key.endswith(".1")}
        assert set(english.SENTENCES) - plurals == {key for key in indonesian.SENTENCES if not key.endswith(".1")}

    @pytest.mark.parametrize("key", sorted(english.SENTENCES))
    def test_with_the_same_fields(self, key):
        def fields(text: str) -> set[str | None]:
            return {name for _, name, _, _ in string.Formatter().parse(text) if name}

        there = indonesian.SENTENCES.get(key, indonesian.SENTENCES[key.removesuffix(".1")])
        assert fields(english.SENTENCES[key]) <= fields(there)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_key_that_code_and_page_name_has_a_sentence(self, language):
        named = set()
        for path in (*FOLDER.glob("*.py"), *FOLDER.glob("templates/*")):
            named |= set(re.findall(r'say\((?:language, |"en", )?f?"(?!en")([a-z][a-z.-]+)"', path.read_text("utf-8")))
            named |= set(re.findall(r'Line\([^,]+, "([a-z.-]+)"', path.read_text("utf-8")))
            named |= set(re.findall(r'(?:BenchError|UnknownError)\("([a-z.]+)"', path.read_text("utf-8")))
        assert len(named) > 60
        assert sorted(key for key in named if not key.endswith(".") and key not in SENTENCES[language]) == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page_phase_and_notice_of_the_kiosk_has_a_word(self, language):
        words = SENTENCES[language]
        assert all(f"page.{page}" in words for page in Screen)
        assert all(f"overlay.{overlay}" in words for overlay in Overlay)
        assert all(f"phase.{phase}" in words for phase in Phase)
        assert all(f"notice.{notice}" in words for notice in Notice if notice is not Notice.NONE)
        assert all(f"cable.{name}" in words for name in CableName)
        assert all(f"trouble.{name}" in words for name in TroubleName)
        assert all(f"note.{thing.key}" in words for thing in TABLE)

    def test_a_refusal_without_a_word_is_said_by_its_name(self):
        assert "code." + Code.HELD in SENTENCES["en"]
        assert say("en", "row.refused", title="T", code="pin-locked") == "T: refused, pin-locked"

    def test_ages(self):
        assert [age("en", seconds) for seconds in (-1, 0, 59.9, 60, 3600)] == ["0 s", "0 s", "59 s", "1 min", "60 min"]


class TestState:
    def test_an_untouched_table(self):
        state = view.state(World(), "en", 0)
        assert state.kiosk == "The kiosk does not answer."
        assert state.pad == ()
        assert state.pad_line == "No tag on the pad"
        assert state.cables_line == "6 of 6 in"
        assert state.all_in
        assert state.troubles_line == ""
        assert {thing.place for thing in state.things} == {""}
        assert [thing.key for thing in state.things] == [thing.key for thing in TABLE]

    def test_the_pad_in_the_order_things_were_laid_with_their_security_bits(self):
        world = World(
            lying=Lying(untagged=("awan",)), tags=(laid("layar", 2, 0xC2), laid("saman", 1), laid("yohanes", 3, 0))
        )
        state = view.state(world, "en", 0)
        assert [(thing.key, thing.armed, thing.afi) for thing in state.pad] == [
            ("saman", True, "07"),
            ("layar", False, "C2"),
            ("yohanes", None, "00"),
            ("awan", None, ""),
        ]
        notes = {thing.key: (thing.place, thing.note) for thing in state.things if thing.place}
        assert notes == {
            "saman": ("pad", "on the pad, armed"),
            "layar": ("pad", "on the pad, off"),
            "yohanes": ("pad", "on the pad"),
            "awan": ("pad", "on the pad"),
        }

    def test_a_set_is_armed_as_long_as_one_of_its_tags_is(self):
        for first, second in ((0xC2, 0x07), (0x07, 0xC2)):
            world = World(tags=(laid("atlas", 1, first), laid("atlas", 2, second, part=1)))
            assert [thing.armed for thing in view.state(world, "en", 0).pad] == [True]

    def test_how_many_of_the_tags_the_kiosk_knows(self):
        world = World(tags=(laid("layar", 1), laid("saman", 2)), kiosk=KioskSeen(pad=(BY_KEY["layar"].uids[0], "X")))
        assert view.state(world, "en", 0).pad_line == "2 tags on the pad; the kiosk knows 1"
        world = World(tags=(laid("layar", 1),))
        assert view.state(world, "en", 0).pad_line == "1 tag on the pad; the kiosk knows 0"

    def test_the_kiosks_page_and_its_books(self):
        rows = (RowSeen("borrow", "B1", "borrowed"), RowSeen("return", "B2", "returned"))
        assert view.state(World(kiosk=KioskSeen(page="borrow", rows=rows)), "en", 0).kiosk == "kiosk: borrow, 1 book"
        assert view.state(World(kiosk=KioskSeen(page="menu", rows=rows)), "id", 0).kiosk == "anjungan: menu"

    def test_a_pulled_cable_tells_since_when(self):
        plugs = {**dict(Lying().plugs), CableName.CAMERA: Plug.OUT, CableName.DESK: Plug.COMING}
        lying = Lying(plugs=tuple(plugs.items()), pulled=((CableName.CAMERA, 100.0),))
        state = view.state(World(lying=lying), "en", 142.5)
        labels = {cable.name: (cable.label, cable.action) for cable in state.cables}
        assert labels["camera"] == ("Camera: pulled, 42 s", "Plug in: Camera")
        assert labels["desk"][0] == "Desk: starting"
        assert labels["door"] == ("Door", "Pull: Door")
        assert (state.camera, state.all_in, state.cables_line) == (False, False, "4 of 6 in")

    def test_people_inside_are_never_fewer_than_none(self):
        assert view.state(World(passages=Passages(1, 3, 2)), "en", 0).inside == 0
        assert view.state(World(passages=Passages(5, 3, 2)), "en", 0).door == "in 5 · out 3 · turned back 2"


class TestLog:
    def test_a_line_in_words_and_local_time(self):
        line = Line("anjungan-1", "row.due", {"title": "Saman", "phase": "borrowed", "due": "2026-12-01"})
        (shown,) = view.lines([Told(7, 3661.25, line)], "en", UTC)
        assert (shown.number, shown.time, shown.source) == (7, "01.01.01.2", "kiosk")
        assert shown.text == "Saman: borrowed, due 1 Dec"

    def test_what_a_program_says_is_one_line_of_bearable_length(self):
        (shown,) = view.lines([Told(1, 0, Line("door", "alert", {"what": "a\nb\u202e" + "x" * 500}))], "en", UTC)
        assert "\n" not in shown.text
        assert "\u202e" not in shown.text
        assert len(shown.text) < 130

    def test_the_keys_in_the_help_are_told_apart_from_its_words(self):
        for language in LANGUAGES:
            assert [key for _, key in view.keys(language) if key][1:] == ["P", "C", "S", "R"]


INVENTORY = pack(b"\xfe\x00\x05")
EMPTY = pack(b"\xfe\x00\x00\x05\x00")


class TestFrames:
    def test_a_command_and_its_answer_are_one_line(self):
        (one,) = exchanges([FrameSeen(1, "host", INVENTORY.hex()), FrameSeen(2, "reader", EMPTY.hex())], "m3")
        assert (one.name, one.host, one.reader, one.times) == ("inventory", INVENTORY.hex(), EMPTY.hex(), 1)

    def test_the_same_again_and_again_is_folded_and_the_newest_stands_first(self):
        frames = []
        for at in range(10):
            frames += [FrameSeen(2 * at, "host", INVENTORY.hex()), FrameSeen(2 * at + 1, "reader", EMPTY.hex())]
        frames.append(FrameSeen(99, "host", pack(b"\x11").hex()))
        newest, folded = exchanges(frames, "m3")
        assert (newest.name, newest.reader) == ("version", "")
        assert (folded.times, folded.at) == (10, 18)

    def test_stale_bytes_belong_to_no_command(self):
        (one,) = exchanges([FrameSeen(1, "reader", "00")], "m3")
        assert (one.host, one.reader) == ("", "00")

    def test_a_damaged_command_has_no_name(self):
        (one,) = exchanges([FrameSeen(1, "host", "D6")], "m3")
        assert one.name == ""

    def test_only_so_many_are_kept(self):
        frames = [FrameSeen(at, "host", pack(bytes([0x02, at])).hex()) for at in range(100)]
        assert len(exchanges(frames, "m3")) == KEPT

    def test_in_words(self):
        shown = view.frames(exchanges([FrameSeen(1, "host", INVENTORY.hex().upper())], "m3"), "en", UTC)
        assert (shown[0].host, shown[0].reader) == ("D6 00 05 FE 00 05 FA 40", "no answer")
        assert msgspec.json.encode(shown)
