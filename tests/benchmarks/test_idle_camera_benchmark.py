"""The idle camera's benchmark: cheap by not looking is wrong, and its camera shows what it is told to."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from benchmarks import idle_camera
from benchmarks.idle_camera import Camera, Watched
from devices.barcode.shot import JpegShot
from devices.barcode.sources.multipart import Parts, boundary_of
from devices.barcode.still import decode


def test_who_does_not_read_the_label_afterwards_is_wrong() -> None:
    assert "was not read" in idle_camera._wrong(Watched(12, 0.1, 120, read=False))
    assert idle_camera._wrong(Watched(12, 0.1, 40, read=True)) == ""


def test_ours_may_not_leave_frames_out() -> None:
    assert "only 60 frames" in idle_camera._blind(Watched(12, 0.1, 60, read=True))
    assert idle_camera._blind(Watched(12, 0.1, 119, read=True)) == ""


def test_the_figure_is_that_of_frames_taken() -> None:
    assert idle_camera._told(Watched(10, 2.0, 50, read=True)) == {"cpu": 0.4, "frames": 5.0}


def frames(url: str) -> Iterator[bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    taker = Parts(boundary_of(answer.headers["Content-Type"]) or "")
    while True:
        yield from taker.receive(answer.read1())


@pytest.mark.parametrize("label", [True, False])
def test_its_camera_shows_the_desk_or_the_label(label: bool) -> None:
    camera = Camera(2)
    try:
        camera.lay(label)
        stream = frames(camera.url)
        texts = {code.text for code in decode(JpegShot(next(stream)).gray())}
        assert (idle_camera.LABEL in texts) is label
        stream.close()
    finally:
        camera.close()
