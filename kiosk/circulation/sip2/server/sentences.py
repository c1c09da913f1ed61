"""What a terminal shows its patron (AF), in the account's language.

Refusals have the sentences of the kiosk's own catalogues. The few notes below are for terminals of other makers only.
"""

from __future__ import annotations

import enum
from datetime import date, tzinfo
from typing import Final

from kiosk.circulation.port import Code, Refusal
from kiosk.locale.calendar import Calendar
from kiosk.locale.refusals import refusal as refusal_in_words


class Note(enum.Enum):
    """Something worth saying beside a yes."""

    ALREADY_YOURS = enum.auto()
    NOT_ON_LOAN = enum.auto()
    KEPT_FOR_ANOTHER = enum.auto()
    FOR_STAFF = enum.auto()
    LATE_FEE = enum.auto()
    READY = enum.auto()
    PIN_MISSING = enum.auto()
    NOT_DONE_HERE = enum.auto()
    AMOUNT_UNREADABLE = enum.auto()
    MORE_THAN_OWED = enum.auto()


_NOTES: Final[dict[str, dict[Note, str]]] = {
    "en": {
        Note.ALREADY_YOURS: "You already have this item.",
        Note.NOT_ON_LOAN: "This item was not recorded as on loan.",
        Note.KEPT_FOR_ANOTHER: "Somebody is waiting for this item.",
        Note.FOR_STAFF: "Please hand this item to staff.",
        Note.LATE_FEE: "The item was late: {amount}.",
        Note.READY: "A copy is ready for you.",
        Note.PIN_MISSING: "Please enter your PIN.",
        Note.NOT_DONE_HERE: "This is not possible here.",
        Note.AMOUNT_UNREADABLE: "This amount cannot be booked.",
        Note.MORE_THAN_OWED: "You owe {amount}.",
    },
    "id": {
        Note.ALREADY_YOURS: "Koleksi ini sudah Anda pinjam.",
        Note.NOT_ON_LOAN: "Koleksi ini tidak tercatat sedang dipinjam.",
        Note.KEPT_FOR_ANOTHER: "Ada yang menunggu koleksi ini.",
        Note.FOR_STAFF: "Serahkan koleksi ini kepada petugas.",
        Note.LATE_FEE: "Koleksi terlambat: {amount}.",
        Note.READY: "Satu eksemplar siap untuk Anda.",
        Note.PIN_MISSING: "Masukkan PIN Anda.",
        Note.NOT_DONE_HERE: "Ini tidak dapat dilakukan di sini.",
        Note.AMOUNT_UNREADABLE: "Jumlah ini tidak dapat dibukukan.",
        Note.MORE_THAN_OWED: "Tagihan Anda {amount}.",
    },
}


class Sentences:
    """Sentences in one language."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self._words = Calendar(language)
        self._notes = _NOTES[language]
        self._zone = zone

    def note(self, note: Note, amount: int | None = None) -> str:
        """A note; ``amount`` in whole rupiah where it has one."""
        return self._notes[note].format(amount=self._words.money(amount or 0))

    def refusal(self, refusal: Refusal, today: date) -> str:
        """Why it was refused, and what to do now."""
        if refusal.code is Code.PIN_REQUIRED:
            return self.note(Note.PIN_MISSING)  # the kiosk's own words say that a card was read
        return refusal_in_words(self._words, refusal, today, self._zone).whole
