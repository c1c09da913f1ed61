"""The campaigns' command: what it prints, and that its exit status tells a violation and a blind control."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import campaign
import pytest
from rig import campaigns
from rig.tally import Tally


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def test_it_prints_runs_faults_violations_and_controls(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--only", "late", "--only", "files", "--seconds", "0"]) == 0
    said = capsys.readouterr().out
    assert "campaign        runs  faults  violations  controls caught" in said
    assert "late execution  26    26      0           1 of 1" in said
    assert "of a system that renews regardless: a second renewal when 45, 60, 90, 120 s late" in said
    assert "No violation, and every control was caught." in said


def test_no_made_up_code_is_accepted_and_a_reader_that_believes_everything_is_caught(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert campaign.main(["--only", "reading", "--seconds", "0"]) == 0
    said = capsys.readouterr().out
    assert "reading   3     15      0           1 of 1" in said
    assert "codes accepted within 5 frames" in said


def test_no_number_is_made_up_under_blur_and_a_reader_that_tells_the_best_one_is_caught(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert campaign.main(["--only", "fits", "--seconds", "0"]) == 0
    said = capsys.readouterr().out
    assert "fits      20    20      0           1 of 1" in said
    assert "highest wrong margin" in said


def test_days_of_tags_are_counted_and_both_defects_caught(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--only", "tags", "--seconds", "0"]) == 0
    assert "2 of 2" in capsys.readouterr().out


def test_every_visit_is_counted_once_and_three_defects_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--only", "counting", "--seconds", "0"]) == 0
    said = capsys.readouterr().out
    assert "counting  20" in said
    assert "3 of 3" in said


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally("x", 1, runs=3, violations=["a book was lent twice"]), "x: a book was lent twice"),
        (Tally("x", 1, runs=3, controls=2, controls_failed=1), "NOT GOOD: x."),
    ],
)
def test_a_violation_or_a_blind_control_fails(
    tally: Tally, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(campaigns.CAMPAIGNS, "late", (lambda budget: tally, 1.0))
    assert campaign.main(["--only", "late"]) == 1
    assert said in capsys.readouterr().out


def test_it_is_a_program_of_its_own() -> None:
    script = Path(campaign.__file__)
    ran = subprocess.run([sys.executable, script, "--only", "nothing"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "invalid choice: 'nothing'" in ran.stderr
