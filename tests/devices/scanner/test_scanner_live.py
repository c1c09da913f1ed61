"""The scanner's thread at real wires: a pty at the line's speed, and the kernel's event stream on a pipe."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings
from devices.emulators import wedge as keys
from devices.emulators.scanner import ScanFault, ScannerEmulator
from devices.emulators.wedge import WedgeEmulator
from devices.ports import candidates
from devices.scanner.errors import ScannerLost
from devices.scanner.events import Scanned, ScannerChanged, ScannerState
from devices.scanner.limit import AT_ONCE, PER_SECOND
from devices.scanner.lines import open_line
from devices.scanner.scanners import Scanners
from devices.scanner.settings import ScannerKind, ScannerSettings

Start = Callable[..., Scanners]


def at(emulator: ScannerEmulator, **settings: Any) -> ScannerSettings:
    return ScannerSettings(**{"port": emulator.port, "baud": 115200, **settings})


def wedge_at(emulator: WedgeEmulator, **settings: Any) -> ScannerSettings:
    return ScannerSettings(**{"name": "wedge", "kind": ScannerKind.WEDGE, "port": str(emulator.path), **settings})


def ready(event: ScannerChanged) -> bool:
    return event.ready


def lost(event: ScannerChanged) -> bool:
    return event.state is ScannerState.LOST


class TestSerial:
    def test_its_life_in_states(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        scanners = start(at(serial))
        posted.wait(ScannerChanged, ready)
        assert scanners.ready
        scanners.stop()
        assert posted.wait(ScannerChanged).state is ScannerState.STOPPED
        assert not [thread for thread in threading.enumerate() if thread.name == "scanner-scanner"]

    def test_a_card_a_label_and_an_isbn(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        start(at(serial))
        posted.wait(ScannerChanged, ready)
        for text in ("A0001", "B00417", "9786020324784"):
            serial.scan(text)
        assert [posted.wait(Scanned) for _ in range(3)] == [
            Scanned(Kind.PATRON, "A0001", "", "scanner"),
            Scanned(Kind.ITEM, "B00417", "", "scanner"),
            Scanned(Kind.ISBN, "9786020324784", "", "scanner"),
        ]

    def test_prefix_identifier_and_line_end_of_its_own(self, tmp_path: Path, start: Start, posted: Any) -> None:
        with ScannerEmulator(tmp_path / "usb", baud=115200, prefix=b"\x02", end=b"\x03") as emulator:
            start(at(emulator, prefix="\x02", terminator="ETX", aim=True))
            posted.wait(ScannerChanged, ready)
            emulator.scan("A0001", aim="]C0")
            assert posted.wait(Scanned) == Scanned(Kind.PATRON, "A0001", "Code128", "scanner")

    @pytest.mark.parametrize("fault", [ScanFault.GARBAGE, ScanFault.SPLIT, ScanFault.DOUBLED])
    def test_noise_pieces_and_doubles_give_one_scan(
        self, fault: ScanFault, serial: ScannerEmulator, start: Start, posted: Any
    ) -> None:
        start(at(serial))
        posted.wait(ScannerChanged, ready)
        serial.fault(fault)
        serial.scan("B00417")
        serial.scan("B00418")
        assert [posted.wait(Scanned).text for _ in range(2)] == ["B00417", "B00418"]

    def test_a_scan_whose_end_was_lost_does_not_spoil_a_later_one(
        self, serial: ScannerEmulator, start: Start, posted: Any, wait_for: Callable[..., None]
    ) -> None:
        scanners = start(at(serial))
        posted.wait(ScannerChanged, ready)
        serial.fault(ScanFault.NO_END)
        serial.scan("B00417")
        tally = scanners.all[0].tally

        def scanned_again() -> bool:
            serial.scan("B00418")
            return tally.cut == 1 or tally.read > 0

        # The first one right behind it is one text with it; it is no number of the library, and no harm.
        wait_for(scanned_again, "the rest to be dropped")
        found = posted.wait(Scanned)
        assert found.text != "B00417"
        assert found.kind in (Kind.UNKNOWN, Kind.ITEM)

    def test_what_was_scanned_before_anybody_listened_is_gone(
        self, serial: ScannerEmulator, start: Start, posted: Any
    ) -> None:
        fd = os.open(serial.port, os.O_RDWR | os.O_NOCTTY)  # the line is up, and nobody reads
        try:
            assert serial.flood(b"A0002\r")
            start(at(serial))
            posted.wait(ScannerChanged, ready)
            serial.scan("A0001")
            assert posted.wait(Scanned).text == "A0001"
        finally:
            os.close(fd)

    def test_unplugged_and_back_under_the_same_name(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        start(at(serial))
        posted.wait(ScannerChanged, ready)
        serial.unplug()
        assert "scanner has gone" in posted.wait(ScannerChanged, lost).why
        serial.plug()
        posted.wait(ScannerChanged, ready)
        serial.scan("A0001")
        assert posted.wait(Scanned).text == "A0001"

    def test_unplugged_and_back_under_another_name(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        start(at(serial, port=str(serial.link.parent / "usb-Pretend-*")))
        posted.wait(ScannerChanged, ready)
        serial.unplug()
        posted.wait(ScannerChanged, lost)
        serial.plug(serial.link.with_name("usb-Pretend-scanner-if01"))
        assert posted.wait(ScannerChanged, ready).why.endswith("if01")
        serial.scan("A0001")
        assert posted.wait(Scanned).text == "A0001"

    def test_two_at_once_under_one_pattern(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        with ScannerEmulator(serial.link.with_name("usb-Pretend-second"), baud=115200) as second:
            pattern = str(serial.link.parent / "usb-Pretend*")
            start(at(serial, name="left", port=pattern), at(serial, name="right", port=pattern))
            names = {posted.wait(ScannerChanged, ready).why for _ in range(2)}
            assert names == {serial.port, second.port}
            serial.scan("A0001")
            first = posted.wait(Scanned)
            second.scan("B00417")
            other = posted.wait(Scanned)
            assert (first.text, other.text) == ("A0001", "B00417")
            assert {first.source, other.source} == {"left", "right"}
            serial.scan("B00418")
            posted.wait(Scanned)
            second.scan("B00418")  # the same label, passed on: not a second book
            second.scan("B00419")
            assert posted.wait(Scanned).text == "B00419"


class TestFloods:
    def test_a_megabyte_without_an_end(self, serial: ScannerEmulator, start: Start, posted: Any) -> None:
        scanners = start(at(serial))
        posted.wait(ScannerChanged, ready)
        assert serial.flood(b"7" * 1_000_000 + b"\r")
        serial.scan("A0001")
        assert posted.wait(Scanned).text == "A0001"
        assert scanners.all[0].tally.long == 1

    def test_ten_thousand_scans_at_once(
        self, serial: ScannerEmulator, start: Start, posted: Any, wait_for: Callable[..., None]
    ) -> None:
        scanners = start(at(serial))
        posted.wait(ScannerChanged, ready)
        began = time.monotonic()
        assert serial.flood(b"".join(b"B%05d\r" % number for number in range(10_000)))
        seen, cards = [], itertools.count()

        def read_again() -> bool:
            serial.scan(f"A{next(cards):04}")
            seen.extend(event for event in posted.rest() if isinstance(event, Scanned))
            return any(scanned.kind is Kind.PATRON for scanned in seen)

        wait_for(read_again, "a card to be read behind the flood")
        scanners.stop()
        seen += [event for event in posted.rest() if isinstance(event, Scanned)]
        # However long the machine takes, the session never has more to do than somebody could scan.
        assert AT_ONCE <= len(seen) <= AT_ONCE + PER_SECOND * (time.monotonic() - began)
        tally = scanners.all[0].tally
        assert tally.read > 10_000
        assert tally.read - tally.hurried - tally.doubled >= len(seen)


class TestWedge:
    def test_its_keys_are_read(self, wedge: WedgeEmulator, start: Start, posted: Any) -> None:
        start(wedge_at(wedge))
        posted.wait(ScannerChanged, ready)
        wedge.scan("A0001")
        assert posted.wait(Scanned) == Scanned(Kind.PATRON, "A0001", "", "wedge")

    def test_in_any_pieces(self, wedge: WedgeEmulator, start: Start, posted: Any) -> None:
        start(wedge_at(wedge))
        posted.wait(ScannerChanged, ready)
        wedge.send(keys.strokes("B00417"), itertools.cycle((7, 24, 1, 61)))
        assert posted.wait(Scanned).text == "B00417"

    def test_ten_thousand_scans_at_once(
        self, wedge: WedgeEmulator, start: Start, posted: Any, wait_for: Callable[..., None]
    ) -> None:
        scanners = start(wedge_at(wedge))
        posted.wait(ScannerChanged, ready)
        began = time.monotonic()
        for _ in range(100):
            wedge.send(keys.strokes("B00417") * 100)
        seen, cards = [], itertools.count()

        def read_again() -> bool:
            wedge.scan(f"A{next(cards):04}")
            seen.extend(event for event in posted.rest() if isinstance(event, Scanned))
            return any(scanned.kind is Kind.PATRON for scanned in seen)

        wait_for(read_again, "a card to be read behind the flood")
        scanners.stop()
        assert len(seen) <= AT_ONCE + PER_SECOND * (time.monotonic() - began)
        assert scanners.all[0].tally.read > 10_000

    def test_unplugged_and_back(self, wedge: WedgeEmulator, start: Start, posted: Any) -> None:
        start(wedge_at(wedge))
        posted.wait(ScannerChanged, ready)
        wedge.unplug()
        posted.wait(ScannerChanged, lost)
        wedge.plug()
        posted.wait(ScannerChanged, ready)
        wedge.scan("A0001")
        assert posted.wait(Scanned).text == "A0001"

    def test_beside_a_serial_one(
        self, wedge: WedgeEmulator, serial: ScannerEmulator, start: Start, posted: Any
    ) -> None:
        start(at(serial), wedge_at(wedge))
        posted.wait(ScannerChanged, ready)
        posted.wait(ScannerChanged, ready)
        wedge.scan("A0001")
        assert posted.wait(Scanned).source == "wedge"
        serial.scan("B00417")
        assert posted.wait(Scanned).source == "scanner"

    def test_without_the_kernels_input_devices_it_comes_through_the_window(self, posted: Any) -> None:
        settings = ScannerSettings(kind=ScannerKind.WEDGE, port="/dev/input/by-id/usb-x-event-kbd")
        scanners = Scanners([settings], CodeSettings(), posted, evdev=False)
        scanners.start()
        (window,) = scanners.window
        assert posted.wait(ScannerChanged).ready
        for char in "A0001\n":
            window.key(1.0, char)
        assert posted.wait(Scanned).text == "A0001"
        scanners.stop()
        window.key(5.0, "\n")


class TestWhatIsNoScanner:
    @pytest.mark.parametrize("kind", [ScannerKind.SERIAL, ScannerKind.WEDGE])
    def test_nothing_there(self, kind: ScannerKind, tmp_path: Path) -> None:
        with pytest.raises(ScannerLost, match=r"no such device\. Plug the scanner in"):
            open_line(ScannerSettings(kind=kind, port=str(tmp_path / "usb-*")))
        with pytest.raises(ScannerLost, match="no such device"):
            open_line(ScannerSettings(kind=kind, port=str(tmp_path / "usb")))

    def test_a_pipe_a_file_and_a_folder_are_no_keyboard(self, wedge: WedgeEmulator, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for path in (wedge.path, tmp_path / "file", tmp_path):
            with pytest.raises(ScannerLost, match="not an input device"):
                open_line(ScannerSettings(kind=ScannerKind.WEDGE, port=str(path)))

    def test_a_file_and_a_folder_are_no_serial_port(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for path in (tmp_path / "file", tmp_path):
            with pytest.raises(ScannerLost, match="not a serial port"):
                open_line(ScannerSettings(port=str(path)))

    def test_a_scanner_that_another_program_has(self, serial: ScannerEmulator) -> None:
        _, line = open_line(at(serial))
        with pytest.raises(ScannerLost, match="another program has the scanner open"):
            open_line(at(serial))
        line.close()
        open_line(at(serial))[1].close()

    def test_patterns_are_looked_up_each_time(self, tmp_path: Path) -> None:
        assert candidates(str(tmp_path / "usb-*")) == []
        for name in ("usb-b", "usb-a", "other"):
            (tmp_path / name).touch()
        assert candidates(str(tmp_path / "usb-*")) == [str(tmp_path / "usb-a"), str(tmp_path / "usb-b")]
        assert candidates(str(tmp_path / "other")) == [str(tmp_path / "other")]
