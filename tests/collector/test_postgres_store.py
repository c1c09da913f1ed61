"""What is the PostgreSQL store's own: months, a server that goes and comes back, databases that are not its."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
import pytest
from collector_support import eventually, free_port
from ledger_rows import T0, count, payload
from postgres_server import PostgresServer
from store_support import DOOR, NOW, contents, query, write

from collector.errors import StoreBusy, StoreError
from collector.ingest import Message, sort
from collector.store.open import open_reader, shown
from collector.store.postgres import months, schema
from collector.store.postgres import store as module
from collector.store.postgres.connection import PostgresDb
from collector.store.postgres.store import PostgresStore
from collector.store.writing import Ways

DAY = 86_400_000


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.new()


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    made = PostgresStore(url)
    yield made
    made.close()


def _months(url: str) -> list[str]:
    found = query(url, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return sorted(str(name) for (name,) in found if str(name).startswith("raw_row_"))


def test_rows_are_kept_by_month_and_the_next_month_is_made_ahead(store: PostgresStore, url: str) -> None:
    store.beat(T0, None)
    assert _months(url) == ["raw_row_2026_11", "raw_row_2026_12"]
    write(store, count(1), at=T0)
    write(store, count(2), at=T0 + 60 * DAY)  # nobody had made that one
    assert _months(url)[2:] == ["raw_row_2027_01"]
    assert [len(contents(url, name)) for name in _months(url)] == [1, 0, 1]


def test_a_year_has_twelve_months() -> None:
    assert [months.following((2026, 12)), months.following((2027, 1))] == [(2027, 1), (2027, 2)]
    assert [months.month(1_796_083_199_999), months.month(1_796_083_200_000)] == [(2026, 11), (2026, 12)]


def test_a_row_that_came_in_another_month_is_still_the_same_row(store: PostgresStore, url: str) -> None:
    write(store, count(1), at=T0)
    assert write(store, count(1), at=T0 + 60 * DAY).duplicates == 1
    assert len(contents(url, "record")) == 1


def test_a_server_that_is_cut_off_and_comes_back_delays_and_loses_nothing(url: str, postgres: PostgresServer) -> None:
    store = PostgresStore(url)
    assert write(store, count(1)).inserted == 1
    postgres.kill()
    try:
        with pytest.raises(StoreBusy, match="cannot be reached"):
            write(store, count(2))
        with pytest.raises(StoreBusy, match="cannot be reached"):  # nor by a new connection
            write(store, count(2))
    finally:
        postgres.start()
    assert write(store, count(2)).marks[0].seq == 2
    store.close()


def test_two_collectors_on_one_ledger_come_to_one_mark(url: str) -> None:
    one, two = PostgresStore(url, "one"), PostgresStore(url, "two")
    assert [m.seq for m in write(one, count(1), count(4)).marks] == [1]
    assert [m.seq for m in write(two, count(2), count(3)).marks] == [4]
    assert [m.seq for m in write(one, count(3), count(5)).marks] == [5]
    for store in (one, two):
        store.close()
    assert len(contents(url, "record")) == 5


@contextmanager
def halfway(url: str, store: PostgresStore, rows: list[dict[str, object]], lock: str = module._LOCK) -> Iterator[None]:
    """A batch of ``store`` that is written and not yet committed; committed when somebody waits for it."""
    batch = sort([Message(f"{DOOR}/records", payload(*rows), False, NOW)])
    with store._transaction() as connection:
        module.write(PostgresDb(connection), batch, Ways(partial(module._insert, connection), bytes, lock))
        yield
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'pustaka'"
        eventually(lambda: query(url, waits), "somebody waits for this batch")


@pytest.mark.parametrize(("lock", "mark"), [(" FOR UPDATE", 3), ("", 1)])
def test_two_batches_at_the_same_moment_take_turns(
    url: str, monkeypatch: pytest.MonkeyPatch, lock: str, mark: int
) -> None:
    """Without the lock (the control) the second works from what it read before the first one's commit: a false hole."""
    monkeypatch.setattr(module, "_LOCK", lock)
    one, two = PostgresStore(url, "one"), PostgresStore(url, "two")
    write(one, count(1))
    other = threading.Thread(target=write, args=(two, count(3)))
    with halfway(url, one, [count(2)], lock):
        other.start()
    other.join(10)
    for store in (one, two):
        store.close()
    assert query(url, "SELECT seq FROM mark") == [(mark,)]
    assert len(contents(url, "record")) == 3


def test_what_is_derived_at_the_same_moment_as_it_changes_is_derived_again(url: str) -> None:
    """A quarter hour is dirty already, more rows of it are being committed, and somebody derives it: none is missed."""
    one, two = PostgresStore(url, "one"), PostgresStore(url, "two")
    write(one, count(1, 5))
    figures = threading.Thread(target=two.refresh, args=(NOW,), kwargs={"limit": None, "default_zone": "Asia/Makassar"})
    with halfway(url, one, [count(2, 5)]):
        figures.start()
    figures.join(20)
    two.refresh(NOW, limit=None, default_zone="Asia/Makassar")
    assert query(url, "SELECT raw_in FROM day_fact WHERE device = 'pintu-1' AND raw_in > 0") == [(10,)]
    for store in (one, two):
        store.close()


def test_one_collector_derives_at_a_time(url: str) -> None:
    one, two = PostgresStore(url, "one"), PostgresStore(url, "two")
    write(one, count(1, 5))
    with one._transaction() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (schema.REFRESHING,))
        found = two.refresh(NOW, limit=None, default_zone="Asia/Makassar")
        assert (found.days, found.more) == (0, True)
    assert two.refresh(NOW, limit=None, default_zone="Asia/Makassar").days > 0
    for store in (one, two):
        store.close()


def test_a_foreign_or_newer_or_missing_database_is_refused_and_left_alone(postgres: PostgresServer) -> None:
    foreign, newer, empty = postgres.new(), postgres.new(), postgres.new()
    PostgresStore(newer).close()
    with psycopg.connect(foreign) as connection:
        connection.execute("CREATE TABLE loans (id int)")
    with psycopg.connect(newer) as connection:
        connection.execute("UPDATE pustaka_store SET version = 99")
    gone = f"postgresql://me:secret@127.0.0.1:{free_port()}/desk"
    for name, sentence in (
        (foreign, "holds another program's tables"),
        (newer, "written by a newer version"),
        (gone, "cannot be reached"),
        ("postgresql://[", "not the address of a database"),
    ):
        with pytest.raises(StoreError, match=sentence) as refused:
            PostgresStore(name)
        assert "secret" not in str(refused.value)
        with pytest.raises(StoreError, match=sentence), open_reader(name).snapshot():
            pass
    with pytest.raises(StoreError, match="no store is here yet"), open_reader(empty).snapshot():
        pass
    assert query(foreign, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == [(1,)]


def test_an_older_store_is_read_only_after_it_was_brought_up(store: PostgresStore, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE pustaka_store SET version = %s", (len(schema.STEPS) - 1 or -1,))
    with pytest.raises(StoreError, match="older version"), open_reader(url).snapshot():
        pass


def test_a_password_is_not_shown() -> None:
    assert shown("postgresql://me:secret@db.kota/desk") == "postgresql://db.kota/desk"


def test_a_reader_cannot_write(store: PostgresStore, url: str) -> None:
    write(store, count(1), at=NOW)
    with pytest.raises(StoreError, match="read-only"), open_reader(url).snapshot() as reading:
        reading._db.execute("DELETE FROM raw_row")  # type: ignore[attr-defined]
    assert len(contents(url, "record")) == 1
