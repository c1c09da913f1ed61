"""What is said of a program that was started and does not become a broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker_config import program, ready
from broker_config.errors import BrokerError, BrokerMissing, PortTaken
from broker_config.ports import free_port


def _start(script: str, log: Path, timeout: float = 10.0) -> None:
    ready.start(["/bin/sh", "-c", script], free_port(), log, timeout)


def test_one_that_never_answers_is_ended_at_the_deadline(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=r"not ready after 0\.2 s; it said: thinking \(all in .*log\)"):
        _start("echo thinking >&2; exec tail -f /dev/null", tmp_path / "log", 0.2)


def test_one_that_ends_is_quoted_with_its_errors_and_nothing_older(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Error: of yesterday\n")
    with pytest.raises(BrokerError, match="it said: Error: of today") as error:
        _start("echo hello; echo 'Error: of today'; echo bye", tmp_path / "log")
    assert "yesterday" not in str(error.value)


def test_one_that_says_nothing_is_said_to_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="it said nothing"):
        _start("exit 1", tmp_path / "log")


def test_one_that_lost_its_port_to_another_names_the_port(tmp_path: Path) -> None:
    with pytest.raises(PortTaken, match="taken by another program"):
        _start("echo 'Error: Address already in use' >&2; exit 1", tmp_path / "log")


def test_a_log_that_cannot_be_opened_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="mosquitto cannot be started"):
        _start("exit 0", tmp_path / "missing" / "log")


def test_a_machine_without_setpriv_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.shutil, "which", lambda *_args, **_named: None)
    with pytest.raises(BrokerMissing, match="sudo apt install util-linux"):
        _start("exit 0", tmp_path / "log")
