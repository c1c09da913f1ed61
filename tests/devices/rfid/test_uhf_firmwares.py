"""The emulated Chafon and A0 firmwares against public exchanges, and against the driver's codec in every command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import Inside

from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK, Kind, TagState
from devices.emulators.firmware.a0 import A0Reader
from devices.emulators.firmware.chafon import Chafon18Reader, Chafon288Reader
from devices.rfid.framing import Noise
from devices.rfid.protocols.a0 import answers as a0_said
from devices.rfid.protocols.a0 import commands as a0
from devices.rfid.protocols.a0 import frames as a0_frames
from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.chafon import answers as chafon_said
from devices.rfid.protocols.chafon import commands as chafon
from devices.rfid.protocols.chafon import frames as chafon_frames
from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.gen2 import TagError

EPC = bytes.fromhex("E2003016661301211550 74EF")
TID = "E28011052000000000000001"


def uhf(number=1, epc=EPC, **state):
    return TagState(uid=f"E2801105{number:016X}", kind=Kind.UHF, epc=epc.hex().upper(), **state)


class Wire(Inside):
    """A firmware as its codec sees it."""

    def __init__(self, folder, reader, codec, parser, *tags):
        super().__init__(folder, reader, *tags)
        self._codec, self._parser = codec, parser

    def all(self, command):
        frames = self._parser().receive(self.send(self._codec.encode(command)))
        assert not any(isinstance(frame, Noise) for frame in frames)
        return [self._codec.parse(command, frame) for frame in frames]

    def ask(self, command):
        (answer,) = self.all(command)
        return answer

    def tag(self, number=1):
        return self.field[f"E2801105{number:016X}"]


@pytest.fixture
def old(tmp_path):
    return Wire(tmp_path, Chafon18Reader, chafon, chafon_frames.new_parser, uhf(memory=bytes(range(112)).hex()))


@pytest.fixture
def new(tmp_path):
    return Wire(tmp_path, Chafon288Reader, chafon, chafon_frames.new_parser, uhf(memory=bytes(range(112)).hex()))


@pytest.fixture
def r2000(tmp_path):
    return Wire(tmp_path, A0Reader, a0, a0_frames.new_parser, uhf(memory=bytes(range(112)).hex()))


# Chafon.


def test_chafon_without_tags(tmp_path):
    """wabson/chafon-rfid, RESP_NO_TAGS of the 288 family."""
    empty = Wire(tmp_path, Chafon288Reader, chafon, chafon_frames.new_parser)
    assert empty.raw(chafon.encode(chafon.Inventory288()).hex()) == "0700010101001E4B"
    none = Wire(tmp_path, Chafon18Reader, chafon, chafon_frames.new_parser)
    assert none.ask(chafon.Inventory18()) == chafon_said.Heap((), more=False)


def test_chafon_info_and_settings(old, new):
    assert old.ask(chafon.Info()) == chafon_said.ReaderInfo(2, 8, 0x09, 30, 1.0)
    assert new.ask(chafon.Info()).kind == 0x0C
    assert old.ask(chafon.SetPower(20)) == chafon_said.Done()
    assert old.ask(chafon.SetScanTime(0.3)) == chafon_said.Done()
    assert old.ask(chafon.Info()) == chafon_said.ReaderInfo(2, 8, 0x09, 20, 0.3)
    assert old.ask(chafon.SetPower(33)) == chafon_said.Failure(0x2F, Status.BAD_PARAMETER)
    assert new.ask(chafon.SetPower(33)) == chafon_said.Done()
    assert old.ask(chafon.SetScanTime(0.1)) == chafon_said.Failure(0x25, Status.BAD_PARAMETER)
    assert new.ask(chafon.Beep()) == chafon_said.Done()


def test_chafon_inventories(old, new):
    assert old.ask(chafon.Inventory18()).tags == (chafon_said.Heard(EPC),)
    (heard,) = new.ask(chafon.Inventory288()).tags
    assert heard.epc == EPC
    assert abs(heard.rssi_dbm - -50) <= 3
    assert new.ask(chafon.Inventory288(antenna=2)) == chafon_said.Failure(1, Status.ANTENNA)
    assert new.ask(chafon.Inventory18()) == chafon_said.Failure(1, Status.BAD_LENGTH)
    assert old.ask(chafon.Inventory288()) == chafon_said.Failure(1, Status.BAD_LENGTH)


def test_chafon_more_frames_and_more_tags_than_time(new):
    for number in range(2, 21):
        new.field.define(uhf(number, epc=number.to_bytes(12, "big")))
        new.field.put(f"E2801105{number:016X}")
    heaps = new.all(chafon.Inventory288(scan_s=1.0))
    assert [(len(heap.tags), heap.more, heap.whole) for heap in heaps] == [
        (6, True, True), (6, True, True), (6, True, True), (2, False, True),
    ]  # fmt: skip
    assert len({tag.epc for heap in heaps for tag in heap.tags}) == 20
    short = new.all(chafon.Inventory288(scan_s=0.1))
    assert short[-1].whole is False
    assert sum(len(heap.tags) for heap in short) == 10


def test_chafon_reads(old):
    assert old.ask(chafon.Read(EPC, 1, 1, 7)) == chafon_said.Memory(bytes.fromhex("3000") + EPC)
    assert old.ask(chafon.Read(EPC, 3, 2, 2)) == chafon_said.Memory(bytes([4, 5, 6, 7]))
    assert old.ask(chafon.Read(EPC, 2, 0, 2)) == chafon_said.Memory(bytes.fromhex("E2801105"))
    assert old.ask(chafon.Read(EPC, 3, 60, 2)) == chafon_said.Failure(2, Status.TAG_ERROR, TagError.NO_SUCH_MEMORY)
    assert old.ask(chafon.Read(EPC, 0, 0, 2)) == chafon_said.Failure(2, Status.TAG_ERROR, TagError.LOCKED)
    assert old.ask(chafon.Read(b"\xe2\x00", 1, 1, 1)) == chafon_said.Failure(2, Status.NO_TAG)


def test_chafon_writes(new):
    last = bytes.fromhex("ABCD")
    assert new.ask(chafon.Write(EPC, 1, 7, last)) == chafon_said.Done()
    assert bytes.fromhex(new.tag().epc) == EPC[:-2] + last
    renamed = EPC[:-2] + last
    assert new.ask(chafon.Write(EPC, 1, 7, last)) == chafon_said.Failure(3, Status.NO_TAG)  # it has another name now
    assert new.ask(chafon.Write(renamed, 3, 1, b"hello!")) == chafon_said.Done()
    assert bytes.fromhex(new.tag().memory)[:10] == b"\0\1hello!\x08\x09"
    assert new.ask(chafon.Write(renamed, 2, 0, last)) == chafon_said.Failure(3, Status.TAG_ERROR, TagError.LOCKED)
    new.fault(Fault.WRITE_FAILS)
    assert new.ask(chafon.Write(renamed, 1, 7, last)) == chafon_said.Failure(3, Status.FAILED)
    new.fault(Fault.AFI_UNCHANGED)
    assert new.ask(chafon.Write(renamed, 1, 7, b"\0\0")) == chafon_said.Done()
    assert bytes.fromhex(new.tag().epc) == renamed


def test_chafon_commands_that_change_tags_for_good_are_unknown(old):
    for code in (0x04, 0x05, 0x06, 0x08, 0x09, 0x0C, 0x24, 0x28):
        assert old.raw(chafon_frames.pack(code, bytes(8)).hex()) == chafon_frames.pack(code, b"\xfe", 0).hex().upper()


def test_chafon_answers_to_its_address_and_to_all(old):
    assert old.raw(chafon_frames.pack(0x21, address=0).hex()) == old.raw("04FF211995") != ""
    assert old.raw(chafon_frames.pack(0x21, address=5).hex()) == ""


def test_an_inventory_in_place_of_a_read(old, r2000):
    for wire, command in ((old, chafon.Read(EPC, 1, 1, 1)), (r2000, a0.Read(1, 1, 1))):
        wire.fault(Fault.INVENTORY_INSTEAD)
        assert set(wire.all(command)) == {None}


# A0.


def test_a0_public_exchanges(r2000, tmp_path):
    """The ActivIoTy checkpoint's, with an IND903."""
    assert r2000.raw("A0030172EA") == "A00501720109DE"
    assert r2000.raw("A004017400E7") == "A004017410D7"
    empty = Wire(tmp_path / "..", A0Reader, a0, a0_frames.new_parser)
    for tag in empty.field.on_pad:
        empty.field.take(tag.uid)
    assert empty.all(a0.Inventory()) == [a0_said.RoundEnd(0, 0, 0)]


