"""Reading a TOML file into typed settings, with errors that name the key and what was expected."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


class SettingsError(ValueError):
    """The configuration cannot be used; the message names the file, the key and what was expected."""


def load(path: Path, what: type[T]) -> T:
    """Read ``path`` as the struct ``what``.

    Raises:
        SettingsError: no such file, not TOML, an unknown key, or a value of the wrong type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. Make one, or name another with --config FILE.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    try:
        return msgspec.convert(tomllib.loads(text), type=what)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_in_words(str(error))}") from error


def _in_words(error: str) -> str:
    """msgspec's ``Expected `int`, got `str` - at `$.reader.baud``` as ``reader.baud: expected int, got str``."""
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", error)
    assert match is not None
    said, where = match.group(1).replace("`", ""), match.group(2)
    unknown = re.fullmatch(r"Object contains unknown field (.*)", said)
    if unknown:
        key = f"{where}.{unknown.group(1)}" if where else unknown.group(1)
        return f"{key}: no such setting; check the spelling"
    missing = re.fullmatch(r"Object missing required field (.*)", said)
    if missing:
        key = f"{where}.{missing.group(1)}" if where else missing.group(1)
        return f"{key}: this setting is required"
    said = said[:1].lower() + said[1:]
    return f"{where}: {said}" if where else said
