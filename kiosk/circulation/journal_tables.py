"""The journal's tables.

``ops`` and ``states`` are chained and append-only. Four small tables stand outside the chain: ``patrons`` holds the
numbers that the chain holds only as keyed hashes, so that they can be forgotten; ``unsettled`` names the operations
that still need somebody (an index; ``verify`` compares it with the chain); ``security`` and ``security_asked`` are a
to-do list of tags (``journal_security.py``).
"""

from __future__ import annotations

#: The version of these tables, kept in the file. The hashes depend on the columns: a change needs a new file.
VERSION = 2

#: The chained columns, in the order in which they are hashed. Never reorder: old rows would no longer verify.
WHEN = ("boot", "mono_ns", "wall", "clock")
OPS = (
    *("seq", "op", "kiosk", *WHEN, "kind", "patron", "patron_key", "item", "amount"),
    *("fingerprint", "promised", "promised_due", "snapshot"),
)
STATES = ("op", "state", *WHEN, "due", "promised", "snapshot", "mark", "why", "who")

_CHAINED = "n INTEGER PRIMARY KEY, {said}, prev_hash TEXT NOT NULL, hash TEXT NOT NULL"
_WHEN_COLUMNS = "boot TEXT NOT NULL, mono_ns INTEGER NOT NULL, wall TEXT NOT NULL, clock TEXT NOT NULL"
_OPS_COLUMNS = (
    f"seq INTEGER NOT NULL UNIQUE, op TEXT NOT NULL UNIQUE, kiosk TEXT NOT NULL, {_WHEN_COLUMNS}, kind TEXT NOT NULL, "
    "patron TEXT, patron_key TEXT, item TEXT NOT NULL, amount INTEGER, fingerprint TEXT, promised INTEGER NOT NULL, "
    "promised_due TEXT, snapshot TEXT NOT NULL"
)
_STATES_COLUMNS = (
    f"op TEXT NOT NULL REFERENCES ops(op), state TEXT NOT NULL, {_WHEN_COLUMNS}, due TEXT, promised INTEGER NOT NULL, "
    "snapshot TEXT NOT NULL, mark TEXT, why TEXT NOT NULL, who TEXT NOT NULL"
)


def _append_only(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


#: Tags that lie there while the library system is asked about their item; ``after``: the chain's end before that.
ASKED = (
    "CREATE TABLE security_asked (uid TEXT PRIMARY KEY, item TEXT NOT NULL, armed INTEGER NOT NULL, "
    "after INTEGER NOT NULL, asked_at TEXT NOT NULL) STRICT"
)

SCHEMA = (
    f"PRAGMA user_version = {VERSION}",
    "CREATE TABLE journal (id TEXT NOT NULL, kiosk TEXT NOT NULL, made TEXT NOT NULL) STRICT",
    "CREATE TABLE head (n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT",
    f"CREATE TABLE ops ({_CHAINED.format(said=_OPS_COLUMNS)}) STRICT",
    f"CREATE TABLE states ({_CHAINED.format(said=_STATES_COLUMNS)}) STRICT",
    "CREATE INDEX ops_of_item ON ops(item, seq)",
    "CREATE INDEX states_of_op ON states(op, n)",
    # Finds the nearest row with a clock that can be believed, to correct the times of those without.
    "CREATE INDEX states_in_time ON states(n) WHERE clock <> 'unsynced'",
    "CREATE TABLE patrons (op TEXT PRIMARY KEY, number TEXT NOT NULL) STRICT",
    "CREATE TABLE unsettled (op TEXT PRIMARY KEY) STRICT",
    "CREATE TABLE security (uid TEXT PRIMARY KEY, armed INTEGER NOT NULL, op TEXT NOT NULL, wanted_at TEXT NOT NULL, "
    "item TEXT NOT NULL DEFAULT '') STRICT",
    ASKED,
    *_append_only("ops"),
    *_append_only("states"),
)

#: The ``op`` of older wishes said both what was done and with which item (``checkout B00130``).
SPLIT_OP = (
    "UPDATE security SET item = SUBSTR(op, INSTR(op, ' ') + 1), op = SUBSTR(op, 1, INSTR(op, ' ') - 1) "
    "WHERE op LIKE 'checkout %' OR op LIKE 'checkin %'"
)
#: What a list of tags of this version may lack, from before it knew items and questions.
OLDER_SECURITY = ("ALTER TABLE security ADD COLUMN item TEXT NOT NULL DEFAULT ''", SPLIT_OP, ASKED)

#: An operation, its newest state, and the newest state that carried a promise.
ENTRIES = """
    SELECT ops.n, ops.seq, ops.op, ops.kind, ops.patron AS patron_mark, ops.patron_key, patrons.number, ops.item,
           ops.amount, ops.fingerprint, ops.promised, ops.promised_due, ops.snapshot, ops.boot, ops.mono_ns, ops.wall,
           ops.clock, last.state, last.boot AS since_boot, last.mono_ns AS since_mono_ns, last.wall AS since,
           last.clock AS since_clock, last.due, last.why, last.who,
           later.promised AS later, later.due AS later_due, later.snapshot AS later_snapshot, later.mark AS later_mark
    FROM ops
    JOIN states AS last ON last.n = (SELECT MAX(n) FROM states AS newer WHERE newer.op = ops.op)
    LEFT JOIN states AS later
        ON later.n = (SELECT MAX(n) FROM states AS promise WHERE promise.op = ops.op AND promise.promised = 1)
    LEFT JOIN patrons ON patrons.op = ops.op
"""
