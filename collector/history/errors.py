"""What cannot be taken in: one sentence each, with the place and what to do."""

from __future__ import annotations

from collector.errors import CollectorError


class HistoryError(CollectorError):
    """A file of visits cannot be read or understood."""
