"""The tables in the SQL that SQLite and PostgreSQL share; the few words in which they differ are a :class:`Dialect`.

``raw_row`` is the truth and is only ever added to; ``record`` shows it with its columns taken apart, for people and
programs that look in. ``mark`` and ``hole`` say which numbers arrived. All that :data:`DERIVED` makes follows from
these and can be rebuilt. Quarter hours are those of UTC, which every time zone in use lines up with, so a change of a
site's zone needs no rebuild.

``dirty`` lists the quarter hours that changed since somebody last derived local days from them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """``serial``: the type of a key that numbers itself; ``raw``: of a row as it came; ``blob``: of any bytes;
    ``partition``: what follows ``raw_row``; ``row_key``: its key, which holds the column it is partitioned by."""

    serial: str
    raw: str
    blob: str
    row_key: str = "ledger, seq"
    partition: str = ""


LITE = Dialect("INTEGER PRIMARY KEY", "TEXT", "BLOB")

_LEDGER = "site TEXT NOT NULL, device TEXT NOT NULL, epoch TEXT NOT NULL"
_DOOR = "site TEXT NOT NULL, device TEXT NOT NULL"


def ledgers(words: Dialect) -> tuple[str, ...]:
    """Rows, and which of their numbers arrived."""
    return (
        f"CREATE TABLE mark (id {words.serial}, {_LEDGER}, top BIGINT NOT NULL, floor BIGINT NOT NULL, "
        "seq BIGINT NOT NULL, rows BIGINT NOT NULL, duplicates BIGINT NOT NULL, UNIQUE (site, device, epoch))",
        f"CREATE TABLE raw_row (ledger BIGINT NOT NULL, seq BIGINT NOT NULL, received BIGINT NOT NULL, "
        f"problem TEXT NOT NULL, raw {words.raw} NOT NULL, PRIMARY KEY ({words.row_key})) {words.partition}",
    )


def rest(words: Dialect) -> tuple[str, ...]:
    """Holes, conflicts, dead letters, and what devices say of themselves."""
    return (
        f"CREATE TABLE hole ({_LEDGER}, first BIGINT NOT NULL, last BIGINT, PRIMARY KEY (site, device, epoch, first))",
        f"CREATE TABLE conflict ({_LEDGER}, seq BIGINT NOT NULL, digest TEXT NOT NULL, raw {words.raw}, "
        "received BIGINT, PRIMARY KEY (site, device, epoch, seq, digest))",
        f"CREATE TABLE dead_letter (id {words.serial}, received BIGINT, topic TEXT, problem TEXT, "
        f"payload {words.blob}, whole BIGINT)",
        f"CREATE TABLE device_state ({_DOOR}, first_seen BIGINT NOT NULL, heard BIGINT, status TEXT, "
        "status_since BIGINT, info TEXT, health TEXT, health_at BIGINT, totals TEXT, expected TEXT NOT NULL, "
        "PRIMARY KEY (site, device))",
        f"CREATE TABLE alert ({_DOOR}, id TEXT NOT NULL, body TEXT, since BIGINT, PRIMARY KEY (site, device, id))",
        f"CREATE TABLE anchor ({_LEDGER}, boot TEXT NOT NULL, bt BIGINT NOT NULL, utc BIGINT NOT NULL, err BIGINT, "
        "PRIMARY KEY (site, device, epoch, boot, bt, utc))",
        f"CREATE TABLE transaction_quarter ({_DOOR}, quarter BIGINT NOT NULL, op TEXT NOT NULL, result TEXT NOT NULL, "
        "code TEXT NOT NULL, n BIGINT, PRIMARY KEY (site, device, quarter, op, result, code))",
        "CREATE INDEX transaction_quarter_by_time ON transaction_quarter (quarter)",
    )


#: ``covered_ms`` is the plain sum of what rows cover, ``seen_ms`` the same and never more than a quarter hour has.
#: ``loose`` has the rows whose time is not their own for ever, and where they were placed; ``boot`` the boots of such
#: rows that never learned the time, and when they may have begun. ``lost`` has the rows with
#: totals around numbers that can never come, and what passed between them.
DERIVED = (
    f"CREATE TABLE quarter_hour ({_DOOR}, quarter BIGINT NOT NULL, rows BIGINT NOT NULL DEFAULT 0, "
    "entered BIGINT NOT NULL DEFAULT 0, gone BIGINT NOT NULL DEFAULT 0, turned_back BIGINT NOT NULL DEFAULT 0, "
    "ambiguous BIGINT NOT NULL DEFAULT 0, glitch BIGINT NOT NULL DEFAULT 0, est_entered BIGINT NOT NULL DEFAULT 0, "
    "est_gone BIGINT NOT NULL DEFAULT 0, covered_ms BIGINT NOT NULL DEFAULT 0, seen_ms BIGINT NOT NULL DEFAULT 0, "
    "PRIMARY KEY (site, device, quarter))",
    "CREATE INDEX quarter_hour_by_time ON quarter_hour (quarter)",
    "CREATE TABLE loose (ledger BIGINT NOT NULL, seq BIGINT NOT NULL, boot TEXT NOT NULL, started BIGINT NOT NULL, "
    "ended BIGINT NOT NULL, estimated BIGINT NOT NULL, PRIMARY KEY (ledger, seq))",
    "CREATE INDEX loose_by_boot ON loose (ledger, boot)",
    "CREATE TABLE boot (ledger BIGINT NOT NULL, boot TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, "
    "length BIGINT NOT NULL, latest BIGINT NOT NULL, below BIGINT, above BIGINT, began BIGINT, "
    "PRIMARY KEY (ledger, boot))",
    f"CREATE TABLE lost ({_LEDGER}, below BIGINT NOT NULL, above BIGINT NOT NULL, after_ms BIGINT NOT NULL, "
    "before_ms BIGINT NOT NULL, entered BIGINT NOT NULL, gone BIGINT NOT NULL, "
    "PRIMARY KEY (site, device, epoch, below))",
    f"CREATE TABLE dirty ({_DOOR}, quarter BIGINT NOT NULL, PRIMARY KEY (site, device, quarter))",
)

#: Each collector that writes here, when it last gave a sign of life, and since when it has had its broker.
DESK = "CREATE TABLE desk (member TEXT NOT NULL PRIMARY KEY, beat BIGINT, listening_since BIGINT)"

_APART = ("boot", "bt0", "bt1", "t0", "t1", "clk")


def record_view(good: str, field: str, whole: str, raw: str = "r.raw") -> str:
    """The view ``record``: ``good`` tells whether the content can be taken apart, ``field`` takes one out of it (with
    ``{}`` for its name), ``whole`` makes a number of it (likewise)."""
    columns = [
        f"CASE WHEN {good} THEN {(whole if name[1:] in ('0', '1', 't0', 't1') else field).format(name)} END AS {name}"
        for name in _APART
    ]
    kind = f"CASE WHEN {good} THEN {field.format('kind')} ELSE '' END AS kind"
    return (
        f"CREATE VIEW record AS SELECT m.site, m.device, m.epoch, r.seq, {kind}, {', '.join(columns)}, "
        f"{raw} AS raw, r.problem, r.received FROM raw_row r JOIN mark m ON m.id = r.ledger"
    )


LITE_RECORD = record_view(
    "r.problem = '' AND typeof(r.raw) = 'text'", "json_extract(r.raw, '$.{}')", "json_extract(r.raw, '$.{}')"
)
