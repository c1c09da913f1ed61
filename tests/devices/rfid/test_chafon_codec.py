"""Commands and answers of the Chafon families: public vectors, layouts, and answers that belong to something else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.framing import Noise
from devices.rfid.protocols.chafon import commands as chafon
from devices.rfid.protocols.chafon.answers import Done, Failure, Heap, Heard, Memory, ReaderInfo
from devices.rfid.protocols.chafon.commands import encode, parse
from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.chafon.frames import Frame, new_parser, pack
from devices.rfid.protocols.chafon.say import say
from devices.rfid.protocols.gen2 import TagError

EPC = bytes.fromhex("000000000000000000000313")
NEXT = bytes.fromhex("000000000000000000000314")
THIRD = bytes.fromhex("49440000000000000A000334")
FOURTH = bytes.fromhex("3039606303C74380001A0559")
TWO = "20000103020C0000000000000000000003130C0000000000000000000003149AC9"


def frame(wire: str) -> Frame:
    (found,) = new_parser().receive(bytes.fromhex(wire))
    assert isinstance(found, Frame)
    return found


def test_public_request():
    """The probe that Chafon's own software sends."""
    assert encode(chafon.Info()).hex().upper() == "04FF211995"


def test_public_request_to_one_address():
    """xynogen/uhfreader18, test_protocol."""
    assert pack(0x21, address=0).hex() == "040021d96a"


def test_an_inventory_of_the_288_family_is_what_its_open_driver_sends():
    """wabson/chafon-rfid, test_uhfreader288: two settings and their bytes."""
    assert chafon.Inventory288(q=15, scan_s=2.0).data().hex() == "0f0001000000008014"
    # Mask source 02 there stands before a mask of no bits, so it means nothing; ours stays 01.
    assert chafon.Inventory288(q=2, session=1, target=1, scan_s=0.3).data().hex() == "020101000000018003"
    assert chafon.Inventory288(antenna=4).data()[7] == 0x83


@pytest.mark.parametrize(
    ("wire", "heap"),
    [
        ("13000103010C0000000000000000000003133F39", Heap((Heard(EPC),), more=True)),
        ("13000103010C49440000000000000A000334A5FB", Heap((Heard(THIRD),), more=True)),
        (TWO, Heap((Heard(EPC), Heard(NEXT)), more=True)),
    ],
)  # fmt: skip
def test_public_inventory_18(wire, heap):
    """wabson/chafon-rfid, test_uhfreader18."""
    assert parse(chafon.Inventory18(), frame(wire)) == heap


@pytest.mark.parametrize(
    ("wire", "heap"),
    [
        ("1500010301010C0000000000000000000003136BB1A5", Heap((Heard(EPC, -22),), more=True)),
        ("1500010301010C3039606303C74380001A055940F93E", Heap((Heard(FOURTH, -66),), more=True)),
        ("0D000103010104003230386DA3D2", Heap((Heard(bytes.fromhex("00323038"), -20),), more=True)),
        ("0700010101001E4B", Heap((), more=False)),
        (
            "2300010301020C0000000000000000000003136B0C0000000000000000000003146C70F2",
            Heap((Heard(EPC, -22), Heard(NEXT, -21)), more=True),
        ),
    ],
)  # fmt: skip
def test_public_inventory_288(wire, heap):
    """wabson/chafon-rfid, test_uhfreader288."""
    assert parse(chafon.Inventory288(), frame(wire)) == heap


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (chafon.Read(b"\xe2\x00", 2, 0, 6), "01E20002000600000000"),
        (chafon.Write(b"\xe2\x00\x12\x34", 1, 2, b"\xab\xcd"), "0102E20012340102ABCD00000000"),
        (chafon.SetPower(20), "14"),
        (chafon.SetScanTime(1.0), "0A"),
        (chafon.Beep(0.1, 0.2, 3), "020403"),
    ],
)
def test_request_follows_the_manual(command, data):
    """Layouts of the vendor's C# library: counts in words, then the EPC, bank, first word, data, password."""
    assert command.data().hex().upper() == data


@pytest.mark.parametrize(
    ("command", "data", "answer"),
    [
        (chafon.Info(), "000208090313001E0A", ReaderInfo(2, 8, 9, 0x1E, 1.0)),
        (chafon.Info(), "00020D0C0331801A03010000", ReaderInfo(2, 13, 0x0C, 0x1A, 0.3)),
        (chafon.Read(EPC, 1, 2, 2), "00AABBCCDD", Memory(b"\xaa\xbb\xcc\xdd")),
        (chafon.Write(EPC, 1, 2, b"\0\1"), "00", Done()),
        (chafon.SetPower(20), "00", Done()),
        (chafon.Inventory18(), "FB", Heap((), more=False)),
        (chafon.Inventory18(), "0100", Heap((), more=False)),
        (chafon.Inventory288(), "F8", Failure(1, Status.ANTENNA)),
        (chafon.Read(EPC, 1, 2, 2), "FB", Failure(2, Status.NO_TAG)),
        (chafon.Write(EPC, 1, 2, b"\0\1"), "FC04", Failure(3, Status.TAG_ERROR, TagError.LOCKED)),
        (chafon.Write(EPC, 1, 2, b"\0\1"), "FC77", Failure(3, Status.TAG_ERROR, TagError.OTHER)),
        (chafon.SetPower(20), "77", Failure(0x2F, Status.UNKNOWN)),
    ],
)
def test_answer(command, data, answer):
    assert parse(command, Frame(command.code, bytes.fromhex(data), 0)) == answer


