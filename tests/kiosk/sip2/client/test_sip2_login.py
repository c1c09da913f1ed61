"""Login, and what the system says of itself."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest
from sip2_kiosks import SARI, why_away

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.port import Borrowed, Item
from kiosk.circulation.sip2.emulator import Wrong
from kiosk.circulation.sip2.emulator.dialect import BeforeLogin, LoginFailure
from kiosk.circulation.sip2.settings import Sip2Settings


def test_the_first_question_logs_in_and_asks_the_status(world) -> None:
    assert isinstance(world.kiosk().item("B-1"), Item)
    assert world.ils.received == ["93", "99", "17"]


def test_a_server_that_wants_the_status_first_gets_it(make_world) -> None:
    world = make_world(status_before_login=BeforeLogin.REQUIRED)
    assert isinstance(world.kiosk(status_first=True).item("B-1"), Item)
    assert world.ils.received == ["99", "93", "17"]


def test_the_wrong_order_is_told_with_the_key_to_change(make_world) -> None:
    world = make_world(status_before_login=BeforeLogin.REQUIRED)
    assert "dialect: status_first" in why_away(world.kiosk())
    world = make_world(status_before_login=BeforeLogin.CLOSES)
    assert "dialect: status_first" in why_away(world.kiosk(status_first=True))


def test_without_a_login_none_is_sent(make_world) -> None:
    world = make_world(login=None)
    assert isinstance(world.kiosk(login=False).item("B-1"), Item)
    assert world.ils.received == ["99", "17"]


def test_a_configuration_that_names_no_login_sends_none(make_world) -> None:
    world = make_world(login=None)
    world.settings = msgspec.structs.replace(world.settings, login="")
    assert isinstance(world.kiosk().item("B-1"), Item)
    assert "93" not in world.ils.received


@pytest.mark.parametrize("failure", LoginFailure)
def test_a_login_that_fails_is_a_system_away_within_the_time(make_world, tmp_path: Path, failure: LoginFailure) -> None:
    """940, 940 and silence, 940 and an end, and nothing at all."""
    world = make_world(login_failure=failure)
    wrong = tmp_path / "wrong"
    wrong.write_text("salah", encoding="utf-8")
    world.settings = msgspec.structs.replace(world.settings, password_file=str(wrong))
    sentence = why_away(world.kiosk())
    assert "circulation.sip2.login" in sentence
    assert "salah" not in sentence
    assert world.time.seconds <= world.settings.answer_seconds
    assert world.kinds() == []


def test_a_server_that_hangs_up_at_once_is_away(world) -> None:
    world.ils.faults.add(Wrong.CLOSED_AT_ONCE, "connect")
    assert "hangs up at once" in why_away(world.kiosk())


def test_a_server_that_takes_no_connection_is_away(world) -> None:
    world.ils.down = True
    assert "cannot be reached" in why_away(world.kiosk())


@pytest.mark.parametrize("code", ["93", "99"])
def test_silence_while_logging_in_is_away_and_nothing_was_done(world, code: str) -> None:
    world.ils.faults.add(Wrong.DEAF, code)
    assert f"message {code}: no-answer" in why_away(world.kiosk())
    assert world.kinds() == []
    assert world.time.seconds <= world.settings.answer_seconds


def test_an_account_that_cannot_be_sent_is_refused_at_the_start(world, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_text("pass|word", encoding="utf-8")
    for changes in ({"password_file": str(path)}, {"institution": "A\nB"}, {"place": "x" * 300}):
        world.settings = msgspec.structs.replace(world.settings, **changes)
        with pytest.raises(Sip2Error, match="cannot be sent") as caught:
            world.kiosk()
        assert "pass|word" not in str(caught.value)


def test_a_password_file_that_cannot_be_read_is_refused_at_the_start(world, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name, why in (("missing", "No such file"), ("binary", "it is no text")):
        world.settings = msgspec.structs.replace(world.settings, password_file=str(tmp_path / name))
        with pytest.raises(Sip2Error, match=why):
            world.kiosk()


def test_an_empty_password_file_is_an_empty_password(make_world, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("", encoding="utf-8")
    world = make_world(login=("kiosk", ""))
    world.settings = msgspec.structs.replace(world.settings, password_file=str(tmp_path / "empty"))
    assert isinstance(world.kiosk().item("B-1"), Item)


def test_status_says_what_the_system_is_and_can(world) -> None:
    status = world.kiosk().status()
    assert status.online
    assert status.name == "Perpustakaan Kota"
    assert status.capabilities >= {"renew", "renew-all", "fees", "pay", "pin", "holds"}


def test_status_never_raises(world) -> None:
    kiosk = world.kiosk()
    world.ils.down = True
    began = world.clock.now()
    first = kiosk.status()
    world.time.wait(50)
    assert not first.online
    assert kiosk.status().offline_since == began
    world.ils.down = False
    assert kiosk.status().offline_since is None


def test_the_flags_of_98_stop_nothing(make_world) -> None:
    """SIPServer says N to checkin and checkout, and does both."""
    world = make_world(flags="YNNNNN")
    assert isinstance(world.kiosk().checkout("op", SARI, "B-1"), Borrowed)


def test_a_system_that_says_it_is_not_online_is_shown_so(make_world) -> None:
    assert not make_world(flags="NYYYYY").kiosk().status().online


@pytest.mark.parametrize(
    ("timeout", "retries", "seconds"),
    [("100", "003", 40.0), ("999", "999", 30.0), ("300", "999", 30.0), ("010", "000", 30.0), ("600", "002", 180.0)],
)
def test_quiet_time_comes_from_timeout_and_retries(make_world, timeout: str, retries: str, seconds: float) -> None:
    kiosk = make_world(timeout=timeout, retries=retries).kiosk(quiet_seconds=30.0)
    assert kiosk.quiet_seconds() == 30.0
    kiosk.status()
    assert kiosk.quiet_seconds() == seconds
    kiosk.close()
    assert kiosk.quiet_seconds() == seconds


@pytest.mark.parametrize(("skew", "said"), [(30.0, False), (90.0, True), (-86_400.0, True)])
def test_a_clock_that_is_far_off_is_told(make_world, skew: float, said: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    kiosk = make_world(skew_seconds=skew).kiosk()
    kiosk.status()
    assert kiosk.status().clock_skew == pytest.approx(skew, abs=1.5)
    assert caplog.text.count("library system's clock") == said


def test_a_98_without_a_date_tells_nothing_of_the_clock(make_world) -> None:
    assert make_world(short_status=True).kiosk().status().clock_skew is None


def test_settings_come_with_careful_defaults() -> None:
    assert Sip2Settings().tls == "verify"
    assert Sip2Settings().answer_seconds < 3
