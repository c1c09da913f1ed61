"""A line that somebody listens to: the bytes of a reader's port as they pass, for support."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import msgspec

from devices.rfid.framing import Parser
from devices.rfid.port import Line
from devices.rfid.protocols import Describer
from devices.rfid.protocols.said import Said


class Way(enum.StrEnum):
    """Who spoke."""

    HOST = "host"
    READER = "reader"


Hear = Callable[[Way, bytes], None]


class TappedLine:
    """``line`` as it is, and ``hear`` is told of everything; on the thread that owns the line."""

    def __init__(self, line: Line, hear: Hear) -> None:
        self._line = line
        self._hear = hear

    def fileno(self) -> int:
        """To wait for bytes on."""
        return self._line.fileno()

    def read(self, size: int, /) -> bytes:
        """See :class:`devices.rfid.port.Line`."""
        data = self._line.read(size)
        if data:
            self._hear(Way.READER, data)
        return data

    def write(self, data: bytes, /) -> object:
        """See :class:`devices.rfid.port.Line`."""
        self._hear(Way.HOST, data)
        return self._line.write(data)

    def close(self) -> None:
        """See :class:`devices.rfid.port.Line`."""
        self._line.close()


class Spoken:
    """Frames in words, as they pass: each way has a parser of its own, and an answer ends where a command begins."""

    def __init__(self, words: Describer) -> None:
        self._words = words
        self._parsers: dict[Way, Parser[Any]] = {way: words.new_parser() for way in Way}

    def hear(self, way: Way, data: bytes) -> list[Said]:
        """What these bytes complete."""
        said = self._said(Way.READER, self._parsers[Way.READER].give_up()) if way is Way.HOST else []
        return said + self._said(way, self._parsers[way].receive(data))

    def _said(self, way: Way, found: list[Any]) -> list[Said]:
        return [self._with_way(self._words.say(one), way) for one in found]

    @staticmethod
    def _with_way(said: Said, way: Way) -> Said:
        """Who spoke is known here; a frame's shape need not be asked."""
        return said if said.way == "noise" else msgspec.structs.replace(said, way=way.value)
