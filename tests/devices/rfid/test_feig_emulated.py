"""The emulated FEIG firmware against the manual's exchanges, and against the driver's codec in every command."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inside import Inside

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import AFI_LOCK, Field, Kind, TagState
from devices.emulators.firmware.feig import BUFFER, CprReader, FeigReader, StraightReader
from devices.emulators.pty_line import PtyLine
from devices.emulators.reader_wire import Wire as EmulatedLine
from devices.rfid.protocols.feig import commands as feig
from devices.rfid.protocols.feig.commands import Failure, Found, Frame, Seen, Status, TagError
from devices.rfid.protocols.feig.frames import new_parser, pack

UID, OTHER = "E00401003123AA26", "E007000000600AE0"
MEMORY = bytes(range(112))
BYTE_S = 11 / 38400


class Wire(Inside):
    """The firmware as the codec sees it, at a clock that goes as it has to."""

    def __init__(self, folder, *tags, model=FeigReader):
        super().__init__(folder, model, *tags)
        self.now = 1.0
        self.air_s = 0.0

    def send(self, data, pause=0.005):
        """Send after such a pause behind the last answer; the answers' bytes."""
        self.now += pause + 1e-6 + len(data) * BYTE_S
        replies = self.firmware.receive(data, self.now)
        answer = b"".join(reply.data for reply in replies)
        self.air_s = sum(reply.air_s for reply in replies)
        self.now += self.air_s + len(answer) * BYTE_S
        return answer

    def ask(self, command, advanced=False):
        (frame,) = new_parser().receive(self.send(feig.encode(command, advanced=advanced)))
        assert isinstance(frame, Frame)
        return feig.parse(command, frame, 0)


@pytest.fixture
def wire(tmp_path):
    return Wire(tmp_path, TagState(uid=UID, memory=MEMORY.hex()))


def crowd(folder, count, model=FeigReader):
    return Wire(folder, *(TagState(uid=f"E00401003124{at:04X}") for at in range(count)), model=model)


def test_public_exchanges(tmp_path):
    """Sheet of open drivers: the detect command, and an inventory of nothing."""
    empty = Wire(tmp_path)
    assert empty.raw("06FF52000F6E").startswith("06005200")
    assert empty.raw("07FFB001001C56") == "0600B0015C63"
    assert empty.raw("020009FFB001001843").startswith("02000800B001")  # an advanced frame is answered with one


def test_a_damaged_command_gets_no_answer_at_all(wire):
    good = feig.encode(feig.Inventory())
    assert wire.send(good[:-1] + bytes([good[-1] ^ 1])) == b""
    assert wire.send(good, pause=0.1)


def test_a_command_for_another_reader_gets_no_answer(wire):
    assert wire.send(feig.encode(feig.Detect(), address=7)) == b""
    assert wire.send(feig.encode(feig.Detect(), address=0))


def test_what_comes_on_the_heels_of_a_command_is_not_heard(wire):
    """The process keeps the pause behind an answer, by what each reply asks for."""
    command = feig.encode(feig.Detect())
    (reply,) = wire.firmware.receive(command + command, 2.0)
    assert reply.pause_s == 0.005
    assert new_parser().receive(reply.data) == [Frame(b"\0\x52\0")]


def test_a_command_in_pieces_is_heard_if_they_follow_fast(wire):
    command = feig.encode(feig.Detect())
    assert wire.send(command[:3]) + wire.send(command[3:], pause=0.011)
    assert wire.send(command[:3]) + wire.send(command[3:], pause=0.013) == b""


def test_what_it_tells_of_itself(wire, tmp_path):
    assert wire.ask(feig.Detect()) == feig.Present(0)
    assert wire.ask(feig.SoftwareVersion()) == feig.Software((4, 3), 0, 0, 76, 8)
    assert wire.ask(feig.ReaderInfo()) == feig.Software((4, 3), 0, 0, 76, 8, BUFFER, BUFFER)
    assert Wire(tmp_path, model=CprReader).ask(feig.SoftwareVersion()).model == 80


@pytest.mark.parametrize("advanced", [False, True])
def test_inventory(wire, advanced):
    wire.field.define(TagState(uid=OTHER, dsfid=6))
    wire.field.put(OTHER)
    wire.field.define(TagState(uid="E0" * 12, kind=Kind.UHF))
    wire.field.put("E0" * 12)
    assert wire.ask(feig.Inventory(), advanced) == Found((Seen(UID, 0x3E), Seen(OTHER, 6)))
    assert wire.air_s == pytest.approx(air.inventory_ms(2) / 1000)


