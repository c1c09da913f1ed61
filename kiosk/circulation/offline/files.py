"""An extract of files that another library system exports: members, items, and what is on loan or held.

The files go through the library's own import (columns recognised by their headers, encodings, dates) into a library
that exists for the moment only, and the extract is made of that. The terms of lending are those of the embedded library
on this machine, where they can be set with ``pustaka library rules``; without one, those of a new library.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import StaffRoom
from kiosk.circulation.library.store import Store
from kiosk.circulation.library.transfer.fields import KINDS
from kiosk.circulation.library.transfer.files import open_source
from kiosk.circulation.library.transfer.importer import Import, Wishes

#: In this order: what is on loan or held must be there before.
ORDER = ("members", "items", "loans", "holds", "fees")
_TERMS = ("policy", "holidays", "closed_weekdays", "extra_openings", "member_types", "collections", "rules")
_SHOWN = 5


@contextlib.contextmanager
def library_of(files: Mapping[str, Path], terms: Path, zone: ZoneInfo, *, skip_bad: bool = False) -> Iterator[Path]:
    """A library of these files, gone at the end. ``files``: by kind (``ORDER``); ``terms``: the library that has them.

    Raises:
        OfflineError: a file has bad lines; the first of them are named.
        LibraryError: a file cannot be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="pustaka-offline-") as folder:
        path = Path(folder) / "library.sqlite"
        library = EmbeddedLibrary.open(path, create=True, zone=zone)
        try:
            StaffRoom(library).set_up()
            if terms.exists():
                Store.open(terms).close()  # brings its tables up to date
                _copy_terms(path, terms)
            for kind in ORDER:
                if kind in files:
                    _import(library, kind, files[kind], skip_bad=skip_bad)
        finally:
            library.close()
        yield path


def _copy_terms(path: Path, terms: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        try:
            db.execute("ATTACH ? AS given", [str(terms)])
            db.execute("BEGIN IMMEDIATE")
            for table in reversed(_TERMS):
                db.execute(f"DELETE FROM {table}")
            for table in _TERMS:
                names = ", ".join(row[1] for row in db.execute(f"PRAGMA table_info({table})"))
                db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM given.{table}")
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise OfflineError(f"{terms}: the terms of lending cannot be taken from here: {error}.") from error


def _import(library: EmbeddedLibrary, kind: str, file: Path, *, skip_bad: bool) -> None:
    source = open_source(file, KINDS[kind])
    try:
        with Import(library, KINDS[kind], Wishes(create_types=True, skip_bad=skip_bad)) as job:
            result = job.run(source)
            if result.refused:
                first = job.problems(_SHOWN)
                named = "; ".join(f"{source.unit} {one.line}, {one.column}: expected {one.expected}" for one in first)
                raise OfflineError(
                    f"{file}: {result.bad} of {result.rows} {kind} cannot be used ({named}). "
                    "Mend them, or leave them out with --skip-bad."
                )
    finally:
        source.close()
