"""A dialect: everything in which SIP2 servers differ, as settings with the probed or shipped value of each.

Shipped profiles are TOML files in ``profiles/``; the kiosk's configuration names one and may override any key.
"""

from __future__ import annotations

import difflib
import enum
import tomllib
import typing
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import msgspec

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.port import Bin, Code
from kiosk.circulation.sip2.profile_checks import CHECKS


class Verify(enum.StrEnum):
    """What to do about the server's checksums."""

    REQUIRE = "require"  # a frame without a right one is not believed
    WARN = "warn"  # a wrong one is counted and said; the frame is believed
    OFF = "off"


class HoldLists(enum.StrEnum):
    """What the hold lists of message 64 mean."""

    READY = "ready"  # AS: ready on the shelf; CD: waiting (Koha)
    ALL = "all"  # AS: all; CD: waiting; ready = AS - CD (Evergreen)
    UNKNOWN = "unknown"  # announced as holds, never as ready


class LoanLists(enum.StrEnum):
    """What stands in the charged list (AU) of message 64."""

    BARCODES = "barcodes"
    TITLES = "titles"  # replay cannot be settled by looking: staff settle it
    NONE = "none"


class PinRule(enum.StrEnum):
    """Whether patrons give a PIN. Only CQ = Y counts as verified, whatever the rule."""

    NONE = "none"  # never asked for
    OPTIONAL = "optional"  # asked for when the server says that the first answer was not verified
    REQUIRED = "required"


class RefusalPattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a server's words (AF) mean: a regular expression, case-insensitive, and the refusal's code."""

    pattern: str
    code: Code


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One server's dialect. Seconds are seconds; dates are Python ``strptime`` patterns."""

    name: str = "generic"
    # the line
    encoding: str = "utf-8"
    error_detection: bool = True  # send sequence numbers and checksums
    verify: Verify = Verify.WARN
    send_terminator: str = "\r"
    sequence_echoed: bool = True  # an answer carries its request's sequence number; False: it is not compared
    longest_answer: int = 65536  # bytes; a longer one ends the connection
    # the session
    login: bool = True
    status_first: bool = False  # 99 before 93
    keep_alive_seconds: float = 240.0
    end_session: bool = True  # send 35
    resend: bool = False  # ask with 97 on the same connection after a damaged answer
    # who and where
    terminal_password: bool = True  # send AC, empty if there is none
    zone: str = ""  # "": local time; "Z": UTC
    # patrons
    pin: PinRule = PinRule.OPTIONAL
    blocking_flags: tuple[int, ...] = (0, 4)  # places in the patron status that stop a loan by themselves
    valid_patron_required: bool = True  # BL must be Y
    summary_per_request: int = 1  # how many Y a summary may hold
    pin_with_operations: bool = False  # send AD with checkout, renewal and payment too, while the visit lasts
    page_size: int = 20  # list entries asked for at once (BP, BQ); 0: the server does not page
    hold_lists: HoldLists = HoldLists.UNKNOWN
    loan_lists: LoanLists = LoanLists.BARCODES
    # items
    due_formats: tuple[str, ...] = ()  # besides SIP dates and ISO dates
    item_before_checkin: bool = True  # ask 17 first: the fingerprint a replay needs
    hyphens_in_numbers: bool = True
    # operations
    renew_with_checkout: bool = False  # 11 instead of 29
    renewal_policy: bool = False  # what a checkout says; True lets a doubled checkout renew
    checkout_renews: bool = True  # a checkout of the patron's own loan is taken for a renewal all the same
    no_block: bool = False  # only after the commissioning test
    fee_acknowledged: bool = False  # BO
    cancel: bool = False  # BI undoes the last transaction
    operation_field: str = ""  # a field in which the server wants the operation's id, to answer it only once
    reason_field: str = ""  # a field in which the server is asked for the exact reason of a no, and answers it
    currency: str = "IDR"
    refusals: tuple[RefusalPattern, ...] = ()
    bins: dict[str, Bin] = {}  # CL -> where it goes; unknown ones go left
    # patience
    quiet_seconds: float = 30.0  # the least time after which an unanswered request is believed to be dead


class ProfileError(Sip2Error):
    """A profile, or the configuration's changes to it, cannot be used; the message names file, key and remedy."""


def shipped() -> tuple[str, ...]:
    """The names of the profiles that come with the program."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.name.endswith(".toml")))


def shipped_text(name: str) -> str:
    """A shipped profile as it is written, with the reason beside each value.

    Raises:
        ProfileError: there is none of this name.
    """
    names = shipped()
    if name not in names:
        raise ProfileError(
            f"There is no profile {name!r}{_meant(name, names)} The shipped ones are {', '.join(names)}."
        )
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def load_profile(name: str, dialect: Mapping[str, object] | None = None, *, file: str = "") -> Profile:
    """The shipped profile ``name`` with the configuration's own values (``[circulation.sip2.dialect]``) over it.

    ``file`` is the configuration, for messages.

    Raises:
        ProfileError: no such profile, an unknown key, or a value that the key cannot have.
    """
    where = f"{file}: " if file else ""
    try:
        text = shipped_text(name)
    except ProfileError as error:
        raise ProfileError(f"{where}circulation.sip2.profile: {error}") from None
    values = _checked(tomllib.loads(text), f"{name}.toml: ")
    values |= _checked(dialect or {}, f"{where}circulation.sip2.dialect.")
    return msgspec.structs.replace(Profile(), **values)


def checked_value(key: str, value: object, where: str = "") -> object:
    """``value`` as the profile's ``key`` holds it. ``where`` begins the message.

    Raises:
        ProfileError: no such key, or not such a value.
    """
    if key not in _FIELDS:
        raise ProfileError(f"{where}{key}: there is no such key{_meant(key, _FIELDS)} 'generic.toml' names them all.")
    try:
        typed: object = msgspec.convert(value, _FIELDS[key])
    except msgspec.ValidationError as error:
        raise ProfileError(f"{where}{key} is {value!r}, {_wrong_type(_FIELDS[key], value, error)}") from None
    wrong = CHECKS[key](typed) if key in CHECKS else ""
    if wrong:
        raise ProfileError(f"{where}{key} is {value!r}; {wrong}")
    return typed


def _checked(values: Mapping[str, object], where: str) -> dict[str, object]:
    return {key: checked_value(key, value, where) for key, value in values.items()}


def _wrong_type(expected: Any, value: object, error: msgspec.ValidationError) -> str:
    if isinstance(expected, type) and issubclass(expected, enum.Enum):
        choices = [str(choice.value) for choice in expected]
        return f"expected one of {', '.join(choices)}{_meant(str(value), choices)}".rstrip()
    return f"{_WORDS.get(expected, 'a value of another kind')} was expected: {str(error).replace('`', '')}."


def _meant(given: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known."""
    near = difflib.get_close_matches(given.lower(), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else "."


_FOLDER = resources.files("kiosk.circulation.sip2.profiles")
_FIELDS: dict[str, Any] = typing.get_type_hints(Profile)
_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    tuple[int, ...]: "a list of whole numbers, such as [0, 4]",
    tuple[str, ...]: 'a list of texts, such as ["%d/%m/%Y"]',
    tuple[RefusalPattern, ...]: "a list such as [{ pattern = 'overdue', code = 'overdue' }]",
    dict[str, Bin]: "a table such as { '01' = 'left', '02' = 'trolley' }",
}
