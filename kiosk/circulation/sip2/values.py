"""The short codes of SIP 2.00 by their names. All are texts, so that a message may hold an unlisted one as it came.

Source: 3M Standard Interchange Protocol 2.00, "Fields"; the alert types: 3M's extension of 2005 and Koha.
"""

from __future__ import annotations

import enum
from typing import Final

from kiosk.circulation.probing import CopyStatus


class MessageCode(enum.StrEnum):
    """The first two characters of a message."""

    PATRON_STATUS = "23"
    CHECKOUT = "11"
    CHECKIN = "09"
    BLOCK_PATRON = "01"
    SC_STATUS = "99"
    REQUEST_ACS_RESEND = "97"
    LOGIN = "93"
    PATRON_INFORMATION = "63"
    END_PATRON_SESSION = "35"
    FEE_PAID = "37"
    ITEM_INFORMATION = "17"
    ITEM_STATUS_UPDATE = "19"
    PATRON_ENABLE = "25"
    HOLD = "15"
    RENEW = "29"
    RENEW_ALL = "65"
    PATRON_STATUS_RESPONSE = "24"
    CHECKOUT_RESPONSE = "12"
    CHECKIN_RESPONSE = "10"
    ACS_STATUS = "98"
    REQUEST_SC_RESEND = "96"
    LOGIN_RESPONSE = "94"
    PATRON_INFORMATION_RESPONSE = "64"
    END_SESSION_RESPONSE = "36"
    FEE_PAID_RESPONSE = "38"
    ITEM_INFORMATION_RESPONSE = "18"
    ITEM_STATUS_UPDATE_RESPONSE = "20"
    PATRON_ENABLE_RESPONSE = "26"
    HOLD_RESPONSE = "16"
    RENEW_RESPONSE = "30"
    RENEW_ALL_RESPONSE = "66"

    @property
    def place(self) -> int | None:
        """Its place in BX (*supported messages*); ``None`` for an answer. The place of 97 stands for 96 too."""
        return _PLACES.get(self)


#: The requests in the order of BX, which is the order above.
_PLACES: Final = {code: place for place, code in enumerate(list(MessageCode)[:16])}


def supports(supported_messages: str, code: MessageCode) -> bool | None:
    """What BX says of a request: ``None`` where it says nothing (missing, too short, neither Y nor N): try it."""
    place = code.place
    said = "" if place is None else supported_messages[place : place + 1].upper()
    return {"Y": True, "N": False}.get(said)


def supported_messages(codes: frozenset[MessageCode] | set[MessageCode]) -> str:
    """BX for these requests."""
    places = {code.place for code in codes}
    return "".join("Y" if place in places else "N" for place in range(len(_PLACES)))


class PatronFlag(enum.IntEnum):
    """A place in *patron status*. Each is something wrong; only the first and the fifth should stop a loan."""

    CHECKOUT_DENIED = 0
    RENEWAL_DENIED = 1
    RECALL_DENIED = 2  # for everybody, on many systems
    HOLD_DENIED = 3
    CARD_LOST = 4
    TOO_MANY_CHARGED = 5
    TOO_MANY_OVERDUE = 6
    TOO_MANY_RENEWALS = 7
    TOO_MANY_CLAIMS_RETURNED = 8
    TOO_MANY_LOST = 9
    EXCESSIVE_FINES = 10
    EXCESSIVE_FEES = 11
    RECALL_OVERDUE = 12
    TOO_MANY_BILLED = 13


class Summary(enum.IntEnum):
    """A place in *summary*: the list that 63 asks for. Most systems answer one list at a time."""

    HOLDS = 0
    OVERDUE = 1
    CHARGED = 2
    FINES = 3
    RECALLS = 4
    UNAVAILABLE_HOLDS = 5


class ScCondition(enum.StrEnum):
    """How a terminal is (99)."""

    FINE = "0"
    NO_PAPER = "1"
    SHUTTING_DOWN = "2"


class CirculationStatus(enum.StrEnum):
    """Where a copy is in its life (18); see ``probing.CopyStatus``."""

    OTHER = "01"
    ON_ORDER = "02"
    AVAILABLE = "03"
    CHARGED = "04"
    CHARGED_NOT_RECALLABLE = "05"
    IN_PROCESS = "06"
    RECALLED = "07"
    HOLD_SHELF = "08"
    RESHELVING = "09"
    IN_TRANSIT = "10"
    CLAIMED_RETURNED = "11"
    LOST = "12"
    MISSING = "13"


_STATUS_OF: Final = {status.value: CopyStatus[status.name] for status in CirculationStatus}


def copy_status(circulation_status: str) -> CopyStatus:
    """The copy's status; an unlisted code is ``OTHER``."""
    return _STATUS_OF.get(circulation_status, CopyStatus.OTHER)


def circulation_status(status: CopyStatus) -> CirculationStatus:
    """The code of a copy's status."""
    return CirculationStatus[status.name]


class SecurityMarker(enum.StrEnum):
    """What protects a copy (18)."""

    OTHER = "00"
    NONE = "01"
    TATTLE_TAPE = "02"
    WHISPER_TAPE = "03"


class MediaType(enum.StrEnum):
    """What a copy is (CK)."""

    OTHER = "000"
    BOOK = "001"
    MAGAZINE = "002"
    BOUND_JOURNAL = "003"
    AUDIO_TAPE = "004"
    VIDEO_TAPE = "005"
    CD = "006"
    DISKETTE = "007"
    BOOK_WITH_DISKETTE = "008"
    BOOK_WITH_CD = "009"
    BOOK_WITH_AUDIO_TAPE = "010"


class FeeType(enum.StrEnum):
    """What a fee is for (18, 37, BT)."""

    OTHER = "01"
    ADMINISTRATIVE = "02"
    DAMAGE = "03"
    OVERDUE = "04"
    PROCESSING = "05"
    RENTAL = "06"
    REPLACEMENT = "07"
    COMPUTER = "08"
    HOLD = "09"


class PaymentType(enum.StrEnum):
    """How a fee was paid (37)."""

    CASH = "00"
    VISA = "01"
    CREDIT_CARD = "02"


class HoldMode(enum.StrEnum):
    """What 15 does."""

    ADD = "+"
    DELETE = "-"
    CHANGE = "*"


class HoldType(enum.StrEnum):
    """Which copy would do (BY)."""

    OTHER = "1"
    ANY_COPY = "2"
    SPECIFIC_COPY = "3"
    ANY_COPY_AT_LOCATION = "4"


class AlertType(enum.StrEnum):
    """Why an item that came back is not for the shelf (CV)."""

    UNKNOWN = "00"
    HOLD_HERE = "01"
    HOLD_ELSEWHERE = "02"
    INTERLIBRARY = "03"
    SEND_ELSEWHERE = "04"
    DATA_PROBLEM = "98"  # Koha
    OTHER = "99"


#: *Language* by the tag that the kiosk's catalogues use. Indonesian has no code of its own: 000, the system's own.
LANGUAGES: Final = {
    "en": "001", "fr": "002", "de": "003", "it": "004", "nl": "005", "sv": "006", "fi": "007", "es": "008", "da": "009",
    "pt": "010", "fr-CA": "011", "no": "012", "he": "013", "ja": "014", "ru": "015", "ar": "016", "pl": "017",
    "el": "018", "zh": "019", "ko": "020", "es-419": "021", "ta": "022", "ms": "023", "en-GB": "024", "is": "025",
    "nl-BE": "026", "zh-TW": "027",
}  # fmt: skip
UNKNOWN_LANGUAGE: Final = "000"
