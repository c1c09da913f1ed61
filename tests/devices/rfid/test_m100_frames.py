"""Framing of the M100/QM100 and R200 modules, beyond test_reader_framings.py: public frames, dialects, weak checks."""

import pytest
from framing_cases import M100, frames
from hypothesis import assume, given, settings

from devices.rfid.framing import Noise
from devices.rfid.protocols.m100.frames import MAX_LENGTH, Dialect, Frame, Kind, new_parser

#: A loaded machine takes its time.
calm = settings(deadline=None, max_examples=100)

M5 = "m5stack, UHF-RFID (U107), instruction set"
MANUAL = "MagicRF M100/QM100 firmware manual, M5Stack's English edition"
R200 = "R200 user protocol V2.3.3 (jredrejo/rfid-r200)"

PUBLIC = [
    ("BB00030001 00 047E", f"hardware version, {M5}"),
    ("AA00030001 00 04DD", f"hardware version, {R200}, 2.2"),
    ("BB00030001 01 057E", f"software version, {M5}"),
    ("BB00030001 02 067E", f"maker, {M5}"),
    ("BB0103000B 00 4D3130302056312E3030 227E", f"M100 V1.00, {MANUAL}, 2.1"),
    ("BB00220000 227E", f"single poll, {M5}"),
    ("BB02220011 C9 3400 30751FEB705C5904E3D50D70 3A76 EF7E", f"a tag, {MANUAL}, 2.2"),
    ("AA02220011 C9 3400 30751FEB705C5904E3D50D70 3A76 EFDD", f"the same tag, {R200}, 3.2"),
    ("BB01FF0001 15 167E", f"no tag, {MANUAL}, 2.2"),
    ("BB00270003 22 2710 837E", f"10,000 rounds, {M5}"),
    ("BB00280000 287E", f"stop, {M5}"),
    ("BB01280001 00 2A7E", f"stopped, {MANUAL}, 2.4"),
    ("BB000C0013 01 00000020 60 00 30751FEB705C5904E3D50D70 AD7E", f"select, {M5}"),
    ("AA000C0013 01 00000020 60 00 30751FEB705C5904E3D50D70 ADDD", f"select, {R200}, 5.1"),
    ("BB010C0001 00 0E7E", f"selected, {MANUAL}, 2.5"),
    ("BB000B0000 0B7E", f"get select, {M5}"),
    ("BB00120001 01 147E", f"select mode, {M5}"),
    ("BB00390009 0000FFFF 03 0000 0002 457E", f"read, {M5}"),
    ("BB01390013 0E 3400 30751FEB705C5904E3D50D70 12345678 B07E", f"words read, {MANUAL}, 2.8"),
    ("BB0049000D 0000FFFF 03 0000 0002 12345678 6D7E", f"write, {M5}"),
    ("BB01490010 0E 3400 30751FEB705C5904E3D50D70 00 A97E", f"written, {MANUAL}, 2.9"),
    ("BB01FF0001 09 0A7E", f"no tag to read, {MANUAL}, 2.8"),
    ("AA01FF0010 A3 0E 3400 30751FEB705C5904E3D50D70 02DD", f"memory overrun, {R200}, 6.4"),
    ("BB00070001 01 097E", f"China 900 MHz, {M5}"),
    ("BB00080000 087E", f"get region, {M5}"),
    ("BB00AA0000 AA7E", f"get channel, {M5}"),
    ("BB00AD0001 FF AD7E", f"hop, {M5}"),
    ("BB00B70000 B77E", f"get power, {M5}"),
    ("BB01B70002 07D0 917E", f"20 dBm, {MANUAL}, 2.21"),
    ("BB00B60002 07D0 8F7E", f"set power, {M5}"),
    ("BB00E30005 0000FFFF 01 E77E", f"change EAS, {M5}"),
    ("BB01E30010 0E 3000 30751FEB705C5904E3D50D70 00 3F7E", f"changed, {MANUAL}, 2.33"),
    ("BB00E40000 E47E", f"EAS alarm, {M5}"),
    ("BB01E40008 690AEC7CD215D8F9 807E", f"alarm, {MANUAL}, 2.34"),
    ("BB01FF0001 1D 1E7E", f"no alarm, {MANUAL}, 2.34"),
]


@pytest.mark.parametrize(("wire", "source"), PUBLIC)
def test_public_frame(wire, source):
    data = bytes.fromhex(wire)
    found = new_parser().receive(data)
    dialect = Dialect.M100 if data[0] == 0xBB else Dialect.R200
    assert found == [Frame(Kind(data[1]), data[2], data[5:-2], dialect)], source
    assert found[0].raw == data


@pytest.mark.parametrize(
    ("wire", "source"),
    [
        ("BB00AB0001 01 AC7E", f"set channel, {M5}: the sum is AD"),
        ("AA01020001 00 2ADD", f"stopped, {R200}, 4.2: with code 02 the sum is 04; meant is 28"),
        ("BB00170000 177F", "an end that is none"),
    ],
)
def test_examples_that_do_not_add_up(wire, source):
    parser = new_parser()
    assert frames(parser.receive(bytes.fromhex(wire)) + parser.give_up()) == [], source


def test_end_bytes_inside_a_frame_end_nothing():
    frame = Frame(Kind.RESPONSE, 0x39, bytes.fromhex("7EDD7E7EDDBBAA") * 5)
    assert new_parser().receive(frame.raw) == [frame]


def test_both_dialects_on_one_line():
    first, second = Frame(Kind.COMMAND, 0x22), Frame(Kind.COMMAND, 0x22, dialect=Dialect.R200)
    assert new_parser().receive(first.raw + second.raw + first.raw) == [first, second, first]


@calm
@given(M100.garbage, M100.frames)
def test_garbage_before_a_frame_costs_nothing(prefix, frame):
    """Unless it and the frame's own bytes make another: a sum of one byte cannot prevent that, so no END is inside."""
    assume(not {dialect.end for dialect in Dialect} & set(frame.raw[:-1]))
    assume(not frames(new_parser().receive(prefix)))
    assert frames(new_parser().receive(prefix + frame.raw)) == [frame]


@pytest.mark.parametrize("head", [b"\xbb\x03", b"\xbb\x00\x22" + (MAX_LENGTH + 1).to_bytes(2, "big"), b"\xd6\x00"])
def test_what_is_no_header(head):
    assert new_parser().receive(head) == [Noise(head)]
