"""The desk: journal first, then the system, then the journal, then the answer; and no exception ever."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from kiosk.circulation.desk import CirculationDesk, Recovered
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    RenewOutcome,
    Returned,
    Secret,
    SystemStatus,
    Unknown,
)

SARI = PatronRef(sample.SARI)
LAYAR = sample.LAYAR_TERKEMBANG


class UnpluggedLibrary:
    """A system that is away, and tells about it in its own words, with somebody's number in them."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[str] = []

    def _fail(self, *what: object) -> Any:
        self.asked.append(str(what[0]) if what else "")
        raise self.error

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        return self._fail()  # type: ignore[no-any-return]

    def item(self, item_id: str) -> Item | Refusal:
        return self._fail()  # type: ignore[no-any-return]

    def checkout(self, op: str, ref: PatronRef, item_id: str) -> CheckoutOutcome:
        return self._fail(op)  # type: ignore[no-any-return]

    def checkin(self, op: str, item_id: str) -> CheckinOutcome:
        return self._fail(op)  # type: ignore[no-any-return]

    def renew(self, op: str, ref: PatronRef, item_id: str) -> RenewOutcome:
        return self._fail(op)  # type: ignore[no-any-return]

    def renew_all(self, op: str, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        return self._fail(op)  # type: ignore[no-any-return]

    def fees(self, ref: PatronRef) -> int | Unknown:
        return self._fail()  # type: ignore[no-any-return]

    def pay(self, op: str, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        return self._fail(op)  # type: ignore[no-any-return]

    def end_visit(self, ref: PatronRef) -> None:
        self._fail()

    def status(self) -> SystemStatus:
        return self._fail()  # type: ignore[no-any-return]


def last(journal: Journal) -> tuple[str, str, date | None, str]:
    entry = journal.entries(limit=1)[0]
    return entry.kind, entry.state, entry.due, entry.why


def test_a_loan_is_in_the_journal_with_its_date(desk: CirculationDesk, journal: Journal) -> None:
    assert isinstance(desk.checkout(SARI, LAYAR), Borrowed)
    assert last(journal) == ("checkout", "done", date(2026, 12, 1), "")
    assert journal.history(journal.entries()[0].op) == ["recorded", "sending", "done"]


def test_a_refusal_is_in_the_journal_with_its_code(desk: CirculationDesk, journal: Journal) -> None:
    assert isinstance(desk.checkout(SARI, sample.HELD_ITEM), Refused)
    assert last(journal) == ("checkout", "refused", None, "held")


def test_every_operation_leaves_its_line(desk: CirculationDesk, journal: Journal, clock: Any) -> None:
    desk.checkout(SARI, LAYAR)
    clock.move(days=2)
    assert isinstance(desk.renew(SARI, LAYAR), Renewed)
    assert isinstance(desk.renew_all(SARI), list)
    assert isinstance(desk.checkin(LAYAR), Returned)
    assert desk.pay(SARI, 500) == Refused(Refusal(Code.FEES, amount=0))
    lines = [(entry.kind, entry.state) for entry in journal.entries()]
    assert lines == [
        ("checkout", "done"),
        ("renew", "done"),
        ("renew-all", "done"),
        ("checkin", "done"),
        ("pay", "refused"),
    ]
    assert journal.verify() == []


def test_the_journal_says_what_each_loan_was_renewed_to(desk: CirculationDesk, journal: Journal) -> None:
    desk.checkout(SARI, LAYAR)
    desk.renew_all(SARI)
    assert last(journal) == ("renew-all", "done", None, f"{LAYAR} 2026-12-01")


def test_questions_leave_no_line(desk: CirculationDesk, journal: Journal) -> None:
    assert isinstance(desk.patron(SARI), Patron)
    assert isinstance(desk.patron(PatronRef(sample.ANI), Secret(sample.ANI_PIN)), Patron)
    assert isinstance(desk.item(LAYAR), Item)
    assert desk.fees(SARI) == 0
    assert desk.status().online
    desk.end_visit(SARI)
    assert journal.entries() == []


def test_the_row_is_on_the_disk_before_the_system_is_asked(library: EmbeddedLibrary, journal: Journal) -> None:
    seen: dict[str, str | None] = {}

    def look(point: str) -> None:
        entries = journal.entries()
        seen[point] = entries[0].state if entries else None

    CirculationDesk(library, journal, point=look).checkout(SARI, LAYAR)
    assert seen == {
        "desk: asked": None,
        "desk: recorded": "sending",
        "desk: answered": "sending",
        "desk: written": "done",
    }


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database is locked"), OSError(5, "I/O error"), KeyError("AA")]
)
def test_whatever_the_system_raises_is_unknown(journal: Journal, error: Exception) -> None:
    def desk() -> CirculationDesk:
        return CirculationDesk(UnpluggedLibrary(error), journal)

    unknown = Unknown(type(error).__name__)
    assert desk().checkout(SARI, LAYAR) == unknown
    assert desk().checkin("B00131") == unknown
    assert desk().renew(SARI, "B00132") == unknown
    assert desk().renew_all(PatronRef(sample.ANI)) == unknown
    assert desk().pay(SARI, 1) == unknown
    assert {entry.state for entry in journal.entries()} == {"unknown"}
    assert desk().patron(SARI) == unknown
    assert desk().item(LAYAR) == unknown
    assert desk().fees(SARI) == unknown
    assert desk().status() == SystemStatus(online=False, offline_since=journal.now())
    desk().end_visit(SARI)


def test_no_log_line_holds_what_a_system_said_about_a_patron(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = CirculationDesk(UnpluggedLibrary(ValueError(f"no such patron: {sample.SARI}")), journal)
    desk.patron(SARI, Secret("2580"))
    desk.checkout(SARI, LAYAR)
    desk.recover()
    assert caplog.records
    assert sample.SARI not in caplog.text
    assert "2580" not in caplog.text
    assert LAYAR not in caplog.text


def test_without_a_journal_nothing_is_asked_and_nothing_promised(library: EmbeddedLibrary, journal: Journal) -> None:
    desk = CirculationDesk(library, journal)
    journal.close()
    assert desk.checkout(SARI, LAYAR) == Unknown("journal")
    assert library.fingerprint(LAYAR) == ""
    assert desk.recover() == []


def test_a_promise_that_cannot_be_written_down_is_not_made_and_found_again(
    library: EmbeddedLibrary, journal: Journal, clock: Any
) -> None:
    def break_the_journal(point: str) -> None:
        if point == "desk: answered":
            journal.close()

    assert CirculationDesk(library, journal, point=break_the_journal).checkout(SARI, LAYAR) == Unknown("journal")
    again = Journal.open(journal.path, kiosk="kiosk-1", clock=clock)
    (recovered,) = CirculationDesk(library, again).recover()
    assert recovered.state is State.DONE
    assert last(again) == ("checkout", "done", date(2026, 12, 1), "")
    again.close()


def test_a_full_disk_lends_nothing_and_answers_again_once_there_is_room(
    library: EmbeddedLibrary, journal: Journal
) -> None:
    desk = CirculationDesk(library, journal)
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    outcomes = [desk.checkin("B00000") for _ in range(200)]
    assert Unknown("journal") in outcomes
    assert isinstance(desk.patron(SARI), Patron)
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert isinstance(desk.checkout(SARI, LAYAR), Borrowed)
    assert journal.verify() == []


def test_what_was_recorded_and_never_sent_is_sent_at_the_next_start(desk: CirculationDesk, journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""))
    assert desk.recover() == [Recovered("op-1", Kind.CHECKOUT, LAYAR, State.DONE)]
    assert journal.history("op-1") == ["recorded", "probing", "sending", "done"]
    assert desk.recover() == []


def test_what_may_have_been_sent_is_unknown_until_it_was_asked_again(desk: CirculationDesk, journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""), State.SENDING)
    desk.circulation.checkout("op-1", SARI, LAYAR)
    desk.recover()
    assert journal.history("op-1") == ["recorded", "sending", "unknown", "probing", "sending", "done"]
    patron = desk.patron(SARI)
    assert isinstance(patron, Patron)
    assert len(patron.loans) == 1


