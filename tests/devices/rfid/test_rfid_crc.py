"""Checksums against the check values of the catalogue of parametrised CRC algorithms (reveng.sourceforge.io)."""

import pytest

from devices.rfid import crc


@pytest.mark.parametrize(
    ("algorithm", "check"),
    [(crc.genibus, 0xD64E), (crc.ibm_3740, 0x29B1), (crc.mcrf4xx, 0x6F91), (crc.ibm_sdlc, 0x906E)],
)
def test_check_value(algorithm, check):
    assert algorithm(b"123456789") == check


def test_the_danish_standards_own_text():
    """Reference text of the RFID data model for libraries, as in libdanrfid's CRC.java."""
    assert crc.ibm_3740(b"RFID tag data model") == 0x1AEE


def test_feig_frame():
    """FEIG ISO-host: baud rate detection ``06 FF 52 00 0F 6E``; inventory ``07 FF B0 01 00 1C 56`` (FEIG H20800)."""
    for frame in ("06FF52000F6E", "07FFB001001C56", "07FFB0018014D2", "020009FFB001001843", "0600B0015C63"):
        raw = bytes.fromhex(frame)
        assert crc.mcrf4xx(raw[:-2]) == int.from_bytes(raw[-2:], "little")
