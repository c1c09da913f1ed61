"""The camera's stream, passed on from its own address to the bench's, with fewer frames."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

#: Towards the browser one frame of so many is passed on; the kiosk gets them all.
ONE_OF: Final = 3
BOUNDARY: Final = "bench-frame"
_PATIENCE_S: Final = 0.2


async def relay(url: str, closed: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Parts of a multipart stream, from the camera at ``url``, until it or we end."""
    where = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=1 << 20)
    except OSError:  # its cable is out: an empty stream says so
        return
    try:
        writer.write(f"GET {where.path} HTTP/1.0\r\nHost: {where.netloc}\r\n\r\n".encode())
        await _patiently(reader.readuntil(b"\r\n\r\n"), closed)
        yield f"--{BOUNDARY}\r\n".encode()
        number = 0
        while (jpeg := await _part(reader, closed)) is not None:
            if number % ONE_OF == 0:
                yield multipart(jpeg)
            number += 1
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def multipart(jpeg: bytes) -> bytes:
    """One frame of the stream. Browsers show a part when the next begins, so the boundary is sent behind it too."""
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode()


async def _part(reader: asyncio.StreamReader, closed: Callable[[], bool]) -> bytes | None:
    head = await _patiently(reader.readuntil(b"\r\n\r\n"), closed)
    if head is None:
        return None
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return await _patiently(reader.readexactly(int(lengths[0].split(b":")[1])), closed) if lengths else None


async def _patiently(awaited: Awaitable[bytes], closed: Callable[[], bool]) -> bytes | None:
    """Wait as long as it takes, but not longer than the bench is open; ``None`` when the stream has ended."""
    task = asyncio.ensure_future(awaited)
    try:
        while not closed():
            done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
            if done:
                return task.result()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass  # the camera's cable was pulled: that is how the stream ends
    finally:
        task.cancel()
    return None
