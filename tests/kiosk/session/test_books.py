"""What happens to books: borrowed, refused, sets, pulled away, put back, undone, returned."""

from __future__ import annotations

from datetime import date

import pytest
from session_support import DUE, Visit, loan

from kiosk.circulation.port import Bin, Code, Item, Refusal, Refused, Unknown
from kiosk.session.model import (
    Button,
    CheckedIn,
    CheckedOut,
    EndVisit,
    FindItem,
    ItemAnswered,
    LabelSeen,
    Mode,
    Notice,
    Overlay,
    Phase,
    Play,
    SalesCodeSeen,
    Screen,
    Secure,
    Security,
    Sound,
    Timer,
)

UID, UID2, UID3 = (f"E00401000000000{n}" for n in (1, 2, 3))
HELD = Refusal(Code.HELD, until=date(2026, 11, 26))


def test_a_tag_is_borrowed_and_only_then_its_bit_switched_off(borrowing: Visit) -> None:
    effects = borrowing.lay(UID, "B00001")
    assert borrowing.row("B00001").phase is Phase.WAITING
    assert not [effect for effect in effects if isinstance(effect, Secure)]
    borrowing.borrowed("B00001")
    row = borrowing.row("B00001")
    assert (row.phase, row.due, row.title) == (Phase.BORROWED, DUE, "Title of B00001")
    assert borrowing.of(Secure) == [Secure(1, UID, False)]
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").security is Security.RIGHT
    assert borrowing.state.borrowed == borrowing.state.seen == 1


