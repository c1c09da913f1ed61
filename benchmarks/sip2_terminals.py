"""Terminals that ask as fast as they are answered: the load of the SIP2 server's benchmark.

Each has a connection of its own and one request in flight. The answers are looked at: code, echoed item, checksum.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.circulation.sip2.frame import checksum

NOW = "20261123    090000"
#: An exchange that takes longer ends the benchmark.
DEADLINE_S = 30.0


@dataclass(frozen=True)
class Names:
    """What to ask for at one server; ``{}`` is the terminal's number."""

    login: str
    password: str
    institution: str
    patron: str
    item: str


@dataclass(frozen=True)
class Asked:
    """One run: seconds of each exchange, and the first thing that was wrong."""

    seconds: Sequence[float]
    wrong: str


class Terminals:
    """So many open, logged-in lines to one server. Use from one thread."""

    def __init__(self, port: int, names: Names, count: int) -> None:
        self._port, self._names, self._count = port, names, count
        self._loop = asyncio.new_event_loop()
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._sequence = [0] * count

    def open(self) -> None:
        self._loop.run_until_complete(self._open())

    def close(self) -> None:
        for _, writer in self._lines:
            writer.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def questions(self, each: int) -> Asked:
        """``each`` exchanges a terminal: whose card is this, what is this item, in turn."""
        return self._loop.run_until_complete(self._all(each, self._questions))

    def loans(self, each: int) -> Asked:
        """``each`` exchanges a terminal: a checkout and the return of the same item, in turn."""
        return self._loop.run_until_complete(self._all(each, self._loans))

    async def _open(self) -> None:
        for n in range(self._count):
            self._lines.append(await asyncio.open_connection("127.0.0.1", self._port))
            names = self._names
            wrong, _ = await self._ask(n, f"9300CN{names.login}|CO{names.password}|CPX|", "941")
            if wrong:
                raise RuntimeError(f"a terminal could not log in: {wrong}")

    async def _all(self, each: int, work: object) -> Asked:
        done = await asyncio.gather(*(work(n, each) for n in range(self._count)))  # type: ignore[operator]
        wrong = next((wrong for _, wrong in done if wrong), "")
        return Asked([seconds for times, _ in done for seconds in times], wrong)

    async def _questions(self, n: int, each: int) -> tuple[list[float], str]:
        names = self._names
        who = f"AO{names.institution}|AA{names.patron.format(n)}|AC|AD|"
        what = f"AO{names.institution}|AB{names.item.format(n)}|"
        pair = ((f"23000{NOW}{who}", "24"), (f"17{NOW}{what}", "18"))
        return await self._repeat(n, each, pair)

    async def _loans(self, n: int, each: int) -> tuple[list[float], str]:
        names = self._names
        item = f"AB{names.item.format(n)}|AC|"
        lend = f"11NN{NOW}{NOW}AO{names.institution}|AA{names.patron.format(n)}|{item}"
        back = f"09N{NOW}{NOW}AP|AO{names.institution}|{item}"
        return await self._repeat(n, each, ((lend, "121"), (back, "101")))

    async def _repeat(self, n: int, each: int, messages: Sequence[tuple[str, str]]) -> tuple[list[float], str]:
        times: list[float] = []
        for turn in range(each):
            message, expected = messages[turn % len(messages)]
            wrong, seconds = await self._ask(n, message, expected)
            times.append(seconds)
            if wrong:
                return times, wrong
        return times, ""

    async def _ask(self, n: int, message: str, expected: str) -> tuple[str, float]:
        reader, writer = self._lines[n]
        self._sequence[n] = sequence = (self._sequence[n] + 1) % 10
        body = message.encode() + b"AY%dAZ" % sequence
        began = time.perf_counter()
        writer.write(body + checksum(body).encode() + b"\r")
        async with asyncio.timeout(DEADLINE_S):
            answer = await reader.readuntil(b"\r")
        seconds = time.perf_counter() - began
        right = answer.startswith(expected.encode()) and answer[-5:-1] == checksum(answer[:-5]).encode()
        return "" if right else f"{message[:2]} was answered {answer[:6]!r}", seconds
