"""The tolerant reader: what it makes of what servers really send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.circulation.sip2.codec import decode
from kiosk.circulation.sip2.errors import MalformedMessage
from kiosk.circulation.sip2.messages import (
    AcsStatus,
    CheckinResponse,
    CheckoutResponse,
    ItemInformation,
    LoginResponse,
    PatronInformation,
    PatronInformationResponse,
    PatronStatusResponse,
    RenewAll,
)
from kiosk.circulation.sip2.values import PatronFlag, Summary

NOW = "20261122    093000"
ITEM = ItemInformation(transaction_date=NOW, institution_id="SMD", item_identifier="B1")
LENT = f"121NUY{NOW}AOSMD|AAP1|ABB1|AJBumi|AH06/12/2026|"


def read(text: str) -> Any:
    return decode(text.encode())


def test_fields_may_come_in_any_order() -> None:
    assert read(f"121NUY{NOW}AH06/12/2026|AJBumi|ABB1|AAP1|AOSMD|") == read(LENT)


def test_unknown_fields_are_kept_in_their_order() -> None:
    assert read(LENT + "ZYx|DEblue|ZYy|zz|").others == (("ZY", "x"), ("DE", "blue"), ("ZY", "y"), ("zz", ""))


def test_of_a_doubled_field_the_first_counts() -> None:
    assert read(LENT + "ABB2|AH07/12/2026|").item_identifier == "B1"
    assert read(LENT + "CI|CIY|").security_inhibit == ""


def test_repeated_fields_are_all_kept() -> None:
    assert read(LENT + "AFone|AGline|AFtwo|AF|").screen_message == ("one", "two", "")


def test_an_absent_field_is_none_and_an_empty_one_is_empty() -> None:
    assert read(LENT).fee_type is None
    assert read(LENT + "BT|").fee_type == ""


def test_a_required_field_that_did_not_come_is_empty() -> None:
    found = read(f"101NNN{NOW}")
    assert isinstance(found, CheckinResponse)
    assert (found.item_identifier, found.permanent_location, found.title_identifier) == ("", "", None)


@pytest.mark.parametrize("text", [LENT[:-1], f"121NUY{NOW}|{LENT[24:]}", LENT + "||", LENT + " ", f"\n\x00{LENT}\r\n"])
def test_missing_and_additional_separators_and_leftovers_change_nothing(text: str) -> None:
    assert read(text) == read(LENT)


def test_a_bar_in_a_value_costs_the_rest_of_the_value_and_no_more() -> None:
    found = read(f"121NUY{NOW}AOSMD|AAP1|ABB1|AJC | C++|AH06/12/2026|")
    assert (found.title_identifier, found.due_date, found.others) == ("C ", "06/12/2026", ((" C", "++"),))


def test_an_entity_stays_as_it_came() -> None:
    assert read(LENT + "AFa &#124; b|").screen_message == ("a &#124; b",)


def test_a_line_feed_inside_a_text_is_no_obstacle() -> None:
    assert read(LENT + "AFone\ntwo|").screen_message == ("one\ntwo",)


@pytest.mark.parametrize(
    ("letters", "found"),
    [("1", True), ("0", False), ("Y", True), ("N", False), ("y", True), ("n", False)],
)
def test_whether_it_was_done_is_read_in_every_writing(letters: str, found: bool) -> None:
    assert read("94" + letters) == LoginResponse(ok=found)


@pytest.mark.parametrize("letter", [" ", "U", "2", "x", "|", "\N{FULLWIDTH DIGIT ONE}"])
def test_whether_it_was_done_is_never_guessed(letter: str) -> None:
    with pytest.raises(MalformedMessage, match="94"):
        read("94" + letter)


def test_flags_of_three_values() -> None:
    found = [read(f"121N{letter}{letter}{NOW}").desensitize for letter in "YN1 Uu"]
    assert found == [True, False, True, None, None, None]


def test_a_blank_flag_is_no_yes() -> None:
    found = read(f"101   {NOW}AOSMD|")
    assert (found.resensitize, found.alert, found.magnetic_media) == (False, False, None)


def test_counts_of_blanks_are_unknown() -> None:
    found = read(f"64{' ' * 14}000{NOW}0012    000000000000   3AOSMD|AAP1|AESiti|")
    assert isinstance(found, PatronInformationResponse)
    assert (found.hold_items_count, found.overdue_items_count, found.charged_items_count) == (12, None, 0)
    assert found.unavailable_holds_count == 3


def test_a_broken_number_is_not_believed() -> None:
    with pytest.raises(MalformedMessage, match="blank inside a number"):
        read(f"64{' ' * 14}000{NOW}1  200000000000000000000")
    with pytest.raises(MalformedMessage):
        read(f"64{' ' * 14}000{NOW}-001000000000000000000000")


def test_the_patron_status_is_a_set_of_what_is_wrong() -> None:
    found = read(f"24YN y          000{NOW}AOSMD|AAP1|AESiti|")
    assert isinstance(found, PatronStatusResponse)
    assert found.patron_status == {PatronFlag.CHECKOUT_DENIED, PatronFlag.HOLD_DENIED}
    assert {0, 4} & found.patron_status == {0}  # as settings name them


def test_more_than_one_summary_may_be_asked_for() -> None:
    found = read(f"63000{NOW}YYYYYYYYYYAOSMD|AAP1|")
    assert isinstance(found, PatronInformation)
    assert found.summary == frozenset(Summary)


FLAGS = "98YYYNYN"


@pytest.mark.parametrize(
    ("text", "timeout", "retries", "date", "version"),
    [
        (FLAGS + "600003" + NOW + "2.00", 600, 3, NOW, "2.00"),
        (FLAGS + "999999" + NOW + "2.00", None, None, NOW, "2.00"),
        (FLAGS + "000000" + NOW + "2.00", 0, 0, NOW, "2.00"),
        (FLAGS + "600003" + " " * 18 + "2.00", 600, 3, "", "2.00"),
        (FLAGS + "600003" + NOW, 600, 3, NOW, ""),
        (FLAGS + "6000032.00", 600, 3, "", "2.00"),
        (FLAGS + "600003", 600, 3, "", ""),
        (FLAGS + "600003" + NOW + "2.0 ", 600, 3, NOW, "2.0 "),
    ],
)
@pytest.mark.parametrize("rest", ["", "AOSMD|BXYY|", "|AOSMD|BXYY|"])
def test_a_98_may_be_shorter_than_its_layout(
    text: str, timeout: int | None, retries: int | None, date: str, version: str, rest: str
) -> None:
    found = read(text + rest)
    assert isinstance(found, AcsStatus)
    assert (found.timeout_period, found.retries_allowed) == (timeout, retries)
    assert (found.date_time_sync, found.protocol_version) == (date, version)
    assert (found.institution_id, found.supported_messages) == (("SMD", "YY") if rest else ("", ""))


@pytest.mark.parametrize("text", [FLAGS + "600", FLAGS + "600003" + NOW[:-2], FLAGS + "600003" + NOW + "2.", "98"])
def test_a_98_of_which_it_is_not_clear_what_is_missing_is_not_read(text: str) -> None:
    with pytest.raises(MalformedMessage, match="fixed part of SIP2 message 98"):
        read(text)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "begins with no message code"),
        (b"9", "begins with no message code"),
        (b"HTTP/1.1 400 Bad Request", "is it a SIP2 server"),
        (b"121NUY", "too short"),
        (b"12" + b"|" * 30, "not as it should be"),
        (b"941AFa\0b|", "NUL"),
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(body: bytes, why: str) -> None:
    with pytest.raises(MalformedMessage, match=why):
        decode(body)


def test_a_65_without_its_date_is_read() -> None:
    # The program "Sip2" 1.1 writes it so.
    without, whole = read("65AOPerpustakaan Kota|AAP1|BON|"), read(f"65{NOW}AOPerpustakaan Kota|AAP1|BON|")
    assert isinstance(without, RenewAll)
    assert without == replace(whole, transaction_date="")


def test_what_the_encoding_cannot_read_is_marked_and_separators_survive() -> None:
    found: Any = decode(LENT.encode() + b"AFsn\xf6|BLY|")
    assert found.screen_message == ("sn\N{REPLACEMENT CHARACTER}",)
    assert found.others == (("BL", "Y"),)


def test_texts_are_read_in_the_servers_encoding() -> None:
    text = LENT + "AFsnö|"
    for encoding in ("utf-8", "cp850", "iso-8859-1"):
        found: Any = decode(text.encode(encoding), encoding)
        assert found.screen_message == ("snö",)


def test_a_checkout_answer_is_read_whole() -> None:
    assert read(LENT) == CheckoutResponse(
        ok=True, renewal_ok=False, magnetic_media=None, desensitize=True, title_identifier="Bumi",
        due_date="06/12/2026", transaction_date=NOW, institution_id="SMD", patron_identifier="P1", item_identifier="B1",
    )  # fmt: skip
