"""PINs and the limit on wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.library import pins, sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import StaffRoom
from kiosk.circulation.port import Code, Patron, PatronRef, Refusal, Secret

ANI = PatronRef(sample.ANI)
RIGHT, WRONG = Secret(sample.ANI_PIN), Secret("0000")
UNKNOWN_CARD = PatronRef("A9999")


def test_a_hash_does_not_hold_the_pin_and_is_salted() -> None:
    one, two = pins.hash_pin(RIGHT), pins.hash_pin(RIGHT)
    assert one != two
    assert sample.ANI_PIN not in one.split("$")
    assert pins.pin_matches(RIGHT, one)
    assert not pins.pin_matches(WRONG, one)


def test_nobodys_pin_matches_nothing_and_costs_the_same() -> None:
    assert not pins.pin_matches(Secret(""), pins.NOBODYS_PIN)
    assert pins.NOBODYS_PIN.split("$")[:4] == pins.hash_pin(RIGHT).split("$")[:4]


@given(st.integers(0, 10_000))
def test_the_delay_grows_and_never_exceeds_a_day(wrong: int) -> None:
    assert pins.delay(wrong) <= pins.delay(wrong + 1) <= timedelta(days=1)
    assert bool(pins.delay(wrong)) == (wrong >= 3)


def test_the_pin_is_asked_for_only_where_there_is_one(library: EmbeddedLibrary) -> None:
    assert library.patron(ANI, None) == Refusal(Code.PIN_REQUIRED)
    assert isinstance(library.patron(PatronRef(sample.SARI), None), Patron)
    assert isinstance(library.patron(PatronRef(sample.SARI), WRONG), Patron)


def test_the_right_pin_opens_the_account(library: EmbeddedLibrary) -> None:
    patron = library.patron(ANI, RIGHT)
    assert isinstance(patron, Patron)
    assert patron.first_name == "Ani"


def test_unknown_card_and_wrong_pin_are_told_the_same(library: EmbeddedLibrary) -> None:
    answers = [[library.patron(ref, WRONG) for _ in range(5)] for ref in (ANI, UNKNOWN_CARD)]
    assert answers[0] == answers[1]
    assert [answer.code for answer in answers[0] if isinstance(answer, Refusal)] == [
        Code.NO_MATCH,
        Code.NO_MATCH,
        Code.PIN_LOCKED,
        Code.PIN_LOCKED,
        Code.PIN_LOCKED,
    ]
    assert library.patron(UNKNOWN_CARD, None) == Refusal(Code.NO_MATCH)


def test_unknown_card_and_wrong_pin_do_the_same_work(library: EmbeddedLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    scrypt = pins.hashlib.scrypt

    def counted(password: bytes, **rest: Any) -> bytes:
        hashed.append(rest["n"])
        return scrypt(password, **rest)

    monkeypatch.setattr(pins.hashlib, "scrypt", counted)
    library.patron(ANI, WRONG)
    library.patron(UNKNOWN_CARD, WRONG)
    assert hashed == [2**14, 2**14]


def test_a_locked_card_refuses_even_the_right_pin_until_the_time_it_names(library: EmbeddedLibrary, clock: Any) -> None:
    for _ in range(3):
        refused = library.patron(ANI, WRONG)
    until = clock.now() + timedelta(minutes=1)
    assert refused == Refusal(Code.PIN_LOCKED, until_time=until, limit=3)
    assert library.patron(ANI, RIGHT) == refused
    assert library.patron(ANI, None) == refused
    clock.move(minutes=1)
    assert isinstance(library.patron(ANI, RIGHT), Patron)


def test_each_further_wrong_try_doubles_the_delay(library: EmbeddedLibrary, clock: Any) -> None:
    for minutes in (0, 0, 1, 2, 4, 8):
        refusal = library.patron(ANI, WRONG)
        assert isinstance(refusal, Refusal)
        if minutes:
            assert refusal.until_time == clock.now() + timedelta(minutes=minutes)
        clock.move(minutes=minutes)


def test_a_restart_forgets_nothing(open_library: Callable[..., EmbeddedLibrary]) -> None:
    for _ in range(3):
        library = open_library()
        refused = library.patron(ANI, WRONG)
        library.close()
    assert isinstance(refused, Refusal)
    assert refused.code is Code.PIN_LOCKED
    assert open_library().patron(ANI, RIGHT) == refused


def test_two_kiosks_share_the_count(open_library: Callable[..., EmbeddedLibrary]) -> None:
    one, two = open_library(), open_library()
    one.patron(ANI, WRONG)
    two.patron(ANI, WRONG)
    refused = one.patron(ANI, WRONG)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.PIN_LOCKED


def test_the_try_is_on_the_disk_before_the_pin_is_looked_at(
    open_library: Callable[..., EmbeddedLibrary], monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: Any, **__: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pins.hashlib, "scrypt", power_cut)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                open_library().patron(ANI, WRONG)
    refused = open_library().patron(ANI, RIGHT)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.PIN_LOCKED


def test_the_right_pin_and_a_day_both_wipe_the_slate(library: EmbeddedLibrary, clock: Any) -> None:
    for wipe in (lambda: library.patron(ANI, RIGHT), lambda: clock.move(days=1, seconds=1)):
        library.patron(ANI, WRONG)
        library.patron(ANI, WRONG)
        wipe()
        assert library.patron(ANI, WRONG) == Refusal(Code.NO_MATCH)


def test_a_clock_set_back_does_not_lock_a_card_for_years(library: EmbeddedLibrary, clock: Any) -> None:
    for _ in range(3):
        library.patron(ANI, WRONG)
    clock.move(days=-3650)
    refused = library.patron(ANI, RIGHT)
    assert refused == Refusal(Code.PIN_LOCKED, until_time=clock.now() + timedelta(minutes=1), limit=3)
    clock.move(minutes=1)
    assert isinstance(library.patron(ANI, RIGHT), Patron)


def test_staff_can_unlock(library: EmbeddedLibrary) -> None:
    for _ in range(3):
        library.patron(ANI, WRONG)
    StaffRoom(library).unlock(sample.ANI)
    assert isinstance(library.patron(ANI, RIGHT), Patron)


def test_tries_do_not_name_the_card(library: EmbeddedLibrary) -> None:
    library.patron(PatronRef("6472011203990001"), WRONG)
    with library.store.reading() as db:
        assert "6472011203990001" not in str([tuple(row) for row in db.execute("SELECT * FROM pin_tries")])
