"""One connection to the library system: a request goes out, one believed answer comes back, or a doubt.

Theory. SIP2 gives an answer little to prove that it belongs to its request: a digit that counts from 0 to 9, a
checksum, and the numbers of patron and item said again. All of it is compared. Whatever does not fit, comes in two
pieces too many, or does not come, is a *doubt*: the connection is over (a late answer must never meet a later
request), and nobody can say what became of the request.

Two outcomes that must not be mixed up:

* ``NotSent``: no byte left this machine; the request has not happened and may be made again on a new connection.
* ``NoAnswer``: a byte may have left; the request may or may not have happened, now or later.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from kiosk.circulation.errors import Sip2Error, SystemAway
from kiosk.circulation.sip2.codec import decode, encode
from kiosk.circulation.sip2.errors import MalformedMessage
from kiosk.circulation.sip2.frame import Checked, Damage, Frame, FrameReader, Why, seal
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.profile import Profile, Verify
from kiosk.circulation.sip2.wire import NothingSent, NotTrusted, Wire

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Response)

#: How often a request is sent again when the system asks for it with 96 (3M specification: *retries*).
_REPEATS = 2
#: How many pieces of line ends may wait on an idle line before it is taken for broken.
_LEFTOVERS = 4
_CONTROLS = bytes(range(0x21))


class Doubt(enum.StrEnum):
    """Why an answer is not believed, or that there is none."""

    SILENT = "no-answer"
    CLOSED = "closed"
    BROKEN_OFF = "broken-off"  # the request could not be sent whole
    DAMAGED = "damaged"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many-answers"
    WRONG_SEQUENCE = "wrong-sequence"
    WRONG_MESSAGE = "wrong-message"
    WRONG_PATRON = "wrong-patron"
    WRONG_ITEM = "wrong-item"
    NOT_UNDERSTOOD = "not-understood"  # the system goes on asking for the request again


class NoAnswer(Sip2Error):
    """The request left, or may have, and no answer to it can be believed: its fate is not known."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(f"The library system's answer cannot be relied on: {doubt.value}.")
        self.doubt = doubt


class NotSent(SystemAway):
    """The connection was found closed before a byte of the request was sent."""


@dataclass(slots=True)
class Tally:
    """What was noticed on the lines of one client, for its status and for whoever looks for a profile."""

    connections: int = 0
    exchanges: int = 0
    doubts: int = 0
    wrong_checksums: int = 0
    absent_checksums: int = 0
    repeats: int = 0


