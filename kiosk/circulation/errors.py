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
