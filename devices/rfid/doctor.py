"""What is wrong with the RFID reader, and how to mend it. It is asked and listened to for a moment; nothing is written.

Without a reader in the settings there is nothing to say. While the kiosk runs the port is the kiosk's, and that is as
it should be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from devices.findings import Finding, Grade
from devices.ports import candidates
from devices.rfid.errors import RfidError, SetupError
from devices.rfid.family import entry, line_settings
from devices.rfid.line_facts import (
    BY_ID,
    PROC,
    SYS,
    LineFacts,
    holders,
    line_facts,
    plugged_in,
    running,
    usb_devices,
)
from devices.rfid.port import Port, PortLost
from devices.rfid.reader_info import TALK_ONLY, answering, probe
from devices.rfid.security_scheme import scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.survey import Survey, survey
from devices.rfid.tcp_line import TCP

PART: Final = "reader"
_CARDS: Final = "card reader"
RULES: Final = Path("/etc/udev/rules.d/70-pustaka.rules")
#: Adapters that brltty takes for a Braille display (CH340/CH341).
_BRLTTY_TAKES: Final = frozenset({"1a86:7523", "1a86:5523"})
_FEIG_USB: Final = "0ab1:"
#: Inventories a second of an empty or small pad below which something holds the line back; the slowest family takes
#: 50 ms for a round.
_SLOW: Final = 4.0
#: Shares of the rounds that are worth a word.
_DAMAGED: Final = 0.02
_MISSED: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the system keeps what it knows."""

    sys: Path
    proc: Path
    by_id: Path
    rules: Path


def findings(
    settings: ReaderSettings,
    card_reader: ReaderSettings | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = 2.0,
    sys: Path = SYS,
    proc: Path = PROC,
    by_id: Path = BY_ID,
    rules: Path = RULES,
) -> list[Finding]:
    """Of the pad, and of the reader for cards beside it: one finding or more of each that is set.

    ``sys``, ``proc``, ``by_id`` and ``rules`` are where the system keeps what it knows.
    """
    where = _Where(sys, proc, by_id, rules)
    found = _of_one(settings, clock, seconds, where)
    if card_reader is not None:
        found += [replace(one, part=_CARDS) for one in _of_one(card_reader, clock, seconds, where)]
    return found


def _of_one(settings: ReaderSettings, clock: Callable[[], float], seconds: float, where: _Where) -> list[Finding]:
    if not settings.port:
        return []
    try:
        entry(settings)
        scheme(settings)
    except SetupError as error:
        return [Finding(PART, Grade.BAD, str(error), "Correct the configuration.")]
    found = list(_names(line_facts(settings.port, sys=where.sys, by_id=where.by_id), where.proc, where.rules))
    if not settings.port.startswith(TCP) and not candidates(settings.port):
        return [*found, _missing(settings.port, where.sys, where.proc, where.by_id)]
    return [*found, *_asked(settings, clock, seconds, where)]


def _names(facts: LineFacts, proc: Path, rules: Path) -> Iterator[Finding]:
    if facts.fleeting:
        said = f"{facts.port} may be another device after the next start."
        todo = f"Name it {facts.stable[0]}" if facts.stable else "Name it by a link below /dev/serial/by-id."
        yield Finding(PART, Grade.WARN, said, todo)
    if facts.usb and running("ModemManager", proc) and not rules.exists():
        said = "ModemManager runs, and may talk to the reader as if it were a modem."
        yield Finding(PART, Grade.WARN, said, f"Copy systemd/udev/{rules.name} of the project to {rules.parent}.")


def _missing(port: str, sys: Path, proc: Path, by_id: Path) -> Finding:
    usb = usb_devices(sys)
    there = plugged_in(by_id)
    if usb & _BRLTTY_TAKES and running("brltty", proc):
        said = f"{port}: no such port, and brltty runs, which takes CH340 adapters for a Braille display."
        return Finding(PART, Grade.BAD, said, "sudo systemctl mask brltty-udev.service, then plug the reader in again")
    if any(name.startswith(_FEIG_USB) for name in usb):
        said = f"{port}: no such port. A FEIG reader with its own USB protocol is plugged in, which is no serial port."
        return Finding(PART, Grade.BAD, said, "Use a model with RS-232, -A, -C or LAN; see docs/readers.md.")
    todo = f"Plugged in are: {', '.join(there)}" if there else "Plug it in. Nothing serial is plugged in now."
    return Finding(PART, Grade.BAD, f"{port}: no such port.", todo)


