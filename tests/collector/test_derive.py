"""Quarter hours become the library's own days and hours."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from ledger_rows import T0, count, payload

from collector.derive.local import By, Door, bucket, loans, span, visits
from collector.ingest import Message, sort
from collector.store.placing import Place, place
from collector.store.port import LostPassages, QuarterHour, TransactionCount
from devices.contract import ROOT, Anchor, Row

WITA = ZoneInfo("Asia/Makassar")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def quarter(start: int, into: int = 1, device: str = "pintu-1", est: int = 0) -> QuarterHour:
    return QuarterHour("kota", device, start, 1, into, 2, 3, 0, 0, est, 0)


def row(**change: object) -> Row:
    (record,) = sort([Message(f"{ROOT}/a/b/records", payload({**count(1), **change}), False, 1)]).records
    assert record.row is not None
    return record.row


def test_a_day_is_the_librarys_own() -> None:
    start, end = span(date(2026, 11, 19), date(2026, 11, 19), WITA)
    assert (end - start, start % (24 * HOUR)) == (24 * HOUR, 16 * HOUR)  # midnight in Samarinda is 16.00 UTC


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_days_with_a_clock_change_have_23_or_25_hours(day: date, hours: int) -> None:
    start, end = span(day, day, BERLIN)
    buckets = {bucket(ms, BERLIN, By.HOUR) for ms in range(start, end, 900_000)}
    assert len(buckets) == hours
    assert len({bucket(ms, BERLIN, By.DAY) for ms in range(start, end, 900_000)}) == 1


def test_totals_are_the_sum_of_doors_and_of_buckets() -> None:
    found = visits([quarter(T0, 2), quarter(T0 + 900_000, 3), quarter(T0, 4, "pintu-2")], [], WITA, By.QUARTER)
    assert found.total.into == 9 == sum(door.into for door in found.doors.values())
    assert found.total.into == sum(p.into for doors in found.buckets.values() for p in doors.values())
    assert len(found.buckets) == 2


def test_lost_passages_belong_to_the_door_but_to_no_hour() -> None:
    found = visits([quarter(T0, 2, est=1)], [LostPassages("kota", "pintu-1", T0, T0 + 1, 5, 4)], WITA, By.HOUR)
    door = found.doors[Door("kota", "pintu-1")]
    assert (door.into, door.untimed_in, door.estimated_in) == (7, 5, 1)
    assert sum(p.into for doors in found.buckets.values() for p in doors.values()) == 2


def test_operations_by_kiosk_and_refusals_by_code() -> None:
    found = loans(
        [
            TransactionCount("kota", "k1", T0, "checkout", "done", "", 3),
            TransactionCount("kota", "k2", T0, "checkout", "done", "", 2),
            TransactionCount("kota", "k2", T0, "checkout", "refused", "limit", 1),
        ],
        WITA,
        By.DAY,
    )
    assert (found.total.done("checkout"), found.total.refusals) == (5, {"limit": 1})
    assert found.kiosks[Door("kota", "k2")].counts == {("checkout", "done"): 2, ("checkout", "refused"): 1}


def test_a_trusted_time_is_used_as_it_is() -> None:
    own = count(1)
    assert place(row(), T0 + HOUR, []) == Place(own["t0"], own["t1"], False)  # type: ignore[arg-type]


def test_the_nearest_anchor_dates_a_row_that_did_not_know() -> None:
    anchors = [Anchor(bt=10_000_000, utc=T0 + 9 * HOUR, err=1), Anchor(bt=70_000, utc=T0, err=1)]
    at = place(row(t0=None, t1=None, clk="none"), T0 + 10 * HOUR, anchors)
    assert at == Place(T0 - 10_000, T0 + 49_000, False)


@pytest.mark.parametrize("t0", [5, T0 + 30 * HOUR])
def test_a_clock_that_cannot_be_right_is_not_believed(t0: int) -> None:
    assert place(row(t0=t0, t1=t0 + 1), T0, []) == Place(T0, T0, True)


def test_an_estimate_of_the_device_is_better_than_the_arrival() -> None:
    assert place(row(clk="estimated"), T0 + HOUR, []).estimated
    assert place(row(clk="estimated"), T0 + HOUR, []).start == count(1)["t0"]


def test_one_of_the_two_times_is_enough() -> None:
    assert place(row(t0=None), T0 + HOUR, []).start == count(1)["t1"]
