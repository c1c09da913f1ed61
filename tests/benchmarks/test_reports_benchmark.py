"""Both sides of the reports' benchmark find the same visits, and a wrong sum is called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reports import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("reports")
    return Bench(folder, 4, 800)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_both_sides_find_the_same_and_a_wrong_sum_is_void(bench: Bench, at: int) -> None:
    question = bench.questions()[at]
    expected = bench.expected(question)
    assert expected > 0
    for make in (bench.ours, bench.peer):
        right, wrong = make(question, expected), make(question, expected + 1)
        found = right.run()
        assert right.check(found) == ""
        assert wrong.check(found) == f"{expected} visits instead of {expected + 1}"
