"""A 125 kHz card reader over a real pty at 9600 baud: it only talks, and a card is there while it does."""

import time

import pytest
from inside import Inside

from devices.emulators.faults import Fault
from devices.emulators.field import Kind, TagState
from devices.emulators.firmware.em4100 import Em4100Reader
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.pad import LINGER
from devices.rfid.protocols.em4100.frames import Checksum, new_parser
from devices.rfid.settings import CardSettings, ReaderSettings

CARD, OTHER = "62E3086CED", "2E00AF0EC9"


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory):
    pad = ReaderEmulator(tmp_path_factory.mktemp("em4100"), protocol="em4100", seed=1)
    for uid in (CARD, OTHER):
        pad.define_tag(TagState(uid=uid, kind=Kind.CARD))
    yield pad
    pad.stop()


@pytest.fixture
def reader_settings():
    return ReaderSettings(protocol="em4100", card=CardSettings(prefix="P"))


def test_a_card_arrives_is_read_and_leaves_each_time_it_is_shown(bench):
    bench.ready()
    for _ in range(2):
        mark = bench.log.mark()
        bench.pad.put(CARD)
        read = bench.read(CARD, mark)
        assert read.problem == ""
        assert read.content is not None
        assert read.content.is_card
        assert read.content.item_id == "P3808980205"
        bench.pad.take(CARD)
        bench.left(CARD, mark)
        assert [type(event) for event in bench.log.of(CARD, mark)] == [TagArrived, TagRead, TagLeft]


def test_damaged_repeats_do_not_send_a_card_away(bench):
    """Eight of them last longer than the time after which a card that says nothing has left."""
    bench.ready()
    bench.pad.put(CARD)
    bench.read(CARD)
    start, mark = time.monotonic(), bench.log.mark()
    bench.pad.fault(Fault.FLIP_BIT, times=8)
    bench.pad.fault(Fault.VANISH, after=8)
    gone, _ = bench.log.timed(TagLeft, after=mark)
    assert gone - start > 8 * 0.065 + LINGER


def test_noise_on_the_line_makes_no_card(bench):
    bench.ready()
    bench.pad.fault(Fault.DROP_BYTE, times=5)
    bench.pad.put(CARD)
    bench.read(CARD)
    assert {event.uid for event in bench.log.events if isinstance(event, TagArrived)} == {CARD}


def test_replug(bench):
    bench.ready()
    bench.pad.put(CARD)
    bench.read(CARD)
    mark = bench.log.mark()
    bench.pad.restart()
    bench.left(CARD, mark)
    bench.back(mark)
    bench.read(CARD, mark)


def test_it_has_no_alarm_to_switch(bench):
    bench.ready()
    bench.pad.put(CARD)
    bench.read(CARD)
    assert bench.secure(CARD, True) == SecurityWritten(CARD, True, ok=True)  # nothing to do is done


class Talking(Inside):
    """The firmware and a clock in a hand."""

    def __init__(self, folder, *cards):
        super().__init__(folder, Em4100Reader, *(TagState(uid=uid, kind=Kind.CARD) for uid in cards), seed=3)

    def hear(self, now):
        data = b"".join(reply.data for reply in self.firmware.tick(now))
        return [found.number.hex().upper() for found in new_parser(Checksum.XOR).receive(data)]


def test_the_firmware_repeats_every_65_to_100_ms(tmp_path):
    talking = Talking(tmp_path, CARD)
    now = 10.0
    for _ in range(20):
        assert talking.hear(now) == [CARD]
        assert 0.065 <= talking.firmware.wake() - now <= 0.1
        now = talking.firmware.wake()


def test_the_firmware_says_nothing_without_a_card_or_with_two(tmp_path):
    assert Talking(tmp_path).firmware.wake() is None
    assert Talking(tmp_path, CARD, OTHER).hear(0.0) == []
    assert Talking(tmp_path).firmware.receive(b"hello", 0.0) == []


def test_the_firmware_cannot_read_cards_of_another_kind(tmp_path):
    assert Talking(tmp_path, "04A1B2C3").hear(0.0) == []
    talking = Talking(tmp_path / "..", CARD)
    talking.field.define(TagState(uid=CARD, kind=Kind.CARD, dead=True))
    assert talking.hear(0.0) == []


def test_a_card_that_vanishes_is_heard_once_more(tmp_path):
    talking = Talking(tmp_path, CARD)
    talking.fault(Fault.VANISH)
    assert talking.hear(0.0) == [CARD]
    assert talking.firmware.wake() is None
