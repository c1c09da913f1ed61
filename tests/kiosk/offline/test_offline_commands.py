"""``pustaka offline`` as staff and scripts use it."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.library import sample
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.verifiers import FILE, Verifiers
from kiosk.circulation.port import PatronRef, Secret
from kiosk.config import load
from pustaka.cli import main

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text('data = "data"\n[link]\ndevice = "van-1"\n')
    (tmp_path / "data").mkdir()
    return path


@pytest.fixture
def run(config: Path) -> Run:
    def run_(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, arguments, input=stdin)

    return run_


@pytest.fixture
def offline(run: Run, config: Path, tmp_path: Path) -> Run:
    """A library with the sample, its keys, and a kiosk that has the card key and knows the public one."""
    assert run("library", "init", "--sample").exit_code == 0
    made = answer(run("offline", "keys", str(tmp_path / "desk"), "--json"))
    (tmp_path / "data" / "offline-cards.key").write_bytes(Path(made["card_key"]).read_bytes())
    (tmp_path / "data" / "offline-cards.key").chmod(0o600)
    with config.open("a") as file:
        file.write(f'[circulation.offline]\npolicy = "both"\npublic_key = "{made["public_key"]}"\n')
    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def make(run: Run, tmp_path: Path, *more: str) -> Path:
    path = tmp_path / "today.extract"
    result = run("offline", "make", "--keys", str(tmp_path / "desk"), str(path), *more)
    assert result.exit_code == 0, result.output
    return path


def test_from_keys_to_a_kiosk_that_could_lend(offline: Run, tmp_path: Path) -> None:
    made = answer(offline("offline", "make", "--keys", str(tmp_path / "desk"), str(tmp_path / "x.extract"), "--json"))
    assert (made["members"], made["items"], made["names"]) == (20, 261, False)
    installed = offline("offline", "install", str(tmp_path / "x.extract"))
    assert installed.exit_code == 0
    assert made["snapshot"] in installed.stdout
    shown = answer(offline("offline", "show", "--json"))
    assert (shown["lending"], shown["returning"], shown["problem"]) == (None, None, "")
    assert shown["extract"]["snapshot"] == made["snapshot"]
    words = offline("offline", "show").stdout
    assert "patrons could borrow and return items." in words
    assert "20 members, 261 items" in words
    assert "Waiting:   nothing" in words
    assert "10 items a patron" in words


def test_the_numbers_of_extracts_grow(offline: Run, tmp_path: Path) -> None:
    numbers = []
    for _ in range(3):
        path = tmp_path / "x.extract"
        made = answer(offline("offline", "make", "--keys", str(tmp_path / "desk"), str(path), "--json"))
        numbers.append(made["sequence"])
    assert numbers == sorted(set(numbers))


def test_names_debts_and_blocked_cards_are_asked_for(offline: Run, tmp_path: Path) -> None:
    lost = tmp_path / "lost.txt"
    lost.write_text("A0099\n\n A0098 \n")
    path = make(offline, tmp_path, "--names", "--fees", "--blocked", str(lost))
    assert offline("offline", "install", str(path)).exit_code == 0
    shown = answer(offline("offline", "show", "--json"))["extract"]
    assert (shown["names"], shown["fees"], shown["blocked"]) == (True, True, 3)
    assert "with first names and debts" in offline("offline", "show").stdout


MEMBERS_CSV = """No Anggota;Nama;Jenis Anggota;Berlaku Hingga
P-100;Siti Rahma;Mahasiswa;31/12/2030
P-101;Budi;Umum;2020-01-01
"""
ITEMS_CSV = """Kode Eksemplar;Judul;Pengarang
X001;Laut Bercerita;Leila S. Chudori
X002;Cantik Itu Luka;Eka Kurniawan
"""
LOANS_CSV = """item_code,member_id,loan_date,due_date
X002,P-100,2026-11-20,2026-12-01
"""


@pytest.fixture
def exports(tmp_path: Path) -> list[str]:
    """What another library system has exported."""
    for name, text in (("members", MEMBERS_CSV), ("items", ITEMS_CSV), ("loans", LOANS_CSV)):
        (tmp_path / f"{name}.csv").write_text(text)
    return [part for name in ("members", "items", "loans") for part in (f"--{name}", str(tmp_path / f"{name}.csv"))]


def test_exports_of_another_system_become_an_extract(offline: Run, tmp_path: Path, exports: list[str]) -> None:
    assert offline("offline", "install", str(make(offline, tmp_path, *exports))).exit_code == 0
    shown = answer(offline("offline", "show", "--json"))["extract"]
    assert (shown["members"], shown["items"], shown["on_loan"]) == (2, 2, 1)
    config = load(tmp_path / "kiosk.toml")
    extract = CurrentExtract.configured(config.circulation.offline, tmp_path / "data").now
    assert extract is not None
    member, item = extract.member("P-100"), extract.item("X002")
    assert member is not None
    assert item is not None
    assert (member.type, member.expires, member.limit) == ("Mahasiswa", date(2030, 12, 31), 3)
    assert [loan.due for loan in member.loans] == [date(2026, 12, 1)]
    assert (item.due, item.mark) == (date(2026, 12, 1), "")
    assert extract.about.terms.rule("Mahasiswa", "umum") is not None
    assert extract.about.source == "files"


def test_the_terms_are_those_of_the_library_here(offline: Run, tmp_path: Path, exports: list[str]) -> None:
    with sqlite3.connect(tmp_path / "data" / "library.sqlite") as db:
        db.execute("UPDATE rules SET days = 21")
    offline("offline", "install", str(make(offline, tmp_path, *exports)))
    config = load(tmp_path / "kiosk.toml")
    extract = CurrentExtract.configured(config.circulation.offline, tmp_path / "data").now
    assert extract is not None
    assert {line.rule.days for line in extract.about.terms.rules} == {21}


def test_bad_lines_of_an_export_are_named_or_left_out(offline: Run, tmp_path: Path, exports: list[str]) -> None:
    (tmp_path / "members.csv").write_text(MEMBERS_CSV + "P-102;Rina;Umum;soon\n")
    command = ["offline", "make", "--keys", str(tmp_path / "desk"), str(tmp_path / "x.extract"), *exports]
    result = offline(*command)
    assert result.exit_code == 1
    assert "1 of 3 members cannot be used (line 4, Berlaku Hingga: expected" in result.stderr
    assert "Rina" not in result.output
    assert answer(offline(*command, "--skip-bad", "--json"))["members"] == 2


def test_exports_need_both_people_and_books(offline: Run, tmp_path: Path, exports: list[str]) -> None:
    result = offline("offline", "make", "--keys", str(tmp_path / "desk"), str(tmp_path / "x"), *exports[:2])
    assert result.exit_code == 2


def test_no_trace_of_the_exports_is_left(
    offline: Run, tmp_path: Path, exports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    make(offline, tmp_path, *exports)
    assert list(folder.iterdir()) == []


def test_keys_are_closed_to_others_and_never_written_over(run: Run, tmp_path: Path) -> None:
    result = run("offline", "keys", str(tmp_path / "desk"))
    assert result.exit_code == 0
    assert 'public_key = "' in result.stdout
    assert "copy it into the data folder" in result.stdout
    for name in ("offline-signing.key", "offline-cards.key"):
        assert (tmp_path / "desk" / name).stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "desk" / "offline-signing.key").read_bytes()
    again = run("offline", "keys", str(tmp_path / "desk"))
    assert again.exit_code == 1
    assert "never written over" in again.stderr
    assert (tmp_path / "desk" / "offline-signing.key").read_bytes() == before


@pytest.mark.parametrize("harm", ["cut", "changed", "missing"])
def test_a_bad_extract_is_not_installed(offline: Run, tmp_path: Path, harm: str) -> None:
    path = make(offline, tmp_path)
    content = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(content[:-1])
    elif harm == "changed":
        content[9000] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    result = offline("offline", "install", str(path))
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert answer(offline("offline", "show", "--json"))["lending"] == "no-extract"


def test_an_older_extract_is_not_installed(offline: Run, tmp_path: Path) -> None:
    old = make(offline, tmp_path).rename(tmp_path / "old.extract")
    new = make(offline, tmp_path)
    assert offline("offline", "install", str(new)).exit_code == 0
    result = offline("offline", "install", str(old))
    assert result.exit_code == 1
    assert "older than one this kiosk has used" in result.stderr


def test_show_says_what_is_missing(run: Run, offline: Run, config: Path) -> None:
    assert "neither borrow nor return" in offline("offline", "show").stdout
    assert "pustaka offline install" in offline("offline", "show").stdout
    config.write_text('data = "data"\n[link]\ndevice = "van-1"\n')
    words = run("offline", "show").stdout
    assert "settings do not allow it" in words
    assert "Not used: circulation.offline.public_key is not set" in words


def test_show_does_not_change_what_the_kiosk_remembers(offline: Run, tmp_path: Path) -> None:
    path = make(offline, tmp_path)
    (tmp_path / "data" / "offline.extract").write_bytes(path.read_bytes())
    assert answer(offline("offline", "show", "--json"))["lending"] is None
    assert not (tmp_path / "data" / "offline.extract.newest").exists()


def test_show_counts_what_waits(offline: Run, tmp_path: Path) -> None:
    offline("offline", "install", str(make(offline, tmp_path)))
    journal = Journal.open(tmp_path / "data" / "journal.sqlite", kiosk="van-1")
    for n in range(3):
        op = Operation(f"op-{n}", Kind.CHECKIN, None, f"B0010{n}", promised=True, snapshot="x")
        journal.record(op, then=State.PARKED)
    shown = answer(offline("offline", "show", "--json"))  # while the kiosk runs
    assert shown["waiting"] == 3
    assert "3 operations, the oldest since 20" in offline("offline", "show").stdout
    journal.close()


def test_returns_only_is_said_so(offline: Run, config: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text().replace('"both"', '"returns"'))
    offline("offline", "install", str(make(offline, tmp_path)))
    words = offline("offline", "show").stdout
    assert "patrons could return items." in words
    assert "Not borrow: The library's settings" in words


def test_forget_removes_extract_and_verifiers_but_not_what_was_the_newest(offline: Run, tmp_path: Path) -> None:
    old = make(offline, tmp_path).rename(tmp_path / "old.extract")
    offline("offline", "install", str(make(offline, tmp_path)))
    verifiers = Verifiers.open(tmp_path / "data" / FILE, SystemClock())
    verifiers.learn(sample.ANI, Secret(sample.ANI_PIN), 30)
    assert answer(offline("offline", "show", "--json"))["verifiers"] == 1
    assert offline("offline", "forget", stdin="n\n").exit_code == 1
    assert verifiers.knows(sample.ANI)
    result = offline("offline", "forget", "--yes")
    assert result.exit_code == 0
    assert "there were 1" in result.stdout
    assert not verifiers.knows(sample.ANI)
    verifiers.close()
    assert answer(offline("offline", "show", "--json"))["extract"] is None
    assert offline("offline", "install", str(old)).exit_code == 1


def test_forget_with_nothing_there_is_no_error(run: Run) -> None:
    assert run("offline", "forget", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("make", "--keys", "nowhere", "x.extract"), "no signing key here"),
        (("install", "x.extract"), "public_key is not set"),
    ],
)
def test_what_is_missing_is_one_sentence(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run("offline", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_make_needs_a_library_and_a_readable_list(offline: Run, tmp_path: Path) -> None:
    keys = str(tmp_path / "desk")
    result = offline("offline", "make", "--keys", keys, "--blocked", str(tmp_path / "no.txt"), str(tmp_path / "x"))
    assert result.exit_code == 1
    assert "blocked card numbers cannot be read" in result.stderr
    (tmp_path / "data" / "library.sqlite").unlink()
    result = offline("offline", "make", "--keys", keys, str(tmp_path / "x"))
    assert result.exit_code == 1
    assert "pustaka library init" in result.stderr
    (tmp_path / "desk" / "offline-signing.key.last").write_text("many")
    result = offline("offline", "make", "--keys", keys, str(tmp_path / "x"))
    assert result.exit_code == 1
    assert "number of the last extract" in result.stderr


@pytest.mark.parametrize("command", ["keys", "make", "install", "show", "forget"])
def test_every_command_shows_an_example(run: Run, command: str) -> None:
    result = run("offline", command, "--help")
    assert result.exit_code == 0
    assert f"Example: pustaka offline {command}" in " ".join(result.output.split())


def test_a_patron_never_appears_in_what_is_printed(offline: Run, tmp_path: Path) -> None:
    offline("offline", "install", str(make(offline, tmp_path, "--names")))
    journal = Journal.open(tmp_path / "data" / "journal.sqlite", kiosk="van-1")
    op = Operation("op-1", Kind.CHECKOUT, PatronRef(sample.SARI), "B00100", promised=True, snapshot="x")
    journal.record(op, then=State.PARKED)
    journal.close()
    assert sample.SARI not in offline("offline", "show").output
    assert sample.SARI not in offline("offline", "show", "--json").output
