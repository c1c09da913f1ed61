"""Recorded frames of FEIG OBID readers in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.framing import Noise
from devices.rfid.protocols import describer
from devices.rfid.protocols.feig.frames import Frame
from devices.rfid.protocols.feig.say import say

UID = "E004010809B9CB12"


@pytest.mark.parametrize(
    ("body", "way", "name", "uids", "data"),
    [
        ("FF 52 00", "host", "detect", (), "00"),
        ("00 52 00", "reader", "detect", (), ""),
        ("FF 65", "host", "software version", (), ""),
        ("00 65 00 0210 00 40 50 0038", "reader", "software version", (), "02100040500038"),
        ("FF 66 00", "host", "reader info", (), "00"),
        ("FF 69", "host", "RF reset", (), ""),
        ("00 69", "host", "RF reset", (), ""),
        ("00 69 00", "reader", "RF reset", (), ""),
        ("FF B0 01 00", "host", "inventory", (), "00"),
        ("00 B0 01 80", "host", "inventory", (), "80"),
        ("00 B0 01", "reader", "tag command", (), ""),
        (f"00 B0 00 01 03 3E {UID}", "reader", "inventory", (UID,), ""),
        (f"00 B0 94 02 03 3E {UID} 04 00 00 000000DEADBEEF", "reader", "inventory", (UID, "DEADBEEF"), ""),
        (f"FF B0 23 01 {UID} 00 08", "host", "read blocks", (UID,), "0008"),
        (f"00 B0 23 01 {UID} 00 08", "host", "read blocks", (UID,), "0008"),
        ("FF B0 23 02 00 08", "host", "read blocks", (), "0008"),
        ("00 B0 00 01 04 00 00112233", "reader", "tag command", (), "01040000112233"),
        (f"FF B0 27 01 {UID} C2", "host", "write AFI", (UID,), "C2"),
        (f"FF B0 28 01 {UID}", "host", "lock AFI", (UID,), ""),
        (f"FF B0 22 01 {UID} 00 01", "host", "lock blocks", (UID,), "0001"),
        (f"00 B0 00 3E {UID} 01 03 4F 01", "reader", "system information", (UID,), "3E01034F01"),
        (f"FF B1 04 A2 01 {UID}", "host", "set EAS", (UID,), ""),
        (f"00 B1 04 A5 01 {UID}", "host", "EAS alarm", (UID,), ""),
        ("00 B1 00", "reader", "custom command", (), ""),
        ("FF BF 01 0023 021F 22 A5 04 12CBB909080104E0", "host", "ISO 15693 transparent", (),
         "010023021F22A50412CBB909080104E0"),
        ("FF 82 05", "host", "save configuration", (), "05"),
        ("FF 77", "host", "command 77", (), ""),
    ],
)  # fmt: skip
def test_what_a_frame_says(body, way, name, uids, data):
    said = say(Frame(bytes.fromhex(body)))
    assert (said.way, said.name, said.uids, said.data) == (way, name, uids, data)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("00 B0 01", 0x01, "No tag answered"),
        ("00 B0 95 12", 0x95, "locked on the tag"),
        ("00 B0 96 02", 0x96, "did not answer in time"),
        ("00 B0 82", 0x82, "scan mode"),
        ("00 B0 77", 0x77, "does not list"),
        ("00 B0 00", 0x00, ""),
    ],
)
def test_a_status_is_said_in_words(body, error, words):
    said = say(Frame(bytes.fromhex(body)))
    assert said.error == error
    assert words in said.text


def test_noise_is_noise():
    assert say(Noise(b"\x01\x02")).way == "noise"


@given(st.binary(min_size=2, max_size=60), st.booleans())
def test_nothing_makes_it_raise(body, advanced):
    said = say(Frame(body, advanced))
    assert said.way in ("host", "reader")
    assert said.hex == Frame(body, advanced).raw.hex().upper()


def test_the_protocol_is_found_by_its_name():
    words = describer("feig")
    (found,) = words.new_parser().receive(bytes.fromhex("07FFB001001C56"))
    assert words.say(found).text == "inventory 00"
