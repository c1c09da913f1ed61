"""A real TCP line that is cut, held, delayed, half-closed and flapping between the kiosk and the library system."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.doomed import TCP_PROFILE
from rig.oracle import judge, settle
from rig.proxy import Flapping, Proxy
from rig.world import LivingKiosk, World

from kiosk.circulation.port import Borrowed, Returned
from kiosk.circulation.sip2.emulator.serve import Served
from kiosk.circulation.sip2.emulator.wire import EmulatedWire
from kiosk.circulation.sip2.wire import TcpWire

#: A login, a status and a checkout need fewer bytes than this, each way.
ENOUGH = 330


class Lines:
    """A world whose kiosk reaches the system through a proxy, until ``by_hand`` gives it a line without a fault."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.served = Served(self.world.ils)
        self.served.start()
        self.proxy = Proxy(self.served.port)
        self.proxy.__enter__()
        self._bad = True
        self.kiosk = self.world.add_kiosk(profile=TCP_PROFILE, wire=self._wire, answer_seconds=0.5)

    def _wire(self) -> object:
        if self._bad:
            return TcpWire("127.0.0.1", self.proxy.port, None)
        return EmulatedWire(self.world.ils, self.world.time)

    def end(self) -> None:
        """The line is mended; the oracle finds nothing."""
        self._bad = False
        self.kiosk.system.close()
        self.stop()
        settle(self.world)
        verdict = judge(self.world)
        self.world.close()
        assert verdict.violations == []

    def stop(self) -> None:
        self.proxy.__exit__()
        self.served.stop()


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Lines]:
    lines = Lines(tmp_path / "world")
    lines.kiosk.tend()  # logged in
    yield lines
    lines.stop()


def kinds(kiosk: LivingKiosk) -> list[str]:
    return [effect.kind for effect in kiosk.world.ils.effects if effect.op]


@pytest.mark.parametrize("direction", ["up_budget", "down_budget"])
def test_a_line_cut_after_any_byte_leaves_one_effect_at_most(direction: str, tmp_path: Path) -> None:
    """F9 and F10: each run gives the line a few bytes more before it breaks."""
    whole = 0
    for budget in range(0, ENOUGH, 23):
        lines = Lines(tmp_path / f"{direction}-{budget}")
        lines.kiosk.tend()
        lines.proxy.cut()
        setattr(lines.proxy.line, direction, budget)
        outcome = lines.kiosk.checkout("P1", "B1")
        assert isinstance(outcome, Borrowed)
        whole += not outcome.estimated
        lines.end()
        assert kinds(lines.kiosk) == ["checkout"]
    assert 0 < whole < ENOUGH // 23  # some were cut, and the last was not


def test_an_answer_held_back_for_ever_costs_the_deadline_and_no_more(lines: Lines) -> None:
    lines.proxy.line.hold = True
    began = time.monotonic()
    assert lines.kiosk.checkout("P1", "B1").estimated
    assert time.monotonic() - began < 3
    began = time.monotonic()
    assert lines.kiosk.checkin("B1").estimated  # offline by now: at once
    assert time.monotonic() - began < 0.3
    lines.end()
    assert kinds(lines.kiosk) == ["checkout", "checkin"]


def test_a_slow_line_is_still_a_line(lines: Lines) -> None:
    lines.proxy.line.delay = 0.03
    outcome = lines.kiosk.checkout("P1", "B1")
    assert isinstance(outcome, Borrowed)
    assert not outcome.estimated
    lines.end()


def test_a_half_closed_line_is_given_up(lines: Lines) -> None:
    lines.proxy.line.half_close = True
    assert isinstance(lines.kiosk.checkout("P1", "B1"), Borrowed)
    assert isinstance(lines.kiosk.checkin("B1"), Returned)
    lines.end()
    assert kinds(lines.kiosk).count("checkout") == 1


def test_an_idle_connection_that_was_cut_is_not_noticed_by_the_patron(lines: Lines) -> None:
    before = lines.proxy.connections
    lines.proxy.cut()
    outcome = lines.kiosk.checkout("P1", "B1")
    assert not outcome.estimated
    assert lines.proxy.connections == before + 1
    lines.end()


def test_f20_a_flapping_line_never_doubles_and_never_stalls(lines: Lines) -> None:
    slowest = 0.0
    with Flapping(lines.proxy, 0.05):
        for n in range(24):
            began = time.monotonic()
            item = f"B{n % 4 + 1}"
            lines.kiosk.checkout(f"P{n % 3 + 1}", item)
            lines.kiosk.checkin(item)
            slowest = max(slowest, time.monotonic() - began)
            lines.world.time.wait(2)
            lines.kiosk.tend()
    assert slowest < 3
    lines.end()


# the proxy itself


def test_the_proxy_carries_counts_refuses_and_resets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as upstream, Proxy(upstream.getsockname()[1]) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port), 5)
        server, _ = upstream.accept()
        client.sendall(b"up")
        assert server.recv(10) == b"up"
        server.sendall(b"down")
        assert client.recv(10) == b"down"
        proxy.line.down_budget = 2
        server.sendall(b"more")
        assert client.recv(10) == b"mo"
        with pytest.raises(ConnectionResetError):
            client.recv(10)
        assert server.recv(10) == b""
        proxy.line.accepting = False
        with pytest.raises(ConnectionResetError):
            socket.create_connection(("127.0.0.1", proxy.port), 5).recv(1)
        assert proxy.connections == 2
        for end in (client, server):
            end.close()