@pytest.mark.parametrize(
    ("command", "other"),
    [
        (chafon.Read(EPC, 1, 2, 2), Frame(0x01, b"\x01\x00", 0)),
        (chafon.Read(EPC, 1, 2, 2), Frame(0x02, b"\x00\xaa\xbb", 0)),  # fewer words than asked for
        (chafon.Inventory18(), Frame(0x01, b"\x01\x02\x0c\x00", 0)),  # more tags than it holds
        (chafon.Inventory18(), Frame(0x01, b"", 0)),
        (chafon.Inventory288(), Frame(0x01, b"\x03\x01\x01\x02\xe2\x00", 0)),  # no room for the RSSI
        (chafon.Info(), Frame(0x21, b"\x00\x02", 0)),
    ],
)
def test_what_is_not_the_answer_is_dropped(command, other):
    assert parse(command, other) is None


@pytest.mark.parametrize(
    "command",
    [
        chafon.Read(b"\xe2", 1, 0, 1),
        chafon.Read(b"", 1, 0, 1),
        chafon.Read(bytes(64), 1, 0, 1),
        chafon.Read(EPC, 4, 0, 1),
        chafon.Write(EPC, 1, 2, b"\1"),
        chafon.Write(EPC, 1, 300, b"\1\2"),
        chafon.SetPower(34),
        chafon.SetScanTime(30),
        chafon.Inventory288(q=16),
        chafon.Inventory288(antenna=0),
    ],
)
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


def test_no_command_locks_kills_protects_or_writes_to_whoever_answers():
    codes = {value.code for value in vars(chafon).values() if isinstance(value, type) and hasattr(value, "code")}
    assert codes & {0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x0E, 0x24, 0x28} == set()


COMMANDS = [
    chafon.Info(), chafon.Inventory18(), chafon.Inventory288(), chafon.Read(EPC, 1, 2, 2),
    chafon.Write(EPC, 1, 2, b"\0\1"), chafon.SetPower(1), chafon.SetScanTime(1), chafon.Beep(),
]  # fmt: skip


@given(st.sampled_from(COMMANDS), st.binary(max_size=60))
@settings(max_examples=60)
def test_no_frame_makes_an_answer_raise(command, rest):
    parse(command, Frame(command.code, rest, 0))


@given(st.lists(st.tuples(st.binary(min_size=2, max_size=16), st.integers(0, 127)), max_size=8), st.booleans())
@settings(max_examples=40)
def test_tags_come_back_as_they_were_sent(tags, more):
    listed = b"".join(bytes([len(epc)]) + epc + bytes([rssi]) for epc, rssi in tags)
    data = bytes([3 if more else 1, 1, len(tags)]) + listed
    heap = parse(chafon.Inventory288(), Frame(1, data, 0))
    assert isinstance(heap, Heap)
    assert heap == Heap(tuple(Heard(epc, chafon.rssi_dbm(rssi)) for epc, rssi in tags), more)


@pytest.mark.parametrize(
    ("wire", "way", "text"),
    [
        ("04FF211995", "host", "info"),
        ("040021D96A", "host", "info"),
        ("13000103010C0000000000000000000003133F39", "reader", f"inventory 1 tags, more follow {EPC.hex()}"),
        ("1500010301010C0000000000000000000003136BB1A5", "reader", f"inventory 1 tags, more follow {EPC.hex()}"),
        ("0700010101001E4B", "reader", "inventory 0 tags"),
        (pack(0x01, bytes.fromhex("0f0001000000008014"), 0).hex(), "host", "inventory 0F0001000000008014"),
        (pack(0x01, b"\xfb", 0).hex(), "reader", "inventory No tag answered."),
        (pack(0x2F, b"\x1e", 0).hex(), "host", "set power 1E"),
        (pack(0x2F, b"\x00", 0).hex(), "reader", "set power"),
        (pack(0x03, b"\xfc\x04", 0).hex(), "reader", "write 04 The tag itself refused."),
        (pack(0x06, b"\x00").hex(), "host", "lock 00"),
        ("1100EE002000708C2B380B2D00000000E056", "reader", "tag report 2000708C2B380B2D00000000"),  # xynogen's capture
    ],
)  # fmt: skip
def test_frames_in_words(wire, way, text):
    said = say(frame(wire))
    assert (said.way, said.text) == (way, text)


def test_the_newer_protocol_is_named():
    assert "CF6xx" in say(Noise(bytes.fromhex("CF00000112"))).text
