"""One codec a family of readers: bytes in, frames out; commands in, bytes out. No port, clock or thread.

Every folder has the same shape: ``frames`` (layout, ``new_parser()``), ``commands`` (what may be said), ``answers``,
``errors`` (every status code, with a sentence) and ``say`` (a recorded frame in words). A small protocol may do with
fewer files, but ``frames.new_parser`` and ``say.say`` are always there. What several need stands beside the folders:
``fields`` (put in and taken out with a check), ``status_code``, ``gen2`` (UHF tags), ``said`` and ``trusting``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from devices.rfid.framing import Parser
from devices.rfid.protocols.said import Said

#: Folders here; readers that speak one protocol in several ways share a folder.
PROTOCOLS: Final = ("m3", "feig", "m100", "chafon", "a0", "em4100", "pn532")


@dataclass(frozen=True)
class Describer:
    """How to take a recording apart and put it into words. A frame's type is the protocol's own."""

    new_parser: Callable[[], Parser[Any]]
    say: Callable[[Any], Said]


def describer(protocol: str) -> Describer:
    """That of one of :data:`PROTOCOLS`; only its module is loaded."""
    frames = importlib.import_module(f"{__name__}.{protocol}.frames")
    words = importlib.import_module(f"{__name__}.{protocol}.say")
    return Describer(frames.new_parser, words.say)
