"""``pustaka tag convert`` and ``pustaka tag undo``: a shelf there and back, on an emulated pad."""

from __future__ import annotations

from typing import Any

from devices.emulators.faults import Fault
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, Usage
from devices.rfid.tags.recognise import recognise

A, B, C, D = "E004010031230A01", "E004010031230B02", "E004010031230C03", "E004010031230D04"
WRITE = 0x04


def test_a_shelf_is_converted_several_books_at_once_and_given_back(desk: Any) -> None:
    desk.book(A, "BK0001", "ID-SMR01", 1, 2)
    desk.blank(B, iso28560_3.encode("BK0002", "ID-SMR01", usage=Usage.NON_CIRCULATING), afi=0xC2)
    desk.blank(C)
    desk.blank(D, b"\x11\x01\x01damaged")
    before = {uid: desk.tag(uid) for uid in (A, B, C, D)}
    for uid in before:
        desk.pad.put(uid)
    convert = desk.run("convert", "--to", "iso28560-2", "--count", "4")
    assert convert.ended() == 0
    assert {said["uid"] for said in convert.told("done")} == {A, B}
    assert {said["uid"]: said["why"].split(":")[0] for said in convert.told("skipped")} == {
        C: "The tag is blank.",
        D: "The tag's content is damaged (wrong checksum or broken structure)",
    }
    summary = convert.told("summary")[-1]
    assert (summary["done"], summary["skipped"], summary["failed"]) == (2, 2, 0)
    made = recognise(desk.memory(B), desk.tag(B).dsfid)
    assert (made.model, made.item_id, made.usage) == (Model.ISO_28560_2, "BK0002", Usage.NON_CIRCULATING)
    assert (desk.tag(B).afi, desk.tag(B).dsfid) == (0xC2, 0x06)
    assert recognise(desk.memory(A)).part == 1
    undo = desk.run("undo")
    assert undo.ended() == 0
    assert len(undo.told("undone")) == 2
    assert {uid: desk.memory(uid) for uid in before} == {uid: bytes.fromhex(tag.memory) for uid, tag in before.items()}
    assert desk.tag(A).dsfid == 0x3E
    again = desk.run("undo")
    assert again.ended() == 1


def test_a_tag_that_is_so_already_is_only_counted_and_a_dry_run_writes_nothing(desk: Any) -> None:
    desk.book(A, "BK0001")
    desk.book(B, "BK0002")
    memory = desk.memory(B)
    desk.pad.put(A)
    convert = desk.run("convert", "--to", "iso28560-3", "--count", "1")
    assert convert.ended() == 0
    assert convert.told("already")[0]["item"] == "BK0001"
    desk.pad.take(A)
    desk.pad.put(B)
    dry = desk.run("convert", "--to", "iso28560-2", "--count", "1", "--dry-run")
    assert dry.ended() == 0
    assert dry.told("would-write")[0]["uid"] == B
    assert desk.memory(B) == memory
    assert desk.log.read_text() == ""


def test_a_tag_pulled_out_of_a_conversion_is_finished_by_the_next_one(desk: Any) -> None:
    desk.book(A, "BK0001", "ID-SMR01")
    desk.pad.put(A)
    convert = desk.run("convert", "--to", "iso28560-2")
    convert.wait("done", uid=A)
    desk.pad.take(A)
    desk.book(B, "BK0002", "ID-SMR01")
    desk.pad.fault(Fault.VANISH_BEFORE, command=WRITE)
    desk.pad.put(B)
    convert.wait("half", uid=B)
    assert convert.end() == 1
    later = desk.run("convert", "--to", "iso28560-3")
    later.wait("half", half=1)
    desk.pad.put(B)
    later.wait("finished", uid=B)
    made = recognise(desk.memory(B), desk.tag(B).dsfid)
    assert (made.model, made.item_id) == (Model.ISO_28560_2, "BK0002")
    assert later.end() == 0


def test_what_somebody_else_has_written_since_is_not_undone(desk: Any) -> None:
    desk.book(A, "BK0001")
    desk.pad.put(A)
    assert desk.run("convert", "--to", "iso28560-2", "--count", "1").ended() == 0
    desk.book(A, "OTHER")
    undo = desk.run("undo", "--seconds", "5")
    assert undo.wait("failed", uid=A)["why"].startswith("The tag holds something else")
    assert undo.end() == 1
    assert recognise(desk.memory(A)).item_id == "OTHER"


def test_a_lent_book_keeps_its_alarm_off_when_its_conversion_is_undone(desk: Any) -> None:
    desk.book(A, "BK0001")
    desk.pad.put(A)
    assert desk.run("convert", "--to", "iso28560-2", "--count", "1", "--afi", "in").ended() == 0
    lent = desk.tag(A)
    desk.blank(A, bytes.fromhex(lent.memory), afi=0xC2, dsfid=lent.dsfid)
    assert desk.run("undo").ended() == 0
    assert (desk.tag(A).afi, recognise(desk.memory(A)).item_id) == (0xC2, "BK0001")
