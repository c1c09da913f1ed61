"""The security headers of every answer, and who may ask."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Adds :data:`HEADERS` to every answer.

    With ``url`` (no slash at the end) it also refuses requests for any other host, in the words ``refusal``: a name
    that somebody made to lead to this address is not ours.
    """

    def __init__(self, app: ASGIApp, url: str = "", refusal: str = "") -> None:
        self._app = app
        self._refusal = refusal
        address = url.removeprefix("http://")
        self._hosts = {address, address.replace("127.0.0.1", "localhost")} if url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        app = self._app
        if (
            self._hosts is not None
            and scope["type"] == "http"
            and Request(scope).headers.get("host", "") not in self._hosts
        ):
            app = PlainTextResponse(self._refusal, 421)
        await app(scope, receive, guarded)
