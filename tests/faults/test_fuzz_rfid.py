"""What ``fuzz_rfid.py`` asserts holds for its seeds and for bytes by dice, and its control has a fault to be found."""

from __future__ import annotations

import fuzz_rfid
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.protocols import PROTOCOLS

ONE = fuzz_rfid.target(False)


@pytest.mark.parametrize("seed", fuzz_rfid.seeds(), ids=lambda seed: seed[:8].hex())
def test_its_seeds_are_read(seed: bytes) -> None:
    ONE(seed)


def test_every_protocol_has_a_seed() -> None:
    assert {seed[0] for seed in fuzz_rfid.seeds()} == {*range(len(PROTOCOLS)), 0xFF}


@settings(max_examples=150)
@given(st.sampled_from([*range(len(PROTOCOLS)), 0xFF]), st.binary(max_size=120))
def test_any_bytes_are_read(which: int, data: bytes) -> None:
    ONE(bytes([which]) + data)


def test_the_fault_of_its_control_is_there_to_be_found() -> None:
    read = bytes.fromhex("D6000D02E00401003123AA260008ADAF")
    fuzz_rfid.target(True)(b"\x00" + read)
    with pytest.raises(IndexError, match="the control's fault"):
        fuzz_rfid.target(True)(b"\x00noise" + read)
