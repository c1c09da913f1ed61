"""What every kind of file is to the importer: columns, and rows of text with the place where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.circulation.errors import LibraryError


class ImportRefused(LibraryError):
    """The file, or what was asked for, cannot be imported at all; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read as one. ``expected`` is what a report says of it."""

    expected: str


class Source(Protocol):
    """A file that is being read."""

    unit: str  # what a place counts: line, record
    how: str  # how it is read, for people: "CSV, utf-8, separated by ';'"

    @property
    def note(self) -> str:
        """What somebody should know of what was read, or nothing."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the cells of each row."""
        ...

    def rows(self) -> Iterator[tuple[int, Sequence[str] | Broken]]:
        """Each row's place (from 1) with its cells, as many as ``columns``.

        Raises:
            ImportRefused: from here on the file cannot be read.
        """
        ...

    def position(self) -> int:
        """How many bytes have been read so far."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
