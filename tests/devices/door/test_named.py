"""A choice with several spellings."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from devices.door.named import Named


@click.command()
@click.option("--axis", type=Named({"rows": "rows row 0", "cols": "cols columns x 1"}))
def command(axis: str) -> None:
    """Says what it was given."""
    click.echo(axis)


@pytest.mark.parametrize(("given", "value"), [("rows", "rows"), ("0", "rows"), ("Columns", "cols"), (" x ", "cols")])
def test_spellings(given: str, value: str) -> None:
    assert CliRunner().invoke(command, ["--axis", given]).output.strip() == value


def test_anything_else_is_refused_in_a_sentence() -> None:
    result = CliRunner().invoke(command, ["--axis", "up"])
    assert result.exit_code == 2
    assert "'up' is not one of rows, cols." in result.output


def test_help_shows_the_values() -> None:
    assert "[rows|cols]" in CliRunner().invoke(command, ["--help"]).output
