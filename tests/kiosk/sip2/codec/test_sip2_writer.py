"""The strict writer: what would become something else is refused; and the encodings that can be used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.codec import check_encoding, decode, encode
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.layout import Message
from kiosk.circulation.sip2.messages import (
    AcsStatus,
    Checkout,
    ItemInformation,
    Login,
    LoginResponse,
    PatronInformation,
    RenewAllResponse,
    ScStatus,
)

NOW = "20261122    093000"
ITEM = ItemInformation(transaction_date=NOW, institution_id="SMD", item_identifier="B1")


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


def test_an_unknown_encoding_is_refused_before_anything_is_measured() -> None:
    with pytest.raises(Sip2Error, match="'klingon'"):
        encode(replace(ITEM, institution_id="x" * 100, others=(("ZU", "y"),)), "klingon")
