"""Atkinson Hyperlegible Next (SIL Open Font License 1.1, see ``OFL.txt``) in the four weights of the screens."""

from __future__ import annotations

from pathlib import Path
from typing import Final

WEIGHTS: Final = (400, 600, 700, 800)

FAMILY: Final = "Atkinson Hyperlegible Next"

CAP_HEIGHT: Final = 0.668
"""Height of a capital in em: a capital of ``c`` mm needs a font of ``c / CAP_HEIGHT`` mm."""


def path(weight: int) -> Path:
    """The TTF file of one weight.

    Raises:
        ValueError: the weight is not one of :data:`WEIGHTS`.
    """
    if weight not in WEIGHTS:
        known = ", ".join(str(each) for each in WEIGHTS)
        raise ValueError(f"There is no font of weight {weight}; the weights are {known}.")
    return Path(__file__).parent / f"AtkinsonHyperlegibleNext-{weight}.ttf"
