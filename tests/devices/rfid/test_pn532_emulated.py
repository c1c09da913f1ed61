"""A PN532 over a real pty: woken, set up, polled without blocking, and cards by their UID of every length."""

import pytest
from inside import Inside

from devices.emulators.faults import Fault
from devices.emulators.field import Kind, TagState
from devices.emulators.firmware.pn532 import Pn532Reader
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import ReaderState, TagArrived, TagLeft, TagRead
from devices.rfid.protocols.pn532 import commands as pn532
from devices.rfid.protocols.pn532.commands import Card, Cards, Done, Failure, encode, parse
from devices.rfid.protocols.pn532.errors import ErrorCode
from devices.rfid.protocols.pn532.frames import ACK, WAKE, Frame, new_parser, pack
from devices.rfid.settings import CardSettings, ReaderSettings
from devices.rfid.tags.content import Problem

SHORT, LONG, TRIPLE, DRAWN = "DEADBEEF", "04A1B2C3D4E5F6", "0102030405060708090A", "08123456"


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory):
    pad = ReaderEmulator(tmp_path_factory.mktemp("pn532"), protocol="pn532", seed=1)
    for uid in (SHORT, LONG, TRIPLE, DRAWN):
        pad.define_tag(TagState(uid=uid, kind=Kind.CARD))
    yield pad
    pad.stop()


@pytest.fixture
def reader_settings():
    return ReaderSettings(protocol="pn532", card=CardSettings(form="hex-reversed", prefix="M"))


def test_its_name(bench):
    bench.ready()
    ready = bench.back()
    assert ready.why == "NXP PN532, firmware 1.6"


@pytest.mark.parametrize("uid", [SHORT, TRIPLE])
def test_a_card_arrives_is_read_and_leaves(bench, uid):
    bench.ready()
    bench.pad.put(uid)
    read = bench.read(uid)
    assert read.content is not None
    assert read.content.is_card
    assert read.content.item_id == "M" + bytes.fromhex(uid)[::-1].hex().upper()
    bench.pad.take(uid)
    bench.left(uid)
    assert [type(event) for event in bench.log.of(uid)] == [TagArrived, TagRead, TagLeft]


def test_a_drawn_number_is_nobodys(bench):
    bench.ready()
    bench.pad.put(DRAWN)
    read = bench.read(DRAWN)
    assert read.problem == Problem.DRAWN_NUMBER
    assert read.content is not None
    assert not read.content.is_card


def test_a_line_that_garbles_keeps_the_card(bench):
    bench.ready()
    bench.pad.put(SHORT)
    bench.read(SHORT)
    mark = bench.log.mark()
    bench.pad.fault(Fault.FLIP_BIT, times=2)
    bench.pad.put(LONG)  # behind the first, so it is heard when that has gone and the faults are used up
    bench.pad.take(SHORT)
    bench.read(LONG, mark)
    bench.left(SHORT, mark)
    assert all(event.state is ReaderState.READY for event in bench.log.events[mark:] if hasattr(event, "state"))


def test_replug(bench):
    """The chip that comes back is asleep again."""
    bench.ready()
    bench.pad.put(LONG)
    bench.read(LONG)
    mark = bench.log.mark()
    bench.pad.restart()
    bench.left(LONG, mark)
    bench.back(mark)
    bench.read(LONG, mark)


def test_it_is_lost_when_it_falls_silent_and_found_again(bench):
    bench.ready()
    bench.pad.fault(Fault.SILENCE, times=None)
    lost = bench.lost()
    assert "stopped answering" in lost.why
    mark = bench.log.mark()
    bench.pad.fault(Fault.SILENCE, times=0)
    bench.back(mark)


class Wire(Inside):
    """The firmware as the codec sees it."""

    def __init__(self, folder, *cards):
        super().__init__(folder, Pn532Reader, *(TagState(uid=uid, kind=Kind.CARD) for uid in cards), seed=1)

    def ask(self, command, **how):
        ack, *rest = new_parser().receive(self.send(encode(command, **how)))
        assert ack.raw == ACK
        return parse(command, rest[0]) if rest else None

    def awake(self):
        assert self.ask(pn532.SamConfig(), wake=True) == Done()
        return self


