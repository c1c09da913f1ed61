"""Commands and answers of the M100/QM100 and R200 modules. Sources: see :mod:`devices.rfid.protocols.m100.commands`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid import crc
from devices.rfid.errors import EncodeError
from devices.rfid.framing import Noise
from devices.rfid.protocols import describer
from devices.rfid.protocols.m100 import commands as m100
from devices.rfid.protocols.m100.commands import (
    Dialect,
    ErrorCode,
    Failure,
    Frame,
    Kind,
    TagError,
    encode,
    notice,
    parse,
)
from devices.rfid.protocols.m100.frames import new_parser
from devices.rfid.protocols.m100.say import say

#: A loaded machine takes its time.
calm = settings(deadline=None, max_examples=100)

EPC = bytes.fromhex("30751FEB705C5904E3D50D70")
TAG = "0E 3400 30751FEB705C5904E3D50D70"
LONG = bytes.fromhex("19E9F871000000000000002A00000001")


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (m100.Info(), "BB0003000100047E"),
        (m100.Info(1), "BB0003000101057E"),
        (m100.SinglePoll(), "BB00220000227E"),
        (m100.MultiPoll(10000), "BB00270003222710837E"),
        (m100.Stop(), "BB00280000287E"),
        (m100.Select(EPC, 96), "BB000C001301000000206000 30751FEB705C5904E3D50D70 AD7E"),
        (m100.GetSelect(), "BB000B00000B7E"),
        (m100.SelectMode(1), "BB0012000101147E"),
        (m100.GetRegion(), "BB00080000087E"),
        (m100.SetRegion(1), "BB0007000101097E"),
        (m100.GetChannel(), "BB00AA0000AA7E"),
        (m100.SetChannel(1), "BB00AB000101AD7E"),  # m5stack prints AC; the R200 manual has AD
        (m100.AutoHop(), "BB00AD0001FFAD7E"),
        (m100.GetPower(), "BB00B70000B77E"),
        (m100.SetPower(20), "BB00B6000207D08F7E"),
        (m100.EasAlarm(), "BB00E40000E47E"),
    ],
)
def test_public_request(command, wire):
    """m5stack, UHF-RFID (U107), instruction set; R200 user protocol V2.3.3."""
    assert encode(command) == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        # The documents' examples have a password that nobody has; ours has none.
        (m100.Read(m100.USER_BANK, 0, 2), "00000000 03 0000 0002"),
        (m100.Write(m100.USER_BANK, 0, bytes.fromhex("12345678")), "00000000 03 0000 0002 12345678"),
        (m100.ChangeEas(True), "00000000 01"),
        (m100.ChangeEas(False), "00000000 00"),
        (m100.AutoHop(False), "00"),
        (m100.SetPower(-5.5), "FDDA"),
        (m100.Select(bytes.fromhex("E28011"), 20, m100.TID_BANK, 0), "02 00000000 14 00 E28011"),
    ],
)
def test_request_follows_the_manual(command, fields):
    assert command.fields() == bytes.fromhex(fields)


def test_a_command_in_the_other_dialect():
    assert encode(m100.Info(), Dialect.R200) == bytes.fromhex("AA0003000100 04DD")


@pytest.mark.parametrize(
    ("command", "code", "fields", "answer"),
    [
        (m100.Info(), 0x03, "004D3130302056312E3030", m100.Text("M100 V1.00")),
        (m100.Stop(), 0x28, "00", m100.Done()),
        (m100.Select(EPC, 96), 0x0C, "00", m100.Done()),
        (m100.SelectMode(2), 0x0C, "00", m100.Done()),  # as both manuals have it
        (m100.SelectMode(2), 0x12, "00", m100.Done()),
        (m100.GetSelect(), 0x0B, "01 00000020 60 00" + EPC.hex(), m100.Selected(1, 32, 96, EPC)),
        (m100.Read(3, 0, 2), 0x39, TAG + "12345678", m100.Words(0x3400, EPC, bytes.fromhex("12345678"))),
        (m100.Write(3, 0, bytes(4)), 0x49, TAG + "00", m100.Written(0x3400, EPC)),
        (m100.ChangeEas(True), 0xE3, TAG.replace("3400", "2C00") + "00", None),  # a PC of another length
        (m100.ChangeEas(True), 0xE3, TAG + "00", m100.Written(0x3400, EPC)),
        (m100.EasAlarm(), 0xE4, "690AEC7CD215D8F9", m100.Alarm(bytes.fromhex("690AEC7CD215D8F9"))),
        (m100.GetPower(), 0xB7, "07D0", m100.Power(20.0)),
        (m100.GetPower(), 0xB7, "FDDA", m100.Power(-5.5)),
        (m100.SetPower(20), 0xB6, "00", m100.Done()),
        (m100.GetRegion(), 0x08, "01", m100.Number(1)),
        (m100.SetRegion(1), 0x07, "00", m100.Done()),
        (m100.GetChannel(), 0xAA, "00", m100.Number(0)),
        (m100.SetChannel(1), 0xAB, "00", m100.Done()),
        (m100.AutoHop(), 0xAD, "00", m100.Done()),
        (m100.Read(3, 0, 2), 0xFF, "09", Failure(ErrorCode.READ_NO_TAG)),
        (m100.Read(3, 0, 2), 0xFF, "16" + TAG, Failure(ErrorCode.ACCESS_DENIED, None, 0x3400, EPC)),
        (m100.Read(3, 0, 2), 0xFF, "A3" + TAG, Failure(ErrorCode.READ_REFUSED, TagError.NO_SUCH_MEMORY, 0x3400, EPC)),
        (m100.Write(3, 0, bytes(2)), 0xFF, "B4" + TAG, Failure(ErrorCode.WRITE_REFUSED, TagError.LOCKED, 0x3400, EPC)),
        (m100.Write(3, 0, bytes(2)), 0xFF, "10", Failure(ErrorCode.WRITE_NO_TAG)),
        (m100.ChangeEas(True), 0xFF, "1C", Failure(ErrorCode.EAS_NOT_SECURED)),
        (m100.EasAlarm(), 0xFF, "1D", Failure(ErrorCode.ALARM_NO_TAG)),
        (m100.MultiPoll(), 0xFF, "15", Failure(ErrorCode.NO_TAG)),
        (m100.MultiPoll(), 0xFF, "20", Failure(ErrorCode.NO_FREE_CHANNEL)),
        (m100.SetPower(40), 0xFF, "0E", Failure(ErrorCode.BAD_PARAMETER)),
        (m100.GetPower(), 0xFF, "17", Failure(ErrorCode.BAD_COMMAND)),
        (m100.GetPower(), 0xFF, "77", Failure(ErrorCode.UNKNOWN)),
    ],
)
def test_answer(command, code, fields, answer):
    assert parse(command, Frame(Kind.RESPONSE, code, bytes.fromhex(fields))) == answer


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        (0x49, TAG + "00"),  # another command's
        (0xFF, "15"),  # of a round of polling before
        (0xFF, "10"),  # of a write before
        (0xFF, ""),
        (0x39, TAG + "1234"),  # fewer words than asked for
        (0x39, TAG + "123456789ABC"),  # more
        (0x39, "0E3400"),  # no tag
        (0x39, "0C" + TAG[2:] + "12345678"),  # PC and EPC of another length than they say
        (0x39, ""),
    ],
)
def test_what_is_not_the_answer_is_dropped(code, fields):
    assert parse(m100.Read(3, 0, 2), Frame(Kind.RESPONSE, code, bytes.fromhex(fields))) is None


def test_a_notice_or_a_command_is_no_answer():
    for kind in (Kind.COMMAND, Kind.NOTICE):
        assert parse(m100.Stop(), Frame(kind, 0x28, b"\0")) is None


def told(rssi, pc, epc, code=0x27):
    named = pc.to_bytes(2, "big") + epc
    fields = rssi.to_bytes(1, "big", signed=True) + named + crc.genibus(named).to_bytes(2, "big")
    return Frame(Kind.NOTICE, code, fields)


def test_the_public_notice():
    """MagicRF firmware manual, 2.2; its tag's checksum is right."""
    [frame] = new_parser().receive(bytes.fromhex("BB02220011C9340030751FEB705C5904E3D50D703A76EF7E"))
    assert notice(frame) == m100.Notice(-55, 0x3400, EPC)
    assert told(-55, 0x3400, EPC, 0x22) == frame


