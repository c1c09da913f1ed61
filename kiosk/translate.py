"""From what devices tell to what the session understands. Pure; each device event becomes at most two others.

What is a patron's number and what an item's was decided by the library's rules (camera) or the tag's type of usage
(reader). Where that is not certain the session is told so and asks: guessing would lend a book to a book.
"""

from __future__ import annotations

from devices.barcode import events as camera
from devices.barcode.accept import USABLE
from devices.rfid import events as reader
from devices.rfid.tags.content import Problem
from devices.scanner import events as scanner
from kiosk.circulation.port import PatronRef
from kiosk.session.model import (
    Advice,
    CardSeen,
    CodeUnread,
    Device,
    DeviceChanged,
    Event,
    ForeignCodeSeen,
    LabelSeen,
    SalesCodeSeen,
    StaffSeen,
    TagArrived,
    TagLeft,
    TagRead,
    Unclear,
    UnclearSeen,
)


def from_camera(event: camera.Event) -> Event | None:
    """The session's event for one of the camera's, if it is of interest."""
    match event:
        case camera.CodeRead(kind=camera.Kind.PATRON, text=text):
            return CardSeen(PatronRef(text))
        case camera.CodeRead(kind=camera.Kind.ITEM, text=text):
            return LabelSeen(text)
        case camera.CodeRead(kind=camera.Kind.AMBIGUOUS, text=text, patron=patron, item=item):
            return UnclearSeen(Unclear(text, PatronRef(patron), item))
        case camera.CodeRead(kind=camera.Kind.STAFF):
            return StaffSeen()
        case camera.CodeHint(text_kind=camera.Kind.ISBN):
            return SalesCodeSeen()
        case camera.CodeHint(text_kind=camera.Kind.UNKNOWN):
            return ForeignCodeSeen()
        case camera.CodeUnread(why=why):
            return CodeUnread(Advice.CLOSER if why is camera.Unread.SMALL else Advice.STILL)
        case camera.CameraChanged(ready=ready):
            return DeviceChanged(Device.CAMERA, ready)
    return None


def from_scanner(event: scanner.Event) -> Event | None:
    """The session's event for one of a scanner's: a scanned code is what the camera's would be, without a picture."""
    if not isinstance(event, scanner.Scanned):
        return None
    if event.kind not in USABLE:
        return from_camera(camera.CodeHint(event.kind))
    nowhere = ((0, 0), (0, 0), (0, 0), (0, 0))
    return from_camera(camera.CodeRead(event.kind, event.text, event.format, nowhere, (0, 0), event.patron, event.item))


def from_card_reader(event: reader.Event) -> Event | None:
    """The session's event for one of the card reader's: a patron's card, or one whose number is nobody's.

    What else happens there concerns nobody: a book laid on it lies on no pad, and a card does not leave one.
    """
    if not isinstance(event, reader.TagRead) or event.content is None:
        return None
    if event.content.is_card:
        return CardSeen(PatronRef(event.content.item_id))
    return ForeignCodeSeen() if event.problem == Problem.DRAWN_NUMBER else None


def from_reader(event: reader.Event, isil: str = "") -> Event | None:
    """The session's event for one of the reader's. ``isil``: tags of another owner name no book (empty: any owner).

    Written security bits are not here: they need the runner's list of wishes.
    """
    match event:
        case reader.TagArrived(uid):
            return TagArrived(uid)
        case reader.TagLeft(uid):
            return TagLeft(uid)
        case reader.TagRead(uid, None):
            return TagRead(uid)
        case reader.TagRead(uid, content):
            assert content is not None
            if content.is_card:
                return CardSeen(PatronRef(content.item_id))
            foreign = bool(isil and content.isil and content.isil != isil)
            if not content.is_item or foreign:
                return TagRead(uid)
            return TagRead(uid, content.item_id, max(1, content.part), max(1, content.parts), content.lendable)
        case reader.ReaderChanged(state):
            return DeviceChanged(Device.READER, state is reader.ReaderState.READY)
    return None
