"""Encodings are told by what makes words, and nothing is claimed where that is not enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.sip2.probe.characters import guess_encoding
from kiosk.circulation.sip2.probe.finding import Confidence

#: Titles as they are.
TITLES = (
    "Crème brûlée à la maison",
    "Die Entdeckung der Langsamkeit für Anfänger",
    "Fünf Hügel und ein Schloß",
    "Cien años de soledad en español",
    "Þjóðsögur og ævintýri frá Íslandi",
    "Smørrebrød på dansk",
)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp850"])
def test_titles_tell_their_encoding(title: str, encoding: str) -> None:
    assert guess_encoding([b"18030001AB1|AJ" + title.encode(encoding) + b"|"]).value == encoding


def test_typographic_quotes_are_windows() -> None:
    text = "Das „Café“ – für Anfänger".encode("cp1252")
    assert guess_encoding([text]).value == "cp1252"


def test_ascii_tells_nothing_and_says_what_would() -> None:
    finding = guess_encoding([b"18", b"64"])
    assert finding.confidence is Confidence.UNKNOWN
    assert "--item" in finding.reason


def test_a_mixture_is_said() -> None:
    finding = guess_encoding(["Fünf".encode(), "Fünf".encode("latin-1")])
    assert finding.value is None
    assert "mixes" in finding.reason


def test_bytes_that_are_words_in_no_encoding_tell_nothing() -> None:
    assert guess_encoding([b"\xb1\xb2\xdb"]).value is None


def test_one_accent_makes_it_likely_many_make_it_certain() -> None:
    assert guess_encoding(["Café".encode("latin-1")]).confidence is Confidence.LIKELY
    assert guess_encoding([title.encode("latin-1") for title in TITLES]).confidence is Confidence.CERTAIN


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_are_survived(texts: list[bytes]) -> None:
    finding = guess_encoding(texts)
    assert finding.value in (None, "utf-8", "latin-1", "cp850", "cp1252")
    assert finding.reason.endswith(".")


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4))
def test_what_is_utf8_is_never_taken_for_anything_else(texts: list[str]) -> None:
    assert guess_encoding([text.encode("utf-8", "replace") for text in texts]).value in (None, "utf-8")