def test_a_long_list_comes_in_pieces_and_each_is_an_advanced_frame(tmp_path):
    """255 bytes hold 24 tags, the buffer 27."""
    wire = crowd(tmp_path, 60)
    first = wire.send(feig.encode(feig.Inventory()))
    assert first[0] == 2
    assert len(first) <= BUFFER
    (frame,) = new_parser().receive(first)
    found = [feig.parse(feig.Inventory(), frame)]
    while found[-1].more:
        found.append(wire.ask(feig.Inventory(more=True)))
    assert [len(piece.tags) for piece in found] == [27, 27, 6]
    assert {tag.uid for piece in found for tag in piece.tags} == {tag.uid for tag in wire.field.tags}
    assert wire.ask(feig.Inventory(more=True)) == Found()


def test_a_list_may_be_told_to_come_in_pieces(tmp_path):
    wire = crowd(tmp_path, 5)
    wire.fault(Fault.MORE_DATA)
    first, second = wire.ask(feig.Inventory()), wire.ask(feig.Inventory(more=True))
    assert (len(first.tags), first.more, len(second.tags), second.more) == (2, True, 3, False)


def test_more_tags_than_there_is_time_for(tmp_path):
    """TR-RESPONSE-TIME: after a second it answers with what it has, and says that it did not come through."""
    wire = crowd(tmp_path, 150)
    found = wire.ask(feig.Inventory())
    assert wire.air_s == 1.0
    while found.more:
        found = wire.ask(feig.Inventory(more=True))
    assert not found.sure


def test_cards_are_listed_as_cards(tmp_path):
    """H20800-16e, 7.1.1.2."""
    cards = [TagState(uid=uid, kind=Kind.CARD) for uid in ("DEADBEEF", "04112233445566", "AA112233445566778899")]
    wire = Wire(tmp_path, TagState(uid=UID), *cards, model=CprReader)
    assert wire.ask(feig.Inventory()) == Found((Seen(UID, 0x3E),), tuple(feig.Card(4, card.uid) for card in cards))


def test_a_disturbed_radio_is_said(tmp_path):
    wire = crowd(tmp_path, 3)
    uid = wire.field.tags[0].uid
    wire.fault(Fault.RF_ERROR, times=2)
    assert (len(wire.ask(feig.Inventory()).tags), wire.ask(feig.ReadBlocks(uid)).sure) == (2, False)
    assert (len(wire.ask(feig.Inventory()).tags), wire.ask(feig.ReadBlocks(uid)).sure) == (3, True)


def test_a_quiet_tag_is_silent_until_the_field_is_reset(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID), model=CprReader)
    wire.ask(feig.StayQuiet(UID))
    assert wire.ask(feig.Inventory()) == Found()
    assert isinstance(wire.ask(feig.ReadBlocks(UID)), feig.Blocks)
    assert wire.ask(feig.RfReset()) == feig.Done()
    assert wire.ask(feig.Inventory()) == Found((Seen(UID, 0x3E),))


def test_listed_only_once(tmp_path):
    """CFG5, ONT = b1: until it leaves, the field is reset, it is told to be ready, or presence is asked for."""
    wire = Wire(tmp_path, TagState(uid=UID), model=CprReader)
    there = Found((Seen(UID, 0x3E),))
    assert [wire.ask(feig.Inventory()) for _ in range(3)] == [there, Found(), Found()]
    assert wire.ask(feig.Inventory(presence=True)) == there
    wire.ask(feig.RfReset())
    assert [wire.ask(feig.Inventory()) for _ in range(2)] == [there, Found()]
    wire.field.take(UID)
    wire.ask(feig.Inventory())
    wire.field.put(UID)
    assert [wire.ask(feig.Inventory()) for _ in range(2)] == [there, Found()]
    wire.ask(feig.ResetToReady(UID))
    assert wire.ask(feig.Inventory()) == there


def test_without_its_field_it_finds_nothing(wire):
    wire.ask(feig.RfPower(0))
    assert wire.ask(feig.Inventory()) == Found()
    assert wire.ask(feig.ReadBlocks(UID)) == Failure(Status.NO_TRANSPONDER)
    wire.ask(feig.RfPower(1))
    assert wire.ask(feig.Inventory()).tags


