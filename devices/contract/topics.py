"""Topics: what is said where, who may say and hear it, and how much of it."""

from __future__ import annotations

import enum
import re
from typing import Final

import msgspec

ROOT: Final = "pustaka/v1"
#: Rows in one ``records`` message, at most.
BATCH: Final = 200
#: Bytes in any message, at most; the broker is told the same.
MAX_PAYLOAD: Final = 65_536

_ID = re.compile(r"[a-z0-9-]{1,32}")


class ContractError(ValueError):
    """A topic, id or payload that version 1 does not allow; the message says what was wrong."""


class Leaf(enum.StrEnum):
    """The first level below ``pustaka/v1/{site}/{device}/``."""

    STATUS = "status"
    INFO = "info"
    HEALTH = "health"
    TOTALS = "totals"
    RECORDS = "records"
    ACK = "ack"
    ALERT = "alert"
    LOG = "log"
    COMMAND = "command"
    REPLY = "reply"
    CONFIG = "config"


#: Leaves whose messages the broker keeps for later subscribers.
RETAINED: Final = frozenset({Leaf.STATUS, Leaf.INFO, Leaf.HEALTH, Leaf.TOTALS, Leaf.ACK, Leaf.ALERT, Leaf.CONFIG})
#: Leaves a device may write; ``+`` stands for one more level. The broker's access list is made from this.
DEVICE_WRITES: Final = (
    "status", "info", "health", "totals", "records", "log/+", "alert/+", "reply/+", "config/applied",
)  # fmt: skip
#: Leaves a device may read.
DEVICE_READS: Final = ("ack", "command/+", "config")


class Topic(msgspec.Struct, frozen=True):
    """A topic taken apart. ``rest`` is the level below the leaf (``warn`` in ``log/warn``) or empty."""

    site: str
    device: str
    leaf: Leaf
    rest: str = ""


def check_id(text: str, what: str = "id") -> str:
    """Return ``text`` if it may name a site or device.

    Raises:
        ContractError: it is not 1 to 32 of a-z, 0-9 and ``-``.
    """
    if not _ID.fullmatch(text):
        raise ContractError(f"{what} {text!r}: use 1 to 32 characters of a-z, 0-9 and '-'")
    return text


def topic(site: str, device: str, leaf: Leaf, rest: str = "") -> str:
    """Build a topic of this version, for example ``pustaka/v1/kota/pintu-1/log/warn``."""
    check_id(site, "site")
    check_id(device, "device")
    return f"{ROOT}/{site}/{device}/{leaf}" + (f"/{rest}" if rest else "")


def parse_topic(text: str) -> Topic:
    """Take a topic apart.

    Raises:
        ContractError: it does not belong to this version or is malformed.
    """
    if not text.startswith(ROOT + "/"):
        raise ContractError(f"topic {text!r} is not below {ROOT}/")
    levels = text[len(ROOT) + 1 :].split("/")
    if len(levels) not in (3, 4):
        raise ContractError(f"topic {text!r} has {len(levels)} levels below {ROOT}/, expected 3 or 4")
    check_id(levels[0], "site")
    check_id(levels[1], "device")
    try:
        leaf = Leaf(levels[2])
    except ValueError:
        raise ContractError(f"topic {text!r}: {levels[2]!r} is not a leaf of version 1") from None
    return Topic(levels[0], levels[1], leaf, levels[3] if len(levels) == 4 else "")
