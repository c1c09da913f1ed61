"""The smallest MQTT conversation there is: one CONNECT and its answer.

It tells "the port is open" from "the broker answers", needs no client library, and leaves no session behind.
"""

from __future__ import annotations

import socket
import struct

#: CONNACK return codes of MQTT 3.1.1, section 3.2.2.3.
ACCEPTED = 0
REFUSED = frozenset({4, 5})


def connect_packet(client_id: str, user: str | None = None, password: str | None = None) -> bytes:
    """A CONNECT of MQTT 3.1.1 (section 3.1) with a clean session and a keep-alive of 10 s."""
    flags = 0x02 | (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", 10) + _text(client_id)
    for part in (user, password):
        if part is not None:
            body += _text(part)
    return b"\x10" + _length(len(body)) + body


def ask(port: int, user: str | None = None, password: str | None = None, *, timeout: float = 1.0) -> int | None:
    """Connect to 127.0.0.1 and return the CONNACK's code, or ``None`` when nobody answers in MQTT in ``timeout`` s."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as wire:
            if wire.getsockname() == wire.getpeername():
                return None  # Linux joined the socket to itself: nobody listens
            wire.sendall(connect_packet("pustaka-probe", user, password))
            answer = _read(wire, 4)
            if len(answer) == 4 and answer[:2] == b"\x20\x02":
                if answer[3] == ACCEPTED:
                    wire.sendall(b"\xe0\x00")
                return answer[3]
    except OSError:
        return None  # refused, reset or timed out: for the caller these are one thing, "not yet"
    return None


def _read(wire: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = wire.recv(count - len(got))
        if not more:
            break
        got += more
    return got


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(count: int) -> bytes:
    out = b""
    while True:
        count, digit = divmod(count, 128)
        out += bytes([digit | (0x80 if count else 0)])
        if not count:
            return out
