"""The same little library in dictionaries, twice: as a ``Circulation``, and as handlers of the package pysip2."""

from __future__ import annotations

from datetime import date
from typing import Any

import pysip2

from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Returned,
    Secret,
    SystemStatus,
)
from kiosk.circulation.probing import Copy, CopyStatus

_DUE = date(2027, 1, 15)
_NOW = "20261123    090000"


class MemoryLibrary:
    """What the benchmark's questions need, and no rules."""

    def __init__(self) -> None:
        self._lent: dict[str, str] = {}

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        return Patron(ref, "Patron", can_borrow=3)

    def item(self, item_id: str) -> Item | Refusal:
        return Item(item_id, "Title")

    def copy(self, item_id: str) -> Copy | Refusal:
        lent = item_id in self._lent
        return Copy(Item(item_id, "Title"), CopyStatus.CHARGED if lent else CopyStatus.AVAILABLE)

    def has_on_loan(self, ref: PatronRef, item_id: str) -> bool:
        return self._lent.get(item_id) == ref.number

    def quiet_seconds(self) -> float:
        return 0.0

    def checkout(self, op: str, ref: PatronRef, item_id: str) -> CheckoutOutcome:
        had = self._lent.setdefault(item_id, ref.number)
        item = Item(item_id, "Title")
        return Borrowed(item, _DUE) if had == ref.number else Refused(Refusal(Code.ON_LOAN), item)

    def checkin(self, op: str, item_id: str) -> CheckinOutcome:
        return Returned(Item(item_id, "Title"), again=self._lent.pop(item_id, None) is None)

    def status(self) -> SystemStatus:
        return SystemStatus(online=True)


def pysip2_server() -> pysip2.SIP2Server:
    """The package's server with the same answers."""
    app = pysip2.SIP2Server(encoding="utf-8", login_required=True)
    lent: dict[str, str] = {}

    @app.route(pysip2.LOGIN)
    async def login(_request: Any, _context: Any) -> Any:
        return pysip2.LoginResponse(ok="1")

    @app.route(pysip2.PATRON_STATUS)
    async def patron_status(request: Any, context: Any) -> Any:
        return pysip2.PatronStatusResponse(
            patron_status=" " * 14,
            language="000",
            transaction_date=context.now_18(),
            institution_id="SMD",
            patron_identifier=request.patron_identifier,
            personal_name="Patron",
            valid_patron="Y",
            valid_patron_password="Y",
            currency_type="IDR",
            fee_amount="0",
        )

    @app.route(pysip2.ITEM_INFORMATION)
    async def item_information(request: Any, context: Any) -> Any:
        return pysip2.ItemInformationResponse(
            circulation_status="04" if request.item_identifier in lent else "03",
            security_marker="00",
            fee_type="01",
            transaction_date=context.now_18(),
            item_identifier=request.item_identifier,
            title_identifier="Title",
            owner="SMD",
        )

    @app.route(pysip2.CHECKOUT)
    async def checkout(request: Any, context: Any) -> Any:
        mine = lent.setdefault(request.item_identifier, request.patron_identifier) == request.patron_identifier
        return pysip2.CheckoutResponse(
            ok="1" if mine else "0",
            renewal_ok="N",
            magnetic_media="U",
            desensitize="Y" if mine else "N",
            transaction_date=context.now_18(),
            institution_id="SMD",
            patron_identifier=request.patron_identifier,
            item_identifier=request.item_identifier,
            title_identifier="Title",
            due_date="20270115    235900",
        )

    @app.route(pysip2.CHECKIN)
    async def checkin(request: Any, context: Any) -> Any:
        lent.pop(request.item_identifier, None)
        return pysip2.CheckinResponse(
            ok="1",
            resensitize="Y",
            magnetic_media="U",
            alert="N",
            transaction_date=context.now_18(),
            institution_id="SMD",
            item_identifier=request.item_identifier,
            permanent_location="",
            title_identifier="Title",
            sort_bin="left",
        )

    return app
