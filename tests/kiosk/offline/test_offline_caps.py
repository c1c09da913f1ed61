"""When nothing more is promised offline: the caps of time and number, and a clock that cannot be believed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from offline_support import MORNING, Maker, MovableClock
from outage_support import (
    ASUHAN,
    BANJAR,
    DUE,
    LAYAR,
    OFFLINE,
    SARI,
    SENGSARA,
    Start,
    settings,
)

from kiosk.circulation.journal import Kind, State
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.readiness import Closed
from kiosk.circulation.offline.settings import OfflineSettings
from kiosk.circulation.port import Patron
from kiosk.circulation.promises import Promise

# the caps of time and number


def test_an_old_extract_lends_nothing_but_takes_in(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.move(hours=72)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    clock.move(minutes=1)
    assert outage.lend(SARI, ASUHAN) == OFFLINE
    assert isinstance(outage.take(LAYAR), Promise)
    assert outage.desk.readiness(outage.waiting).lending is Closed.STALE


def test_who_comes_when_nothing_is_lent_is_told_so_at_once(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.move(hours=80)
    assert outage.desk.patron(SARI, None) == Patron(SARI, "", can_borrow=0, blocked=OFFLINE, offline=True)


def test_with_the_policy_off_nobody_is_recognised(start: Start) -> None:
    assert start(OfflineSettings()).desk.patron(SARI, None) == OFFLINE


def test_a_newer_extract_opens_it_again(
    start: Start, clock: MovableClock, maker: Maker, current: CurrentExtract
) -> None:
    outage = start()
    clock.move(hours=80)
    assert outage.lend(SARI, LAYAR) == OFFLINE
    current.install(maker.make(made=clock.now()))
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


def test_after_seven_days_with_something_waiting_nothing_more_is_promised(start: Start, clock: MovableClock) -> None:
    outage = start(settings(extract_hours=10_000))
    outage.lend(SARI, LAYAR)
    clock.move(days=7)
    assert isinstance(outage.lend(SARI, ASUHAN), Promise)
    clock.move(minutes=1)
    assert outage.lend(SARI, BANJAR) == OFFLINE
    assert outage.take(LAYAR) == OFFLINE
    assert outage.desk.readiness(outage.waiting).lending is Closed.OPEN_TOO_LONG


def test_what_is_with_staff_does_not_hold_up_the_kiosk(start: Start, clock: MovableClock) -> None:
    outage = start(settings(extract_hours=10_000))
    outage.write(Kind.CHECKOUT, BANJAR, SARI, DUE, state=State.CONFLICT)
    clock.move(days=8)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


def test_so_many_open_operations_and_no_more(start: Start) -> None:
    outage = start(settings(open_operations=3))
    for number in (LAYAR, ASUHAN, BANJAR):
        assert isinstance(outage.lend(SARI, number), Promise)
    assert outage.lend(SARI, SENGSARA) == OFFLINE
    assert outage.take(LAYAR) == OFFLINE
    assert outage.desk.readiness(outage.waiting).returning is Closed.TOO_MANY_OPEN


# the clock


def test_a_clock_before_the_extract_that_nobody_set_closes_everything(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.synced, clock.at = False, datetime.fromisoformat("1970-01-01T00:03:00+00:00")
    assert outage.lend(SARI, LAYAR) == OFFLINE
    assert outage.take(LAYAR) == OFFLINE
    ready = outage.desk.readiness(outage.waiting)
    assert (ready.lending, ready.returning) == (Closed.CLOCK, Closed.CLOCK)
    assert "Set the clock" in Closed.CLOCK.sentence


def test_a_clock_set_from_the_network_may_differ_from_the_makers_a_little(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.at = MORNING - timedelta(minutes=4)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    clock.at = MORNING - timedelta(minutes=6)
    assert outage.lend(SARI, ASUHAN) == OFFLINE


def test_a_clock_far_ahead_finds_the_extract_too_old(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.synced, clock.at = False, datetime.fromisoformat("2099-01-01T00:00:00+00:00")
    assert outage.lend(SARI, LAYAR) == OFFLINE


def test_an_unset_clock_does_not_go_back_behind_what_was_written_down(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.synced = False
    clock.move(days=1)
    outage.lend(SARI, LAYAR)  # on Tuesday
    clock.at = MORNING + timedelta(minutes=5)  # after a power cut the clock says Monday again
    answer = outage.lend(SARI, ASUHAN)
    assert isinstance(answer, Promise)
    assert answer.due == date(2026, 12, 2)


def test_a_set_clock_is_believed(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.move(days=1)
    outage.lend(SARI, LAYAR)
    clock.at = MORNING + timedelta(minutes=5)
    answer = outage.lend(SARI, ASUHAN)
    assert isinstance(answer, Promise)
    assert answer.due == DUE
