"""A network camera in software: MJPEG over HTTP on a loopback port, showing whatever is held up to it.

It speaks what cheap network cameras speak (``multipart/x-mixed-replace`` of JPEG parts), so the kiosk opens it with
the same OpenCV call as a real one. Frames are drawn and sent only while somebody is connected. An empty desk stands
still but for the sensor's noise; a shown thing trembles a little, as in a hand.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Final

import cv2
import numpy as np

from devices.emulators import scene
from devices.emulators.scene import TYPICAL, Desk, Frame, Optics, Pose
from devices.emulators.things import Thing

_BOUNDARY: Final = "pustaka-frame"
#: Different frames of one picture; they are sent round and round, so a shown thing costs no more drawing.
_CYCLE: Final = 6


class CameraFault(enum.StrEnum):
    """What a connected camera can do wrong."""

    NONE = "none"
    #: Sends the same picture for ever.
    FROZEN = "frozen"
    #: Keeps the connection and sends nothing.
    STALLED = "stalled"


class CameraEmulator:
    """A camera over a desk. All methods may be called from any thread.

    ``seed`` decides the desk's grain, every pose and all noise; ``fps`` is the rate towards each viewer.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        size: tuple[int, int] = (1280, 720),
        fps: float = 15.0,
        optics: Optics = TYPICAL,
        kind: Desk = Desk.WOOD,
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self._fps, self._optics = fps, optics
        self._desk = scene.desk(kind, *size, self._rng)
        self._changed = threading.Condition()
        self._shown: tuple[Thing, Pose] | None = None
        self._frames: dict[int, bytes] = {}
        self._version = 0
        self._fault = CameraFault.NONE
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._viewers: set[socket.socket] = set()
        self._closing = False
        self._port = 0

    @property
    def port(self) -> int:
        """The port it listens on; kept while unplugged. 0 before :meth:`start`."""
        return self._port

    @property
    def url(self) -> str:
        """Address of the stream, for ``[camera] source``."""
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    @property
    def viewers(self) -> int:
        """How many are connected now."""
        with self._changed:
            return len(self._viewers)

    def start(self, port: int = 0) -> None:
        """Listen on ``port`` of the loopback address, or on a free one.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server(("127.0.0.1", port), self)
        self._port = int(self._server.server_address[1])
        self._closing = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="camera-emulator")
        self._thread.daemon = True
        self._thread.start()

    def stop(self) -> None:
        """Drop every viewer and stop listening."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is None or thread is None:
            return
        with self._changed:
            self._closing = True
            viewers = list(self._viewers)
            self._changed.notify_all()
        for viewer in viewers:
            with contextlib.suppress(OSError):  # it may have gone by itself meanwhile
                viewer.shutdown(socket.SHUT_RDWR)
        server.shutdown()
        server.server_close()
        thread.join()

    def unplug(self) -> None:
        """Pull the cable: connections drop, new ones are refused."""
        self.stop()

    def plug(self) -> None:
        """Put the cable back, on the same port."""
        if self._server is None:
            self.start(self._port)

    def __enter__(self) -> CameraEmulator:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def show(self, thing: Thing, pose: Pose | None = None) -> None:
        """Hold ``thing`` up; without ``pose`` as some hand would, tilted by up to 15 degrees."""
        with self._changed:
            self._shown = (thing, pose if pose is not None else scene.hand(self._rng))
            self._picture_changed()

    def clear(self) -> None:
        """Take it away again."""
        with self._changed:
            self._shown = None
            self._picture_changed()

    def fault(self, fault: CameraFault) -> None:
        """Misbehave from now on, or no longer."""
        with self._changed:
            self._fault = fault
            self._changed.notify_all()

    def jpeg(self, number: int = 0) -> bytes:
        """Frame ``number`` of the picture as it is now, as JPEG."""
        with self._changed:
            number %= _CYCLE
            if number not in self._frames:
                self._frames[number] = _encode(self._draw())
            return self._frames[number]

    def _picture_changed(self) -> None:
        self._frames.clear()
        self._version += 1
        self._changed.notify_all()

    def _draw(self) -> Frame:
        picture = self._desk
        if self._shown is not None:
            thing, pose = self._shown
            picture = scene.place(picture, thing, scene.jitter(pose, self._rng))
        return scene.expose(picture, self._optics, self._rng)

    def _serve(self, viewer: socket.socket, handler: BaseHTTPRequestHandler) -> None:
        """Send frames to one viewer until it or we go."""
        with self._changed:
            self._viewers.add(viewer)
        try:
            number = -1
            while (fault := self._wait_for_frame()) is not None:
                if fault is CameraFault.STALLED:
                    continue
                if fault is CameraFault.NONE or number < 0:
                    number += 1
                    frame = self.jpeg(number)
                handler.wfile.write(_part(frame))
        except OSError:
            return  # the viewer went away: that is how every stream ends
        finally:
            with self._changed:
                self._viewers.discard(viewer)

    def _wait_for_frame(self) -> CameraFault | None:
        """Wait for one frame's time, or less when the picture changes; ``None`` when the camera closes."""
        with self._changed:
            version = self._version
            self._changed.wait_for(lambda: self._closing or self._version != version, 1 / self._fps)
            return None if self._closing else self._fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], camera: CameraEmulator) -> None:
        self.camera = camera
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up the host's name here, which takes seconds on a machine without a name server.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """``/stream.mjpg`` for ever; ``/still.jpg`` once; nothing else is here."""
        if self.path == "/still.jpg":
            picture = self.server.camera.jpeg()
            self._head("image/jpeg", len(picture))
            self.wfile.write(picture)
        elif self.path == "/stream.mjpg":
            self._head(f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            self.server.camera._serve(self.connection, self)
        else:
            self.send_error(404, "This camera has /stream.mjpg and /still.jpg")

    def _head(self, content_type: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Cache-Control", "no-store")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the address of a request is of no use to anyone."""


def _encode(frame: Frame) -> bytes:
    done, data = cv2.imencode(".jpg", frame, (cv2.IMWRITE_JPEG_QUALITY, 88))
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG; is its build complete?")
    return data.tobytes()


def _part(jpeg: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"
