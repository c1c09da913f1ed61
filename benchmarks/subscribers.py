"""Three who take a device's rows from the broker: one counts, one is the collector, one stores them the short way."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from sqlite_utils import Database

from benchmarks.feed import Login
from collector.changes import Changes
from collector.service import Ingest
from collector.settings import CollectorSettings


class Counting:
    """A subscriber that counts messages."""

    def __init__(self, login: Login, expected: int) -> None:
        self.counted = 0
        self.done = threading.Event()
        self._expected = expected
        self._client = login.client()
        self._client.on_message = self._heard
        login.connect(self._client, anew=False)  # into the collector's own subscription

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, _client: Client, _data: Any, message: Any) -> None:
        if message.topic.endswith("/records"):
            self.counted += 1
            if self.counted == self._expected:
                self.done.set()


class Collecting:
    """The collector's receiving half, as ``pustaka collector`` runs it."""

    def __init__(self, login: Login, path: Path) -> None:
        self.path = path
        self._ingest = Ingest(CollectorSettings(store=str(path), broker=login.settings()), Changes())
        self._ingest.__enter__()

    @property
    def commits(self) -> int:
        """Commits of rows so far; each is one sync of the write-ahead log, checkpoints come on top."""
        return self._ingest.writer.tally.commits

    def close(self) -> None:
        """Stop, and give the store back."""
        self._ingest.__exit__(None, None, None)


class OneByOne:
    """A subscriber that hands each row to sqlite-utils: its defaults, one commit a row, in the client's thread.

    It acknowledges nothing and derives nothing; a row that comes twice is ignored.
    """

    def __init__(self, login: Login, path: Path, expected: int) -> None:
        self.path = path
        self.done = threading.Event()
        self._expected = expected
        self._stored = 0
        self._database = Database(sqlite3.connect(path, check_same_thread=False))
        self._client = login.client()
        self._client.on_message = self._heard
        login.connect(self._client, anew=False)  # into the collector's own subscription

    def rows(self) -> int:
        """Rows in its table."""
        return int(self._database.table("record").count)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, _client: Client, _data: Any, message: Any) -> None:
        if not message.topic.endswith("/records"):
            return
        _, _, site, device, _ = message.topic.split("/")
        for row in json.loads(message.payload):
            body = row.pop("body")
            self._database.table("record").insert(
                {"site": site, "device": device, **row, "entered": body["in"], "gone": body["out"]},
                pk=("site", "device", "epoch", "seq"),
                ignore=True,
            )
            self._stored += 1
        if self._stored == self._expected:
            self.done.set()


def stored(path: Path, epoch: str) -> tuple[int, int, int, int, int]:
    """What a collector's store holds of a ledger: rows, last number, acknowledged number, people in and out."""
    with closing(sqlite3.connect(path)) as connection:
        rows, last = connection.execute("SELECT count(*), max(seq) FROM record WHERE epoch = ?", (epoch,)).fetchone()
        marks = connection.execute("SELECT seq FROM mark WHERE epoch = ?", (epoch,)).fetchall()
        into, out = connection.execute("SELECT sum(entered), sum(gone) FROM quarter_hour").fetchone()
    return rows, last or 0, marks[0][0] if marks else 0, into or 0, out or 0
