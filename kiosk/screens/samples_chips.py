"""Sample states about tags: those that name no book here, and those whose security bit is not right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.circulation.port import Bin
from kiosk.screens.sample_books import borrowing, returning, row
from kiosk.session.model import Mode, Oddity, Phase, Row, State, Stuck

_SALAH = row("salah", Mode.BORROW, Phase.BORROWED, 3)
_BACK = row("hikayat", Mode.RETURN, Phase.RETURNED, 1, bin=Bin.LEFT)


def _chip(odd: Oddity, mode: Mode, changed: int) -> Row:
    uid = f"E004-{odd.value}"
    return Row(f"uid:{uid}", mode, Phase.UNREADABLE, changed, uids=(uid,), odd=odd)


def _stuck(name: str, stuck: Stuck, changed: int, mode: Mode = Mode.BORROW) -> Row:
    place = Bin.LEFT if mode is Mode.RETURN else None
    return row(name, mode, Phase.PUT_BACK, changed, bin=place, arm=mode is Mode.RETURN, stuck=stuck)


CHIPS: dict[str, Callable[[], State]] = {
    "borrow-chips": lambda: borrowing(
        _chip(Oddity.DAMAGED, Mode.BORROW, 4),
        _chip(Oddity.FOREIGN, Mode.BORROW, 5),
        _chip(Oddity.BLANK, Mode.BORROW, 6),
        _SALAH,
        on_pad=("salah", "damaged", "foreign", "blank"),
    ),
    "borrow-chips-odd": lambda: borrowing(
        _chip(Oddity.NO_NUMBER, Mode.BORROW, 4),
        _chip(Oddity.UNKNOWN, Mode.BORROW, 5),
        on_pad=("no-number", "unknown"),
    ),
    "borrow-stuck": lambda: borrowing(
        _stuck("siti", Stuck.LEFT, 4),
        _stuck("layar", Stuck.LOCKED, 5),
        _stuck("salah", Stuck.WRITING, 6),
        _stuck("hikayat", Stuck.MOVE, 7),
        on_pad=("layar", "salah", "hikayat"),
    ),
    "borrow-stuck-reader": lambda: replace(borrowing(_stuck("layar", Stuck.READER, 1)), reader_ready=False),
    "return-move": lambda: returning(
        _BACK, _stuck("salah", Stuck.LEFT, 3, Mode.RETURN), _stuck("layar", Stuck.MOVE, 4, Mode.RETURN)
    ),
    "return-writing": lambda: returning(_stuck("layar", Stuck.WRITING, 4, Mode.RETURN)),
    "return-locked": lambda: returning(_BACK, _stuck("layar", Stuck.LOCKED, 4, Mode.RETURN)),
    "return-set": lambda: returning(row("gelap", Mode.RETURN, Phase.INCOMPLETE, 5, parts=3, seen=2)),
    "return-chips": lambda: returning(_chip(Oddity.FOREIGN, Mode.RETURN, 1), _chip(Oddity.BLANK, Mode.RETURN, 2)),
}
