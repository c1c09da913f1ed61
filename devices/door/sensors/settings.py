"""Settings of each kind of sensor: the tables below ``[sensor]``. Tables of other kinds than the chosen one are unread.

Numbers of pins, registers and addresses are as the maker writes them; docs/sensors.md has an example of each.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Kind = Literal["line", "replay", "gpio", "tof", "grid", "grid-line", "counter-line", "modbus", "gate-http"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table without unknown keys."""


class ReplayPart(_Part, frozen=True):
    """``[sensor.replay]``: frames a second of a recorded grid."""

    hz: float = 10.0


class GpioPart(_Part, frozen=True):
    """``[sensor.gpio]``: two light beams on pins of the computer itself (line offsets, on a Pi the BCM numbers)."""

    chip: str = "/dev/gpiochip0"
    a: int = 17
    b: int = 27
    broken: Literal["low", "high"] = "low"  # the level while the beam is broken; open collectors pull low
    bias: Literal["as-is", "disabled", "pull-up", "pull-down"] = "pull-up"
    debounce_ms: int = 5
    buffer: int = 256  # edges the kernel keeps until they are read


class TofPart(_Part, frozen=True):
    """``[sensor.tof]``: a VL53L1X that looks at two zones in turn."""

    bus: int = 1
    address: int = 0x29
    centres: tuple[int, int] = (175, 231)  # SPAD in the middle of zone A (outside) and of zone B
    size: tuple[int, int] = (8, 16)
    range: Literal["short", "long"] = "long"
    budget_ms: Literal[20, 33, 50, 100] = 33
    discard: int = 1  # ranges thrown away after each change of zone; they still are of the other


class GridPart(_Part, frozen=True):
    """``[sensor.grid]``: an AMG8833, or compatible, at an I2C bus."""

    bus: int = 1
    address: int = 0x69
    hz: Literal[1, 10] = 10


class CounterLinePart(_Part, frozen=True):
    """``[sensor.counter-line]``: what it prints; ``pattern`` has a group ``in`` or ``total``, and may have ``out``."""

    pattern: str = r"(?P<in>\d+)\s*[,;/ ]\s*(?P<out>\d+)"


class ModbusPart(_Part, frozen=True):
    """``[sensor.modbus]``: totals in registers. With ``host`` by TCP, else by RTU on ``sensor.port``.

    ``count`` registers from ``address`` are read in one transaction; ``into`` and ``out`` are places within them
    (``out = -1``: none).
    """

    host: str = ""
    tcp_port: int = 502
    unit: int = 1
    registers: Literal["input", "holding"] = "input"
    address: int = 0
    count: int = 4
    into: int = 0
    out: int = 2
    bits: Literal[16, 32] = 32
    words: Literal["big", "little"] = "big"  # which half of 32 bits comes first
    parity: Literal["N", "E", "O"] = "N"
    every_s: float = 5.0
    timeout_s: float = 1.0
    tries: int = 3


class GatePart(_Part, frozen=True):
    """``[sensor.gate]``: an RFID gate, or anything else, that shows its totals over HTTP as XML or JSON.

    ``into``, ``out`` and ``alarm`` are the end of an element's path, with ``@name`` for an attribute: ``count1``,
    ``counters/in``, ``gate@in``. Empty: there is none.
    """

    url: str = ""
    into: str = "count1"
    out: str = "count2"
    alarm: str = "count0"
    every_s: float = 60.0
    timeout_s: float = 3.0
    limit: int = 65_536  # bytes of an answer
    tries: int = 3


class TotalsPart(_Part, frozen=True):
    """``[sensor.totals]``: of a counter that is not ours. ``max`` is its highest number, 0 when nobody knows."""

    max: int = 0
    per_second: float = 4.0


class SensorKinds(_Part, frozen=True):
    """``[sensor]``: what all kinds share, and a table for each kind."""

    kind: Kind = "line"
    port: str = ""
    baud: int = 115_200
    replay: ReplayPart = ReplayPart()
    gpio: GpioPart = GpioPart()
    tof: TofPart = TofPart()
    grid: GridPart = GridPart()
    counter_line: CounterLinePart = msgspec.field(name="counter-line", default=CounterLinePart())
    modbus: ModbusPart = ModbusPart()
    gate: GatePart = GatePart()
    totals: TotalsPart = TotalsPart()


_PORT = frozenset({"line", "replay", "grid-line", "counter-line"})


def problem(sensor: SensorKinds) -> str:
    """What is wrong with the settings, as ``key: sentence``; empty when they can be used."""
    if sensor.kind in _PORT and not sensor.port:
        return "sensor.port: this setting is required; name a serial port, URL or recording"
    match sensor.kind:
        case "gpio":
            return _gpio(sensor.gpio)
        case "tof":
            return _tof(sensor.tof)
        case "counter-line":
            return _pattern(sensor.counter_line.pattern)
        case "modbus":
            return _modbus(sensor.modbus, sensor.port)
        case "gate-http":
            return _gate(sensor.gate)
    return ""


def _gpio(part: GpioPart) -> str:
    if part.a == part.b:
        return f"sensor.gpio.b: the two beams need two pins; {part.b} is beam A's"
    if min(part.a, part.b) < 0:
        return "sensor.gpio.a: expected the number of a pin, 0 or more"
    return ""


def _tof(part: TofPart) -> str:
    if part.centres[0] == part.centres[1] or not all(0 <= centre <= 255 for centre in part.centres):
        return "sensor.tof.centres: expected two different numbers from 0 to 255"
    if not all(4 <= side <= 16 for side in part.size):
        return "sensor.tof.size: expected two numbers from 4 to 16; the sensor has no smaller zones"
    return ""


def _pattern(text: str) -> str:
    key = "sensor.counter-line.pattern"
    try:
        names = re.compile(text).groupindex
    except re.error as error:
        return f"{key}: not a regular expression: {error}"
    if "in" not in names and "total" not in names:
        return f"{key}: expected a group named 'in' or 'total', as in (?P<in>\\d+)"
    return ""


def _modbus(part: ModbusPart, port: str) -> str:
    if not part.host and not port:
        return "sensor.modbus.host: this setting is required; or name a serial port as sensor.port"
    width = part.bits // 16
    places = [part.into] + ([part.out] if part.out >= 0 else [])
    if not 1 <= part.count <= 125 or any(not 0 <= place <= part.count - width for place in places):
        return f"sensor.modbus.count: {part.count} registers do not hold 'into' and 'out', or are more than 125"
    return ""


def _gate(part: GatePart) -> str:
    parts = urlsplit(part.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "sensor.gate.url: this setting is required; for example http://192.168.1.50/counters.xml"
    return "" if part.into else "sensor.gate.into: this setting is required; name the element that holds the total"
