"""The station with a FEIG reader, whose blocks come backwards and whose answers come in frames of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devices.emulators.faults import Fault
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.recognise import recognise

A, B = "E004010031230A01", "E004010031230B02"
WRITE = 0x24


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderEmulator]:
    pad = ReaderEmulator(tmp_path_factory.mktemp("feig"), protocol="feig", seed=1, baud=115200, speed=4)
    yield pad
    pad.stop()


def test_a_tag_is_written_pulled_away_finished_and_undone(desk: Any) -> None:
    desk.pad.define(A, b"older", dsfid=0)
    old = desk.tag(A)
    desk.pad.put(A)
    station = desk.run("station", "--protocol", "feig", "--overwrite", "--isil", "ID-SMR01")
    station.wait("reader")
    desk.pad.fault(Fault.VANISH_BEFORE, command=WRITE, after=1)
    station.type("BK1")
    station.wait("half", uid=A)
    desk.pad.put(A)
    station.wait("finished", uid=A)
    content = recognise(desk.memory(A))
    assert (content.item_id, content.isil, content.notes) == ("BK1", "ID-SMR01", ())
    station.type("undo")
    station.wait("undone", uid=A)
    assert station.end() == 0
    assert (desk.memory(A), desk.tag(A).dsfid) == (bytes.fromhex(old.memory), old.dsfid)


def test_a_tag_written_backwards_stays_backwards(desk: Any) -> None:
    memory = iso28560_3.encode("BK7", "ID-SMR01")
    desk.pad.define(B, iso28560_3.reverse_blocks(memory + bytes(-len(memory) % 4)))
    desk.pad.put(B)
    station = desk.run("station", "--protocol", "feig", "--isil", "ID-SMR01")
    station.type("BK8")
    assert station.wait("ask")["there"].startswith("item BK7")
    station.type("y")
    station.wait("done", uid=B)
    assert station.end() == 0
    assert recognise(desk.memory(B)).item_id == "BK8"
    assert recognise(iso28560_3.reverse_blocks(desk.memory(B))).notes == ()
