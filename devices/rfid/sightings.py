"""Which UHF tags lie on the pad, and which are only heard. Everything that decides it is here.

A UHF reader hears tags at one or two metres: a neighbour's bag, the shelf behind. This file knows no port, no protocol
and no clock: it is told which tags each round heard and how strongly, and says which are on the pad.

Theory of operation. A tag comes onto the pad when it was heard at the threshold or stronger in ``seen`` of the last
``rounds`` rounds, the one that runs included. It stays while it is heard at all, down to :data:`SLACK` below the
threshold, because the next book of the pile takes some dB away; it is given up after so many whole rounds without it.
A round that was damaged or broken off proves nothing about the tags it did not hear. How often a tag was heard *in* a
round says nothing about where it lies, but a good deal about how many there are: a tag answers once, so a name heard
twice in one round are two tags, or one that lost its power in between, and neither is written to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.rfid.pad import MISSES
from devices.rfid.settings import UhfSettings

#: dB below the threshold at which a tag on the pad still counts as heard.
SLACK: Final = 6


@dataclass(frozen=True, slots=True)
class Heard:
    """A tag that answered; ``rssi`` in dBm, ``None`` where the reader does not tell (it counts as strong)."""

    epc: bytes
    pc: int
    rssi: int | None = None


@dataclass(slots=True)
class _Hearing:
    """What a round heard of one tag."""

    times: int = 0
    strong: bool = False
    kept: bool = False


class Sightings:
    """Tags by their names; ``name`` gives that of what was heard."""

    def __init__(self, settings: UhfSettings, name: Callable[[Heard], str]) -> None:
        self._settings = settings
        self._name = name
        self._past: deque[dict[str, _Hearing]] = deque(maxlen=settings.rounds)
        self._now: dict[str, _Hearing] = {}
        self._missed: dict[str, int] = {}  # tags on the pad: whole rounds in a row without them
        self._last: dict[str, Heard] = {}
        self._whole = False
        self._patience = max(settings.rounds, MISSES)

    def begin(self) -> None:
        """A round begins."""
        self._whole = False

    def hear(self, heard: Heard) -> bool:
        """The round that runs heard a tag. Whether this brings it onto the pad.

        A tag without an EPC has no name, and cannot be told from another.
        """
        if not heard.epc:
            return False
        uid = self._name(heard)
        hearing = self._now.setdefault(uid, _Hearing())
        strength = self._settings.rssi_dbm if heard.rssi is None else heard.rssi
        hearing.times += 1
        hearing.strong |= strength >= self._settings.rssi_dbm
        hearing.kept |= strength >= self._settings.rssi_dbm - SLACK
        self._last[uid] = heard
        if uid in self._missed or not hearing.strong:
            return False
        # The window: this round and those behind it. The oldest kept is one too many while this one runs.
        earlier = list(self._past)[-(self._settings.rounds - 1) :] if self._settings.rounds > 1 else []
        rounds = 1 + sum(uid in past and past[uid].strong for past in earlier)
        if rounds < self._settings.seen:
            return False
        self._missed[uid] = 0
        return True

    def close(self, *, whole: bool) -> None:
        """The round is over; ``whole``: nothing of it was lost, so whoever was not heard did not answer."""
        for uid in list(self._missed):
            if uid in self._now and self._now[uid].kept:
                self._missed[uid] = 0
            elif whole:
                self._missed[uid] += 1
                if self._missed[uid] >= self._patience:
                    del self._missed[uid]
        self._past.append(self._now)
        self._now = {}
        self._whole = whole
        remembered = set(self._missed).union(*self._past)
        self._last = {uid: heard for uid, heard in self._last.items() if uid in remembered}

    @property
    def present(self) -> tuple[str, ...]:
        """Tags on the pad: behind a whole round those it heard, otherwise all that are not given up."""
        return tuple(uid for uid, missed in self._missed.items() if not (self._whole and missed))

    @property
    def occupied(self) -> bool:
        """Whether there are tags on the pad that were not given up yet."""
        return bool(self._missed)

    def on_pad(self, uid: str) -> bool:
        """Whether this tag lies on the pad."""
        return uid in self._missed

    def last(self, uid: str) -> Heard | None:
        """The tag as it was last heard or read, on the pad or not; ``None`` if it has not been for a while."""
        return self._last.get(uid)

    def learn(self, uid: str, heard: Heard) -> None:
        """The tag was read, and its EPC and PC are these."""
        if uid in self._last:
            self._last[uid] = heard

    def doubled(self, uid: str) -> bool:
        """Whether a round lately heard this name twice."""
        return any(uid in past and past[uid].times > 1 for past in (*self._past, self._now))

    def others(self, uid: str) -> tuple[bytes, ...]:
        """EPCs of all other tags heard lately, however faintly."""
        return tuple(heard.epc for other, heard in self._last.items() if other != uid)
