"""The kiosk dies at every step between the question and the crossing out: the list is complete afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gate_support import BOOKS, UIDS, Bench, PulledPlugError

from kiosk.circulation.library.sample import LAYAR_TERKEMBANG, ON_LOAN_ITEMS, SARI
from kiosk.circulation.port import PatronRef, Unknown
from kiosk.session.gate import AGAIN_MOST_S, AGAIN_S
from kiosk.session.model import Stuck

STEPS = [
    "before security_ask", "after security_ask", "desk: asked", "desk: recorded", "desk: answered", "desk: written",
    "before security_want", "after security_want", "before the write", "after the write", "before security_done",
    "after security_done",
]  # fmt: skip


@pytest.mark.parametrize("action", ["checkout", "checkin"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_the_kiosk_dies_at_every_wrong_bit_is_on_the_list(tmp_path: Path, step: str, action: str) -> None:
    tags = dict.fromkeys(UIDS, action == "checkout")  # right before the visit
    first = Bench(tmp_path, step, tags)
    with pytest.raises(PulledPlugError):
        first.visit(action)
    first.close()
    again = Bench(tmp_path, tags=tags)
    again.settle()
    lent = again.on_loan(action)
    wrong = {uid for uid, armed in tags.items() if armed is lent}
    assert wrong <= again.journal.security_wanted().keys()
    if step in ("before security_ask", "after security_ask", "desk: asked"):
        assert again.journal.security_wanted() == {}  # nothing came of it, and nobody is sent to look
    for uid in UIDS:  # the book is seen again
        again.gate.lies(uid, BOOKS[action])
    assert tags == dict.fromkeys(UIDS, not lent)
    assert again.journal.security_wanted() == {}
    again.close()


@pytest.mark.parametrize("action", ["checkout", "checkin"])
def test_an_answer_that_never_came_puts_the_tags_on_the_list_when_a_look_shows_that_it_happened(
    tmp_path: Path, action: str
) -> None:
    bench = Bench(tmp_path)
    real = getattr(bench.library, action)

    def silent(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise ConnectionError

    setattr(bench.library, action, silent)
    bench.visit(action)
    assert bench.tags == {}  # not known is not yes
    assert bench.journal.security_wanted() == {}
    bench.gate.tend()
    bench.close()
    again = Bench(tmp_path)  # a new line to the library, which remembers
    again.settle()
    assert [entry.state for entry in again.journal.entries()] == ["done"]
    assert again.journal.security_wanted() == dict.fromkeys(UIDS, action == "checkin")
    again.close()


def test_a_refusal_leaves_nothing_behind(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.gate.checkout(1, PatronRef(SARI), ON_LOAN_ITEMS[0], UIDS)
    assert bench.journal.security_wanted() == {}
    assert bench.journal.security_settle() == 0
    bench.close()


def test_a_journal_that_cannot_take_the_tags_asks_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    bench.journal.security_ask = full  # type: ignore[method-assign, assignment]
    assert bench.gate.checkout(1, PatronRef(SARI), LAYAR_TERKEMBANG, UIDS) == Unknown("journal")
    assert bench.journal.entries() == []
    assert not bench.on_loan("checkout")
    bench.close()


# --- tried again --------------------------------------------------------------------------------------------------


def borrowed_but_stuck(folder: Path, stuck: Stuck) -> Bench:
    bench = Bench(folder)
    bench.refuses = stuck
    for uid in UIDS:
        bench.gate.lies(uid, LAYAR_TERKEMBANG)
    bench.visit("checkout")
    bench.written.clear()
    return bench


def test_a_tag_that_does_not_take_its_value_is_tried_less_and_less_often(tmp_path: Path) -> None:
    bench = borrowed_but_stuck(tmp_path, Stuck.MOVE)
    bench.gate.left(UIDS[1])
    times = []
    for _ in range(8):
        bench.now += bench.gate.tend()
        bench.gate.tend()
        times.append(bench.now)
    waits = [after - before for before, after in zip([0.0, *times], times, strict=False)]
    assert waits[:4] == [AGAIN_S, 2 * AGAIN_S, 4 * AGAIN_S, 8 * AGAIN_S]
    assert waits[-1] == AGAIN_MOST_S
    assert bench.written == [(UIDS[0], False)] * 8  # the other one has left
    bench.refuses = None
    bench.now += AGAIN_MOST_S
    bench.gate.tend()
    assert bench.tags == {UIDS[0]: False}
    assert bench.journal.security_wanted() == {UIDS[1]: False}
    bench.close()


@pytest.mark.parametrize("stuck", [Stuck.LOCKED, Stuck.LEFT, Stuck.READER])
def test_what_time_does_not_mend_waits_for_the_tag_to_be_laid_down_again(tmp_path: Path, stuck: Stuck) -> None:
    bench = borrowed_but_stuck(tmp_path, stuck)
    bench.now += 10 * AGAIN_MOST_S
    bench.gate.tend()
    assert bench.written == []
    bench.gate.lies(UIDS[0], LAYAR_TERKEMBANG)
    assert bench.written == [(UIDS[0], False)]
    bench.close()


def test_a_list_that_is_read_before_the_crossing_out_does_not_bring_the_wish_back(tmp_path: Path) -> None:
    bench = borrowed_but_stuck(tmp_path, Stuck.LEFT)
    jobs: list[Callable[[], None]] = []
    bench.gate._submit = lambda _, job: jobs.append(job)
    for uid in UIDS:
        bench.gate.written(uid, False, True, Stuck.LEFT)
    bench.gate.tend()  # the file still has both
    for job in jobs:
        job()
    bench.gate.tend()
    assert bench.journal.security_wanted() == {}
    bench.gate.lies(UIDS[0], LAYAR_TERKEMBANG)
    assert bench.written == []
    bench.close()
