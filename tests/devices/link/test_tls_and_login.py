"""The link with TLS and a password, against a real Mosquitto that insists on both."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from devices.contract import Count, Info, Kind
from devices.link.errors import LinkError
from devices.link.ledger import Ledger
from devices.link.mqtt import Link
from devices.link.settings import LinkSettings

PASSWORD = "kunci-pintu"


@pytest.fixture
def strict(tmp_path: Path, broker):
    """The broker, now with TLS and a password file; no anonymous guests."""
    for program in ("openssl", "mosquitto_passwd"):
        if shutil.which(program) is None:
            pytest.skip(f"the program {program} is not installed")
    certificate, key, users = tmp_path / "ca.pem", tmp_path / "key.pem", tmp_path / "users"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=broker",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(["mosquitto_passwd", "-b", "-c", users, "pintu-1", PASSWORD], check=True, capture_output=True)
    broker.kill()
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {broker.port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\npassword_file {users}\n"
        "allow_anonymous false\npersistence false\nuser root\n"
    )
    broker.start()
    return broker


def make(folder: Path, clock, port: int, password: str, ca_file: str) -> Link:
    (folder / "password").write_text(password + "\n")
    settings = LinkSettings(
        host="127.0.0.1", port=port, site="kota", device="pintu-1", backoff_max_s=0.2, ca_file=ca_file,
        password_file=str(folder / "password"),
    )  # fmt: skip
    ledger = Ledger(folder / "ledger.sqlite", clock)
    ledger.append(Kind.COUNT, Count(into=1))
    return Link(settings, ledger, Info(kind="door", name="", software=""), clock=clock, rng=lambda: 0.5)


def test_tls_and_the_right_password_open_the_door(strict, tmp_path: Path, clock, wait_for) -> None:
    link = make(tmp_path, clock, strict.port, PASSWORD, str(tmp_path / "ca.pem"))
    link.start()
    wait_for(lambda: link.online, "the connection")
    link.stop()


@pytest.mark.parametrize(
    ("password", "known", "why"),
    [("wrong", True, "refused us: Not authorized"), (PASSWORD, False, "CERTIFICATE_VERIFY")],
)
def test_a_wrong_password_or_an_unknown_broker_is_logged_and_tried_again(
    strict, tmp_path: Path, clock, wait_for, caplog: pytest.LogCaptureFixture, password: str, known: bool, why: str
) -> None:
    link = make(tmp_path, clock, strict.port, password, str(tmp_path / "ca.pem") if known else "")
    link.start()
    wait_for(lambda: caplog.text.count(why) >= 2, "two tries")
    assert not link.online
    assert PASSWORD not in caplog.text
    link.stop()


def test_a_missing_ca_file_is_a_sentence_at_the_start(tmp_path: Path, clock) -> None:
    link = make(tmp_path, clock, 1, PASSWORD, str(tmp_path / "none.pem"))
    with pytest.raises(LinkError, match=r"link\.ca_file .*none\.pem: cannot be used"):
        link.start()
