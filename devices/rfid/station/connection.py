"""The station's reader: opened, asked who lies there, and found again when it comes back. One thread, no waiting."""

from __future__ import annotations

from collections.abc import Callable

from devices.rfid.errors import SetupError
from devices.rfid.family import Family, Lapse, entry, family, line_settings
from devices.rfid.hf import HfFamily
from devices.rfid.pad import LINGER, MISSES
from devices.rfid.port import Port, PortLost
from devices.rfid.reader import BACKOFF, LIVELY, SILENCES
from devices.rfid.security_scheme import scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.station.steps import Round
from devices.rfid.station.tagger import Hand, Tagger
from devices.rfid.station.uhf_tagger import UhfTagger
from devices.rfid.uhf import UhfFamily


class Presence:
    """Who is on the pad. A tag that is missed for a round or two is still there: others may shade it."""

    def __init__(self) -> None:
        self._tags: dict[str, tuple[float, int]] = {}

    def round(self, seen: frozenset[str], now: float) -> Round:
        """An inventory listed ``seen``, at ``now`` (s)."""
        for uid, (heard, missed) in list(self._tags.items()):
            if uid in seen:
                continue
            if missed + 1 >= MISSES and now - heard >= LINGER:
                del self._tags[uid]
            else:
                self._tags[uid] = (heard, missed + 1)
        self._tags |= dict.fromkeys(seen, (now, 0))
        return Round(frozenset(self._tags), seen)

    def forget(self, uid: str) -> None:
        """It was looked for and is gone."""
        self._tags.pop(uid, None)

    def clear(self) -> None:
        """Nobody can be seen."""
        self._tags.clear()


class Connection:
    """``say`` is told when the reader is there (``True`` and its name), and when it is not, each time anew."""

    def __init__(self, settings: ReaderSettings, clock: Callable[[], float], say: Callable[[bool, str], None]) -> None:
        self._settings = settings
        self._entry = entry(settings)
        self._scheme = scheme(settings)
        self._clock = clock
        self._say = say
        self._told = ""
        self._port: Port | None = None
        self._family: Family | None = None
        self._presence = Presence()
        self._silences = 0
        self._backoff = BACKOFF[0]
        self._next = self._moved = clock()
        self._here: frozenset[str] = frozenset()
        self.tagger: Hand | None = None
        self.found = False

    @property
    def pause(self) -> float:
        """Seconds until :meth:`round` has something to do."""
        return max(0.0, self._next - self._clock())

    def round(self) -> Round | None:
        """One inventory, or one attempt to find the reader; ``None`` when there is nothing new to say of the pad."""
        if self.pause > 0:
            return None
        try:
            if self._family is None:
                self._open()
                return None
            seen = self._family.inventory()
            there = self.tagger.uids(seen) if self.tagger and not isinstance(seen, Lapse) else None
            self._silences = self._silences + 1 if seen is Lapse.SILENT else 0
            if self._silences >= SILENCES:
                raise PortLost(f"{self._settings.port}: the reader has stopped answering. Check its power.")
        except PortLost as lost:
            self.lose(str(lost))
            return None
        now = self._clock()
        found = None if there is None else self._presence.round(there, now)
        if found is not None and found.here != self._here:
            self._here, self._moved = found.here, now
        still = bool(self._here) and now - self._moved > LIVELY
        self._next = now + (self._entry.rest if still else self._entry.idle)
        return found

    def forget(self, uid: str) -> None:
        """The tag was looked for and is gone."""
        self._presence.forget(uid)

    def lose(self, why: str) -> None:
        """The reader is not there; it is looked for again after a while."""
        if self._port is not None:
            self._port.close()
        self._port = self._family = self.tagger = None
        self._presence.clear()
        self._here = frozenset()
        self._next = self._clock() + self._backoff
        self._backoff = min(self._backoff * 2, BACKOFF[1])
        if why != self._told:
            self._told = why
            self._say(False, why)

    def close(self) -> None:
        """Let go of the port."""
        if self._port is not None:
            self._port.close()

    def _open(self) -> None:
        self._port = Port.open(self._settings.port, line_settings(self._settings), self._clock)
        made = family(self._settings, self._port)
        hello = made.hello()
        if hello is None:
            raise PortLost(f"{self._settings.port}: no reader answers. Check its power, and 'protocol'.")
        self.tagger = self._hand(made)
        self._family = made
        self.found, self._silences, self._backoff = True, 0, BACKOFF[0]
        self._next = self._moved = self._clock()
        if hello != self._told:
            self._told = hello
            self._say(True, hello)

    def _hand(self, made: Family) -> Hand:
        if isinstance(made, HfFamily):
            return Tagger(made, eas=self._scheme.eas)
        if isinstance(made, UhfFamily):
            return UhfTagger(made)
        raise SetupError(f"protocol {self._settings.protocol!r}: it reads cards, and writes no tags")