def test_an_epc_is_as_long_as_its_pc_says():
    assert notice(told(-70, 0x4000, LONG)) == m100.Notice(-70, 0x4000, LONG)
    assert notice(told(-70, 0x3000, LONG)) is None
    assert notice(told(-70, 0x0000, b"")) == m100.Notice(-70, 0, b"")


def test_a_tag_whose_checksum_is_wrong_was_not_heard():
    """As printed for the JRM2020 in a public note: 4A78."""
    fields = bytes.fromhex("C9340030751FEB705C5904E3D50D704A78")
    assert notice(Frame(Kind.NOTICE, 0x22, fields)) is None


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Kind.RESPONSE, 0x22, told(-55, 0x3400, EPC).fields),
        Frame(Kind.NOTICE, 0x39, told(-55, 0x3400, EPC).fields),
        Frame(Kind.NOTICE, 0x22, b"\xc9\0\0\0"),
        Frame(Kind.NOTICE, 0x22),
    ],
)
def test_what_tells_of_no_tag(frame):
    assert notice(frame) is None


epcs = st.integers(0, 31).flatmap(lambda words: st.binary(min_size=2 * words, max_size=2 * words))


@calm
@given(st.integers(-128, 127), st.integers(0, 0x7FF), epcs)
def test_a_notice_round_trip(rssi, low, epc):
    pc = len(epc) // 2 << 11 | low
    assert notice(told(rssi, pc, epc)) == m100.Notice(rssi, pc, epc)


