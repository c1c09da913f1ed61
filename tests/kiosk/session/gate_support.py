"""A desk, a journal and a gate without threads, on real files, which may die at any step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from test_runner import sample

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import LAYAR_TERKEMBANG, ON_LOAN_ITEMS, SARI
from kiosk.circulation.port import Borrowed, PatronRef, Returned
from kiosk.session.gate import Gate
from kiosk.session.model import Stuck

UIDS = ("E004010000000001", "E004010000000002")
BOOKS = {"checkout": LAYAR_TERKEMBANG, "checkin": ON_LOAN_ITEMS[0]}


class PulledPlugError(BaseException):
    """The kiosk is dead: nothing may catch it."""


class Bench:
    """A desk, a journal and a gate on real files, with tags that hold what is written to them. ``die`` names a step."""

    def __init__(self, folder: Path, die: str = "", tags: dict[str, bool] | None = None) -> None:
        if not (folder / "library.sqlite").exists():
            (folder / "library.sqlite").write_bytes(sample())
        self.die = die
        self.now = 0.0
        self.refuses: Stuck | None = None  # what the reader says instead of done
        self.written: list[tuple[str, bool]] = []
        self.tags = tags if tags is not None else {}
        self.library = EmbeddedLibrary.open(folder / "library.sqlite")
        self.journal = Journal.open(folder / "journal.sqlite", kiosk="k")
        for name in ("security_ask", "security_want", "security_done"):
            setattr(self.journal, name, self._mortal(name, getattr(self.journal, name)))
        self.desk = CirculationDesk(self.library, self.journal, point=self._point)
        self.gate = Gate(
            self.desk,
            self.journal,
            secure=self._write,
            submit=lambda _, job: job(),
            visit=lambda: 1,
            clock=lambda: self.now,
        )
        self.desk.recover()
        self.gate.begin()

    def close(self) -> None:
        self.journal.close()
        self.library.close()

    def _point(self, name: str) -> None:
        if name == self.die:
            raise PulledPlugError

    def _mortal(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def around(*given: Any) -> Any:
            self._point(f"before {name}")
            answer = call(*given)
            self._point(f"after {name}")
            return answer

        return around

    def _write(self, uid: str, armed: bool) -> None:
        self._point("before the write")
        self.written.append((uid, armed))
        if self.refuses is not None:
            self.gate.written(uid, armed, False, self.refuses)
            return
        self.tags[uid] = armed
        self._point("after the write")
        self.gate.written(uid, armed, True, Stuck.LEFT)

    def visit(self, action: str) -> None:
        """What a runner does for a patron."""
        item = BOOKS[action]
        if action == "checkout":
            outcome: object = self.gate.checkout(1, PatronRef(SARI), item, UIDS)
        else:
            outcome = self.gate.checkin(1, item, UIDS)
        if isinstance(outcome, (Borrowed, Returned)):
            for uid in UIDS:
                self.gate.order(1, uid, action == "checkin")

    def settle(self) -> None:
        """What the worker does between patrons."""
        for _ in range(5):
            self.desk.tend()
            self.gate.tend()

    def on_loan(self, action: str) -> bool:
        copy = self.library.copy(BOOKS[action])
        return copy.status.on_loan  # type: ignore[union-attr]
