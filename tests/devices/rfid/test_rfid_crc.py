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


@pytest.mark.parametrize(
    ("stored", "check"),
    [
        ("0000", 0xE2F0),
        ("08001111", 0xCCAE),
        ("100011112222", 0x968F),
        ("1800111122223333", 0x78F6),
        ("20001111222233334444", 0xC241),
        ("280011112222333344445555", 0x2A91),
        ("3000111122223333444455556666", 0x1835),
        ("3000170328087903000084560000", 0xDAD5),
    ],
)
def test_pc_and_epc_of_gen2(stored, check):
    """EPC Gen2, annex F.3, table F.2; the last is a tag in DigitalPlatform/dp2 (TestCrc16)."""
    assert crc.genibus(bytes.fromhex(stored)) == check
