"""The collector's exceptions. Each message is one sentence: what was wrong, where, and what to do."""

from __future__ import annotations


class CollectorError(Exception):
    """Anything the collector cannot do."""


class StoreError(CollectorError):
    """The store cannot be opened or used."""


class StoreBusy(StoreError):
    """The store did not take a batch now (locked, disk full …).

    Nothing was written; the same batch may be tried again.
    """


class SetupError(CollectorError):
    """The collector cannot start with these settings."""


class ReportError(CollectorError):
    """A report cannot be made or written as asked."""


class EditError(CollectorError):
    """An edit of calendar, doors, adjustments or factors that cannot be made as it was asked for."""
