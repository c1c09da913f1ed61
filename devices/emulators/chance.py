"""Scenes by dice: what lies where on which desk, seen how well. For tests, campaigns, and practice that never repeats.

A scene knows every text that is printed in it as a code, so whoever reads anything else has made it up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from devices.emulators import surfaces, things
from devices.emulators.backdrops import Desk, desk
from devices.emulators.optics import Frame, Glare, Optics, Shadow, expose
from devices.emulators.scene import FIELD_MM, Pose, jitter, place
from devices.emulators.things import Thing

#: The codes that libraries and e-cards use, each with a text of the kind it carries.
CODES: Final = ("Code128", "Code39", "Codabar", "ITF", "EAN13", "EAN8", "UPCA", "QRCode", "DataMatrix", "Aztec",
                "PDF417", "Telepen")  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A thing and what its codes say: (format, text) of each, Codabar without its start and stop letters."""

    thing: Thing
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scene:
    """Things on a desk, later ones over earlier ones, and the camera's state."""

    kind: Desk
    laid: tuple[tuple[Printed, Pose], ...]
    optics: Optics
    size: tuple[int, int] = (1280, 720)

    @property
    def texts(self) -> frozenset[str]:
        """Everything that can be read rightly."""
        return frozenset(text for printed, _ in self.laid for _, text in printed.codes)

    def frames(self, count: int, rng: np.random.Generator) -> Iterator[Frame]:
        """``count`` grey frames of the scene in a trembling hand."""
        ground = np.asarray(cv2.cvtColor(desk(self.kind, *self.size, rng), cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        for _ in range(count):
            picture = ground
            for printed, pose in self.laid:
                picture = place(picture, printed.thing, jitter(pose, rng))
            yield expose(picture, self.optics, rng)


def printed(code: str, rng: np.random.Generator) -> Printed:
    """A slip with a random text in ``code``, one of :data:`CODES`."""
    digits = [int(digit) for digit in rng.integers(0, 10, 14)]
    match code:
        case "Codabar":
            number = with_luhn([3, *digits[:12]])
            return Printed(things.slip(code, f"A{number}B"), ((code, number),))
        case "ITF":
            text = "".join(map(str, digits))
        case "EAN13":
            text = with_check([2, 9, *digits[:10]])
        case "EAN8":
            text = with_check([9, *digits[:6]])
        case "UPCA":
            text = with_check([0, 4, *digits[:10]])[1:]
        case _:
            text = "BM"[digits[0] % 2] + "".join(map(str, digits[1 : 5 + (digits[0] + 1) % 2]))
    bar = 8 if code in ("QRCode", "DataMatrix", "Aztec") else things.BAR
    return Printed(things.slip(code, text, bar=bar), ((code, text),))


def cover(rng: np.random.Generator) -> Printed:
    """A back cover with its ISBN and the library's label."""
    isbn = with_check([9, 7, 8, *(int(digit) for digit in rng.integers(0, 10, 9))])
    book = f"B{rng.integers(100_000):05d}"
    return Printed(things.back_cover(book, isbn), (("Code128", book), ("EAN13", isbn)))


def optics(rng: np.random.Generator, *, bad: float = 0.5) -> Optics:
    """A camera's state: up to one fault of light and one of focus, as strong as ``bad`` (0: typical, 1: hopeless)."""
    grade = Optics(0.8 + bad * rng.uniform(0, 2), 4 + bad * rng.uniform(0, 20), shot=3, haze=0.3 * bad, jpeg=85)
    x, y, turn = rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.4), rng.uniform(0, 180)
    match int(rng.integers(5)):
        case 0:
            grade = replace(grade, exposure=rng.uniform(1 - 0.75 * bad, 1 + 0.9 * bad))
        case 1:
            grade = replace(grade, glare=Glare(x, y, rng.uniform(0.03, 0.12), bad, rng.uniform(1, 6), turn))
        case 2:
            grade = replace(grade, shadow=Shadow(x, y, turn, 0.8 * bad, rng.uniform(0.02, 0.6)))
        case _:
            pass
    match int(rng.integers(3)):
        case 0:
            return replace(grade, motion=1 + 10 * bad * rng.uniform(), motion_turn=rng.uniform(0, 180))
        case 1:
            return replace(grade, blur=0.8, defocus=4 * bad * rng.uniform())
        case _:
            return grade


def scene(
    rng: np.random.Generator,
    *,
    codes: Sequence[str] = CODES,
    kind: Desk | None = None,
    count: int | None = None,
    bad: float = 0.5,
    size: tuple[int, int] = (1280, 720),
) -> Scene:
    """A scene with ``count`` things (0 to 2 when not said) at any angle, on a desk of any kind when none is named."""
    laid = []
    number = int(rng.integers(3)) if count is None else count
    for place_at in range(number):
        shown = cover(rng) if rng.random() < 0.2 else printed(codes[int(rng.integers(len(codes)))], rng)
        shown = replace(shown, thing=_handled(shown.thing, rng, bad))
        x, y, roll, tilt_x, tilt_y = rng.uniform(-1, 1, 5)
        side = 0.0 if number == 1 else FIELD_MM / 4 * (2 * place_at - 1)
        laid.append((shown, Pose(side + 8 * x, 10 * y, 180 * roll, 18 * tilt_x, 18 * tilt_y, rng.uniform(0.8, 1.3))))
    ground = kind if kind is not None else list(Desk)[int(rng.integers(len(Desk)))]
    return Scene(ground, tuple(laid), optics(rng, bad=bad), size)


def _handled(thing: Thing, rng: np.random.Generator, bad: float) -> Thing:
    match int(rng.integers(8)):
        case 0:
            return things.inverted(thing)
        case 1:
            return surfaces.on_screen(thing, rng, light=1 - 0.6 * bad)
        case 2:
            return surfaces.curved(thing, 20 + 80 * bad, across=rng.random() < 0.5)
        case 3:
            return surfaces.worn(thing, rng, scratches=round(20 * bad), faded=0.5 * bad)
        case _:
            return thing


def with_check(digits: Sequence[int]) -> str:
    """Digits of an EAN or UPC and their check digit."""
    total = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return "".join(map(str, [*digits, -total % 10]))


def with_luhn(digits: Sequence[int]) -> str:
    """Digits of a library number and their mod-10 check digit."""
    doubled = [digit * (1 if place % 2 else 2) for place, digit in enumerate(reversed(digits))]
    return "".join(map(str, [*digits, -sum(value - 9 if value > 9 else value for value in doubled) % 10]))