def test_public_exchanges(tmp_path):
    """Captures that users of PN532 boards published: the answers of a chip with firmware 1.6."""
    wire = Wire(tmp_path, "078CFC4F")
    assert wire.send(bytes.fromhex("0000FF02FED4022A00")) == b""  # asleep
    woken = wire.send(WAKE + bytes.fromhex("0000FF05FBD4140114010200"))
    assert woken.hex().upper() == "0000FF00FF00" + "0000FF02FED5151600"
    assert wire.send(bytes.fromhex("0000FF02FED4022A00"))[6:].hex().upper() == "0000FF06FAD50332010607E800"
    listed = wire.send(bytes.fromhex("0000FF04FCD44A0100E100"))[6:]
    assert listed.hex().upper() == "0000FF0CF4D54B010100040804078CFC4FF000"


@pytest.mark.parametrize(
    ("before", "awake"),
    [
        ("55", True),
        ("55000055", True),
        ("00" * 10, True),
        ("00" * 5, True),
        ("00" * 4, False),
        ("FF", False),
        ("", False),
    ],
)
def test_five_rises_of_the_line_wake_it(tmp_path, before, awake):
    """UM0701-02, 6.3.2.3. 55 is what most drivers send, 55000055 pn532pi, ten times 00 nfcpy."""
    wire = Wire(tmp_path)
    said = wire.send(bytes.fromhex(before) + encode(pn532.GetFirmware()))
    assert said[: len(ACK)] == (ACK if awake else b"")


def test_a_frame_that_is_lost_in_its_sleep_wakes_it(tmp_path):
    wire = Wire(tmp_path)
    assert wire.send(encode(pn532.SamConfig())) == b""
    assert wire.ask(pn532.SamConfig()) == Done()


def test_until_it_is_set_up_it_lists_nothing(tmp_path):
    wire = Wire(tmp_path, SHORT)
    assert wire.send(WAKE + encode(pn532.ListCards())) == b""


def test_with_few_retries_it_says_that_nobody_is_there(tmp_path):
    wire = Wire(tmp_path).awake()
    assert wire.ask(pn532.SetRetries(1)) == Done()
    assert wire.ask(pn532.ListCards()) == Cards(())


def test_from_power_on_it_searches_for_ever_until_a_card_comes_or_an_ack(tmp_path):
    wire = Wire(tmp_path).awake()
    wire.field.define(TagState(uid=LONG, kind=Kind.CARD))
    assert wire.ask(pn532.ListCards()) is None
    assert wire.firmware.wake() is not None
    assert wire.firmware.tick(1.0) == []
    wire.field.put(LONG)
    (reply,) = wire.firmware.tick(1.1)
    (frame,) = new_parser().receive(reply.data)
    assert parse(pn532.ListCards(), frame) == Cards((Card(bytes.fromhex(LONG), 0x44, 0),))
    wire.field.take(LONG)
    assert wire.ask(pn532.ListCards()) is None
    assert wire.send(pn532.ABORT) == b""
    assert wire.firmware.wake() is None


def test_two_cards_where_two_are_asked_for(tmp_path):
    wire = Wire(tmp_path, SHORT, TRIPLE).awake()
    assert len(wire.ask(pn532.ListCards()).cards) == 1
    assert [card.uid.hex().upper() for card in wire.ask(pn532.ListCards(2)).cards] == [SHORT, TRIPLE]


def test_what_it_does_not_understand_is_a_syntax_error(tmp_path):
    wire = Wire(tmp_path).awake()
    ack, error = new_parser().receive(wire.send(pack(b"\xd4\x99")))
    assert ack.is_ack
    assert parse(pn532.GetFirmware(), error) == Failure(0x02, ErrorCode.SYNTAX)
    assert wire.send(Frame(pack(b"\xd5\x03")).raw) == b""  # its own direction is nobody's command
