"""A kiosk of ours over our server: what it hears is what the library behind says, only the words are made anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.circulation.counter import Done, Held
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Borrowed, Code, Patron, PatronRef, Refusal, Refused, Renewed, Returned, Secret
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.profile import load_profile
from kiosk.circulation.sip2.settings import Sip2Settings

FREE = sample.LAYAR_TERKEMBANG
SARI, ANI = PatronRef(sample.SARI), PatronRef(sample.ANI)


def op() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def kiosk(serve: Callable[..., Any], tmp_path: Path, clock: Any) -> Iterator[SipCirculation]:
    secret = tmp_path / "password"
    secret.write_text("rahasia-123\n")
    serving = serve(clock=clock)
    settings = Sip2Settings(
        host="127.0.0.1", port=serving.port, tls="off", login="kiosk-2", password_file=str(secret), answer_seconds=8.0
    )
    kiosk = SipCirculation(settings, load_profile("pustaka"), clock=clock, zone=ZoneInfo("Asia/Makassar"))
    yield kiosk
    kiosk.close()


def test_it_is_there_and_says_what_it_can(kiosk: SipCirculation) -> None:
    assert kiosk.status().online


@pytest.mark.parametrize(
    "number", [sample.SARI, sample.OVERDUE, sample.AT_LIMIT, sample.HOLD_WAITING, sample.HOLD_READY]
)
def test_a_patron_is_the_same_over_the_line(kiosk: SipCirculation, library: EmbeddedLibrary, number: str) -> None:
    here, there = library.patron(PatronRef(number), None), kiosk.patron(PatronRef(number), None)
    assert isinstance(here, Patron)
    assert isinstance(there, Patron)
    assert there.first_name == here.first_name
    assert [(loan.item.id, loan.due) for loan in there.loans] == [(loan.item.id, loan.due) for loan in here.loans]
    assert [(hold.title, hold.can_be_fetched) for hold in there.holds] == [
        (hold.title, hold.can_be_fetched) for hold in here.holds
    ]
    assert (there.fees, there.can_borrow) == (here.fees, here.can_borrow)
    assert there.blocked == here.blocked


def test_a_pin_over_the_line(kiosk: SipCirculation) -> None:
    assert kiosk.patron(ANI, None) == Refusal(Code.PIN_REQUIRED)
    wrong = kiosk.patron(ANI, Secret("0000"))
    assert isinstance(wrong, Refusal)
    assert wrong.code is Code.NO_MATCH
    assert isinstance(kiosk.patron(ANI, Secret(sample.ANI_PIN)), Patron)


def test_a_visit_over_the_line(kiosk: SipCirculation, library: EmbeddedLibrary, clock: Any) -> None:
    lent = kiosk.checkout(op(), SARI, FREE)
    assert isinstance(lent, Borrowed)
    assert library.has_on_loan(SARI, FREE)
    assert kiosk.has_on_loan(SARI, FREE) is True
    again = kiosk.checkout(op(), SARI, FREE)
    assert isinstance(again, Borrowed)
    assert again.again
    assert again.due == lent.due
    clock.move(days=2)
    renewed = kiosk.renew(op(), SARI, FREE)
    assert isinstance(renewed, Renewed)
    assert renewed.due > lent.due
    copy = kiosk.copy(FREE)
    assert isinstance(copy, Copy)
    assert (copy.status, copy.due) == (CopyStatus.CHARGED, renewed.due)
    back = kiosk.checkin(op(), FREE)
    assert isinstance(back, Returned)
    assert (back.again, back.held) == (False, False)
    held = kiosk.checkin(op(), sample.AWAITED_ITEM)
    assert isinstance(held, Returned)
    assert held.held


def test_the_same_operation_over_a_new_line_happens_once(
    kiosk: SipCirculation, library: EmbeddedLibrary, clock: Any
) -> None:
    kiosk.checkout(op(), SARI, FREE)
    clock.move(days=2)
    one = op()
    first = kiosk.renew(one, SARI, FREE)
    kiosk.close()
    assert kiosk.renew(one, SARI, FREE) == first
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) AS n FROM renewals").fetchone()["n"] == 1


@pytest.mark.parametrize(
    ("number", "item"),
    [
        (sample.BLOCKED, FREE),
        (sample.EXPIRED, FREE),
        (sample.SARI, sample.ON_LOAN_ITEMS[0]),
        (sample.SARI, sample.HELD_ITEM),
        (sample.SARI, sample.REFERENCE_ITEM),
        (sample.SARI, "B99999"),
        (sample.AT_LIMIT, FREE),
    ],
)
def test_a_no_stays_a_no(kiosk: SipCirculation, library: EmbeddedLibrary, number: str, item: str) -> None:
    assert isinstance(kiosk.checkout(op(), PatronRef(number), item), Refused)
    assert isinstance(library.checkout(op(), PatronRef(number), item), Refused)


def test_money_and_holds_over_the_line(kiosk: SipCirculation, library: EmbeddedLibrary) -> None:
    with library.store.writing() as db:
        db.execute(
            "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')", [SARI.number]
        )
    assert kiosk.fees(SARI) == 5000
    assert kiosk.pay(op(), SARI, 2000) == 3000
    assert isinstance(kiosk.pay(op(), SARI, 9000), Refused)
    held = kiosk.hold(op(), SARI, sample.ON_LOAN_ITEMS[0])
    assert isinstance(held, Held)
    assert held.queue == 1
    assert isinstance(kiosk.cancel_hold(op(), SARI, sample.ON_LOAN_ITEMS[0]), Done)
    assert isinstance(kiosk.block_patron(op(), SARI, "lost"), Done)
    assert isinstance(kiosk.checkout(op(), SARI, FREE), Refused)
    assert isinstance(kiosk.enable_patron(op(), SARI), Done)
    assert isinstance(kiosk.checkout(op(), SARI, FREE), Borrowed)
