"""The parser of every protocol, on a protocol made up for it: ``A5 LEN BODY CRC CRC``, where LEN counts the body."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid import crc
from devices.rfid.framing import Noise, Parser


class Toy:
    """The shortest framing that has all there is to one: a start, a length, a checksum."""

    def size(self, held, at):
        if held[at] != 0xA5:
            return 0
        return None if len(held) - at < 2 else 4 + held[at + 1]

    def sound(self, held, at, size):
        return crc.ibm_3740(bytes(held[at : at + size])) == 0  # over a frame and its own checksum

    def frame(self, raw):
        return raw


def pack(body):
    head = bytes([0xA5, len(body)]) + body
    return head + crc.ibm_3740(head).to_bytes(2, "big")


def frames(found):
    return [one for one in found if not isinstance(one, Noise)]


def raw(found):
    return b"".join(one.raw if isinstance(one, Noise) else one for one in found)


bodies = st.binary(max_size=12)
nasty = st.lists(st.sampled_from([0xA5, 0, 1, 2, 5, 0xA6, 0xA8]), max_size=20).map(bytes)
streams = st.lists(st.one_of(bodies.map(pack), nasty, st.binary(max_size=12)), max_size=6).map(b"".join)


@given(st.lists(bodies, max_size=5))
def test_frames_come_out_as_they_went_in(sent):
    assert Parser(Toy()).receive(b"".join(map(pack, sent))) == list(map(pack, sent))


@given(streams, st.data())
def test_however_a_stream_is_cut_the_same_comes_out(stream, data):
    whole, parser, found = Parser(Toy()), Parser(Toy()), []
    expected = whole.receive(stream)
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6))), len(stream)]
    for start, end in itertools.pairwise(cuts):
        found += parser.receive(stream[start:end])
    assert frames(found) == frames(expected)
    assert raw(found) == raw(expected)
    assert (parser.pending, parser.missing) == (whole.pending, whole.missing)


@given(streams)
def test_no_byte_is_lost_and_none_made_up(stream):
    parser = Parser(Toy())
    found = parser.receive(stream)
    assert raw(found) + parser.pending == stream
    assert raw(found + parser.give_up()) == stream
    assert parser.pending == b""


@given(streams)
def test_noise_next_to_noise_is_one(stream):
    parser = Parser(Toy())
    found = parser.receive(stream)
    assert not any(isinstance(a, Noise) and isinstance(b, Noise) for a, b in itertools.pairwise(found))


@given(nasty, bodies)
def test_the_first_frame_behind_garbage_is_not_lost(garbage, body):
    assert pack(body) in frames(Parser(Toy()).receive(garbage + pack(body)))


@given(bodies, st.one_of(nasty, st.binary(max_size=12)), bodies)
def test_garbage_between_frames_costs_none_once_the_line_is_quiet(before, between, after):
    parser = Parser(Toy())
    found = frames(parser.receive(pack(before) + between + pack(after)) + parser.give_up())
    assert found[0] == pack(before)
    assert pack(after) in found


def test_in_step_what_looks_like_a_frame_inside_a_frame_is_data():
    parser = Parser(Toy())
    outer = pack(b"--" + pack(b"x"))
    assert parser.receive(pack(b"first") + outer) == [pack(b"first"), outer]


def test_hunting_the_frame_inside_a_broken_one_is_found():
    assert frames(Parser(Toy()).receive(b"\xa5\xff--" + pack(b"x"))) == [pack(b"x")]


@pytest.mark.parametrize(
    ("came", "missing"),
    [
        (b"", 1),  # at the start nothing is trusted
        (pack(b"abc"), 1),
        (pack(b"abc") + b"\xa5", 1),
        (pack(b"abc") + b"\xa5\x05", 7),
        (pack(b"abc") + b"\xa5\x05ab", 5),
        (b"\xa5\x05ab", 1),  # as good as noise until its checksum has come
        (pack(b"abc") + b"?\xa5\x05ab", 1),
    ],
)
def test_how_many_bytes_are_surely_still_to_come(came, missing):
    parser = Parser(Toy())
    parser.receive(came)
    assert parser.missing == missing


def test_giving_up_starts_anew():
    parser = Parser(Toy())
    parser.receive(pack(b"abc") + b"\xa5\x09abc")
    assert parser.give_up() == [Noise(b"\xa5\x09abc")]
    assert parser.receive(pack(b"d")) == [pack(b"d")]


def test_giving_up_behind_a_whole_frame_loses_no_step():
    """Whoever asks and answers in turn is in step all the time, so a tag may hold what looks like a frame."""
    parser = Parser(Toy())
    assert parser.receive(pack(b"abc")) + parser.give_up() == [pack(b"abc")]
    outer = pack(b"--" + pack(b"x"))
    assert parser.receive(outer) + parser.give_up() == [outer]