@pytest.mark.parametrize(("model", "order"), [(FeigReader, -1), (StraightReader, 1)])
def test_reading_and_writing_blocks_in_the_readers_order(tmp_path, model, order):
    wire = Wire(tmp_path, TagState(uid=UID, memory=MEMORY.hex(), locked=(3,)), model=model)
    answer = wire.ask(feig.ReadBlocks(UID, 2, 2, locks=True))
    assert [(block.data, block.locked) for block in answer.blocks] == [
        (MEMORY[8:12][::order], False),
        (MEMORY[12:16][::order], True),
    ]
    assert wire.ask(feig.WriteBlocks(UID, 0, b"abcdefgh")) == feig.Done()
    assert Field(wire.path)[UID].blocks[:2] == (b"abcd"[::order], b"efgh"[::order])


def test_reading_what_is_not_there(wire):
    assert wire.ask(feig.ReadBlocks(UID, 27, 2)) == Failure(Status.ISO15693, TagError.NO_SUCH_BLOCK)
    assert wire.ask(feig.ReadBlocks(UID, 0, 33)) == Failure(Status.ADDRESS_ERROR)
    assert wire.ask(feig.WriteBlocks(UID, 28, b"abcd")) == Failure(Status.ISO15693, TagError.NO_SUCH_BLOCK, 28)


def test_a_locked_block_stops_a_write_where_it_stands(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, locked=(1,)))
    assert wire.ask(feig.WriteBlocks(UID, 0, b"abcdefgh")) == Failure(Status.ISO15693, TagError.LOCKED, 1)
    assert wire.field[UID].blocks[:2] == (b"dcba", bytes(4))


def test_afi_and_dsfid(wire):
    assert wire.ask(feig.GetSystemInformation(UID)) == feig.SystemInformation(UID, 0x3E, 0x07, 4, 28, 1)
    assert wire.ask(feig.WriteAfi(UID, 0xC2)) == feig.Done()
    assert wire.ask(feig.WriteDsfid(UID, 6)) == feig.Done()
    assert wire.ask(feig.GetSystemInformation(UID)) == feig.SystemInformation(UID, 6, 0xC2, 4, 28, 1)
    assert Field(wire.path)[UID].afi == 0xC2


def test_a_locked_afi(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, locked=(AFI_LOCK,)))
    assert wire.ask(feig.WriteAfi(UID, 0xC2)) == Failure(Status.ISO15693, TagError.LOCKED)
    assert wire.field[UID].afi == 0x07


@pytest.mark.parametrize(("alarm", "switch"), [(feig.EasAlarm, feig.SetEas), (feig.AirEasAlarm, feig.AirSetEas)])
def test_eas_both_ways(wire, alarm, switch):
    assert wire.ask(alarm(UID)) == feig.Eas(False)
    assert wire.ask(switch(UID, True)) == feig.Done()
    assert wire.ask(alarm(UID)) == feig.Eas(True)
    assert wire.ask(switch(UID, False)) == feig.Done()
    assert wire.ask(alarm(UID)) == feig.Eas(False)


def test_the_cpr_family_has_no_custom_commands(tmp_path):
    """H20800-16e, list of changes."""
    wire = Wire(tmp_path, TagState(uid=UID), model=CprReader)
    assert wire.ask(feig.SetEas(UID, True)) == Failure(Status.UNKNOWN_COMMAND)
    assert wire.ask(feig.AirSetEas(UID, True)) == feig.Done()


def test_a_chip_without_eas(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, eas_able=False))
    for command in (feig.SetEas(UID, True), feig.AirSetEas(UID, True)):
        assert wire.ask(command) == Failure(Status.ISO15693, TagError.NOT_SUPPORTED)
    assert wire.ask(feig.EasAlarm(UID)) == feig.Eas(False)


@pytest.mark.parametrize(
    "command", [feig.GetSystemInformation(OTHER), feig.ReadBlocks(OTHER), feig.WriteAfi(OTHER, 7), feig.Select(OTHER)]
)
def test_a_tag_that_is_not_there(wire, command):
    assert wire.ask(command) == Failure(Status.NO_TRANSPONDER)


