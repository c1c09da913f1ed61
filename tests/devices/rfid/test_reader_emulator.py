"""The emulator as a process: it lives with its parent, and the tags' memory outlives it."""

import socket
import subprocess
import sys
import time
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


# The line.


def test_no_byte_is_early(pad):
    """Measured from before the command is written, so a slow machine cannot make it fail."""
    pad.start()
    with serial.Serial(pad.port, 19200, timeout=2) as line:
        for command, size in (("D60003116420", 11), ("D60005FE0005FA40", 10)):
            start = time.monotonic()
            line.write(bytes.fromhex(command))
            for count in range(1, size + 1):
                assert len(line.read(1)) == 1
                assert time.monotonic() - start >= (len(command) // 2 + count) * 10 / 19200


def test_over_tcp_it_answers_the_same_and_takes_one_host_at_a_time(tmp_path):
    pad = ReaderEmulator(tmp_path, tcp=True)
    pad.start()
    try:
        host, _, number = pad.port.removeprefix("socket://").partition(":")
        with socket.create_connection((host, int(number)), 5) as first:
            first.sendall(bytes.fromhex("D60005FE0005FA40"))
            assert first.makefile("rb").read(10).hex().upper() == "D60007FE00000500C97B"
            with socket.create_connection((host, int(number)), 5) as second:
                assert second.recv(1) == b""
            pad.hang_up()
            assert first.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(number)), 5)
        with pytest.raises(EmulatorError, match="comes back at its address"):
            pad.come_back_as("pad2")
        before = pad.port
        pad.come_back()
        assert pad.port == before
        pad.restart()
        assert pad.port == before
        with socket.create_connection((host, int(number)), 5) as again:
            again.sendall(bytes.fromhex("D60005FE0005FA40"))
            assert len(again.makefile("rb").read(10)) == 10
    finally:
        pad.stop()


def test_unplugged_and_back_under_another_name(pad):
    pad.start()
    pad.define(A)
    first, target = Path(pad.port), Path(pad.port).readlink()
    with serial.Serial(pad.port, 19200, timeout=5) as line:
        pad.hang_up()
        with pytest.raises(serial.SerialException):
            line.read(1)
    assert not first.is_symlink()
    assert [tag.uid for tag in pad.tags()] == [A]
    pad.come_back_as("pad2")
    assert Path(pad.port).name == "pad2.port"
    assert Path(pad.port).readlink() != target
    assert not first.is_symlink()
    assert exchange(pad.port, "D60005FE0005FA40") == ["D60007FE00000500C97B"]
    with pytest.raises(EmulatorError, match="is there already"):
        pad.come_back()
    pad.replug("pad3")
    assert Path(pad.port).name == "pad3.port"
    pad.restart()
    assert exchange(pad.port, "D60005FE0005FA40") == ["D60007FE00000500C97B"]


# Scripts.


def test_a_script_moves_tags_with_the_inventories(tmp_path):
    pad = ReaderEmulator(
        tmp_path, script=f"tag A {A} item BK1\nat 0 put A\nafter inventory 2 take A\nafter inventory 3 put {B}"
    )
    pad.start()
    inventory = "D60005FE0005FA40"
    try:
        listed = [A in answer for answer in exchange(pad.port, *[inventory] * 4)]
        assert listed == [True, True, False, False]
        assert [tag.on_pad for tag in pad.tags()] == [False]
        assert pad.running, "a tag that does not exist ends nothing"
    finally:
        pad.stop()


def test_a_script_pulls_the_plug_and_puts_it_in_again(tmp_path, wait_for):
    pad = ReaderEmulator(tmp_path, script="after inventory 1 hang up\nclock from inventory\nat 0.2 come back as pad2")
    pad.start()
    try:
        with serial.Serial(pad.port, 19200, timeout=5) as line:
            line.write(bytes.fromhex("D60005FE0005FA40"))
            with pytest.raises(serial.SerialException):
                line.read(10)
        wait_for((tmp_path / "pad2.port").exists, "the port to come back")
        assert exchange(str(tmp_path / "pad2.port"), "D60003116420")
    finally:
        pad.stop()


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "devices.emulators.reader", *arguments], capture_output=True, text=True, check=False
    )


def test_a_script_that_means_nothing_is_bad_usage(tmp_path):
    script = tmp_path / "script.txt"
    script.write_text("at 1 lend A\n")
    done = run("--link", str(tmp_path / "pad"), "--script", str(script))
    assert done.returncode == 2
    assert "line 1, 'lend'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--tcp", "here"], "give it as HOST:PORT"), (["--tcp", "127.0.0.1:0", "--link", "pad"], "use one of them")],
)
def test_lines_that_cannot_be(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_help_has_an_example_and_says_what_a_script_is():
    said = run("--help").stdout
    assert "Example: python -m devices.emulators.reader" in said
    assert "after inventory 9 put B" in said
