"""The spine, dialogs, renewals, the last page, idleness and failure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_support import DUE, Visit, item, loan

from kiosk.circulation.port import Code, Refusal, Refused, Renewed, Unknown
from kiosk.session.model import (
    Button,
    Device,
    DeviceChanged,
    EndVisit,
    Failed,
    FindPatron,
    LabelSeen,
    Notice,
    Overlay,
    Play,
    Rating,
    Renew,
    RenewalAnswered,
    RenewAll,
    Screen,
    Sound,
    StartTimer,
    State,
    StopTimer,
    SystemChanged,
    Timer,
    Touched,
)


def test_the_language_goes_round_and_comes_back_with_the_next_visit(visit: Visit) -> None:
    visit.press(Button.LANGUAGE)
    assert visit.state.language == "en"
    visit.press(Button.LANGUAGE)
    assert visit.state.language == "id"
    visit.log_in()
    visit.press(Button.LANGUAGE)
    visit.press(Button.EXIT)
    assert visit.state.language == "id"


def test_a_look_that_somebody_changed_and_left_is_put_back(visit: Visit) -> None:
    visit.press(Button.LETTERING)
    visit.press(Button.CONTRAST)
    visit.press(Button.LARGE)
    assert visit.state.preferences.contrast
    assert visit.state.preferences.large
    visit.fire(Timer.IDLE)
    assert visit.state == replace(State(), visit=2)


@pytest.mark.parametrize(
    ("button", "name"),
    [
        (Button.LARGE, "large"),
        (Button.CONTRAST, "contrast"),
        (Button.LOW_REACH, "low_reach"),
        (Button.LEFT_HAND, "left_hand"),
        (Button.READ_ALOUD, "read_aloud"),
        (Button.QUIET, "quiet"),
    ],
)
def test_every_switch_goes_on_and_off(visit: Visit, button: Button, name: str) -> None:
    visit.press(Button.LETTERING)
    visit.press(button)
    assert getattr(visit.state.preferences, name)
    visit.press(button)
    assert not getattr(visit.state.preferences, name)


def test_help_opens_closes_and_gives_way_to_the_menu(borrowing: Visit) -> None:
    borrowing.press(Button.HELP)
    borrowing.press(Button.HELP)
    assert borrowing.state.overlay is None
    borrowing.press(Button.HELP)
    borrowing.press(Button.MENU)
    assert (borrowing.state.screen, borrowing.state.overlay) == (Screen.MENU, None)


def test_staff_can_be_called_from_the_help(borrowing: Visit) -> None:
    borrowing.press(Button.HELP)
    borrowing.press(Button.CALL_STAFF)
    assert borrowing.state.notice is Notice.STAFF_CALLED


def test_answers_arrive_behind_an_open_panel(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.press(Button.HELP)
    borrowing.borrowed("B00001")
    assert borrowing.state.borrowed == 1


def test_leaving_wipes_everything(borrowing: Visit) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.EXIT)
    end = borrowing.of(EndVisit)[0]
    assert (end.borrowed, end.returned) == (1, 0)
    assert borrowing.state == replace(State(), visit=2)


# --- idleness -----------------------------------------------------------------------------------------------------


def idle(visit: Visit) -> None:
    visit.fire(Timer.IDLE)
    assert visit.state.overlay is Overlay.IDLE


def test_nobody_there_is_asked_counted_down_and_logged_out(borrowing: Visit) -> None:
    idle(borrowing)
    assert borrowing.state.seconds == 20
    assert Play(Sound.ATTENTION) in borrowing.asked
    for left in range(19, 0, -1):
        borrowing.fire(Timer.SECOND)
        assert borrowing.state.seconds == left
    borrowing.fire(Timer.SECOND)
    assert borrowing.state == replace(State(), visit=2)


@pytest.mark.parametrize("sign", [Touched(), "press", "book"])
def test_any_touch_or_scan_means_yes(borrowing: Visit, sign: object) -> None:
    idle(borrowing)
    if sign == "press":
        borrowing.press(Button.STAY)
    elif sign == "book":
        borrowing.take(LabelSeen("B00001"))
        assert borrowing.checkouts == ["B00001"]
    else:
        borrowing.take(Touched())
    assert (borrowing.state.overlay, borrowing.state.screen) == (None, Screen.BORROW)
    assert StartTimer(1, Timer.IDLE, 45) in borrowing.asked
    assert StopTimer(Timer.SECOND) in borrowing.asked


def test_the_other_answer_to_the_idle_question_leaves(borrowing: Visit) -> None:
    idle(borrowing)
    borrowing.press(Button.CONFIRM)
    assert borrowing.state.screen is Screen.WELCOME


def test_every_sign_of_life_starts_the_idle_time_anew(borrowing: Visit) -> None:
    assert StartTimer(1, Timer.IDLE, 45) in borrowing.take(Touched())
    assert StartTimer(1, Timer.IDLE, 45) in borrowing.take(LabelSeen("B00001"))
    assert StartTimer(1, Timer.IDLE, 45) not in borrowing.borrowed("B00001")


# --- renewals -----------------------------------------------------------------------------------------------------


@pytest.fixture
def account(visit: Visit) -> Visit:
    visit.log_in(loans=(loan("B00001"), loan("B00002")))
    visit.press(Button.RENEW)
    visit.asked.clear()
    return visit


def test_one_loan_is_renewed_once_however_often_it_is_pressed(account: Visit) -> None:
    account.press(Button.RENEW_ITEM, "B00001")
    account.press(Button.RENEW_ITEM, "B00001")
    assert [effect.item_id for effect in account.of(Renew)] == ["B00001"]
    account.take(RenewalAnswered(1, "B00001", Renewed(item("B00001"), DUE)))
    assert account.state.renewals == (("B00001", Renewed(item("B00001"), DUE)),)
    assert account.of(FindPatron)  # the dates have changed


def test_somebody_elses_loan_cannot_be_renewed(account: Visit) -> None:
    account.press(Button.RENEW_ITEM, "B00009")
    assert not account.of(Renew)


def test_all_loans_are_renewed_with_an_answer_each(account: Visit) -> None:
    account.press(Button.RENEW_ALL)
    assert account.of(RenewAll)[0].item_ids == ("B00001", "B00002")
    account.take(RenewalAnswered(1, "B00001", Renewed(item("B00001"), DUE)))
    assert account.state.renewing == {"B00002"}
    refused = Refused(Refusal(Code.RENEWAL_HELD, until=DUE), item("B00002"))
    account.take(RenewalAnswered(1, "B00002", refused))
    assert account.state.renewing == frozenset()
    account.press(Button.FINISH)
    assert account.state.screen is Screen.FINISH


def test_a_renewal_without_an_answer_is_not_called_done(account: Visit) -> None:
    account.press(Button.RENEW_ITEM, "B00001")
    account.take(RenewalAnswered(1, "B00001", Unknown()))
    assert Play(Sound.ATTENTION) in account.asked


# --- the last page ------------------------------------------------------------------------------------------------


@pytest.fixture
def finished(borrowing: Visit) -> Visit:
    borrowing.take(LabelSeen("B00001"))
    borrowing.borrowed("B00001")
    borrowing.press(Button.FINISH)
    borrowing.asked.clear()
    assert borrowing.state.screen is Screen.FINISH
    return borrowing


def test_the_last_page_closes_by_itself(finished: Visit) -> None:
    for _ in range(8):
        finished.fire(Timer.SECOND)
    assert finished.state.screen is Screen.WELCOME
    assert finished.of(EndVisit)[0].borrowed == 1


def test_a_touch_stops_the_countdown_and_idleness_ends_it(finished: Visit) -> None:
    finished.take(Touched())
    finished.fire(Timer.SECOND)
    assert (finished.state.screen, finished.state.seconds) == (Screen.FINISH, 0)
    finished.fire(Timer.IDLE)
    assert finished.state.screen is Screen.WELCOME


def test_a_face_is_remembered_and_can_be_taken_back(finished: Visit) -> None:
    finished.press(Button.RATE_SOSO)
    assert finished.state.rating is Rating.SOSO
    finished.press(Button.RATE_SOSO)
    assert finished.state.rating is None
    finished.press(Button.RATE_GOOD)
    finished.press(Button.CLOSE)
    assert finished.of(EndVisit)[0].rating is Rating.GOOD


def test_one_can_go_back_to_the_menu_from_the_last_page(finished: Visit) -> None:
    finished.press(Button.MENU)
    assert finished.state.screen is Screen.MENU
    assert finished.of(FindPatron)


# --- the machine itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlay", [None, *Overlay])
def test_any_failure_leads_to_the_safe_page_and_a_new_visit(borrowing: Visit, overlay: Overlay | None) -> None:
    borrowing.take(LabelSeen("B00001"))
    borrowing.state = replace(borrowing.state, overlay=overlay)
    borrowing.take(Failed("screen"))
    assert (borrowing.state.screen, borrowing.state.fault) == (Screen.OUT_OF_SERVICE, "screen")
    assert (borrowing.state.ref, borrowing.state.patron, borrowing.state.rows) == (None, None, ())
    borrowing.fire(Timer.RECOVER)
    assert borrowing.state.screen is Screen.WELCOME
    borrowing.log_in()
    assert borrowing.state.screen is Screen.MENU


def test_devices_and_the_library_system_come_and_go_without_ending_a_visit(borrowing: Visit) -> None:
    borrowing.take(*(DeviceChanged(device, True) for device in Device), SystemChanged(False))
    borrowing.take(DeviceChanged(Device.READER, False))
    for _ in range(2):
        state = borrowing.state
        assert (state.camera_ready, state.reader_ready, state.scanner_ready, state.online) == (True, False, True, False)
        borrowing.press(Button.EXIT)
