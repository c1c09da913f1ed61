"""Who stands there: cards, typed numbers, PINs, and what the library system says of them.

Each function is one entry of the tables in ``machine.py``.
"""

from __future__ import annotations

from kiosk.circulation.port import Code, Patron, PatronRef, Refusal, Secret, Unknown
from kiosk.session import books
from kiosk.session.model import (
    CardSeen,
    Digit,
    Event,
    Notice,
    PatronAnswered,
    Screen,
    Sound,
    Timer,
    TimerFired,
)
from kiosk.session.turn import Turn


def card(turn: Turn, event: CardSeen) -> None:
    """A card, where a card is expected. One in the pile does not push in front of somebody who has come so far."""
    if turn.state.asking:
        return
    if turn.state.screen in (Screen.PIN, Screen.FINISH) and books.among_books(turn, event):
        return
    if turn.state.screen is Screen.FINISH:
        turn.end()  # the next patron has stepped up
    turn.set(pin=Secret(), pin_typed="", typed="", overlay=None)
    turn.ask_patron(event.ref, None)


def card_in_visit(turn: Turn, event: CardSeen) -> None:
    """A card while somebody is logged in: the same one is a sign of life, another one is another visit.

    Not so one that lies among the books: somebody else's card, in a borrowed book, must not end this visit unsaid.
    """
    if event.ref == turn.state.ref:
        return
    if books.among_books(turn, event):
        turn.notice(Notice.CARD_NOT_BOOK)
        return
    turn.end()
    turn.ask_patron(event.ref, None)


def card_not_book(turn: Turn, event: CardSeen) -> None:
    """A card on an open list. The patron's own changes nothing; any other is not a book."""
    if event.ref != turn.state.ref:
        turn.notice(Notice.CARD_NOT_BOOK)


def type_number(turn: Turn, _: Event) -> None:
    """Open the keypad for the membership number; a card that was being asked about is given up."""
    if turn.state.asking:
        turn.reset(keep_pad=True)
    turn.go(Screen.NUMBER)


def number_digit(turn: Turn, event: Digit) -> None:
    """One more digit of the number."""
    if len(turn.state.typed) < turn.state.rules.number_length and not turn.state.asking:
        turn.quiet()
        turn.set(typed=turn.state.typed + event.digit)


def number_delete(turn: Turn, _: Event) -> None:
    """Take the last digit back."""
    if not turn.state.asking:
        turn.set(typed=turn.state.typed[:-1])


def number_next(turn: Turn, _: Event) -> None:
    """Ask who that is."""
    if turn.state.typed and not turn.state.asking:
        turn.ask_patron(PatronRef(turn.state.rules.number_prefix + turn.state.typed), None)


def pin_digit(turn: Turn, event: Digit) -> None:
    """One more digit of the PIN; never more than are asked for."""
    if len(turn.state.pin_typed) < turn.state.rules.pin_length and not turn.state.asking:
        turn.quiet()
        turn.set(pin_typed=turn.state.pin_typed + event.digit)


def pin_delete(turn: Turn, _: Event) -> None:
    """Take the last digit back."""
    if not turn.state.asking:
        turn.set(pin_typed=turn.state.pin_typed[:-1])


def pin_next(turn: Turn, _: Event) -> None:
    """Try the PIN once all digits are there."""
    state = turn.state
    if len(state.pin_typed) == state.rules.pin_length and not state.asking and state.ref is not None:
        pin = Secret(state.pin_typed)
        turn.set(pin=pin)
        turn.ask_patron(state.ref, pin)


def patron_answered(turn: Turn, event: PatronAnswered) -> None:
    """The library system has said who this is, or why not."""
    turn.set(asking=False, notice=Notice.NONE)
    turn.stop(Timer.LATE, "patron")
    turn.stop(Timer.SLOW, "patron")
    match event.result:
        case Patron() as patron:
            _greet(turn, patron)
        case Refusal(code=Code.PIN_REQUIRED):
            turn.go(Screen.PIN)
            turn.set(pin_typed="", pin=Secret())
            turn.play(Sound.OK)
        case Refusal() as refusal:
            _turn_away(turn, refusal)
        case Unknown():
            turn.set(ref=None if turn.state.screen is not Screen.PIN else turn.state.ref, pin_typed="")
            turn.notice(Notice.NO_ANSWER)
            turn.play(Sound.ATTENTION)


def _greet(turn: Turn, patron: Patron) -> None:
    turn.set(patron=patron, pin_typed="", typed="")
    if patron.language in turn.state.rules.languages and turn.state.language == turn.state.rules.languages[0]:
        turn.set(language=patron.language)
    turn.go(Screen.MENU)
    turn.play(Sound.OK)


def _turn_away(turn: Turn, refusal: Refusal) -> None:
    on_pin = turn.state.screen is Screen.PIN
    turn.set(pin_typed="", pin=Secret(), typed="", ref=turn.state.ref if on_pin else None)
    if refusal.code is Code.NO_MATCH:
        turn.notice(Notice.NO_MATCH)
        turn.play(Sound.STOP)
    elif on_pin and refusal.code is Code.PIN_LOCKED:
        turn.stop(Timer.NOTICE)  # this line stays: the keypad is gone
        turn.set(notice=Notice.REFUSED, refusal=refusal)
        turn.play(Sound.STOP)
    else:
        turn.explain(refusal)


def refreshed(turn: Turn, event: PatronAnswered) -> None:
    """The account as it is after this visit's doings. What is known offline is less than what was known before."""
    known = turn.state.patron
    if isinstance(event.result, Patron) and (known is None or known.offline or not event.result.offline):
        turn.set(patron=event.result)


def no_answer(turn: Turn, _: TimerFired) -> None:
    """Fifteen seconds: give up on the card. A later answer belongs to nobody; the books stay this person's."""
    if turn.state.asking:
        turn.reset(keep_pad=True)
        turn.notice(Notice.NO_ANSWER)
        turn.play(Sound.ATTENTION)


def late(turn: Turn, event: TimerFired) -> None:
    """Five seconds without an answer."""
    if event.key == "patron":
        if turn.state.asking:
            turn.set(notice=Notice.STILL_LOOKING)
    else:
        books.still_waiting(turn, event)


def book_not_card(turn: Turn, _: Event) -> None:
    """A book's label where a card is expected."""
    if not turn.state.asking:
        turn.notice(Notice.BOOK_NOT_CARD)
