"""The line itself, on real sockets: what is trusted, what was sent, and that no wait is longer than asked for."""

from __future__ import annotations

import contextlib
import datetime
import logging
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.client import tcp_wires
from kiosk.circulation.sip2.lookup import Address, Addresses, resolve
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.circulation.sip2.tls import context_of
from kiosk.circulation.sip2.wire import NothingSent, NotTrusted, TcpWire

Serve = Callable[[Callable[[socket.socket], None]], int]
SECONDS = 5.0


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answers one connection after the other on a free port, each by the function given."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(talk: Callable[[socket.socket], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line, contextlib.suppress(OSError):  # the other side had enough
                    talk(line)

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(SECONDS)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def echo(line: socket.socket) -> None:
    while data := line.recv(4096):
        line.sendall(data)


def tls_echo(
    certificate: trustme.LeafCert, tune: Callable[[ssl.SSLContext], None] = lambda _: None
) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    tune(context)

    def talk(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as protected:
            echo(protected)

    return talk


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate for ``localhost`` that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    return path


def settings(port: int, **changes: object) -> Sip2Settings:
    values: dict[str, object] = {"host": "localhost", "port": port, **changes}
    return Sip2Settings(**values)  # type: ignore[arg-type]


def said(settings: Sip2Settings) -> str:
    """Why a line does not come about."""
    with pytest.raises(NotTrusted) as caught:
        tcp_wires(settings)().open(SECONDS)
    return str(caught.value)


# plain


def test_bytes_go_there_and_back_in_clear_when_that_is_switched_on(serve: Serve) -> None:
    wire = tcp_wires(settings(serve(echo), tls="off"))()
    wire.open(SECONDS)
    wire.send(b"9900802.00\r", SECONDS)
    assert wire.receive(SECONDS) == b"9900802.00\r"
    wire.close()
    wire.close()


def test_a_line_in_clear_is_said_as_a_warning(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    tcp_wires(settings(serve(echo), tls="off"))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "not protected" in caplog.text


def test_the_other_side_s_end_is_seen_as_no_bytes(serve: Serve) -> None:
    wire = TcpWire("127.0.0.1", serve(lambda line: None), None)
    wire.open(SECONDS)
    assert wire.receive(SECONDS) == b""


def test_looking_takes_no_time(serve: Serve) -> None:
    wire = TcpWire("127.0.0.1", serve(echo), None)
    wire.open(SECONDS)
    with pytest.raises(TimeoutError):
        wire.receive(0)


def test_a_wait_ends_when_it_should(serve: Serve) -> None:
    wire = TcpWire("127.0.0.1", serve(echo), None)
    wire.open(SECONDS)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        wire.receive(0.1)
    assert time.monotonic() - began < 2


def test_nobody_there_is_an_error_and_not_a_hang() -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError):
        TcpWire("127.0.0.1", port, None).open(SECONDS)


def test_a_send_without_a_line_has_sent_nothing() -> None:
    with pytest.raises(NothingSent):
        TcpWire("127.0.0.1", 1, None).send(b"x", SECONDS)


def test_a_send_after_a_reset_has_sent_nothing(serve: Serve) -> None:
    def reset(line: socket.socket) -> None:
        line.recv(1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    wire = TcpWire("127.0.0.1", serve(reset), None)
    wire.open(SECONDS)
    wire.send(b"x", SECONDS)
    with pytest.raises(ConnectionResetError):
        wire.receive(SECONDS)
    with pytest.raises(NothingSent):
        wire.send(b"x", SECONDS)


def test_a_send_that_is_stopped_half_way_may_have_sent_something(serve: Serve) -> None:
    release = threading.Event()
    wire = TcpWire("127.0.0.1", serve(lambda line: release.wait(SECONDS) and None), None)
    wire.open(SECONDS)
    with pytest.raises(TimeoutError):
        wire.send(b"x" * (1 << 26), 0.2)
    release.set()


def test_no_time_means_no_attempt(serve: Serve) -> None:
    wire = TcpWire("127.0.0.1", serve(echo), None)
    with pytest.raises(TimeoutError):
        wire.open(0)


# protected


def test_a_right_certificate_is_trusted(serve: Serve, authority: trustme.CA, authority_file: Path) -> None:
    port = serve(tls_echo(authority.issue_cert("localhost")))
    wire = tcp_wires(settings(port, ca_file=str(authority_file)))()
    wire.open(SECONDS)
    with pytest.raises(TimeoutError):
        wire.receive(0)
    wire.send(b"9300CNa|", SECONDS)
    assert wire.receive(SECONDS) == b"9300CNa|"
    wire.close()


def test_the_name_in_the_certificate_may_be_given_apart(
    serve: Serve, authority: trustme.CA, authority_file: Path
) -> None:
    port = serve(tls_echo(authority.issue_cert("ils.example")))
    wire = tcp_wires(settings(port, ca_file=str(authority_file), server_name="ils.example"))()
    wire.open(SECONDS)
    wire.close()


def test_a_certificate_for_another_name_is_refused(serve: Serve, authority: trustme.CA, authority_file: Path) -> None:
    port = serve(tls_echo(authority.issue_cert("other.example")))
    assert "set circulation.sip2.host or server_name" in said(settings(port, ca_file=str(authority_file)))
    by_address = settings(port, host="127.0.0.1", ca_file=str(authority_file))
    assert "set circulation.sip2.server_name" in said(by_address)


def test_an_expired_certificate_is_refused(serve: Serve, authority: trustme.CA, authority_file: Path) -> None:
    old = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    port = serve(tls_echo(authority.issue_cert("localhost", not_after=old)))
    assert "it has expired; have the certificate renewed" in said(settings(port, ca_file=str(authority_file)))


def test_an_unknown_authority_is_refused(serve: Serve, authority: trustme.CA) -> None:
    port = serve(tls_echo(authority.issue_cert("localhost")))
    assert "circulation.sip2.ca_file" in said(settings(port))


def test_a_certificate_signed_by_itself_is_refused(serve: Serve, authority_file: Path, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))

    def talk(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as protected:
            echo(protected)

    wanted = "it is signed by itself; put it in a file and name that as circulation.sip2.ca_file"
    assert wanted in said(settings(serve(talk), ca_file=str(authority_file)))


def test_a_server_that_speaks_no_tls_is_told(serve: Serve, authority_file: Path) -> None:
    def speaks_sip(line: socket.socket) -> None:
        line.recv(10)
        line.sendall(b"96AZFEF6\r")
        line.recv(4096)

    port = serve(speaks_sip)
    assert "may speak no TLS on this port" in said(settings(port, ca_file=str(authority_file)))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_with_old_tls_only_is_refused(serve: Serve, authority: trustme.CA, authority_file: Path) -> None:
    def old(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")

    port = serve(tls_echo(authority.issue_cert("localhost"), old))
    assert "No protected connection" in said(settings(port, ca_file=str(authority_file)))


def test_a_handshake_that_never_ends_ends_in_time(serve: Serve, authority_file: Path) -> None:
    release = threading.Event()
    port = serve(lambda line: release.wait(SECONDS) and None)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        tcp_wires(settings(port, ca_file=str(authority_file)))().open(0.2)
    release.set()
    assert time.monotonic() - began < 3


def test_an_end_inside_tls_without_a_farewell_is_an_end(
    serve: Serve, authority: trustme.CA, authority_file: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    def cut(line: socket.socket) -> None:
        protected = context.wrap_socket(line, server_side=True)
        protected.recv(10)
        socket.socket(fileno=protected.detach()).close()

    wire = tcp_wires(settings(serve(cut), ca_file=str(authority_file)))()
    wire.open(SECONDS)
    wire.send(b"x", SECONDS)
    assert wire.receive(SECONDS) == b""


def test_nothing_older_than_tls_1_2_is_offered() -> None:
    context = context_of(Sip2Settings(host="x"))
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"tls": "on"}, "Use 'verify', or 'off'"),
        ({"ca_file": "/nowhere/ca.pem"}, "Name a PEM file as circulation.sip2.ca_file"),
        ({"host": ""}, "Name the library system's SIP2 server"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(Sip2Error, match=sentence):
        tcp_wires(settings(1, **wrong))


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate", encoding="utf-8")
    with pytest.raises(Sip2Error, match="it holds no certificate"):
        tcp_wires(settings(1, ca_file=str(path)))


# names


def test_a_slow_name_server_does_not_hold_up_a_patron(serve: Serve) -> None:
    release, asked = threading.Event(), []

    def slow(host: str, port: int) -> list[Address]:
        asked.append(host)
        release.wait(SECONDS)
        return resolve("127.0.0.1", port)

    addresses = Addresses("ils.example", serve(echo), slow)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            addresses.find(0.01)
    release.set()
    assert len(addresses.find(SECONDS)) == 1
    assert asked == ["ils.example"]


def test_addresses_that_were_right_are_used_while_names_cannot_be_resolved() -> None:
    answers: list[object] = [resolve("127.0.0.1", 6001), OSError("no name server")]

    def resolver(host: str, port: int) -> list[Address]:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer  # type: ignore[return-value]

    addresses = Addresses("ils.example", 6001, resolver)
    assert addresses.find(SECONDS) == addresses.find(SECONDS)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
def test_a_name_that_does_not_exist_is_an_error(host: str) -> None:
    def resolver(name: str, port: int) -> list[Address]:
        if name.endswith(".invalid"):
            raise socket.gaierror(-2, "Name or service not known")
        return resolve(name, port)

    with pytest.raises(OSError):
        TcpWire(host, 1, None, addresses=Addresses(host, 1, resolver)).open(SECONDS)


def test_a_second_address_is_tried_when_the_first_is_dead(serve: Serve) -> None:
    port = serve(echo)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        dead = listener.getsockname()[1]

    def both(host: str, _: int) -> list[Address]:
        return resolve("127.0.0.1", dead) + resolve("127.0.0.1", port)

    wire = TcpWire("ils.example", port, None, addresses=Addresses("ils.example", port, both))
    wire.open(SECONDS)
    wire.close()


def test_a_name_without_an_address_is_an_error() -> None:
    with pytest.raises(OSError, match="has no address"):
        TcpWire("ils.example", 1, None, addresses=Addresses("ils.example", 1, lambda host, port: [])).open(SECONDS)
