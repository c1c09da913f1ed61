"""One command, one answer: what is waited for, and what is not, on a real pty."""

import os
import pty
import select
import threading
import time
import tty

import pytest

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.framing import Noise
from devices.rfid.port import LineSettings, Port
from devices.rfid.protocols.m3.frames import Frame, new_parser, pack

PATIENCE = 0.3
YES, OTHER = pack(b"\x11\x00yes"), pack(b"\x02\x00other")


def want(frame):
    return frame.body if frame.body.startswith(b"\x11") else None


class Reader(threading.Thread):
    """The far end: on each command it says the next list of pieces, each so many seconds after the one before."""

    def __init__(self, answers):
        super().__init__(daemon=True)
        self.fd, near = pty.openpty()
        tty.setraw(near)
        self.name_of_port = os.ttyname(near)
        self._near = near
        self._answers = answers
        self._ending = threading.Event()
        self.asked: list[float] = []

    def run(self):
        for answer in self._answers:
            if not self._command():
                return
            for wait, data in answer:
                self._ending.wait(wait)
                if self._ending.is_set():
                    return
                os.write(self.fd, data)

    def _command(self):
        while not self._ending.is_set():
            if select.select([self.fd], [], [], 0.05)[0]:
                os.read(self.fd, 1000)
                self.asked.append(time.monotonic())
                return True
        return False

    def close(self):
        self._ending.set()
        self.join()
        os.close(self.fd)
        os.close(self._near)


@pytest.fixture
def on():
    open_ones = []

    def make(*answers, pause=0.0):
        reader = Reader(answers)
        port = Port.open(reader.name_of_port, LineSettings(19200), time.monotonic)
        reader.start()
        open_ones.extend([reader, port])
        return reader, Exchange(port, new_parser(), pause=pause)

    yield make
    for one in reversed(open_ones):
        one.close()


def ask(exchange, patience=PATIENCE):
    return exchange.ask(pack(b"\x11"), want, patience)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ([(0, YES)], b"\x11\x00yes"),
        ([(0, OTHER + YES)], b"\x11\x00yes"),
        ([(0, OTHER), (0.05, YES)], b"\x11\x00yes"),
        ([(0, b"??" + YES)], b"\x11\x00yes"),
        ([(0, YES[:4]), (0.05, YES[4:])], b"\x11\x00yes"),
        ([], Lapse.SILENT),
        ([(0, OTHER)], Lapse.OTHER),
        ([(0, b"??")], Lapse.GARBLED),
        ([(0, YES[:-1])], Lapse.GARBLED),
        ([(0, YES[:-1] + b"?")], Lapse.GARBLED),
    ],
)
def test_what_an_exchange_comes_to(on, answer, found):
    _, exchange = on(answer)
    assert ask(exchange) == found


def test_an_answer_that_begins_in_time_is_heard_to_its_end(on):
    pieces = [(0.0, YES[:1]), *((0.04, YES[at : at + 1]) for at in range(1, len(YES)))]
    _, exchange = on(pieces)
    assert ask(exchange, patience=0.1) == b"\x11\x00yes"


def test_a_line_that_babbles_for_ever_is_not_listened_to_for_ever(on):
    _, exchange = on([(0.01, b"\xd6") for _ in range(100_000)])
    assert ask(exchange, patience=0.1) is Lapse.GARBLED


def test_a_late_answer_is_not_the_next_commands(on):
    _, exchange = on([(0.2, OTHER)], [(0, YES)])
    assert ask(exchange, patience=0.05) is Lapse.SILENT
    assert ask(exchange) == b"\x11\x00yes"


def test_a_reader_gets_the_rest_it_needs(on):
    reader, exchange = on([(0, YES)], [(0, YES)], pause=0.15)
    ask(exchange)
    ask(exchange)
    first, second = reader.asked
    assert second - first >= 0.15


def test_what_is_said_unasked_is_heard(on):
    _, exchange = on([(0, OTHER[:5]), (0.05, OTHER[5:] + b"??")])
    exchange.send(pack(b"\x11"))
    found = []
    deadline = time.monotonic() + 10
    while not any(isinstance(one, Noise) for one in found) and time.monotonic() < deadline:
        found += exchange.hear(1.0)
    assert found[0] == Frame(b"\x02\x00other")
