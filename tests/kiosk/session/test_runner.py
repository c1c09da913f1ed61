"""The runner with the real library, journal and desk: effects carried out, answers brought back, wishes kept."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import LAYAR_TERKEMBANG, ON_LOAN_ITEMS, SARI, SET_ITEM, load_sample
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import PatronRef
from kiosk.session.model import (
    Button,
    CardSeen,
    Event,
    LabelSeen,
    Mode,
    Part,
    Phase,
    Pressed,
    Row,
    Screen,
    Security,
    Sound,
    StaffSeen,
    Standing,
    State,
    TagArrived,
    TagLeft,
    TagRead,
)
from kiosk.session.runner import Runner

UID = tag_uid(LAYAR_TERKEMBANG)


class Outside:
    """The UI thread and the devices, as a test can hold them still."""

    def __init__(self) -> None:
        self.woken = threading.Event()
        self.shown: list[State] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.sounds: list[Sound] = []
        self.secured: list[tuple[str, bool]] = []
        self.transactions: list[tuple[str, str, str | None]] = []
        self.staff_called = 0
        self.systems: list[bool] = []
        self.looks = 0
        self.wrong: list[int] = []
        self.wiped = 0
        self.broken = False

    def wake(self) -> None:
        self.woken.set()

    def call_later(self, seconds: float, then: Callable[[], None]) -> Callable[[], None]:
        entry = (seconds, then)
        self.timers.append(entry)
        return lambda: self.timers.remove(entry) if entry in self.timers else None

    def show(self, state: State) -> None:
        if self.broken:
            raise RuntimeError(f"cannot draw {state.ref!r} A0001")
        self.shown.append(state)

    def play(self, sound: Sound) -> None:
        self.sounds.append(sound)

    def secure(self, uid: str, armed: bool) -> None:
        self.secured.append((uid, armed))

    def transaction(self, op: str, result: str, code: str | None) -> None:
        self.transactions.append((op, result, code))

    def call_staff(self) -> None:
        self.staff_called += 1

    def system(self, online: bool) -> None:
        self.systems.append(online)

    def standing(self) -> Standing:
        return Standing(((Part.NETWORK, True),), waiting=2)

    def looked_after(self) -> None:
        self.looks += 1

    def wrong_bits(self, tags: int) -> None:
        self.wrong.append(tags)

    def wipe(self) -> None:
        self.wiped += 1


@cache
def sample() -> bytes:
    """The sample library, loaded once."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "library.sqlite")
        library = EmbeddedLibrary.open(path, create=True)
        load_sample(library)
        library.close()
        return path.read_bytes()


class Kiosk:
    """A runner on real files; ``until`` is its UI thread."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "journal.sqlite").exists():
            (folder / "library.sqlite").write_bytes(sample())
        self.library = EmbeddedLibrary.open(folder / "library.sqlite")
        self.journal = Journal.open(folder / "journal.sqlite", kiosk="k")
        self.outside = Outside()
        self.runner = Runner(CirculationDesk(self.library, self.journal), self.journal, self.outside, State())
        self.runner.start()

    def close(self) -> None:
        self.runner.stop()
        self.journal.close()
        self.library.close()

    def until(self, holds: Callable[[State], bool]) -> State:
        deadline = time.monotonic() + 10
        while not holds(self.runner.state):
            assert self.outside.woken.wait(max(0, deadline - time.monotonic())), f"never came: {self.runner.state}"
            self.outside.woken.clear()
            self.runner.drain()
        return self.runner.state

    def do(self, *events: Event) -> None:
        for event in events:
            self.runner.post(event)
        self.runner.drain()

    def row(self, item: str, mode: Mode = Mode.BORROW) -> Row | None:
        return self.runner.state.row(mode, item)

    def borrow_one(self) -> None:
        self.do(CardSeen(PatronRef(SARI)))
        self.until(lambda state: state.screen is Screen.MENU)
        self.do(Pressed(Button.BORROW), TagArrived(UID), TagRead(UID, LAYAR_TERKEMBANG))
        self.until(lambda state: (row := self.row(LAYAR_TERKEMBANG)) is not None and row.phase is Phase.BORROWED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def kiosk(folder: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(folder)
    yield kiosk
    kiosk.close()


def settled(kiosk: Kiosk) -> None:
    """Everything the worker had to do is done: the visit's end is its last job."""
    done = threading.Event()
    kiosk.runner._submit("test", done.set)
    assert done.wait(10)


