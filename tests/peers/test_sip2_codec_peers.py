"""The SIP2 codec against two that we did not write: the programs pysip2 0.1.0 (strict) and Sip2 1.1 (a client)."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pysip2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pysip2.models import MESSAGE_SPECS_BY_ID, MessageSpec
from Sip2.sip2 import Sip2

sys.path.insert(0, str(Path(__file__).parents[1] / "kiosk" / "sip2" / "codec"))  # the strategies

from sip2_strategies import MESSAGES, messages

from kiosk.circulation.sip2 import messages as sip
from kiosk.circulation.sip2.codec import decode, encode
from kiosk.circulation.sip2.frame import Checked, Frame, FrameReader, seal
from kiosk.circulation.sip2.layout import Message
from kiosk.circulation.sip2.values import PatronFlag, Summary

ENCODINGS = st.sampled_from(["utf-8", "cp850"])
LETTERS = st.characters(codec="cp850", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="|")
NOW, LATER = "20261122    093000", "20261206    235900"
YES_OR_NO = st.sampled_from(["Y", "N"])


def digits(count: int) -> st.SearchStrategy[str]:
    return st.from_regex(rf"[0-9]{{{count}}}", fullmatch=True)


def stamps() -> st.SearchStrategy[str]:
    return st.builds(lambda m: f"{m.year:04d}{m:%m%d}    {m:%H%M%S}", st.datetimes())


#: Where pysip2 allows less than the specification's "variable-length field" or "fixed-length field".
NARROWER: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(["transaction_date", "nb_due_date", "return_date", "date_time_sync"], stamps()),
    **dict.fromkeys(["valid_patron", "valid_patron_password", "security_inhibit"], YES_OR_NO),
    **dict.fromkeys(["cancel", "fee_acknowledged"], YES_OR_NO),
    **dict.fromkeys(["expiration_date", "recall_date", "hold_pickup_date"], stamps()),
    **dict.fromkeys(["hold_items_limit", "overdue_items_limit", "charged_items_limit"], digits(4)),
    **dict.fromkeys(["renewed_count", "unrenewed_count"], st.integers(0, 9999)),
    **dict.fromkeys(["fee_type", "payment_type", "circulation_status", "security_marker"], digits(2)),
    **dict.fromkeys(["language", "media_type"], digits(3)),
    "currency_type": st.from_regex(r"[A-Z]{3}", fullmatch=True),
    "supported_messages": st.from_regex(r"[YN]{16}", fullmatch=True),
    "status_code": st.sampled_from("012"),
    "max_print_width": st.integers(0, 999),
    "hold_mode": st.sampled_from("+-*"),
    "hold_type": st.sampled_from("123456789"),
    "queue_position": digits(3),
}  # fmt: skip


def acceptable(cls: type[Message]) -> st.SearchStrategy[Message]:
    """Messages of ours that pysip2's types allow."""

    @st.composite
    def build(draw: st.DrawFn) -> Message:
        message: Any = draw(messages(cls, LETTERS))
        names = [name for name in cls.__dataclass_fields__ if name in NARROWER]  # type: ignore[attr-defined]
        narrowed = {
            name: draw(NARROWER[name]) for name in names if getattr(message, name) is not None or _fixed(cls, name)
        }
        return replace(message, **narrowed)  # type: ignore[no-any-return]

    return build()


def _fixed(cls: type[Message], name: str) -> bool:
    return any(field.name == name and field.field_id is None for field in MESSAGE_SPECS_BY_ID[cls.code].fields)


def as_pysip2_says_it(message: Message, spec: MessageSpec) -> dict[str, object]:
    """Our values as pysip2 holds them: texts of the wire's width."""
    return {field.name: _said(getattr(message, field.name), field.name, field.width) for field in spec.fields}