def test_a_crash_while_probing_is_led_on_too(desk: CirculationDesk, journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.RENEW_ALL, SARI), State.PROBING)
    assert [found.state for found in desk.recover()] == [State.DONE]


@pytest.mark.parametrize(
    ("operation", "state"),
    [
        (Operation("op-1", Kind.CHECKOUT, SARI, sample.HELD_ITEM, fingerprint=""), State.REFUSED),
        (Operation("op-1", Kind.RENEW, PatronRef("A0003"), "B00154"), State.DONE),
        (Operation("op-1", Kind.RENEW_ALL, PatronRef("A0003")), State.DONE),
        (Operation("op-1", Kind.CHECKIN, None, LAYAR, fingerprint=""), State.DONE),
    ],
)
def test_every_kind_can_be_asked_again(
    desk: CirculationDesk, journal: Journal, operation: Operation, state: State
) -> None:
    journal.record(operation)
    assert [found.state for found in desk.recover()] == [state]


def test_a_payment_that_never_arrived_is_left_to_staff(library: EmbeddedLibrary, journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.PAY, SARI, amount=100))
    journal.record(Operation("op-2", Kind.PAY, SARI, amount=100), State.SENDING)
    library.pay("op-2", SARI, 100)
    found = CirculationDesk(library, journal).recover()
    assert [one.state for one in found] == [State.CONFLICT, State.REFUSED]
    assert [entry.why for entry in journal.entries("conflict")] == ["payment"]


