"""Codes that may be a card or a book are asked about, never guessed to anybody's harm; and what a staff card does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_support import SARI, Visit, patron

from kiosk.circulation.port import PatronRef
from kiosk.session.codes import MOST
from kiosk.session.model import (
    Advice,
    Button,
    Checkin,
    Checkout,
    CodeUnread,
    Effect,
    EndVisit,
    FindPatron,
    ForeignCodeSeen,
    LabelSeen,
    LookAround,
    Meaning,
    Mode,
    Notice,
    Overlay,
    Part,
    PatronAnswered,
    Play,
    Screen,
    Sound,
    StaffSeen,
    Standing,
    StandingTold,
    StartTimer,
    Timer,
    Unclear,
    UnclearSeen,
)

BUDI = PatronRef("A0003")
OTHER = UnclearSeen(Unclear("0003", BUDI, "B0003"))
OWN = UnclearSeen(Unclear("0001", SARI, "B0001"))


def starts_idle(effects: list[Effect]) -> bool:
    """Whether the time until somebody counts as gone begins anew."""
    return any(isinstance(effect, StartTimer) and effect.timer is Timer.IDLE for effect in effects)


# --- card or book? ------------------------------------------------------------------------------------------------


def test_on_welcome_it_is_asked_and_nobody_is_logged_in_by_a_book(visit: Visit) -> None:
    visit.take(OWN)
    assert (visit.state.overlay, visit.state.unclear) == (Overlay.WHICH, (OWN.code,))
    assert not visit.of(FindPatron)
    visit.press(Button.IS_BOOK)
    assert (visit.state.overlay, visit.state.notice) == (None, Notice.BOOK_NOT_CARD)
    assert not visit.of(FindPatron)


def test_a_card_that_was_said_to_be_one_logs_in_and_stays_a_card_for_the_visit(visit: Visit) -> None:
    visit.take(OWN)
    visit.press(Button.IS_CARD)
    assert visit.of(FindPatron) == [FindPatron(1, SARI, None)]
    visit.take(PatronAnswered(1, patron()))
    visit.press(Button.BORROW)
    visit.take(OWN)
    assert (visit.state.overlay, visit.state.rows) == (None, ())
    assert not visit.of(Checkout)


def test_the_answer_is_forgotten_with_the_visit(visit: Visit) -> None:
    visit.take(OWN)
    visit.press(Button.IS_CARD)
    visit.take(PatronAnswered(1, patron()))
    visit.press(Button.EXIT)
    assert visit.state.meanings == ()
    visit.take(OWN)
    assert visit.state.overlay is Overlay.WHICH


@pytest.mark.parametrize("screen", [Screen.NUMBER, Screen.PIN])
def test_to_a_keypad_only_a_card_comes(visit: Visit, screen: Screen) -> None:
    visit.state = replace(visit.state, screen=screen)
    visit.take(OTHER)
    assert visit.of(FindPatron) == [FindPatron(1, BUDI, None)]


def test_on_the_borrow_list_it_is_a_book(borrowing: Visit) -> None:
    assert starts_idle(borrowing.take(OTHER))
    assert borrowing.checkouts == ["B0003"]
    assert borrowing.state.overlay is None


def test_on_the_borrow_list_ones_own_number_is_asked_about(borrowing: Visit) -> None:
    borrowing.take(OWN)
    assert borrowing.state.overlay is Overlay.WHICH
    assert borrowing.checkouts == []
    borrowing.press(Button.IS_BOOK)
    assert borrowing.checkouts == ["B0001"]
    borrowing.take(OWN)
    assert borrowing.state.overlay is None  # asked once


def test_on_the_return_list_it_is_a_book(returning: Visit) -> None:
    returning.take(OTHER)
    assert returning.checkins == ["B0003"]


@pytest.mark.parametrize("button", [None, Button.ACCOUNT])
def test_nobody_is_logged_out_by_a_book(visit: Visit, button: Button | None) -> None:
    visit.log_in()
    if button:
        visit.press(button)
    visit.take(OTHER)
    assert visit.state.overlay is Overlay.WHICH
    assert not visit.of(EndVisit)
    visit.press(Button.IS_CARD)
    assert visit.of(EndVisit)
    assert (visit.state.ref, visit.state.meanings) == (BUDI, (("0003", Meaning.CARD),))


def test_a_book_on_the_menu_is_borrowed_once_it_was_said_to_be_one(visit: Visit) -> None:
    visit.log_in()
    visit.take(OTHER)
    visit.press(Button.IS_BOOK)
    assert (visit.state.screen, visit.checkouts) == (Screen.BORROW, ["B0003"])


def test_the_question_stops_the_countdown_of_the_last_page(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    borrowing.take(OTHER)
    borrowing.fire(Timer.SECOND)
    assert (borrowing.state.overlay, borrowing.state.seconds) == (Overlay.WHICH, 0)
    borrowing.press(Button.IS_BOOK)
    assert borrowing.state.screen is Screen.FINISH


def test_several_codes_are_asked_about_one_after_the_other(visit: Visit) -> None:
    visit.log_in()
    visit.take(OTHER, OWN, OTHER)
    assert visit.state.unclear == (OTHER.code, OWN.code)
    visit.press(Button.IS_CARD)
    # Another visit has begun: what lies there besides is its business no more.
    assert (visit.state.ref, visit.state.overlay) == (BUDI, None)


def test_after_the_first_book_the_others_on_the_list_need_no_question(visit: Visit) -> None:
    visit.log_in()
    third = UnclearSeen(Unclear("0007", PatronRef("A0007"), "B0007"))
    visit.take(OTHER, third, OWN)
    visit.press(Button.IS_BOOK)
    assert visit.checkouts == ["B0003", "B0007"]
    assert (visit.state.overlay, visit.state.unclear) == (Overlay.WHICH, (OWN.code,))


def test_a_pile_of_questions_is_not_endless(visit: Visit) -> None:
    for n in range(20):
        visit.take(UnclearSeen(Unclear(f"{n}", PatronRef(f"A{n}"), f"B{n}")))
    assert len(visit.state.unclear) == MOST


def test_while_a_card_is_asked_about_nothing_else_is(visit: Visit) -> None:
    visit.take(OWN)
    visit.press(Button.IS_CARD)
    visit.take(OTHER)
    assert visit.state.overlay is None


def test_a_question_nobody_answers_goes_with_the_person(visit: Visit) -> None:
    assert starts_idle(visit.take(OWN))
    visit.fire(Timer.IDLE)
    assert (visit.state.overlay, visit.state.unclear, visit.state.visit) == (None, (), 2)
    visit.press(Button.IS_CARD)
    assert not visit.of(FindPatron)


def test_a_late_press_on_a_question_that_is_gone_does_nothing(visit: Visit) -> None:
    visit.state = replace(visit.state, overlay=Overlay.WHICH)
    visit.press(Button.IS_CARD)
    assert not visit.asked or not visit.of(FindPatron)


def test_the_question_answers_the_idle_warning(visit: Visit) -> None:
    visit.log_in()
    visit.fire(Timer.IDLE)
    visit.take(OTHER)
    assert visit.state.overlay is Overlay.WHICH


# --- codes of no use ----------------------------------------------------------------------------------------------


def test_a_foreign_code_is_said_to_be_one_and_goes_by_itself(visit: Visit) -> None:
    visit.take(ForeignCodeSeen())
    assert visit.state.notice is Notice.FOREIGN_CODE
    visit.fire(Timer.NOTICE)
    assert visit.state.notice is Notice.NONE


def test_a_foreign_code_does_not_hide_that_a_card_is_being_read(visit: Visit) -> None:
    visit.take(OWN)
    visit.press(Button.IS_CARD)
    visit.take(ForeignCodeSeen())
    assert visit.state.notice is Notice.READING_CARD


def test_a_code_in_sight_all_day_keeps_no_visit_open(visit: Visit) -> None:
    visit.log_in()
    assert not starts_idle(visit.take(ForeignCodeSeen()))
    visit.fire(Timer.IDLE)
    visit.take(ForeignCodeSeen())
    assert visit.state.overlay is Overlay.IDLE


# --- shown again --------------------------------------------------------------------------------------------------


def test_the_tile_says_for_a_moment_that_a_label_was_read(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    assert borrowing.state.just_read
    borrowing.fire(Timer.JUST_READ)
    assert not borrowing.state.just_read


def test_advice_on_a_code_that_cannot_be_read_goes_by_itself(borrowing: Visit) -> None:
    borrowing.take(CodeUnread(Advice.CLOSER))
    assert borrowing.state.advice is Advice.CLOSER
    borrowing.fire(Timer.ADVICE)
    assert borrowing.state.advice is None


def test_a_read_label_takes_the_advice_away_at_once_and_is_not_hidden_by_more(borrowing: Visit) -> None:
    borrowing.take(CodeUnread(Advice.STILL), LabelSeen("B00001"))
    assert (borrowing.state.just_read, borrowing.state.advice) == (True, None)
    borrowing.take(CodeUnread(Advice.STILL))
    assert (borrowing.state.just_read, borrowing.state.advice) == (True, None)


def test_advice_does_not_follow_to_another_page_and_other_pages_give_none(borrowing: Visit) -> None:
    borrowing.take(CodeUnread(Advice.CLOSER))
    borrowing.press(Button.MENU)
    assert borrowing.state.advice is None
    borrowing.take(CodeUnread(Advice.CLOSER))
    assert borrowing.state.advice is None


def test_a_code_that_cannot_be_read_keeps_no_visit_open(borrowing: Visit) -> None:
    assert not starts_idle(borrowing.take(CodeUnread(Advice.CLOSER)))


def test_a_book_shown_again_can_still_be_given_back_and_one_lent_before_cannot(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.take(LabelSeen("B00001"))
    borrowing.press(Button.ROW, "B00001")
    assert borrowing.state.overlay is Overlay.UNDO
    borrowing.press(Button.STAY)
    borrowing.take(LabelSeen("B00002"))
    borrowing.borrowed("B00002", again=True)
    borrowing.press(Button.ROW, "B00002")
    assert borrowing.state.overlay is None


def test_a_label_shown_while_its_answer_is_awaited_asks_once(borrowing: Visit) -> None:
    borrowing.take(*[LabelSeen("B00001")] * 5)
    assert borrowing.checkouts == ["B00001"]
    assert len(borrowing.state.rows) == 1


def test_a_returned_book_shown_again_is_said_kindly_in_its_own_row(returning: Visit) -> None:
    returning.take(LabelSeen("B00001"))
    returning.returned("B00001")
    returning.asked.clear()
    returning.take(LabelSeen("B00001"))
    assert returning.row("B00001", Mode.RETURN).again
    assert len(returning.state.rows) == 1
    assert not returning.of(Checkin)
    assert Play(Sound.STOP) not in returning.asked


# --- staff --------------------------------------------------------------------------------------------------------


def test_a_staff_card_on_welcome_shows_how_the_kiosk_is_until_it_is_closed(visit: Visit) -> None:
    visit.take(StaffSeen())
    assert visit.state.overlay is Overlay.STAFF
    assert visit.of(LookAround) == [LookAround(1)]
    standing = Standing(((Part.CAMERA, False), (Part.NETWORK, True)), waiting=3, conflicts=1)
    visit.take(StandingTold(1, standing))
    assert visit.state.standing == standing
    visit.press(Button.STAY)
    assert (visit.state.screen, visit.state.overlay) == (Screen.WELCOME, None)


def test_the_staff_card_shown_again_closes_the_panel_and_so_does_time(visit: Visit) -> None:
    visit.take(StaffSeen(), StaffSeen())
    assert visit.state.overlay is None
    visit.take(StaffSeen())
    visit.fire(Timer.IDLE)
    assert (visit.state.overlay, visit.state.standing) == (None, Standing())


def test_a_staff_card_brings_a_kiosk_back_into_service(visit: Visit) -> None:
    visit.state = replace(visit.state, screen=Screen.OUT_OF_SERVICE, fault="screen")
    visit.take(StaffSeen())
    assert (visit.state.screen, visit.state.visit, visit.state.fault) == (Screen.WELCOME, 2, "")


@pytest.mark.parametrize("button", [None, Button.BORROW, Button.RETURN, Button.ACCOUNT])
def test_a_staff_card_ends_nobodys_visit_unasked(visit: Visit, button: Button | None) -> None:
    visit.log_in()
    if button:
        visit.press(button)
    visit.take(StaffSeen())
    assert (visit.state.overlay, visit.state.ref) == (Overlay.END_VISIT, SARI)
    visit.press(Button.CONFIRM)  # meant for another dialog
    assert visit.state.ref == SARI
    visit.press(Button.STAY)
    assert (visit.state.overlay, visit.state.ref) == (None, SARI)
    assert not visit.of(EndVisit)


def test_staff_who_end_a_visit_see_how_the_kiosk_is(borrowing: Visit) -> None:
    borrowing.take(StaffSeen())
    borrowing.press(Button.END_VISIT)
    assert borrowing.of(EndVisit)
    assert (borrowing.state.screen, borrowing.state.overlay) == (Screen.WELCOME, Overlay.STAFF)
    assert borrowing.state.patron is None
    assert borrowing.of(LookAround) == [LookAround(borrowing.state.visit)]


def test_a_staff_card_stops_the_countdown_of_the_last_page(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    borrowing.take(StaffSeen())
    borrowing.fire(Timer.SECOND)
    assert (borrowing.state.overlay, borrowing.state.screen) == (Overlay.END_VISIT, Screen.FINISH)