def _said(value: object, name: str, width: int | None) -> object:
    if isinstance(value, bool):
        return ("1" if value else "0") if name in ("ok", "item_properties_ok") else "Y" if value else "N"
    if isinstance(value, int):
        return str(value).rjust(width or 0, "0")
    if isinstance(value, frozenset):
        size = 14 if any(isinstance(each, PatronFlag) for each in value) or name == "patron_status" else 10
        return "".join("Y" if place in value else " " for place in range(size))
    if value is None and width is not None:
        unknown = {"timeout_period": "999", "retries_allowed": "999", "magnetic_media": "U", "desensitize": "U"}
        return unknown.get(name, " " * width)
    return value


def of_pysip2(message: Any, spec: MessageSpec) -> dict[str, object]:
    return {field.name: getattr(message, field.name) for field in spec.fields}


QUIET = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.code)
def test_pysip2_accepts_what_we_write_with_equal_values(cls: type[Message]) -> None:
    spec = MESSAGE_SPECS_BY_ID[cls.code]

    @QUIET
    @given(acceptable(cls), ENCODINGS, st.booleans())
    def check(message: Message, encoding: str, error_detection: bool) -> None:
        wire = seal(encode(message, encoding), "4", error_detection=error_detection)
        found = pysip2.decode_message(wire, encoding=encoding)
        assert of_pysip2(found.message, spec) == as_pysip2_says_it(message, spec)
        assert found.sequence_number == (4 if error_detection and cls.code not in ("96", "97") else None)

    check()


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.code)
def test_we_read_what_pysip2_writes_with_equal_values(cls: type[Message]) -> None:
    spec = MESSAGE_SPECS_BY_ID[cls.code]

    @QUIET
    @given(acceptable(cls), ENCODINGS)
    def check(message: Message, encoding: str) -> None:
        theirs = spec.struct_type(**as_pysip2_says_it(message, spec))
        wire = pysip2.encode_message(theirs, sequence_number=7, checksum=True, encoding=encoding)
        [frame] = FrameReader().feed(wire)
        assert isinstance(frame, Frame)
        assert (frame.checked, frame.sequence) == (Checked.RIGHT, "" if cls.code in ("96", "97") else "7")
        found = decode(frame.body, encoding)
        assert type(found) is cls
        assert as_pysip2_says_it(found, spec) == as_pysip2_says_it(message, spec)

    check()


# --- Sip2 1.1 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def client() -> Any:
    made: Any = Sip2()
    made.log = logging.getLogger("peer")
    made.institutionId, made.scLocation, made.terminalPassword = "SMD", "hall", "door"
    made.patron, made.patronpwd, made.language = "P1", "1234", "001"
    return made


def understood(text: str) -> Any:
    """What we read of a frame of Sip2's, which has a right checksum unless it has letters beyond ASCII."""
    [frame] = FrameReader().feed(text.encode())
    assert isinstance(frame, Frame)
    assert frame.checked is Checked.RIGHT
    return decode(frame.body)


def test_requests_of_sip2_are_read(client: Any) -> None:
    login = understood(client.sip_login_request("kiosk", "secret"))
    assert login == sip.Login(login_user_id="kiosk", login_password="secret", location_code="hall")
    status = understood(client.sip_sc_status_request(1))
    assert status == sip.ScStatus(status_code="1")
    checkout = understood(client.sip_checkout_request("B1"))
    assert isinstance(checkout, sip.Checkout)
    assert (checkout.patron_identifier, checkout.item_identifier, checkout.nb_due_date) == ("P1", "B1", "")
    assert (checkout.patron_password, checkout.terminal_password, checkout.cancel) == ("1234", "door", "N")
    checkin = understood(client.sip_checkin_request("B1"))
    assert isinstance(checkin, sip.Checkin)
    assert (checkin.current_location, checkin.return_date) == ("hall", checkin.transaction_date)
    information = understood(client.sip_patron_information_request("charged", "1", "20"))
    assert isinstance(information, sip.PatronInformation)
    assert (information.summary, information.start_item, information.end_item) == ({Summary.CHARGED}, "1", "20")
    block = understood(client.sip_block_patron_request("left behind", "Y"))
    assert isinstance(block, sip.BlockPatron)
    assert (block.card_retained, block.blocked_card_message) == (True, "left behind")
    fee = understood(client.sip_fee_paid_request(4, 0, "2500", transactionId="77", currencyType="IDR"))
    assert isinstance(fee, sip.FeePaid)
    assert (fee.fee_type, fee.payment_type, fee.currency_type, fee.fee_amount) == ("04", "00", "IDR", "2500")
    hold = understood(client.sip_hold_request("+", titleIdentifier="Bumi", pickupLocation="main"))
    assert isinstance(hold, sip.Hold)
    assert (hold.hold_mode, hold.title_identifier, hold.pickup_location) == ("+", "Bumi", "main")
    renew = understood(client.sip_renew_request("B1"))
    assert isinstance(renew, sip.Renew)
    assert (renew.item_identifier, renew.third_party_allowed) == ("B1", False)


