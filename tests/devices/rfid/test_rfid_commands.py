"""``pustaka tag`` and ``pustaka reader``."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid import wording
from devices.rfid.events import (
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.protocols.m3.frames import Frame, new_parser
from devices.rfid.protocols.m3.say import say
from devices.rfid.reader_commands import reader
from devices.rfid.tag_commands import tag
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Extension, Problem, Usage
from devices.rfid.tags.recognise import recognise

STANDARD = "11010131303030303030303536 000000000000 98A4 444B373138353030" + "00" * 5
UID = "E00401003123AA26"


def run(command, *arguments):
    return CliRunner().invoke(command, list(arguments))


def test_decode_as_json():
    result = run(tag, "decode", STANDARD, "--json")
    assert result.exit_code == 0
    shown = json.loads(result.output)
    assert (shown["item_id"], shown["isil"], shown["crc_ok"], shown["lendable"]) == (
        "1000000056",
        "DK-718500",
        True,
        True,
    )


def test_decode_in_words():
    memory = iso28560_3.encode("7", part=1, parts=2, usage=Usage.NON_CIRCULATING, extensions=(Extension(4, b"Bumi"),))
    result = run(tag, "decode", memory.hex(":"))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "model  iso28560-3",
        "item   7",
        "owner  not on the tag",
        "part   1 of 2",
        "usage  non circulating (not lent)",
        "title  Bumi",
    ]


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ("00" * 32, "blank"),
        ("12" + STANDARD[2:], "wrong checksum"),
        ("9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000"[:64], "broken structure"),
        ("FF" * 32, "not known"),
        ("1101", "only 2 bytes"),
    ],
)
def test_decode_says_why_a_tag_is_no_item(memory, said):
    result = run(tag, "decode", memory)
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "said"), [("11 0g", "'g' at digit 4"), ("", "no hex digits"), ("110", "3 hex digits")]
)
@pytest.mark.parametrize("command", [(tag, "decode"), (reader, "parse")])
def test_bad_hex_is_bad_usage(command, text, said):
    result = run(*command, text)
    assert result.exit_code == 2
    assert said in result.stderr


def test_encode_and_decode_again():
    result = run(tag, "encode", "--item", "1000000056", "--isil", "DK-718500")
    assert result.output.strip() == STANDARD.replace(" ", "").ljust(72, "0")
    small = run(tag, "encode", "--item", "1", "--usage", "patron_card", "--capacity", "32", "--json")
    assert json.loads(small.output)["blocks"] == 8
    assert json.loads(run(tag, "decode", json.loads(small.output)["hex"], "--json").output)["patron_card"] is True


def test_encode_refuses_what_does_not_fit():
    result = run(tag, "encode", "--item", "12345678901234567")
    assert result.exit_code == 1
    assert "holds 16" in result.stderr


def test_parse_both_ways_of_a_line():
    recording = "D60005FE0005FA40" + f"D60017FE000005020000000000AD6302E0070000006000AE{'0000'}"
    good = Frame(bytes.fromhex("FE000005020000000000AD6302E0070000006000AE")).raw.hex()
    result = run(reader, "parse", "--protocol", "m3", "D60005FE0005FA40" + good, "--json")
    assert result.exit_code == 0
    host, answer = [json.loads(line) for line in result.output.splitlines()]
    assert (host["way"], host["name"]) == ("host", "inventory")
    assert (answer["way"], answer["uids"]) == ("reader", ["0000000000AD6302", "E0070000006000AE"])
    damaged = run(reader, "parse", recording)
    assert damaged.exit_code == 1
    assert "host    D60005FE0005FA40" in damaged.output
    assert "no frame" in damaged.stderr


@pytest.mark.parametrize(
    ("wire", "way", "text"),
    [
        ("D60003116420", "host", "version"),
        ("D500050400118C66", "host", "version (old frame)"),
        ("D500090400110A0500027250", "reader", "version (old frame)"),
        ("D6000D02E00401003123AA260008ADAF", "host", f"read blocks {UID} 0008"),
        ("D6000C09E00401003123AA26C27864", "host", f"write AFI {UID} C2"),
        ("D60007FE00000500C97B", "reader", "inventory 0 tags"),
    ],
)
def test_public_frames_in_words(wire, way, text):
    (frame,) = new_parser().receive(bytes.fromhex(wire))
    said = say(frame)
    assert (said.way, said.text) == (way, text)


@pytest.mark.parametrize(
    ("body", "way", "text"),
    [
        (f"0900{UID}", "reader", f"write AFI {UID}"),
        (f"0906{UID}", "reader", f"write AFI {UID} No tag answered: it has left the pad, or it cannot do this."),
        (f"FE00000701 3E{UID}", "reader", f"inventory 1 tags {UID}"),
        ("13040100", "host", "RF setup 040100"),
        ("130002", "reader", "RF setup 02"),
        ("7700", "reader", "command 77"),
    ],
)
def test_frames_in_words(body, way, text):
    said = say(Frame(bytes.fromhex(body)))
    assert (said.way, said.text) == (way, text)


@given(st.binary(max_size=60), st.sampled_from([0xD5, 0xD6]))
def test_any_frame_can_be_said(body, start):
    assert say(Frame(body, start)).way in {"host", "reader", "noise"}


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ReaderChanged(ReaderState.LOST, "gone"), "reader lost: gone"),
        (TagArrived(UID), f"{UID} arrived"),
        (TagLeft(UID), f"{UID} left"),
        (TagRead(UID, recognise(bytes.fromhex(STANDARD))), f"{UID} item 1000000056 (1 of 1) DK-718500"),
        (TagRead(UID, None, Problem.UNREADABLE), f"{UID} {Problem.UNREADABLE.sentence}"),
        (SecurityWritten(UID, True, ok=True), f"{UID} armed"),
        (
            SecurityWritten(UID, False, ok=False, why=SecurityProblem.LEFT),
            f"{UID} not disarmed: {SecurityProblem.LEFT.sentence}",
        ),
    ],
)
def test_events_in_words(event, text):
    assert wording.event(event).text == text


def test_watch_a_pad(bench, tmp_path):
    bench.pad.define_item("E004010031230A01", "BK1")
    bench.pad.put("E004010031230A01")
    bench.pad.start()
    config = tmp_path / "kiosk.toml"
    config.write_text(f'name = "x"\n[reader]\nport = "{bench.pad.port}"\n[site]\nname = "y"\n')
    result = run(reader, "watch", "--config", str(config), "--seconds", "2", "--json")
    assert result.exit_code == 0
    events = [json.loads(line) for line in result.output.splitlines()]
    assert [event["event"] for event in events][-1] == "read"
    assert events[-1]["content"]["item_id"] == "BK1"


def test_watch_without_a_reader(tmp_path):
    result = run(reader, "watch", "--port", str(tmp_path / "none"), "--seconds", "0.1")
    assert result.exit_code == 1
    assert "no such port" in result.output


@pytest.mark.parametrize(
    "arguments", [(), ("--config", "/nonexistent/kiosk.toml"), ("--port", "x", "--protocol", "fieg")]
)
def test_watch_with_unusable_settings_is_bad_usage(arguments):
    assert run(reader, "watch", *arguments).exit_code == 2
