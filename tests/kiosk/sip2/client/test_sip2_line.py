"""The line kept to a library system: staying, coming back, and what is never sent twice."""

from __future__ import annotations

import pytest
from sip2_kiosks import SARI, why_away

from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import Borrowed, Item, Unknown
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Wrong
from kiosk.circulation.sip2.wire import NothingSent, NotTrusted


def test_a_line_is_kept_for_the_next_question(world) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-1")
    kiosk.item("B-2")
    assert world.wires == 1


def test_tending_keeps_an_idle_line_alive_with_a_status(world) -> None:
    kiosk = world.kiosk(keep_alive_seconds=240.0)
    kiosk.item("B-1")
    assert kiosk.tend() == pytest.approx(240.0)
    world.time.wait(100)
    assert kiosk.tend() == pytest.approx(140.0)
    world.time.wait(140)
    kiosk.tend()
    assert world.ils.received[-1] == "99"
    assert world.wires == 1


def test_without_keep_alive_an_idle_line_is_left_alone(world) -> None:
    kiosk = world.kiosk(keep_alive_seconds=0.0)
    kiosk.item("B-1")
    world.time.wait(10_000)
    assert kiosk.tend() > 0
    assert world.ils.received == ["93", "99", "17"]


def test_tending_gets_a_lost_line_back_before_a_patron_comes(world) -> None:
    kiosk = world.kiosk()
    kiosk.tend()
    assert world.ils.received == ["93", "99", "99"]
    assert kiosk.client.line.is_up


def test_tending_waits_longer_and_longer_for_a_system_that_is_away(world, caplog: pytest.LogCaptureFixture) -> None:
    kiosk = world.kiosk()
    world.ils.down = True
    pauses = []
    for _ in range(8):
        with pytest.raises(SystemAway):
            kiosk.tend()
        pauses.append(kiosk.tend())
        world.time.wait(pauses[-1])
    assert pauses == sorted(pauses)
    assert pauses[0] < 5
    assert pauses[-1] == 30
    world.ils.down = False
    kiosk.tend()
    assert kiosk.client.line.is_up
    assert kiosk.status().online


def test_tending_too_often_does_not_knock_too_often(world) -> None:
    kiosk = world.kiosk()
    world.ils.down = True
    with pytest.raises(SystemAway):
        kiosk.tend()
    attempts = world.wires
    assert kiosk.tend() > 0
    assert world.wires == attempts


def test_tending_finds_out_that_a_system_says_nothing(world) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-1")
    world.time.wait(300)
    world.ils.faults.add(Wrong.DEAF, "99", "93", times=5)
    with pytest.raises(SystemAway):
        kiosk.tend()
    assert not kiosk.client.line.is_up
    assert kiosk.tend() > 0


def test_tending_finds_out_that_a_system_has_gone_deaf_on_a_new_line_too(world) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-1")
    world.time.wait(300)
    world.ils.faults.add(Wrong.GARBAGE, "99", times=9)
    with pytest.raises(SystemAway):
        kiosk.tend()


class FailsOnce:
    """A wire on which the first send of a 17 finds the line closed, although nothing had told so before."""

    def __init__(self, wire, failures: list[str]) -> None:
        self._wire, self._failures = wire, failures

    def send(self, data: bytes, seconds: float) -> None:
        if data[:2].decode() in self._failures:
            self._failures.remove(data[:2].decode())
            raise NothingSent("closed")
        self._wire.send(data, seconds)

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)


@pytest.mark.parametrize(("failures", "fine"), [(["11"], True), (["11", "11"], False)])
def test_a_request_of_which_no_byte_left_is_sent_once_more(world, monkeypatch, failures: list[str], fine: bool) -> None:
    make = world.wire
    monkeypatch.setattr(world, "wire", lambda: FailsOnce(make(), failures))
    kiosk = world.kiosk()
    if fine:
        assert isinstance(kiosk.checkout("op", SARI, "B-1"), Borrowed)
    else:
        with pytest.raises(SystemAway):
            kiosk.checkout("op", SARI, "B-1")
    assert world.kinds() == ([("checkout", "B-1")] if fine else [])


def test_a_certificate_that_is_not_trusted_is_a_system_away(world, monkeypatch) -> None:
    def refuses(seconds: float) -> None:
        raise NotTrusted("The certificate of ils.example:6001 is not accepted: it has expired.")

    make = world.wire

    def wire():
        made = make()
        made.open = refuses
        return made

    monkeypatch.setattr(world, "wire", wire)
    assert "it has expired" in why_away(world.kiosk())


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionRefusedError(111, "Connection refused"), OSError()])
def test_every_way_of_not_connecting_is_said(world, monkeypatch, error: OSError) -> None:
    def fails(seconds: float) -> None:
        raise error

    make = world.wire

    def wire():
        made = make()
        made.open = fails
        return made

    monkeypatch.setattr(world, "wire", wire)
    assert "cannot be reached" in why_away(world.kiosk())


@pytest.mark.parametrize("asks", ["item", "checkout"])
def test_a_line_closed_while_idle_is_not_noticed_by_the_patron(world, asks: str) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-1")
    end_every_line(world, kiosk)
    answer = kiosk.item("B-2") if asks == "item" else kiosk.checkout("op", SARI, "B-2")
    assert isinstance(answer, Item | Borrowed)
    assert world.wires == 2


