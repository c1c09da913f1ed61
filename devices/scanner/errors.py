"""What can be wrong with a scanner."""

from __future__ import annotations


class ScannerError(Exception):
    """Something about a scanner cannot be done; the message says what, where and what to do."""


class ScannerSettingsError(ScannerError):
    """A setting under ``[[scanners]]`` cannot be used; the message names the key."""


class ScannerLost(ScannerError):
    """The scanner is not there, may not be opened, or has gone; the sentence says which and what to do."""


class ScannerBusy(ScannerLost):
    """Another program has the scanner."""
