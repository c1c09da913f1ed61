"""The station's log: whatever a power cut tears off, what a tag held before is there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.station.held import Held, SetAfi, SetBlocks, SetDsfid, steps
from devices.rfid.station.log import Begun, End, Ended, Log, LogError, Row, Story, Turned, Why, rows

A, B = "E004010031230A01", "E004010031230B02"
OLD, NEW = Held(memory="00" * 32, afi=0, dsfid=0), Held(memory="11" * 32, afi=7, dsfid=0x3E)


def begun(number: int, uid: str = A, **values: object) -> Begun:
    fields: dict[str, object] = {"number": number, "at": "t", "uid": uid, "why": Why.TAG, "before": OLD, "after": NEW}
    return msgspec.convert(fields | values, Begun)


def ended(number: int, end: End = End.DONE) -> Ended:
    return Ended(number=number, at="t", end=end)


def test_a_write_is_open_until_it_has_ended() -> None:
    story = Story([begun(1), begun(2, B)])
    assert set(story.open) == {A, B}
    story.add(ended(1))
    assert (set(story.open), story.undoable(), story.next_number) == ({B}, begun(1), 3)


def test_an_undone_write_is_not_undone_twice_and_the_one_before_it_comes_next() -> None:
    story = Story([begun(1), ended(1), begun(2, item="BK2"), ended(2)])
    assert story.undoable(A) == begun(2, item="BK2")
    story.add(begun(3, why=Why.UNDO, undoes=2))
    story.add(ended(3))
    assert story.undoable(A) == begun(1)


def test_an_undo_that_failed_undoes_nothing() -> None:
    story = Story(
        [begun(1), ended(1), begun(2, why=Why.UNDO, undoes=1), Turned(number=2, at="t"), ended(2, End.GIVEN_BACK)]
    )
    assert story.undoable(A) == begun(1)


def test_an_item_is_known_as_tagged_only_while_that_holds() -> None:
    story = Story([begun(1, item="BK1"), ended(1), begun(2, B, item="BK2"), ended(2, End.GIVEN_BACK)])
    assert story.tagged("BK1", 1) == begun(1, item="BK1")
    assert story.tagged("BK2", 1) is None


ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.one_of(
        st.builds(lambda uid: ("begun", uid), st.sampled_from([A, B])),
        st.builds(lambda end: ("ended", end), st.sampled_from(End)),
        st.just(("turned", "")),
    ),
    max_size=12,
).map(lambda made: _history(made))


def _history(made: list[tuple[str, str]]) -> list[Row]:
    """A log as a station writes it: one write at a time, each with its end or without (the power was cut)."""
    out: list[Row] = []
    number = 0
    for kind, what in made:
        if kind == "begun":
            number += 1
            out.append(begun(number, what, before=Held(memory=f"{number:02X}" * 32)))
        elif number:
            out.append(Turned(number=number, at="t") if kind == "turned" else ended(number, End(what)))
    return out


@settings(max_examples=100)
@given(ROWS, st.data())
def test_a_log_cut_at_any_byte_still_gives_back_every_tag(history: list[Row], data: st.DataObject) -> None:
    """A row counts only when all of it is on the disk, and then a tag has been written at the earliest."""
    whole = b"".join(msgspec.json.encode(row) + b"\n" for row in history)
    cut = data.draw(st.integers(0, len(whole)))
    found = rows(whole[:cut], "log")
    complete = whole[:cut].count(b"\n")
    assert found[:complete] == history[:complete]
    story = Story(found)
    last = {row.uid: row for row in found if isinstance(row, Begun)}
    ends = {row.number: row.end for row in found if isinstance(row, Ended)}
    for uid, row in last.items():
        end = ends.get(row.number)
        if end is None:
            assert story.open[uid] == row
        elif end is End.DONE:
            assert story.undoable(uid) == row


def test_a_torn_line_does_not_swallow_the_next_row(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(msgspec.json.encode(begun(1)) + b"\n" + b'{"row":"ended","num')
    log = Log(path)
    log.add(ended(1))
    log.close()
    assert Story(rows(path.read_bytes(), "log")).undoable() == begun(1)


def test_nobody_else_may_write_it(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    with pytest.raises(LogError, match="another station has it open"):
        Log(tmp_path / "log")
    log.close()
    Log(tmp_path / "log").close()


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("milk\nbread\n")
    with pytest.raises(LogError, match="no log of a tagging station"):
        Log(path)
    assert path.read_text() == "milk\nbread\n"


def test_only_what_differs_is_written_and_what_says_the_model_last() -> None:
    now = Held(memory="00" * 32, afi=7, dsfid=0)
    wanted = Held(memory="11" * 4 + "00" * 12 + "22" * 4 + "00" * 12, afi=7, dsfid=0x3E)
    assert steps(now, wanted) == [
        SetDsfid(0x3E),
        SetBlocks(4, bytes.fromhex("22222222")),
        SetBlocks(0, bytes.fromhex("11111111")),
    ]
    assert steps(now, msgspec.structs.replace(now, afi=0xC2)) == [SetAfi(0xC2)]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_steps_lead_from_any_memory_to_any_other(old: bytes, new: bytes) -> None:
    memory = bytearray(old)
    for one in steps(Held(memory=old.hex()), Held(memory=new.hex())):
        assert isinstance(one, SetBlocks)
        memory[one.first * 4 : one.first * 4 + len(one.data)] = one.data
    assert bytes(memory) == new
