"""Framing of the 3M/Bibliotheca readers, beyond test_reader_framings.py: public frames, and what garbage cannot do."""

import pytest
from framing_cases import M3, frames
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.framing import Noise
from devices.rfid.protocols.m3.frames import MAX_LENGTH, Frame, new_parser, pack

bodies = st.binary(min_size=1, max_size=40)
garbage = M3.garbage


PUBLIC = [
    ("D6000311 6420", "version, 3M spec 7.2; Biblio-RFID"),
    ("D60005FE0005FA40", "inventory, Biblio-RFID 3M810.pm"),
    ("D60005FE0007DA02", "inventory with DSFID, City of Helsinki rfid_reader.py"),
    ("D6000D02E00401003123AA260008ADAF", "read 8 blocks, Biblio-RFID"),
    ("D6000C09E00401003123AA26C27864", "write AFI C2, Biblio-RFID"),
    ("D6000C09E00401003123AA2607F18D", "write AFI 07, Biblio-RFID"),
    ("D60007FE00000500C97B", "nothing found, Biblio-RFID"),
    ("D500050400118C66", "old probe, Biblio-RFID"),
    ("D500090400110A0500027250", "its answer, firmware 10.5.0.2, Biblio-RFID"),
    ("D500090400110A05021B972A", "its answer, firmware 10.5.2.27, City of Helsinki"),
    ("D500090400110A050119E23B", "its answer, firmware 10.5.1.25, City of Helsinki"),
    ("D60010130601000200030004000B000A00FDBF", "setting up, City of Helsinki"),
    ("D6000903000200000003 12E6", "example of the 3M spec, section BCC"),
]


@pytest.mark.parametrize(("wire", "source"), PUBLIC)
def test_public_frame(wire, source):
    data = bytes.fromhex(wire)
    found = new_parser().receive(data)
    assert found == [Frame(data[3:-2], data[0])], source
    assert found[0].raw == data


@given(garbage, bodies)
def test_garbage_before_a_frame_costs_nothing(prefix, body):
    """Whatever length the garbage announces, the frame behind it comes out as soon as its last byte is there."""
    frame = Frame(body)
    assert frames(new_parser().receive(prefix + frame.raw)) == [frame]


@given(bodies, garbage, bodies)
def test_garbage_between_frames_costs_nothing_once_the_line_is_quiet(before, between, after):
    parser = new_parser()
    found = parser.receive(pack(before) + between + pack(after)) + parser.give_up()
    assert frames(found) == [Frame(before), Frame(after)]


def test_an_impossible_length_is_no_header():
    too_long = b"\xd6" + (MAX_LENGTH + 1).to_bytes(2, "big")
    assert new_parser().receive(too_long) == [Noise(too_long)]


def test_in_step_a_frame_inside_a_frame_is_data():
    """A tag may hold anything, also bytes that look like a reader's answer."""
    inner = pack(b"\x09\x00" + bytes(8))
    outer = pack(b"\x02\x00" + bytes(8) + b"\x00\x08" + inner.ljust(32, b"\0"))
    first = pack(b"\x11\x00\x0a\x05\x00\x02")
    parser = new_parser()
    found = [one for byte in first + outer for one in parser.receive(bytes([byte]))]
    assert [one.raw for one in found] == [first, outer]


def test_giving_up_finds_what_a_broken_length_hid():
    """In step, a length damaged upwards hides the next frame until the line goes quiet."""
    good, hidden = pack(b"\x11"), pack(b"\x0f\x00" + bytes(9))
    parser = new_parser()
    assert frames(parser.receive(good)) == [Frame(b"\x11")]
    assert frames(parser.receive(b"\xd6\x00\x40" + hidden)) == []
    assert frames(parser.give_up()) == [Frame(hidden[3:-2])]
