"""The typeface's files and what they can show."""

from __future__ import annotations

import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from kiosk import fonts
from kiosk.fonts.coverage import holds, readable
from kiosk.locale.catalogue import languages
from kiosk.locale.extract import catalogue_texts


def characters(weight: int) -> set[str]:
    """What one file holds."""
    return {chr(code) for code in TTFont(fonts.path(weight)).getBestCmap()}


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_a_file_says_its_weight_and_capital_height(weight: int) -> None:
    font = TTFont(fonts.path(weight))

    assert font["OS/2"].usWeightClass == weight
    assert font["OS/2"].sCapHeight / font["head"].unitsPerEm == pytest.approx(fonts.CAP_HEIGHT)


def test_another_weight_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="the weights are 400, 600, 700, 800"):
        fonts.path(500)


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
@pytest.mark.parametrize("language", languages())
def test_every_character_of_a_catalogue_is_in_every_weight(language: str, weight: int) -> None:
    wanted = set("".join(catalogue_texts(language))) - {"\n"}

    assert wanted - characters(weight) == set()


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_what_is_said_to_be_held_is_held(weight: int) -> None:
    held = {chr(code) for code in range(0x3000) if holds(chr(code))}

    assert held <= characters(weight)
    assert len(held) > 300


@pytest.mark.parametrize("name", ["Ą", "ş", "ż", "Ħ", "ø"])
def test_latin_extended_is_merged_with_kerning_and_outlines(name: str) -> None:
    font = TTFont(fonts.path(700))

    assert font.getGlyphSet()[font.getBestCmap()[ord(name)]].width > 0
    assert {"GPOS", "GSUB"} <= set(font.keys())


def test_the_licence_lies_beside_the_files() -> None:
    text = (fonts.path(400).parent / "OFL.txt").read_text(encoding="utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Atkinson Hyperlegible Next" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Siti Nurbaya", "Siti Nurbaya"),
        ("Iḥyā’ ʿUlūm ad-Dīn", "Ihyā’ ‘Ulūm ad-Dīn"),
        ("  dua\tkata\nsaja ", "dua kata saja"),
        ("\u202egnibal\u202c", "gnibal"),
        ("日本語", ""),
        ("A\u0301", "Á"),
        ("ﬁlm ①", "film 1"),
        ("\x00\ud800x", "x"),
        ("non\u2010breaking", "non-breaking"),
    ],
)
def test_readable(text: str, shown: str) -> None:
    assert readable(text) == shown


@given(st.text())
def test_readable_text_can_be_shown_and_stays_as_it_is(text: str) -> None:
    shown = readable(text)

    assert all(holds(each) and not unicodedata.category(each).startswith("C") for each in shown)
    assert readable(shown) == shown
