"""Coverage-guided fuzzing of what reads SIP2: ``python tests/faults/fuzz_sip2.py --seconds 60``.

libFuzzer (through atheris) changes streams of bytes until it has reached every branch that it can. For each stream it
is asserted that the frames do not depend on how the stream is cut, that a body is a message or ``MalformedMessage``
and nothing else, that what can be written again reads the same, and that dates and display texts are total.

Prints runs and crashes; exit status 1 when a stream broke one of these, 2 when fuzzing could not begin. ``--control``
fuzzes a reader with a known fault, which has to be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC
from typing import Any

from rig.fuzzing import Fuzzer

NOW = "20261122    093000"
SEEDS = [
    "941AY0AZFDFD\r",
    "97AZFEF5\r\n96AZFEF6\r\n",
    "9900802.00AY1AZFCA0\r",
    "9300CNkiosk|COsecret|CPLIB|AY0AZF527\r",
    "98YYYNYN600003\r",
    f"98YYYNYN999999{NOW}2.00AOSMD|BXYYYYYYYYYYYYYYYY|AMKota|AFhalo|\r",
    f"24Y   Y         000{NOW}AOSMD|AAP1|AESiti|BLY|CQN|BHIDR|BV2500|AFa &#124; b|\r",
    f"64              023{NOW}00010000    000000000000AOSMD|AAP1|AESiti|CB0010|ASBumi|AUB1|AUB2|\r",
    f"11NY{NOW}{NOW}AOSMD|AAP1|ABB1|AC|BIN|ZU1-2|\r",
    f"121NUY{NOW}AOSMD|AAP1|ABB1|AJBumi|AH2026-12-06T10:00:00+08:00|CK001|\r",
    f"101YNY{NOW}AOSMD|ABB1|AQshelf|CL1|CV01|\r",
    f"18040201{NOW}ABB1|AJBumi|CF2|AH20261206   Z235900|\r",
    f"66100020001{NOW}AOSMD|BMB1|BMB2|BNB3|\r",
    f"65{NOW}AOSMD|AAP1|\r65AOSMD|AAP1|\r",
]
WORDS = ["AY0AZ", "AZ0000", "\\x0d", "\\x0d\\x0a", "\\x00", "|", "AA", "AB", "AF", "AH", "BX", "&#124;", NOW, "    ",
         "\\xff", "\\xc3\\xb6", "\\x83|"]  # fmt: skip
ENCODINGS = ("utf-8", "cp850", "shift_jis", "gb18030")


def target(control: bool) -> Callable[[bytes], None]:
    """What is run with each stream; it raises when something is wrong. ``control``: with a fault built in."""
    from kiosk.circulation.sip2 import codec, dates, frame, text
    from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue

    def frames(stream: bytes, size: int) -> list[Any]:
        reader = frame.FrameReader(longest=256)
        return [each for at in range(0, len(stream), size) for each in reader.feed(stream[at : at + size])]

    def one(stream: bytes) -> None:
        found = frames(stream, max(1, len(stream)))
        assert found == frames(stream, 1) == frames(stream, 7), "frames depend on how the stream is cut"
        for each in found:
            if isinstance(each, frame.Frame):
                assert len(each.body) <= 256, "a frame is longer than allowed"
                for encoding in ENCODINGS:
                    body(each.body, encoding)

    def body(raw: bytes, encoding: str) -> None:
        if control and raw.startswith(b"94") and b"AF" in raw:
            raise IndexError("the control's fault")
        try:
            message: Any = codec.decode(raw, encoding)
        except MalformedMessage:
            return
        for value in (getattr(message, field.name) for field in fields(message)):
            if isinstance(value, str):
                assert len(text.clean(value, 40)) <= 40, "a cleaned text is too long"
                dates.due_day(value, ("%d/%m/%Y", "%d %B %Y"), UTC)
        try:
            written = codec.encode(message, encoding)
        except UnsafeValue:
            return
        assert codec.decode(written, encoding) == message, "what was written reads otherwise"
        [again] = frame.FrameReader().feed(frame.seal(written, "3", error_detection=True))
        assert (again.body, again.checked) == (written, frame.Checked.RIGHT), "what was sealed reads otherwise"

    return one


FUZZER = Fuzzer("sip2", __file__, "kiosk.circulation.sip2", target, lambda: [seed.encode() for seed in SEEDS], WORDS)

if __name__ == "__main__":
    sys.exit(FUZZER.main())
