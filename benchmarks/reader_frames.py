"""How many answers of a reader can be taken apart in a second, on one core?

The answers are those of an emulated reader to the commands of a pile of ten books (:mod:`benchmarks.limits`): an
inventory, ten reads, ten alarms written and asked for. Ours find the frames in the stream, whatever else may be in it,
check them, and judge each against the command it answers. Beside them is what open drivers do: the bytes that came are
taken for one whole frame, its checksum is calculated bit by bit, and fields are cut out at fixed places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.limits import ASKED, exchanges
from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from devices.emulators.desks import DESKS
from devices.rfid.framing import Noise
from devices.rfid.protocols import describer

#: The project's bound: answers a second on one core.
LEAST: Final = 10_000
ROUNDS: Final = 200


@dataclass(frozen=True)
class Recorded:
    """A command and the answer that came."""

    command: Any
    answer: bytes


def ours(protocol: str, recorded: Sequence[Recorded], rounds: int) -> Side:
    """The parser, and the judge of answers."""
    new_parser, parse = describer(protocol).new_parser, ASKED[protocol].parse

    def run() -> list[Any]:
        parser = new_parser()
        found: list[Any] = []
        for _ in range(rounds):
            for each in recorded:
                for frame in parser.receive(each.answer):
                    found.append(None if isinstance(frame, Noise) else parse(each.command, frame))
        return found

    return Side("Pustaka Mandiri", run, lambda found: _wrong(found, len(recorded) * rounds))


def peer(protocol: str, recorded: Sequence[Recorded], rounds: int) -> Side:
    """The usual."""
    cut = NAIVE[protocol]

    def run() -> list[Any]:
        return [cut(each.answer) for _ in range(rounds) for each in recorded]

    return Side("fixed places, bitwise CRC", run, lambda found: _wrong(found, len(recorded) * rounds))


def _wrong(found: Sequence[Any], wanted: int) -> str:
    lost = sum(one is None for one in found)
    if len(found) != wanted or lost:
        return f"{len(found) - lost} answers of {wanted} were understood"
    return ""


def naive_m3(data: bytes) -> tuple[int, bytes] | None:
    """``D6 LEN LEN CMD ERROR … CRC CRC``."""
    length = data[1] << 8 | data[2]
    if data[0] != 0xD6 or length != len(data) - 3 or _crc_up(data[1:-2]) ^ 0xFFFF != data[-2] << 8 | data[-1]:
        return None
    return data[3], data[5:-2]


def _crc_up(data: bytes) -> int:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def naive_feig(data: bytes) -> tuple[int, bytes] | None:
    """``LEN ADR CMD STATUS … CRC CRC``."""
    if data[0] != len(data) or _crc_down(data[:-2]) != data[-1] << 8 | data[-2]:
        return None
    return data[2], data[4:-2]


def _crc_down(data: bytes) -> int:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc


def naive_m100(data: bytes) -> tuple[int, bytes] | None:
    """``BB TYPE CMD LEN LEN … SUM 7E``."""
    length = data[3] << 8 | data[4]
    if data[0] != 0xBB or length != len(data) - 7 or sum(data[1:-2]) & 0xFF != data[-2] or data[-1] != 0x7E:
        return None
    return data[2], data[5:-2]


NAIVE: Final[dict[str, Callable[[bytes], tuple[int, bytes] | None]]] = {
    "m3": naive_m3,
    "feig": naive_feig,
    "m100": naive_m100,
}


def run(plan: Plan) -> Outcome:
    """Each protocol that a desk can have."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    rounds = plan.choose(ROUNDS, 4)
    for protocol in NAIVE:
        recorded = record(protocol, plan.folder)
        theirs, mine = peer(protocol, recorded, rounds), ours(protocol, recorded, rounds)
        [report] = compare_all(theirs, mine, metrics=("wall",), pairs=plan.choose(30, 2), warmup=plan.choose(2, 0))
        count = len(recorded) * rounds
        fast = count / median(report, 1, "wall")
        slow = report.voided(f"{fast:,.0f} answers a second, fewer than {LEAST:,}")
        reports[f"{protocol}: {count} answers"] = report if plan.quick or fast >= LEAST else slow
        for side, name in ((0, theirs.name), (1, mine.name)):
            seconds = median(report, side, "wall")
            rows.append((protocol, name, f"{count / seconds:,.0f}", f"{seconds / count * 1e6:.1f} µs"))
    return Outcome("reader_frames", reports, Table(("protocol", "side", "answers/s", "each"), tuple(rows)))


def record(protocol: str, folder: Path) -> list[Recorded]:
    """What passes on the line for a pile of ten."""
    tags = [DESKS[protocol].tag(number) for number in range(10)]
    return [Recorded(command, answer) for command, answer in exchanges(protocol, tags, folder)]


READER_FRAMES = Benchmark("reader_frames", "How many answers of an RFID reader can be taken apart in a second?", run)