def test_the_other_requests_of_sip2_are_read(client: Any) -> None:
    assert isinstance(understood(client.sip_patron_status_request()), sip.PatronStatusRequest)
    assert isinstance(understood(client.sip_end_patron_session_request()), sip.EndPatronSession)
    assert isinstance(understood(client.sip_patron_enable_request()), sip.PatronEnable)
    assert understood(client.sip_item_information_request("B1")).item_identifier == "B1"
    assert understood(client.sip_item_status_update_request("B1", "worn")).item_properties == "worn"
    everything = understood(client.sip_renew_all_request("Y"))  # which it writes without a date
    assert isinstance(everything, sip.RenewAll)
    assert (everything.transaction_date, everything.patron_identifier) == ("", "P1")
    assert isinstance(understood(client.sip_sc_resend_request()), sip.RequestAcsResend)


def test_requests_of_sip2_are_what_we_would_write(client: Any) -> None:
    for text in (
        client.sip_login_request("kiosk", "secret"),
        client.sip_patron_status_request(),
        client.sip_item_information_request("B1"),
        client.sip_end_patron_session_request(),
        client.sip_patron_information_request("none"),
    ):
        [frame] = FrameReader().feed(text.encode())
        assert isinstance(frame, Frame)
        assert seal(encode(decode(frame.body)), frame.sequence, error_detection=True) == text.encode()


def test_a_checksum_of_sip2_counts_letters_and_is_wrong_beyond_ascii(client: Any) -> None:
    [frame] = FrameReader().feed(client.sip_item_status_update_request("B1", "snö").encode())
    assert isinstance(frame, Frame)
    assert frame.checked is Checked.WRONG
    found = decode(frame.body)
    assert isinstance(found, sip.ItemStatusUpdate)
    assert found.item_properties == "snö"


