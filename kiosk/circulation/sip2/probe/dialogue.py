"""Asking the server one thing after another, whatever it does: hang up, say nothing, or talk nonsense.

Unlike the kiosk's own line (``sip2/line.py``) this one believes everything and wants to see the bytes. Once the way in
is known, a connection that was lost is made again before the next question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.codec import decode, encode
from kiosk.circulation.sip2.frame import Frame, FrameReader, seal
from kiosk.circulation.sip2.layout import Message, Request
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.probe.evidence import End, Exchange, Step
from kiosk.circulation.sip2.responses import RequestScResend
from kiosk.circulation.sip2.wire import NotTrusted, Wire

#: How long to look for what comes behind an answer's CR: an LF, in a packet of its own.
_LOOK = 0.05
#: No answer is longer; whatever is, is nonsense.
_LONGEST = 65536
#: After so many connections in a row that did not come about, the server is left alone.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message is sent."""

    checksums: bool = True
    terminator: bytes = b"\r"
    spoil: bool = False  # a wrong checksum, on purpose


USUAL = Manner()


class Dialogue:
    """``entry`` are the requests that open a connection, once they are known. ``told`` hears of each step first."""

    def __init__(
        self, make_wire: Callable[[], Wire], clock: Clock, seconds: float, told: Callable[[Step], None] = lambda _: None
    ) -> None:
        self._make_wire, self._clock, self._seconds, self._told = make_wire, clock, seconds, told
        self._wire: Wire | None = None
        self._sequence = 0
        self._failures = 0
        self._why = ""
        self._echoes = False
        self.entry: tuple[Request, ...] = ()
        self.manner = USUAL

    @property
    def lost(self) -> bool:
        """Whether the server has stopped letting us connect."""
        return self._failures >= _ENOUGH

    def ask(self, step: Step, request: Request, manner: Manner | None = None, *, alone: bool = False) -> Exchange:
        """One question. ``alone``: on a new connection, without ``entry``. Never raises for what the server does.

        Raises:
            UnsafeValue: something to be asked about cannot be written in SIP2.
        """
        self._told(step)
        encode(request)  # what cannot be written must not cost a connection
        if alone:
            self.hang_up()
        if self._wire is None and not self._connect(() if alone else self.entry):
            return Exchange(step, End.NO_LINE, why=self._why)
        return self._exchange(step, request, manner or self.manner)

    def another(self) -> Dialogue:
        """A second connection in the same manner, beside this one."""
        twin = Dialogue(self._make_wire, self._clock, self._seconds)
        twin.entry, twin.manner = self.entry, self.manner
        return twin

    def hang_up(self) -> None:
        """Close the connection; the next question makes a new one."""
        wire, self._wire = self._wire, None
        self._sequence = 0
        if wire is not None:
            wire.close()

    close = hang_up

    # inside

    def _connect(self, entry: tuple[Request, ...]) -> bool:
        if self.lost:
            return False
        wire = self._make_wire()
        try:
            wire.open(self._seconds)
        except NotTrusted as error:
            return self._failed(wire, str(error))
        except OSError as error:
            why = "it did not answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
            return self._failed(wire, f"the server cannot be reached ({why}).")
        self._wire = wire
        for request in entry:
            if self._exchange(Step.LOGIN, request, self.manner).frame is None:
                return self._failed(wire, "after a new connection the server did not let this kiosk in again.")
        self._failures = 0
        return True

    def _failed(self, wire: Wire, why: str) -> bool:
        wire.close()
        self._wire = None
        self._failures += 1
        self._why = why
        return False

    def _exchange(self, step: Step, request: Request, manner: Manner) -> Exchange:
        assert self._wire is not None
        sequence = str(self._sequence) if manner.checksums and request.code != "97" else ""
        data = _sealed(request, sequence, manner)
        deadline = Deadline(self._clock.monotonic_ns, self._seconds)
        try:
            self._wire.send(data, deadline.left())
            raw, closed = self._receive(self._wire, deadline)
        except OSError:
            raw, closed = b"", True
        asked = Exchange(step, End.SILENT, data, sequence, raw, at=self._clock.now())
        exchange = _read(asked, request, self._echoes, closed=closed)
        if sequence and not isinstance(exchange.message, RequestScResend):
            # After a 96 the same number is due again; some servers insist on an unbroken count.
            self._sequence = (self._sequence + 1) % 10
        if sequence not in ("", "0") and exchange.frame is not None and exchange.frame.sequence == sequence:
            self._echoes = True
        if closed or exchange.frame is None:
            self.hang_up()
        return exchange

    def _receive(self, wire: Wire, deadline: Deadline) -> tuple[bytes, bool]:
        """Everything up to the end of the answer, and whether the server has hung up since."""
        raw = b""
        while not _whole(raw) and len(raw) < _LONGEST:
            try:
                piece = wire.receive(deadline.left())
            except TimeoutError:
                return raw, False
            if not piece:
                return raw, True
            raw += piece
        try:
            more = wire.receive(_LOOK)
        except TimeoutError:
            return raw, False
        return raw + more, not more


def _sealed(request: Request, sequence: str, manner: Manner) -> bytes:
    data = seal(encode(request), sequence or None, error_detection=manner.checksums, terminator=manner.terminator)
    if manner.spoil:
        end = len(manner.terminator)
        data = data[: -end - 4] + (b"0001" if data[-end - 4 : -end] == b"0000" else b"0000") + data[-end:]
    return data


def _whole(raw: bytes) -> bool:
    text = raw.lstrip(b"\r\n\0 ")
    return b"\r" in text or b"\n" in text


def _read(asked: Exchange, request: Request, echoes: bool, *, closed: bool) -> Exchange:
    """What the bytes received say. ``echoes``: the server numbers its answers, so one with another number is not it."""
    frames = _frames(asked.raw)
    if not frames:
        end = End.GARBLED if asked.raw.strip() else End.CLOSED if closed else End.SILENT
        return replace(asked, end=end)
    ours = [frame for frame in frames if frame.sequence == asked.sequence]
    frame = (ours or frames)[0]
    message, why = _decoded(frame)
    if message is None:
        return replace(asked, end=End.GARBLED, why=why)
    if asked.sequence and echoes and frame.sequence != asked.sequence and message.code != "96":
        return replace(asked, end=End.GARBLED, why="what came was not the answer to this")
    if _about_another(request, message):
        return replace(asked, end=End.GARBLED, why="what came was about somebody or something else")
    return replace(asked, end=End.ANSWERED, frame=frame, message=message, why=_in_words(message))


def _frames(raw: bytes) -> list[Frame]:
    """Whole frames; one that ends in LF alone counts."""
    raw = raw.lstrip(b"\r\n\0 ")
    found = FrameReader(_LONGEST).feed(raw if b"\r" in raw else raw.replace(b"\n", b"\r"))
    return [frame for frame in found if isinstance(frame, Frame)]


def _about_another(request: Request, message: Message) -> bool:
    for name in ("patron_identifier", "item_identifier"):
        asked, told = getattr(request, name, None), getattr(message, name, None)
        if asked and told and asked.strip().casefold() != told.strip().casefold():
            return True
    return False


def _decoded(frame: Frame) -> tuple[Message | None, str]:
    try:
        return decode(frame.body, "latin-1"), ""
    except Sip2Error as error:
        return None, str(error).rstrip(".")


def _in_words(message: Message) -> str:
    """An answer, when it is not the one that was hoped for."""
    return "it asked for the message again (96)" if message.code == "96" else f"it answered with {message.code}"
