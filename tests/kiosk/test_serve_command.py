"""``pustaka library serve`` and ``account`` as programs."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result

from pustaka.cli import main

PASSWORD = "rahasia-123"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text('data = "data"\n')
    (tmp_path / "data").mkdir()
    assert run("library", "init", "--sample", "--config", str(file)).exit_code == 0
    return file


def run(*arguments: str, input_: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=input_)


def add(config: Path, login: str = "kiosk-2", *more: str) -> Result:
    return run("library", "account", "add", login, "--password-stdin", "--config", str(config), *more, input_=PASSWORD)


@contextmanager
def served(config: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [
        sys.executable,
        "-m",
        "pustaka",
        "library",
        "serve",
        "--config",
        str(config),
        "--port",
        "0",
        "--json",
        *more,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert line, server.stderr.read() if server.stderr else ""
            yield server, json.loads(line)
        finally:
            if server.poll() is None:
                server.kill()


def talk(line: socket.socket, message: str) -> str:
    line.sendall(message.encode() + b"\r")
    data = b""
    while not data.endswith(b"\r"):
        piece = line.recv(4096)
        if not piece:
            return ""
        data += piece
    return data.decode()


def test_it_serves_until_sigterm(config: Path) -> None:
    assert add(config).exit_code == 0
    with served(config) as (server, listening):
        assert listening["event"] == "listening"
        with socket.create_connection(("127.0.0.1", listening["port"]), 10) as line:
            assert talk(line, f"9300CNkiosk-2|CO{PASSWORD}|") == "941\r"
            assert talk(line, "17" + "20261123    090000" + "AO|ABB00130|").startswith("1803")
            server.send_signal(signal.SIGTERM)
            assert line.recv(10) == b""
        out, err = server.communicate(timeout=20)
        assert server.returncode == 0, err
        assert [json.loads(each)["event"] for each in out.splitlines()][-3:] == ["stopping", "closed", "stopped"]
        assert "B00130" not in out + err


def test_over_tls_from_the_command_line(config: Path, tmp_path: Path) -> None:
    add(config)
    pem = tmp_path / "server.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    with served(config, "--tls-cert", str(pem)) as (server, listening):
        assert listening["why"] == "TLS"
        server.terminate()
        assert server.wait(20) == 0


def test_what_is_missing_is_said(config: Path, tmp_path: Path) -> None:
    result = run("library", "serve", "--config", str(config))
    assert result.exit_code == 1
    assert "account add" in result.output
    add(config)
    result = run("library", "serve", "--config", str(config), "--tls-cert", str(tmp_path / "none.pem"))
    assert result.exit_code == 1
    assert "none.pem: cannot be read" in result.output
    result = run("library", "serve", "--config", str(config), "--tls-key", str(tmp_path / "none.pem"))
    assert result.exit_code == 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("library", "serve", "--config", str(config), "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "Cannot listen on 127.0.0.1" in result.output


def test_accounts_come_and_go(config: Path) -> None:
    made = json.loads(
        run("library", "account", "add", "gate", "--kind", "gate", "--config", str(config), "--json").output
    )
    assert len(made["password"]) >= 20
    assert add(config, "kiosk-2", "--may", "checkin", "--may", "force", "--language", "en").exit_code == 0
    listed = json.loads(run("library", "account", "list", "--config", str(config), "--json").output)
    assert [(each["login"], each["may"]) for each in listed] == [("gate", ["item"]), ("kiosk-2", ["checkin", "force"])]
    assert "password" not in listed[0]
    assert made["password"] not in Path(made["file"]).read_text()
    assert "gate (gate): item" in run("library", "account", "list", "--config", str(config)).output
    again = add(config)
    assert again.exit_code == 1
    assert "--replace" in again.output
    assert add(config, "kiosk-2", "--replace").exit_code == 0
    assert run("library", "account", "remove", "gate", "--config", str(config)).exit_code == 0
    assert run("library", "account", "remove", "gate", "--config", str(config)).exit_code == 1


@pytest.mark.parametrize("password", ["short", "with|bar-inside", "ümlaut-inside", ""])
def test_a_password_that_no_terminal_could_send(config: Path, password: str) -> None:
    command = ["library", "account", "add", "a", "--password-stdin", "--config", str(config)]
    assert run(*command, input_=password + "\n").exit_code == 2


def test_an_account_that_could_not_be_used(config: Path) -> None:
    result = add(config, "kiosk-2", "--encoding", "klingon")
    assert result.exit_code == 1
    assert "encoding 'klingon'" in result.output


def test_help_has_examples() -> None:
    for command in (["serve"], ["account"], ["account", "add"], ["account", "list"], ["account", "remove"]):
        result = run("library", *command, "--help")
        assert result.exit_code == 0
        assert "Example: pustaka library" in result.output
