"""What happens at a UHF desk alone: tags are heard that do not lie there, and the alarm is a part of a tag's name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import serial
from desks import UhfDesk, item_id
from station import DEADLINE, Station

from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK, Kind, TagState
from devices.rfid.events import ReaderState, SecurityProblem, SecurityWritten, TagArrived, TagRead
from devices.rfid.families.m100 import M100Family
from devices.rfid.family import Lapse
from devices.rfid.port import LineSettings, Port
from devices.rfid.settings import ReaderSettings, UhfSettings
from devices.rfid.tags.content import Problem


@dataclass(frozen=True)
class Site(UhfDesk):
    """A desk with a site's own settings, and tags whose EPC is this with their number behind it."""

    uhf: UhfSettings = field(default_factory=UhfSettings)
    start: str = ""

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        return ReaderSettings(port=port, protocol="m100", baud=baud, uhf=self.uhf)

    def epc(self, number: int) -> bytes:
        return bytes.fromhex(self.start) + number.to_bytes(1, "big") if self.start else super().epc(number)

    def uid(self, number: int) -> str:
        return self.epc(number).hex().upper() if self.start else super().uid(number)


def site(protocol: str = "m100", start: str = "", **uhf: Any) -> Site:
    return Site(protocol, read_code=0x39, write_code=0x49, verify_code=0x39, uhf=UhfSettings(**uhf), start=start)


STOP = "BB00280000287E"
Open = Callable[..., Station]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Station]]:
    """One process for most of these."""
    stations: dict[str, Station] = {}
    yield stations
    for station in stations.values():
        station.close()


