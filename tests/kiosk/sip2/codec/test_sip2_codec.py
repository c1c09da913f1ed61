"""A tolerant reader and a strict writer."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sip2_strategies import MESSAGES, SAFE, any_message, messages

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.codec import LAYOUTS, check_encoding, decode, encode
from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.layout import Message
from kiosk.circulation.sip2.messages import (
    AcsStatus,
    CheckinResponse,
    Checkout,
    CheckoutResponse,
    ItemInformation,
    Login,
    LoginResponse,
    PatronInformation,
    PatronInformationResponse,
    PatronStatusResponse,
    RenewAll,
    RenewAllResponse,
    ScStatus,
)
from kiosk.circulation.sip2.values import PatronFlag, Summary

NOW = "20261122    093000"
ITEM = ItemInformation(transaction_date=NOW, institution_id="SMD", item_identifier="B1")
LENT = f"121NUY{NOW}AOSMD|AAP1|ABB1|AJBumi|AH06/12/2026|"


def read(text: str) -> Any:
    return decode(text.encode())


# --- the tolerant reader ------------------------------------------------------------------------------------------


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


# --- the strict writer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a|COx", "|", "a\rb", "a\n", "\0", "\x1b[0m", "\x7f", "\x85", "a\u2028b", "\t"])
def test_a_value_that_would_become_something_else_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(UnsafeValue, match="SIP2 message 93") as refused:
        encode(Login(login_user_id=f"canary{value}", login_password="x"))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "encoding"), [("漢", "cp850"), ("é", "ascii"), ("\ud800", "utf-8"), ("¥", "shift_jis")]
)
def test_a_value_that_the_encoding_cannot_carry_is_refused(value: str, encoding: str) -> None:
    with pytest.raises(UnsafeValue, match=f"encoding {encoding}"):
        encode(replace(ITEM, institution_id=value), encoding)


def test_a_letter_whose_second_byte_is_a_bar_is_refused() -> None:
    assert b"|" in "ポ".encode("shift_jis") or b"|" in "竅".encode("shift_jis")
    letter = next(c for c in map(chr, range(0x3040, 0x9FFF)) if b"|" in c.encode("shift_jis", "ignore"))
    with pytest.raises(UnsafeValue, match="cannot carry safely"):
        encode(replace(ITEM, institution_id=letter), "shift_jis")


@pytest.mark.parametrize(("field", "longest"), [("item_identifier", 64), ("institution_id", 255)])
def test_a_value_may_be_as_long_as_the_limit_and_no_byte_longer(field: str, longest: int) -> None:
    name = field.replace("_", " ")
    assert encode(replace(ITEM, **{field: "x" * longest}))  # type: ignore[arg-type]
    for value in ("x" * (longest + 1), "ö" * (longest // 2 + 1)):
        with pytest.raises(UnsafeValue, match=f"{name} of SIP2 message 17 is longer than {longest} bytes"):
            encode(replace(ITEM, **{field: value}))  # type: ignore[arg-type]
    assert encode(replace(ITEM, **{field: "ö" * longest}), "latin-1")  # type: ignore[arg-type]


def test_each_entry_of_a_list_is_measured() -> None:
    answer = RenewAllResponse(
        ok=True, renewed_count=1, unrenewed_count=0, transaction_date=NOW, institution_id="", renewed_items=("x" * 256,)
    )
    with pytest.raises(UnsafeValue, match="renewed items"):
        encode(answer)


@pytest.mark.parametrize(
    "field", [("AB", "x"), ("AY", "1"), ("AZ", "0000"), ("zu", "x"), ("Z", "x"), ("ZUx", "y"), ("1A", ""), ("Z|", "")]
)
def test_an_additional_field_may_not_pose_as_another(field: tuple[str, str]) -> None:
    with pytest.raises(UnsafeValue, match="additional field"):
        encode(replace(ITEM, others=(field,)))


def test_an_additional_field_is_written_behind_the_others() -> None:
    assert encode(replace(ITEM, others=(("ZU", "op-1"), ("ZV", "")))).endswith(b"ABB1|ZUop-1|ZV|")
    for value in ("a|b", "a\rb", "x" * 256):
        with pytest.raises(UnsafeValue):
            encode(replace(ITEM, others=(("ZU", value),)))


LOAN: dict[str, Any] = {"transaction_date": NOW, "institution_id": "", "patron_identifier": "", "item_identifier": ""}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (ScStatus(status_code="00"), "status code .* exactly 1 printable"),
        (ScStatus(status_code="|"), "exactly 1 printable"),
        (ScStatus(status_code="\r"), "exactly 1 printable"),
        (ScStatus(protocol_version="2"), "a version such as 2.00"),
        (ScStatus(max_print_width=1000), "a number of at most 3 digits"),
        (ScStatus(max_print_width=-1), "a number of at most 3 digits"),
        (ScStatus(max_print_width=True), "a number of at most 3 digits"),
        (replace(ITEM, transaction_date="2026-11-22"), "transaction date .* dates.sip_date"),
        (replace(ITEM, transaction_date="20261122|   093000"), "dates.sip_date"),
        (LoginResponse(ok=None), "True or False"),  # type: ignore[arg-type]
        (PatronInformation(transaction_date=NOW, institution_id="", patron_identifier="", summary=frozenset({7})),  # type: ignore[arg-type]
         "members of Summary"),
        (AcsStatus(online_status=True, checkin_ok=True, checkout_ok=True, acs_renewal_policy=True,
                   status_update_ok=True, offline_ok=True, timeout_period=999, retries_allowed=1, date_time_sync="",
                   institution_id="", supported_messages=""), "a number other than 999"),
    ],
)  # fmt: skip
def test_a_fixed_part_that_does_not_fit_is_refused(message: Message, why: str) -> None:
    with pytest.raises(UnsafeValue, match=why):
        encode(message)


def test_a_missing_date_is_written_as_blanks() -> None:
    checkout = Checkout(sc_renewal_policy=False, no_block=False, nb_due_date="", terminal_password="", **LOAN)
    assert encode(checkout).startswith(f"11NN{NOW}{' ' * 18}AO".encode())


# --- encodings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "UTF8", "ascii", "iso-8859-1", "cp850", "cp1252", "shift_jis", "gb18030"]
)
def test_encodings_that_leave_ascii_alone_can_be_used(encoding: str) -> None:
    check_encoding(encoding)
    assert decode(encode(ITEM, encoding), encoding) == ITEM


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-7", "cp037", "punycode", "idna", "hz", "iso2022_jp", "iso2022_kr", "rot13", "base64",
                 "klingon", "", "a\0b", "undefined"]
)  # fmt: skip
def test_other_encodings_are_refused_with_advice(encoding: str) -> None:
    with pytest.raises(Sip2Error, match="choose one such as utf-8"):
        encode(ITEM, encoding)
    with pytest.raises(Sip2Error, match="choose one such as utf-8"):
        decode(b"941", encoding)


# --- properties ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.code)
def test_what_was_written_is_read(cls: type[Message]) -> None:
    @settings(deadline=None, max_examples=30)
    @given(messages(cls))
    def check(message: Message) -> None:
        assert decode(encode(message)) == message

    check()


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp850", "cp1252", "koi8-r"])
def test_what_was_written_in_another_encoding_is_read_in_it(encoding: str) -> None:
    everything = bytes(range(256)).decode(encoding, "ignore")
    letters = [letter for letter in everything if unicodedata.category(letter) != "Cc" and letter != "|"]

    @settings(deadline=None, max_examples=30)
    @given(any_message(st.sampled_from(letters)))
    def check(message: Message) -> None:
        assert decode(encode(message, encoding), encoding) == message

    check()


CODES = st.sampled_from(sorted(LAYOUTS)).map(str.encode)
PIECES = st.sampled_from(
    [
        b"|",
        b"AA",
        b"AF",
        b"BX",
        b"Y",
        b"N",
        b"1",
        b"0",
        b" ",
        NOW.encode(),
        b"\r",
        b"\n",
        b"\0",
        b"\xff",
        b"\xc3",
        b"0001",
    ]
)


@settings(deadline=None, max_examples=400)
@given(
    st.binary(max_size=200) | st.builds(lambda code, rest: code + b"".join(rest), CODES, st.lists(PIECES, max_size=60)),
    st.sampled_from(["utf-8", "ascii", "cp850", "shift_jis", "gb18030", "big5"]),
)
@example(b"98", "utf-8")
def test_any_bytes_are_a_message_or_malformed(body: bytes, encoding: str) -> None:
    try:
        found = decode(body, encoding)
    except MalformedMessage:
        return
    assert found.code == body.strip(bytes(range(32))).decode(encoding, "replace")[:2]


UNSAFE = st.sampled_from([chr(n) for n in (*range(0x20), *range(0x7F, 0xA0))] + ["|", "\u2028", "\u2029", "\ud800"])


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_field_of_any_message_lets_an_unsafe_value_through(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from([cls for cls in MESSAGES if LAYOUTS[cls.code].variable]))
    message = data.draw(messages(cls))
    _, repeats, _, name = data.draw(st.sampled_from(LAYOUTS[cls.code].variable))
    value = data.draw(st.text(SAFE, max_size=8)) + data.draw(UNSAFE) + data.draw(st.text(SAFE, max_size=8))
    spoilt = replace(message, **{name: (value,) if repeats else value})  # type: ignore[type-var]
    with pytest.raises(UnsafeValue):
        encode(spoilt)


@settings(deadline=None)
@given(any_message(), st.sampled_from(["utf-8", "latin-1", "cp850", "ascii"]))
def test_whatever_is_written_is_one_message_with_as_many_fields_as_were_given(message: Message, encoding: str) -> None:
    try:
        body = encode(message, encoding)
    except UnsafeValue:
        return  # a letter that the encoding lacks
    assert not any(byte < 0x20 or byte == 0x7F for byte in body)
    layout = LAYOUTS[message.code]
    given_fields = [getattr(message, name) for *_, name in layout.variable]
    count = sum(len(value) if isinstance(value, tuple) else value is not None for value in given_fields)
    assert body.count(b"|") == count + len(message.others)


def test_a_checkout_answer_is_read_whole() -> None:
    assert read(LENT) == CheckoutResponse(
        ok=True, renewal_ok=False, magnetic_media=None, desensitize=True, title_identifier="Bumi",
        due_date="06/12/2026", **LOAN | {"institution_id": "SMD", "patron_identifier": "P1", "item_identifier": "B1"},
    )  # fmt: skip
