"""The driver's port goes, and comes back under another name; what was lying there is found again."""

import os
import time
from pathlib import Path

import pytest
import serial

from devices.emulators.faults import Fault
from devices.rfid.events import (
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
)
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings

A, B, C = "E004010031230A01", "E004010031230B02", "E004010031230C03"


def ready(event):
    return event.state is ReaderState.READY


def test_killed_and_back_under_another_pty(bench):
    bench.items(A, B)
    bench.ready()
    bench.put(A, B)
    mark, before = bench.log.mark(), Path(bench.pad.port).readlink()
    held = os.open(before, os.O_RDWR | os.O_NOCTTY)  # so that its number is not given out again
    bench.pad.kill()
    bench.lost(mark)
    for uid in (A, B):
        bench.left(uid, mark)
    killed = time.monotonic()
    bench.pad.start()
    assert Path(bench.pad.port).readlink() != before
    at, _ = bench.log.timed(ReaderChanged, ready, mark)
    assert at - killed < 5
    for uid in (A, B):
        assert bench.read(uid, mark).problem == ""
    assert bench.secure(A, False).ok
    os.close(held)


def test_orders_for_a_lost_reader_end_as_lost(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    bench.pad.fault(Fault.WRITE_FAILS, times=None)
    mark = bench.log.mark()
    bench.reader.secure(A, False)
    bench.pad.kill()
    assert bench.log.wait(SecurityWritten, after=mark).why == SecurityProblem.READER_LOST
    bench.lost(mark)
    assert bench.secure(A, False).why == SecurityProblem.READER_LOST


def test_a_reader_that_falls_silent_is_lost_and_found_again(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    mark = bench.log.mark()
    bench.pad.fault(Fault.SILENCE, times=None)
    assert "stopped answering" in bench.lost(mark).why
    bench.left(A, mark)
    bench.log.wait(ReaderChanged, lambda event: "no reader answers" in event.why, mark)
    bench.pad.fault(Fault.SILENCE, times=0)
    bench.back(mark)
    bench.read(A, mark)


def test_a_port_that_is_not_there_yet(bench):
    bench.reader = None
    bench.pad.start()
    bench.pad.stop()
    reader = PadReader(ReaderSettings(port=bench.pad.port), bench.log.post)
    bench._readers.append(reader)
    reader.start()
    assert "no such port" in bench.lost().why
    bench.pad.start()
    bench.back()


def test_the_port_is_ours_alone(bench):
    bench.ready()
    with pytest.raises(serial.SerialException):
        serial.Serial(bench.pad.port, exclusive=True)
    second = PadReader(ReaderSettings(port=bench.pad.port), bench.log.post)
    bench._readers.append(second)
    second.start()
    assert "another program" in bench.lost().why


# Starting and stopping.
