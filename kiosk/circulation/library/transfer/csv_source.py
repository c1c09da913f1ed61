"""CSV as spreadsheets and library systems write it: any delimiter, any line end, Excel's ``sep=;`` line, formula marks.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` would be run as a formula by a spreadsheet. So the export writes an
apostrophe before it (and one more before a cell that begins with apostrophes and such a sign), and the import takes
one away: what comes back is what went out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from kiosk.circulation.library.transfer.encoding import find_encoding
from kiosk.circulation.library.transfer.source import Broken, ImportRefused

DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")
#: A cell longer than this is a quote that was never closed.
_LONGEST_CELL = 131_072


def safe_cell(cell: str) -> str:
    """The cell as it may lie in a file that somebody opens with a spreadsheet."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def plain_cell(cell: str) -> str:
    """The cell as it was before ``safe_cell``."""
    return cell[1:] if cell.startswith("'") and _MARKED.match(cell) else cell


class CsvSource:
    """Reads a CSV file. With ``columns`` the file has no header line.

    Raises:
        ImportRefused: it cannot be opened or decoded, or has no header.
    """

    unit = "line"

    def __init__(
        self, path: Path, *, encoding: str = "auto", delimiter: str = "auto", columns: Sequence[str] = ()
    ) -> None:
        self._path = path
        try:
            self._raw: BinaryIO = path.open("rb")
            self._encoding = find_encoding(path, encoding)
        except OSError as error:
            raise ImportRefused(f"{path}: this file cannot be read: {error.strerror or error}.") from error
        self._lines = TextIOWrapper(self._raw, encoding=self._encoding, newline="")
        self._skipped = 0
        self._rows = csv.reader([])
        with self._sentences(1):
            first = self._lines.readline(_LONGEST_CELL)
            if marked := re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE):
                self._skipped = 1
                first = self._lines.readline(_LONGEST_CELL)
            self._delimiter = _delimiter(first, marked[1] if marked and delimiter == "auto" else delimiter)
            self._lines.seek(0)
            for _ in range(self._skipped):
                self._lines.readline()
            self._rows = csv.reader(self._lines, delimiter=self._delimiter)
            self._columns = tuple(columns) or self._header()
        self.how = f"CSV in {self._encoding}, separated by {_NAMES.get(self._delimiter, repr(self._delimiter))}"

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    @property
    def note(self) -> str:
        return ""

    def rows(self) -> Iterator[tuple[int, Sequence[str] | Broken]]:
        while True:
            place = self._skipped + self._rows.line_num + 1
            with self._sentences(place):
                row = next(self._rows, None)
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield place, self._cells(row)

    def position(self) -> int:
        return self._raw.tell()

    def close(self) -> None:
        self._lines.close()

    def _header(self) -> tuple[str, ...]:
        """The first row; empty names at its end are a delimiter too many."""
        names = [name.strip() for name in next(self._rows, [])]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise ImportRefused(f"{self._path.name}: the first line must name the columns, but it is empty.")
        return tuple(names)

    def _cells(self, row: list[str]) -> Sequence[str] | Broken:
        wide = len(self._columns)
        if len(row) < wide or any(cell.strip() for cell in row[wide:]):
            return Broken(f"{wide} cells, here are {len(row)}")
        return [plain_cell(cell.strip()) for cell in row[:wide]]

    @contextmanager
    def _sentences(self, place: int) -> Iterator[None]:
        try:
            yield
        except csv.Error as error:
            raise ImportRefused(
                f"{self._path.name}, line {place}: from here on it is no CSV ({error}); perhaps a quote is not closed."
            ) from error
        except UnicodeError as error:
            raise ImportRefused(
                f"{self._path.name}: after line {place} there is something that is not {self._encoding}. "
                "Name its encoding, for example --encoding cp1252."
            ) from error


def _delimiter(header: str, named: str) -> str:
    """The named one (one sign, or ``tab``), or the one that cuts the header into most pieces."""
    if named == "auto":
        bare = re.sub(r'"[^"]*"', "", header)
        return max(DELIMITERS, key=bare.count)
    found = {name: sign for sign, name in _NAMES.items()}.get(named, named)
    if len(found) != 1 or found in '"\r\n':
        raise ImportRefused(f"'{named}' cannot be a delimiter. Use one sign such as ';', or 'tab'.")
    return found
