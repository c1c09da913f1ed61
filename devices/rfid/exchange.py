"""One command and its answer on a line where late, damaged and foreign answers come, too.

The reader may ignore what it is told while it works, so there is one command at a time, and its answer is waited for
even when it comes late. An answer that belongs to another command or tag is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from devices.rfid.family import Lapse
from devices.rfid.framing import Noise, Parser
from devices.rfid.port import Port

F = TypeVar("F")
T = TypeVar("T")

#: Seconds of silence behind a damaged answer after which nothing more will come.
GAP: Final = 0.1
#: Times its patience that an exchange lasts at most.
_BABBLE: Final = 4


class Exchange(Generic[F]):
    """Asks on a port, in the frames of one protocol.

    ``pause`` is how many seconds the reader needs after its answer before it takes the next command.
    """

    def __init__(self, port: Port, parser: Parser[F], *, pause: float = 0.0) -> None:
        self._port = port
        self._parser = parser
        self._pause = pause
        self._rested = port.clock()

    def ask(self, command: bytes, answer: Callable[[F], T | None], patience: float) -> T | Lapse:
        """Send ``command``; the first frame that ``answer`` accepts within ``patience`` seconds, or why there is none.

        Raises:
            devices.rfid.port.PortLost: the port has gone.
            devices.rfid.port.Interrupted: somebody wants the owner of the port to stop.
        """
        self.send(command)
        lapse = Lapse.SILENT
        start = now = self._port.clock()
        while True:
            # An answer that has begun is heard to its end, unless the line babbles for ever.
            broken = bool(self._parser.pending) or lapse is Lapse.GARBLED
            data = self._port.read(GAP if broken else start + patience - now, self._parser.missing)
            now = self._port.clock()
            over = not data or now - start > _BABBLE * patience
            for found in self._parser.receive(data) + (self._parser.give_up() if over else []):
                heard = None if isinstance(found, Noise) else answer(found)
                if heard is not None:
                    self._rested = now + self._pause
                    return heard
                lapse = Lapse.GARBLED if isinstance(found, Noise) else Lapse.OTHER
            if over:
                self._rested = now + self._pause
                return lapse

    def send(self, command: bytes) -> None:
        """Send a command that has no answer, or whose answers are heard with :meth:`hear`."""
        self._port.rest(self._rested - self._port.clock())
        self._parser.receive(self._port.write(command))
        self._parser.give_up()  # what came unasked is nobody's answer

    def hear(self, seconds: float) -> list[F | Noise]:
        """What the reader says unasked: the frames completed by the next bytes to come; empty after ``seconds``."""
        return self._parser.receive(self._port.read(seconds, self._parser.missing))
