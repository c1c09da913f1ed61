"""What the pages on circulation tell people to type exists, and what they tell people to paste can be read."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import click
import pytest

from kiosk.circulation.sip2.profile import load_profile
from kiosk.config import load
from pustaka.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "circulation.md", DOCS / "adding-an-ils.md", *sorted((DOCS / "ils").glob("*.md"))]
COMMAND = re.compile(r"(?:^ +(?:\$ |echo \w+ \| )*|`)(pustaka [a-z][^`\n]*)", re.MULTILINE)


def commands() -> list[str]:
    return sorted({found for page in PAGES for found in COMMAND.findall(page.read_text(encoding="utf-8"))})


def blocks(page: Path) -> list[str]:
    """The indented pieces that begin with a table of the configuration."""
    pieces = re.findall(r"(?:^(?: {4}.*)?\n)+", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [piece for piece in pieces if re.match(r"\s+\[circulation", piece)]


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_docs_exists_with_its_options(line: str) -> None:
    command: click.Command = main
    context = click.Context(main)
    words = shlex.split(line.split(" #")[0])[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command, context = found, click.Context(found, context)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_in_the_docs_can_be_read(page: Path, tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    for block in blocks(page):
        lines = textwrap.dedent(block).splitlines()
        file.write_text("\n".join(line for line in lines if not line.startswith("echo ")), encoding="utf-8")
        line = load(file).circulation.sip2
        load_profile(line.profile, line.dialect)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "ils"], ids=lambda page: page.stem)
def test_each_systems_page_names_its_profile_its_limits_and_its_sources(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert f'profile = "{page.stem}"' in text
    assert "pustaka circ probe" in text
    assert "## Known limits" in text
    assert "Sources: " in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target