def test_a_loan_is_in_library_journal_and_list_of_wishes_before_its_bit_is_touched(kiosk: Kiosk, folder: Path) -> None:
    kiosk.borrow_one()
    assert kiosk.outside.secured == [(UID, False)]
    assert kiosk.journal.security_wanted() == {UID: False}
    with sqlite3.connect(folder / "library.sqlite") as db:
        assert db.execute(
            "SELECT count(*) FROM loans WHERE item=? AND returned_at IS NULL", (LAYAR_TERKEMBANG,)
        ).fetchone() == (1,)
    assert kiosk.journal.verify() == []
    settled(kiosk)
    assert kiosk.outside.transactions == [("checkout", "done", None)]


def test_a_written_bit_is_crossed_out(kiosk: Kiosk) -> None:
    kiosk.borrow_one()
    kiosk.runner.security_written(UID, False, True)
    kiosk.until(lambda _: (row := kiosk.row(LAYAR_TERKEMBANG)) is not None and row.security is Security.RIGHT)
    settled(kiosk)
    assert kiosk.journal.security_wanted() == {}


def test_a_returned_book_that_got_away_is_armed_when_it_is_seen_again_even_after_a_restart(folder: Path) -> None:
    kiosk = Kiosk(folder)
    item = ON_LOAN_ITEMS[0]
    uid = tag_uid(item)
    kiosk.do(Pressed(Button.RETURN_WITHOUT_CARD), TagArrived(uid), TagRead(uid, item), TagLeft(uid))
    kiosk.until(lambda _: (row := kiosk.row(item, Mode.RETURN)) is not None and row.phase is Phase.PUT_BACK)
    kiosk.close()
    again = Kiosk(folder)
    settled(again)
    again.do(TagArrived(uid), TagRead(uid, item))
    settled(again)
    assert again.outside.secured == [(uid, True)]
    again.close()


def test_an_answer_for_an_ended_visit_shows_nothing_but_stays_recorded(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), LabelSeen(LAYAR_TERKEMBANG), Pressed(Button.EXIT), Pressed(Button.CONFIRM))
    assert kiosk.runner.state.visit == 2
    settled(kiosk)
    kiosk.runner.drain()
    assert kiosk.runner.state.rows == ()
    assert [entry.state for entry in kiosk.journal.entries()] == ["done"]
    assert kiosk.outside.wiped == 1


