"""Our SIP2 client against a server that we did not write: the package pysip2 0.1.0, over TCP, in cp850, strict."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pysip2
import pytest
from pysip2 import models, routes

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import Borrowed, Code, Patron, PatronRef, Refusal, Refused, Renewed, Returned, Secret
from kiosk.circulation.probing import CopyStatus
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.profile import Profile, Verify
from kiosk.circulation.sip2.settings import Sip2Settings

NOW, DUE = "20261123    090000", date(2026, 12, 7)
SARI, PIN = PatronRef("P-001"), Secret("1234")
TITLES = {f"B-{n}": title for n, title in enumerate(["Pulang", "Café Größe", "Bumi Manusia"], 1)}
ZONE = ZoneInfo("Asia/Makassar")


@dataclass
class Shelf:
    """Who has what until when, for the handlers below."""

    loans: dict[str, tuple[str, date]] = field(default_factory=dict)
    fees: int = 5_000


def served_by(shelf: Shelf) -> pysip2.SIP2Server:
    """A server of the package's own, with one patron and three copies."""
    app = pysip2.SIP2Server(
        error_detection="required", institution_id="SMR", library_name="Perpustakaan", login_required=True
    )

    def lent(model: type[Any], request: Any, *, ok: bool, renewed: bool, said: str = "") -> Any:
        return model(
            ok="1" if ok else "0",
            renewal_ok="Y" if renewed else "N",
            magnetic_media="N",
            desensitize="Y" if ok else "N",
            transaction_date=NOW,
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
            item_identifier=request.item_identifier,
            title_identifier=TITLES.get(request.item_identifier, ""),
            due_date=f"{shelf.loans[request.item_identifier][1]:%Y%m%d}    235900" if ok else "",
            screen_message=(said,) if said else (),
        )

    @app.route(routes.LOGIN)
    def login(request: models.LoginRequest, context: Any) -> models.LoginResponse:
        return models.LoginResponse(
            ok="1" if (request.login_user_id, request.login_password) == ("kiosk", "rahasia") else "0"
        )

    @app.route(routes.PATRON_INFORMATION)
    def patron(request: models.PatronInformationRequest, context: Any) -> models.PatronInformationResponse:
        known = request.patron_identifier == "P-001"
        mine = tuple(item for item, (who, _) in shelf.loans.items() if who == request.patron_identifier)
        listed = request.summary[2] == "Y"
        return models.PatronInformationResponse(
            patron_status=" " * 14,
            language="000",
            transaction_date=NOW,
            hold_items_count="0000",
            overdue_items_count="0000",
            charged_items_count=f"{len(mine):04}",
            fine_items_count="0000",
            recall_items_count="0000",
            unavailable_holds_count="0000",
            institution_id="SMR",
            patron_identifier=request.patron_identifier,
            personal_name="Sari Déwi" if known else "",
            charged_items_limit="0005",
            valid_patron="Y" if known else "N",
            valid_patron_password="Y" if request.patron_password == "1234" else "N",
            currency_type="IDR",
            fee_amount=f"{shelf.fees}.00",
            charged_items=mine if listed else (),
        )

    @app.route(routes.ITEM_INFORMATION)
    def item(request: models.ItemInformationRequest, context: Any) -> models.ItemInformationResponse:
        number = request.item_identifier
        status = "04" if number in shelf.loans else "03" if number in TITLES else "01"
        return models.ItemInformationResponse(
            circulation_status=status,
            security_marker="00",
            fee_type="01",
            transaction_date=NOW,
            due_date=f"{shelf.loans[number][1]:%Y%m%d}    235900" if number in shelf.loans else None,
            item_identifier=number,
            title_identifier=TITLES.get(number, ""),
        )

    @app.route(routes.CHECKOUT)
    def checkout(request: models.CheckoutRequest, context: Any) -> models.CheckoutResponse:
        number = request.item_identifier
        if number not in TITLES or number in shelf.loans:
            return lent(models.CheckoutResponse, request, ok=False, renewed=False, said="Tidak bisa dipinjam")
        shelf.loans[number] = (request.patron_identifier, DUE)
        return lent(models.CheckoutResponse, request, ok=True, renewed=False)

    @app.route(routes.RENEW)
    def renew(request: models.RenewRequest, context: Any) -> models.RenewResponse:
        who, due = shelf.loans[request.item_identifier]
        shelf.loans[request.item_identifier] = (who, due + timedelta(days=14))
        return lent(models.RenewResponse, request, ok=True, renewed=True)

    @app.route(routes.CHECKIN)
    def checkin(request: models.CheckinRequest, context: Any) -> models.CheckinResponse:
        ended = shelf.loans.pop(request.item_identifier, None)
        return models.CheckinResponse(
            ok="1",
            resensitize="Y",
            magnetic_media="N",
            alert="N",
            transaction_date=NOW,
            institution_id=request.institution_id,
            item_identifier=request.item_identifier,
            permanent_location="Rak",
            title_identifier=TITLES[request.item_identifier],
            patron_identifier=ended[0] if ended else None,
        )

    @app.route(routes.FEE_PAID)
    def pay(request: models.FeePaidRequest, context: Any) -> models.FeePaidResponse:
        shelf.fees -= int(float(request.fee_amount))
        return models.FeePaidResponse(
            payment_accepted="Y",
            transaction_date=NOW,
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
        )

    @app.route(routes.END_PATRON_SESSION)
    def end(request: models.EndPatronSessionRequest, context: Any) -> models.EndSessionResponse:
        return models.EndSessionResponse(
            end_session="Y",
            transaction_date=NOW,
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
        )

    return app


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def port(shelf: Shelf) -> Iterator[int]:
    ports: list[int] = []
    ready, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        async with served_by(shelf).start() as port:
            ports.append(port)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield ports[0]
    stop.set()
    thread.join(20)


