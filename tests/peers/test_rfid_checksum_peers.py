"""Every checksum of readers and tags against a catalogue that we did not write: the package crccheck 1.3.1."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crccheck.checksum import Checksum8, ChecksumXor8
from crccheck.crc import Crc16Base, Crc16Genibus, Crc16Ibm3740, Crc16IbmSdlc, Crc16Mcrf4Xx
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid import crc
from devices.rfid.protocols.a0 import frames as a0
from devices.rfid.protocols.chafon import frames as chafon
from devices.rfid.protocols.em4100 import frames as em4100
from devices.rfid.protocols.feig import frames as feig
from devices.rfid.protocols.m3 import frames as m3
from devices.rfid.protocols.m100 import frames as m100
from devices.rfid.protocols.pn532 import frames as pn532
from devices.rfid.tags import iso28560_3

CALM = settings(max_examples=60, deadline=None)
bodies = st.binary(min_size=1, max_size=120)
codes = st.integers(0, 255)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (crc.genibus, Crc16Genibus),
        (crc.ibm_3740, Crc16Ibm3740),
        (crc.mcrf4xx, Crc16Mcrf4Xx),
        (crc.ibm_sdlc, Crc16IbmSdlc),
    ],
)
def test_a_checksum_of_any_bytes(ours: Callable[[bytes], int], theirs: type[Crc16Base]) -> None:
    @CALM
    @given(st.binary(max_size=300))
    def check(data: bytes) -> None:
        assert ours(data) == theirs.calc(data)

    check()


@CALM
@given(bodies)
def test_frames_of_3m(body: bytes) -> None:
    raw = m3.pack(body)
    assert raw[-2:] == Crc16Genibus.calcbytes(raw[1:-2])


@CALM
@given(bodies, st.booleans())
def test_frames_of_feig(body: bytes, advanced: bool) -> None:
    raw = feig.pack(body, advanced)
    assert raw[-2:] == Crc16Mcrf4Xx.calcbytes(raw[:-2], byteorder="little")


@CALM
@given(codes, bodies)
def test_frames_of_chafon(code: int, data: bytes) -> None:
    raw = chafon.pack(code, data)
    assert raw[-2:] == Crc16Mcrf4Xx.calcbytes(raw[:-2], byteorder="little")


@CALM
@given(codes, bodies, st.sampled_from(m100.Dialect))
def test_frames_of_m100_and_r200(code: int, fields: bytes, dialect: m100.Dialect) -> None:
    raw = m100.Frame(m100.Kind.COMMAND, code, fields, dialect).raw
    assert raw[-2] == Checksum8.calc(raw[1:-2])


@CALM
@given(codes, bodies)
def test_frames_of_a0(code: int, data: bytes) -> None:
    raw = a0.pack(code, data)
    assert (raw[-1] + Checksum8.calc(raw[:-1])) % 256 == 0


@CALM
@given(st.binary(min_size=1, max_size=300))
def test_frames_of_pn532(body: bytes) -> None:
    """Both its checksums, of the length and of the body, in short frames and extended ones."""
    raw = pn532.pack(body)
    head, rest = (raw[5:8], raw[8:]) if raw[3:5] == b"\xff\xff" else (raw[3:5], raw[5:])
    assert Checksum8.calc(head) == 0
    assert rest[:-2] == body
    assert (rest[-2] + Checksum8.calc(body)) % 256 == 0


@CALM
@given(st.binary(min_size=5, max_size=5))
def test_frames_of_em4100(number: bytes) -> None:
    for kind, theirs in ((em4100.Checksum.XOR, ChecksumXor8), (em4100.Checksum.SUM8, Checksum8)):
        assert bytes.fromhex(em4100.pack(number, kind)[11:13].decode()) == theirs.calcbytes(number)


@CALM
@given(st.from_regex(r"[A-Z0-9]{1,16}", fullmatch=True), st.from_regex(r"[A-Z]{2}-[A-Z0-9]{1,11}", fullmatch=True))
def test_the_core_of_iso_28560_3(item: str, isil: str) -> None:
    core = iso28560_3.encode(item, isil)
    assert core[19:21] == Crc16Ibm3740.calcbytes(core[:19] + core[21:34], byteorder="little")
