"""Cells as people and other systems write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.library.transfer import values
from kiosk.circulation.library.transfer.values import BadValue


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22", "2026/11/22", "22/11/2026", "22-11-2026", "22.11.2026", "22 November 2026", "22 nov 2026",
        "Minggu, 22 November 2026", "22-Nov-2026", "22 Nopember 2026", "2026-11-22 08:30:00", "2026-11-22T08:30:00Z",
        "22/11/2026 14.45",
    ],
)  # fmt: skip
def test_one_day_in_many_ways(written: str) -> None:
    assert values.day(written) == "2026-11-22"


@pytest.mark.parametrize(
    ("month", "number"),
    [("Januari", 1), ("Pebruari", 2), ("Maret", 3), ("Mei", 5), ("Juli", 7), ("Agustus", 8), ("Okt", 10), ("Des", 12)],
)
def test_months_have_indonesian_names(month: str, number: int) -> None:
    assert values.day(f"3 {month} 2027") == date(2027, number, 3).isoformat()


def test_mysqls_empty_date_is_no_date() -> None:
    assert values.day("0000-00-00") is None
    assert values.day("0000-00-00 00:00:00") is None


@pytest.mark.parametrize("written", ["31/02/2026", "11/22/2026", "besok", "22/11/26", "2026-13-01", "22 Foo 2026", "5"])
def test_what_is_no_day_is_said_with_examples(written: str) -> None:
    with pytest.raises(BadValue, match="22/11/2026"):
        values.day(written)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_comes_back_in_both_orders(day: date) -> None:
    assert values.day(day.isoformat()) == day.isoformat()
    assert values.day(f"{day.day}/{day.month}/{day.year}") == day.isoformat()


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_kept_in_utc(at: datetime) -> None:
    if at.year in (1, 9999):
        return
    kept = values.moment(at.isoformat())
    assert abs(datetime.fromisoformat(kept) - at) < timedelta(milliseconds=1)
    assert kept.endswith("+00:00")
    assert values.moment(kept) == kept


def test_a_bare_day_is_a_moment_too() -> None:
    assert values.moment("22/11/2026") == "2026-11-22T00:00:00.000+00:00"
    with pytest.raises(BadValue):
        values.moment("0000-00-00")
    with pytest.raises(BadValue):
        values.moment("now")


@pytest.mark.parametrize(
    ("written", "rupiah"),
    [
        ("45000", 45000), ("Rp45.000", 45000), ("Rp 45.000,-", 45000), ("45.000,00", 45000), ("45,000.00", 45000),
        ("45000.00", 45000), ("1.500", 1500), ("IDR 2.000.000", 2_000_000), ("0", 0), ("-5000", -5000),
    ],
)  # fmt: skip
def test_rupiah_with_and_without_dots(written: str, rupiah: int) -> None:
    assert values.rupiah(written) == rupiah


@pytest.mark.parametrize("written", ["45.5", "12,34", "1.00.000", "gratis", "--5", "9" * 17, "$5"])
def test_what_is_no_rupiah(written: str) -> None:
    with pytest.raises(BadValue):
        values.rupiah(written)


def test_a_price_is_not_negative() -> None:
    with pytest.raises(BadValue):
        values.cost("-1")


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_are_read_as_they_are(amount: int) -> None:
    assert values.rupiah(str(amount)) == amount


@pytest.mark.parametrize(("written", "flag"), [("ya", 1), ("Y", 1), ("1", 1), ("TRUE", 1), ("tidak", 0), ("0", 0)])
def test_yes_and_no_in_two_languages(written: str, flag: int) -> None:
    assert values.flag(written) == flag


def test_neither_yes_nor_no() -> None:
    with pytest.raises(BadValue, match="yes or no"):
        values.flag("mungkin")


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Tersedia", "available"), ("0", "available"), ("Repair", "repair"), ("R", "repair"), ("MIS", "lost"),
        ("Hilang", "lost"), ("No Loan", "no-loan"), ("NL", "no-loan"), ("Missing", "lost"), ("withdrawn", "withdrawn"),
    ],
)  # fmt: skip
def test_statuses_of_other_systems(written: str, status: str) -> None:
    assert values.status(written) == status


def test_a_status_nobody_knows() -> None:
    with pytest.raises(BadValue, match="available, repair"):
        values.status("entah")


@pytest.mark.parametrize(("written", "year"), [("2005", 2005), ("c2005", 2005), ("[2005]", 2005), ("s.a.", None)])
def test_years_as_cataloguers_write_them(written: str, year: int | None) -> None:
    assert values.year(written) == year


def test_a_year_of_five_digits() -> None:
    with pytest.raises(BadValue):
        values.year("20055")


@pytest.mark.parametrize("written", ["A|B", "A\x00", "A\rB", "x" * 65, "A\u2028B"])
def test_a_number_goes_over_any_wire(written: str) -> None:
    with pytest.raises(BadValue, match=r"without '\|'"):
        values.number(written)


def test_text_stays_on_one_line() -> None:
    assert values.text("  Laskar\r\n Pelangi\t2 ") == "Laskar Pelangi 2"
    for bad in ("a\x00b", "x" * 1001):
        with pytest.raises(BadValue):
            values.text(bad)


def test_a_tag_has_sixteen_hex_digits() -> None:
    assert values.tag("e0:04:01:00:1a:2b:3c:4d") == "E00401001A2B3C4D"
    with pytest.raises(BadValue):
        values.tag("B00130")


def test_a_count_has_bounds() -> None:
    assert values.count(1, 99)("12") == 12
    for bad in ("0", "100", "1.5", "-1", "٣"):
        with pytest.raises(BadValue, match="1 to 99"):
            values.count(1, 99)(bad)


def test_a_pin_is_digits_or_a_hash() -> None:
    hashed = f"scrypt$16384$8$1${'0' * 32}${'a' * 64}"
    assert values.pin("2580") == "2580"
    assert values.pin(hashed) == hashed
    for bad in ("12", "abcd", "scrypt$1$1$1$00$00", "1" * 13):
        with pytest.raises(BadValue):
            values.pin(bad)


@given(st.text(max_size=30))
def test_no_cell_makes_anything_else_than_a_value_or_a_sentence(cell: str) -> None:
    cell = cell.strip()
    if not cell:
        return
    for read in (
        values.number, values.text, values.day, values.moment, values.flag, values.status, values.year, values.rupiah,
        values.cost, values.tag, values.pin, values.count(0, 9),
    ):  # fmt: skip
        with suppress(BadValue):
            read(cell)
