"""Within one outage, and since the extract was made: what the kiosk itself did counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from offline_support import Maker, MovableClock
from outage_support import (
    ANI,
    ASUHAN,
    BANJAR,
    DUE,
    LAYAR,
    SARI,
    SENGSARA,
    Start,
    loans_of,
    settings,
)

from kiosk.circulation.journal import Kind, State
from kiosk.circulation.library import sample
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.port import Code, Patron, PatronRef, Refusal, Secret
from kiosk.circulation.probing import due_mark
from kiosk.circulation.promises import Promise

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


def test_what_staff_had_to_settle_before_the_extract_was_made_is_settled_by_it(
    start: Start, change: Callable[..., None], clock: MovableClock
) -> None:
    change("UPDATE members SET pin = ''")
    outage = start()
    clock.move(hours=-1)
    outage.write(Kind.CHECKOUT, LAYAR, ANI, DUE, state=State.CONFLICT)
    clock.move(hours=1)
    assert isinstance(outage.lend(SARI, LAYAR), Promise)


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
