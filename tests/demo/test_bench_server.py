"""The bench of a whole stage, as a browser meets it."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import httpx
import msgspec
import numpy as np
import pytest

from devices.barcode.still import decode
from pustaka.demo.bench.server import Bench
from pustaka.demo.bench.things import BY_KEY
from pustaka.demo.files import Panel
from pustaka.demo.stage import Stage


def eventually(holds: Callable[[], bool], what: str, patience: float = 10.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience
    pause = select.poll()
    while not holds():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        pause.poll(10)


class Browser:
    """An open page: what the event stream has said so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.state: dict[str, Any] = {}
        self.lines: list[str] = []
        self.kinds: list[str] = []
        self.frames: list[dict[str, str]] = []
        self.ended = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        kind = ""
        address = f"{self.url}events?frames=1"
        with httpx.stream("GET", address, headers={"accept-language": "en"}, timeout=30) as answer:
            for text in answer.iter_lines():
                if text.startswith("event: "):
                    kind = text.removeprefix("event: ")
                    self.kinds.append(kind)
                elif text.startswith("data: "):
                    self._take(kind, msgspec.json.decode(text.removeprefix("data: ")))
        self.ended.set()

    def _take(self, kind: str, data: Any) -> None:
        if kind == "state":
            self.state = data
        elif kind == "log":
            self.lines += [f"{line['source']}: {line['text']}" for line in data]
        else:
            self.frames = data

    def do(self, **action: object) -> None:
        answer = httpx.post(f"{self.url}do", json=action, headers={"origin": self.url.rstrip("/")})
        assert answer.status_code == 204, answer.text

    def says(self, text: str) -> bool:
        return any(text in line for line in self.lines)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(Panel(), headless=True, say=lambda _: None) as stage:
        yield stage


def test_a_card_a_book_and_a_visitor_as_the_page_sees_them(stage: Stage):
    with Bench(stage) as bench:
        browser = Browser(bench.url)
        eventually(lambda: browser.state.get("kiosk") == "kiosk: welcome", "the kiosk's page")
        assert browser.kinds[:2] == ["log", "state"]

        browser.do(do="walk", way="in")
        browser.do(do="show", thing="sari")
        eventually(lambda: browser.state["kiosk"] == "kiosk: menu", "Sari's card to be read")
        browser.do(do="lay", thing="layar")
        eventually(lambda: browser.says("kiosk: Layar Terkembang: borrowed, due "), "the loan on the screen")
        eventually(lambda: browser.says("pad: Layar Terkembang disarmed"), "the security bit")
        assert [(thing["key"], thing["armed"]) for thing in browser.state["pad"]] == [("layar", False)]
        assert browser.state["pad_line"] == "1 tag on the pad; the kiosk knows 1"
        assert any(frame["name"].startswith("write AFI") for frame in browser.frames)
        eventually(lambda: browser.says("kiosk: loan recorded, without name or title; total 1"), "the record")
        eventually(lambda: browser.state["door"] == "in 1 · out 0 · turned back 0", "the visitor", patience=20)

        browser.do(do="scan", thing="awan")
        eventually(lambda: browser.says("scanner: Api Awan Asap scanned"), "the scan in the log")
        eventually(lambda: browser.says("kiosk: Api Awan Asap: borrowed, due "), "the scanned book on the screen")

        picture = httpx.get(f"{bench.url}kiosk.png").content
        assert picture.startswith(b"\x89PNG")
        frame = first_frame(bench.url)
        assert [code.text for code in decode(frame)] == [BY_KEY["sari"].code]


def test_cables_and_the_end(stage: Stage):
    with Bench(stage) as bench:
        browser = Browser(bench.url)
        eventually(lambda: bool(browser.state), "the first word")
        browser.do(do="cable", name="reader", plugged=False)
        eventually(lambda: browser.says("has lost the RFID reader"), "the kiosk to notice")
        browser.do(do="cable", name="reader", plugged=True)
        eventually(lambda: browser.says("the RFID reader works again"), "the kiosk to find it again")
        browser.do(do="cable", name="network", plugged=False)
        assert not stage.broker.running
        browser.do(do="cable", name="network", plugged=True)
        assert stage.broker.running

        with httpx.stream("GET", f"{bench.url}camera.mjpg", timeout=10) as stream:
            next(stream.iter_raw())
            begun = time.monotonic()
            bench.__exit__(None, None, None)
            took = time.monotonic() - begun
        assert took < 1.0, "open streams do not hold it up"
        assert browser.ended.wait(2)
        with pytest.raises(httpx.ConnectError):
            httpx.get(bench.url)


def first_frame(url: str) -> Any:
    """The first picture of the camera's stream."""
    held = b""
    with httpx.stream("GET", f"{url}camera.mjpg", timeout=10) as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace; boundary=")
        for chunk in answer.iter_raw():
            held += chunk
            head, gap, rest = held.partition(b"\r\n\r\n")
            length = int(head.lower().rpartition(b"content-length:")[2]) if gap else -1
            if gap and len(rest) >= length:
                picture = cv2.imdecode(np.frombuffer(rest[:length], np.uint8), cv2.IMREAD_COLOR)
                return np.asarray(picture, dtype=np.uint8)
    raise AssertionError("the camera's stream ended before its first frame")
