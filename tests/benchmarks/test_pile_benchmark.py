"""The pile's benchmark: its limit is that of the sums on paper, and a pile that was read wrongly is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from benchmarks.naive_pad import NaivePad
from benchmarks.pile import Laid, Pile
from devices.emulators.desks import DESKS
from devices.emulators.field import TagState
from devices.rfid.reader import PadReader


@pytest.fixture
def pile(tmp_path: Path) -> Iterator[Pile]:
    made = Pile("m3", tmp_path, Random(1), 0.0, books=2)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("protocol", "everything", "alarms"),
    [("m3", 0.64, 0.56)],  # 3M at 19200 without lock bytes; AFI of ten written, and asked for
)
def test_the_limit_is_that_of_the_time_budget_on_paper(
    protocol: str, everything: float, alarms: float, tmp_path: Path
) -> None:
    whole = Pile(protocol, tmp_path, Random(1), 0.0)
    whole.close()
    assert whole.limit.all == pytest.approx(everything, rel=0.05)
    assert whole.limit.alarms == pytest.approx(alarms, rel=0.05)
    assert whole.limit.first < whole.limit.all / 2


@pytest.mark.parametrize("driver", [PadReader, NaivePad])
def test_a_pile_is_read_and_its_alarms_switched(pile: Pile, driver: type[PadReader] | type[NaivePad]) -> None:
    side = pile.side("driver", driver)
    for _ in range(2):  # once off, once on
        side.before()
        laid = side.run()
        assert side.check(laid) == ""
        assert 0 < laid.first < laid.all
        assert laid.alarms > 0


def test_an_alarm_that_is_not_what_was_reported_is_wrong(pile: Pile) -> None:
    """The naive driver reads back, too; so the tag changes its mind afterwards."""
    side = pile.side("driver", PadReader)
    side.before()
    laid = side.run()
    pile._armed = not pile._armed
    named = pile.books
    assert side.check(laid) == ""
    assert "not what was reported" in pile._wrong(named, dict.fromkeys(named, True))


def test_a_wrong_name_or_an_alarm_not_written_is_wrong(pile: Pile) -> None:
    named = pile.books
    first = next(iter(named))
    assert "read" in pile._wrong(named | {first: "BK9999"}, dict.fromkeys(named, True))
    assert first in pile._wrong(named, dict.fromkeys(named, True) | {first: False})


def test_slower_is_slower_in_every_figure() -> None:
    assert Laid(1, 2, 3, 4, "").slower(0.5).told() == {"first": 1.5, "all": 3, "alarms": 4.5, "still": 6}


def test_a_desk_tells_an_armed_tag_from_another() -> None:
    desk = DESKS["m3"]
    assert [desk.armed(TagState(uid="E004010031230A01", afi=afi)) for afi in (0x07, 0xC2, 0x55)] == [True, False, None]
