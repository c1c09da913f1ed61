"""What hands do at the bench reaches the emulated hardware, and nothing else."""

from __future__ import annotations

import os
import select
import threading

import cv2
import numpy as np
import pytest

from devices.barcode.still import decode
from devices.rfid.tags import iso28560_3
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from pustaka.demo.bench.actions import (
    Cable,
    CableName,
    ClearTable,
    Lay,
    Pass,
    PullAway,
    Scan,
    Show,
    Take,
    Trouble,
    TroubleName,
    Way,
)
from pustaka.demo.bench.errors import BenchError, UnknownError
from pustaka.demo.bench.table import Plug, Table
from pustaka.demo.bench.things import BY_KEY, TABLE, Kind, Thing, find
from pustaka.demo.catalogue import Catalogue


def seen(rig, number: int = 0) -> list[str]:
    picture = cv2.imdecode(np.frombuffer(rig.camera.jpeg(number), np.uint8), cv2.IMREAD_COLOR)
    return [code.text for code in decode(np.asarray(picture, dtype=np.uint8))]


class ScannerLine:
    """The host's end of the scanner's line."""

    def __init__(self, rig) -> None:
        self._fd = os.open(rig.scanner.port, os.O_RDWR | os.O_NOCTTY)

    def texts(self, count: int) -> list[str]:
        held = b""
        while held.count(b"\r") < count:
            ready, _, _ = select.select([self._fd], [], [], 10)
            assert ready, f"only {held!r} came"
            held += os.read(self._fd, 4096)
        return held.decode().split("\r")[:count]

    def close(self) -> None:
        os.close(self._fd)


class TestThings:
    def test_every_book_and_every_member_is_in_the_sample_library(self, tmp_path):
        from zoneinfo import ZoneInfo

        path = tmp_path / "library.sqlite"
        library = EmbeddedLibrary.open(path, zone=ZoneInfo("Asia/Makassar"), create=True)
        load_sample(library)
        library.close()
        catalogue = Catalogue(path)
        tags = {tag.uid: tag.item_id for tag in catalogue.tags()}
        people = {person.number: person.name for person in catalogue.people()}
        for thing in TABLE:
            if thing.kind is Kind.BOOK:
                assert thing.code in catalogue.item_numbers()
                assert all(tags[uid] == thing.code for uid in thing.uids)
            elif thing.kind is not Kind.ISBN:
                assert people[thing.code].startswith(thing.name)

    def test_the_three_volumes_of_the_atlas_are_all_there(self, tmp_path):
        assert len({*BY_KEY["atlas"].uids, *BY_KEY["atlas3"].uids}) == 3

    def test_what_is_not_on_the_table_is_refused_by_name(self):
        with pytest.raises(UnknownError, match="no thing called piano"):
            find("piano")

    @pytest.mark.parametrize("thing", [thing for thing in TABLE if thing.key != "atlas3"], ids=lambda thing: thing.key)
    def test_the_camera_sees_the_code_that_is_printed_on_it(self, rig, table: Table, thing: Thing):
        table.do(Show(thing.key))
        assert any(thing.code in seen(rig, number) for number in range(3))

    def test_the_rfid_card_is_a_members_card_and_no_book(self, rig):
        content = iso28560_3.decode(bytes.fromhex(rig.tag("yohanes").memory))
        assert content is not None
        assert content.is_card
        assert content.item_id == BY_KEY["yohanes"].code


class TestPadAndCamera:
    def test_a_laid_book_is_in_the_field_until_it_is_taken(self, rig, table: Table):
        table.do(Lay("layar"))
        assert rig.on_pad() == {"layar"}
        table.do(Take("layar"))
        assert rig.on_pad() == set()

    def test_both_volumes_of_a_set_are_laid_together(self, rig, table: Table):
        table.do(Lay("atlas"))
        assert sum(tag.on_pad for tag in rig.reader.tags()) == 2

    def test_a_thing_is_in_one_place_only(self, rig, table: Table):
        table.do(Lay("layar"))
        table.do(Show("layar"))
        assert rig.on_pad() == set()
        assert table.lying.shown == "layar"
        table.do(Lay("layar"))
        assert table.lying.shown == ""
        assert seen(rig) == []

    def test_what_has_no_tag_lies_on_the_pad_unnoticed(self, rig, table: Table):
        table.do(Lay("awan"))
        assert table.lying.untagged == ("awan",)
        assert rig.on_pad() == set()
        table.do(Lay("awan"))
        assert table.lying.untagged == ("awan",)
        table.do(Take("awan"))
        assert table.lying.untagged == ()

    def test_a_scanned_thing_goes_over_the_scanners_line_and_stays_where_it_is(self, rig, table: Table):
        table.do(Lay("layar"))
        scanner = ScannerLine(rig)
        table.do(Scan("layar"))
        table.do(Scan("isbn"))
        assert scanner.texts(2) == [BY_KEY["layar"].code, BY_KEY["isbn"].code]
        scanner.close()
        assert rig.on_pad() == {"layar"}
        assert table.lying.scanned == ("layar", "isbn")

    def test_a_scanner_without_its_plug_is_told(self, rig, table: Table):
        table.do(Cable(CableName.SCANNER, plugged=False))
        with pytest.raises(BenchError, match="Plug it in first"):
            table.do(Scan("layar"))

    def test_pulled_away_early_it_is_in_the_field_for_a_moment(self, rig, table: Table):
        glimpses = []
        done = threading.Event()

        def watch():
            while not done.is_set():
                glimpses.append(frozenset(rig.on_pad()))

        watcher = threading.Thread(target=watch)
        watcher.start()
        table.do(PullAway("salah"))
        done.set()
        watcher.join()
        assert frozenset({"salah"}) in glimpses
        assert rig.on_pad() == set()

    def test_only_what_has_a_tag_can_be_pulled_away_early(self, table: Table):
        with pytest.raises(BenchError, match="has no tag"):
            table.do(PullAway("sari"))

    def test_clearing_takes_everything_back(self, rig, table: Table):
        for action in (Lay("layar"), Lay("awan"), Show("sari"), ClearTable()):
            table.do(action)
        assert rig.on_pad() == set()
        assert table.lying.untagged == ()
        assert table.lying.shown == ""
        assert seen(rig) == []


