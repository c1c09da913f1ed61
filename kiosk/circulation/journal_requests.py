"""Requests of staff to a journal that the running kiosk writes: a folder beside it, one file a request.

The journal has one writer. While the kiosk runs, ``pustaka journal resolve`` leaves a request here, whole or not at
all; the kiosk takes it up within a minute, checks it as it would any other, and removes it. Taken up twice (a crash in
between), it changes nothing the second time. What cannot be done is kept with the ending ``.refused`` for staff to see.
"""

from __future__ import annotations

import enum
import logging
import os
import time
import uuid
from pathlib import Path

import msgspec

from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, State
from kiosk.circulation.journal_key import sync_folder

log = logging.getLogger(__name__)

#: A request is a few lines; whatever is longer is none.
LONGEST = 4096
_ENDING, _TAKING, _REFUSED = ".request", ".taking", ".refused"


class Wanted(enum.StrEnum):
    """What staff want of a conflict, or of a tag on the list of wrong bits."""

    RESOLVE = "resolve"
    REDO = "redo"
    BIT_RIGHT = "bit-right"


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One request. ``journal`` is the id of the journal it is for: an old request harms no new journal.

    ``op`` is the operation; of a tag, its UID, and nobody asks who or why.
    """

    journal: str
    op: str
    wanted: Wanted
    who: str
    why: str


def folder(journal: Path) -> Path:
    """Where the requests to the journal at ``journal`` stand."""
    return journal.with_name(journal.name + ".requests")


def leave(journal: Path, request: Request) -> None:
    """Leave a request for the running kiosk; durable when this returns.

    Raises:
        JournalError: nothing can be written there.
    """
    box, name = folder(journal), f"{time.time_ns():020}-{uuid.uuid4()}"  # its place in the order
    data = msgspec.json.encode(request)
    if len(data) > LONGEST:
        raise JournalError(f"The reason is too long: a request may have {LONGEST} bytes in all.")
    try:
        box.mkdir(mode=0o770, exist_ok=True)
        new = box / f"{name}.new"
        with new.open("xb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)  # the kiosk may run as another user; the folder keeps others out
            os.fsync(file.fileno())
        new.rename(box / f"{name}{_ENDING}")
        sync_folder(box)
    except OSError as error:
        raise JournalError(f"{box}: the request cannot be left here: {error.strerror or error}.") from error


def pending(journal: Path) -> list[Request]:
    """The requests that the kiosk has not taken up yet, as far as they can be read."""
    found = (_read(path) for path in _files(journal, _ENDING))
    return [request for request in found if isinstance(request, Request)]


def take_up(journal: Journal) -> bool:
    """Carry out the oldest request, if there is one. Call on the journal's own thread."""
    for path in [*_files(journal.path, _TAKING), *_files(journal.path, _ENDING)]:
        try:
            # What cannot be renamed could not be removed either, and would be carried out for ever.
            taken = path.rename(path.with_suffix(_TAKING))
        except OSError as error:
            log.error("a request to the journal cannot be taken up: %s", error.strerror)
            continue
        request = _read(taken)
        sentence = request if isinstance(request, str) else _carry_out(journal, request)
        if sentence:
            log.warning("a request to the journal was refused: %s", sentence)
            taken.rename(taken.with_suffix(_REFUSED))
        else:
            taken.unlink()
        return True
    return False


def make_folder(journal: Path) -> None:
    """Make the folder, so that it is the kiosk's own whoever leaves the first request."""
    try:
        folder(journal).mkdir(mode=0o770, exist_ok=True)
    except OSError as error:
        log.error("%s: requests to the journal cannot be taken here: %s", folder(journal), error.strerror)


def _carry_out(journal: Journal, request: Request) -> str:
    """Do it; answers why not, or nothing."""
    if request.journal != journal.identity.id:
        return "It is for another journal."
    if request.wanted is Wanted.RESOLVE and journal.state(request.op) == State.RESOLVED:
        return ""  # taken up already, before a crash
    try:
        if request.wanted is Wanted.BIT_RIGHT:
            journal.security_done(request.op)
        elif request.wanted is Wanted.RESOLVE:
            journal.resolve(request.op, who=request.who, why=request.why)
        else:
            journal.redo(request.op, who=request.who, why=request.why)
    except JournalError as error:
        return str(error)
    return ""


def _files(journal: Path, ending: str) -> list[Path]:
    """Requests, the oldest first."""
    box = folder(journal)
    try:
        return sorted(
            path for path in box.iterdir() if path.suffix == ending and path.is_file() and not path.is_symlink()
        )
    except OSError:
        return []  # there is no folder, so nobody has asked for anything


def _read(path: Path) -> Request | str:
    """The request, or why it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            return "It is too long."
        return msgspec.json.decode(data, type=Request)
    except (OSError, msgspec.DecodeError) as error:
        return f"It cannot be read ({type(error).__name__})."
