"""The checksums of RFID readers and tags, by their names in the catalogue of parametrised CRC algorithms.

The check value in each docstring is the checksum of ``b"123456789"``.
"""

from __future__ import annotations

from binascii import crc_hqx
from typing import Final


def genibus(data: bytes) -> int:
    """CRC-16/GENIBUS (D64E): 3M/Bibliotheca frames, all bytes after the start byte, sent high byte first."""
    return crc_hqx(data, 0xFFFF) ^ 0xFFFF


def ibm_3740(data: bytes) -> int:
    """CRC-16/IBM-3740, also "CCITT-FALSE" (29B1): the block of ISO 28560-3, kept on the tag low byte first."""
    return crc_hqx(data, 0xFFFF)


def mcrf4xx(data: bytes) -> int:
    """CRC-16/MCRF4XX (6F91): FEIG and Chafon frames, sent low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _REFLECTED[(crc ^ byte) & 0xFF]
    return crc


def ibm_sdlc(data: bytes) -> int:
    """CRC-16/IBM-SDLC, also "X-25" (906E): ISO 15693 on the air, sent low byte first."""
    return mcrf4xx(data) ^ 0xFFFF


def _reflected(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x8408 if byte & 1 else 0)
    return byte


_REFLECTED: Final = tuple(_reflected(byte) for byte in range(256))
