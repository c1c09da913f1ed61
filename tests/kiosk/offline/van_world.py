"""The van's day: a town's library, a van with its books, and the people who come, from a seeded generator.

``Books`` of the oracle are led along with everything that is done, so that the two never look at each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from van_oracle import Books, Lent, Told

from kiosk.circulation.clock import Clock
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, NewMember, StaffRoom
from kiosk.circulation.port import Borrowed, PatronRef, Refused, Returned

MEMBERS = [f"A{n:04}" for n in range(1, 61)]
ITEMS = [f"B{n:05}" for n in range(1, 321)]
BLOCKED, EXPIRED = "A0059", "A0060"
SETS = ITEMS[300:306]
NO_LOAN = ITEMS[306:309]
KEPT = ITEMS[309:312]  # on the hold shelf since yesterday, for the first members
ON_LOAN = ITEMS[:60]  # half of them are brought to the van today
TOWN = ITEMS[220:300]  # stay in the town
CAP = 10  # items a patron in one outage
STRANGER, NO_ITEM = "A9999", "B99999"


class PowerCut(BaseException):
    """The plug was pulled."""


class Line:
    """The town's library at the end of a line that can be cut; also just after a question has got through."""

    def __init__(self, library: EmbeddedLibrary) -> None:
        self._library = library
        self.cut = False
        self.swallow = False  # the next operation takes place, and its answer is lost

    def __getattr__(self, name: str) -> Any:
        return self._through(getattr(self._library, name))

    def checkout(self, *asked: Any, happened: Any = None) -> Any:
        return self._through(self._library.checkout)(*asked, happened)

    def checkin(self, *asked: Any, happened: Any = None) -> Any:
        return self._through(self._library.checkin)(*asked, happened)

    def renew(self, *asked: Any, happened: Any = None) -> Any:
        return self._through(self._library.renew)(*asked, happened)

    def _through(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*asked: Any) -> Any:
            if self.cut:
                raise SystemAway("The library system cannot be reached.")
            answer = call(*asked)
            if self.swallow and call.__name__ in ("checkout", "checkin"):
                self.cut = True
                raise TimeoutError
            return answer

        return ask


