"""Which page is open: the spine, the lists, renewals, the end of a visit, idleness, failure.

Each function is one entry of the tables in ``machine.py``: it takes the :class:`Turn` and the event.
"""

from __future__ import annotations

from kiosk.circulation.port import Code, Refusal, Refused, Renewed, Unknown
from kiosk.session import bits, books
from kiosk.session.model import (
    Button,
    CodeUnread,
    Device,
    DeviceChanged,
    Event,
    Failed,
    LabelSeen,
    Mode,
    Notice,
    Overlay,
    Phase,
    Pressed,
    Rating,
    Renew,
    RenewalAnswered,
    RenewAll,
    Screen,
    Sound,
    SystemChanged,
    TagArrived,
    TagRead,
    Timer,
    TimerFired,
)
from kiosk.session.turn import Turn

_OFFLINE = Refusal(Code.OFFLINE)
LISTS = {Screen.BORROW: Mode.BORROW, Screen.RETURN: Mode.RETURN}
RATINGS = {Button.RATE_GOOD: Rating.GOOD, Button.RATE_SOSO: Rating.SOSO, Button.RATE_BAD: Rating.BAD}


def ignore(turn: Turn, event: Event) -> None:
    """Decided: nothing happens here."""


# --- the spine ----------------------------------------------------------------------------------------------------


def language(turn: Turn, _: Event) -> None:
    """The next language of the library's list."""
    known = turn.state.rules.languages
    here = known.index(turn.state.language) if turn.state.language in known else -1
    turn.set(language=known[(here + 1) % len(known)])
    watch_look(turn)


def help_page(turn: Turn, _: Event) -> None:
    """Open or close the help."""
    turn.set(overlay=None if turn.state.overlay is Overlay.HELP else Overlay.HELP)
    watch_look(turn)


def lettering(turn: Turn, _: Event) -> None:
    """Open or close the panel of text size, contrast and reach."""
    turn.set(overlay=None if turn.state.overlay is Overlay.LETTERING else Overlay.LETTERING)
    watch_look(turn)


def watch_look(turn: Turn) -> None:
    """Somebody changed the look of an otherwise unwatched page: put it back when they are gone."""
    if turn.state.screen in (Screen.WELCOME, Screen.OUT_OF_SERVICE):
        turn.start(Timer.IDLE, turn.state.rules.idle)


def menu(turn: Turn, _: Event) -> None:
    """Back to the four choices. Someone returning without a card has none."""
    if turn.state.patron is None:
        return
    if turn.state.rows or turn.state.renewals:
        turn.refresh_patron()
    turn.go(Screen.MENU)


def leave(turn: Turn, _: Event) -> None:
    """Log out; asks first when a book still needs something."""
    if books.unfinished(turn) and turn.state.overlay is not Overlay.LEAVE:
        turn.set(overlay=Overlay.LEAVE, leaving=True)
        turn.play(Sound.ATTENTION)
    else:
        turn.end()


# --- what ---------------------------------------------------------------------------------------------------------


def borrow(turn: Turn, _: Event) -> None:
    """Open the borrow list, or say why this patron cannot borrow."""
    patron = turn.state.patron
    if patron is None:
        return
    if not turn.state.lends:
        turn.explain(_OFFLINE)
        return
    if patron.blocked is not None:
        turn.explain(patron.blocked)
        return
    turn.go(Screen.BORROW)
    books.see_pad(turn, Mode.BORROW)


def give_back(turn: Turn, _: Event) -> None:
    """Open the return list; nobody needs a card for that. A card that was being asked about is given up."""
    if not turn.state.takes_back:
        turn.explain(_OFFLINE)
        return
    if turn.state.asking:
        turn.reset(keep_pad=True)
    turn.go(Screen.RETURN)
    books.see_pad(turn, Mode.RETURN)


def account(turn: Turn, _: Event) -> None:
    """Open the account; without the library system there is none to show."""
    if not turn.state.online:
        turn.explain(_OFFLINE)
        return
    if turn.state.rows or turn.state.renewals:
        turn.refresh_patron()
    turn.go(Screen.ACCOUNT)


