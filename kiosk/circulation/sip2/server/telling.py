"""What the server tells of itself: to the log, and as events to whoever runs it. Never of a patron.

An event names an account, an address and a message's code; no field of any message is in it.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("kiosk.circulation.sip2.server")


class Kind(enum.StrEnum):
    """What happened."""

    LISTENING = "listening"
    CONNECTED = "connected"
    TURNED_AWAY = "turned-away"  # too many lines
    LOGIN = "login"
    LOGIN_REFUSED = "login-refused"
    UNREADABLE = "unreadable"  # answered 96
    REPEATED = "repeated"  # answered with the stored answer
    NO_ANSWER = "no-answer"  # the library system gave none; the line was cut
    CLOSED = "closed"
    ACCOUNTS = "accounts"  # the file of accounts has changed, or cannot be used
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Event:
    """One of them. Empty is not known, or does not apply."""

    event: Kind
    address: str = ""
    account: str = ""
    message: str = ""  # a message's code, such as 11
    why: str = ""
    port: int = 0


Tell = Callable[[Event], None]

_LOUD = frozenset({Kind.LISTENING, Kind.LOGIN_REFUSED, Kind.NO_ANSWER, Kind.TURNED_AWAY, Kind.STOPPED})


def to_log(event: Event) -> None:
    """Write the event as one line."""
    known = [
        f"{name} {value}"
        for name, value in (("account", event.account), ("from", event.address), ("message", event.message))
        if value
    ]
    level = logging.WARNING if event.event in _LOUD - {Kind.LISTENING, Kind.STOPPED} else logging.INFO
    log.log(
        level, "%s%s%s", event.event, f" ({', '.join(known)})" if known else "", f": {event.why}" if event.why else ""
    )
