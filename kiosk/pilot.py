"""The pilot: lets a script sit in front of the kiosk. For demos, journeys and remote support; off unless asked for.

It listens on a Unix socket that only this user may open. Each line is one JSON order and gets one JSON answer:

* ``{"do": "state"}`` → page, overlay, language, rows, visible words;
* ``{"do": "press", "button": "finish", "key": ""}`` or ``{"do": "press", "text": "Selesai"}`` → a real touch in the
  middle of that widget, down and up, through the window's own dispatch: what is covered or off is not pressed;
* ``{"do": "picture", "path": "…png"}`` → the window as it is now;
* ``{"do": "quit"}``.

A pilot cannot see or type what a person in front of the screen could not.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from devices.socket_path import short_path
from kiosk.session.model import Button, Mode

if TYPE_CHECKING:
    from kiosk.app import KioskApp

log = logging.getLogger(__name__)

PATIENCE_S = 10.0


class Order(msgspec.Struct):
    """One line from the script."""

    do: str
    button: str = ""
    key: str = ""
    text: str = ""
    path: str = ""


class RowSeen(msgspec.Struct):
    """A book on the screen."""

    mode: str
    key: str
    phase: str
    title: str
    due: str
    refusal: str
    security: str


class Answer(msgspec.Struct):
    """One line to the script. ``problem`` is empty when it was done."""

    problem: str = ""
    page: str = ""
    overlay: str = ""
    notice: str = ""
    language: str = ""
    texts: list[str] = []
    rows: list[RowSeen] = []
    pad: list[str] = []
    camera_ready: bool = False
    reader_ready: bool = False
    scanner_ready: bool = False
    online: bool = True


class Finger(MotionEvent):
    """A touch made by a script."""

    def __init__(self, x: float, y: float) -> None:
        position = {"x": x / (Window.width - 1.0), "y": y / (Window.height - 1.0)}
        super().__init__("pilot", 1, position, is_touch=True, type_id="touch")

    def depack(self, args: dict[str, float]) -> None:
        """Take the position, as Kivy's own providers do."""
        self.sx, self.sy = args["x"], args["y"]
        super().depack(args)


class Pilot:
    """The socket and its thread; orders are carried out on the UI thread."""

    def __init__(self, path: Path, app: KioskApp) -> None:
        self._path = path
        self._app = app
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="pilot", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._path.unlink(missing_ok=True)
        old = os.umask(0o177)
        try:
            with short_path(self._path) as path:
                self._socket.bind(path)
        finally:
            os.umask(old)
        self._socket.listen(2)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                for line in stream:
                    stream.write(msgspec.json.encode(self._obey(line)) + b"\n")
                    stream.flush()

    def _obey(self, line: bytes) -> Answer:
        try:
            order = msgspec.json.decode(line, type=Order)
        except msgspec.DecodeError as error:
            return Answer(problem=f"not an order: {error}")
        answered: queue.SimpleQueue[Answer] = queue.SimpleQueue()

        def on_ui_thread(_: float) -> None:
            try:
                self._carry_out(order, answered.put)
            except (LookupError, OSError, ValueError) as error:
                answered.put(Answer(problem=str(error)))

        Clock.schedule_once(on_ui_thread, 0)
        try:
            return answered.get(timeout=PATIENCE_S)
        except queue.Empty:
            return Answer(problem=f"the kiosk did not answer within {PATIENCE_S:.0f} s")

    def _carry_out(self, order: Order, answer: Callable[[Answer], None]) -> None:
        match order.do:
            case "state":
                answer(self._seen())
            case "press":
                self._press(order, lambda: answer(Answer()))
            case "picture":
                if self._app.kiosk_root is not None:
                    self._app.kiosk_root.motion.finish_all()  # a picture of a page, not of its way there
                # One more frame, so that what the last event changed is drawn.
                Clock.schedule_once(lambda _: self._picture(order.path, lambda: answer(Answer())), 0)
            case "quit":
                answer(Answer())
                Clock.schedule_once(lambda _: self._app.stop(), 0)
            case _:
                answer(Answer(problem=f"{order.do!r} is not one of state, press, picture, quit"))

    def _press(self, order: Order, then: Callable[[], None]) -> None:
        root = self._app.kiosk_root
        assert root is not None
        widget: Any = root.find(Button(order.button), order.key) if order.button else root.find(order.text)
        if widget is None:
            raise LookupError(f"there is nothing to press that says {order.text or order.button!r} {order.key}".strip())
        finger = Finger(*widget.to_window(*widget.center))
        EventLoop.post_dispatch_input("begin", finger)

        def lift(_: float) -> None:
            EventLoop.post_dispatch_input("end", finger)
            then()

        Clock.schedule_once(lift, 0)

    def _picture(self, path: str, then: Callable[[], None]) -> None:
        written = Window.screenshot(name=path.removesuffix(".png") + ".png")
        if written and written != path:
            Path(written).replace(path)  # Kivy numbers its files
        then()

    def _seen(self) -> Answer:
        state = self._app.runner.state
        root = self._app.kiosk_root
        return Answer(
            page=state.screen.value,
            overlay=state.overlay.value if state.overlay else "",
            notice=state.notice.value,
            language=state.language,
            texts=root.texts() if root is not None else [],
            rows=[
                RowSeen(
                    row.mode.value,
                    row.key,
                    row.phase.value,
                    row.title,
                    row.due.isoformat() if row.due else "",
                    row.refusal.code.value if row.refusal else "",
                    row.security.value,
                )
                for mode in Mode
                for row in state.rows_of(mode)
            ],
            pad=[tag.uid for tag in state.pad],
            camera_ready=state.camera_ready,
            reader_ready=state.reader_ready,
            scanner_ready=self._app.scanners is not None and self._app.scanners.ready,
            online=state.online,
        )
