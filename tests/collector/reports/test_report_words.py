"""The catalogue: complete in both languages, and nothing in it that nobody says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import collector.reports
from collector.reports.sentences import SENTENCES
from collector.reports.words import ReportWords

SOURCE = Path(collector.reports.__file__).parent
#: Files that say other messages, or none.
FOREIGN = ("devices.py", "sentences.py", "sentences_en.py", "sentences_id.py")
#: Keys that are put together where they are said: a prefix and what may follow.
BUILT = (
    "status.", "legend.", "source.", "iplm.", "monthly.", "strip.", "operation.", "quality.special.", "heatmap.title",
    "compare.", "note.",
)  # fmt: skip


def fields(message: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def test_both_languages_have_the_same_messages_with_the_same_fields() -> None:
    plain = {language: {k for k in table if not k.endswith(".1")} for language, table in SENTENCES.items()}
    assert plain["id"] == plain["en"]
    for key in plain["en"]:
        assert fields(SENTENCES["id"][key]) == fields(SENTENCES["en"][key]), key
    for key in (k for k in SENTENCES["en"] if k.endswith(".1")):
        assert fields(SENTENCES["en"][key]) <= fields(SENTENCES["en"][key.removesuffix(".1")]), key


def test_every_message_that_is_said_is_there_and_every_other_is_built() -> None:
    text = "".join(p.read_text() for p in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.jinja")] if p.name not in FOREIGN)
    said = set(re.findall(r'say\(\s*f?"([a-z_.]+)"', text))
    known = {key for key in SENTENCES["en"] if not key.endswith(".1")}
    assert said <= known, said - known
    quoted = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+|[a-z]+)"', text))
    idle = {k for k in known - quoted if not k.startswith(BUILT) and not k.endswith((".title", ".sites"))}
    assert not idle


@pytest.mark.parametrize(
    ("language", "number", "tenths", "factor", "signed", "span"),
    [
        ("id", "8.142", "1.035,1", "×1,04", "−12", "1–30 November 2026"),
        ("en", "8,142", "1,035.1", "×1.04", "−12", "1–30 November 2026"),
    ],
)
def test_numbers_and_days(language: str, number: str, tenths: str, factor: str, signed: str, span: str) -> None:
    words = ReportWords(language)
    assert (words.number(8142), words.tenths(10351), words.factor(1040), words.signed(-12)) == (
        number, tenths, factor, signed,
    )  # fmt: skip
    assert words.span(date(2026, 11, 1), date(2026, 11, 30)) == span
    assert words.span(date(2025, 12, 28), date(2026, 1, 3)) in ("28 Des 2025 – 3 Jan 2026", "28 Dec 2025 – 3 Jan 2026")


def test_one_is_not_plural_and_small_changes_keep_their_decimal() -> None:
    words = ReportWords("en")
    assert words.say("note.estimated", n=1) == "1 of them is estimated."
    assert (words.about(-60), words.about(4), words.about(125)) == ("6 %", "0.4 %", "13 %")
    assert (words.change(60), words.change(-60), words.change(0)) == ("+6.0 %", "−6.0 %", "0.0 %")


def test_an_operation_nobody_has_words_for_keeps_its_name() -> None:
    assert (ReportWords("id").operation("checkout"), ReportWords("id").operation("x")) == ("pinjam", "x")
