"""Names of the FEIG OBID readers, by the byte with which they tell their type (H20800-16e, annex B)."""

from __future__ import annotations

from typing import Final

_MODELS: Final = {
    30: "ID ISC.M01", 31: "ID ISC.M02", 40: "ID ISC.LR100", 41: "ID ISC.LR200", 60: "ID ISC.PRH101-A",
    61: "ID ISC.PRH101-U", 71: "ID ISC.PRH100-U", 72: "ID ISC.PRH100", 73: "ID ISC.MR100-U", 74: "ID ISC.MR100",
    75: "ID ISC.MR200", 76: "ID ISC.MR101-A", 78: "ID ISC.MR101-U", 80: "ID CPR.M02", 81: "ID CPR.02",
    82: "ID CPR40-U", 83: "ID CPR40-C", 84: "ID CPR.M03", 87: "ID CPR.04", 88: "ID CPR.04-USB", 91: "ID ISC.LRU1000",
}  # fmt: skip


def model(code: int) -> str:
    """The reader's name; a newer one is named by its number."""
    return _MODELS.get(code, f"OBID reader type {code}")
