"""M100/QM100 and R200 UHF modules: which commands make a pad.

A round is a multi poll of one round, because a single poll cannot be stopped when a book has to be written, and a
stream of rounds cannot be told apart: nothing marks where one ends, so nobody could say "heard in 2 of 3", nor that a
name was heard twice in one. Its end is a silence of :data:`GAP`, of which the module spends about half on the empty
slots behind the last tag; with ten tags that is a tenth of a round, and the line carries one tag while the next is in
the air. A tag that a round brings onto the pad is told at once, in the middle of it; and orders need not wait for the
end of a round, since it is listened to in slices (:data:`SLICE`), and a slice without news proves nothing. A pad that
lies still is looked at some 4 times a second (its ``rest``), which ten tags make about 40 notices of 28 bytes; flat out
they would be 90.
"""

from __future__ import annotations

from typing import Final, TypeVar

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.framing import Noise
from devices.rfid.pad import LINGER
from devices.rfid.port import Port
from devices.rfid.protocols.m100 import commands as m100
from devices.rfid.protocols.m100.commands import Dialect, ErrorCode, Failure, TagError
from devices.rfid.protocols.m100.frames import Frame, new_parser
from devices.rfid.settings import ReaderSettings
from devices.rfid.sightings import Heard
from devices.rfid.uhf import Target, UhfFamily, Words
from devices.rfid.uhf_settings import REGIONS, region

#: Seconds to wait for an answer; a tag may take 20 ms to store a word.
PATIENCE: Final = 0.4
PROBE_PATIENCE: Final = 0.2
#: Seconds until the first tag of a round, or the word that there is none; a module that hops looks for a free channel.
FIRST: Final = 0.3
#: Seconds of silence that end a round: more than 16 empty slots, and than the 16 ms that FTDI chips hold bytes back. In
#: a long round it is a tenth of the time it has taken, up to the most: with many tags the slots are many, and a command
#: that comes too soon is not heard.
GAP: Final = 0.018
GAP_SHARE: Final = 0.1
GAP_MOST: Final = 0.15
#: Seconds of a round between looks whether there is an order; the module goes on by itself meanwhile.
SLICE: Final = 0.03
#: Seconds after which nobody is thought to be there: the module rests for a slice behind every empty round.
AWAY: Final = 10.0
#: dBm that a setting is kept within before the module judges it; most take 15 to 26 (rfid-r200).
POWERS: Final = (-9.0, 30.0)
#: What is wrong for good. A command that arrived damaged is refused as unknown, so that is not.
_UNFIT: Final = frozenset({ErrorCode.BAD_PARAMETER, ErrorCode.EAS_NOT_SECURED, ErrorCode.ACCESS_DENIED})
_TAG_UNFIT: Final = frozenset({TagError.NO_SUCH_MEMORY})

T = TypeVar("T")


class M100Family(UhfFamily):
    """Speaks :mod:`devices.rfid.protocols.m100` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._region = region(settings)
        self._power = settings.uhf.power_dbm
        self._port = port
        self._parser = new_parser()
        self._exchange = Exchange(port, self._parser)
        self._dialect = Dialect.M100
        self._running = False  # a round, as far as we know
        self._began = 0.0  # when it was
        self._sound = True  # nothing of it was damaged
        self._told = False  # it has told of a tag, or that there is none
        self._lain = port.clock() - LINGER  # when tags lay on the pad, in a round that heard none
        self._aimed: Target | None = None

    def hello(self) -> str | None:
        for dialect in (*Dialect, *Dialect):
            self._dialect = dialect
            self._ask(m100.Stop(), PROBE_PATIENCE)  # it may be polling still, for whoever had it before
            found = self._ask(m100.Info(), PROBE_PATIENCE)
            if isinstance(found, m100.Text):
                return self._set_up(found.text)
        return None

    def inventory(self) -> tuple[str, ...] | Lapse:
        self._aimed = None
        heard = self._running
        if not self._running:
            self._exchange.send(m100.encode(m100.MultiPoll(1), self._dialect))
            self._sightings.begin()
            self._running = self._sound = True
            self._told = False
            self._began = self._port.clock()
        start = now = quiet = self._port.clock()
        wait = self._gap(now) if heard else FIRST
        while now - start < SLICE or not heard:
            held = self._parser.pending
            found = self._exchange.hear(quiet + wait - now)
            now = self._port.clock()
            if found or self._parser.pending != held:
                heard, wait, quiet = True, self._gap(now), now
            elif now - quiet >= wait:
                return self._close(heard)
            news, over = self._take(found)
            if over is not None:
                return self._nobody() if over is ErrorCode.NO_TAG else self._broken_off()
            if news:
                return self._sightings.present
        return Lapse.OTHER  # the round goes on, and nothing has changed

    def read_words(self, target: Target, bank: int, first: int, count: int) -> Words | Lapse:
        if (lapse := self._aim(target)) is not None:
            return lapse
        found = self._ask(m100.Read(bank, first, count))
        if isinstance(found, m100.Words):
            return Words(found.data, found.epc) if target.fits(found.epc) else self._astray()
        return self._lapse(found)

    def write_words(self, target: Target, bank: int, first: int, data: bytes) -> Lapse | None:
        return self._written(target, m100.Write(bank, first, data))

    def write_eas(self, target: Target, armed: bool) -> Lapse | None:
        return self._written(target, m100.ChangeEas(armed))

    # Rounds.

    def _gap(self, now: float) -> float:
        return max(GAP, min((now - self._began) * GAP_SHARE, GAP_MOST))

    def _take(self, found: list[Frame | Noise]) -> tuple[bool, ErrorCode | None]:
        """Whether what came brings a tag onto the pad, and with which error it ended the round, if it did.

        A sound frame that tells of no tag is no damage: a late answer, or a tag that answers as none should.
        """
        news, over = False, None
        for one in found:
            if isinstance(one, Noise):
                self._sound = False
            elif (tag := m100.notice(one)) is not None:
                self._told = True
                news |= self._sightings.hear(Heard(tag.epc, tag.pc, tag.rssi))
            elif isinstance(failed := m100.parse(m100.MultiPoll(), one), Failure):
                over = failed.error
        return news, over

    def _close(self, heard: bool) -> tuple[str, ...] | Lapse:
        """The round is over, or was never begun."""
        self._running = False
        if not heard:
            return Lapse.SILENT
        self._sightings.close(whole=self._told and self._sound and not self._parser.pending)
        return self._sightings.present

    def _nobody(self) -> tuple[str, ...] | Lapse:
        """A round without a tag. The next follows at once, unless tags lay there a moment ago or none for long."""
        now = self._port.clock()
        self._lain = now if self._sightings.occupied else self._lain
        self._told = True
        found = self._close(heard=True)
        if not LINGER < now - self._lain < AWAY:
            self._port.rest(SLICE)
        return found

    def _broken_off(self) -> Lapse:
        self._running = False
        self._sightings.close(whole=False)
        return Lapse.REFUSED

    def _settle(self) -> Lapse | None:
        """End the round that runs: a module that polls hears nothing else."""
        if not self._running:
            return None
        self._running = False

        def answer(frame: Frame) -> m100.Done | Failure | None:
            if (tag := m100.notice(frame)) is not None:
                self._sightings.hear(Heard(tag.epc, tag.pc, tag.rssi))
            return m100.parse(m100.Stop(), frame)

        found = self._exchange.ask(m100.encode(m100.Stop(), self._dialect), answer, PATIENCE)
        self._sightings.close(whole=False)
        return None if isinstance(found, m100.Done) else self._lapse(found)

    # One tag.

    def _written(self, target: Target, command: m100.Command[m100.Written]) -> Lapse | None:
        self._aimed = None  # a module that was reset has forgotten: never write on an old word
        if (lapse := self._aim(target)) is not None:
            return lapse
        found = self._ask(command)
        if isinstance(found, m100.Written):
            return None if target.fits(found.epc) else self._astray()
        return self._lapse(found)

    def _aim(self, target: Target) -> Lapse | None:
        """Select the tag, unless nothing came between since it was."""
        if (lapse := self._settle()) is not None:
            return lapse
        if self._aimed != target:
            found = self._ask(m100.Select(target.mask, target.bits))
            if not isinstance(found, m100.Done):
                return self._lapse(found)
            self._aimed = target
        return None

    def _astray(self) -> Lapse:
        """Another tag answered: the module has lost its selection."""
        self._aimed = None
        return Lapse.OTHER

    def _lapse(self, found: object) -> Lapse:
        self._aimed = None
        if isinstance(found, Lapse):
            return found
        if not isinstance(found, Failure):
            return Lapse.OTHER
        if found.tag is TagError.LOCKED:
            return Lapse.LOCKED
        return Lapse.UNFIT if found.error in _UNFIT or found.tag in _TAG_UNFIT else Lapse.REFUSED

    # The module.

    def _set_up(self, hardware: str) -> str:
        self._running, self._aimed = False, None
        self._ask(m100.SelectMode(2))  # rounds must hear every tag, whatever was selected before
        if self._region is not None:
            self._ask(m100.SetRegion(self._region))
            self._ask(m100.AutoHop())
        if self._power is not None:
            self._ask(m100.SetPower(max(POWERS[0], min(self._power, POWERS[1]))))
        software, power = self._ask(m100.Info(1)), self._ask(m100.GetPower())
        words = [f"UHF module {hardware}"]
        words += [f"firmware {software.text}"] if isinstance(software, m100.Text) else []
        words += [f"{power.dbm:g} dBm"] if isinstance(power, m100.Power) else []
        if self._region is not None:
            region = self._ask(m100.GetRegion())
            words += [_region_name(region.value)] if isinstance(region, m100.Number) else []
        return ", ".join(words)

    def _ask(self, command: m100.Command[T], patience: float = PATIENCE) -> T | Failure | Lapse:
        sent = m100.encode(command, self._dialect)
        return self._exchange.ask(sent, lambda frame: m100.parse(command, frame), patience)


def _region_name(number: int) -> str:
    return next((name for name, known in REGIONS["m100"].items() if known == number), f"region {number}")
