"""How well a reader hears: rounds a second, what is damaged, which tags are missed and which are none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.rfid.family import Family, Lapse

#: Rounds that are not counted: whatever the reader did before has to settle, and UHF tags have to be seen k times.
_WARM = 3
#: A UID heard in less of the rounds than this is a ghost: a damaged answer that happened to look right.
GHOST = 0.1


@dataclass
class Survey:
    """Counts over ``seconds``. ``lapses`` are rounds that gave no list, by why; ``heard`` rounds for each tag."""

    seconds: float = 0.0
    rounds: int = 0
    lapses: Counter[Lapse] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)

    def add(self, found: tuple[str, ...] | Lapse) -> None:
        """One round's answer."""
        self.rounds += 1
        if isinstance(found, Lapse):
            self.lapses[found] += 1
        else:
            self.heard.update(set(found))

    @property
    def whole(self) -> int:
        """Rounds that gave a list."""
        return self.rounds - self.lapses.total()

    @property
    def rounds_a_second(self) -> float:
        """Inventories a second."""
        return self.rounds / self.seconds if self.seconds else 0.0

    @property
    def tags_a_second(self) -> float:
        """Tags listed a second."""
        return self.heard.total() / self.seconds if self.seconds else 0.0

    @property
    def damaged(self) -> float:
        """Share of the rounds whose answer did not come whole."""
        return self.lapses.total() / self.rounds if self.rounds else 0.0

    @property
    def tags(self) -> dict[str, float]:
        """Tags that lie there, and the share of the rounds in which each was missed."""
        return {uid: 1 - times / self.whole for uid, times in self.heard.items() if times > GHOST * self.whole}

    @property
    def ghosts(self) -> tuple[str, ...]:
        """UIDs that came up once in a while, of tags that are hardly there."""
        return tuple(uid for uid in self.heard if uid not in self.tags)


def survey(family: Family, seconds: float, clock: Callable[[], float]) -> Survey:
    """Take one inventory after another for ``seconds``, or until the reader says nothing at all.

    Raises:
        devices.rfid.port.PortLost: the port has gone.
    """
    made = Survey()
    for _ in range(_WARM):
        family.inventory()
    start = clock()
    while (now := clock()) - start < seconds and not (made.rounds > 2 and made.lapses[Lapse.SILENT] == made.rounds):
        made.add(family.inventory())
    made.seconds = now - start
    return made
