"""Frames: where one ends, what its checksum says, and that no stream can do harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sip2_strategies import any_message

from kiosk.circulation.sip2.codec import encode
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.frame import Checked, Damage, Frame, FrameReader, Why, checksum, seal
from kiosk.circulation.sip2.layout import Message

#: Computed by hand from the rule of 3M SIP 2.00, "Error detection": the two's complement of the sum of all bytes.
WORKED = [
    (b"941", "0", b"941AY0AZFDFD\r"),
    (b"97", None, b"97AZFEF5\r"),
    (b"96", None, b"96AZFEF6\r"),
    (b"9900802.00", "1", b"9900802.00AY1AZFCA0\r"),
    (b"9300CNkiosk|COsecret|CPLIB|", "0", b"9300CNkiosk|COsecret|CPLIB|AY0AZF527\r"),
]


def read(stream: bytes) -> list[Frame | Damage]:
    return FrameReader().feed(stream)


@pytest.mark.parametrize(("body", "sequence", "wire"), WORKED)
def test_the_worked_examples_are_written_and_read(body: bytes, sequence: str | None, wire: bytes) -> None:
    assert seal(body, sequence, error_detection=True) == wire
    assert read(wire) == [Frame(body, sequence or "", Checked.RIGHT)]


def test_the_checksum_counts_bytes_and_not_letters() -> None:
    assert sum("AESnö|".encode()) == 828
    assert checksum("AESnö|".encode()) == f"{0x10000 - 828:04X}"
    assert checksum("AESnö|".encode("latin-1")) == f"{0x10000 - 697:04X}"


def test_the_checksum_of_a_sum_that_is_a_multiple_of_65536_is_0000() -> None:
    assert checksum(b"") == "0000"
    assert checksum(b"\x80" * 512) == "0000"


@pytest.mark.parametrize("resend", [b"96", b"97"])
def test_requests_for_a_repetition_carry_no_sequence_number(resend: bytes) -> None:
    assert b"AY" not in seal(resend, "3", error_detection=True)


def test_without_error_detection_nothing_is_added() -> None:
    assert seal(b"941", "3", error_detection=False) == b"941\r"
    assert read(b"941\r") == [Frame(b"941")]


def test_a_checksum_alone_is_read_where_no_value_can_be_meant() -> None:
    assert read(b"941AZ" + checksum(b"941AZ").encode() + b"\r") == [Frame(b"941", "", Checked.RIGHT)]
    assert read(b"941AZ0000\r") == [Frame(b"941", "", Checked.WRONG)]
    assert read(b"240AOx|AZ0000\r") == [Frame(b"240AOx|", "", Checked.WRONG)]


def test_a_sequence_number_alone_is_read() -> None:
    assert read(b"9900802.00AY7\r") == [Frame(b"9900802.00", "7")]
    assert read(b"17AOx|ABy|AY7\r") == [Frame(b"17AOx|ABy|", "7")]


@pytest.mark.parametrize("body", [b"17AOx|AJTOPAZ12AB", b"17AOx|AJBABY7", b"17AJBABY7|", b"17AOx|AJTOPAZ12AB|"])
def test_a_value_that_looks_like_a_trailer_stays_a_value(body: bytes) -> None:
    assert read(body + b"\r") == [Frame(body)]


def test_an_unfinished_value_in_front_of_a_right_checksum_is_no_obstacle() -> None:
    body = b"17AOx|AJend"
    assert read(body + b"AZ" + checksum(body + b"AZ").encode() + b"\r") == [Frame(body, "", Checked.RIGHT)]


@pytest.mark.parametrize("digits", [b"0000", b"FDFE", b"", b"F", b"G000", b"\xff\xff\xff\xff", b" DFD", b"+DFD"])
def test_a_wrong_or_damaged_checksum_is_wrong_and_not_absent(digits: bytes) -> None:
    assert read(b"941AY0AZ" + digits + b"\r") == [Frame(b"941", "0", Checked.WRONG)]


def test_a_checksum_without_its_leading_zeros_or_in_small_letters_is_right() -> None:
    # The program "Sip2" 1.1 leaves zeros out.
    body = next(body for n in range(1200) if checksum((body := b"9" * n) + b"AY0AZ").startswith("0"))
    digits = checksum(body + b"AY0AZ").lstrip("0").lower().encode()
    assert read(body + b"AY0AZ" + digits + b"\r") == [Frame(body, "0", Checked.RIGHT)]


@pytest.mark.parametrize("ending", [b"\r", b"\r\n", b"\n\r", b"\r\n\r\n", b"\r\r", b"\r\0\0"])
def test_leftovers_of_other_line_ends_are_dropped(ending: bytes) -> None:
    stream = b"941AY0AZFDFD" + ending + b"97AZFEF5" + ending
    assert read(stream) == [Frame(b"941", "0", Checked.RIGHT), Frame(b"97", "", Checked.RIGHT)]


def test_a_line_feed_alone_ends_nothing() -> None:
    assert read(b"941\n") == []
    assert read(b"941\n97\r") == [Frame(b"941\n97")]


def test_our_own_terminator_may_be_another() -> None:
    assert seal(b"941", "0", error_detection=True, terminator=b"\r\n") == b"941AY0AZFDFD\r\n"


def test_glued_frames_come_out_in_order() -> None:
    assert read(b"941\r940\r9") == [Frame(b"941"), Frame(b"940")]


def test_a_megabyte_without_an_end_is_one_damage_and_the_next_frame_is_whole() -> None:
    reader = FrameReader()
    found = [each for _ in range(1024) for each in reader.feed(b"A" * 1024)]
    assert found == [Damage(Why.TOO_LONG)]
    assert reader.feed(b"AAA\r941AY0AZFDFD\r") == [Frame(b"941", "0", Checked.RIGHT)]


def test_no_more_is_held_than_was_allowed() -> None:
    reader = FrameReader(longest=100)
    for chunk in (b"x" * 60, b"x" * 60, b"y" * 10_000, b"\n" * 10_000):
        reader.feed(chunk)
        assert len(reader._held) <= 100
    assert FrameReader(longest=3).feed(b"941\r") == [Frame(b"941")]
    assert FrameReader(longest=2).feed(b"941\r94\r") == [Damage(Why.TOO_LONG), Frame(b"94")]


def test_endless_padding_is_not_held() -> None:
    reader = FrameReader()
    assert reader.feed(b"\0" * 1_000_000) == []
    assert not reader.pending
    assert reader.feed(b"941\r") == [Frame(b"941")]


def test_a_reader_says_whether_a_frame_has_begun() -> None:
    reader = FrameReader(longest=4)
    assert not reader.pending
    reader.feed(b"94")
    assert reader.pending
    reader.feed(b"1\r")
    assert not reader.pending
    reader.feed(b"too long")
    assert reader.pending


def test_a_nul_inside_is_damage() -> None:
    assert read(b"94\x001\r941\r") == [Damage(Why.NUL), Frame(b"941")]


@pytest.mark.parametrize("sequence", ["", "10", "x", "٣"])
def test_a_sequence_number_that_is_no_digit_is_refused(sequence: str) -> None:
    with pytest.raises(UnsafeValue, match="one digit"):
        seal(b"941", sequence, error_detection=True)


def test_a_body_that_would_end_early_is_refused() -> None:
    with pytest.raises(UnsafeValue, match="two messages"):
        seal(b"941\r97", "0", error_detection=True)


STREAMS = st.lists(
    st.sampled_from([b"941AY0AZFDFD", b"97AZFEF5", b"\r", b"\n", b"\0", b"AY1AZ", b"|", b"A" * 40, b"96AZ0000"])
    | st.binary(max_size=12)
).map(b"".join)


@settings(deadline=None)
@given(STREAMS, st.lists(st.integers(1, 9), min_size=1))
def test_however_a_stream_is_cut_the_same_comes_out(stream: bytes, sizes: list[int]) -> None:
    whole, pieces = FrameReader(longest=32), FrameReader(longest=32)
    found: list[Frame | Damage] = []
    at = turn = 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += pieces.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert found == whole.feed(stream)
    assert pieces.pending == whole.pending


@settings(deadline=None)
@given(any_message(), st.sampled_from("0123456789"), st.booleans(), st.sampled_from([b"\r", b"\r\n"]))
def test_what_was_sealed_is_read(message: Message, sequence: str, error_detection: bool, terminator: bytes) -> None:
    body = encode(message)
    wire = seal(body, sequence, error_detection=error_detection, terminator=terminator)
    numbered = error_detection and message.code not in ("96", "97")
    checked = Checked.RIGHT if error_detection else Checked.ABSENT
    assert read(wire * 2) == [Frame(body, sequence if numbered else "", checked)] * 2


@settings(deadline=None)
@given(any_message(), st.data())
def test_a_changed_byte_is_never_called_right(message: Message, data: st.DataObject) -> None:
    wire = bytearray(seal(encode(message), "5", error_detection=True))
    at = data.draw(st.integers(0, len(wire) - 6))
    other = data.draw(st.integers(1, 255).filter(lambda byte: byte not in (wire[at], 13)))
    wire[at] = other
    for found in read(bytes(wire)):
        assert not (isinstance(found, Frame) and found.checked is Checked.RIGHT)
