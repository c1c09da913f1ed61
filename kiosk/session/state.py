"""What a screen may show: one frozen :class:`State`, and the enums and rows it is made of.

Words are not here: a refusal is a :class:`kiosk.circulation.port.Refusal`, a notice is a :class:`Notice`, and
``kiosk.locale`` has the sentences.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date

from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import Bin, Patron, PatronRef, Refusal, RenewOutcome, Secret


class Screen(enum.StrEnum):
    """The page beside the spine; exactly one at a time."""

    WELCOME = "welcome"
    NUMBER = "number"  # typing the membership number
    PIN = "pin"
    MENU = "menu"
    BORROW = "borrow"
    RETURN = "return"
    ACCOUNT = "account"
    FINISH = "finish"  # thanks, and the receipt
    OUT_OF_SERVICE = "out-of-service"


class Overlay(enum.StrEnum):
    """What may lie over the page; at most one at a time. The spine stays."""

    IDLE = "idle"  # "Still there?" with ``State.seconds`` left
    HELP = "help"
    LETTERING = "lettering"  # text size, contrast, reach, hand, speech, volume
    LEAVE = "leave"  # finishing or leaving while a book needs something
    UNDO = "undo"  # giving back a book that was borrowed in this visit; ``State.chosen`` names it
    EXPLAIN = "explain"  # why something is not possible: ``State.refusal``
    WHICH = "which"  # a card or a book? ``State.unclear`` holds the codes, the first is asked about
    STAFF = "staff"  # for staff: how the kiosk is, ``State.standing``
    END_VISIT = "end-visit"  # a staff card was shown during somebody's visit: end it?


class Notice(enum.StrEnum):
    """One line that the current page says about the last thing that happened."""

    NONE = "none"
    READING_CARD = "reading-card"
    STILL_LOOKING = "still-looking"  # 5 s without an answer
    NO_MATCH = "no-match"
    REFUSED = "refused"  # ``State.refusal`` says why
    NO_ANSWER = "no-answer"  # the library system did not answer in time
    SALES_CODE = "sales-code"  # an ISBN was shown: scan the library's label
    FOREIGN_CODE = "foreign-code"  # a code that is not one of this library's
    CARD_NOT_BOOK = "card-not-book"  # a card was shown where a book is expected; nothing happened
    BOOK_NOT_CARD = "book-not-card"  # a book was shown where a card is expected
    STAFF_CALLED = "staff-called"


class Mode(enum.StrEnum):
    """Which list a row belongs to."""

    BORROW = "borrow"
    RETURN = "return"


class Phase(enum.StrEnum):
    """Where one book stands in this visit."""

    WAITING = "waiting"  # asked, no answer yet
    LATE = "late"  # still no answer after 5 s
    INCOMPLETE = "incomplete"  # a set: ``seen`` of ``parts`` are there
    BORROWED = "borrowed"
    RETURNED = "returned"
    PUT_BACK = "put-back"  # done in the system, but the tag left before its security bit was right
    REFUSED = "refused"
    UNSURE = "unsure"  # no answer: may or may not have happened
    UNREADABLE = "unreadable"  # a tag that names no book of this library: show the label
    UNDOING = "undoing"
    UNDONE = "undone"


class Security(enum.StrEnum):
    """Where the security bits of a row's tags stand."""

    NONE = "none"  # no tag, or no answer yet
    KEPT = "kept"  # the answer was that the bits stay as they are
    PENDING = "pending"
    RIGHT = "right"


class Stuck(enum.StrEnum):
    """What keeps a tag's security bit from being right; each asks something else of the person there."""

    LEFT = "left"  # it was taken away too early: put it back
    WRITING = "writing"  # it is back, and being written: a moment
    MOVE = "move"  # it lies there and does not take the value: move it a little
    LOCKED = "locked"  # it never will: staff
    READER = "reader"  # the reader is gone: leave it there until it is back


class Oddity(enum.StrEnum):
    """Why a tag names no book of this library."""

    NONE = ""
    BLANK = "blank"
    FOREIGN = "foreign"  # another library's
    DAMAGED = "damaged"  # cannot be read, or not be trusted
    UNKNOWN = "unknown"  # written in a way that is not known here
    NO_NUMBER = "no-number"  # in order, but without an item number


