"""Replay: looked at first, sent at most once with an effect, in order on each item; else on the list for staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kiosk.circulation.desk import Recovered
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.port import Borrowed, Code, PatronRef, Refusal, Unknown

SARI, BUDI = PatronRef("A0001"), PatronRef("A0002")
DAY_OFFLINE = timedelta(hours=8)


def effects(town: Any) -> list[tuple[str, str, str]]:
    return [(effect.kind, effect.item, effect.patron) for effect in town.effects]


def go_offline(kiosk: Any) -> None:
    kiosk.town.up = False
    kiosk.desk.item("B1")
    assert not kiosk.desk.online


def come_back(kiosk: Any, seconds: float = 120) -> None:
    kiosk.town.up = True
    kiosk.tend(seconds)


# a day offline


def test_what_was_promised_is_sent_in_order_with_its_moment_and_its_date(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    asked = kiosk.clock.now()
    kiosk.clock.pass_(DAY_OFFLINE.total_seconds())
    kiosk.desk.checkout(BUDI, "B2")
    kiosk.desk.checkin("B1")
    come_back(kiosk)
    assert effects(kiosk.town) == [
        ("checkout", "B1", "A0001"),
        ("checkout", "B2", "A0002"),
        ("checkin", "B1", "A0001"),
    ]
    first, second, third = kiosk.town.told
    assert (first.at, first.due, first.forced) == (asked, date(2026, 12, 3), False)
    assert second.at == asked + DAY_OFFLINE
    assert third.due is None
    assert kiosk.states() == ["done"] * 3
    assert kiosk.journal.history("op-1") == ["recorded", "parked", "probing", "sending", "done"]
    assert kiosk.journal.verify() == []


def test_a_book_that_passes_through_many_hands_in_a_day_ends_with_the_last(kiosk: Any) -> None:
    kiosk.town.lend("A0009", "B1")
    kiosk.rules.marks["B1"] = "20261207"
    go_offline(kiosk)
    kiosk.desk.checkin("B1")
    kiosk.rules.marks.clear()  # what the extract knew is over
    for patron in (SARI, BUDI, SARI):
        kiosk.desk.checkout(patron, "B1")
        kiosk.desk.checkin("B1")
    kiosk.desk.checkout(BUDI, "B1")
    come_back(kiosk)
    assert kiosk.states() == ["done"] * 8
    assert kiosk.town.loans["B1"].patron == "A0002"
    assert Counter(kind for kind, _, _ in effects(kiosk.town)) == {"checkout": 5, "checkin": 4}


def test_a_book_lent_here_before_the_outage_is_taken_back_without_a_mark(kiosk: Any) -> None:
    assert isinstance(kiosk.desk.checkout(SARI, "B1"), Borrowed)
    go_offline(kiosk)
    kiosk.desk.checkin("B1")
    come_back(kiosk)
    assert kiosk.states() == ["done", "done"]
    assert "B1" not in kiosk.town.loans


@pytest.mark.parametrize("meanwhile", ["another patron", "renewed"])
def test_a_book_lent_again_since_is_left_alone(kiosk: Any, meanwhile: str) -> None:
    kiosk.desk.checkout(SARI, "B1")
    go_offline(kiosk)
    kiosk.desk.checkin("B1")
    kiosk.clock.pass_(86_400)
    if meanwhile == "another patron":
        kiosk.town.take("B1")
        kiosk.town.lend("A0002", "B1")
    else:
        kiosk.town.extend("A0001", "B1")
    before = dict(kiosk.town.loans)
    come_back(kiosk)
    assert kiosk.why() == ["relent"]
    assert kiosk.town.loans == before


def test_a_return_of_which_the_extract_knew_the_loan(kiosk: Any) -> None:
    kiosk.town.lend("A0009", "B1")
    kiosk.town.lend("A0009", "B2")
    kiosk.rules.marks.update(B1="20261207", B2="20261130")
    go_offline(kiosk)
    kiosk.desk.checkin("B1")
    kiosk.desk.checkin("B2")
    come_back(kiosk)
    assert kiosk.states() == ["done", "conflict"]
    assert "B2" in kiosk.town.loans


def test_a_conflict_holds_up_its_item_and_nothing_else(kiosk: Any) -> None:
    go_offline(kiosk)
    for patron, item in ((SARI, "B1"), (SARI, "B2")):
        kiosk.desk.checkout(patron, item)
    kiosk.desk.checkin("B1")
    kiosk.desk.checkout(BUDI, "B3")
    kiosk.town.lend("A0009", "B1")
    come_back(kiosk)
    assert kiosk.states() == ["conflict", "done", "parked", "done"]
    assert kiosk.why() == ["on-loan-to-another"]
    kiosk.journal.resolve("op-1", who="Rina", why="The other loan was a mistake; returned it")
    kiosk.town.take("B1")
    kiosk.tend(60)
    assert kiosk.states() == ["resolved", "done", "done", "done"]


def test_a_promise_that_the_system_refuses_is_for_staff(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkout(SARI, "X9")
    kiosk.desk.checkin("X8")
    kiosk.town.blocked.add("A0001")
    come_back(kiosk)
    assert kiosk.why() == ["refused:blocked", "refused:unknown-item", "refused:unknown-item"]
    assert kiosk.journal.history("op-1")[-2:] == ["refused", "conflict"]
    assert effects(kiosk.town) == []


def test_a_promised_date_is_a_floor(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkout(BUDI, "B2")
    kiosk.town.days = 7
    kiosk.town.lend("A0002", "B2")
    come_back(kiosk)
    assert kiosk.why() == ["due-earlier", "due-earlier"]
    assert [entry.due for entry in kiosk.journal.entries()] == [date(2026, 11, 30)] * 2


def test_no_block_is_said_only_where_it_is_configured(make_kiosk: Callable[..., Any], rules: Any, town: Any) -> None:
    kiosk = make_kiosk(rules, replay_forced=True)
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    come_back(kiosk)
    assert [told.forced for told in town.told] == [True]
    kiosk.desk.checkout(SARI, "B2")
    assert town.told[-1] is None  # nothing is said of an operation that happens now


def test_the_moment_is_corrected_when_the_clock_was_set_later(kiosk: Any) -> None:
    right = kiosk.clock.now()
    kiosk.clock.set_from, kiosk.clock.at = "unsynced", datetime(1970, 1, 1, tzinfo=UTC)
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.clock.pass_(3600)
    kiosk.clock.set_from, kiosk.clock.at = "ntp", right + timedelta(hours=1)
    come_back(kiosk)
    assert [told.at for told in kiosk.town.told] == [right]


def test_one_call_leads_on_one_operation(kiosk: Any) -> None:
    go_offline(kiosk)
    for number in range(1, 6):
        kiosk.desk.checkout(SARI, f"B{number}")
    kiosk.town.up = True
    kiosk.clock.pass_(60)
    done = []
    while kiosk.desk.tend() == 0:
        done.append(kiosk.states().count("done"))
    assert done == [0, 1, 2, 3, 4, 5]


# what may be on its way


@pytest.mark.parametrize("fault", ["silent after", "silent before", "late"])
def test_a_call_without_an_answer_has_one_effect(make_kiosk: Callable[..., Any], town: Any, fault: str) -> None:
    kiosk = make_kiosk(None)
    town.fault = fault
    assert kiosk.desk.checkout(SARI, "B1") == Unknown("timeout")
    kiosk.tend(20)
    if fault == "late":
        town.land()
    kiosk.tend(60)
    assert effects(town) == [("checkout", "B1", "A0001")]
    assert kiosk.states() == ["done"]


def test_what_has_happened_is_seen_without_waiting(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent after"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(2)
    assert kiosk.states() == ["done"]
    assert kiosk.journal.entries()[0].due == date(2026, 12, 7)


def test_it_is_sent_again_after_the_quiet_time_and_two_looks(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(29)
    assert town.asked.count("checkout") == 1
    kiosk.tend(5)
    assert town.asked.count("checkout") == 1  # looked once
    kiosk.tend(10)
    assert town.asked.count("checkout") == 2
    assert kiosk.states() == ["done"]


def test_an_effect_between_the_two_looks_is_found(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "late"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(34)
    town.land()
    kiosk.tend(30)
    assert effects(town) == [("checkout", "B1", "A0001")]
    assert kiosk.states() == ["done"]


def test_an_effect_that_lands_while_it_is_sent_again_is_not_taken_for_a_refusal(
    make_kiosk: Callable[..., Any], town: Any
) -> None:
    kiosk = make_kiosk(None)
    town.lend("A0001", "B1")
    town.fault = "late"
    assert kiosk.desk.checkin("B1") == Unknown("timeout")
    kiosk.desk._replayer._point = lambda point: town.land() if point == "replay: sending" else None
    kiosk.tend(60)
    assert kiosk.states() == ["done"]
    town.fault = "late"
    kiosk.desk.checkout(SARI, "B2")

    def land_and_refuse(point: str) -> None:
        if point == "replay: sending":
            town.land()
            town.blocked.add("A0001")

    kiosk.desk._replayer._point = land_and_refuse
    kiosk.tend(60)
    assert town.loans["B2"].patron == "A0001"
    assert kiosk.states() == ["done", "done"]


def test_a_look_that_fails_after_a_refusal_leaves_the_doubt(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "late"
    kiosk.desk.checkout(SARI, "B1")

    def refuse_and_vanish(point: str) -> None:
        if point == "replay: sending":
            town.blocked.add("A0001")
        if point == "replay: answered":
            town.up = False

    kiosk.desk._replayer._point = refuse_and_vanish
    kiosk.tend(45)
    assert kiosk.states() == ["unknown"]
    assert not kiosk.desk.online


def test_a_refusal_of_what_nobody_was_promised_is_the_end(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    town.blocked.add("A0001")
    kiosk.tend(90)
    assert kiosk.states() == ["refused"]


def test_an_operation_in_its_quiet_time_holds_up_no_other(kiosk: Any) -> None:
    kiosk.town.fault = "late"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkout(BUDI, "B2")
    kiosk.desk.checkout(BUDI, "B3")
    kiosk.tend(3)
    assert kiosk.states() == ["unknown", "done", "done"]


def test_the_quiet_time_counts_from_the_restart_when_the_machine_was_restarted(
    make_kiosk: Callable[..., Any], town: Any
) -> None:
    make_kiosk(None).journal.record(Operation("op-1", Kind.CHECKOUT, SARI, "B1"), State.SENDING)
    kiosk = make_kiosk(None)
    kiosk.clock.restart()
    kiosk = make_kiosk(None)
    assert kiosk.desk.recover() == [Recovered("op-1", Kind.CHECKOUT, "B1", State.UNKNOWN)]
    assert kiosk.journal.entries()[0].why == "restart"
    kiosk.clock.boot += "'"  # once more, after the row was written
    kiosk.clock.since_boot = timedelta(hours=5)
    kiosk = make_kiosk(None)
    kiosk.desk.recover()
    kiosk.tend(29)
    assert town.asked.count("checkout") == 0
    kiosk.tend(20)
    assert kiosk.states() == ["done"]


def test_a_restart_of_the_program_alone_does_not_wait_anew(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.clock.pass_(29)
    kiosk = make_kiosk(None)
    kiosk.desk.recover()
    kiosk.tend(12)
    assert kiosk.states() == ["done"]


def test_without_a_quiet_time_two_looks_follow_each_other(make_kiosk: Callable[..., Any], town: Any) -> None:
    town.quiet = 0
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.tend(2)
    assert kiosk.states() == ["done"]
    assert town.asked.count("copy") == 2


def test_what_nobody_was_promised_is_not_sent_when_the_patron_has_left(
    make_kiosk: Callable[..., Any], town: Any
) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    town.up = False
    kiosk.tend(3700)
    come_back(kiosk)
    assert kiosk.why() == ["too-old"]
    assert effects(town) == []


def test_after_some_sends_in_vain_staff_are_asked(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.up = True
    for _ in range(200):
        kiosk.town.fault = "silent before"
        kiosk.tend(1)
    assert kiosk.why() == ["no-answer"]
    assert kiosk.town.asked.count("checkout") == 3


def test_a_renewal_in_doubt(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.lend("A0001", "B1")
    town.fault = "silent before"
    kiosk.desk.renew(SARI, "B1")
    kiosk.tend(60)
    assert kiosk.states() == ["done"]
    assert kiosk.journal.entries()[0].due == date(2026, 12, 14)
    assert [kind for kind, _, _ in effects(town)] == ["checkout", "renew"]
    town.fault = "silent before"
    kiosk.desk.renew(SARI, "B1")
    town.take("B1")
    kiosk.tend(60)
    assert kiosk.why() == ["moved-since"]


# a system that comes and goes


def test_a_system_that_goes_away_before_a_replay_parks_it(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.up = True
    kiosk.town.fault = "away"
    kiosk.tend(1.5)
    assert kiosk.states() == ["parked"]
    assert kiosk.heard == [False, True, False]
    kiosk.tend(60)
    assert kiosk.states() == ["done"]


def test_a_doubt_stays_when_it_could_not_be_sent_again(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")

    def vanish(point: str) -> None:
        if point == "replay: sending":
            town.fault = "away"

    kiosk.desk._replayer._point = vanish
    kiosk.tend(45)
    assert kiosk.journal.history("op-1")[-2:] == ["sending", "unknown"]


def test_a_replay_that_raises_is_unknown(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.up = True
    kiosk.town.fault = "broken"
    kiosk.tend(3)
    assert kiosk.journal.history("op-1")[2:] == ["probing", "sending", "unknown", "probing", "done"]
    assert effects(kiosk.town) == [("checkout", "B1", "A0001")]


def test_a_copy_that_cannot_be_seen_is_looked_at_again_and_after_a_day_left_to_staff(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkout(SARI, "B2")
    kiosk.town.garbled.add("B1")
    come_back(kiosk)
    assert kiosk.states() == ["parked", "done"]
    assert kiosk.desk.online
    looks = kiosk.town.asked.count("copy")
    kiosk.tend(3600)
    assert kiosk.town.asked.count("copy") - looks < 15
    kiosk.tend(25 * 3600)
    assert kiosk.why() == ["cannot-look"]


def test_a_copy_that_can_be_seen_again_is_settled(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.garbled.add("B1")
    come_back(kiosk)
    kiosk.town.garbled.clear()
    kiosk.tend(600)
    assert kiosk.states() == ["done"]


def test_a_system_that_does_not_tell_who_has_what(kiosk: Any) -> None:
    kiosk.town.lists = False
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkout(SARI, "B2")
    kiosk.town.lend("A0001", "B2")
    come_back(kiosk)
    assert kiosk.states() == ["done", "conflict"]
    assert kiosk.why() == ["cannot-tell"]


def test_a_lists_passing_fault_is_not_taken_for_good(kiosk: Any) -> None:
    kiosk.town.lists = False
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B2")
    kiosk.town.lend("A0001", "B2")
    come_back(kiosk, seconds=3)
    assert kiosk.states() == ["parked"]
    kiosk.town.lists = True
    kiosk.tend(60)
    assert kiosk.states() == ["done"]


def test_a_system_that_cannot_be_looked_at_leaves_everything_to_staff(
    make_kiosk: Callable[..., Any], town: Any, rules: Any
) -> None:
    class Blind:
        """Offers the port and nothing else."""

        def __init__(self) -> None:
            for name in ("patron", "item", "checkout", "checkin", "renew", "renew_all", "fees", "pay", "end_visit"):
                setattr(self, name, getattr(town, name))
            self.status = town.status

    kiosk = make_kiosk(rules, system=Blind())
    town.fault = "silent after"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkin("B2")
    kiosk.tend(60)
    assert kiosk.why() == ["cannot-look", "cannot-look"]
    assert effects(town) == [("checkout", "B1", "A0001")]


# what staff put back


def test_a_conflict_put_back_is_tried_by_the_same_rules(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.blocked.add("A0001")
    come_back(kiosk)
    assert kiosk.why() == ["refused:blocked"]
    assert kiosk.journal.redo("op-1", who="Rina", why="unblocked") is State.PARKED
    kiosk.tend(5)
    assert kiosk.why() == ["refused:blocked"]  # it was not
    kiosk.town.blocked.clear()
    kiosk.journal.redo("op-1", who="Rina", why="unblocked now")
    kiosk.tend(5)
    assert kiosk.states() == ["done"]


def test_a_doubt_put_back_is_still_a_doubt(kiosk: Any) -> None:
    kiosk.town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.lend("A0009", "B1")
    kiosk.tend(60)
    assert kiosk.why() == ["on-loan-to-another"]
    kiosk.town.take("B1")
    assert kiosk.journal.redo("op-1", who="Rina", why="returned the other loan") is State.UNKNOWN
    kiosk.tend(60)
    assert kiosk.states() == ["done"]


# odd ends


def test_an_operation_interrupted_by_a_full_disk_is_led_on_without_a_restart(
    make_kiosk: Callable[..., Any], town: Any
) -> None:
    kiosk = make_kiosk(None)
    kiosk.journal.record(Operation("op-1", Kind.CHECKOUT, SARI, "B1"), State.SENDING)
    town.lend("A0001", "B1")
    kiosk.tend(1)
    assert kiosk.journal.history("op-1") == ["recorded", "sending", "unknown", "probing", "done"]


def test_a_probe_cut_short_by_an_older_program_keeps_its_doubt(make_kiosk: Callable[..., Any]) -> None:
    kiosk = make_kiosk(None)
    kiosk.journal.record(Operation("op-1", Kind.CHECKOUT, SARI, "B1"), State.SENDING)
    kiosk.journal.move("op-1", State.UNKNOWN)
    kiosk.journal.move("op-1", State.PROBING)
    kiosk.journal.record(Operation("op-2", Kind.CHECKOUT, SARI, "B2"), State.PROBING)
    kiosk.journal.record(Operation("op-3", Kind.CHECKOUT, SARI, "B3"))
    kiosk.desk.recover()
    assert kiosk.states() == ["unknown", "probing", "recorded"]
    kiosk.town.up = False
    kiosk.tend(1)
    kiosk.desk._presence.back()
    kiosk.town.garbled = {"B2", "B3"}
    kiosk.town.up = True
    kiosk.tend(60)
    assert kiosk.states() == ["done", "parked", "parked"]


def test_a_journal_that_cannot_be_written_stops_only_the_work_between_patrons(
    make_kiosk: Callable[..., Any], town: Any, journal: Journal
) -> None:
    kiosk = make_kiosk(None)
    town.fault = "silent before"
    kiosk.desk.checkout(SARI, "B1")
    journal.close()
    assert kiosk.desk.tend() == 30
    assert kiosk.desk.recover() == []


def test_a_patron_who_was_forgotten_too_early_is_not_guessed(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.journal._db.execute("DELETE FROM patrons")
    kiosk.journal._unsettled_now.doubt()
    come_back(kiosk)
    assert kiosk.why() == ["cannot-tell"]


def test_offline_and_online_are_the_same_to_a_refusal(kiosk: Any) -> None:
    kiosk.rules.refuse = Refusal(Code.EXPIRED)
    go_offline(kiosk)
    assert kiosk.desk.checkout(SARI, "B1").refusal.code is Code.EXPIRED
    assert kiosk.states() == []


def test_a_loan_is_not_put_back_when_the_book_was_moved_since(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.blocked.add("A0001")
    come_back(kiosk)
    kiosk.town.blocked.clear()
    kiosk.desk.checkin("B1")
    with pytest.raises(JournalError, match="lent or returned here since"):
        kiosk.journal.redo("op-1", who="Rina", why="unblocked")
    assert "B1" not in kiosk.town.loans


def test_a_copy_that_the_system_will_not_show_is_unclear(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.copy = lambda item: Refusal(Code.OTHER)
    come_back(kiosk)
    assert kiosk.states() == ["parked"]


def test_a_return_after_a_loan_of_which_the_patron_was_forgotten(kiosk: Any) -> None:
    kiosk.desk.checkout(SARI, "B1")
    kiosk.clock.pass_(60)
    kiosk.journal.forget(kiosk.clock.now())
    go_offline(kiosk)
    kiosk.desk.checkin("B1")
    come_back(kiosk)
    assert kiosk.why() == ["relent"]  # whose loan it is can no longer be told


def test_staff_ask_and_the_rest_goes_on_when_a_system_fails_in_a_new_way(kiosk: Any) -> None:
    class Odd:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.town.up = True
    kiosk.clock.pass_(60)
    kiosk.town.status = lambda: Odd()
    assert kiosk.desk.tend() == 30
    assert kiosk.states() == ["parked"]


def test_a_loan_that_another_desk_made_after_the_return_is_not_ours_to_end(kiosk: Any) -> None:
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkin("B1")
    kiosk.town.lend("A0001", "B1")  # staff took it from the bin and lent it to the same patron
    come_back(kiosk)
    assert kiosk.states() == ["done", "conflict"]
    assert kiosk.why() == ["relent"]
    assert kiosk.town.loans["B1"].patron == "A0001"


def test_a_loan_from_before_that_was_promised_once_more_is_the_same_loan(kiosk: Any) -> None:
    kiosk.town.days = 10
    kiosk.town.lend("A0001", "B1")
    kiosk.rules.marks["B1"] = "20261203"
    go_offline(kiosk)
    kiosk.desk.checkout(SARI, "B1")
    kiosk.rules.marks.clear()
    kiosk.desk.checkin("B1")
    come_back(kiosk)
    assert kiosk.states() == ["done", "done"]
    assert "B1" not in kiosk.town.loans


def test_a_loan_that_was_promised_twice_is_one_loan_of_ours(kiosk: Any) -> None:
    go_offline(kiosk)
    for _ in range(3):
        kiosk.desk.checkout(SARI, "B1")
    kiosk.desk.checkin("B1")
    come_back(kiosk)
    assert kiosk.states() == ["done"] * 4
    assert effects(kiosk.town) == [("checkout", "B1", "A0001"), ("checkin", "B1", "A0001")]


def test_a_probe_cut_short_is_parked_when_the_system_is_away(make_kiosk: Callable[..., Any], town: Any) -> None:
    kiosk = make_kiosk(None)
    kiosk.journal.record(Operation("op-1", Kind.CHECKOUT, SARI, "B1"), State.PROBING)
    town.up = False
    kiosk.desk.tend()
    assert kiosk.states() == ["parked"]
    assert not kiosk.desk.online
