"""Framing of every protocol: any split, any garbage, any bytes; and what was packed comes out as it was."""

import pytest
from framing_cases import CASES, frames, raw
from framing_cases import cut as cut_up
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.protocols import PROTOCOLS

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
#: A loaded machine takes its time.
calm = settings(deadline=None, max_examples=100)


def test_no_protocol_is_left_out():
    assert [case.name for case in CASES] == list(PROTOCOLS)


@every
@given(drawn=st.data())
@calm
def test_packed_is_parsed(case, drawn):
    sent = drawn.draw(st.lists(case.frames, min_size=1, max_size=4))
    assert case.new_parser().receive(raw(sent)) == sent


@every
@given(drawn=st.data())
@calm
def test_any_split_of_a_stream_gives_the_same(case, drawn):
    stream = drawn.draw(case.streams)
    cuts = drawn.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    whole, parser = case.new_parser(), case.new_parser()
    expected = whole.receive(stream)
    found = [one for piece in cut_up(stream, cuts) for one in parser.receive(piece)]
    assert frames(found) == frames(expected)
    assert raw(found) == raw(expected)
    assert parser.pending == whole.pending


@every
@given(drawn=st.data())
@calm
def test_no_byte_is_lost_and_none_invented_and_all_can_be_said(case, drawn):
    stream = drawn.draw(st.one_of(st.binary(max_size=400), case.garbage))
    parser = case.new_parser()
    found = parser.receive(stream)
    assert raw(found) + parser.pending == stream
    found += parser.give_up()
    assert (raw(found), parser.pending) == (stream, b"")
    assert all(case.describer.say(one).way in {"host", "reader", "noise"} for one in found)


@every
@given(drawn=st.data())
@calm
def test_behind_garbage_one_frame_may_be_lost_and_the_next_is_not(case, drawn):
    """Eight bits of checksum are few: garbage may join the frame behind it. The one after that must come out."""
    first, second = drawn.draw(case.frames), drawn.draw(case.frames)
    parser = case.new_parser()
    found = parser.receive(drawn.draw(case.garbage) + first.raw + second.raw) + parser.give_up()
    assert frames(found)[-1] == second


@every
@given(drawn=st.data())
@calm
def test_a_flipped_bit_is_never_the_frame(case, drawn):
    whole = drawn.draw(case.frames)
    wire = bytearray(whole.raw)
    wire[drawn.draw(st.integers(0, len(wire) - 1))] ^= 1 << drawn.draw(st.integers(0, 7))
    parser = case.new_parser()
    assert whole not in parser.receive(bytes(wire)) + parser.give_up()


@every
def test_a_header_that_promises_too_much_does_not_swallow_what_follows(case):
    header, wire = (bytes.fromhex(part) for part in case.hidden)
    assert [frame.raw for frame in frames(case.new_parser().receive(header + wire))] == [wire]


@every
@given(drawn=st.data())
@calm
def test_any_frame_can_be_said(case, drawn):
    frame = drawn.draw(case.frames)
    said = case.describer.say(frame)
    assert said.way in ({"host", "reader", "noise"} if case.name == "pn532" else {"host", "reader"})
    assert said.hex == frame.raw.hex().upper()
