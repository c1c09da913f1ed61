"""What the page on codes tells people to paste can be read, and makes of codes what the page says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from devices.barcode.accept import Rules
from devices.barcode.code import FORMATS, Code
from devices.barcode.events import Kind
from devices.barcode.settings import KindRule
from kiosk.config import load

PAGE = (Path(__file__).parents[2] / "docs" / "codes.md").read_text(encoding="utf-8")
NOWHERE = ((0, 0), (0, 0), (0, 0), (0, 0))
WORDS = {"member": Kind.PATRON, "item": Kind.ITEM, "sales code": Kind.ISBN, "unknown": Kind.UNKNOWN,
         "ignored": Kind.IGNORED, "staff": Kind.STAFF}  # fmt: skip
LIBRARIES = [
    textwrap.dedent(block) for block in re.findall(r"(?:^(?: {4}.*)?\n)+", PAGE, re.MULTILINE) if block.strip()
]
SHOWN = re.findall(r"^\| (\d) \| (\w+) \| `(.*?)` \| ([a-z ]+) \| (?:`(.*?)` )?\|$", PAGE, re.MULTILINE)


def test_there_are_three_libraries_and_something_is_shown_to_each() -> None:
    assert len(LIBRARIES) == 3
    assert {library for library, *_ in SHOWN} == {"1", "2", "3"}


@pytest.mark.parametrize(("library", "form", "text", "kind", "number"), SHOWN)
def test_the_table_tells_the_truth(tmp_path: Path, library: str, form: str, text: str, kind: str, number: str) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(LIBRARIES[int(library) - 1])
    reading = Rules(load(config).codes).judge(Code(form, text, NOWHERE))
    assert reading.kind is WORDS[kind]
    if number:
        assert reading.text == number


def test_the_page_names_every_setting_and_every_format() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert named >= set(KindRule.__struct_fields__) | set(FORMATS)