@pytest.fixture
def desk(shared: dict[str, Station], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """A desk as a site has it: on the shared emulator, or on its own if it needs options."""
    opened: list[tuple[Station, bool]] = []

    def open_one(at: Site | None = None, **options: Any) -> Station:
        at = at or site()
        own = bool(options) or at.protocol != "m100"
        station = None if own else shared.get("m100")
        if station is None:
            station = Station(at, tmp_path_factory.mktemp("uhf"), **options)
        if not own:
            shared["m100"] = station
        station.desk = at
        station.begin()
        opened.append((station, own))
        return station

    yield open_one
    for station, own in opened:
        station.end()
        if own:
            station.close()


def sent(station: Station, since: float) -> list[str]:
    """What the driver has sent since then, seconds since 1970."""
    return [frame.hex for frame in station.pad.frames() if frame.way == "host" and frame.at >= since]


def notices(station: Station, number: int) -> int:
    """How often the module has told of a tag, as far back as the emulator remembers."""
    epc = station.truth(number).epc
    return sum(epc in frame.hex for frame in station.pad.frames() if frame.way == "reader")


# Who lies there.


def test_a_neighbours_bag_never_arrives(desk):
    """It is heard in every round, as strong as 10 dB below the threshold lets it be."""
    station = desk()
    station.make(1)
    station.make(2, 3, rssi=-73)
    station.lay(1, 2, 3)
    station.ready()
    station.read(1)
    heard = notices(station, 2)
    station.until(lambda: notices(station, 2) > heard + 8, "eight more rounds")
    assert station.of(2) == station.of(3) == []
    assert station.secure(2).why == SecurityProblem.LEFT
    assert station.armed(2) is True


def test_a_tag_heard_in_one_of_three_rounds_never_arrives(desk):
    """A script lays it down for every third round."""
    script = [f"tag N {site().key(2)}"]
    script += [f"after inventory {turn} put N\nafter inventory {turn + 1} take N" for turn in range(6, 48, 3)]
    station = desk(script="\n".join(script))
    station.make(1, 2)
    station.lay(1)
    station.ready()
    station.until(lambda: notices(station, 2) >= 10, "ten rounds that hear it")
    assert station.read(1).content.item_id == item_id(1)
    assert station.of(2) == []
    assert [type(event) for event in station.of(1)] == [TagArrived, TagRead]


def test_the_alarm_is_a_part_of_the_epc_and_the_tag_stays_the_same(desk):
    station = desk()
    station.make(1, 2)
    station.lay(1, 2)
    station.ready()
    for number in (1, 2):
        station.read(number)
    before = station.truth(1).epc
    for armed in (False, True, False):
        assert station.secure(1, armed=armed).ok
        heard = notices(station, 1)
        station.until(lambda heard=heard: notices(station, 1) > heard + 4, "some rounds")
    assert station.truth(1).epc != before
    assert [type(event) for event in station.of(1)] == [TagArrived, TagRead, *[SecurityWritten] * 3]
    assert [type(event) for event in station.of(2)] == [TagArrived, TagRead]


def test_a_round_is_broken_off_for_an_order(desk):
    """Thirty tags make a round of a quarter of a second, and the order comes in the middle of one."""
    station = desk()
    numbers = tuple(range(30))
    station.make(*numbers)
    station.lay(*numbers)
    station.ready()
    greeted = time.time()
    first = station.wait(TagRead)
    number = next(number for number in numbers if station.desk.uid(number) == first.uid)
    assert station.secure(number).ok
    for other in numbers:
        station.read(other)
    assert STOP in sent(station, greeted)
    arrived = [event for event in station.events if isinstance(event, TagArrived)]
    assert len(arrived) == len(numbers)
    assert [number for number in numbers if not station.armed(number)] == [number]


def test_damaged_notices_are_made_up_for(desk):
    station = desk()
    station.make(*range(5))
    station.fault(Fault.FLIP_BIT, times=12, command=0x27)
    station.lay(*range(5))
    station.ready()
    for number in range(5):
        assert station.read(number).content.item_id == item_id(number)
    assert station.states() == [ReaderState.CONFIGURED, ReaderState.OPENING, ReaderState.READY]


def test_noise_proves_nothing(desk):
    """For a dozen rounds every notice is damaged; nobody leaves, and nobody is called anything else."""
    station = desk()
    station.make(*range(3))
    station.lay(*range(3))
    station.ready()
    for number in range(3):
        station.read(number)
    began, mark = time.time(), station.mark()
    station.fault(Fault.FLIP_BIT, times=None, command=0x27)
    station.until(lambda: len(sent(station, began)) > 12, "a dozen rounds")
    station.fault(Fault.FLIP_BIT, times=0)
    assert station.secure(0).ok
    assert [type(event) for event in station.events[mark:]] == [SecurityWritten]


# Which tag is written.


def test_a_tag_is_selected_anew_for_every_write(desk):
    """A module that was without power for a moment has forgotten, and would write to any tag."""
    station = desk()
    station.make(1, 2)
    station.lay(1, 2)
    port = Port.open(station.pad.port, LineSettings(115200), time.monotonic)
    try:
        reader = M100Family(port, station.desk.settings(station.pad.port))
        assert reader.hello()
        station.until(lambda: set(_seen(reader.inventory())) == {station.desk.uid(1), station.desk.uid(2)}, "both")
        began = time.time()
        for armed in (False, True):
            assert reader.write_security(station.desk.uid(1), armed) is None
            assert reader.read_security(station.desk.uid(1)) is armed
        selects = [frame for frame in sent(station, began) if frame.startswith("BB000C")]
        assert len(selects) == 2  # and not one more for what is read back
    finally:
        port.close()


def _seen(found: tuple[str, ...] | Lapse) -> tuple[str, ...]:
    return () if isinstance(found, Lapse) else found


def test_of_two_tags_with_one_epc_neither_is_written(desk):
    station = desk()
    station.make(1)
    twin = TagState(uid="E2801105207777777777", kind=Kind.UHF, epc=station.truth(1).epc, pc=0x4000)
    station.pad.define_tag(twin)
    station.lay(1)
    station.pad.put(twin.uid)
    station.ready(secure_tries=4)
    station.read(1)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert {station.armed(1)} | {station.desk.armed(tag) for tag in station.pad.tags() if tag.uid == twin.uid} == {True}
    # One is taken away, and what is left can be told apart again.
    station.pad.take(twin.uid)
    heard = notices(station, 1)
    station.until(lambda: notices(station, 1) > heard + 4, "rounds with one of them")
    assert station.secure(1).ok
    assert station.armed(1) is False
    assert next(tag for tag in station.pad.tags() if tag.uid == twin.uid).epc == twin.epc


def test_a_twin_too_faint_to_lie_there_counts(desk):
    station = desk()
    station.make(1)
    twin = TagState(uid="E2801105207777777778", kind=Kind.UHF, epc=station.truth(1).epc, pc=0x4000, rssi=-80)
    station.pad.define_tag(twin)
    station.lay(1)
    station.pad.put(twin.uid)
    station.ready(secure_tries=3)
    station.read(1)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert station.armed(1) is True


def test_a_twin_on_loan_among_books_in_the_library_counts(desk):
    """Their EPCs differ in the alarm bit, and in nothing that names them."""
    station = desk()
    station.make(1)
    epc = station.truth(1).epc[:-2] + "00"
    station.pad.define_tag(TagState(uid="E2801105207777777779", kind=Kind.UHF, epc=epc, pc=0x4000))
    station.lay(1)
    station.pad.put("E2801105207777777779")
    station.ready(secure_tries=3)
    station.read(1)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert station.armed(1) is True


def test_a_tag_whose_epc_begins_another_is_not_written(desk):
    """A selection of the shorter one would fit the longer one, too."""
    station = desk(site(start="E2003411B802011383258566E0", alarm="afi"))
    station.make(1, 2)
    longer = TagState(uid="E280110520999999", kind=Kind.UHF, epc=station.desk.epc(1).hex() + "0102", pc=0x4000)
    station.pad.define_tag(longer)
    station.lay(1, 2)
    station.pad.put(longer.uid)
    station.ready(secure_tries=3)
    for number in (1, 2):
        station.read(number)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert station.secure(2).ok
    assert (station.truth(1).pc, station.truth(2).pc & 0xFF) == (station.desk.tag(1).pc, 0xC2)
    assert next(tag for tag in station.pad.tags() if tag.uid == longer.uid).pc == 0x4000


# Where the alarm lives.


def test_the_alarm_as_an_afi_in_the_pc(desk):
    """Tags that no layout explains are named by their EPC; a table may say what they are."""
    station = desk(site(start="E2003411B802011383258566E0", alarm="afi"))
    station.make(1, 2)
    station.lay(1, 2)
    station.ready()
    read = station.read(1)
    assert (read.uid, read.problem) == (station.truth(1).epc.upper(), Problem.UNKNOWN_MODEL)
    assert station.secure(1).ok
    assert station.truth(1).pc & 0x01FF == 0x01C2
    assert station.secure(1, armed=True).ok
    assert station.truth(1).pc & 0x01FF == 0x0107
    assert station.truth(2).pc == station.desk.tag(2).pc
    assert [type(event) for event in station.of(1)] == [TagArrived, TagRead, *[SecurityWritten] * 2]


def test_the_alarm_as_nxps_bit(desk):
    station = desk(site(alarm="eas"))
    station.make(1, 2)
    station.make(3, eas_able=False)
    station.lay(1, 2, 3)
    station.ready(secure_tries=3)
    for number in (1, 2, 3):
        station.read(number)
    assert station.secure(1, armed=True).ok
    assert [station.truth(number).eas for number in (1, 2)] == [True, False]
    assert station.secure(1).ok
    assert station.truth(1).eas is False
    station.fault(Fault.AFI_UNCHANGED, times=None)
    assert station.secure(2, armed=True).why == SecurityProblem.UNCHANGED
    assert not station.secure(3, armed=True).ok


def test_a_tag_without_a_place_for_the_alarm(desk):
    station = desk(site(start="E2003411B802011383258566E0"))
    station.make(1)
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).why == SecurityProblem.UNFIT


