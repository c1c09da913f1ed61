"""Settings of an RFID reader."""

from __future__ import annotations

from pathlib import Path

import msgspec


class UhfSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[reader.uhf]``: what keeps a neighbour's bag off the pad, and how the tags are written.

    ``power_dbm`` is sent to the reader (empty: as it is set). A tag counts as on the pad when it was heard at
    ``rssi_dbm`` or stronger in ``seen`` of the last ``rounds`` rounds. ``epc`` names the layouts tried, in order;
    ``alarm`` where the alarm lives: ``epc`` (a bit of the layout), ``afi`` (in the PC), ``eas`` (NXP) or ``none``.
    """

    power_dbm: float | None = None
    rssi_dbm: int = -60
    seen: int = 2
    rounds: int = 3
    epc: tuple[str, ...] = ("dortmund", "smartfreq")
    alarm: str = "epc"
    region: str = ""  # of the radio rules, where the reader can be told; empty: as it is set


class CardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[card_reader.card]``: how a card's number is written in the library system.

    ``form`` is a name of :data:`devices.rfid.card_number.EM4100` (125 kHz) or of
    :data:`devices.rfid.card_number.ISO14443` (13.56 MHz); empty: ``dec10`` and ``hex``.
    """

    form: str = ""
    checksum: str = "xor"  # or "sum8"
    prefix: str = ""  # stands before every number


class ReaderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[reader]``: ``port`` is a path that stays the same (by-id), a pattern, or ``socket://HOST:PORT``; empty: none.

    ``baud`` 0 is what the family has from the factory. ``security`` says how the gates tell a lent item from another:
    a name of :data:`devices.rfid.security_scheme.PRESETS`, or ``custom`` with ``armed`` and ``disarmed`` (AFI values
    of an item in the library and of one on loan). ``tag_map`` is a CSV file that names items by their tags' UIDs.
    """

    port: str = ""
    protocol: str = "m3"
    baud: int = 0
    security: str = "iso"
    armed: int | None = None
    disarmed: int | None = None
    isil: str = ""  # owner of the tags that belong here; empty: any
    tag_map: str = ""
    uhf: UhfSettings = UhfSettings()
    card: CardSettings = CardSettings()

    def in_folder(self, folder: Path) -> ReaderSettings:
        """The same, with the table's path taken relative to ``folder``."""
        return msgspec.structs.replace(self, tag_map=str(folder / self.tag_map)) if self.tag_map else self