class Device(enum.StrEnum):
    """A part that the patron uses without touching the screen."""

    CAMERA = "camera"
    READER = "reader"
    SCANNER = "scanner"  # any of them


class Advice(enum.StrEnum):
    """What helps when a code that is held up to the camera cannot be read."""

    CLOSER = "closer"
    STILL = "still"


class Sound(enum.StrEnum):
    """The three sounds."""

    OK = "ok"
    ATTENTION = "attention"
    STOP = "stop"


class Rating(enum.StrEnum):
    """The three faces."""

    GOOD = "good"
    SOSO = "soso"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Row:
    """One book on the borrow or return list. ``key`` is the item id, or ``uid:…`` for a tag that names none."""

    key: str
    mode: Mode
    phase: Phase
    changed: int  # grows with every change of phase; newer rows stand higher
    title: str = ""  # empty until the library system has told it
    author: str = ""
    due: date | None = None
    refusal: Refusal | None = None
    again: bool = False  # it was already borrowed (or was not on loan): nothing changed
    lent_before: bool = False  # ... before this visit, so that there is nothing to undo
    estimated: bool = False  # by offline rules
    bin: Bin | None = None
    held: bool = False
    fee: int = 0
    parts: int = 1
    seen: int = 1
    uids: tuple[str, ...] = ()  # tags that belong to it, in the order seen
    secured: frozenset[str] = frozenset()  # those whose bit was read back right
    security: Security = Security.NONE
    arm: bool = False  # what the bits shall be: True armed (returned), False off (borrowed)
    stuck: Stuck = Stuck.LEFT  # why it is to be put back (only then)
    odd: Oddity = Oddity.NONE  # what is odd about a tag that names no book
    by_label: bool = False  # shown to the camera or typed, not only felt by the pad


@dataclass(frozen=True, slots=True)
class PadTag:
    """A tag on the pad. ``item_id`` is empty until read, and stays empty when it names no book."""

    uid: str
    item_id: str = ""
    part: int = 1  # 0: the tag does not tell which of ``parts``
    parts: int = 1
    read: bool = False
    lendable: bool = True
    odd: Oddity = Oddity.NONE
    spent: bool = False  # already dealt with in this visit by the other list: waits to be taken off


@dataclass(frozen=True, slots=True)
class Unclear:
    """A code that may be a member's card or a book's label: its ``text``, and the number it would be as either."""

    text: str
    ref: PatronRef
    item_id: str


class Meaning(enum.StrEnum):
    """What an unclear code was said to be."""

    CARD = "card"
    BOOK = "book"


class Part(enum.StrEnum):
    """A part of the kiosk that staff are told of."""

    CAMERA = "camera"
    READER = "reader"
    SCANNER = "scanner"
    LIBRARY = "library"  # the library system
    NETWORK = "network"  # the way to the desk


@dataclass(frozen=True, slots=True)
class Standing:
    """How the kiosk is: each part it has and whether that is ready, and what was promised but is not settled."""

    parts: tuple[tuple[Part, bool], ...] = ()
    waiting: int = 0  # operations still to be sent to the library system
    conflicts: int = 0  # operations that only staff can settle
    wrong_bits: int = 0  # tags whose security bit is not what it should be


