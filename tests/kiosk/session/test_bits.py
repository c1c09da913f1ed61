"""What keeps a tag's bit from being right is told apart; sets are counted by their parts; cards are no books."""

from __future__ import annotations

import pytest
from session_support import DUE, SARI, Visit, item, loan, patron

from kiosk.circulation.port import Borrowed, Code, PatronRef, Refusal, Refused
from kiosk.session.model import (
    Button,
    CardSeen,
    CheckedIn,
    CheckedOut,
    Device,
    DeviceChanged,
    EndVisit,
    FindPatron,
    LabelSeen,
    Mode,
    Notice,
    Oddity,
    PatronAnswered,
    Phase,
    Play,
    Row,
    Screen,
    Secure,
    Secured,
    Security,
    Sound,
    Stuck,
    TagArrived,
    TagRead,
)

UID, UID2, UID3, CARD = (f"E00401000000000{n}" for n in (1, 2, 3, 9))
OTHER = PatronRef("A0002")
SET = "B00360"


@pytest.fixture
def borrowing(borrowing: Visit) -> Visit:
    borrowing.take(DeviceChanged(Device.READER, True))
    borrowing.asked.clear()
    return borrowing


def failed(visit: Visit, stuck: Stuck, uid: str = UID, armed: bool = False) -> None:
    visit.take(Secured(visit.state.visit, uid, armed, False, stuck))


def how(visit: Visit, item: str = "B00001", mode: Mode = Mode.BORROW) -> tuple[Phase, Stuck]:
    row = visit.row(item, mode)
    return row.phase, row.stuck


# --- stuck --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stuck", [Stuck.MOVE, Stuck.LOCKED, Stuck.LEFT, Stuck.READER])
def test_a_bit_that_is_not_right_says_what_would_help(borrowing: Visit, stuck: Stuck) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    failed(borrowing, stuck)
    assert how(borrowing) == (Phase.PUT_BACK, stuck)
    assert borrowing.state.borrowed == 1


def test_a_tag_that_is_tried_again_says_the_same_in_its_place_and_rings_once(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    failed(borrowing, Stuck.MOVE)
    before = borrowing.state
    borrowing.asked.clear()
    failed(borrowing, Stuck.MOVE)
    assert borrowing.state == before
    assert borrowing.asked == []
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").phase is Phase.BORROWED


def test_lifted_put_back_and_written_each_is_said(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    failed(borrowing, Stuck.MOVE)
    borrowing.lift(UID)
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.LEFT)
    borrowing.lay(UID, "B00001")
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.WRITING)
    failed(borrowing, Stuck.MOVE)
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.MOVE)


def test_a_locked_tag_stays_with_staff_wherever_it_is_laid(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    failed(borrowing, Stuck.LOCKED)
    borrowing.lift(UID)
    borrowing.lay(UID, "B00001")
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.LOCKED)
    assert borrowing.of(Secure)[-1] == Secure(1, UID, False)  # it is tried all the same


def test_a_reader_that_goes_away_asks_for_nothing_to_be_put_back(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.take(DeviceChanged(Device.READER, False))
    borrowing.lift(UID)  # every tag leaves with it
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.READER)
    borrowing.take(DeviceChanged(Device.READER, True))
    borrowing.lay(UID, "B00001")
    borrowing.secured(UID, armed=False)
    assert borrowing.row("B00001").phase is Phase.BORROWED


