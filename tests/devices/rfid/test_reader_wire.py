"""An emulated reader on its line, with a clock that is moved by hand: what leaves, and when."""

import itertools
import os
import random
import select
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.emulators import air
from devices.emulators.faults import Fault, FaultOrder, Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware.m3 import M3Reader
from devices.emulators.line import LineError
from devices.emulators.pacing import HANDFUL, Pacer
from devices.emulators.pty_line import PtyLine
from devices.emulators.reader_wire import Wire
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m3.frames import pack

UID = "E00401003123AA26"
BYTE_S = 10 / 19200
INVENTORY, VERSION = m3.encode(m3.Inventory()), m3.encode(m3.Version())
EMPTY = bytes.fromhex("D60007FE00000500C97B")
ANSWER = pack(b"\x11\x00\x0a\x05\x00\x02")


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=60), st.floats(0, 1)), max_size=5),
    st.sampled_from([0.0, 10 / 19200, 11 / 38400, 10 / 115200]),
)
def test_no_byte_leaves_early_and_the_last_leaves_on_time(answers, byte_s):
    pacer, end, allowed = Pacer(), 0.0, []
    for data, start in answers:
        start = max(start, end)
        allowed += [(start + at * byte_s, data[at - 1]) for at in range(1, len(data) + 1)]
        end = pacer.add(data, start, byte_s)
        assert end == pytest.approx(allowed[-1][0])
        assert pacer.last() == pytest.approx(end)
    left = []
    while (due := pacer.due()) is not None:
        assert pacer.take(due - 1e-6) == b""
        left += [(due, byte) for byte in pacer.take(due)]
    assert [byte for _, byte in left] == [byte for _, byte in allowed]
    for (leaves, _), (may, _) in zip(left, allowed, strict=True):
        assert may - 1e-6 <= leaves <= may + HANDFUL
    assert not pacer


def test_in_one_piece_everything_leaves_with_the_last_byte():
    pacer = Pacer()
    pacer.add(bytes(100), 0, 0.01, whole=True)
    assert (pacer.take(0.999), pacer.take(1.0)) == (b"", bytes(100))


class CountedLine(PtyLine):
    """A pty hands bytes on a moment after they were written; who counts them can wait for all."""

    sent = 0

    def write(self, data):
        super().write(data)
        self.sent += len(data)


class Bench:
    """A reader on a pty whose far end is open, and a clock."""

    def __init__(self, folder, **options):
        self.field = Field(folder / "field.json")
        self.faults = Faults(seed=3)
        self.line = CountedLine(folder / "pad.port")
        self.wire = Wire(
            self.line, lambda: M3Reader(self.field, self.faults), self.faults, lambda: 1000 + self.now, **options
        )
        self.now = 0.0
        self.far = -1
        self.open()

    def open(self):
        self.far = os.open(self.line.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.far)
        self.wire.turn(self.now)

    def shut(self):
        self.heard()  # or it would come to whoever opens the port next
        os.close(self.far)
        self.wire.turn(self.now)

    def say(self, data):
        os.write(self.far, data)
        (fd,) = self.line.fds
        self.wire.host(fd, self.now)

    def until(self, now):
        """Let the time pass, as the loop does; what the host has by then."""
        heard = b""
        while (due := self.wire.due()) is not None and due <= now:
            self.now = max(due, self.now)
            self.wire.turn(self.now)
            heard += self.heard()
        self.now = now
        self.wire.turn(now)
        return heard + self.heard()

    def heard(self):
        """All that has left by now."""
        heard = b""
        while self.line.sent > len(heard):
            assert select.select([self.far], [], [], 10)[0], "what was sent must come"
            heard += os.read(self.far, 4096)
        self.line.sent = 0
        return heard

    def pieces(self, now):
        """What comes until then, each piece with the time it comes."""
        found = []
        while (due := self.wire.due()) is not None and due <= now:
            self.now = max(due, self.now)
            self.wire.turn(self.now)
            found.append((self.now, self.heard()))
        self.now = now
        return [(at, data) for at, data in found if data]

    def fault(self, name, **values):
        self.faults.order(FaultOrder(name=name, **values))

    @property
    def ways(self):
        return [frame.way for frame in self.wire.frames]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    os.close(bench.far)
    bench.line.close()


