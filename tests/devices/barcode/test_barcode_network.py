"""Network cameras: the stream of parts, however it is cut and written, and what is no such stream."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.sources import Notes, open_source
from devices.barcode.sources.multipart import Parts, boundary_of
from devices.barcode.sources.network import FfmpegSource, MjpegSource
from devices.emulators.camera import CameraEmulator


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/x-mixed-replace; boundary=frame", "frame"),
        ('multipart/x-mixed-replace;boundary="--my frame"', "my frame"),  # two dashes that belong before it
        ("Multipart/X-Mixed-Replace; charset=x; Boundary=a-b", "a-b"),
        ("multipart/x-mixed-replace", None),
        ("multipart/x-mixed-replace; boundary=--", None),
        ("image/jpeg", None),
        ("", None),
    ],
)
def test_the_boundary_is_found_however_it_is_announced(content_type: str, boundary: str | None) -> None:
    assert boundary_of(content_type) == boundary


def stream(bodies: list[bytes], *, length: bool, end: bytes = b"\r\n") -> bytes:
    data = b"preamble" + end
    for body in bodies:
        head = [b"--frame", b"Content-Type: image/jpeg", *([b"Content-length:  %d" % len(body)] if length else []), b""]
        data += end.join(head) + end + body + end
    return data + b"--frame" + end


bodies = st.lists(
    st.binary(min_size=1, max_size=60).filter(lambda body: b"--frame" not in body and body[-1:] not in b"\r\n")
)


@given(bodies, st.booleans(), st.sampled_from([b"\r\n", b"\n"]), st.lists(st.integers(1, 50), max_size=40))
def test_parts_are_found_in_any_portions(sent: list[bytes], length: bool, end: bytes, portions: list[int]) -> None:
    parts, found, data = Parts("frame"), [], stream(sent, length=length, end=end)
    for size in portions:
        found += parts.receive(data[:size])
        data = data[size:]
    found += parts.receive(data)
    assert found == sent


def test_a_length_may_be_right_where_the_body_holds_the_boundary() -> None:
    assert Parts("frame").receive(stream([b"a--frame\r\n\r\nb"], length=True)) == [b"a--frame\r\n\r\nb"]


@pytest.mark.parametrize("data", [bytes(20_000), b"--frame\r\n" + b"X: y\r\n" * 5000])
def test_what_is_no_such_stream_is_refused_and_not_kept(data: bytes) -> None:
    with pytest.raises(BarcodeError, match="does not send the stream"):
        Parts("frame").receive(data)


def test_a_picture_without_an_end_is_refused() -> None:
    parts = Parts("frame")
    parts.receive(b"--frame\r\n\r\n")
    assert parts.receive(bytes(32 * 1024 * 1024)) == []
    with pytest.raises(BarcodeError, match="without an end"):
        parts.receive(b"x")


def test_frames_of_a_real_stream_are_jpegs_and_the_newest_comes_first(emulator: CameraEmulator) -> None:
    notes, stop = Notes(), threading.Event()
    source = open_source(CameraSettings(source=emulator.url), notes)
    assert isinstance(source, MjpegSource)
    assert notes.said == "MJPEG over HTTP"
    shots = [source.read(stop) for _ in range(3)]
    assert all(shot is not None and shot.size == (1280, 720) for shot in shots)
    assert len({shot.mark for shot in shots if shot is not None}) == 3
    emulator.unplug()
    while source.read(stop) is not None:
        pass
    source.close()


class Answering(BaseHTTPRequestHandler):
    """``/video`` asks for a login and then sends one JPEG after the other; ``/page`` is no video."""

    def do_GET(self) -> None:
        if self.path == "/page":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")
            return
        login = base64.b64encode(b"petugas:rahasia 1").decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
        self.end_headers()
        self.wfile.write(stream([b"one"], length=False))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_login_in_the_address_is_sent(server: str) -> None:
    source = open_source(CameraSettings(source=f"http://petugas:rahasia%201@{server}/video"))
    assert isinstance(source, MjpegSource)
    assert source.read(threading.Event()) is not None
    assert source.read(threading.Event()) is None


def test_another_kind_of_answer_is_left_to_ffmpeg(server: str) -> None:
    assert FfmpegSource.live
    with pytest.raises(BarcodeError, match="/page cannot be opened as video"):
        open_source(CameraSettings(source=f"http://petugas:x@{server}/page"))


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/x", "http://user:secret@127.0.0.1:9/x", "http://h:port/x"])
def test_an_address_without_a_camera_is_named_without_its_login(source: str) -> None:
    with pytest.raises(BarcodeError) as refused:
        open_source(CameraSettings(source=source))
    assert "secret" not in str(refused.value)
    assert str(refused.value).startswith("camera.source: http://")
