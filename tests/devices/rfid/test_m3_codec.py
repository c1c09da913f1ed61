"""Commands and answers of the 3M/Bibliotheca readers (3M RFID Reader Protocol Specification 1.0.0, 2009)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m3.commands import ErrorCode, Failure, Frame, encode, parse
from devices.rfid.protocols.m3.frames import OLD_START

UID = "E00401003123AA26"
OTHER = "E007000000600AE0"
RAW = bytes.fromhex(UID)


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (m3.Version(), "D60003116420"),
        (m3.OldProbe(), "D500050400118C66"),
        (m3.Inventory(), "D60005FE0005FA40"),
        (m3.Inventory(dsfid=True), "D60005FE0007DA02"),
        (m3.ReadBlocks(UID), "D6000D02E00401003123AA260008ADAF"),
        (m3.WriteAfi(UID, 0xC2), "D6000C09E00401003123AA26C27864"),
        (m3.WriteAfi(UID, 0x07), "D6000C09E00401003123AA2607F18D"),
    ],
)
def test_public_request(command, wire):
    """Biblio-RFID (3M810.pm) and City of Helsinki (rfid_reader.py)."""
    assert encode(command).hex().upper() == wire


@pytest.mark.parametrize(
    ("command", "body"),
    [
        (m3.Quiet(UID), b"\x01" + RAW),
        (m3.GetAfi(UID), b"\x0a" + RAW),
        (m3.CheckEas(UID), b"\x03" + RAW),
        (m3.SetEas(UID, True), b"\x0c" + RAW + b"\x01"),
        (m3.GetDsfid(UID), b"\x0f" + RAW),
        (m3.WriteDsfid(UID, 0x3E), b"\x0b" + RAW + b"\x3e"),
        (m3.TagInfo(UID), b"\x0d" + RAW + b"\x0f"),
        (m3.ReadBlocks(UID, 8, 1, compact=True), b"\x02" + RAW + b"\x08\x01\x0c"),
        (m3.WriteBlocks(UID, 0, b"\x12\x34\xab\xcd" * 2), b"\x04" + RAW + b"\0\2\0" + b"\x12\x34\xab\xcd" * 2),
        (m3.Inventory(once=True), b"\xfe\x00\x25"),
        (m3.RfSetup(), bytes.fromhex("13040100020003000400")),
    ],
)  # fmt: skip
def test_request_follows_the_specification(command, body):
    assert command.body() == body


def old_style(*blocks):
    return b"".join(bytes([number, lock]) + data for number, lock, data in blocks)


@pytest.mark.parametrize(
    ("command", "body", "answer"),
    [
        (m3.Version(), "11000A030206", m3.VersionAnswer(10, 3, 2, 6)),
        (m3.Inventory(), "FE00000500", m3.Tags(0, ())),
        (
            m3.Inventory(),
            "FE000005 02 00000000 00AD6302 E0070000006000AE",
            m3.Tags(0, (m3.Seen("0000000000AD6302"), m3.Seen("E0070000006000AE"))),
        ),
        (
            m3.Inventory(dsfid=True),
            "FE000007 02 06E0070000006000AE 3EE0070000006000AF",
            m3.Tags(0, (m3.Seen("E0070000006000AE", 6), m3.Seen("E0070000006000AF", 0x3E))),
        ),
        (
            m3.Inventory(),
            f"FE000005 03 {UID} {OTHER} {UID}",
            m3.Tags(0, (m3.Seen(UID), m3.Seen(OTHER))),
        ),
        (
            m3.ReadBlocks(UID, 0, 2),
            f"0200{UID} 02 00 00 00112233 01 01 44556677",
            m3.Blocks(UID, (m3.Block(0, b"\0\x11\x22\x33", 0), m3.Block(1, b"\x44\x55\x66\x77", 1))),
        ),
        (
            m3.ReadBlocks(UID, 3, 1, compact=True),
            f"0200{UID} 03 01 00112233",
            m3.Blocks(UID, (m3.Block(3, b"\0\x11\x22\x33"),)),
        ),
        (m3.WriteBlocks(UID, 0, bytes(8)), f"0400{UID}02", m3.Written(UID, 2)),
        (m3.WriteBlocks(UID, 0, bytes(8)), f"0400{UID}", m3.Written(UID, None)),
        (m3.WriteBlocks(UID, 0, bytes(8)), f"0412{UID}01", Failure(4, ErrorCode.LOCKED, UID, 1)),
        (m3.GetAfi(UID), f"0A00{UID}DA", m3.Afi(UID, 0xDA)),
        (m3.WriteAfi(UID, 7), f"0900{UID}", m3.Done(UID)),
        (m3.CheckEas(UID), f"0300{UID}01", m3.Eas(UID, True)),
        (m3.CheckEas(UID), f"0306{UID}00", m3.Eas(UID, False)),
        (m3.CheckEas(UID), "0306", m3.Eas(UID, False)),
        (m3.SetEas(UID, False), f"0C00{UID}", m3.Done(UID)),
        (m3.GetDsfid(UID), f"0F00{UID}31", m3.Dsfid(UID, 0x31)),
        (m3.TagInfo(UID), f"0D00{UID}02DA", m3.Info(UID, afi=0xDA)),
        (m3.TagInfo(UID), f"0D00{UID}00", m3.Info(UID)),
        (m3.TagInfo(UID), f"0D00{UID}0F3E07031B0001", m3.Info(UID, 0x3E, 7, 4, 28, b"\0\x01")),
        (m3.Quiet(UID), f"0100{UID}", m3.Done(UID)),
        (m3.RfSetup(), "13000201010302020300", m3.Done(data=bytes.fromhex("0201010302020300"))),
        (m3.Version(), "1102", Failure(0x11, ErrorCode.NOT_IMPLEMENTED)),
        (m3.GetAfi(UID), f"0A06{UID}", Failure(0x0A, ErrorCode.NO_TRANSPONDER, UID)),
        (m3.GetAfi(UID), "0A77", Failure(0x0A, ErrorCode.UNKNOWN)),
    ],
)
def test_answer(command, body, answer):
    """Layouts and examples of sections 7.1 to 7.19; the trap of DSFID before UID is Helsinki's."""
    assert parse(command, Frame(bytes.fromhex(body))) == answer