class Connection:
    """One wire, from connecting to hanging up. After a ``NotSent`` or a ``NoAnswer`` it is closed for good."""

    def __init__(self, wire: Wire, profile: Profile, tally: Tally | None = None) -> None:
        self._wire, self._profile = wire, profile
        self._tally = tally or Tally()
        self._sequence = 0
        self._has_been_right = False  # a checksum of the system's was right on this line
        self._has_echoed = False
        self._open = False

    @property
    def is_open(self) -> bool:
        return self._open

    def open(self, deadline: Deadline) -> None:
        """Connect.

        Raises:
            SystemAway: it did not come about; the sentence says why.
        """
        try:
            self._wire.open(deadline.left())
        except NotTrusted as error:
            self.close()
            raise SystemAway(str(error)) from error
        except OSError as error:
            self.close()
            raise SystemAway(f"The library system cannot be reached: {_why(error)}.") from error
        self._open = True
        self._tally.connections += 1

    def close(self) -> None:
        self._open = False
        self._wire.close()

    def is_quiet(self) -> bool:
        """Whether the line is open and nothing waits in it. Anything unasked for (an end, a second answer) ends it."""
        data = b""
        for _ in range(_LEFTOVERS if self._open else 0):
            try:
                data = self._wire.receive(0)
            except TimeoutError:
                return True
            except OSError:
                data = b""
            if not data or data.strip(_CONTROLS):
                break  # anything else is the LF after a CR, come late
        if self._open:
            log.info("the library system %s an idle connection", "spoke unasked on" if data else "closed")
            self.close()
        return False

    def exchange(self, request: Request, expected: type[R], deadline: Deadline) -> R:
        """Send one request and wait for its answer.

        Raises:
            UnsafeValue: a value must not be written; nothing was sent and the connection stays.
            NotSent, NoAnswer: see the module.
        """
        body = encode(request, self._profile.encoding)
        if not self.is_quiet():
            raise NotSent("The library system had closed the connection.")
        sequence = str(self._sequence)
        self._sequence = (self._sequence + 1) % 10
        self._tally.exchanges += 1
        try:
            return self._ask(self._seal(body, sequence), request, expected, sequence, deadline)
        except NoAnswer as doubt:
            self._tally.doubts += 1
            log.warning("no answer to a message %s can be relied on: %s", request.code, doubt.doubt.value)
            self.close()
            raise
        except NotSent:
            self.close()
            raise

    def _ask(self, data: bytes, request: Request, expected: type[R], sequence: str, deadline: Deadline) -> R:
        """The dialogue about one request: answers are read until one is believed; 96 and 97 take their turns."""
        self._send(data, deadline, first=True)
        sequences, repeats, asked_again = {sequence}, 0, False
        while True:
            try:
                frame = self._next_frame(deadline)
                if frame.body == b"96":
                    if repeats == _REPEATS:
                        raise NoAnswer(Doubt.NOT_UNDERSTOOD)
                    repeats += 1
                    self._tally.repeats += 1
                    self._send(data, deadline)
                    continue
                linked = self._check(frame, sequences)
                return self._read(frame, request, expected, linked)
            except NoAnswer as doubt:
                if doubt.doubt is not Doubt.DAMAGED or asked_again or not self._profile.resend:
                    raise
            # The damaged frame was the answer to *our* request, on this very line: it may be asked for again.
            asked_again = True
            sequences = {sequence, "0"}  # some servers forget the number when they repeat
            self._send(self._seal(b"97", None), deadline)

    def _seal(self, body: bytes, sequence: str | None) -> bytes:
        return seal(
            body,
            sequence,
            error_detection=self._profile.error_detection,
            terminator=self._profile.send_terminator.encode("ascii"),
        )

    def _send(self, data: bytes, deadline: Deadline, *, first: bool = False) -> None:
        try:
            self._wire.send(data, deadline.left())
        except NothingSent as error:
            if first:
                raise NotSent("The library system had closed the connection.") from error
            raise NoAnswer(Doubt.CLOSED) from error
        except OSError as error:
            raise NoAnswer(Doubt.BROKEN_OFF) from error

    def _next_frame(self, deadline: Deadline) -> Frame:
        """The one frame that comes next."""
        reader = FrameReader(self._profile.longest_answer)
        while True:
            data = self._receive(deadline)
            found = reader.feed(data)
            if not found:
                continue
            if len(found) > 1 or (reader.pending and isinstance(found[0], Frame)):
                raise NoAnswer(Doubt.TOO_MANY)
            if isinstance(found[0], Damage):
                raise NoAnswer(Doubt.TOO_LONG if found[0].why is Why.TOO_LONG else Doubt.DAMAGED)
            return found[0]

    def _receive(self, deadline: Deadline) -> bytes:
        left = deadline.left()
        if left <= 0:
            raise NoAnswer(Doubt.SILENT)
        try:
            data = self._wire.receive(left)
        except TimeoutError as error:
            raise NoAnswer(Doubt.SILENT) from error
        except OSError as error:
            raise NoAnswer(Doubt.CLOSED) from error
        if not data:
            raise NoAnswer(Doubt.CLOSED)
        return data

    def _check(self, frame: Frame, sequences: set[str]) -> bool:
        """Believe the frame or not; answers whether its sequence number ties it to the request."""
        self._check_sum(frame)
        profile = self._profile
        if not (profile.error_detection and profile.sequence_echoed):
            return False
        if frame.sequence in sequences:
            self._has_echoed = True
            return True
        if frame.sequence or self._has_echoed or profile.verify is Verify.REQUIRE:
            raise NoAnswer(Doubt.WRONG_SEQUENCE)
        return False

    def _check_sum(self, frame: Frame) -> None:
        """Under ``warn`` a wrong checksum is believed of a system that is always wrong, not of one that can count.

        Systems that add up characters instead of bytes are right until the first accent; so a frame with other than
        ASCII in it is given the benefit.
        """
        verify = self._profile.verify
        if frame.checked is Checked.RIGHT:
            self._has_been_right = True
            return
        if frame.checked is Checked.WRONG:
            self._tally.wrong_checksums += 1
        else:
            self._tally.absent_checksums += 1
        if verify is Verify.REQUIRE:
            raise NoAnswer(Doubt.DAMAGED)
        if verify is Verify.WARN:
            if self._has_been_right and (frame.checked is Checked.ABSENT or frame.body.isascii()):
                raise NoAnswer(Doubt.DAMAGED)
            if frame.checked is Checked.WRONG and self._tally.wrong_checksums == 1:
                log.warning("the library system's checksums are wrong; its answers are believed all the same")

    def _read(self, frame: Frame, request: Request, expected: type[R], linked: bool) -> R:
        try:
            answer = decode(frame.body, self._profile.encoding)
        except MalformedMessage as error:
            raise NoAnswer(Doubt.DAMAGED) from error
        if not isinstance(answer, expected):
            raise NoAnswer(Doubt.WRONG_MESSAGE)
        _check_echo(request, answer, "patron_identifier", linked, Doubt.WRONG_PATRON)
        _check_echo(request, answer, "item_identifier", linked, Doubt.WRONG_ITEM)
        return answer


def _check_echo(request: Request, answer: Response, name: str, linked: bool, doubt: Doubt) -> None:
    """The answer must be about whom and what was asked about. It may leave that out only if its number ties it."""
    asked: str | None = getattr(request, name, None)
    if not asked or not hasattr(answer, name):
        return
    told: str = getattr(answer, name) or ""
    if told.strip().casefold() == asked.strip().casefold() or (not told.strip() and linked):
        return
    raise NoAnswer(doubt)


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return error.strerror or "the connection failed"


#: Makes a new wire for each connection.
MakeWire = Callable[[], Wire]
