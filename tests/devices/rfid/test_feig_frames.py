"""Framing of the FEIG OBID readers, beyond test_reader_framings.py: two kinds of frame, and what garbage cannot do."""

import pytest
from framing_cases import FEIG, frames, raw
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.rfid import crc
from devices.rfid.framing import Noise
from devices.rfid.protocols.feig.frames import LONGEST, Frame, new_parser, pack

bodies = st.binary(min_size=2, max_size=40)
built = st.builds(pack, bodies, st.booleans())
garbage = FEIG.garbage


def starts_a_frame(stream, at):
    """Whether a whole frame with the right checksum stands there: told apart from the parser, for its tests."""
    first = stream[at]
    size = int.from_bytes(stream[at + 1 : at + 3], "big") if first == 2 else first
    held = stream[at : at + size]
    return size >= (7 if first == 2 else 5) and len(held) == size and crc.mcrf4xx(held) == 0


PUBLIC = [
    ("07FFB001001C56", "inventory, Biblio-RFID CPRM02.pm"),
    ("07FFB0018014D2", "inventory, the rest of it, ObidSerial (Rust)"),
    ("06FF52000F6E", "detect, Biblio-RFID CPRM02.pm"),
    ("0600B0015C63", "no tag"),
    ("020009FFB001001843", "inventory, ObidSerial (Rust) gives the checksum 4318"),
    ("020011FFB02B01E004010809B9CB120B65", "system information, node-rfid-server lib/reader.js"),
    ("020008FF6A01A1AA", "RF on, node-rfid-server"),
    ("020008FF6A0028BB", "RF off, node-rfid-server"),
    ("020018FFB02401E004010809B9CB120001043433323196DB", "write block 0, node-rfid-server"),
    ("020018FFB02401E004010809B9CB12010104353637383C82", "write block 1, node-rfid-server"),
    ("020020FFB02401E004010809B9CB12020304333130300000003636000000207D", "write 3 blocks, node-rfid-server"),
    ("020018FFB02409E0040100413A6D4B01010466666666B378", "write with a mode of its own, node-rfid-server"),
    ("020020FFB02401E00401001159139F0003043322110030303130343536" + "3379D7", "write 3 blocks, node-rfid-server"),
    (
        "020040FFB02401E0040100413A6D4B000B0434333231001122330000000000000000600000003030309E"
        "303030303030303030043030320400300000" + "3600AFB6",
        "write 11 blocks, node-rfid-server",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wire", "source"), PUBLIC)
def test_public_frame(wire, source):
    data = bytes.fromhex(wire)
    body = data[3:-2] if data[0] == 2 else data[1:-2]
    (found,) = new_parser().receive(data)
    assert found == Frame(body, data[0] == 2), source
    assert found.raw == data


@pytest.mark.parametrize(("size", "advanced"), [(252, False), (253, True), (2000, True)])
def test_a_long_frame_is_an_advanced_one_by_itself(size, advanced):
    body = bytes([0, 0xB0]) + bytes(size - 2)
    assert new_parser().receive(pack(body)) == [Frame(body, advanced)]


def test_both_kinds_in_one_stream():
    sent = [Frame(b"\0\x52\0"), Frame(b"\0\xb0\0" + bytes(300), True), Frame(b"\0\x69\0"), Frame(b"\0\x69\0", True)]
    assert new_parser().receive(b"".join(frame.raw for frame in sent)) == sent


@given(garbage, built)
def test_garbage_before_a_frame_costs_nothing(prefix, wire):
    """Whatever length the garbage announces, the frame behind it comes out as soon as its last byte is there.

    Almost any byte can start a frame here, so garbage that happens to be one has to be left out.
    """
    stream = prefix + wire
    assume(not any(starts_a_frame(stream, at) for at in range(len(stream)) if at != len(prefix)))
    assert raw(frames(new_parser().receive(stream))) == wire


@given(built, garbage, built)
def test_garbage_between_frames_costs_nothing_once_the_line_is_quiet(before, between, after):
    stream = before + between + after
    third = len(before) + len(between)
    assume(not any(starts_a_frame(stream, at) for at in range(1, len(stream)) if at != third))
    parser = new_parser()
    assert [one.raw for one in frames(parser.receive(stream) + parser.give_up())] == [before, after]


@pytest.mark.parametrize("length", [LONGEST + 1, 6, 0])
def test_an_impossible_length_is_no_header(length):
    parser = new_parser()
    assert parser.receive(b"\x02" + length.to_bytes(2, "big") + b"\0\1\0") + parser.give_up()
    assert parser.pending == b""


@pytest.mark.parametrize("byte", [0, 1, 3, 4])
def test_no_frame_is_shorter_than_five_bytes(byte):
    assert new_parser().receive(bytes([byte])) == [Noise(bytes([byte]))]


def test_in_step_a_frame_inside_a_frame_is_data():
    """A tag may hold anything, also bytes that look like a reader's answer."""
    inner = pack(b"\x00\xb0\x01")
    outer = pack(b"\x00\xb0\x00\x08\x04" + inner.ljust(40, b"\0"))
    first = pack(b"\x00\x52\x00")
    parser = new_parser()
    found = [one for byte in first + outer for one in parser.receive(bytes([byte]))]
    assert [one.raw for one in found] == [first, outer]


@given(bodies, st.booleans(), st.data())
def test_a_flipped_bit_is_never_a_frame(body, advanced, data):
    wire = bytearray(pack(body, advanced))
    lengths = 3 if advanced else 1
    at = data.draw(st.integers(lengths, len(wire) - 1))
    wire[at] ^= 1 << data.draw(st.integers(0, 7))
    assume(not any(starts_a_frame(bytes(wire), start) for start in range(1, len(wire))))
    parser = new_parser()
    assert frames(parser.receive(bytes(wire)) + parser.give_up()) == []


@given(bodies, st.booleans(), st.integers(0, 7), st.data())
def test_a_flipped_bit_in_the_length_is_never_that_frame(body, advanced, bit, data):
    wire = bytearray(pack(body, advanced))
    wire[data.draw(st.integers(0, 2 if advanced else 0))] ^= 1 << bit
    parser = new_parser()
    assert Frame(body, advanced) not in parser.receive(bytes(wire)) + parser.give_up()
