"""Who may borrow what offline: as online, by what the extract says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from offline_support import WITA, MovableClock
from outage_support import (
    ASUHAN,
    BANJAR,
    BOTH,
    DUE,
    LAYAR,
    OFFLINE,
    SARI,
    Start,
    settings,
)

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library import sample
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.readiness import Closed
from kiosk.circulation.offline.rules import OfflineDesk
from kiosk.circulation.offline.settings import OfflineSettings, Policy
from kiosk.circulation.port import Code, Item, Patron, PatronRef, Refusal
from kiosk.circulation.promises import Promise

# the policy


@pytest.mark.parametrize(
    ("policy", "lends", "takes"), [(Policy.OFF, False, False), (Policy.RETURNS, False, True), (Policy.BOTH, True, True)]
)
def test_the_policy_says_what_is_done(start: Start, policy: Policy, lends: bool, takes: bool) -> None:
    outage = start(OfflineSettings(policy=policy))
    assert (outage.lend(SARI, LAYAR) != OFFLINE) is lends
    assert (outage.take(sample.OVERDUE_ITEM) != OFFLINE) is takes


def test_nothing_is_done_offline_unless_the_library_has_said_so() -> None:
    assert OfflineSettings().policy is Policy.OFF


# lending


def test_a_loan_is_promised_until_the_day_the_library_would_give(start: Start) -> None:
    outage = start()
    assert outage.lend(SARI, LAYAR) == Promise(Item(LAYAR, "Layar Terkembang", "Sutan Takdir Alisjahbana"), DUE)


def test_the_promise_names_the_extract_it_comes_from(start: Start, current: CurrentExtract) -> None:
    outage = start()
    assert current.now is not None
    assert outage.desk.snapshot == current.now.about.snapshot != ""


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (sample.EXPIRED, Code.EXPIRED),
        (sample.PENDING, Code.PENDING),
        (sample.BLOCKED, Code.BLOCKED),
        (sample.SUSPENDED, Code.SUSPENDED),
        (sample.OVERDUE, Code.OVERDUE),
        (sample.AT_LIMIT, Code.LIMIT),
        ("A9999", Code.NO_MATCH),
    ],
)
def test_who_may_not_borrow_online_may_not_offline(
    start: Start, change: Callable[..., None], number: str, code: Code
) -> None:
    change("UPDATE members SET pin = ''")
    answer = start().lend(PatronRef(number), LAYAR)
    assert isinstance(answer, Refusal)
    assert answer.code is code


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (sample.REFERENCE_ITEM, Code.NOT_FOR_LOAN),
        (sample.HELD_ITEM, Code.HELD),
        (sample.OVERDUE_ITEM, Code.ON_LOAN),
        (sample.ADULT_ITEM, Code.AGE),
        ("B99999", Code.UNKNOWN_ITEM),
        ("9786020332956", Code.UNKNOWN_ITEM),
    ],
)
def test_what_is_not_lent_online_is_not_offline(
    start: Start, change: Callable[..., None], item: str, code: Code
) -> None:
    change("UPDATE members SET pin = ''")
    answer = start().lend(PatronRef(sample.CHILD), item)
    assert isinstance(answer, Refusal)
    assert answer.code is code


def test_a_lost_copy_is_not_lent(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE items SET status = 'lost' WHERE number = ?", LAYAR)
    assert start().lend(SARI, LAYAR) == Refusal(Code.UNAVAILABLE)


def test_expiry_and_suspension_are_of_today_and_not_of_the_day_of_the_extract(
    start: Start, change: Callable[..., None], clock: MovableClock
) -> None:
    change("UPDATE members SET expires = '2026-11-23' WHERE number = ?", sample.SARI)
    change("UPDATE members SET suspended_until = '2026-11-24', pin = '' WHERE number = ?", sample.YOHANES)
    outage = start()
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    assert outage.lend(PatronRef(sample.YOHANES), ASUHAN) == Refusal(Code.SUSPENDED, until=date(2026, 11, 24))
    clock.move(days=1)
    assert outage.lend(SARI, BANJAR) == Refusal(Code.EXPIRED, until=date(2026, 11, 23))
    assert isinstance(outage.lend(PatronRef(sample.YOHANES), ASUHAN), Promise)


def test_today_is_the_librarys_day_and_not_londons(
    start: Start, change: Callable[..., None], clock: MovableClock
) -> None:
    change("UPDATE members SET expires = '2026-11-23' WHERE number = ?", sample.SARI)
    outage = start()
    clock.at = datetime.fromisoformat("2026-11-23T15:59:00+00:00")  # a minute before midnight in Samarinda
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    clock.move(minutes=2)
    assert isinstance(outage.lend(SARI, ASUHAN), Refusal)


def test_a_loan_does_not_outlive_the_membership(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE members SET expires = '2026-11-26' WHERE number = ?", sample.SARI)
    answer = start().lend(SARI, LAYAR)
    assert isinstance(answer, Promise)
    assert answer.due == date(2026, 11, 26)


def test_a_card_on_the_block_list_borrows_nothing(start: Start) -> None:
    outage = start(blocked=frozenset({sample.SARI}))
    assert outage.lend(SARI, LAYAR) == Refusal(Code.BLOCKED)
    patron = outage.desk.patron(SARI, None)
    assert isinstance(patron, Patron)
    assert patron.blocked == Refusal(Code.BLOCKED)


def test_debts_block_only_where_the_extract_has_them(start: Start, change: Callable[..., None]) -> None:
    change("INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')", sample.SARI)
    change("UPDATE policy SET fee_block = 1000")
    assert isinstance(start().lend(SARI, LAYAR), Promise)
    assert start(fees=True).lend(SARI, LAYAR) == Refusal(Code.FEES, amount=5000)


def test_who_waits_for_a_kept_copy_gets_it(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE members SET pin = ''")
    outage = start()
    assert isinstance(outage.lend(PatronRef(sample.HOLD_READY), sample.HELD_ITEM), Promise)


def test_a_copy_nobody_fetched_in_time_is_free_again(
    start: Start, change: Callable[..., None], clock: MovableClock
) -> None:
    change("DELETE FROM holds WHERE ready_item IS NULL")
    outage = start(settings(extract_hours=1000))
    assert isinstance(outage.lend(SARI, sample.HELD_ITEM), Refusal)
    clock.move(days=4)
    assert isinstance(outage.lend(SARI, sample.HELD_ITEM), Promise)


# unknown items, where the library accepts them


@pytest.mark.parametrize("number", ["B99999", " B99999 "])
def test_an_unknown_item_is_lent_where_its_number_is_one_of_ours(start: Start, number: str) -> None:
    outage = start(settings(unknown_items=True, item_pattern=r"B\d{5}"))
    assert outage.lend(SARI, number) == Promise(Item("B99999", "B99999"), DUE)
    assert outage.desk.item(number) == Item("B99999", "B99999")


@pytest.mark.parametrize("number", ["B9999", "9786020332956", "", "B99999|"])
def test_another_number_is_not(start: Start, number: str) -> None:
    outage = start(settings(unknown_items=True, item_pattern=r"B\d{5}"))
    assert outage.lend(SARI, number) == Refusal(Code.UNKNOWN_ITEM)


def test_the_check_digit_counts(start: Start) -> None:
    outage = start(settings(unknown_items=True, item_pattern=r"3\d{13}", item_check="mod10"))
    assert isinstance(outage.lend(SARI, "30000000000004"), Promise)
    assert outage.lend(SARI, "30000000000003") == Refusal(Code.UNKNOWN_ITEM)


def test_without_a_pattern_no_unknown_number_is_accepted(start: Start) -> None:
    assert start(settings(unknown_items=True)).lend(SARI, "B99999") == Refusal(Code.UNKNOWN_ITEM)


@pytest.mark.parametrize(
    ("changes", "key"), [({"item_pattern": "B("}, "item_pattern"), ({"item_check": "luhn"}, "item_check")]
)
def test_a_bad_pattern_or_check_is_named_at_the_start(start: Start, changes: dict[str, str], key: str) -> None:
    with pytest.raises(OfflineError, match=rf"circulation\.offline\.{key}"):
        start(settings(**changes))


# without an extract


def test_without_an_extract_everything_is_offline(current: CurrentExtract, clock: MovableClock) -> None:
    desk = OfflineDesk(BOTH, current, None, clock, WITA)
    assert desk.snapshot == ""
    assert desk.patron(SARI, None) == OFFLINE
    assert desk.item(LAYAR) == OFFLINE
    assert desk.checkout(SARI, LAYAR, ()) == OFFLINE
    assert desk.checkin(LAYAR, ()) == OFFLINE
    assert desk.readiness(()).lending is Closed.NO_EXTRACT


def test_items_are_known_by_title(start: Start) -> None:
    outage = start()
    assert outage.desk.item(f" {LAYAR} ") == Item(LAYAR, "Layar Terkembang", "Sutan Takdir Alisjahbana")
    assert outage.desk.item("B99999") == Refusal(Code.UNKNOWN_ITEM)


def test_every_reason_has_a_sentence() -> None:
    assert all(reason.sentence.endswith(".") for reason in Closed)