@pytest.mark.parametrize("body", ["B022", "B028", "B02A", "B104A4", "B104A6", "80", "81", "82", "83", "63", "64", "55"])
def test_commands_that_lock_or_save_do_not_exist(wire, body):
    before = Field(wire.path)[UID]
    code = bytes.fromhex(body)
    answer = wire.send(pack(b"\xff" + code + b"\x01" + bytes.fromhex(UID)))
    assert answer == pack(bytes([0, code[0], Status.UNKNOWN_COMMAND]))
    assert Field(wire.path)[UID] == before


def test_faults_of_tags_and_reader(wire):
    wire.fault(Fault.WRITE_FAILS, times=2, command=0x27)
    results = [wire.ask(feig.WriteAfi(UID, 0xC2)) for _ in range(3)]
    assert results == [Failure(Status.WRITE_ERROR)] * 2 + [feig.Done()]
    wire.fault(Fault.WRITE_FAILS)
    assert wire.ask(feig.WriteBlocks(UID, 4, b"abcd")) == Failure(Status.WRITE_ERROR, block=4)
    wire.fault(Fault.AFI_UNCHANGED)
    assert wire.ask(feig.WriteAfi(UID, 0x07)) == feig.Done()
    assert wire.field[UID].afi == 0xC2
    wire.fault(Fault.DUPLICATE_UID)
    assert wire.send(feig.encode(feig.Inventory())).count(bytes.fromhex(UID)) == 2
    wire.fault(Fault.INVENTORY_INSTEAD)
    assert wire.ask(feig.ReadBlocks(UID)) is None
    wire.fault(Fault.VANISH, uid=UID)
    assert wire.ask(feig.Inventory()) == Found((Seen(UID, 0x3E),))
    assert wire.field.on_pad == ()


def test_fault_orders_name_the_command_behind_b0(wire):
    for command, code in [
        (feig.Inventory(), 0x01), (feig.ReadBlocks(UID), 0x23), (feig.WriteAfi(UID, 7), 0x27), (feig.Detect(), 0x52),
        (feig.SetEas(UID, True), 0xA2), (feig.AirEasAlarm(UID), 0xA5),
    ]:  # fmt: skip
        wire.now += 1
        (reply,) = wire.firmware.receive(feig.encode(command), wire.now)
        assert reply.command == code


@pytest.mark.parametrize("model", [FeigReader, CprReader])
def test_a_read_takes_its_time_on_the_air(tmp_path, model):
    wire = Wire(tmp_path, TagState(uid=UID), model=model)
    wire.ask(feig.ReadBlocks(UID))
    assert wire.air_s == pytest.approx(air.read_ms(8) / 1000)


@given(st.binary(max_size=80), st.sampled_from([0x52, 0x65, 0x66, 0x69, 0x6A, 0xB0, 0xB1, 0xBF, 0x77]), st.data())
def test_no_command_breaks_the_firmware(tmp_path_factory, fields, code, data):
    wire = Wire(tmp_path_factory.mktemp("w"), TagState(uid=UID))
    wire.send(fields)
    sub = data.draw(st.sampled_from([0x01, 0x02, 0x23, 0x24, 0x25, 0x26, 0x27, 0x29, 0x2B, 0x04]))
    for body in (fields, bytes([sub, 1]) + bytes.fromhex(UID) + fields, bytes([sub, 0xA5, 1]) + bytes.fromhex(UID)):
        assert wire.send(pack(bytes([0xFF, code]) + body), pause=0.1)


def test_a_command_in_the_pause_behind_an_answer_is_not_heard(tmp_path):
    """H20800-16e, 3.1: 5 ms without any communication. The line has no clock of its own, so neither has this."""
    line = PtyLine(tmp_path / "port")
    faults = Faults(seed=0)
    wire = EmulatedLine(line, lambda: FeigReader(Field(tmp_path / "field.json"), faults), faults, lambda: 0.0)
    host = os.open(line.port, os.O_RDWR | os.O_NOCTTY)
    command = feig.encode(feig.Detect())
    try:
        wire.turn(10.0)
        now, ways = 10.0, []
        for pause in (0.0, 0.0049, 0.0051):
            os.write(host, command)
            wire.host(line.fds[0], now + pause)
            ways.append(wire.frames[-1].way)
            while (due := wire.due()) is not None:
                now = due
                wire.turn(now)
    finally:
        os.close(host)
        line.close()
    assert ways == ["reader", "ignored", "reader"]
