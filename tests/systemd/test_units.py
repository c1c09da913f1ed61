"""The units as systemd itself reads them: not a word of complaint, and closed as far as each service allows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pustaka.cli import main

SYSTEMD = Path(__file__).parents[2] / "systemd"
SERVICES = ("kiosk", "door", "collector", "library")
DEBIAN_MOSQUITTO = """\
[Unit]
Description=Mosquitto MQTT Broker
[Service]
Type=notify
NotifyAccess=main
ExecStart=/bin/true -c /etc/mosquitto/mosquitto.conf
ExecStartPre=/bin/true
[Install]
WantedBy=multi-user.target
"""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def _text(service: str) -> str:
    return (SYSTEMD / f"pustaka-{service}.service").read_text()


def _installed(folder: Path) -> list[Path]:
    """All units in ``folder``, as if the programs they start were there."""
    files = []
    for service in SERVICES:
        # systemd looks for the program; this machine has neither cage nor an installation in /opt.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", _text(service), flags=re.MULTILINE)
        files.append(folder / f"pustaka-{service}.service")
        files[-1].write_text(text)
    files.append(folder / "mosquitto.service")
    files[-1].write_text(DEBIAN_MOSQUITTO)
    extra = folder / "mosquitto.service.d"
    extra.mkdir()
    text = (SYSTEMD / "mosquitto.service.d" / "pustaka.conf").read_text()
    (extra / "pustaka.conf").write_text(text.replace("/usr/sbin/mosquitto", "/bin/true"))
    return files


def _verify(files: list[Path]) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, files)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _exposure(file: Path, threshold: float) -> subprocess.CompletedProcess[str]:
    limit = f"--threshold={round(threshold * 10)}"
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", limit, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_has_nothing_to_say(tmp_path: Path) -> None:
    assert _verify(_installed(tmp_path)) == (0, "")


@needs_systemd
@pytest.mark.parametrize("where", ["pustaka-door.service", "mosquitto.service.d/pustaka.conf"])
def test_a_setting_systemd_does_not_know_would_be_seen(tmp_path: Path, where: str) -> None:
    # It only mutters and exits 0; hence the test above wants silence. This is the proof that it would notice.
    files = _installed(tmp_path)
    file = tmp_path / where
    file.write_text(file.read_text().replace("[Service]", "[Service]\nProtectEverything=yes"))
    assert "ProtectEverything" in _verify(files)[1]


@needs_systemd
@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("pustaka-door", 1.7),
        ("pustaka-collector", 1.3),
        ("pustaka-library", 1.3),
        # The screen, its session and the software renderer forbid several closings; see the unit's last comment.
        ("pustaka-kiosk", 2.2),
        ("mosquitto", 2.0),
    ],
)
def test_little_of_the_machine_is_open_to_a_service(tmp_path: Path, unit: str, most: float) -> None:
    _installed(tmp_path)
    done = _exposure(tmp_path / f"{unit}.service", most)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


@needs_systemd
def test_an_open_service_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "plain.service"
    file.write_text("[Service]\nExecStart=/bin/true\n")
    assert _exposure(file, 3.0).returncode == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_unit_starts_a_command_that_exists(service: str) -> None:
    line = re.search(r"^ExecStart=(.+)$", _text(service), re.MULTILINE)
    assert line is not None
    words = shlex.split(line[1])
    arguments = words[words.index("/opt/pustaka/bin/pustaka") + 1 :]
    assert arguments[0] == service
    # Unknown options are refused before --help is obeyed.
    result = CliRunner().invoke(main, [*arguments, "--help"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_comes_back_and_keeps_its_data_to_itself(service: str) -> None:
    text = _text(service)
    for wanted in ("Restart=always", f"StateDirectory=pustaka-{service}", "StateDirectoryMode=0700", "UMask=0077"):
        assert f"\n{wanted}\n" in text
    assert "network-online" not in re.sub(r"#.*", "", text)
    assert "time-sync" not in re.sub(r"#.*", "", text)


@pytest.mark.parametrize("service", SERVICES)
def test_every_credential_a_unit_loads_is_made_at_installation(service: str) -> None:
    made = (SYSTEMD / "tmpfiles.d" / "pustaka.conf").read_text()
    sources = re.findall(r"^LoadCredential=[^:]+:(.+)$", _text(service), re.MULTILINE)
    assert sources
    for source in sources:
        assert re.search(rf"^f\s+{re.escape(source)}\s+0600\s+root\s+root", made, re.MULTILINE)


def test_the_drop_in_starts_the_configuration_we_write() -> None:
    text = (SYSTEMD / "mosquitto.service.d" / "pustaka.conf").read_text()
    assert "\nExecStart=\nExecStart=/usr/sbin/mosquitto -c /etc/pustaka/broker/mosquitto.conf\n" in text
    assert "\nUser=mosquitto\n" in text


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
def test_the_kiosks_user_is_made_with_its_groups(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    file = SYSTEMD / "sysusers.d" / "pustaka.conf"
    done = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^kiosk:.*:/var/lib/pustaka-kiosk:/usr/sbin/nologin$", (tmp_path / "etc/passwd").read_text(), re.MULTILINE
    )
    groups = (tmp_path / "etc/group").read_text()
    wanted = re.search(r"^SupplementaryGroups=(.+)$", _text("kiosk"), re.MULTILINE)
    assert wanted is not None
    for group in wanted[1].split():
        assert re.search(rf"^{group}:.*\bkiosk$", groups, re.MULTILINE), group


@pytest.mark.skipif(
    shutil.which("systemd-tmpfiles") is None or os.geteuid() != 0,
    reason="systemd-tmpfiles is missing, or we are not root",
)
def test_the_credential_files_are_made_closed(tmp_path: Path) -> None:
    file = SYSTEMD / "tmpfiles.d" / "pustaka.conf"
    command = ["systemd-tmpfiles", f"--root={tmp_path}", "--create", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "etc/pustaka/broker-password").stat().st_mode & 0o777 == 0o600


# -- udev --------------------------------------------------------------------------------------------------------------

_KEY = re.compile(r'(SUBSYSTEMS?|KERNELS?|ATTRS?\{\w+\}|ENV\{\w+\}|SYMLINK|TAG)(==|\+=|=)"[^"]+"')


def _rules(text: str) -> list[list[str]]:
    lines = [line.lstrip("#") for line in text.splitlines() if re.match(r"#?SUBSYSTEM", line)]
    return [line.split(", ") for line in lines]


def test_every_rule_and_every_example_is_well_formed() -> None:
    rules = _rules((SYSTEMD / "udev" / "70-pustaka.rules").read_text())
    assert len(rules) == 6
    for rule in rules:
        assert all(_KEY.fullmatch(part) for part in rule), rule
        # A rule without a match would name every device of the machine.
        assert rule[0] == 'SUBSYSTEM=="tty"' or rule[:2] == ['SUBSYSTEM=="input"', 'KERNEL=="event*"']
        assert any(part.startswith("ATTRS{idVendor}==") for part in rule)


def test_modem_manager_keeps_its_hands_off() -> None:
    lines = (SYSTEMD / "udev" / "70-pustaka.rules").read_text().splitlines()
    (active,) = [line for line in lines if line and not line.startswith("#")]
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in active
    # A USB modem that carries the library's network must stay a modem.
    assert "ATTRS{idVendor}==" in active
