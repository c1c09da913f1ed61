"""Both catalogues hold exactly what the sources say, and nothing that must never be said."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

import kiosk
import kiosk.locale
from kiosk.locale.catalogue import Catalogue, LocaleError, languages, message
from kiosk.locale.extract import Message, fields, messages

SOURCES = Path(kiosk.__file__).parent
FOLDER = Path(kiosk.locale.__file__).parent
USED = messages(SOURCES)
FORBIDDEN = re.compile(
    r"\b(error|errors|invalid|failed|failure|fail|illegal|denied|forbidden|sorry but|"
    r"gagal|galat|kesalahan|salah|eror|ditolak|dilarang|tidak sah|tidak valid)\b",
    re.IGNORECASE,
)


def catalogue(language: str) -> dict[str, polib.POEntry]:
    """The entries of one file by message."""
    return {entry.msgid: entry for entry in polib.pofile(str(FOLDER / f"{language}.po"), encoding="utf-8")}


def translations(entry: polib.POEntry) -> list[str]:
    """What an entry may say."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def test_the_languages() -> None:
    assert languages() == ("en", "id")


@pytest.mark.parametrize("language", languages())
def test_every_message_of_the_sources_is_translated(language: str) -> None:
    entries = catalogue(language)

    missing = [f"{each.where}: {each.msgid}" for each in USED if each.msgid not in entries]
    assert not missing
    empty = [entry.msgid for entry in entries.values() if not all(translations(entry)) or entry.fuzzy]
    assert not empty


@pytest.mark.parametrize("language", languages())
def test_every_message_of_the_catalogue_is_used(language: str) -> None:
    assert set(catalogue(language)) - {each.msgid for each in USED} == set()


@pytest.mark.parametrize("language", languages())
def test_plural_forms_are_those_of_the_sources(language: str) -> None:
    entries = catalogue(language)

    for each in USED:
        if each.msgid in entries and each.plural:
            assert entries[each.msgid].msgid_plural == each.plural, each.where
            assert len(entries[each.msgid].msgstr_plural) == {"id": 1, "en": 2}[language]


@pytest.mark.parametrize("language", languages())
def test_a_translation_has_the_fields_of_its_message(language: str) -> None:
    for entry in catalogue(language).values():
        wanted = fields(entry.msgid_plural or entry.msgid)
        *singular, general = translations(entry)
        assert fields(general) == wanted, entry.msgid
        # The form for one may leave the number out: "Add the missing part."
        assert all(wanted - {"n"} <= fields(said) <= wanted for said in singular), entry.msgid


@pytest.mark.parametrize("call", USED, ids=lambda call: call.where)
def test_every_call_gives_the_fields_of_its_message(call: Message) -> None:
    if call.given is not None:
        assert fields(call.msgid) | fields(call.plural) <= call.given


@pytest.mark.parametrize("language", languages())
def test_nothing_blames_or_frightens(language: str) -> None:
    said = [text for entry in catalogue(language).values() for text in translations(entry)]

    assert [text for text in said if FORBIDDEN.search(text)] == []


def test_english_says_what_the_sources_say() -> None:
    for entry in catalogue("en").values():
        if not entry.msgid_plural:
            assert entry.msgstr == entry.msgid


def test_indonesian_is_not_left_in_english() -> None:
    same = {"Menu", "{day} {month}", "{day} {month} {year}", "Rp{amount}", "{left}, {date}", "April", "September"} | {
        "November",
        "{date}, {time} {zone}",
    }

    assert {entry.msgid for entry in catalogue("id").values() if entry.msgstr == entry.msgid} == same


@pytest.mark.parametrize("language", languages())
def test_no_sentence_has_more_than_ten_words(language: str) -> None:
    """The design asks for eight where possible; the few longer ones are its own words."""
    for entry in catalogue(language).values():
        for text in translations(entry):
            for sentence in re.split(r"[.:] ", text):
                words = [word for word in sentence.split() if re.search(r"\w", word)]
                assert len(words) <= (12 if "cleared" in entry.msgid else 10), sentence


@pytest.mark.parametrize("language", languages())
def test_a_label_stays_a_label_and_a_sentence_a_sentence(language: str) -> None:
    for entry in catalogue(language).values():
        for text in translations(entry):
            assert text == text.strip()
            assert text.endswith(".") is entry.msgid.endswith("."), entry.msgid


def test_an_unknown_message_is_said_in_english() -> None:
    assert Catalogue("id")("Not in any catalogue {n}", n=3) == "Not in any catalogue 3"


def test_a_missing_field_is_a_sentence() -> None:
    with pytest.raises(LocaleError, match=r"Kembali \{date\}.*'date'"):
        Catalogue("id")("Due {date}")


@pytest.mark.parametrize("language", ["xx", "", "../id", "ID"])
def test_an_unknown_language_is_a_sentence(language: str) -> None:
    with pytest.raises(LocaleError, match="there are en, id"):
        Catalogue(language)


def test_a_title_is_never_taken_for_a_message() -> None:
    assert Catalogue("en")("{title} borrowed", title="{0} {title} <b>%s</b>") == "{0} {title} <b>%s</b> borrowed"


def test_message_only_marks() -> None:
    assert message("Finish") == "Finish"


# --- the extractor itself


def test_the_extractor_reads_python(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(
        'a = words("One")\n'
        'b = self.app.words("Two {n}", n=1)\n'
        'c = words.plural(n, "{n} three", "{n} threes")\n'
        'd = tr("Fo" "ur")\n'
        "e = words(variable)\n"
        'f = other("Five")\n'
        'g = words("Six {x}", **rest)\n'
        'h = _("Seven")\n',
        encoding="utf-8",
    )

    assert messages(tmp_path) == [
        Message("One", "", "page.py:1", frozenset()),
        Message("Two {n}", "", "page.py:2", frozenset({"n"})),
        Message("{n} three", "{n} threes", "page.py:3", frozenset({"n"})),
        Message("Four", "", "page.py:4", frozenset()),
        Message("Six {x}", "", "page.py:7", None),
        Message("Seven", "", "page.py:8", frozenset()),
    ]


def test_the_extractor_reads_kv(tmp_path: Path) -> None:
    (tmp_path / "page.kv").write_text(
        "<Page>:\n"
        "    text: app.words('One (1)') if self.on else tr(\"Two\")\n"
        "    hint: words.plural(self.n, 'a {n}', 'b {n}')\n"
        "    size: keywords('no')\n"
        "    bad: words('open\n",
        encoding="utf-8",
    )

    assert messages(tmp_path) == [
        Message("One (1)", "", "page.kv:2", frozenset()),
        Message("Two", "", "page.kv:2", frozenset()),
        Message("a {n}", "b {n}", "page.kv:3", frozenset({"n"})),
    ]
