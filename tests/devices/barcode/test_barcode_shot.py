"""Frames as cameras deliver them: JPEGs whole, cut, without tables; small pictures from large ones."""

from __future__ import annotations

import subprocess
import sys
from operator import methodcaller

import cv2
import numpy as np
import pytest

from devices.barcode.code import BarcodeError
from devices.barcode.preview import make_preview
from devices.barcode.shot import JpegShot, PixelShot, as_shot
from devices.barcode.still import decode
from devices.emulators import scene
from devices.emulators.things import book_label

SEEN = scene.photograph([(book_label("B00417"), scene.Pose())], rng=np.random.default_rng(4))
JPEG = cv2.imencode(".jpg", SEEN)[1].tobytes()


def without_tables(jpeg: bytes) -> bytes:
    """As many USB cameras send it: the Huffman tables are left out, since everybody knows them."""
    kept, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        kept += b"" if jpeg[at + 1] == 0xC4 else jpeg[at:end]
        at = end
    return kept + jpeg[at:]


def test_a_jpeg_is_decoded_only_as_far_as_asked() -> None:
    shot = JpegShot(JPEG)
    assert shot.size == (1280, 720)
    assert shot.thumbnail().shape == (90, 160)
    assert shot.colour(400).shape == (360, 640, 3)
    assert shot.gray().shape == (720, 1280)
    assert shot.gray() is shot.gray()
    assert abs(int(shot.thumbnail().mean()) - int(shot.gray().mean())) <= 1


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1920, 1080), (4608, 2592)])
def test_thumbnails_are_small_and_never_smaller_than_they_must_be(size: tuple[int, int]) -> None:
    jpeg = cv2.imencode(".jpg", np.full((*size[::-1], 3), 128, np.uint8))[1].tobytes()
    assert 160 <= JpegShot(jpeg).thumbnail().shape[1] < max(321, size[0] / 7)


def test_a_jpeg_without_its_tables_is_read() -> None:
    bare = without_tables(cv2.imencode(".jpg", SEEN, (cv2.IMWRITE_JPEG_OPTIMIZE, 0))[1].tobytes())
    assert len(bare) < len(JPEG) - 400
    assert {code.text for code in decode(JpegShot(bare).gray())} == {"B00417"}


@pytest.mark.parametrize("data", [JPEG[: len(JPEG) // 2], b"", b"\xff\xd8", b"GIF89a", JPEG[:1500]])
def test_a_frame_that_was_cut_off_is_told(data: bytes) -> None:
    for ask in (methodcaller("gray"), methodcaller("thumbnail"), methodcaller("colour", 400)):
        with pytest.raises(BarcodeError, match="came damaged"):
            ask(JpegShot(data))


def test_bytes_lost_in_the_middle_leave_a_picture_and_no_word_on_standard_error() -> None:
    torn = bytearray(JPEG)
    del torn[40_000:40_300]
    script = (
        "import sys; from devices.barcode.shot import JpegShot; "
        "shot = JpegShot(sys.stdin.buffer.read()); shot.thumbnail(); print(shot.gray().shape)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=bytes(torn), capture_output=True, check=True)
    assert done.stdout.strip() == b"(720, 1280)"
    assert done.stderr == b""


@pytest.mark.parametrize("pixels", [SEEN, SEEN[:, :, 0], np.dstack((SEEN, SEEN[:, :, :1]))])
def test_pixels_may_be_colour_grey_or_with_a_fourth_channel(pixels: np.ndarray) -> None:
    shot = as_shot(np.ascontiguousarray(pixels))
    assert isinstance(shot, PixelShot)
    assert shot.size == (1280, 720)
    assert shot.gray().shape == (720, 1280)
    assert shot.thumbnail().shape == (360, 640)
    assert make_preview(1, shot, None, 0.0).pixels.shape == (225, 400, 3)


def test_a_preview_from_a_jpeg_is_that_of_the_pixels() -> None:
    decoded = cv2.imdecode(np.frombuffer(JPEG, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    first = make_preview(1, JpegShot(JPEG), None, 0.0).pixels.astype(int)
    second = make_preview(1, np.asarray(decoded, dtype=np.uint8), None, 0.0).pixels.astype(int)
    assert np.abs(first - second).mean() < 2
