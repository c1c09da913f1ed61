"""Picture files of every sort, and what is none: one sentence each, and nothing from the libraries below."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devices.barcode.code import BarcodeError
from devices.barcode.picture import LARGEST, read_picture
from devices.barcode.still import decode
from devices.emulators.things import book_label

LABEL = book_label("B00417").image


def jpeg(path: Path) -> bytes:
    LABEL.save(path, quality=90)
    return path.read_bytes()


def huge_png(path: Path, width: int, height: int) -> None:
    """A PNG that says it is that large and holds next to nothing: a decompression bomb."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def make_cut(path: Path) -> None:
    data = jpeg(path)
    path.write_bytes(data[: len(data) // 2])


def make_unreadable(path: Path) -> None:
    jpeg(path)
    path.chmod(0)


BAD: list[tuple[str, Callable[[Path], object], str]] = [
    ("none.jpg", lambda path: None, "cannot be read: No such file"),
    ("notes.png", lambda path: path.write_text("not a picture"), "not a picture that can be read"),
    ("film.mp4", lambda path: path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100)), "not a picture that can be read"),
    ("drawing.eps", lambda path: path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), "not a picture"),
    ("empty.jpg", lambda path: path.touch(), "empty (0 bytes)"),
    ("cut.jpg", make_cut, "damaged or cut off"),
    ("cut.png", lambda path: (LABEL.save(path), path.write_bytes(path.read_bytes()[:3000])), "damaged or cut off"),
    ("large.png", lambda path: huge_png(path, 10_000, 10_000), "10000 x 10000 are 100 megapixels, more than 64"),
    ("bomb.png", lambda path: huge_png(path, 60_000, 60_000), "more than 64 megapixels"),
    ("folder", lambda path: path.mkdir(), "a folder, not a picture"),
    ("pipe.jpg", lambda path: os.mkfifo(path), "a device or a pipe"),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # the module's own filter, undone by pytest
@pytest.mark.parametrize(("name", "make", "said"), BAD, ids=[name for name, _, _ in BAD])
def test_what_is_no_picture_is_refused_in_a_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(BarcodeError) as refused:
        read_picture(path)
    sentence = str(refused.value)
    assert sentence.startswith(f"{path}: ")
    assert said in sentence
    assert "\n" not in sentence


def test_a_device_is_refused_without_being_read() -> None:
    with pytest.raises(BarcodeError, match="/dev/zero: a device or a pipe"):
        read_picture(Path("/dev/zero"))


@pytest.fixture
def nobody() -> Iterator[None]:
    """Without root's right to read everything, where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, nobody: None) -> None:
    path = tmp_path / "mine.jpg"
    with contextlib.suppress(PermissionError):  # as nobody even the folder is somebody else's
        make_unreadable(path)
    with pytest.raises(BarcodeError, match=r"mine\.jpg: cannot be read: Permission denied"):
        read_picture(path)


def deep(bits: int) -> Image.Image:
    return Image.fromarray((np.asarray(LABEL.convert("L")).astype(np.uint16) << (bits - 8)).astype(np.uint16))


PICTURES: list[tuple[str, Image.Image]] = [
    ("colour.png", LABEL),
    ("grey.jpg", LABEL.convert("L")),
    ("bits.png", LABEL.convert("1")),
    ("palette.gif", LABEL.convert("P")),
    ("alpha.webp", LABEL.convert("RGBA")),
    ("grey-alpha.png", LABEL.convert("LA")),
    ("print.jpg", LABEL.convert("CMYK")),
    ("print.tif", LABEL.convert("CMYK")),
    ("sixteen.png", deep(16)),
    ("twelve.tif", deep(12)),
    ("thirty-two.tif", LABEL.convert("I")),
    ("float.tif", LABEL.convert("F")),
    ("plain.bmp", LABEL),
    ("plain.ppm", LABEL),
]


@pytest.mark.parametrize(("name", "picture"), PICTURES, ids=[name for name, _ in PICTURES])
def test_every_way_to_write_a_picture_can_be_read(tmp_path: Path, name: str, picture: Image.Image) -> None:
    picture.save(tmp_path / name)
    read = read_picture(tmp_path / name)
    assert read.dtype == np.uint8
    assert read.shape[:2] == (LABEL.height, LABEL.width)
    assert {code.text for code in decode(read)} == {"B00417"}


def test_colours_come_in_opencvs_order(tmp_path: Path) -> None:
    Image.new("RGB", (4, 3), (200, 100, 50)).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png")[0, 0].tolist() == [50, 100, 200]


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    sticker = Image.new("RGBA", LABEL.size, (0, 0, 0, 0))
    sticker.paste("black", mask=LABEL.convert("L").point(lambda value: 255 * (value < 128)))
    sticker.save(tmp_path / "sticker.png")
    assert {code.text for code in decode(read_picture(tmp_path / "sticker.png"))} == {"B00417"}


def test_a_phones_turned_picture_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me clockwise"
    LABEL.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "phone.jpg", exif=exif)
    assert read_picture(tmp_path / "phone.jpg").shape[:2] == (LABEL.height, LABEL.width)


def test_the_limit_is_beyond_any_phones_picture() -> None:
    assert LARGEST >= 50_000_000


def test_the_command_says_one_line_a_bad_file_and_does_the_rest(tmp_path: Path) -> None:
    """In a process of its own, as only there all is seen that libraries write past Python."""
    for name, make, _ in BAD:
        make(tmp_path / name)
    torn = bytearray(jpeg(tmp_path / "torn.jpg"))
    torn[len(torn) // 2 : len(torn) // 2 + 200] = bytes(200)
    (tmp_path / "torn.jpg").write_bytes(bytes(torn))
    LABEL.save(tmp_path / "good.png")
    names = [str(tmp_path / name) for name in [*(name for name, _, _ in BAD), "torn.jpg", "good.png"]]
    done = subprocess.run(
        [sys.executable, "-m", "pustaka", "decode", *names, "/dev/zero", "--no-second-engine"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == len(BAD) + 1, done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(": ")[0].rpartition("/")[2] for line in lines] == ["torn.jpg", "good.png"]
    assert "Code128 B00417" in lines[1]
