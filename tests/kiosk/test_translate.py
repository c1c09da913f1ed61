"""What the devices tell becomes what the session understands; what is not certain is passed on as such."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.barcode.events import CameraChanged, CodeHint, CodeRead, CodeUnread, Kind, Unread, Why
from devices.rfid.events import (
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.tags.content import Model, Problem, TagContent, Usage
from devices.scanner.events import Scanned, ScannerChanged, ScannerState
from kiosk.circulation.port import PatronRef
from kiosk.session import model
from kiosk.translate import from_camera, from_reader, from_scanner, stuck

QUAD = ((0, 0), (10, 0), (10, 3), (0, 3))


def read(kind: Kind, text: str, patron: str = "", item: str = "") -> CodeRead:
    return CodeRead(kind, text, "Code128", QUAD, (1280, 720), patron, item)


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (read(Kind.PATRON, "A0001"), model.CardSeen(PatronRef("A0001"))),
        (read(Kind.ITEM, "B00417"), model.LabelSeen("B00417")),
        (
            read(Kind.AMBIGUOUS, "0417", "A0417", "B0417"),
            model.UnclearSeen(model.Unclear("0417", PatronRef("A0417"), "B0417")),
        ),
        (read(Kind.STAFF, ""), model.StaffSeen()),
        (CodeHint(Kind.ISBN), model.SalesCodeSeen()),
        (CodeHint(Kind.UNKNOWN), model.ForeignCodeSeen()),
        (CodeHint(Kind.IGNORED), None),
        (CodeUnread(Unread.SMALL), model.CodeUnread(model.Advice.CLOSER)),
        (CodeUnread(Unread.UNCLEAR), model.CodeUnread(model.Advice.STILL)),
        (CameraChanged(False, Why.LOST), model.DeviceChanged(model.Device.CAMERA, False)),
    ],
)
def test_what_a_camera_tells(told: object, understood: object) -> None:
    assert from_camera(told) == understood  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (Scanned(Kind.PATRON, "A0001", "", "desk"), model.CardSeen(PatronRef("A0001"))),
        (Scanned(Kind.ITEM, "B00417", "Code39", "desk"), model.LabelSeen("B00417")),
        (
            Scanned(Kind.AMBIGUOUS, "0417", "", "desk", "A0417", "B0417"),
            model.UnclearSeen(model.Unclear("0417", PatronRef("A0417"), "B0417")),
        ),
        (Scanned(Kind.STAFF, "", "", "desk"), model.StaffSeen()),
        (Scanned(Kind.ISBN, "9786020324784", "", "desk"), model.SalesCodeSeen()),
        (Scanned(Kind.UNKNOWN, "https://example.org", "", "desk"), model.ForeignCodeSeen()),
        (Scanned(Kind.IGNORED, "INV-1", "", "desk"), None),
        (ScannerChanged("desk", ScannerState.LOST, "unplugged"), None),
    ],
)
def test_what_a_scanner_tells_is_what_a_camera_would(told: object, understood: object) -> None:
    assert from_scanner(told) == understood  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (TagArrived("E004"), model.TagArrived("E004")),
        (TagLeft("E004"), model.TagLeft("E004")),
        (TagRead("E004", None), model.TagRead("E004")),
        (ReaderChanged(ReaderState.READY), model.DeviceChanged(model.Device.READER, True)),
    ],
)
def test_what_a_reader_tells(told: object, understood: object) -> None:
    assert from_reader(told) == understood  # type: ignore[arg-type]


def tag(item: str = "B00417", **more: object) -> TagRead:
    content = TagContent(Model.ISO_28560_3, item, crc_ok=True, usage=Usage.CIRCULATING)
    return TagRead("E004", replace(content, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("problem", "odd"),
    [
        (Problem.BLANK, model.Oddity.BLANK),
        (Problem.UNREADABLE, model.Oddity.DAMAGED),
        (Problem.BAD_CRC, model.Oddity.DAMAGED),
        (Problem.NO_ITEM_ID, model.Oddity.NO_NUMBER),
        (Problem.UNKNOWN_MODEL, model.Oddity.UNKNOWN),
        ("something newer", model.Oddity.UNKNOWN),
    ],
)
def test_a_tag_that_names_no_book_says_why(problem: str, odd: model.Oddity) -> None:
    assert from_reader(TagRead("E004", None, problem)) == model.TagRead("E004", odd=odd)


def test_a_tag_of_another_library_is_foreign_unless_nobody_says_whose_belong_here() -> None:
    theirs = tag(isil="ID-SBY01")
    assert from_reader(theirs, "ID-SMR01") == model.TagRead("E004", odd=model.Oddity.FOREIGN)
    assert from_reader(theirs) == from_reader(tag(isil="ID-SMR01"), "ID-SMR01") == model.TagRead("E004", "B00417")


@pytest.mark.parametrize(
    ("part", "parts", "told"), [(2, 3, (2, 3)), (0, 3, (0, 3)), (0, 1, (1, 1)), (1, 1, (1, 1)), (0, 0, (1, 1))]
)
def test_the_part_of_a_set_is_passed_on_as_the_tag_tells_it(part: int, parts: int, told: tuple[int, int]) -> None:
    assert from_reader(tag(part=part, parts=parts)) == model.TagRead("E004", "B00417", *told)


def test_a_card_on_the_pad_is_a_card_that_lies_there() -> None:
    assert from_reader(tag("A0001", usage=Usage.PATRON_CARD)) == model.CardSeen(PatronRef("A0001"), "E004")


def test_every_reason_for_a_wrong_bit_asks_something_of_somebody_but_for_an_order_that_was_replaced() -> None:
    said = {why: stuck(SecurityWritten("E004", True, False, why)) for why in SecurityProblem if why}
    assert said.pop(SecurityProblem.SUPERSEDED) is None
    assert said == {
        SecurityProblem.LEFT: model.Stuck.LEFT,
        SecurityProblem.NOT_WRITTEN: model.Stuck.MOVE,
        SecurityProblem.UNCHANGED: model.Stuck.MOVE,
        SecurityProblem.LOCKED: model.Stuck.LOCKED,
        SecurityProblem.UNFIT: model.Stuck.LOCKED,
        SecurityProblem.READER_LOST: model.Stuck.READER,
        SecurityProblem.STOPPED: model.Stuck.READER,
    }
