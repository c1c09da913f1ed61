"""A counter that shows its totals in Modbus registers, by TCP or RTU (RS-485), with pymodbus.

All registers are read in one transaction. Read in two, a total of 32 bits that carries from the lower half to the upper
in between would be wrong by 65,536; and in and out would be of different moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from devices.door.sensors.polled import BadAnswer, NoAnswer, Polled
from devices.door.sensors.settings import ModbusPart
from devices.link.clock import Clock

if TYPE_CHECKING:
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient

_EXCEPTIONS: Final = {
    1: "it knows no such kind of register; try registers = \"holding\"",
    2: "it has no such register; is the address right (makers count from 0 or from 1)?",
    3: "it does not give so many registers at once",
    4: "it is broken",
    6: "it is busy",
}  # fmt: skip


class ModbusSensor(Polled):
    """Totals from registers."""

    def __init__(self, part: ModbusPart, port: str, baud: int, clock: Clock) -> None:
        self._part = part
        self._port = port
        self._baud = baud
        self._client: ModbusTcpClient | ModbusSerialClient | None = None
        super().__init__(self._ask_once, self._let_go, part.every_s, part.tries, clock)

    @property
    def _where(self) -> str:
        part = self._part
        return f"{part.host}:{part.tcp_port}" if part.host else self._port

    def _ask_once(self) -> tuple[int, int | None]:
        from pymodbus import ModbusException

        part = self._part
        client = self._client = self._client or self._made()
        try:
            if not client.connected and not client.connect():
                raise NoAnswer(
                    f"The counter at {self._where} cannot be reached. Is its plug in, and the address right?"
                )
            read = client.read_input_registers if part.registers == "input" else client.read_holding_registers
            answer = read(part.address, count=part.count, device_id=part.unit)
        except (OSError, ModbusException) as error:
            raise NoAnswer(f"The counter at {self._where}, unit {part.unit}, does not answer ({error}).") from error
        if answer.isError():
            code = getattr(answer, "exception_code", 0)
            raise BadAnswer(f"The counter at {self._where} refuses: {_EXCEPTIONS.get(code, f'exception {code}')}.")
        words = list(answer.registers)
        if len(words) != part.count:
            raise BadAnswer(f"The counter at {self._where} gave {len(words)} registers, expected {part.count}.")
        return self._total(words, part.into), self._total(words, part.out) if part.out >= 0 else None

    def _total(self, words: list[int], at: int) -> int:
        if self._part.bits == 16:
            return words[at]
        high, low = words[at : at + 2] if self._part.words == "big" else reversed(words[at : at + 2])
        return high << 16 | low

    def _made(self) -> ModbusTcpClient | ModbusSerialClient:
        part = self._part
        if part.host:
            from pymodbus.client import ModbusTcpClient

            return ModbusTcpClient(part.host, port=part.tcp_port, timeout=part.timeout_s, retries=0)
        import serial  # noqa: F401 (pymodbus looks whether it is there)
        from pymodbus.client import ModbusSerialClient

        return ModbusSerialClient(
            self._port, baudrate=self._baud, parity=part.parity, timeout=part.timeout_s, retries=0
        )  # fmt: skip

    def _let_go(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]
