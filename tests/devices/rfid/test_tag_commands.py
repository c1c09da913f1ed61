"""``pustaka tag decode`` and ``encode``, for every model."""

import json

import pytest
from click.testing import CliRunner

from devices.rfid.tag_commands import tag
from devices.rfid.tags.iso28560_3 import reverse_blocks

GB_T_35660 = "9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000"
EPC = "19E9F871000000000012D68700000001"
UID = "E004010031230A01"


def run(*arguments):
    return CliRunner().invoke(tag, list(arguments))


def test_all_that_is_on_a_tag_in_words():
    result = run("decode", GB_T_35660)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "model  iso28560-2",
        "item   123456789012",
        "owner  US-InU-Mu",
        "part   3 of 12",
        "usage  not on the tag",
        "shelf  QA268.L55",
    ]


def test_notes_are_sentences_and_codes_are_explained():
    turned = reverse_blocks(bytes.fromhex(GB_T_35660)).hex()
    assert run("decode", turned).output.splitlines()[-1] == "note   Every block of four bytes is written backwards."
    old = run("decode", "04110001" + b"1302003767".hex() + "00" * 18)
    assert "item-type  1 (book)" in old.output


def test_all_that_is_on_a_tag_as_json():
    shown = json.loads(run("decode", GB_T_35660, "--json").output)
    assert shown["fields"] == [{"name": "shelf", "value": "QA268.L55", "text": "QA268.L55"}]
    assert (shown["item_id"], shown["part"], shown["parts"], shown["notes"]) == ("123456789012", 3, 12, [])


def test_an_epc():
    result = run("decode", "--epc", "--pc", "4000", EPC)
    assert result.output.splitlines()[:3] == ["model  dortmund-epc", "item   1234567", "owner  DE-290"]
    assert result.output.splitlines()[-1] == "alarm  on"
    assert json.loads(run("decode", "--epc", EPC[:-1] + "0", "--json").output)["alarm"] is False
    assert json.loads(run("decode", GB_T_35660, "--json").output)["alarm"] is None


def test_a_table_of_tags(tmp_path):
    table = tmp_path / "tags.csv"
    table.write_text(f"uid,item\n{UID},BK1\n3034257BF468D4800000162E,BK2\n")
    for arguments, item in (
        (("--uid", "e0:04:01:00:31:23:0a:01"), "BK1"),
        (("00" * 32, "--uid", UID), "BK1"),
        (("--epc", "3034257BF468D4800000162E"), "BK2"),
        (("--uid", UID, GB_T_35660), "123456789012"),
    ):
        shown = json.loads(run("decode", "--map", str(table), "--json", *arguments).output)
        assert shown["item_id"] == item
    missing = run("decode", "--map", str(table), "--uid", "E004010031230B02")
    assert missing.exit_code == 1
    assert "E004010031230B02 is not in" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give HEX, or --uid and --map"),
        (("--uid", UID), "give HEX, or --uid and --map"),
        (("--map", "nowhere.csv", "--uid", UID), "nowhere.csv: No such file"),
        (("--map", "nowhere.csv"), "--map needs --uid"),
        (("--epc", "--pc", "40", EPC), "not four hex digits"),
    ],
)
def test_bad_usage_of_decode(arguments, said):
    result = run("decode", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "--model",
            "iso28560-2",
            "--item",
            "00123",
            "--isil",
            "ID-SMR01",
            "--part",
            "2",
            "--parts",
            "3",
            "--field",
            "shelf=899.221",
        ),
        ("--model", "iso28560-3", "--item", "00123", "--field", "title=Bumi Manusia"),
        ("--model", "3m-rfid501", "--item", "00123", "--field", "item-type=6"),
    ],
    ids=lambda arguments: arguments[1],
)
def test_encode_and_decode_again(arguments):
    written = json.loads(run("encode", *arguments, "--json").output)
    assert written["bytes"] == len(written["hex"]) // 2 == written["blocks"] * 4
    shown = json.loads(run("decode", written["hex"].ljust(64, "0"), "--json").output)
    assert (shown["model"], shown["item_id"]) == (arguments[1], "00123")
    assert arguments[-1] in {f"{field['name']}={field['value']}" for field in shown["fields"]}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--model", "dortmund-epc", "--item", "1234567", "--isil", "DE-290"), "4000" + EPC),
        (("--model", "dortmund-epc", "--item", "1234567", "--isil", "DE-290", "--no-alarm"), "4000" + EPC[:-1] + "0"),
        (("--model", "smartfreq-epc", "--item", "ABC12345"), "210741060420F1CB3D35"),
        (("--model", "smartfreq-epc", "--item", "ABC12345", "--no-alarm"), "21C241060420F1CB3D35"),
    ],
)
def test_encode_an_epc_behind_its_pc(arguments, line):
    assert run("encode", *arguments).output.strip() == line


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("--model", "iso28560-2", "--item", "123456789012", "--isil", "US-InU-Mu", "--capacity", "20"),
            1,
            "needs 24 bytes",
        ),
        (("--model", "smartfreq-epc", "--item", "A", "--parts", "2"), 1, "no parts and no fields"),
        (("--model", "dortmund-epc", "--item", "A"), 1, "this EPC holds 1 to"),
        (("--item", "1", "--field", "local-a=A"), 1, "local-a: ISO 28560-3 has no place"),
        (("--item", "1", "--field", "colour=red"), 2, "NAME being one of"),
        (("--item", "1", "--field", "shelf"), 2, "use NAME=VALUE"),
        (("--item", "1", "--model", "mapped"), 2, "--model"),
    ],
)
def test_encode_says_what_does_not_fit(arguments, code, said):
    result = run("encode", *arguments)
    assert result.exit_code == code
    assert said in result.stderr


@pytest.mark.parametrize("command", ["decode", "encode"])
def test_help_has_examples(command):
    assert f"pustaka tag {command} --" in run(command, "--help").output
