"""One terminal's protocol: bytes in, requests out; answers in, bytes out. No socket, no clock, no library.

Rules of this state machine:

* **One request at a time.** ``receive`` takes bytes; ``next`` gives the next thing to do, and must be answered with
  ``answer`` before it is called again. What was sent ahead waits, so an answer never overtakes another.
* **A damaged frame is answered 96**: a wrong checksum, none where the account insists on one, no message that SIP 2.00
  knows, a fixed part that is too short. Silence would cost the terminal its whole time-out. After ``PATIENCE`` of
  them in a row the line is closed: the other side does not speak SIP2.
* **The same frame again** (same bytes, so the same sequence number and checksum) directly after its answer is answered
  with the stored answer: the terminal did not get it. That needs a sequence number and a right checksum; without them
  two equal frames cannot be told from two equal wishes.
* **97 repeats the last answer of this connection**, byte for byte; before the first answer it is answered 96.
* **Nothing but 93 before a login**, and 99 where the accounts allow it. Anything else then closes the line.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from kiosk.circulation.sip2.codec import LAYOUTS, decode, encode
from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.frame import Checked, Damage, Frame, FrameReader, seal
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.messages import Login, RequestAcsResend, RequestScResend, ScStatus
from kiosk.circulation.sip2.server.accounts import Account, Detection
from kiosk.circulation.sip2.server.fitting import fit

#: Bytes in the longest request that is read. The specification's is far below.
LONGEST_REQUEST: Final = 8192
#: Unreadable frames in a row before we hang up.
PATIENCE: Final = 8
_BEFORE_LOGIN: Final = "utf-8"
_TERMINATORS: Final = {"cr": b"\r", "crlf": b"\r\n"}
#: The field in which our own kiosks send the operation's id.
OPERATION_FIELD: Final = "ZU"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be answered. ``mark`` names its exact bytes, if the terminal's repetition can be known by them."""

    request: Request
    sequence: str = ""
    checked: bool = False
    mark: bytes = field(default=b"", repr=False)

    @property
    def operation(self) -> str:
        """The operation's id that came with it, or empty."""
        return next((value for name, value in self.request.others if name == OPERATION_FIELD), "")


class Cause(enum.StrEnum):
    """Why something is sent that no library system was asked for; these words are for the log."""

    DAMAGED = "damaged"
    CHECKSUM = "checksum"
    UNKNOWN_MESSAGE = "unknown-message"
    REPEATED = "repeated"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes that go out as they are; nothing was asked of the library system."""

    data: bytes = field(repr=False)
    cause: Cause = Cause.DAMAGED
    code: str = ""  # of the message it is about, if that is known


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the line; ``why`` is for the log."""

    why: str


class Session:
    """See the module's rules."""

    def __init__(self, *, status_before_login: bool = False) -> None:
        self.account: Account | None = None
        self._status_before_login = status_before_login
        self._reader = FrameReader(LONGEST_REQUEST)
        self._waiting: deque[Frame | Damage] = deque()
        self._last_answer = b""
        self._last_mark = b""
        self._unreadable = 0

    @property
    def half_frame(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._reader.pending

    def receive(self, data: bytes) -> None:
        """Take bytes as they come."""
        self._waiting.extend(self._reader.feed(data))

    def next(self) -> Asked | Send | HangUp | None:
        """What to do next; ``None``: wait for bytes."""
        if not self._waiting:
            return None
        piece = self._waiting.popleft()
        if isinstance(piece, Damage):
            return self._again(Cause.DAMAGED)
        if piece.checked is Checked.WRONG or (piece.checked is Checked.ABSENT and self._insists()):
            return self._again(Cause.CHECKSUM, piece)
        return self._read(piece)

    def become(self, account: Account) -> None:
        """The login was right. From now on this account's encoding and rules hold."""
        self.account = account

    def answer(self, asked: Asked, response: Response) -> bytes:
        """The response's bytes, kept for a repetition."""
        encoding = self.account.encoding if self.account is not None else _BEFORE_LOGIN
        body = _written(response, encoding)
        sequence = asked.sequence or None
        self._last_answer = seal(body, sequence, error_detection=asked.checked, terminator=self._terminator())
        self._last_mark = asked.mark
        return self._last_answer

    def _read(self, frame: Frame) -> Asked | Send | HangUp:
        encoding = self.account.encoding if self.account is not None else _BEFORE_LOGIN
        if frame.body[:2].decode("ascii", "replace") not in LAYOUTS:
            return self._again(Cause.UNKNOWN_MESSAGE, frame)
        try:
            message = decode(frame.body, encoding)
        except MalformedMessage:
            return self._again(Cause.DAMAGED, frame)
        if not isinstance(message, Request):
            return self._again(Cause.UNKNOWN_MESSAGE, frame)
        self._unreadable = 0
        if self.account is None and not self._may_come_first(message):
            return HangUp("not logged in")
        if isinstance(message, RequestAcsResend):
            return Send(self._last_answer, Cause.RESEND) if self._last_answer else self._resend(Cause.RESEND)
        right = frame.checked is Checked.RIGHT
        mark = frame.sequence.encode("ascii") + frame.body if right and frame.sequence else b""
        if mark and mark == self._last_mark:
            return Send(self._last_answer, Cause.REPEATED, message.code)
        return Asked(message, frame.sequence, right, mark)

    def _may_come_first(self, message: Request) -> bool:
        if isinstance(message, ScStatus):
            return self._status_before_login
        return isinstance(message, Login | RequestAcsResend)

    def _insists(self) -> bool:
        return self.account is not None and self.account.error_detection is Detection.REQUIRED

    def _again(self, cause: Cause, frame: Frame | None = None) -> Send | HangUp:
        self._unreadable += 1
        if self._unreadable > PATIENCE:
            return HangUp("too many frames that are no SIP2")
        return self._resend(cause, frame)

    def _resend(self, cause: Cause, frame: Frame | None = None) -> Send:
        """96; it is not an answer, so 97 does not repeat it."""
        code = frame.body[:2].decode("ascii", "replace") if frame is not None else ""
        data = seal(encode(RequestScResend()), None, error_detection=True, terminator=self._terminator())
        return Send(data, cause, code if code.isdigit() else "")

    def _terminator(self) -> bytes:
        return _TERMINATORS[self.account.terminator] if self.account is not None else b"\r"


def _written(response: Response, encoding: str) -> bytes:
    """The response's bytes; plain ones, nearly all, need no fitting."""
    try:
        body = encode(response, encoding)
    except UnsafeValue:
        return encode(fit(response, encoding), encoding)
    return body if body.isascii() else encode(fit(response, encoding), encoding)
