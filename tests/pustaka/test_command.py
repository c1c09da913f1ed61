"""The one command: starts at once, imports nothing heavy, and every subcommand is where the table says."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from pustaka.cli import COMMANDS, main

HEAVY = (
    "kivy", "cv2", "numpy", "starlette", "uvicorn", "jinja2", "paho", "serial", "sqlite_utils", "psycopg", "zxingcpp",
    "PIL", "weasyprint", "resvg_py", "openpyxl", "xlsxwriter", "holidays", "pymodbus", "gpiod", "adafruit_vl53l1x",
    "cryptography",
)  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pustaka", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from pustaka.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not set(HEAVY) & set(done.stdout.split())


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    helps = result.output
    if isinstance(command, click.Group):
        for sub in command.list_commands(click.Context(command)):
            helps += CliRunner().invoke(main, [name, sub, "--help"]).output
    assert "Example" in helps


def test_an_unknown_command_is_bad_usage() -> None:
    done = run("lend")
    assert done.returncode == 2
    assert "lend" in done.stderr


def test_a_part_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "gone", ("not_installed_anywhere.command:run", "…"))
    result = CliRunner().invoke(main, ["gone"])
    assert result.exit_code == 1
    assert "'not_installed_anywhere', which is not installed" in result.output


def test_shell_completion_knows_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from pustaka.cli import main; main(prog_name='pustaka')"],
        env={"_PUSTAKA_COMPLETE": "bash_complete", "COMP_WORDS": "pustaka jo", "COMP_CWORD": "1", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "journal" in done.stdout
