"""Talking to the emulated system in bytes, as a terminal would."""

from __future__ import annotations

from kiosk.circulation.sip2.emulator import Copy, Dialect, EmulatedIls, Member
from kiosk.circulation.sip2.emulator.connection import Connection
from kiosk.circulation.sip2.emulator.dialect import BeforeLogin
from kiosk.circulation.sip2.emulator.line import checksum
from kiosk.circulation.sip2.emulator.wire import Time

STAMP = "20261123    090000"
NO_DATE = " " * 18
LOGIN = "9300CNkiosk|COrahasia|"


def members() -> list[Member]:
    return [Member("P1"), Member("P2", name="Ani"), Member("BAD", blocked=True)]


def items() -> list[Copy]:
    return [Copy(f"B{n}", title=f"Buku ke-{n}") for n in range(1, 6)] + [Copy("ODD", title="Snö och är")]


def an_ils(time_: Time | None = None, **habits: object) -> EmulatedIls:
    return EmulatedIls(members(), items(), Dialect().but(**habits), time_ or Time())


def sealed(body: str, sequence: int | None = 0) -> bytes:
    if sequence is None:
        return body.encode() + b"\r"
    data = f"{body}AY{sequence}AZ".encode()
    return data + checksum(data).encode() + b"\r"


def ask(connection: Connection, body: str, sequence: int | None = 0) -> str:
    """One exchange; the answer with its line end."""
    replies = connection.receive(sealed(body, sequence))
    return b"".join(reply.data for reply in replies).decode("utf-8", "replace")


def inside(ils: EmulatedIls) -> Connection:
    """A connection that is logged in."""
    connection = ils.connect()
    if ils.dialect.status_before_login is BeforeLogin.REQUIRED:
        assert ask(connection, "9900802.00").startswith("98")
    assert ask(connection, LOGIN).startswith("941")
    return connection


def checkout(patron: str = "P1", item: str = "B1", *, renewal: str = "N", no_block: str = "N", due: str = STAMP) -> str:
    return f"11{renewal}{no_block}{STAMP}{due}AOSMR|AA{patron}|AB{item}|AC|"


def checkin(item: str = "B1") -> str:
    return f"09N{STAMP}{STAMP}AP|AOSMR|AB{item}|AC|"


def information(patron: str = "P1", summary: str = "  Y       ", more: str = "") -> str:
    return f"63001{STAMP}{summary}AOSMR|AA{patron}|AC|{more}"
