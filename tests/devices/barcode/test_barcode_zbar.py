"""The second engine in its own process: reads, dies, hangs, is missing; reading goes on."""

from __future__ import annotations

import io
import os
import signal
import struct
import sys
from collections.abc import Iterator

import msgspec
import numpy as np
import psutil
import pytest

from devices.barcode.zbar import Zbar
from devices.barcode.zbar_child import HEAD, SIZE, Found, main
from devices.emulators.things import code_picture

PICTURE = np.pad(np.asarray(code_picture("Code128", "B00417")), 40, constant_values=255)


@pytest.fixture
def zbar() -> Iterator[Zbar]:
    zbar = Zbar(limit_s=5.0, start_s=20.0)
    yield zbar
    zbar.close()


def test_it_reads_what_it_is_asked_for(zbar: Zbar) -> None:
    (code,) = zbar(PICTURE, ("Code128", "QRCode"))
    assert (code.format, code.text) == ("Code128", "B00417")
    xs = [x for x, _ in code.quad]
    assert 40 <= min(xs) < max(xs) <= PICTURE.shape[1] - 40
    assert zbar(PICTURE, ("QRCode",)) == []


def test_codabar_comes_without_its_guards(zbar: Zbar) -> None:
    picture = np.pad(np.asarray(code_picture("Codabar", "A31117013206375B")), 40, constant_values=255)
    assert [code.text for code in zbar(picture, ("Codabar",))] == ["31117013206375"]


def test_formats_it_does_not_know_start_nothing(zbar: Zbar) -> None:
    assert zbar(PICTURE, ("Telepen",)) == []
    assert zbar.pid is None


def test_a_child_killed_between_pictures_is_replaced(zbar: Zbar) -> None:
    zbar(PICTURE, ("Code128",))
    first = zbar.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    psutil.Process(first).wait(5)
    assert [code.text for code in zbar(PICTURE, ("Code128",))] == ["B00417"]
    assert zbar.pid != first


def test_a_child_that_hangs_costs_its_limit_and_is_replaced(zbar: Zbar) -> None:
    zbar(PICTURE, ("Code128",))
    first = zbar.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    zbar.limit_s = 0.3
    assert zbar(PICTURE, ("Code128",)) == []
    assert not psutil.pid_exists(first)
    zbar.limit_s = 5.0
    assert [code.text for code in zbar(PICTURE, ("Code128",))] == ["B00417"]


def test_a_picture_that_takes_too_long_ends_the_child_by_its_own_alarm() -> None:
    # The real child around an engine that loops for ever, as ZBar did on some pictures (mchehab/zbar issue 184).
    script = (
        "import types, sys, runpy\n"
        "def loop(*_, **__):\n"
        "    while True: pass\n"
        "engine = types.ModuleType('pyzbar')\n"
        "engine.pyzbar = types.SimpleNamespace(decode=loop, ZBarSymbol={'CODE128': 1})\n"
        "sys.modules['pyzbar'] = engine\n"
        "runpy.run_module('devices.barcode.zbar_child', run_name='__main__')\n"
    )
    zbar = Zbar(limit_s=0.2, start_s=20.0, command=(sys.executable, "-c", script))
    assert zbar(PICTURE, ("Code128",)) == []
    assert zbar(PICTURE, ("Code128",)) == []
    assert zbar.pid is None
    zbar.close()


def test_a_code_of_which_zbar_does_not_know_how_it_lies_is_still_read() -> None:
    # The real child and the real ZBar, which on some photographs says -1 (unsigned) here.
    script = (
        "import runpy\n"
        "from pyzbar import pyzbar\n"
        "pyzbar.zbar_symbol_get_orientation = lambda symbol: 4294967295\n"
        "runpy.run_module('devices.barcode.zbar_child', run_name='__main__')\n"
    )
    zbar = Zbar(limit_s=5.0, start_s=20.0, command=(sys.executable, "-c", script))
    assert [code.text for code in zbar(PICTURE, ("Code128",))] == ["B00417"]
    zbar.close()


