"""One terminal's connection to the emulated system: bytes in, bytes with their delays out, no socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiosk.circulation.sip2.emulator.answers import Answers
from kiosk.circulation.sip2.emulator.dialect import BeforeLogin, Checksum, LoginFailure, OnUnknown, Resend
from kiosk.circulation.sip2.emulator.faults import FINE, Fault, Wrong
from kiosk.circulation.sip2.emulator.line import Asked, Incoming, Said, parse
from kiosk.circulation.sip2.emulator.mangling import Outgoing, mangle

if TYPE_CHECKING:
    from kiosk.circulation.sip2.emulator.ils import EmulatedIls

#: A request's answer, or ``None`` where it kills the connection.
_Answer = Callable[[Asked], Said | None]

PLEASE_RESEND = b"96AZFEF6"


@dataclass(frozen=True)
class Reply:
    """Bytes to send ``after`` so many seconds; with ``close`` the connection ends then."""

    data: bytes = field(repr=False)
    after: float = 0.0
    close: bool = False


class Connection:
    """Made by ``EmulatedIls.connect``. ``closed`` once the server has hung up."""

    def __init__(self, ils: EmulatedIls, number: int) -> None:
        self.number = number
        self.closed = False
        self._ils = ils
        self._answers = Answers(ils, f"connection {number}")
        self._incoming = Incoming()
        self._logged_in = ils.dialect.login is None
        self._status_seen = False
        self._mute = False
        self._last: Outgoing | None = None
        self._stored: tuple[str, str] = ("", "")
        self._overdue: list[Reply] = []

    def receive(self, data: bytes) -> list[Reply]:
        """What the server says to these bytes."""
        self._ils.run_due()
        replies: list[Reply] = []
        for message in self._incoming.feed(data):
            if self.closed:
                break
            replies += self._message(message)
        return replies

    def due(self) -> list[Reply]:
        """Answers to requests that were carried out late, since the last call. See ``EmulatedIls.next_due``."""
        self._ils.run_due()
        come, self._overdue = self._overdue, []
        return come

    def hang_up(self) -> None:
        """The terminal has closed. What is still to be carried out will be."""
        self.closed = True

    # inside

    def _message(self, message: bytes) -> list[Reply]:
        dialect = self._ils.dialect
        if not dialect.strict_line_ends:
            message = message.lstrip(b"\n\r\0 ")
        if not message or self._mute:
            return []
        read = parse(message, "latin-1" if dialect.encoding == "ascii" else dialect.encoding)
        if read is None or (dialect.checks_requests and not read[1]):
            return [Reply(PLEASE_RESEND + dialect.terminator)]
        asked = read[0]
        self._ils.received.append(asked.code)
        self._ils.asked.append(asked)
        if asked.code == "97":
            return self._again()
        if asked.code in ("93", "99") or not self._logged_in:
            return self._before_the_door(asked)
        if asked.code not in dialect.supported:
            return self._drop() if dialect.on_unknown is OnUnknown.CLOSES else []
        if dialect.strict_fields and self._lacks(asked):
            return self._drop()
        key = (asked.sequence, asked.checksum)
        if dialect.repeats_stored and all(key) and key == self._stored and self._last is not None:
            return [Reply(self._last.data)]
        return self._carry_out(asked)

    def _again(self) -> list[Reply]:
        dialect = self._ils.dialect
        if dialect.resend is Resend.NONE:
            return self._drop() if dialect.on_unknown is OnUnknown.CLOSES else []
        last = self._ils.last_of_all if dialect.resend is Resend.ANYONES else self._last
        if last is None:
            return [Reply(PLEASE_RESEND + dialect.terminator)]
        return [Reply(last.data if dialect.resend_sequence else last.with_sequence("0").data)]

    def _before_the_door(self, asked: Asked) -> list[Reply]:
        """93 and 99, and whatever comes before a login."""
        dialect = self._ils.dialect
        if asked.code == "99":
            if not self._logged_in and dialect.status_before_login is BeforeLogin.CLOSES:
                return self._drop()
            self._status_seen = True
            return self._say(asked, lambda _: self._answers.status())
        if asked.code != "93" or (dialect.status_before_login is BeforeLogin.REQUIRED and not self._status_seen):
            return self._drop()
        right = dialect.login is None or (asked.get("CN"), asked.get("CO")) == dialect.login
        self._logged_in = self._logged_in or right
        if right:
            return self._say(asked, lambda _: Said("941"))
        if dialect.login_failure is not LoginFailure.ANSWER:
            self._mute = True
        if dialect.login_failure is LoginFailure.MUTE:
            return []
        refused = self._say(asked, lambda _: Said("940"))
        return [*refused, *self._drop()] if dialect.login_failure is LoginFailure.CLOSE else refused

    def _lacks(self, asked: Asked) -> bool:
        wanted = {"63": "AC", "17": "", "11": "AC", "29": "", "09": "AC"}.get(asked.code, "")
        if wanted and wanted not in asked.fields:
            return True
        if asked.code == "09" and "AP" not in asked.fields:
            return True
        return not asked.fixed.get("due", "x").strip()

    def _carry_out(self, asked: Asked) -> list[Reply]:
        op = asked.get(self._ils.operation_field) or self._ils.whose()
        return self._say(asked, lambda asked: self._answers.to(asked, op))

    def _say(self, asked: Asked, answer: _Answer) -> list[Reply]:
        """Carry out, seal and send: all three as the plan of faults has it."""
        fault = self._ils.fault(asked.code)
        if fault.wrong is Wrong.DEAF:
            return []
        if fault.wrong is Wrong.DROP_BEFORE:
            return self._drop()
        if fault.wrong is Wrong.PLEASE_RESEND:
            return [Reply(PLEASE_RESEND + self._ils.dialect.terminator)]
        if fault.wrong is Wrong.EXECUTED_LATE:
            self._ils.later(fault.seconds, lambda: self._late(asked, answer, fault.seconds))
            return []
        return self._now(asked, answer, fault)

    def _late(self, asked: Asked, answer: _Answer, seconds: float) -> None:
        holdings = self._ils.holdings
        holdings.late = seconds
        try:
            self._overdue += self._now(asked, answer, FINE)
        finally:
            holdings.late = 0.0

    def _now(self, asked: Asked, answer: _Answer, fault: Fault) -> list[Reply]:
        said = answer(asked)
        if said is None:
            return self._drop()
        before, outgoing = self._last, self._seal(asked, said)
        self._last = self._ils.last_of_all = outgoing
        self._stored = (asked.sequence, asked.checksum)
        replies = [Reply(*part) for part in mangle(outgoing, before, fault)]
        if any(reply.close for reply in replies):
            self.closed = True
        return replies

    def _seal(self, asked: Asked, said: Said) -> Outgoing:
        dialect = self._ils.dialect
        wanted = bool(asked.checksum) or dialect.always_checksum
        sealed = wanted and dialect.checksum is not Checksum.NONE
        sequence = (asked.sequence or "0") if dialect.echo_sequence else "0"
        return Outgoing(said, sequence if sealed else "", dialect)

    def _drop(self) -> list[Reply]:
        self.closed = True
        return [Reply(b"", close=True)]
