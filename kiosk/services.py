"""Everything of a kiosk that is not a screen, and what of it the desk and staff hear."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.contract import Alert, Info, Kind, Part, Transaction
from devices.link.clock import SystemClock
from devices.link.errors import LinkFault
from devices.link.ledger import Ledger
from devices.link.mqtt import Link
from kiosk.circulation.journal import Journal
from kiosk.circulation.journal import State as Progress
from kiosk.config import KioskSettings
from kiosk.session.model import Part as Told
from kiosk.session.model import Standing
from kiosk.systems import open_desk, open_system

log = logging.getLogger(__name__)


def software_version() -> str:
    """The version of this program, as it was installed."""
    try:
        return version("pustaka-mandiri")
    except PackageNotFoundError:
        return ""


class Services:
    """Everything of a kiosk that is not a screen: journal, library, ledger, link, camera, reader."""

    def __init__(self, settings: KioskSettings) -> None:
        data = Path(settings.data)
        data.mkdir(parents=True, exist_ok=True)
        link = settings.link
        clock = SystemClock(trusted=link.clock == "trusted")
        self.zone = ZoneInfo(settings.site.zone)
        self.parts: dict[str, Part] = {}
        self._open: tuple[int, int] | None = None
        self._wrong_bits = 0
        self._has_tags = bool(settings.reader.port)
        self._scanners = tuple(scanner.name for scanner in settings.scanners)
        self.journal = Journal.open(settings.in_data("journal.sqlite"), kiosk=link.device)
        self.system = open_system(settings)
        self.desk = open_desk(settings, self.journal, self.system)
        self.ledger = Ledger(settings.in_data("ledger.sqlite"), clock)
        parts = (("camera", settings.camera.source), ("rfid", settings.reader.port), ("scanner", settings.scanners))
        info = Info(
            kind="kiosk",
            name=settings.name,
            software=software_version(),
            capabilities=tuple(name for name, source in parts if source),
        )
        self.link = Link(
            link,
            self.ledger,
            info,
            clock=clock,
            parts=self._parts,
            alerts=("help", "screen", "library", "conflicts", "security"),
        )

    def _parts(self) -> Mapping[str, Part]:
        return dict(self.parts)

    def part(self, name: str, state: str, why: str = "") -> None:
        """A part of the kiosk is in another state: the desk hears it at once."""
        old = self.parts.get(name)
        if old is None or (old.state, old.why) != (state, why):
            since = old.since if old is not None and old.state == state else int(time.time() * 1000)
            self.parts[name] = Part(state=state, since=since, why=why)
            self.link.health()

    def tell_open(self) -> None:
        """The desk learns how many operations wait for the library system, and how many for staff."""
        left = self.journal.unsettled()
        conflicts = sum(entry.state == Progress.CONFLICT for entry in left)
        if (len(left), conflicts) == self._open:
            return
        self._open = (len(left), conflicts)
        waiting = len(left) - conflicts
        said = [f"{waiting} to be replayed"] if waiting else []
        said += [f"{conflicts} for staff to settle: pustaka journal conflicts"] if conflicts else []
        self.part("journal", "conflict" if conflicts else "waiting" if waiting else "ok", ", ".join(said))
        since = int(time.time() * 1000)
        alert = Alert(what=f"Operations that only staff can settle: {conflicts}", since=since)
        self.link.alert("conflicts", alert if conflicts else None)

    def tell_wrong_bits(self, tags: int) -> None:
        """The desk learns how many tags have the wrong security bit: the number alone."""
        self._wrong_bits = tags
        if not tags and not self._has_tags:
            return  # a kiosk without a reader has nothing to say about tags
        said = f"{tags} {'tag has' if tags == 1 else 'tags have'} the wrong alarm bit: pustaka journal security list"
        self.part("security", "wrong" if tags else "ok", said if tags else "")
        since = self.parts["security"].since
        self.link.alert("security", Alert(what=said, since=since) if tags else None)

    def standing(self) -> Standing:
        """How each part of the kiosk is, and what is still open: what staff see here."""
        told = {Told.CAMERA: ("camera",), Told.READER: ("reader",), Told.SCANNER: self._scanners,
                Told.LIBRARY: ("library",)}  # fmt: skip
        parts = dict(self.parts)
        states = {part: [parts[name].state for name in names if name in parts] for part, names in told.items()}
        known = [(part, all(state == "ok" for state in found)) for part, found in states.items() if found]
        left, conflicts = self._open or (0, 0)
        return Standing((*known, (Told.NETWORK, self.link.online)), left - conflicts, conflicts, self._wrong_bits)

    def transaction(self, op: str, result: str, code: str | None) -> None:
        """A line for the ledger. A ledger that cannot be written must not stop the lending."""
        try:
            self.ledger.append(Kind.TRANSACTION, Transaction(op=op, result=result, code=code))
        except LinkFault as error:
            log.error("the ledger cannot be written: %s", error)
            self.part("ledger", "failed", "cannot be written: is the disk full?")
        else:
            self.link.kick()

    def close(self) -> None:
        """Say goodbye and close every file."""
        self.link.stop()
        self.ledger.close()
        self.system.close()
        self.journal.close()
