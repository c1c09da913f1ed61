"""FEIG OBID readers in ISO host mode: commands and answers (H20800-16e, "ID CPR family").

A command is a dataclass that can write its own fields and read those of its own answer. :func:`encode` makes the bytes
to send, :func:`parse` judges a frame that came: the answer, a failure the reader reports, or ``None`` for a frame that
belongs to something else: another command, another reader, or our own words come back as an echo.

A UID is 16 upper-case hex digits, E0 first, as printed by every tag tool.
"""

from __future__ import annotations

from devices.rfid.protocols.feig.answers import (
    Block,
    Blocks,
    Card,
    Done,
    Eas,
    Failure,
    Found,
    Present,
    Seen,
    Software,
    SystemInformation,
)
from devices.rfid.protocols.feig.command import Command, encode, parse
from devices.rfid.protocols.feig.control import Detect, ReaderInfo, RfPower, RfReset, SoftwareVersion
from devices.rfid.protocols.feig.eas import AirEasAlarm, AirSetEas, EasAlarm, SetEas
from devices.rfid.protocols.feig.errors import CardError, Status, TagError
from devices.rfid.protocols.feig.frames import Frame
from devices.rfid.protocols.feig.tags import (
    BLOCK,
    MOST_DATA,
    GetSystemInformation,
    Inventory,
    ReadBlocks,
    ResetToReady,
    Select,
    StayQuiet,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
)

__all__ = [
    "BLOCK",
    "MOST_DATA",
    "AirEasAlarm",
    "AirSetEas",
    "Block",
    "Blocks",
    "Card",
    "CardError",
    "Command",
    "Detect",
    "Done",
    "Eas",
    "EasAlarm",
    "Failure",
    "Found",
    "Frame",
    "GetSystemInformation",
    "Inventory",
    "Present",
    "ReadBlocks",
    "ReaderInfo",
    "ResetToReady",
    "RfPower",
    "RfReset",
    "Seen",
    "Select",
    "SetEas",
    "Software",
    "SoftwareVersion",
    "Status",
    "StayQuiet",
    "SystemInformation",
    "TagError",
    "WriteAfi",
    "WriteBlocks",
    "WriteDsfid",
    "encode",
    "parse",
]
