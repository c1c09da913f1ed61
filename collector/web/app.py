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
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.changes import Changes
from collector.errors import StoreError
from collector.fleet import Fleet, State, assess
from collector.sentences import LANGUAGES
from collector.store.port import Reader, Reading
from collector.web.devices import devices
from collector.web.metrics import Pulse, healthy, metrics
from collector.web.today import today
from collector.words import Words

#: Seconds between two change events of one page, at least; and between two events of any kind, at most.
COALESCE_S = 0.5
TICK_S = 15.0
_YEAR_S = 365 * 24 * 3600

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


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
        middleware=[Middleware(_Guard)],
        exception_handlers={StoreError: pages.store_broken, HTTPException: pages.refused},
    )


class _Guard:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self._app(scope, receive, guarded)


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
        chosen = _chosen(request)
        return chosen if chosen is not None else await run_in_threadpool(self._today, request)

    def _today(self, request: Request) -> Response:
        words, now = self._words(request), self._desk.clock()
        with self._desk.reader.snapshot() as reading:
            page, fleet = today(reading, words, now)
        return self._page(request, "today.html.jinja", words, now, fleet, page=page)

    async def devices(self, request: Request) -> Response:
        """``/devices``"""
        chosen = _chosen(request)
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
        return Words(_language(request), self._desk.zone)

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


def _language(request: Request) -> str:
    chosen = request.cookies.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    for wish in request.headers.get("accept-language", "").lower().split(","):
        tag = wish.split(";")[0].strip()[:2]
        if tag in ("in", *LANGUAGES):
            return "id" if tag == "in" else tag
    return LANGUAGES[0]


def _chosen(request: Request) -> Response | None:
    """A language or theme chosen by link: remembered, and the page shown again under its own address."""
    chosen = {
        name: value
        for name, allowed in (("lang", LANGUAGES), ("theme", ("light", "dark")))
        if (value := request.query_params.get(name, "")) in allowed
    }
    if not chosen:
        return None
    answer = RedirectResponse(request.url.path, 303, {"cache-control": "no-store"})
    for name, value in chosen.items():
        answer.set_cookie(name, value, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer
