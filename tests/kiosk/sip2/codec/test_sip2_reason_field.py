"""A refusal as a field's text: read again it is the same, and nothing that comes over a wire breaks the reader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.port import Code, Refusal
from kiosk.circulation.sip2.codec import LONGEST
from kiosk.circulation.sip2.reason_field import read, write

NUMBERS = st.none() | st.integers(-(10**12) + 1, 10**12 - 1)
REFUSALS = st.builds(
    Refusal,
    st.sampled_from(Code),
    until=st.none() | st.dates(),
    until_time=st.none() | st.datetimes(timezones=st.just(UTC)),
    limit=NUMBERS,
    seen=NUMBERS,
    amount=NUMBERS,
)
KEYS = st.sampled_from(("until", "until_time", "limit", "seen", "amount", "colour", ""))


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (Refusal(Code.NOT_FOR_LOAN), "not-for-loan"),
        (Refusal(Code.HELD, until=date(2026, 11, 26)), "held until=2026-11-26"),
        (Refusal(Code.LIMIT, limit=3), "limit limit=3"),
        (Refusal(Code.FEES, amount=7500), "fees amount=7500"),
        (Refusal(Code.OVERDUE, seen=0), "overdue seen=0"),
        (
            Refusal(Code.PIN_LOCKED, until_time=datetime(2026, 11, 23, 1, 5, tzinfo=UTC), limit=3),
            "pin-locked until_time=2026-11-23T01:05:00+00:00 limit=3",
        ),
    ],
)
def test_how_it_is_written(refusal: Refusal, text: str) -> None:
    assert write(refusal) == text
    assert read(text) == refusal


@given(REFUSALS)
def test_what_was_written_reads_the_same_and_fits_into_a_field(refusal: Refusal) -> None:
    text = write(refusal)
    assert read(text) == refusal
    assert text.isascii()
    assert text.isprintable()
    assert "|" not in text
    assert len(text) < LONGEST


def test_the_system_s_own_words_are_left_out() -> None:
    assert write(Refusal(Code.OTHER, said="Nein | limit=4")) == "other"


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(Code.PIN_LOCKED, until_time=datetime(2026, 11, 23, 1, 5)),  # noqa: DTZ001 - names no moment
        Refusal(Code.PIN_LOCKED, until_time=datetime.max.replace(tzinfo=timezone(timedelta(hours=-8)))),
        Refusal(Code.PIN_LOCKED, limit=10**5000),
    ],
)
def test_what_cannot_be_written_is_left_out(refusal: Refusal) -> None:
    assert write(refusal) == "pin-locked"


def test_a_time_is_the_same_moment_wherever_it_was_written() -> None:
    there = datetime(2026, 11, 23, 9, 5, tzinfo=timezone(timedelta(hours=8)))
    assert write(Refusal(Code.PIN_LOCKED, until_time=there)) == "pin-locked until_time=2026-11-23T01:05:00+00:00"


@pytest.mark.parametrize("text", ["", " ", "HELD", "held\n", "helduntil=2026-11-26", "until=2026-11-26 held", "novel"])
def test_a_code_that_is_not_known_is_no_refusal(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "rest",
    [
        "colour=red",
        "until",
        "until=",
        "until=tomorrow",
        "until=2026-13-01",
        "until=20261126",
        "until_time=2026-11-23T01:05:00",
        "until_time=0001-01-01T00:00:00+08:00",
        "until_time=soon",
        "limit=three",
        "limit=٣",
        "limit=3_000",
        "limit=" + "9" * 5000,
        "= =",
    ],
)
def test_a_key_or_value_that_is_not_known_is_passed_over(rest: str) -> None:
    assert read(f"held {rest}") == Refusal(Code.HELD)
    assert read(f"held {rest} seen=2") == Refusal(Code.HELD, seen=2)


@given(
    st.text()
    | st.builds(
        lambda code, pairs: " ".join([code, *(f"{key}={value}" for key, value in pairs)]),
        st.sampled_from([code.value for code in Code]),
        st.lists(st.tuples(KEYS, st.text() | st.datetimes(timezones=st.timezones()).map(datetime.isoformat))),
    )
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read(text)
    assert found is None or read(write(found)) == found
