"""Weekly hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.weekly import NAMES, Week, parse, spans, write
from collector.errors import EditError


def test_english_and_indonesian_days_ranges_lists_and_dots() -> None:
    assert parse("mon-fri 08:00-16:00; sat,sun 09.00-12.00") == parse("Senin-Jumat 08.00-16.00; sab,min 09:00-12:00")
    week = parse("fri-mon 10:00-11:00")
    assert [bool(day) for day in week] == [True, False, False, False, True, True, True]


def test_several_spans_a_day_and_past_midnight() -> None:
    assert parse("fri 08:00-11:30 13:00-16:00, 20:00-02:00")[4] == ((480, 690), (780, 960), (1200, 1560))
    assert parse("sat 00:00-24:00")[5] == ((0, 1440),)
    assert parse("sat 22:00-00:00")[5] == ((1320, 1440),)


def test_days_that_nobody_names_are_closed() -> None:
    assert parse("mon closed; tue 08:00-16:00") == ((), ((480, 960),), (), (), (), (), ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no day is named"),
        ("8-16", "'8-16' is no day of the week"),
        ("mon", "a day without times"),
        ("mon 8-16", "'8' is no time of day"),
        ("mon 08:00", "'08:00' is no span"),
        ("mon 08:00-25:00", "'25:00' is no time of day"),
        ("mon 08:75-16:00", "'08:75' is no time of day"),
        ("mon 24:00-25:00", "is no time of day"),
        ("mon 24:00-01:00", "'24:00-01:00' is no span"),
        ("mon 08:00-12:00 11:00-16:00", "11:00-16:00 overlaps 08:00-12:00"),
        ("mon 08:00-16:00; mon 17:00-18:00", "mon is named twice"),
        ("mon 20:00-03:00; tue 02:00-10:00", "20:00-03:00 runs into those of tue"),
        ("sun 20:00-03:00; mon 02:00-10:00", "runs into those of mon"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(EditError) as error:
        parse(text)
    assert says in str(error.value)


@st.composite
def _weeks(draw: st.DrawFn) -> Week:
    """Spans that do not overlap, none past midnight but those that end in it."""
    week = []
    for _ in NAMES:
        marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        week.append(tuple((15 * a, 15 * b) for a, b in zip(marks[::2], marks[1::2], strict=False)))
    return tuple(week)


@given(_weeks())
def test_what_is_written_is_read_back(week: Week) -> None:
    assert parse(write(week)) == week


def test_closed_has_no_spans() -> None:
    assert spans("closed") == spans("tutup") == ()
