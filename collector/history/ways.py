"""Files with a row for each direction: two rows of one time become one entry. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from collector.history.entries import Entry
from collector.history.errors import HistoryError
from collector.history.findings import Finding, Kind

_IN: Final = frozenset(("in", "inbound", "incoming", "enter", "entry", "masuk", "fw", "i"))
_OUT: Final = frozenset(("out", "outbound", "outgoing", "exit", "leave", "keluar", "bw", "o"))


def told_apart(ways: Iterable[str], into_is: str) -> dict[str, bool]:
    """Whether each word of the column means *in*. ``into_is`` is the one that does, where no word says so.

    Raises:
        HistoryError: a word that says neither, and the person did not say which it is.
    """
    known: dict[str, bool] = {}
    for word in sorted(set(ways)):
        if into_is:
            known[word] = word.lower() == into_is.lower()
        elif word.lower() in _IN or word.lower() in _OUT:
            known[word] = word.lower() in _IN
        else:
            raise HistoryError(
                f"the column of directions says {word!r}, which is neither in nor out. "
                "Name the value that means in with --in-is."
            )
    if into_is and True not in known.values():
        raise HistoryError(f"no row has the direction {into_is!r}; the file says {', '.join(map(repr, known))}.")
    return known


def joined(entries: Sequence[Entry], into: dict[str, bool]) -> tuple[list[Entry], list[Finding]]:
    """Pairs of rows as one entry; the n-th row out belongs to the n-th row in of the same door and time.

    A row out without one in stays out, and is told: who came in is not known then, and not zero.
    """
    waiting: dict[tuple[object, ...], list[int]] = {}
    result: list[Entry] = []
    findings: list[Finding] = []
    for entry in entries:
        if into[entry.way]:
            waiting.setdefault((entry.door, entry.start, entry.end), []).append(len(result))
            result.append(replace(entry, way=""))
    for entry in entries:
        if into[entry.way]:
            continue
        if places := waiting.get((entry.door, entry.start, entry.end)):
            place = places.pop(0)
            result[place] = replace(result[place], out=entry.into)
        else:
            findings.append(Finding(Kind.NO_NUMBER, f"{entry.start:%Y-%m-%d %H:%M}", (entry.line,), entry.door))
    return result, findings
