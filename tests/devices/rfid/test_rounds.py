"""An inventory in several frames, heard to its end on a real pty, and what is known when some of it is lost."""

import os
import pty
import select
import threading
import time
import tty

import pytest

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.port import LineSettings, Port
from devices.rfid.protocols.a0.frames import new_parser, pack
from devices.rfid.rounds import Round, listen

PATIENCE = 0.2
TAG, OTHER_TAG, END = (pack(0x89, data, 1) for data in (b"tag 1", b"tag 2", b"the end"))
FOREIGN = pack(0x72, b"\1\2", 1)


def take(frame):
    """Parts of a round by their text; foreign frames are none."""
    return (frame.data, frame.data == b"the end") if frame.command == 0x89 else None


@pytest.fixture
def hear():
    """Send a command to a far end that says these pieces, each so many seconds after the one before."""
    open_ones = []

    def hear(*pieces):
        far, near = pty.openpty()
        tty.setraw(near)
        port = Port.open(os.ttyname(near), LineSettings(115200), time.monotonic)
        open_ones.append((port, far, near))
        spoken = threading.Event()

        def speak():
            if select.select([far], [], [], 10)[0]:
                os.read(far, 1000)
                for wait, data in pieces:
                    spoken.wait(wait)
                    os.write(far, data)

        speaker = threading.Thread(target=speak, daemon=True)
        speaker.start()
        parser = new_parser()
        start = time.monotonic()
        found = listen(Exchange(port, parser), parser, time.monotonic, pack(0x89, b"\1"), take, PATIENCE)
        speaker.join()
        return found, time.monotonic() - start

    yield hear
    for port, far, near in open_ones:
        port.close()
        os.close(far)
        os.close(near)


@pytest.mark.parametrize(
    ("pieces", "parts"),
    [
        ([(0, END)], [b"the end"]),
        ([(0, TAG + OTHER_TAG + END)], [b"tag 1", b"tag 2", b"the end"]),
        ([(0, TAG), (0.15, OTHER_TAG), (0.15, END)], [b"tag 1", b"tag 2", b"the end"]),  # longer than patience in all
        ([(0, TAG[:4]), (0.05, TAG[4:] + END[:2]), (0.05, END[2:])], [b"tag 1", b"the end"]),
        ([(0, FOREIGN + TAG), (0.05, FOREIGN + END)], [b"tag 1", b"the end"]),
    ],
)
def test_a_round_that_came_whole(hear, pieces, parts):
    found, _ = hear(*pieces)
    assert found == Round(parts, over=True, sound=True)
    assert found.lapse is None


@pytest.mark.parametrize(
    ("pieces", "parts", "over"),
    [
        ([(0, TAG + OTHER_TAG[:-1] + b"\0" + END)], [b"tag 1", b"the end"], True),
        ([(0, b"??" + TAG + END)], [b"tag 1", b"the end"], True),
        ([(0, TAG + END[:5])], [b"tag 1"], False),
        ([(0, TAG + END[:5]), (0.03, b"\0" * 20)], [b"tag 1"], False),
    ],
)
def test_a_round_of_which_something_was_lost(hear, pieces, parts, over):
    found, _ = hear(*pieces)
    assert found == Round(parts, over=over, sound=False)


def test_a_round_without_its_end(hear):
    found, seconds = hear((0, TAG))
    assert found == Round([b"tag 1"], over=False, sound=True)
    assert seconds >= PATIENCE


def test_nobody_there_and_nothing_but_noise(hear):
    silent, _ = hear()
    assert silent.lapse is Lapse.SILENT
    noise, _ = hear((0, b"????"))
    assert noise.lapse is Lapse.GARBLED
