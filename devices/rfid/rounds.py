"""An inventory whose answer comes in several frames: they are heard to the last, and whether any was lost is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from devices.rfid.exchange import GAP, Exchange
from devices.rfid.family import Lapse
from devices.rfid.framing import Noise, Parser

F = TypeVar("F")
T = TypeVar("T")

#: Seconds after which a round is left, however much it still has to say.
LONGEST: Final = 1.8


@dataclass(slots=True)
class Round(Generic[T]):
    """What came: ``parts`` in order; ``over``: the last of them came; ``sound``: nothing was damaged."""

    parts: list[T] = field(default_factory=list)
    over: bool = False
    sound: bool = True

    @property
    def lapse(self) -> Lapse | None:
        """Why nothing can be said of this round; ``None`` if something can."""
        if self.parts:
            return None
        return Lapse.SILENT if self.sound else Lapse.GARBLED


def listen(
    exchange: Exchange[F],
    parser: Parser[F],
    clock: Callable[[], float],
    command: bytes,
    take: Callable[[F], tuple[T, bool] | None],
    patience: float,
) -> Round[T]:
    """Send ``command`` and hear its answer. ``parser`` is the exchange's.

    ``take`` makes a part of a frame and says whether it is the last; ``None``: the frame is not of this round.
    ``patience`` in seconds until the first frame, and from each to the next.

    Raises:
        devices.rfid.port.PortLost: the port has gone.
        devices.rfid.port.Interrupted: somebody wants the owner of the port to stop.
    """
    exchange.send(command)
    heard: Round[T] = Round()
    start = quiet = now = clock()
    while not heard.over and now - start < LONGEST:
        # Behind damage, or in the middle of a frame, what comes at all comes soon.
        held, wait = parser.pending, patience if heard.sound and not parser.pending else GAP
        found = exchange.hear(quiet + wait - now)
        now = clock()
        ended = not found and parser.pending == held and now - quiet >= wait
        if ended:
            found = parser.give_up()
        elif found or parser.pending != held:
            quiet = now
        for one in found:
            part = None if isinstance(one, Noise) else take(one)
            heard.sound = heard.sound and not isinstance(one, Noise)
            if part is not None:
                heard.parts.append(part[0])
                heard.over = part[1]
        if ended:
            break
    return heard
