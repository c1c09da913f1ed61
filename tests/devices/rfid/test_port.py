"""A port that may vanish, over a real pty and a real socket."""

import os
import pty
import socket
import threading
import time
import tty

import pytest

from devices.rfid.port import Interrupted, LineSettings, Port, PortLost
from devices.rfid.tcp_line import TcpLine

LINE = LineSettings(9600)


class Far:
    """The other end of a pty, with a name that stays."""

    def __init__(self, folder):
        self.fd, near = pty.openpty()
        tty.setraw(near)
        self._near = near
        self.link = folder / "reader"
        self.link.symlink_to(os.ttyname(near))

    def say(self, data):
        os.write(self.fd, data)

    def heard(self, count):
        data = b""
        while len(data) < count:
            data += os.read(self.fd, count - len(data))
        return data

    def hang_up(self):
        os.close(self.fd)
        os.close(self._near)
        self.fd = self._near = -1

    def close(self):
        for fd in (self.fd, self._near):
            if fd >= 0:
                os.close(fd)


@pytest.fixture
def far(tmp_path):
    made = Far(tmp_path)
    yield made
    made.close()


@pytest.fixture
def port(far):
    made = Port.open(str(far.link), LINE, time.monotonic)
    yield made
    made.close()


def later(action):
    thread = threading.Thread(target=action)
    thread.start()
    return thread


def test_bytes_go_both_ways(far, port):
    assert port.write(b"ask") == b""
    assert far.heard(3) == b"ask"
    far.say(b"answer")
    assert port.read(5) == b"answer"
    assert port.read(0) == b""


def test_what_came_unasked_is_handed_over_with_the_next_command(far, port):
    far.say(b"stale")
    assert port.write(b"ask") == b"stale"


def test_what_was_in_the_line_before_is_thrown_away(far):
    far.say(b"old")
    port = Port.open(str(far.link), LINE, time.monotonic)
    assert port.read(0) == b""
    port.close()


def test_waiting_ends_with_the_bytes_and_not_with_the_time(far, port):
    thread = later(lambda: far.say(b"x"))
    assert port.read(60) == b"x"
    thread.join()


def test_while_bytes_are_surely_still_to_come_nobody_is_woken(far, port):
    far.say(b"0123456789")
    start = time.monotonic()
    assert port.read(5, missing=10) == b"0123456789"
    assert time.monotonic() - start >= 0.009  # nine of them take 9.4 ms at 9600


def test_they_are_not_waited_for_beyond_the_time_allowed(port):
    start = time.monotonic()
    assert port.read(0.05, missing=10_000) == b""
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "wait", [lambda port: port.read(60), lambda port: port.read(60, 9999), lambda port: port.rest(60)]
)
def test_any_wait_can_be_interrupted(port, wait):
    thread = later(port.interrupt)
    with pytest.raises(Interrupted):
        wait(port)
    thread.join()
    for call in (lambda: port.read(0), lambda: port.write(b""), lambda: port.rest(0)):
        with pytest.raises(Interrupted):
            call()


def test_interrupting_a_closed_port_touches_nobodys_file(port):
    port.close()
    descriptors = os.pipe()  # the numbers that the port has just given back
    port.interrupt()
    os.set_blocking(descriptors[0], False)
    with pytest.raises(BlockingIOError):
        os.read(descriptors[0], 1)
    for descriptor in descriptors:
        os.close(descriptor)


def test_a_port_that_hangs_up_is_lost(far, port):
    far.hang_up()
    with pytest.raises(PortLost, match="has gone"):
        port.read(5)


def test_a_pattern_finds_the_device_that_came_back_under_another_name(far, tmp_path):
    port = Port.open(str(tmp_path / "rea*"), LINE, time.monotonic)
    far.say(b"x")
    assert port.read(5) == b"x"
    port.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [("nobody", "no such port"), ("nob*", "no such port"), (".", "cannot be opened")],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(tmp_path, name, said):
    with pytest.raises(PortLost, match=said):
        Port.open(str(tmp_path / name), LINE, time.monotonic)


def test_parity_makes_a_byte_longer():
    assert LineSettings(38400, "E").byte_s == pytest.approx(11 / 38400)
    assert LineSettings(38400).byte_s == pytest.approx(10 / 38400)


# Over the network.


@pytest.fixture
def server():
    made = socket.create_server(("127.0.0.1", 0))
    yield made
    made.close()


def url(server):
    return f"socket://127.0.0.1:{server.getsockname()[1]}"


def test_the_same_over_tcp(server):
    port = Port.open(url(server), LINE, time.monotonic)
    peer, _ = server.accept()
    port.write(b"ask")
    assert peer.recv(10) == b"ask"
    peer.sendall(b"answer")
    assert port.read(5, missing=6) == b"answer"
    assert port.byte_s == 0.0
    peer.close()
    with pytest.raises(PortLost, match="has gone"):
        port.read(5)
    port.close()


def test_a_peer_that_takes_nothing_loses_the_port(server):
    line = TcpLine(url(server))
    with pytest.raises(OSError, match="takes no bytes"):
        line.write(bytes(100_000_000))
    line.close()


def test_nobody_at_that_address(server):
    name = url(server)
    server.close()
    with pytest.raises(PortLost, match="cannot be opened"):
        Port.open(name, LINE, time.monotonic)


@pytest.mark.parametrize("name", ["socket://", "socket://host", "socket://:1", "socket://host:none"])
def test_a_name_that_is_no_address(name):
    with pytest.raises(PortLost, match="cannot be opened"):
        Port.open(name, LINE, time.monotonic)


def test_a_line_with_parity_can_be_opened_again(far):
    """A pty that has its speed already has nothing left to change but the parity, which it cannot have."""
    for _ in range(3):
        port = Port.open(str(far.link), LineSettings(38400, "E"), time.monotonic)
        far.say(b"ok")
        assert port.read(2.0) == b"ok"
        port.close()
