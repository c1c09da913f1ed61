"""The driver at a reader behind a network cable: the same pad, and a connection that drops."""

import pytest

from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import SecurityWritten

A, B = "E004010031230A01", "E004010031230B02"


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory):
    pad = ReaderEmulator(tmp_path_factory.mktemp("pad"), seed=1, tcp=True)
    yield pad
    pad.stop()


def test_a_pile_is_read_and_secured(bench):
    bench.items(A, B)
    bench.ready()
    bench.put(A, B)
    assert bench.read(B).content.item_id == "BK0001"
    assert bench.secure(A, False) == SecurityWritten(A, False, ok=True)
    assert bench.afi(A) == 0xC2


def test_a_connection_that_drops_is_made_again(bench):
    bench.items(A)
    bench.ready()
    bench.put(A)
    mark = bench.log.mark()
    bench.pad.hang_up()
    bench.lost(mark)
    bench.left(A, mark)
    bench.pad.come_back()
    bench.back(mark)
    assert not bench.read(A, mark).problem
    assert bench.secure(A, False).ok
