"""Tags that are seen again: the library is asked first, and only its word, or this visit's yes, moves a bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_runner import UID, Kiosk, settled
from test_runner_offline import FarKiosk

from kiosk.circulation import journal_requests
from kiosk.circulation.journal_requests import Request, Wanted
from kiosk.circulation.library.sample import LAYAR_TERKEMBANG, ON_LOAN_ITEMS, SARI
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import PatronRef
from kiosk.session.model import (
    Button,
    CardSeen,
    Mode,
    Phase,
    Pressed,
    Row,
    Screen,
    Security,
    Stuck,
    TagArrived,
    TagLeft,
    TagRead,
)

LENT = ON_LOAN_ITEMS[0]
LENT_UID = tag_uid(LENT)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[FarKiosk]:
    kiosk = FarKiosk(tmp_path)
    yield kiosk
    kiosk.close()


def eventually(kiosk: Kiosk, holds: Callable[[], bool]) -> None:
    """The kiosk's threads get to it; the UI thread goes on meanwhile."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, f"never came: {kiosk.outside.secured}, {kiosk.journal.security_wanted()}"
        kiosk.outside.woken.wait(0.02)
        kiosk.outside.woken.clear()
        kiosk.runner.drain()


def lay(kiosk: Kiosk, uid: str = UID, item: str = LAYAR_TERKEMBANG) -> None:
    kiosk.do(TagArrived(uid), TagRead(uid, item))
    settled(kiosk)


def leave_with_the_alarm_on(kiosk: Kiosk) -> None:
    """Sari borrows a book, and is out of the door before its bit is off."""
    kiosk.borrow_one()
    kiosk.do(TagLeft(UID), Pressed(Button.EXIT), Pressed(Button.CONFIRM))
    assert kiosk.runner.state.visit == 2
    settled(kiosk)
    kiosk.outside.secured.clear()


def give_back_and_run(kiosk: Kiosk) -> None:
    """Somebody returns a book, and has it in hand again before its bit is on."""
    kiosk.do(Pressed(Button.RETURN_WITHOUT_CARD), TagArrived(LENT_UID), TagRead(LENT_UID, LENT), TagLeft(LENT_UID))
    kiosk.until(lambda _: (row := kiosk.row(LENT, Mode.RETURN)) is not None and row.phase is Phase.PUT_BACK)
    kiosk.do(Pressed(Button.EXIT), Pressed(Button.CONFIRM))
    settled(kiosk)
    kiosk.outside.secured.clear()


def of_layar(kiosk: Kiosk) -> Row:
    row = kiosk.row(LAYAR_TERKEMBANG)
    assert row is not None
    return row


# --- another day --------------------------------------------------------------------------------------------------


