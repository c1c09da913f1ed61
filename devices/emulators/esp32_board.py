"""An ESP32's board in software: modules ``machine``, ``network`` and ``ntptime`` for ``devices/door/esp32/main.py``.

It runs under CPython and under MicroPython's Unix port: ``esp32_board.py SECONDS`` in a folder with ``door.json`` (see
docs/sensors.md) and ``edges.json``, a list of ``[ms, pin, level]``. Interrupts come while the loop feeds its watchdog;
after so many seconds power is cut, in the middle of whatever goes on.
"""

import json
import os
import sys
import time


class Ticks:
    """The chip's clock. Interrupts come before anybody reads a later time, stamped when the light changed, however late
    this process wakes up."""

    def __init__(self):
        self.interrupts = lambda now: None
        self.interrupt = None  # ms of the one being served

    def ms(self):
        if self.interrupt is not None:
            return self.interrupt
        now = time.monotonic_ns() // 1_000_000
        self.interrupts(now)
        return now


clock = Ticks()  # MicroPython has its own, and stamps late when it is late
if not hasattr(time, "ticks_ms"):  # CPython
    time.ticks_ms = clock.ms
    time.ticks_diff = lambda later, earlier: later - earlier
    time.sleep_ms = lambda ms: time.sleep(ms / 1000)
    os.sync = lambda: None  # the whole machine's disks are not the board's


class PowerCut(BaseException):
    """The plug is pulled."""


class Board:
    """What happens at the pins, and when the power goes."""

    def __init__(self, edges, seconds):
        self.pins = {}
        self._edges = edges
        self._cut_ms = seconds * 1000
        self._began = time.ticks_ms()

    def happen(self):
        """Let everything happen that is due."""
        now = time.ticks_ms()
        self.interrupts(now)
        if time.ticks_diff(now, self._began) >= self._cut_ms:
            raise PowerCut

    def interrupts(self, now):
        """The edges that are due, if the pins are in use."""
        while self.pins and self._edges and self._edges[0][0] <= time.ticks_diff(now, self._began):
            due, number, level = self._edges.pop(0)
            pin = self.pins[number]
            pin.level = level
            clock.interrupt = self._began + due
            pin.handler(pin)
            clock.interrupt = None


class Module:
    """Stands for a module of the board."""


def install(board):
    """Put the board's modules where ``import`` finds them."""

    class Pin:
        IN = PULL_UP = IRQ_RISING = IRQ_FALLING = 1

        def __init__(self, number, mode, pull):
            del mode, pull
            self.level = 1
            self.handler = lambda pin: None
            board.pins[number] = self

        def irq(self, handler, trigger):
            del trigger
            self.handler = handler

        def value(self):
            return self.level

    class WDT:
        def __init__(self, timeout):
            del timeout

        def feed(self):
            board.happen()

    class WLAN:
        def __init__(self, interface):
            del interface

        def active(self, on):
            del on

        def connect(self, name, password):
            del name, password

        def isconnected(self):
            return True

    machine, network, ntptime = Module(), Module(), Module()
    machine.Pin, machine.WDT = Pin, WDT
    network.WLAN, network.STA_IF = WLAN, 0
    ntptime.settime = lambda: None
    sys.modules["machine"], sys.modules["network"] = machine, network
    sys.modules["ntptime"] = ntptime


def main(seconds):
    """Run the door until the power is cut."""
    with open("edges.json") as file:
        board = Board(json.load(file), seconds)
    clock.interrupts = board.interrupts
    install(board)
    import devices.door.esp32.main as program

    try:
        program.run()
    except PowerCut:
        return


if __name__ == "__main__":
    main(float(sys.argv[1]))
