"""What a scanned text is by the library's rules, when the scanner tells the format and when it does not."""

from __future__ import annotations

import pytest

from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings, KindRule
from devices.scanner.events import Scanned
from devices.scanner.framer import Text
from devices.scanner.judge import AGAIN_S, Judge

LIBRARY = CodeSettings(
    formats=("Code128", "Code39", "Codabar", "ITF", "EAN13", "QRCode"),
    patron=KindRule(r"2\d{13}", ("Codabar",), check="mod10"),
    item=KindRule(r"SMR-\d{6}", ("Code128",), strip="SMR-"),
)


def kind(text: str, format_name: str = "", codes: CodeSettings | None = None) -> Kind:
    return Judge(codes or CodeSettings()).scanned(Text(text, format_name), "s").kind


def test_a_rule_that_names_formats_holds_for_a_scanner_that_tells_none() -> None:
    judge = Judge(LIBRARY)
    assert judge.scanned(Text("SMR-000417"), "desk").text == "000417"
    found = judge.scanned(Text("21268001234564"), "desk")
    assert (found.kind, found.text, found.format, found.source) == (Kind.PATRON, "21268001234564", "", "desk")


def test_with_a_format_told_the_rule_is_exact() -> None:
    assert kind("SMR-000417", "Code128", LIBRARY) is Kind.ITEM
    assert kind("SMR-000417", "QRCode", LIBRARY) is Kind.UNKNOWN


def test_codabar_loses_its_start_and_stop() -> None:
    assert kind("A21268001234564B", "Codabar", LIBRARY) is Kind.PATRON


@pytest.mark.parametrize("format_name", ["", "EAN13"])
def test_a_publishers_number_is_a_hint_and_never_a_patron(format_name: str) -> None:
    assert kind("9786020324784", format_name) is Kind.ISBN


def test_unless_the_library_uses_it() -> None:
    codes = CodeSettings(item=KindRule(r"978\d{10}", ("EAN13",)), patron=KindRule(r"[A-Z]\d{4}"))
    assert kind("9786020324784", "", codes) is Kind.ITEM


def test_thirteen_digits_with_a_wrong_check_digit_are_no_publishers() -> None:
    assert kind("9786020324785") is Kind.PATRON


def test_a_format_the_library_does_not_print_is_not_believed() -> None:
    assert kind("A0001") is Kind.PATRON
    assert kind("A0001", "Code128") is Kind.PATRON
    assert kind("B00417", "DataMatrix") is Kind.UNKNOWN
    assert kind("B00417", "]P0") is Kind.UNKNOWN


def test_where_the_format_would_decide_and_is_not_told_the_text_is_ambiguous() -> None:
    codes = CodeSettings(patron=KindRule(r"\d{6}", ("QRCode",)), item=KindRule(r"\d{6}", ("Code128",)))
    found = Judge(codes).scanned(Text("123456"), "s")
    assert (found.kind, found.patron, found.item) == (Kind.AMBIGUOUS, "123456", "123456")
    assert kind("123456", "QRCode", codes) is Kind.PATRON


def test_a_staff_card_is_nobodys_number() -> None:
    codes = CodeSettings(staff=KindRule(r"STAF-\d{4}"), ignore=KindRule(r"INV-.*"))
    judge = Judge(codes)
    assert judge.scanned(Text("STAF-0001"), "s") == Scanned(Kind.STAFF, "", "", "s")
    assert judge.scanned(Text("INV-0001"), "s").kind is Kind.IGNORED


def test_noise_is_unknown() -> None:
    assert kind("https://example.org") is Kind.UNKNOWN


def test_the_same_at_once_is_not_new_whoever_sends_it() -> None:
    judge, text = Judge(CodeSettings()), Text("B00417")
    assert judge.is_new(0.0, text)
    assert not judge.is_new(0.5, Text("B00417", "Code128"))
    assert judge.is_new(0.5, Text("B00418"))
    assert not judge.is_new(1.4, text)  # still before the scanner: silence counts, not time
    assert judge.is_new(1.4 + AGAIN_S, text)
