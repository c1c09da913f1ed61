"""A Modbus counter: pymodbus' own server, over TCP or at the far end of a serial line made of two ptys."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import threading
import tty
from collections.abc import Callable
from typing import Any

from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


class NullModem:
    """Two serial ports joined by a cable."""

    def __init__(self) -> None:
        self._ends = [pty.openpty(), pty.openpty()]
        for _, slave in self._ends:
            tty.setraw(slave)
        self.ports = tuple(os.ttyname(slave) for _, slave in self._ends)
        self._stop = os.pipe()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def _carry(self) -> None:
        masters = [master for master, _ in self._ends]
        while True:
            ready, _, _ = select.select([*masters, self._stop[0]], [], [])
            if self._stop[0] in ready:
                return
            for master in ready:
                os.write(masters[1 - masters.index(master)], os.read(master, 4096))

    def close(self) -> None:
        os.write(self._stop[1], b"!")
        self._thread.join()
        for fd in (*self._stop, *(end for pair in self._ends for end in pair)):
            os.close(fd)


class Counter:
    """A counter with 32-bit totals of in and out from register 10; ``each`` is called before each transaction."""

    def __init__(self, port: str = "", *, into: int = 0, out: int = 0, words: str = "big", baud: int = 19_200) -> None:
        self.into, self.out = into, out
        self.transactions: list[tuple[int, int]] = []  # (address, count)
        self.each: Callable[[], None] = lambda: None
        self._words = words
        self._port = port
        self._baud = baud
        self.tcp_port = 0
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(10)

    def _registers(self) -> list[int]:
        halves = [[total >> 16, total & 0xFFFF] for total in (self.into, self.out)]
        return [half for pair in halves for half in (pair if self._words == "big" else reversed(pair))]

    async def _action(self, _function, _start, address, count, current, _set) -> None:
        self.each()
        self.transactions.append((address, count))
        current[10:14] = self._registers()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        device = SimDevice(1, [SimData(0, count=20, values=0, datatype=DataType.REGISTERS)], action=self._action)
        if self._port:
            self._server = ModbusSerialServer(device, port=self._port, baudrate=self._baud)
        else:
            self._server = ModbusTcpServer(device, address=("127.0.0.1", 0))
        self._stop = asyncio.Event()
        await self._server.serve_forever(background=True)
        if not self._port:
            self.tcp_port = self._server.transport.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await self._server.shutdown()

    def close(self) -> None:
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
