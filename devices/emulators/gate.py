"""An RFID gate's web page in software: totals as XML or JSON over real HTTP, with the faults of old firmware.

The XML has the layout that a university's poller of such gates reads (Lehigh, ``ole-gate-count``): ``count0`` alarms,
``count1`` in, ``count2`` out.
"""

from __future__ import annotations

import contextlib
import enum
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class GateFault(enum.Enum):
    """What goes wrong with answers."""

    ERROR = "error"  # 500
    SLOW = "slow"  # the answer comes when the fault is over
    DRIPPING = "dripping"  # byte by byte, for as long as anybody listens
    TRUNCATED = "truncated"  # fewer bytes than promised
    HUGE = "huge"
    REDIRECT = "redirect"
    BOMB = "bomb"  # a document type with entities
    TEXT = "text"  # a page for people
    WORD = "word"  # a word where a number should be


class GateEmulator:
    """The gate. ``highest`` is where its counters wrap; ``url`` is the page."""

    def __init__(self, *, highest: int = 999_999, as_json: bool = False, into: int = 0, out: int = 0) -> None:
        self.highest = highest
        self.counts = [0, into, out]
        self.fault: GateFault | None = None
        self.asked = 0
        self._json = as_json
        self._over = threading.Event()
        self._changed = threading.Condition()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gate.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/counters"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def walk(self, into: int = 0, out: int = 0, alarms: int = 0) -> None:
        """People go through, some with a book that is not lent."""
        with self._changed:
            self.counts = [
                (count + more) % (self.highest + 1)
                for count, more in zip(self.counts, (alarms, into, out), strict=True)
            ]

    def reset(self) -> None:
        """The gate's power was cut, or somebody pressed the button."""
        with self._changed:
            self.counts = [0, 0, 0]

    def fail(self, fault: GateFault | None) -> None:
        """From now on answers have this fault; ``None`` ends it."""
        self.fault = fault
        if fault in (GateFault.SLOW, GateFault.DRIPPING):
            self._over.clear()
        else:
            self._over.set()

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        with self._changed:
            self.asked += 1
            alarms, into, out = self.counts
            fault = self.fault
            self._changed.notify_all()
        body = (
            f'<?xml version="1.0"?><gate><count0>{alarms}</count0><count1>{into}</count1><count2>{out}</count2></gate>'
        )
        if self._json:
            body = json.dumps({"gate": {"alarm": alarms, "counters": {"in": into, "out": out}}})
        match fault:
            case GateFault.SLOW:
                self._over.wait(30)
            case GateFault.DRIPPING:
                body += " " * 10_000
            case GateFault.HUGE:
                body = body.replace("<gate>", "<gate>" + "<!-- -->" * 100_000)
            case GateFault.BOMB:
                entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
                body = f'<!DOCTYPE gate [<!ENTITY e0 "ha">{entities}]><gate><count1>&e9;</count1></gate>'
            case GateFault.TEXT:
                body = "<html><p>Gate<br>ready"
            case GateFault.WORD:
                body = body.replace(f">{into}<", ">n/a<")
        with contextlib.suppress(OSError):  # the other end has given up
            self._send(request, fault, body.encode())

    def _send(self, request: BaseHTTPRequestHandler, fault: GateFault | None, body: bytes) -> None:
        request.send_response({GateFault.ERROR: 500, GateFault.REDIRECT: 302}.get(fault, 200) if fault else 200)
        if fault is GateFault.REDIRECT:
            request.send_header("Location", "http://127.0.0.1:1/")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        for byte in body if fault is GateFault.DRIPPING else b"":
            request.wfile.write(bytes((byte,)))
            self._over.wait(0.02)
        if fault is GateFault.DRIPPING:
            return
        request.wfile.write(body[: len(body) // 2] if fault is GateFault.TRUNCATED else body)
