"""``pustaka library`` as staff or a script use it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.commands.library import library as group
from pustaka.cli import main

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text('data = "data"\n[link]\ndevice = "kiosk-1"\n')
    return path


@pytest.fixture(scope="session")
def sample_of_today(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The commands use the machine's clock, so the sample's days count from its today."""
    path = tmp_path_factory.mktemp("today") / "library.sqlite"
    library = EmbeddedLibrary.open(path, create=True)
    load_sample(library)
    library.close()
    return path.read_bytes()


@pytest.fixture
def run(config: Path, sample_of_today: bytes) -> Run:
    """Runs ``pustaka library …`` on the sample library."""
    data = config.parent / "data"
    data.mkdir()
    (data / "library.sqlite").write_bytes(sample_of_today)

    def run_(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, ["library", *arguments], input=stdin)

    return run_


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def data(result: Result) -> Any:
    return json.loads(done(result))


def commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    context = click.Context(command)
    names = [name for name in command.list_commands(context) if name not in ("serve", "account")]
    return [found for name in names for found in commands(command.get_command(context, name) or command, (*path, name))]


@pytest.mark.parametrize("path", [path for path, _ in commands(group)], ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, ["library", *path, "--help"])
    assert result.exit_code == 0
    assert f"Example: pustaka library {' '.join(path)}" in " ".join(result.stdout.split())


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pustaka.cli import main\n"
        "try: main(['library', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pymarc', 'charset_normalizer', 'sqlite_utils', 'kivy', 'kiosk.circulation'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "import" in ended.stdout


def test_names_of_commands_complete() -> None:
    env = {"_PUSTAKA_COMPLETE": "bash_complete", "COMP_WORDS": "pustaka library re", "COMP_CWORD": "2"}
    result = CliRunner(env=env).invoke(main, [], prog_name="pustaka", complete_var="_PUSTAKA_COMPLETE")
    assert "remove" in result.stdout


# lists and look-ups


def test_lists_are_searched_and_cut(run: Run) -> None:
    assert [line["item"] for line in data(run("list", "items", "--search", "api awan", "--json"))] == ["B00312"]
    assert len(data(run("list", "items", "--limit", "3", "--json"))) == 3
    assert [line["member"] for line in data(run("list", "members", "--search", "WULANDARI", "--json"))] == ["A0001"]
    assert data(run("list", "items", "--search", "100%", "--json")) == []
    assert [line["member"] for line in data(run("list", "loans", "--search", "Belenggu", "--json"))] == ["A0008"]


def test_everything_can_be_listed(run: Run) -> None:
    done(run("add", "shelf", "depan", "Rak depan"))
    done(run("add", "fee", "A0001", "Rp1.500", "--kind", "damage"))
    done(run("add", "opening", "6/12/2090", "Festival"))
    for what in ("types", "collections", "shelves", "fees", "holidays", "rules", "holds"):
        assert data(run("list", what, "--json")), what
        assert len(done(run("list", what)).splitlines()) > 1
    assert done(run("list", "imports")) == "No imports.\n"
    assert run("list", "imports", "--search", "x").exit_code == 2
    done(run("add", "holiday", "24/12/2090", "Cuti"))
    days = {line["day"]: line["open"] for line in data(run("list", "holidays", "--search", "2090-12", "--json"))}
    assert days == {"2090-12-06": True, "2090-12-24": False}


def test_a_copy_and_a_member_are_shown_in_words(run: Run) -> None:
    copy = done(run("show", sample.OVERDUE_ITEM))
    assert copy.startswith("Item B00133: Belenggu / Armijn Pane\n  On loan to A0008 until ")
    member = done(run("show", sample.HOLD_READY))
    assert "hold 1, B00101 is ready until " in member
    assert "May borrow 3 more of 3." in member
    shown = data(run("show", sample.OVERDUE, "--json"))
    assert (shown["member"], [loan["item"] for loan in shown["loans"]]) == (sample.OVERDUE, [sample.OVERDUE_ITEM])
    assert run("show", "X").exit_code == 1


# changing