def test_the_child_answers_each_request_with_its_length_and_json_until_its_input_ends() -> None:
    def request(picture: np.ndarray, names: bytes) -> bytes:
        height, width = picture.shape
        return HEAD.pack(width, height, 5000, len(names)) + names + picture.tobytes()

    blank, sink = np.full((60, 80), 255, np.uint8), io.BytesIO()
    main(io.BytesIO(request(PICTURE, b"Code128,QRCode") + request(blank, b"Code128") + b"\0"), sink)
    said = sink.getvalue()
    assert said[:1] == b"+"
    (size,) = struct.unpack_from(SIZE, said, 1)
    first, rest = said[5 : 5 + size], said[5 + size :]
    (found,) = msgspec.json.decode(first, type=list[Found])
    assert (found.format, found.text) == ("Code128", "B00417")
    assert rest == struct.pack(SIZE, 2) + b"[]"


def test_a_code_of_a_single_scan_line_is_not_believed() -> None:
    picture = np.full((200, PICTURE.shape[1]), 255, np.uint8)
    picture[100] = PICTURE[PICTURE.shape[0] // 2]
    sink = io.BytesIO()
    main(io.BytesIO(HEAD.pack(picture.shape[1], 200, 5000, 7) + b"Code128" + picture.tobytes()), sink)
    assert sink.getvalue() == b"+" + struct.pack(SIZE, 2) + b"[]"


def test_without_zbar_it_says_so_once_and_finds_nothing(caplog: pytest.LogCaptureFixture) -> None:
    script = (
        "import sys, runpy; sys.modules['pyzbar'] = None; "
        "runpy.run_module('devices.barcode.zbar_child', run_name='__main__')"
    )
    zbar = Zbar(command=(sys.executable, "-c", script), start_s=20.0)
    for _ in range(3):
        assert zbar(PICTURE, ("Code128",)) == []
    assert [record.message for record in caplog.records] == [
        "zbar: not installed here (Debian: apt install libzbar0); reading goes on with ZXing alone"
    ]
    assert zbar.pid is None


def child(answer: str) -> Zbar:
    """A child that is there and, asked for anything, runs ``answer``."""
    script = f"import signal, struct, sys\nout = sys.stdout.buffer\nout.write(b'+')\nout.flush()\n{answer}\n"
    return Zbar(limit_s=0.3, start_s=20.0, command=(sys.executable, "-c", script))


@pytest.mark.parametrize(("answer", "side"), [
    ("sys.stdin.buffer.read(16); out.write(struct.pack('!I', 1 << 30)); out.flush(); signal.pause()", 50),  # too long
    ("sys.stdin.buffer.read(16); out.write(struct.pack('!I', 5) + b'[{}]!'); out.flush(); signal.pause()", 50),
    ("sys.stdin.buffer.read(16); sys.exit(1)", 50),
    ("signal.pause()", 50),
    ("signal.pause()", 1000),  # more than a pipe holds
])  # fmt: skip
def test_a_child_that_answers_nonsense_is_ended(answer: str, side: int, caplog: pytest.LogCaptureFixture) -> None:
    zbar = child(answer)
    assert zbar(np.zeros((side, side), np.uint8), ("Code128",)) == []
    assert zbar.pid is None
    assert [record.message.partition("(")[0] for record in caplog.records] == ["zbar: the child process failed "]


def test_a_child_started_ahead_is_the_one_that_reads(zbar: Zbar) -> None:
    zbar.warm_up()
    first = zbar.pid
    assert first is not None
    zbar.warm_up()
    assert [code.text for code in zbar(PICTURE, ("Code128",))] == ["B00417"]
    assert zbar.pid == first


def test_a_program_that_says_something_else_at_its_start_is_no_zbar(caplog: pytest.LogCaptureFixture) -> None:
    zbar = Zbar(command=(sys.executable, "-c", "pass"), start_s=20.0)
    assert zbar(PICTURE, ("Code128",)) == []
    zbar.warm_up()
    assert zbar.pid is None
    assert len(caplog.records) == 1


def test_closing_ends_the_child(zbar: Zbar) -> None:
    zbar(PICTURE, ("Code128",))
    pid = zbar.pid
    assert pid is not None
    zbar.close()
    assert not psutil.pid_exists(pid)


def test_the_child_ends_when_its_input_ends(zbar: Zbar) -> None:
    zbar(PICTURE, ("Code128",))
    child = zbar._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(5) == 0
