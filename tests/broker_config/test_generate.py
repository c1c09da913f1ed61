"""The files of a broker: what is in them, who may read them, what happens when they are made again."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import stat
import subprocess
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config import access, generate, passwords, program
from broker_config.check import make_trial
from broker_config.errors import BrokerError, PlanError
from broker_config.files import write_private
from broker_config.plan import Bridge, Dialect, Listener, Plan, Role, Tls, accounts, check
from broker_config.render import conf_text
from devices.contract import DEVICE_READS, DEVICE_WRITES

GOLDEN = Path(__file__).parent / "golden"


def _plan(folder: Path = Path("/etc/pustaka/broker"), dialect: Dialect = Dialect.V20) -> Plan:
    return Plan(
        role=Role.BRANCH,
        dialect=dialect,
        folder=folder,
        data=Path("/var/lib/mosquitto"),
        listeners=(
            Listener(1883),
            Listener(8883, "", Tls(Path("/etc/pustaka/tls/server.pem"), Path("/etc/pustaka/tls/server.key"))),
        ),
        devices=("kiosk-1", "pintu-1"),
        site="kota",
        bridge=Bridge("pusat.example.org", "secret"),
    )


@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_configuration_is_the_one_that_was_read_line_by_line(dialect: Dialect) -> None:
    assert conf_text(_plan(dialect=dialect)) == (GOLDEN / f"branch-{dialect}.conf").read_text()


def test_the_access_list_is_the_one_that_was_read_line_by_line() -> None:
    plan = replace(_plan(), role=Role.HEADQUARTERS, branches=("palaran",), bridge=None, home_assistant=True)
    assert access.acl_text(accounts(plan)) == (GOLDEN / "headquarters.acl").read_text()


def test_every_leaf_of_the_contract_is_listed_and_no_wildcard_covers_a_device() -> None:
    account = access.device("pintu-1", "kota")
    assert account.writes == tuple(f"pustaka/v1/kota/pintu-1/{leaf}" for leaf in DEVICE_WRITES)
    assert account.reads == tuple(f"pustaka/v1/kota/pintu-1/{leaf}" for leaf in DEVICE_READS)
    assert not any("#" in topic for topic in account.writes + account.reads)


def test_the_new_dialect_uses_nothing_that_it_deprecates() -> None:
    text = conf_text(_plan(dialect=Dialect.V21))
    keys = {line.split(" ")[0] for line in text.splitlines()}
    assert keys.isdisjoint({"password_file", "acl_file", "per_listener_settings", "allow_anonymous", "plugin"})
    assert {"global_plugin", "plugin_opt_password_file", "plugin_opt_acl_file"} <= keys


def test_no_filter_of_the_bridge_goes_both_ways_or_covers_another() -> None:
    lines = [line.split() for line in conf_text(_plan()).splitlines() if line.startswith("topic ")]
    filters = [line[1] for line in lines]
    assert {line[2] for line in lines} == {"in", "out"}
    assert not any("#" in name for name in filters)
    # The bridge's own report among what it carries would bring an old "0" after the new "1".
    assert not any(_overlap(name, access.bridge_status("kota")) for name in filters)
    assert not any(_overlap(one, other) for one, other in itertools.combinations(filters, 2))


def _overlap(one: str, other: str) -> bool:
    pairs = list(zip(one.split("/"), other.split("/"), strict=False))
    return len(one.split("/")) == len(other.split("/")) and all(a == b or "+" in (a, b) for a, b in pairs)


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"devices": ("Pintu",)}, "device 'Pintu'"),
        ({"devices": ("admin",)}, "belongs to the system"),
        ({"devices": ("a", "a")}, "device 'a' is named twice"),
        ({"site": "Kota Lama"}, "site 'Kota Lama'"),
        ({"site": ""}, "needs the site's id"),
        ({"branches": ("palaran",)}, "only headquarters"),
        ({"services": ("root",)}, "service 'root'"),
        ({"folder": Path("here")}, "absolute path"),
        ({"data": Path("/a\nlistener 1")}, "absolute path on one line"),
    ],
)
def test_a_plan_that_contradicts_itself_names_the_value(change: dict[str, object], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        check(replace(_plan(), **change))  # type: ignore[arg-type]


# -- passwords ---------------------------------------------------------------------------------------------------------


def test_a_hash_made_by_mosquitto_passwd_is_made_here_too() -> None:
    # mosquitto_passwd 2.0.11: user a, password "secret".
    rounds, salt = 101, "pEWeSVQP/XWQIqUL"
    digest = "9nSeTBlQF+bLXdwuno2K3bSSQDI7t6Q/fkRtbr+8JXzoalkPflxG1s1Vv9SZN+K+KuOaz1fh9t26UTGWNRtBvg=="
    assert hashlib.pbkdf2_hmac("sha512", b"secret", b64decode(salt), rounds) == b64decode(digest)
    ours = passwords.hash_password("secret", b64decode(salt)).split("$")
    assert ours[1:4] == ["7", str(passwords.ITERATIONS), salt]
    assert len(b64decode(ours[4])) == 64


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(PlanError, match="salt of 3 bytes"):
        passwords.hash_password("secret", b"abc")


@given(st.dictionaries(st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True), st.text(min_size=1, max_size=20), max_size=5))
def test_a_password_file_is_read_back_name_by_name(users: dict[str, str]) -> None:
    text = passwords.password_text(users, lambda count: b"s" * count)
    assert list(passwords.read_hashes(text)) == list(users)
    assert text.count("\n") == len(users)


# -- files -------------------------------------------------------------------------------------------------------------


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _demo(tmp_path: Path, *devices: str) -> Plan:
    folder = tmp_path / "out"
    return Plan(Role.DEMO, Dialect.V20, folder, folder / "data", (Listener(1883),), devices)


def test_only_the_owner_can_read_any_of_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written = generate.write(_demo(tmp_path, "pintu-1"), force=False, random=os.urandom)
    finally:
        os.umask(before)
    assert {_mode(path) for path in (*written.files, *written.credentials.iterdir())} == {0o600}
    assert {_mode(folder) for folder in (tmp_path / "out", written.credentials, tmp_path / "out" / "data")} == {0o700}


def test_existing_files_stay_unless_forced(tmp_path: Path) -> None:
    plan = _demo(tmp_path, "pintu-1")
    generate.write(plan, force=False, random=os.urandom)
    before = plan.passwords.read_text()
    with pytest.raises(BrokerError, match=r"mosquitto\.conf is there already"):
        generate.write(plan, force=False, random=os.urandom)
    assert plan.passwords.read_text() == before


def test_made_again_users_keep_their_passwords_and_absent_ones_are_locked_out(tmp_path: Path) -> None:
    first = generate.write(_demo(tmp_path, "pintu-1", "pintu-2"), force=False, random=os.urandom)
    before = passwords.read_hashes(first.files[2].read_text())
    second = generate.write(_demo(tmp_path, "pintu-2", "pintu-3"), force=True, random=os.urandom)
    after = passwords.read_hashes(second.files[2].read_text())
    assert (second.issued, second.removed) == (("pintu-3",), ("pintu-1",))
    assert {name: after[name] for name in second.kept} == {name: before[name] for name in second.kept}
    assert "pintu-1" not in after
    assert "pintu-1" not in second.files[1].read_text()
    assert not (second.credentials / "pintu-1").exists()


def test_no_password_stands_in_the_files_of_the_broker(tmp_path: Path) -> None:
    written = generate.write(_demo(tmp_path, "pintu-1"), force=False, random=os.urandom)
    secrets = [path.read_text() for path in written.credentials.iterdir()]
    assert len(set(secrets)) == 4
    assert not any(secret in path.read_text() for secret in secrets for path in written.files)


def test_an_unreadable_password_file_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    plan = _demo(tmp_path)
    plan.passwords.mkdir(parents=True)
    with pytest.raises(BrokerError, match="passwords: cannot be read"):
        generate.write(plan, force=True, random=os.urandom)


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "acl").mkdir()
    with pytest.raises(BrokerError, match="acl: cannot be written"):
        write_private(tmp_path / "acl", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["acl"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "acl"
    write_private(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# -- versions ----------------------------------------------------------------------------------------------------------


def test_the_dialect_follows_the_version() -> None:
    assert program.parse_version("mosquitto version 2.0.11\n\nmosquitto is an MQTT v5.0…") == (2, 0, 11)
    assert program.dialect_of((2, 0, 22)) is Dialect.V20
    assert program.dialect_of((2, 1, 0)) is program.dialect_of((3, 0, 0)) is Dialect.V21
    with pytest.raises(BrokerError, match=r"Mosquitto 1\.6\.12 is too old"):
        program.dialect_of((1, 6, 12))
    with pytest.raises(BrokerError, match="does not say its version"):
        program.parse_version("usage: something else")


def test_a_program_that_cannot_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "mosquitto").write_text("")
    with pytest.raises(BrokerError, match="mosquitto: cannot be asked"):
        program.version(tmp_path / "mosquitto")


def test_the_installed_mosquitto_says_its_version(mosquitto: Path) -> None:
    assert program.version(mosquitto) >= (2, 0, 0)


# -- the trial ---------------------------------------------------------------------------------------------------------


def test_a_trial_calls_nobody_and_touches_nothing() -> None:
    ports = iter([20_001, 20_002])
    trial = make_trial(conf_text(_plan()), lambda: next(ports), Path("/tmp/trial"), "nobody")
    assert trial.port == 20_001
    assert "listener 20001 127.0.0.1" in trial.text
    assert "listener 20002 127.0.0.1" in trial.text
    assert "address 127.0.0.1:1\n" in trial.text
    assert "persistence_location /tmp/trial/" in trial.text
    assert trial.text.startswith("user nobody\n")
    assert "pusat.example.org" not in trial.text
    assert "/var/lib/mosquitto" not in trial.text


def test_a_trial_asks_the_listener_without_tls_wherever_it_stands() -> None:
    plan = _plan()
    turned = replace(plan, listeners=plan.listeners[::-1], run_as="someone")
    ports = iter([20_001, 20_002])
    trial = make_trial(conf_text(turned), lambda: next(ports), Path("/tmp/trial"), "nobody")
    assert trial.port == 20_002
    assert "user someone" not in trial.text
    with pytest.raises(BrokerError, match="no listener without TLS"):
        make_trial(conf_text(replace(plan, listeners=plan.listeners[1:])), lambda: 20_003, Path("/tmp"), "")


@pytest.mark.skipif(shutil.which("mosquitto_passwd") is None, reason="mosquitto_passwd is not installed")
def test_mosquitto_passwd_can_work_on_our_file(tmp_path: Path) -> None:
    plan = _demo(tmp_path, "pintu-1")
    generate.write(plan, force=False, random=os.urandom)
    subprocess.run(["mosquitto_passwd", "-D", str(plan.passwords), "pintu-1"], check=True, capture_output=True)
    assert set(passwords.read_hashes(plan.passwords.read_text())) == set(access.SERVICES)
