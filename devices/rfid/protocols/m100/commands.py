"""M100/QM100 and R200 modules: commands and answers (R200 user protocol V2.3.3; YMR100; m5stack's UHF-RFID pages).

A command is a dataclass that can write its own fields and read those of its own answer. :func:`encode` makes the
bytes to send, :func:`parse` judges a frame that came: the answer, a failure the module reports, or ``None`` for a frame
that belongs to something else. :func:`notice` reads what the module says of a tag in a round of polling.

The examples in the vendors' documents have wrong lengths, codes and checksums among them (the answer to "stop" with
code 02, the one to "select mode" with the code of "select"); what is here is what adds up. Locking, killing, saving
settings, changing the line's speed and the configuration of NXP or Impinj tags are not here.
"""

from __future__ import annotations

from devices.rfid.protocols.gen2 import EPC_BANK, TID_BANK, USER_BANK, TagError
from devices.rfid.protocols.m100.answers import (
    Alarm,
    Done,
    Failure,
    Notice,
    Number,
    Power,
    Selected,
    Text,
    Words,
    Written,
)
from devices.rfid.protocols.m100.command import Command, encode, parse
from devices.rfid.protocols.m100.errors import ErrorCode
from devices.rfid.protocols.m100.frames import Dialect, Frame, Kind
from devices.rfid.protocols.m100.module import (
    AutoHop,
    GetChannel,
    GetPower,
    GetRegion,
    Info,
    SetChannel,
    SetPower,
    SetRegion,
)
from devices.rfid.protocols.m100.tags import (
    EPC_START,
    MOST_WORDS,
    ChangeEas,
    EasAlarm,
    GetSelect,
    MultiPoll,
    Read,
    Select,
    SelectMode,
    SinglePoll,
    Stop,
    Write,
    notice,
)

__all__ = [
    "EPC_BANK", "EPC_START", "MOST_WORDS", "TID_BANK", "USER_BANK", "Alarm", "AutoHop", "ChangeEas", "Command",
    "Dialect", "Done",
    "EasAlarm", "ErrorCode", "Failure", "Frame", "GetChannel", "GetPower", "GetRegion", "GetSelect", "Info", "Kind",
    "MultiPoll", "Notice", "Number", "Power", "Read", "Select", "SelectMode", "Selected", "SetChannel", "SetPower",
    "SetRegion", "SinglePoll", "Stop", "TagError", "Text", "Words", "Write", "Written", "encode", "notice", "parse",
]  # fmt: skip
