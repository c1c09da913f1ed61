"""Who is at the end of a port: the family that answers, its line, how well it hears. For ``info`` and the doctor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from devices.rfid.family import FAMILIES, Family, family, line_settings
from devices.rfid.line_facts import LineFacts, line_facts
from devices.rfid.port import LineSettings, Port, PortLost
from devices.rfid.settings import ReaderSettings
from devices.rfid.survey import survey
from devices.rfid.uhf import UhfFamily

#: Families that only speak when a card comes: silence proves nothing, and so does their being "found".
TALK_ONLY: Final = frozenset({"em4100"})


class ShownInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """``pustaka reader info --json``. ``missed``: tags, and the share of rounds without them; ``rssi`` in dBm."""

    port: str
    device: str
    protocol: str
    reader: str
    baud: int
    parity: str
    driver: str = ""
    usb: str = ""
    latency_ms: int | None = None
    rounds_a_second: float = 0.0
    tags_a_second: float = 0.0
    damaged: float = 0.0
    missed: dict[str, float] = {}
    ghosts: tuple[str, ...] = ()
    rssi: dict[str, int] = {}


@contextmanager
def answering(settings: ReaderSettings, clock: Callable[[], float]) -> Iterator[tuple[Family, str, LineFacts]]:
    """Open the port that ``settings`` name and say hello; the family, its words, and the line while it is open.

    Raises:
        devices.rfid.port.PortLost: it cannot be opened, or nobody answers.
        devices.rfid.errors.SetupError: the settings cannot be used.
    """
    port = Port.open(settings.port, line_settings(settings), clock)
    try:
        found = family(settings, port)
        hello = found.hello()
        if hello is None:
            raise PortLost(f"{settings.port}: no {settings.protocol} reader answers.")
        yield found, hello, line_facts(settings.port)
    finally:
        port.close()


def probe(settings: ReaderSettings, clock: Callable[[], float], but: str = "") -> tuple[ReaderSettings, str] | None:
    """Ask every family in turn whether it is there, on the named port only and with its own line; the first that is.

    Families of one class ask the same, so only the first of them does. ``but`` one, which has been asked.

    Raises:
        devices.rfid.port.PortLost: the port cannot be opened.
    """
    asked = {FAMILIES[but].makes} if but else set()
    for protocol, entry in FAMILIES.items():
        if protocol in TALK_ONLY or entry.makes in asked:
            continue
        asked.add(entry.makes)
        tried = ReaderSettings(port=settings.port, protocol=protocol)  # nothing is set up on a stranger's reader
        port = Port.open(tried.port, line_settings(tried), clock)
        try:
            hello = family(tried, port).hello()
        finally:
            port.close()
        if hello is not None:
            return msgspec.structs.replace(settings, protocol=_kind(protocol, hello), baud=0), hello
    return None


def _kind(protocol: str, hello: str) -> str:
    """Families of one class answer the same question; which it is, the model's number tells, or else it is the newest.

    UHFReader18 is ``chafon18``; UHFReader288M and UHFReader86 are ``chafon288``.
    """
    kinds = [name for name, entry in FAMILIES.items() if entry.makes == FAMILIES[protocol].makes]
    numbers = set(re.findall("[0-9]+", hello))
    named = [name for name in kinds if name.lstrip("abcdefghijklmnopqrstuvwxyz") in numbers]
    return (named if len(kinds) > 1 and named else kinds)[-1]


def info(settings: ReaderSettings, seconds: float, clock: Callable[[], float]) -> ShownInfo:
    """Everything about the reader that ``settings`` name, heard for ``seconds``.

    Raises:
        devices.rfid.port.PortLost: as for :func:`answering`.
    """
    line: LineSettings = line_settings(settings)
    with answering(settings, clock) as (found, hello, facts):
        made = survey(found, seconds, clock)
        strengths = {uid: found.rssi(uid) for uid in made.tags} if isinstance(found, UhfFamily) else {}
    return ShownInfo(
        port=settings.port, device=facts.device, protocol=settings.protocol, reader=hello, baud=line.baud,
        parity=line.parity, driver=facts.driver, usb=facts.usb, latency_ms=facts.latency_ms,
        rounds_a_second=round(made.rounds_a_second, 1), tags_a_second=round(made.tags_a_second, 1),
        damaged=round(made.damaged, 3), missed={uid: round(share, 3) for uid, share in made.tags.items()},
        ghosts=made.ghosts, rssi={uid: dbm for uid, dbm in strengths.items() if dbm is not None},
    )  # fmt: skip


def lines(shown: ShownInfo) -> str:
    """The same for people, a line each."""
    speed = f"{shown.baud} baud, 8{shown.parity}1"
    rows = [
        ("port", shown.port if shown.device in ("", shown.port) else f"{shown.port} -> {shown.device}"),
        ("protocol", shown.protocol),
        ("reader", shown.reader),
        ("line", speed + (f", {shown.driver} {shown.usb}".rstrip() if shown.driver else "")),
    ]
    if shown.latency_ms is not None:
        rows.append(("latency", f"{shown.latency_ms} ms{' (low)' if shown.latency_ms <= 1 else ', should be 1'}"))
    rows.append(("rate", f"{shown.rounds_a_second:.1f} inventories/s, {shown.tags_a_second:.1f} tags/s"))
    rows.append(("damaged", f"{shown.damaged:.1%} of the inventories"))
    for uid, missed in shown.missed.items():
        strength = f", {shown.rssi[uid]} dBm" if uid in shown.rssi else ""
        rows.append(("tag", f"{uid}, missed in {missed:.0%} of the inventories{strength}"))
    rows += [("ghost", f"{uid}, hardly ever heard") for uid in shown.ghosts]
    return "\n".join(f"{name:8} {text}" for name, text in rows)
