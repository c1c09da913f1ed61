"""Texts from a system, for people; and ours, for a field."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.circulation.sip2.codec import decode, encode
from kiosk.circulation.sip2.messages import ItemStatusUpdateResponse
from kiosk.circulation.sip2.text import clean, for_field


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Siti Nurhaliza", "Siti Nurhaliza"),
        ("  two\t lines\r\nin  one ", "two lines in one"),
        ("\x1b@\x1b[31mred\x07", "@[31mred"),
        ("safe\u202egnp.exe\u202c", "safegnp.exe"),
        ("\u2066a\u2069\u200e\u061cb", "ab"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("A &#124; B", "A | B"),
        ("line\u2028end\u0085here", "line end here"),
        ("half \ud800 pair", "half pair"),
        ("क्\u200dष", "क्\u200dष"),  # the joiner belongs to the script
        ("", ""),
    ],
)
def test_what_acts_is_removed_and_what_reads_stays(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 300) == "x" * 199 + "…"
    assert clean("abcdef", 4) == "abc…"
    assert clean("abcdef", 1) == "…"
    assert clean("abcdef", 0) == ""
    assert clean("abc def", 5) == "abc…"


def test_an_accent_is_not_cut_from_its_letter() -> None:
    assert clean("ae\u0301xyz", 3) == "a…"


@settings(deadline=None)
@given(st.text(), st.integers(0, 50))
def test_a_cleaned_text_is_one_quiet_line_within_its_length(raw: str, longest: int) -> None:
    shown = clean(raw, longest)
    assert len(shown) <= longest
    assert shown == clean(shown, longest)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        ("Laskar Pelangi", "ascii", "Laskar Pelangi"),
        ("C | C++\r\n", "utf-8", "C &#124; C++"),
        ("Pramoedya é ß", "ascii", "Pramoedya e ?"),
        ("é 漢", "latin-1", "é ?"),
        ("ö", "cp850", "ö"),
        ("ﬁn", "ascii", "fin"),
        ("e\u0301", "latin-1", "é"),
    ],
)
def test_our_text_is_made_fit_for_a_field(text: str, encoding: str, written: str) -> None:
    assert for_field(text, encoding) == written


def test_our_text_is_cut_by_bytes_and_never_inside_a_letter_or_an_entity() -> None:
    assert for_field("ö" * 200) == "ö" * 127
    assert for_field("abc|", longest=8) == "abc"


ENCODINGS = st.sampled_from(["utf-8", "ascii", "latin-1", "cp850", "cp1252", "shift_jis", "gbk", "big5", "euc_kr"])


@settings(deadline=None)
@given(st.text() | st.text("|\\¥~‾ß漢ヱ竅｜表"), ENCODINGS)
def test_what_was_made_fit_is_always_written(text: str, encoding: str) -> None:
    title = for_field(text, encoding)
    message = ItemStatusUpdateResponse(
        item_properties_ok=True, transaction_date="", item_identifier="1", title_identifier=title
    )
    assert decode(encode(message, encoding), encoding) == message
