"""What the station says: a sentence for people, and the same as JSON for scripts."""

from __future__ import annotations

from typing import Final

import msgspec

from devices.rfid.station.steps import News, Tell


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of ``--json``; ``text`` says it in words. ``there``: what is on the tag now."""

    event: str
    text: str
    uid: str = ""
    item: str = ""
    part: int = 0
    parts: int = 0
    why: str = ""
    there: str = ""
    done: int | None = None
    skipped: int | None = None
    failed: int | None = None
    half: int | None = None


#: News with a green tick, and news with a red cross; the rest is neither.
GOOD: Final = frozenset({News.DONE, News.FINISHED, News.UNDONE, News.ALREADY})
BAD: Final = frozenset(
    {News.REFUSED_CODE, News.REFUSED, News.FAILED, News.HALF, News.TWO_TAGS, News.INCOMPLETE, News.OTHER_TAG}
)
#: What says that a tag's work is over, for the count.
_WORDS: Final = {
    News.SCANNED: "{item}{of}: lay its tag on the pad, alone.",
    News.REFUSED_CODE: "{item}: {why}",
    News.BEFORE: "{item} was tagged before: {why}.",
    News.NOTHING_SCANNED: "A tag lies on the pad, but nothing was scanned: scan the item's barcode.",
    News.TWO_TAGS: "More than one tag on the pad: leave only the one for {item}{of}.",
    News.TAKE_AWAY: "{item}{of}: take the last tag away and lay the next one on the pad.",
    News.OTHER_TAG: "Tag {uid} is half written with {item}{of}: put it back, or type skip to use another one.",
    News.ASK: "The tag {uid} is not blank; on it is {there}. Overwrite it with {item}{of}? Type y or n.",
    News.KEPT: "The tag stays as it is. Lay another one down for {item}{of}.",
    News.REFUSED: "{item}{of}: not written. {why}",
    News.WOULD_WRITE: "{item}{of} would be written to tag {uid} in place of {there}.",
    News.LOSES: "{item}{of}, tag {uid}: {why}",
    News.ALREADY: "{item}{of} is on tag {uid} already.",
    News.DONE: "{item}{of} is on tag {uid}, read back.",
    News.FINISHED: "Tag {uid} was half written and is whole now: {item}{of}, read back.",
    News.GIVEN_BACK: "Tag {uid} holds its old content again, read back.",
    News.FAILED: "Tag {uid}: not written. {why}",
    News.HALF: "Tag {uid} may be half written with {item}{of}. {why} It is finished when it is seen again.",
    News.SKIPPED: "Tag {uid} is left as it is. {why}",
    News.UNDO: "Lay tag {uid} ({item}) on the pad: its old content is written back.",
    News.UNDONE: "Undone: tag {uid} holds again what it held before {item}{of}, read back.",
    News.INCOMPLETE: "{item}: only {done} of {parts} parts have been tagged.",
    News.BUSY: "Wait until the tag has been written, then do that again.",
    News.CANCELLED: "Let go. Scan the next barcode.",
    News.ABANDONED: "Tag {uid} gets its old content back when it is seen again. Lay another one down for {item}{of}.",
}


def shown(tell: Tell) -> Shown:
    """``tell`` in words."""
    of = f" part {tell.part} of {tell.parts}" if tell.parts > 1 else ""
    values = {"uid": tell.uid, "item": tell.item or "an item", "why": tell.why, "there": tell.there, "of": of}
    text = _WORDS[tell.news].format(**values, done=tell.part - 1, parts=tell.parts).strip()
    counted = (tell.part, tell.parts) if tell.item else (0, 0)
    return Shown(tell.news.value, text, tell.uid, tell.item, *counted, tell.why, tell.there)