def test_timers_are_stopped_at_the_end_of_a_visit(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    assert kiosk.outside.timers
    kiosk.do(Pressed(Button.EXIT))
    assert kiosk.outside.timers == []


def test_a_timer_comes_back_as_an_event(kiosk: Kiosk) -> None:
    kiosk.do(Pressed(Button.TYPE_NUMBER))
    (seconds, fire), *_ = kiosk.outside.timers
    assert seconds == kiosk.runner.state.rules.idle
    fire()
    kiosk.runner.drain()
    assert kiosk.runner.state.overlay is not None


def test_a_worker_that_raises_leads_to_the_safe_page_and_the_next_visit_works(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.runner._submit("library", lambda: (_ for _ in ()).throw(ValueError("A0001 Sari")))
    kiosk.until(lambda state: state.screen is Screen.OUT_OF_SERVICE)
    assert kiosk.runner.state.fault == "library"
    assert "ValueError" in caplog.text
    assert "Sari" not in caplog.text
    assert "A0001" not in caplog.text
    recover = next(then for seconds, then in kiosk.outside.timers if seconds == kiosk.runner.state.rules.recover)
    recover()
    kiosk.runner.drain()
    kiosk.borrow_one()


def test_a_refusal_is_counted_with_its_reason(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), LabelSeen("B99999"))
    kiosk.until(lambda _: (row := kiosk.row("B99999")) is not None and row.phase is Phase.REFUSED)
    settled(kiosk)
    assert kiosk.outside.transactions == [("checkout", "refused", "unknown-item")]


def test_all_loans_are_renewed_with_an_answer_for_each(kiosk: Kiosk) -> None:
    kiosk.borrow_one()
    kiosk.do(Pressed(Button.MENU))
    kiosk.until(lambda state: state.patron is not None and len(state.patron.loans) == 1)
    kiosk.do(Pressed(Button.RENEW), Pressed(Button.RENEW_ALL))
    kiosk.until(lambda state: bool(state.renewals))
    assert kiosk.runner.state.renewals[0][0] == LAYAR_TERKEMBANG


def test_an_incomplete_set_gets_its_name(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    uid = tag_uid(SET_ITEM, 1)
    kiosk.do(Pressed(Button.BORROW), TagArrived(uid), TagRead(uid, SET_ITEM, 1, 3))
    kiosk.until(lambda _: (row := kiosk.row(SET_ITEM)) is not None and bool(row.title))
    assert kiosk.row(SET_ITEM).phase is Phase.INCOMPLETE  # type: ignore[union-attr]


def test_a_book_laid_down_after_its_label_is_on_the_list_of_wishes_before_its_bit_is_touched(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), LabelSeen(LAYAR_TERKEMBANG))
    kiosk.until(lambda _: (row := kiosk.row(LAYAR_TERKEMBANG)) is not None and row.phase is Phase.BORROWED)
    assert kiosk.journal.security_wanted() == {}
    kiosk.do(TagArrived(UID), TagRead(UID, LAYAR_TERKEMBANG))
    settled(kiosk)
    assert kiosk.journal.security_wanted() == {UID: False}
    assert kiosk.outside.secured == [(UID, False)]


def test_one_loan_is_renewed_and_borrowing_it_again_is_not_counted(kiosk: Kiosk) -> None:
    kiosk.borrow_one()
    kiosk.do(Pressed(Button.MENU))
    kiosk.until(lambda state: state.patron is not None and len(state.patron.loans) == 1)
    kiosk.do(Pressed(Button.RENEW), Pressed(Button.RENEW_ITEM, LAYAR_TERKEMBANG))
    kiosk.until(lambda state: bool(state.renewals))
    kiosk.do(Pressed(Button.EXIT), CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), LabelSeen(LAYAR_TERKEMBANG))
    kiosk.until(lambda _: (row := kiosk.row(LAYAR_TERKEMBANG)) is not None and row.again)
    settled(kiosk)
    assert [op for op, result, _ in kiosk.outside.transactions if result == "done"].count("checkout") == 1


def test_a_system_that_fails_is_unknown_on_the_screen_and_in_the_ledger(kiosk: Kiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.library.close()
    kiosk.do(Pressed(Button.BORROW), LabelSeen(LAYAR_TERKEMBANG))
    kiosk.until(lambda _: (row := kiosk.row(LAYAR_TERKEMBANG)) is not None and row.phase is Phase.UNSURE)
    settled(kiosk)
    assert kiosk.outside.transactions == [("checkout", "unknown", None)]
    assert [entry.state for entry in kiosk.journal.entries()] == ["unknown"]


def test_an_event_that_breaks_the_session_leads_to_the_safe_page(kiosk: Kiosk) -> None:
    kiosk.runner.post("not an event")  # type: ignore[arg-type]
    kiosk.runner.drain()
    assert kiosk.runner.state.screen is Screen.OUT_OF_SERVICE
    assert kiosk.runner.state.fault == "session"


def test_help_reaches_staff(kiosk: Kiosk) -> None:
    kiosk.do(Pressed(Button.HELP), Pressed(Button.CALL_STAFF))
    assert kiosk.outside.staff_called == 1


def test_a_staff_card_is_answered_with_how_the_kiosk_is(kiosk: Kiosk) -> None:
    kiosk.runner.post(StaffSeen())
    state = kiosk.until(lambda state: bool(state.standing.parts))
    assert state.standing == Standing(((Part.NETWORK, True),), waiting=2)
