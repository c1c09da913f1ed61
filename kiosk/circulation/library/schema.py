"""The embedded library's tables, as numbered steps. A step that has been released is never edited; add the next.

Days are ISO dates in the library's zone, moments are ISO date-times in UTC, money is whole rupiah.
"""

from __future__ import annotations

from typing import cast

from sqlite_utils import Database
from sqlite_utils.db import Table
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("pustaka-library")
#: Every step of this version; a library that knows another one was made by a newer version.
STEPS = frozenset({"0001-library", "0002-staff", "0003-hand-ins"})


def _table(db: Database, name: str) -> Table:
    return cast(Table, db[name])


@MIGRATIONS(name="0001-library")
def _library(db: Database) -> None:
    _policy(db)
    _catalogue(db)
    _members(db)
    _lending(db)


def _policy(db: Database) -> None:
    _table(db, "policy").create(
        {"id": int, "block_overdue": int, "fee_block": int, "shelf_days": int},
        pk="id",
        not_null={"block_overdue", "shelf_days"},
        strict=True,
    )
    _table(db, "policy").insert({"id": 1, "block_overdue": 1, "fee_block": None, "shelf_days": 3})
    _table(db, "holidays").create({"day": str, "name": str}, pk="day", strict=True)
    _table(db, "closed_weekdays").create({"weekday": int}, pk="weekday", strict=True)
    _table(db, "member_types").create(
        {"code": str, "name": str, "loan_limit": int}, pk="code", not_null={"name", "loan_limit"}, strict=True
    )
    _table(db, "collections").create({"code": str, "name": str}, pk="code", not_null={"name"}, strict=True)
    _table(db, "rules").create(
        {
            "member_type": str,
            "collection": str,  # a collection's code, or * for any other
            "loan_limit": int,
            "days": int,
            "working_days": int,
            "renewals": int,
            "fee_per_day": int,
            "suspend": int,
            "grace": int,
        },
        pk=("member_type", "collection"),
        not_null={"days", "working_days", "renewals", "fee_per_day", "suspend", "grace"},
        foreign_keys=[("member_type", "member_types", "code")],
        strict=True,
    )


def _catalogue(db: Database) -> None:
    _table(db, "titles").create(
        {"id": int, "title": str, "author": str, "publisher": str, "year": int, "call_number": str},
        pk="id",
        not_null={"title", "author"},
        strict=True,
    )
    _table(db, "items").create(
        {
            "number": str,
            "title_id": int,
            "collection": str,
            "status": str,  # available, repair, lost, withdrawn
            "no_loan": int,
            "parts": int,
            "min_age": int,
            "tag_uid": str,  # of its first part; empty: no tag
        },
        pk="number",
        not_null={"title_id", "collection", "status", "no_loan", "parts", "min_age", "tag_uid"},
        defaults={"status": "available", "no_loan": 0, "parts": 1, "min_age": 0, "tag_uid": ""},
        foreign_keys=[("title_id", "titles", "id"), ("collection", "collections", "code")],
        strict=True,
    )
    _table(db, "items").create_index(["title_id"])


def _members(db: Database) -> None:
    _table(db, "members").create(
        {
            "number": str,
            "name": str,
            "born": str,
            "type": str,
            "expires": str,
            "pending": int,
            "blocked": int,
            "suspended_until": str,
            "pin": str,  # scrypt$n$r$p$salt$hash, or empty
            "language": str,
        },
        pk="number",
        not_null={"name", "type", "pending", "blocked", "pin", "language"},
        defaults={"pending": 0, "blocked": 0, "pin": "", "language": ""},
        foreign_keys=[("type", "member_types", "code")],
        strict=True,
    )
    _table(db, "pin_tries").create(
        {"card": str, "wrong": int, "locked_until": str, "last": str},
        pk="card",
        not_null={"wrong", "last"},
        strict=True,
    )


def _lending(db: Database) -> None:
    _table(db, "loans").create(
        {
            "id": int,
            "item": str,
            "member": str,
            "lent_at": str,
            "due": str,
            "renewals": int,
            "returned_at": str,
            "op": str,
        },
        pk="id",
        not_null={"item", "member", "lent_at", "due", "renewals", "op"},
        foreign_keys=[("item", "items", "number"), ("member", "members", "number")],
        strict=True,
    )
    # The one line that makes it impossible to lend a copy twice, whatever the code above it does.
    db.execute("CREATE UNIQUE INDEX one_loan_a_copy ON loans(item) WHERE returned_at IS NULL")
    db.execute("CREATE INDEX loans_of_item ON loans(item, id)")
    db.execute("CREATE INDEX loans_of_member ON loans(member) WHERE returned_at IS NULL")
    _table(db, "renewals").create(
        {"id": int, "loan": int, "at": str, "due_before": str, "due": str},
        pk="id",
        not_null={"loan", "at", "due_before", "due"},
        foreign_keys=[("loan", "loans", "id")],
        strict=True,
    )
    _table(db, "holds").create(
        {
            "id": int,
            "member": str,
            "title_id": int,  # any copy of this title …
            "item": str,  # … or this copy alone
            "created": str,
            "ready_item": str,
            "ready_until": str,
            "ended": str,  # fetched, lapsed, cancelled; empty while it runs
        },
        pk="id",
        not_null={"member", "title_id", "created", "ended"},
        defaults={"ended": ""},
        foreign_keys=[("member", "members", "number"), ("title_id", "titles", "id"), ("item", "items", "number")],
        strict=True,
    )
    db.execute("CREATE INDEX running_holds ON holds(title_id) WHERE ended = ''")
    db.execute("CREATE UNIQUE INDEX one_hold_a_copy ON holds(ready_item) WHERE ended = '' AND ready_item IS NOT NULL")
    _table(db, "fees").create(
        {"id": int, "member": str, "amount": int, "kind": str, "item": str, "at": str, "op": str},
        pk="id",
        not_null={"member", "amount", "kind", "at", "op"},
        foreign_keys=[("member", "members", "number")],
        strict=True,
    )
    _table(db, "answers").create(
        {"op": str, "body": str, "answer": str, "at": str},
        pk="op",
        not_null={"body", "answer", "at"},
        strict=True,
    )


