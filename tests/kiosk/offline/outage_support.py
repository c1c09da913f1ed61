"""A kiosk offline as the rules see it: what waits in its journal, and what it did before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec
from offline_support import Maker, MovableClock

from kiosk.circulation.chain import Head
from kiosk.circulation.journal import Kind, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.library import sample
from kiosk.circulation.offline.rules import OfflineDesk
from kiosk.circulation.offline.settings import OfflineSettings, Policy
from kiosk.circulation.port import Code, PatronRef, Refusal
from kiosk.circulation.promises import Promise

SARI, ANI = PatronRef(sample.SARI), PatronRef(sample.ANI)
LAYAR, ASUHAN, BANJAR, SENGSARA = sample.DEMO_ITEMS
DUE = date(2026, 12, 1)  # seven working days after Monday 23 November, Sundays closed
OFFLINE = Refusal(Code.OFFLINE)
BOTH = OfflineSettings(policy=Policy.BOTH)


@dataclass
class Outage:
    """A kiosk offline: its rules, and what waits in its journal."""

    desk: OfflineDesk
    clock: MovableClock
    waiting: list[Entry] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)

    def lend(self, ref: PatronRef, item: str) -> Promise | Refusal:
        answer = self.desk.checkout(ref, item, self.waiting)
        if isinstance(answer, Promise):
            self.write(Kind.CHECKOUT, item, ref, answer.due)
        return answer

    def take(self, item: str) -> Promise | Refusal:
        answer = self.desk.checkin(item, self.waiting)
        if isinstance(answer, Promise):
            self.write(Kind.CHECKIN, item)
        return answer

    def write(
        self,
        kind: Kind,
        item: str,
        ref: PatronRef | None = None,
        due: date | None = None,
        *,
        state: State = State.PARKED,
        promised: bool = True,
    ) -> None:
        when = self.clock.now().isoformat(timespec="milliseconds")
        seq = len(self.waiting) + len(self.done) + 1
        (self.done if state in (State.DONE, State.CONFLICT) else self.waiting).append(
            Entry(
                seq=seq,
                op=f"op-{seq}",
                kind=kind,
                patron=ref,
                item=item,
                amount=None,
                fingerprint=None,
                promised_due=due,
                when=when,
                state=state,
                since=when,
                due=due if state is State.DONE else None,
                why="",
                promised=promised,
            )
        )


@dataclass
class Memory:
    """A journal, as far as the rules ask it."""

    outage: Outage | None = None

    def waiting(self) -> list[Entry]:
        return self.outage.waiting if self.outage is not None else []

    def unsettled(self) -> list[Entry]:
        assert self.outage is not None
        return [*self.outage.waiting, *(entry for entry in self.outage.done if entry.state == State.CONFLICT)]

    def done_since(self, moment: datetime, after: int) -> list[Entry]:
        assert self.outage is not None
        done = [entry for entry in self.outage.done if entry.state == State.DONE]
        return [entry for entry in done if datetime.fromisoformat(entry.since) >= moment and entry.seq > after]

    def head(self) -> Head:
        assert self.outage is not None
        return Head(len(self.outage.waiting) + len(self.outage.done), "")


Start = Callable[..., Outage]


def settings(**changes: object) -> OfflineSettings:
    return msgspec.structs.replace(BOTH, **changes)


def loans_of(maker: Maker, member: str) -> list[str]:
    with sqlite3.connect(Path(maker.library)) as db:
        query = "SELECT item FROM loans WHERE member = ? AND returned_at IS NULL ORDER BY item"
        return [row[0] for row in db.execute(query, [member])]
