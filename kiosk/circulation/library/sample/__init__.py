"""A sample library for the demo, training and tests: 208 Indonesian titles, 261 copies, 20 members.

The titles and authors are real; members, loans and holds are made up. Days in the files count from "today", so the
sample is never out of date. Nothing in it needs a network or a scanner: 18 copies have no RFID tag.

The numbers below are those that the demo, the journeys and the tests speak of.

=================  ========================================================================================
``SARI``           a pupil, no PIN, nothing on loan, may borrow five
``ANI``            an adult with the PIN ``ANI_PIN``, nothing on loan, may borrow three
``YOHANES``        an adult with the PIN ``YOHANES_PIN``
``EXPIRED`` …      one member for each reason to refuse
``DEMO_ITEMS``     four tagged copies that anyone may borrow now
``CAMERA_ITEM``    a copy without a tag that anyone may borrow now, for the camera
``HELD_ITEM``      a copy of *Siti Nurbaya* kept on the hold shelf for ``HOLD_READY`` (three days from now)
``SET_ITEM``       an atlas of three volumes under one number, each with its own tag
``REFERENCE_ITEM`` a dictionary that is not for loan
``ADULT_ITEM``     a novel from 17 years on
``ON_LOAN_ITEMS``  copies on loan now: tagged, to be returned
``AWAITED_ITEM``   a copy on loan whose title someone else waits for: its return goes to the hold trolley
``OVERDUE_ITEM``   a copy on loan to ``OVERDUE``, five days late
=================  ========================================================================================
"""

from __future__ import annotations

import csv
import sqlite3
from datetime import date, timedelta
from importlib.resources import files

from sqlite_utils import Database

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import defaults, pins, records
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import Secret

SARI = "A0001"
ANI = "A0002"
ANI_PIN = "2580"
YOHANES = "A0011"
YOHANES_PIN = "1945"
EXPIRED = "A0004"
PENDING = "A0005"
SUSPENDED = "A0006"
BLOCKED = "A0007"
OVERDUE = "A0008"
AT_LIMIT = "A0009"
HOLD_READY = "A0010"
STAFF = "A0013"
CHILD = "A0015"
HOLD_WAITING = "A0019"

LAYAR_TERKEMBANG = "B00130"
SALAH_ASUHAN = "B00105"
HIKAYAT_BANJAR = "B00291"
SENGSARA_MEMBAWA_NIKMAT = "B00108"
DEMO_ITEMS = (LAYAR_TERKEMBANG, SALAH_ASUHAN, HIKAYAT_BANJAR, SENGSARA_MEMBAWA_NIKMAT)
CAMERA_ITEM = "B00312"  # Api Awan Asap, Korrie Layun Rampan
HELD_ITEM = "B00101"
SET_ITEM = "B00360"
REFERENCE_ITEM = "B00353"
ADULT_ITEM = "B00198"
ON_LOAN_ITEMS = ("B00159", "B00199", "B00222", "B00154")
AWAITED_ITEM = "B00220"
OVERDUE_ITEM = "B00133"

_Rows = list[dict[str, str]]


def load_sample(library: EmbeddedLibrary, today: date | None = None) -> None:
    """Fill an empty library with the sample, all days counted from ``today`` (default: the library's).

    Raises:
        LibraryError: the library already has members or copies.
    """
    today = today or library.now().today
    with library.store.writing() as db:
        if db.execute("SELECT EXISTS (SELECT 1 FROM members) OR EXISTS (SELECT 1 FROM items)").fetchone()[0]:
            raise LibraryError("The sample goes into an empty library only; this one has members or copies.")
        defaults.set_up(db, today.year)
        tables = Database(db, execute_plugins=False)
        tables.table("titles").insert_all(_titles())
        tables.table("items").insert_all(_items())
        tables.table("members").insert_all(_members(today))
        tables.table("loans").insert_all(_loans(db, today))
        tables.table("holds").insert_all(_holds(today))


def _read(name: str) -> _Rows:
    text = (files(__name__) / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _titles() -> list[dict[str, object]]:
    return [{**row, "id": int(row["id"]), "year": int(row["year"]) if row["year"] else None} for row in _read("titles")]


def _items() -> list[dict[str, object]]:
    return [
        {
            "number": row["number"],
            "title_id": int(row["title_id"]),
            "collection": row["collection"],
            "status": row["status"],
            "no_loan": int(row["no_loan"]),
            "parts": int(row["parts"]),
            "min_age": int(row["min_age"]),
            "tag_uid": tag_uid(row["number"]) if row["tagged"] == "1" else "",
        }
        for row in _read("items")
    ]


def _members(today: date) -> list[dict[str, object]]:
    return [
        {
            "number": row["number"],
            "name": row["name"],
            "type": row["type"],
            "born": (today - timedelta(days=int(row["age"]) * 366 + 30)).isoformat(),
            "expires": _after(today, row["expires_in"]),
            "pending": int(row["pending"]),
            "blocked": int(row["blocked"]),
            "suspended_until": _after(today, row["suspended_in"]),
            "pin": pins.hash_pin(Secret(row["pin"])) if row["pin"] else "",
            "language": row["language"],
        }
        for row in _read("members")
    ]


def _loans(db: sqlite3.Connection, today: date) -> list[dict[str, object]]:
    """A due date to come lies on an open day, as the rules would have it."""
    calendar = records.calendar(db)
    loans: list[dict[str, object]] = []
    for row in _read("loans"):
        due = today + timedelta(days=int(row["due_in"]))
        loans.append(
            {
                "item": row["item"],
                "member": row["member"],
                "lent_at": _moment(today, row["lent_days_ago"]),
                "due": (calendar.next_open(due) if due > today else due).isoformat(),
                "renewals": int(row["renewals"]),
                "op": f"sample-{row['item']}",
            }
        )
    return loans


def _holds(today: date) -> list[dict[str, object]]:
    return [
        {
            "member": row["member"],
            "title_id": int(row["title_id"]),
            "created": _moment(today, row["created_days_ago"]),
            "ready_item": row["ready_item"] or None,
            "ready_until": _after(today, row["ready_in"]),
        }
        for row in _read("holds")
    ]


def _after(today: date, days: str) -> str | None:
    return (today + timedelta(days=int(days))).isoformat() if days else None


def _moment(today: date, days_ago: str) -> str:
    return f"{today - timedelta(days=int(days_ago))}T02:00:00.000+00:00"