def sales_code(turn: Turn, _: Event) -> None:
    """An ISBN: friendly hint, nothing else."""
    turn.notice(Notice.SALES_CODE)


def foreign_code(turn: Turn, _: Event) -> None:
    """Not one of this library's codes: friendly hint, nothing else."""
    if not turn.state.asking:
        turn.notice(Notice.FOREIGN_CODE)


def code_unread(turn: Turn, event: CodeUnread) -> None:
    """The camera sees a code and cannot read it: advice for a moment. A code read just now is the better news."""
    if not turn.state.just_read:
        turn.set(advice=event.advice)
        turn.start(Timer.ADVICE, turn.state.rules.advice)


def advice_over(turn: Turn, _: Event) -> None:
    """The advice goes by itself."""
    turn.set(advice=None)


def just_read_over(turn: Turn, _: Event) -> None:
    """The word that a code was read goes by itself."""
    turn.set(just_read=False)


def tag_on_welcome(turn: Turn, event: TagArrived) -> None:
    """Books laid down before the card. If no card follows, they are nobody's and stay so until they are lifted."""
    books.tag_arrived(turn, event)
    turn.start(Timer.IDLE, turn.state.rules.idle)


def tag_on_list(turn: Turn, event: TagRead) -> None:
    """A tag was read while a list is open."""
    tag = books.tag_known(turn, event)
    if not bits.mend(turn, tag):
        books.see_tag(turn, LISTS[turn.state.screen], tag)


def tag_elsewhere(turn: Turn, event: TagRead) -> None:
    """A tag was read where no list is open: remembered, and its bit mended if that was due."""
    bits.mend(turn, books.tag_known(turn, event))


def tag_on_menu(turn: Turn, event: TagRead) -> None:
    """A book laid down before a choice was made chooses by itself: one's own loan is returned, any other borrowed."""
    tag = books.tag_known(turn, event)
    if bits.mend(turn, tag) or books.handled(turn, tag.uid) or tag.spent or not tag.item_id:
        return
    _open_list_for(turn, tag.item_id)


def label_on_list(turn: Turn, event: LabelSeen) -> None:
    """A label was shown while a list is open; whatever was said about the last code is settled by it."""
    turn.quiet()
    turn.just_read()
    books.see_label(turn, LISTS[turn.state.screen], event)


def label_on_menu(turn: Turn, event: LabelSeen) -> None:
    """As :func:`tag_on_menu`, by label."""
    _open_list_for(turn, event.item_id)
    if turn.state.screen in LISTS:
        turn.just_read()
        books.see_label(turn, LISTS[turn.state.screen], event)


def _open_list_for(turn: Turn, item_id: str) -> None:
    patron = turn.state.patron
    own = patron is not None and any(loan.item.id == item_id for loan in patron.loans)
    (give_back if own else borrow)(turn, Pressed(Button.BORROW))


def press_row(turn: Turn, event: Pressed) -> None:
    """A refused row goes; a borrowed one offers to be given back."""
    mode = LISTS[turn.state.screen]
    if books.dismiss(turn, mode, event.key) or mode is Mode.RETURN:
        return
    row = turn.state.row(mode, event.key)
    if row is not None and row.phase in (Phase.BORROWED, Phase.PUT_BACK) and not row.lent_before:
        turn.set(overlay=Overlay.UNDO, chosen=event.key)


def finish(turn: Turn, _: Event) -> None:
    """Thanks and receipt; asks first when a book still needs something."""
    if books.unfinished(turn) and turn.state.overlay is not Overlay.LEAVE:
        turn.set(overlay=Overlay.LEAVE, leaving=False)
        turn.play(Sound.ATTENTION)
    elif turn.state.borrowed or turn.state.returned or turn.state.renewals:
        turn.go(Screen.FINISH)
    else:
        turn.end()  # nothing was done: nothing to thank for


