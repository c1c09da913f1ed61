"""What the devices tell becomes what the session understands; what is not certain is passed on as such."""

from __future__ import annotations

import pytest

from devices.barcode.events import CameraChanged, CodeHint, CodeRead, CodeUnread, Kind, Unread, Why
from devices.rfid.events import ReaderChanged, ReaderState, TagArrived, TagLeft, TagRead
from devices.scanner.events import Scanned, ScannerChanged, ScannerState
from kiosk.circulation.port import PatronRef
from kiosk.session import model
from kiosk.translate import from_camera, from_reader, from_scanner

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
