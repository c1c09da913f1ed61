"""What a reader has chosen: language and theme, by link, remembered in a cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.sentences import LANGUAGES

THEMES = ("light", "dark")
_YEAR_S = 365 * 24 * 3600


def language(request: Request, otherwise: str = LANGUAGES[0]) -> str:
    """The language of the page: chosen by link before, else the browser's wish, else ``otherwise``."""
    chosen = request.cookies.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    for wish in request.headers.get("accept-language", "").lower().split(","):
        tag = wish.split(";")[0].strip()[:2]
        if tag in ("in", *LANGUAGES):
            return "id" if tag == "in" else tag
    return otherwise


def remember(request: Request) -> Response | None:
    """A language or theme chosen by this request's link: remembered, and the page shown under its own address."""
    chosen = {
        name: value
        for name, allowed in (("lang", LANGUAGES), ("theme", THEMES))
        if (value := request.query_params.get(name, "")) in allowed
    }
    if not chosen:
        return None
    answer = RedirectResponse(request.url.path, 303, {"cache-control": "no-store"})
    for name, value in chosen.items():
        answer.set_cookie(name, value, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer
