"""What is a FEIG OBID reader's own: lists in pieces and lists once, blocks turned round, silence at damage, TCP.

The desk is the ID ISC.MR101 unless it says otherwise; the ID CPR is as it comes from the factory.
"""

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from desks import HfDesk, item_id
from station import Station

from devices.emulators.faults import Fault
from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import ReaderState, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.families.feig import FeigFamily
from devices.rfid.family import Lapse, line_settings
from devices.rfid.hf import TagFacts
from devices.rfid.port import Port, PortLost
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Note
from devices.rfid.tags.recognise import recognise

MR101 = HfDesk("feig", read_code=0x23, write_code=0x27, verify_code=0x2B, most=105)
CPR = HfDesk("feig-cpr", read_code=0x23, write_code=0x27, verify_code=0x2B, most=500)
BOTH_ALARMS = {"security": "iso+eas"}
RF_RESET, PRESENT, INVENTORY = "05FF69", "06FF52", "07FFB00100"


@pytest.fixture(scope="module", params=[MR101], ids=str)
def desk(request):
    """Which desk a test wants."""
    return request.param


def with_desk(*desks):
    return pytest.mark.parametrize("desk", desks, indirect=True, ids=str, scope="module")


def said(station, way, start):
    """Frames on the line that begin so. There may be some of the test before."""
    return [frame for frame in station.pad.frames() if frame.way == way and frame.hex.startswith(start)]


def new(station, way, start):
    """Wait for a frame that begins so."""
    before = max((frame.at for frame in station.pad.frames()), default=0.0)
    station.until(lambda: any(frame.at > before for frame in said(station, way, start)), f"{start} from the {way}")


@with_desk(CPR)
def test_tags_that_are_listed_only_once_stay_on_the_pad(station):
    """CFG5, ONT: the driver finds out, and resets the field before each list."""
    station.make(1, 2, 3)
    station.pad.define_tag(TagState(uid="04112233445566", kind=Kind.CARD))
    station.pad.put("04112233445566")
    station.ready()
    station.lay(1, 2)
    for number in (1, 2):
        assert station.read(number).content.item_id == item_id(number)
    for _ in range(4):  # more than would make a tag leave
        new(station, "host", RF_RESET)
    rounds = [frame.hex for frame in station.pad.frames() if frame.way == "host"][-5:]
    assert all(one[:6] == RF_RESET or other[:6] == RF_RESET for one, other in pairwise(rounds))  # one list, not two
    station.lay(3)
    assert station.read(3).content.item_id == item_id(3)
    assert station.secure(1).ok
    assert [event for event in station.events if isinstance(event, TagLeft)] == []
    assert {event.uid for event in station.events if isinstance(event, TagArrived)} == {
        station.desk.uid(number) for number in (1, 2, 3)
    }
    mark = station.mark()
    station.take(2)
    station.left(2, mark)
    assert [type(event) for event in station.events[mark:]] == [TagLeft]


def test_a_list_in_pieces_is_one_list(station):
    """Status 94, and MODE 80 until it is over."""
    station.make(1, 2, 3, 4, 5)
    station.fault(Fault.MORE_DATA, times=None)
    station.lay(1, 2, 3, 4, 5)
    station.ready()
    for number in (1, 2, 3, 4, 5):
        assert station.read(number).content.item_id == item_id(number)
    assert said(station, "reader", "1B00B09402")
    for _ in range(4):
        new(station, "host", "07FFB00180")
    assert not [event for event in station.events if isinstance(event, TagLeft)]


def test_a_disturbed_radio_neither_lets_tags_leave_nor_makes_books_up(station):
    """Status 83: what is listed is there, what is not may be; what was read has to come twice."""
    station.make(1, 2)
    station.lay(1, 2)
    station.ready()
    for number in (1, 2):
        station.read(number)
    mark = station.mark()
    station.fault(Fault.RF_ERROR, times=2, command=0x01)
    new(station, "reader", "1100B083")
    station.fault(Fault.RF_ERROR, times=3, command=0x23)
    station.make(3)
    station.lay(3)
    assert station.read(3, mark).content.item_id == item_id(3)
    assert [type(event) for event in station.events[mark:]] == [TagArrived, TagRead]


