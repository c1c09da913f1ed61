"""What a receipt says: the library, the moment, and the books. No member number, no name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.session.model import Mode, Phase, Row


@dataclass(frozen=True, slots=True)
class Lent:
    """A book that was borrowed. ``due`` is ``None`` where the library system did not tell it; ``estimated``: the date
    is by offline rules."""

    title: str
    due: date | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """``when`` is aware and in the library's zone. ``unsure`` are books whose answer is still awaited."""

    library: str
    when: datetime
    lent: tuple[Lent, ...] = ()
    returned: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing happened that a patron would want in writing."""
        return not (self.lent or self.returned or self.unsure)


def receipt(rows: Iterable[Row], library: str, when: datetime) -> Receipt:
    """The receipt of a visit, in the order in which the books were handled; an unknown title is its label's number."""
    lent, returned, unsure = [], [], []
    for row in sorted(rows, key=lambda row: row.changed):
        title = row.title or row.key
        done = row.phase in (Phase.BORROWED, Phase.RETURNED, Phase.PUT_BACK)
        if done and row.mode is Mode.BORROW:
            lent.append(Lent(title, row.due, row.estimated))
        elif done and row.mode is Mode.RETURN:
            returned.append(title)
        elif row.phase in (Phase.UNSURE, Phase.LATE, Phase.WAITING):
            unsure.append(title)
    return Receipt(library, when, tuple(lent), tuple(returned), tuple(unsure))
