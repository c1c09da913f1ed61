"""The web application: two pages, one event stream, health and metrics. It only reads the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from collector.changes import Changes
from collector.errors import StoreError
from collector.fleet import Fleet, State, assess
from collector.store.port import Reader, Reading
from collector.web.choice import language, remember
from collector.web.devices import devices
from collector.web.guard import Guard
from collector.web.metrics import Pulse, healthy, metrics
from collector.web.today import today
from collector.words import Words

#: Seconds between two change events of one page, at least; and between two events of any kind, at most.
COALESCE_S = 0.5
TICK_S = 15.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What the application needs: the store to read, the bell, the clock (ms of UTC), and how the service does."""

    reader: Reader
    changes: Changes
    clock: Callable[[], int]
    pulse: Callable[[], Pulse]
    zone: ZoneInfo
    site_name: str


def build(desk: Desk) -> Starlette:
    """Make the application."""
    pages = _Pages(desk)
    static = Path(__file__).parent / "static"
    return Starlette(
        routes=[
            Route("/", pages.today),
            Route("/devices", pages.devices),
            Route("/events", pages.events),
            Route("/healthz", pages.healthz),
            Route("/metrics", pages.metrics),
            Mount("/static", StaticFiles(directory=static)),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={StoreError: pages.store_broken, HTTPException: pages.refused},
    )


class _Pages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = Environment(
            loader=PackageLoader("collector.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def today(self, request: Request) -> Response:
        """``/``"""
        chosen = remember(request)
        return chosen if chosen is not None else await run_in_threadpool(self._today, request)

    def _today(self, request: Request) -> Response:
        words, now = self._words(request), self._desk.clock()
        with self._desk.reader.snapshot() as reading:
            page, fleet = today(reading, words, now)
        return self._page(request, "today.html.jinja", words, now, fleet, page=page)

    async def devices(self, request: Request) -> Response:
        """``/devices``"""
        chosen = remember(request)
        return chosen if chosen is not None else await run_in_threadpool(self._devices, request)

    def _devices(self, request: Request) -> Response:
        words, now = self._words(request), self._desk.clock()
        fleet = self._look(lambda reading: assess(reading.devices(), reading.desk(), now))
        page = devices(fleet, words, request.query_params.get("state", ""))
        return self._page(request, "devices.html.jinja", words, now, fleet, page=page)

    async def events(self, _request: Request) -> Response:
        """``/events``: says that something changed, at most twice a second, and at least every 15 s that we live."""
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def _stream(self) -> AsyncIterator[str]:
        changes = self._desk.changes
        bell = changes.join()
        try:
            yield "retry: 2000\n\n"
            while not changes.closed:
                try:
                    await asyncio.wait_for(bell.wait(), TICK_S)
                    kind = "change"
                except TimeoutError:
                    kind = "tick"
                bell.clear()
                yield f"event: {kind}\ndata: {self._desk.clock()}\n\n"
                if not changes.closed:
                    await asyncio.sleep(COALESCE_S)
        finally:
            changes.leave(bell)

    async def healthz(self, _request: Request) -> Response:
        """``/healthz``: 200 while records are taken and kept, else 503 with the reason."""
        problems = healthy(self._desk.pulse())
        return JSONResponse({"ok": not problems, "problems": problems}, status_code=503 if problems else 200)

    async def metrics(self, _request: Request) -> Response:
        """``/metrics``: for Prometheus."""
        return await run_in_threadpool(self._metrics)

    def _metrics(self) -> Response:
        now = self._desk.clock()
        fleet = self._look(lambda reading: assess(reading.devices(), reading.desk(), now))
        text = metrics(fleet, self._desk.pulse(), self._desk.changes.listeners)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def store_broken(self, request: Request, error: Exception) -> Response:
        """The store cannot be read: the page says so, and what to do."""
        words = self._words(request)
        return self._broken(request, words.say("broken.store", problem=str(error)), 503)

    async def refused(self, request: Request, error: Exception) -> Response:
        """No such page."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._broken(request, self._words(request).say("broken.missing"), status)

    def _broken(self, request: Request, sentence: str, status: int) -> Response:
        now = self._desk.clock()
        empty = Fleet((), now)
        return self._page(
            request, "broken.html.jinja", self._words(request), now, empty, status=status, sentence=sentence
        )

    def _look(self, what: Callable[[Reading], Fleet]) -> Fleet:
        with self._desk.reader.snapshot() as reading:
            return what(reading)

    def _words(self, request: Request) -> Words:
        return Words(language(request), self._desk.zone)

    def _page(
        self,
        request: Request,
        template: str,
        words: Words,
        now: int,
        fleet: Fleet,
        *,
        status: int = 200,
        **fields: object,
    ) -> Response:
        theme = request.cookies.get("theme", "")
        notices = []
        if fleet.deaf_since is not None:
            notices.append(words.say("deaf", since=words.moment(fleet.deaf_since, now)))
        if self._desk.pulse().problem:
            notices.append(words.say("stuck", problem=self._desk.pulse().problem))
        html = self._templates.get_template(template).render(
            w=words,
            now=now,
            zone=str(self._desk.zone),
            theme=theme if theme in ("light", "dark") else "",
            site_name=self._desk.site_name,
            active=request.url.path,
            lost=fleet.count(State.LOST),
            notices=notices,
            **fields,
        )
        return HTMLResponse(html, status, {"cache-control": "no-store", "vary": "cookie, accept-language"})
