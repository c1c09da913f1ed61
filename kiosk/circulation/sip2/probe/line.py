"""Detectives of the line: terminator, checksums, sequence numbers, encoding."""

from __future__ import annotations

from kiosk.circulation.sip2.frame import Checked
from kiosk.circulation.sip2.probe.characters import guess_encoding
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Exchange, Step
from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.profile import Verify
from kiosk.circulation.sip2.responses import AcsStatus, LoginResponse, RequestScResend

_NO_ANSWER = "No answer was seen."
#: Steps whose request carried no right checksum, so that their answers say nothing about the usual ones.
_ODD = (Step.DAMAGED, Step.PLAIN_STATUS, Step.LOGIN_PLAIN, Step.AGAIN)


def protection(seen: Evidence) -> Finding:
    """Whether the line is protected."""
    if all(each.end is End.NO_LINE for each in seen):
        why = next((each.why for each in seen), "nothing was asked")
        return Finding("server.line", None, f"No connection: {why}", Confidence.UNKNOWN, alarm=True)
    if seen.protected:
        return Finding("server.line", seen.line, "The certificate and the server's name are right.")
    advice = "the server speaks TLS on this port, so set tls = 'verify'" if seen.offers_tls else "use TLS or a tunnel"
    return Finding("server.line", seen.line, f"PINs and card numbers cross this line in clear: {advice}.", alarm=True)


def send_terminator(seen: Evidence) -> Finding:
    """What we end a message with."""
    if seen[Step.STATUS_CRLF].frame is not None:
        return Finding("send_terminator", "\r\n", "A message that ended in CR was not heard, the same with CRLF was.")
    if seen.answered:
        return Finding("send_terminator", "\r", "Messages that end in CR are answered.")
    return unknown("send_terminator", _NO_ANSWER)


def terminator(seen: Evidence) -> Finding:
    """What the server ends a message with. We read them all."""
    ends = {_end_of(each.raw) for each in seen.answered}
    if not ends:
        return unknown("server.terminator", _NO_ANSWER)
    said = " and ".join(sorted(ends))
    return Finding("server.terminator", said, f"Its messages end in {said}; all ends are understood.")


def _end_of(raw: bytes) -> str:
    if b"\r\n" in raw:
        return "CRLF"
    return "CR" if b"\r" in raw else "LF"


def error_detection(seen: Evidence) -> Finding:
    """Whether to send sequence numbers and checksums."""
    if seen[Step.LOGIN_PLAIN].frame is not None:
        return Finding("error_detection", False, "It lets nobody in whose messages carry a checksum.")
    usual = _usual(seen)
    if not usual:
        return unknown("error_detection", _NO_ANSWER)
    if seen.answer(Step.DAMAGED, RequestScResend):
        return Finding("error_detection", True, "It asks again (96) when a message arrives damaged.")
    if any(each.frame is not None and each.frame.checked is not Checked.ABSENT for each in usual):
        if seen.answer(Step.DAMAGED, AcsStatus):
            return Finding("error_detection", True, "Its answers carry checksums, but it does not look at ours.")
        return Finding("error_detection", True, "Its answers carry checksums.")
    return Finding("error_detection", False, "Its answers carry no checksums although ours do.", Confidence.LIKELY)


def verify(seen: Evidence) -> Finding:
    """How far its checksums can be believed."""
    frames = [each.frame for each in _usual(seen) if each.frame is not None]
    if not frames:
        return unknown("verify", _NO_ANSWER)
    found = {frame.checked for frame in frames}
    if found == {Checked.ABSENT}:
        return Finding("verify", Verify.OFF.value, "Its answers carry no checksums.")
    accented = any(not frame.body.isascii() for frame in frames)
    if found == {Checked.RIGHT}:
        if accented:
            return Finding("verify", Verify.REQUIRE.value, "Every checksum was right, with accents too.")
        return Finding(
            "verify",
            Verify.WARN.value,
            "Every checksum was right; no accent was seen, which is where they go wrong.",
            Confidence.LIKELY,
        )
    if found == {Checked.WRONG}:
        return Finding("verify", Verify.OFF.value, f"All {len(frames)} checksums were wrong.", alarm=True)
    wrong = [frame for frame in frames if frame.checked is Checked.WRONG]
    if wrong and all(not frame.body.isascii() for frame in wrong):
        return Finding(
            "verify", Verify.WARN.value, "Checksums are wrong where there are accents: it counts characters."
        )
    return Finding("verify", Verify.WARN.value, "Some checksums were right and some were not.", alarm=True)


def sequence_echoed(seen: Evidence) -> Finding:
    """Whether an answer carries its request's sequence number."""
    pairs = [(each.sequence, each.frame.sequence) for each in _usual(seen) if each.frame is not None and each.sequence]
    if not pairs:
        return unknown("sequence_echoed", _NO_ANSWER)
    if all(asked == told for asked, told in pairs):
        return Finding("sequence_echoed", True, f"All {len(pairs)} answers carried the number of their request.")
    # The first request of a connection has the number 0, which is also what servers say that do not look at it.
    if any(asked == told != "0" for asked, told in pairs):
        return unknown(
            "sequence_echoed", "Some answers carried the number of their request and some did not.", alarm=True
        )
    return Finding("sequence_echoed", False, "Answers carry another number than their request, or none.")


def plain_status(seen: Evidence) -> Finding | None:
    """Whether it takes messages without checksums too."""
    step = seen[Step.PLAIN_STATUS]
    if step.end is End.NOT_ASKED:
        return None
    if isinstance(step.message, AcsStatus):
        return Finding("server.plain", True, "Messages without a checksum are answered too.")
    return Finding("server.plain", False, f"A message without a checksum is not answered: {step.said}.")


def resend(seen: Evidence) -> Finding:
    """Whether 97 may be used after a damaged answer."""
    step = seen[Step.AGAIN]
    before = seen[Step.STATUS]
    if before.frame is None or step.end is End.NOT_ASKED:
        return unknown("resend", "There was no answer to have repeated.")
    if step.frame is None or isinstance(step.message, RequestScResend):
        return Finding("resend", False, f"97 brought no repetition: {step.said}.", Confidence.LIKELY)
    if step.frame.body != before.frame.body:
        return Finding("resend", False, "97 brought something other than the last answer.", alarm=True)
    if step.frame.sequence not in (before.frame.sequence, "0"):
        return Finding("resend", False, "97 repeats the answer under another number.")
    return Finding("resend", True, "97 repeats the last answer of this connection.")


def encoding(seen: Evidence) -> Finding:
    """In which encoding its texts are."""
    return guess_encoding([each.frame.body for each in seen.answered if each.frame is not None])


def _usual(seen: Evidence) -> list[Exchange]:
    """Answers to requests as the kiosk usually sends them; a 96 is about the line, not an answer to them."""
    return [each for each in seen.answered if each.step not in _ODD and not isinstance(each.message, RequestScResend)]


def login_answered(seen: Evidence) -> LoginResponse | None:
    """The login's answer, however it had to be asked."""
    for step in (Step.LOGIN, Step.LOGIN_AFTER_STATUS, Step.LOGIN_PLAIN):
        answer = seen.answer(step, LoginResponse)
        if answer is not None:
            return answer
    return None
