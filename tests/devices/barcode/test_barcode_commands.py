"""``pustaka decode``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from devices.barcode.commands import decode
from devices.emulators import scene, things


@pytest.fixture
def label(tmp_path: Path) -> Path:
    path = tmp_path / "sampul é.png"
    things.back_cover("B00417", "9786020324784").image.save(path)
    return path


def test_a_line_of_json_for_each_picture(label: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    things.Image.fromarray(scene.desk(scene.Desk.GREY, 200, 100, np.random.default_rng(0))).save(empty)
    result = CliRunner().invoke(decode, [str(label), str(empty), "--json"])
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["file"] == str(label)
    assert {(code["format"], code["text"]) for code in first["codes"]} == {
        ("Code128", "B00417"),
        ("EAN13", "9786020324784"),
    }
    assert first["ms"] > 0
    assert (second["file"], second["codes"]) == (str(empty), [])


def test_a_readable_line_without_json(label: Path) -> None:
    result = CliRunner().invoke(decode, [str(label), "--formats", "Code128", "--no-second-engine"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{label}: Code128 B00417 (")


def test_a_picture_without_a_code_is_no_failure(label: Path) -> None:
    result = CliRunner().invoke(decode, [str(label), "--formats", "QRCode", "--no-second-engine"])
    assert result.exit_code == 0
    assert "no code found" in result.stdout


def test_unreadable_files_are_named_and_the_others_done(label: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("not a picture")
    (tmp_path / "empty.jpg").touch()
    names = [str(tmp_path / "none.png"), str(text), str(label), str(tmp_path / "empty.jpg"), str(tmp_path)]
    result = CliRunner().invoke(decode, [*names, "--json", "--no-second-engine"])
    assert result.exit_code == 1
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [str(label)]
    errors = result.stderr.splitlines()
    assert len(errors) == 4
    assert "none.png: cannot be read: No such file" in errors[0]
    assert "notes.png: not a picture" in errors[1]


def test_an_unknown_format_is_bad_usage(label: Path) -> None:
    result = CliRunner().invoke(decode, [str(label), "--formats", "Plessey"])
    assert result.exit_code == 2
    assert "'Plessey' cannot be searched" in result.stderr


def test_each_way_of_looking_can_be_shown(label: Path) -> None:
    result = CliRunner().invoke(decode, [str(label), "--all"])
    assert result.exit_code == 0
    whole, *rungs = result.stdout.splitlines()
    assert whole.startswith(f"{label}: ")
    named = {line[:18].strip(): line[31:].split(", ") for line in rungs}
    assert "Code128 B00417" in named["quick"]
    assert set(named["strips"]) == {"Code128 B00417", "EAN13 9786020324784"}
    assert {"outlines", "fit", "sweep", "negative", "enlarged", "second"} <= set(named)


def test_each_way_of_looking_in_json(label: Path) -> None:
    result = CliRunner().invoke(decode, [str(label), "--all", "--json", "--no-second-engine"])
    [line] = map(json.loads, result.stdout.splitlines())
    rungs = {answer["rung"]: answer for answer in line["rungs"]}
    assert {"format": "Code128", "text": "B00417"} in rungs["strips"]["codes"]
    assert all(answer["ms"] >= 0 for answer in rungs.values())
    assert not any(name.startswith("second") for name in rungs)