@dataclass(frozen=True, slots=True)
class Preferences:
    """What *Huruf* changes; forgotten at the end of the visit."""

    large: bool = False
    contrast: bool = False
    low_reach: bool = False
    left_hand: bool = False
    read_aloud: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What the library has set. Times in seconds."""

    languages: tuple[str, ...] = ("id", "en")
    idle: float = 45
    idle_warning: int = 20
    finish: int = 8
    late: float = 5
    slow: float = 15
    notice: float = 4
    just_read: float = 1.5
    advice: float = 2.5
    recover: float = 10
    pin_length: int = 4
    number_length: int = 14
    number_prefix: str = ""  # of every membership number; shown before what is typed
    offline: Policy = Policy.OFF  # what goes on while the library system is away


@dataclass(frozen=True, slots=True)
class State:
    """All that a screen may show. Screens draw it and never change it."""

    rules: Rules = field(default_factory=Rules)
    visit: int = 1
    screen: Screen = Screen.WELCOME
    overlay: Overlay | None = None
    notice: Notice = Notice.NONE
    refusal: Refusal | None = None
    language: str = "id"
    preferences: Preferences = field(default_factory=Preferences)
    # who
    ref: PatronRef | None = None
    pin: Secret = field(default_factory=Secret)
    patron: Patron | None = None
    asking: bool = False  # an answer about the patron is awaited
    typed: str = ""  # digits of the membership number
    pin_typed: str = field(default="", repr=False)
    # what
    rows: tuple[Row, ...] = ()
    pad: tuple[PadTag, ...] = ()
    chosen: str = ""  # key of the row a dialog is about
    unclear: tuple[Unclear, ...] = ()  # codes that the WHICH dialog asks about
    meanings: tuple[tuple[str, Meaning], ...] = ()  # what they were said to be in this visit, by text
    just_read: bool = False  # a code was read a moment ago
    advice: Advice | None = None  # about a code that the camera sees and cannot read
    renewing: frozenset[str] = frozenset()  # item ids whose renewal is awaited
    renewals: tuple[tuple[str, RenewOutcome], ...] = ()  # (item id, newest outcome) in this visit
    rating: Rating | None = None
    seconds: int = 0  # left of the idle warning or of the finish page
    counter: int = 0  # source of Row.changed
    leaving: bool = False  # the LEAVE dialog ends the visit (exit) rather than finishing it
    # the machine itself
    camera_ready: bool = False
    reader_ready: bool = False
    scanner_ready: bool = False
    online: bool = True
    standing: Standing = field(default_factory=Standing)  # as it was when the STAFF panel was opened
    fault: str = ""  # where the last failure happened (for staff; no personal data)

    def rows_of(self, mode: Mode) -> tuple[Row, ...]:
        """Rows of one list in the order of the screen: refused, to put back, then newest first."""
        urgent = {Phase.REFUSED: 0, Phase.UNREADABLE: 0, Phase.UNSURE: 0, Phase.PUT_BACK: 1, Phase.INCOMPLETE: 1}
        mine = [row for row in self.rows if row.mode is mode]
        return tuple(sorted(mine, key=lambda row: (urgent.get(row.phase, 2), -row.changed)))

    def row(self, mode: Mode, key: str) -> Row | None:
        """The row of one list with this key."""
        return next((row for row in self.rows if row.mode is mode and row.key == key), None)

    @property
    def lends(self) -> bool:
        """Whether borrowing is possible now, as far as the library system goes."""
        return self.online or self.rules.offline is Policy.BOTH

    @property
    def takes_back(self) -> bool:
        """Whether returning is possible now, as far as the library system goes."""
        return self.online or self.rules.offline is not Policy.OFF

    @property
    def borrowed(self) -> int:
        """Books borrowed in this visit (those still to be put back are borrowed too)."""
        return sum(row.mode is Mode.BORROW and row.phase in (Phase.BORROWED, Phase.PUT_BACK) for row in self.rows)

    @property
    def returned(self) -> int:
        """Books returned in this visit."""
        return sum(row.mode is Mode.RETURN and row.phase in (Phase.RETURNED, Phase.PUT_BACK) for row in self.rows)

    @property
    def seen(self) -> int:
        """Books on the borrow list that count as seen: all but undone ones."""
        return sum(row.mode is Mode.BORROW and row.phase not in (Phase.UNDONE, Phase.UNREADABLE) for row in self.rows)


class Timer(enum.StrEnum):
    """Timers of the session; each may run once per key."""

    IDLE = "idle"
    SECOND = "second"
    LATE = "late"  # key: item id, or "patron"
    SLOW = "slow"  # key: "patron"
    NOTICE = "notice"  # key: row key, or "" for the page's notice
    JUST_READ = "just-read"
    ADVICE = "advice"
    RECOVER = "recover"