def end_every_line(world, kiosk: SipCirculation) -> None:
    """The server, or a firewall that is polite, has closed the connection."""
    connection = kiosk.client.line._connection
    assert connection is not None
    connection._wire._ended = True


class Forgetful:
    """A wire through a firewall that has forgotten it once it was idle: what is sent disappears, no end is seen."""

    def __init__(self, wire, time) -> None:
        self._wire, self._time, self._used = wire, time, time.seconds

    def send(self, data: bytes, seconds: float) -> None:
        if self._time.seconds - self._used < 300:
            self._used = self._time.seconds
            self._wire.send(data, seconds)

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)


def test_a_line_cut_without_a_word_is_found_out_before_a_checkout(world, monkeypatch) -> None:
    make = world.wire
    monkeypatch.setattr(world, "wire", lambda: Forgetful(make(), world.time))
    kiosk = world.kiosk()
    kiosk.item("B-1")
    world.time.wait(600)
    assert isinstance(kiosk.checkout("op", SARI, "B-2"), Borrowed)
    assert world.kinds() == [("checkout", "B-2")]
    assert world.time.seconds - 600 < world.settings.answer_seconds


def test_a_line_in_use_is_not_tried_first(world) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-1")
    world.time.wait(5)
    kiosk.checkout("op", SARI, "B-2")
    assert world.ils.received == ["93", "99", "17", "11"]


def test_what_came_unasked_is_never_taken_for_the_next_answer(world) -> None:
    kiosk = world.kiosk()
    world.ils.faults.add(Wrong.SECOND, "17", seconds=1)
    kiosk.item("B-1")
    world.time.wait(2)
    assert kiosk.item("B-2") == Item("B-2", "Judul 2")
    assert world.wires == 2


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong.DROP_BEFORE,
        Wrong.DROP_AFTER,
        Wrong.HALF_DROP,
        Wrong.GARBAGE,
        Wrong.WRONG_SEQUENCE,
        Wrong.WRONG_ITEM,
        Wrong.NUL,
        Wrong.HUGE,
    ],
)
def test_a_question_without_an_answer_is_asked_once_more_on_a_new_line(world, wrong: Wrong) -> None:
    kiosk = world.kiosk()
    kiosk.item("B-2")
    world.ils.faults.add(wrong, "17")
    assert kiosk.item("B-1") == Item("B-1", "Judul 1")
    assert world.wires == 2


def test_a_question_is_not_asked_a_third_time(world) -> None:
    kiosk = world.kiosk()
    world.ils.faults.add(Wrong.DROP_BEFORE, "17", times=9)
    with pytest.raises(SystemAway):
        kiosk.item("B-1")
    assert world.ils.received.count("17") == 2


def test_silence_uses_up_the_time_and_no_more(world) -> None:
    kiosk = world.kiosk()
    world.ils.faults.add(Wrong.DEAF, "17", times=9)
    with pytest.raises(SystemAway):
        kiosk.item("B-1")
    assert world.time.seconds <= world.settings.answer_seconds


@pytest.mark.parametrize("wrong", [Wrong.DROP_BEFORE, Wrong.DROP_AFTER, Wrong.HALF, Wrong.DEAF, Wrong.SILENT])
def test_an_operation_that_may_have_left_is_never_sent_again(world, wrong: Wrong) -> None:
    kiosk = world.kiosk()
    world.ils.faults.add(wrong, "11")
    assert isinstance(kiosk.checkout("op", SARI, "B-1"), Unknown)
    assert world.ils.received.count("11") == 1


def test_an_operation_is_not_begun_when_its_answer_could_not_come_in_time(world) -> None:
    """The 17 before a return has used up the time: nothing was sent is better than nobody knows."""
    kiosk = world.kiosk()
    world.ils.faults.add(Wrong.LATE, "17", seconds=2.4)
    with pytest.raises(SystemAway, match="no time left"):
        kiosk.checkin("op", "B-1")
    assert "09" not in world.ils.received


def test_a_line_stays_when_a_question_s_time_is_up(world) -> None:
    """Whatever would be good to know besides is not asked for then; the line is as good as before."""
    for n in range(1, 9):
        world.ils.staff_checkout("P-001", f"B-{n}")
    world.ils.faults.add(Wrong.LATE, "17", seconds=0.5, times=20)
    kiosk = world.kiosk()
    assert len(kiosk.renew_all("op", SARI)) == 8
    assert world.time.seconds <= world.settings.answer_seconds
    assert kiosk.client.tally.connections == 1


def test_every_kind_of_silence_stays_within_the_time(world) -> None:
    kiosk = world.kiosk()
    for code in ("93", "99", "63", "17", "11"):
        kiosk.close()
        world.ils.faults.clear()
        world.ils.faults.add(Wrong.DEAF, code, times=99)
        began = world.time.seconds
        try:
            kiosk.patron(SARI, None)
            kiosk.checkout("op", SARI, "B-1")
        except SystemAway:
            pass
        assert world.time.seconds - began <= 2 * world.settings.answer_seconds
