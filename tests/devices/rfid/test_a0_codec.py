"""Commands and answers of the A0 protocol: public vectors, layouts, and answers that belong to something else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid import crc
from devices.rfid.errors import EncodeError
from devices.rfid.framing import Noise
from devices.rfid.protocols.a0 import commands as a0
from devices.rfid.protocols.a0.answers import Done, Failure, Firmware, Heard, Operated, RoundEnd
from devices.rfid.protocols.a0.commands import encode, parse
from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.a0.frames import Frame, new_parser, pack
from devices.rfid.protocols.a0.say import say

EPC = bytes.fromhex("E2003016661301211550 74EF")


def frame(wire: str) -> Frame:
    (found,) = new_parser().receive(bytes.fromhex(wire))
    assert isinstance(found, Frame)
    return found


def operated(data: bytes, tail: int, epc: bytes = EPC, pc: int = 0x3000) -> bytes:
    """``COUNT16 LEN [PC EPC CRC DATA] TAIL ANT COUNT``."""
    tag = pc.to_bytes(2, "big") + epc
    there = tag + crc.genibus(tag).to_bytes(2, "big") + data
    return bytes([0, 1, len(there)]) + there + bytes([tail, 0, 1])


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (a0.Version(), "A0030172EA"),  # rust-invelion, test_checksum; ActivIoTy checkpoint
        (a0.SetAntenna(0), "A004017400E7"),  # ActivIoTy checkpoint, from the IND903 protocol paper
        (a0.Inventory(1), "A004018901D1"),  # the sheet; many drivers
        (a0.SessionInventory(1, 0, 1), "A006018B010001CC"),  # a log published with an R2000 driver
    ],
)
def test_public_request(command, wire):
    assert encode(command, address=1).hex().upper() == wire


@pytest.mark.parametrize(
    ("command", "wire", "answer"),
    [
        (a0.Version(), "A00501720109DE", Firmware(1, 9)),
        (a0.SetAntenna(), "A004017410D7", Done()),
        (a0.Inventory(), "A0130189043000E2003016661301211550 74EF45BF", Heard(0x3000, EPC, -61, 0)),
        (
            a0.Inventory(),
            "A01301898C3000300833B2DDD901400000000137BB",
            Heard(0x3000, bytes.fromhex("300833B2DDD9014000000001"), -75, 0),
        ),
        (a0.Inventory(), "A00A018900001D00000001AE", RoundEnd(0, 0x1D, 1)),
        (
            a0.SessionInventory(),
            "A013018B103000300966 3781DB02974876FC6A672B",
            Heard(0x3000, bytes.fromhex("3009663781DB02974876FC6A"), -26, 0),
        ),
        (a0.SessionInventory(), "A00A018B00001900000001B0", RoundEnd(0, 0x19, 1)),
    ],
)
def test_public_answer(command, wire, answer):
    """Captures in the ActivIoTy checkpoint (IND903) and in published logs of R2000 readers."""
    assert parse(command, frame(wire)) == answer


def test_a_published_example_that_does_not_add_up_is_noise():
    """ActivIoTy's end of round ends in BC, which is no checksum of it: papers are not to be copied."""
    (found,) = new_parser().receive(bytes.fromhex("A00A018900001D00000001BC")) or [None]
    assert not isinstance(found, Frame)


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (a0.Match(b"\xe2\x00\x12\x34"), "0004E2001234"),
        (a0.Match(), "01"),
        (a0.Read(2, 0, 6), "02000600000000"),
        (a0.Write(1, 2, b"\xab\xcd\xef\x01"), "00000000010202ABCDEF01"),
        (a0.SetPower(20), "14"),
    ],
)
def test_request_follows_the_vendors_library(command, data):
    assert command.data().hex().upper() == data


@pytest.mark.parametrize(
    ("command", "data", "answer"),
    [
        (a0.Read(1, 2, 2), operated(b"\xaa\xbb\xcc\xdd", 4), Operated(0x3000, EPC, b"\xaa\xbb\xcc\xdd")),
        (a0.Write(1, 2, b"\0\1"), operated(b"", 0x10), Operated(0x3000, EPC)),
        (a0.Write(1, 2, b"\0\1"), operated(b"", 0x84), Failure(0x82, Code.TAG_LOCKED)),
        (a0.Write(1, 2, b"\0\1"), b"\x36", Failure(0x82, Code.NO_TAG)),
        (a0.Read(1, 2, 2), b"\x32", Failure(0x81, Code.READ)),
        (a0.Inventory(), b"\x22", Failure(0x89, Code.ANTENNA_MISSING)),
        (a0.SetPower(20), b"\x10", Done()),
        (a0.SetPower(20), b"\x48", Failure(0x66, Code.NO_SUCH_POWER)),
        (a0.Match(EPC), b"\x77", Failure(0x85, Code.UNKNOWN)),
    ],
)
def test_answer(command, data, answer):
    assert parse(command, Frame(command.code, data)) == answer