@pytest.fixture
def kiosk(port: int, tmp_path: Path) -> Iterator[SipCirculation]:
    kiosk = connected(port, tmp_path, "rahasia")
    yield kiosk
    kiosk.close()


def connected(port: int, folder: Path, password: str, **changes: object) -> SipCirculation:
    (folder / "password").write_text(password, encoding="utf-8")
    settings = Sip2Settings(
        host="127.0.0.1",
        port=port,
        tls="off",
        login="kiosk",
        password_file=str(folder / "password"),
        institution="SMR",
        answer_seconds=10.0,
    )
    profile = msgspec.structs.replace(Profile(encoding="cp850", verify=Verify.REQUIRE), **changes)
    return SipCirculation(settings, profile, clock=SystemClock(), zone=ZONE)


def test_status_is_read(kiosk: SipCirculation) -> None:
    status = kiosk.status()
    assert (status.online, status.name) == (True, "Perpustakaan")
    assert {"pay", "renew", "fees"} <= status.capabilities
    assert "holds" not in status.capabilities
    assert kiosk.quiet_seconds() == 30.0


def test_a_whole_visit(kiosk: SipCirculation, shelf: Shelf) -> None:
    patron = kiosk.patron(SARI, PIN)
    assert isinstance(patron, Patron)
    assert (patron.first_name, patron.can_borrow, patron.fees) == ("Sari", 5, 5_000)
    lent = kiosk.checkout("op-1", SARI, "B-2")
    assert isinstance(lent, Borrowed)
    assert (lent.item.title, lent.due) == ("Café Größe", DUE)
    assert kiosk.checkout("op-2", SARI, "B-2").again
    renewed = kiosk.renew("op-3", SARI, "B-2")
    assert isinstance(renewed, Renewed)
    assert renewed.due == DUE + timedelta(days=14)
    assert kiosk.has_on_loan(SARI, "B-2") is True
    assert kiosk.has_on_loan(SARI, "B-1") is False
    assert kiosk.copy("B-2").status is CopyStatus.CHARGED
    (loan,) = kiosk.patron(SARI, PIN).loans
    assert loan.item.title == "Café Größe"
    (each,) = kiosk.renew_all("op-4", SARI)
    assert isinstance(each, Renewed)
    assert kiosk.pay("op-5", SARI, 2_000) == 3_000
    back = kiosk.checkin("op-6", "B-2")
    assert isinstance(back, Returned)
    assert not back.again
    assert kiosk.checkin("op-7", "B-2").again
    kiosk.end_visit(SARI)
    assert shelf == Shelf({}, 3_000)
    assert kiosk.client.tally.doubts == 0
    assert kiosk.client.tally.connections == 1


def test_refusals_are_read(kiosk: SipCirculation, shelf: Shelf) -> None:
    shelf.loans["B-1"] = ("P-002", DUE)
    assert kiosk.patron(SARI, Secret("9999")) == Refusal(Code.NO_MATCH)
    assert kiosk.patron(PatronRef("P-404"), PIN) == Refusal(Code.NO_MATCH)
    assert kiosk.item("B-9") == Refusal(Code.UNKNOWN_ITEM)
    answer = kiosk.checkout("op", SARI, "B-1")
    assert isinstance(answer, Refused)
    assert answer.refusal == Refusal(Code.ON_LOAN, said="Tidak bisa dipinjam")


def test_a_wrong_login_is_told(port: int, tmp_path: Path) -> None:
    """It answers 940 and hangs up."""
    with pytest.raises(SystemAway, match="refused this kiosk's login"):
        connected(port, tmp_path, "salah").checkout("op", SARI, "B-1")


def test_a_status_before_the_login_is_told(port: int, tmp_path: Path) -> None:
    with pytest.raises(SystemAway, match="status_first"):
        connected(port, tmp_path, "rahasia", status_first=True).checkout("op", SARI, "B-1")


def test_a_message_it_has_no_handler_for_is_not_a_hang(kiosk: SipCirculation) -> None:
    answer = kiosk.hold("op", SARI, "B-1")
    assert isinstance(answer, Refused)
