"""What lies over a page: idle warning, help, *Huruf*, leaving, undoing, explaining.

Each function is one entry of the tables in ``machine.py``.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session import books
from kiosk.session.model import (
    Button,
    CallStaff,
    Event,
    Notice,
    Pressed,
    Timer,
)
from kiosk.session.pages import finish, leave, watch_look
from kiosk.session.turn import Turn

SWITCHES = {
    Button.LARGE: "large",
    Button.CONTRAST: "contrast",
    Button.LOW_REACH: "low_reach",
    Button.LEFT_HAND: "left_hand",
    Button.READ_ALOUD: "read_aloud",
    Button.QUIET: "quiet",
}


def close_overlay(turn: Turn, _: Event) -> None:
    """The safe answer of every dialog."""
    turn.set(overlay=None, chosen="", unclear=(), leaving=False, refusal=None)


def still_here(turn: Turn, _: Event) -> None:
    """Somebody is there: take the idle warning away."""
    turn.stop(Timer.SECOND)
    turn.set(overlay=None, seconds=0)


def second_on_idle(turn: Turn, _: Event) -> None:
    """One second less to answer; at zero the visit ends and the screen is clean."""
    if turn.state.seconds > 1:
        turn.set(seconds=turn.state.seconds - 1)
        turn.start(Timer.SECOND, 1)
    else:
        turn.end()


def confirm_leave(turn: Turn, event: Event) -> None:
    """Go although a book still needs something."""
    (leave if turn.state.leaving else finish)(turn, event)


def confirm_undo(turn: Turn, _: Event) -> None:
    """Give the chosen book back."""
    key = turn.state.chosen
    close_overlay(turn, Pressed(Button.STAY))
    books.undo(turn, key)


def switch(turn: Turn, event: Pressed) -> None:
    """One switch of the *Huruf* panel; it shows at once."""
    name = SWITCHES[event.button]
    preferences = turn.state.preferences
    turn.set(preferences=replace(preferences, **{name: not getattr(preferences, name)}))
    watch_look(turn)


def call_staff(turn: Turn, _: Event) -> None:
    """The desk is told."""
    turn.do(CallStaff())
    turn.set(overlay=None)
    turn.notice(Notice.STAFF_CALLED)
