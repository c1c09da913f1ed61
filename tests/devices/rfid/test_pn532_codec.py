"""Commands and answers of the PN532: public vectors, layouts of the manual, and what is no answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.framing import Noise
from devices.rfid.protocols.pn532 import commands as pn532
from devices.rfid.protocols.pn532.commands import Card, Cards, Done, Failure, Firmware, encode, parse
from devices.rfid.protocols.pn532.errors import ErrorCode
from devices.rfid.protocols.pn532.frames import ACK, NACK, WAKE, Frame, new_parser, pack
from devices.rfid.protocols.pn532.say import say

ERROR_FRAME = bytes.fromhex("0000FF01FF7F8100")


def frame(wire: str) -> Frame:
    (found,) = new_parser().receive(bytes.fromhex(wire))
    assert isinstance(found, Frame)
    return found


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (pn532.SamConfig(), "0000FF05FBD4140114010200"),
        (pn532.GetFirmware(), "0000FF02FED4022A00"),
        (pn532.ListCards(), "0000FF04FCD44A0100E100"),
        (pn532.SetRetries(1), "0000FF06FAD43205FF0101F400"),
    ],
)
def test_public_request(command, wire):
    """The sheet; the last by UM0701-02, 7.3.1 (item 05: FF, 01, and retries of the call for cards)."""
    assert encode(command).hex().upper() == wire


def test_waking_comes_in_front():
    """Seeed's and Elechouse's drivers: 55 55, then fourteen 00."""
    wire = encode(pn532.SamConfig(), wake=True)
    assert wire.startswith(bytes.fromhex("5555") + bytes(14))
    parser = new_parser()
    found = parser.receive(wire)
    assert [one.raw for one in found] == [WAKE, encode(pn532.SamConfig())]


@pytest.mark.parametrize(
    ("command", "wire", "answer"),
    [
        (pn532.SamConfig(), "0000FF02FED5151600", Done()),
        (pn532.GetFirmware(), "0000FF06FAD50332010607E800", Firmware(0x32, 1, 6, 7)),
        (
            pn532.ListCards(),
            "0000FF0CF4D54B010100040804078CFC4FF000",
            Cards((Card(bytes.fromhex("078CFC4F"), 0x0004, 0x08),)),
        ),
        (
            pn532.ListCards(),
            "0000FF0CF4D54B0101000408045CBBE5D5FD00",
            Cards((Card(bytes.fromhex("5CBBE5D5"), 0x0004, 0x08),)),
        ),
    ],
)
def test_public_answer(command, wire, answer):
    """Captures that users of PN532 boards published; all of them add up."""
    assert parse(command, frame(wire)) == answer


@pytest.mark.parametrize(
    ("fields", "cards"),
    [
        ("00", ()),
        ("01 01 0044 00 07 04A1B2C3D4E5F6", (Card(bytes.fromhex("04A1B2C3D4E5F6"), 0x44, 0),)),
        ("01 01 0084 00 0A 0102030405060708090A", (Card(bytes(range(1, 11)), 0x84, 0),)),
        # A card of ISO 14443-4 sends its ATS, too; the second card stands behind it.
        (
            "02 01 0344 20 07 04A1B2C3D4E5F6 067577810280 02 0004 08 04 DEADBEEF",
            (Card(bytes.fromhex("04A1B2C3D4E5F6"), 0x344, 0x20), Card(bytes.fromhex("DEADBEEF"), 4, 8)),
        ),
    ],
)
def test_cards_of_every_kind(fields, cards):
    """UM0701-02, 7.3.5: target data of ISO 14443A at 106 kbit/s."""
    assert parse(pn532.ListCards(2), Frame(pack(b"\xd5\x4b" + bytes.fromhex(fields)))) == Cards(cards)


def test_the_error_frame_answers_whatever_was_asked():
    assert parse(pn532.GetFirmware(), frame(ERROR_FRAME.hex())) == Failure(0x02, ErrorCode.SYNTAX)


@pytest.mark.parametrize(
    "body",
    [
        "D403320106 07",  # the host's own
        "D51532010607",
        "D503320106",
        "D54B0101000408",
        "D54B010100040805DEADBEEF01",  # a UID of five bytes
        "D54B",
        "D5",
    ],
)
def test_what_is_not_the_answer_is_dropped(body):
    other = Frame(pack(bytes.fromhex(body)))
    assert parse(pn532.GetFirmware(), other) is None
    assert parse(pn532.ListCards(), other) is None


@pytest.mark.parametrize("wire", [ACK, NACK])
def test_an_ack_answers_nothing(wire):
    (found,) = new_parser().receive(wire)
    assert parse(pn532.SamConfig(), found) is None
    assert found.body == b""
    assert found.is_ack is (wire == ACK)


@pytest.mark.parametrize("wire", ["0000FF00FF01", "0000FF03FCD54B0000", "0000FF02FED5151601", "0000FFFFFF000A00D5"])
def test_damage_is_noise(wire):
    parser = new_parser()
    found = parser.receive(bytes.fromhex(wire)) + parser.give_up()
    assert all(isinstance(one, Noise) for one in found)
    assert b"".join(one.raw for one in found) == bytes.fromhex(wire)


@given(st.binary(min_size=1, max_size=265))
@settings(max_examples=40)
def test_frames_of_every_length(body):
    (found,) = new_parser().receive(pack(body))
    assert found.body == body


def test_an_extended_frame():
    body = b"\xd5\x41" + bytes(258)
    wire = pack(body)
    assert wire[:8].hex().upper() == "0000FFFFFF0104FB"
    (found,) = new_parser().receive(wire)
    assert found.body == body


@pytest.mark.parametrize("command", [pn532.ListCards(3), pn532.SetRetries(256)])
def test_what_does_not_fit_is_refused(command):
    with pytest.raises(EncodeError):
        encode(command)


@given(
    st.sampled_from([pn532.GetFirmware(), pn532.SamConfig(), pn532.SetRetries(), pn532.ListCards(2)]),
    st.binary(max_size=60),
)
@settings(max_examples=60)
def test_no_frame_makes_an_answer_raise(command, rest):
    parse(command, Frame(pack(bytes([0xD5, command.code + 1]) + rest)))


@pytest.mark.parametrize(
    ("wire", "way", "text"),
    [
        ("0000FF02FED4022A00", "host", "firmware"),
        ("0000FF06FAD50332010607E800", "reader", "firmware 32010607"),
        ("0000FF04FCD44A0100E100", "host", "list cards 0100"),
        ("0000FF0CF4D54B010100040804078CFC4FF000", "reader", "list cards 1 cards 078CFC4F"),
        (pack(b"\xd5\x41\x14").hex(), "reader", "exchange with card 14 The card's key is another one."),
        (pack(b"\xd5\x41\x00\x90").hex(), "reader", "exchange with card 0090"),
        (ACK.hex(), "reader", "ACK"),
        (NACK.hex(), "reader", "NACK"),
        (ERROR_FRAME.hex(), "reader", "The chip did not understand the command."),
        (pack(b"\x01\x02").hex(), "noise", "a frame of neither side"),
    ],
)
def test_frames_in_words(wire, way, text):
    said = say(frame(wire))
    assert (said.way, said.text) == (way, text)


def test_noise_in_words():
    assert say(Noise(WAKE)).text == "wake up"
    assert say(Noise(b"\x00\xff")).way == "noise"