def _asked(settings: ReaderSettings, clock: Callable[[], float], seconds: float, where: _Where) -> Iterator[Finding]:
    device = line_facts(settings.port, sys=where.sys, by_id=where.by_id).device
    try:
        Port.open(settings.port, line_settings(settings), clock).close()
    except PortLost as lost:
        yield _shut(str(lost), holders(device, where.proc))
        return
    try:
        with answering(settings, clock) as (reader, hello, _):
            yield Finding(PART, Grade.OK, f"{settings.port}: {hello}")
            facts = line_facts(settings.port, sys=where.sys, by_id=where.by_id)  # the driver has set the latency by now
            if facts.latency_ms is not None and facts.latency_ms > 1:
                said = f"The USB adapter holds every answer back for {facts.latency_ms} ms."
                path = f"/sys/class/tty/{Path(facts.device).name}/device/latency_timer"
                yield Finding(PART, Grade.WARN, said, f"echo 1 | sudo tee {path}; or see docs/readers.md")
            if settings.protocol not in TALK_ONLY:
                yield from judge(survey(reader, seconds, clock))
    except PortLost as lost:
        yield from _silent(settings, clock, str(lost))
    except SetupError as error:
        yield Finding(PART, Grade.BAD, str(error), "Correct the configuration.")


def _shut(why: str, holders: tuple[str, ...]) -> Finding:
    if "another program" not in why:
        return Finding(PART, Grade.BAD, why)
    if any(name.startswith(("brltty ", "ModemManager ")) for name in holders):
        todo = f"Keep {holders[0].split(' ')[0]} away from it: systemd/udev/70-pustaka.rules says how."
        return Finding(PART, Grade.BAD, f"{why} It is {', '.join(holders)}.", todo)
    named = f" It is {', '.join(holders)}." if holders else ""
    return Finding(PART, Grade.OK, f"{why.partition('. ')[0]}.{named} That is as it should be while the kiosk runs.")


def _silent(settings: ReaderSettings, clock: Callable[[], float], why: str) -> Iterator[Finding]:
    """Nobody answers as the settings say. Somebody else may; only this port is asked, for it was named."""
    try:
        other = probe(settings, clock, "" if settings.baud else settings.protocol)
    except RfidError:
        other = None
    if other is not None:
        protocol, hello = other[0].protocol, other[1]
        if protocol == settings.protocol:
            said = f"{settings.port}: {hello} answers at {line_settings(other[0]).baud} baud, not at {settings.baud}."
            yield Finding(PART, Grade.BAD, said, "Leave 'baud' under [reader] out.")
            return
        said = f"{settings.port}: no {settings.protocol} reader answers, but this one does: {hello}"
        yield Finding(PART, Grade.BAD, said, f'Set protocol = "{protocol}" under [reader].')
        return
    line = line_settings(settings)
    todo = (
        f"Is it powered, and its cable the right one (not a null modem)? It was asked at {line.baud} baud, "
        f"8{line.parity}1: if the reader was set to another speed, give it as 'baud' under [reader]."
    )
    yield Finding(PART, Grade.BAD, why, todo)


def judge(heard: Survey) -> list[Finding]:
    """What a survey of the pad says."""
    found: list[Finding] = []
    tags = ", nothing lies there"
    if heard.tags:
        tags = f", {len(heard.tags)} tags lie there" if len(heard.tags) > 1 else ", 1 tag lies there"
    rate = f"{heard.rounds_a_second:.1f} inventories a second{tags}."
    if not heard.whole:
        todo = "Look at the cable and its shield; take metal and other readers away from the pad."
        return [Finding(PART, Grade.BAD, "It answers, but gives no list of the tags.", todo)]
    slow = heard.rounds_a_second < _SLOW and len(heard.tags) < 5
    todo = "Something holds the line back: the adapter's latency, a slow hub, a busy machine." if slow else ""
    found.append(Finding(PART, Grade.WARN if slow else Grade.OK, rate, todo))
    if heard.damaged > _DAMAGED:
        said = f"{heard.damaged:.0%} of its answers came damaged or not at all."
        todo = "Try another cable or USB socket, and keep the cable away from mains and motors."
        found.append(Finding(PART, Grade.WARN, said, todo))
    if heard.ghosts:
        said = f"Tags that are hardly there: {', '.join(heard.ghosts)}."
        todo = "Look for a book at the edge of the pad, or noise nearby: a lamp, a power supply, another reader."
        found.append(Finding(PART, Grade.WARN, said, todo))
    for uid, missed in heard.tags.items():
        if missed > _MISSED:
            said = f"Tag {uid} is missed in {missed:.0%} of the rounds."
            todo = "Move it from the edge, and not right upon another tag; glue tags in three different places."
            found.append(Finding(PART, Grade.WARN, said, todo))
    return found