class TestDoor:
    def test_somebody_who_walks_in_breaks_the_outer_beam_first(self, table: Table, line):
        table.do(Pass(Way.IN))
        assert line.edges(4) == ["A1", "B1", "A0", "B0"]

    def test_and_out_the_other_way_round(self, table: Table, line):
        table.do(Pass(Way.OUT))
        assert line.edges(4) == ["B1", "A1", "B0", "A0"]

    def test_who_turns_back_ends_where_they_began(self, table: Table, line):
        table.do(Pass(Way.TURN_BACK))
        assert line.edges(4) == ["A1", "B1", "B0", "A0"]

    def test_three_are_three(self, table: Table, line):
        table.do(Pass(Way.THREE))
        assert line.edges(12) == ["A1", "B1", "A0", "B0"] * 3

    def test_nobody_walks_through_what_stands_in_the_door(self, table: Table, line):
        table.do(Pass(Way.BLOCK))
        assert line.edges(2) == ["A1", "B1"]
        with pytest.raises(BenchError, match="Clear the way"):
            table.do(Pass(Way.IN))
        table.do(Pass(Way.UNBLOCK))
        assert line.edges(2) == ["A0", "B0"]
        assert not table.lying.blocked


class TestCables:
    def test_the_readers_port_goes_and_comes_back_with_the_books_still_there(self, rig, table: Table, tmp_path):
        table.do(Lay("layar"))
        table.do(Cable(CableName.READER, plugged=False))
        assert not rig.reader.running
        assert not (tmp_path / "rfid0.port").is_symlink(), "a freed pty may be anybody's"
        table.do(Cable(CableName.READER, plugged=True))
        assert rig.reader.running
        assert rig.on_pad() == {"layar"}

    def test_books_can_be_laid_while_the_reader_has_no_power(self, rig, table: Table):
        table.do(Cable(CableName.READER, plugged=False))
        table.do(Lay("layar"))
        table.do(Cable(CableName.READER, plugged=True))
        assert rig.on_pad() == {"layar"}

    def test_the_doors_port_goes_and_comes_back(self, rig, table: Table):
        table.do(Cable(CableName.DOOR, plugged=False))
        assert not rig.door_emulator.link.is_symlink()
        table.do(Cable(CableName.DOOR, plugged=True))
        assert rig.door_emulator.link.is_symlink()

    @pytest.mark.parametrize(
        ("name", "part"),
        [
            (CableName.NETWORK, "broker"),
            (CableName.DESK, "collector"),
            (CableName.CAMERA, "camera"),
            (CableName.SCANNER, "scanner"),
        ],
    )
    def test_other_cables_end_a_part_and_bring_it_back(self, rig, table: Table, name, part):
        table.do(Cable(name, plugged=False))
        assert rig.killed == [part]
        assert table.lying.plug(name) is Plug.OUT
        assert dict(table.lying.pulled) == {name: 1000.0}
        table.do(Cable(name, plugged=True))
        assert rig.back == [part]
        assert table.lying.plug(name) is Plug.IN
        assert table.lying.pulled == ()

    def test_the_librarys_cable_is_there_only_where_the_library_is_far(self, rig, table: Table):
        with pytest.raises(UnknownError):
            table.do(Cable(CableName.LIBRARY, plugged=False))
        far = Table(rig, cables=tuple(CableName))
        far.do(Cable(CableName.LIBRARY, plugged=False))
        assert rig.killed == ["library"]
        assert far.lying.plug(CableName.LIBRARY) is Plug.OUT

    def test_pulling_a_cable_that_is_out_does_nothing(self, rig, table: Table):
        for _ in range(2):
            table.do(Cable(CableName.DESK, plugged=False))
        assert rig.killed == ["collector"]

    def test_a_cable_that_is_being_plugged_in_is_left_alone(self, rig, table: Table):
        begun, go_on = threading.Event(), threading.Event()

        def slow(part: str) -> None:
            begun.set()
            go_on.wait(10)

        rig.bring_back = slow
        table.do(Cable(CableName.DESK, plugged=False))
        plugging = threading.Thread(target=table.do, args=(Cable(CableName.DESK, plugged=True),))
        plugging.start()
        assert begun.wait(10)
        assert table.lying.plug(CableName.DESK) is Plug.COMING
        with pytest.raises(BenchError, match="Wait a moment"):
            table.do(Cable(CableName.DESK, plugged=False))
        go_on.set()
        plugging.join()
        assert table.lying.plug(CableName.DESK) is Plug.IN

    def test_what_does_not_come_back_is_out(self, rig, table: Table):
        def broken(part: str) -> None:
            raise OSError("no room")

        rig.bring_back = broken
        table.do(Cable(CableName.DESK, plugged=False))
        with pytest.raises(OSError, match="no room"):
            table.do(Cable(CableName.DESK, plugged=True))
        assert table.lying.plug(CableName.DESK) is Plug.OUT


