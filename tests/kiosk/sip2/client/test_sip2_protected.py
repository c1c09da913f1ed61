"""A whole visit inside TLS: it goes well, and whoever listens on the way reads nothing of it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme
from sip2_kiosks import PIN, SARI

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.port import Borrowed, Patron
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Copy, EmulatedIls, Member
from kiosk.circulation.sip2.emulator.serve import Served
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.settings import Sip2Settings


@dataclass
class Listener:
    """Passes bytes on between a kiosk and a server, and keeps them."""

    target: tuple[str, int]
    heard: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for line in [self._listening, *self._lines]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                kiosk, _ = self._listening.accept()
                server = socket.create_connection(self.target)
                self._lines += [kiosk, server]
                for source, sink in ((kiosk, server), (server, kiosk)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                self.heard += data
                sink.sendall(data)


@pytest.fixture(params=["verify", "off"])
def overheard(request: pytest.FixtureRequest, tmp_path: Path, password_file: Path) -> Iterator[tuple[Listener, object]]:
    """A kiosk, and somebody who listens on its line."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    protected = request.param == "verify"
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if protected else None
    if tls is not None:
        authority.issue_cert("ils.example").configure_cert(tls)
    with Served(EmulatedIls([Member("P-001")], [Copy("B-1", "Judul")]), tls=tls) as served:
        listener = Listener((served.host, served.port))
        settings = Sip2Settings(
            host="127.0.0.1",
            port=listener.port,
            tls=request.param,
            ca_file=str(tmp_path / "ca.pem"),
            server_name="ils.example",
            login="kiosk",
            password_file=str(password_file),
            answer_seconds=10.0,
        )
        kiosk = SipCirculation(settings, Profile(), clock=SystemClock(), zone=ZoneInfo("Asia/Makassar"))
        yield listener, kiosk
        kiosk.close()
        listener.close()


def test_only_a_line_in_clear_can_be_read(overheard, request: pytest.FixtureRequest) -> None:
    """The line in clear is the control: there the listener hears everything."""
    listener, kiosk = overheard
    assert isinstance(kiosk.patron(SARI, PIN), Patron)
    assert isinstance(kiosk.checkout("op", SARI, "B-1"), Borrowed)
    kiosk.end_visit(SARI)
    in_clear = request.node.callspec.params["overheard"] == "off"
    for secret in (b"AD1234", b"rahasia", b"P-001", b"Sari", b"B-1|"):
        assert (secret in listener.heard) is in_clear