def test_a_member_is_changed(run: Run) -> None:
    done(run("set", "member", "A0001", "--blocked", "--expires", "31 Desember 2999", "--suspended-until", "2999-01-01"))
    shown = data(run("show", "A0001", "--json"))
    assert (shown["blocked"], shown["expires"], shown["suspended_until"]) == (True, "2999-12-31", "2999-01-01")
    done(run("set", "member", "A0001", "--no-blocked", "--never-expires", "--no-suspension"))
    shown = data(run("show", "A0001", "--json"))
    assert (shown["blocked"], shown["expires"], shown["suspended_until"]) == (False, "", "")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["set", "member", "A0001"], 2, "Nothing to change was named"),
        (["set", "member", "X", "--blocked"], 1, "no such member"),
        (["set", "member", "A0001", "--expires", "besok"], 2, "expected a date such as"),
        (["set", "member", "A0001", "--expires", "1/1/2030", "--never-expires"], 2, "Either --expires"),
        (["set", "member", "A0001", "--suspended-until", "1/1/2030", "--no-suspension"], 2, "Either --suspended"),
        (["set", "item", "B00130"], 2, "Nothing to change was named"),
        (["set", "item", "B00130", "--charge", "1"], 2, "goes with --status lost"),
        (["set", "item", "B00130", "--status", "lost", "--replaced-by", "B00101"], 2, "needs no --status"),
        (["set", "item", "B00130", "--tag", "12"], 2, "16 hex digits"),
        (["set", "rule", "umum", "*"], 2, "Nothing to change was named"),
        (["add", "member", "A|1", "x"], 2, "printable characters"),
        (["add", "member", " ", "x"], 2, "at least one character"),
        (["add", "holiday", "0000-00-00", "x"], 2, "a date such as"),
        (["add", "fee", "A0001", "gratis"], 2, "whole rupiah"),
        (["policy", "--closed", "sun,blursday"], 2, "'blu' is no weekday"),
        (["policy", "--fee-block", "viel"], 2, "or never"),
        (["policy", "--shelf", "atas"], 1, "no hold shelf"),
        (["pin", "A0001", "--generate", "--remove"], 2, "Only one"),
        (["rules", "raja"], 1, "no member type 'raja'"),
        (["rules", "umum", "x"], 1, "no collection 'x'"),
        (["import"], 2, "from which file"),
        (["import", "members", "--undo", "1"], 2, "stands alone"),
        (["export", "items", "--json"], 2, "name a FILE"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: list[str], status: int, sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == status
    assert sentence in " ".join(result.stderr.split())


def test_lost_replaced_and_paid(run: Run) -> None:
    lost = done(run("set", "item", sample.OVERDUE_ITEM, "--cost", "Rp80.000", "--status", "lost"))
    assert lost == "Lost. Its loan has ended; Rp80000 was charged to the borrower.\n"
    assert data(run("pay", sample.OVERDUE, "30000", "--json")) == {"owed": 50000}
    assert done(run("pay", sample.OVERDUE, "10000", "--waive")) == "Booked. Rp40000 is owed now.\n"
    replaced = done(run("set", "item", sample.OVERDUE_ITEM, "--replaced-by", "B00101"))
    assert replaced == "Replaced. Rp40000 was waived.\n"
    assert done(run("set", "item", "B00102", "--status", "lost")) == "Lost. It was not on loan.\n"
    assert done(run("set", "item", "B00102", "--status", "available", "--min-age", "13")) == "Changed.\n"


def test_what_is_added_can_be_removed(run: Run) -> None:
    steps = [
        (("add", "type", "guru", "Guru", "--limit", "5"), ("remove", "type", "guru")),
        (("add", "collection", "av", "Audio visual"), ("remove", "collection", "av")),
        (("add", "shelf", "depan", "Rak depan"), ("remove", "shelf", "depan")),
        (("add", "holiday", "10/3/2027", "Idulfitri"), ("remove", "holiday", "2027-03-10")),
        (("add", "opening", "2026-12-06", "Festival"), ("remove", "opening", "6/12/2026")),
        (("add", "rule", "umum", "daerah", "--days", "3", "--limit", "none"), ("remove", "rule", "umum", "daerah")),
        (("add", "member", "N1", "Budi"), ("remove", "member", "N1")),
        (("add", "item", "N1", "--title", "Baru"), ("remove", "item", "N1")),
    ]
    for added, removed in steps:
        done(run(*added))
        assert run(*added).exit_code == 1, added
        done(run(*removed))
        assert run(*removed).exit_code == 1, removed
    assert "Take B00101 off the hold shelf" in done(run("remove", "hold", "1"))
    assert done(run("remove", "member", sample.SARI)) == "Removed.\n"


def test_pins_are_given_and_taken(run: Run) -> None:
    made = done(run("pin", "A0001", "--generate"))
    assert made.startswith("PIN: ")
    assert len(made.strip()) == len("PIN: 0000")
    assert data(run("show", "A0001", "--json"))["has_pin"]
    done(run("pin", "A0001", "--stdin", stdin="4711\n"))
    done(run("pin", "A0001", stdin="4711\n4711\n"))
    assert run("pin", "A0001", "--stdin", stdin="47\n").exit_code == 2
    assert done(run("pin", "A0001", "--remove")) == "The PIN was removed.\n"
    assert not data(run("show", "A0001", "--json"))["has_pin"]


def test_policy_and_rules_are_said_in_words(run: Run) -> None:
    assert "others are served by number alone" in done(run("policy"))
    changed = done(
        run(
            "policy", "--pins", "required", "--no-block-overdue", "--fee-block", "Rp5.000", "--fee-lets-renew",
            "--closed", "sat,sun", "--hold-days", "5", "--replacement-fee", "50000", "--keep-days", "120",
        )
    )  # fmt: skip
    for words in ("Every card is asked", "overdue blocks nothing", "more than Rp5000 blocks borrowing but not renewing",
                  "Shut on sat, sun", "5 open days", "Rp50000", "120 days of use"):  # fmt: skip
        assert words in changed
    assert data(run("policy", "--fee-block", "never", "--closed", "none", "--json"))["fee_block"] is None
    assert "Open on every day" in done(run("policy"))
    done(
        run(
            "set",
            "rule",
            "umum",
            "*",
            "--days",
            "14",
            "--calendar-days",
            "--fee",
            "500",
            "--no-suspend",
            "--grace",
            "2",
        )
    )
    assert done(run("rules", "umum", "daerah")) == (
        "umum × *: 14 calendar days, at most 3 in all; renewed 1 times at most; late costs Rp500 a day after 2 days of "
        "grace.\n"
    )
    assert len(data(run("rules", "--json"))) == 4
    done(run("add", "type", "tamu", "Tamu", "--limit", "1"))
    assert done(run("rules", "tamu")) == "There is no rule, so nothing is lent.\n"
    done(run("set", "type", "tamu", "--limit", "2"))


# import and export


def write(folder: Path, content: str) -> str:
    path = folder / "anggota.csv"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_file_is_tried_imported_and_taken_back(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "Nomor Kartu;Orang;Alamat\nN1;Budi;x\nN2;Siti;y\n")
    assert "No column was recognised as 'name'" in run("import", "members", path).stderr
    tried = done(run("import", "members", path, "--map", "Orang=name", "--dry-run"))
    assert "not used: Alamat" in tried
    assert "Would be: 2 added, 0 there already." in tried
    imported = data(run("import", "members", path, "--map", "Orang=name", "--value", "type=pelajar", "--json"))
    assert (imported["batch"], imported["added"], imported["unused"]) == (1, 2, ["Alamat"])
    assert imported["mapping"] == {"Nomor Kartu": "number", "Orang": "name"}
    assert done(run("import", "--undo", "1")) == "Import 1 was undone: 2 members removed.\n"
    assert data(run("list", "imports", "--json"))[0]["undone"]
    assert run("import", "--undo", "1").exit_code == 1


def test_bad_lines_are_reported_where_they_are_wanted(run: Run, tmp_path: Path) -> None:
    path = write(
        tmp_path, "number,name,expires\n" + "".join(f"N{n},Budi,99/99/2026\n" for n in range(30)) + "M1,Ani,\n"
    )
    report = tmp_path / "report.csv"
    refused = run("import", "members", path, "--report", str(report))
    assert refused.exit_code == 1
    assert "Nothing was imported: 30 rows are bad of 31." in refused.stderr
    assert refused.stderr.count("expected a date") == 20
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), rows[0]["line"], rows[0]["value"]) == (30, "2", "99/99/2026")
    tried = run("import", "members", path, "--dry-run")
    assert (tried.exit_code, tried.stdout.count("expected a date")) == (1, 30)
    as_data = run("import", "members", path, "--json")
    assert (as_data.exit_code, len(json.loads(as_data.stdout)["problems"])) == (1, 30)
    assert "1 added, 0 changed, 30 left out." in done(run("import", "members", path, "--skip-bad"))
    assert "Budi" not in refused.output + tried.output + as_data.output


