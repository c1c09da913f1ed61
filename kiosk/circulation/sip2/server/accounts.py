"""The accounts of terminals: a TOML file, one ``[[account]]`` each. Passwords stand in it as hashes only.

The file is read again when it has changed, so adding or removing a terminal needs no restart; one that cannot be used
is said and the accounts that were known stay.
"""

from __future__ import annotations

import enum
import ipaddress
from pathlib import Path

import msgspec

from devices.settings import SettingsError, load
from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.codec import check_encoding
from kiosk.circulation.sip2.server import passwords


class AccountsError(Sip2Error):
    """The file of accounts cannot be used; the message names the file, the account and what was expected."""


class May(enum.StrEnum):
    """What an account may ask for."""

    PATRON = "patron"  # 23, 63, 35
    ITEM = "item"  # 17
    CHECKOUT = "checkout"  # 11
    CHECKIN = "checkin"  # 09
    RENEW = "renew"  # 29, 65, and 11 for a loan of the patron's own
    PAY = "pay"  # 37
    HOLD = "hold"  # 15
    BLOCK = "block"  # 01, 25
    NOTE = "note"  # 19
    REPLAY = "replay"  # its dates are believed: what it sends may have happened before
    FORCE = "force"  # *no block*: what it sends has happened and is not refused


class Kind(enum.StrEnum):
    """What sort of machine it is, which decides what it may do unless ``may`` says so."""

    TERMINAL = "terminal"
    KIOSK = "kiosk"  # one of ours
    GATE = "gate"


_USUAL = {
    Kind.TERMINAL: frozenset({May.PATRON, May.ITEM, May.CHECKOUT, May.CHECKIN, May.RENEW}),
    # Its journal knows when a thing happened: what it tells late is believed.
    Kind.KIOSK: frozenset({May.PATRON, May.ITEM, May.CHECKOUT, May.CHECKIN, May.RENEW, May.REPLAY}),
    Kind.GATE: frozenset({May.ITEM}),
}


class Detection(enum.StrEnum):
    """Sequence numbers and checksums: answered with where they come, or insisted on."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class Names(enum.StrEnum):
    """What AE tells of a patron's name."""

    FIRST = "first"
    NONE = "none"


class PatronPin(enum.StrEnum):
    """Whether the terminal is believed that it has seen the patron."""

    TRUSTED = "trusted"  # as SIP2 means it; a PIN that is sent is looked at all the same
    REQUIRED = "required"  # a patron with a PIN: the right one is in the message, or came before on this connection


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One terminal, or several that are set up alike."""

    login: str  # CN
    password: str  # scrypt$…, as 'pustaka library account add' writes it
    kind: Kind = Kind.TERMINAL
    may: tuple[May, ...] = ()  # empty: what its kind usually may
    # the line
    networks: tuple[str, ...] = ()  # from where, such as 192.168.7.0/24; empty: from anywhere
    encoding: str = "utf-8"  # or cp850, latin-1, ascii
    error_detection: Detection = Detection.OPTIONAL
    terminator: str = "cr"  # or crlf
    rate: float = 20.0  # requests a second, in the long run
    burst: int = 60  # and at once
    # what it hears
    language: str = "id"  # of the sentences in AF: id, en
    institution: str = ""  # AO of the answers; empty: what the terminal calls it
    location: str = ""  # AN
    names: Names = Names.FIRST
    patron_pin: PatronPin = PatronPin.TRUSTED
    due_format: str = ""  # of AH, a strftime pattern; empty: SIP2's date, 23.59.00 of the last day
    magnetic: str = "U"  # whether items are magnetic media: N where the library has none, U not known
    bins: dict[str, str] = {}  # left, right, trolley, staff -> CL; what is missing is sent by that name

    def allows(self, what: May) -> bool:
        """Whether it may ask for this."""
        return what in (self.may or _USUAL[self.kind])

    def welcomes(self, address: str) -> bool:
        """Whether a connection from this address may use the account."""
        if not self.networks:
            return True
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in ipaddress.ip_network(network) for network in self.networks)


class AccountFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``status_before_login``: 99 is answered before 93, for terminals that insist."""

    status_before_login: bool = False
    account: tuple[Account, ...] = ()


def read_accounts(path: Path) -> AccountFile:
    """The file's accounts.

    Raises:
        AccountsError: it is missing, not TOML, or an account in it cannot be used.
    """
    try:
        found = load(path, AccountFile)
    except SettingsError as error:
        if not path.exists():
            raise AccountsError(
                f"{path}: there are no accounts yet. Make one with 'pustaka library account add NAME'."
            ) from error
        raise AccountsError(str(error)) from error
    seen: set[str] = set()
    for account in found.account:
        problem = problem_of(account)
        if not problem and account.login in seen:
            problem = "this login stands there twice; remove one"
        if problem:
            raise AccountsError(f"{path}: account '{account.login}': {problem}.")
        seen.add(account.login)
    return found


def problem_of(account: Account) -> str:
    """What makes the account unusable, and what to do; empty if nothing does."""
    if not account.login or len(account.login) > 64 or not account.login.isprintable() or "|" in account.login:
        return "login must be 1 to 64 printable characters without '|'"
    if not passwords.is_hash(account.password):
        return "password is not a hash; set it with 'pustaka library account add NAME --replace'"
    return _line_problem(account) or _words_problem(account)


def _line_problem(account: Account) -> str:
    try:
        check_encoding(account.encoding)
    except Sip2Error:
        return f"encoding '{account.encoding}' cannot be used for SIP2; use utf-8, cp850, latin-1 or ascii"
    for network in account.networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            return f"networks: {error}; write for example 192.168.7.0/24 or 192.168.7.21"
    if account.terminator not in ("cr", "crlf"):
        return f"terminator '{account.terminator}' is not one of cr, crlf"
    if account.rate <= 0 or account.burst < 1:
        return "rate must be above 0 and burst at least 1"
    return ""


def _words_problem(account: Account) -> str:
    if account.language not in ("id", "en"):
        return f"language '{account.language}' is not one of id, en"
    if account.magnetic not in ("N", "U"):
        return f"magnetic '{account.magnetic}' is not one of N, U"
    unknown = set(account.bins) - {"left", "right", "trolley", "staff"}
    if unknown:
        return f"bins: '{min(unknown)}' is not one of left, right, trolley, staff"
    return ""


class AccountBook:
    """The accounts as they are now."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            AccountsError: see ``read_accounts``; or it holds no account.
        """
        self._path = path
        self._stamp = self._look()
        self._take(read_accounts(path))
        if not self._accounts:
            raise AccountsError(f"{path}: there are no accounts yet. Make one with 'pustaka library account add NAME'.")

    @property
    def status_before_login(self) -> bool:
        return self._file.status_before_login

    def get(self, login: str) -> Account | None:
        """The account of this name, as last read."""
        return self._accounts.get(login)

    def refresh(self) -> str | None:
        """Read the file again if it has changed; what is wrong with it, or empty. ``None``: it has not changed."""
        stamp = self._look()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            self._take(read_accounts(self._path))
        except AccountsError as error:
            return str(error)
        return ""

    def _take(self, file: AccountFile) -> None:
        self._file = file
        self._accounts = {account.login: account for account in file.account}

    def _look(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_size, found.st_mtime_ns)
