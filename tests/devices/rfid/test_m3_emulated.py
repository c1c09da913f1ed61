"""The emulated firmware against the vendor's examples, and against the driver's codec in every command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inside import Inside

from devices.emulators.faults import Fault, FaultOrder, Faults
from devices.emulators.field import AFI_LOCK, Field, FieldError, TagState
from devices.emulators.firmware.m3 import M3Reader
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m3.commands import ErrorCode, Failure, Frame
from devices.rfid.protocols.m3.frames import new_parser

UID, OTHER = "E00401003123AA26", "E007000000600AE0"


class Wire(Inside):
    """The firmware as the codec sees it."""

    def __init__(self, folder, *tags):
        super().__init__(folder, M3Reader, *tags)

    def ask(self, command):
        (frame,) = new_parser().receive(self.send(m3.encode(command)))
        assert isinstance(frame, Frame)
        return m3.parse(command, frame)


@pytest.fixture
def wire(tmp_path):
    return Wire(tmp_path, TagState(uid=UID, memory=bytes(range(112)).hex()))


def test_public_exchanges(tmp_path):
    """Biblio-RFID: old probe and its answer; an inventory of nothing."""
    empty = Wire(tmp_path)
    assert empty.raw("D500050400118C66") == "D500090400110A0500027250"
    assert empty.raw("D60005FE0005FA40") == "D60007FE00000500C97B"
    assert empty.raw("D500050400118C67") == ""


def test_set_up(wire):
    assert wire.ask(m3.Version()) == m3.VersionAnswer(10, 5, 0, 2)
    assert isinstance(wire.ask(m3.RfSetup()), m3.Done)


@pytest.mark.parametrize("dsfid", [False, True])
def test_inventory(wire, dsfid):
    wire.field.define(TagState(uid=OTHER, dsfid=6))
    wire.field.put(OTHER)
    expected = (m3.Seen(UID, 0x3E if dsfid else None), m3.Seen(OTHER, 6 if dsfid else None))
    assert wire.ask(m3.Inventory(dsfid=dsfid)) == m3.Tags(0, expected)


def test_inventory_by_afi(wire):
    assert wire.ask(m3.Inventory(afi=0xC2)) == m3.Tags(0xC2, ())
    wire.ask(m3.WriteAfi(UID, 0xC2))
    assert wire.ask(m3.Inventory(afi=0xC2)) == m3.Tags(0xC2, (m3.Seen(UID),))


def test_a_quiet_tag_is_silent_until_it_leaves_the_field(wire):
    wire.ask(m3.Quiet(UID))
    assert wire.ask(m3.Inventory()) == m3.Tags(0, ())
    wire.field.take(UID)
    wire.ask(m3.Inventory())
    wire.field.put(UID)
    assert wire.ask(m3.Inventory()) == m3.Tags(0, (m3.Seen(UID),))


@pytest.mark.parametrize("compact", [False, True])
def test_reading_blocks(wire, compact):
    answer = wire.ask(m3.ReadBlocks(UID, 2, 3, compact))
    assert isinstance(answer, m3.Blocks)
    assert answer.memory == bytes(range(8, 20))
    assert wire.ask(m3.ReadBlocks(UID, 27, 2, compact)) == Failure(2, ErrorCode.MEMORY_NOT_AVAILABLE, UID)


def test_writing_blocks(wire):
    assert wire.ask(m3.WriteBlocks(UID, 1, b"abcdefgh")) == m3.Written(UID, 3)
    assert Field(wire.path)[UID].blocks[1:3] == (b"abcd", b"efgh")
    assert wire.ask(m3.WriteBlocks(UID, 28, b"abcd")) == Failure(4, ErrorCode.MEMORY_NOT_AVAILABLE, UID, 28)


def test_a_locked_block_stops_a_write_where_it_stands(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, locked=(1,)))
    assert wire.ask(m3.WriteBlocks(UID, 0, b"abcdefgh")) == Failure(4, ErrorCode.LOCKED, UID, 1)
    assert wire.field[UID].blocks[:2] == (b"abcd", bytes(4))
    read = wire.ask(m3.ReadBlocks(UID, 0, 2))
    assert isinstance(read, m3.Blocks)
    assert [block.lock for block in read.blocks] == [0, 1]


def test_afi(wire):
    assert wire.ask(m3.GetAfi(UID)) == m3.Afi(UID, 0x07)
    assert wire.ask(m3.WriteAfi(UID, 0xC2)) == m3.Done(UID)
    assert wire.ask(m3.GetAfi(UID)) == m3.Afi(UID, 0xC2)
    assert Field(wire.path)[UID].afi == 0xC2


def test_a_locked_afi(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, locked=(AFI_LOCK,)))
    assert wire.ask(m3.WriteAfi(UID, 0xC2)) == Failure(9, ErrorCode.LOCKED, UID)
    assert wire.field[UID].afi == 0x07


def test_eas(wire):
    assert wire.ask(m3.CheckEas(UID)) == m3.Eas(UID, False)
    assert wire.ask(m3.SetEas(UID, True)) == m3.Done(UID)
    assert wire.ask(m3.CheckEas(UID)) == m3.Eas(UID, True)


def test_tag_info_and_dsfid(wire):
    assert wire.ask(m3.GetDsfid(UID)) == m3.Dsfid(UID, 0x3E)
    assert wire.ask(m3.TagInfo(UID)) == m3.Info(UID, 0x3E, 0x07, 4, 28, b"\0\x01")
    wire.firmware.receive(m3.pack(b"\x0b" + bytes.fromhex(UID) + b"\x06"), 0.0)
    assert wire.ask(m3.GetDsfid(UID)) == m3.Dsfid(UID, 6)


@pytest.mark.parametrize("command", [m3.GetAfi(OTHER), m3.ReadBlocks(OTHER), m3.WriteAfi(OTHER, 7)])
def test_a_tag_that_is_not_there(wire, command):
    assert wire.ask(command) == Failure(command.code, ErrorCode.NO_TRANSPONDER, OTHER)


def test_lock_commands_do_not_exist(wire):
    for code in (0x06, 0x07, 0x08, 0x0E):
        (reply,) = wire.firmware.receive(m3.pack(bytes([code]) + bytes.fromhex(UID)), 0.0)
        assert reply.data == m3.pack(bytes([code, ErrorCode.NOT_IMPLEMENTED]))


def test_faults_of_tags_and_reader(wire):
    wire.fault(Fault.WRITE_FAILS, times=2)
    results = [wire.ask(m3.WriteAfi(UID, 0xC2)) for _ in range(3)]
    assert results == [Failure(9, ErrorCode.NOT_WRITTEN, UID)] * 2 + [m3.Done(UID)]
    wire.fault(Fault.AFI_UNCHANGED)
    assert wire.ask(m3.WriteAfi(UID, 0x07)) == m3.Done(UID)
    assert wire.field[UID].afi == 0xC2
    wire.fault(Fault.DUPLICATE_UID)
    (reply,) = wire.firmware.receive(m3.encode(m3.Inventory()), 0.0)
    assert reply.data.count(bytes.fromhex(UID)) == 2
    wire.fault(Fault.INVENTORY_INSTEAD)
    assert wire.ask(m3.ReadBlocks(UID)) is None
    wire.fault(Fault.VANISH, uid=UID)
    assert wire.ask(m3.Inventory()) == m3.Tags(0, (m3.Seen(UID),))
    assert wire.field.on_pad == ()


def test_a_dead_tag_is_listed_and_answers_nothing_else(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, dead=True))
    assert wire.ask(m3.Inventory()) == m3.Tags(0, (m3.Seen(UID),))
    for command in (m3.ReadBlocks(UID), m3.GetAfi(UID), m3.WriteAfi(UID, 0xC2), m3.CheckEas(UID), m3.TagInfo(UID)):
        found = wire.ask(command)
        assert found in (Failure(command.code, ErrorCode.NO_TRANSPONDER, UID), m3.Eas(UID, False))
    assert wire.field[UID].afi == 0x07


def test_a_weak_tag_answers_now_and_then(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, reach=0.3), TagState(uid=OTHER))
    lists = [wire.ask(m3.Inventory()).tags for _ in range(100)]
    assert all(m3.Seen(OTHER) in tags for tags in lists)
    assert 15 < sum(m3.Seen(UID) in tags for tags in lists) < 50
    reads = [wire.ask(m3.ReadBlocks(UID)) for _ in range(100)]
    assert 15 < sum(isinstance(read, m3.Blocks) for read in reads) < 50
    wire.field.define(TagState(uid=UID, reach=0))
    assert {wire.ask(m3.GetAfi(UID)) for _ in range(20)} == {Failure(0x0A, ErrorCode.NO_TRANSPONDER, UID)}


def test_a_chip_without_eas(tmp_path):
    wire = Wire(tmp_path, TagState(uid=UID, eas_able=False))
    assert wire.ask(m3.SetEas(UID, True)) == Failure(0x0C, ErrorCode.TAG_COMMAND_NOT_SUPPORTED, UID)
    assert wire.ask(m3.CheckEas(UID)) == m3.Eas(UID, False)
    assert not wire.field[UID].eas


def test_a_tag_that_vanishes_before_a_command(wire):
    wire.fault(Fault.VANISH_BEFORE, command=0x09, uid=OTHER)
    assert wire.ask(m3.WriteAfi(UID, 0xC2)) == m3.Done(UID)
    wire.fault(Fault.VANISH_BEFORE, command=0x09, after=1)
    assert wire.ask(m3.WriteAfi(UID, 0x07)) == m3.Done(UID)
    assert wire.ask(m3.GetAfi(UID)) == m3.Afi(UID, 0x07)
    assert wire.ask(m3.WriteAfi(UID, 0xC2)) == Failure(9, ErrorCode.NO_TRANSPONDER, UID)
    assert (wire.field[UID].on_pad, wire.field[UID].afi) == (False, 0x07)


def test_one_block(wire):
    uid = bytes.fromhex(UID)
    assert wire.raw(m3.pack(b"\x05" + uid + b"\x01abcd").hex()) == m3.pack(b"\x05\x00" + uid).hex().upper()
    assert wire.field[UID].blocks[1] == b"abcd"
    for fields, error in ((b"\x1cabcd", 0x11), (b"\x01abc", 0x32)):
        assert wire.raw(m3.pack(b"\x05" + uid + fields).hex()) == m3.pack(bytes([5, error]) + uid).hex().upper()


def test_an_inventory_lists_255_at_most(tmp_path):
    wire = Wire(tmp_path, *(TagState(uid=f"E00401{number:010X}") for number in range(300)))
    tags = wire.ask(m3.Inventory()).tags
    assert len(set(tags)) == 255
    wire.fault(Fault.DUPLICATE_UID)
    (reply,) = wire.firmware.receive(m3.encode(m3.Inventory()), 0.0)
    assert reply.data[7] == 255


@pytest.mark.parametrize(("options", "size"), [(0x00, 0), (0x02, 1), (0x05, 8), (0x07, 9)])
def test_options_of_an_inventory(wire, options, size):
    (reply,) = wire.firmware.receive(m3.pack(bytes([0xFE, 0, options])), 0.0)
    assert len(reply.data) == 10 + size
    (one_poll,) = wire.firmware.receive(m3.pack(bytes([0xFE, 0, options | 0x20])), 0.0)
    assert one_poll.air_s < reply.air_s
    (refused,) = wire.firmware.receive(m3.pack(bytes([0xFE, 0, options | 0x40])), 0.0)
    assert refused.data == m3.pack(bytes([0xFE, ErrorCode.OPTION_NOT_SUPPORTED]))


def test_lock_bytes_cost_time(wire):
    old, new = (
        wire.firmware.receive(m3.encode(m3.ReadBlocks(UID, 0, 8, compact)), 0.0)[0] for compact in (False, True)
    )
    assert old.air_s > new.air_s


def test_a_fault_can_be_switched_off_and_kept_to_one_command():
    faults = Faults(seed=0)
    faults.order(FaultOrder(name=Fault.SILENCE, times=None, command=9))
    assert faults.strikes(Fault.SILENCE, 0xFE) is None
    assert all(faults.strikes(Fault.SILENCE, 9) for _ in range(5))
    faults.order(FaultOrder(name=Fault.SILENCE, times=0))
    assert faults.strikes(Fault.SILENCE, 9) is None


def test_a_fault_by_chance():
    faults = Faults(seed=1)
    faults.order(FaultOrder(name=Fault.SILENCE, times=20, odds=0.25))
    tries = 0
    while faults.on(Fault.SILENCE):
        tries += 1
        faults.strikes(Fault.SILENCE)
    assert 50 < tries < 120


@pytest.mark.parametrize(
    "tag",
    [
        TagState(uid="E0"),
        TagState(uid="x" * 16),
        TagState(uid=UID, memory="00"),
        TagState(uid=UID, memory=""),
        TagState(uid=UID, memory="zz"),
        TagState(uid=UID, reach=1.5),
    ],
)
def test_a_tag_that_could_not_exist_is_refused(tmp_path, tag):
    with pytest.raises(FieldError):
        Field(tmp_path / "f.json").define(tag)


def test_tags_lie_in_the_order_they_were_put_and_survive_in_the_file(tmp_path):
    field = Field(tmp_path / "f.json")
    for uid in (UID, OTHER):
        field.define(TagState(uid=uid))
    field.put(OTHER)
    field.put(UID)
    assert [tag.uid for tag in Field(tmp_path / "f.json").on_pad] == [OTHER, UID]
    field.take_all()
    assert Field(tmp_path / "f.json").on_pad == ()
    with pytest.raises(FieldError, match="define it first"):
        field.put("E0" * 8)


def test_a_change_is_a_line_until_there_are_too_many(tmp_path):
    path = tmp_path / "f.json"
    field = Field(path)
    for uid in (UID, OTHER):
        field.define(TagState(uid=uid))
    for afi in range(0x100):
        field.write_afi(UID, afi)
    assert len(path.read_bytes().splitlines()) == 258
    assert Field(path).tags == field.tags
    for turn in range(1000):
        field.write_afi(OTHER, turn & 0xFF)
    assert len(path.read_bytes().splitlines()) < 1000
    assert [tag.afi for tag in Field(path).tags] == [tag.afi for tag in field.tags] == [0xFF, 999 & 0xFF]


def test_five_hundred_tags_and_inventories_are_counted(tmp_path):
    wire = Wire(tmp_path, *(TagState(uid=f"E00401{number:010X}") for number in range(500)))
    assert len(Field(wire.path).on_pad) == 500
    for _ in range(3):
        wire.ask(m3.Inventory())
    assert wire.field.inventories == 3
    wire.field.take_all()
    assert Field(wire.path).on_pad == ()


def test_a_broken_field_file_is_named(tmp_path):
    path = tmp_path / "f.json"
    path.write_text("{")
    with pytest.raises(FieldError, match=r"f\.json"):
        Field(path)


@given(
    st.binary(max_size=80), st.sampled_from([0x01, 0x02, 0x03, 0x04, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0F, 0xFE, 0x13])
)
def test_no_command_breaks_the_firmware(tmp_path_factory, fields, code):
    wire = Wire(tmp_path_factory.mktemp("w"), TagState(uid=UID))
    wire.firmware.receive(fields, 0.0)
    for body in (bytes([code]) + fields, bytes([code]) + bytes.fromhex(UID) + fields):
        wire.firmware.receive(m3.pack(body), 0.0)
