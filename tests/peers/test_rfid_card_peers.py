"""The emulated reader of EM4100 cards before a driver that we did not write: the package rdm6300 0.1.1, over a pty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdm6300 import reader as rdm6300

from devices.emulators.faults import Fault
from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.protocols.em4100.frames import Checksum, Frame, new_parser, pack

DEADLINE = 15.0
ONE, OTHER = "62E3086CED", "67003B51C6"


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderEmulator]:
    pad = ReaderEmulator(tmp_path_factory.mktemp("em4100"), protocol="em4100", seed=1)
    for uid in (ONE, OTHER):
        pad.define_tag(TagState(uid=uid, kind=Kind.CARD))
    pad.start()
    yield pad
    pad.stop()


@pytest.fixture
def pad(shared_pad: ReaderEmulator) -> Iterator[ReaderEmulator]:
    yield shared_pad
    shared_pad.fault(Fault.FLIP_BIT, times=0)
    shared_pad.take_all()


def number(card: rdm6300.CardData) -> str:
    assert card.is_valid
    return f"{card.type:02X}{card.value:08X}"


def test_the_driver_reads_the_card_that_lies_there(pad: ReaderEmulator) -> None:
    driver = rdm6300.Reader(pad.port)
    for uid in (ONE, OTHER):
        pad.put(uid)
        # What the port still holds of the card before may come first.
        assert any(number(driver.read(DEADLINE)) == uid for _ in range(50))
        pad.take_all()
    driver.close()


class Desk(rdm6300.BaseReader):  # type: ignore[misc]
    """What the driver says; the card is taken when it has been seen, and gone when the driver misses it."""

    def __init__(self, pad: ReaderEmulator) -> None:
        super().__init__(pad.port, heartbeat_interval=0.5)
        self.pad = pad
        self.said: list[str] = []

    def card_inserted(self, card: rdm6300.CardData) -> None:
        self.said.append(f"in {number(card)}")
        self.pad.take_all()

    def invalid_card(self, card: rdm6300.CardData) -> None:
        self.said.append("damaged")

    def card_removed(self, card: rdm6300.CardData | None) -> None:
        if card is not None:  # damaged answers alone are none
            self.said.append("out")
            self.stop()


def test_damaged_answers_are_refused_and_the_card_comes_once_and_goes(pad: ReaderEmulator) -> None:
    pad.fault(Fault.FLIP_BIT, times=3)
    pad.put(ONE)
    desk = Desk(pad)
    desk.start()
    desk.close()
    assert [word for word in desk.said if word != "damaged"] == [f"in {ONE}", "out"]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=5, max_size=5), st.integers(0, 255))
def test_both_believe_the_same_frames(card: bytes, check: int) -> None:
    """Ours, and whatever else stands where the checksum should."""
    for raw in (pack(card), b"\x02" + (card + bytes([check])).hex().upper().encode() + b"\x03"):
        theirs = rdm6300.BaseReader._parse_fragment([int(digit, 16) for digit in raw[1:-1].decode()])
        ours = [found.number for found in new_parser(Checksum.XOR).receive(raw) if isinstance(found, Frame)]
        assert theirs.is_valid == bool(ours)
        assert not ours or f"{theirs.type:02X}{theirs.value:08X}" == ours[0].hex().upper()
