"""The bench as a page: the routes.

Only the bench's own page may change anything: a request must name this host, and one that acts must come from this
origin. So no other page in the same browser can lay a book on the pad, though it could reach the port.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

import msgspec
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

import collector.web
from broker_config.errors import BrokerError
from collector.web import choice
from collector.web.guard import Guard
from devices.rfid.errors import RfidError
from pustaka.demo.bench import view
from pustaka.demo.bench.actions import RESTARTS, Action, TroubleName
from pustaka.demo.bench.errors import BenchError
from pustaka.demo.bench.streams import BOUNDARY, relay
from pustaka.demo.bench.table import Table
from pustaka.demo.bench.things import TABLE
from pustaka.demo.bench.watch import KioskEye, Watch
from pustaka.demo.bench.words import say
from pustaka.demo.errors import DemoError

#: Lines of the log on the page.
LOG_LINES: Final = 60
_STILL_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the page needs. ``url`` is its own address, without a slash at the end; ``desk`` the collector's page."""

    table: Table
    watch: Watch
    eye: KioskEye
    camera: str
    zone: tzinfo
    url: str
    desk: str


def build(parts: Parts) -> Starlette:
    """Make the application."""
    pages = _Pages(parts)
    desk_static = Path(collector.web.__file__).parent / "static"
    return Starlette(
        routes=[
            Route("/", pages.bench),
            Route("/events", pages.events),
            Route("/camera.mjpg", pages.camera),
            Route("/kiosk.png", pages.kiosk),
            Route("/do", pages.do, methods=["POST"]),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
            Mount("/desk", StaticFiles(directory=desk_static)),
        ],
        middleware=[Middleware(Guard, url=parts.url, refusal=say("en", "no.host", url=parts.url))],
        exception_handlers={HTTPException: pages.refused, BenchError: pages.not_done},
    )


class _Pages:
    """The handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._decode = msgspec.json.Decoder(Action).decode
        self._templates = Environment(
            loader=PackageLoader("pustaka.demo.bench"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def bench(self, request: Request) -> Response:
        """``/``: the page, complete but for what is only known live."""
        if chosen := choice.remember(request):
            return chosen
        language, theme = choice.language(request, "en"), request.cookies.get("theme", "")
        html = self._templates.get_template("bench.html.jinja").render(
            say=lambda key, **fields: say(language, key, **fields),
            language=language,
            theme=theme if theme in ("light", "dark") else "",
            desk=self._parts.desk,
            rows=[(thing, view.name(thing, language), view.note(thing, language)) for thing in TABLE],
            help=view.keys(language),
            cables=self._parts.table.lying.cables,
            troubles=[(trouble.value, trouble in RESTARTS) for trouble in TroubleName],
        )
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def events(self, request: Request) -> Response:
        """``/events``: ``state`` when something changed, ``log`` with new lines, ``frames`` if asked for."""
        stream = self._stream(choice.language(request, "en"), "frames" in request.query_params)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def _stream(self, language: str, frames: bool) -> AsyncIterator[str]:
        watch, zone = self._parts.watch, self._parts.zone
        bell = watch.changes.join()
        last, number, sent = "", 0, 0.0
        try:
            watch.nudge()  # a first look before the first word
            while not watch.changes.closed:
                await bell.wait()
                bell.clear()
                told = watch.told(number)[-LOG_LINES:]
                world = watch.world
                out = [_event("log", view.lines(told, language, zone))] if told or not number else []
                number = max(told[-1].number if told else number, 1)
                state = _event("state", view.state(world, language, time.time()))
                exchanged = _event("frames", view.frames(world.frames, language, zone)) if frames else ""
                if state + exchanged != last:
                    last = state + exchanged
                    out += [state, exchanged]
                if out or time.monotonic() - sent > _STILL_S:
                    sent = time.monotonic()
                    yield "".join(out) or ": still here\n\n"
        finally:
            watch.changes.leave(bell)

    async def camera(self, _request: Request) -> Response:
        """``/camera.mjpg``: what the camera sends, until its cable is pulled."""
        return StreamingResponse(
            relay(self._parts.camera, lambda: self._parts.watch.changes.closed),
            media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            headers={"cache-control": "no-store"},
        )

    async def kiosk(self, _request: Request) -> Response:
        """``/kiosk.png``: the kiosk's screen as it is now."""
        picture = await run_in_threadpool(self._parts.eye.picture)
        return Response(picture, media_type="image/png", headers={"cache-control": "no-store"})

    async def do(self, request: Request) -> Response:
        """``/do``: carry out one action, as JSON. 204 when it is done, else a sentence about why not."""
        language = choice.language(request, "en")
        if request.headers.get("origin") not in (self._parts.url, self._parts.url.replace("127.0.0.1", "localhost")):
            return _problem(say(language, "no.origin", url=self._parts.url), 403)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _problem(say(language, "no.json"), 415)
        try:
            action: Action = self._decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _problem(say(language, "no.action", why=str(error)), 400)
        try:
            await run_in_threadpool(self._parts.table.do, action)
        except BenchError:
            raise
        except (RfidError, BrokerError, DemoError, OSError) as error:
            return _problem(say(language, "no.program", why=str(error)), 503)
        finally:
            self._parts.watch.nudge()
        return Response(status_code=204)

    async def not_done(self, request: Request, error: Exception) -> Response:
        """An action or picture that is not possible as things are."""
        assert isinstance(error, BenchError)
        return _problem(error.sentence(choice.language(request, "en")), error.status)

    async def refused(self, request: Request, error: Exception) -> Response:
        """No such page, or not in this way."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return PlainTextResponse(say(choice.language(request, "en"), "no.page", url=self._parts.url), status)


def _event(kind: str, data: object) -> str:
    return f"event: {kind}\ndata: {msgspec.json.encode(data).decode()}\n\n"


def _problem(sentence: str, status: int) -> Response:
    return JSONResponse({"problem": sentence}, status_code=status)
