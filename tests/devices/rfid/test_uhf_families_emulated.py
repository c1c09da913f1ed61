"""UHF readers of the Chafon and A0 families over a real pty: tags come, are read, are disarmed and go.

What happens on a bad day is played for two of them in ``scenarios``; here is what these families have of their own.
"""

import msgspec
import pytest

from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK, Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import (
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.settings import ReaderSettings, UhfSettings
from devices.rfid.tags.content import Problem
from devices.rfid.tags.epc import pc_of
from devices.rfid.tags.epc.dortmund import Dortmund

WRITE = {"chafon18": 0x03, "chafon288": 0x03, "a0": 0x82}


def epc(number, armed=True):
    return Dortmund().encode(str(20260000 + number), "DE-290", armed=armed)


def key(number):
    """The tag in the emulated field."""
    return f"E280110520{number:014X}"


def name(number):
    """The tag as the driver names it."""
    return Dortmund().identity(epc(number))


def tag(number, **state):
    return TagState(uid=key(number), kind=Kind.UHF, epc=epc(number).hex().upper(), pc=pc_of(epc(number)), **state)


#: All three where they differ; the rest is shown with chafon18 here, and with the other two in the scenarios.
every = pytest.mark.parametrize("protocol", ["chafon18", "chafon288", "a0"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["chafon18"])
def protocol(request):
    return request.param


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory, protocol):
    pad = ReaderEmulator(tmp_path_factory.mktemp(protocol), protocol=protocol, seed=1)
    yield pad
    pad.stop()


@pytest.fixture
def reader_settings(protocol):
    return ReaderSettings(protocol=protocol, uhf=UhfSettings(power_dbm=22))


@pytest.fixture
def pad(bench):
    for number in range(1, 11):
        bench.pad.define_tag(tag(number))
    return bench.pad


def in_field(bench, number):
    found = next(one for one in bench.pad.tags() if one.uid == key(number))
    return Dortmund().armed(found.pc, bytes.fromhex(found.epc))


@every
def test_its_name_and_power(bench, protocol):
    bench.ready()
    ready = bench.back()
    assert (
        ready.why
        == {
            "chafon18": "UHFReader18, firmware 2.8, 22 dBm",
            "chafon288": "UHFReader288M, firmware 2.8, 22 dBm",
            "a0": "UHF reader (A0 protocol), firmware 1.9, 22 dBm",
        }[protocol]
    )


@every
def test_a_tag_arrives_is_read_and_leaves(bench, pad):
    bench.ready()
    pad.put(key(1))
    read = bench.read(name(1))
    assert read.content is not None
    assert (read.content.item_id, read.content.isil, read.problem) == ("20260001", "DE-290", "")
    pad.take(key(1))
    bench.left(name(1))
    assert [type(event) for event in bench.log.of(name(1))] == [TagArrived, TagRead, TagLeft]


def test_a_pile_comes_in_several_frames(bench, pad):
    """Ten tags: two frames of the Chafon families, the first with status 03, and eleven of A0."""
    for number in range(1, 11):
        pad.put(key(number))
    bench.ready()
    for number in range(1, 11):
        bench.read(name(number))
    assert not [event for event in bench.log.events if isinstance(event, TagLeft)]


def test_the_alarm_is_written_and_read_back(bench, pad):
    bench.ready()
    for number in (1, 2):
        pad.put(key(number))
        bench.read(name(number))
    assert bench.secure(name(1), False) == SecurityWritten(name(1), False, ok=True)
    assert (in_field(bench, 1), in_field(bench, 2)) == (False, True)
    assert bench.secure(name(1), True).ok
    assert in_field(bench, 1) is True
    assert not [event for event in bench.log.events if isinstance(event, TagLeft)]


@every
def test_the_alarm_in_the_pc(bench, pad):
    """Chafon's inventories do not tell the PC; it is read from the tag."""
    bench._settings = msgspec.structs.replace(bench._settings, uhf=UhfSettings(alarm="afi"))
    bench.ready()
    pad.put(key(1))
    bench.read(name(1))
    for armed, pc in ((False, 0x41C2), (True, 0x4107)):
        assert bench.secure(name(1), armed).ok
        assert next(one.pc for one in pad.tags() if one.uid == key(1)) == pc


def test_a_write_that_fails_a_few_times_is_tried_again(bench, pad, protocol):
    bench.ready()
    pad.put(key(1))
    bench.read(name(1))
    pad.fault(Fault.WRITE_FAILS, times=3, command=WRITE[protocol])
    assert bench.secure(name(1), False).ok
    assert in_field(bench, 1) is False


def test_a_locked_tag_is_given_up_at_once(bench, pad):
    pad.define_tag(tag(1, locked=(AFI_LOCK,)))
    bench.ready()
    pad.put(key(1))
    bench.read(name(1))
    assert bench.secure(name(1), False).why == SecurityProblem.LOCKED
    assert in_field(bench, 1) is True


@every
def test_a_line_that_garbles_keeps_the_pile(bench, pad):
    """A round of which something was lost proves nothing about the tags that were not in it."""
    for number in (1, 2, 3):
        pad.put(key(number))
    bench.ready()
    for number in (1, 2, 3):
        bench.read(name(number))
    mark = bench.log.mark()
    pad.fault(Fault.FLIP_BIT, times=3)
    pad.put(key(4))
    bench.read(name(4), mark)
    assert bench.secure(name(1), False).ok
    assert [event for event in bench.log.events[mark:] if isinstance(event, TagLeft)] == []


@every
def test_a_neighbours_bag_is_not_on_the_pad_where_strength_is_told(bench, pad, protocol):
    pad.define_tag(tag(1, rssi=-75))
    bench.ready()
    pad.put(key(1))
    if protocol == "chafon18":
        bench.read(name(1))  # nobody can know how far away it is
        return
    pad.put(key(2))
    bench.read(name(2))
    mark = bench.log.mark()
    pad.take(key(2))
    bench.left(name(2), mark)
    assert bench.log.of(name(1)) == []


@every
def test_an_epc_that_holds_a_whole_frame_is_an_epc(bench, pad, protocol):
    """A tag may hold anything, also the bytes of a command with the right checksum."""
    inside = {"chafon18": "04FF211995", "chafon288": "04FF211995", "a0": "A0030172EA"}[protocol]
    uid = f"00{inside}".ljust(24, "0")
    pad.define_tag(TagState(uid=key(20), kind=Kind.UHF, epc=uid))
    bench.ready()
    pad.put(key(20))
    assert bench.read(uid).problem == Problem.UNKNOWN_MODEL
    pad.put(key(1))
    bench.read(name(1))


def test_replug(bench, pad):
    bench.ready()
    pad.put(key(1))
    bench.read(name(1))
    mark = bench.log.mark()
    pad.restart()
    bench.left(name(1), mark)
    bench.back(mark)
    bench.read(name(1), mark)


@every
def test_a_power_that_it_cannot_have_is_named(bench, protocol):
    bench._settings = msgspec.structs.replace(bench._settings, uhf=UhfSettings(power_dbm=33))
    bench.ready()
    ready = bench.back()
    expected = "power not set: A parameter of the command was wrong." if protocol == "chafon18" else "33 dBm"
    assert expected in ready.why