def test_a_site_without_gates_writes_nothing(desk):
    station = desk(site(alarm="none"))
    station.make(1)
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).ok
    assert station.armed(1) is True


def test_a_locked_epc_is_given_up_at_once(desk):
    station = desk()
    station.make(1, locked=(AFI_LOCK,))
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).why == SecurityProblem.LOCKED


# The module.


def test_the_other_dialect(desk):
    station = desk(site("r200"))
    station.make(1)
    station.lay(1)
    station.ready()
    assert station.read(1).content.item_id == item_id(1)
    assert station.secure(1).ok
    assert station.armed(1) is False
    assert all(frame.hex.startswith("AA") for frame in station.pad.frames()[-5:])


@pytest.mark.parametrize(("power", "sent"), [(22.5, "22.5 dBm"), (99.0, "20 dBm")])
def test_power_and_region_are_set_and_asked_for(desk, power, sent):
    """A power that the module refuses leaves it as it is, and the name says so."""
    station = desk(site(power_dbm=power, region="europe"))
    station.pad.restart()
    station.ready()
    why = station.state(ReaderState.READY).why
    assert why == f"UHF module M100 20dBm V1.0, firmware V2.3.5, {sent}, europe"


def test_a_module_that_somebody_left_polling(desk):
    station = desk()
    station.make(1)
    station.lay(1)
    with serial.Serial(station.pad.port, 115200, timeout=DEADLINE) as line:
        line.write(bytes.fromhex("BB00270003222710837E"))
        assert line.read(1) == b"\xbb"
    station.ready()
    assert station.read(1).content.item_id == item_id(1)


def test_a_region_that_there_is_not_is_named(desk):
    station = desk(site(region="mars"))
    station.look()
    why = station.state(ReaderState.LOST).why
    assert why.startswith("[reader.uhf] region 'mars': not known; known are china900, america")
