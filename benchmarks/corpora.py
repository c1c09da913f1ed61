"""The public collections of pictures of codes, where the truth about each picture stands beside it.

None of them is part of the project: clone them side by side into one folder and name it. What each holds and under
which licence is in ``docs/benchmarks.md``. Pictures are grey and at most :data:`SIDE` pixels long, as a kiosk's frame.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from devices.barcode import rungs
from devices.barcode.code import BarcodeError, normal
from devices.barcode.picture import read_picture
from devices.barcode.stripes import Gray

SIDE: Final = 1280
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})

#: Kind of code -> folders of ZXing's collections (the first, and what the C++ port added to it).
_ZXING: Final = {
    "Codabar": ("codabar-1", "codabar-2"),
    "Code 39": ("code39-1", "code39-2", "code39-3"),
    "Code 128": ("code128-1", "code128-2", "code128-3"),
    "ITF": ("itf-1", "itf-2"),
    "EAN-13": tuple(f"ean13-{number}" for number in range(1, 6)),
    "UPC-A": tuple(f"upca-{number}" for number in range(1, 7)),
    "QR": tuple(f"qrcode-{number}" for number in range(1, 7)),
    "nothing": ("falsepositives", "falsepositives-2", "unsupported"),
}
_QUAGGA: Final = {
    "Codabar": "codabar",
    "Code 39": "code_39",
    "Code 128": "code_128",
    "ITF": "i2of5",
    "EAN-13": "ean",
    "UPC-A": "upc",
}
#: The kinds of the table of linear codes; ArTe-Lab's pictures of EAN-13 stand for themselves.
LINEAR: Final = ("Codabar", "Code 39", "Code 128", "ITF", "EAN-13", "EAN-13, ArTe-Lab", "UPC-A")
NOTHING, QR, BOOFCV = "nothing", "QR", "QR, BoofCV"


@dataclass(frozen=True, eq=False)
class Picture:
    """``name`` is its path in the collections; ``text`` what it says, as :func:`told` writes it, empty when nothing
    or, for BoofCV's, when nobody wrote it down."""

    kind: str
    name: str
    text: str
    gray: Gray

    @property
    def group(self) -> str:
        """The folder: pictures of one series show the same few things."""
        return self.name.rpartition("/")[0]


def told(kind: str, text: str) -> str:
    """A text as our readers give it: no FNC1, Codabar without start and stop, an EAN-13 that begins with 0 as UPC-A."""
    text = text.strip().replace("\x1d", "")
    if kind == "Codabar":
        return normal("Codabar", text, ())[1]
    if kind in ("EAN-13", "EAN-13, ArTe-Lab", "UPC-A"):
        return normal("EAN13", text, ("UPCA",))[1]
    return "".join(text.split()) if kind == QR else text


def pictures(folder: Path) -> Iterator[Picture]:
    """All of them, from the clones ``zxing``, ``zxing-cpp``, ``quagga2``, ``BarcodeTestDataset`` and
    ``qr-code-vectors`` in ``folder``.

    Raises:
        BarcodeError: a collection is not there.
    """
    yield from _zxing(
        _there(folder / "zxing/core/src/test/resources/blackbox"), _there(folder / "zxing-cpp/test/samples")
    )
    yield from _quagga(_there(folder / "quagga2/test"))
    yield from _arte(_there(folder / "BarcodeTestDataset"))
    yield from _boofcv(_there(folder / "qr-code-vectors/boofcv-v3/detection"))


def _there(path: Path) -> Path:
    if not path.is_dir():
        raise BarcodeError(f"{path}: no such folder; clone the collections side by side, see docs/benchmarks.md")
    return path


def _zxing(first: Path, port: Path) -> Iterator[Picture]:
    for kind, names in _ZXING.items():
        for name in names:
            files = _files(first / name)
            known = {path.stem for path in files}
            # The port kept many pictures, compressed anew: only those with a name of their own are others.
            files += [path for path in _files(port / name) if path.stem not in known]
            for path in files:
                truth = path.with_suffix(".txt")
                text = truth.read_text(encoding="utf-8", errors="replace") if truth.exists() else ""
                yield _picture(kind, path, text, path.parents[1])


def _quagga(tests: Path) -> Iterator[Picture]:
    for kind, name in _QUAGGA.items():
        code = (tests / f"integration/decoders/{name}.spec.ts").read_text(encoding="utf-8")
        for picture, text in re.findall(r"""'?name'?: '([^']+)', '?result'?: ['`]([^'`]+)['`]""", code):
            path = tests / "fixtures" / name / picture
            yield _picture(kind, path, text.replace("${FNC1}", ""), tests.parent)
    yield from (_picture(NOTHING, path, "", tests.parent) for path in _files(tests / "fixtures/no_code"))


def _arte(folder: Path) -> Iterator[Picture]:
    with (folder / "result.csv").open(encoding="utf-8", newline="") as file:
        for name, text in csv.reader(file):
            yield _picture("EAN-13, ArTe-Lab", folder / name, text, folder.parent)


def _boofcv(folder: Path) -> Iterator[Picture]:
    for path in sorted(path for sub in folder.iterdir() if sub.is_dir() for path in _files(sub)):
        yield _picture(BOOFCV, path, "", folder.parents[1])


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _PICTURES)


def _picture(kind: str, path: Path, text: str, root: Path) -> Picture:
    gray = rungs.to_gray(read_picture(path))
    factor = max(gray.shape) / SIDE
    if factor > 1:
        small = cv2.resize(gray, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        gray = np.asarray(small, dtype=np.uint8)
    return Picture(kind, str(path.relative_to(root.parent)), told(kind, text), gray)
