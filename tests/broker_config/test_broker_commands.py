"""``pustaka broker`` as a person or a script meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broker_config import program
from broker_config.check import check_folder
from broker_config.commands import broker as command
from broker_config.errors import BrokerError


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def _config(out: Path, *more: object, role: str = "demo") -> Result:
    return _run("config", "--role", role, "--out", out, "--dialect", "2.0", *more)


def test_it_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    result = _config(tmp_path / "out", "--device", "pintu-1", "--device", "kiosk-1")
    assert result.exit_code == 0
    assert f"{tmp_path}/out/mosquitto.conf" in result.output
    assert "New password: collector, admin, watch, pintu-1, kiosk-1" in result.output
    assert f"pustaka broker check {tmp_path}/out" in result.output


def test_a_program_can_read_it(tmp_path: Path) -> None:
    said = json.loads(_config(tmp_path / "out", "--device", "pintu-1", "--json").output)
    assert said["dialect"] == "2.0"
    assert said["issued"] == ["collector", "admin", "watch", "pintu-1"]
    assert Path(said["credentials"], "pintu-1").read_text()
    assert all(Path(name).exists() for name in said["files"])


def test_it_does_not_overwrite_unless_forced(tmp_path: Path) -> None:
    assert _config(tmp_path / "out").exit_code == 0
    second = _config(tmp_path / "out")
    assert second.exit_code == 1
    assert "is there already" in second.output
    assert "Traceback" not in second.output
    forced = _config(tmp_path / "out", "--force", "--device", "pintu-1")
    assert forced.exit_code == 0
    assert "Kept: collector, admin, watch" in forced.output
    assert "Locked out: pintu-1" in _config(tmp_path / "out", "--force").output


@pytest.mark.parametrize(
    ("role", "arguments", "said"),
    [
        ("demo", ["--device", "Pintu 1"], "device 'Pintu 1'"),
        ("demo", ["--device", "admin"], "device 'admin'"),
        ("demo", ["--device", "a", "--device", "a"], "device 'a' is named twice"),
        ("demo", ["--without-tls"], "listens on this machine only"),
        ("branch", [], "give --cert and --key"),
        ("branch", ["--cert", __file__], "belong together"),
        ("branch", ["--cert", __file__, "--key", __file__, "--without-tls"], "contradicts"),
        ("branch", ["--without-tls", "--headquarters", "h"], "needs --headquarters-password"),
        ("branch", ["--without-tls", "--headquarters-password", __file__], "need --headquarters"),
        ("branch", ["--without-tls", "--headquarters", "h:x", "--headquarters-password", __file__], "HOST:PORT"),
        ("branch", ["--without-tls", "--headquarters", "h", "--headquarters-password", __file__], "one line"),
        ("headquarters", ["--without-tls", "--headquarters", "h"], "is for --role branch"),
        ("headquarters", ["--without-tls", "--branch", "Kota"], "site 'Kota'"),
        ("branch", ["--without-tls", "--branch", "kota"], "only headquarters"),
    ],
)
def test_bad_usage_names_the_value_and_writes_nothing(
    tmp_path: Path, role: str, arguments: list[str], said: str
) -> None:
    result = _config(tmp_path / "out", *arguments, role=role)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_a_branch_with_tls_and_headquarters(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("top-secret\n")
    (tmp_path / "server.pem").write_text("")
    files = ["--cert", tmp_path / "server.pem", "--key", tmp_path / "server.pem"]
    up = ["--headquarters", "pusat.example.org", "--headquarters-password", tmp_path / "secret", "--site", "kota"]
    result = _config(tmp_path / "out", *files, *up, "--home-assistant", role="branch")
    assert result.exit_code == 0
    text = (tmp_path / "out" / "mosquitto.conf").read_text()
    assert "listener 1883 127.0.0.1\n" in text
    assert "listener 8883\n" in text
    assert "address pusat.example.org:8883\n" in text
    assert "remote_password top-secret\n" in text
    assert "persistence_location /var/lib/mosquitto/\n" in text
    assert "sudo chown mosquitto:" in result.output
    assert "top-secret" not in result.output


def test_headquarters_gives_each_branch_an_account(tmp_path: Path) -> None:
    result = _config(tmp_path / "out", "--without-tls", "--branch", "kota", "--port", 2883, role="headquarters")
    assert result.exit_code == 0
    assert (tmp_path / "out" / "credentials" / "bridge.kota").exists()
    assert "listener 2883\n" in (tmp_path / "out" / "mosquitto.conf").read_text()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = _config(tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "cannot be made" in result.output


def test_without_mosquitto_the_dialect_has_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(program, "_SBIN", ())
    result = _run("config", "--role", "demo", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "sudo apt install mosquitto, or name the version it will be with --dialect" in result.output
    assert _config(tmp_path / "out").exit_code == 0


def test_the_dialect_is_that_of_the_installed_mosquitto(mosquitto: Path, tmp_path: Path) -> None:
    said = json.loads(_run("config", "--role", "demo", "--out", tmp_path / "out", "--json").output)
    assert said["dialect"] == program.dialect_of(program.version(mosquitto))


# -- broker check ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["demo", "branch", "headquarters"])
def test_mosquitto_takes_every_role_and_lets_every_user_in(mosquitto: Path, tmp_path: Path, role: str) -> None:
    more: list[object] = [] if role == "demo" else ["--without-tls"]
    if role == "headquarters":
        more += ["--branch", "kota"]
    if role == "branch":
        (tmp_path / "secret").write_text("top-secret")
        more += ["--site", "kota", "--headquarters", "203.0.113.1", "--headquarters-password", tmp_path / "secret"]
    out = tmp_path / "out with space"
    assert _run("config", "--role", role, "--out", out, "--device", "pintu-1", *more).exit_code == 0
    result = _run("check", out, "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert said["users"] == sorted([*(["bridge.kota"] if role == "headquarters" else []), *_USERS])
    assert said["warnings"] == []
    assert "takes this configuration" in _run("check", out).output


_USERS = ["admin", "collector", "pintu-1", "watch"]


def test_a_wrong_credential_is_named(mosquitto: Path, tmp_path: Path) -> None:
    _config(tmp_path / "out", "--device", "pintu-1")
    (tmp_path / "out" / "credentials" / "pintu-1").write_text("changed")
    result = _run("check", tmp_path / "out")
    assert result.exit_code == 1
    assert "refuses user 'pintu-1'" in result.output


def test_what_mosquitto_refuses_is_quoted(mosquitto: Path, tmp_path: Path) -> None:
    _config(tmp_path / "out")
    with (tmp_path / "out" / "mosquitto.conf").open("a") as file:
        file.write("no_such_setting true\n")
    with pytest.raises(BrokerError, match="no_such_setting") as error:
        check_folder(tmp_path / "out")
    assert "broker.log" not in str(error.value)


def test_a_folder_without_a_configuration_is_named(tmp_path: Path) -> None:
    result = _run("check", tmp_path)
    assert result.exit_code == 1
    assert "mosquitto.conf: cannot be read" in result.output
