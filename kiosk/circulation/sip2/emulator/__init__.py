"""An emulated library system that speaks SIP2, with the habits and the faults of real ones.

It shares nothing with the kiosk's codec, client or server but the wire, so that what is tested against it is tested
against a second reading of the protocol. For tests, training and commissioning; it is no library system.
"""

from kiosk.circulation.sip2.emulator.connection import Connection, Reply
from kiosk.circulation.sip2.emulator.dialect import PRESETS, Dialect
from kiosk.circulation.sip2.emulator.faults import Fault, Queue, Seeded, Wrong
from kiosk.circulation.sip2.emulator.holdings import Copy, Denied, Effect, Loan, Member
from kiosk.circulation.sip2.emulator.ils import EmulatedIls

__all__ = [
    "PRESETS",
    "Connection",
    "Copy",
    "Denied",
    "Dialect",
    "Effect",
    "EmulatedIls",
    "Fault",
    "Loan",
    "Member",
    "Queue",
    "Reply",
    "Seeded",
    "Wrong",
]
