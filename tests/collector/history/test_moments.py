"""Days and times as people and programs write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.history.cells import Word, number
from collector.history.moments import Moment, Order, from_number, read, read_time
from collector.history.order import Undecided, settle

FIFTH = date(2025, 11, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-05", "2025/11/05", "2025.11.5", "20251105", "5 Nov 2025", "05-Nov-2025", "5-Nov-25", "Nov 5, 2025",
        "November 5th, 2025", "5 November 2025", "Rabu, 5 November 2025", "Wed 5 Nov 2025", "5 Nopember 2025",
        "Wednesday, November 5, 2025", "45966", "5th of November 2025", " 2025-11-05 ",
    ],
)  # fmt: skip
def test_a_day_in_many_dresses(text: str) -> None:
    assert [each.day for each in read(text)] == [FIFTH]


@pytest.mark.parametrize(
    ("text", "minute", "offset"),
    [
        ("2025-11-05T14:30:00", 870, None), ("2025-11-05 14:30:00.250", 870, None), ("5 Nov 2025 14.30", 870, None),
        ("2025-11-05T14:30:00Z", 870, 0), ("2025-11-05 14:30+08:00", 870, 480), ("2025-11-05 14:30 -0330", 870, -210),
        ("2025-11-05 14:30 WITA", 870, 480), ("5 Nov 2025 2:30 PM", 870, None), ("5 Nov 2025 12 AM", 0, None),
        ("20251105 1430", 870, None), ("20251105T143000Z", 870, 0), ("2025-11-05 pukul 14.30", 870, None),
        ("2025-11-05 24:00", 1440, None), ("45966.5", 720, None), ("1762353000", 870, 0), ("1762353000000", 870, 0),
    ],
)  # fmt: skip
def test_a_time_of_the_day(text: str, minute: int, offset: int | None) -> None:
    (found,) = read(text)
    assert (found.day, found.minute, found.offset) == (FIFTH, minute, offset)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "12", "2025-13-01", "31/02/2025", "2025-11-05 25:00", "2025-11-05 13:61", "5 Foo 2025", "May 2025",
     "1850-01-01", "Total", "2025-11-05 x", "13 PM", "2025-11-05 13 PM", "99999999999999999999"],
)  # fmt: skip
def test_what_is_surely_no_day_is_none(text: str) -> None:
    assert read(text) == ()


def test_two_numbers_may_be_either() -> None:
    one, other = read("05/11/2025")
    assert (one.day, one.order) == (FIFTH, Order.DAY_FIRST)
    assert (other.day, other.order) == (date(2025, 5, 11), Order.MONTH_FIRST)


def test_a_thirteenth_proves_its_order_and_a_weekday_decides() -> None:
    assert read("13/11/2025") == (Moment(date(2025, 11, 13), shows=Order.DAY_FIRST),)
    assert read("11/13/2025") == (Moment(date(2025, 11, 13), shows=Order.MONTH_FIRST),)
    assert [each.day for each in read("Rabu 05/11/2025")] == [FIFTH]
    assert [each.day for each in read("Sunday 05/11/2025")] == [date(2025, 5, 11)]
    assert [each.day for each in read("05/05/2025")] == [date(2025, 5, 5)]


@pytest.mark.parametrize(
    ("text", "start", "until"),
    [
        ("08:00", 480, None), ("8", 480, None), ("8am", 480, None), ("8-9", 480, 540), ("08.00 - 09.00", 480, 540),
        ("11-1 PM", 660, 780), ("9 - 10 am", 540, 600), ("23:00-00:00", 1380, 1440), ("8:30 AM to 9:30 AM", 510, 570),
        ("13 s/d 14", 780, 840), ("jam 7", 420, None),
    ],
)  # fmt: skip
def test_hours_with_and_without_an_end(text: str, start: int, until: int | None) -> None:
    assert read_time(text) == (start, until, None)


@pytest.mark.parametrize("text", ["", "lunch", "25", "10-9", "8:75", "25-26"])
def test_what_is_no_hour(text: str) -> None:
    assert read_time(text) is None


def test_numbers_that_are_no_days() -> None:
    assert from_number(12.0) == ()
    assert from_number(5e15) == ()


@given(st.text(max_size=40))
def test_any_text_is_read_or_not_but_never_breaks(text: str) -> None:
    read(text)
    read_time(text)
    number(text)


# -- a column of dates

FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y", "%d %b %Y", "%d.%m.%Y")


@given(st.integers(0, 3000), st.lists(st.integers(0, 4), min_size=40, max_size=60))
def test_formats_may_be_mixed_in_one_file(first: int, dresses: list[int]) -> None:
    days = [date(2018, 1, 1) + timedelta(days=first + n) for n in range(len(dresses))]
    column = [read(day.strftime(FORMATS[dress])) for day, dress in zip(days, dresses, strict=True)]
    settled = settle(column, None)
    assert [each.day for each in settled if each is not None] == days


def test_the_newest_first_is_an_order_too() -> None:
    days = [date(2025, 2, 12) - timedelta(days=n) for n in range(12)]
    settled = settle([read(day.strftime("%m/%d/%Y")) for day in days], None)
    assert [each.day for each in settled if each is not None] == days


def test_what_other_dates_prove_counts_where_time_does_not_tell() -> None:
    settled = settle([read("05/02/2025"), read("25/02/2025")], None)
    assert settled[0] is not None
    assert settled[0].day == date(2025, 2, 5)


def test_what_nothing_decides_is_not_guessed() -> None:
    with pytest.raises(Undecided) as undecided:
        settle([(), read("01/02/2025")], None)
    assert undecided.value.at == 1


def test_the_person_decides() -> None:
    column = [read("01/02/2025"), read("nonsense")]
    (first, second) = settle(column, Order.MONTH_FIRST)
    assert first is not None
    assert (first.day, second) == (date(2025, 1, 2), None)
    assert settle([], None) == []


# -- numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0", 0), ("12", 12), (" 1,234 ", 1234), ("1.234", 1234), ("1 234 567", 1_234_567), ("1'234", 1234),
        ("12.0", 12), ("12,00", 12), ('"42"', 42), (7, 7), (7.0, 7), ("+5", 5),
    ],
)  # fmt: skip
def test_numbers(cell: str | float, value: int) -> None:
    assert number(cell) == value


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        (None, Word.EMPTY), ("", Word.EMPTY), ("  ", Word.EMPTY), ("-", Word.UNKNOWN), ("n/a", Word.UNKNOWN),
        ("NA", Word.UNKNOWN), ("#REF!", Word.UNKNOWN), ("Gate broken", Word.UNKNOWN), ("rusak", Word.UNKNOWN),
        ("-1", Word.UNKNOWN), (-1, Word.UNKNOWN), (float("nan"), Word.UNKNOWN), ("Closed", Word.CLOSED),
        ("TUTUP (libur)", Word.CLOSED), ('"Gate Closed"', Word.CLOSED), ("about 40", Word.TEXT), ("12.5", Word.TEXT),
        (12.5, Word.TEXT), (-3, Word.TEXT), ("-3", Word.TEXT), (True, Word.TEXT), ("1e9", Word.TEXT),
        ("99999999999999", Word.TEXT), ("1,23", Word.TEXT), (1e20, Word.TEXT),
    ],
)  # fmt: skip
def test_words_instead_of_numbers(cell: str | float | None, word: Word) -> None:
    assert number(cell) is word