WHERE: dict[str, Any] = {"transaction_date": NOW, "institution_id": "SMD"}
WHO: dict[str, Any] = WHERE | {"patron_identifier": "P1"}
FOUND: dict[str, Any] = WHO | {"personal_name": "Siti"}
LENT: dict[str, Any] = WHO | {"item_identifier": "B1", "title_identifier": "Bumi", "due_date": LATER}
ANSWERS: list[tuple[str, Message, dict[str, str], dict[str, list[str]]]] = [
    ("login", sip.LoginResponse(ok=True), {"Ok": "1"}, {}),
    ("sc_status",
     sip.AcsStatus(online_status=True, checkin_ok=True, checkout_ok=True, acs_renewal_policy=True,
                   status_update_ok=False, offline_ok=False, timeout_period=600, retries_allowed=3,
                   date_time_sync=NOW, institution_id="SMD", supported_messages="Y" * 16, library_name="Kota"),
     {"OnlineStatus": "Y", "OfflineOk": "N", "TimeoutPeriod": "600", "RetriesAllowed": "003", "TransactionDate": NOW,
      "ProtocolVersion": "2.00"},
     {"AO": ["SMD"], "BX": ["Y" * 16], "AM": ["Kota"]}),
    ("patron_status", sip.PatronStatusResponse(**FOUND, valid_patron="Y"),
     {"PatronStatus": " " * 14, "Language": "000", "TransactionDate": NOW}, {"AE": ["Siti"], "BL": ["Y"]}),
    ("patron_information",
     sip.PatronInformationResponse(patron_status=frozenset({PatronFlag.CARD_LOST}), **FOUND, charged_items_count=2,
                                   charged_items=("B1", "B2"), screen_message=("a", "b")),
     {"PatronStatus": "    Y" + " " * 9, "HoldItemsCount": "    ", "ChargedItemsCount": "0002",
      "UnavailableHoldsCount": "    "},
     {"AU": ["B1", "B2"], "AF": ["a", "b"], "AA": ["P1"]}),
    ("checkout", sip.CheckoutResponse(ok=True, renewal_ok=False, magnetic_media=None, desensitize=True, **LENT),
     {"Ok": "1", "RenewalOk": "N", "MagneticMedia": "U", "Desensitize": "Y", "TransactionDate": NOW},
     {"AB": ["B1"], "AJ": ["Bumi"], "AH": [LATER]}),
    ("renew", sip.RenewResponse(ok=False, renewal_ok=False, magnetic_media=False, desensitize=False, **LENT),
     {"Ok": "0", "RenewalOk": "N", "MagneticMedia": "N", "Desensitize": "N"}, {"AB": ["B1"]}),
    ("checkin",
     sip.CheckinResponse(ok=True, resensitize=True, magnetic_media=False, alert=True, **WHERE, item_identifier="B1",
                         permanent_location="shelf 3", alert_type="01"),
     {"Ok": "1", "Resensitize": "Y", "MagneticMedia": "N", "Alert": "Y"}, {"AQ": ["shelf 3"], "CV": ["01"]}),
    ("end_patron_session", sip.EndSessionResponse(end_session=True, **WHO), {"EndSession": "Y"}, {"AA": ["P1"]}),
    ("fee_paid", sip.FeePaidResponse(payment_accepted=True, **WHO, transaction_id="77"),
     {"PaymentAccepted": "Y", "TransactionDate": NOW}, {"BK": ["77"]}),
    ("item_information",
     sip.ItemInformationResponse(circulation_status="04", security_marker="02", fee_type="01", transaction_date=NOW,
                                 item_identifier="B1", title_identifier="Bumi", due_date=LATER),
     {"CirculationStatus": "04", "SecurityMarker": "02", "FeeType": "01"}, {"AH": [LATER]}),
    ("item_status_update",
     sip.ItemStatusUpdateResponse(item_properties_ok=True, transaction_date=NOW, item_identifier="B1"),
     {"ItemPropertiesOk": "1"}, {"AB": ["B1"]}),
    ("patron_enable", sip.PatronEnableResponse(**FOUND, valid_patron="Y"), {"Language": "000"}, {"BL": ["Y"]}),
    ("hold", sip.HoldResponse(ok=True, available=False, **WHO, queue_position="3"), {"Ok": "1", "Available": "N"},
     {}),  # it takes the next 18 characters for a date that the specification has as a field
    ("renew_all",
     sip.RenewAllResponse(ok=True, renewed_count=2, unrenewed_count=1, **WHERE, renewed_items=("B1", "B2"),
                          unrenewed_items=("B3",)),
     {"Ok": "1", "RenewedItems": "0002", "UnrenewedItems": "0001", "TransactionDate": NOW},
     {"BM": ["B1", "B2"], "BN": ["B3"]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "message", "fixed", "variable"), ANSWERS, ids=[kind for kind, *_ in ANSWERS])
def test_sip2_reads_what_we_answer(
    client: Any, kind: str, message: Message, fixed: dict[str, str], variable: dict[str, list[str]]
) -> None:
    wire = seal(encode(message), "2", error_detection=True).decode()
    assert client._crc_calc(wire[:-5]) == wire[-5:-1].lstrip("0")  # it leaves zeros out, and its own check never fails
    found = getattr(client, f"sip_{kind}_response")(wire)
    assert {name: found["fixed"].get(name) for name in fixed} == fixed
    assert {name: found["variable"].get(name) for name in variable} == variable
    assert found["variable"].get("AY", ["2"]) == ["2"]
