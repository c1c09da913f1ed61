"""Bar codes and QR codes: from a camera, a picture or a scanner to a text that can be trusted.

``decode(picture)`` reads one picture; a :class:`Stepper` reads live video. Importing this package loads neither
OpenCV nor ZXing; using one of its names does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devices.barcode.code import Code
    from devices.barcode.stepper import Stepper
    from devices.barcode.still import decode

__all__ = ["Code", "Stepper", "decode"]


def __getattr__(name: str) -> object:
    match name:
        case "Code":
            from devices.barcode.code import Code

            return Code
        case "decode":
            from devices.barcode.still import decode

            return decode
        case "Stepper":
            from devices.barcode.stepper import Stepper

            return Stepper
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
