"""Framing of four reader families: any split, any garbage, any bytes; and what packed comes out as it was."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.framing import Noise
from devices.rfid.protocols import PROTOCOLS, describer
from devices.rfid.protocols.a0 import frames as a0
from devices.rfid.protocols.chafon import frames as chafon
from devices.rfid.protocols.em4100 import frames as em4100
from devices.rfid.protocols.pn532 import frames as pn532


@dataclass(frozen=True)
class Case:
    """A protocol: frames of it, and bytes that look like its headers."""

    name: str
    frames: st.SearchStrategy[bytes]
    nasty: bytes

    @property
    def new_parser(self) -> Callable[[], Any]:
        return describer(self.name).new_parser


byte = st.integers(0, 0xFF)
data = st.binary(max_size=40)
CASES = [
    Case("chafon", st.builds(chafon.pack, byte, data, byte), b"\x04\x05\x00\xff\x01\x21"),
    Case("a0", st.builds(a0.pack, byte, data, byte), b"\xa0\x03\x04\x01\x89\x72"),
    Case(
        "em4100",
        st.builds(
            lambda number, kind, line_end: em4100.pack(number, kind, line_end=line_end),
            st.binary(min_size=5, max_size=5),
            st.sampled_from([em4100.Checksum.XOR, em4100.Checksum.SUM8]),
            st.booleans(),
        ),
        b"\x02\x030A\r\n",
    ),
    Case(
        "pn532",
        st.one_of(st.binary(min_size=1, max_size=40).map(pn532.pack), st.sampled_from([pn532.ACK, pn532.NACK])),
        b"\x00\xff\x01\x02\xd5\x55",
    ),
]
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def garbage(case: Case) -> st.SearchStrategy[bytes]:
    return st.one_of(st.binary(max_size=30), st.lists(st.sampled_from(case.nasty), max_size=20).map(bytes))


def frames(found):
    return [one.raw for one in found if not isinstance(one, Noise)]


def raw(found):
    return b"".join(one.raw for one in found)


def test_every_protocol_can_be_described():
    assert {case.name for case in CASES} <= set(PROTOCOLS)


@every
@given(drawn=st.data())
@settings(max_examples=25)
def test_packed_is_parsed(case, drawn):
    wires = drawn.draw(st.lists(case.frames, min_size=1, max_size=4))
    assert frames(case.new_parser().receive(b"".join(wires))) == wires


@every
@given(drawn=st.data())
@settings(max_examples=25)
def test_any_split_of_a_stream_gives_the_same(case, drawn):
    stream = b"".join(drawn.draw(st.lists(st.one_of(case.frames, garbage(case)), max_size=5)))
    cuts = [0, *sorted(drawn.draw(st.lists(st.integers(0, len(stream)), max_size=6))), len(stream)]
    whole, parser = case.new_parser(), case.new_parser()
    expected = whole.receive(stream)
    found = [one for start, end in itertools.pairwise(cuts) for one in parser.receive(stream[start:end])]
    assert frames(found) == frames(expected)
    assert raw(found) == raw(expected)
    assert parser.pending == whole.pending


@every
@given(drawn=st.data())
@settings(max_examples=25)
def test_no_byte_is_lost_and_none_invented_and_all_can_be_said(case, drawn):
    stream = drawn.draw(st.one_of(st.binary(max_size=200), garbage(case)))
    parser, say = case.new_parser(), describer(case.name).say
    found = parser.receive(stream) + parser.give_up()
    assert raw(found) == stream
    assert all(say(one).way in {"host", "reader", "noise"} for one in found)


@every
@given(drawn=st.data())
@settings(max_examples=25)
def test_behind_garbage_one_frame_may_be_lost_and_the_next_is_not(case, drawn):
    """Eight bits of checksum are few: garbage may join the frame behind it. The one after that must come out."""
    first, second = drawn.draw(case.frames), drawn.draw(case.frames)
    parser = case.new_parser()
    found = parser.receive(drawn.draw(garbage(case)) + first + second) + parser.give_up()
    assert frames(found)[-1] == second


@every
@given(drawn=st.data())
@settings(max_examples=25)
def test_a_flipped_bit_is_never_the_frame(case, drawn):
    whole = drawn.draw(case.frames)
    wire = bytearray(whole)
    wire[drawn.draw(st.integers(0, len(wire) - 1))] ^= 1 << drawn.draw(st.integers(0, 7))
    parser = case.new_parser()
    assert whole not in frames(parser.receive(bytes(wire)) + parser.give_up())


@pytest.mark.parametrize(
    ("case", "prefix"),
    [
        (CASES[0], "f00001"),  # announces 240 bytes
        (CASES[1], "a0ff01"),
        (CASES[2], "023031"),
        (CASES[3], "0000ff40c0d5"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_header_that_promises_too_much_does_not_swallow_what_follows(case, prefix):
    wire = {
        "chafon": bytes.fromhex("0700010101001E4B"),
        "a0": bytes.fromhex("A0040189 01D1"),
        "em4100": em4100.pack(bytes.fromhex("62E3086CED")),
        "pn532": bytes.fromhex("0000FF02FED4022A00"),
    }[case.name]
    assert frames(case.new_parser().receive(bytes.fromhex(prefix) + wire)) == [wire]
