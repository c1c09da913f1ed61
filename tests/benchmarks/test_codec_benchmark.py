"""The codec's benchmark: the same work on both sides, and a wrong value is called wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.codec import Load, ours, patron, peer, visit
from kiosk.circulation.sip2 import messages as sip

LOAD = Load("a visit", visit(), 2)


def test_both_sides_bring_every_message_back() -> None:
    for side in (ours(LOAD), peer(LOAD)):
        found = side.run()
        assert len(found) == LOAD.total == 52
        assert side.check(found) == ""


def test_a_message_that_is_missing_or_changed_makes_a_run_wrong() -> None:
    side = ours(Load("a page", [patron(3)], 4))
    found = side.run()
    assert side.check(found[:-1]) == "3 messages of 4 came back"
    message, sequence = found[2]
    assert isinstance(message, sip.PatronInformationResponse)
    found[2] = (replace(message, charged_items=("30001",)), sequence)
    assert side.check(found) == "1 messages of 4 came back with other values"


def test_a_quick_run_compares_two_loads(tmp_path: Path) -> None:
    """In a process of its own, which has little to collect between two runs."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "codec", "--quick", "--out", str(tmp_path)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads((tmp_path / "codec.json").read_text())
    assert len(kept["reports"]) == 2
    assert {row[1] for row in kept["table"]["rows"]} == {"pysip2 0.1.0", "this project's codec"}
