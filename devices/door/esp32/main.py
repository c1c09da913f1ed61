"""What runs on the board: two pins, Wi-Fi, the clock and the loop. MicroPython 1.20 or later; see docs/sensors.md.

Edges are stamped in the interrupt and handed over in a ring; everything else happens in the loop. A watchdog starts the
board anew when the loop hangs.
"""

import json
import os
import socket
import time

import machine
import network
import ntptime

from .beams import A, B
from .door import Door
from .flash import Ledger
from .mqtt import Mqtt

RING = 256
# MicroPython's time begins in 2000 on this chip, elsewhere in 1970.
EPOCH_MS = 946_684_800_000 if time.gmtime(0)[0] == 2000 else 0


class Ticks:
    """The chip's ms without its wrap every 12 days."""

    def __init__(self) -> None:
        self._last = time.ticks_ms()
        self._now = 0

    def at(self, ticks: int) -> int:
        """Ms since the start of ``ticks``, which is near now."""
        return self._now + time.ticks_diff(ticks, self._last)

    def now(self) -> int:
        ticks = time.ticks_ms()
        self._now += time.ticks_diff(ticks, self._last)
        self._last = ticks
        return self._now


class Pins:
    """Edges of two pins; nothing is allocated in the interrupt."""

    def __init__(self, a: int, b: int, broken: int) -> None:
        self._ticks = [0] * RING
        self._what = bytearray(RING)
        self._head = self._tail = 0
        self.lost = 0
        self._broken = broken
        for beam, number in ((A, a), (B, b)):
            pin = machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)
            pin.irq(self._handler(beam), machine.Pin.IRQ_RISING | machine.Pin.IRQ_FALLING)

    def _handler(self, beam: int):
        def edge(pin) -> None:
            following = (self._head + 1) % RING
            if following == self._tail:
                self.lost += 1
                return
            self._ticks[self._head] = time.ticks_ms()
            self._what[self._head] = beam << 1 | int(pin.value() == self._broken)
            self._head = following

        return edge

    def take(self, door: Door, ticks: Ticks) -> None:
        """Give the door what has come."""
        if self.lost:
            self.lost = 0
            door.lose()
        while self._tail != self._head:
            what = self._what[self._tail]
            door.beams.on_edge(ticks.at(self._ticks[self._tail]), what >> 1, bool(what & 1))
            self._tail = (self._tail + 1) % RING


def utc():
    """UTC ms, or ``None`` while the clock was never set."""
    return int(time.time() * 1000) + EPOCH_MS if time.localtime()[0] >= 2026 else None


def reach(settings: dict, door: Door, now: int):
    """A connection to the broker; ``None`` while there is none."""
    sock = None
    try:
        if utc() is None:
            ntptime.settime()
        sock = socket.socket()
        sock.settimeout(10)
        sock.connect(socket.getaddrinfo(settings["host"], settings.get("port", 1883))[0][-1])
        device = settings["device"]
        door.online(Mqtt(sock, device, device, settings.get("password", "")), now)
        return sock
    except OSError:
        if sock is not None:
            sock.close()
        return None


def run() -> None:
    """Count for ever."""
    with open("door.json") as file:
        settings = json.load(file)
    if "rows" not in os.listdir():
        os.mkdir("rows")
    ticks = Ticks()
    # A closed file is on the flash (littlefs); where there is more to be done, sync does it.
    ledger = Ledger("rows", os.urandom, getattr(os, "sync", int))
    boot = "".join(f"{byte:02x}" for byte in os.urandom(6))
    door = Door(ledger, settings["site"], settings["device"], settings.get("name", "Pintu"), boot, utc)
    door.row_ms = int(settings.get("row_s", 5) * 1000)
    pins = Pins(settings.get("a", 32), settings.get("b", 33), settings.get("broken", 0))
    wifi = network.WLAN(network.STA_IF)
    wifi.active(True)
    wifi.connect(settings["wifi"], settings["wifi_password"])
    watchdog = machine.WDT(timeout=60_000)
    sock, try_at = None, 0
    while True:
        watchdog.feed()
        now = ticks.now()
        pins.take(door, ticks)
        if sock is None and now >= try_at and wifi.isconnected():
            sock = reach(settings, door, now)
            # Another board's back-off must differ from ours after a power cut of the whole house.
            try_at = now + 5_000 + int.from_bytes(os.urandom(2), "big") % 55_000
        try:
            door.step(now)
        except OSError:
            door.offline()
            if sock is not None:
                sock.close()
            sock = None
        time.sleep_ms(10)
