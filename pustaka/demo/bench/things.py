"""What lies on the table: members' cards, a phone, books, and a code that is no library's.

Numbers are those of the sample library, so every one of them means something to the kiosk.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from devices.emulators import things as drawings
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.tags.content import Usage
from kiosk.circulation.library import sample
from kiosk.circulation.library.tags import tag_uid
from pustaka.demo.bench.errors import UnknownError
from pustaka.demo.files import ISIL
from pustaka.demo.player import SAMPLE_ISBN


class Kind(enum.StrEnum):
    """What it is; decides its drawing and what the camera finds on it."""

    CARD = "card"
    TAG_CARD = "tag-card"
    PHONE = "phone"
    BOOK = "book"
    ISBN = "isbn"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing. ``code`` is what is printed on it, ``uids`` the tags in it, ``note`` names a sentence about it.

    ``name`` is a proper name or a title; where it is empty, the words have one. ``cover`` (from 1) is a book's colour.
    """

    key: str
    kind: Kind
    code: str
    name: str = ""
    holder: str = ""
    pin: str = ""
    cover: int = 0
    uids: tuple[str, ...] = ()

    @property
    def symbology(self) -> str:
        """The code's name."""
        return {Kind.ISBN: "EAN-13", Kind.PHONE: "QR"}.get(self.kind, "Code 128")

    def drawn(self) -> drawings.Thing:
        """As the camera sees it."""
        match self.kind:
            case Kind.PHONE:
                return drawings.phone(self.code)
            case Kind.ISBN:
                return drawings.isbn_label(self.code)
            case Kind.BOOK:
                return drawings.book_label(self.code)
        return drawings.membership_card(self.code, holder=self.holder)


def _book(key: str, number: str, name: str, cover: int, parts: tuple[int, ...] = (1,)) -> Thing:
    return Thing(key, Kind.BOOK, number, name, cover=cover, uids=tuple(tag_uid(number, part) for part in parts))


TABLE: Final = (
    Thing("sari", Kind.CARD, sample.SARI, "Sari", "Sari Wulandari"),
    Thing("ani", Kind.CARD, sample.ANI, "Ani", "Ani Rahmawati", pin=sample.ANI_PIN),
    Thing("ahmad", Kind.CARD, sample.SUSPENDED, "Ahmad", "Ahmad Fauzi"),
    Thing("wagiman", Kind.CARD, sample.EXPIRED, "Wagiman", "Wagiman"),
    Thing(
        "yohanes", Kind.TAG_CARD, sample.YOHANES, "Yohanes", "Yohanes Lawai", sample.YOHANES_PIN,
        uids=(tag_uid(sample.YOHANES),),
    ),
    Thing("dewi", Kind.PHONE, sample.HOLD_READY, "Dewi"),
    Thing("isbn", Kind.ISBN, SAMPLE_ISBN),
    Thing("awan", Kind.BOOK, sample.CAMERA_ITEM, "Api Awan Asap", cover=7),
    _book("pulang", sample.AWAITED_ITEM, "Pulang", 6),
    _book("layar", sample.LAYAR_TERKEMBANG, "Layar Terkembang", 1),
    _book("salah", sample.SALAH_ASUHAN, "Salah Asuhan", 2),
    _book("hikayat", sample.HIKAYAT_BANJAR, "Hikayat Banjar", 3),
    _book("sengsara", sample.SENGSARA_MEMBAWA_NIKMAT, "Sengsara Membawa Nikmat", 5),
    _book("siti", sample.HELD_ITEM, "Siti Nurbaya", 1),
    _book("kamus", sample.REFERENCE_ITEM, "Kamus Besar", 4),
    _book("atlas", sample.SET_ITEM, "Atlas 1–2", 8, (1, 2)),
    _book("atlas3", sample.SET_ITEM, "Atlas 3", 8, (3,)),
    _book("saman", sample.ADULT_ITEM, "Saman", 9),
)  # fmt: skip

BY_KEY: Final = {thing.key: thing for thing in TABLE}
BY_UID: Final = {uid: thing for thing in TABLE for uid in thing.uids}


def find(key: str) -> Thing:
    """The thing with this key.

    Raises:
        UnknownError: there is none.
    """
    if key not in BY_KEY:
        raise UnknownError("no.thing", name=key[:40], known=", ".join(BY_KEY))
    return BY_KEY[key]


def define_cards(reader: ReaderEmulator) -> None:
    """Make the tags of the cards; the books' are the library's own. A card has no security bit to speak of."""
    for thing in TABLE:
        if thing.kind is Kind.TAG_CARD:
            reader.define_item(thing.uids[0], thing.code, ISIL, usage=Usage.PATRON_CARD, afi=0)
