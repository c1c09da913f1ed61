"""Codes that do not say enough, or nothing to a patron: card or book? And the staff's card.

A text that may be a card or a book's label is never guessed where a wrong guess would do harm. Taken for a card, a
book's label would log somebody in as whoever has that number, or log somebody out; so where cards count it is asked,
but for the keypads, to which only a person with a card comes. On an open list only books count, and asking for each of
them would be a plague: there it is a book, unless it is the patron's own number. What was answered is remembered for
the visit.

Each function is one entry of the tables in ``machine.py``, or a part of one.
"""

from __future__ import annotations

from typing import Final

from kiosk.session import pages
from kiosk.session.model import (
    Button,
    Event,
    LookAround,
    Meaning,
    Overlay,
    Screen,
    Sound,
    StandingTold,
    Timer,
    Unclear,
)
from kiosk.session.turn import Turn

MEANINGS: Final = {Button.IS_CARD: Meaning.CARD, Button.IS_BOOK: Meaning.BOOK}
#: So many codes wait to be asked about; more lie there than anybody wants to be asked.
MOST: Final = 5


# --- card or book? ------------------------------------------------------------------------------------------------


def card(turn: Turn, code: Unclear) -> Meaning | None:
    """On the keypads: a card, as long as nobody has said otherwise."""
    return said(turn, code) or Meaning.CARD


def book(turn: Turn, code: Unclear) -> Meaning | None:
    """On an open list: a book; the patron's own number may be the card still in the hand, and is asked about."""
    own = code.ref == turn.state.ref
    return said(turn, code) or (None if own else Meaning.BOOK)


def said(turn: Turn, code: Unclear) -> Meaning | None:
    """What it was said to be in this visit."""
    return dict(turn.state.meanings).get(code.text)


def ask(turn: Turn, code: Unclear) -> None:
    """Open the question, or let the code wait for its turn."""
    state = turn.state
    waiting = state.unclear if state.overlay is Overlay.WHICH else ()
    if state.asking or code in waiting or len(waiting) == MOST:
        return
    turn.set(overlay=Overlay.WHICH, unclear=(*waiting, code), chosen="", leaving=False)
    if waiting:
        return
    turn.play(Sound.ATTENTION)
    if state.screen is Screen.FINISH:
        pages.hold_finish(turn)
    turn.start(Timer.IDLE, state.rules.idle)


def remember(turn: Turn, code: Unclear, meaning: Meaning) -> None:
    """What was answered holds for the rest of the visit, also if the answer has just begun it."""
    kept = tuple(pair for pair in turn.state.meanings if pair[0] != code.text)
    turn.set(meanings=(*kept, (code.text, meaning)))


# --- staff --------------------------------------------------------------------------------------------------------


def staff_panel(turn: Turn, _: Event) -> None:
    """Nobody's visit: show how the kiosk is."""
    turn.set(overlay=Overlay.STAFF)
    turn.do(LookAround(turn.state.visit))
    pages.watch_look(turn)


def ask_to_end(turn: Turn, _: Event) -> None:
    """Somebody's visit: it is theirs until staff say otherwise."""
    turn.set(overlay=Overlay.END_VISIT, chosen="", leaving=False)
    turn.play(Sound.ATTENTION)
    if turn.state.screen is Screen.FINISH:
        pages.hold_finish(turn)


def end_visit(turn: Turn, event: Event) -> None:
    """Staff end the visit; they are still there, so they get to see how the kiosk is."""
    turn.end()
    staff_panel(turn, event)


def standing_told(turn: Turn, event: StandingTold) -> None:
    """How the kiosk is."""
    turn.set(standing=event.standing)
