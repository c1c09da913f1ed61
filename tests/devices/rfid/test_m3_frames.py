"""Framing of the 3M/Bibliotheca readers: start, length, checksum, and nothing that garbage can do."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.framing import Noise
from devices.rfid.protocols.m3.frames import MAX_LENGTH, OLD_START, START, Frame, new_parser, pack

bodies = st.binary(min_size=1, max_size=40)
# Bytes that tend to look like headers, so that hunting has something to chew on.
nasty = st.lists(st.sampled_from([0xD6, 0xD5, 0x00, 0x01, 0x02, 0x08, 0xFE]), max_size=24).map(bytes)
garbage = st.one_of(st.binary(max_size=40), nasty)


def frames(found):
    return [one for one in found if isinstance(one, Frame)]


def raw(found):
    return b"".join(one.raw for one in found)


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


@given(bodies, st.sampled_from([START, OLD_START]))
def test_packed_is_parsed(body, start):
    assert new_parser().receive(pack(body, start)) == [Frame(body, start)]


@given(st.lists(st.one_of(bodies.map(pack), garbage), max_size=6).map(b"".join), st.data())
def test_any_split_of_a_stream_gives_the_same(stream, data):
    whole = new_parser()
    expected = whole.receive(stream)
    pieces, parser, found = data.draw(st.lists(st.integers(0, len(stream)), max_size=8)), new_parser(), []
    cuts = [0, *sorted(pieces), len(stream)]
    for start, end in itertools.pairwise(cuts):
        found += parser.receive(stream[start:end])
    assert frames(found) == frames(expected)
    assert raw(found) == raw(expected)
    assert parser.pending == whole.pending


@given(st.binary(max_size=400))
def test_no_byte_is_lost_and_none_invented(stream):
    parser = new_parser()
    found = parser.receive(stream)
    assert raw(found) + parser.pending == stream
    assert raw(found + parser.give_up()) == stream
    assert parser.pending == b""


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


def test_a_header_that_promises_too_much_does_not_swallow_what_follows():
    frame = Frame(b"\x11\x00\x0a\x05\x00\x02")
    assert frames(new_parser().receive(b"\xd6\x08\x00\xfe" + frame.raw)) == [frame]


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


@given(bodies, st.data())
def test_a_flipped_bit_is_never_a_frame(body, data):
    wire = bytearray(pack(body))
    at = data.draw(st.integers(0, len(wire) - 1))
    wire[at] ^= 1 << data.draw(st.integers(0, 7))
    parser = new_parser()
    found = frames(parser.receive(bytes(wire)) + parser.give_up())
    assert Frame(body) not in found


def test_giving_up_finds_what_a_broken_length_hid():
    """In step, a length damaged upwards hides the next frame until the line goes quiet."""
    good, hidden = pack(b"\x11"), pack(b"\x0f\x00" + bytes(9))
    parser = new_parser()
    assert frames(parser.receive(good)) == [Frame(b"\x11")]
    assert frames(parser.receive(b"\xd6\x00\x40" + hidden)) == []
    assert frames(parser.give_up()) == [Frame(hidden[3:-2])]
