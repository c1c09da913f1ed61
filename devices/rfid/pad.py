"""What lies on the pad now. Everything that decides arriving, reading again and leaving is here.

This file knows no port, no protocol and no clock. It is told what came of each inventory round and of each read, and
when, and gives the events that follow; :meth:`Pad.next_read` says which tag to read next.

Theory of operation. A tag *arrives* with the first round that lists it, because patrons watch the screen. It *leaves*
after :data:`MISSES` rounds in a row without it and no sooner than :data:`LINGER`, because tags in a pile shade each
other for a round or two, and rounds may follow each other closely. A round
whose answer was garbled or missing proves nothing and changes nothing; an answer about one tag, garbled or not, proves
that this tag is there. Tags are read once, those that failed behind those never tried, so one bad tag never holds up
a pile. What looks damaged is read :data:`TRIES` times before it is reported, and now and then afterwards, because
shifting a pile can mend it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.events import TagArrived, TagEvent, TagLeft, TagRead
from devices.rfid.tags.content import Problem, TagContent, problem

#: Rounds in a row without a tag, and seconds since it was last heard, before it has left.
MISSES: Final = 3
LINGER: Final = 0.35
#: Reads of a tag that looks damaged or silent before that is reported.
TRIES: Final = 3
#: Rounds between later tries of a tag that was reported as damaged.
PATIENCE: Final = 8

_WORTH_RETRYING: Final = frozenset({Problem.UNREADABLE, Problem.BAD_CRC})


@dataclass(slots=True)
class _Tag:
    heard: float  # when, in seconds
    missed: int = 0
    tries: int = 0
    wait: int = 0  # rounds until the next read
    done: bool = False  # read for good
    told: TagRead | None = None


class Pad:
    """The tags on one antenna, by UID."""

    def __init__(self) -> None:
        self._tags: dict[str, _Tag] = {}

    @property
    def present(self) -> frozenset[str]:
        """UIDs of the tags on the pad, those missing for a round or two included."""
        return frozenset(self._tags)

    @property
    def settled(self) -> bool:
        """Whether something lies there, and every bit of it was seen in the last round."""
        return bool(self._tags) and not any(tag.missed for tag in self._tags.values())

    def round(self, seen: tuple[str, ...], now: float) -> list[TagEvent]:
        """An inventory came through whole and listed ``seen``; ``now`` in seconds of any clock that never goes back."""
        events: list[TagEvent] = []
        there = dict.fromkeys(seen)
        for uid in [uid for uid in self._tags if uid not in there]:
            tag = self._tags[uid]
            tag.missed += 1
            if tag.missed >= MISSES and now - tag.heard >= LINGER:
                del self._tags[uid]
                events.append(TagLeft(uid))
        for uid in there:
            if uid not in self._tags:
                self._tags[uid] = _Tag(now)
                events.append(TagArrived(uid))
            else:
                self.answered(uid, now)
                self._tags[uid].wait = max(0, self._tags[uid].wait - 1)
        return events

    def next_read(self) -> str | None:
        """The tag to read now: present in the last round, not read yet, the least tried first."""
        due = [
            (tag.tries, at, uid)
            for at, (uid, tag) in enumerate(self._tags.items())
            if not (tag.done or tag.missed or tag.wait)
        ]
        return min(due)[2] if due else None

    def answered(self, uid: str, now: float) -> None:
        """Something came back from this tag, however garbled: it is there."""
        if uid in self._tags:
            self._tags[uid].missed = 0
            self._tags[uid].heard = now

    def read(self, uid: str, content: TagContent | None) -> list[TagEvent]:
        """A read of ``uid`` gave this content, or nothing that could be used."""
        tag = self._tags.get(uid)
        if tag is None:
            return []
        trouble = Problem.UNREADABLE if content is None else problem(content)
        tag.tries += 1
        if trouble not in _WORTH_RETRYING:
            tag.done = True
            return self._tell(tag, TagRead(uid, content, trouble))
        tag.wait = 1 if tag.tries < TRIES else PATIENCE
        return self._tell(tag, TagRead(uid, content, trouble)) if tag.tries >= TRIES else []

    def clear(self) -> list[TagEvent]:
        """The reader is gone: so is everything it saw."""
        events: list[TagEvent] = [TagLeft(uid) for uid in self._tags]
        self._tags.clear()
        return events

    @staticmethod
    def _tell(tag: _Tag, event: TagRead) -> list[TagEvent]:
        if event == tag.told:
            return []
        tag.told = event
        return [event]
