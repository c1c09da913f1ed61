"""What an inventory proves: a reader on a pty that answers by a list, and its family's word on who is there."""

import os
import pty
import select
import threading
import time
import tty

import pytest

from devices.rfid.families.a0 import A0Family
from devices.rfid.families.chafon import FEW, ChafonFamily
from devices.rfid.family import Lapse
from devices.rfid.port import LineSettings, Port
from devices.rfid.protocols.a0 import frames as a0_frames
from devices.rfid.protocols.chafon.frames import new_parser, pack
from devices.rfid.settings import ReaderSettings, UhfSettings

DONE, TIMED_OUT, MORE, NO_TAG = 0x01, 0x02, 0x03, 0xFB
#: Heard once is there, so that each round speaks for itself.
AT_ONCE = ReaderSettings(protocol="chafon18", uhf=UhfSettings(seen=1, rounds=1))


def epc(number):
    return number.to_bytes(12, "big")


def name(number):
    return epc(number).hex().upper()


def listed(status, *numbers):
    entries = b"".join(b"\x0c" + epc(number) for number in numbers)
    return pack(0x01, bytes([status, len(numbers)]) + entries, 0)


def heard(number):
    """A tag as an A0 reader tells of it."""
    return a0_frames.pack(0x89, b"\x1c\x30\x00" + epc(number) + b"\x4f", 1)


def ended(reads):
    return a0_frames.pack(0x89, b"\0\0\x20" + reads.to_bytes(4, "big"), 1)


@pytest.fixture
def family(a_family):
    return lambda *answers: a_family(ChafonFamily, new_parser, *answers)


@pytest.fixture
def a_family():
    """A family on a far end that answers each command with the next of these."""
    ending, closing = threading.Event(), []

    def make(kind, new_parser, *answers):
        far, near = pty.openpty()
        tty.setraw(near)

        def answer():
            parser, left = new_parser(), list(answers)
            while left and not ending.is_set():
                if select.select([far], [], [], 0.05)[0]:
                    for _ in parser.receive(os.read(far, 1000)):
                        os.write(far, left.pop(0))

        speaker = threading.Thread(target=answer, daemon=True)
        speaker.start()
        port = Port.open(os.ttyname(near), LineSettings(57600), time.monotonic)
        closing.extend([port.close, speaker.join, lambda: os.close(far), lambda: os.close(near)])
        return kind(port, AT_ONCE)

    yield make
    ending.set()
    for close in closing:
        close()


def rounds(family, count):
    return [family.inventory() for _ in range(count)]


def test_whole_rounds_without_a_tag_send_it_away(family):
    reader = family(listed(DONE, 1), *[pack(0x01, bytes([NO_TAG]), 0)] * 3)
    assert rounds(reader, 4) == [(name(1),), (), (), ()]
    assert reader.read(name(1)) is Lapse.REFUSED


def test_a_round_out_of_time_that_listed_few_had_time_enough(family):
    """Some firmware says "out of time" whenever it has looked for as long as it was told to."""
    reader = family(listed(TIMED_OUT, 1, 2), *[listed(TIMED_OUT, 2)] * 3)
    assert rounds(reader, 4) == [(name(1), name(2)), (name(2),), (name(2),), (name(2),)]


def test_a_round_out_of_time_that_listed_many_proves_nothing_about_the_others(family):
    crowd = range(10, 10 + FEW + 1)
    crowded = listed(MORE, *crowd[:9]) + listed(TIMED_OUT, *crowd[9:])
    reader = family(listed(DONE, 1), *[crowded] * 4)
    assert set(rounds(reader, 5)[-1]) == {name(1), *map(name, crowd)}


def test_a_tag_listed_in_two_frames_of_one_inventory_is_one_tag(family):
    reader = family(listed(MORE, 1, 2) + listed(DONE, 1))
    assert reader.inventory() == (name(1), name(2))


def test_a_failure_and_silence(family):
    reader = family(pack(0x01, b"\xf8", 0))
    assert rounds(reader, 2) == [Lapse.REFUSED, Lapse.SILENT]


def test_a0_a_round_that_tells_of_more_than_came_proves_nothing(a_family):
    reader = a_family(A0Family, a0_frames.new_parser, heard(1) + ended(1), *[heard(2) + ended(2)] * 4)
    assert rounds(reader, 5)[-1] == (name(1), name(2))


def test_a0_a_round_that_came_whole_sends_a_tag_away(a_family):
    reader = a_family(A0Family, a0_frames.new_parser, heard(1) + ended(1), *[heard(2) + ended(1)] * 3)
    assert rounds(reader, 4)[-1] == (name(2),)


def test_a0_a_name_heard_twice_in_a_round_is_not_written(a_family):
    reader = a_family(A0Family, a0_frames.new_parser, heard(1) + heard(1) + ended(2))
    assert reader.inventory() == (name(1),)
    assert reader.write_security(name(1), False) is Lapse.REFUSED