@calm
@given(st.data())
def test_a_flipped_bit_of_pc_or_epc_is_not_heard(data):
    frame = told(-55, 0x4000, LONG)
    fields = bytearray(frame.fields)
    fields[data.draw(st.integers(1, len(fields) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert notice(Frame(Kind.NOTICE, 0x27, bytes(fields))) is None


@pytest.mark.parametrize(
    "command",
    [
        m100.Select(EPC, 97),
        m100.Select(b"", 0),
        m100.Select(bytes(33), 264),
        m100.Read(3, 0, 0),
        m100.Read(3, 0, 33),
        m100.Read(3, 70000, 1),
        m100.Write(1, 2, b"123"),
        m100.Write(1, 2, b""),
        m100.Write(1, 2, bytes(66)),
        m100.MultiPoll(65536),
        m100.SetPower(1000),
        m100.SetRegion(256),
        m100.SetChannel(-1),
    ],
)
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


@pytest.mark.parametrize(
    ("byte", "error", "tag"),
    [
        (0xA3, ErrorCode.READ_REFUSED, TagError.NO_SUCH_MEMORY),
        (0xB4, ErrorCode.WRITE_REFUSED, TagError.LOCKED),
        (0xBB, ErrorCode.WRITE_REFUSED, TagError.NO_POWER),
        (0xC0, ErrorCode.LOCK_REFUSED, TagError.OTHER),
        (0xDF, ErrorCode.KILL_REFUSED, TagError.UNSPECIFIED),
        (0xE7, ErrorCode.SPECIAL_REFUSED, TagError.OTHER),
        (0x25, ErrorCode.UNKNOWN, TagError.OTHER),
    ],
)
def test_errors_of_the_tag_are_in_the_low_half(byte, error, tag):
    assert (ErrorCode.of(byte), TagError.of(byte)) == (error, tag)


def test_no_command_locks_kills_or_saves_anything():
    codes = {value.code for value in vars(m100).values() if isinstance(value, type) and hasattr(value, "code")}
    assert not codes & {0x09, 0x11, 0x65, 0x82, 0xD3, 0xE0, 0xE1, 0xE5}
    assert len(codes) == 20


COMMANDS = [
    m100.Info(), m100.MultiPoll(), m100.Stop(), m100.Select(EPC, 96), m100.GetSelect(), m100.SelectMode(),
    m100.Read(1, 1, 9), m100.Write(1, 9, b"\0\1"), m100.ChangeEas(True), m100.EasAlarm(), m100.GetPower(),
    m100.SetPower(20), m100.GetRegion(), m100.GetChannel(), m100.AutoHop(),
]  # fmt: skip


@calm
@given(st.sampled_from(COMMANDS), st.sampled_from(list(Kind)), st.booleans(), st.binary(max_size=60))
def test_no_frame_makes_an_answer_raise(command, kind, failed, fields):
    frame = Frame(kind, 0xFF if failed else command.code, fields)
    parse(command, frame)
    notice(frame)
    say(frame)


@pytest.mark.parametrize(
    ("wire", "way", "text", "uids"),
    [
        ("BB00220000227E", "host", "single poll", ()),
        (
            "BB02220011C9340030751FEB705C5904E3D50D703A76EF7E",
            "reader",
            "single poll tag 30751FEB705C5904E3D50D70 PC 3400 -55 dBm",
            ("30751FEB705C5904E3D50D70",),
        ),
        (
            "BB01FF000115167E",
            "reader",
            "failure No tag answered, or none could be understood.",
            (),
        ),
        (
            "AA01FF0010A30E340030751FEB705C5904E3D50D7002DD",
            "reader",
            "failure 30751FEB705C5904E3D50D70 The tag refuses to be read. "
            "It has no such memory, or cannot hold an EPC of this length.",
            ("30751FEB705C5904E3D50D70",),
        ),
        ("BB008200070000FFFF020080097E", "host", "lock 0000FFFF020080", ()),
        ("BB00650004 0000FFFF 677E", "host", "kill 0000FFFF", ()),
        ("BB00770000777E", "host", "command 77", ()),
    ],
)
def test_a_recorded_line_in_words(wire, way, text, uids):
    describe = describer("m100")
    [found] = describe.new_parser().receive(bytes.fromhex(wire))
    said = describe.say(found)
    assert (said.way, said.text, said.uids) == (way, text, uids)


def test_damage_in_words():
    assert say(Noise(b"\x12")).way == "noise"
    assert "damaged" in say(Frame(Kind.NOTICE, 0x27, b"\xc9\x34\x00")).text
