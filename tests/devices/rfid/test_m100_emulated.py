"""The emulated M100/QM100 module, asked without a line: what the driver's codec says, it understands, and back."""

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import Inside

from devices.emulators import air
from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK, Kind, TagState
from devices.emulators.firmware import FIRMWARE, firmware
from devices.rfid.protocols.m100 import commands as m100
from devices.rfid.protocols.m100.commands import Dialect, ErrorCode, Failure, TagError, encode, notice, parse
from devices.rfid.protocols.m100.frames import Frame, new_parser
from devices.rfid.protocols.m100.frames import Kind as FrameKind

#: A loaded machine takes its time.
calm = settings(deadline=None, max_examples=60)

TID, OTHER = "E28011052000000000000001", "E28011052000000000000002"
EPC, OTHER_EPC = bytes.fromhex("30751FEB705C5904E3D50D70"), bytes.fromhex("30751FEB705C5904E3D50D71")


class Module(Inside):
    """A module over a field, with a clock that stands still unless it is told to run."""

    def __init__(self, folder, *tags, protocol="m100"):
        super().__init__(folder, functools.partial(firmware, protocol), *tags, seed=1)
        self.dialect = Dialect.R200 if protocol == "r200" else Dialect.M100
        self.now = 0.0

    def frames(self, replies):
        return [found for reply in replies for found in new_parser().receive(reply.data)]

    def ask(self, command):
        [frame] = self.frames(self.firmware.receive(encode(command, self.dialect), self.now))
        return parse(command, frame)

    def poll(self, command=None):
        """Play a round or several to the end; the frames, and how long it took."""
        start = self.now
        assert self.firmware.receive(encode(command or m100.MultiPoll(1), self.dialect), self.now) == []
        frames = []
        while (at := self.firmware.wake()) is not None:
            self.now = max(self.now, at)
            frames += self.frames(self.firmware.tick(self.now))
        return frames, self.now - start


def tag(uid=TID, epc=EPC, **state):
    return TagState(uid=uid, epc=epc.hex(), kind=Kind.UHF, **state)


@pytest.fixture
def module(tmp_path):
    return Module(tmp_path, tag(), tag(OTHER, OTHER_EPC, rssi=-70))


def test_who_it_is(module):
    assert module.ask(m100.Info()) == m100.Text("M100 20dBm V1.0")
    assert module.ask(m100.Info(1)) == m100.Text("V2.3.5")
    assert module.ask(m100.Info(7)) == Failure(ErrorCode.BAD_PARAMETER)


def test_the_other_dialect_answers_in_it_and_hears_no_other(tmp_path):
    module = Module(tmp_path, protocol="r200")
    assert module.firmware.receive(encode(m100.Info()), 0.0) == []
    [reply] = module.firmware.receive(encode(m100.Info(), Dialect.R200), 0.0)
    assert (reply.data[0], reply.data[-1]) == (0xAA, 0xDD)


def test_its_settings(module):
    assert module.ask(m100.SetPower(15)) == m100.Done()
    assert module.ask(m100.GetPower()) == m100.Power(15.0)
    assert module.ask(m100.SetPower(30)) == Failure(ErrorCode.BAD_PARAMETER)
    assert module.ask(m100.SetRegion(3)) == m100.Done()
    assert module.ask(m100.GetRegion()) == m100.Number(3)
    assert module.ask(m100.SetRegion(9)) == Failure(ErrorCode.BAD_PARAMETER)
    assert module.ask(m100.SetChannel(5)) == m100.Done()
    assert module.ask(m100.GetChannel()) == m100.Number(5)
    assert module.ask(m100.AutoHop()) == m100.Done()
    assert module.ask(m100.SelectMode(1)) == m100.Done()
    assert module.ask(m100.SelectMode(7)) == Failure(ErrorCode.BAD_PARAMETER)


