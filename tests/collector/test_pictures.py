"""The pages in a real browser: they are drawn, nothing is refused by the policy, nothing scrolls sideways."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from collector_support import eventually
from seeded_desk import desk, seed
from starlette.types import Receive, Scope, Send

from collector.web.app import build


class Served:
    """The application on a free port, remembering what was asked of it."""

    def __init__(self, store: Path) -> None:
        self.asked: list[str] = []
        self.desk = desk(store)
        self._app = build(self.desk)
        config = uvicorn.Config(
            self._remember, interface="asgi3", log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        eventually(lambda: self.server.started, "the page is served")

    async def _remember(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope.get("path", ""))
        await self._app(scope, receive, send)

    def close(self) -> None:
        self.desk.changes.close()
        self.server.should_exit = True
        self._thread.join(5)
        self._socket.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    seed(path)
    made = Served(path)
    yield made
    made.close()


def browser(folder: Path, *what: str) -> list[str]:
    """The command line of a browser that has never been here."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("the program chromium is not installed (apt install chromium)")
    return [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *what,
    ]  # fmt: skip


@pytest.mark.parametrize(("page", "size"), [("/", "1440,900"), ("/devices", "390,844")])
def test_the_page_is_drawn_and_nothing_is_refused(served: Served, tmp_path: Path, page: str, size: str) -> None:
    picture = tmp_path / "page.png"
    options = (f"--window-size={size}", "--timeout=1500", f"--screenshot={picture}", served.address + page)
    done = subprocess.run(browser(tmp_path, *options), capture_output=True, text=True, timeout=60, check=True)
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = size.split(",")
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (int(width), int(height))
    assert len(data) > 30_000  # a blank page is much smaller
    assert "Content Security Policy" not in done.stderr
    assert "Uncaught" not in done.stderr


def test_a_change_makes_an_open_page_look_again(served: Served, tmp_path: Path) -> None:
    command = browser(tmp_path, "--remote-debugging-port=0", served.address + "/")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as open_page:
        try:
            eventually(lambda: served.desk.changes.listeners == 1, "the page listens")
            eventually(lambda: served.asked.count("/") >= 2, "it looks once when the stream opens")
            before = served.asked.count("/")
            served.desk.changes.happened()
            eventually(lambda: served.asked.count("/") > before, "it looks again")
        finally:
            os.killpg(open_page.pid, signal.SIGKILL)
