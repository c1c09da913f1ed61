"""Which code is a patron, which an item, which is noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.accept import LONGEST, Rules
from devices.barcode.check_digits import ean13_holds, mod10_holds, mod43_holds
from devices.barcode.code import BarcodeError, Code
from devices.barcode.events import Kind
from devices.barcode.rule import literal_prefix
from devices.barcode.settings import CodeSettings, KindRule, KindRules

#: On a library's label in zxing's test pictures (codabar-1/12).
REAL_ITEM = "31117013206375"
QUAD = ((0, 0), (100, 0), (100, 30), (0, 30))


def judge(format_name: str, text: str, **settings: KindRules) -> tuple[Kind, str]:
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


@pytest.mark.parametrize("text", ["9786020324784", "9790060115615", "1920297006009", "9770006600007", "4910000000008"])
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


@pytest.mark.parametrize(
    ("text", "holds"),
    # By hand: C 12 + O 24 + D 13 + E 14 + 3 + 9 = 75, and 75 mod 43 is 32, which is W.
    [("CODE39W", True), ("CODE39X", False), ("%%", True), ("00", True), ("0", False), ("", False), ("AB*", False),
     ("code39w", False)],
)  # fmt: skip
def test_mod43(text: str, holds: bool) -> None:
    assert mod43_holds(text) is holds


@pytest.mark.parametrize(
    ("number", "holds"),
    [("9786020324784", True), ("9786020324785", False), ("978602032478", False), ("978602032478X", False)],
)
def test_check_digit_of_the_book_trade(number: str, holds: bool) -> None:
    assert ean13_holds(number) is holds


# --- what a rule can say ------------------------------------------------------------------------------------------


def test_of_several_rules_the_first_that_fits_gives_the_number() -> None:
    old, new = KindRule(r"\d{6}", add="OLD"), KindRule(prefix="B", strip="B", length="6-7")
    assert judge("Code39", "004170", item=(old, new), patron=()) == (Kind.ITEM, "OLD004170")
    assert judge("Code39", "B004170", item=(old, new), patron=()) == (Kind.ITEM, "004170")
    assert judge("Code39", "B00417012", item=(old, new), patron=())[0] is Kind.UNKNOWN


def test_a_library_may_have_nothing_of_a_kind() -> None:
    assert judge("Code128", "B00417", item=())[0] is Kind.UNKNOWN


def test_a_prefix_must_be_there_and_stays_unless_it_is_stripped() -> None:
    assert judge("Code128", "SMR-17", item=KindRule(prefix="SMR-")) == (Kind.ITEM, "SMR-17")
    assert judge("Code128", "SMR-17", item=KindRule(prefix="SMR-", strip="SMR-")) == (Kind.ITEM, "17")
    assert judge("Code128", "BPP-17", item=KindRule(prefix="SMR-"))[0] is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("length", "takes"),
    [(6, {6}), ("6", {6}), ("6-8", {6, 7, 8}), ("6, 8", {6, 8}), (" 4 - 5 ,9", {4, 5, 9}), ("", set(range(1, 12)))],
)
def test_lengths_are_exact_from_to_or_a_list(length: int | str, takes: set[int]) -> None:
    rule = KindRule(pattern="[0-9]+", length=length)
    found = {n for n in range(1, 12) if judge("Code128", "7" * n, item=rule, patron=())[0] is Kind.ITEM}
    assert found == takes


def test_characters_that_are_printed_but_not_meant_are_dropped_before_matching() -> None:
    rule = KindRule(r"3\d{13}", drop=" -", check="mod10")
    assert judge("Code39", "3 1117 01320-6375", item=rule) == (Kind.ITEM, REAL_ITEM)


def test_small_letters_may_be_made_large() -> None:
    assert judge("QRCode", "b00417", item=KindRule(r"B\d{5}", case="upper")) == (Kind.ITEM, "B00417")
    assert judge("QRCode", "B00417", item=KindRule(r"b\d{5}", case="lower")) == (Kind.ITEM, "b00417")


@pytest.mark.parametrize(("text", "number"), [("000417", "417"), ("417", "417"), ("0", "0"), ("0000", "0")])
def test_leading_zeros_may_be_taken_off_by_a_replacement(text: str, number: str) -> None:
    rule = KindRule(r"\d{1,6}", replace=(r"^0*(\d+)$", r"\1"))
    assert judge("Code128", text, item=rule, patron=()) == (Kind.ITEM, number)


def test_a_number_may_be_given_what_its_label_lacks() -> None:
    assert judge("Code128", "417", item=KindRule(r"\d{3}", add="B00")) == (Kind.ITEM, "B00417")


def test_a_number_that_is_transformed_to_nothing_is_none() -> None:
    assert judge("Code128", "LIB", item=KindRule(prefix="LIB", strip="LIB"))[0] is Kind.UNKNOWN


def test_the_check_character_of_code_39_is_verified_and_taken_off() -> None:
    rule = KindRule(r"CODE\d\d", check="mod43")
    assert judge("Code39", "CODE39W", item=rule) == (Kind.ITEM, "CODE39")
    assert judge("Code39", "CODE39X", item=rule)[0] is Kind.UNKNOWN
    assert judge("Code128", "CODE39W", item=rule)[0] is Kind.UNKNOWN
    assert judge("", "CODE39W", item=rule) == (Kind.ITEM, "CODE39")
    assert judge("Code39", "CODE39W", item=KindRule("code39", check="mod43", case="lower")) == (Kind.ITEM, "code39")


def test_interleaved_codes_count_only_with_a_fixed_length() -> None:
    assert judge("ITF", "31117013206375", item=KindRule(r"\d{14}"))[0] is Kind.UNKNOWN
    fixed = KindRule(formats=("ITF", "Codabar"), length="8, 14")
    assert judge("ITF", "31117013206375", item=fixed)[0] is Kind.ITEM
    assert judge("ITF", "311170132063", item=fixed)[0] is Kind.UNKNOWN


def test_what_is_to_be_ignored_is_ignored_whatever_else_it_matches() -> None:
    shelf = KindRule("B999..")
    assert judge("Code128", "B99901", ignore=shelf)[0] is Kind.IGNORED
    assert judge("EAN13", "9786020324784", ignore=KindRule(r"97[89].*"))[0] is Kind.IGNORED
    assert judge("Code128", "B00417", ignore=shelf)[0] is Kind.ITEM


def test_there_is_no_staff_card_until_the_library_sets_one() -> None:
    assert judge("QRCode", "20269999")[0] is Kind.PATRON
    assert judge("QRCode", "20269999", staff=KindRule("2026999[0-9]"))[0] is Kind.STAFF


def test_an_ambiguous_code_carries_both_numbers() -> None:
    rules = Rules(CodeSettings(patron=KindRule(r"\d{6}", add="A"), item=KindRule(r"0*\d+", replace=("^0+", ""))))
    reading = rules.judge(Code("Code128", "000417", QUAD))
    assert (reading.kind, reading.text) == (Kind.AMBIGUOUS, "000417")
    assert (reading.patron, reading.item) == ("A000417", "417")
    assert not reading.sure


def test_an_ambiguous_code_is_sure_only_if_it_is_as_either() -> None:
    checked = KindRule(prefix="3", check="mod10")
    for item, sure in ((checked, True), (KindRule(r"\d{14}"), False)):
        reading = Rules(CodeSettings(patron=checked, item=item)).judge(Code("Codabar", REAL_ITEM, QUAD))
        assert (reading.kind, reading.sure) == (Kind.AMBIGUOUS, sure)


def test_a_scanner_that_does_not_tell_the_format_is_judged_by_the_text() -> None:
    assert judge("", "B00417") == (Kind.ITEM, "B00417")
    assert judge("", "20240117") == (Kind.PATRON, "20240117")
    assert judge("", "9786020324784")[0] is Kind.ISBN
    assert judge("", "9786020324785")[0] is Kind.PATRON
    assert judge("", "9786020324784", item=KindRule(r"97[89]\d{10}", ("EAN13",)))[0] is Kind.ITEM


@pytest.mark.parametrize("text", ["", "   ", "B0041\x007", "A" * (LONGEST + 1)])
def test_what_no_library_prints_is_unknown(text: str) -> None:
    kind, said = judge("QRCode", text, item=KindRule("(?s).*"))
    assert kind is Kind.UNKNOWN
    assert len(said) <= LONGEST


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert judge("QRCode", "\N{FULLWIDTH DIGIT ONE}2345", patron=KindRule(r"\d{5}"))[0] is Kind.UNKNOWN


def test_one_frame_is_proof_only_with_error_correction_or_prefix_and_check() -> None:
    def sure(format_name: str, text: str, rule: KindRule) -> bool:
        rules = Rules(CodeSettings(patron=rule, item=KindRule("never")))
        return rules.judge(Code(format_name, text, QUAD)).sure

    assert sure("QRCode", "M0001", KindRule(r"M\d{4}"))
    assert not sure("PDF417", "M0001", KindRule(r"M\d{4}"))
    assert sure("Codabar", REAL_ITEM, KindRule(r"3\d{13}", check="mod10"))
    assert not sure("Codabar", REAL_ITEM, KindRule(r"\d{14}", check="mod10"))
    assert not sure("Codabar", REAL_ITEM, KindRule(r"3\d{13}"))
    assert not sure("Code128", "M0001", KindRule(r"M\d{4}"))
    assert sure("Code39", "CODE39W", KindRule(prefix="CODE", check="mod43"))
    assert sure("Codabar", REAL_ITEM, KindRule(r"\d{14}", check="mod10", prefix="31117"))
    assert not sure("Codabar", REAL_ITEM, KindRule(r"\d{14}", check="mod10", strip="LIB"))


def test_only_a_usable_code_ends_a_search() -> None:
    rules = Rules(CodeSettings())
    isbn, item = Code("EAN13", "9786020324784", QUAD), Code("Code128", "B00417", QUAD)
    assert not rules.usable([isbn])
    assert rules.usable([isbn, item])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (CodeSettings(item=KindRule("(")), "codes.item.pattern: '(' is not a regular expression"),
        (CodeSettings(item=(KindRule("x"), KindRule("["))), "codes.item[1].pattern: '[' is not a regular expression"),
        (CodeSettings(patron=KindRule("x", check="mod11")), "codes.patron.check: 'mod11' is not known"),
        (CodeSettings(patron=KindRule("x", ("Code3",))), "codes.patron.formats: 'Code3' cannot be searched"),
        (CodeSettings(formats=("Plessey",)), "codes.formats: 'Plessey' cannot be searched"),
        (CodeSettings(formats=()), "codes.formats: name at least one code"),
        (CodeSettings(staff=KindRule()), "codes.staff: every text would be of this kind"),
        (CodeSettings(ignore=KindRule("x", case="title")), "codes.ignore.case: 'title' is not known"),
        (CodeSettings(item=KindRule(length="6 to 8")), "codes.item.length: '6 to 8' is no length"),
        (CodeSettings(item=KindRule(length="8-6")), "codes.item.length: '8-6' is no length"),
        (CodeSettings(item=KindRule(length=0)), "codes.item.length: 0 is no length"),
        (CodeSettings(item=KindRule(length=-3)), "codes.item.length: -3 is no length"),
        (CodeSettings(item=KindRule("x", replace=("x",))), "codes.item.replace: give two texts"),
        (CodeSettings(item=KindRule("x", replace=("(", ""))), "codes.item.replace: '(' is not a regular expression"),
        (
            CodeSettings(item=KindRule("x", replace=("x", r"\1"))),
            r"codes.item.replace: '\\1' cannot be put in place of 'x'",
        ),
        (CodeSettings(item=KindRule("x", replace=("x", r"\g<a>"))), "codes.item.replace: "),
        (CodeSettings(item=KindRule(r"\d+", ("ITF",))), "codes.item.length: part of an ITF code reads as a whole one"),
        (CodeSettings(item=KindRule(formats=("ITF",), length="8-14")), "codes.item.length: part of an ITF code"),
        (CodeSettings(item=KindRule("x", ("Code39", "Code128"), check="mod43")), "codes.item.check: mod43 belongs"),
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
