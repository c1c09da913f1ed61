"""Colours, sizes and weights of the pictures: the desk's light tokens, and type that weak eyes read.

Colour never stands alone: each sort of passage has a shape and a word too, and each fault a hatched band and its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAPER: Final = "#F8F4EA"
RAISED: Final = "#FEFCF6"
RULE: Final = "#DAD1BD"
RULE_STRONG: Final = "#8C8471"
INK: Final = "#0D2E33"
INK_2: Final = "#33494C"
INK_3: Final = "#405154"
RIVER: Final = "#0A535B"
RIVER_2: Final = "#4F8C90"
SARUNG: Final = "#7D1D4E"
DEGRADED: Final = "#684000"
LOST: Final = "#93171A"
LOST_FILL: Final = "#C2302B"
#: Steps of a heat map, light to dark.
HEAT: Final = ("#E8F1EA", "#C1DFD6", "#9ACBC4", "#74B4B1", "#509A9B", "#257378", "#13565C", "#09373D")

FAMILY: Final = "Atkinson Hyperlegible Next"
TITLE: Final = 34
TEXT: Final = 21
SMALL: Final = 18

WIDTH: Final = 1600
LEFT: Final = 170
RIGHT: Final = 1560
#: Pixels of time in a panel.
SPAN: Final = RIGHT - LEFT


def font_files() -> list[Path]:
    """The typeface that ships with the screens; empty where only the door's part is installed."""
    folder = Path(__file__).resolve().parents[3] / "kiosk" / "fonts"
    return sorted(folder.glob("AtkinsonHyperlegibleNext-*.ttf"))
