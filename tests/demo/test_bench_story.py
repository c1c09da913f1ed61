"""Messages, screens and tags become lines, each told once."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from devices.contract import Ack, Alert, Count, Health, Leaf, Part, Row, Totals, Transaction, encode, topic
from devices.emulators.field import TagState
from pustaka.demo.bench.actions import CableName, TroubleName
from pustaka.demo.bench.story import KioskSeen, Line, Passages, Post, RowSeen, of_kiosk, of_tags, short
from pustaka.demo.bench.table import NEAR, Lying, Plug
from pustaka.demo.bench.watch import of_table

DOOR, KIOSK = "pintu-1", "anjungan-1"


def name(device: str, leaf: Leaf, rest: str = "") -> str:
    return topic("kota", device, leaf, rest)


def records(*bodies: object, first: int = 1) -> bytes:
    kinds = {Count: "count", Transaction: "transaction"}
    rows = [
        Row(epoch="e", seq=seq, boot="b", bt0=0, bt1=1, kind=kinds[type(body)], body=msgspec.Raw(encode(body)))
        for seq, body in enumerate(bodies, start=first)
    ]
    return encode(rows)


def keys(lines: list[Line]) -> list[str]:
    return [line.key for line in lines]


class TestPost:
    def test_passages_are_told_from_running_totals(self):
        post = Post()
        lines = post.hear(name(DOOR, Leaf.TOTALS), encode(Totals(values={"in": 3, "out": 1})))
        assert [(line.key, line.fields["n"], line.fields["total"]) for line in lines] == [
            ("door.in", 3, 3),
            ("door.out", 1, 1),
        ]
        lines = post.hear(name(DOOR, Leaf.TOTALS), encode(Totals(values={"in": 4, "out": 1})))
        assert [(line.key, line.fields["n"], line.fields["total"]) for line in lines] == [("door.in", 1, 4)]
        assert post.passages == Passages(into=4, out=1)

    def test_the_kiosks_totals_are_no_passages(self):
        post = Post()
        assert post.hear(name(KIOSK, Leaf.TOTALS), encode(Totals(values={"in": 3}))) == []
        assert post.passages == Passages()

    def test_who_turned_back_is_told_from_records_once(self):
        post = Post()
        payload = records(Count(turned_back=1))
        assert keys(post.hear(name(DOOR, Leaf.RECORDS), payload)) == ["record", "door.back"]
        assert post.hear(name(DOOR, Leaf.RECORDS), payload) == [], "sent again, nothing new"
        assert post.passages.turned_back == 1

    def test_a_batch_is_one_line_and_its_rows_theirs(self):
        lines = Post().hear(
            name(KIOSK, Leaf.RECORDS),
            records(
                Transaction(op="checkout", result="done", total=1),
                Transaction(op="checkout", result="refused", code="held"),
                first=8,
            ),
        )
        assert keys(lines) == ["records", "transaction.done", "transaction.refused"]
        assert (lines[0].fields["first"], lines[0].fields["last"]) == (8, 9)
        assert lines[2].fields["code"] == "held"

    def test_unclear_passages_and_marks_stand_out(self):
        lines = Post().hear(name(DOOR, Leaf.RECORDS), records(Count(ambiguous=2, flags=("blocked",))))
        assert keys(lines) == ["record", "door.unclear", "door.flag"]
        assert [line.warn for line in lines] == [False, True, True]

    def test_an_acknowledgement_is_told_when_it_grows(self):
        post = Post()
        where = name(DOOR, Leaf.ACK)
        assert keys(post.hear(where, encode(Ack(epoch="e", seq=4)))) == ["acked"]
        assert post.hear(where, encode(Ack(epoch="e", seq=4)) + b" ") == []
        assert keys(post.hear(where, encode(Ack(epoch="e", seq=5)))) == ["acked"]

    def test_only_a_lost_device_stands_out(self):
        post = Post()
        online, offline = (post.hear(name(DOOR, Leaf.STATUS), status) for status in (b"online", b"offline"))
        assert [(line.key, line.warn) for line in (*online, *offline)] == [
            ("status.online", False),
            ("status.offline", True),
        ]

    def test_a_part_is_told_when_its_state_changes(self):
        def health(state: str, uptime: int) -> bytes:
            return encode(Health(uptime_s=uptime, parts={"reader": Part(state=state)}))

        post = Post()
        where = name(KIOSK, Leaf.HEALTH)
        assert post.hear(where, health("ok", 1)) == []
        assert post.hear(where, health("ok", 2)) == []
        (line,) = post.hear(where, health("lost", 3))
        assert line.fields == {"part": "reader", "state": "lost"}
        assert line.warn

    def test_an_alert_is_told_when_it_begins(self):
        post = Post()
        where = name(DOOR, Leaf.ALERT, "blocked")
        assert keys(post.hear(where, encode(Alert(what="Something stands in it.")))) == ["alert"]
        assert post.hear(where, b"") == []

    @pytest.mark.parametrize(
        ("topic_name", "payload"),
        [("elsewhere/x", b""), (name(DOOR, Leaf.TOTALS), b"{"), (name(DOOR, Leaf.RECORDS), b"\xff")],
    )
    def test_what_nobody_understands_is_told_and_hurts_nothing(self, topic_name, payload):
        assert keys(Post().hear(topic_name, payload)) == ["mqtt.strange"]

    def test_a_broken_row_spoils_only_itself(self):
        payload = b'[{"epoch":"e","seq":1},' + records(Count(turned_back=1), first=2)[1:]
        assert keys(Post().hear(name(DOOR, Leaf.RECORDS), payload)) == ["record", "door.back"]


ROW = RowSeen("borrow", "B1", "waiting", "Layar Terkembang")


class TestKiosk:
    def test_the_first_look_names_the_page(self):
        assert keys(of_kiosk(None, KioskSeen(page="welcome"))) == ["kiosk.page"]

    def test_nothing_new_says_nothing(self):
        seen = KioskSeen(page="borrow", rows=(ROW,), notice="refused")
        assert of_kiosk(seen, seen) == []

    def test_a_kiosk_that_stops_answering_is_told_once(self):
        assert keys(of_kiosk(KioskSeen(), None)) == ["kiosk.gone"]
        assert of_kiosk(None, None) == []

    def test_each_phase_of_a_book_is_a_line(self):
        before = KioskSeen(page="borrow", rows=(ROW,))
        borrowed = msgspec.structs.replace(ROW, phase="borrowed", due="2026-12-01", security="pending")
        after = msgspec.structs.replace(before, rows=(borrowed,))
        (line,) = of_kiosk(before, after)
        assert (line.key, line.fields["title"], line.fields["due"]) == ("row.due", "Layar Terkembang", "2026-12-01")
        right = msgspec.structs.replace(after, rows=(msgspec.structs.replace(borrowed, security="right"),))
        assert keys(of_kiosk(after, right)) == ["row.secured"]

    def test_a_refusal_says_why_and_putting_back_stands_out(self):
        page = KioskSeen(page="borrow")
        refused = msgspec.structs.replace(page, rows=(msgspec.structs.replace(ROW, phase="refused", refusal="held"),))
        (line,) = of_kiosk(page, refused)
        assert (line.key, line.fields["code"], line.warn) == ("row.refused", "held", False)
        put_back = msgspec.structs.replace(page, rows=(msgspec.structs.replace(ROW, phase="put-back"),))
        assert of_kiosk(page, put_back)[0].warn

    def test_devices_overlays_and_notices(self):
        before = KioskSeen(page="menu", camera_ready=True, reader_ready=False, notice="none")
        now = KioskSeen(
            page="menu", camera_ready=False, reader_ready=True, online=False, overlay="help", notice="no-match"
        )
        assert keys(of_kiosk(before, now)) == [
            "kiosk.overlay",
            "kiosk.notice",
            "kiosk.camera.lost",
            "kiosk.reader.back",
            "kiosk.online.lost",
        ]


class TestTags:
    def test_coming_changing_and_leaving(self):
        tag = TagState(uid="E004010000000001")
        there = msgspec.structs.replace(tag, position=1)
        off = msgspec.structs.replace(there, afi=0xC2)
        gone = msgspec.structs.replace(tag, afi=0x07)
        steps = [(tag, there, ["tag.came"]), (there, off, ["tag.disarmed"]), (off, gone, ["tag.armed", "tag.left"])]
        for before, now, expected in steps:
            assert keys(of_tags({tag.uid: before}, [now], {})) == expected

    def test_the_thing_is_named_and_the_uid_shortened(self):
        tag = TagState(uid="E004010000000001")
        (line,) = of_tags({tag.uid: tag}, [msgspec.structs.replace(tag, afi=0x55)], {tag.uid: "Saman"})
        assert line.key == "tag.afi"
        assert line.fields == {"name": "Saman", "uid": "E004…0001", "old": "07", "afi": "55"}

    def test_a_tag_that_is_new_or_still_says_nothing(self):
        tag = TagState(uid="E004010000000001", position=1)
        assert of_tags({}, [tag], {}) == []
        assert of_tags({tag.uid: tag}, [tag], {}) == []

    def test_short(self):
        assert short("E00401008396E132") == "E004…E132"


class TestTable:
    def test_hands_are_told_too(self):
        out = tuple((cable, Plug.OUT if cable is CableName.DOOR else Plug.IN) for cable in NEAR)
        now = Lying(shown="isbn", plugs=out, troubles=frozenset({TroubleName.LATE}))
        lines = of_table(Lying(), now)
        assert keys(lines) == ["camera.shown", "cable.out", "trouble.begins"]
        assert lines[0].fields["symbology"] == "EAN-13"
        assert keys(of_table(now, Lying())) == ["camera.away", "cable.back", "trouble.ends"]

    def test_each_scan_is_told_also_of_the_same_thing(self):
        once, twice = Lying(scanned=("layar",)), Lying(scanned=("layar", "layar"))
        (line,) = of_table(once, twice)
        assert (line.source, line.key, line.fields["name"]) == ("scanner", "scanner.scanned", "Layar Terkembang")
        assert of_table(twice, twice) == []

    def test_a_cable_on_its_way_is_not_told_yet(self):
        coming = tuple((cable, Plug.COMING if cable is CableName.DESK else Plug.IN) for cable in NEAR)
        assert of_table(Lying(), Lying(plugs=coming)) == []

    def test_each_restart_is_told(self):
        once = replace(Lying(), restarted=(TroubleName.DOOR_RESTARTS,))
        twice = replace(Lying(), restarted=(TroubleName.DOOR_RESTARTS,) * 2)
        assert keys(of_table(Lying(), once)) == keys(of_table(once, twice)) == ["trouble.once"]