def test_a_return_that_cannot_be_armed_is_counted_and_handed_to_staff(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.returned("B00001")
    failed(returning, Stuck.LOCKED, armed=True)
    assert how(returning, mode=Mode.RETURN) == (Phase.PUT_BACK, Stuck.LOCKED)
    assert returning.state.returned == 1


def test_a_book_that_shall_keep_its_bit_keeps_it_when_it_is_lifted_and_laid_down_again(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.take(CheckedOut(1, "B00001", Borrowed(item("B00001"), DUE, disarm=False)))
    borrowing.lift(UID)
    borrowing.lay(UID, "B00001")
    borrowing.lay(UID2, "B00001")  # nor does a second tag of it lose its bit
    assert borrowing.of(Secure) == []
    assert (how(borrowing)[0], borrowing.row("B00001").again) == (Phase.BORROWED, True)


def test_a_book_that_keeps_its_bit_does_so_when_its_label_was_shown_first_and_when_it_cannot_be_undone(
    borrowing: Visit,
) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.take(CheckedOut(1, "B00001", Borrowed(item("B00001"), DUE, disarm=False)))
    borrowing.lay(UID, "B00001")
    borrowing.press(Button.ROW, "B00001")
    borrowing.press(Button.CONFIRM)
    borrowing.take(CheckedIn(1, "B00001", Refused(Refusal(Code.OFFLINE), item("B00001"))))
    borrowing.lift(UID)
    borrowing.lay(UID, "B00001")
    assert borrowing.of(Secure) == []


def test_a_tag_put_back_that_names_another_item_by_now_is_not_written_for_the_first(borrowing: Visit) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.lift(UID)
    borrowing.asked.clear()
    borrowing.lay(UID, "B00002")
    assert borrowing.of(Secure) == []
    assert borrowing.checkouts == ["B00002"]  # it is asked for itself
    assert how(borrowing) == (Phase.PUT_BACK, Stuck.LEFT)


def test_a_returned_book_that_shall_keep_its_bit_keeps_it(returning: Visit) -> None:
    returning.lay(UID, "B00001")
    returning.returned("B00001", arm=False)
    returning.lift(UID)
    returning.lay(UID, "B00001")
    assert returning.of(Secure) == []


def test_a_set_with_one_part_mended_still_asks_for_the_other(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.lay(UID2, SET, part=2, parts=2)
    borrowing.borrowed(SET)
    borrowing.lift(UID)
    borrowing.lift(UID2)
    borrowing.lay(UID, SET, part=1, parts=2)
    assert how(borrowing, SET) == (Phase.PUT_BACK, Stuck.WRITING)
    borrowing.secured(UID, armed=False)
    assert how(borrowing, SET) == (Phase.PUT_BACK, Stuck.LEFT)
    borrowing.lay(UID2, SET, part=2, parts=2)
    borrowing.secured(UID2, armed=False)
    assert (borrowing.row(SET).phase, borrowing.row(SET).security) == (Phase.BORROWED, Security.RIGHT)


# --- sets ---------------------------------------------------------------------------------------------------------


def seen(visit: Visit) -> tuple[Phase, int, int]:
    row = visit.row(SET)
    return row.phase, row.seen, row.parts


def test_a_part_that_cannot_be_read_does_not_make_the_rest_a_whole(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.take(TagArrived(UID2), TagRead(UID2, odd=Oddity.DAMAGED))
    assert seen(borrowing) == (Phase.INCOMPLETE, 1, 2)
    assert borrowing.checkouts == []
    borrowing.take(TagRead(UID2, SET, 2, 2))  # read after all
    assert borrowing.checkouts == [SET]


def test_the_larger_total_counts_where_tags_disagree(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.lay(UID2, SET, part=2, parts=3)
    assert seen(borrowing) == (Phase.INCOMPLETE, 2, 3)
    assert borrowing.row(SET).refusal == Refusal(Code.SET_INCOMPLETE, limit=3, seen=2)


def test_a_set_goes_through_at_once_when_the_one_tag_that_disagreed_is_taken_away(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.lay(UID3, SET, part=1, parts=5)
    borrowing.lay(UID2, SET, part=2, parts=2)
    assert seen(borrowing) == (Phase.INCOMPLETE, 2, 5)
    borrowing.lift(UID3)
    assert borrowing.checkouts == [SET]
    borrowing.borrowed(SET)
    assert {effect.uid for effect in borrowing.of(Secure)} == {UID, UID2}


def test_a_tag_that_does_not_tell_its_part_is_no_part_that_is_known(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=0, parts=2)
    assert seen(borrowing) == (Phase.INCOMPLETE, 0, 2)
    borrowing.lay(UID2, SET, part=0, parts=2)
    borrowing.lay(UID3, SET, part=2, parts=2)
    assert seen(borrowing) == (Phase.INCOMPLETE, 1, 2)
    assert borrowing.checkouts == []


def test_a_spare_tag_with_the_same_number_goes_along_with_the_whole_set(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.lay(UID3, SET, part=1, parts=2)
    assert seen(borrowing) == (Phase.INCOMPLETE, 1, 2)
    borrowing.lay(UID2, SET, part=2, parts=2)
    borrowing.borrowed(SET)
    assert {effect.uid for effect in borrowing.of(Secure)} == {UID, UID2, UID3}


def test_a_part_taken_away_while_the_set_is_asked_for_is_asked_back(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.lay(UID2, SET, part=2, parts=2)
    borrowing.lift(UID2)
    borrowing.borrowed(SET)
    assert how(borrowing, SET) == (Phase.PUT_BACK, Stuck.LEFT)
    assert borrowing.of(Secure) == [Secure(1, UID, False)]


def test_an_incomplete_set_whose_label_was_shown_stays_incomplete_without_its_parts(borrowing: Visit) -> None:
    borrowing.lay(UID, SET, part=1, parts=2)
    borrowing.take(LabelSeen(SET))
    borrowing.lift(UID)
    assert seen(borrowing) == (Phase.INCOMPLETE, 0, 2)
    assert borrowing.checkouts == []


# --- chips that name no book --------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", [odd for odd in Oddity if odd])
def test_a_chip_that_names_no_book_is_named_as_what_it_is(borrowing: Visit, odd: Oddity) -> None:
    borrowing.take(TagArrived(UID), TagRead(UID, odd=odd))
    (row,) = borrowing.state.rows
    assert (row.phase, row.odd) == (Phase.UNREADABLE, odd)
    assert Play(Sound.ATTENTION) in borrowing.asked


def test_a_chip_of_which_more_is_found_out_rings_once(borrowing: Visit) -> None:
    borrowing.take(TagArrived(UID), TagRead(UID, odd=Oddity.DAMAGED))
    borrowing.asked.clear()
    borrowing.take(TagRead(UID, odd=Oddity.BLANK))
    assert borrowing.state.rows[0].odd is Oddity.BLANK
    assert borrowing.asked == []


# --- cards among the books ----------------------------------------------------------------------------------------


def card(visit: Visit, ref: PatronRef, uid: str = CARD) -> None:
    """A card that lies on the pad, as the reader tells it."""
    visit.take(TagArrived(uid), CardSeen(ref, uid))


def rows(visit: Visit) -> list[Row]:
    return list(visit.state.rows)


@pytest.mark.parametrize("ref", [SARI, OTHER])
@pytest.mark.parametrize("screen", [Screen.BORROW, Screen.MENU, Screen.ACCOUNT, Screen.FINISH])
def test_a_card_in_the_pile_is_no_book_and_ends_nobodys_visit(borrowing: Visit, screen: Screen, ref: PatronRef) -> None:
    borrowing.lay(UID, "B00001")
    borrowing.borrowed("B00001")
    borrowing.secured(UID, armed=False)
    if screen is not Screen.BORROW:
        button = {Screen.MENU: Button.MENU, Screen.ACCOUNT: Button.MENU, Screen.FINISH: Button.FINISH}[screen]
        borrowing.press(button)
    if screen is Screen.ACCOUNT:
        borrowing.press(Button.ACCOUNT)
    assert borrowing.state.screen is screen
    before = borrowing.state
    card(borrowing, ref)
    assert borrowing.state.visit == before.visit
    assert (borrowing.state.ref, borrowing.state.patron) == (before.ref, before.patron)
    assert borrowing.state.rows == before.rows
    assert [tag.uid for tag in borrowing.state.pad] == [UID]
    assert not borrowing.of(EndVisit)
    if ref is OTHER and screen in (Screen.BORROW, Screen.MENU, Screen.ACCOUNT):
        assert borrowing.state.notice is Notice.CARD_NOT_BOOK


def test_a_card_in_the_pile_does_not_change_whose_pin_is_asked_for(visit: Visit) -> None:
    visit.take(CardSeen(SARI), PatronAnswered(1, Refusal(Code.PIN_REQUIRED)))
    visit.lay(UID, "B00001")
    card(visit, OTHER)
    assert (visit.state.screen, visit.state.ref) == (Screen.PIN, SARI)
    assert [effect.ref for effect in visit.of(FindPatron)] == [SARI]


def test_a_card_held_to_the_empty_pad_is_the_next_patrons(borrowing: Visit) -> None:
    borrowing.press(Button.MENU)
    card(borrowing, OTHER)
    assert borrowing.of(EndVisit)
    assert borrowing.state.ref == OTHER


def test_a_pile_with_a_card_in_it_logs_its_owner_in_and_is_counted_without_it(visit: Visit) -> None:
    visit.lay(UID, "B00001")
    card(visit, SARI)
    assert [tag.uid for tag in visit.state.pad] == [UID]
    visit.take(PatronAnswered(1, patron(loans=(loan("B00002"),))))
    assert visit.state.screen is Screen.MENU