@pytest.mark.parametrize(
    ("command", "other"),
    [
        (a0.Read(1, 2, 2), Frame(0x89, operated(bytes(4), 4))),
        (a0.Read(1, 2, 1), Frame(0x81, operated(bytes(4), 4))),  # more than asked for
        (a0.Read(1, 2, 2), Frame(0x81, operated(bytes(4), 200))),  # a length that cannot be
        (a0.Read(1, 2, 2), Frame(0x81, operated(bytes(4), 4)[:-1])),
        (a0.Read(1, 2, 2), Frame(0x81, operated(bytes(4), 4, pc=0x2000))),  # PC and EPC disagree
        (a0.Inventory(), Frame(0x89, b"\x04\x30\x00\xe2\x00\x45")),  # a tag cut off
        (a0.Inventory(), Frame(0x89, b"\x10")),  # done, but no round
        (a0.Inventory(), Frame(0x89, b"")),
        (a0.Version(), Frame(0x72, b"\x01\x02\x03")),
    ],
)
def test_what_is_not_the_answer_is_dropped(command, other):
    assert parse(command, other) is None


def test_a_tag_whose_own_checksum_is_wrong_was_not_read():
    data = bytearray(operated(b"\0\1", 2))
    data[8] ^= 1
    assert parse(a0.Read(1, 2, 1), Frame(0x81, bytes(data))) is None


@pytest.mark.parametrize(
    "command",
    [a0.SetPower(40), a0.Match(b"\1"), a0.Read(4, 0, 1), a0.Read(1, 0, 121), a0.Write(1, 2, b""), a0.SetAntenna(8)],
)
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


@pytest.mark.parametrize(("byte", "dbm"), [(98, -31), (90, -39), (89, -41), (31, -99), (0x80 | 98, -31)])
def test_signal_strength(byte, dbm):
    """Table 5 of the protocol paper, with the step that rust-invelion noticed."""
    assert a0.rssi_dbm(byte) == dbm


def test_no_command_locks_kills_or_writes_the_readers_flash():
    codes = {value.code for value in vars(a0).values() if isinstance(value, type) and hasattr(value, "code")}
    assert codes & {0x67, 0x71, 0x73, 0x76, 0x78, 0x7A, 0x83, 0x84, 0x8D} == set()


COMMANDS = [
    a0.Version(), a0.SetAntenna(), a0.SetPower(1), a0.Inventory(), a0.SessionInventory(), a0.Match(), a0.Read(1, 2, 1),
    a0.Write(1, 2, b"\0\1"),
]  # fmt: skip


@given(st.sampled_from(COMMANDS), st.binary(max_size=60))
@settings(max_examples=60)
def test_no_frame_makes_an_answer_raise(command, rest):
    parse(command, Frame(command.code, rest))


@given(st.integers(1, 31), st.data())
@settings(max_examples=40)
def test_what_is_read_comes_back(words, data):
    epc = data.draw(st.binary(min_size=2 * words, max_size=2 * words))
    memory = data.draw(st.binary(min_size=2, max_size=32).filter(lambda found: len(found) % 2 == 0))
    answer = parse(a0.Read(3, 0, len(memory) // 2), Frame(0x81, operated(memory, len(memory), epc=epc, pc=words << 11)))
    assert answer == Operated(words << 11, epc, memory)


@pytest.mark.parametrize(
    ("wire", "way", "text"),
    [
        ("A0030172EA", "host", "version"),
        ("A00501720109DE", "reader", "version 0109"),
        ("A004018901D1", "host", "inventory 01"),
        ("A0130189043000E200301666130121155074EF45BF", "reader", f"inventory {EPC.hex().upper()} -61 dBm"),
        ("A00A018B00001900000001B0", "reader", "inventory in session ended, 1 reads, 25 tags/s"),
        ("A004017410D7", "reader", "set antenna"),
        ("A004017400E7", "host", "set antenna 00"),
        (pack(0x89, b"\x22", 1).hex(), "reader", "inventory The antenna is missing: check its cable."),
        (pack(0x81, bytes.fromhex("02000600000000"), 1).hex(), "host", "read 02000600000000"),
        (pack(0x83, b"\x00\x01").hex(), "host", "lock 0001"),
        (pack(0x66, b"\x14", 1).hex(), "host", "set power for now 14"),
    ],
)
def test_frames_in_words(wire, way, text):
    said = say(frame(wire))
    assert (said.way, said.text) == (way, text)


def test_noise_in_words():
    assert say(Noise(b"\x01")).way == "noise"
