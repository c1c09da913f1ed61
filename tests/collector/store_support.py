"""A store of either kind, written to and looked into."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
from ledger_rows import T0, payload

from collector.ingest import Message, sort
from collector.store.open import is_url, open_reader
from collector.store.port import DeviceRecord, Written
from collector.store.postgres.store import PostgresStore
from collector.store.sqlite import SqliteStore
from devices.contract import ROOT

AnyStore = SqliteStore | PostgresStore
NOW = T0 + 86_400_000
DOOR = f"{ROOT}/kota/pintu-1"


def write(store: AnyStore, *rows: object, at: int = NOW, topic: str = f"{DOOR}/records") -> Written:
    return store.write(sort([Message(topic, payload(*rows), False, at)]))


def tell(store: AnyStore, leaf: str, data: bytes, *, retained: bool = False, at: int = NOW) -> Written:
    return store.write(sort([Message(f"{DOOR}/{leaf}", data, retained, at)]))


def query(name: str, sql: str) -> list[tuple[object, ...]]:
    """The answer of a store's database to a question; raw rows as text where they are text."""
    if is_url(name):
        with psycopg.connect(name) as connection:
            return [tuple(map(_plain, row)) for row in connection.execute(sql).fetchall()]  # type: ignore[call-overload]
    with closing(sqlite3.connect(name)) as lite:
        return [tuple(map(_plain, row)) for row in lite.execute(sql).fetchall()]


def change(name: str, sql: str) -> None:
    """Change a store's database as nobody should."""
    if is_url(name):
        with psycopg.connect(name) as connection:
            connection.execute(sql)  # type: ignore[call-overload]
    else:
        with closing(sqlite3.connect(name, isolation_level=None)) as lite:
            lite.execute(sql)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


def contents(name: str, table: str) -> list[tuple[object, ...]]:
    return sorted(query(name, f"SELECT * FROM {table}"), key=repr)


def the_device(name: str) -> DeviceRecord:
    with open_reader(name).snapshot() as reading:
        (device,) = reading.devices()
        return device