def test_a_round_hears_every_tag_once_with_its_strength(module):
    frames, took = module.poll(m100.SinglePoll())
    heard = {told.epc: told for told in map(notice, frames)}
    assert {frame.code for frame in frames} == {0x22}
    assert len(frames) == 2
    assert heard[EPC].pc == 0x3000
    assert abs(heard[EPC].rssi + 50) <= 2
    assert abs(heard[OTHER_EPC].rssi + 70) <= 2
    assert took == pytest.approx(air.gen2_inventory_ms(2) / 1000)


def test_a_round_without_a_tag_says_so(tmp_path):
    frames, _ = Module(tmp_path).poll(m100.MultiPoll(3))
    assert [parse(m100.MultiPoll(), frame) for frame in frames] == [Failure(ErrorCode.NO_TAG)] * 3


def test_many_rounds_tell_of_every_tag_again(module):
    frames, took = module.poll(m100.MultiPoll(4))
    assert [notice(frame).epc for frame in frames].count(EPC) == 4
    assert {frame.code for frame in frames} == {0x22}  # so printed in the R200's protocol, 3.4; so does rfid-r200 wait
    assert took == pytest.approx(4 * air.gen2_inventory_ms(2) / 1000)


def test_while_it_polls_it_hears_stop_alone(module):
    assert module.firmware.receive(encode(m100.MultiPoll(1000)), 0.0) == []
    assert module.firmware.receive(encode(m100.GetPower()), 0.0) == []
    assert module.ask(m100.Stop()) == m100.Done()
    assert module.firmware.wake() is None
    assert module.ask(m100.GetPower()) == m100.Power(20.0)


def test_only_the_selected_tag_is_read_and_written(module):
    assert module.ask(m100.Select(OTHER_EPC, 96)) == m100.Done()
    assert module.ask(m100.GetSelect()) == m100.Selected(1, 32, 96, OTHER_EPC)
    assert module.ask(m100.Read(1, 1, 7)) == m100.Words(0x3000, OTHER_EPC, b"\x30\x00" + OTHER_EPC)
    assert module.ask(m100.Write(1, 7, b"\xab\xcd")) == m100.Written(0x3000, OTHER_EPC)
    assert module.field[OTHER].epc.lower() == OTHER_EPC[:-2].hex() + "abcd"
    assert module.field[TID].epc == EPC.hex()
    assert module.ask(m100.Write(1, 7, b"\0\0")) == Failure(ErrorCode.WRITE_NO_TAG)  # it is called otherwise now
    assert module.ask(m100.Read(1, 1, 7)) == Failure(ErrorCode.READ_NO_TAG)


def test_a_selection_by_fewer_bits_fits_both(module):
    """And then any of them is written: what the driver must not let happen."""
    module.ask(m100.Select(EPC, 95))
    written = {module.ask(m100.Read(1, 1, 7)).epc for _ in range(40)}
    assert written == {EPC, OTHER_EPC}


def test_a_selection_by_tid(module):
    module.ask(m100.Select(bytes.fromhex(OTHER), 96, m100.TID_BANK, 0))
    assert module.ask(m100.Read(m100.TID_BANK, 0, 6)).data.hex().upper() == OTHER


def test_the_pc_is_written_too(module):
    module.ask(m100.Select(EPC, 96))
    module.ask(m100.Write(1, 1, b"\x31\xc2"))
    assert (module.field[TID].pc, module.field[TID].epc.lower()) == (0x31C2, EPC.hex())
    frames, _ = module.poll()
    assert 0x31C2 in [notice(frame).pc for frame in frames]


def test_the_user_bank(module):
    module.ask(m100.Select(EPC, 96))
    assert module.ask(m100.Write(m100.USER_BANK, 1, b"abcd")) == m100.Written(0x3000, EPC)
    assert module.ask(m100.Read(m100.USER_BANK, 0, 4)).data == b"\0\0abcd\0\0"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (m100.Write(1, 0, b"\0\0"), TagError.NO_SUCH_MEMORY),  # the checksum
        (m100.Write(1, 9, bytes(4)), TagError.NO_SUCH_MEMORY),
        (m100.Write(2, 0, b"\0\0"), TagError.LOCKED),
        (m100.Write(3, 56, b"\0\0"), TagError.NO_SUCH_MEMORY),
        (m100.Read(1, 7, 9), TagError.NO_SUCH_MEMORY),
        (m100.Read(0, 0, 2), TagError.LOCKED),
    ],
)
def test_what_the_tag_refuses(module, command, error):
    module.ask(m100.Select(EPC, 96))
    said = module.ask(command)
    assert (said.tag, said.epc) == (error, EPC)


