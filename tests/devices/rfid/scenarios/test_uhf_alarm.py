"""At a UHF desk the alarm is a part of what names the tag: which tag is written, and where its alarm lives."""

from __future__ import annotations

import time

from uhf_site import notices, sent, site

from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK, Kind, TagState
from devices.rfid.events import SecurityProblem, SecurityWritten, TagArrived, TagRead
from devices.rfid.families.m100 import M100Family
from devices.rfid.family import Lapse
from devices.rfid.port import LineSettings, Port
from devices.rfid.tags.content import Problem

# Which tag is written.


def test_a_tag_is_selected_anew_for_every_write(uhf_desk):
    """A module that was without power for a moment has forgotten, and would write to any tag."""
    station = uhf_desk()
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


def test_of_two_tags_with_one_epc_neither_is_written(uhf_desk):
    station = uhf_desk()
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


def test_a_twin_too_faint_to_lie_there_counts(uhf_desk):
    station = uhf_desk()
    station.make(1)
    twin = TagState(uid="E2801105207777777778", kind=Kind.UHF, epc=station.truth(1).epc, pc=0x4000, rssi=-80)
    station.pad.define_tag(twin)
    station.lay(1)
    station.pad.put(twin.uid)
    station.ready(secure_tries=3)
    station.read(1)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert station.armed(1) is True


def test_a_twin_on_loan_among_books_in_the_library_counts(uhf_desk):
    """Their EPCs differ in the alarm bit, and in nothing that names them."""
    station = uhf_desk()
    station.make(1)
    epc = station.truth(1).epc[:-2] + "00"
    station.pad.define_tag(TagState(uid="E2801105207777777779", kind=Kind.UHF, epc=epc, pc=0x4000))
    station.lay(1)
    station.pad.put("E2801105207777777779")
    station.ready(secure_tries=3)
    station.read(1)
    assert station.secure(1).why == SecurityProblem.NOT_WRITTEN
    assert station.armed(1) is True


def test_a_tag_whose_epc_begins_another_is_not_written(uhf_desk):
    """A selection of the shorter one would fit the longer one, too."""
    station = uhf_desk(site(start="E2003411B802011383258566E0", alarm="afi"))
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


def test_the_alarm_as_an_afi_in_the_pc(uhf_desk):
    """Tags that no layout explains are named by their EPC; a table may say what they are."""
    station = uhf_desk(site(start="E2003411B802011383258566E0", alarm="afi"))
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


def test_the_alarm_as_nxps_bit(uhf_desk):
    station = uhf_desk(site(alarm="eas"))
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


def test_a_tag_without_a_place_for_the_alarm(uhf_desk):
    station = uhf_desk(site(start="E2003411B802011383258566E0"))
    station.make(1)
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).why == SecurityProblem.UNFIT


def test_a_site_without_gates_writes_nothing(uhf_desk):
    station = uhf_desk(site(alarm="none"))
    station.make(1)
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).ok
    assert station.armed(1) is True


def test_a_locked_epc_is_given_up_at_once(uhf_desk):
    station = uhf_desk()
    station.make(1, locked=(AFI_LOCK,))
    station.lay(1)
    station.ready()
    station.read(1)
    assert station.secure(1).why == SecurityProblem.LOCKED