def test_a_damaged_command_is_met_with_silence_and_harms_nobody(station):
    """3.1: no reply at all. The reader is there when asked, and is asked."""
    station.make(1, 2)
    station.lay(1)
    station.ready()
    station.read(1)
    mark = station.mark()
    station.fault(Fault.FLIP_HOST_BIT)
    new(station, "host", PRESENT)
    station.lay(2)
    assert station.read(2, mark).content.item_id == item_id(2)
    assert station.secure(1).ok
    assert station.states(mark) == []
    assert [type(event) for event in station.of(1, mark)] == [SecurityWritten]


def test_the_late_answer_of_one_tag_is_not_taken_for_anothers(station):
    """No answer to a read says whose it is, and this one comes when the next has been asked."""
    numbers = (1, 2, 3)
    station.make(*numbers)
    station.fault(Fault.LATE, command=0x23, ms=1300)
    station.lay(*numbers)
    station.ready()
    for number in numbers:
        assert station.read(number).content.item_id == item_id(number)
    assert len([event for event in station.events if isinstance(event, TagRead)]) == len(numbers)
    assert ReaderState.LOST not in station.states()


def test_the_driver_keeps_the_pause(desk, tmp_path):
    """Nothing it says falls into the reader's 5 ms."""
    station = Station(desk, tmp_path)
    station.begin()
    station.make(1, 2)
    station.ready()
    station.lay(1, 2)
    for number in (1, 2):
        station.read(number)
        assert station.secure(number).ok
    assert not said(station, "ignored", "")
    station.end()
    station.close()


@with_desk(replace(MR101, more=BOTH_ALARMS), replace(CPR, more=BOTH_ALARMS))
def test_afi_and_alarm_bit_together(station):
    """By the custom command, or by the transparent one where the firmware has lost it."""
    station.make(1, eas=True)
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).ok
    assert (station.truth(1).afi, station.truth(1).eas) == (0xC2, False)
    assert station.secure(1, armed=True).ok
    assert (station.truth(1).afi, station.truth(1).eas) == (0x07, True)
    code = {"feig": "FFB104A3", "feig-cpr": "FFBF020003021F22A3"}[station.desk.protocol]
    assert any(code in frame.hex for frame in station.pad.frames() if frame.way == "host")


def test_the_same_over_tcp(tmp_path):
    """A LAN reader: the same frames; it goes, and comes back."""
    station = Station(MR101, tmp_path, tcp=True)
    station.begin()
    station.make(1, 2)
    station.lay(1, 2)
    station.ready()
    assert station.read(1).content.item_id == item_id(1)
    assert station.secure(2).ok
    assert station.armed(2) is False
    mark = station.mark()
    station.pad.hang_up()
    station.state(ReaderState.LOST, mark)
    mark = station.mark()
    station.pad.come_back()
    station.state(ReaderState.READY, mark)
    assert station.read(2, mark).content.item_id == item_id(2)
    station.end()
    station.close()


# The family itself, for the tagging station.

UID = "E00401003123AA26"
MEMORY = iso28560_3.encode("20260001", "ID-SMR01").ljust(112, b"\0")


@pytest.fixture
def family(request, tmp_path):
    """The family on an open port, and the pad with one tag on it."""
    pad = ReaderEmulator(tmp_path, protocol=request.param, seed=1, speed=8.0)
    pad.start()
    pad.define(UID, MEMORY)
    pad.put(UID)
    settings = ReaderSettings(port=pad.port, protocol="feig")
    port = Port.open(pad.port, line_settings(settings), time.monotonic)
    family = FeigFamily(port, settings)
    yield family, pad
    port.close()
    pad.stop()


@pytest.mark.parametrize(
    ("family", "name"),
    [("feig", "FEIG ID ISC.MR101-A, firmware 4.03"), ("feig-cpr", "FEIG ID CPR.M02, firmware 2.16")],
    indirect=["family"],
)
def test_it_says_who_it_is(family, name):
    assert family[0].hello() == name