def build(path: Path, clock: Clock) -> Books:
    """Make the town's library, and say what it believes."""
    library = EmbeddedLibrary.open(path, create=True, clock=clock)
    staff = StaffRoom(library)
    staff.set_up()
    for number in MEMBERS:
        staff.add_member(NewMember(number, f"Anggota {number}", expires=date(2027, 12, 31)))
    for number in ITEMS:
        staff.add_item(NewItem(number, f"Judul {number}", no_loan=number in NO_LOAN, parts=3 if number in SETS else 1))
    books = Books(set(MEMBERS), set(ITEMS), blocked={BLOCKED}, expired={EXPIRED}, no_loan=set(NO_LOAN))
    with library.store.writing() as db:
        db.execute("UPDATE members SET blocked = 1 WHERE number = ?", [BLOCKED])
        db.execute("UPDATE members SET expires = '2026-11-20' WHERE number = ?", [EXPIRED])
        for n, item in enumerate(ON_LOAN):
            # Two each for the first thirty; the first ten of these are late by one to three days.
            due = date(2026, 11, 20 + n % 3) if n < 10 else date(2026, 11, 24 + n % 5)
            books.loans[item] = Lent(MEMBERS[n // 2], due)
            lent_at = f"2026-11-{10 + n % 5}T02:00:00.000+00:00"
            db.execute(
                "INSERT INTO loans (item, member, lent_at, due, renewals, op) VALUES (?, ?, ?, ?, 0, ?)",
                [item, MEMBERS[n // 2], lent_at, due.isoformat(), f"before-{n}"],
            )
        for n, item in enumerate(KEPT):
            books.kept[item] = MEMBERS[40 + n]
            db.execute(
                """INSERT INTO holds (member, title_id, created, ready_item, ready_until)
                   SELECT ?, title_id, '2026-11-20', number, '2026-11-25' FROM items WHERE number = ?""",
                [MEMBERS[40 + n], item],
            )
    library.close()
    return books


@dataclass
class Town:
    """The library's own desk, which acts on some of the same items and people."""

    library: EmbeddedLibrary
    books: Books
    done: int = 0

    def lend(self, member: str, item: str) -> None:
        self._did(self.library.checkout(self._op(), PatronRef(member), item), Borrowed)
        self.books.lend(member, item)

    def take_back(self, item: str) -> None:
        self._did(self.library.checkin(self._op(), item), Returned)
        self.books.take_back(item)

    def block(self, member: str) -> None:
        with self.library.store.writing() as db:
            db.execute("UPDATE members SET blocked = 1 WHERE number = ?", [member])
        self.books.blocked.add(member)

    def hold(self, member: str, item: str) -> None:
        StaffRoom(self.library).add_hold(member, item)
        self.books.kept[item] = member

    def _op(self) -> str:
        self.done += 1
        return f"town-{self.done}"

    def _did(self, answer: object, kind: type) -> None:
        assert isinstance(answer, kind), answer


@dataclass
class Van:
    """The kiosk in the van: what was asked, what was answered, and what the oracle says to it."""

    desk: CirculationDesk
    books: Books
    told: list[Told] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lent: dict[str, set[str]] = field(default_factory=dict)  # what each was lent in this outage

    def borrow(self, member: str, item: str) -> bool:
        """A patron tries to borrow; whether they may, as kiosk and oracle agree."""
        had = self.books.has(member, item)
        expected = "" if had else self.refusal(member, item)
        answer = self.desk.checkout(PatronRef(member), item)
        if isinstance(answer, Refused):
            self.counts[f"refused {answer.refusal.code}"] += 1
            assert answer.refusal.code == expected, (member, item, answer, expected)
            return False
        assert isinstance(answer, Borrowed), answer
        assert not expected, (member, item, expected)
        assert answer.estimated
        due = self.books.loans[item].due if had else self.books.lend(member, item).due
        assert answer.due == due
        self.lent.setdefault(member, set()).add(item)
        self.counts["again" if had else "set" if answer.item.parts > 1 else "checkout"] += 1
        self.told.append(Told(member, item))
        return True

    def refusal(self, member: str, item: str) -> str:
        """As the library would say it, and then the cap of an outage."""
        over = len(self.lent.get(member, set()) | {item}) > CAP
        return self.books.refusal(member, item) or ("limit" if over else "")

    def give_back(self, item: str) -> None:
        answer = self.desk.checkin(item)
        if item not in self.books.items:
            assert isinstance(answer, Refused), answer
            self.counts[f"refused {answer.refusal.code}"] += 1
            return
        assert isinstance(answer, Returned), answer
        assert answer.estimated
        self.books.take_back(item)
        self.counts["checkin"] += 1
        self.told.append(Told(None, item))

    @property
    def asked(self) -> int:
        return sum(self.counts.values())


@dataclass
class Shelf:
    """Where books are that somebody could hold in their hands."""

    random: Random
    in_van: list[str]
    at_home: dict[str, list[str]]  # member -> books they could bring to the van

    def visit(self, van: Van, member: str) -> None:
        """A patron brings back some of what they have, then tries to borrow a few books."""
        mine = self.at_home.setdefault(member, [])
        self.random.shuffle(mine)
        for _ in range(self.random.randint(0, len(mine))):
            item = mine.pop()
            van.give_back(item)
            self.in_van.append(item)
        for _ in range(self.random.randint(1, 4)):
            if not self.in_van:
                return
            # What was just given back is often what the next one takes.
            near = self.in_van[-6:] if self.random.random() < 0.4 else self.in_van
            item = self.random.choice(near)
            if van.borrow(member, item):
                self.in_van.remove(item)
                mine.append(item)

    def blunder(self, van: Van, member: str) -> None:
        """What also happens: a strange label, a strange card, a book of another, a second scan."""
        kind = self.random.randrange(5)
        if kind == 0:
            van.give_back(NO_ITEM)
        elif kind == 1:
            van.borrow(member, NO_ITEM)
        elif kind == 2 and self.in_van:
            van.borrow(self.random.choice([STRANGER, BLOCKED, EXPIRED]), self.random.choice(self.in_van))
        elif kind == 3:
            van.borrow(member, self.random.choice([*NO_LOAN, *KEPT, *ON_LOAN[30:40]]))
        elif self.at_home.get(member):
            van.borrow(member, self.random.choice(self.at_home[member]))


def morning() -> datetime:
    """07.00 in Samarinda."""
    return datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
