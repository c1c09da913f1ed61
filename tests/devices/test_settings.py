"""A settings file that cannot be used names the file, the key and what was expected."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from devices.settings import SettingsError, load


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    baud: int = 9600
    port: str


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    reader: Inner = Inner(port="/dev/null")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reader]\nport = 'x'\nbaud = 'fast'\n", "reader.baud: expected int, got str"),
        ("[reader]\nport = 'x'\nbuad = 1\n", "reader.buad: no such setting; check the spelling"),
        ("[raeder]\n", "raeder: no such setting"),
        ("[reader]\nbaud = 1\n", "reader.port: this setting is required"),
        ("reader = 3\n", "reader: expected object, got int"),
        ("reader = [", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(path, Outer)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such file\. Make one, or name another"):
        load(tmp_path / "none.toml", Outer)


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, Outer)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("[reader]\nport = 'x'\n")
    assert load(path, Outer).reader.baud == 9600