def test_options_reach_the_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("N1~Renée~Guru\n".encode("cp1252"))
    said = done(
        run("import", "members", str(path), "--columns", "number,name,type", "--delimiter", "~", "--encoding", "cp1252",
            "--create-types", "--like", "staf")
    )  # fmt: skip
    assert "Made: Guru." in said
    assert "CSV in cp1252, separated by '~'" in said
    assert data(run("show", "N1", "--json"))["name"] == "Renée"
    assert run("import", "members", str(path), "--map", "nonsense").exit_code == 2


@pytest.mark.parametrize("name", ["items.csv", "items.json", "items.mrc"])
def test_what_is_exported_changes_nothing_when_it_comes_back(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert done(run("export", "items", str(path))) == f"{path}: 261 items\n"
    assert data(run("export", "items", str(path), "--json"))["rows"] == 261
    back = data(run("import", "items", str(path), "--update", "--json"))
    assert (back["added"], back["updated"], back["unchanged"]) == (0, 0, 261)


def test_a_list_goes_to_standard_output(run: Run) -> None:
    text = done(run("export", "loans"))
    assert len(list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))) == 12
    assert len(data(run("export", "fees", "--format", "json"))) == 0
    assert run("export", "members", "--format", "marc").exit_code == 1


def test_init_in_json(run: Run) -> None:
    assert data(run("init", "--json"))["items"] == 261
