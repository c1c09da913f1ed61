"""The codec's benchmark: the same work on both sides, and a wrong value is called wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.codec import CODEC, Load, ours, patron, peer, visit
from benchmarks.result import Plan
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
    outcome = CODEC.run(Plan(tmp_path, quick=True))
    assert not outcome.void
    assert len(outcome.reports) == 2
    assert {row[1] for row in outcome.table.rows} == {"pysip2 0.1.0", "this project's codec"}
