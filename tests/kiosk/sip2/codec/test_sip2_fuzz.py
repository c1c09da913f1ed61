"""The fuzzing campaign of ``tests/faults`` begins, and finds a fault that is there."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).parents[3] / "faults" / "fuzz_sip2.py"

pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CAMPAIGN), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


def test_fuzzing_runs_and_finds_nothing() -> None:
    done = run("--seconds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 crashes" in done.stdout


def test_fuzzing_finds_the_fault_of_its_control() -> None:
    done = run("--seconds", "90", "--control")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the control's fault" in done.stdout
