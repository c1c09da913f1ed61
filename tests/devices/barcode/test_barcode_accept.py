"""Which code is a patron, which an item, which is noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.accept import Rules, literal_prefix, mod10_holds
from devices.barcode.code import BarcodeError, Code
from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings, KindRule

#: On a library's label in zxing's test pictures (codabar-1/12).
REAL_ITEM = "31117013206375"
QUAD = ((0, 0), (100, 0), (100, 30), (0, 30))


def judge(format_name: str, text: str, **settings: KindRule) -> tuple[Kind, str]:
    reading = Rules(CodeSettings(**settings)).judge(Code(format_name, text, QUAD))
    return reading.kind, reading.text


@pytest.mark.parametrize(
    ("format_name", "text", "kind"),
    [
        ("Code128", "M0001", Kind.PATRON),
        ("QRCode", "20240117", Kind.PATRON),
        ("Code128", "B00417", Kind.ITEM),
        ("Code39", "B00417", Kind.ITEM),
        ("Code128", "B004170", Kind.PATRON),
        ("Codabar", "20240117", Kind.UNKNOWN),
        ("QRCode", "https://example.org/", Kind.UNKNOWN),
        ("EAN13", "8991234567890", Kind.UNKNOWN),
    ],
)
def test_default_rules_tell_members_from_books(format_name: str, text: str, kind: Kind) -> None:
    assert judge(format_name, text) == (kind, text)


@pytest.mark.parametrize("text", ["9786020324784", "9790060115615", "1920297006009"])
def test_publishers_codes_are_noise(text: str) -> None:
    assert judge("EAN13", text, item=KindRule(r"\d{13}"))[0] is Kind.ISBN


def test_a_library_may_use_the_isbn_as_its_item_number() -> None:
    assert judge("EAN13", "9786020324784", item=KindRule(r"97[89]\d{10}", ("EAN13",)))[0] is Kind.ITEM


def test_thirteen_digits_in_another_code_are_no_isbn() -> None:
    assert judge("Code128", "9786020324784", item=KindRule(r"\d{13}"), patron=KindRule("M.*"))[0] is Kind.ITEM


def test_what_matches_both_rules_is_not_guessed() -> None:
    both = {"patron": KindRule(r"P?\d{6}", strip="P"), "item": KindRule(r"\d{6}")}
    assert judge("Code128", "123456", **both) == (Kind.AMBIGUOUS, "123456")
    assert judge("Code128", "P123456", **both) == (Kind.PATRON, "123456")


def test_spaces_around_the_text_do_not_count() -> None:
    assert judge("Code39", " B00417 ") == (Kind.ITEM, "B00417")


def test_the_whole_text_must_match() -> None:
    assert judge("Code128", "XB00417X")[0] is Kind.UNKNOWN


def test_the_prefix_is_stripped_after_matching() -> None:
    assert judge("Code39", "LIB-00042", item=KindRule(r"LIB-\d{5}", strip="LIB-")) == (Kind.ITEM, "00042")


def test_a_wrong_check_digit_is_unknown() -> None:
    rule = KindRule(r"3\d{13}", check="mod10")
    assert judge("Codabar", REAL_ITEM, item=rule)[0] is Kind.ITEM
    assert judge("Codabar", "31117013206374", item=rule)[0] is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("number", "holds"),
    # The textbook example of Luhn's formula; a real library number.
    [("79927398713", True), ("79927398710", False), (REAL_ITEM, True), ("7", False), ("", False),
     ("12a4", False), ("１８", False)],
)  # fmt: skip
def test_mod10(number: str, holds: bool) -> None:
    assert mod10_holds(number) is holds


@given(st.text("0123456789", min_size=1, max_size=20), st.data())
def test_mod10_notices_every_single_wrong_digit(body: str, data: st.DataObject) -> None:
    number = next(body + str(digit) for digit in range(10) if mod10_holds(body + str(digit)))
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not mod10_holds(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [(r"B\d{5}", "B"), (r"LIB-\d+", "LIB-"), (r"[A-Z]\d+", ""), (r"AB?\d", "A"), (r"A|B", ""), (r"12*", "1"),
     (r"\d{14}", ""), ("", ""), ("ABC", "ABC"), (r"2{3}\d", "")],
)  # fmt: skip
def test_a_fixed_beginning_is_seen_in_the_pattern(pattern: str, prefix: str) -> None:
    assert literal_prefix(pattern) == prefix


def test_one_frame_is_proof_only_with_error_correction_or_prefix_and_check() -> None:
    def sure(format_name: str, text: str, rule: KindRule) -> bool:
        rules = Rules(CodeSettings(patron=rule, item=KindRule("never")))
        return rules.judge(Code(format_name, text, QUAD)).sure

    assert sure("QRCode", "M0001", KindRule(r"M\d{4}"))
    assert sure("Codabar", REAL_ITEM, KindRule(r"3\d{13}", check="mod10"))
    assert not sure("Codabar", REAL_ITEM, KindRule(r"\d{14}", check="mod10"))
    assert not sure("Codabar", REAL_ITEM, KindRule(r"3\d{13}"))
    assert not sure("Code128", "M0001", KindRule(r"M\d{4}"))


def test_only_a_usable_code_ends_a_search() -> None:
    rules = Rules(CodeSettings())
    isbn, item = Code("EAN13", "9786020324784", QUAD), Code("Code128", "B00417", QUAD)
    assert not rules.usable([isbn])
    assert rules.usable([isbn, item])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (CodeSettings(item=KindRule("(")), "codes.item.pattern: '(' is not a regular expression"),
        (CodeSettings(patron=KindRule("x", check="mod43")), "codes.patron.check: 'mod43' is not known"),
        (CodeSettings(patron=KindRule("x", ("Code3",))), "'Code3' cannot be searched"),
        (CodeSettings(formats=("Plessey",)), "'Plessey' cannot be searched"),
        (CodeSettings(formats=()), "name at least one code"),
    ],
)
def test_settings_that_cannot_work_are_named(settings: CodeSettings, said: str) -> None:
    with pytest.raises(BarcodeError) as refused:
        Rules(settings)
    assert said in str(refused.value)


@given(st.sampled_from(CodeSettings().formats), st.text(max_size=20))
def test_every_text_gets_exactly_one_kind_and_no_default_is_ambiguous(format_name: str, text: str) -> None:
    assert judge(format_name, text)[0] in set(Kind) - {Kind.AMBIGUOUS}


@given(st.from_regex(r"[A-Z]?[0-9]{3,15}", fullmatch=True))
def test_default_rules_never_take_one_number_for_both(text: str) -> None:
    assert judge("Code128", text)[0] is not Kind.AMBIGUOUS
