"""States worth looking at: one for each thing a patron may see. For the gallery and for tests.

Nothing here happens by chance: the same name always gives the same state, at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from devices.barcode.preview import Preview
from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import (
    Bin,
    Code,
    Hold,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
)
from kiosk.screens.sample_books import (
    BEHIND,
    BOOKS,
    DUE,
    EMPTY_PATRON,
    HOURS,
    KIOSK_CODE,
    LIBRARY,
    MENU,
    NOW,
    PATRON,
    REF,
    RULES,
    TODAY,
    WELCOME,
    ZONE,
    book,
    borrowing,
    loan,
    returning,
    row,
)
from kiosk.screens.samples_chips import CHIPS
from kiosk.session.model import (
    Advice,
    Mode,
    Notice,
    Overlay,
    Part,
    Phase,
    Rating,
    Row,
    Screen,
    Standing,
    State,
    Unclear,
)

__all__ = ["BOOKS", "HOURS", "KIOSK_CODE", "LIBRARY", "NOW", "SAMPLES", "WELCOME", "ZONE", "borrowing", "row"]

#: What strangers may put into a catalogue.
HOSTILE = (
    "[b]Judul[/b] [color=ff0000]merah[/color] [ref=x]tautan[/ref]",
    "Judul yang tidak pernah selesai " * 320,
    "\u202eterbalik\u202c \u200b\u200bnol\u200d lebar\u2066",
    "漢字 العربية 🙂 Ṛgveda",
    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
)

_OFFLINE = replace(RULES, offline=Policy.BOTH)
_KNOWN_OFFLINE = replace(EMPTY_PATRON, first_name="", offline=True)
_HELD = Refusal(Code.HELD, until=date(2026, 11, 26))

_BORROWED = tuple(
    row(name, Mode.BORROW, Phase.BORROWED, number) for number, name in ((3, "salah"), (2, "hikayat"), (1, "sengsara"))
)
_REFUSED = row("siti", Mode.BORROW, Phase.REFUSED, 5, refusal=_HELD)
_PUT_BACK = row("layar", Mode.BORROW, Phase.PUT_BACK, 4)
BORROW = borrowing(*_BORROWED, _PUT_BACK, _REFUSED, on_pad=("salah", "hikayat", "sengsara"))
_WAITING = row("gelap", Mode.BORROW, Phase.WAITING, 6, title="", author="")

_BACK = (
    row("hikayat", Mode.RETURN, Phase.RETURNED, 1, bin=Bin.LEFT),
    row("salah", Mode.RETURN, Phase.RETURNED, 2, bin=Bin.LEFT),
    row("siti", Mode.RETURN, Phase.RETURNED, 3, bin=Bin.STAFF, held=True),
)
RETURN = returning(*_BACK, patron=PATRON)

_TAKEN = tuple(
    row(name, Mode.BORROW, Phase.BORROWED, 4 - number)
    for number, name in enumerate(("layar", "salah", "hikayat", "sengsara"))
)
FINISH = replace(borrowing(*_TAKEN), screen=Screen.FINISH, seconds=8)

_UNCLEAR = Unclear("004170", PatronRef("004170"), "004170")
_ALL_WELL = Standing(tuple((part, True) for part in Part))
_TROUBLE = Standing(
    tuple((part, part in (Part.CAMERA, Part.READER)) for part in Part), waiting=3, conflicts=1, wrong_bits=2
)

_ALL_WRONG = Standing(tuple((part, False) for part in Part), waiting=128, conflicts=12, wrong_bits=31)

_HOSTILE_ROWS = tuple(
    Row(f"h{number}", Mode.BORROW, Phase.BORROWED, number, title, title, DUE) for number, title in enumerate(HOSTILE)
)
#: As long as a library system's own words ever get on the screen.
_LONG_WORDS = (
    "Item cannot be charged: circulation policy of the owning branch does not permit loans to this category " * 2
)

SAMPLES: dict[str, Callable[[], State]] = {
    **CHIPS,
    "welcome": lambda: WELCOME,
    "welcome-reading-card": lambda: replace(WELCOME, notice=Notice.READING_CARD, asking=True, ref=REF),
    "welcome-still-looking": lambda: replace(WELCOME, notice=Notice.STILL_LOOKING, asking=True, ref=REF),
    "welcome-no-match": lambda: replace(WELCOME, notice=Notice.NO_MATCH),
    "welcome-no-answer": lambda: replace(WELCOME, notice=Notice.NO_ANSWER),
    "welcome-book-shown": lambda: replace(WELCOME, notice=Notice.BOOK_NOT_CARD),
    "welcome-staff-called": lambda: replace(WELCOME, notice=Notice.STAFF_CALLED),
    "number": lambda: replace(WELCOME, screen=Screen.NUMBER),
    "number-typed": lambda: replace(WELCOME, screen=Screen.NUMBER, typed="20260001234567"),
    "number-no-match": lambda: replace(WELCOME, screen=Screen.NUMBER, notice=Notice.NO_MATCH),
    "number-asking": lambda: replace(
        WELCOME, screen=Screen.NUMBER, typed="20260001", notice=Notice.READING_CARD, asking=True
    ),
    "pin": lambda: replace(WELCOME, screen=Screen.PIN, ref=REF, pin_typed="1234"),
    "pin-asking": lambda: replace(
        WELCOME, screen=Screen.PIN, ref=REF, pin_typed="123456", notice=Notice.READING_CARD, asking=True
    ),
    "pin-wrong": lambda: replace(WELCOME, screen=Screen.PIN, ref=REF, notice=Notice.NO_MATCH),
    "pin-locked": lambda: replace(
        WELCOME,
        screen=Screen.PIN,
        ref=REF,
        notice=Notice.REFUSED,
        refusal=Refusal(Code.PIN_LOCKED, until_time=NOW.replace(hour=15, minute=0), limit=3),
    ),
    "menu": lambda: MENU,
    "menu-overdue": lambda: replace(MENU, patron=BEHIND),
    "menu-nothing": lambda: replace(MENU, patron=replace(EMPTY_PATRON, first_name="Bartholomeus-Christoforus")),
    "menu-staff-called": lambda: replace(MENU, notice=Notice.STAFF_CALLED),
    "menu-sales-code": lambda: replace(MENU, notice=Notice.SALES_CODE),
    "menu-which": lambda: replace(MENU, overlay=Overlay.WHICH, unclear=(_UNCLEAR,)),
    "welcome-which": lambda: replace(WELCOME, overlay=Overlay.WHICH, unclear=(_UNCLEAR,)),
    "which-long": lambda: replace(MENU, overlay=Overlay.WHICH, unclear=(replace(_UNCLEAR, text="MMMM" * 20),)),
    "welcome-foreign-code": lambda: replace(WELCOME, notice=Notice.FOREIGN_CODE),
    "number-foreign-code": lambda: replace(WELCOME, screen=Screen.NUMBER, notice=Notice.FOREIGN_CODE),
    "pin-foreign-code": lambda: replace(WELCOME, screen=Screen.PIN, ref=REF, notice=Notice.FOREIGN_CODE),
    "menu-foreign-code": lambda: replace(MENU, notice=Notice.FOREIGN_CODE),
    "borrow-foreign-code": lambda: replace(BORROW, notice=Notice.FOREIGN_CODE),
    "return-foreign-code": lambda: replace(RETURN, notice=Notice.FOREIGN_CODE),
    "borrow-just-read": lambda: replace(borrowing(_BORROWED[0], _WAITING), just_read=True),
    "borrow-closer": lambda: replace(borrowing(_BORROWED[0]), advice=Advice.CLOSER),
    "borrow-empty-closer": lambda: replace(borrowing(), advice=Advice.CLOSER),
    "borrow-still": lambda: replace(borrowing(_BORROWED[0]), advice=Advice.STILL),
    "return-empty-still": lambda: replace(returning(), advice=Advice.STILL),
    "staff": lambda: replace(WELCOME, overlay=Overlay.STAFF, standing=_ALL_WELL),
    "staff-trouble": lambda: replace(WELCOME, overlay=Overlay.STAFF, standing=_TROUBLE),
    "staff-everything-wrong": lambda: replace(WELCOME, overlay=Overlay.STAFF, standing=_ALL_WRONG),
    "staff-end-visit": lambda: replace(BORROW, overlay=Overlay.END_VISIT),
    "menu-blocked-explained": lambda: replace(
        MENU, patron=BEHIND, overlay=Overlay.EXPLAIN, refusal=BEHIND.blocked
    ),
    "borrow": lambda: BORROW,
    "borrow-empty": lambda: borrowing(),
    "borrow-waiting": lambda: borrowing(
        *_BORROWED, replace(_WAITING, phase=Phase.LATE, key="x", changed=5), _WAITING, on_pad=("salah", "gelap")
    ),
    "borrow-offline": lambda: replace(BORROW, online=False, rules=_OFFLINE),
    "borrow-offline-estimated": lambda: replace(
        BORROW,
        online=False,
        rules=_OFFLINE,
        rows=tuple(replace(row, estimated=row.phase is Phase.BORROWED) for row in BORROW.rows),
    ),
    "welcome-offline": lambda: replace(WELCOME, online=False, rules=_OFFLINE),
    "menu-offline": lambda: replace(MENU, online=False, rules=_OFFLINE, patron=_KNOWN_OFFLINE),
    "menu-offline-explained": lambda: replace(
        MENU, online=False, rules=_OFFLINE, overlay=Overlay.EXPLAIN, refusal=Refusal(Code.OFFLINE)
    ),
    "borrow-no-date": lambda: borrowing(row("salah", Mode.BORROW, Phase.BORROWED, 3, due=None), on_pad=("salah",)),
    "finish-no-date": lambda: replace(
        borrowing(row("salah", Mode.BORROW, Phase.BORROWED, 3, due=None)), screen=Screen.FINISH, seconds=8
    ),
    "account-no-date": lambda: replace(
        MENU,
        screen=Screen.ACCOUNT,
        patron=replace(
            PATRON,
            loans=(replace(loan("tenun", 9), due=date.max, days_left=9999, due_known=False),),
            holds=(Hold("Layar Terkembang", ready=True),),
        ),
        renewals=(("hikayat", Renewed(book("hikayat"), date.max, due_known=False)),),
    ),
    "finish-offline": lambda: replace(
        borrowing(*(replace(row, estimated=True) for row in _TAKEN)),
        screen=Screen.FINISH,
        seconds=8,
        online=False,
        rules=_OFFLINE,
    ),
    "borrow-set": lambda: borrowing(
        _BORROWED[0],
        row(
            "gelap", Mode.BORROW, Phase.INCOMPLETE, 5, parts=3, seen=2,
            refusal=Refusal(Code.SET_INCOMPLETE, seen=2, limit=3),
        ),
        on_pad=("salah", "gelap"),
    ),
    "borrow-odd": lambda: borrowing(
        row("salah", Mode.BORROW, Phase.BORROWED, 3, again=True, lent_before=True),
        row("hikayat", Mode.BORROW, Phase.UNDONE, 2),
        row("gelap", Mode.BORROW, Phase.UNSURE, 4),
        Row("uid:E004", Mode.BORROW, Phase.UNREADABLE, 5, uids=("E004",)),
        on_pad=("salah", "gelap"),
    ),
    "borrow-many": lambda: borrowing(
        *(row(name, Mode.BORROW, Phase.BORROWED, number, key=f"b{number}")
          for number, name in enumerate([*BOOKS, *BOOKS][:12])),
        on_pad=tuple(BOOKS)[:8],
    ),
    "borrow-hostile": lambda: borrowing(*_HOSTILE_ROWS),
    "borrow-long-words": lambda: borrowing(
        row("salah", Mode.BORROW, Phase.REFUSED, 1, refusal=Refusal(Code.OTHER, said=_LONG_WORDS)), on_pad=("salah",)
    ),
    "return-long-words": lambda: returning(
        row("salah", Mode.RETURN, Phase.REFUSED, 1, refusal=Refusal(Code.OTHER, said=_LONG_WORDS)), on_pad=("salah",)
    ),
    "menu-long-words": lambda: replace(
        MENU, overlay=Overlay.EXPLAIN, refusal=Refusal(Code.OTHER, said=_LONG_WORDS)
    ),
    "borrow-sales-code": lambda: replace(BORROW, notice=Notice.SALES_CODE),
    "borrow-no-camera": lambda: replace(borrowing(_BORROWED[0], on_pad=("salah",)), camera_ready=False),
    "borrow-no-reader": lambda: replace(borrowing(_BORROWED[0]), reader_ready=False),
    "borrow-no-devices": lambda: replace(borrowing(), camera_ready=False, reader_ready=False),
    "return": lambda: RETURN,
    "return-empty": lambda: returning(),
    "return-waiting": lambda: returning(row("gelap", Mode.RETURN, Phase.WAITING, 1, title="", author="")),
    "return-fine": lambda: returning(row("azab", Mode.RETURN, Phase.RETURNED, 1, bin=Bin.RIGHT, fee=2000)),
    "return-put-back": lambda: returning(*_BACK[:1], row("layar", Mode.RETURN, Phase.PUT_BACK, 4, bin=Bin.LEFT)),
    "return-everything": lambda: returning(
        *_BACK,
        row("layar", Mode.RETURN, Phase.REFUSED, 4, refusal=Refusal(Code.UNKNOWN_ITEM), title=""),
        row("tenun", Mode.RETURN, Phase.RETURNED, 5, bin=Bin.TROLLEY, held=True),
        row("azab", Mode.RETURN, Phase.RETURNED, 6, bin=Bin.LEFT),
        row("gelap", Mode.RETURN, Phase.RETURNED, 7, bin=Bin.RIGHT),
        row("sengsara", Mode.RETURN, Phase.WAITING, 8),
    ),
    "return-offline": lambda: replace(
        returning(
            row("hikayat", Mode.RETURN, Phase.RETURNED, 1, bin=Bin.LEFT, estimated=True),
            row("siti", Mode.RETURN, Phase.REFUSED, 3, refusal=Refusal(Code.OTHER, said="Item belongs to branch 2")),
        ),
        online=False,
        rules=replace(RULES, offline=Policy.RETURNS),
    ),
    "account": lambda: replace(MENU, screen=Screen.ACCOUNT, patron=BEHIND),
    "account-empty": lambda: replace(MENU, screen=Screen.ACCOUNT, patron=EMPTY_PATRON),
    "account-renewed": lambda: replace(
        MENU,
        screen=Screen.ACCOUNT,
        renewals=(
            ("hikayat", Renewed(book("hikayat"), date(2026, 12, 11))),
            ("tenun", Refused(Refusal(Code.RENEWAL_HELD, until=DUE), book("tenun"))),
        ),
    ),
    "account-renewing": lambda: replace(MENU, screen=Screen.ACCOUNT, renewing=frozenset({"hikayat", "tenun"})),
    "account-fees": lambda: replace(
        MENU, screen=Screen.ACCOUNT, patron=replace(PATRON, fees=12500, holds=(Hold("Siti Nurbaya"),))
    ),
    "account-many": lambda: replace(
        MENU,
        screen=Screen.ACCOUNT,
        patron=replace(PATRON, loans=tuple(loan(name, number) for number, name in enumerate(BOOKS)), can_borrow=0),
    ),
    "finish": lambda: FINISH,
    "finish-staff-called": lambda: replace(FINISH, seconds=0, notice=Notice.STAFF_CALLED),
    "finish-held-open": lambda: replace(FINISH, seconds=0, rating=Rating.GOOD),
    "finish-different-dates": lambda: replace(
        FINISH, rows=(replace(_TAKEN[0], due=date(2026, 12, 9)), replace(_TAKEN[1], due=TODAY), *_TAKEN[2:])
    ),
    "finish-returned": lambda: replace(RETURN, screen=Screen.FINISH, seconds=6),
    "finish-renewed": lambda: replace(
        FINISH, rows=(), renewals=(("hikayat", Renewed(book("hikayat"), date(2026, 12, 11))),)
    ),
    "idle": lambda: replace(MENU, overlay=Overlay.IDLE, seconds=17, rules=replace(RULES, idle_warning=20)),
    "leave": lambda: replace(BORROW, overlay=Overlay.LEAVE, leaving=True),
    "finish-with-open-books": lambda: replace(BORROW, overlay=Overlay.LEAVE),
    "undo": lambda: replace(BORROW, overlay=Overlay.UNDO, chosen="salah"),
    "undo-hostile": lambda: replace(borrowing(*_HOSTILE_ROWS), overlay=Overlay.UNDO, chosen="h1"),
    "help-welcome": lambda: replace(WELCOME, overlay=Overlay.HELP),
    "help-borrow": lambda: replace(BORROW, overlay=Overlay.HELP),
    "help-pin": lambda: replace(WELCOME, screen=Screen.PIN, ref=REF, overlay=Overlay.HELP),
    "lettering": lambda: replace(BORROW, overlay=Overlay.LETTERING),
    "expired": lambda: replace(
        WELCOME, overlay=Overlay.EXPLAIN, refusal=Refusal(Code.EXPIRED, until=date(2026, 11, 1))
    ),
    "out-of-service": lambda: replace(WELCOME, screen=Screen.OUT_OF_SERVICE, fault="camera"),
}  # fmt: skip


@lru_cache(maxsize=1)
def camera_preview() -> Preview:
    """What the camera may show: a book's back with its label, just read."""
    image = Image.new("RGB", (400, 300), "#8C887C")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 400, 108), fill="#A39E90")
    draw.line((0, 108, 400, 108), fill="#79756A", width=3)
    draw.polygon([(85, -20), (300, -40), (330, 320), (115, 340)], fill="#5D2A36")
    corners = ((122, 118), (277, 102), (285, 176), (130, 192))
    draw.polygon(corners, fill="#F4F1E8")
    for number in range(24):
        x = 136 + number * 5.4
        width = (2, 3, 1, 4)[number * 7 % 4]
        draw.polygon(
            [
                (x, 124 - (x - 136) * 0.1),
                (x + width, 124 - (x - 136) * 0.1),
                (x + width + 4, 164 - (x - 136) * 0.1),
                (x + 4, 164 - (x - 136) * 0.1),
            ],
            fill="#1B1B1B",
        )
    return Preview(1, np.asarray(image), corners, 0.1)