@pytest.mark.parametrize("command", [a0.Inventory(), a0.SessionInventory()])
def test_a0_inventories(r2000, command):
    heard, end = r2000.all(command)
    assert (heard.pc, heard.epc, heard.antenna) == (0x3000, EPC, 0)
    assert abs(heard.rssi_dbm - -50) <= 3
    assert (end.antenna, end.reads) == (0, 1)


def test_a0_settings(r2000):
    assert r2000.ask(a0.SetPower(20)) == a0_said.Done()
    assert r2000.ask(a0.SetPower(10)) == a0_said.Failure(0x66, Code.NO_SUCH_POWER)
    assert r2000.ask(a0.SetAntenna(1)) == a0_said.Failure(0x74, Code.NO_SUCH_ANTENNA)


def test_a0_reads_the_tag_that_was_matched(r2000):
    r2000.field.define(uhf(2, epc=bytes(12)))
    r2000.field.put("E2801105" + f"{2:016X}")
    for epc in (EPC, bytes(12)):
        assert r2000.ask(a0.Match(epc)) == a0_said.Done()
        assert r2000.ask(a0.Read(1, 2, 6)) == a0_said.Operated(0x3000, epc, epc)
    assert r2000.ask(a0.Read(3, 60, 2)) == a0_said.Failure(0x81, Code.TAG_NO_SUCH_MEMORY)
    assert r2000.ask(a0.Match(b"\1\2")) == a0_said.Done()
    assert r2000.ask(a0.Read(1, 2, 1)) == a0_said.Failure(0x81, Code.NO_TAG)
    assert r2000.ask(a0.Match()) == a0_said.Done()
    assert isinstance(r2000.ask(a0.Read(1, 2, 1)), a0_said.Operated)


