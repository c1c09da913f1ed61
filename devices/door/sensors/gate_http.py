"""RFID gates (and counters) that show their totals on a web page, as XML or JSON. One GET each time.

The answer is hostile until shown otherwise: bounded in size and time, no redirects, and a document type, the door to
entity bombs and foreign files, is refused before anything is expanded.
"""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit
from xml.parsers import expat

from devices.door.sensors.polled import BadAnswer, NoAnswer, Polled
from devices.door.sensors.settings import GatePart
from devices.link.clock import Clock

log = logging.getLogger(__name__)

_DEEPEST: Final = 50
_CONNECTIONS: Final = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class GateHttp(Polled):
    """Totals from a gate's page. Alarms go to the log."""

    def __init__(self, part: GatePart, clock: Clock) -> None:
        self._part = part
        self._alarms: int | None = None
        super().__init__(self._ask_once, lambda: None, part.every_s, part.tries, clock)

    def _ask_once(self) -> tuple[int, int | None]:
        part = self._part
        found = values(fetch(part.url, part.timeout_s, part.limit), part.url)
        into, out = _number(found, part.into, part.url), _number(found, part.out, part.url) if part.out else None
        if part.alarm and any(_ends(path, part.alarm) for path, _ in found):
            alarms = _number(found, part.alarm, part.url)
            if self._alarms is not None and alarms > self._alarms:
                log.info("%s: %d alarms since the gate began to count", part.url, alarms)
            self._alarms = alarms
        return into, out


def fetch(url: str, timeout_s: float, limit: int, clock: Callable[[], float] = time.monotonic) -> bytes:
    """The body of a page, which must be whole within ``timeout_s`` of its beginning.

    Raises:
        NoAnswer: nobody is there, or not in time.
        BadAnswer: no 200, a redirect, more than ``limit`` bytes, or fewer than were promised.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _CONNECTIONS[parts.scheme](parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request(
            "GET", target, headers={"Accept": "application/xml, application/json", "Connection": "close"}
        )
        answer = connection.getresponse()
        if answer.status != 200:
            moved = f"; it wants to send us to {answer.getheader('Location')}" if answer.status // 100 == 3 else ""
            raise BadAnswer(f"{url} answers {answer.status} {answer.reason}{moved}")
        body = _body(answer, limit, clock() + timeout_s, clock)
    except http.client.IncompleteRead as error:
        raise BadAnswer(f"{url}: the answer broke off after {len(error.partial)} bytes") from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"The gate at {url} does not answer ({error or type(error).__name__}).") from error
    finally:
        connection.close()
    if len(body) > limit:
        raise BadAnswer(f"{url}: the answer is longer than {limit} bytes")
    if answer.length:  # http.client counts down what was promised
        raise BadAnswer(f"{url}: the answer broke off after {len(body)} bytes")
    return body


def _body(answer: http.client.HTTPResponse, limit: int, until: float, clock: Callable[[], float]) -> bytes:
    """Up to one byte more than ``limit``. A piece may take the connection's time-out, all together until ``until``."""
    body = b""
    while len(body) <= limit and (piece := answer.read1(limit + 1 - len(body))):
        body += piece
        if clock() > until:
            raise TimeoutError("it answers too slowly")
    return body


def values(body: bytes, url: str) -> list[tuple[str, str]]:
    """All texts of a page with their paths, ``gate/count1`` or ``gate@serial``, in order.

    Raises:
        BadAnswer: neither XML nor JSON, or XML with a document type.
    """
    try:
        return list(_json(json.loads(body))) if body.lstrip()[:1] in (b"{", b"[") else _xml(body)
    except (ValueError, RecursionError, expat.ExpatError) as error:
        raise BadAnswer(f"{url}: expected XML or JSON with totals: {error}") from error


def _xml(body: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    path: list[str] = []
    texts: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        texts.append([])
        if len(path) > _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} elements within each other")
        found.extend((f"{'/'.join(path)}@{key}", value) for key, value in attributes.items())

    def end(name: str) -> None:
        del name
        found.append(("/".join(path), "".join(texts.pop()).strip()))
        path.pop()

    def doctype(*_: object) -> None:
        raise ValueError("a document type is not allowed")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text)
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(body, True)
    return found


def _json(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in items:
            yield from _json(below, f"{path}/{key}" if path else str(key))
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _ends(path: str, wanted: str) -> bool:
    return path == wanted or path.endswith("/" + wanted)


def _number(found: list[tuple[str, str]], wanted: str, url: str) -> int:
    text = next((text for path, text in found if _ends(path, wanted)), None)
    if text is None:
        raise BadAnswer(f"{url}: has no {wanted!r}; it has {', '.join(path for path, _ in found[:8]) or 'nothing'}")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadAnswer(f"{url}: {wanted!r} is {text[:30]!r}, expected a whole number")
    return int(text)
