"""What can happen to a session: presses, scans, tags, answers, timers, failures.

An event with a ``visit`` belongs to that visit and is dropped when another has begun.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from kiosk.circulation.port import (
    CheckinOutcome,
    CheckoutOutcome,
    Item,
    Patron,
    PatronRef,
    Refusal,
    RenewOutcome,
    Unknown,
)
from kiosk.session.state import Advice, Device, Oddity, Standing, Stuck, Timer, Unclear


class Button(enum.StrEnum):
    """Everything that can be pressed. A button does the same thing wherever it stands."""

    # the spine
    MENU = "menu"
    LANGUAGE = "language"
    LETTERING = "lettering"
    HELP = "help"
    EXIT = "exit"  # also "Batal" (cancel)
    # welcome, number, PIN
    RETURN_WITHOUT_CARD = "return-without-card"
    TYPE_NUMBER = "type-number"
    DELETE = "delete"
    NEXT = "next"
    # menu
    BORROW = "borrow"
    RETURN = "return"
    RENEW = "renew"
    ACCOUNT = "account"
    # lists
    ROW = "row"  # with the row's key: details of a borrowed book, or dismiss a refused one
    FINISH = "finish"
    RENEW_ITEM = "renew-item"  # with the item id
    RENEW_ALL = "renew-all"
    # finish
    CLOSE = "close"
    RATE_GOOD = "rate-good"
    RATE_SOSO = "rate-soso"
    RATE_BAD = "rate-bad"
    # overlays
    STAY = "stay"  # the safe answer of every dialog: yes, still here; no, keep it; close
    CONFIRM = "confirm"  # the other answer
    CALL_STAFF = "call-staff"
    IS_CARD = "is-card"  # the two answers about a code that may be either
    IS_BOOK = "is-book"
    END_VISIT = "end-visit"
    LARGE = "large"
    CONTRAST = "contrast"
    LOW_REACH = "low-reach"
    LEFT_HAND = "left-hand"
    READ_ALOUD = "read-aloud"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed (finger up inside). ``key`` names the row or item for the buttons that need one."""

    button: Button
    key: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """A digit key of the keypad."""

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Touched:
    """A touch that pressed nothing: somebody is there."""


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A patron's card was read by camera, reader or scanner. ``uid``: it lies on the pad, and is no book."""

    ref: PatronRef
    uid: str = ""


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """A book's own label was read by camera or scanner."""

    item_id: str


@dataclass(frozen=True, slots=True)
class SalesCodeSeen:
    """An ISBN or other code of the book trade was shown."""


@dataclass(frozen=True, slots=True)
class ForeignCodeSeen:
    """A code that is not one of this library's was shown."""


@dataclass(frozen=True, slots=True)
class UnclearSeen:
    """A code was read that may be a card or a label: the library's rules cannot tell."""

    code: Unclear


@dataclass(frozen=True, slots=True)
class CodeUnread:
    """A code is held up to the camera and cannot be read."""

    advice: Advice


@dataclass(frozen=True, slots=True)
class StaffSeen:
    """A staff card was shown. Whose it is, is nobody's business here."""


@dataclass(frozen=True, slots=True)
class TagArrived:
    """A tag came onto the pad; what it says is not known yet."""

    uid: str


@dataclass(frozen=True, slots=True)
class TagRead:
    """What the tag says. Without an ``item_id`` it names no book of this library, and ``odd`` tells why.

    ``part`` of ``parts`` counts from 1; 0 where the tag does not tell which one it is.
    """

    uid: str
    item_id: str = ""
    part: int = 1
    parts: int = 1
    lendable: bool = True
    odd: Oddity = Oddity.NONE


@dataclass(frozen=True, slots=True)
class TagLeft:
    """A tag has left the pad."""

    uid: str


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """The camera, the reader or the scanners became ready or were lost."""

    device: Device
    ready: bool


@dataclass(frozen=True, slots=True)
class SystemChanged:
    """The library system became reachable or was lost."""

    online: bool


@dataclass(frozen=True, slots=True)
class PatronAnswered:
    """Answer to :class:`FindPatron`."""

    visit: int
    result: Patron | Refusal | Unknown


@dataclass(frozen=True, slots=True)
class ItemAnswered:
    """Answer to :class:`FindItem`, when the system knows the item."""

    visit: int
    item: Item


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """Answer to :class:`Checkout`. The journal holds it already."""

    visit: int
    item_id: str
    outcome: CheckoutOutcome


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Answer to :class:`Checkin`. The journal holds it already."""

    visit: int
    item_id: str
    outcome: CheckinOutcome


@dataclass(frozen=True, slots=True)
class RenewalAnswered:
    """Answer to :class:`Renew`, one for each item also after :class:`RenewAll`."""

    visit: int
    item_id: str
    outcome: RenewOutcome


@dataclass(frozen=True, slots=True)
class Secured:
    """A tag's security bit was written and read back (``ok``), or could not be: ``stuck`` tells why."""

    visit: int
    uid: str
    armed: bool
    ok: bool
    stuck: Stuck = Stuck.LEFT


@dataclass(frozen=True, slots=True)
class StandingTold:
    """Answer to :class:`LookAround`."""

    visit: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer of this visit has run down."""

    visit: int
    timer: Timer
    key: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something raised where nothing should. ``where`` names the part for staff, without personal data."""

    where: str


Event = (
    Pressed
    | Digit
    | Touched
    | CardSeen
    | LabelSeen
    | SalesCodeSeen
    | ForeignCodeSeen
    | UnclearSeen
    | CodeUnread
    | StaffSeen
    | TagArrived
    | TagRead
    | TagLeft
    | DeviceChanged
    | SystemChanged
    | PatronAnswered
    | ItemAnswered
    | CheckedOut
    | CheckedIn
    | RenewalAnswered
    | Secured
    | StandingTold
    | TimerFired
    | Failed
)