def test_a0_writes(r2000):
    assert r2000.ask(a0.Match(EPC)) == a0_said.Done()
    r2000.fault(Fault.WRITE_FAILS)
    assert r2000.ask(a0.Write(1, 7, b"\xab\xcd")) == a0_said.Failure(0x82, Code.WRITE)
    assert r2000.ask(a0.Write(1, 7, b"\xab\xcd")) == a0_said.Operated(0x3000, EPC)
    assert bytes.fromhex(r2000.tag().epc) == EPC[:-2] + b"\xab\xcd"
    assert r2000.ask(a0.Write(1, 7, b"\0\0")) == a0_said.Failure(0x82, Code.NO_TAG)


def test_a0_a_locked_tag(tmp_path):
    wire = Wire(tmp_path, A0Reader, a0, a0_frames.new_parser, uhf(locked=(AFI_LOCK,)))
    assert wire.ask(a0.Match(EPC)) == a0_said.Done()
    assert wire.ask(a0.Write(1, 7, b"\0\0")) == a0_said.Failure(0x82, Code.TAG_LOCKED)


def test_a0_commands_that_change_tags_or_flash_for_good_fail(r2000):
    for code in (0x76, 0x78, 0x83, 0x84, 0x67):
        assert r2000.raw(a0_frames.pack(code, bytes(6)).hex()) == a0_frames.pack(code, b"\x11", 1).hex().upper()


@given(st.binary(max_size=40), st.integers(0, 255))
@settings(max_examples=60)
def test_no_command_breaks_a_firmware(tmp_path_factory, fields, code):
    folder = tmp_path_factory.mktemp("w")
    for reader, codec, frames in (
        (Chafon18Reader, chafon, chafon_frames),
        (Chafon288Reader, chafon, chafon_frames),
        (A0Reader, a0, a0_frames),
    ):
        wire = Wire(folder, reader, codec, frames.new_parser, uhf())
        wire.firmware.receive(fields, 0.0)
        for command in (code, 0x01, 0x02, 0x03, 0x81, 0x82, 0x85, 0x89):
            for reply in wire.firmware.receive(frames.pack(command, fields), 0.0):
                assert reply.data
