"""``pustaka journal security`` as a librarian uses it, whether the kiosk runs or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.journal import Journal
from kiosk.circulation.journal_requests import take_up
from pustaka.cli import main

Run = Callable[..., Result]
A, B = "E004010000000001", "E004010000000002"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text('data = "data"\n[link]\ndevice = "kiosk-1"\n')
    return path


@pytest.fixture
def run(config: Path) -> Run:
    def run_(*arguments: str) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, ["journal", "security", *arguments])

    return run_


@pytest.fixture
def open_journal(config: Path, clock: Any) -> Callable[[], Journal]:
    return lambda: Journal.open(config.parent / "data" / "journal.sqlite", kiosk="kiosk-1", clock=clock)


@pytest.fixture
def journal(open_journal: Callable[[], Journal]) -> Journal:
    journal = open_journal()
    journal.security_want([A], False, "B00130", "checkout")
    journal.security_want([B], True, "B00131", "checkin")
    return journal


def test_each_tag_is_told_with_its_item_since_when_why_and_what_to_do(run: Run, journal: Journal) -> None:
    for arguments in ((), ("list",)):
        said = run(*arguments).stdout
        assert f"1 of 2: B00130, tag {A}, Mon 23 Nov 2026 09:00" in said
        assert "Borrowed here, but its tag was gone" in said
        assert "Returned here, but its tag was gone" in said
        assert said.count("Lay the book on the kiosk's pad") == 2
        assert f"pustaka journal security done {B}" in said
    journal.close()


def test_programs_get_the_same(run: Run, journal: Journal) -> None:
    first, second = json.loads(run("list", "--json").stdout)
    assert (first["uid"], first["item"], first["wanted"]) == (A, "B00130", "off")
    assert (second["uid"], second["item"], second["wanted"]) == (B, "B00131", "on")
    assert first.keys() == {"uid", "item", "wanted", "since", "why", "do", "settle"}
    journal.close()


def test_a_tag_that_is_right_is_taken_off_the_list(run: Run, journal: Journal, open_journal: Any) -> None:
    journal.close()
    assert run("done", A.lower()).stdout == "Done.\n"
    again = open_journal()
    assert again.security_wanted() == {B: True}
    again.close()


def test_a_running_kiosk_is_asked_to(run: Run, journal: Journal) -> None:
    assert "takes it up within a minute" in run("done", A, B).stdout
    assert json.loads(run("done", A, "--json").stdout) == {"uids": [A], "state": "requested"}
    for _ in range(3):
        assert take_up(journal)
    assert not take_up(journal)
    assert journal.security_wanted() == {}
    journal.close()


def test_a_tag_that_is_not_on_the_list_is_said_to_be_none(run: Run, journal: Journal) -> None:
    result = run("done", "E004010000000009")
    assert result.exit_code == 1
    assert "Tag E004010000000009 is not on the list." in result.output
    assert run("done").exit_code == 2
    journal.close()


def test_an_empty_list_says_so(run: Run, open_journal: Any) -> None:
    open_journal().close()
    assert run("list").stdout == "Every alarm bit is right, as far as this kiosk knows.\n"
