"""The desk's one path: what the patron hears, what the journal holds, and what reaches the library system."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kiosk.circulation.journal import Kind, Operation, State
from kiosk.circulation.port import (
    Borrowed,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Secret,
    SystemStatus,
    Unknown,
)

SARI, BUDI = PatronRef("A0001"), PatronRef("A0002")
OFFLINE = Refused(Refusal(Code.OFFLINE))


# offline


def test_offline_the_rules_answer_at_once_and_the_promise_is_in_the_journal(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.item("B1")
    kiosk.town.asked.clear()
    outcome = kiosk.desk.checkout(SARI, "B1")
    assert outcome == Borrowed(Item("B1", "A book of the van"), date(2026, 12, 3), estimated=True)
    assert kiosk.desk.checkin("B2") == Returned(Item("B2", "A book of the van"), estimated=True)
    assert kiosk.town.asked == []
    lent, returned = kiosk.journal.entries()
    assert (lent.state, lent.promised, lent.promised_due, lent.snapshot) == (
        "parked",
        True,
        date(2026, 12, 3),
        "extract-1",
    )
    assert (returned.state, returned.promised, returned.promised_due) == ("parked", True, None)
    assert kiosk.journal.history("op-1") == ["recorded", "parked"]


def test_offline_the_rules_know_what_waits(kiosk: Any) -> None:
    kiosk.town.up = False
    for item in ("B1", "B2", "B3"):
        kiosk.desk.checkout(SARI, item)
    assert kiosk.rules.waiting == [[], ["op-1"], ["op-1", "op-2"]]


def test_the_first_call_that_finds_the_system_away_is_promised_in_its_own_row(kiosk: Any) -> None:
    kiosk.town.fault = "away"
    assert isinstance(kiosk.desk.checkout(SARI, "B1"), Borrowed)
    (entry,) = kiosk.journal.entries()
    assert (entry.state, entry.promised, entry.promised_due) == ("parked", True, date(2026, 12, 3))
    assert kiosk.journal.history("op-1") == ["recorded", "sending", "parked"]
    assert kiosk.rules.waiting == [[]]  # it does not count against itself
    assert not kiosk.desk.online


@pytest.mark.parametrize("fault", ["silent before", "silent after", "late", "broken"])
def test_what_was_sent_and_not_answered_is_promised_and_stays_unknown(kiosk: Any, fault: str) -> None:
    kiosk.town.fault = fault
    assert kiosk.desk.checkout(SARI, "B1") == Borrowed(
        Item("B1", "A book of the van"), date(2026, 12, 3), estimated=True
    )
    (entry,) = kiosk.journal.entries()
    assert (entry.state, entry.promised, entry.promised_due, entry.snapshot) == (
        "unknown",
        True,
        date(2026, 12, 3),
        "extract-1",
    )


def test_without_rules_nothing_is_promised(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent after"
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("timeout")
    assert kiosk.desk.checkout(SARI, "B2") == OFFLINE
    assert kiosk.desk.checkin("B2") == OFFLINE
    assert kiosk.states() == ["unknown"]
    kiosk.tend(2)
    town.fault = "away"
    assert kiosk.desk.checkout(SARI, "B3") == OFFLINE
    assert kiosk.states() == ["done", "refused"]  # a look has settled the first one
    assert kiosk.journal.entries("refused")[0].why == "offline"


def test_what_the_rules_refuse_is_refused_in_their_words(kiosk: Any) -> None:
    kiosk.rules.refuse = Refusal(Code.LIMIT, limit=10)
    kiosk.town.fault = "away"
    assert kiosk.desk.checkout(SARI, "B1") == Refused(Refusal(Code.LIMIT, limit=10))
    assert kiosk.desk.checkout(SARI, "B1") == Refused(Refusal(Code.LIMIT, limit=10))
    assert kiosk.states() == ["refused"]  # the second one left no row: nothing was sent, nothing promised
    kiosk.tend(2)
    kiosk.town.fault = "silent after"
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("timeout")


def test_renewals_and_payments_wait_for_the_system(kiosk: Any) -> None:
    kiosk.town.up = False
    assert kiosk.desk.renew(SARI, "B1") == OFFLINE
    assert kiosk.desk.renew_all(SARI) == [OFFLINE]
    assert kiosk.desk.pay(SARI, 500) == OFFLINE
    assert kiosk.desk.fees(SARI) == Unknown("offline")
    kiosk.desk.end_visit(SARI)
    assert "unknown" not in kiosk.states()
    kiosk.town.up = True
    kiosk.tend(2)
    kiosk.town.lend("A0001", "B1")
    for call in (lambda: kiosk.desk.renew(SARI, "B1"), lambda: kiosk.desk.pay(SARI, 500)):
        kiosk.town.fault = "silent after"
        assert call() == Unknown("timeout")
        kiosk.tend(2)


@pytest.mark.parametrize("broken", [True, False])
def test_rules_that_fail_promise_nothing(kiosk: Any, broken: bool) -> None:
    kiosk.rules.broken = broken
    kiosk.town.up = False
    assert isinstance(kiosk.desk.patron(SARI), Refusal if broken else Patron)
    assert isinstance(kiosk.desk.checkout(SARI, "B1"), Refused if broken else Borrowed)


def test_a_loan_without_a_date_is_not_promised(kiosk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk.town.up = False
    monkeypatch.setattr(kiosk.rules, "checkout", lambda *_: kiosk.rules.checkin("B1", []))
    kiosk.desk.item("B1")
    assert kiosk.desk.checkout(SARI, "B1") == OFFLINE
    assert kiosk.states() == []


# who and what


def test_offline_the_extract_says_who_and_what(kiosk: Any) -> None:
    kiosk.town.up = False
    patron = kiosk.desk.patron(SARI)
    assert isinstance(patron, Patron)
    assert patron.offline
    assert kiosk.desk.item("B1") == Item("B1", "A book of the van")
    assert kiosk.desk.status() == SystemStatus(online=False, offline_since=kiosk.clock.now())


def test_without_rules_a_question_says_that_the_system_is_away(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.up = False
    assert kiosk.desk.patron(SARI) == Refusal(Code.OFFLINE)
    assert kiosk.desk.item("B1") == Refusal(Code.OFFLINE)


def test_a_pin_that_opened_the_account_online_is_learned_for_the_next_outage(kiosk: Any) -> None:
    kiosk.desk.patron(SARI)
    kiosk.desk.patron(BUDI, Secret("2580"))
    assert kiosk.rules.lessons == ["A0002"]
    kiosk.rules.broken = True
    assert isinstance(kiosk.desk.patron(BUDI, Secret("2580")), Patron)


def test_the_status_is_the_systems_own_while_it_is_there(kiosk: Any) -> None:
    assert kiosk.desk.status() == SystemStatus(online=True, name="town")
    kiosk.town.up = False
    assert kiosk.desk.status().online is False
    assert kiosk.desk.status().name == "town"


# there and away


def test_going_and_coming_back_is_told_once_each(kiosk: Any) -> None:
    assert kiosk.desk.online
    kiosk.town.up = False
    for item in ("B1", "B2"):
        kiosk.desk.checkout(SARI, item)
    assert kiosk.heard == [False]
    assert kiosk.desk.offline_since == kiosk.clock.now()
    kiosk.tend(120)
    kiosk.town.up = True
    kiosk.tend(60)
    assert kiosk.heard == [False, True]
    assert kiosk.desk.online
    assert kiosk.desk.offline_since is None


def test_it_is_asked_less_and_less_often_whether_it_is_back(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.item("B1")
    kiosk.town.asked.clear()
    waits = []
    for _ in range(8):
        wait = kiosk.desk.tend()
        kiosk.clock.pass_(wait)
        assert kiosk.desk.tend() > 0
        waits.append(wait)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert kiosk.town.asked == ["status"] * 8


def test_a_listener_that_fails_stops_nothing(make_kiosk: Callable[..., Any], town: Any) -> None:
    def fail(online: bool) -> None:
        raise RuntimeError

    kiosk = make_kiosk(None, changed=fail)
    town.up = False
    assert kiosk.desk.item("B1") == Refusal(Code.OFFLINE)


def test_between_patrons_the_line_is_kept_up_and_its_loss_noticed(kiosk: Any) -> None:
    assert kiosk.desk.tend() == 30
    assert kiosk.town.tended == 1
    kiosk.town.up = False
    kiosk.desk.tend()
    assert not kiosk.desk.online


def test_no_log_line_names_anybody(kiosk: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kiosk.town.fault = "broken"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(300)
    kiosk.rules.broken = True
    kiosk.town.up = False
    kiosk.desk.checkout(BUDI, "B2")
    assert caplog.records
    for secret in ("A0001", "A0002", "B1", "B2", "somebody"):
        assert secret not in caplog.text


# an earlier operation on the same item


def test_a_second_try_finds_that_the_first_one_worked(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent after"
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("timeout")
    kiosk.tend(1.5)
    assert kiosk.states() == ["done"]
    town.fault = "silent after"
    assert kiosk.desk.checkout(SARI, "B2") == Unknown("timeout")
    kiosk.desk._presence.back()  # before anything else was done, the patron is there again
    assert kiosk.desk.checkout(SARI, "B2") == Borrowed(Item("B2", "A book"), date(2026, 12, 7))
    assert [effect.kind for effect in town.effects] == ["checkout", "checkout"]  # and no renewal
    assert kiosk.states() == ["done", "done"]


def test_a_second_try_waits_for_the_first_ones_fate(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "late"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(2)
    assert kiosk.desk.online
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("earlier")
    assert isinstance(kiosk.desk.checkout(SARI, "B2"), Borrowed)  # another book is not held up
    assert kiosk.states() == ["unknown", "done"]


def test_a_second_try_may_be_promised_behind_the_first(kiosk: Any) -> None:
    kiosk.rules.refuse = Refusal(Code.LIMIT)
    kiosk.town.fault = "late"
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("timeout")
    kiosk.tend(2)
    kiosk.rules.refuse = None
    assert isinstance(kiosk.desk.checkout(SARI, "B1"), Borrowed)
    assert kiosk.states() == ["unknown", "parked"]
    kiosk.tend(120)
    assert kiosk.states() == ["done", "done"]
    assert [effect.kind for effect in kiosk.town.effects] == ["checkout"]


def test_a_book_lent_offline_and_brought_back_online_is_settled_in_order(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.up = True
    kiosk.desk._presence.back()
    assert isinstance(kiosk.desk.checkin("B1"), Returned)
    assert [effect.kind for effect in kiosk.town.effects] == ["checkout", "checkin"]
    assert kiosk.states() == ["done", "done"]


def test_a_renewal_is_not_asked_twice(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.lend("A0001", "B1")
    town.fault = "silent after"
    assert kiosk.desk.renew(SARI, "B1") == Unknown("timeout")
    kiosk.desk._presence.back()
    assert kiosk.desk.renew(SARI, "B1") == Renewed(Item("B1", "A book"), date(2026, 12, 14))
    assert [effect.kind for effect in town.effects] == ["checkout", "renew"]
    town.fault = "silent after"
    assert kiosk.desk.renew_all(SARI) == Unknown("timeout")
    kiosk.tend(2)
    assert kiosk.states() == ["done", "unknown"]
    assert kiosk.desk.renew(SARI, "B1") == Unknown("earlier")
    kiosk.tend(60)
    assert kiosk.why() == ["renewals"]


def test_a_payment_in_doubt_is_for_staff_and_holds_up_no_book(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent after"
    assert kiosk.desk.pay(SARI, 500) == Unknown("timeout")
    kiosk.tend(2)
    assert kiosk.desk.pay(SARI, 500) == Unknown("earlier")
    assert kiosk.desk.pay(BUDI, 100) == -100
    assert isinstance(kiosk.desk.checkout(SARI, "B1"), Borrowed)
    kiosk.tend(60)
    assert kiosk.why() == ["payment"]
    assert [effect.kind for effect in town.effects].count("pay") == 2


def test_a_system_that_goes_away_while_an_earlier_one_is_settled(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk._presence.back()
    town.up = False
    assert kiosk.desk.checkout(SARI, "B1") == OFFLINE
    assert not kiosk.desk.online


def test_a_system_that_goes_away_when_the_item_is_looked_at(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.up = False
    assert kiosk.desk.checkin("B1") == OFFLINE
    assert kiosk.states() == []


def test_a_conflict_holds_up_a_new_operation_only_while_others_wait_behind_it(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.lend("A0009", "B1")
    kiosk.town.up = True
    kiosk.tend(5)
    assert kiosk.why() == ["on-loan-to-another"]
    assert isinstance(kiosk.desk.checkin("B1"), Returned)  # the system knows best what holds now
    kiosk.journal.record(Operation("op-x", Kind.CHECKOUT, BUDI, "B1", promised=True), State.PARKED)
    kiosk.rules.refuse = Refusal(Code.LIMIT)
    assert kiosk.desk.checkin("B1") == Unknown("earlier")
    assert kiosk.journal.state("op-x") == "parked"


@pytest.mark.parametrize("seconds", [0.1, 2.0])
def test_a_patron_does_not_wait_for_a_second_silence(kiosk: Any, seconds: float) -> None:
    kiosk.town.garbled.add("B1")
    reach = kiosk.town.copy

    def slow(item_id: str) -> Any:
        kiosk.clock.pass_(seconds)
        return reach(item_id)

    kiosk.town.copy = slow
    outcome = kiosk.desk.checkin("B1")
    assert isinstance(outcome, Returned)
    assert outcome.estimated == (seconds > 1)
    assert kiosk.town.asked.count("checkin") == int(seconds < 1)


def test_a_look_that_raises_does_not_stop_the_return(kiosk: Any) -> None:
    def fail(item_id: str) -> None:
        raise KeyError("AB")

    kiosk.town.copy = fail
    assert isinstance(kiosk.desk.checkin("B1"), Returned)
    assert kiosk.journal.entries()[0].fingerprint is None


def test_a_second_try_of_a_loan_whose_date_is_not_told(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent after"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk._presence.back()
    known = town.copy
    town.copy = lambda item: replace(known(item), due=None)
    assert kiosk.desk.checkout(SARI, "B1") == Borrowed(Item("B1", "A book"), date.max, due_known=False)
    town.fault = "silent after"
    kiosk.desk.checkout(SARI, "B2")
    kiosk.desk._presence.back()
    town.copy = known
    town.items.remove("B2")
    assert isinstance(kiosk.desk.checkout(SARI, "B2"), Refused)  # nothing can be shown of it, so it is asked anew


def test_a_system_whose_own_work_fails_is_taken_to_be_away(kiosk: Any) -> None:
    def fail() -> float:
        raise OSError(5, "I/O error")

    kiosk.town.tend = fail
    assert kiosk.desk.tend() == 1
    assert not kiosk.desk.online


def test_a_system_whose_status_fails_stays_away(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.item("B1")

    def fail() -> SystemStatus:
        raise OSError(5, "I/O error")

    kiosk.town.status = fail
    kiosk.tend(10)
    assert not kiosk.desk.online


def test_a_system_without_work_of_its_own_is_left_alone(make_kiosk: Callable[..., Any], town: Any) -> None:
    class Plain:
        def __init__(self) -> None:
            for name in ("patron", "item", "checkout", "checkin", "renew", "renew_all", "fees", "pay", "end_visit"):
                setattr(self, name, getattr(town, name))
            self.status = town.status

    assert make_kiosk(None, system=Plain()).desk.tend() == 30


def test_an_answer_of_no_use_to_a_question_takes_the_system_to_be_away(kiosk: Any) -> None:
    kiosk.town.item = lambda item: Unknown("garbled")
    assert kiosk.desk.item("B1") == Item("B1", "A book of the van")
    assert not kiosk.desk.online
