"""Bytes in, frames out: one parser for every reader protocol. It never raises, whatever the bytes.

A protocol says how its frames look with a :class:`Framing`; what to do about noise is decided here once.

Theory of operation. The parser knows two states. *In step* (the last thing seen was a whole frame) it trusts the
header it stands on, because anything that looks like a frame inside is somebody's data; it takes bytes by the handful
up to the length the header gives. *Hunting* (at the start, or after noise) no header can be trusted: every byte may
start a frame, and the first stretch whose start, length and checksum agree is one. So a frame behind garbage is never
lost, whatever length the garbage seems to announce. Both depend on the bytes alone and never on how they were cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that belong to no frame."""

    raw: bytes


class Framing(Protocol[F_co]):
    """How the frames of a protocol look on the line."""

    def size(self, held: bytearray, at: int) -> int | None:
        """Bytes of the frame that starts at ``at``; 0 if none can; ``None`` if too little has come to tell."""
        ...

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        """Whether the frame of ``size`` bytes at ``at``, all there, has the right checksum."""
        ...

    def frame(self, raw: bytes) -> F_co:
        """The frame whose bytes these are, all sound."""
        ...


class Parser(Generic[F]):
    """Bytes in, frames out."""

    def __init__(self, framing: Framing[F]) -> None:
        self._framing = framing
        self._held = bytearray()
        self._hunt: _Hunt | None = _Hunt()

    @property
    def pending(self) -> bytes:
        """Bytes that may still become a frame."""
        return bytes(self._held)

    @property
    def missing(self) -> int:
        """Bytes that are at least still to come before anything can be told: 1, or the rest of a trusted frame."""
        if self._hunt is not None or not self._held:
            return 1
        size = self._framing.size(self._held, 0)
        return max(1, size - len(self._held)) if size else 1

    def receive(self, data: bytes) -> list[F | Noise]:
        """Take bytes as they come; give what they completed, in order."""
        found: list[F | Noise] = []
        at = 0
        while at < len(data):
            if self._hunt is not None:
                self._held.append(data[at])
                at += 1
                self._look(self._hunt, found)
                continue
            taken = data[at : at + self.missing]
            self._held += taken
            at += len(taken)
            size = self._framing.size(self._held, 0)
            if size is None or size > len(self._held):
                continue
            if size and self._framing.sound(self._held, 0, size):
                self._take(size, found)
            else:
                data, at = self._lose_step(found) + data[at:], 0
        return found

    def give_up(self) -> list[F | Noise]:
        """The line has gone quiet: what is held cannot be completed any more. Give what it contains, and start anew.

        Nothing is held behind a whole frame: then the parser is still in step, and stays so.
        """
        found: list[F | Noise] = []
        if not self._held:
            return found
        while self._held:
            if self._hunt is not None:
                self._drop(len(self._held), found)
            else:
                self._join(found, self.receive(self._lose_step(found)))
        self._hunt = _Hunt()
        return found

    def _lose_step(self, found: list[F | Noise]) -> bytes:
        """The trusted header was none. What stood behind it has to be looked at again."""
        rest = bytes(self._held[1:])
        del self._held[1:]
        self._drop(1, found)
        self._hunt = _Hunt()
        return rest

    def _look(self, hunt: _Hunt, found: list[F | Noise]) -> None:
        """Hunting: one more byte has come; whatever ends with it is judged, then what starts nothing is let go."""
        end = len(self._held)
        hunt.open.append(end - 1)
        still_open = []
        for start in hunt.open:
            size = self._framing.size(self._held, start)
            if size is None:
                still_open.append(start)
            elif size:
                hunt.ends.setdefault(max(end, start + size), []).append(start)
        hunt.open = still_open
        for start in sorted(hunt.ends.pop(end, ())):
            if self._framing.sound(self._held, start, end - start):
                if start:
                    self._drop(start, found)
                self._take(end - start, found)
                return
        alive = min([*hunt.open, *(start for starts in hunt.ends.values() for start in starts)], default=end)
        if alive:
            self._drop(alive, found)
            hunt.move(alive)

    def _take(self, size: int, found: list[F | Noise]) -> None:
        found.append(self._framing.frame(bytes(self._held[:size])))
        del self._held[:size]
        self._hunt = None

    def _drop(self, count: int, found: list[F | Noise]) -> None:
        self._join(found, [Noise(bytes(self._held[:count]))])
        del self._held[:count]

    @staticmethod
    def _join(found: list[F | Noise], more: list[F | Noise]) -> None:
        """Append, with noise behind noise as one."""
        for one in more:
            if isinstance(one, Noise) and found and isinstance(found[-1], Noise):
                found[-1] = Noise(found[-1].raw + one.raw)
            else:
                found.append(one)


class _Hunt:
    """Where frames may start in the bytes held: those of unknown length, and the others by where they would end."""

    def __init__(self) -> None:
        self.open: list[int] = []
        self.ends: dict[int, list[int]] = {}

    def move(self, count: int) -> None:
        """So many bytes at the front are gone."""
        self.open = [start - count for start in self.open]
        self.ends = {end - count: [start - count for start in starts] for end, starts in self.ends.items()}
