"""The tags on the pad as a table that is drawn anew in place: events in, lines out. Pure, but for :class:`Drawn`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import click

from devices.rfid.events import Event, ReaderChanged, SecurityProblem, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.tags.content import Problem

_HEAD: Final = ("UID", "ITEM", "PART", "USAGE", "OWNER", "STATE", "SINCE")
_WIDTHS: Final = (24, 18, 5, 15, 12, 10, 8)
#: Tags that have left stay in the table for a while, but never more of them than this.
_GONE: Final = 5


@dataclass(slots=True)
class _Row:
    item: str = ""
    part: str = ""
    usage: str = ""
    owner: str = ""
    state: str = "here"
    since: str = ""


class TagTable:
    """What lies there now, and the last few that have left."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self.reader = ""

    def add(self, event: Event, at: str) -> None:
        """Go on; ``at`` is the time in words."""
        match event:
            case ReaderChanged(state, why):
                self.reader = f"reader {state.value}{': ' if why else ''}{why}"
            case TagArrived(uid):
                self._rows.pop(uid, None)
                self._rows[uid] = _Row(since=at)
            case TagRead(uid, content, problem) if uid in self._rows:
                row = self._rows[uid]
                row.state = "read" if not problem else Problem(problem).value
                if content is not None and content.item_id:
                    row.item, row.owner = content.item_id, content.isil
                    row.part = f"{content.part}/{content.parts}"
                    row.usage = content.usage.name.lower() if content.usage is not None else ""
            case SecurityWritten(uid, armed, ok, why) if uid in self._rows:
                word = "armed" if armed else "disarmed"
                self._rows[uid].state = word if ok else f"not {word}: {SecurityProblem(why).value}"
            case TagLeft(uid) if uid in self._rows:
                self._rows[uid].state, self._rows[uid].since = "left", at
        gone = [uid for uid, row in self._rows.items() if row.state == "left"]
        for uid in gone[: max(0, len(gone) - _GONE)]:
            del self._rows[uid]

    def lines(self, columns: int) -> list[str]:
        """The table, no line longer than ``columns``."""
        there = sum(row.state != "left" for row in self._rows.values())
        rows = [
            _HEAD,
            *((uid, row.item, row.part, row.usage, row.owner, row.state, row.since) for uid, row in self._rows.items()),
        ]
        out = [f"{self.reader}; {there} tags on the pad"]
        out += [" ".join(cell[:width].ljust(width) for cell, width in zip(row, _WIDTHS, strict=True)) for row in rows]
        return [line[:columns].rstrip() for line in out]


class Drawn:
    """Draws lines over those drawn before, on a terminal. ``echo`` takes a text without a line end."""

    def __init__(self, echo: Callable[[str], None] = lambda text: click.echo(text, nl=False)) -> None:
        self._echo = echo
        self._height = 0

    def draw(self, table: TagTable) -> None:
        """Once more, in place; as many lines as the window has."""
        columns, rows = shutil.get_terminal_size()
        lines = table.lines(columns)[: max(2, rows - 1)]
        up = f"\x1b[{self._height}F" if self._height else ""
        self._echo(up + "".join(f"\x1b[2K{line}\n" for line in lines) + "\x1b[J")
        self._height = len(lines)
