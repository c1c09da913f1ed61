"""The desk's light colours (see the tables of the web page's ``tokens.css``) for paper. Nothing else names a colour.

The eight steps of the heat map are of one hue whose lightness falls evenly, for every sort of colour sight and in grey.
"""

from __future__ import annotations

from typing import Final

PAPER: Final = "#FFFFFF"
INK: Final = "#0D2E33"
INK_2: Final = "#33494C"
INK_3: Final = "#405154"
RULE: Final = "#DAD1BD"
RULE_STRONG: Final = "#8C8471"
SUNKEN: Final = "#EFE9DA"
RIVER: Final = "#0A535B"
RIVER_2: Final = "#4F8C90"
SARUNG: Final = "#7D1D4E"
LOST: Final = "#93171A"
BLACK_INK: Final = "#04181B"  # on the middle of the heat map
HEAT: Final = ("#E8F1EA", "#C1DFD6", "#9ACBC4", "#74B4B1", "#509A9B", "#257378", "#13565C", "#09373D")


def on_heat(step: int) -> str:
    """The colour of a number on a step: at least 5:1."""
    return BLACK_INK if step < 5 else PAPER
