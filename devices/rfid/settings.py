"""Settings of an RFID reader."""

from __future__ import annotations

import msgspec


class ReaderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[reader]``: ``port`` is a path that stays the same (by-id) or a pyserial URL; empty means none.

    ``armed`` and ``disarmed`` are the AFI values of an item in the library and of one on loan (ISO: 07 and C2).
    """

    port: str = ""
    protocol: str = "m3"
    baud: int = 19200
    armed: int = 0x07
    disarmed: int = 0xC2
    isil: str = ""  # owner of the tags that belong here; empty: any
