"""What a patron holds up to the camera, drawn: a membership card, a book's label, a cover with its ISBN, a phone.

Everything is drawn at :data:`PX_PER_MM` and knows its true width, so that a scene can show it at the size a camera at
a known distance would see. Bars and modules are whole pixels here; the scene's optics make them imperfect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from devices.barcode.code import MATRIX_FORMATS

#: Resolution of every drawing.
PX_PER_MM: Final = 12
#: Width of the narrowest bar of a printed code, in drawing pixels: 0.33 mm, the usual 13 mil.
BAR: Final = 4

_RIVER, _DEEP, _GOLD = "#0E4345", "#0A3032", "#F4B53F"
_PAPER, _WHITE, _INK = "#F8F1E1", "#FFFFFF", "#14282A"


class DrawingError(ValueError):
    """A text that cannot be printed in the chosen code; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to show: its picture (RGB, :data:`PX_PER_MM`) and the name of what it is."""

    name: str
    image: Image.Image

    @property
    def width_mm(self) -> float:
        """True width in millimetres."""
        return self.image.width / PX_PER_MM


def membership_card(number: str, library: str = "Perpustakaan Kota Samarinda", holder: str = "") -> Thing:
    """A bank-card sized membership card (85.6 x 54 mm) with ``number`` in Code 128 and the woven stripe.

    Raises:
        DrawingError: ``number`` cannot be written in Code 128.
    """
    card = Image.new("RGB", (_px(85.6), _px(54)), _PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, card.width, _px(14)), fill=_RIVER)
    draw.text((_px(5), _px(4)), library, font=_font(4.4), fill=_WHITE)
    _weave(card, top=_px(14), height=_px(3))
    if holder:
        draw.text((_px(5), _px(18.5)), holder, font=_font(3.6), fill=_INK)
    _print_code(card, "Code128", number, top=_px(26), height=_px(16))
    return Thing(f"card {number}", card)


def book_label(number: str, code: str = "Code128", library: str = "Perpustakaan Kota Samarinda") -> Thing:
    """The library's own label (60 x 26 mm): its name, the code, the number in print below.

    Raises:
        DrawingError: ``number`` cannot be written in ``code``.
    """
    label = Image.new("RGB", (_px(60), _px(26)), _WHITE)
    draw = ImageDraw.Draw(label)
    _centre(draw, library, width=label.width, top=_px(1.5), size_mm=3.0)
    _print_code(label, code, number, top=_px(6), height=_px(12.5))
    return Thing(f"label {number}", label)


def isbn_label(isbn: str) -> Thing:
    """The publisher's code on a back cover (45 x 28 mm): EAN-13 with the ISBN in print above.

    Raises:
        DrawingError: ``isbn`` is not 13 digits with a right check digit.
    """
    label = Image.new("RGB", (_px(45), _px(28)), _WHITE)
    _centre(ImageDraw.Draw(label), f"ISBN {isbn}", width=label.width, top=_px(1.5), size_mm=3.0)
    _print_code(label, "EAN13", isbn, top=_px(6), height=_px(14))
    return Thing(f"ISBN {isbn}", label)


def back_cover(number: str, isbn: str, code: str = "Code128") -> Thing:
    """A back cover (110 x 70 mm) that shows both the publisher's ISBN and the library's label.

    Raises:
        DrawingError: one of the two texts cannot be printed.
    """
    cover = Image.new("RGB", (_px(110), _px(70)), "#6B2C3E")
    draw = ImageDraw.Draw(cover)
    for line in range(4):
        draw.rectangle((_px(66), _px(6 + 5 * line), _px(103 - 7 * (line % 2)), _px(7.4 + 5 * line)), fill="#C9A9A6")
    cover.paste(book_label(number, code).image, (_px(4), _px(4)))
    cover.paste(isbn_label(isbn).image, (_px(61), _px(38)))
    return Thing(f"cover {number}", cover)


def slip(code: str, text: str, *, bar: int = BAR, height_mm: float = 12.0) -> Thing:
    """A paper slip with nothing but a code, linear or of squares, and its text below; for every code there is.

    ``bar`` is the width of the narrowest bar in drawing pixels; ``height_mm`` that of the bars of a linear code.

    Raises:
        DrawingError: ``text`` cannot be written in ``code``.
    """
    picture = code_picture(code, text, bar, _px(height_mm))
    paper = Image.new("RGB", (picture.width + _px(6), picture.height + _px(10)), _WHITE)
    paper.paste(picture.convert("RGB"), (_px(3), _px(2.5)))
    _centre(ImageDraw.Draw(paper), text, width=paper.width, top=picture.height + _px(3.4), size_mm=3.4)
    return Thing(f"{code} {text}", paper)


def phone(text: str, code: str = "QRCode") -> Thing:
    """A phone (72 x 76 mm of it) with ``text`` as a QR code in dark mode: light modules on a dark screen.

    An e-card may come as another ``code`` of squares: DataMatrix, Aztec or PDF417.

    Raises:
        DrawingError: ``text`` is too long for the code.
    """
    body = Image.new("RGB", (_px(72), _px(76)), "#1B1B1E")
    draw = ImageDraw.Draw(body)
    draw.rounded_rectangle((_px(3), _px(3), _px(69), _px(73)), radius=_px(4), fill="#101418")
    modules = _code(code, text)
    side = max(1, _px(46) // modules.width)
    modules = modules.resize((modules.width * side, modules.height * side), Image.Resampling.NEAREST)
    screen = Image.new("RGB", modules.size, "#E4E8EA")
    screen.paste("#101418", mask=modules)
    body.paste(screen, ((body.width - modules.width) // 2, _px(8)))
    _centre(draw, text, width=body.width, top=_px(62), size_mm=4.0, fill="#E4E8EA")
    return Thing(f"phone {text}", body)


def inverted(thing: Thing) -> Thing:
    """The same in negative, as a phone's dark mode shows a card."""
    return Thing(f"{thing.name}, inverted", thing.image.point([255 - value for value in range(256)] * 3))


