"""``pustaka collector``: store, writer, broker and page put together, and taken apart again in order."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from collector.changes import Changes
from collector.deriving import Deriver
from collector.errors import SetupError
from collector.mqtt import Broker
from collector.settings import CollectorSettings, WebSettings, check, zone
from collector.store.open import open_reader, open_store, shown
from collector.store.port import Mark, Store
from collector.web.app import Desk, build
from collector.web.metrics import Pulse
from collector.writer import Writer

log = logging.getLogger(__name__)


def clock() -> int:
    """Now, in ms of UTC."""
    return time.time_ns() // 1_000_000


class Ingest:
    """The receiving half: broker → writer → store. Used as a context manager."""

    def __init__(self, settings: CollectorSettings, changes: Changes) -> None:
        """Open the store.

        Raises:
            collector.errors.CollectorError: the store or a file of the settings cannot be used.
        """
        self._store: Store = open_store(settings.store, settings.broker.client_id)
        for device in settings.device:
            self._store.expect(device.site, device.id, device.name, clock())
        deriver = Deriver(self._store, clock, changes.happened, settings.zone)
        self.writer = Writer(
            self._store,
            self._publish,
            changes.happened,
            self._listening_since,
            clock,
            lambda idle: deriver.turn(idle=idle),
        )
        self.broker = Broker(settings.broker, self.writer.offer, self.writer.nudge, clock)

    def __enter__(self) -> Ingest:
        self.writer.start()
        self.broker.start()
        return self

    def __exit__(self, *_: object) -> None:
        # First no more comes in, then what came is committed, then the file is given back.
        self.broker.stop()
        self.writer.stop()
        if not self.writer.alive:
            self._store.beat(clock(), None)
            self._store.close()

    def pulse(self) -> Pulse:
        """How it does."""
        return Pulse(self.writer.alive, self.broker.problem, self.writer.waiting, self.writer.tally)

    def _publish(self, mark: Mark) -> None:
        self.broker.publish(mark)

    def _listening_since(self) -> int | None:
        return self.broker.listening_since


def run(settings: CollectorSettings, *, page: bool, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or Ctrl-C. ``say`` prints a line for whoever started us.

    Raises:
        collector.errors.CollectorError: it cannot start; the message says what to change.
    """
    check(settings)
    changes = Changes()
    if not page:
        stop = threading.Event()
        _on_end(stop.set)
        with Ingest(settings, changes):
            say(f"collector: {shown(settings.store)}, broker {settings.broker.host}:{settings.broker.port}")
            stop.wait()
        return
    _serve(settings, changes, say)


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would raise them again after its end, and so kill us before ours."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield


def _serve(settings: CollectorSettings, changes: Changes, say: Callable[[str], None]) -> None:
    listening = _bind(settings.web)
    with listening, Ingest(settings, changes) as ingest:
        desk = Desk(open_reader(settings.store), changes, clock, ingest.pulse, zone(settings.zone), settings.site_name)
        server = _Server(
            uvicorn.Config(build(desk), log_level="warning", lifespan="off", access_log=False, server_header=False,
                           timeout_graceful_shutdown=1)
        )  # fmt: skip

        def end() -> None:
            server.should_exit = True
            changes.close()  # open event streams end by themselves

        _on_end(end)
        host, port = listening.getsockname()[:2]
        say(f"desk: http://{f'[{host}]' if ':' in host else host}:{port}/")
        server.run(sockets=[listening])


def _bind(web: WebSettings) -> socket.socket:
    """The page's address, taken before anything else starts.

    Raises:
        SetupError: it cannot be had.
    """
    try:
        family = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((web.host, web.port))
        listening.listen(128)
    except OSError as error:
        raise SetupError(
            f"the page cannot be served at {web.host}:{web.port}: {error.strerror}. "
            "Name another address with --web host:port; port 0 takes a free one."
        ) from error
    return listening


def _on_end(act: Callable[[], None]) -> None:
    def handler(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)
