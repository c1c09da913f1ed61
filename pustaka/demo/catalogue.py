"""The sample library as the demo needs to know it: which copy is which book, which tag is in which copy.

Read with SQL of its own, so that a check at the end does not ask the code it checks.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kiosk.circulation.library.tags import tag_uid
from pustaka.demo.errors import DemoError

#: AFI of an item in the library and of one on loan (ISO 28560).
IN_LIBRARY, ON_LOAN = 0x07, 0xC2


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a copy; copies that are out have their security bit off."""

    uid: str
    item_id: str
    part: int
    parts: int
    afi: int


@dataclass(frozen=True, slots=True)
class Person:
    """A member: what is printed on the card."""

    number: str
    name: str
    first_name: str


class Catalogue:
    """Looks things up in the library's file, read-only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def tags(self) -> list[Tag]:
        """Every tag there is."""
        rows = self._rows(
            "SELECT number, tag_uid, parts, EXISTS"
            "(SELECT 1 FROM loans WHERE item = number AND returned_at IS NULL) AS out FROM items WHERE tag_uid <> ''"
        )
        return [
            Tag(tag_uid(row["number"], part), row["number"], part, row["parts"], ON_LOAN if row["out"] else IN_LIBRARY)
            for row in rows
            for part in range(1, row["parts"] + 1)
        ]

    def person(self, name: str) -> Person:
        """The member with this first name.

        Raises:
            DemoError: nobody, or more than one.
        """
        rows = self._rows("SELECT number, name FROM members WHERE name = ? OR name LIKE ? || ' %'", name, name)
        if len(rows) != 1:
            known = ", ".join(person.first_name for person in self.people())
            raise DemoError(f"the sample library has {len(rows)} members called {name}; it knows {known}")
        return _person(rows[0])

    def people(self) -> list[Person]:
        """Every member."""
        return [_person(row) for row in self._rows("SELECT number, name FROM members ORDER BY number")]

    def copies(self, title: str) -> list[sqlite3.Row]:
        """The copies of a title: number, tag_uid, parts, whether out, whether kept for somebody.

        Raises:
            DemoError: there is no such title.
        """
        rows = self._rows(
            """SELECT number, tag_uid, parts,
                      EXISTS(SELECT 1 FROM loans WHERE item = number AND returned_at IS NULL) AS out,
                      EXISTS(SELECT 1 FROM holds WHERE ready_item = number AND ended = '') AS kept
               FROM items JOIN titles ON titles.id = title_id WHERE title = ? ORDER BY number""",
            title,
        )
        if not rows:
            raise DemoError(f"the sample library has no book called {title!r}; see pustaka library list items")
        return rows

    def tagged_copy(self, title: str) -> sqlite3.Row:
        """The copy of a title that a journey lays on the pad: one kept for somebody first, then the lowest number."""
        copies = [row for row in self.copies(title) if row["tag_uid"]]
        if not copies:
            raise DemoError(f"no copy of {title!r} has a tag; show its label to the camera instead")
        return min(copies, key=lambda row: (not row["kept"], row["number"]))

    def labelled_copy(self, title: str) -> sqlite3.Row:
        """The copy whose label a journey shows: one without a tag first, then the lowest number."""
        return min(self.copies(title), key=lambda row: (bool(row["tag_uid"]), row["number"]))

    def uids(self, title: str) -> list[str]:
        """The tags of the copy that is laid on the pad."""
        copy = self.tagged_copy(title)
        return [tag_uid(copy["number"], part) for part in range(1, copy["parts"] + 1)]

    def loans_of(self, person: Person) -> dict[str, date]:
        """Titles that a member has, and until when."""
        rows = self._rows(
            "SELECT title, due FROM loans JOIN items ON items.number = item JOIN titles ON titles.id = title_id "
            "WHERE member = ? AND returned_at IS NULL",
            person.number,
        )
        return {row["title"]: date.fromisoformat(row["due"][:10]) for row in rows}

    def closed(self) -> tuple[set[int], set[date]]:
        """Weekdays (Monday is 0) and days on which the library is closed."""
        weekdays = {row["weekday"] for row in self._rows("SELECT weekday FROM closed_weekdays")}
        return weekdays, {date.fromisoformat(row["day"]) for row in self._rows("SELECT day FROM holidays")}

    def item_numbers(self) -> list[str]:
        """Every copy's number."""
        return [row["number"] for row in self._rows("SELECT number FROM items")]


def _person(row: sqlite3.Row) -> Person:
    return Person(row["number"], row["name"], row["name"].split()[0])
