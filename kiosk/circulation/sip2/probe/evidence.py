"""What was asked of the server, and what came back: the material of all detectives."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from kiosk.circulation.sip2.frame import Frame
from kiosk.circulation.sip2.layout import Message, Response

R = TypeVar("R", bound=Response)


class Step(enum.StrEnum):
    """One question, or one way of asking it. The value is what is said of it while it is asked."""

    STATUS_FIRST = "its status, before the login"
    STATUS_CRLF = "its status, with CRLF at the end"
    LOGIN = "to let this kiosk in"
    LOGIN_AFTER_STATUS = "to let this kiosk in, after its status"
    LOGIN_PLAIN = "to let this kiosk in, without checksums"
    STATUS = "its status"
    AGAIN = "to repeat its last answer"
    DAMAGED = "its status, with a wrong checksum"
    PLAIN_STATUS = "its status, without a checksum"
    UNKNOWN_ITEM = "for an item that does not exist"
    OTHER_INSTITUTION = "for the same in the name of another institution"
    WITHOUT_AC = "for the same without a terminal password"
    ITEM = "for the test item"
    LOAN_ITEM = "for the item that the patron has"
    STRANGER = "for a patron who does not exist"
    NO_PIN = "for the patron, without a PIN"
    WRONG_PIN = "for the patron, with a wrong PIN"
    WRONG_AGAIN = "for the patron, with another wrong PIN"
    RIGHT_PIN = "for the patron, with the right PIN"
    CHARGED = "for the patron's loans"
    CHARGED_FIRST = "for the first of them only"
    FIRST_LOAN = "for the item named there"
    HOLDS = "for the patron's holds"
    UNAVAILABLE = "for holds that are not ready"
    MANY = "for several lists at once"
    END = "to end the patron's session"
    BEFORE = "whether the test item is free"
    LEND = "to lend the test item with no block"
    LEND_AGAIN = "to lend it once more"
    LENT_LIST = "for the patron's loans now"
    TAKE_BACK = "to take the test item back"
    AFTER = "whether the test item is free again"


class End(enum.StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    SILENT = "the server did not answer in time"
    CLOSED = "the server hung up"
    GARBLED = "what came is no SIP2 message"
    NO_LINE = "no connection"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer. ``message`` is decoded as Latin-1, so that its characters are the bytes.

    ``raw`` is everything received for it, terminator included. ``at`` is when the answer was there, by our clock.
    """

    step: Step
    end: End
    sent: bytes = field(default=b"", repr=False)
    sequence: str = ""
    raw: bytes = field(default=b"", repr=False)
    frame: Frame | None = field(default=None, repr=False)
    message: Message | None = field(default=None, repr=False)
    at: datetime | None = None
    why: str = ""

    @property
    def said(self) -> str:
        """How it ended, as the middle of a sentence."""
        return self.why or self.end.value


@dataclass(slots=True)
class Evidence:
    """Everything seen in one probe. ``zone`` and ``today`` are the library's; ``line`` says how the line is protected.

    ``patron_given`` and the like tell a detective whether an exchange is missing because nothing was named for it.
    """

    zone: ZoneInfo
    today: date
    line: str = ""
    protected: bool = False
    offers_tls: bool | None = None  # only where the line is not protected
    login_given: bool = False
    patron_given: bool = False
    pin_given: bool = False
    item: str = ""
    loan_item: str = ""
    trial: bool = False
    trial_due: date | None = None
    exchanges: dict[Step, Exchange] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> Exchange:
        self.exchanges[exchange.step] = exchange
        return exchange

    def __getitem__(self, step: Step) -> Exchange:
        return self.exchanges.get(step) or Exchange(step, End.NOT_ASKED)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges.values())

    def answer(self, step: Step, kind: type[R]) -> R | None:
        """The step's answer, if it is one of this kind."""
        message = self[step].message
        return message if isinstance(message, kind) else None

    def answers(self, kind: type[R]) -> list[tuple[Step, R]]:
        """Every answer of this kind, in order."""
        return [(each.step, each.message) for each in self if isinstance(each.message, kind)]

    @property
    def answered(self) -> list[Exchange]:
        """Every exchange that has a frame."""
        return [each for each in self if each.frame is not None]
