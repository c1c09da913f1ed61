"""The station with a UHF module: EPCs are written, and a tag is known by its chip's TID whatever its EPC says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.emulators.faults import Fault
from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.tags.epc import pc_of, recognise_epc

A, B = "E28011052000000000000001", "E28011052000000000000002"
NEW = "E2000000000000000000AAAA"  # EPCs as delivered
WRITE = 0x49
OPTIONS = ("--protocol", "m100", "--model", "dortmund-epc", "--isil", "DE-290")


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderEmulator]:
    pad = ReaderEmulator(tmp_path_factory.mktemp("uhf"), protocol="m100")
    pad.start()
    yield pad
    pad.stop()


@pytest.fixture
def uhf(desk: Any, module: ReaderEmulator) -> Iterator[Any]:
    desk.pad = module
    yield desk
    desk.end()
    module.take_all()
    for fault in Fault:
        module.fault(fault, times=0)


def lay(uhf: Any, tid: str, epc: str) -> None:
    pc = pc_of(bytes.fromhex(epc))
    uhf.pad.define_tag(TagState(uid=tid, kind=Kind.UHF, epc=epc, pc=pc, rssi=-45))
    uhf.pad.put(tid)


def item(uhf: Any, tid: str) -> tuple[str, str]:
    tag: TagState = uhf.tag(tid)
    content = recognise_epc(tag.pc, bytes.fromhex(tag.epc))
    return content.item_id, content.isil


def test_an_epc_is_written_read_back_and_undone(uhf: Any, tmp_path: Path) -> None:
    lay(uhf, A, NEW)
    station = uhf.run("station", *OPTIONS, "--overwrite")
    station.type("1234567")
    station.wait("done", uid=A, item="1234567")
    assert item(uhf, A) == ("1234567", "DE-290")
    assert uhf.tag(A).epc.endswith("01")  # the alarm is on
    station.type("undo")
    station.wait("undone", uid=A)
    assert (uhf.tag(A).epc, uhf.tag(A).pc) == (NEW, 0x3000)
    assert station.end() == 0


def test_what_is_on_it_is_asked_for_and_the_next_code_does_not_go_on_the_same_tag(uhf: Any) -> None:
    lay(uhf, A, "19E9F871000000000012D68700000000")
    station = uhf.run("station", *OPTIONS, "--afi", "keep")
    station.type("42")
    assert station.wait("ask", uid=A)["there"] == "item 1234567 of DE-290 (dortmund-epc)"
    station.type("y")
    station.wait("done", uid=A)
    assert uhf.tag(A).epc.endswith("00")  # it was on loan, and is
    station.type("43")
    station.wait("take-away")
    assert item(uhf, A)[0] == "42"
    assert station.end() == 1


def test_two_tags_and_two_tags_with_one_epc_are_refused(uhf: Any) -> None:
    lay(uhf, A, NEW)
    lay(uhf, B, NEW[:-1] + "B")
    station = uhf.run("station", *OPTIONS, "--overwrite")
    station.type("42")
    station.wait("two-tags")
    uhf.pad.take_all()
    lay(uhf, A, NEW)
    lay(uhf, B, NEW)
    assert "More than one tag" in station.wait("refused")["why"]
    assert station.end() == 1
    assert (uhf.tag(A).epc, uhf.tag(B).epc) == (NEW, NEW)


def test_a_write_that_fails_is_tried_again_and_a_pulled_tag_finished(uhf: Any) -> None:
    lay(uhf, A, NEW)
    station = uhf.run("station", *OPTIONS, "--overwrite")
    station.wait("reader")
    uhf.pad.fault(Fault.WRITE_FAILS, times=1)
    station.type("42")
    station.wait("done", uid=A)
    uhf.pad.take(A)
    lay(uhf, B, NEW)
    uhf.pad.fault(Fault.VANISH_BEFORE, command=WRITE)
    station.type("43")
    station.wait("half", uid=B)
    uhf.pad.put(B)
    station.wait("finished", uid=B)
    assert item(uhf, B)[0] == "43"
    assert station.end() == 0


def test_a_model_for_hf_is_refused_with_those_for_uhf(uhf: Any) -> None:
    lay(uhf, A, NEW)
    station = uhf.run("station", "--protocol", "m100", "--overwrite")
    station.type("42")
    assert "Choose dortmund-epc or smartfreq-epc" in station.wait("refused")["why"]
    assert station.end() == 1
