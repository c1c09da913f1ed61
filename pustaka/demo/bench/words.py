"""Every sentence of the bench, in Indonesian and English: the same keys in both.

No sentence is built from pieces; each is one message with fields. Words for pages, phases and refusals are looked up
by the names that the kiosk itself uses; a name without a word is shown as it is.
"""

from __future__ import annotations

from typing import Final

from pustaka.demo.bench import english, indonesian

LANGUAGES: Final = ("id", "en")
SENTENCES: Final = {"id": indonesian.SENTENCES, "en": english.SENTENCES}
#: Fields that name something of the kiosk's, and the family of words they are looked up in.
_NAMED: Final = {
    "page": "page", "overlay": "overlay", "notice": "notice", "phase": "phase", "code": "code", "op": "op",
    "device": "device", "cable": "cable", "trouble": "trouble", "part": "part", "state": "state",
}  # fmt: skip


def say(language: str, key: str, **fields: str | int) -> str:
    """The sentence ``key``; fields that name a page, phase, refusal … are said in words."""
    table = SENTENCES[language]
    if fields.get("n") == 1 and f"{key}.1" in table:
        key = f"{key}.1"
    said = {name: table.get(f"{_NAMED.get(name, '-')}.{value}", value) for name, value in fields.items()}
    return table.get(key, key).format(**said)


def age(language: str, seconds: float) -> str:
    """``8 s`` or ``14 min``."""
    whole = max(0, int(seconds))
    return say(language, "age.s", n=whole) if whole < 60 else say(language, "age.min", n=whole // 60)