@pytest.mark.parametrize("hours", [2, -2, 24 * 365])
def test_what_never_happened_does_not_happen_after_the_patron_has_left(
    desk: CirculationDesk, journal: Journal, clock: Any, hours: int
) -> None:
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""), State.SENDING)
    clock.move(hours=hours)
    assert desk.recover() == [Recovered("op-1", Kind.CHECKOUT, LAYAR, State.CONFLICT)]
    assert last(journal) == ("checkout", "conflict", None, "too-old")


def test_what_did_happen_is_done_however_late_it_is_asked(desk: CirculationDesk, journal: Journal, clock: Any) -> None:
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""), State.SENDING)
    desk.circulation.checkout("op-1", SARI, LAYAR)
    clock.move(days=30)
    assert [found.state for found in desk.recover()] == [State.DONE]
    assert last(journal)[2] == date(2026, 12, 1)


def test_a_loan_that_was_asked_for_again_and_returned_does_not_come_back(
    library: EmbeddedLibrary, journal: Journal
) -> None:
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""), State.SENDING)
    desk = CirculationDesk(library, journal)
    library.checkout("op-elsewhere-1", SARI, LAYAR)
    library.checkin("op-elsewhere-2", LAYAR)
    assert desk.recover() == [Recovered("op-1", Kind.CHECKOUT, LAYAR, State.CONFLICT)]
    patron = desk.patron(SARI)
    assert isinstance(patron, Patron)
    assert patron.loans == ()


def test_a_late_return_never_closes_somebody_elses_loan(
    open_library: Callable[..., EmbeddedLibrary], journal: Journal
) -> None:
    here, elsewhere = open_library(), open_library()
    desk = CirculationDesk(here, journal)
    elsewhere.checkout("op-a", SARI, LAYAR)
    journal.record(Operation("op-1", Kind.CHECKIN, None, LAYAR, fingerprint=here.fingerprint(LAYAR)), State.SENDING)
    elsewhere.checkin("op-b", LAYAR)
    elsewhere.checkout("op-c", PatronRef("A0003"), LAYAR)
    assert desk.recover() == [Recovered("op-1", Kind.CHECKIN, LAYAR, State.CONFLICT)]
    assert last(journal) == ("checkin", "conflict", None, "moved-since")
    patron = desk.patron(PatronRef("A0003"))
    assert isinstance(patron, Patron)
    assert LAYAR in [loan.item.id for loan in patron.loans]


def test_a_return_that_had_its_effect_is_done_even_if_the_item_was_lent_since(
    library: EmbeddedLibrary, journal: Journal
) -> None:
    library.checkout("op-a", SARI, LAYAR)
    journal.record(Operation("op-1", Kind.CHECKIN, None, LAYAR, fingerprint=library.fingerprint(LAYAR)), State.SENDING)
    library.checkin("op-1", LAYAR)
    library.checkout("op-c", PatronRef("A0003"), LAYAR)
    lent_since = library.fingerprint(LAYAR)
    assert [found.state for found in CirculationDesk(library, journal).recover()] == [State.DONE]
    assert library.fingerprint(LAYAR) == lent_since


def test_a_system_that_forgets_is_never_asked_twice(journal: Journal) -> None:
    system = UnpluggedLibrary(TimeoutError())
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""), State.SENDING)
    assert CirculationDesk(system, journal).recover() == [Recovered("op-1", Kind.CHECKOUT, LAYAR, State.UNKNOWN)]
    assert system.asked == []


def test_a_library_that_is_busy_at_the_start_is_asked_at_the_next(
    open_library: Callable[..., EmbeddedLibrary], journal: Journal
) -> None:
    busy, here = open_library(), open_library(busy_seconds=0.01)
    journal.record(Operation("op-1", Kind.CHECKOUT, SARI, LAYAR, fingerprint=""))
    desk = CirculationDesk(here, journal)
    with busy.store.writing():
        assert [found.state for found in desk.recover()] == [State.UNKNOWN]
    assert [found.state for found in desk.recover()] == [State.DONE]


def test_a_probe_that_fails_parks_the_return(library: EmbeddedLibrary, journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.CHECKIN, None, LAYAR))
    library.close()
    desk = CirculationDesk(library, journal)
    assert [found.state for found in desk.recover()] == [State.PARKED]
    assert [found.state for found in desk.recover()] == [State.PARKED]
