"""Text that came from a device, made harmless to look at. Escaping for HTML is the page's own matter."""

from __future__ import annotations

import unicodedata

#: Control and formatting characters: a terminal obeys some of them, others turn the writing direction around.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def tidy(text: str, limit: int = 60) -> str:
    """One line without control or direction characters, at most ``limit`` long."""
    seen = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text[: 4 * limit])
    line = " ".join(seen.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
