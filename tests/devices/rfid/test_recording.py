"""Recordings of a reader's line, in whatever form people have them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from devices.rfid.protocols import PROTOCOLS
from devices.rfid.reader_commands import reader
from devices.rfid.recording import RecordingError, likeliest, recorded

M3 = bytes.fromhex("D60005FE0005FA40")
FEIG = bytes.fromhex("07FFB001001C56 0600B0015C63")
M100 = bytes.fromhex("BB00220000227E BB01FF000115167E")


@pytest.mark.parametrize(
    "text",
    [
        b"D6 00 05 FE\n00 05 FA 40\n",
        b"# a note\nd6:00:05:fe:00:05:fa:40",
        b"2026-11-29T00:01:02.123456+08:00 host   D60005FE\n2026-11-29T00:01:02.2+08:00 reader 0005FA40\n",
        M3,
    ],
)
def test_hex_a_spy_log_and_raw_bytes_are_the_same(text: bytes) -> None:
    assert recorded(text) == M3


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"hello reader", "neither hex digits"), (b"D60", "3 hex digits"), (b"\n# note\n", "nothing in it")],
)
def test_what_is_no_recording_is_refused(text: bytes, said: str) -> None:
    with pytest.raises(RecordingError, match=said):
        recorded(text)


@pytest.mark.parametrize(("data", "protocol"), [(M3, "m3"), (FEIG, "feig"), (M100, "m100")])
def test_the_protocol_with_the_least_noise_is_found_behind_garbage_too(data: bytes, protocol: str) -> None:
    assert protocol in PROTOCOLS
    assert likeliest(data) == protocol
    assert likeliest(b"\x00\x13" + data * 2) == protocol


def run(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(reader, ["parse", *arguments], input=stdin)


def test_parse_of_standard_input_says_which_protocol_it_took() -> None:
    result = run("-", stdin=b"BB 00 22 00 00 22 7E")
    assert result.exit_code == 0
    assert result.stdout == "host    BB00220000227E  single poll\n"
    assert result.stderr == "protocol m100: of all it leaves the least noise\n"


def test_parse_of_bad_standard_input_is_bad_usage() -> None:
    result = run("-", stdin=b"D60")
    assert result.exit_code == 2
    assert "standard input: 3 hex digits" in result.stderr
