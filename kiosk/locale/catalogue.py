"""One language's catalogue: from the English sentence to the sentence of that language.

A message is always a whole sentence (or a whole label) with named fields, never a piece. Its English wording is its
name. ``en.po`` repeats it, so that a library may change the English words too without touching the code.
"""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from pathlib import Path
from typing import Final

import polib

_FOLDER: Final = Path(__file__).parent

OWN_NAMES: Final = {"id": "Bahasa", "en": "English"}
"""What each language calls itself on the button that switches to it."""


class LocaleError(Exception):
    """A language or a field of a message is missing."""


class Catalogue:
    """The messages of one language. Calling it translates: ``words("Due {date}", date="…")``."""

    def __init__(self, language: str) -> None:
        """Load the catalogue of ``language`` (``id``, ``en``); each file is read once.

        Raises:
            LocaleError: there is no catalogue for it.
        """
        self.language = language
        self._messages = _load(language)

    def __call__(self, msgid: str, /, **fields: object) -> str:
        """The sentence in this language with its fields filled in; the English one if the catalogue lacks it.

        Raises:
            LocaleError: the sentence names a field that was not given.
        """
        return self._filled(self._messages.gettext(msgid), fields)

    def plural(self, n: int, one: str, many: str, /, **fields: object) -> str:
        """As a call, for a sentence that depends on the number ``n``, which is also its field ``n``."""
        return self._filled(self._messages.ngettext(one, many, n), {"n": n, **fields})

    def _filled(self, sentence: str, fields: dict[str, object]) -> str:
        try:
            return sentence.format_map(fields)
        except KeyError as error:
            raise LocaleError(f"The message “{sentence}” ({self.language}) was given no field {error}.") from error


def message(msgid: str) -> str:
    """Marks a message that is translated elsewhere, in a table for instance, so that the extractor finds it."""
    return msgid


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(sorted(each.stem for each in _FOLDER.glob("*.po")))


@lru_cache(maxsize=8)
def _load(language: str) -> gettext.GNUTranslations:
    if language not in languages():
        raise LocaleError(f"There is no catalogue for the language “{language}”; there are {', '.join(languages())}.")
    file = polib.pofile(str(_FOLDER / f"{language}.po"), encoding="utf-8")
    return gettext.GNUTranslations(io.BytesIO(file.to_binary()))