@pytest.mark.parametrize("family", ["feig-cpr"], indirect=True)
def test_a_pile_of_which_not_all_can_be_found_at_once(family):
    """The CPR keeps found tags quiet, so each list goes on where time ran out; none is missed meanwhile."""
    reader, pad = family
    reader.hello()
    there = {UID, *(CPR.key(number) for number in range(250))}
    for number in range(250):
        pad.define_tag(CPR.tag(number))
        pad.put(CPR.key(number))
    first, second, third, anew = (reader.inventory() for _ in range(4))
    assert 100 < len(first) < len(second) < 251
    assert set(first) < set(second) < set(third) == there
    assert set(anew) == there
    pad.take_all()
    gone = [reader.inventory() for _ in range(3)]
    assert gone[-1] == ()


@pytest.mark.parametrize("family", ["feig"], indirect=True)
def test_a_long_list_is_answered_in_an_advanced_frame(family):
    """By the reader itself; the commands stay standard ones."""
    reader, pad = family
    reader.hello()
    for number in range(25):
        pad.define_tag(MR101.tag(number))
        pad.put(MR101.key(number))
    assert set(reader.inventory()) == {UID, *(MR101.key(number) for number in range(25))}
    command, answer = pad.frames()[-2:]
    assert command.hex == INVENTORY + "1C56"
    assert (answer.hex[:2], int(answer.hex[2:6], 16)) == ("02", len(answer.hex) // 2)
    assert len(answer.hex) // 2 > 255


@pytest.mark.parametrize("family", ["feig-cpr"], indirect=True)
def test_a_list_that_was_lost_is_taken_again(family):
    """Whoever was on it has been told to be quiet, and was never heard of."""
    reader, pad = family
    reader.hello()
    pad.fault(Fault.DROP_BYTE, command=0x01)
    assert isinstance(reader.inventory(), Lapse)
    assert reader.inventory() == (UID,)


@pytest.mark.parametrize("family", ["feig-scanning"], indirect=True)
def test_a_reader_in_scan_mode_is_said_to_be(family):
    reader, _ = family
    with pytest.raises(PortLost, match="scan mode"):
        reader.hello()


@pytest.mark.parametrize("family", ["feig"], indirect=True)
def test_a_reader_that_begins_anew_gives_what_it_can(family):
    """What a list that never comes through lacks, three times in a row, is not there."""
    reader, pad = family
    reader.hello()
    pad.define("E00401003123AA27", MEMORY)
    pad.put("E00401003123AA27")
    both = (UID, "E00401003123AA27")
    assert reader.inventory() == both
    pad.fault(Fault.RF_ERROR, times=None, command=0x01)
    lists = [reader.inventory() for _ in range(4)]
    assert lists == [both, both, both, (UID,)]


@pytest.mark.parametrize("family", ["feig"], indirect=True)
def test_the_memory_is_what_is_on_the_tag(family):
    """All of it, in as many commands as it takes; what is written comes back, and is not turned for others."""
    reader, pad = family
    reader.hello()
    assert reader.read_blocks(UID, 0, 28) == MEMORY
    assert reader.read(UID).notes == ()
    data = bytes(range(1, 109))
    assert reader.write_blocks(UID, 1, data) is None
    assert reader.read_blocks(UID, 1, 27) == data
    (tag,) = pad.tags()
    assert bytes.fromhex(tag.memory) == MEMORY[:4] + data
    assert reader.facts(UID) == TagFacts(UID, 0x3E, 0x07, 4, 28)
    assert reader.write_dsfid(UID, 6) is None
    assert reader.facts(UID) == TagFacts(UID, 6, 0x07, 4, 28)


@pytest.mark.parametrize("family", ["feig-straight"], indirect=True)
def test_a_model_that_does_not_turn_blocks_is_right_by_the_tags_note(family):
    """Every tag then looks written backwards; whoever writes by that note writes what was meant."""
    reader, pad = family
    reader.hello()
    content = reader.read(UID)
    assert (content.item_id, content.notes) == ("20260001", (Note.BLOCKS_REVERSED,))
    wanted = iso28560_3.encode("20260002", "ID-SMR01", size=32)
    assert reader.write_blocks(UID, 0, iso28560_3.reverse_blocks(wanted)) is None
    (tag,) = pad.tags()
    assert recognise(bytes.fromhex(tag.memory)).item_id == "20260002"
    assert recognise(bytes.fromhex(tag.memory)).notes == ()
