"""What can go wrong between a device's ledger and the broker."""

from __future__ import annotations


class LinkFault(Exception):
    """Base of this package's errors; the message says what was wrong, where, and what to do."""


class LedgerError(LinkFault):
    """The ledger cannot be opened or written now: another process holds it, the disk is full or read-only."""


class LedgerDamaged(LedgerError):
    """The ledger's file was damaged while in use; opening it again sets it aside and begins a new one."""


class AckError(LinkFault):
    """The collector acknowledged rows that this ledger never wrote."""


class LinkError(LinkFault):
    """The link's settings cannot be used, for example an unreadable password file."""