def test_the_old_probes_answer():
    """Firmware 10.5.0.2 in Biblio-RFID."""
    frame = Frame(bytes.fromhex("0400110A050002"), OLD_START)
    assert parse(m3.OldProbe(), frame) == m3.VersionAnswer(10, 5, 0, 2)
    assert parse(m3.WriteBlocks(UID, 0, bytes(4)), frame) is None


@pytest.mark.parametrize(
    "body",
    [
        f"FE00000501{UID}",  # an inventory in place of a read: seen by both open drivers
        f"0200{OTHER}02000000112233010044556677",
        f"0A00{UID}07",
        f"0200{UID}02000000112233",  # fewer blocks than it says
        f"0200{UID}0200000011223301004455667788",  # more
        f"0200{UID}02010000112233020044556677",  # other blocks than asked for
        "02",
        "",
    ],
)
def test_what_is_not_the_answer_is_dropped(body):
    frame = Frame(bytes.fromhex(body))
    assert parse(m3.ReadBlocks(UID, 0, 2), frame) is None


def test_a_failure_about_another_tag_is_dropped():
    assert parse(m3.WriteAfi(UID, 7), Frame(bytes.fromhex(f"0916{OTHER}"))) is None


def test_a_block_that_could_not_be_read_spoils_the_memory():
    good, bad = m3.Block(0, bytes(4), 3), m3.Block(1, bytes(4), 0x15)
    assert m3.Blocks(UID, (good,)).memory == bytes(4)
    assert m3.Blocks(UID, (good, bad)).memory is None


@pytest.mark.parametrize(
    "command",
    [
        m3.GetAfi("E004"),
        m3.GetAfi("not hex"),
        m3.WriteAfi(UID, 256),
        m3.ReadBlocks(UID, 256),
        m3.WriteBlocks(UID, 0, b"123"),
        m3.WriteBlocks(UID, 0, b""),
    ],
)
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


def test_no_command_locks_anything():
    codes = {value.code for value in vars(m3).values() if isinstance(value, type) and hasattr(value, "code")}
    assert not codes & {0x06, 0x07, 0x08, 0x0E}


COMMANDS = [
    m3.Version(), m3.OldProbe(), m3.RfSetup(), m3.Inventory(), m3.ReadBlocks(UID), m3.ReadBlocks(UID, compact=True),
    m3.WriteBlocks(UID, 0, bytes(4)), m3.GetAfi(UID), m3.WriteAfi(UID, 7), m3.CheckEas(UID), m3.SetEas(UID, True),
    m3.GetDsfid(UID), m3.TagInfo(UID), m3.Quiet(UID),
]  # fmt: skip


@given(st.sampled_from(COMMANDS), st.booleans(), st.binary(max_size=60))
def test_no_frame_makes_an_answer_raise(command, fits, rest):
    """Also frames that begin as the right answer does."""
    head = bytes([command.code, 0]) + (RAW if hasattr(command, "uid") else b"") if fits else b""
    parse(command, Frame(head + rest))


@given(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=28), st.integers(0, 20), st.booleans())
def test_blocks_come_back_as_they_were_sent(blocks, first, compact):
    command = m3.ReadBlocks(UID, first, len(blocks), compact)
    if compact:
        listed = bytes([first, len(blocks)]) + b"".join(blocks)
    else:
        listed = bytes([len(blocks)]) + old_style(*((first + at, 0, data) for at, data in enumerate(blocks)))
    answer = parse(command, Frame(b"\x02\x00" + RAW + listed))
    assert isinstance(answer, m3.Blocks)
    assert answer.memory == b"".join(blocks)