def test_an_answer_comes_after_the_command_the_air_and_the_line(bench):
    bench.say(INVENTORY)
    start = len(INVENTORY) * BYTE_S + 2 * air.inventory_ms(0) / 1000
    pieces = bench.pieces(1)
    assert [data for _, data in pieces] == [EMPTY[at : at + 1] for at in range(len(EMPTY))]
    assert [at for at, _ in pieces] == pytest.approx([start + (at + 1) * BYTE_S for at in range(len(EMPTY))])


@pytest.mark.parametrize(("options", "factor"), [({"baud": 38400}, 0.5), ({"baud": 1200}, 16), ({"speed": 4.0}, 0.25)])
def test_another_speed(tmp_path, options, factor):
    bench = Bench(tmp_path, **options)
    bench.say(VERSION)
    end = (len(VERSION) + len(ANSWER)) * BYTE_S * factor
    assert len(bench.until(end - 1e-6)) < len(ANSWER)
    assert len(bench.until(end)) > 0
    bench.shut()
    bench.line.close()


def test_what_is_sent_while_it_works_or_talks_is_lost(bench):
    bench.say(INVENTORY)
    bench.now = 0.005
    bench.say(VERSION)
    half = len(INVENTORY) * BYTE_S + 2 * air.inventory_ms(0) / 1000 + 5.5 * BYTE_S
    assert bench.until(half) == EMPTY[:5]
    bench.say(VERSION)
    assert bench.until(1) == EMPTY[5:]
    bench.say(VERSION)
    assert bench.until(2) == ANSWER
    assert bench.ways == ["host", "reader", "ignored", "ignored", "host", "reader"]


def test_two_commands_in_one_go_are_heard_one_after_the_other(bench):
    bench.say(VERSION + VERSION)
    assert bench.until(1) == ANSWER * 2


def test_frames_are_remembered_with_their_time(bench):
    bench.now = 5.0
    bench.say(VERSION)
    host, reader = bench.wire.frames
    assert (host.at, host.hex) == (1005.0, VERSION.hex().upper())
    assert (reader.at, reader.hex) == (pytest.approx(1005 + len(VERSION) * BYTE_S), ANSWER.hex().upper())


# Faults of the line.


def test_a_dropped_byte(bench):
    bench.fault(Fault.DROP_BYTE)
    bench.say(VERSION)
    short = bench.until(1)
    assert short in [ANSWER[:at] + ANSWER[at + 1 :] for at in range(len(ANSWER))]
    bench.say(VERSION)
    assert bench.until(2) == ANSWER


def test_a_flipped_bit(bench):
    bench.fault(Fault.FLIP_BIT)
    bench.say(VERSION)
    wrong = bench.until(1)
    assert sum((one ^ other).bit_count() for one, other in zip(wrong, ANSWER, strict=True)) == 1


def test_a_bit_flipped_on_the_way_to_the_reader_is_a_command_it_never_knew(bench):
    bench.fault(Fault.FLIP_HOST_BIT)
    bench.say(VERSION)
    assert bench.until(1) == b""
    bench.say(VERSION)
    assert bench.until(2) == ANSWER


@pytest.mark.parametrize("at", range(1, len(ANSWER)))
def test_split_where_it_is_told(bench, at):
    bench.fault(Fault.SPLIT, at=at, ms=50)
    bench.say(VERSION)
    assert bench.until(0.04) == ANSWER[:at]
    assert bench.until(0.07) == ANSWER[at:]


def test_split_by_chance_and_at_every_offset(bench):
    bench.fault(Fault.SPLIT, ms=50)
    bench.say(VERSION)
    first = bench.until(0.04)
    assert 0 < len(first) < len(ANSWER)
    assert first + bench.until(0.1) == ANSWER
    bench.fault(Fault.SHRED, ms=20)
    bench.say(VERSION)
    pieces = bench.pieces(1)
    assert [data for _, data in pieces] == [ANSWER[at : at + 1] for at in range(len(ANSWER))]
    assert all(later - sooner > 0.02 for (sooner, _), (later, _) in itertools.pairwise(pieces))


