"""Whether an item is on loan, as far as its security bit may depend on it."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.circulation.journal import Kind, Operation, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import Code, Item, PatronRef, Refusal, Unknown
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.whereabouts import Whereabouts, by_journal, by_system

OUT, IN, UNKNOWN = Whereabouts.ON_LOAN, Whereabouts.IN_LIBRARY, Whereabouts.UNKNOWN
SAID = {
    OUT: {CopyStatus.CHARGED, CopyStatus.CHARGED_NOT_RECALLABLE, CopyStatus.RECALLED},
    UNKNOWN: {CopyStatus.OTHER, CopyStatus.LOST, CopyStatus.MISSING, CopyStatus.CLAIMED_RETURNED},
}


@pytest.mark.parametrize("status", CopyStatus)
def test_only_a_plain_loan_is_on_loan_and_only_a_shelf_is_the_library(status: CopyStatus) -> None:
    expected = next((where for where, statuses in SAID.items() if status in statuses), IN)
    assert by_system(Copy(Item("B1", "a book"), status)) is expected


@pytest.mark.parametrize("answer", [None, Unknown("time-out"), Refusal(Code.UNKNOWN_ITEM)])
def test_without_an_answer_nobody_can_tell(answer: Any) -> None:
    assert by_system(answer) is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "promised", "state", "where"),
    [
        (Kind.CHECKOUT, True, State.PARKED, OUT),
        (Kind.CHECKIN, True, State.PARKED, IN),
        (Kind.CHECKOUT, False, State.UNKNOWN, UNKNOWN),
        (Kind.CHECKIN, False, State.UNKNOWN, UNKNOWN),
        (Kind.CHECKOUT, True, State.CONFLICT, UNKNOWN),
    ],
)
def test_what_was_promised_here_and_is_not_replayed_yet_comes_first(
    journal: Any, kind: Kind, promised: bool, state: State, where: Whereabouts
) -> None:
    journal.record(Operation("op-1", kind, PatronRef("A0001"), "B1", promised=promised), State.PARKED)
    if state is not State.PARKED:
        journal.move("op-1", state, via=(State.PROBING,))
    unsettled: list[Entry] = journal.unsettled()
    assert by_journal("B1", unsettled) is where
    assert by_journal("B2", unsettled) is None
