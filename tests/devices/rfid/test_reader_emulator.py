"""The emulator as a process: it lives with its parent, and the tags' memory outlives it."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import serial

from devices.emulators.field import FieldError
from devices.emulators.reader_client import EmulatorError, ReaderEmulator

A, B = "E004010031230A01", "E004010031230B02"


@pytest.fixture
def pad(tmp_path):
    pad = ReaderEmulator(tmp_path)
    yield pad
    pad.stop()


def exchange(port, *commands):
    with serial.Serial(port, 19200, timeout=2) as line:
        answers = []
        for command in commands:
            line.write(bytes.fromhex(command))
            head = line.read(3)
            answers.append((head + line.read(int.from_bytes(head[1:], "big"))).hex().upper())
    return answers


def test_it_answers_as_the_vendor_says(pad):
    pad.start()
    assert exchange(pad.port, "D60005FE0005FA40", "D500050400118C66") == [
        "D60007FE00000500C97B",
        "D500090400110A0500027250",
    ]
    assert [frame.way for frame in pad.frames()] == ["host", "reader"] * 2


def test_a_command_sent_while_it_works_is_ignored(pad):
    pad.start()
    pad.define(A)
    pad.put(A)
    with serial.Serial(pad.port, 19200, timeout=0.5) as line:
        line.write(bytes.fromhex("D60005FE0005FA40"))
        head = line.read(1)
        line.write(bytes.fromhex("D60003116420"))
        answer = head + line.read(100)
    assert len(answer) == 18
    assert [frame.way for frame in pad.frames()] == ["host", "reader", "ignored"]


def test_tags_outlive_the_process_and_can_be_moved_while_it_is_dead(pad):
    pad.start()
    pad.define_item(A, "BK1", "ID-SMR01", afi=0xC2)
    pad.define(B, b"\x01\x02")
    pad.put(A)
    pad.kill()
    assert not pad.running
    pad.put(B)
    pad.take(A)
    pad.start()
    states = {tag.uid: (tag.on_pad, tag.afi) for tag in pad.tags()}
    assert states == {A: (False, 0xC2), B: (True, 0x07)}
    pad.kill()
    pad.take_all()
    pad.define(A, afi=0x07)
    assert {tag.uid: (tag.on_pad, tag.afi) for tag in pad.tags()} == {A: (False, 0x07), B: (False, 0x07)}


def test_a_fault_ordered_while_it_is_dead_waits_for_its_next_life(pad):
    pad.fault("silence", times=1)
    pad.start()
    with serial.Serial(pad.port, 19200, timeout=0.2) as line:
        line.write(bytes.fromhex("D60003116420"))
        assert line.read(1) == b""
        line.write(bytes.fromhex("D60003116420"))
        assert line.read(1) == b"\xd6"


def test_it_can_be_restarted_and_stopped_twice(pad):
    pad.start()
    pad.start()
    first = Path(pad.port).readlink()
    pad.restart()
    assert pad.running
    assert first.parent == Path(pad.port).readlink().parent
    pad.stop()
    pad.stop()
    assert not Path(pad.port).is_symlink()


def test_wrong_orders_are_refused_with_a_reason(pad):
    with pytest.raises(FieldError, match="define it first"):
        pad.put(A)
    pad.start()
    with pytest.raises(EmulatorError, match="define it first"):
        pad.put(A)
    with pytest.raises(EmulatorError, match="16 hex digits"):
        pad.define("E0")


def test_a_broken_field_file_keeps_it_from_starting(tmp_path):
    (tmp_path / "pad.json").write_text("[")
    with pytest.raises(EmulatorError, match="did not start"):
        ReaderEmulator(tmp_path).start()


def test_it_ends_with_its_parent(tmp_path):
    """The parent is killed outright and cannot say goodbye."""
    code = (
        "import sys, pathlib; from devices.emulators.reader_client import ReaderEmulator;"
        "e = ReaderEmulator(pathlib.Path(sys.argv[1])); e.start(); print(e._process.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running()


def test_a_deep_folder_is_no_trouble(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    pad = ReaderEmulator(deep)
    pad.start()
    pad.define(A)
    assert [tag.uid for tag in pad.tags()] == [A]
    pad.stop()
