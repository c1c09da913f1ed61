"""Dates: what we write, and everything that systems write as a due date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.circulation.sip2.dates import due_day, parse_date, sip_date
from kiosk.circulation.sip2.errors import UnsafeValue

SAMARINDA = ZoneInfo("Asia/Makassar")
EVENING = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def local(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def test_local_time_has_four_blanks() -> None:
    assert sip_date(EVENING, "", SAMARINDA) == "20261123    020000"


def test_utc_has_three_blanks_and_a_z() -> None:
    assert sip_date(EVENING, "Z", SAMARINDA) == "20261122   Z180000"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(UnsafeValue, match="time zone"):
        sip_date(local(2026, 11, 22), "", SAMARINDA)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnsafeValue, match="'Z' for UTC"):
        sip_date(EVENING, "WITA", SAMARINDA)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20261122    180000", local(2026, 11, 22, 18)),
        (" 20261122    180000 ", local(2026, 11, 22, 18)),
        ("20261122   Z180000", EVENING),
        # ANSI X3.43: Q is Atlantic standard time, four hours behind UTC; H is eight hours before it.
        ("20261122   Q180000", datetime(2026, 11, 22, 18, tzinfo=timezone(timedelta(hours=-4)))),
        ("20261122   H180000", datetime(2026, 11, 22, 18, tzinfo=timezone(timedelta(hours=8)))),
        ("20261122", date(2026, 11, 22)),
        ("20261122          ", date(2026, 11, 22)),
        ("20261122    240000", date(2026, 11, 22)),
        ("20261122   J180000", date(2026, 11, 22)),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22 18:00", local(2026, 11, 22, 18)),
        ("2026-11-22T18:00:00", local(2026, 11, 22, 18)),
        ("2026-11-22T18:00:00.123", local(2026, 11, 22, 18, 0, 0, 123000)),
        ("2026-11-22T18:00:00Z", EVENING),
        ("2026-11-23T02:00:00+08:00", EVENING),
        ("2026-11-23T02:00:00+0800", EVENING),
        ("2026-11-22T25:00:00", date(2026, 11, 22)),
    ],
)
def test_stamps_and_iso_dates_are_read(text: str, found: date) -> None:
    read = parse_date(text)
    assert read == found
    assert type(read) is type(found)


@pytest.mark.parametrize(
    "text",
    ["", " " * 18, "soon", "20261322    180000", "20260230", "2026-02-30", "2026-02-30T10:00", "22/11/2026", "٢٠٢٦١١٢٢",
     "2026-W47-7", "00000000    000000", "202611221", "2026-11-22 and more"],
)  # fmt: skip
def test_what_is_no_date_for_sure_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_due_day_is_the_day_in_the_librarys_zone() -> None:
    assert due_day("20261122   Z180000", (), SAMARINDA) == date(2026, 11, 23)
    assert due_day("20261122    235900", (), SAMARINDA) == date(2026, 11, 22)
    assert due_day("2026-11-22", (), SAMARINDA) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("22/11/2026", "%d/%m/%Y"),
        ("11-22-26 ", "%m-%d-%y"),
        ("22 November 2026", "%d %B %Y"),
        ("Sun 22 Nov 2026 23:59", "%a %d %b %Y %H:%M"),
    ],
)
def test_a_configured_pattern_is_read(text: str, pattern: str) -> None:
    assert due_day(text, ("%Y.%m.%d", pattern), SAMARINDA) == date(2026, 11, 22)


def test_indonesian_month_names_are_read() -> None:
    patterns = ("%d %B %Y", "%d %b %Y")
    assert due_day("17 Agustus 2026", patterns, SAMARINDA) == date(2026, 8, 17)
    assert due_day("17 mei 2026", patterns, SAMARINDA) == date(2026, 5, 17)
    assert due_day("24 Des 2026", patterns, SAMARINDA) == date(2026, 12, 24)


def test_plain_text_has_no_day() -> None:
    assert due_day("Ask at the desk", ("%d/%m/%Y",), SAMARINDA) is None
    assert due_day("22/11/2026 or so", ("%d/%m/%Y",), SAMARINDA) is None
    assert due_day("2" * 1000, ("%Y",), SAMARINDA) is None


@pytest.mark.parametrize("pattern", ["%d/%m", "%", "%Q %Y", "%Y %(", "", "%Y %Y", "%Y\0"])
def test_a_pattern_that_cannot_name_a_day_finds_nothing(pattern: str) -> None:
    assert due_day("22/11", (pattern,), SAMARINDA) is None


@pytest.mark.parametrize("text", ["99991231   Y235959", "00010101   M000000"])
def test_the_ends_of_the_calendar_are_no_error(text: str) -> None:
    assert due_day(text, (), SAMARINDA) in (date(9999, 12, 31), date(1, 1, 1))


MOMENTS = st.datetimes(
    min_value=local(1970, 1, 1), max_value=local(9999, 1, 1), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))  # fmt: skip


@settings(deadline=None)
@given(MOMENTS)
def test_a_stamp_is_read_as_the_moment_it_was(moment: datetime) -> None:
    assert parse_date(sip_date(moment, "Z", SAMARINDA)) == moment
    there = parse_date(sip_date(moment, "", SAMARINDA))
    assert isinstance(there, datetime)
    assert there == moment.astimezone(SAMARINDA).replace(tzinfo=None)


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.text("0123456789 -:TZ.+/", max_size=30),
    st.lists(st.text(max_size=10) | st.text("%YmdBby:/ ", max_size=12), max_size=3),
)
def test_reading_is_total(text: str, formats: list[str]) -> None:
    found = due_day(text, formats, SAMARINDA)
    assert found is None or type(found) is date
