"""Answers outlive everything that may still be asked again, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kiosk.circulation.library import changes, sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.offline.settings import OfflineSettings
from kiosk.circulation.port import Borrowed, PatronRef, Returned, Secret

ITEM = sample.LAYAR_TERKEMBANG
SARI = PatronRef(sample.SARI)


def use(library: EmbeddedLibrary, clock: Any, days: int, name: str = "day") -> None:
    """So many days on which one thing happens."""
    for number in range(days):
        clock.move(days=1)
        library.checkin(f"{name}-{number}", sample.SALAH_ASUHAN)


def test_an_answer_is_kept_for_ninety_days_of_use(library: EmbeddedLibrary, clock: Any) -> None:
    first = library.checkout("op-1", SARI, ITEM)
    use(library, clock, 90)
    assert library.checkout("op-1", SARI, ITEM) == first
    use(library, clock, 1, "later")
    assert not library.answered("op-1")
    assert library.answered("day-0")


def test_the_library_keeps_far_longer_than_a_kiosk_may_ask(library: EmbeddedLibrary) -> None:
    with library.store.reading() as db:
        kept = db.execute("SELECT keep_days FROM policy").fetchone()[0]
    assert kept > 10 * OfflineSettings().open_days


def test_days_on_which_nothing_happens_do_not_count(library: EmbeddedLibrary, clock: Any) -> None:
    library.checkout("op-1", SARI, ITEM)
    clock.move(days=3650)
    use(library, clock, 5)
    assert library.answered("op-1")


def test_a_clock_in_another_year_forgets_nothing(library: EmbeddedLibrary, clock: Any) -> None:
    library.checkout("op-1", SARI, ITEM)
    right = clock.at
    for boot in range(200):  # the same wrong year after every cold start
        clock.at = right.replace(year=2038) if boot % 2 else right - timedelta(days=1000)
        library.checkin(f"boot-{boot}", sample.SALAH_ASUHAN)
        clock.at = right
    assert library.answered("op-1")
    assert library.answered("boot-0")


def test_new_answers_are_never_numbered_like_old_ones(library: EmbeddedLibrary, clock: Any) -> None:
    changes.change_policy(library, {"keep_days": 30})
    use(library, clock, 40)
    clock.move(days=1)
    kept = library.checkin("op-last", sample.SALAH_ASUHAN)
    use(library, clock, 30, "again")
    assert library.checkin("op-last", sample.SALAH_ASUHAN) == kept
    use(library, clock, 1, "more")
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM answers").fetchone()[0] == 31


def test_an_operation_of_long_ago_is_judged_anew_and_not_doubled(library: EmbeddedLibrary, clock: Any) -> None:
    assert isinstance(library.checkout("op-1", SARI, ITEM), Borrowed)
    use(library, clock, 91)
    again = library.checkout("op-1", SARI, ITEM)
    assert isinstance(again, Borrowed)
    assert again.again
    assert isinstance(library.checkin("op-2", ITEM), Returned)


def test_wrong_tries_go_with_the_first_operation_of_a_later_day(library: EmbeddedLibrary, clock: Any) -> None:
    library.patron(PatronRef(sample.ANI), Secret("0000"))
    use(library, clock, 2)
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM pin_tries").fetchone()[0] == 0


@pytest.mark.parametrize("days", [1, 7])
def test_what_is_new_costs_no_operation_its_answer(library: EmbeddedLibrary, clock: Any, days: int) -> None:
    use(library, clock, days)
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM answers").fetchone()[0] == days
