"""Cards, numbers, PINs and refusals at the front door."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from session_support import SARI, Visit, item, loan, patron

from kiosk.circulation.port import Code, PatronRef, Refusal, Secret, Unknown
from kiosk.session.model import (
    Button,
    CallStaff,
    CardSeen,
    Digit,
    EndVisit,
    FindPatron,
    LabelSeen,
    Notice,
    Overlay,
    PatronAnswered,
    Play,
    Screen,
    Sound,
    TagArrived,
    Timer,
)

NEEDS_PIN = Refusal(Code.PIN_REQUIRED)


def answer(visit: Visit, result: object) -> None:
    visit.take(PatronAnswered(visit.state.visit, result))  # type: ignore[arg-type]


def type_in(visit: Visit, digits: str) -> None:
    visit.take(*(Digit(digit) for digit in digits))


def test_a_card_is_acknowledged_at_once_and_asked_about(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    assert visit.state.notice is Notice.READING_CARD
    assert visit.of(FindPatron) == [FindPatron(1, SARI, None)]


def test_a_known_card_opens_the_menu(visit: Visit) -> None:
    visit.log_in()
    assert visit.state.screen is Screen.MENU
    assert Play(Sound.OK) in visit.asked


def test_the_same_card_seen_twice_is_asked_about_once(visit: Visit) -> None:
    visit.take(CardSeen(SARI), CardSeen(SARI))
    assert len(visit.of(FindPatron)) == 1


def test_the_pin_is_asked_for_only_when_the_library_wants_it(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, NEEDS_PIN)
    assert visit.state.screen is Screen.PIN
    type_in(visit, "2580")
    visit.press(Button.NEXT)
    assert visit.of(FindPatron)[-1] == FindPatron(1, SARI, Secret("2580"))
    answer(visit, patron())
    assert visit.state.screen is Screen.MENU
    assert visit.state.pin_typed == ""


def test_a_pin_takes_no_more_digits_than_are_asked_for_and_is_sent_only_whole(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, NEEDS_PIN)
    type_in(visit, "123")
    visit.press(Button.NEXT)
    assert len(visit.of(FindPatron)) == 1
    type_in(visit, "456")
    assert visit.state.pin_typed == "1234"
    visit.press(Button.DELETE)
    assert visit.state.pin_typed == "123"


def test_a_wrong_pin_empties_the_dots_and_may_be_tried_again(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, NEEDS_PIN)
    type_in(visit, "0000")
    visit.press(Button.NEXT)
    answer(visit, Refusal(Code.NO_MATCH))
    assert (visit.state.screen, visit.state.pin_typed, visit.state.notice) == (Screen.PIN, "", Notice.NO_MATCH)
    type_in(visit, "2")
    assert visit.state.notice is Notice.NONE


def test_too_many_tries_take_the_keypad_away_and_the_line_stays(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, NEEDS_PIN)
    type_in(visit, "0000")
    visit.press(Button.NEXT)
    locked = Refusal(Code.PIN_LOCKED, until_time=datetime(2026, 11, 22, 7, tzinfo=UTC))
    answer(visit, locked)
    assert (visit.state.notice, visit.state.refusal) == (Notice.REFUSED, locked)
    visit.press(Button.CALL_STAFF)
    assert visit.of(CallStaff)


def test_an_unknown_card_gets_the_same_words_as_a_wrong_pin(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, Refusal(Code.NO_MATCH))
    assert (visit.state.screen, visit.state.notice, visit.state.ref) == (Screen.WELCOME, Notice.NO_MATCH, None)


def test_a_refused_member_is_told_why_and_can_go_on_to_nothing(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    expired = Refusal(Code.EXPIRED, until=date(2026, 11, 1))
    answer(visit, expired)
    assert (visit.state.overlay, visit.state.refusal, visit.state.ref) == (Overlay.EXPLAIN, expired, None)
    visit.press(Button.STAY)
    assert (visit.state.screen, visit.state.overlay) == (Screen.WELCOME, None)


def test_a_number_can_be_typed_and_gets_the_librarys_prefix(visit: Visit) -> None:
    from dataclasses import replace

    visit.state = replace(visit.state, rules=replace(visit.state.rules, number_prefix="A"))
    visit.press(Button.TYPE_NUMBER)
    visit.press(Button.NEXT)
    assert not visit.of(FindPatron)
    type_in(visit, "00019")
    visit.press(Button.DELETE)
    visit.press(Button.NEXT)
    assert visit.of(FindPatron) == [FindPatron(1, PatronRef("A0001"), None)]


def test_no_answer_for_five_seconds_says_so_and_for_fifteen_gives_up_for_good(visit: Visit) -> None:
    visit.lay("E004010000000001", "B00001")
    visit.take(CardSeen(SARI))
    late = PatronAnswered(visit.state.visit, patron())
    visit.fire(Timer.LATE, "patron")
    assert visit.state.notice is Notice.STILL_LOOKING
    visit.fire(Timer.SLOW, "patron")
    assert visit.state.notice is Notice.NO_ANSWER
    visit.take(late)
    assert (visit.state.screen, visit.state.patron) == (Screen.WELCOME, None)
    assert not visit.state.pad[0].spent  # the books are still this person's


def test_a_system_that_did_not_answer_leaves_the_card_to_be_shown_again(visit: Visit) -> None:
    visit.take(CardSeen(SARI))
    answer(visit, Unknown())
    assert (visit.state.notice, visit.state.asking, visit.state.ref) == (Notice.NO_ANSWER, False, None)


def test_a_label_where_a_card_is_expected_is_said_kindly(visit: Visit) -> None:
    visit.take(LabelSeen("B00001"))
    assert visit.state.notice is Notice.BOOK_NOT_CARD
    visit.fire(Timer.NOTICE)
    assert visit.state.notice is Notice.NONE


def test_a_blocked_patron_may_look_but_is_told_why_not_to_borrow(visit: Visit) -> None:
    why = Refusal(Code.SUSPENDED, until=date(2026, 11, 26))
    visit.log_in(blocked=why)
    visit.press(Button.BORROW)
    assert (visit.state.screen, visit.state.overlay, visit.state.refusal) == (Screen.MENU, Overlay.EXPLAIN, why)
    visit.press(Button.STAY)
    visit.press(Button.ACCOUNT)
    assert visit.state.screen is Screen.ACCOUNT


@pytest.mark.parametrize("screen", [Button.ACCOUNT, None])
def test_another_card_is_another_visit(visit: Visit, screen: Button | None) -> None:
    visit.log_in()
    if screen:
        visit.press(screen)
    budi = PatronRef("A0003")
    visit.take(CardSeen(budi))
    assert visit.of(EndVisit)
    assert (visit.state.visit, visit.state.patron, visit.state.ref) == (2, None, budi)
    assert visit.of(FindPatron)[-1] == FindPatron(2, budi, None)


def test_ones_own_card_is_only_a_sign_of_life(visit: Visit) -> None:
    visit.log_in()
    visit.take(CardSeen(SARI))
    assert visit.state.screen is Screen.MENU
    assert not visit.of(EndVisit)


def test_a_card_on_the_borrow_list_is_not_a_book(borrowing: Visit) -> None:
    borrowing.take(CardSeen(PatronRef("A0003")))
    assert borrowing.state.notice is Notice.CARD_NOT_BOOK
    assert borrowing.state.ref == SARI


def test_the_next_patron_may_step_up_while_the_last_page_is_open(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    budi = PatronRef("A0003")
    borrowing.take(CardSeen(budi))
    assert borrowing.of(EndVisit)[0].borrowed == 1
    assert (borrowing.state.screen, borrowing.state.rows) == (Screen.WELCOME, ())
    assert borrowing.of(FindPatron)[-1].ref == budi


def test_books_left_on_the_pad_without_a_card_are_nobodys_after_a_while(visit: Visit) -> None:
    effects = visit.take(TagArrived("E004010000000001"))
    assert any(getattr(effect, "timer", None) is Timer.IDLE for effect in effects)
    visit.fire(Timer.IDLE)
    assert visit.state.pad[0].spent


def test_the_library_may_know_the_patrons_language(visit: Visit) -> None:
    visit.log_in(language="en")
    assert visit.state.language == "en"


def test_the_account_is_asked_for_again_only_after_something_changed(borrowing: Visit) -> None:
    borrowing.press(Button.MENU)
    assert not borrowing.of(FindPatron)
    borrowing.press(Button.BORROW)
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.MENU)
    assert len(borrowing.of(FindPatron)) == 1
    answer(borrowing, patron(loans=(loan("B00001"),)))
    assert borrowing.state.patron is not None
    assert borrowing.state.patron.loans[0].item == item("B00001")


@pytest.mark.parametrize("button", [Button.RETURN_WITHOUT_CARD, Button.TYPE_NUMBER])
def test_somebody_who_will_not_wait_for_the_card_is_not_logged_in_by_it_later(visit: Visit, button: Button) -> None:
    visit.take(CardSeen(SARI))
    late = PatronAnswered(visit.state.visit, patron())
    visit.press(button)
    visit.take(late)
    assert visit.state.screen in (Screen.RETURN, Screen.NUMBER)
    assert (visit.state.patron, visit.state.ref) == (None, None)
