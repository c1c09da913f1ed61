"""The benchmark of readers' answers: both sides understand every one, and a damaged one makes a run wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.reader_frames import NAIVE, ours, peer, record


@pytest.mark.parametrize("protocol", list(NAIVE))
def test_both_sides_understand_every_answer_and_neither_a_damaged_one(protocol: str, tmp_path: Path) -> None:
    recorded = record(protocol, tmp_path)
    damaged = replace(recorded[3], answer=recorded[3].answer[:-3] + b"\xaa" + recorded[3].answer[-2:])
    for make in (ours, peer):
        side = make(protocol, recorded, 2)
        assert side.check(side.run()) == ""
        broken = make(protocol, [*recorded[:3], damaged, *recorded[4:]], 1)
        assert "were understood" in broken.check(broken.run())


def test_a_quick_run_compares_every_protocol(tmp_path: Path) -> None:
    """In a process of its own, which has little to collect between two runs."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "reader_frames", "--quick", "--out", str(tmp_path)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads((tmp_path / "reader_frames.json").read_text())
    assert {name.partition(":")[0] for name in kept["reports"]} == set(NAIVE)
