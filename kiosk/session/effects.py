"""What a session may ask of the outside. Each effect names the visit it was asked in."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.circulation.port import PatronRef, Secret
from kiosk.session.state import Rating, Sound, Timer


@dataclass(frozen=True, slots=True)
class FindPatron:
    """Ask the library system who this is (again, after a change)."""

    visit: int
    ref: PatronRef
    pin: Secret | None


@dataclass(frozen=True, slots=True)
class FindItem:
    """Ask the library system what this is, for a row that says why it is not asked for yet."""

    visit: int
    item_id: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """Lend the item. ``uids`` are the tags whose bit is to be switched off afterwards."""

    visit: int
    ref: PatronRef
    item_id: str
    uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkin:
    """Take the item back. ``uids`` are the tags whose bit is to be switched on afterwards."""

    visit: int
    item_id: str
    uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renew:
    """Extend one loan."""

    visit: int
    ref: PatronRef
    item_id: str


@dataclass(frozen=True, slots=True)
class RenewAll:
    """Extend all loans that may be extended; each of ``item_ids`` gets its own answer."""

    visit: int
    ref: PatronRef
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Secure:
    """Write a tag's security bit and read it back. Asked for only after the journal holds the reason."""

    visit: int
    uid: str
    armed: bool


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start, or start anew, a timer."""

    visit: int
    timer: Timer
    seconds: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stop a timer if it runs."""

    timer: Timer
    key: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Play one of the three sounds."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Tell the desk that a person at this kiosk asks for help."""


@dataclass(frozen=True, slots=True)
class LookAround:
    """Ask how the parts of the kiosk are."""

    visit: int


@dataclass(frozen=True, slots=True)
class EndVisit:
    """The visit is over: tell the library system, forget everything, stop every timer of it."""

    visit: int
    ref: PatronRef | None
    borrowed: int
    returned: int
    rating: Rating | None


Effect = (
    FindPatron
    | FindItem
    | Checkout
    | Checkin
    | Renew
    | RenewAll
    | Secure
    | StartTimer
    | StopTimer
    | Play
    | CallStaff
    | LookAround
    | EndVisit
)