def test_two_answers_in_one_piece(bench):
    bench.fault(Fault.GLUE)
    bench.say(INVENTORY)
    assert bench.until(1) == b""
    bench.say(VERSION)
    assert [data for _, data in bench.pieces(2)] == [EMPTY + ANSWER]


def test_a_late_answer_and_none(bench):
    bench.fault(Fault.LATE, ms=300)
    bench.say(VERSION)
    assert bench.until(0.3) == b""
    assert bench.until(0.32) == ANSWER
    bench.fault(Fault.SILENCE)
    bench.say(VERSION)
    assert bench.until(1) == b""


def test_a_busy_reader_never_heard_the_command(bench):
    bench.field.define(TagState(uid=UID))
    bench.field.put(UID)
    bench.fault(Fault.BUSY)
    bench.say(m3.encode(m3.WriteAfi(UID, 0xC2)))
    assert bench.until(1) == b""
    assert bench.field[UID].afi == 0x07
    bench.fault(Fault.SILENCE)
    bench.say(m3.encode(m3.WriteAfi(UID, 0xC2)))
    assert bench.until(2) == b""
    assert bench.field[UID].afi == 0xC2


def test_stale_bytes_come_when_the_port_is_opened(bench):
    bench.shut()
    bench.fault(Fault.STALE_AT_OPEN, hex="0102", ms=30)
    bench.open()
    assert bench.until(0.03) == b""
    assert bench.until(0.04) == b"\x01\x02"


def test_what_was_on_the_line_goes_with_it(bench):
    bench.say(VERSION)
    bench.now = 0.004
    bench.wire.turn(bench.now)
    bench.shut()
    bench.open()
    assert bench.until(1) == b""


# The plug.


def test_the_port_goes_in_place_of_an_answer(bench):
    bench.field.define(TagState(uid=UID))
    bench.field.put(UID)
    bench.fault(Fault.HANG_UP, command=9, after=1)
    command = m3.encode(m3.WriteAfi(UID, 0xC2))
    bench.say(command)
    assert len(bench.until(1)) == 15
    bench.field.write_afi(UID, 0x07)
    bench.say(command)
    bench.until(2)
    with pytest.raises(OSError, match="Input/output"):
        os.write(bench.far, VERSION)
    assert bench.field[UID].afi == 0xC2
    assert not os.path.lexists(bench.line.port)


def test_it_comes_back_as_another_without_a_memory(bench, tmp_path):
    bench.field.define(TagState(uid=UID))
    bench.field.put(UID)
    bench.say(m3.encode(m3.Quiet(UID)))
    bench.say(INVENTORY[:4])
    bench.until(1)
    before, target = bench.line.port, os.readlink(bench.line.port)  # noqa: PTH115 (compared as it is)
    bench.wire.hang_up()
    bench.wire.hang_up()
    os.close(bench.far)
    bench.wire.come_back("pad2")
    assert bench.line.port == str(tmp_path / "pad2.port")
    assert os.readlink(bench.line.port) != target  # noqa: PTH115
    assert not os.path.lexists(before)
    bench.open()
    bench.say(INVENTORY)
    assert bytes.fromhex(UID) in bench.until(2)


@pytest.mark.parametrize(("name", "said"), [("", "hang up' first"), ("a/b", "without a folder")])
def test_a_plug_that_cannot_be_put_in(bench, name, said):
    if name:
        bench.wire.hang_up()
    with pytest.raises(LineError, match=said):
        bench.wire.come_back(name)


def test_the_same_seed_does_the_same_damage(tmp_path):
    def damage(name):
        (tmp_path / name).mkdir()
        bench = Bench(tmp_path / name)
        bench.fault(Fault.FLIP_BIT, times=None)
        bench.fault(Fault.DROP_BYTE, times=None)
        heard = []
        for turn in range(5):
            bench.now = turn
            bench.say(VERSION)
            heard.append(bench.until(turn + 0.9))
        bench.shut()
        bench.line.close()
        return heard

    once = damage("a")
    assert once == damage("b")
    assert len(set(once)) > 1
    assert Faults(3).chance.random() == random.Random(3).random()
