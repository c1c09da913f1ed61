"""What is promised offline and what is not: every cap, and everything that changed since the extract was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from offline_support import MORNING, WITA, Maker, MovableClock

from kiosk.circulation.chain import Head
from kiosk.circulation.journal import Kind, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.library import sample
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.readiness import Closed
from kiosk.circulation.offline.rules import OfflineDesk
from kiosk.circulation.offline.settings import OfflineSettings, Policy
from kiosk.circulation.port import Code, Item, Patron, PatronRef, Refusal, Secret
from kiosk.circulation.probing import due_mark
from kiosk.circulation.promises import Promise

SARI, ANI = PatronRef(sample.SARI), PatronRef(sample.ANI)
LAYAR, ASUHAN, BANJAR, SENGSARA = sample.DEMO_ITEMS
DUE = date(2026, 12, 1)  # seven working days after Monday 23 November, Sundays closed
OFFLINE = Refusal(Code.OFFLINE)
BOTH = OfflineSettings(policy=Policy.BOTH)


@dataclass
class Outage:
    """A kiosk offline: its rules, and what waits in its journal."""

    desk: OfflineDesk
    clock: MovableClock
    waiting: list[Entry] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)

    def lend(self, ref: PatronRef, item: str) -> Promise | Refusal:
        answer = self.desk.checkout(ref, item, self.waiting)
        if isinstance(answer, Promise):
            self.write(Kind.CHECKOUT, item, ref, answer.due)
        return answer

    def take(self, item: str) -> Promise | Refusal:
        answer = self.desk.checkin(item, self.waiting)
        if isinstance(answer, Promise):
            self.write(Kind.CHECKIN, item)
        return answer

    def write(
        self,
        kind: Kind,
        item: str,
        ref: PatronRef | None = None,
        due: date | None = None,
        *,
        state: State = State.PARKED,
        promised: bool = True,
    ) -> None:
        when = self.clock.now().isoformat(timespec="milliseconds")
        seq = len(self.waiting) + len(self.done) + 1
        (self.done if state in (State.DONE, State.CONFLICT) else self.waiting).append(
            Entry(
                seq=seq,
                op=f"op-{seq}",
                kind=kind,
                patron=ref,
                item=item,
                amount=None,
                fingerprint=None,
                promised_due=due,
                when=when,
                state=state,
                since=when,
                due=due if state is State.DONE else None,
                why="",
                promised=promised,
            )
        )


@dataclass
class Memory:
    """A journal, as far as the rules ask it."""

    outage: Outage | None = None

    def waiting(self) -> list[Entry]:
        return self.outage.waiting if self.outage is not None else []

    def unsettled(self) -> list[Entry]:
        assert self.outage is not None
        return [*self.outage.waiting, *(entry for entry in self.outage.done if entry.state == State.CONFLICT)]

    def done_since(self, moment: datetime, after: int) -> list[Entry]:
        assert self.outage is not None
        done = [entry for entry in self.outage.done if entry.state == State.DONE]
        return [entry for entry in done if datetime.fromisoformat(entry.since) >= moment and entry.seq > after]

    def head(self) -> Head:
        assert self.outage is not None
        return Head(len(self.outage.waiting) + len(self.outage.done), "")


Start = Callable[..., Outage]


@pytest.fixture
def start(maker: Maker, current: CurrentExtract, clock: MovableClock) -> Start:
    """Make an extract of the library as it is now, and go offline with it."""

    def start_(settings: OfflineSettings = BOTH, *, own_marks: bool = False, **making: object) -> Outage:
        current.install(maker.make(**making))  # type: ignore[arg-type]
        journal = Memory()
        rules = OfflineDesk(settings, current, None, clock, WITA, journal=journal, own_marks=own_marks)
        journal.outage = outage = Outage(rules, clock)
        return outage

    return start_


def settings(**changes: object) -> OfflineSettings:
    return msgspec.structs.replace(BOTH, **changes)


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


# within one outage


def test_what_was_lent_is_not_lent_to_another(start: Start) -> None:
    outage = start()
    outage.lend(SARI, LAYAR)
    outage.desk.learned(ANI, Secret(sample.ANI_PIN), Patron(ANI, "Ani"))
    assert outage.lend(ANI, LAYAR) == Refusal(Code.ON_LOAN)


def test_the_same_patron_again_hears_the_same_date(start: Start, clock: MovableClock) -> None:
    outage = start()
    first = outage.lend(SARI, LAYAR)
    clock.move(days=2)
    assert outage.lend(SARI, LAYAR) == first


def test_an_operation_of_unknown_fate_is_a_loan_to_everybody_else(start: Start) -> None:
    outage = start()
    outage.write(Kind.CHECKOUT, LAYAR, ANI, state=State.UNKNOWN, promised=False)
    assert outage.lend(SARI, LAYAR) == Refusal(Code.ON_LOAN)


def test_a_loan_that_timed_out_is_promised_to_the_patron_who_asked(start: Start) -> None:
    outage = start()
    outage.write(Kind.CHECKOUT, LAYAR, SARI, state=State.UNKNOWN, promised=False)
    answer = outage.desk.checkout(SARI, LAYAR, outage.waiting)
    assert isinstance(answer, Promise)
    assert answer.due == DUE


def test_it_does_not_count_against_its_own_limit(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE member_types SET loan_limit = 1 WHERE code = 'pelajar'")
    outage = start(settings(items_per_patron=1))
    outage.write(Kind.CHECKOUT, LAYAR, SARI, state=State.UNKNOWN, promised=False)
    assert isinstance(outage.desk.checkout(SARI, LAYAR, outage.waiting), Promise)
    assert isinstance(outage.desk.checkout(SARI, ASUHAN, outage.waiting), Refusal)


def test_what_came_back_may_be_lent_again(start: Start) -> None:
    outage = start()
    outage.desk.learned(ANI, Secret(sample.ANI_PIN), Patron(ANI, "Ani"))
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    assert isinstance(outage.take(LAYAR), Promise)
    assert isinstance(outage.lend(ANI, LAYAR), Promise)
    assert outage.lend(SARI, LAYAR) == Refusal(Code.ON_LOAN)


def test_what_the_extract_has_on_loan_may_be_lent_once_it_came_back(start: Start) -> None:
    outage = start()
    item = sample.ON_LOAN_ITEMS[0]
    assert outage.lend(SARI, item) == Refusal(Code.ON_LOAN)
    outage.take(item)
    assert isinstance(outage.lend(SARI, item), Promise)


def test_a_patron_who_had_it_before_hears_the_date_of_then(
    start: Start, change: Callable[..., None], current: CurrentExtract
) -> None:
    change("UPDATE members SET pin = ''")
    outage = start()
    assert current.now is not None
    record = current.now.item(sample.OVERDUE_ITEM)
    assert record is not None
    assert record.due is not None
    answer = outage.lend(PatronRef(sample.OVERDUE), sample.OVERDUE_ITEM)
    assert answer == Promise(record.item, record.due, due_mark(record.due))


def test_the_limit_counts_what_is_known_and_what_waits(start: Start) -> None:
    outage = start()  # Sari, a pupil, may have five
    numbers = [LAYAR, ASUHAN, BANJAR, SENGSARA, sample.CAMERA_ITEM]
    assert all(isinstance(outage.lend(SARI, number), Promise) for number in numbers)
    assert outage.lend(SARI, sample.SET_ITEM) == Refusal(Code.LIMIT, limit=5)
    outage.take(LAYAR)
    assert isinstance(outage.lend(SARI, sample.SET_ITEM), Promise)


def test_what_a_patron_brings_back_makes_room(start: Start, change: Callable[..., None], maker: Maker) -> None:
    change("UPDATE members SET pin = ''")
    change("UPDATE loans SET due = '2026-12-01' WHERE member = ?", sample.AT_LIMIT)
    outage, patron = start(), PatronRef(sample.AT_LIMIT)
    assert isinstance(outage.lend(patron, LAYAR), Refusal)
    outage.take(sample.OVERDUE_ITEM)  # somebody else's: makes no room
    assert isinstance(outage.lend(patron, LAYAR), Refusal)
    for number in loans_of(maker, sample.AT_LIMIT)[:1]:
        outage.take(number)
    assert isinstance(outage.lend(patron, LAYAR), Promise)
    assert isinstance(outage.lend(patron, ASUHAN), Refusal)


def test_the_limit_of_one_collection_counts_that_collection(start: Start, change: Callable[..., None]) -> None:
    change(
        """INSERT INTO rules (member_type, collection, loan_limit, days, working_days, renewals, fee_per_day, suspend,
                              grace) SELECT 'pelajar', collection, 1, 7, 1, 0, 0, 1, 0 FROM items WHERE number = ?""",
        BANJAR,
    )
    change(
        "UPDATE items SET collection = (SELECT collection FROM items WHERE number = ?) WHERE number = ?", BANJAR, ASUHAN
    )
    change("UPDATE items SET collection = 'umum' WHERE number = ?", LAYAR)
    outage = start()
    assert isinstance(outage.lend(SARI, BANJAR), Promise)
    assert outage.lend(SARI, ASUHAN) == Refusal(Code.LIMIT, limit=1)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


def test_a_late_return_suspends_at_once_where_the_rules_say_so(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE members SET pin = ''")
    change("UPDATE loans SET due = '2026-11-20' WHERE item = ?", sample.OVERDUE_ITEM)
    outage, patron = start(), PatronRef(sample.OVERDUE)
    assert outage.lend(patron, LAYAR) == Refusal(Code.OVERDUE, seen=1)
    outage.take(sample.OVERDUE_ITEM)
    # Friday to Monday are two working days, so two days of suspension.
    assert outage.lend(patron, LAYAR) == Refusal(Code.SUSPENDED, until=date(2026, 11, 25))


def test_a_late_return_without_suspension_sets_the_patron_free(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE members SET pin = ''")
    change("UPDATE rules SET suspend = 0, fee_per_day = 500")
    change("UPDATE policy SET fee_block = 900")
    change("UPDATE loans SET due = '2026-11-20' WHERE item = ?", sample.OVERDUE_ITEM)
    patron = PatronRef(sample.OVERDUE)
    outage = start()
    outage.take(sample.OVERDUE_ITEM)
    assert isinstance(outage.lend(patron, LAYAR), Promise)
    with_debts = start(fees=True)
    with_debts.take(sample.OVERDUE_ITEM)
    assert with_debts.lend(patron, LAYAR) == Refusal(Code.FEES, amount=1000)


def test_the_cap_of_an_outage_counts_every_item_once(start: Start) -> None:
    outage = start(settings(items_per_patron=3))
    for number in (LAYAR, ASUHAN, LAYAR, BANJAR):
        assert isinstance(outage.lend(SARI, number), Promise)
    assert outage.lend(SARI, SENGSARA) == Refusal(Code.LIMIT, limit=3)
    assert isinstance(outage.lend(SARI, BANJAR), Promise)  # had already
    outage.take(BANJAR)
    assert outage.lend(SARI, SENGSARA) == Refusal(Code.LIMIT, limit=3)  # bringing back does not open the cap


def test_what_may_still_be_borrowed_counts_this_outage(start: Start) -> None:
    outage = start(settings(items_per_patron=4))
    before = outage.desk.patron(SARI, None)
    outage.lend(SARI, LAYAR)
    after = outage.desk.patron(SARI, None)
    assert isinstance(before, Patron)
    assert isinstance(after, Patron)
    assert (before.can_borrow, after.can_borrow) == (4, 3)


# what this kiosk did online since the extract was made


def test_what_was_lent_in_the_morning_counts_in_the_afternoon(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.move(hours=1)
    for number in (LAYAR, ASUHAN, BANJAR, SENGSARA):
        outage.write(Kind.CHECKOUT, number, SARI, DUE, state=State.DONE, promised=False)
    clock.move(hours=3)
    assert isinstance(outage.lend(SARI, sample.CAMERA_ITEM), Promise)
    assert outage.lend(SARI, sample.SET_ITEM) == Refusal(Code.LIMIT, limit=5)
    again = outage.lend(SARI, LAYAR)
    assert isinstance(again, Promise)
    assert again.due == DUE


def test_what_was_lent_in_the_morning_is_with_that_patron(
    start: Start, change: Callable[..., None], clock: MovableClock
) -> None:
    change("UPDATE members SET pin = ''")
    outage = start()
    outage.write(Kind.CHECKOUT, LAYAR, ANI, DUE, state=State.DONE, promised=False)
    assert outage.lend(SARI, LAYAR) == Refusal(Code.ON_LOAN)
    answer = outage.take(LAYAR)
    assert isinstance(answer, Promise)
    assert answer.mark == ""  # the journal knows this loan, the extract does not
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


def test_what_came_back_in_the_morning_is_free(start: Start) -> None:
    outage = start()
    outage.write(Kind.CHECKIN, sample.OVERDUE_ITEM, state=State.DONE, promised=False)
    assert isinstance(outage.lend(SARI, sample.OVERDUE_ITEM), Promise)


def test_what_was_done_before_the_extract_is_in_it(start: Start, clock: MovableClock, maker: Maker) -> None:
    outage = start()
    clock.move(hours=-1)
    outage.write(Kind.CHECKOUT, LAYAR, ANI, DUE, state=State.DONE, promised=False)
    clock.move(hours=1)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


def test_the_cap_is_of_the_outage_and_not_of_the_morning(start: Start) -> None:
    outage = start(settings(items_per_patron=1))
    outage.write(Kind.CHECKOUT, LAYAR, SARI, DUE, state=State.DONE, promised=False)
    assert isinstance(outage.lend(SARI, ASUHAN), Promise)
    assert outage.lend(SARI, BANJAR) == Refusal(Code.LIMIT, limit=1)


def test_what_staff_must_settle_is_with_the_patron_meanwhile(start: Start, change: Callable[..., None]) -> None:
    change("UPDATE members SET pin = ''")
    outage = start()
    outage.write(Kind.CHECKOUT, LAYAR, ANI, DUE, state=State.CONFLICT)
    assert outage.lend(SARI, LAYAR) == Refusal(Code.ON_LOAN)


# returns


def test_a_return_carries_the_loan_it_ends(start: Start, current: CurrentExtract) -> None:
    outage = start()
    assert current.now is not None
    record = current.now.item(sample.OVERDUE_ITEM)
    assert record is not None
    assert record.due is not None
    assert outage.take(sample.OVERDUE_ITEM) == Promise(record.item, mark=due_mark(record.due))


def test_of_its_own_system_it_carries_the_systems_own_mark(start: Start, current: CurrentExtract) -> None:
    outage = start(own_marks=True)
    assert current.now is not None
    record = current.now.item(sample.OVERDUE_ITEM)
    assert record is not None
    assert outage.take(sample.OVERDUE_ITEM) == Promise(record.item, mark=record.mark)
    assert record.mark.startswith("loan ")


def test_a_return_of_this_outages_loan_carries_no_mark_of_an_older_one(start: Start) -> None:
    outage = start()
    outage.take(sample.OVERDUE_ITEM)
    outage.lend(SARI, sample.OVERDUE_ITEM)
    answer = outage.take(sample.OVERDUE_ITEM)
    assert isinstance(answer, Promise)
    assert answer.mark == ""


def test_what_was_not_on_loan_is_taken_in_too(start: Start) -> None:
    answer = start().take(LAYAR)
    assert isinstance(answer, Promise)
    assert (answer.due, answer.mark) == (None, "")


def test_an_unknown_item_is_not_taken_in(start: Start) -> None:
    assert start().take("B99999") == Refusal(Code.UNKNOWN_ITEM)


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


# the caps of time and number


def test_an_old_extract_lends_nothing_but_takes_in(start: Start, clock: MovableClock) -> None:
    outage = start()
    clock.move(hours=72)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)
    clock.move(minutes=1)
    assert outage.lend(SARI, ASUHAN) == OFFLINE
    assert isinstance(outage.take(LAYAR), Promise)
    assert outage.desk.readiness(outage.waiting).lending is Closed.STALE


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


def loans_of(maker: Maker, member: str) -> list[str]:
    with sqlite3.connect(Path(maker.library)) as db:
        query = "SELECT item FROM loans WHERE member = ? AND returned_at IS NULL ORDER BY item"
        return [row[0] for row in db.execute(query, [member])]
