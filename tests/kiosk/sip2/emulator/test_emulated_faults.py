"""The emulated system's faults, and its wire with and without a socket."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import timedelta

import pytest
import trustme
from emulator_support import LOGIN, an_ils, ask, checkin, checkout, information, inside, items, members, sealed

from kiosk.circulation.sip2.emulator import PRESETS, EmulatedIls, Seeded, Wrong
from kiosk.circulation.sip2.emulator.connection import Connection, Reply
from kiosk.circulation.sip2.emulator.faults import REQUEST_FAULTS
from kiosk.circulation.sip2.emulator.line import checksum
from kiosk.circulation.sip2.emulator.serve import Served
from kiosk.circulation.sip2.emulator.wire import EmulatedWire, KioskClock, Time

# faults


def faulty(wrong: Wrong, seconds: float = 0.0) -> tuple[EmulatedIls, Time, list[Reply], Connection]:
    """A checkout under one fault; a return came before it."""
    clock = Time()
    ils = an_ils(clock)
    connection = inside(ils)
    ask(connection, checkin("B5"), 1)
    ils.faults.add(wrong, "11", seconds=seconds)
    return ils, clock, connection.receive(sealed(checkout(), 2)), connection


CARRIED_OUT = [wrong for wrong in REQUEST_FAULTS if wrong not in (Wrong.DEAF, Wrong.DROP_BEFORE, Wrong.PLEASE_RESEND)]


@pytest.mark.parametrize("wrong", REQUEST_FAULTS)
def test_each_fault_either_carries_out_or_does_not(wrong: Wrong) -> None:
    ils, clock, _, _ = faulty(wrong, 60)
    clock.wait(61)
    assert len(ils.effects) == int(wrong in CARRIED_OUT)


def test_faults_that_take_time() -> None:
    assert [r.after for r in faulty(Wrong.LATE, 9)[2]] == [9]
    assert [r.after for r in faulty(Wrong.SECOND, 9)[2]] == [0, 9]
    ils, clock, replies, connection = faulty(Wrong.EXECUTED_LATE, 90)
    connection.hang_up()
    clock.wait(89)
    assert (replies, connection.due(), ils.effects) == ([], [], [])
    clock.wait(2)
    assert connection.due()[0].data.startswith(b"121")
    assert (ils.effects[0].at - clock.start, ils.effects[0].late) == (timedelta(seconds=90), 90)


def test_faults_of_the_stream() -> None:
    assert faulty(Wrong.GLUED)[2][0].data.count(b"\r") == 2
    assert faulty(Wrong.PREVIOUS)[2][0].data.startswith(b"101")
    assert len(faulty(Wrong.BYTEWISE)[2]) > 80
    assert faulty(Wrong.CRLF)[2][0].data.endswith(b"\r\n")
    assert not faulty(Wrong.HALF)[2][0].data.endswith(b"\r")
    assert faulty(Wrong.HALF_DROP)[3].closed
    assert faulty(Wrong.DROP_AFTER)[2] == [Reply(b"", close=True)]
    assert faulty(Wrong.GARBAGE)[2][0].data[:2] == b"\x0e\x0f"


def test_faults_of_the_frame() -> None:
    for wrong, inside_ in (
        (Wrong.WRONG_ITEM, b"ABSOMETHINGELSE|"),
        (Wrong.WRONG_PATRON, b"AASOMEBODYELSE|"),
        (Wrong.NUL, b"AFa\0b\0|"),
        (Wrong.WRONG_SEQUENCE, b"AY7AZ"),
    ):
        data = faulty(wrong)[2][0].data.rstrip(b"\r")
        assert inside_ in data
        assert data[-4:].decode() == checksum(data[:-4])
    data = faulty(Wrong.WRONG_CHECKSUM)[2][0].data.rstrip(b"\r")
    assert data[-4:].decode() != checksum(data[:-4])
    assert len(faulty(Wrong.HUGE)[2][0].data) > 1 << 20


def test_connections_may_be_refused_or_closed_at_once() -> None:
    ils = an_ils()
    ils.faults.add(Wrong.REFUSED, "connect")
    ils.faults.add(Wrong.CLOSED_AT_ONCE, "connect")
    with pytest.raises(ConnectionRefusedError):
        ils.connect()
    assert ils.connect().closed
    assert not ils.connect().closed
    ils.down = True
    with pytest.raises(ConnectionRefusedError):
        ils.connect()


def test_a_seed_gives_the_same_faults_again() -> None:
    def some(seed: int) -> list[str]:
        plan = Seeded(seed, 0.5)
        return [plan("11").wrong for _ in range(50)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert {"nothing"} < set(some(1))


# without a socket, and with one


def test_a_wire_lets_time_pass_instead_of_waiting() -> None:
    clock = Time()
    ils = an_ils(clock)
    wire = EmulatedWire(ils, clock)
    wire.open(1)
    wire.send(sealed(LOGIN), 1)
    assert wire.receive(1).startswith(b"941")
    ils.faults.add(Wrong.EXECUTED_LATE, seconds=100)
    wire.send(sealed(checkout(), 1), 1)
    with pytest.raises(TimeoutError):
        wire.receive(3)
    assert clock.seconds == 3
    assert wire.receive(200).startswith(b"121")
    assert clock.seconds == 100
    ils.faults.add(Wrong.DROP_BEFORE)
    wire.send(sealed(checkin(), 2), 1)
    assert wire.receive(1) == b""
    with pytest.raises(BrokenPipeError):
        wire.send(b"x", 1)
    wire.close()
    assert clock.seconds == 100


def test_a_kiosks_clock_may_be_wrong_and_starts_again() -> None:
    clock = Time()
    kiosk = KioskClock(clock)
    clock.wait(10)
    before = kiosk.monotonic_ns()
    kiosk.off_by = timedelta(days=-400)
    kiosk.reboot()
    assert kiosk.now().year == 2025
    assert kiosk.monotonic_ns() < before
    assert kiosk.boot_id() == "boot-2"
    assert kiosk.quality() == "ntp"


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_lends_and_takes_back_over_tcp(name: str) -> None:
    ils = EmulatedIls(members(), items(), PRESETS[name])
    institution = PRESETS[name].institution or "SMR"
    with Served(ils) as served, socket.create_connection(("127.0.0.1", served.port), 5) as line:
        for n, (body, head) in enumerate([(LOGIN, b"941"), (checkout(), b"121"), (checkin(), b"101")]):
            line.sendall(sealed(body.replace("AOSMR", f"AO{institution}"), n))
            said = b""
            while b"\r" not in said:
                said += line.recv(4096)
            assert said.lstrip(b"\n").startswith(head)
    assert [effect.kind for effect in ils.effects] == ["checkout", "checkin"]


def test_over_tls_pauses_late_executions_and_hanging_up_are_real() -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    ils = EmulatedIls(members(), items())
    ils.faults.add(Wrong.EXECUTED_LATE, "11", seconds=0.1)
    ils.faults.add(Wrong.LATE, "09", seconds=0.1)
    ils.faults.add(Wrong.DROP_BEFORE, "63")
    with Served(ils, tls=server) as served, socket.create_connection(("127.0.0.1", served.port), 5) as bare:
        line = client.wrap_socket(bare, server_hostname="localhost")
        for n, (body, head) in enumerate([(LOGIN, b"941"), (checkout(), b"121"), (checkin(), b"101")]):
            began = time.monotonic()
            line.sendall(sealed(body, n))
            assert line.recv(4096).startswith(head)
            assert (time.monotonic() - began >= 0.1) is (n > 0)
        line.sendall(sealed(information(), 4))
        assert line.recv(4096) == b""


def test_a_served_system_comes_back_on_the_same_port() -> None:
    served = Served(EmulatedIls(members(), items()))
    served.start()
    port = served.port
    served.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 5)
    served.start()
    assert served.port == port
    socket.create_connection(("127.0.0.1", port), 5).close()
    served.stop()