def test_label_and_tag_of_the_same_book_are_one_loan(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.take(LabelSeen("B00001"))
    assert borrowing.checkouts == ["B00001"]
    assert borrowing.of(Secure) == [Secure(1, UID, False)]


def test_a_book_laid_down_after_its_label_was_borrowed_still_gets_its_bit_off(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.lay(UID, "B00001")
    assert borrowing.of(Secure) == [Secure(1, UID, False)]
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").security is Security.RIGHT


def test_showing_a_borrowed_book_again_is_harmless_and_said(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.asked.clear()
    borrowing.take(LabelSeen("B00001"))
    assert borrowing.row("B00001").again
    assert not borrowing.checkouts
    assert Play(Sound.STOP) not in borrowing.asked


def test_the_whole_pile_is_asked_for_at_once_and_one_refusal_holds_up_nobody(borrowing: Visit) -> None:
    for n, uid in enumerate((UID, UID2, UID3), start=1):
        borrowing.lay(uid, f"B0000{n}")
    assert borrowing.checkouts == ["B00001", "B00002", "B00003"]
    borrowing.borrowed("B00001")
    borrowing.refused("B00002", HELD)
    borrowing.borrowed("B00003")
    assert [row.phase for row in borrowing.state.rows_of(Mode.BORROW)] == [
        Phase.REFUSED, Phase.BORROWED, Phase.BORROWED,
    ]  # fmt: skip
    assert borrowing.row("B00002").refusal == HELD
    assert {effect.uid for effect in borrowing.of(Secure)} == {UID, UID3}


def test_a_refused_book_leaves_the_list_when_it_leaves_the_pad(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.refused("B00001", HELD)
    borrowing.lift(UID)
    assert borrowing.state.rows == ()


def test_a_refused_label_leaves_the_list_when_it_is_pressed_and_may_be_tried_again(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.refused("B00001", Refusal(Code.LIMIT, limit=3))
    borrowing.take(LabelSeen("B00001"))
    assert borrowing.checkouts == ["B00001", "B00001"]
    borrowing.refused("B00001", Refusal(Code.LIMIT, limit=3))
    borrowing.press(Button.ROW, "B00001")
    assert borrowing.state.rows == ()


def test_pulled_away_before_the_bit_was_off_asks_for_it_back_and_mends_it(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.lift(UID)
    assert borrowing.row("B00001").phase is Phase.PUT_BACK
    assert borrowing.state.borrowed == 1
    borrowing.asked.clear()
    borrowing.lay(UID, "B00001")
    assert borrowing.of(Secure) == [Secure(1, UID, False)]
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").phase is Phase.BORROWED
    assert borrowing.checkouts == []


def test_pulled_away_before_the_answer_is_put_back_as_soon_as_the_answer_is_yes(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.lift(UID)
    borrowing.borrowed("B00001")
    assert borrowing.row("B00001").phase is Phase.PUT_BACK
    assert not borrowing.of(Secure)


def test_a_bit_that_cannot_be_written_asks_for_the_book_once_more(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False, ok=False)
    assert borrowing.row("B00001").phase is Phase.PUT_BACK
    borrowing.lift(UID)
    borrowing.lay(UID, "B00001")
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").phase is Phase.BORROWED


def test_a_book_put_back_is_mended_on_whatever_page(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.lift(UID)
    borrowing.press(Button.MENU)
    borrowing.asked.clear()
    borrowing.lay(UID, "B00001")
    assert borrowing.of(Secure) == [Secure(1, UID, False)]
    assert borrowing.state.screen is Screen.MENU


def test_a_set_is_lent_whole_or_not_at_all(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00360", part=1, parts=3)
    borrowing.lay(UID2, "B00360", part=2, parts=3)
    row = borrowing.row("B00360")
    assert (row.phase, row.seen, row.parts) == (Phase.INCOMPLETE, 2, 3)
    assert not borrowing.checkouts
    borrowing.lay(UID3, "B00360", part=3, parts=3)
    assert borrowing.checkouts == ["B00360"]
    borrowing.borrowed("B00360")
    assert {effect.uid for effect in borrowing.of(Secure)} == {UID, UID2, UID3}


def test_an_incomplete_set_is_named_so_that_one_knows_which_to_look_for(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00360", part=1, parts=3)
    assert borrowing.of(FindItem) == [FindItem(1, "B00360")]
    borrowing.take(ItemAnswered(1, Item("B00360", "Atlas")))
    assert borrowing.row("B00360").title == "Atlas"
    borrowing.lay(UID2, "B00360", part=2, parts=3)
    assert len(borrowing.of(FindItem)) == 1


def test_two_readings_of_the_same_part_do_not_make_a_set(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00360", part=1, parts=2)
    borrowing.lay(UID2, "B00360", part=1, parts=2)
    assert not borrowing.checkouts


def test_a_set_counts_down_when_a_part_is_taken_away_and_goes_with_the_last(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00360", part=1, parts=3)
    borrowing.lay(UID2, "B00360", part=2, parts=3)
    borrowing.lift(UID)
    assert borrowing.row("B00360").seen == 1
    borrowing.lift(UID2)
    assert borrowing.state.rows == ()


def test_a_set_is_done_only_when_every_part_is_secured(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00360", part=1, parts=2)
    borrowing.lay(UID2, "B00360", part=2, parts=2)
    borrowing.borrowed("B00360")
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00360").security is Security.PENDING
    borrowing.lift(UID2)
    assert borrowing.row("B00360").phase is Phase.PUT_BACK


def test_a_tag_that_names_no_book_asks_for_the_label_and_goes_with_the_tag(borrowing: Visit) -> None:
    borrowing.lay(UID)
    assert borrowing.state.rows[0].phase is Phase.UNREADABLE
    borrowing.lift(UID)
    assert borrowing.state.rows == ()


def test_a_tag_read_at_a_later_try_is_a_book_after_all(borrowing: Visit) -> None:
    from kiosk.session.model import TagRead

    borrowing.lay(UID)
    borrowing.take(TagRead(UID, "B00001"))
    assert [row.key for row in borrowing.state.rows] == ["B00001"]


def test_a_discarded_book_is_refused_without_asking(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001", lendable=False)
    assert borrowing.row("B00001").refusal == Refusal(Code.WRONG_USE)
    assert not borrowing.checkouts


def test_no_answer_is_never_shown_as_borrowed(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.fire(Timer.LATE, "B00001")
    assert borrowing.row("B00001").phase is Phase.LATE
    borrowing.take(CheckedOut(1, "B00001", Unknown("time-out")))
    assert borrowing.row("B00001").phase is Phase.UNSURE
    assert not borrowing.of(Secure)
    assert borrowing.state.borrowed == 0


def test_an_answer_for_another_item_changes_nothing(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    before = borrowing.state
    borrowing.borrowed("B00002")
    assert borrowing.state == before


def test_an_isbn_is_answered_with_a_hint(borrowing: Visit) -> None:
    borrowing.take(SalesCodeSeen())
    assert borrowing.state.notice is Notice.SALES_CODE


def test_the_right_label_takes_the_hint_away(borrowing: Visit) -> None:
    borrowing.take(SalesCodeSeen(), LabelSeen("B00001"))
    assert borrowing.state.notice is Notice.NONE


def test_a_secured_book_that_is_lifted_and_laid_down_again_says_that_it_was_borrowed(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False)
    borrowing.lift(UID)
    borrowing.asked.clear()
    borrowing.lay(UID, "B00001")
    assert borrowing.row("B00001").again
    assert not borrowing.checkouts
    assert not borrowing.of(Secure)


# --- undo ---------------------------------------------------------------------------------------------------------


def undo(visit: Visit, item_id: str) -> None:
    visit.press(Button.ROW, item_id)
    assert (visit.state.overlay, visit.state.chosen) == (Overlay.UNDO, item_id)
    visit.press(Button.CONFIRM)


def test_a_borrowed_book_can_be_given_back_from_its_row(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False)
    undo(borrowing, "B00001")
    assert borrowing.row("B00001").phase is Phase.UNDOING
    borrowing.returned("B00001")
    assert borrowing.of(Secure)[-1] == Secure(1, UID, True)
    borrowing.secured(UID, armed=True)
    assert borrowing.row("B00001").phase is Phase.UNDONE
    borrowing.fire(Timer.NOTICE, "B00001")
    assert borrowing.state.rows == ()


def test_undone_but_taken_away_before_its_bit_was_on_is_asked_back(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False)
    undo(borrowing, "B00001")
    borrowing.returned("B00001")
    borrowing.lift(UID)
    assert borrowing.row("B00001").phase is Phase.PUT_BACK
    borrowing.lay(UID, "B00001")
    assert borrowing.of(Secure)[-1] == Secure(1, UID, True)
    borrowing.secured(UID, armed=True)
    assert borrowing.row("B00001").phase is Phase.UNDONE


def test_an_undo_that_is_refused_leaves_the_loan_as_it_was(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    undo(borrowing, "B00001")
    borrowing.take(CheckedIn(1, "B00001", Refused(Refusal(Code.OTHER))))
    assert borrowing.row("B00001").phase is Phase.BORROWED


def test_an_undo_without_an_answer_is_not_called_done(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    undo(borrowing, "B00001")
    borrowing.take(CheckedIn(1, "B00001", Unknown()))
    assert borrowing.row("B00001").phase is Phase.UNSURE


# --- returning ----------------------------------------------------------------------------------------------------


def test_a_return_is_shown_only_when_the_bit_is_on_again(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.returned("B00001", bin=Bin.LEFT)
    assert returning.row("B00001", Mode.RETURN).phase is Phase.WAITING
    assert returning.of(Secure) == [Secure(1, UID, True)]
    returning.secured(UID, armed=True)
    row = returning.row("B00001", Mode.RETURN)
    assert (row.phase, row.bin) == (Phase.RETURNED, Bin.LEFT)
    assert returning.state.returned == 1


def test_a_return_without_a_tag_is_done_with_the_answer(returning: Visit) -> None:
    returning.take(LabelSeen("B00001"))
    returning.returned("B00001", fee=2000, held=True, bin=Bin.STAFF)
    row = returning.row("B00001", Mode.RETURN)
    assert (row.phase, row.fee, row.held, row.bin) == (Phase.RETURNED, 2000, True, Bin.STAFF)
    assert Play(Sound.ATTENTION) in returning.asked


def test_a_return_that_shall_not_be_armed_is_not(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.returned("B00001", arm=False)
    assert not returning.of(Secure)
    assert returning.row("B00001", Mode.RETURN).phase is Phase.RETURNED


def test_taken_off_before_it_was_armed_stays_to_be_put_back(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.lift(UID)
    returning.returned("B00001")
    assert returning.row("B00001", Mode.RETURN).phase is Phase.PUT_BACK
    returning.lay(UID, "B00001")
    returning.secured(UID, armed=True)
    assert returning.row("B00001", Mode.RETURN).phase is Phase.RETURNED


def test_a_return_without_an_answer_is_never_called_returned(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.take(CheckedIn(1, "B00001", Unknown()))
    assert returning.row("B00001", Mode.RETURN).phase is Phase.UNSURE
    assert returning.state.returned == 0
    returning.returned("B00001")  # a second answer to a settled question
    assert returning.row("B00001", Mode.RETURN).phase is Phase.UNSURE


def test_an_unknown_book_goes_to_staff(returning: Visit) -> None:
    returning.take(LabelSeen("B09999"))
    returning.take(CheckedIn(1, "B09999", Refused(Refusal(Code.UNKNOWN_ITEM))))
    assert returning.row("B09999", Mode.RETURN).phase is Phase.REFUSED


def test_nobody_needs_a_card_to_return_and_there_is_no_menu_for_nobody(returning: Visit) -> None:
    returning.press(Button.MENU)
    assert returning.state.screen is Screen.RETURN
    returning.press(Button.FINISH)
    assert returning.state.screen is Screen.WELCOME


# --- from one list to the other, from one visit to the next --------------------------------------------------------


def test_a_book_just_returned_is_not_borrowed_again_while_it_lies_there(visit: Visit) -> None:
    visit.log_in()
    visit.press(Button.RETURN)
    visit.lay(UID, "B00001")
    visit.returned("B00001")
    visit.secured(UID, armed=True)
    visit.press(Button.MENU)
    visit.press(Button.BORROW)
    assert not visit.checkouts
    visit.lift(UID)
    visit.lay(UID, "B00001")
    assert visit.checkouts == ["B00001"]


def test_books_of_the_last_patron_never_go_to_the_next(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False)
    borrowing.press(Button.EXIT)
    borrowing.asked.clear()
    borrowing.log_in()
    borrowing.press(Button.BORROW)
    assert not borrowing.checkouts
    borrowing.lift(UID)
    borrowing.lay(UID, "B00001")
    assert borrowing.checkouts == ["B00001"]


def test_books_laid_down_before_the_card_are_waiting_when_the_list_opens(visit: Visit) -> None:
    visit.lay(UID, "B00001")
    visit.log_in()
    assert not visit.checkouts
    visit.press(Button.BORROW)
    assert visit.checkouts == ["B00001"]


@pytest.mark.parametrize("by", ["tag", "label"])
def test_on_the_menu_a_book_chooses_by_itself(visit: Visit, by: str) -> None:
    visit.log_in(loans=(loan("B00002"),))
    if by == "tag":
        visit.lay(UID, "B00001")
    else:
        visit.take(LabelSeen("B00001"))
    assert (visit.state.screen, visit.checkouts) == (Screen.BORROW, ["B00001"])
    visit.press(Button.MENU)
    if by == "tag":
        visit.lay(UID2, "B00002")
    else:
        visit.take(LabelSeen("B00002"))
    assert (visit.state.screen, visit.checkins) == (Screen.RETURN, ["B00002"])


def test_finishing_with_something_undone_asks_first(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.refused("B00001", HELD)
    borrowing.press(Button.FINISH)
    assert borrowing.state.overlay is Overlay.LEAVE
    borrowing.press(Button.STAY)
    assert borrowing.state.screen is Screen.BORROW
    borrowing.press(Button.FINISH)
    borrowing.press(Button.CONFIRM)
    assert borrowing.of(EndVisit)  # nothing was borrowed, so there is nothing to thank for


def test_finishing_with_books_shows_thanks(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    assert borrowing.state.screen is Screen.FINISH
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").security is Security.RIGHT


def test_a_book_to_put_back_brings_its_list_back_from_any_page(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    borrowing.lift(UID)
    assert (borrowing.state.screen, borrowing.row("B00001").phase) == (Screen.BORROW, Phase.PUT_BACK)
    borrowing.press(Button.FINISH)
    assert borrowing.state.overlay is Overlay.LEAVE
    borrowing.press(Button.CONFIRM)
    assert borrowing.state.screen is Screen.FINISH
