"""What a new library starts with: the loan policy of a city library, here Samarinda's, ready to be changed.

Three books, seven working days, late means suspended for as many days, no money; pupils may have five, children
three, staff ten. Closed on Sundays and on the public holidays whose date is fixed; movable ones are added each year
with ``pustaka library add holiday``.
"""

from __future__ import annotations

import sqlite3

_TYPES = (("umum", "Umum", 3), ("pelajar", "Pelajar", 5), ("anak", "Anak", 3), ("staf", "Staf", 10))
_COLLECTIONS = (
    ("umum", "Koleksi umum"),
    ("anak", "Bacaan anak"),
    ("daerah", "Koleksi daerah"),
    ("referensi", "Rujukan"),
)
#: member type, working days, renewals, suspend
_RULES = (("umum", 7, 1, 1), ("pelajar", 7, 1, 1), ("anak", 7, 1, 1), ("staf", 20, 2, 0))
_HOLIDAYS = (
    (1, 1, "Tahun Baru Masehi"),
    (5, 1, "Hari Buruh Internasional"),
    (6, 1, "Hari Lahir Pancasila"),
    (8, 17, "Hari Proklamasi Kemerdekaan"),
    (12, 25, "Hari Natal"),
)
_SUNDAY = 6
#: For how many years the fixed holidays are written down.
_YEARS = 5


def set_up(db: sqlite3.Connection, first_year: int) -> None:
    """Write the policy into a library that has none; what is already there stays as it is."""
    db.executemany("INSERT OR IGNORE INTO member_types (code, name, loan_limit) VALUES (?, ?, ?)", _TYPES)
    db.executemany("INSERT OR IGNORE INTO collections (code, name) VALUES (?, ?)", _COLLECTIONS)
    db.executemany(
        """INSERT OR IGNORE INTO rules
               (member_type, collection, days, working_days, renewals, fee_per_day, suspend, grace)
           VALUES (?, '*', ?, 1, ?, 0, ?, 0)""",
        _RULES,
    )
    if db.execute("SELECT 1 FROM closed_weekdays").fetchone() is None:
        db.execute("INSERT INTO closed_weekdays (weekday) VALUES (?)", [_SUNDAY])
    days = [
        (f"{year}-{month:02d}-{day:02d}", name)
        for year in range(first_year, first_year + _YEARS)
        for month, day, name in _HOLIDAYS
    ]
    db.executemany("INSERT OR IGNORE INTO holidays (day, name) VALUES (?, ?)", days)
