"""While the library system is away: what still works does, and everything else says that it will again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_support import SARI, Visit

from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import Code, Patron, Refusal
from kiosk.session.model import Button, Overlay, PatronAnswered, RenewAll, Screen, SystemChanged


def offline(policy: Policy) -> Visit:
    visit = Visit()
    visit.state = replace(visit.state, rules=replace(visit.state.rules, offline=policy))
    visit.log_in()
    visit.take(SystemChanged(False))
    visit.asked.clear()
    return visit


def explained(visit: Visit) -> bool:
    return visit.state.overlay is Overlay.EXPLAIN and visit.state.refusal == Refusal(Code.OFFLINE)


@pytest.mark.parametrize("policy", list(Policy))
def test_borrowing_goes_on_only_where_the_library_says_so(policy: Policy) -> None:
    visit = offline(policy)
    visit.press(Button.BORROW)
    if policy is Policy.BOTH:
        assert visit.state.screen is Screen.BORROW
    else:
        assert explained(visit)


@pytest.mark.parametrize("policy", list(Policy))
def test_returning_goes_on_unless_all_is_off(policy: Policy) -> None:
    visit = offline(policy)
    visit.press(Button.RETURN)
    if policy is Policy.OFF:
        assert explained(visit)
    else:
        assert visit.state.screen is Screen.RETURN


@pytest.mark.parametrize("button", [Button.RENEW, Button.ACCOUNT])
def test_renewals_and_the_account_say_that_they_come_back(button: Button) -> None:
    visit = offline(Policy.BOTH)
    visit.press(button)
    assert explained(visit)
    visit.press(Button.STAY)
    assert visit.state.screen is Screen.MENU


def test_a_renewal_pressed_just_after_the_line_went_asks_nobody() -> None:
    visit = offline(Policy.BOTH)
    visit.take(SystemChanged(True))
    visit.press(Button.ACCOUNT)
    visit.take(SystemChanged(False))
    visit.asked.clear()
    visit.press(Button.RENEW_ALL)
    assert explained(visit)
    assert not visit.of(RenewAll)


def test_what_was_known_of_a_patron_is_not_replaced_by_what_is_known_offline() -> None:
    visit = offline(Policy.BOTH)
    known = visit.state.patron
    visit.take(PatronAnswered(visit.state.visit, Patron(SARI, "", offline=True)))
    assert visit.state.patron is known


def test_back_online_everything_is_as_before() -> None:
    visit = offline(Policy.OFF)
    visit.take(SystemChanged(True))
    visit.press(Button.ACCOUNT)
    assert visit.state.screen is Screen.ACCOUNT
