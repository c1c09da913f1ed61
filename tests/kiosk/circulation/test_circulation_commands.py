"""``pustaka circ``, ``library`` and ``journal`` as a person or a script uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.library import sample
from pustaka.cli import main

Run = Callable[..., Result]
LAYAR = sample.LAYAR_TERKEMBANG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text('data = "data"\n[link]\ndevice = "kiosk-1"\n')
    return path


@pytest.fixture
def run(config: Path) -> Run:
    def run_(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, arguments, input=stdin)

    return run_


@pytest.fixture
def filled(run: Run) -> Run:
    assert run("library", "init", "--sample").exit_code == 0
    return run


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_init_makes_a_library_and_may_be_repeated(run: Run, config: Path) -> None:
    for _ in range(2):
        result = run("library", "init")
        assert result.exit_code == 0, result.output
        assert "0 items, 0 members" in result.output
    assert (config.parent / "data" / "library.sqlite").exists()


def test_the_sample_is_not_poured_into_a_library_in_use(filled: Run) -> None:
    result = filled("library", "init", "--sample")
    assert result.exit_code == 1
    assert "empty library only" in result.stderr


def test_without_a_library_the_remedy_is_named(run: Run) -> None:
    result = run("circ", "item", LAYAR)
    assert result.exit_code == 1
    assert "pustaka library init" in result.stderr


def test_a_visit_from_the_command_line(filled: Run) -> None:
    lent = answer(filled("circ", "checkout", sample.SARI, LAYAR, "--json"))
    assert lent["answer"] == "borrowed"
    assert lent["outcome"]["item"]["title"] == "Layar Terkembang"
    assert date.fromisoformat(lent["outcome"]["due"]) > date(2020, 1, 1)

    patron = answer(filled("circ", "patron", sample.SARI, "--json"))["patron"]
    assert [loan["item"]["id"] for loan in patron["loans"]] == [LAYAR]
    assert (patron["number"], patron["first_name"], patron["can_borrow"]) == (sample.SARI, "Sari", 4)

    assert filled("circ", "checkout", sample.SARI, LAYAR).stdout.startswith("Already borrowed until ")
    assert filled("circ", "renew", sample.SARI, LAYAR).stdout.startswith("Renewed until ")
    assert [one["answer"] for one in answer(filled("circ", "renew", sample.SARI, "--json"))] == ["renewed"]
    assert answer(filled("circ", "checkin", LAYAR, "--json"))["answer"] == "returned"
    assert filled("circ", "checkin", LAYAR).stdout.startswith("Was not on loan (bin: left): B00130 Layar Terkembang")

    lines = answer(filled("journal", "list", "--json"))
    assert [(line["kind"], line["state"]) for line in lines] == [
        ("checkout", "done"),
        ("checkout", "done"),
        ("renew", "done"),
        ("renew-all", "done"),
        ("checkin", "done"),
        ("checkin", "done"),
    ]
    assert (lines[0]["patron"], lines[0]["item"], lines[0]["due"]) == (sample.SARI, LAYAR, lent["outcome"]["due"])


def test_a_refusal_is_status_one_a_sentence_and_data(filled: Run) -> None:
    result = filled("circ", "checkout", sample.SARI, sample.HELD_ITEM, "--json")
    assert result.exit_code == 1
    assert answer(result)["answer"] == "refused"
    assert answer(result)["outcome"]["refusal"]["code"] == "held"
    assert "Refused: held, until 20" in result.stderr
    assert filled("circ", "renew", sample.SARI, LAYAR).exit_code == 1
    assert filled("circ", "renew", sample.AT_LIMIT).exit_code in (0, 1)
    assert filled("circ", "item", "B99999", "--json").exit_code == 1


def test_some_of_many_renewals_may_be_refused(filled: Run) -> None:
    result = filled("circ", "renew", "A0012")
    assert result.exit_code == 1
    assert "Renewed until" in result.stdout
    assert "Refused: renewal limit, limit 1" in result.stdout


def test_a_pin_comes_by_standard_input_or_option(filled: Run) -> None:
    refused = filled("circ", "patron", sample.ANI, "--json")
    assert refused.exit_code == 1
    assert answer(refused)["refusal"]["code"] == "pin-required"
    assert filled("circ", "patron", sample.ANI, "--pin-stdin", stdin=f"{sample.ANI_PIN}\n").exit_code == 0
    assert filled("circ", "patron", sample.ANI, "--pin", sample.ANI_PIN).exit_code == 0
    assert filled("circ", "patron", sample.ANI, "--pin", "1").exit_code == 1
    assert filled("circ", "patron", sample.ANI, "--pin", "1", "--pin-stdin").exit_code == 2


def test_the_account_in_words(filled: Run) -> None:
    overdue = filled("circ", "patron", sample.OVERDUE).stdout
    assert "Siti: 1 on loan" in overdue
    assert "may not borrow: overdue" in overdue
    assert "Belenggu / Armijn Pane" in overdue
    assert "hold, ready until" in filled("circ", "patron", sample.HOLD_READY).stdout
    assert "hold, waiting: Pulang" in filled("circ", "patron", sample.HOLD_WAITING).stdout


def test_item_and_status(filled: Run) -> None:
    assert filled("circ", "item", sample.SET_ITEM).stdout.strip().endswith("3 parts")
    assert answer(filled("circ", "item", LAYAR, "--json"))["item"]["author"] == "Sutan Takdir Alisjahbana"
    assert answer(filled("circ", "status", "--json"))["online"] is True
    assert "library: online" in filled("circ", "status").stdout


def test_while_the_kiosk_runs_only_questions_are_answered(filled: Run, config: Path) -> None:
    path = config.parent / "data" / "journal.sqlite"
    kiosk = Journal.open(path, kiosk="kiosk-1")
    kiosk.record(Operation("op-1", Kind.CHECKIN, None, LAYAR))
    for command in (["checkout", sample.SARI, LAYAR], ["checkin", LAYAR], ["renew", sample.SARI]):
        result = filled("circ", *command)
        assert result.exit_code == 1
        assert "in use by the running kiosk" in result.stderr
    assert filled("journal", "resolve", "op-1", "--who", "R", "--why", "w").exit_code == 1
    for command in (
        ["circ", "patron", sample.SARI],
        ["circ", "item", LAYAR],
        ["circ", "status"],
        ["journal", "verify"],
    ):
        assert filled(*command).exit_code == 0
    assert [line["op"] for line in answer(filled("journal", "list", "--json"))] == ["op-1"]
    kiosk.close()


def test_what_the_last_crash_left_open_is_led_on_first(filled: Run, config: Path) -> None:
    journal = Journal.open(config.parent / "data" / "journal.sqlite", kiosk="kiosk-1")
    journal.record(Operation("op-1", Kind.CHECKIN, None, LAYAR, fingerprint=""), State.SENDING)
    journal.close()
    assert filled("circ", "checkin", LAYAR).exit_code == 0
    assert {line["state"] for line in answer(filled("journal", "list", "--json"))} == {"done"}


def test_conflicts_are_listed_and_resolved(filled: Run, config: Path) -> None:
    assert filled("journal", "conflicts").exit_code == 1  # no journal yet
    journal = Journal.open(config.parent / "data" / "journal.sqlite", kiosk="kiosk-1")
    journal.record(Operation("op-1", Kind.CHECKIN, None, LAYAR), State.PROBING)
    journal.move("op-1", State.CONFLICT, why="lent-since")
    journal.close()
    assert "lent-since" in filled("journal", "conflicts").stdout
    assert filled("journal", "resolve", "op-1", "--who", "Rina", "--why", " ").exit_code == 1
    resolved = filled("journal", "resolve", "op-1", "--who", "Rina", "--why", "found", "--json")
    assert answer(resolved) == {"op": "op-1", "state": "resolved"}
    assert filled("journal", "conflicts").stdout == "No conflicts.\n"
    assert answer(filled("journal", "list", "--state", "resolved", "--json"))[0]["who"] == "Rina"
    assert filled("journal", "resolve", "op-1", "--who", "Rina", "--why", "again").exit_code == 1


def test_verify_says_whether_the_journal_is_whole(filled: Run, config: Path) -> None:
    filled("circ", "checkin", LAYAR)
    assert filled("journal", "verify").stdout.startswith("The journal is whole: 4 rows, the last with hash ")
    whole = answer(filled("journal", "verify", "--json"))
    assert (whole["whole"], whole["rows"], whole["problems"]) == (True, 4, [])

    journal = Journal.open(config.parent / "data" / "journal.sqlite", kiosk="kiosk-1")
    journal._db.execute("DROP TRIGGER ops_no_update")
    journal._db.execute("UPDATE ops SET item = 'B00001'")
    journal.close()
    edited = filled("journal", "verify", "--json")
    assert edited.exit_code == 1
    assert answer(edited)["whole"] is False
    assert "row 1 (ops) was changed" in edited.stderr


def test_the_library_is_listed(filled: Run) -> None:
    counts = {
        what: len(answer(filled("library", "list", what, "--json"))) for what in ("items", "members", "loans", "holds")
    }
    assert counts == {"items": 261, "members": 20, "loans": 12, "holds": 2}
    table = filled("library", "list", "loans").stdout.splitlines()
    assert table[0].split()[:4] == ["item", "title", "member", "name"]
    assert len(table) == 13


def test_no_list_shows_a_pin(filled: Run) -> None:
    shown = (
        filled("library", "list", "members", "--json").stdout + filled("library", "show", sample.ANI, "--json").stdout
    )
    assert "scrypt" not in shown
    assert sample.ANI_PIN not in shown


def test_an_empty_list_says_so(run: Run) -> None:
    run("library", "init")
    assert run("library", "list", "loans").stdout == "No loans.\n"
    assert answer(run("library", "list", "loans", "--json")) == []


def test_one_item_or_member_is_shown(filled: Run) -> None:
    assert answer(filled("library", "show", LAYAR, "--json"))["call_number"] == "899.221 3 ALI l"
    assert "Sari Wulandari" in filled("library", "show", sample.SARI).stdout
    assert filled("library", "show", "X").exit_code == 1


def test_what_staff_add_can_be_used(filled: Run) -> None:
    added = [
        ("add", "member", "A0042", "Sri Wahyuni", "--born", "1990-01-31", "--expires", "2999-12-31", "--pin-stdin"),
        ("add", "item", "B00900", "--title", "Laut Bercerita", "--author", "Leila S. Chudori", "--tag", "sample"),
        ("add", "item", "B00901", "--title", "Judul baru", "--tag", "e00401001a2b3c4d", "--parts", "2", "--no-loan"),
        ("add", "hold", sample.SARI, "B00900"),
        ("add", "holiday", "2999-03-10", "Idulfitri"),
    ]
    for arguments in added:
        result = filled("library", *arguments, stdin="4711\n")
        assert result.exit_code == 0, result.output
        assert filled("library", *arguments, stdin="4711\n").exit_code == (0 if arguments[1] == "hold" else 1)
    assert filled("circ", "patron", "A0042", "--pin", "4711").exit_code == 0
    assert answer(filled("library", "show", "B00901", "--json"))["tag_uid"] == "E00401001A2B3C4D"


def test_what_cannot_be_added_is_explained(filled: Run) -> None:
    kind = filled("library", "add", "member", "A0043", "Budi", "--type", "raja")
    assert "the member type is not in the library" in kind.stderr
    assert "no item B99999" in filled("library", "add", "hold", sample.SARI, "B99999").stderr
    assert "there is already an item B00130" in filled("library", "add", "item", LAYAR, "--title", "x").stderr
    assert filled("library", "add", "item", "B00999", "--title", "x", "--tag", "12").exit_code == 2


def test_staff_unlock_a_card(filled: Run) -> None:
    for _ in range(3):
        filled("circ", "patron", sample.ANI, "--pin", "0")
    assert "pin locked, until time" in filled("circ", "patron", sample.ANI, "--pin", sample.ANI_PIN).stderr
    assert filled("library", "unlock", sample.ANI).exit_code == 0
    assert filled("circ", "patron", sample.ANI, "--pin", sample.ANI_PIN).exit_code == 0


def test_bad_configuration_is_status_two(run: Run, config: Path) -> None:
    assert CliRunner(env={"PUSTAKA_CONFIG": ""}).invoke(main, ["circ", "status"]).exit_code == 2
    missing = run("circ", "status", "--config", str(config.with_name("none.toml")))
    assert missing.exit_code == 2
    assert "no such file" in missing.stderr
    config.write_text('[circulation]\nsystem = "sip2"\n')
    assert run("circ", "status").exit_code == 2


def test_a_folder_that_cannot_be_made_is_named(run: Run, config: Path) -> None:
    config.write_text('data = "kiosk.toml/data"\n')
    result = run("library", "init")
    assert result.exit_code == 1
    assert "this folder cannot be made" in result.stderr


@pytest.mark.parametrize("command", ["circ", "library", "journal"])
def test_help_has_an_example(run: Run, command: str) -> None:
    assert f"Example: pustaka {command}" in run(command, "--help").stdout
