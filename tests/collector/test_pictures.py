"""The pages in a real browser: they are drawn, nothing is refused by the policy, nothing scrolls sideways."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from collector_support import eventually
from seeded_desk import desk, seed

from collector.web.app import build


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    seed(path)
    surroundings = desk(path)
    server = uvicorn.Server(
        uvicorn.Config(build(surroundings), log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        eventually(lambda: server.started, "the page is served")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        surroundings.changes.close()
        server.should_exit = True
        thread.join(5)


def browse(address: str, folder: Path, *what: str, size: str = "1440,900") -> subprocess.CompletedProcess[str]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("the program chromium is not installed (apt install chromium)")
    return subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", f"--window-size={size}",
            "--timeout=1500", *what, address,
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


@pytest.mark.parametrize(("page", "size"), [("/", "1440,900"), ("/devices", "390,844")])
def test_the_page_is_drawn_and_nothing_is_refused(address: str, tmp_path: Path, page: str, size: str) -> None:
    picture = tmp_path / "page.png"
    done = browse(address + page, tmp_path, f"--screenshot={picture}", size=size)
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = size.split(",")
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (int(width), int(height))
    assert len(data) > 30_000  # a blank page is much smaller
    assert "Content Security Policy" not in done.stderr
    assert "Uncaught" not in done.stderr


def test_with_javascript_the_sign_says_live(address: str, tmp_path: Path) -> None:
    page = browse(address, tmp_path, "--dump-dom").stdout
    assert 'data-sign="on"' in page
    assert "180" in page
