"""Status and error bytes of every protocol: each has a sentence, and any byte is one of them."""

import pytest

from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.chafon.errors import Status as ChafonStatus
from devices.rfid.protocols.feig.errors import CardError, Status, TagError
from devices.rfid.protocols.gen2 import TagError as Gen2TagError
from devices.rfid.protocols.m3.errors import ErrorCode
from devices.rfid.protocols.m100.errors import ErrorCode as M100ErrorCode
from devices.rfid.protocols.pn532.errors import ErrorCode as Pn532ErrorCode
from devices.rfid.protocols.status_code import StatusCode

ALL = (ErrorCode, Status, TagError, CardError, M100ErrorCode, ChafonStatus, Code, Pn532ErrorCode, Gen2TagError)
every = pytest.mark.parametrize("codes", ALL, ids=lambda codes: f"{codes.__module__.split('.')[-2]}-{codes.__name__}")


def test_none_is_left_out():
    assert set(ALL) == set(StatusCode.__subclasses__())


@every
def test_every_code_has_a_sentence(codes):
    assert all(code.sentence.endswith(".") for code in codes)
    assert len({code.sentence for code in codes}) == len(codes)


@every
def test_any_byte_is_a_code_and_a_listed_one_is_its_own(codes):
    assert all(codes.of(byte) in codes for byte in range(256))
    assert all(codes.of(code) is code for code in codes)


@pytest.mark.parametrize(
    ("codes", "byte"),
    [(ErrorCode, 0x77), (Status, 0x77), (CardError, 0x77), (ChafonStatus, 0x77), (Code, 0x77), (Pn532ErrorCode, 0x30)],
)
def test_a_byte_that_no_document_lists_is_unknown(codes, byte):
    assert codes.of(byte) is codes["UNKNOWN"]