def test_a_locked_epc(tmp_path):
    module = Module(tmp_path, tag(locked=(AFI_LOCK,)))
    assert module.ask(m100.Write(1, 7, b"\0\0")).tag is TagError.LOCKED


def test_the_alarm_bit_of_nxp(module):
    assert module.ask(m100.EasAlarm()) == Failure(ErrorCode.ALARM_NO_TAG)
    module.ask(m100.Select(EPC, 96))
    assert module.ask(m100.Read(1, 0x20, 1)).data[-1] & 1 == 0
    assert module.ask(m100.ChangeEas(True)) == m100.Written(0x3000, EPC)
    assert module.ask(m100.Read(1, 0x20, 1)).data[-1] & 1 == 1
    assert isinstance(module.ask(m100.EasAlarm()), m100.Alarm)
    assert (module.field[TID].eas, module.field[OTHER].eas) == (True, False)


def test_a_chip_without_an_alarm_bit(tmp_path):
    module = Module(tmp_path, tag(eas_able=False))
    assert module.ask(m100.ChangeEas(True)).error is ErrorCode.SPECIAL_REFUSED
    assert module.ask(m100.Read(1, 0x20, 1)).tag is TagError.NO_SUCH_MEMORY


def test_its_faults(module):
    module.ask(m100.Select(EPC, 96))
    for fault in (Fault.WRITE_FAILS, Fault.AFI_UNCHANGED, Fault.INVENTORY_INSTEAD, Fault.DUPLICATE_UID):
        module.fault(fault)
    assert module.ask(m100.Write(1, 7, b"\0\0")) == Failure(ErrorCode.WRITE_NO_TAG)
    assert module.ask(m100.Write(1, 7, b"\0\0")) == m100.Written(0x3000, EPC)
    assert module.field[TID].epc == EPC.hex()
    assert module.ask(m100.Read(1, 1, 7)) is None
    assert len(module.poll()[0]) == 2


def test_a_dead_tag_is_heard_and_does_nothing_else(tmp_path):
    module = Module(tmp_path, tag(dead=True))
    assert len(module.poll()[0]) == 1
    assert module.ask(m100.Read(1, 1, 7)) == Failure(ErrorCode.READ_NO_TAG)


@pytest.mark.parametrize("code", [0x82, 0x65, 0x09, 0xE0, 0x77])
def test_commands_it_does_not_have(module, code):
    [reply] = module.firmware.receive(Frame(FrameKind.COMMAND, code).raw, 0.0)
    assert reply.data == bytes.fromhex("BB01FF000117187E")


CODES = (0x03, 0x07, 0x0B, 0x0C, 0x12, 0x22, 0x27, 0x28, 0x39, 0x49, 0xB6, 0xE3, 0xE4)


@calm
@given(st.binary(max_size=80), st.sampled_from(CODES))
def test_no_command_breaks_it(tmp_path_factory, fields, code):
    module = Module(tmp_path_factory.mktemp("m"), tag())
    module.firmware.receive(fields, 0.0)
    module.firmware.receive(Frame(FrameKind.COMMAND, code, fields).raw, 0.0)
    module.firmware.tick(1.0)
    module.firmware.receive(Frame(FrameKind.COMMAND, 0x28).raw, 2.0)
    assert module.ask(m100.Info()) == m100.Text("M100 20dBm V1.0")


def test_both_dialects_can_be_started():
    assert {"m100", "r200"} <= set(FIRMWARE)
