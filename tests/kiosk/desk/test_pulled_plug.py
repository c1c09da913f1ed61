"""The plug is pulled at every named point, against a system that forgets: receipts are in the journal, effects are one.

The town's library goes on living while the kiosk is dead, as a server in another building does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.journal import Journal
from kiosk.circulation.port import Borrowed, PatronRef, Returned

SARI = PatronRef("A0001")
DESK = ("desk: asked", "desk: recorded", "desk: answered", "desk: promised", "desk: parked", "desk: written")
REPLAY = ("replay: looked", "replay: sending", "replay: answered", "replay: written")


class PulledPlugError(BaseException):
    """The power is gone: nothing may catch it."""


class Plug:
    """Pulls itself when the point is passed for the ``nth`` time."""

    def __init__(self, point: str, nth: int = 1) -> None:
        self.point, self.left = point, nth

    def __call__(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                raise PulledPlugError


def receipts(outcomes: list[Any]) -> int:
    return sum(isinstance(outcome, Borrowed | Returned) for outcome in outcomes)


def promised_or_done(journal: Journal) -> int:
    return sum(entry.promised or entry.state == "done" for entry in journal.entries())


@pytest.mark.parametrize("machine", ["same boot", "another boot"])
@pytest.mark.parametrize("with_rules", [True, False])
@pytest.mark.parametrize("fault", ["", "away", "silent before", "silent after", "late", "broken"])
@pytest.mark.parametrize("point", DESK + REPLAY)
def test_whatever_happens_and_wherever_it_dies(
    point: str, fault: str, with_rules: bool, machine: str, town: Any, rules: Any, clock: Any, journal_path: Path,
    make: Callable[..., Any],
) -> None:  # fmt: skip
    outcomes: list[Any] = []
    kiosk = make(rules if with_rules else None, point=Plug(point))
    try:
        town.fault = fault
        outcomes.append(kiosk.desk.checkout(SARI, "B1"))
        outcomes.append(kiosk.desk.checkout(SARI, "B2"))
        kiosk.tend(20)
        town.land()  # what was late comes within the quiet time
        kiosk.tend(100)
    except PulledPlugError:
        pass
    kiosk.journal.close()

    if machine == "another boot":
        clock.restart()
    kiosk = make(rules if with_rules else None)
    assert receipts(outcomes) <= promised_or_done(kiosk.journal)
    kiosk.desk.recover()
    town.land()
    kiosk.tend(600)
    assert kiosk.journal.verify() == []
    assert set(kiosk.states()) <= {"done", "refused", "conflict"}
    effects = Counter((effect.kind, effect.item) for effect in town.effects)
    assert all(count == 1 for count in effects.values()), effects
    assert not any(kind == "renew" for kind, _ in effects)
    for entry in kiosk.journal.entries("done"):
        assert effects["checkout", entry.item] == 1
    kiosk.journal.close()


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("point", REPLAY)
def test_a_replay_that_dies_again_and_again(
    point: str, nth: int, town: Any, rules: Any, clock: Any, make: Callable[..., Any]
) -> None:
    town.lend("A0009", "B1")
    rules.marks["B1"] = "20261207"
    kiosk = make(rules)
    town.up = False
    kiosk.desk.item("B1")
    kiosk.desk.checkin("B1")
    rules.marks.clear()
    for item in ("B1", "B2", "B3"):
        kiosk.desk.checkout(SARI, item)
    kiosk.desk.checkin("B2")
    kiosk.journal.close()
    town.up = True
    for _ in range(2):
        kiosk = make(rules, point=Plug(point, nth))
        try:
            kiosk.desk.recover()
            kiosk.tend(300)
        except PulledPlugError:
            clock.restart()
        kiosk.journal.close()
    kiosk = make(rules)
    kiosk.desk.recover()
    kiosk.tend(600)
    assert kiosk.states() == ["done"] * 5
    counts = Counter((effect.kind, effect.item) for effect in town.effects)
    assert counts == {
        ("checkout", "B1"): 2,
        ("checkin", "B1"): 1,
        ("checkout", "B2"): 1,
        ("checkin", "B2"): 1,
        ("checkout", "B3"): 1,
    }
    kiosk.journal.close()


@pytest.fixture
def make(journal_path: Path, clock: Any, kiosk_with: Callable[..., Any]) -> Callable[..., Any]:
    """A kiosk that has just been started, over the journal that is there."""

    def make_(rules: Any, **options: Any) -> Any:
        return kiosk_with(Journal.open(journal_path, kiosk="kiosk-1", clock=clock), rules, **options)

    return make_