def test_a_borrowed_book_that_comes_back_on_loan_is_disarmed(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    lay(kiosk)
    assert kiosk.outside.secured == [(UID, False)]
    kiosk.runner.security_written(UID, False, True)
    settled(kiosk)
    assert kiosk.journal.security_wanted() == {}


def test_a_book_whose_loan_is_over_is_armed_instead_of_disarmed(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    kiosk.library.checkin("at the desk", LAYAR_TERKEMBANG)
    lay(kiosk)
    assert kiosk.outside.secured == [(UID, True)]
    assert kiosk.journal.security_wanted() == {UID: True}  # on the disk before the reader hears of it


def test_a_returned_book_that_was_lent_again_elsewhere_is_not_armed(kiosk: FarKiosk) -> None:
    give_back_and_run(kiosk)
    kiosk.library.checkout("elsewhere", PatronRef(SARI), LENT)
    lay(kiosk, LENT_UID, LENT)
    assert kiosk.outside.secured == [(LENT_UID, False)]


def test_nothing_is_disarmed_while_nobody_can_tell_and_it_is_made_up_for_while_the_book_lies_there(
    kiosk: FarKiosk,
) -> None:
    leave_with_the_alarm_on(kiosk)
    kiosk.cable.there = False
    lay(kiosk)
    assert kiosk.outside.secured == []
    assert kiosk.journal.security_wanted() == {UID: False}
    kiosk.cable.there = True
    eventually(kiosk, lambda: kiosk.outside.secured == [(UID, False)])


def test_arming_needs_nobodys_word_because_it_is_safe_but_the_word_is_still_asked_for(kiosk: FarKiosk) -> None:
    give_back_and_run(kiosk)
    kiosk.library.checkout("elsewhere", PatronRef(SARI), LENT)  # nobody here knows
    kiosk.cable.there = False
    lay(kiosk, LENT_UID, LENT)
    assert kiosk.outside.secured == [(LENT_UID, True)]
    kiosk.runner.security_written(LENT_UID, True, True)
    settled(kiosk)
    assert kiosk.journal.security_wanted() == {LENT_UID: True}  # written, and still to be looked at
    kiosk.cable.there = True
    eventually(kiosk, lambda: kiosk.outside.secured[-1] == (LENT_UID, False))
    kiosk.runner.security_written(LENT_UID, False, True)
    settled(kiosk)
    assert kiosk.journal.security_wanted() == {}


def test_an_item_that_the_library_does_not_know_is_not_disarmed(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    lay(kiosk, UID, "B99999")  # the tag was written anew
    assert kiosk.outside.secured == []


def test_a_tag_that_names_nothing_any_more_is_known_by_its_uid(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    lay(kiosk, UID, "")
    assert kiosk.outside.secured == [(UID, False)]


def test_a_tag_that_owes_nothing_is_left_alone(kiosk: FarKiosk) -> None:
    lay(kiosk)
    assert kiosk.outside.secured == []


# --- in the same visit --------------------------------------------------------------------------------------------


def test_put_back_in_the_same_visit_the_yes_of_the_visit_holds_when_the_library_goes_away(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    kiosk.do(TagLeft(UID))
    kiosk.outside.secured.clear()
    kiosk.cable.there = False
    lay(kiosk)
    assert kiosk.outside.secured == [(UID, False)]


def test_put_back_in_the_same_visit_after_staff_took_it_in_it_is_armed(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    kiosk.do(TagLeft(UID))
    kiosk.outside.secured.clear()
    kiosk.library.checkin("at the desk", LAYAR_TERKEMBANG)
    lay(kiosk)
    assert kiosk.outside.secured == [(UID, True)]


def test_the_yes_for_one_item_does_not_disarm_a_tag_that_names_another_by_now(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    kiosk.do(TagLeft(UID))
    kiosk.outside.secured.clear()
    kiosk.cable.there = False  # nobody can tell where the other item is
    lay(kiosk, UID, "B00002")
    assert kiosk.outside.secured == []
    assert kiosk.journal.security_wanted() == {UID: False}  # still owed to the tag, if it is the borrowed book's


def test_a_tag_that_names_another_item_before_the_yes_comes_is_not_disarmed_by_it(kiosk: FarKiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), TagArrived(UID), TagRead(UID, LAYAR_TERKEMBANG))
    kiosk.do(TagLeft(UID), TagArrived(UID), TagRead(UID, "B99999"))
    kiosk.until(lambda _: of_layar(kiosk).phase in (Phase.BORROWED, Phase.PUT_BACK))
    settled(kiosk)
    assert kiosk.outside.secured == []


def test_a_yes_that_comes_after_its_visit_is_carried_out_while_the_book_lies_there(kiosk: FarKiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW), TagArrived(UID), TagRead(UID, LAYAR_TERKEMBANG))
    kiosk.do(Pressed(Button.EXIT), Pressed(Button.CONFIRM))  # the answer is still in the inbox, or on its way
    assert kiosk.runner.state.visit == 2
    eventually(kiosk, lambda: (UID, False) in kiosk.outside.secured)
    kiosk.runner.security_written(UID, False, True)
    eventually(kiosk, lambda: kiosk.journal.security_wanted() == {})


def test_a_tag_that_does_not_take_its_value_is_tried_again_while_it_lies_there(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    for tries in (2, 3):
        kiosk.runner.security_written(UID, False, False, Stuck.MOVE)
        kiosk.until(lambda _: of_layar(kiosk).stuck is Stuck.MOVE)
        eventually(kiosk, lambda tries=tries: kiosk.outside.secured == [(UID, False)] * tries)  # type: ignore[misc]
    kiosk.runner.security_written(UID, False, True)
    kiosk.until(lambda _: of_layar(kiosk).security is Security.RIGHT)
    assert of_layar(kiosk).phase is Phase.BORROWED


# --- what staff hear ----------------------------------------------------------------------------------------------


def test_the_desk_hears_how_many_bits_are_wrong_but_not_of_those_being_written(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    settled(kiosk)
    assert kiosk.outside.wrong == [0]
    kiosk.do(TagLeft(UID), Pressed(Button.EXIT), Pressed(Button.CONFIRM))
    eventually(kiosk, lambda: kiosk.outside.wrong == [0, 1])
    lay(kiosk)
    kiosk.runner.security_written(UID, False, True)
    eventually(kiosk, lambda: kiosk.outside.wrong == [0, 1, 0])


def test_a_wish_that_staff_settle_while_the_kiosk_runs_is_not_carried_out_any_more(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    request = Request(journal=kiosk.journal.identity.id, op=UID, wanted=Wanted.BIT_RIGHT, who="", why="")
    journal_requests.leave(kiosk.journal.path, request)
    eventually(kiosk, lambda: kiosk.outside.wrong[-1] == 0)
    lay(kiosk)
    assert kiosk.outside.secured == []


def test_what_an_earlier_run_left_behind_is_told_at_the_start(tmp_path: Path) -> None:
    first = Kiosk(tmp_path)
    leave_with_the_alarm_on(first)
    first.close()
    second = Kiosk(tmp_path)
    settled(second)
    assert second.outside.wrong == [1]
    second.close()


def test_an_undone_loan_is_armed_by_the_visits_own_yes(kiosk: FarKiosk) -> None:
    kiosk.borrow_one()
    kiosk.runner.security_written(UID, False, True)
    kiosk.until(lambda _: of_layar(kiosk).security is Security.RIGHT)
    kiosk.do(Pressed(Button.ROW, LAYAR_TERKEMBANG), Pressed(Button.CONFIRM))
    eventually(kiosk, lambda: kiosk.outside.secured[-1] == (UID, True))
    assert kiosk.journal.security_wanted() == {UID: True}


def test_somebody_else_logs_in_and_the_old_book_on_the_pad_is_still_mended(kiosk: FarKiosk) -> None:
    leave_with_the_alarm_on(kiosk)
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    lay(kiosk)
    assert (UID, False) in kiosk.outside.secured