def renew_item(turn: Turn, event: Pressed) -> None:
    """Extend one loan."""
    state = turn.state
    if not state.online:
        turn.explain(_OFFLINE)
        return
    if (
        state.ref is not None
        and event.key not in state.renewing
        and any(loan.item.id == event.key for loan in (state.patron.loans if state.patron else ()))
    ):
        turn.set(renewing=state.renewing | {event.key})
        turn.do(Renew(state.visit, state.ref, event.key))


def renew_all(turn: Turn, _: Event) -> None:
    """Extend every loan."""
    state = turn.state
    if not state.online:
        turn.explain(_OFFLINE)
        return
    if state.ref is not None and state.patron is not None and not state.renewing and state.patron.loans:
        item_ids = tuple(loan.item.id for loan in state.patron.loans)
        turn.set(renewing=frozenset(item_ids))
        turn.do(RenewAll(state.visit, state.ref, item_ids))


def renewed(turn: Turn, event: RenewalAnswered) -> None:
    """One renewal was answered: the row shows it, and the loan's new date."""
    state = turn.state
    kept = tuple((item, outcome) for item, outcome in state.renewals if item != event.item_id)
    turn.set(renewing=state.renewing - {event.item_id}, renewals=(*kept, (event.item_id, event.outcome)))
    match event.outcome:
        case Renewed():
            turn.play(Sound.OK)
        case Refused():
            turn.play(Sound.STOP)
        case Unknown():
            turn.play(Sound.ATTENTION)
    if not turn.state.renewing:
        turn.refresh_patron()


# --- the end of a visit -------------------------------------------------------------------------------------------


def close(turn: Turn, _: Event) -> None:
    """Thank you and goodbye."""
    turn.end()


def rate(turn: Turn, event: Pressed) -> None:
    """One face; pressing the same again takes it back."""
    rating = RATINGS[event.button]
    turn.set(rating=None if turn.state.rating is rating else rating)


def hold_finish(turn: Turn) -> None:
    """Any touch stops the countdown of the finish page; the ordinary idle time takes over."""
    turn.stop(Timer.SECOND)
    turn.set(seconds=0)
    turn.start(Timer.IDLE, turn.state.rules.idle)


def second_on_finish(turn: Turn, _: Event) -> None:
    """One second less on the finish page."""
    if turn.state.seconds > 1:
        turn.set(seconds=turn.state.seconds - 1)
        turn.start(Timer.SECOND, 1)
    elif turn.state.seconds == 1:
        turn.end()


def idle(turn: Turn, _: Event) -> None:
    """Nobody has done anything for a while: ask."""
    turn.set(overlay=Overlay.IDLE, seconds=turn.state.rules.idle_warning, chosen="")
    turn.play(Sound.ATTENTION)
    turn.start(Timer.SECOND, 1)


def idle_end(turn: Turn, _: Event) -> None:
    """Nobody is there on a page that asks nothing."""
    if turn.state.screen is Screen.FINISH:
        turn.end()
    elif not turn.state.asking:
        turn.reset()


def notice_over(turn: Turn, event: TimerFired) -> None:
    """A line or an undone row goes by itself."""
    if event.key:
        books.forget_undone(turn, event.key)
    else:
        turn.quiet()


# --- the machine itself -------------------------------------------------------------------------------------------


def device_changed(turn: Turn, event: DeviceChanged) -> None:
    """Camera, reader or scanners came or went."""
    match event.device:
        case Device.CAMERA:
            turn.set(camera_ready=event.ready)
        case Device.READER:
            turn.set(reader_ready=event.ready)
        case Device.SCANNER:
            turn.set(scanner_ready=event.ready)


def system_changed(turn: Turn, event: SystemChanged) -> None:
    """The library system came or went."""
    turn.set(online=event.online)


def failed(turn: Turn, event: Failed) -> None:
    """Something broke: one safe page, everything forgotten, and a new visit in a while."""
    turn.end(Screen.OUT_OF_SERVICE)
    turn.set(fault=event.where)
    turn.start(Timer.RECOVER, turn.state.rules.recover)


def recovered(turn: Turn, _: Event) -> None:
    """Try again with a fresh visit."""
    turn.reset()
