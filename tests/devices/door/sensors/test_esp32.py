"""The door on an ESP32, under CPython: beams, flash that loses its end, rows as the contract has them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from esp32_support import UTC, Walk, ledger, person

from devices.contract import Anchor, Count, body, decode_rows
from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.esp32.beams import A, B, Beams
from devices.door.esp32.door import Door
from devices.door.esp32.flash import SEGMENT, seal, unseal
from devices.door.events import Direction, Passage


def sums(edges: list[tuple[int, int, bool]], until: int = 100_000) -> dict[str, int]:
    beams = Beams()
    for edge in edges:
        beams.on_edge(*edge)
    beams.advance(until)
    return {key: count for key, count in beams.sums.items() if count}


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (person(1_000, "in"), {"in": 1}),
        (person(1_000, "out"), {"out": 1}),
        (person(1_000, "in") + person(3_000, "out"), {"in": 1, "out": 1}),
        ([(1_000, A, True), (1_300, A, False)], {"tb": 1}),
        ([(1_000, A, True), (1_080, B, True), (1_300, B, False), (1_400, A, False)], {"tb": 1}),
        ([(1_000, A, True), (1_100, A, False), (1_200, B, True), (1_310, B, False)], {"in": 1}),  # fast and slim
        ([(1_000, A, True), (1_100, A, False), (2_200, B, True), (2_310, B, False)], {"tb": 2}),
        ([(1_000, A, True), (1_001, B, True), (1_300, A, False), (1_301, B, False)], {"amb": 1, "glitch": 2}),
        ([(1_000, A, True), (1_005, B, True), (1_300, A, False), (1_305, B, False)], {"glitch": 1}),  # 20 m/s
        ([*person(1_000, "in"), (1_420, A, True), (1_440, A, False)], {"in": 1}),  # a bag
    ],
)
def test_what_the_small_machine_makes_of_edges(edges: list[tuple[int, int, bool]], expected: dict[str, int]) -> None:
    assert sums(edges) == expected


def test_a_trolley_left_in_the_door_is_a_fault_and_no_count() -> None:
    beams = Beams()
    beams.on_edge(1_000, A, True)
    beams.advance(61_000)
    assert beams.blocked
    beams.on_edge(70_000, A, False)
    beams.advance(71_000)
    assert not beams.blocked
    assert sums(person(1_000, "in")) == {"in": 1}
    assert not any(beams.sums.values())


def test_it_agrees_with_the_big_machine_about_people_one_at_a_time() -> None:
    chance, at, edges = random.Random(5), 1_000, []
    for _ in range(300):
        step, depth = chance.randint(30, 400), chance.randint(150, 900)
        if abs(step - depth) > 3:  # the exit of one beam and the entry of the other in one instant is its own case
            edges += sorted(person(at, chance.choice(["in", "out"]), step, depth))
        at += step + depth + chance.randint(1_000, 2_000)
    machine = Crossing()
    said = [
        event for t, beam, broken in edges for event in machine.feed(Edge(t, Beam.A if beam == A else Beam.B, broken))
    ]
    said += machine.finish(at)
    big = [event.direction for event in said if isinstance(event, Passage)]
    small = sums(edges, at + 10_000)
    assert (small["in"], small["out"]) == (big.count(Direction.IN), big.count(Direction.OUT))
    assert small["in"] > 100


# -- flash


ROW = {"boot": "b", "bt0": 1, "bt1": 2, "t0": None, "t1": None, "clk": "none", "kind": "count"}


def test_totals_and_numbers_come_from_flash_and_rows_stay_until_acknowledged(tmp_path: Path) -> None:
    first = ledger(tmp_path)
    for _ in range(3 * SEGMENT + 5):
        first.append(ROW, {"in": 2, "out": 1})
    again = ledger(tmp_path)
    assert (again.epoch, again.seq, again.total_in, again.total_out) == (first.epoch, 305, 610, 305)
    again.ack(again.epoch, 250)
    assert again.oldest() == 201
    assert [row["seq"] for row in again.rows(3)] == [251, 252, 253]
    again.ack("another", 300)
    again.ack(again.epoch, 9_999)  # rows that were never made
    assert again.acked == 250
    again.ack(again.epoch, 305)
    assert again.rows(3) == []
    assert len(list(tmp_path.iterdir())) == 2  # the newest, and one before it should that one be spoiled
    assert ledger(tmp_path).seq == 305


def test_the_mark_of_another_boards_row_deletes_nothing(tmp_path: Path) -> None:
    """Flash that was copied: the other board has the same epoch and numbers, and other rows."""
    copy = ledger(tmp_path)
    for number in range(SEGMENT + 2):
        copy.append(dict(ROW, boot="old" if number < SEGMENT else "mine"), {"in": 1})
    assert not copy.ack(copy.epoch, SEGMENT + 1, "theirs")
    assert copy.acked == 0
    assert copy.ack(copy.epoch, SEGMENT, "old")  # what both had when it was copied
    assert copy.ack(copy.epoch, SEGMENT + 1)  # a collector that does not tell
    assert copy.ack(copy.epoch, SEGMENT + 2, "mine")
    assert copy.backlog() == 0


def test_a_torn_end_falls_back_to_the_last_good_row_at_every_byte(tmp_path: Path) -> None:
    whole = ledger(tmp_path / "a")
    for _ in range(4):
        whole.append(ROW, {"in": 1, "out": 0})
    (file,) = (tmp_path / "a").iterdir()
    data = file.read_bytes()
    ends = [n + 1 for n, byte in enumerate(data) if byte == 10]
    for cut in [*range(ends[0], ends[0] + 12), *range(ends[1] - 9, ends[1] + 2), *range(ends[2] - 2, len(data), 31)]:
        (tmp_path / "b").mkdir(exist_ok=True)
        (tmp_path / "b" / file.name).write_bytes(data[:cut])
        left = ledger(tmp_path / "b")
        assert (left.epoch, left.seq) == (whole.epoch, sum(end <= cut for end in ends))
        left.append(ROW, {"in": 1, "out": 0})
        assert ledger(tmp_path / "b").total_in == left.seq


def test_a_spoiled_byte_is_noticed_and_lost_numbers_are_a_new_epoch(tmp_path: Path) -> None:
    assert unseal(seal("abc")) == "abc"
    assert unseal(seal("abc").replace("b", "c")) == ""
    old = ledger(tmp_path)
    old.append(ROW, {"in": 7})
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"\xff" + file.read_bytes()[1:])
    new = ledger(tmp_path)
    assert (new.seq, new.total_in) == (0, 0)
    assert new.epoch != old.epoch  # the old numbers are never used for other people


def test_a_full_flash_keeps_counting_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.door.esp32.flash.MOST_SEGMENTS", 1)
    store = ledger(tmp_path)
    for _ in range(SEGMENT):
        store.append(ROW, {"in": 1})
    assert store.full()
    door = Door(store, "kota", "pintu-1", "Pintu", "b", lambda: None)
    for edge in person(1_000, "in"):
        door.beams.on_edge(*edge)
    door.count(20_000)
    assert store.seq == SEGMENT
    assert door.beams.sums["in"] == 1


# -- rows as the contract has them


def test_rows_decode_by_the_contract_and_their_totals_go_on_over_a_restart(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.people("in", "in", "out")
    walk.wait(5_000)
    walk.wait(900_000)
    after = Walk(tmp_path, "boot2", UTC)
    after.people("in")
    after.wait(5_000)
    payload = json.dumps(after.ledger.rows(20)).encode()
    items = decode_rows(payload)
    assert [item.problem for item in items] == [""] * 4
    rows = [item.row for item in items if item.row is not None]
    assert [(row.kind, row.boot, row.seq) for row in rows] == [
        ("count", "boot1", 1), ("heartbeat", "boot1", 2), ("anchor", "boot2", 3), ("count", "boot2", 4),
    ]  # fmt: skip
    first, beat, anchor, last = (body(row) for row in rows)
    assert first == Count(into=2, out=1, total_in=2, total_out=1)
    assert beat == Count(total_in=2, total_out=1)
    assert isinstance(anchor, Anchor)
    assert last == Count(into=1, total_in=3, total_out=1)
    assert rows[0].t0 is None
    assert rows[3].t1 == UTC + rows[3].bt1
    assert rows[1].bt0 == rows[0].bt1  # watched without a hole
    assert all(len(json.dumps(row)) < 300 for row in after.ledger.rows(20))


def test_blocked_time_is_a_row_of_its_own_with_its_flag(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.wait(0)
    walk.door.beams.on_edge(2_000, A, True)
    walk.wait(70_000)
    walk.door.beams.on_edge(walk.now, A, False)
    walk.wait(1_500)
    flags = [row["body"]["flags"] for row in walk.ledger.rows(9)]
    assert flags == [[], ["blocked"]]


def test_lost_edges_make_the_passage_ambiguous_and_flag_the_row(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    (first, *rest) = person(walk.now, "in")
    walk.door.beams.on_edge(*first)
    walk.door.lose()
    for edge in rest:
        walk.door.beams.on_edge(*edge)
    walk.now = rest[-1][0]
    walk.wait(1_000)
    walk.wait(5_000)
    walk.people("in")
    walk.wait(5_000)
    lossy, whole = (row["body"] for row in walk.ledger.rows(9))
    assert (lossy["amb"], lossy["in"], lossy["flags"]) == (1, 0, ["edges_lost"])
    assert (whole["in"], whole["flags"]) == (1, [])


def test_power_that_fails_at_any_time_costs_at_most_what_was_not_written(tmp_path: Path) -> None:
    chance = random.Random(3)
    truth = lost = 0
    for cut in range(40):
        walk = Walk(tmp_path, f"boot{cut}")
        known = walk.ledger.total_in
        came = chance.randint(0, 6)
        for _ in range(came):
            walk.people("in")
            walk.wait(chance.randint(0, 6_000))
        truth += came
        unwritten = walk.door.beams.sums["in"]  # power fails here
        assert walk.ledger.total_in == known + came - unwritten
        assert unwritten <= 5  # 5 s of one-second walkers
        lost += unwritten
    assert Walk(tmp_path).ledger.total_in == truth - lost
    assert 0 < lost < truth
