"""An answer on its way out, and what a fault makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.circulation.sip2.emulator.dialect import Checksum, Dialect
from kiosk.circulation.sip2.emulator.faults import Fault, Wrong
from kiosk.circulation.sip2.emulator.line import Said, checksum

MEGABYTE = 1 << 20
#: Data, seconds, whether the connection ends.
Part = tuple[bytes, float, bool]


@dataclass(frozen=True)
class Outgoing:
    """An answer with its sequence digit (empty: neither AY nor AZ)."""

    said: Said
    sequence: str
    dialect: Dialect
    wrong_checksum: bool = False

    @property
    def data(self) -> bytes:
        """The bytes on the wire."""
        body = self.said.to_bytes(self.dialect.encoding, self.dialect.message_encoding)
        if self.sequence:
            body += b"AY" + self.sequence.encode("ascii", "replace") + b"AZ"
            body += self._mark(body).encode("ascii")
        return body + self.dialect.terminator

    def with_sequence(self, digit: str) -> Outgoing:
        """The same under another sequence number, if it has any."""
        return replace(self, sequence=digit) if self.sequence else self

    def _mark(self, body: bytes) -> str:
        if self.dialect.checksum is Checksum.ZERO:
            return "0000"
        wrong = self.wrong_checksum or self.dialect.checksum is Checksum.WRONG
        return checksum(body + b"x" if wrong else body)


def mangle(outgoing: Outgoing, before: Outgoing | None, fault: Fault) -> list[Part]:
    """The answer as it leaves under a fault."""
    wrong, data = fault.wrong, outgoing.data
    half = data[: len(data) // 2]
    old = b"" if before is None else before.data
    parts: dict[Wrong, list[Part]] = {
        Wrong.LATE: [(data, fault.seconds, False)],
        Wrong.SILENT: [],
        Wrong.DROP_AFTER: [(b"", 0.0, True)],
        Wrong.HALF: [(half, 0.0, False)],
        Wrong.HALF_DROP: [(half, 0.0, True)],
        Wrong.GLUED: [(old + data, 0.0, False)],
        Wrong.CRLF: [(data.rstrip(b"\r\n") + b"\r\n", 0.0, False)],
        Wrong.SECOND: [(data, 0.0, False), (data, fault.seconds, False)],
        Wrong.PREVIOUS: [(old, 0.0, False)] if old else [],
        Wrong.GARBAGE: [(bytes(range(14, 256)) + b"\r", 0.0, False)],
    }
    if wrong is Wrong.BYTEWISE:
        return [(data[at : at + 1], at * 0.001, False) for at in range(len(data))]
    if wrong in parts:
        return parts[wrong]
    return [(_spoilt(outgoing, wrong).data, 0.0, False)]


def _spoilt(outgoing: Outgoing, wrong: Wrong) -> Outgoing:
    """A whole frame with something wrong inside; the checksum is right unless that is what is wrong."""
    said = outgoing.said
    if wrong is Wrong.WRONG_CHECKSUM:
        return replace(outgoing, wrong_checksum=True)
    if wrong is Wrong.WRONG_SEQUENCE and outgoing.sequence:
        return outgoing.with_sequence(str((ord(outgoing.sequence) - ord("0") + 5) % 10))
    if wrong is Wrong.HUGE:
        return replace(outgoing, said=said.with_field("AF", "A" * MEGABYTE))
    if wrong is Wrong.NUL:
        return replace(outgoing, said=said.with_field("AF", "a\0b\0"))
    if wrong is Wrong.WRONG_ITEM and any(name == "AB" for name, _ in said.fields):
        return replace(outgoing, said=said.with_field("AB", "SOMETHINGELSE"))
    if wrong is Wrong.WRONG_PATRON and any(name == "AA" for name, _ in said.fields):
        return replace(outgoing, said=said.with_field("AA", "SOMEBODYELSE"))
    return outgoing
