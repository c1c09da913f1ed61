"""The patron's session: one total function, ``step(state, event) -> (state, effects)``.

Two rules:

1. Everything that decides what happens next is in this package, and everything in it is pure: no clock, no thread,
   no device, no words.
2. **Every pair of page and event is decided here, in a table.** There is no default: a pair that is not written down
   is a mistake that a test finds. To ignore an event somewhere is a decision too, and is written ``ignore``.

Theory of operation. An event is looked up three times, in this order:

* It belongs to an older visit (every answer and timer carries its visit's number): dropped.
* An overlay is open: ``OVERLAYS[overlay]`` says what it does there; ``BELOW`` sends it on to the page.
* ``PAGES[screen]`` says what it does on that page.

Afterwards, if the event was a sign of life on a page where somebody may walk away, the idle timer starts anew; on the
last page a touch stops the countdown.

The key under which an event is looked up is its button for :class:`Pressed`, its timer for :class:`TimerFired`, and
its class for everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.session import bits, books, codes, dialogs, identity, pages
from kiosk.session.model import (
    Button,
    CardSeen,
    CheckedIn,
    CheckedOut,
    CodeUnread,
    DeviceChanged,
    Digit,
    Effect,
    Event,
    Failed,
    ForeignCodeSeen,
    ItemAnswered,
    LabelSeen,
    Meaning,
    Overlay,
    PatronAnswered,
    Pressed,
    RenewalAnswered,
    SalesCodeSeen,
    Screen,
    Secured,
    StaffSeen,
    StandingTold,
    State,
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
from kiosk.session.pages import ignore
from kiosk.session.turn import WATCHED, Turn

Key = Button | Timer | type
#: Handlers take the one event type they are entered for; the table's key guarantees it.
Handler = Callable[[Turn, Any], None]
Table = dict[Key, Handler]

#: Every key there is. The tests check each table against it.
KEYS: tuple[Key, ...] = (
    *Button,
    *Timer,
    Digit,
    Touched,
    CardSeen,
    LabelSeen,
    SalesCodeSeen,
    ForeignCodeSeen,
    UnclearSeen,
    CodeUnread,
    StaffSeen,
    TagArrived,
    TagRead,
    TagLeft,
    DeviceChanged,
    SystemChanged,
    PatronAnswered,
    ItemAnswered,
    CheckedOut,
    CheckedIn,
    RenewalAnswered,
    Secured,
    StandingTold,
    Failed,
)

#: Signs that somebody is there. A code of no use, or that cannot be read, is none: it may be a sticker that the camera
#: sees all day.
ALIVE = (Pressed, Digit, Touched, CardSeen, LabelSeen, SalesCodeSeen, UnclearSeen, StaffSeen, TagArrived)


def _never(*keys: Key) -> Table:
    return dict.fromkeys(keys, ignore)


def _unclear(meaning: Callable[[Turn, Unclear], Meaning | None]) -> Handler:
    """A code that may be either becomes what ``meaning`` says it is on this page; without an answer it is asked."""

    def handle(turn: Turn, event: UnclearSeen) -> None:
        found = meaning(turn, event.code)
        if found is None:
            codes.ask(turn, event.code)
        else:
            _take_as(turn, event.code, found)

    return handle


def _take_as(turn: Turn, code: Unclear, meaning: Meaning) -> None:
    below(turn, CardSeen(code.ref) if meaning is Meaning.CARD else LabelSeen(code.item_id))


def _answered(turn: Turn, event: Pressed) -> None:
    """What the first code is was said; the others are taken in turn. A card that is asked about ends them all."""
    if not turn.state.unclear:
        return
    code, *others = turn.state.unclear
    meaning = codes.MEANINGS[event.button]
    dialogs.close_overlay(turn, event)
    _take_as(turn, code, meaning)
    codes.remember(turn, code, meaning)
    for other in others:
        below(turn, UnclearSeen(other))


#: Buttons that exist only on an overlay. A press that arrives after the overlay has gone does nothing.
_OVERLAY_BUTTONS = _never(
    Button.STAY,
    Button.CONFIRM,
    Button.CALL_STAFF,
    Button.IS_CARD,
    Button.IS_BOOK,
    Button.END_VISIT,
    *dialogs.SWITCHES,
)
_SPINE: Table = {
    Button.LANGUAGE: pages.language,
    Button.LETTERING: pages.lettering,
    Button.HELP: pages.help_page,
}
#: What the machine learns about itself and its pad is the same on every page.
_ALWAYS: Table = {
    TagArrived: books.tag_arrived,
    TagRead: pages.tag_elsewhere,
    TagLeft: books.tag_left,
    DeviceChanged: pages.device_changed,
    SystemChanged: pages.system_changed,
    Failed: pages.failed,
    Touched: ignore,
    StandingTold: codes.standing_told,
    CodeUnread: ignore,  # only the lists show what the camera sees
    Timer.NOTICE: pages.notice_over,
    Timer.JUST_READ: pages.just_read_over,
    Timer.ADVICE: pages.advice_over,
}
#: Answers that may still arrive on any page of a visit in which books were handled.
_ANSWERS: Table = {
    ItemAnswered: books.item_known,
    CheckedOut: books.checked_out,
    CheckedIn: books.checked_in,
    RenewalAnswered: pages.renewed,
    Secured: bits.secured,
    PatronAnswered: identity.refreshed,
    Timer.LATE: identity.late,
}
_IDENTIFY_BUTTONS = (Button.RETURN_WITHOUT_CARD, Button.TYPE_NUMBER, Button.DELETE, Button.NEXT)
_MENU_BUTTONS = (Button.BORROW, Button.RETURN, Button.RENEW, Button.ACCOUNT)
_LIST_BUTTONS = (Button.ROW, Button.FINISH, Button.RENEW_ITEM, Button.RENEW_ALL)
_FINISH_BUTTONS = (Button.CLOSE, Button.RATE_GOOD, Button.RATE_SOSO, Button.RATE_BAD)
_NO_BOOKS_YET = _never(ItemAnswered, CheckedOut, CheckedIn, RenewalAnswered, Secured)

_IN_VISIT: Table = {
    **_OVERLAY_BUTTONS,
    **_SPINE,
    **_ALWAYS,
    **_ANSWERS,
    **_never(*_IDENTIFY_BUTTONS, *_MENU_BUTTONS, *_LIST_BUTTONS, *_FINISH_BUTTONS),
    Button.MENU: pages.menu,
    Button.EXIT: pages.leave,
    Digit: ignore,
    StaffSeen: codes.ask_to_end,
    Timer.IDLE: pages.idle,
    Timer.SECOND: ignore,
    Timer.SLOW: ignore,
    Timer.RECOVER: ignore,
}
_IDENTIFY: Table = {
    **_OVERLAY_BUTTONS,
    **_SPINE,
    **_ALWAYS,
    **_NO_BOOKS_YET,
    **_never(*_IDENTIFY_BUTTONS, *_MENU_BUTTONS, *_LIST_BUTTONS, *_FINISH_BUTTONS),
    Button.MENU: ignore,
    Button.EXIT: pages.leave,
    CardSeen: identity.card,
    LabelSeen: identity.book_not_card,
    SalesCodeSeen: ignore,
    ForeignCodeSeen: pages.foreign_code,
    UnclearSeen: _unclear(codes.card),
    StaffSeen: codes.ask_to_end,
    PatronAnswered: identity.patron_answered,
    Timer.LATE: identity.late,
    Timer.SLOW: identity.no_answer,
    Timer.IDLE: pages.idle,
    Timer.SECOND: ignore,
    Timer.RECOVER: ignore,
}
_LIST: Table = {
    **_IN_VISIT,
    TagRead: pages.tag_on_list,
    LabelSeen: pages.label_on_list,
    SalesCodeSeen: pages.sales_code,
    ForeignCodeSeen: pages.foreign_code,
    CodeUnread: pages.code_unread,
    UnclearSeen: _unclear(codes.book),
    CardSeen: identity.card_not_book,
    Button.ROW: pages.press_row,
    Button.FINISH: pages.finish,
}

PAGES: dict[Screen, Table] = {
    Screen.WELCOME: {
        **_IDENTIFY,
        Button.EXIT: ignore,
        Button.RETURN_WITHOUT_CARD: pages.give_back,
        Button.TYPE_NUMBER: identity.type_number,
        Digit: ignore,
        UnclearSeen: _unclear(codes.said),
        StaffSeen: codes.staff_panel,
        TagArrived: pages.tag_on_welcome,
        Timer.IDLE: pages.idle_end,
    },
    Screen.NUMBER: {
        **_IDENTIFY,
        Digit: identity.number_digit,
        Button.DELETE: identity.number_delete,
        Button.NEXT: identity.number_next,
    },
    Screen.PIN: {
        **_IDENTIFY,
        Digit: identity.pin_digit,
        Button.DELETE: identity.pin_delete,
        Button.NEXT: identity.pin_next,
        Button.CALL_STAFF: dialogs.call_staff,
    },
    Screen.MENU: {
        **_IN_VISIT,
        Button.MENU: ignore,
        Button.BORROW: pages.borrow,
        Button.RETURN: pages.give_back,
        Button.RENEW: pages.account,
        Button.ACCOUNT: pages.account,
        CardSeen: identity.card_in_visit,
        TagRead: pages.tag_on_menu,
        LabelSeen: pages.label_on_menu,
        SalesCodeSeen: pages.sales_code,
        ForeignCodeSeen: pages.foreign_code,
        UnclearSeen: _unclear(codes.said),
    },
    Screen.BORROW: _LIST,
    Screen.RETURN: _LIST,
    Screen.ACCOUNT: {
        **_IN_VISIT,
        Button.RENEW_ITEM: pages.renew_item,
        Button.RENEW_ALL: pages.renew_all,
        Button.RETURN: pages.give_back,
        Button.FINISH: pages.finish,
        CardSeen: identity.card_in_visit,
        LabelSeen: ignore,
        SalesCodeSeen: ignore,
        ForeignCodeSeen: ignore,
        UnclearSeen: _unclear(codes.said),
    },
    Screen.FINISH: {
        **_IN_VISIT,
        Button.CLOSE: pages.close,
        Button.RATE_GOOD: pages.rate,
        Button.RATE_SOSO: pages.rate,
        Button.RATE_BAD: pages.rate,
        CardSeen: identity.card,
        LabelSeen: ignore,
        SalesCodeSeen: ignore,
        ForeignCodeSeen: ignore,
        UnclearSeen: _unclear(codes.said),
        Timer.SECOND: pages.second_on_finish,
        Timer.IDLE: pages.idle_end,
    },
    Screen.OUT_OF_SERVICE: {
        **_OVERLAY_BUTTONS,
        **_SPINE,
        **_ALWAYS,
        **_NO_BOOKS_YET,
        **_never(*_IDENTIFY_BUTTONS, *_MENU_BUTTONS, *_LIST_BUTTONS, *_FINISH_BUTTONS),
        **_never(Button.MENU, Button.EXIT, Digit, CardSeen, LabelSeen, SalesCodeSeen, PatronAnswered),
        **_never(ForeignCodeSeen, UnclearSeen),
        **_never(Timer.LATE, Timer.SLOW, Timer.SECOND),
        Timer.IDLE: ignore,  # recovery wipes the look, too
        Timer.RECOVER: pages.recovered,
        StaffSeen: pages.recovered,  # staff have seen to it
    },
}


def below(turn: Turn, event: Any) -> None:
    """The overlay has no say in this: the page decides."""
    PAGES[turn.state.screen][key_of(event)](turn, event)


def _close_then_below(turn: Turn, event: Any) -> None:
    """A way off the page: the overlay goes, and the page decides."""
    dialogs.close_overlay(turn, event)
    below(turn, event)


def _alive_then_below(turn: Turn, event: Any) -> None:
    """A scan answers the idle warning and still does what it does."""
    dialogs.still_here(turn, event)
    below(turn, event)


_DEVICE_KEYS: tuple[Key, ...] = (
    CardSeen, LabelSeen, SalesCodeSeen, ForeignCodeSeen, UnclearSeen, CodeUnread, StaffSeen, TagArrived, TagRead,
    TagLeft, DeviceChanged, SystemChanged, Failed, PatronAnswered, ItemAnswered, CheckedOut, CheckedIn,
    RenewalAnswered, Secured, StandingTold,
)  # fmt: skip
_TIMERS_BELOW: tuple[Key, ...] = tuple(timer for timer in Timer if timer is not Timer.SECOND)
#: Under an open overlay the page cannot be pressed, so a press that was under way is dropped.
_COVERED = _never(*Button, Digit, Touched)
_PANEL: Table = {
    **_COVERED,
    **dict.fromkeys((*_DEVICE_KEYS, *_TIMERS_BELOW, Timer.SECOND), below),
    Button.STAY: dialogs.close_overlay,
    Button.LANGUAGE: below,
    Button.LETTERING: below,
    Button.HELP: below,
    Button.MENU: _close_then_below,
    Button.EXIT: _close_then_below,
}

OVERLAYS: dict[Overlay, Table] = {
    Overlay.HELP: {**_PANEL, Button.CALL_STAFF: dialogs.call_staff},
    Overlay.LETTERING: {**_PANEL, **dict.fromkeys(dialogs.SWITCHES, dialogs.switch)},
    Overlay.EXPLAIN: {**_PANEL, Button.CALL_STAFF: dialogs.call_staff},
    Overlay.LEAVE: {**_PANEL, Button.CONFIRM: dialogs.confirm_leave, Button.EXIT: pages.leave},
    Overlay.UNDO: {**_PANEL, Button.CONFIRM: dialogs.confirm_undo},
    Overlay.WHICH: {**_PANEL, Button.IS_CARD: _answered, Button.IS_BOOK: _answered},
    Overlay.STAFF: {**_PANEL, StaffSeen: dialogs.close_overlay},
    Overlay.END_VISIT: {**_PANEL, StaffSeen: ignore, Button.END_VISIT: codes.end_visit},
    Overlay.IDLE: {
        **dict.fromkeys((*Button, Digit, Touched), dialogs.still_here),
        **dict.fromkeys((*_DEVICE_KEYS, *_TIMERS_BELOW), below),
        **dict.fromkeys((CardSeen, LabelSeen, SalesCodeSeen, UnclearSeen, StaffSeen, TagArrived), _alive_then_below),
        Button.CONFIRM: pages.close,
        Button.EXIT: _alive_then_below,
        Button.LANGUAGE: _alive_then_below,
        Timer.IDLE: ignore,
        Timer.SECOND: dialogs.second_on_idle,
    },
}


def key_of(event: Event) -> Key:
    """The key under which the tables decide about this event."""
    if isinstance(event, Pressed):
        return event.button
    if isinstance(event, TimerFired):
        return event.timer
    return type(event)


def step(state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
    """What follows from an event: the next state, and what to ask of the outside, in order."""
    visit = getattr(event, "visit", state.visit)
    if visit != state.visit:
        return state, ()
    turn = Turn(state)
    if isinstance(event, CardSeen) and event.uid:
        books.card_on_pad(turn, event)
    table = PAGES[state.screen] if state.overlay is None else OVERLAYS[state.overlay]
    table[key_of(event)](turn, event)
    if state.screen is turn.state.screen is Screen.FINISH and isinstance(event, (Pressed, Touched)):
        pages.hold_finish(turn)
    watched = turn.state.screen in WATCHED and turn.state.overlay is not Overlay.IDLE
    if watched and isinstance(event, ALIVE):
        turn.start(Timer.IDLE, turn.state.rules.idle)
    return turn.state, tuple(turn.effects)
