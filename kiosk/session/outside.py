"""What the session asks of the rest of the kiosk: the desk, the list of security bits, everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.circulation.journal_file import WantedBit
from kiosk.circulation.port import (
    CheckinOutcome,
    CheckoutOutcome,
    Item,
    Patron,
    PatronRef,
    Refusal,
    RenewOutcome,
    Secret,
    Unknown,
)
from kiosk.circulation.whereabouts import Whereabouts
from kiosk.session.model import Sound, Standing, State


class Desk(Protocol):
    """The journalled circulation (``kiosk.circulation.desk``)."""

    def recover(self) -> object: ...
    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal | Unknown: ...
    def item(self, item_id: str) -> Item | Refusal | Unknown: ...
    def whereabouts(self, item_id: str) -> Whereabouts: ...
    def checkout(self, ref: PatronRef, item_id: str) -> CheckoutOutcome: ...
    def checkin(self, item_id: str) -> CheckinOutcome: ...
    def renew(self, ref: PatronRef, item_id: str) -> RenewOutcome: ...
    def renew_all(self, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown: ...
    def end_visit(self, ref: PatronRef) -> None: ...

    @property
    def online(self) -> bool:
        """Whether the library system answers."""
        ...

    def tend(self) -> float:
        """One short piece of work of its own (is the system back? an operation to replay); seconds until the next."""
        ...


class BitList(Protocol):
    """The durable list of wanted security bits, kept beside the journal (``kiosk.circulation.journal_security``)."""

    def security_ask(self, uids: Sequence[str], item: str, armed: bool) -> None: ...
    def security_unasked(self, uids: Sequence[str]) -> None: ...
    def security_want(self, uids: Sequence[str], armed: bool, item: str, op: str) -> None: ...
    def security_done(self, uid: str) -> None: ...
    def security_settle(self) -> int: ...
    def security_list(self) -> list[WantedBit]: ...


class Outside(Protocol):
    """Everything else that the session may ask for. All calls return at once."""

    def wake(self) -> None:
        """Have :meth:`Runner.drain` called on the UI thread soon. Callable from any thread."""
        ...

    def call_later(self, seconds: float, then: Callable[[], None]) -> Callable[[], None]:
        """Call ``then`` on the UI thread after that time; the answer cancels it."""
        ...

    def show(self, state: State) -> None:
        """Draw the state (UI thread)."""
        ...

    def play(self, sound: Sound) -> None:
        """Play one of the three sounds."""
        ...

    def secure(self, uid: str, armed: bool) -> None:
        """Queue the write of a tag's security bit; the reader answers with :meth:`Runner.security_written`."""
        ...

    def transaction(self, op: str, result: str, code: str | None) -> None:
        """Write a line without personal data into the device's ledger (worker thread)."""
        ...

    def call_staff(self) -> None:
        """Tell the desk that somebody here asks for help."""
        ...

    def standing(self) -> Standing:
        """How the parts of the kiosk are (UI thread)."""
        ...

    def system(self, online: bool) -> None:
        """Whether the library system is there: at the start and at each change (worker thread)."""
        ...

    def looked_after(self) -> None:
        """Operations may have been settled or left open (worker thread)."""
        ...

    def wrong_bits(self, tags: int) -> None:
        """So many tags are known to have the wrong security bit, at each change (worker thread)."""
        ...

    def wipe(self) -> None:
        """A visit has ended: clear the clipboard and whatever else may hold something of it."""
        ...
