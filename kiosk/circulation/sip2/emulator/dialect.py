"""How the emulated library system speaks: every way in which SIP2 servers are known to differ, as a switch.

The presets are named after systems whose servers show that mix of habits (their public sources and documentation);
they are a training ground, not a specification of any of them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace


class Checksum(enum.StrEnum):
    """What stands in AZ of an answer."""

    NONE = "none"  # neither AY nor AZ
    RIGHT = "right"
    ZERO = "zero"  # always 0000
    WRONG = "wrong"


class LoginFailure(enum.StrEnum):
    """What happens after a wrong 93. ``940`` is sent but with ``MUTE``."""

    ANSWER = "answer"  # 940; another try is welcome
    SILENT = "silent"  # 940, then nothing more is ever said
    CLOSE = "close"
    MUTE = "mute"  # not even 940


class BeforeLogin(enum.StrEnum):
    """What a 99 before the 93 leads to."""

    ALLOWED = "allowed"
    CLOSES = "closes"
    REQUIRED = "required"  # and a 93 without a 99 before it closes


class PinAnswer(enum.StrEnum):
    """What CQ says."""

    HONEST = "honest"  # left out without AD; else Y or N
    OMITTED = "omitted"
    BLANK = "blank"
    ALWAYS_Y = "always-y"
    ALWAYS_N = "always-n"


class Lists(enum.StrEnum):
    """What the lists of message 64 hold."""

    BARCODES = "barcodes"
    TITLES = "titles"
    NONE = "none"


class Holds(enum.StrEnum):
    """What AS holds; CD always holds those that are not ready."""

    READY = "ready"
    ALL = "all"


class NoBlock(enum.StrEnum):
    """What *no block* = Y does."""

    IGNORED = "ignored"
    HONOURED = "honoured"  # no rule refuses, and the date given stands
    KILLS = "kills"  # the connection drops, nothing was done


class OnUnknown(enum.StrEnum):
    """What a message that is not supported leads to."""

    CLOSES = "closes"
    SILENT = "silent"


class Resend(enum.StrEnum):
    """What 97 is answered with."""

    NONE = "none"  # not supported
    OWN = "own"  # this connection's last answer, 96 when there is none
    ANYONES = "anyones"  # the last answer of *any* connection, login or not


class FeePaid(enum.StrEnum):
    """What 37 leads to."""

    BOOKED = "booked"
    KILLS = "kills"


#: Every message a terminal may send, besides 97.
ALL_MESSAGES = frozenset(["93", "99", "23", "63", "17", "11", "09", "29", "65", "35", "37", "15", "19", "25", "01"])
#: Positions of BX, by message.
BX_ORDER = ("23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65")


@dataclass(frozen=True)
class Dialect:
    """One server's habits. Dates of AH: ``sip``, ``iso``, ``text``, ``none`` or a ``strftime`` pattern."""

    name: str = "generic"
    # the line
    terminator: bytes = b"\r"
    checksum: Checksum = Checksum.RIGHT
    always_checksum: bool = False  # also towards who sends none
    checks_requests: bool = True  # a wrong AZ in a request is answered by 96
    strict_line_ends: bool = False  # an LF before a message counts into its checksum: 96
    echo_sequence: bool = True
    repeats_stored: bool = False  # an identical (AY, AZ) gets the stored answer and has no second effect
    resend: Resend = Resend.OWN
    resend_sequence: bool = True  # 97's answer keeps its AY; else it becomes 0
    encoding: str = "utf-8"  # "ascii": diacritics are stripped
    message_encoding: str = ""  # of AF alone; "": as the rest
    # the session
    login: tuple[str, str] | None = ("kiosk", "rahasia")  # None: 93 is not wanted
    login_failure: LoginFailure = LoginFailure.ANSWER
    status_before_login: BeforeLogin = BeforeLogin.ALLOWED
    supported: frozenset[str] = ALL_MESSAGES
    bx: str | None = None  # None: the truth; else what is said
    flags: str = "YYYYYN"  # online, checkin, checkout, renewal policy, status update, off-line
    timeout: str = "100"  # tenths of a second
    retries: str = "003"
    short_status: bool = False  # 98 ends after its flags, time-out and retries
    on_unknown: OnUnknown = OnUnknown.CLOSES
    strict_fields: bool = False  # a missing AC, AP or nb due date closes the connection
    institution: str = ""  # "": any is welcome; else another one is refused
    skew_seconds: float = 0.0  # its clock against the true time
    # patrons
    pin: PinAnswer = PinAnswer.HONEST
    wrong_pin_gives_data: bool = True
    lists: Lists = Lists.BARCODES
    paging: bool = True
    many_summaries: bool = False  # several Y in a summary are honoured; else the first
    counts: bool = True  # False: four blanks
    holds: Holds = Holds.READY
    # items
    due_format: str = "sip"
    item_due: bool = True  # 18 tells AH
    # operations
    honours_renewal_policy: bool = False  # checkout of the own loan with N is refused; else it renews
    checkout_renews: bool = True  # checkout of the own loan with Y renews
    no_block: NoBlock = NoBlock.IGNORED
    shelved_checkin_ok: bool = True  # a return of what is not on loan: ok = 1
    fee_paid: FeePaid = FeePaid.BOOKED
    words: dict[str, str] = field(default_factory=dict)  # reason -> AF, instead of the default sentence

    def but(self, **changes: object) -> Dialect:
        """The same, with some habits changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def supported_messages(self) -> str:
        """BX."""
        if self.bx is not None:
            return self.bx
        there = self.supported | (frozenset() if self.resend is Resend.NONE else frozenset({"97"}))
        return "".join("Y" if code in there else "N" for code in BX_ORDER)


GENERIC = Dialect()
KOHA = Dialect(
    name="koha",
    terminator=b"\r\n",
    status_before_login=BeforeLogin.CLOSES,
    login_failure=LoginFailure.SILENT,
    shelved_checkin_ok=False,
)
#: SIPServer, the older layer.
EVERGREEN = Dialect(
    name="evergreen",
    encoding="ascii",
    lists=Lists.TITLES,
    holds=Holds.ALL,
    due_format="%m/%d/%Y",
    status_before_login=BeforeLogin.CLOSES,
    login_failure=LoginFailure.SILENT,
    resend=Resend.ANYONES,
    resend_sequence=False,
    flags="YNNYYN",
    honours_renewal_policy=True,
    strict_line_ends=True,
    fee_paid=FeePaid.KILLS,
    supported=ALL_MESSAGES - {"15", "01", "25", "19"},
)
EVERGREEN_SERVICE = Dialect(
    name="evergreen_service",
    holds=Holds.ALL,
    due_format="iso",
    resend=Resend.NONE,
    on_unknown=OnUnknown.SILENT,
    supported=frozenset(["93", "99", "23", "63", "17", "11", "09", "29", "35", "37"]),
)
FOLIO = Dialect(
    name="folio",
    encoding="latin-1",
    institution="fs00000010test",
    on_unknown=OnUnknown.SILENT,
    repeats_stored=True,
    pin=PinAnswer.OMITTED,
    item_due=True,
    timeout="030",
    honours_renewal_policy=True,
)
ALMA = Dialect(
    name="alma",
    short_status=True,
    checksum=Checksum.ZERO,
    no_block=NoBlock.HONOURED,
    supported=ALL_MESSAGES - {"29", "65", "15", "19", "25", "01"},
    wrong_pin_gives_data=False,
)

PRESETS = {dialect.name: dialect for dialect in (GENERIC, KOHA, EVERGREEN, EVERGREEN_SERVICE, FOLIO, ALMA)}
