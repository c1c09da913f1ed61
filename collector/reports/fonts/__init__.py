"""Atkinson Hyperlegible Next (SIL Open Font License 1.1, see ``OFL.txt``) for what is printed and drawn.

The files of the web and of the kiosk lack two signs that a report needs: ``≈`` (an estimate) and ``≥`` (a lower
bound). ``add_signs.py`` made them out of the font's own ``~`` and ``>``, and of its hyphen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FAMILY: Final = "Atkinson Report"
WEIGHTS: Final = (400, 600, 700)


def path(weight: int) -> Path:
    """The TTF file of one of :data:`WEIGHTS`."""
    return Path(__file__).parent / f"AtkinsonReport-{weight}.ttf"