def written_afi(rig, key: str, afi: int) -> tuple[int, bytes]:
    """Ask the emulated firmware, over its line, to write an AFI; the tag's AFI after that, and the answer."""
    import os
    import select
    import tty

    from devices.rfid.protocols.m3.frames import pack

    fd = os.open(rig.reader.port, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    try:
        os.write(fd, pack(bytes([0x09]) + bytes.fromhex(rig.tag(key).uid) + bytes([afi])))
        answer = b""
        # Three bytes say how many follow; a line may hand over a frame in any pieces.
        while len(answer) < 3 or len(answer) < 3 + int.from_bytes(answer[1:3]):
            if not select.select([fd], [], [], 1.5)[0]:
                break
            answer += os.read(fd, 256)
    finally:
        os.close(fd)
    return rig.tag(key).afi, answer


class TestTrouble:
    def test_a_reader_that_is_often_busy_ignores_some_of_what_it_is_told(self, rig, table: Table):
        table.do(Lay("layar"))
        table.do(Trouble(TroubleName.BUSY, on=True))
        answers = {bool(written_afi(rig, "layar", 0xC2)[1]) for _ in range(9)}
        assert answers == {True, False}
        assert "ignored" in {frame.way for frame in rig.reader.frames()}
        table.do(Trouble(TroubleName.BUSY, on=False))
        assert all(written_afi(rig, "layar", 0xC2)[1] for _ in range(5))

    def test_answers_in_crumbs_are_whole_in_the_end(self, rig, table: Table):
        table.do(Lay("layar"))
        whole = written_afi(rig, "layar", 0xC2)
        table.do(Trouble(TroubleName.CRUMBS, on=True))
        assert written_afi(rig, "layar", 0xC2) == whole

    def test_written_but_is_not(self, rig, table: Table):
        table.do(Lay("layar"))
        table.do(Trouble(TroubleName.UNCHANGED, on=True))
        afi, answer = written_afi(rig, "layar", 0xC2)
        assert answer[4] == 0, "the reader says it is done"
        assert afi == 0x07
        table.do(Trouble(TroubleName.UNCHANGED, on=False))
        assert written_afi(rig, "layar", 0xC2)[0] == 0xC2
        assert table.lying.troubles == frozenset()

    def test_a_silent_reader_does_not_answer(self, rig, table: Table):
        table.do(Lay("layar"))
        table.do(Trouble(TroubleName.SILENT, on=True))
        assert written_afi(rig, "layar", 0xC2)[1] == b""

    def test_troubles_outlive_the_readers_power(self, rig, table: Table):
        table.do(Lay("layar"))
        table.do(Trouble(TroubleName.UNCHANGED, on=True))
        table.do(Cable(CableName.READER, plugged=False))
        table.do(Trouble(TroubleName.WRITE_FAILS, on=True))
        table.do(Trouble(TroubleName.WRITE_FAILS, on=False))
        table.do(Cable(CableName.READER, plugged=True))
        assert written_afi(rig, "layar", 0xC2)[0] == 0x07

    def test_a_camera_has_one_fault_at_a_time(self, table: Table):
        table.do(Trouble(TroubleName.FROZEN, on=True))
        table.do(Trouble(TroubleName.STALLED, on=True))
        assert table.lying.troubles == {TroubleName.STALLED}

    def test_a_restart_is_over_when_it_is_done(self, rig, table: Table):
        for name in (TroubleName.BROKER_RESTARTS, TroubleName.DOOR_RESTARTS):
            table.do(Trouble(name, on=True))
            table.do(Trouble(name, on=False))
        assert rig.killed == rig.back == ["broker", "door"]
        assert table.lying.plug(CableName.NETWORK) is Plug.IN
        assert table.lying.troubles == frozenset()
        assert table.lying.restarted == (TroubleName.BROKER_RESTARTS, TroubleName.DOOR_RESTARTS)

    def test_a_broker_without_network_cannot_restart(self, table: Table):
        table.do(Cable(CableName.NETWORK, plugged=False))
        with pytest.raises(BenchError, match="network cable is out"):
            table.do(Trouble(TroubleName.BROKER_RESTARTS, on=True))
