"""Brings the catalogues up to date with the sources: ``python -m kiosk.locale.update``.

New messages are added (in English as they stand, elsewhere empty, for a translator), those that no source says any
more are taken out, and what is translated stays as it is.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import polib

from kiosk.locale.extract import Message, messages

_LOCALE = Path(__file__).parent


def update(file: polib.POFile, found: Iterable[Message]) -> list[str]:
    """Change ``file`` to hold exactly the messages of ``found``. Returns those that are new."""
    known = {entry.msgid: entry for entry in file}
    places: defaultdict[str, set[str]] = defaultdict(set)
    plurals: dict[str, str] = {}
    for each in found:
        places[each.msgid].add(f"kiosk/{each.where.rpartition(':')[0]}")
        plurals[each.msgid] = plurals.get(each.msgid) or each.plural
    own = file.metadata.get("Language") == "en"
    entries = [known.get(msgid) or _new(msgid, plurals[msgid], own=own) for msgid in places]
    for entry in entries:
        entry.occurrences = [(place, "") for place in sorted(places[entry.msgid])]
    file[:] = sorted(entries, key=lambda entry: entry.occurrences[0])
    return [msgid for msgid in places if msgid not in known]


def _new(msgid: str, plural: str, *, own: bool) -> polib.POEntry:
    if plural:
        forms = {0: msgid, 1: plural} if own else {0: ""}
        return polib.POEntry(msgid=msgid, msgid_plural=plural, msgstr_plural=forms)
    return polib.POEntry(msgid=msgid, msgstr=msgid if own else "")


def main() -> int:
    """Update every catalogue and say what is new."""
    found = messages(_LOCALE.parent)
    for path in sorted(_LOCALE.glob("*.po")):
        file = polib.pofile(str(path), encoding="utf-8", wrapwidth=120)
        for msgid in update(file, found):
            sys.stdout.write(f"{path.name}: new: {msgid}\n")
        file.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