def code_picture(code: str, text: str, bar: int = BAR, height_px: int = 160) -> Image.Image:
    """The bare code, dark on white, ``bar`` pixels per narrowest bar, with its quiet zone.

    Raises:
        DrawingError: see :func:`book_label`.
    """
    modules = _code(code, text)
    height = modules.height * bar if code in MATRIX_FORMATS else height_px
    return modules.resize((modules.width * bar, height), Image.Resampling.NEAREST)


def _code(code: str, text: str) -> Image.Image:
    """One pixel a module, quiet zone included."""
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat[code])
    except (ValueError, KeyError) as error:
        raise DrawingError(f"{text!r} cannot be printed as {code}: {error}") from error
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=1)))


def _print_code(picture: Image.Image, code: str, text: str, *, top: int, height: int) -> None:
    bars = code_picture(code, text, height_px=height)
    picture.paste(bars.convert("RGB"), ((picture.width - bars.width) // 2, top))
    _centre(ImageDraw.Draw(picture), text, width=picture.width, top=top + height + _px(0.8), size_mm=4.0)


def _weave(picture: Image.Image, *, top: int, height: int) -> None:
    """A band in the check of the sarung Samarinda."""
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width, top + height), fill=_DEEP)
    cell = height // 3
    for column, left in enumerate(range(0, picture.width, cell)):
        for row in range(3):
            if (column + row) % 4 == 0:
                draw.rectangle((left, top + row * cell, left + cell - 2, top + (row + 1) * cell - 2), fill=_GOLD)
    draw.line((0, top, picture.width, top), fill=_GOLD, width=2)


def _centre(draw: ImageDraw.ImageDraw, text: str, *, width: int, top: int, size_mm: float, fill: str = _INK) -> None:
    draw.text((width // 2, top), text, font=_font(size_mm), fill=fill, anchor="ma")


def _font(size_mm: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=_px(size_mm))


def _px(mm: float) -> int:
    return round(mm * PX_PER_MM)
