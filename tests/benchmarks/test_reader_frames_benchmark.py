"""The benchmark of readers' answers: both sides understand every one, and a damaged one makes a run wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.reader_frames import NAIVE, READER_FRAMES, ours, peer, record
from benchmarks.result import Plan


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
    outcome = READER_FRAMES.run(Plan(tmp_path, quick=True))
    assert not outcome.void
    assert {row[0] for row in outcome.table.rows} == set(NAIVE)
