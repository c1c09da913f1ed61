"""The journal's operations that are not settled, kept in memory: a day offline asks for them at every loan."""

from __future__ import annotations

from kiosk.circulation.journal_file import SETTLED, Entry, JournalReader


class Unsettled:
    """Follows the one writer's rows. Not for use without the journal's lock."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._known: dict[str, Entry] | None = None  # in their order; None: to be read
        self._changed: set[str] = set()

    def changed(self, op: str) -> None:
        """A row of this operation was committed."""
        self._changed.add(op)

    def doubt(self) -> None:
        """A commit failed, and whether it reached the disk is not known: read everything again."""
        self._known = None

    def entries(self) -> list[Entry]:
        """All of them, in their order."""
        if self._known is None:
            self._known = {entry.op: entry for entry in self._journal.read_unsettled()}
        elif not self._follow(self._known):
            self._known = dict(sorted(self._known.items(), key=lambda pair: pair[1].seq))
        self._changed.clear()
        return list(self._known.values())

    def _follow(self, known: dict[str, Entry]) -> bool:
        """Take the changes in; false if something came back that had been settled, out of its order."""
        last, in_order = next(reversed(known.values())).seq if known else 0, True
        for op in self._changed:
            entry = self._journal.entry(op)
            if entry is None or entry.state in SETTLED:
                known.pop(op, None)
                continue
            if op not in known:
                in_order, last = in_order and entry.seq > last, entry.seq
            known[op] = entry
        return in_order
