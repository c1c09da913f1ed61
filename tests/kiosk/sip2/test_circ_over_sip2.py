"""``pustaka circ`` over SIP2, on a real port: every operation, the profiles, and the probe from start to undo."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from kiosk.circulation.sip2.emulator.dialect import KOHA
from kiosk.circulation.sip2.emulator.holdings import Copy, Member
from kiosk.circulation.sip2.emulator.ils import EmulatedIls
from kiosk.circulation.sip2.emulator.serve import Served
from pustaka.cli import main

Run = Callable[..., Result]
ZONE = ZoneInfo("Asia/Makassar")
TEST = ("--patron", "A1", "--pin-stdin", "--item", "B1", "--loan-item", "B2", "--seconds", "2")


@pytest.fixture
def served() -> Iterator[Served]:
    ils = EmulatedIls(
        [Member("A1", fines=5000), Member("A2")],
        [Copy("B1", "Crème brûlée"), Copy("B2"), Copy("B3"), Copy("B4", holds=["A2", "A1"]), Copy("B5", holds=["A1"])],
        KOHA,
        zone=ZONE,
    )
    ils.staff_checkout("A1", "B2")
    ils.staff_checkout("A1", "B3")
    with Served(ils) as served:
        yield served


@pytest.fixture
def config(served: Served, tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("rahasia\n")
    path = tmp_path / "kiosk.toml"
    path.write_text(
        f"""\
[circulation]
system = "sip2"

[circulation.sip2]
host = "127.0.0.1"  # on this machine
port = {served.port}
tls = "off"
login = "kiosk"
password_file = "password"
institution = "SMR"
profile = "koha"

