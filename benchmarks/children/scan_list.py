"""What one would write in an afternoon: each scan is inserted into a table and a label is added to a list.

``python -m … DATABASE``. Plain ``sqlite3`` with its defaults (rollback journal, ``synchronous=FULL``), on the
screen's thread, and a commit before the label appears. No rules are asked: every book may be borrowed.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks.children.scanning import Scanner, wait_until
from kiosk.config import ScreenSettings
from kiosk.screens.environment import prepare


class PlainList:
    """A window with a list."""

    def __init__(self, path: str) -> None:
        prepare(ScreenSettings(), headless=True)
        from kivy.uix.gridlayout import GridLayout
        from kivy.uix.scrollview import ScrollView

        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE loan (member TEXT, item TEXT PRIMARY KEY, at TEXT)")
        self._list = GridLayout(cols=1, size_hint_y=None, row_default_height=60, row_force_default=True)
        self._list.bind(minimum_height=self._list.setter("height"))
        self._root = ScrollView()
        self._root.add_widget(self._list)
        self._labels: dict[str, Any] = {}
        self._member = ""

    def open(self, member: str) -> None:
        self._later(lambda: self._clear(member))
        wait_until(lambda: self._member == member and not self._labels, "the empty list")

    def scan(self, item: str) -> None:
        self._later(lambda: self._add(item))

    def shows(self, item: str) -> tuple[bool, bool]:
        label = self._labels.get(item)
        there = label is not None and label.texture is not None
        return there, there

    def close(self) -> None:
        self._later(lambda: self._clear(""))

    def run(self) -> None:
        """Open the window and obey the orders."""
        from kivy.base import runTouchApp
        from kivy.clock import Clock

        from benchmarks.children import frames

        scanner = Scanner(self, {"renderer": frames.renderer()})
        frames.after_each(scanner.shown)
        Clock.schedule_once(lambda _: scanner.start(), 0.5)
        runTouchApp(self._root)

    @staticmethod
    def _later(act: Any) -> None:
        from kivy.clock import Clock

        Clock.schedule_once(lambda _: act(), 0)

    def _add(self, item: str) -> None:
        from kivy.uix.label import Label

        now = datetime.now(UTC).isoformat()
        with self._database:
            self._database.execute("INSERT INTO loan VALUES (?, ?, ?)", (self._member, item, now))
        label = Label(text=f"{item} borrowed", font_size=28)
        self._list.add_widget(label)
        self._labels[item] = label

    def _clear(self, member: str) -> None:
        self._member = member
        self._list.clear_widgets()
        self._labels = {}


if __name__ == "__main__":
    PlainList(sys.argv[1]).run()
