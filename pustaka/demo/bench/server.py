"""Serves the bench on a free port of loopback, on a thread of its own, for as long as a stage stands."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from pustaka.demo.bench.actions import CableName
from pustaka.demo.bench.pages import Parts, build
from pustaka.demo.bench.table import NEAR, Table
from pustaka.demo.bench.things import define_cards
from pustaka.demo.bench.watch import KioskEye, Watch
from pustaka.demo.pilot import PilotClient
from pustaka.demo.stage import Stage


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the demo."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield


class Bench:
    """The bench of a stage, served from entering to leaving. ``url`` is where, with a slash at the end.

    Enter it on the thread that owns ``stage.pilot``: the kiosk serves one pilot at a time, and from then on it is ours.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def __enter__(self) -> Bench:
        stage = self._stage
        stage.pilot.close()
        define_cards(stage.reader)
        self._table = Table(stage, cables=tuple(CableName) if stage.system == "sip2" else NEAR)
        self._eye = KioskEye(PilotClient(stage.layout.pilot), stage.layout.folder / "bench-kiosk.png")
        self._watch = Watch(self._table, stage.reader, self._eye, lambda: stage.tap.heard)
        desk = f"http://127.0.0.1:{stage.web_port}/"
        parts = Parts(self._table, self._watch, self._eye, stage.camera.url, stage.zone, self.url.rstrip("/"), desk)
        self._server = _Server(
            uvicorn.Config(
                build(parts), log_level="warning", lifespan="off", access_log=False, server_header=False,
                timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._thread = threading.Thread(target=self._serve, name="bench", daemon=True)
        self._watch.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()
        self._server.should_exit = True
        self._watch.stop()  # open streams end by themselves
        self._thread.join(2.0)
        self._socket.close()
        self._eye.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))
