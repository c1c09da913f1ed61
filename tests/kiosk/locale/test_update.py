"""Bringing a catalogue up to date with the sources."""

from __future__ import annotations

import polib

from kiosk.locale.extract import Message
from kiosk.locale.update import update


def catalogue(language: str, *entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.metadata = {"Language": language}
    file.extend(entries)
    return file


def test_what_is_translated_stays() -> None:
    file = catalogue("id", polib.POEntry(msgid="Finish", msgstr="Selesai"))

    assert update(file, [Message("Finish", "", "screens/borrow.py:3", frozenset())]) == []
    assert [(each.msgid, each.msgstr, each.occurrences) for each in file] == [
        ("Finish", "Selesai", [("kiosk/screens/borrow.py", "")])
    ]


def test_new_messages_are_added_empty_and_in_english_as_they_stand() -> None:
    found = [Message("Finish", "", "a.py:1", None), Message("{n} book", "{n} books", "b.py:2", None)]
    indonesian, english = catalogue("id"), catalogue("en")

    assert update(indonesian, found) == update(english, found) == ["Finish", "{n} book"]
    assert [(each.msgstr, each.msgstr_plural) for each in indonesian] == [("", {}), ("", {0: ""})]
    assert [(each.msgstr, each.msgstr_plural) for each in english] == [
        ("Finish", {}),
        ("", {0: "{n} book", 1: "{n} books"}),
    ]


def test_what_no_source_says_is_taken_out() -> None:
    file = catalogue("id", polib.POEntry(msgid="Old", msgstr="Lama"))

    assert update(file, []) == []
    assert list(file) == []
