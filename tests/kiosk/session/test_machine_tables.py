"""Every pair of page (or overlay) and event is decided, and what is not meant to change anything changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_support import DUE, SARI, loan, patron

from kiosk.circulation.port import Borrowed, Code, Item, PatronRef, Refusal, Renewed, Returned, Secret
from kiosk.session.machine import KEYS, OVERLAYS, PAGES, Key, key_of, step
from kiosk.session.model import (
    Advice,
    Button,
    CardSeen,
    CheckedIn,
    CheckedOut,
    CodeUnread,
    Device,
    DeviceChanged,
    Digit,
    Event,
    Failed,
    ForeignCodeSeen,
    ItemAnswered,
    LabelSeen,
    Mode,
    Overlay,
    PadTag,
    PatronAnswered,
    Phase,
    Pressed,
    RenewalAnswered,
    Row,
    SalesCodeSeen,
    Screen,
    Secured,
    Security,
    StaffSeen,
    Standing,
    StandingTold,
    StartTimer,
    State,
    StopTimer,
    SystemChanged,
    TagArrived,
    TagLeft,
    TagRead,
    Timer,
    TimerFired,
    Touched,
    Unclear,
    UnclearSeen,
)

BOOK = Item("B00001", "A book")
UID = "E004010000000001"

#: One event for every key, made so that it *would* do something where it is meant to.
EVENTS: dict[Key, Event] = {
    **{button: Pressed(button) for button in Button},
    Button.ROW: Pressed(Button.ROW, BOOK.id),
    Button.RENEW_ITEM: Pressed(Button.RENEW_ITEM, "B00009"),
    **{timer: TimerFired(1, timer) for timer in Timer},
    Timer.LATE: TimerFired(1, Timer.LATE, "patron"),
    Digit: Digit("7"),
    Touched: Touched(),
    CardSeen: CardSeen(PatronRef("A0099")),
    LabelSeen: LabelSeen("B00005"),
    SalesCodeSeen: SalesCodeSeen(),
    ForeignCodeSeen: ForeignCodeSeen(),
    CodeUnread: CodeUnread(Advice.CLOSER),
    UnclearSeen: UnclearSeen(Unclear("000099", PatronRef("A000099"), "B00099")),
    StaffSeen: StaffSeen(),
    StandingTold: StandingTold(1, Standing(waiting=2)),
    TagArrived: TagArrived("E004010000000009"),
    TagRead: TagRead(UID, BOOK.id),
    TagLeft: TagLeft(UID),
    DeviceChanged: DeviceChanged(Device.CAMERA, True),
    SystemChanged: SystemChanged(False),
    PatronAnswered: PatronAnswered(1, patron(fees=5000)),
    ItemAnswered: ItemAnswered(1, BOOK),
    CheckedOut: CheckedOut(1, BOOK.id, Borrowed(BOOK, DUE)),
    CheckedIn: CheckedIn(1, "B00002", Returned(BOOK)),
    RenewalAnswered: RenewalAnswered(1, "B00009", Renewed(BOOK, DUE)),
    Secured: Secured(1, UID, False, True),
    Failed: Failed("test"),
}

_BARE = State(pad=(PadTag(UID),))
_ROWS = (
    Row(BOOK.id, Mode.BORROW, Phase.WAITING, 1, uids=(UID,), security=Security.PENDING),
    Row("B00002", Mode.RETURN, Phase.WAITING, 2, arm=True),
)
_VISIT = replace(_BARE, ref=SARI, patron=patron(loans=(loan("B00009"),)), rows=_ROWS, renewing=frozenset({"B00009"}))
STATES: dict[Screen, State] = {
    Screen.WELCOME: replace(_BARE, ref=SARI, asking=True),
    Screen.NUMBER: replace(_BARE, screen=Screen.NUMBER, typed="12"),
    Screen.PIN: replace(_BARE, screen=Screen.PIN, ref=SARI, pin_typed="258", pin=Secret("1")),
    Screen.MENU: replace(_VISIT, screen=Screen.MENU),
    Screen.BORROW: replace(_VISIT, screen=Screen.BORROW),
    Screen.RETURN: replace(_VISIT, screen=Screen.RETURN),
    Screen.ACCOUNT: replace(_VISIT, screen=Screen.ACCOUNT, renewing=frozenset()),
    Screen.FINISH: replace(_VISIT, screen=Screen.FINISH, seconds=8),
    Screen.OUT_OF_SERVICE: replace(_BARE, screen=Screen.OUT_OF_SERVICE, fault="x"),
}

_SPINE = {Button.LANGUAGE, Button.LETTERING, Button.HELP}
_SELF = {TagArrived, TagRead, TagLeft, DeviceChanged, SystemChanged, Failed, StandingTold}
_ANSWERS = {ItemAnswered, CheckedOut, CheckedIn, RenewalAnswered, Secured, PatronAnswered}
_IN_VISIT = {*_SPINE, *_SELF, *_ANSWERS, Button.MENU, Button.EXIT, Timer.IDLE, UnclearSeen, StaffSeen}

#: What each page answers to. Everything else must leave it as it is.
MEANT: dict[Screen, set[Key]] = {
    # Waiting for an answer about the card: another card waits, too.
    Screen.WELCOME: {
        *_SPINE, *_SELF, PatronAnswered, Timer.LATE, Timer.SLOW, Button.RETURN_WITHOUT_CARD, Button.TYPE_NUMBER,
        StaffSeen,
    },
    Screen.NUMBER: {
        *_SPINE, *_SELF, PatronAnswered, Button.EXIT, Button.DELETE, Button.NEXT, Digit, CardSeen, LabelSeen,
        Timer.IDLE, ForeignCodeSeen, UnclearSeen, StaffSeen,
    },
    Screen.PIN: {
        *_SPINE, *_SELF, PatronAnswered, Button.EXIT, Button.DELETE, Button.CALL_STAFF, Digit, CardSeen, LabelSeen,
        Timer.IDLE, ForeignCodeSeen, UnclearSeen, StaffSeen,
    },
    Screen.MENU: {
        *(_IN_VISIT - {Button.MENU}), Button.BORROW, Button.RETURN, Button.RENEW, Button.ACCOUNT,
        CardSeen, LabelSeen, SalesCodeSeen, ForeignCodeSeen,
    },
    Screen.BORROW: {*_IN_VISIT, Button.FINISH, CardSeen, LabelSeen, SalesCodeSeen, ForeignCodeSeen, CodeUnread},
    Screen.RETURN: {*_IN_VISIT, Button.FINISH, CardSeen, LabelSeen, SalesCodeSeen, ForeignCodeSeen, CodeUnread},
    Screen.ACCOUNT: {*_IN_VISIT, Button.RENEW_ITEM, Button.RENEW_ALL, Button.RETURN, Button.FINISH, CardSeen},
    Screen.FINISH: {
        # Any touch stops the countdown, so every button changes something here.
        *_IN_VISIT, *Button, Touched, CardSeen, Timer.SECOND,
    },
    Screen.OUT_OF_SERVICE: {*_SPINE, *_SELF, Timer.RECOVER, StaffSeen},
}  # fmt: skip


def only_timers(effects: tuple[object, ...]) -> bool:
    return all(isinstance(effect, (StartTimer, StopTimer)) for effect in effects)


def test_there_is_an_event_for_every_key() -> None:
    assert set(EVENTS) == set(KEYS)
    assert all(key_of(event) == key for key, event in EVENTS.items())


@pytest.mark.parametrize("screen", Screen)
def test_every_page_decides_about_every_event(screen: Screen) -> None:
    assert set(PAGES[screen]) == set(KEYS)


@pytest.mark.parametrize("overlay", Overlay)
def test_every_overlay_decides_about_every_event(overlay: Overlay) -> None:
    assert set(OVERLAYS[overlay]) == set(KEYS)


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("screen", Screen)
def test_a_page_changes_exactly_where_it_is_meant_to(screen: Screen, key: Key) -> None:
    before = STATES[screen]
    after, effects = step(before, EVENTS[key])
    changed = after != before or not only_timers(effects)
    assert changed is (key in MEANT[screen]), f"{screen} and {key}: changed={changed}, effects={effects}"


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_an_idle_welcome_opens_pages_and_takes_cards(key: Key) -> None:
    before = State(pad=(PadTag(UID),))
    after, effects = step(before, EVENTS[key])
    # An answer nobody asked for would log somebody in: it belongs to an older visit and never gets here.
    meant = {*_SPINE, *_SELF, Button.RETURN_WITHOUT_CARD, Button.TYPE_NUMBER, CardSeen, LabelSeen, Timer.IDLE}
    meant |= {ForeignCodeSeen, UnclearSeen, StaffSeen}
    if key is not PatronAnswered:
        assert (after != before or not only_timers(effects)) is (key in meant)


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("overlay", Overlay)
@pytest.mark.parametrize("screen", Screen)
def test_an_overlay_never_lets_a_press_reach_the_covered_page(screen: Screen, overlay: Overlay, key: Key) -> None:
    before = replace(STATES[screen], overlay=overlay, seconds=5, chosen=BOOK.id, refusal=Refusal(Code.OTHER))
    before = replace(before, unclear=(Unclear("000098", PatronRef("A000098"), "B00098"),))
    after, effects = step(before, EVENTS[key])
    assert after.visit - before.visit in (0, 1)
    page_buttons = {
        Button.BORROW, Button.RETURN, Button.RENEW, Button.ACCOUNT, Button.FINISH, Button.ROW, Button.RENEW_ITEM,
        Button.RENEW_ALL, Button.NEXT, Button.DELETE, Button.CLOSE, Button.RETURN_WITHOUT_CARD, Button.TYPE_NUMBER,
    }  # fmt: skip
    if key in page_buttons or key is Digit:
        assert after.screen is before.screen
        assert after.rows == before.rows
        assert after.typed == before.typed
        assert only_timers(effects)


@pytest.mark.parametrize("screen", Screen)
def test_what_belongs_to_an_older_visit_is_dropped(screen: Screen) -> None:
    state = replace(STATES[screen], visit=2)
    for event in EVENTS.values():
        if hasattr(event, "visit"):
            assert step(state, event) == (state, ())
