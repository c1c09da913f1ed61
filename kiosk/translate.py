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
    Oddity,
    SalesCodeSeen,
    StaffSeen,
    Stuck,
    TagArrived,
    TagLeft,
    TagRead,
    Unclear,
    UnclearSeen,
)

#: A reader's problem with a tag, as the patron hears of it; whatever else there is, is a tag of an unknown kind.
_ODDITIES: dict[str, Oddity] = {
    Problem.NONE: Oddity.NONE,
    Problem.BLANK: Oddity.BLANK,
    Problem.UNREADABLE: Oddity.DAMAGED,
    Problem.BAD_CRC: Oddity.DAMAGED,
    Problem.NO_ITEM_ID: Oddity.NO_NUMBER,
}
#: Why a bit could not be written, by what the person there can do about it.
_STUCK: dict[str, Stuck] = {
    reader.SecurityProblem.LEFT: Stuck.LEFT,
    reader.SecurityProblem.NOT_WRITTEN: Stuck.MOVE,
    reader.SecurityProblem.UNCHANGED: Stuck.MOVE,
    reader.SecurityProblem.LOCKED: Stuck.LOCKED,
    reader.SecurityProblem.UNFIT: Stuck.LOCKED,  # the settings or the tag: nothing that a patron could do
    reader.SecurityProblem.READER_LOST: Stuck.READER,
    reader.SecurityProblem.STOPPED: Stuck.READER,
}


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

    Written security bits are not here: they go to the runner, with :func:`stuck`.
    """
    match event:
        case reader.TagArrived(uid):
            return TagArrived(uid)
        case reader.TagLeft(uid):
            return TagLeft(uid)
        case reader.TagRead(uid, content, problem):
            if content is None or not (content.is_card or content.is_item):
                return TagRead(uid, odd=_ODDITIES.get(problem, Oddity.UNKNOWN))
            if content.is_card:
                return CardSeen(PatronRef(content.item_id), uid)
            if isil and content.isil and content.isil != isil:
                return TagRead(uid, odd=Oddity.FOREIGN)
            part, parts = (content.part, content.parts) if content.parts > 1 else (1, 1)
            return TagRead(uid, content.item_id, part, parts, content.lendable)
        case reader.ReaderChanged(state):
            return DeviceChanged(Device.READER, state is reader.ReaderState.READY)
    return None


def stuck(event: reader.SecurityWritten) -> Stuck | None:
    """Why the bit is not right; ``None`` if another order took this one's place, which says nothing about the tag."""
    return None if event.why == reader.SecurityProblem.SUPERSEDED else _STUCK.get(event.why, Stuck.MOVE)
