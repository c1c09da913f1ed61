"""The reader's line for people: exchanges of host and reader, those that repeat themselves folded into one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from devices.emulators.reader_control import FrameSeen
from devices.rfid.protocols import Describer, describer

#: Exchanges shown, at most.
KEPT = 40


class Exchange(msgspec.Struct, frozen=True):
    """A command and what came back. ``at``: seconds since 1970 of the newest; ``times``: how often in a row."""

    at: float
    name: str
    host: str
    reader: str
    times: int = 1


def exchanges(frames: Iterable[FrameSeen], protocol: str) -> list[Exchange]:
    """Pair and fold the frames; newest first.

    A command without an answer has an empty ``reader``, and what the reader says unasked an empty ``host``.
    """
    folded: list[Exchange] = []
    for exchange in _pairs(frames, describer(protocol)):
        last = folded[-1] if folded else None
        if last and (last.host, last.reader) == (exchange.host, exchange.reader):
            folded[-1] = msgspec.structs.replace(exchange, times=last.times + 1)
        else:
            folded.append(exchange)
    return folded[: -KEPT - 1 : -1]


def _pairs(frames: Iterable[FrameSeen], words: Describer) -> list[Exchange]:
    pairs: list[Exchange] = []
    for frame in sorted(frames, key=lambda seen: seen.at):
        if frame.way == "reader":
            if pairs and not pairs[-1].reader:
                pairs[-1] = msgspec.structs.replace(pairs[-1], reader=frame.hex)
            else:
                pairs.append(Exchange(frame.at, _name(frame.hex, words), "", frame.hex))
        else:
            pairs.append(Exchange(frame.at, _name(frame.hex, words), frame.hex, ""))
    return pairs


def _name(hex_text: str, words: Describer) -> str:
    found = words.new_parser().receive(bytes.fromhex(hex_text))
    return words.say(found[0]).name if found else ""
