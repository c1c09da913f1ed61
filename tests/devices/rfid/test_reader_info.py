"""``pustaka reader info`` and ``watch`` with their options, on emulated readers."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import (
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.reader_commands import reader
from devices.rfid.reader_info import probe
from devices.rfid.settings import ReaderSettings
from devices.rfid.tag_table import Drawn, TagTable
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Problem
from devices.rfid.tags.recognise import recognise

A, B = "E004010031230A01", "E004010031230B02"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(reader, list(arguments))


def test_info_of_a_pad_with_a_book(bench: Any) -> None:
    bench.pad.define_item(A, "BK1")
    bench.pad.put(A)
    bench.pad.start()
    result = run("info", "--port", bench.pad.port, "--seconds", "0.4")
    assert result.exit_code == 0
    shown = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert shown["reader"] == "3M/Bibliotheca pad, firmware 5.0.2"
    assert shown["line"] == "19200 baud, 8N1"
    assert shown["tag"] == f"{A}, missed in 0% of the inventories"
    assert float(shown["rate"].split()[0]) > 1


def test_probe_finds_a_uhf_module_and_how_strongly_it_hears(tmp_path: Path) -> None:
    tag = TagState(
        uid="E28011052000000000000001", kind=Kind.UHF, epc="19E9F871000000000012D68700000001", pc=0x4000, rssi=-45
    )
    pad = ReaderEmulator(tmp_path, protocol="m100")
    pad.start()
    pad.define_tag(tag)
    pad.put(tag.uid)
    result = run("info", "--port", pad.port, "--probe", "--seconds", "0.3", "--json")
    pad.stop()
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert shown["protocol"] == "m100"
    (strength,) = shown["rssi"].values()
    assert -55 < strength < -35


def test_probe_tells_families_of_one_protocol_apart(tmp_path: Path) -> None:
    pad = ReaderEmulator(tmp_path, protocol="chafon288")
    pad.start()
    found = probe(ReaderSettings(port=pad.port), time.monotonic)
    pad.stop()
    assert found is not None
    assert found[0].protocol == "chafon288"


def test_info_when_nobody_is_there(tmp_path: Path) -> None:
    near, far = os.openpty()
    result = run("info", "--port", os.ttyname(far), "--probe")
    os.close(near)
    os.close(far)
    assert result.exit_code == 1
    assert "nobody answers to m3, feig" in result.stderr
    assert run("info", "--port", str(tmp_path / "none")).exit_code == 1
    assert run("info").exit_code == 2


def test_raw_frames_and_a_log_that_parse_reads(bench: Any, tmp_path: Path) -> None:
    bench.pad.define_item(A, "BK1")
    bench.pad.put(A)
    bench.pad.start()
    log = tmp_path / "spy.log"
    result = run("watch", "--port", bench.pad.port, "--seconds", "1", "--raw", "--log", str(log), "--json")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    frames = [line for line in lines if "way" in line]
    assert [(frame["way"], frame["name"]) for frame in frames[:2]] == [("host", "version"), ("reader", "version")]
    assert [line["uid"] for line in lines if line.get("event") == "arrived"] == [A]
    parsed = run("parse", str(log), "--json")
    again = [json.loads(line) for line in parsed.stdout.splitlines()]
    assert [frame["hex"] for frame in again][: len(frames)] == [frame["hex"] for frame in frames]


def test_a_log_that_cannot_be_written_is_bad_usage(tmp_path: Path) -> None:
    result = run("watch", "--port", "x", "--log", str(tmp_path / "no" / "spy.log"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_the_table_of_tags() -> None:
    table = TagTable()
    memory = iso28560_3.encode("BK1", "ID-SMR01", part=1, parts=2)
    for event in (
        ReaderChanged(ReaderState.READY, "a pad"),
        TagArrived(A),
        TagArrived(B),
        TagRead(A, recognise(memory)),
        TagRead(B, None, Problem.UNREADABLE),
        SecurityWritten(A, armed=False, ok=True),
        SecurityWritten(B, armed=False, ok=False, why=SecurityProblem.LOCKED),
        TagLeft(B),
    ):
        table.add(event, "10:00:00")
    state, head, first, second = (line.split() for line in table.lines(120))
    assert state == ["reader", "ready:", "a", "pad;", "1", "tags", "on", "the", "pad"]
    assert head[0] == "UID"
    assert first == [A, "BK1", "1/2", "circulating", "ID-SMR01", "disarmed", "10:00:00"]
    assert second == [B, "left", "10:00:00"]
    assert all(len(line) <= 40 for line in table.lines(40))


def test_a_table_is_drawn_over_the_one_before() -> None:
    drawn: list[str] = []
    table, terminal = TagTable(), Drawn(drawn.append)
    terminal.draw(table)
    table.add(TagArrived(A), "10:00:00")
    terminal.draw(table)
    assert not drawn[0].startswith("\x1b[2F")
    assert drawn[1].startswith("\x1b[2F")
    assert A in drawn[1]


def test_the_table_on_a_terminal(bench: Any) -> None:
    bench.pad.define_item(A, "BK1")
    bench.pad.put(A)
    bench.pad.start()
    near, far = os.openpty()
    command = [
        sys.executable,
        "-m",
        "pustaka",
        "reader",
        "watch",
        "--port",
        bench.pad.port,
        "--tags",
        "--seconds",
        "60",
    ]
    process = subprocess.Popen(command, stdout=far)
    os.close(far)
    seen, end = b"", time.monotonic() + 20
    while b"BK1" not in seen and select.select([near], [], [], max(0.0, end - time.monotonic()))[0]:
        seen += os.read(near, 4096)
    process.kill()
    process.wait()
    os.close(near)
    assert b"BK1" in seen
    assert b"\x1b[2K" in seen
