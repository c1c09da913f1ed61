"""``pustaka site`` and ``pustaka visits`` from outside."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from facts_desk import Desk, days_from, ms

from collector import hands
from pustaka.cli import main

NOW = ms("2026-11-02", "12:00")


@pytest.fixture(autouse=True)
def _a_clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "now", lambda: NOW)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """October with 64 visits a day at one door, derived."""
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    desk = Desk(path=path)
    desk.db.execute("BEGIN")
    for day in days_from("2026-10-01", 31):
        desk.day(day)
    desk.refresh("2026-11-02", "12:00")
    desk.db.execute("COMMIT")
    desk.db.close()
    return path


@pytest.fixture
def store(seeded: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(seeded, tmp_path / "desk.sqlite"))


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"PUSTAKA_STORE": str(store), "PUSTAKA_WHO": ""})


def told(store: Path, *arguments: str) -> Any:
    """What a command says as JSON."""
    done = run(store, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def visits(store: Path, day: str) -> int:
    assert run(store, "visits", "refresh").exit_code == 0
    with sqlite3.connect(store) as db:
        return int(db.execute("SELECT visits FROM day_fact WHERE device = '' AND day = ?", (day,)).fetchone()[0])


# -- site ---------------------------------------------------------------------------------------------------------


def test_a_new_library_is_set_up_in_a_store_that_is_not_there_yet(tmp_path: Path) -> None:
    store = tmp_path / "new.sqlite"
    assert run(store, "site", "set", "desa", "--name", "Perpus Desa", "--zone", "Asia/Jayapura", "--week-start", "sun",
               "--who", "rina").exit_code == 0  # fmt: skip
    done = run(store, "site", "hours", "desa", "senin-jumat 08.00-15.00; sab 08:00-12:00", "--who", "rina")
    assert "mon-fri 08:00-15:00; sat 08:00-12:00; sun closed, from 2000-01-01" in done.output
    run(store, "site", "door", "desa", "pintu-1", "--role", "staff", "--name", "Pintu staf", "--from", "2026-01-05",
        "--who", "rina")  # fmt: skip
    (site,) = told(store, "site", "list")
    assert (site["name"], site["zone"], site["week_start"]) == ("Perpus Desa", "Asia/Jayapura", "sun")
    assert site["doors"] == [
        {"door": "pintu-1", "name": "Pintu staf", "role": "staff", "from": "2026-01-05", "until": None}
    ]
    assert "Pintu staf" in run(store, "site", "list").output


def test_a_rule_after_the_first_begins_today(store: Path) -> None:
    assert told(store, "site", "hours", "kota", "mon-sun 09:00-16:00", "--who", "rina")["from"] == "2026-11-02"
    assert "hours" in run(store, "visits", "audit", "kota").output


def test_closing_days_and_taking_that_back(store: Path) -> None:
    arguments = ["site", "close", "kota", "2026-10-06", "--to", "2026-10-07"]
    done = run(store, *arguments, "--name", "banjir", "--why", "air naik", "--who", "rina")
    assert done.output.splitlines() == [
        "2026-10-06  closure  closed  banjir (air naik)",
        "2026-10-07  closure  closed  banjir (air naik)",
        "2 days entered.",
    ]
    assert told(store, "site", "holidays", "list", "kota", "--year", "2026")[0]["name"] == "banjir"
    run(store, *arguments, "--undo", "--who", "rina")
    assert told(store, "site", "holidays", "list", "kota") == []


def test_a_dry_run_shows_the_days_that_would_change_and_changes_none(store: Path) -> None:
    before = sqlite3.connect(store).execute("SELECT * FROM day_fact").fetchall()
    done = run(store, "visits", "adjust", "kota", "pintu-1", "--method", "set", "--from", "2026-10-06", "--value", "70",
               "--why", "hitung tangan", "--who", "rina", "--dry-run")  # fmt: skip
    assert "2026-10-06  64.0 -> 70.0  (counted -> estimated)" in done.output
    assert "1 days of kota would change. Nothing was changed." in done.output
    for arguments in (
        ("site", "close", "kota", "2026-10-06", "--name", "x"),
        ("site", "hours", "kota", "mon-sun 09:00-16:00", "--from", "2026-10-30"),
        ("visits", "factor", "kota", "pintu-1", "--factor", "1.1", "--interval", "1.05", "1.15", "--sample", "200",
         "--method", "tally", "--from", "2026-10-30"),
    ):  # fmt: skip
        shown = told(store, *arguments, "--who", "rina", "--dry-run")
        assert {line["day"] for line in shown} >= {arguments[-1]} if "--from" in arguments else {"2026-10-06"}
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT * FROM day_fact").fetchall() == before
        assert db.execute("SELECT count(*) FROM adjustment").fetchone() == (0,)


def test_holidays_are_proposed_and_entered_only_when_told(store: Path) -> None:
    done = run(store, "site", "holidays", "load", "--year", "2026")
    assert "2026-08-17  holiday  closed  Hari Kemerdekaan Republik Indonesia (PyPI holidays)" in done.output
    assert "Nothing was changed" in done.output
    assert told(store, "site", "holidays", "list", "kota") == []
    run(store, "site", "close", "kota", "2026-08-17", "--name", "Upacara", "--hours", "10:00-12:00", "--who", "rina")
    entered = told(store, "site", "holidays", "load", "--year", "2026", "--site", "kota", "--apply", "--who", "rina")
    assert entered[0]["entered"] is True
    found = {one["day"]: one for one in told(store, "site", "holidays", "list", "kota")}
    assert found["2026-12-25"]["kind"] == "holiday"
    assert found["2026-08-17"]["name"] == "Upacara"  # what is entered stays
    assert run(store, "site", "holidays", "load", "--year", "2026", "--apply").exit_code == 2


# -- visits -------------------------------------------------------------------------------------------------------


def test_an_adjustment_from_entry_to_withdrawal(store: Path) -> None:
    made = told(store, "visits", "adjust", "kota", "pintu-1", "--method", "add", "--from", "2026-10-06 10:00",
                "--value", "-3", "--why", "tukang", "--who", "rina")  # fmt: skip
    assert made == {"id": 1, "approved": False}
    assert visits(store, "2026-10-06") == 64_000
    refused = run(store, "visits", "approve", "1", "--who", "RINA")
    assert (refused.exit_code, refused.output) == (
        1, "Error: adjustment 1 was entered by rina; somebody else must approve it.\n",
    )  # fmt: skip
    run(store, "visits", "approve", "1", "--who", "budi")
    assert visits(store, "2026-10-06") == 61_000
    line = run(store, "visits", "adjustments", "kota").output
    assert line == "1  pintu-1  2026-10-06 10:00 to 2026-10-06 11:00  add -3  tukang (rina); approved by budi\n"
    shown = told(store, "visits", "withdraw", "adjustment", "1", "--why", "salah", "--who", "budi", "--dry-run")
    assert {line["new"] for line in shown} == {64.0}
    run(store, "visits", "withdraw", "adjustment", "1", "--why", "salah", "--who", "budi")
    assert visits(store, "2026-10-06") == 64_000
    assert "withdrawn by budi: salah" in run(store, "visits", "adjustments", "kota").output
    assert [line["what"] for line in told(store, "visits", "audit", "kota")][-3:] == [
        "adjustment", "adjustment approved", "adjustment withdrawn",
    ]  # fmt: skip


def test_a_factor_that_may_not_be_used_says_why(store: Path) -> None:
    entered = ("visits", "factor", "kota", "pintu-1", "--factor", "1.083", "--interval", "1.041", "1.127",
               "--method", "guided tally", "--from", "2026-10-20", "--who", "rina", "--sample")  # fmt: skip
    assert "kept, not used: it needs 100 passages" in run(store, *entered, "60").output
    assert visits(store, "2026-10-20") == 64_000
    assert told(store, *entered, "240")["used"] is True
    assert visits(store, "2026-10-20") == 69_312
    assert len(told(store, "visits", "factor", "kota")) == 2
    assert "240 passages" in run(store, "visits", "factor", "kota", "pintu-1").output


def test_explain_traces_an_estimate_to_its_days(store: Path) -> None:
    with sqlite3.connect(store) as db:
        for quarter in range(4):
            key = ("kota", "pintu-1", ms("2026-10-29", "10:00") + quarter * 900_000)
            db.execute("DELETE FROM quarter_hour WHERE site = ? AND device = ? AND quarter = ?", key)
            db.execute("INSERT INTO dirty VALUES (?, ?, ?)", key)
    run(store, "visits", "refresh")
    text = run(store, "visits", "explain", "kota", "pintu-1", "2026-10-29").output
    assert "seen 0 of 3600 s  estimated; median of 3600 s unseen, from 2026-10-22, 2026-10-15" in text
    found = told(store, "visits", "explain", "kota", "pintu-1", "2026-10-29")
    estimate = next(hour["estimate"] for hour in found["hours"] if hour["hour"] == 10)
    assert (estimate["method"], len(estimate["days"])) == ("median", 4)
    assert "That is not zero" in run(store, "visits", "explain", "kota", "pintu-1", "2026-01-01").output


def test_publishing_and_what_changed_since(store: Path) -> None:
    publish = ("visits", "publish", "kota", "--month", "2026-10", "--who", "rina")
    assert "Nothing was published." in run(store, *publish, "--dry-run").output
    assert told(store, "visits", "published") == []
    first = told(store, *publish)
    assert (first["revision"], first["totals"]["visits"]) == (1, 31 * 64_000)
    run(store, "site", "close", "kota", "2026-10-06", "--name", "banjir", "--who", "rina")
    assert run(store, *publish).exit_code == 1
    run(store, "visits", "refresh")
    (found,) = told(store, "visits", "published", "kota")
    assert found["changed"]["since"] == 1
    assert "special days changed" in found["changed"]["reasons"]
    assert "changed since revision 1 by +0: " in run(store, "visits", "published").output
    assert "because of: special days changed" in run(store, *publish).output
    assert [one["revision"] for one in told(store, "visits", "published")[0]["revisions"]] == [1, 2]


# -- bad input ----------------------------------------------------------------------------------------------------

_ADJUST = ("visits", "adjust", "kota", "pintu-1", "--who", "rina", "--why", "x", "--method")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("site", "hours", "kota", "mon 8-16", "--who", "rina"), 1, "'8' is no time of day"),
        (("site", "hours", "desa", "mon closed", "--who", "rina"), 1, "Make it with: pustaka site set desa"),
        (("site", "hours", "kota", "mon closed"), 2, "Missing option '--who'"),
        (("site", "set", "kota", "--zone", "WITA", "--who", "rina"), 1, "no such zone"),
        (("site", "close", "kota", "2026-10-06", "--who", "rina"), 1, "say what the day is called"),
        (("site", "close", "kota", "2026-10-06", "--to", "2026-10-01", "--who", "rina"), 2, "2026-10-01 is before"),
        (("site", "close", "kota", "6 Oktober", "--who", "rina"), 2, "does not match the format"),
        ((*_ADJUST, "set", "--from", "kemarin", "--value", "5"), 1, "expected a local time such as"),
        (
            (*_ADJUST, "set", "--from", "2026-10-06", "--value", "1,5"),
            1,
            "expected a number with at most three decimals",
        ),
        ((*_ADJUST, "set", "--from", "2026-10-06 10:20", "--value", "5"), 1, "end must lie after its start"),
        (("visits", "approve", "9", "--who", "budi"), 1, "there is none with this number"),
        (
            ("visits", "withdraw", "factor", "9", "--why", "x", "--who", "budi", "--dry-run"),
            1,
            "factor 9: there is none",
        ),
        (("visits", "factor", "kota", "pintu-1", "--factor", "1.1", "--who", "rina"), 1, "its door and its interval"),
        (("visits", "publish", "kota", "--month", "2026-11", "--who", "rina"), 1, "not over yet"),
        (("visits", "publish", "kota", "--month", "Oktober", "--who", "rina"), 2, "does not match the format"),
        (("visits", "nonsense"), 2, "No such command"),
    ],
)
def test_bad_input_is_one_clear_sentence(store: Path, arguments: tuple[str, ...], status: int, says: str) -> None:
    done = run(store, *arguments)
    assert (done.exit_code, says in done.output) == (status, True), done.output
    assert "Traceback" not in done.output


def test_a_store_that_is_not_there_is_not_made_by_mistake(tmp_path: Path) -> None:
    for arguments in (("site", "list"), ("visits", "approve", "1", "--who", "budi")):
        done = run(tmp_path / "nope.sqlite", *arguments)
        assert (done.exit_code, "no such store" in done.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["site", "visits"])
def test_every_subcommand_has_an_example(command: str) -> None:
    group = main.get_command(None, command)  # type: ignore[arg-type]
    pending = [group]
    while pending:
        one = pending.pop()
        assert one is not None
        assert one.epilog, one.name
        assert one.epilog.startswith("Example: pustaka ")
        if isinstance(one, type(main)) or hasattr(one, "list_commands"):
            pending += [one.get_command(None, name) for name in one.list_commands(None)]


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from pustaka.cli import main; "
        "assert CliRunner().invoke(main, ['visits', '--help']).exit_code == 0; "
        "assert CliRunner().invoke(main, ['site', '--help']).exit_code == 0; "
        "print([m for m in ('holidays', 'starlette', 'paho', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_days_in_the_tests_are_what_they_seem() -> None:
    assert date(2026, 10, 29).weekday() == date(2026, 10, 22).weekday() == 3
