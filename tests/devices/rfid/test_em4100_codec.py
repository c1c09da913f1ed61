"""Frames of 125 kHz readers: two checksums, with and without a line end, and what is none of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.framing import Noise
from devices.rfid.protocols.em4100.frames import Checksum, Frame, new_parser, pack
from devices.rfid.protocols.em4100.say import say

PUBLIC = b"\x0262E3086CED08\x03"
SUMMED = b"\x022E00AF0EC9B4\x03"


def test_public_frame():
    """The sheet's, of an RDM6300."""
    (found,) = new_parser(Checksum.XOR).receive(PUBLIC)
    assert found == Frame(PUBLIC)
    assert found.number.hex().upper() == "62E3086CED"
    assert pack(found.number) == PUBLIC


def test_public_frame_with_a_sum():
    """lomassubedi/rfid_attendance."""
    (found,) = new_parser(Checksum.SUM8).receive(SUMMED)
    assert found.number.hex().upper() == "2E00AF0EC9"
    assert pack(found.number, Checksum.SUM8) == SUMMED


@pytest.mark.parametrize(("checksum", "wire"), [(Checksum.SUM8, PUBLIC), (Checksum.XOR, SUMMED)])
def test_the_other_checksum_is_noise(checksum, wire):
    assert new_parser(checksum).receive(wire) == [Noise(wire)]
    assert new_parser().receive(wire) == [Frame(wire)]  # a recording, of which nobody knows


@pytest.mark.parametrize("digits", ["67003B51C6CB", "67003BA86C98", "67003BA86793"])
def test_public_cards(digits):
    """mad-tinkerer/python-rdm6300, test_reader."""
    wire = b"\x02" + digits.encode() + b"\x03"
    (found,) = new_parser(Checksum.XOR).receive(wire)
    assert found.number.hex().upper() == digits[:10]
    assert pack(found.number) == wire


def test_with_line_end_as_id_12_sends_it():
    wire = pack(bytes.fromhex("62E3086CED"), line_end=True)
    assert wire == b"\x0262E3086CED08\r\n\x03"
    (found,) = new_parser(Checksum.XOR).receive(wire)
    assert found.number.hex().upper() == "62E3086CED"


@pytest.mark.parametrize(
    "wire",
    [
        b"\x0262E3086CEG08\x03",  # no hex digit
        b"\x0262E3086CED08\r\r\x03",
        b"\x0262E3086CED08\n\x03",
        b"\x0262E3086CED0803",
    ],
)
def test_what_is_no_frame(wire):
    parser = new_parser()
    assert parser.receive(wire) + parser.give_up() == [Noise(wire)]


def test_small_letters_are_the_same_number():
    (found,) = new_parser().receive(PUBLIC.lower())
    assert found.number == bytes.fromhex("62E3086CED")
    assert found.raw == PUBLIC.lower()


def test_a_frame_cut_short_does_not_cost_the_next():
    parser = new_parser()
    assert parser.receive(PUBLIC + PUBLIC[:6] + PUBLIC) == [Frame(PUBLIC), Noise(PUBLIC[:6]), Frame(PUBLIC)]


@given(st.binary(min_size=5, max_size=5), st.sampled_from([Checksum.XOR, Checksum.SUM8]), st.booleans())
@settings(max_examples=40)
def test_every_number_comes_back(number, checksum, line_end):
    (found,) = new_parser(checksum).receive(pack(number, checksum, line_end=line_end))
    assert found.number == number
    assert say(found).uids == (number.hex().upper(),)


def test_in_words():
    assert say(Frame(PUBLIC)).text == "card 62E3086CED"
    assert say(Noise(b"\x02")).way == "noise"
