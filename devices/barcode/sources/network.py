"""A camera in the network: MJPEG over HTTP is read here, everything else (RTSP, H.264 …) by OpenCV's FFmpeg.

Reading MJPEG ourselves gives the JPEGs undecoded, so that a still scene costs a thumbnail a frame; FFmpeg decodes
every one. It opens in under 0.1 s and shows a change with the next frame.
"""

from __future__ import annotations

import base64
import http.client
import threading
from collections import deque
from typing import Final
from urllib.parse import unquote, urlsplit

import cv2

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import JpegShot, PixelShot, Shot
from devices.barcode.sources import multipart
from devices.barcode.sources.opencv import Capture, open_capture, read_frame, without_login
from devices.barcode.sources.source import Kind, Notes, Source

#: Opening and each read may take this long.
_LIMIT_S: Final = 1.5
_CHUNK: Final = 256 * 1024


def matches(source: str) -> bool:
    """Whether it is an address."""
    return "://" in source


def open_network(settings: CameraSettings, notes: Notes) -> Source:
    """Open the stream.

    Raises:
        BarcodeError: nobody answers, or what is sent is no video.
    """
    if settings.source.startswith(("http://", "https://")):
        stream = _open_mjpeg(settings.source)
        if stream is not None:
            notes.said = "MJPEG over HTTP"
            return stream
    limit = int(_LIMIT_S * 1000)
    options = [
        int(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC), limit,
        int(cv2.CAP_PROP_READ_TIMEOUT_MSEC), limit,
        int(cv2.CAP_PROP_N_THREADS), 1,  # several decode frames side by side and hand them out late
    ]  # fmt: skip
    notes.said = "a stream that FFmpeg reads"
    return FfmpegSource(open_capture(settings.source, cv2.CAP_FFMPEG, options))


def _open_mjpeg(url: str) -> Source | None:
    """The stream, or ``None`` when the answer is of another kind and FFmpeg may know it."""
    name = without_login(url)
    try:
        parts = urlsplit(url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = make(parts.hostname or "", parts.port, timeout=_LIMIT_S)
    except ValueError as error:
        raise BarcodeError(f"camera.source: {name} is no address: {error}") from error
    headers = {"Accept": "*/*"}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise BarcodeError(
            f"camera.source: {name} does not answer ({error}); is the camera on, is the address right?"
        ) from error
    boundary = multipart.boundary_of(response.headers.get("Content-Type", "")) if response.status == 200 else None
    if boundary is None:
        connection.close()
        return None
    return MjpegSource(connection, response, boundary)


class MjpegSource:
    """Parts of a running answer, each a JPEG."""

    live = True

    def __init__(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, boundary: str
    ) -> None:
        self._connection, self._response = connection, response
        self._parts = multipart.Parts(boundary)
        self._ready: deque[bytes] = deque(maxlen=1)  # of several that came at once the newest

    def read(self, stop: threading.Event) -> Shot | None:
        """The next JPEG; several that wait already count as one."""
        while not self._ready:
            if stop.is_set():
                return None
            try:
                data = self._response.read1(_CHUNK)
            except (OSError, http.client.HTTPException):
                return None  # silence or a broken line: the end, as for a pulled plug
            if not data:
                return None
            self._ready.extend(self._parts.receive(data))
        return JpegShot(self._ready.pop())

    def close(self) -> None:
        """Hang up."""
        self._response.close()
        self._connection.close()


class FfmpegSource:
    """A stream that FFmpeg reads."""

    live = True

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def read(self, stop: threading.Event) -> Shot | None:
        """The next frame."""
        frame = None if stop.is_set() else read_frame(self._capture)
        return None if frame is None else PixelShot(frame)

    def close(self) -> None:
        """Hang up."""
        self._capture.release()


KIND: Final = Kind("network", matches, open_network)
