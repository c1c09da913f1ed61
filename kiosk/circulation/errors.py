"""The exception family of circulation. Each message is a sentence for a person; none holds a patron's number."""

from __future__ import annotations


class CirculationError(Exception):
    """Something of circulation cannot be used; the message says what, where, and what to do."""


class LibraryError(CirculationError):
    """The embedded library's database refused something."""


class OperationMismatch(LibraryError):
    """An operation's id came a second time with other content: a fault of the caller, nothing was done."""


class JournalError(CirculationError):
    """The journal cannot be opened, or was asked for something its rules forbid."""


class JournalInUse(JournalError):
    """Another process writes this journal."""


class SystemAway(CirculationError):
    """The library system could not be reached, and *nothing was sent*: what was asked for has not happened.

    When something may have been sent, an operation answers ``port.Unknown`` instead of raising this.
    """


class Sip2Error(CirculationError):
    """Something of SIP2 cannot be read, written or configured."""


class OfflineError(CirculationError):
    """The offline extract or the PIN verifiers cannot be used."""
