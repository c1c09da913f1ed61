"""Commands and answers of the FEIG OBID readers (H20800-16e "ID CPR family", chapters 6 to 8, and as named)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.feig import commands as feig
from devices.rfid.protocols.feig.commands import (
    Block,
    Failure,
    Found,
    Frame,
    Seen,
    Status,
    TagError,
    encode,
    parse,
)
from devices.rfid.protocols.feig.frames import ANY
from devices.rfid.protocols.feig.models import model

UID, OTHER = "E004010809B9CB12", "E00401001159139F"
RAW = bytes.fromhex(UID)


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (feig.Detect(), "06FF52000F6E"),  # Biblio-RFID CPRM02.pm
        (feig.Inventory(), "07FFB001001C56"),
        (feig.Inventory(more=True), "07FFB0018014D2"),  # ObidSerial
    ],
)
def test_public_standard_request(command, wire):
    assert encode(command).hex().upper() == wire


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (feig.Inventory(), "020009FFB001001843"),  # ObidSerial
        (feig.GetSystemInformation(UID), "020011FFB02B01E004010809B9CB120B65"),
        (feig.RfPower(1), "020008FF6A01A1AA"),
        (feig.RfPower(0), "020008FF6A0028BB"),
        (feig.WriteBlocks(UID, 0, b"4321"), "020018FFB02401E004010809B9CB120001043433323196DB"),
        (feig.WriteBlocks(UID, 1, b"5678"), "020018FFB02401E004010809B9CB12010104353637383C82"),
        (feig.WriteBlocks(UID, 2, b"3100\0\0\x0066\0\0\0"), "020020FFB02401E004010809B9CB12020304"
                                                            "333130300000003636000000207D"),
        (feig.WriteBlocks(OTHER, 0, b"3\x22\x11\x0000104563"), "020020FFB02401E00401001159139F000304"
                                                               "33221100303031303435363379D7"),
    ],
)  # fmt: skip
def test_public_advanced_request(command, wire):
    """Comments in node-rfid-server, lib/reader.js, unless named."""
    assert encode(command, advanced=True).hex().upper() == wire


@pytest.mark.parametrize(
    ("command", "code", "fields"),
    [
        (feig.SoftwareVersion(), 0x65, ""),
        (feig.ReaderInfo(), 0x66, "00"),
        (feig.RfReset(), 0x69, ""),
        (feig.Inventory(presence=True), 0xB0, "01 20"),
        (feig.StayQuiet(UID), 0xB0, f"02 01 {UID}"),
        (feig.Select(UID), 0xB0, f"25 01 {UID}"),
        (feig.ResetToReady(UID), 0xB0, f"26 01 {UID}"),
        (feig.ReadBlocks(UID, 3, 8), 0xB0, f"23 01 {UID} 03 08"),
        (feig.ReadBlocks(UID, 0, 1, locks=True), 0xB0, f"23 09 {UID} 00 01"),
        (feig.WriteBlocks(UID, 2, bytes(16), 8), 0xB0, f"24 01 {UID} 02 02 08" + "00" * 16),
        (feig.WriteAfi(UID, 0xC2), 0xB0, f"27 01 {UID} C2"),
        (feig.WriteDsfid(UID, 0x3E), 0xB0, f"29 01 {UID} 3E"),
        (feig.SetEas(UID, True), 0xB1, f"04 A2 01 {UID}"),  # H60301-3e, 8 and 8.3
        (feig.SetEas(UID, False), 0xB1, f"04 A3 01 {UID}"),
        (feig.EasAlarm(UID), 0xB1, f"04 A5 01 {UID}"),
        # 8.1, and NXP's custom commands: flags, code, maker, UID last byte first.
        (feig.AirSetEas(UID, True), 0xBF, "02 0003 021F 22 A2 04 12CBB909080104E0"),
        (feig.AirSetEas(UID, False), 0xBF, "02 0003 021F 22 A3 04 12CBB909080104E0"),
        (feig.AirEasAlarm(UID), 0xBF, "01 0023 021F 22 A5 04 12CBB909080104E0"),
    ],
)
def test_request_follows_the_manual(command, code, fields):
    assert (command.code, command.fields()) == (code, bytes.fromhex(fields))


def test_a_request_names_the_reader_if_it_has_to():
    assert encode(feig.RfReset(), address=7)[:3] == b"\x05\x07\x69"


TWO = f"02 03 3E {UID} 03 00 {OTHER}"


@pytest.mark.parametrize(
    ("command", "body", "answer"),
    [
        (feig.Detect(), "00 52 00", feig.Present(0)),
        (feig.Detect(), "07 52 00", feig.Present(7)),
        (feig.SoftwareVersion(), "00 65 00 0210 00 40 50 0038", feig.Software((2, 16), 0, 0x40, 80, 0x38)),
        (feig.ReaderInfo(), "00 66 00 0403 00 00 4C 0008 0118 0100", feig.Software((4, 3), 0, 0, 76, 8, 280, 256)),
        (feig.RfReset(), "00 69 00", feig.Done()),
        (feig.Inventory(), "00 B0 01", Found()),
        (feig.Inventory(), "00 B0 00 00", Found()),
        (feig.Inventory(), f"00 B0 00 {TWO}", Found((Seen(UID, 0x3E), Seen(OTHER, 0)))),
        (feig.Inventory(), f"00 B0 00 02 03 00 {UID} 03 00 {UID}", Found((Seen(UID, 0),))),
        (feig.Inventory(), f"00 B0 94 {TWO}", Found((Seen(UID, 0x3E), Seen(OTHER, 0)), more=True)),
        (feig.Inventory(), "00 B0 94", Found(more=True)),
        (feig.Inventory(), f"00 B0 83 {TWO}", Found((Seen(UID, 0x3E), Seen(OTHER, 0)), sure=False)),
        (feig.Inventory(), "00 B0 83", Found(sure=False)),
        (feig.Inventory(), f"00 B0 93 01 03 00 {UID}", Found((Seen(UID, 0),), sure=False)),
        (feig.Inventory(), f"00 B0 84 01 03 00 {UID}", Found((Seen(UID, 0),))),
        (  # 7.1.1.2: four, seven and ten bytes of UID
            feig.Inventory(),
            f"00 B0 00 04 040800000000DEADBEEF 04000104112233445566 040402AA112233445566778899 0300{UID}",
            Found(
                (Seen(UID, 0),),
                (feig.Card(4, "DEADBEEF"), feig.Card(4, "04112233445566"), feig.Card(4, "AA112233445566778899")),
            ),
        ),
        (  # 7.1.1.3 and 7.1.1.5: ISO 14443B by its PUPI, Jewel
            feig.Inventory(),
            f"00 B0 00 03  05 81 00000000 11223344  08 0000 013C A1A2A3A4  03 06 {UID}",
            Found((Seen(UID, 6),), (feig.Card(5, "11223344"), feig.Card(8, "013CA1A2A3A4"))),
        ),
        (  # of the others nobody knows where they end
            feig.Inventory(),
            f"00 B0 00 03 03 00 {UID} 84 0000 112233 03 00 {OTHER}",
            Found((Seen(UID, 0),), sure=False),
        ),
        (
            feig.ReadBlocks(UID, 2, 2),
            "00 B0 00 02 04 00 00112233 00 44556677",
            feig.Blocks((Block(2, b"\0\x11\x22\x33"), Block(3, b"DUfw"))),
        ),
        (  # a real answer, comment in node-rfid-server: three blocks, the last byte first
            feig.ReadBlocks(UID, 0, 3, locks=True),
            "00 B0 00 03 04 00 32010211 00 30343130 01 39393933",
            feig.Blocks((Block(0, b"2\x01\x02\x11", False), Block(1, b"0410", False), Block(2, b"9993", True))),
        ),
        (feig.ReadBlocks(UID, 0, 1), "00 B0 00 01 08 00 0011223344556677",
         feig.Blocks((Block(0, bytes.fromhex("0011223344556677")),))),
        (feig.ReadBlocks(UID, 0, 1), "00 B0 83 01 04 00 00112233", feig.Blocks((Block(0, b"\0\x11\x22\x33"),), False)),
        (feig.ReadBlocks(UID, 0, 1), "00 B0 83", Failure(Status.RF_COMMUNICATION)),
        (feig.ReadBlocks(UID, 0, 1), "00 B0 95 10", Failure(Status.ISO15693, TagError.NO_SUCH_BLOCK)),
        (feig.WriteBlocks(UID, 0, bytes(4)), "00 B0 00", feig.Done()),
        (feig.WriteBlocks(UID, 0, bytes(8)), "00 B0 03 01", Failure(Status.WRITE_ERROR, block=1)),
        (feig.WriteBlocks(UID, 0, bytes(8)), "00 B0 95 12 01", Failure(Status.ISO15693, TagError.LOCKED, 1)),
        (feig.WriteAfi(UID, 7), "00 B0 00", feig.Done()),
        (feig.WriteAfi(UID, 7), "00 B0 95 12", Failure(Status.ISO15693, TagError.LOCKED)),
        (feig.WriteAfi(UID, 7), "00 B0 95 A7", Failure(Status.ISO15693, TagError.CUSTOM)),
        (feig.WriteAfi(UID, 7), "00 B0 95 77", Failure(Status.ISO15693, TagError.UNKNOWN)),
        (feig.WriteAfi(UID, 7), "00 B0 01", Failure(Status.NO_TRANSPONDER)),
        (feig.WriteAfi(UID, 7), "00 B0 77", Failure(Status.UNKNOWN)),
        (  # a real answer, comment in node-rfid-server: 80 blocks of 4 bytes
            feig.GetSystemInformation(UID),
            f"00 B0 00 3E {UID} 01 03 4F 01",
            feig.SystemInformation(UID, 0x3E, 0x01, 4, 80, 1),
        ),
        (  # H60301-3e, 6.1.12: only the last four bytes of the UID are promised
            feig.GetSystemInformation(UID), "00 B0 00 00 0000000409B9CB12 07 03 1B 01",
            feig.SystemInformation(UID, 0, 7, 4, 28, 1),
        ),
        (feig.EasAlarm(UID), "00 B1 00", feig.Eas(True)),  # H60301-3e, 8.3.4
        (feig.EasAlarm(UID), "00 B1 01", feig.Eas(False)),
        (feig.EasAlarm(UID), "00 B1 80", Failure(Status.UNKNOWN_COMMAND)),
        (feig.SetEas(UID, True), "00 B1 00", feig.Done()),
        (feig.SetEas(UID, True), "00 B1 01", Failure(Status.NO_TRANSPONDER)),
        (feig.AirEasAlarm(UID), "00 BF 00 00" + "5A" * 32 + "0000", feig.Eas(True)),
        (feig.AirEasAlarm(UID), "00 BF 01", feig.Eas(False)),
        (feig.AirEasAlarm(UID), "00 BF 00 01 0F 1234", Failure(Status.ISO15693, TagError.UNNAMED)),
        (feig.AirSetEas(UID, True), "00 BF 00 00 78F0", feig.Done()),
        (feig.AirSetEas(UID, True), "00 BF 00 01 12 0000", Failure(Status.ISO15693, TagError.LOCKED)),
    ],
)  # fmt: skip
def test_answer(command, body, answer):
    assert parse(command, Frame(bytes.fromhex(body))) == answer
    assert parse(command, Frame(bytes.fromhex(body), advanced=True)) == answer


@pytest.mark.parametrize(
    "body",
    [
        "00 52 00",  # another command's
        "00 B1 01",
        "FF B0 00 02 04 00 00112233 00 44556677",  # no reader answers to that address: our own words come back
        "07 B0 00 02 04 00 00112233 00 44556677",  # another reader on the same cable
        f"00 B0 00 01 03 00 {UID}",  # an inventory
        f"00 B0 00 3E {UID} 01 03 4F 01",  # system information
        "00 B0 00",  # something was written
        "00 B0 00 02 04 00 00112233",  # fewer blocks than it says
        "00 B0 00 02 04 00 00112233 00 44556677 00",  # more
        "00 B0 00 01 04 00 00112233",  # fewer than asked for
        "00 B0 00 02 00 00 00",
        "00 B0",
    ],
)
def test_what_is_not_the_answer_is_dropped(body):
    assert parse(feig.ReadBlocks(UID, 0, 2), Frame(bytes.fromhex(body)), address=0) is None


def test_system_information_of_another_tag_is_dropped():
    frame = Frame(bytes.fromhex(f"00B0003E{OTHER}01034F01"))
    assert parse(feig.GetSystemInformation(UID), frame) is None


@pytest.mark.parametrize(
    "command",
    [
        feig.StayQuiet("E004"),
        feig.EasAlarm("not hex"),
        feig.WriteAfi(UID, 256),
        feig.WriteDsfid(UID, -1),
        feig.ReadBlocks(UID, 256),
        feig.ReadBlocks(UID, 0, 0),
        feig.ReadBlocks(UID, 0, 129),
        feig.WriteBlocks(UID, 0, b"123"),
        feig.WriteBlocks(UID, 0, b""),
        feig.WriteBlocks(UID, 0, bytes(132)),
        feig.WriteBlocks(UID, 0, bytes(4), 0),
        feig.RfPower(3),
    ],
)
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


COMMANDS = [
    feig.Detect(), feig.SoftwareVersion(), feig.ReaderInfo(), feig.RfReset(), feig.RfPower(1), feig.Inventory(),
    feig.StayQuiet(UID), feig.Select(UID), feig.ResetToReady(UID), feig.ReadBlocks(UID),
    feig.ReadBlocks(UID, locks=True), feig.WriteBlocks(UID, 0, bytes(4)), feig.WriteAfi(UID, 7),
    feig.WriteDsfid(UID, 6), feig.GetSystemInformation(UID),
    feig.EasAlarm(UID), feig.SetEas(UID, True), feig.AirEasAlarm(UID), feig.AirSetEas(UID, True),
]  # fmt: skip


def test_no_command_locks_anything_or_saves_settings():
    for command in COMMANDS:
        code, fields = command.code, command.fields()
        assert code not in (0x55, 0x63, 0x64, 0x80, 0x81, 0x82, 0x83)
        assert code != 0xB0 or fields[0] not in (0x22, 0x28, 0x2A)
        assert code != 0xB1 or fields[1] in (0xA2, 0xA3, 0xA5)
        assert code != 0xBF or fields[6] in (0xA2, 0xA3, 0xA5)
    there = {value for value in vars(feig).values() if hasattr(value, "code") and hasattr(value, "takes")}
    assert there == {type(command) for command in COMMANDS}


@given(st.sampled_from(COMMANDS), st.booleans(), st.integers(0, 255), st.binary(max_size=60))
def test_no_frame_makes_an_answer_raise(command, fits, status, rest):
    """Also frames that begin as the right answer does."""
    parse(command, Frame(bytes([0, command.code, status]) + rest if fits else rest))


@given(st.integers(1, 8), st.integers(1, 16), st.integers(0, 100), st.booleans(), st.randoms(use_true_random=False))
def test_blocks_come_back_as_they_were_sent(size, count, first, locks, chance):
    blocks = [chance.randbytes(size) for _ in range(count)]
    listed = b"".join(bytes([locks]) + block for block in blocks)
    answer = parse(feig.ReadBlocks(UID, first, count, locks), Frame(bytes([0, 0xB0, 0, count, size]) + listed))
    assert isinstance(answer, feig.Blocks)
    assert answer.memory == b"".join(blocks)
    assert [block.number for block in answer.blocks] == list(range(first, first + count))
    assert {block.locked for block in answer.blocks} == {True if locks else None}


tags = st.builds(Seen, st.binary(min_size=8, max_size=8).map(lambda raw: raw.hex().upper()), st.integers(0, 255))


@given(st.lists(tags, max_size=30, unique_by=lambda tag: tag.uid), st.sampled_from([0x00, 0x94, 0x83]))
def test_a_list_comes_back_as_it_was_sent(listed, status):
    entries = b"".join(bytes([3, tag.dsfid]) + bytes.fromhex(tag.uid) for tag in listed)
    answer = parse(feig.Inventory(), Frame(bytes([0, 0xB0, status, len(listed)]) + entries))
    assert answer == Found(tuple(listed), (), status == 0x94, status != 0x83)


@given(st.sampled_from(COMMANDS), st.booleans())
def test_our_own_words_are_no_answer(command, advanced):
    wire = encode(command, advanced=advanced)
    body = wire[3:-2] if advanced else wire[1:-2]
    assert body[0] == ANY
    assert parse(command, Frame(body, advanced)) is None


def test_models_have_names():
    assert (model(80), model(83), model(76)) == ("ID CPR.M02", "ID CPR40-C", "ID ISC.MR101-A")
    assert model(200) == "OBID reader type 200"
