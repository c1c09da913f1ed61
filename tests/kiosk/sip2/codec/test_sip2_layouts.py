"""Each message beside the specification: its parts and fields, and one message of every kind as it is on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.circulation.sip2 import messages as sip
from kiosk.circulation.sip2.codec import LAYOUTS, decode, encode
from kiosk.circulation.sip2.layout import Message, Request, Response
from kiosk.circulation.sip2.values import MessageCode, PatronFlag, Summary

#: 3M Standard Interchange Protocol 2.00: widths of the fixed part, required fields, optional fields.
SPECIFICATION = {
    "01": ((1, 18), "AO AL AA AC", ""),
    "09": ((1, 18, 18), "AP AO AB AC", "CH BI"),
    "10": ((1, 1, 1, 1, 18), "AO AB AQ", "AJ CL AA CK CH AF AG CR CS CT CV CY DA"),
    "11": ((1, 1, 18, 18), "AO AA AB AC", "CH AD BO BI"),
    "12": ((1, 1, 1, 1, 18), "AO AA AB AJ AH", "BT CI BH BV CK CH BK AF AG"),
    "15": ((1, 18), "AO AA", "BW BS BY AD AB AJ AC BO"),
    "16": ((1, 1, 18), "AO AA", "BW BR BS AB AJ AF AG"),
    "17": ((18,), "AO AB", "AC"),
    "18": ((2, 2, 2, 18), "AB AJ", "CF AH CJ CM BG BH BV CK AQ AP CH AF AG CR CS"),
    "19": ((18,), "AO AB CH", "AC"),
    "20": ((1, 18), "AB", "AJ CH AF AG"),
    "23": ((3, 18), "AO AA AC AD", ""),
    "24": ((14, 3, 18), "AO AA AE", "BL CQ BH BV AF AG"),
    "25": ((18,), "AO AA", "AC AD"),
    "26": ((14, 3, 18), "AO AA AE", "BL CQ AF AG"),
    "29": ((1, 1, 18, 18), "AO AA", "AD AB AJ AC CH BO"),
    "30": ((1, 1, 1, 1, 18), "AO AA AB AJ AH", "BT CI BH BV CK CH BK AF AG"),
    "35": ((18,), "AO AA", "AC AD"),
    "36": ((1, 18), "AO AA", "AF AG"),
    "37": ((18, 2, 2, 3), "BV AO AA", "AC AD CG BK"),
    "38": ((1, 18), "AO AA", "BK AF AG"),
    "63": ((3, 18, 10), "AO AA", "AC AD BP BQ"),
    "64": ((14, 3, 18, 4, 4, 4, 4, 4, 4), "AO AA AE",
           "BZ CA CB BL CQ BH BV CC AS AT AU AV BU CD BD BE BF AF AG AQ PA PB PC PI XI"),
    "65": ((18,), "AO AA", "AD AC BO"),
    "66": ((1, 4, 4, 18), "AO", "BM BN AF AG"),
    "93": ((1, 1), "CN CO", "CP"),
    "94": ((1,), "", ""),
    "96": ((), "", ""),
    "97": ((), "", ""),
    "98": ((1, 1, 1, 1, 1, 1, 3, 3, 18, 4), "AO BX", "AM AN AF AG"),
    "99": ((1, 3, 4), "", ""),
}  # fmt: skip
REPEATED = {"AF", "AG", "AS", "AT", "AU", "AV", "BU", "CD", "BM", "BN"}
NOW, LATER = "20261122    093000", "20261206    235900"
WHERE: dict[str, Any] = {"transaction_date": NOW, "institution_id": "SMD"}
WHO: dict[str, Any] = WHERE | {"patron_identifier": "P1"}
LENT: dict[str, Any] = WHO | {"item_identifier": "B1", "title_identifier": "Bumi", "due_date": "06/12/2026"}
FOUND: dict[str, Any] = WHO | {"personal_name": "Siti"}

WIRE: list[tuple[str, Message]] = [
    ("9300CNkiosk|COsecret|CPLIB|", sip.Login(login_user_id="kiosk", login_password="secret", location_code="LIB")),
    ("941", sip.LoginResponse(ok=True)),
    ("9900802.00", sip.ScStatus()),
    (f"98YYYNYN600003{NOW}2.00AOSMD|BXYYYN|AMKota|AFhalo|",
     sip.AcsStatus(
         online_status=True, checkin_ok=True, checkout_ok=True, acs_renewal_policy=False, status_update_ok=True,
         offline_ok=False, timeout_period=600, retries_allowed=3, date_time_sync=NOW, institution_id="SMD",
         supported_messages="YYYN", library_name="Kota", screen_message=("halo",),
     )),
    ("97", sip.RequestAcsResend()),
    ("96", sip.RequestScResend()),
    (f"23001{NOW}AOSMD|AAP1|AC|AD1234|",
     sip.PatronStatusRequest(language="001", **WHO, terminal_password="", patron_password="1234")),
    (f"24Y   Y         000{NOW}AOSMD|AAP1|AESiti|BLY|CQN|BHIDR|BV2500|",
     sip.PatronStatusResponse(
         patron_status=frozenset({PatronFlag.CHECKOUT_DENIED, PatronFlag.CARD_LOST}), **FOUND, valid_patron="Y",
         valid_patron_password="N", currency_type="IDR", fee_amount="2500",
     )),
    (f"63000{NOW}  Y       AOSMD|AAP1|BP1|BQ20|",
     sip.PatronInformation(**WHO, summary=frozenset({Summary.CHARGED}), start_item="1", end_item="20")),
    (f"64              023{NOW}00010000    000000000000AOSMD|AAP1|AESiti|CB0010|ASBumi|AUB1|AUB2|",
     sip.PatronInformationResponse(
         language="023", **FOUND, hold_items_count=1, overdue_items_count=0, charged_items_count=None,
         fine_items_count=0, recall_items_count=0, unavailable_holds_count=0, charged_items_limit="0010",
         hold_items=("Bumi",), charged_items=("B1", "B2"),
     )),
    (f"35{NOW}AOSMD|AAP1|", sip.EndPatronSession(**WHO)),
    (f"36Y{NOW}AOSMD|AAP1|AGthanks|", sip.EndSessionResponse(end_session=True, **WHO, print_line=("thanks",))),
    (f"01N{NOW}AOSMD|ALleft behind|AAP1|AC|",
     sip.BlockPatron(card_retained=False, **WHO, blocked_card_message="left behind", terminal_password="")),
    (f"25{NOW}AOSMD|AAP1|AD1|", sip.PatronEnable(**WHO, patron_password="1")),
    (f"26{' ' * 14}000{NOW}AOSMD|AAP1|AESiti|BLY|", sip.PatronEnableResponse(**FOUND, valid_patron="Y")),
    (f"11NY{NOW}{LATER}AOSMD|AAP1|ABB1|AC|BIN|",
     sip.Checkout(sc_renewal_policy=False, no_block=True, nb_due_date=LATER, **WHO, item_identifier="B1",
                  terminal_password="", cancel="N")),
    (f"121NUY{NOW}AOSMD|AAP1|ABB1|AJBumi|AH06/12/2026|CK001|",
     sip.CheckoutResponse(ok=True, renewal_ok=False, magnetic_media=None, desensitize=True, **LENT, media_type="001")),
    (f"09N{NOW}{NOW}APhall|AOSMD|ABB1|AC|",
     sip.Checkin(no_block=False, return_date=NOW, current_location="hall", **WHERE, item_identifier="B1",
                 terminal_password="")),
    (f"101YNY{NOW}AOSMD|ABB1|AQshelf 3|CL1|CV01|",
     sip.CheckinResponse(ok=True, resensitize=True, magnetic_media=False, alert=True, **WHERE, item_identifier="B1",
                         permanent_location="shelf 3", sort_bin="1", alert_type="01")),
    (f"29NN{NOW}{' ' * 18}AOSMD|AAP1|ABB1|",
     sip.Renew(third_party_allowed=False, no_block=False, nb_due_date="", **WHO, item_identifier="B1")),
    (f"300NNN{NOW}AOSMD|AAP1|ABB1|AJBumi|AH06/12/2026|AFheld|",
     sip.RenewResponse(ok=False, renewal_ok=False, magnetic_media=False, desensitize=False, **LENT,
                       screen_message=("held",))),
    (f"65{NOW}AOSMD|AAP1|", sip.RenewAll(**WHO)),
    (f"66100020001{NOW}AOSMD|BMB1|BMB2|BNB3|",
     sip.RenewAllResponse(ok=True, renewed_count=2, unrenewed_count=1, **WHERE, renewed_items=("B1", "B2"),
                          unrenewed_items=("B3",))),
    (f"37{NOW}0400IDRBV2500|AOSMD|AAP1|BK77|",
     sip.FeePaid(fee_type="04", payment_type="00", currency_type="IDR", fee_amount="2500", **WHO, transaction_id="77")),
    (f"38Y{NOW}AOSMD|AAP1|BK77|", sip.FeePaidResponse(payment_accepted=True, **WHO, transaction_id="77")),
    (f"17{NOW}AOSMD|ABB1|", sip.ItemInformation(**WHERE, item_identifier="B1")),
    (f"18040201{NOW}ABB1|AJBumi|CF2|AH{LATER}|CS899.221|",
     sip.ItemInformationResponse(circulation_status="04", security_marker="02", fee_type="01", transaction_date=NOW,
                                 item_identifier="B1", title_identifier="Bumi", hold_queue_length="2",
                                 due_date=LATER, call_number="899.221")),
    (f"19{NOW}AOSMD|ABB1|CHworn|", sip.ItemStatusUpdate(**WHERE, item_identifier="B1", item_properties="worn")),
    (f"201{NOW}ABB1|CHworn|",
     sip.ItemStatusUpdateResponse(item_properties_ok=True, transaction_date=NOW, item_identifier="B1",
                                  item_properties="worn")),
    (f"15+{NOW}AOSMD|AAP1|BSmain|BY2|AJBumi|",
     sip.Hold(hold_mode="+", **WHO, pickup_location="main", hold_type="2", title_identifier="Bumi")),
    (f"161N{NOW}AOSMD|AAP1|BR3|AJBumi|",
     sip.HoldResponse(ok=True, available=False, **WHO, queue_position="3", title_identifier="Bumi")),
]  # fmt: skip


@pytest.mark.parametrize("code", SPECIFICATION)
def test_a_message_has_the_parts_and_fields_of_the_specification(code: str) -> None:
    widths, required, optional = SPECIFICATION[code]
    layout = LAYOUTS[code]
    assert tuple(part.width for _, part in layout.fixed) == widths
    by_name = {name: identifier for identifier, _, _, name in layout.variable}
    assert {by_name[name] for name in layout.missing} == set(required.split())
    assert set(by_name.values()) == set(required.split()) | set(optional.split())
    assert set(layout.repeated) == set(by_name.values()) & REPEATED


def test_there_is_a_class_for_every_code_and_no_other() -> None:
    assert set(LAYOUTS) == set(SPECIFICATION) == {code.value for code in MessageCode}


@pytest.mark.parametrize(("wire", "message"), WIRE, ids=[wire[:2] for wire, _ in WIRE])
def test_a_message_is_written_and_read_as_it_is_on_the_wire(wire: str, message: Message) -> None:
    assert encode(message) == wire.encode()
    assert decode(wire.encode()) == message


def test_every_message_was_written_and_read() -> None:
    assert sorted(wire[:2] for wire, _ in WIRE) == sorted(SPECIFICATION)


def test_requests_come_from_the_kiosk_and_responses_from_the_system() -> None:
    requests = {wire[:2] for wire, message in WIRE if isinstance(message, Request)}
    responses = {wire[:2] for wire, message in WIRE if isinstance(message, Response)}
    assert requests == {code for code in MessageCode if code.place is not None}
    assert requests | responses == set(SPECIFICATION)
    assert not requests & responses


#: Everything by which a person could be known, or a door opened.
CANARY = "canary-7788"


@pytest.mark.parametrize("code", SPECIFICATION)
def test_what_is_about_a_person_does_not_show(code: str) -> None:
    layout = LAYOUTS[code]
    shown = {"AO", "AB", "AJ", "AH", "AP", "AQ", "AL", "AM", "AN", "BX", "CN", "CP", "CH", "BI", "BO", "BP", "BQ", "BS",
             "BW", "BY", "BR", "BT", "CI", "BH", "BV", "CK", "BK", "CL", "CR", "CS", "CT", "CV", "CF", "CJ", "CM",
             "BG", "BL", "CQ", "BZ", "CA", "CB", "CC", "CG", "BM", "BN"}  # fmt: skip
    hidden = [identifier for identifier in [*layout.single, *layout.repeated] if identifier not in shown]
    wire = next(wire for wire, message in WIRE if message.code == code)
    fixed = wire[: 2 + sum(part.width for _, part in layout.fixed)]
    fields = "".join(f"{identifier}{CANARY}|" for identifier in [*hidden, "ZZ"])
    message = decode((fixed + fields).encode())
    assert CANARY not in repr(message)
    assert message.others == (("ZZ", CANARY),)
