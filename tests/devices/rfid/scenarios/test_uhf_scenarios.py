"""What happens at a UHF desk alone: tags are heard that do not lie there, and the module has a life of its own."""

from __future__ import annotations

import time

import pytest
import serial
from desks import item_id
from station import DEADLINE
from uhf_site import notices, sent, site

from devices.emulators.faults import Fault
from devices.rfid.events import ReaderState, SecurityProblem, SecurityWritten, TagArrived, TagRead

STOP = "BB00280000287E"


# Who lies there.


def test_a_neighbours_bag_never_arrives(uhf_desk):
    """It is heard in every round, as strong as 10 dB below the threshold lets it be."""
    station = uhf_desk()
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


def test_a_tag_heard_in_one_of_three_rounds_never_arrives(uhf_desk):
    """A script lays it down for every third round."""
    script = [f"tag N {site().key(2)}"]
    script += [f"after inventory {turn} put N\nafter inventory {turn + 1} take N" for turn in range(6, 48, 3)]
    station = uhf_desk(script="\n".join(script))
    station.make(1, 2)
    station.lay(1)
    station.ready()
    station.until(lambda: notices(station, 2) >= 10, "ten rounds that hear it")
    assert station.read(1).content.item_id == item_id(1)
    assert station.of(2) == []
    assert [type(event) for event in station.of(1)] == [TagArrived, TagRead]


def test_the_alarm_is_a_part_of_the_epc_and_the_tag_stays_the_same(uhf_desk):
    station = uhf_desk()
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


def test_a_round_is_broken_off_for_an_order(uhf_desk):
    """Thirty tags make a round of a quarter of a second, and the order comes in the middle of one."""
    station = uhf_desk()
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


def test_damaged_notices_are_made_up_for(uhf_desk):
    station = uhf_desk()
    station.make(*range(5))
    station.fault(Fault.FLIP_BIT, times=12, command=0x27)
    station.lay(*range(5))
    station.ready()
    for number in range(5):
        assert station.read(number).content.item_id == item_id(number)
    assert station.states() == [ReaderState.CONFIGURED, ReaderState.OPENING, ReaderState.READY]


def test_noise_proves_nothing(uhf_desk):
    """For a dozen rounds every notice is damaged; nobody leaves, and nobody is called anything else."""
    station = uhf_desk()
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


# The module.


def test_the_other_dialect(uhf_desk):
    station = uhf_desk(site("r200"))
    station.make(1)
    station.lay(1)
    station.ready()
    assert station.read(1).content.item_id == item_id(1)
    assert station.secure(1).ok
    assert station.armed(1) is False
    assert all(frame.hex.startswith("AA") for frame in station.pad.frames()[-5:])


@pytest.mark.parametrize(("power", "sent"), [(22.5, "22.5 dBm"), (33.0, "20 dBm")])
def test_power_and_region_are_set_and_asked_for(uhf_desk, power, sent):
    """A power that the module refuses leaves it as it is, and the name says so."""
    station = uhf_desk(site(power_dbm=power, region="europe"))
    station.pad.restart()
    station.ready()
    why = station.state(ReaderState.READY).why
    assert why == f"UHF module M100 20dBm V1.0, firmware V2.3.5, {sent}, europe"


def test_a_module_that_somebody_left_polling(uhf_desk):
    station = uhf_desk()
    station.make(1)
    station.lay(1)
    with serial.Serial(station.pad.port, 115200, timeout=DEADLINE) as line:
        line.write(bytes.fromhex("BB00270003222710837E"))
        assert line.read(1) == b"\xbb"
    station.ready()
    assert station.read(1).content.item_id == item_id(1)
