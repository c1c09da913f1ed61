"""Frames of every protocol as hypothesis draws them, and bytes that look like their headers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from devices.rfid.framing import Noise, Parser
from devices.rfid.protocols import Describer, describer
from devices.rfid.protocols.a0 import frames as a0
from devices.rfid.protocols.chafon import frames as chafon
from devices.rfid.protocols.em4100 import frames as em4100
from devices.rfid.protocols.feig import frames as feig
from devices.rfid.protocols.m3 import frames as m3
from devices.rfid.protocols.m100 import frames as m100
from devices.rfid.protocols.pn532 import frames as pn532


@dataclass(frozen=True)
class Case:
    """A protocol: its frames, and the bytes of headers, so that hunting has something to chew on.

    ``hidden``: a header that announces more than comes, then a frame, which must come out nevertheless.
    """

    name: str
    frames: st.SearchStrategy[Any]
    nasty: bytes
    hidden: tuple[str, str]

    @property
    def describer(self) -> Describer:
        return describer(self.name)

    @property
    def new_parser(self) -> Callable[[], Parser[Any]]:
        return self.describer.new_parser

    @property
    def garbage(self) -> st.SearchStrategy[bytes]:
        return st.one_of(st.binary(max_size=40), st.lists(st.sampled_from(self.nasty), max_size=24).map(bytes))

    @property
    def streams(self) -> st.SearchStrategy[bytes]:
        return st.lists(st.one_of(self.frames.map(lambda frame: frame.raw), self.garbage), max_size=6).map(b"".join)


byte = st.integers(0, 0xFF)
data = st.binary(max_size=40)

M3 = Case(
    "m3",
    st.builds(m3.Frame, st.binary(min_size=1, max_size=40), st.sampled_from([m3.START, m3.OLD_START])),
    b"\xd6\xd5\x00\x01\x02\x08\xfe",
    ("d60800fe", m3.pack(bytes.fromhex("11000A050002")).hex()),
)
FEIG = Case(
    "feig",
    st.builds(feig.Frame, st.binary(min_size=2, max_size=40), st.booleans()),
    b"\x02\x00\x05\x06\x07\x09\xb0\xff",
    ("02010000b0", "0600B0015C63"),
)
M100 = Case(
    "m100",
    st.builds(m100.Frame, st.sampled_from(list(m100.Kind)), byte, data, st.sampled_from(list(m100.Dialect))),
    b"\xbb\xaa\x7e\xdd\x00\x01\x02\x22",
    ("bb01390180", "BB01280001 00 2A7E"),
)
CHAFON = Case(
    "chafon",
    st.builds(chafon.Frame, byte, data, byte),
    b"\x04\x05\x00\xff\x01\x21",
    ("f00001", "0700010101001E4B"),  # announces 240 bytes
)
A0 = Case("a0", st.builds(a0.Frame, byte, data, byte), b"\xa0\x03\x04\x01\x89\x72", ("a0ff01", "A004018901D1"))
EM4100 = Case(
    "em4100",
    st.builds(
        lambda number, kind, line_end: em4100.Frame(em4100.pack(number, kind, line_end=line_end)),
        st.binary(min_size=5, max_size=5),
        st.sampled_from([em4100.Checksum.XOR, em4100.Checksum.SUM8]),
        st.booleans(),
    ),
    b"\x02\x030A\r\n",
    ("023031", em4100.pack(bytes.fromhex("62E3086CED")).hex()),
)
PN532 = Case(
    "pn532",
    st.one_of(st.binary(min_size=1, max_size=40).map(pn532.pack), st.sampled_from([pn532.ACK, pn532.NACK])).map(
        pn532.Frame
    ),
    b"\x00\xff\x01\x02\xd5\x55",
    ("0000ff40c0d5", "0000FF02FED4022A00"),
)
CASES = (M3, FEIG, M100, CHAFON, A0, EM4100, PN532)


def frames(found: Sequence[Any]) -> list[Any]:
    """What is no noise."""
    return [one for one in found if not isinstance(one, Noise)]


def raw(found: Sequence[Any]) -> bytes:
    """Everything, as it was on the wire."""
    return b"".join(one.raw for one in found)


def cut(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The stream in pieces."""
    return [stream[start:end] for start, end in itertools.pairwise([0, *sorted(cuts), len(stream)])]
