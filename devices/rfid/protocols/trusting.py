"""A parser for frames that are hard to tell from what is inside them.

A frame without a start byte, or with eight bits of checksum, may stand by chance in a tag's EPC. A parser that hunts
would find it there each time that tag answers, and never the answer around it: about one tag in twenty thousand with
Chafon's frames. But behind a silence nothing has to be hunted for: the first byte to come begins a frame.
"""

from __future__ import annotations

from typing import TypeVar

from devices.rfid.framing import Noise, Parser

F = TypeVar("F")


class TrustingParser(Parser[F]):
    """Trusts the first header behind a silence (:meth:`give_up`); hunts when it proves to be none."""

    def give_up(self) -> list[F | Noise]:
        found = super().give_up()
        self._hunt = None
        return found
