"""``pustaka journal`` as a librarian and an auditor use it."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.port import Item, PatronRef
from kiosk.circulation.promises import Promise
from pustaka.cli import main

Run = Callable[..., Result]
SARI = PatronRef("A0001")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text('data = "data"\n[link]\ndevice = "kiosk-1"\n')
    return path


@pytest.fixture
def run(config: Path) -> Run:
    def run_(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, ["journal", *arguments], input=stdin)

    return run_


@pytest.fixture
def open_journal(config: Path, clock: Any) -> Callable[[], Journal]:
    return lambda: Journal.open(config.parent / "data" / "journal.sqlite", kiosk="kiosk-1", clock=clock)


@pytest.fixture
def conflicts(open_journal: Callable[[], Journal]) -> Callable[[], Journal]:
    """Three conflicts: a refused loan, a return of a book lent since, and a payment in doubt."""
    journal = open_journal()
    promised = {"promised": True, "promised_due": date(2026, 12, 3), "snapshot": "extract-1"}
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, "B00130", **promised), State.PARKED)  # type: ignore[arg-type]
    journal.move("op-1", State.SENDING, via=(State.PROBING,))
    journal.move("op-1", State.REFUSED, why="blocked")
    journal.record(Operation("op-2", Kind.CHECKIN, None, "B00131"), State.SENDING)
    journal.move("op-2", State.UNKNOWN, promise=Promise(Item("B00131", "")), snapshot="extract-1")
    journal.move("op-2", State.CONFLICT, via=(State.PROBING,), why="relent")
    journal.record(Operation("op-3", Kind.PAY, SARI, amount=2000), State.SENDING)
    journal.move("op-3", State.UNKNOWN)
    journal.move("op-3", State.CONFLICT, via=(State.PROBING,), why="payment")
    journal.record(Operation("op-4", Kind.RENEW, SARI, "B00132"), State.SENDING)
    journal.move("op-4", State.DONE, due=date(2026, 12, 14))
    journal.close()
    return open_journal


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_conflict_is_told_in_words_with_the_command_that_settles_it(run: Run, conflicts: Any) -> None:
    said = run("conflicts").stdout
    assert "1 of 3: number 1, Mon 23 Nov 2026 09:00" in said
    assert "Patron A0001 asked to borrow B00130. The library system was away; the kiosk lent it" in said
    assert "due Thu 03 Dec 2026" in said
    assert "refused it, after the patron was told yes. Its reason: blocked." in said
    assert "pustaka journal resolve 1 --redo --who NAME --why 'WHAT WAS DONE'" in said
    assert "B00131 was given back." in said
    assert "Patron A0001 paid Rp2000." in said
    assert "resolve 3 --redo" not in said
    assert run("conflicts").stdout.count("To settle it") == 3


def test_the_commands_shown_do_what_they_say(run: Run, conflicts: Any) -> None:
    for one in answer(run("conflicts", "--json")):
        shown = one["redo"] or one["settle"]
        words = shown.removeprefix("pustaka journal ").replace("'WHAT WAS DONE'", "done").split()
        result = run(*words)
        assert result.exit_code == 0, result.output
    states = [line["state"] for line in answer(run("list", "--json"))]
    assert states == ["parked", "resolved", "resolved", "done"]
    assert run("conflicts").stdout == "No conflicts.\n"


def test_going_through_them_one_by_one(run: Run, conflicts: Any) -> None:
    result = run("resolve", stdin="Rina\nagain\n\nBooked it by hand\n")
    assert result.exit_code == 0, result.output
    assert "It will be tried again." in result.stdout
    assert "Left." in result.stdout
    assert result.stdout.rstrip().endswith("Resolved.")
    lines = answer(run("list", "--json"))
    assert [line["state"] for line in lines] == ["parked", "conflict", "resolved", "done"]
    assert (lines[2]["who"], lines[2]["why"]) == ("Rina", "Booked it by hand")
    run("resolve", "--who", "Rina", stdin="again\n")  # for a return, 'again' is only a reason
    assert [line["state"] for line in answer(run("list", "--json"))][1] == "resolved"
    assert run("resolve").stdout == "No conflicts.\n"


def test_while_the_kiosk_runs_a_request_is_left_for_it(
    run: Run, conflicts: Any, kiosk_over: Callable[[Journal], Any]
) -> None:
    journal = conflicts()
    result = run("resolve", "3", "--who", "Rina", "--why", "Booked by hand")
    assert result.stdout == "Noted. The kiosk is running and takes it up within a minute.\n"
    assert answer(run("resolve", "op-1", "--redo", "--who", "Rina", "--why", "unblocked", "--json")) == {
        "op": "op-1",
        "state": "requested",
    }
    assert [one["settled_soon"] for one in answer(run("conflicts", "--json"))] == [True, False, True]
    assert "notes it within a minute" in run("conflicts").stdout
    kiosk = kiosk_over(journal)
    kiosk.town.items.add("B00130")
    kiosk.tend(60)
    assert kiosk.states() == ["done", "conflict", "resolved", "done"]
    assert journal.steps("op-3")[-1].who == "Rina"
    journal.close()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["1"], 2, "--who NAME"),
        (["1", "--who", "R"], 2, "--who NAME"),
        (["1", "--who", "R", "--why", " "], 1, "name and a reason"),
        (["9", "--who", "R", "--why", "w"], 1, "no operation 9"),
        (["4", "--who", "R", "--why", "w"], 1, "is done, not in conflict"),
        (["3", "--redo", "--who", "R", "--why", "w"], 1, "promised to nobody"),
        (["--redo"], 2, "single one"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    run: Run, conflicts: Any, arguments: list[str], status: int, said: str
) -> None:
    result = run("resolve", *arguments)
    assert result.exit_code == status
    assert said in result.stderr


def test_one_operation_with_its_history(run: Run, conflicts: Any) -> None:
    said = run("show", "2").stdout
    assert "Number 2, Mon 23 Nov 2026 09:00: B00131 was given back." in said
    assert said.index("recorded") < said.index("unknown") < said.index("relent")
    assert "To settle it" in said
    shown = answer(run("show", "op-4", "--json"))
    assert [stage["state"] for stage in shown["history"]] == ["recorded", "sending", "done"]
    assert shown["operation"]["due"] == "2026-12-14"
    assert "asked to renew B00132" in run("show", "4").stdout
    assert run("show", "17").exit_code == 1


def test_a_patron_who_was_forgotten_is_said_to_be(run: Run, conflicts: Any, clock: Any) -> None:
    clock.pass_(86_400)
    journal = conflicts()
    assert journal.forget(clock.now()) == 1
    journal.close()
    assert "A patron whose number is no longer kept asked to renew B00132" in run("show", "4").stdout
    assert answer(run("list", "--json"))[3]["patron"] == ""


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_auditor_verifies_the_export_elsewhere(run: Run, conflicts: Any, tmp_path: Path, form: str) -> None:
    out = tmp_path / "export"
    assert "rows written" in run("export", "--format", form, "--out", str(out)).stdout
    assert "A0001" not in out.read_text()
    alone = CliRunner(env={"PUSTAKA_CONFIG": ""})
    result = alone.invoke(main, ["journal", "verify", "--file", str(out), "--json"])
    assert answer(result) == answer(run("verify", "--json"))
    assert run("export", "--format", form).stdout.replace("\r", "") == out.read_text().replace("\r", "")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_every_change_to_an_export_is_found(run: Run, conflicts: Any, tmp_path: Path, form: str) -> None:
    out = tmp_path / "export"
    run("export", "--format", form, "--out", str(out))
    text = out.read_bytes().decode()
    lines = text.splitlines(keepends=True)
    first = 1 if form == "json" else 2
    changed = [
        text.replace("B00130", "B00131", 1),
        text.replace("blocked", "pending", 1),
        "".join(lines[:-1]),
        "".join(lines[:first] + lines[first + 1 :]),
        "".join([*lines[:first], lines[first + 1], lines[first], *lines[first + 2 :]]),
        text.replace("kiosk-1", "kiosk-2", 1),
        text[: len(text) // 2],
    ]
    for number, other in enumerate(changed):
        out.write_bytes(other.encode())
        result = run("verify", "--file", str(out))
        assert result.exit_code == 1, f"change {number} was not found"
        assert "changed" in result.stderr or "no whole export" in result.stderr


def test_a_csv_whose_readable_columns_lie_is_found(run: Run, conflicts: Any, tmp_path: Path) -> None:
    out = tmp_path / "export.csv"
    run("export", "--format", "csv", "--out", str(out))
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[1]["item"] = "B99999"
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert "something else than what was hashed" in run("verify", "--file", str(out)).stderr


def test_a_reason_that_looks_like_a_formula_is_harmless_in_a_spreadsheet(
    run: Run, conflicts: Any, tmp_path: Path
) -> None:
    run("resolve", "3", "--who", "Rina", "--why", "=HYPERLINK(1)")
    out = tmp_path / "export.csv"
    run("export", "--format", "csv", "--out", str(out))
    with out.open(newline="") as file:
        assert [row["why"] for row in csv.DictReader(file)][-1] == "'=HYPERLINK(1)"
    assert run("verify", "--file", str(out)).exit_code == 0


@pytest.mark.parametrize("content", ["", "{", "n,table\n1,ops\n", '{"journal":1}\n', "\udcff"])
def test_what_is_no_export_is_named(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    result = run("verify", "--file", str(path))
    assert result.exit_code == 1
    assert "letter.txt" in result.stderr
    assert run("verify", "--file", str(tmp_path / "none")).exit_code == 1


def test_an_export_of_another_version_is_refused(run: Run, conflicts: Any, tmp_path: Path) -> None:
    out = tmp_path / "export"
    run("export", "--out", str(out))
    out.write_text(out.read_text().replace('"version":2', '"version":9'))
    assert "version 9" in run("verify", "--file", str(out)).stderr


def test_without_a_kiosk_or_a_file_there_is_nothing_to_verify(tmp_path: Path, run: Run, conflicts: Any) -> None:
    assert CliRunner(env={"PUSTAKA_CONFIG": ""}).invoke(main, ["journal", "verify"]).exit_code == 2
    result = run("export", "--out", str(tmp_path / "none" / "export"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("command", ["list", "show", "conflicts", "resolve", "verify", "export"])
def test_every_command_explains_itself_with_an_example(run: Run, command: str) -> None:
    said = run(command, "--help").stdout
    assert "Example: pustaka journal" in said
    assert command in run("--help").stdout


def test_a_time_zone_that_is_none_is_bad_configuration(run: Run, conflicts: Any, config: Path) -> None:
    config.write_text(config.read_text() + '[site]\nzone = "Mars/Olympus"\n')
    result = run("conflicts")
    assert result.exit_code == 2
    assert "Mars/Olympus" in result.stderr


def test_an_operation_whose_fate_is_not_known_is_told_so(run: Run, conflicts: Any, open_journal: Any) -> None:
    journal = open_journal()
    journal.record(Operation("op-5", Kind.RENEW_ALL, SARI), State.SENDING)
    journal.close()
    assert "Patron A0001 asked to renew all their loans." in run("show", "5").stdout
    assert [line["op"] for line in answer(run("list", "--state", "sending", "--json"))] == ["op-5"]
    assert run("list").stdout.splitlines()[0].split()[:3] == ["seq", "when", "kind"]


def test_the_commands_shown_name_the_kiosk_when_the_environment_does_not(config: Path, conflicts: Any) -> None:
    alone = CliRunner(env={"PUSTAKA_CONFIG": ""})
    result = alone.invoke(main, ["journal", "conflicts", "--config", str(config), "--json"])
    for one in answer(result):
        words = shlex.split(one["settle"].removeprefix("pustaka "))
        assert alone.invoke(main, words).exit_code == 0
