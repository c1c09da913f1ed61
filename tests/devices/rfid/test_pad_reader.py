"""The driver against an emulated reader, over a real pty at the line's real speed."""

import threading
import time

import pytest

from devices.emulators.faults import Fault
from devices.emulators.field import AFI_LOCK
from devices.rfid.errors import SetupError
from devices.rfid.events import (
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Problem

A, B, C = "E004010031230A01", "E004010031230B02", "E004010031230C03"


def test_a_pile_of_three(bench):
    bench.items(A, B, C)
    bench.ready()
    bench.put(A, B, C)
    for at, uid in enumerate((A, B, C)):
        arrived, read = bench.log.of(uid)
        assert arrived == TagArrived(uid)
        assert isinstance(read, TagRead)
        assert read.content is not None
        assert (read.content.item_id, read.content.isil, read.problem) == (f"BK{at:04d}", "ID-SMR01", "")
    bench.pad.take_all()
    for uid in (A, B, C):
        bench.left(uid)


def test_its_life_in_states(bench):
    bench.ready().stop()
    states = [event.state for event in bench.log.events if isinstance(event, ReaderChanged)]
    assert states == [ReaderState.CONFIGURED, ReaderState.OPENING, ReaderState.READY, ReaderState.STOPPED]


def test_tags_that_lie_there_already_are_found(bench):
    bench.items(A)
    bench.pad.put(A)
    bench.ready()
    bench.read(A)


def test_secure_and_read_back(bench):
    bench.items(A, B)
    bench.ready()
    bench.put(A, B)
    assert bench.secure(A, False) == SecurityWritten(A, False, ok=True)
    assert (bench.afi(A), bench.afi(B)) == (0xC2, 0x07)
    assert bench.secure(A, True).ok
    assert bench.afi(A) == 0x07


def test_a_small_letter_uid_is_the_same_tag(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    mark = bench.log.mark()
    bench.reader.secure(A.lower(), False)
    assert bench.log.wait(SecurityWritten, after=mark).ok


def test_a_tag_that_is_not_there_is_refused_at_once(bench):
    bench.ready()
    assert bench.secure(A, False) == SecurityWritten(A, False, ok=False, why=SecurityProblem.LEFT)


def test_a_tag_pulled_away_while_it_is_written(bench):
    bench.items(A, B)
    bench.ready()
    bench.put(A, B)
    bench.pad.fault(Fault.WRITE_FAILS, times=None, command=0x09)
    mark = bench.log.mark()
    bench.reader.secure(A, False)
    bench.pad.take(A)
    end = bench.log.wait(SecurityWritten, after=mark)
    assert end == SecurityWritten(A, False, ok=False, why=SecurityProblem.LEFT)
    bench.left(A)
    assert [type(event) for event in bench.log.of(A, mark)] == [SecurityWritten, TagLeft]
    bench.pad.fault(Fault.WRITE_FAILS, times=0)
    assert bench.secure(B, False).ok


def test_a_write_that_fails_a_few_times_is_tried_again(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    bench.pad.fault(Fault.WRITE_FAILS, times=4)
    assert bench.secure(A, False).ok
    assert bench.afi(A) == 0xC2


def test_done_is_not_believed_until_the_value_is_read_back(bench):
    bench.items(A)
    bench.ready(secure_tries=3)
    bench.put(A)
    bench.pad.fault(Fault.AFI_UNCHANGED, times=None)
    assert bench.secure(A, False) == SecurityWritten(A, False, ok=False, why=SecurityProblem.UNCHANGED)
    assert bench.afi(A) == 0x07
    bench.pad.fault(Fault.AFI_UNCHANGED, times=2)
    assert bench.secure(A, False).ok
    assert bench.afi(A) == 0xC2


def test_a_write_that_never_works_is_given_up(bench):
    bench.items(A)
    bench.ready(secure_tries=3)
    bench.put(A)
    bench.pad.fault(Fault.WRITE_FAILS, times=None)
    assert bench.secure(A, False).why == SecurityProblem.NOT_WRITTEN


def test_a_locked_afi_is_given_up_at_once(bench):
    bench.pad.define(A, iso28560_3.encode("BK1"), locked=(AFI_LOCK,))
    bench.ready()
    bench.put(A)
    assert bench.secure(A, False).why == SecurityProblem.LOCKED


def test_a_locked_afi_that_is_right_already_is_right(bench):
    bench.pad.define(A, iso28560_3.encode("BK1"), afi=0xC2, locked=(AFI_LOCK,))
    bench.ready()
    bench.put(A)
    assert bench.secure(A, False) == SecurityWritten(A, False, ok=True)


@pytest.mark.parametrize("command", [0x09, 0x0A])
def test_an_answer_lost_in_writing_is_settled_by_asking_the_tag(bench, command):
    bench.items(A)
    bench.ready()
    bench.put(A)
    bench.pad.fault(Fault.SILENCE, command=command)
    assert bench.secure(A, False).ok
    assert bench.afi(A) == 0xC2


@pytest.mark.parametrize(
    ("fault", "command"),
    [
        (Fault.DROP_BYTE, 0xFE),
        (Fault.DROP_BYTE, 0x02),
        (Fault.FLIP_BIT, 0x09),
        (Fault.FLIP_BIT, 0x0A),
        (Fault.LATE, 0xFE),
        (Fault.LATE, 0x02),
        (Fault.LATE, 0x0A),
        (Fault.SILENCE, 0xFE),
        (Fault.SILENCE, 0x02),
    ],
)
def test_a_bad_line_delays_but_never_lies(bench, fault, command):
    """Tags neither leave nor double, the content is right, and the gate's value is what was reported."""
    bench.items(A, B)
    bench.ready()
    bench.put(A)
    bench.pad.fault(fault, command=command, ms=1200 if command == 0xFE else 500)
    bench.put(B)
    assert bench.secure(A, False).ok
    assert bench.secure(B, False).ok
    assert (bench.afi(A), bench.afi(B)) == (0xC2, 0xC2)
    for uid in (A, B):
        arrived, read, secured = bench.log.of(uid)
        assert isinstance(arrived, TagArrived)
        assert isinstance(read, TagRead)
        assert read.problem == ""
        assert secured == SecurityWritten(uid, False, ok=True)


def test_answers_in_pieces_are_answers(bench):
    bench.items(A, B)
    bench.pad.fault(Fault.SPLIT, times=None, ms=40)
    bench.ready()
    bench.put(A, B)
    assert bench.secure(A, False).ok
    assert len(bench.log.of(A)) == 3


def test_a_uid_listed_twice_is_one_tag(bench):
    bench.items(A)
    bench.pad.fault(Fault.DUPLICATE_UID, times=None)
    bench.ready()
    bench.put(A)
    assert len(bench.log.of(A)) == 2


def test_an_inventory_in_place_of_a_read_is_not_a_read(bench):
    bench.items(A)
    bench.pad.fault(Fault.INVENTORY_INSTEAD, times=3)
    bench.ready()
    bench.put(A)
    assert bench.read(A).problem == ""


def test_a_tag_that_vanishes_before_it_is_read(bench):
    bench.items(A, B)
    bench.pad.fault(Fault.VANISH, uid=A)
    bench.ready()
    mark = bench.log.mark()
    bench.pad.put(A)
    bench.pad.put(B)
    bench.left(A)
    bench.read(B)
    assert [type(event) for event in bench.log.of(A, mark)] == [TagArrived, TagLeft]


@pytest.mark.parametrize("ms", [0, 30, 120])
def test_stale_bytes_at_open_are_nobodys_answer(bench, ms):
    """The rest of an inventory that somebody asked for before us, with a tag that is not there."""
    stale = "0401003123AA26" + "D6000FFE00000501E00401003123AA26" + "D600"
    bench.items(A)
    bench.pad.fault(Fault.STALE_AT_OPEN, hex=stale, ms=ms)
    bench.ready()
    bench.put(A)
    assert {event.uid for event in bench.log.events if isinstance(event, TagArrived)} == {A}


def test_a_damaged_tag_is_reported_and_holds_nobody_up(bench):
    good = iso28560_3.encode("BK1", "ID-SMR01")
    bench.pad.define(A, b"\x11" + good[1:8] + b"?" + good[9:])
    bench.items(B)
    bench.ready()
    bench.put(A, B)
    assert bench.read(A).problem == Problem.BAD_CRC
    order = [event.uid for event in bench.log.events if isinstance(event, TagRead)]
    assert order == [B, A]


def test_a_blank_tag_and_a_small_one(bench):
    bench.pad.define(A)
    bench.pad.define(B, iso28560_3.encode("BK1", "ID-SMR01", size=32), blocks=8)
    bench.pad.define(C, iso28560_3.encode("BK2", "ID-ABCDEFGHIJK"))
    bench.ready()
    bench.put(A, B, C)
    assert bench.read(A).problem == Problem.BLANK
    assert [bench.read(uid).content.item_id for uid in (B, C)] == ["BK1", "BK2"]


def stop_time(reader):
    start = time.monotonic()
    reader.stop()
    return time.monotonic() - start


def test_stopping_ends_orders_and_tags_within_a_second(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    bench.pad.fault(Fault.SILENCE, times=None)
    mark = bench.log.mark()
    bench.reader.secure(A, False)
    assert stop_time(bench.reader) < 1
    assert bench.log.events[mark:] == [
        SecurityWritten(A, False, ok=False, why=SecurityProblem.STOPPED),
        TagLeft(A),
        ReaderChanged(ReaderState.STOPPED),
    ]
    bench.reader.secure(A, True)
    assert bench.log.events[-1] == SecurityWritten(A, True, ok=False, why=SecurityProblem.STOPPED)


def test_stopping_while_the_reader_is_lost(bench):
    bench.ready()
    bench.pad.kill()
    bench.lost()
    assert stop_time(bench.reader) < 1


def test_stopping_from_the_readers_own_thread(tmp_path, bench):
    stopped = threading.Event()

    def post(event):
        bench.log.post(event)
        if event == ReaderChanged(ReaderState.STOPPED):
            stopped.set()
        elif isinstance(event, ReaderChanged) and event.state is ReaderState.READY:
            reader.stop()

    bench.pad.start()
    reader = PadReader(ReaderSettings(port=bench.pad.port), post)
    bench._readers.append(reader)
    reader.start()
    assert stopped.wait(10)


def test_a_reader_starts_once(bench):
    with pytest.raises(SetupError):
        bench.ready().start()


def test_a_defect_in_the_receiver_is_logged_and_the_reader_starts_again(bench, caplog):
    failed = threading.Event()

    def post(event):
        if isinstance(event, TagArrived) and not failed.is_set():
            failed.set()
            raise RuntimeError("a defect")
        bench.log.post(event)

    bench.items(A)
    bench.pad.put(A)
    bench.pad.start()
    reader = PadReader(ReaderSettings(port=bench.pad.port), post)
    bench._readers.append(reader)
    reader.start()
    bench.lost()
    bench.read(A)
    assert "the reader's driver failed" in caplog.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"port": ""}, "port is empty"),
        ({"protocol": "fieg"}, "known are m3"),
        ({"security": "iso28560"}, "known are iso"),
        ({"security": "custom+aes"}, "use custom"),
        ({"security": "custom", "armed": 300, "disarmed": 1}, "armed is 300"),
        ({"security": "custom", "armed": 1}, "disarmed is missing"),
        ({"security": "custom", "armed": 1, "disarmed": 1}, "same value"),
        ({"armed": 1}, "only used with"),
    ],
)
def test_settings_that_cannot_work_are_named(values, said):
    with pytest.raises(SetupError, match=said):
        PadReader(ReaderSettings(**{"port": "/dev/null", **values}), lambda event: None)