@MIGRATIONS(name="0002-staff")
def _staff(db: Database) -> None:
    """Hold shelves, replacement, extra openings, what blocks what, imports that can be undone, retention."""
    for column in (
        "pins TEXT NOT NULL DEFAULT 'optional'",  # or required: see pins.py
        "overdue_blocks_renewal INTEGER NOT NULL DEFAULT 0",
        "fee_blocks_renewal INTEGER NOT NULL DEFAULT 1",
        "replacement_fee INTEGER NOT NULL DEFAULT 0",  # for a lost copy that has no cost of its own
        "shelf TEXT NOT NULL DEFAULT ''",  # where a ready hold is put when the hold names no shelf
        "keep_days INTEGER NOT NULL DEFAULT 90",  # days of use for which answers to operations are kept
    ):
        db.execute(f"ALTER TABLE policy ADD COLUMN {column}")
    _table(db, "extra_openings").create({"day": str, "name": str}, pk="day", strict=True)
    _table(db, "shelves").create({"code": str, "name": str}, pk="code", not_null={"name"}, strict=True)
    for column in ("location TEXT NOT NULL DEFAULT ''", "cost INTEGER", "replaced_by TEXT REFERENCES items(number)"):
        db.execute(f"ALTER TABLE items ADD COLUMN {column}")
    db.execute("ALTER TABLE members ADD COLUMN removed INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE loans ADD COLUMN ended TEXT NOT NULL DEFAULT ''")  # how, if not by a return: lost, undone
    db.execute("ALTER TABLE holds ADD COLUMN shelf TEXT NOT NULL DEFAULT ''")
    _lookups(db)
    _imports(db)
    _table(db, "answer_days").create(
        {"id": int, "day": str, "upto": int}, pk="id", not_null={"day", "upto"}, strict=True
    )
    db.execute("CREATE UNIQUE INDEX one_mark_a_day ON answer_days(day)")


@MIGRATIONS(name="0003-hand-ins")
def _hand_ins(db: Database) -> None:
    """When a copy was handed in that was not on loan: an offline loan heard of later has ended there."""
    _table(db, "hand_ins").create(
        {"id": int, "item": str, "at": str},
        pk="id",
        not_null={"item", "at"},
        foreign_keys=[("item", "items", "number")],
        strict=True,
    )
    db.execute("CREATE INDEX hand_ins_of_item ON hand_ins(item, at)")


def _lookups(db: Database) -> None:
    """What is looked up by more than its number."""
    for index in (
        "titles_by_name ON titles(title, author)",
        "items_by_tag ON items(tag_uid) WHERE tag_uid != ''",
        "items_replaced ON items(replaced_by) WHERE replaced_by IS NOT NULL",
        "loans_ever_of_member ON loans(member, id)",
        "loans_by_due ON loans(due) WHERE returned_at IS NULL",
        "renewals_of_loan ON renewals(loan)",
        "holds_of_member ON holds(member)",
        "holds_of_item ON holds(item) WHERE item IS NOT NULL",
        "holds_of_title ON holds(title_id)",
        "holds_ready ON holds(ready_until) WHERE ended = '' AND ready_until IS NOT NULL",
        "fees_of_member ON fees(member)",
        "fees_of_item ON fees(item) WHERE item IS NOT NULL",
    ):
        db.execute(f"CREATE INDEX {index}")


def _imports(db: Database) -> None:
    """Each import is a batch. Whatever changes a row later, by whatever way, makes it the library's own."""
    _table(db, "imports").create(
        {"id": int, "kind": str, "at": str, "added": int, "updated": int, "undone_at": str},
        pk="id",
        not_null={"kind", "at", "added", "updated"},
        strict=True,
    )
    for table in ("titles", "items", "members", "loans", "holds", "fees"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN batch INTEGER REFERENCES imports(id)")
        db.execute(f"CREATE INDEX {table}_of_batch ON {table}(batch) WHERE batch IS NOT NULL")
        db.execute(
            f"""CREATE TRIGGER {table}_touched AFTER UPDATE ON {table}
                WHEN OLD.batch IS NOT NULL AND NEW.batch IS OLD.batch
                BEGIN UPDATE {table} SET batch = NULL WHERE rowid = NEW.rowid; END"""
        )
