"""MQTT 3.1.1 (OASIS standard, 2014) as far as a door needs it, over any stream socket: QoS 1 out, QoS 0 and 1 in.

Nothing here waits but :meth:`Mqtt.connect`; a broker that is gone is an :class:`OSError`, and the caller begins anew.
"""

# EAGAIN, ETIMEDOUT and EINPROGRESS, as Linux and as the chip's C library number them.
NOTHING_YET = (11, 110, 115, 116, 119)


class Mqtt:
    """One connection. ``sock`` is connected and has ``send``/``write``, ``recv``/``read`` and ``settimeout``."""

    def __init__(self, sock, client: str, user: str = "", password: str = "", keep_alive: int = 60) -> None:
        self._sock = sock
        self._client = client
        self._user = user
        self._password = password
        self._keep = keep_alive
        self._id = 0
        self._in = b""
        self.unacked: set = set()

    def connect(self, will_topic: str, will: bytes) -> None:
        """Say hello, with a retained last will; waits for the answer.

        Raises:
            OSError: the broker refuses, or does not answer in the socket's time-out.
        """
        flags = 0x02 | 0x04 | 0x08 | 0x20 | (0xC0 if self._user else 0)
        body = b"\x00\x04MQTT\x04" + bytes((flags,)) + self._keep.to_bytes(2, "big")
        body += _text(self._client) + _text(will_topic) + len(will).to_bytes(2, "big") + will
        if self._user:
            body += _text(self._user) + _text(self._password)
        self._send(0x10, body)
        while True:
            kind, answer = self._packet(True)
            if kind >> 4 == 2:
                if answer[1]:
                    raise OSError(f"the broker refuses: code {answer[1]}")
                return

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int:
        """Send with QoS 1; its number is in ``unacked`` until the broker has it."""
        number = self._number()
        self.unacked.add(number)
        self._send(0x32 | int(retain), _text(topic) + number.to_bytes(2, "big") + payload)
        return number

    def subscribe(self, topic: str) -> None:
        """Ask for a topic, QoS 1."""
        self._send(0x82, self._number().to_bytes(2, "big") + _text(topic) + b"\x01")

    def ping(self) -> None:
        """Sign of life; due before ``keep_alive`` seconds have passed without another packet."""
        self._send(0xC0, b"")

    def disconnect(self) -> None:
        """Say goodbye: the last will is not published."""
        self._send(0xE0, b"")

    def poll(self) -> list:
        """Messages that have come, as (topic, payload), without waiting.

        Raises:
            OSError: the connection is gone.
        """
        found: list[tuple[str, bytes]] = []
        while True:
            kind, body = self._packet(False)
            if kind == 0:
                return found
            if kind >> 4 == 3:
                found.append(self._message(kind, body))
            elif kind >> 4 == 4:
                self.unacked.discard(int.from_bytes(body[:2], "big"))

    def _message(self, kind: int, body: bytes):
        size = int.from_bytes(body[:2], "big")
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        if kind >> 1 & 3:
            self._send(0x40, rest[:2])
            rest = rest[2:]
        return topic, rest

    def _number(self) -> int:
        self._id = self._id % 65_535 + 1
        return self._id

    def _send(self, kind: int, body: bytes) -> None:
        size, head = len(body), bytes((kind,))
        while True:
            head += bytes(((size & 0x7F) | (0x80 if size > 0x7F else 0),))
            size >>= 7
            if not size:
                break
        self._sock.setblocking(True)
        self._sock.settimeout(10)
        self._sock.sendall(head + body) if hasattr(self._sock, "sendall") else self._sock.write(head + body)

    def _packet(self, wait: bool):
        """The next packet as (first byte, body); (0, b"") when none is complete and ``wait`` is false."""
        while True:
            size, at = 0, 1
            while at < len(self._in) and at < 6:
                size |= (self._in[at] & 0x7F) << 7 * (at - 1)
                at += 1
                if not self._in[at - 1] & 0x80:
                    if len(self._in) >= at + size:
                        kind, body = self._in[0], self._in[at : at + size]
                        self._in = self._in[at + size :]
                        return kind, body
                    break
            if not self._receive(wait):
                return 0, b""

    def _receive(self, wait: bool) -> bool:
        self._sock.settimeout(10 if wait else 0)
        try:
            data = self._sock.recv(2048)
        except OSError as error:
            if not wait and error.errno in NOTHING_YET:
                return False
            raise
        if not data:
            raise OSError("the broker closed the connection")
        self._in += data
        return True


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
