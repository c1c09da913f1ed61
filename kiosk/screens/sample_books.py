"""What the sample states are made of: one library, one patron, eight books, one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.circulation.port import Code, Hold, Item, Loan, Patron, PatronRef, Refusal
from kiosk.session.model import Mode, PadTag, Phase, Row, Rules, Screen, State

ZONE = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 11, 23, 14, 45, tzinfo=ZONE)
TODAY = NOW.date()
DUE = date(2026, 12, 2)
LIBRARY = "Perpustakaan Kota Samarinda"
HOURS = ("08.00", "17.00")
KIOSK_CODE = "K-14"

BOOKS = {
    "siti": ("Siti Nurbaya", "Marah Rusli"),
    "layar": ("Layar Terkembang", "S.T. Alisjahbana"),
    "salah": ("Salah Asuhan", "Abdoel Moeis"),
    "hikayat": ("Hikayat Banjar", "J.J. Ras"),
    "sengsara": ("Sengsara Membawa Nikmat", "Tulis Sutan Sati"),
    "azab": ("Azab dan Sengsara", "Merari Siregar"),
    "gelap": ("Habis Gelap Terbitlah Terang", "R.A. Kartini"),
    "tenun": ("Tenun Tepian Mahakam", "Tim Pustaka"),
}

REF = PatronRef("20260001")
RULES = Rules(pin_length=6)


def book(name: str) -> Item:
    """One of the sample books."""
    title, author = BOOKS[name]
    return Item(name, title, author)


def loan(name: str, days: int) -> Loan:
    """A loan due in so many days."""
    return Loan(book(name), TODAY + timedelta(days=days), days)


PATRON = Patron(
    ref=REF,
    first_name="Sari",
    loans=(loan("hikayat", 1), loan("tenun", 9)),
    holds=(Hold("Layar Terkembang", date(2026, 11, 26)),),
    can_borrow=5,
)
BEHIND = replace(
    PATRON,
    loans=(loan("azab", -2), loan("hikayat", 1), loan("tenun", 9)),
    can_borrow=4,
    blocked=Refusal(Code.OVERDUE, until=date(2026, 11, 26)),
)
EMPTY_PATRON = replace(PATRON, loans=(), holds=(), can_borrow=7)

WELCOME = State(rules=RULES, camera_ready=True, reader_ready=True)
MENU = replace(WELCOME, screen=Screen.MENU, ref=REF, patron=PATRON)


def row(name: str, mode: Mode, phase: Phase, changed: int, **fields: object) -> Row:
    """A row of one of the sample books."""
    title, author = BOOKS[name]
    due = DUE if mode is Mode.BORROW and phase in (Phase.BORROWED, Phase.PUT_BACK) else None
    plain = Row(name, mode, phase, changed, title, author, due, uids=(f"E004-{name}",))
    return replace(plain, **fields)  # type: ignore[arg-type]


def pad(*names: str) -> tuple[PadTag, ...]:
    """Tags of these books on the pad."""
    return tuple(PadTag(f"E004-{name}", name, read=True) for name in names)


def borrowing(*rows: Row, on_pad: tuple[str, ...] = ()) -> State:
    """The borrow page with these rows."""
    return replace(MENU, screen=Screen.BORROW, rows=rows, pad=pad(*on_pad), counter=len(rows))


def returning(*rows: Row, on_pad: tuple[str, ...] = (), patron: Patron | None = None) -> State:
    """The return page with these rows."""
    ref = patron.ref if patron else None
    return replace(
        WELCOME, screen=Screen.RETURN, rows=rows, pad=pad(*on_pad), counter=len(rows), patron=patron, ref=ref
    )
