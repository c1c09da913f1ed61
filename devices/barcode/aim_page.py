"""The picture of ``pustaka camera aim`` in a browser: one page on a loopback port, for a laptop or through ssh.

Only this machine can open it, and only while the command runs; nothing is kept but the newest picture.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

_BOUNDARY: Final = "pustaka-aim"
_PAGE: Final = b"""<!doctype html><meta charset="utf-8"><title>pustaka camera aim</title>
<style>body{margin:0;background:#14282A}img{display:block;margin:auto;max-width:100vw;max-height:100vh}</style>
<img src="/live" alt="The camera's picture; what to do next is written below it.">
"""


class AimPage:
    """Serves whatever was :meth:`put` last.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self._news = threading.Condition()
        self._jpeg, self._number, self._closed = b"", 0, False
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="camera-aim-page", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where to look."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def put(self, jpeg: bytes) -> None:
        """Show ``jpeg`` from now on."""
        with self._news:
            self._jpeg, self._number = jpeg, self._number + 1
            self._news.notify_all()

    def after(self, number: int) -> tuple[bytes, int] | None:
        """The newest picture once it is another than ``number``; ``None`` when there will be no more."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._number != number)
            return None if self._closed else (self._jpeg, self._number)

    def close(self) -> None:
        """Let every viewer go and stop listening."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser that reads no more must not hold us

    def __init__(self, address: tuple[str, int], page: AimPage) -> None:
        self.page = page
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """``/`` is the page, ``/live`` its moving picture."""
        if self.path == "/":
            self._head("text/html; charset=utf-8")
            self.wfile.write(_PAGE)
        elif self.path == "/live":
            self._head(f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            self._send_all()
        else:
            self.send_error(404, "There is / and /live")

    def _send_all(self) -> None:
        number = 0
        while (found := self.server.page.after(number)) is not None:
            jpeg, number = found
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + jpeg + b"\r\n")
            except OSError:
                return  # the window was closed

    def _head(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal shows the measures."""
