"""Reading journeys: each sentence is understood, and what is not is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pustaka.demo.checks import Checks, due_day
from pustaka.demo.errors import JourneyError
from pustaka.demo.journey import GRAMMAR, load, parse, titles
from pustaka.demo.player import Player


def test_comments_and_empty_lines_are_for_people() -> None:
    journey = parse("Title: A visit\n\n# hello\nexpect the page welcome\n")
    assert journey.title == "A visit"
    assert [(step.line, step.action, step.arguments) for step in journey.steps] == [
        (4, "expect_page", {"page": "welcome"})
    ]


def test_books_are_listed_as_people_list_them() -> None:
    assert titles("A, B and C") == ["A", "B", "C"]
    assert titles("Azab dan Sengsara") == ["Azab dan Sengsara"]


def test_what_is_not_a_step_is_named_with_what_is_possible() -> None:
    with pytest.raises(JourneyError, match=r"line 2: 'take it away' is not a step.*take everything off the pad"):
        parse("expect the page welcome\ntake it away\n", "x.txt")


def test_a_file_that_is_not_there_or_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(JourneyError, match="cannot be read"):
        load(tmp_path / "none.txt")
    with pytest.raises(JourneyError, match="no step"):
        parse("# nothing\n")


@pytest.mark.parametrize("action", [name for name, _ in GRAMMAR])
def test_every_sentence_has_somebody_who_carries_it_out(action: str) -> None:
    assert callable(getattr(Checks if action.startswith("final_") else Player, action))


def test_final_steps_are_told_apart() -> None:
    journey = parse("expect the page welcome\nfinally the journal verifies")
    assert [step.final for step in journey.steps] == [False, True]


def test_a_device_is_not_mistaken_for_a_book() -> None:
    assert parse("expect the reader to be lost").steps[0].action == "expect_ready"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 23), date(2026, 12, 1)),  # Monday: seven open days over one Sunday
        (date(2026, 11, 21), date(2026, 11, 30)),  # Saturday: Sunday does not count, Monday is the first
    ],
)
def test_the_due_day_is_counted_over_closed_days(today: date, expected: date) -> None:
    assert due_day(today, 7, {6}, set()) == expected
    assert due_day(today, 7, {6}, {date(2026, 11, 24)}) > expected
