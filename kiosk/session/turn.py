"""One turn of the session machine: a state being changed and the effects gathered on the way.

A :class:`Turn` lives only inside ``machine.step``; nothing outside ever sees a half-changed state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.circulation.port import PatronRef, Refusal, Secret
from kiosk.session.model import (
    Effect,
    EndVisit,
    FindPatron,
    Mode,
    Notice,
    Overlay,
    PadTag,
    Play,
    Row,
    Screen,
    Sound,
    StartTimer,
    State,
    StopTimer,
    Timer,
)

#: Pages on which somebody may have walked away.
WATCHED = frozenset({Screen.NUMBER, Screen.PIN, Screen.MENU, Screen.BORROW, Screen.RETURN, Screen.ACCOUNT})


class Turn:
    """The next state in the making, and the effects."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.effects: list[Effect] = []

    # --- small changes --------------------------------------------------------------------------------------------

    def set(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)

    def do(self, effect: Effect) -> None:
        """Ask something of the outside."""
        self.effects.append(effect)

    def play(self, sound: Sound) -> None:
        """Ask for one of the three sounds."""
        self.do(Play(sound))

    def start(self, timer: Timer, seconds: float, key: str = "") -> None:
        """Start a timer of this visit."""
        self.do(StartTimer(self.state.visit, timer, seconds, key))

    def stop(self, timer: Timer, key: str = "") -> None:
        """Stop a timer."""
        self.do(StopTimer(timer, key))

    def notice(self, notice: Notice, refusal: Refusal | None = None) -> None:
        """Say one line on the page; it goes by itself."""
        self.set(notice=notice, refusal=refusal)
        self.start(Timer.NOTICE, self.state.rules.notice)

    def quiet(self) -> None:
        """Take the page's line away."""
        self.set(notice=Notice.NONE, refusal=None)

    def just_read(self) -> None:
        """Say for a moment that a code was read; advice on how to hold it has done its work."""
        self.set(just_read=True, advice=None)
        self.start(Timer.JUST_READ, self.state.rules.just_read)

    def explain(self, refusal: Refusal) -> None:
        """Open the dialog that says why not."""
        self.set(overlay=Overlay.EXPLAIN, refusal=refusal)
        self.play(Sound.STOP)
        self.start(Timer.IDLE, self.state.rules.idle)

    # --- pages ----------------------------------------------------------------------------------------------------

    def go(self, screen: Screen) -> None:
        """Turn to a page."""
        self.set(screen=screen, overlay=None, notice=Notice.NONE, refusal=None, chosen="", advice=None)
        if screen is Screen.FINISH:
            self.stop(Timer.IDLE)
            self.set(seconds=self.state.rules.finish)
            self.start(Timer.SECOND, 1)
        elif screen in WATCHED:
            self.stop(Timer.SECOND)
            self.start(Timer.IDLE, self.state.rules.idle)

    def ask_patron(self, ref: PatronRef, pin: Secret | None) -> None:
        """Ask who this is; the page says so at once."""
        self.set(ref=ref, asking=True, notice=Notice.READING_CARD, refusal=None)
        self.do(FindPatron(self.state.visit, ref, pin))
        self.start(Timer.LATE, self.state.rules.late, "patron")
        self.start(Timer.SLOW, self.state.rules.slow, "patron")

    def refresh_patron(self) -> None:
        """Ask again what the account holds, because this visit changed it."""
        if self.state.ref is not None:
            pin = self.state.pin if self.state.pin.text else None
            self.do(FindPatron(self.state.visit, self.state.ref, pin))

    def reset(self, screen: Screen = Screen.WELCOME, *, keep_pad: bool = False) -> None:
        """Forget everybody and everything; what lies on the pad is spent until it is lifted (unless kept).

        The visit's number grows, so that whatever is still under way for the old one is dropped when it arrives.
        """
        old = self.state
        self.state = State(
            rules=old.rules,
            visit=old.visit + 1,
            screen=screen,
            language=old.rules.languages[0],
            pad=old.pad if keep_pad else tuple(replace(tag, spent=True) for tag in old.pad),
            camera_ready=old.camera_ready,
            reader_ready=old.reader_ready,
            scanner_ready=old.scanner_ready,
            online=old.online,
        )

    def end(self, screen: Screen = Screen.WELCOME) -> None:
        """End the visit: the outside is told, then everything is forgotten."""
        old = self.state
        self.do(EndVisit(old.visit, old.ref, old.borrowed, old.returned, old.rating))
        self.reset(screen)

    # --- rows and tags --------------------------------------------------------------------------------------------

    def put(self, row: Row, *, moved: bool = True) -> None:
        """Add a row or replace the one with its mode and key. ``moved``: it counts as newly changed."""
        counter = self.state.counter + 1
        if moved:
            row = replace(row, changed=counter)
        others = [old for old in self.state.rows if not (old.mode is row.mode and old.key == row.key)]
        self.set(rows=(*others, row), counter=counter)

    def drop(self, mode: Mode, key: str) -> None:
        """Take a row off its list."""
        self.set(rows=tuple(row for row in self.state.rows if not (row.mode is mode and row.key == key)))

    def put_tag(self, tag: PadTag) -> None:
        """Add a tag to the pad or replace the one with its UID, in place."""
        if any(old.uid == tag.uid for old in self.state.pad):
            self.set(pad=tuple(tag if old.uid == tag.uid else old for old in self.state.pad))
        else:
            self.set(pad=(*self.state.pad, tag))

    def tag(self, uid: str) -> PadTag | None:
        """The tag on the pad with this UID."""
        return next((tag for tag in self.state.pad if tag.uid == uid), None)

    def present(self, uid: str) -> bool:
        """Whether the tag lies on the pad now."""
        return self.tag(uid) is not None