[link]
device = "kiosk-1"
"""
    )
    return path


@pytest.fixture
def run(config: Path) -> Run:
    def run_(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"PUSTAKA_CONFIG": str(config)}).invoke(main, ["circ", *arguments], input=stdin)

    return run_


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


# operations


def test_a_visit_over_sip2(run: Run, served: Served) -> None:
    assert run("checkout", "A1", "B1").stdout.startswith("Borrowed until 20")
    assert answer(run("renew", "A1", "B1", "--json"))["answer"] == "renewed"
    assert run("checkin", "B1").stdout.startswith("Returned (bin: left): B1 Crème brûlée")
    assert [effect.kind for effect in served.ils.effects if effect.item == "B1"] == ["checkout", "renew", "checkin"]


def test_questions_over_sip2(run: Run) -> None:
    patron = answer(run("patron", "A1", "--pin-stdin", "--json", stdin="1234\n"))["patron"]
    assert [loan["item"]["id"] for loan in patron["loans"]] == ["B2", "B3"]
    assert run("patron", "A1", "--pin", "9999").exit_code == 1
    assert "Crème brûlée" in run("item", "B1").stdout
    assert answer(run("fees", "A1", "--json")) == {"answer": "fees", "fees": 5000}
    assert answer(run("status", "--json"))["online"] is True


def test_every_loan_is_renewed_by_its_own_name_too(run: Run) -> None:
    assert [one["answer"] for one in answer(run("renew-all", "A1", "--json"))] == ["renewed", "renewed"]


def test_a_payment(run: Run) -> None:
    assert run("pay", "A1", "2000").stdout == "Paid. Still owed: Rp3000\n"
    assert answer(run("pay", "A1", "1000", "--json")) == {"answer": "paid", "owed": 2000}
    assert run("pay", "A1", "0").exit_code == 2


def test_holds_blocks_and_notes(run: Run, served: Served) -> None:
    assert run("hold", "A2", "B2").exit_code == 0
    assert served.ils.holdings.items["B2"].holds == ["A2"]
    assert run("unhold", "A2", "B2").exit_code == 0
    assert served.ils.holdings.items["B2"].holds == []
    assert run("block", "A2", "--why", "Card found").stdout == "Done.\n"
    assert served.ils.holdings.members["A2"].blocked
    assert answer(run("enable", "A2", "--json"))["answer"] == "done"
    assert run("note", "B1", "Spine is loose").exit_code == 0
    assert served.ils.holdings.items["B1"].properties == "Spine is loose"


def test_the_patron_has_left(run: Run, served: Served) -> None:
    assert run("end", "A1").stdout == "Ended.\n"
    assert answer(run("end", "A1", "--json")) == {"answer": "ended"}
    assert "35" in served.ils.received


def test_a_system_that_is_away_is_one_sentence(run: Run, served: Served) -> None:
    served.stop()
    for command in (["patron", "A1"], ["item", "B1"], ["hold", "A2", "B2"]):
        result = run(*command)
        assert result.exit_code == 1
        assert "Traceback" not in result.output
        assert result.stderr.startswith("Error: The library system cannot be reached")
    assert run("status").exit_code == 1
    refused = run("checkout", "A1", "B1", "--json")
    assert answer(refused)["outcome"]["refusal"]["code"] == "offline"


def test_what_a_system_does_not_offer_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text("")
    runner = CliRunner(env={"PUSTAKA_CONFIG": str(path)})
    assert runner.invoke(main, ["library", "init", "--sample"]).exit_code == 0
    result = runner.invoke(main, ["circ", "note", "B00130", "x"])
    assert result.exit_code == 1
    assert result.stderr == "Error: This library system keeps no notes on copies; write them down elsewhere.\n"


def test_settings_that_cannot_be_used_are_status_two(run: Run, config: Path) -> None:
    config.write_text(config.read_text() + '[circulation.sip2.dialect]\npni = "none"\n')
    result = run("status")
    assert result.exit_code == 2
    assert "pni: there is no such key; did you mean 'pin'?" in " ".join(result.stderr.split())
    config.write_text('[circulation]\nsystem = "sip3"\n')
    assert run("status").exit_code == 2


# profiles


def test_profiles_are_listed_and_shown(run: Run) -> None:
    assert "koha       Koha" in run("profiles").stdout
    assert {line["name"] for line in answer(run("profiles", "--json"))} >= {"koha", "evergreen", "alma", "folio"}
    assert "# SIPconfig.xml: client_timeout" in run("profiles", "koha").stdout
    assert answer(run("profiles", "koha", "--json"))["hold_lists"] == "ready"
    unknown = run("profiles", "kohaa")
    assert unknown.exit_code == 2
    assert "did you mean 'koha'?" in unknown.stderr


# the probe


def test_the_probe_finds_writes_and_takes_back(run: Run, config: Path, served: Served) -> None:
    before = config.read_text()
    result = run("probe", *TEST, "--try-no-block", "--yes", "--write", "--json", stdin="1234\n")
    assert result.exit_code == 0, result.output
    data = answer(result)
    assert data["profile"] == "koha"
    found = {finding["key"]: finding["value"] for finding in data["findings"]}
    assert (found["encoding"], found["loan_lists"], found["hold_lists"]) == ("utf-8", "barcodes", "ready")
    assert (found["pin"], found["no_block"], found["server.trial"]) == ("required", False, "undone")
    assert served.ils.loan("B1") is None

    written = tomllib.loads(config.read_text())["circulation"]["sip2"]
    assert (written["profile"], written["dialect"]["pin"]) == ("koha", "required")
    assert 'host = "127.0.0.1"  # on this machine' in config.read_text()
    assert run("patron", "A1", "--pin", "1234").exit_code == 0  # the kiosk works with what was written

    assert run("probe", "--undo", "--yes").exit_code == 0
    assert config.read_text() == before
    assert run("probe", "--undo", "--yes").exit_code == 1


def test_the_probe_in_words_shows_the_diff_and_asks(run: Run, config: Path) -> None:
    before = config.read_text()
    result = run("probe", *TEST, "--write", stdin="1234\nn\n")
    assert result.exit_code == 1
    assert "✓ encoding" in result.stdout
    assert "✗ line" in result.stdout
    assert "Nearest profile: koha" in result.stdout
    assert "Nothing is lent, returned or changed." in result.stderr
    assert "+pin = " in result.stderr
    assert config.read_text() == before


def test_nothing_is_lent_without_a_yes(run: Run, served: Served) -> None:
    result = run("probe", *TEST, "--try-no-block", stdin="1234\nn\n")
    assert result.exit_code == 1
    assert "It LENDS the test item" in result.stderr
    assert served.ils.received == []


def test_wishes_that_do_not_fit_are_bad_usage(run: Run, served: Served) -> None:
    assert run("probe", "--try-no-block", "--patron", "A1").exit_code == 2
    assert run("probe", "--pin", "1").exit_code == 2
    assert run("probe", "--profile", "kohaa").exit_code == 2
    assert run("probe", "--patron", "A|1", "--seconds", "1").exit_code == 2
    assert served.ils.received == []


def test_a_comparison_with_another_profile(run: Run) -> None:
    data = answer(run("probe", *TEST, "--profile", "evergreen", "--json", stdin="1234\n"))
    assert data["profile"] == "evergreen"
    assert "loan_lists" in data["differ"]


def test_a_server_that_is_not_there(run: Run, served: Served, config: Path) -> None:
    before = config.read_text()
    served.stop()
    result = run("probe", "--seconds", "1", "--write", "--yes")
    assert result.exit_code == 1
    assert "Nothing could be found out; nothing was written." in result.stderr
    assert config.read_text() == before


def test_over_tls_a_plain_server_is_told_nothing(run: Run, served: Served, config: Path) -> None:
    """The login must not go out in clear because TLS failed."""
    config.write_text(config.read_text().replace('tls = "off"', 'tls = "verify"'))
    result = run("probe", "--seconds", "1", "--json")
    assert result.exit_code == 1
    assert served.ils.received == []
    line = answer(result)["findings"][0]
    assert (line["key"], line["alarm"]) == ("server.line", True)
    assert "TLS" in line["reason"] or "protected" in line["reason"]
