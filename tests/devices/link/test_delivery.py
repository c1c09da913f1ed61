"""Delivery: in whatever order connections drop and messages get lost, the desk ends with every row, once each."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from devices.contract import MAX_PAYLOAD, Ack, Row, decode_rows
from devices.link.delivery import Batch, Delivery, Limits, Verdict, back_off, longest_wait, pack

SMALL = Limits(batch=3, in_flight=4, stall_s=30, stall_max_s=120, backlog_per_s=5)


def sent_all(machine: Delivery, now: float) -> list[Batch]:
    """Send what is planned at one moment; message numbers go on from 1000."""
    out: list[Batch] = []
    while (batch := machine.plan(now)) is not None:
        machine.sent(1000 + len(out), batch, min(batch.upto, batch.after + machine.limits.batch), now)
        out.append(batch)
    return out


def test_nothing_is_sent_without_a_connection() -> None:
    machine = Delivery("e", 0, 5)
    assert machine.plan(0) is None
    assert machine.wait(0) is None


def test_after_a_connect_it_begins_behind_the_mark_oldest_first() -> None:
    machine = Delivery("e", 3, 8, SMALL)
    machine.connected(0)
    assert machine.plan(0) == Batch(3, 8, live=False)


def test_a_row_written_at_the_moment_of_the_connect_does_not_overtake_the_oldest() -> None:
    machine = Delivery("e", 3, 8, SMALL)
    machine.connected(0)
    sent_all(machine, 0)
    machine.disconnected()
    machine.connected(0.05)
    machine.appended(9)
    assert sent_all(machine, 0.05) == [Batch(3, 8, live=False), Batch(8, 9, live=True)]


def test_the_backlog_keeps_to_its_rate() -> None:
    machine = Delivery("e", 0, 100, SMALL)
    machine.connected(0)
    assert len(sent_all(machine, 0.0)) == 1
    assert machine.plan(0.1) is None
    assert machine.wait(0.1) == pytest.approx(0.1)
    assert len(sent_all(machine, 0.2)) == 1


def test_live_rows_go_out_between_the_backlog() -> None:
    machine = Delivery("e", 0, 100, SMALL)
    machine.connected(0)
    sent_all(machine, 0)
    machine.appended(101)
    assert sent_all(machine, 0.05) == [Batch(100, 101, live=True)]
    machine.appended(102)
    assert sent_all(machine, 0.2) == [Batch(3, 100, live=False), Batch(101, 102, live=True)]


def test_a_stream_of_live_rows_does_not_starve_the_backlog() -> None:
    machine = Delivery("e", 0, 6, SMALL)
    machine.connected(0)
    backlog = 0
    for turn in range(20):
        machine.appended(7 + turn)
        batch = machine.plan(turn / 5)
        assert batch is not None
        machine.sent(turn, batch, min(batch.upto, batch.after + 3), turn / 5)
        machine.published(turn)
        backlog += not batch.live
    assert backlog == 2


def test_no_more_than_the_limit_is_in_flight_until_the_broker_answers() -> None:
    machine = Delivery("e", 0, 0, SMALL)
    machine.connected(0)
    for n in range(1, 5):
        machine.appended(n)
        sent = machine.plan(0)
        assert sent is not None
        machine.sent(n, sent, n, 0)
    machine.appended(5)
    assert machine.plan(0) is None
    assert machine.wait(0) is None
    machine.published(2)
    assert machine.plan(0) == Batch(4, 5, live=True)


def test_without_progress_everything_above_the_mark_is_sent_again_ever_more_rarely() -> None:
    machine = Delivery("e", 0, 2, SMALL)
    machine.connected(0)
    times = []
    for now in range(400):
        if sent_all(machine, now):
            times.append(now)
        for mid in range(1000, 1010):
            machine.published(mid)
    assert times == [0, 30, 90, 210, 330]


def test_progress_restores_patience() -> None:
    machine = Delivery("e", 0, 4, SMALL)
    machine.connected(0)
    for now in (0.0, 0.2, 30.2, 30.4):
        assert sent_all(machine, now)
    assert machine.ack(Ack(epoch="e", seq=3), 31) is Verdict.PRUNE
    assert machine.plan(60.9) is None
    assert machine.plan(61) == Batch(3, 4, live=False)


def test_the_four_kinds_of_ack() -> None:
    machine = Delivery("e", 2, 5)
    assert machine.ack(Ack(epoch="old", seq=5), 0) is Verdict.OTHER_EPOCH
    assert machine.ack(Ack(epoch="e", seq=2), 0) is Verdict.KNOWN
    assert machine.ack(Ack(epoch="e", seq=6), 0) is Verdict.IMPOSSIBLE
    assert machine.ack(Ack(epoch="e", seq=5), 0) is Verdict.PRUNE
    assert machine.acked == 5


def test_an_ack_for_another_devices_row_of_our_number_moves_nothing() -> None:
    machine = Delivery("e", 2, 5)
    assert machine.ack(Ack(epoch="e", seq=4, boot="a1"), 0, boot="b1") is Verdict.COPY
    assert machine.acked == 2
    assert machine.ack(Ack(epoch="e", seq=4, boot="b1"), 0, boot="b1") is Verdict.PRUNE
    assert machine.ack(Ack(epoch="e", seq=5), 0, boot="b1") is Verdict.PRUNE  # a desk that does not say


def test_the_end_of_a_wait_is_the_moment_to_act_whatever_floats_do() -> None:
    machine = Delivery("e", 0, 1, SMALL)
    machine.connected(0)
    now = 0.1 + 0.2 + 5.0
    sent_all(machine, now)
    machine.published(1000)
    while (wait := machine.wait(now)) is not None and wait > 0:
        now += wait
    assert machine.plan(now) == Batch(0, 1, live=False)


def test_all_acknowledged_means_nothing_to_wait_for() -> None:
    machine = Delivery("e", 0, 2)
    machine.connected(0)
    sent_all(machine, 0)
    machine.ack(Ack(epoch="e", seq=2), 1)
    assert machine.wait(2) is None


def a_row(seq: int, size: int = 100) -> Row:
    return Row(epoch="e", seq=seq, boot="b", bt0=0, bt1=0, kind="count", body=msgspec.Raw(b'"' + b"x" * size + b'"'))


@given(st.lists(st.integers(0, 8_000), max_size=200), st.integers(9_000, MAX_PAYLOAD))
@settings(max_examples=60)
def test_a_message_holds_as_many_rows_as_fit_and_can_be_read_back(sizes: list[int], limit: int) -> None:
    rows = [a_row(seq, size) for seq, size in enumerate(sizes, 1)]
    payload, last = pack(rows, limit)
    assert len(payload) <= limit
    assert [item.key for item in decode_rows(payload)] == [("e", seq) for seq in range(1, last + 1)]
    if last < len(rows):
        assert len(payload) + len(msgspec.json.encode(rows[last])) + 1 > limit


@given(st.floats(0, 1), st.floats(0, 300))
def test_back_off_stays_between_a_tenth_of_a_second_and_the_longest(chance: float, longest: float) -> None:
    assert 0.1 <= back_off(chance, longest) <= max(0.1, longest)


def test_a_device_that_boots_before_its_network_tries_soon_and_one_in_an_outage_spreads() -> None:
    assert [longest_wait(failures, False, 300) for failures in range(9)] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert longest_wait(0, True, 300) == 300
    assert longest_wait(9, False, 0.2) == 0.2
    assert longest_wait(10**9, False, 300) == 300


class Deliveries(RuleBasedStateMachine):
    """A ledger, a wire that drops what it likes, and a desk that keeps the highest number without a hole below it."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Delivery("e", 0, 0, SMALL)
        self.now = 0.0
        self.last = 0
        self.mids = 0
        self.online = False
        self.wire: dict[int, range] = {}
        self.unanswered: list[int] = []
        self.desk: set[int] = set()
        self.marks: list[int] = [0]

    def mark(self) -> int:
        n = 0
        while n + 1 in self.desk:
            n += 1
        return n

    @rule(n=st.integers(1, 8))
    def append(self, n: int) -> None:
        self.last += n
        self.machine.appended(self.last)

    @precondition(lambda self: not self.online)
    @rule()
    def connect(self) -> None:
        self.online = True
        self.machine.connected(self.now)

    @precondition(lambda self: self.online)
    @rule()
    def disconnect(self) -> None:
        self.online = False
        self.machine.disconnected()
        self.unanswered.clear()

    @rule()
    def pump(self) -> None:
        while (batch := self.machine.plan(self.now)) is not None:
            self.mids += 1
            last = min(batch.upto, batch.after + SMALL.batch)
            assert self.machine.acked <= batch.after < last <= self.last
            self.wire[self.mids] = range(batch.after + 1, last + 1)
            self.unanswered.append(self.mids)
            self.machine.sent(self.mids, batch, last, self.now)

    @precondition(lambda self: self.unanswered)
    @rule(data=st.data())
    def puback(self, data: st.DataObject) -> None:
        mid = data.draw(st.sampled_from(self.unanswered))
        self.unanswered.remove(mid)
        self.machine.published(mid)

    @precondition(lambda self: self.wire)
    @rule(data=st.data(), lost=st.booleans(), twice=st.booleans())
    def arrive(self, data: st.DataObject, lost: bool, twice: bool) -> None:
        mid = data.draw(st.sampled_from(sorted(self.wire)))
        if not lost:
            self.desk |= set(self.wire[mid])
        if lost or not twice:
            del self.wire[mid]
        self.marks.append(self.mark())

    @rule(data=st.data())
    def ack(self, data: st.DataObject) -> None:
        self.machine.ack(Ack(epoch="e", seq=data.draw(st.sampled_from(self.marks))), self.now)

    @rule(seq=st.integers(0, 50))
    def foreign_ack(self, seq: int) -> None:
        assert self.machine.ack(Ack(epoch="other", seq=seq), self.now) is Verdict.OTHER_EPOCH
        assert self.machine.ack(Ack(epoch="e", seq=self.last + 1 + seq), self.now) is Verdict.IMPOSSIBLE

    @rule(seconds=st.sampled_from([0.1, 0.2, 5.0, 30.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def only_what_the_desk_has_may_be_forgotten(self) -> None:
        assert self.machine.acked <= self.mark()

    @invariant()
    def few_are_in_flight(self) -> None:
        assert len(self.unanswered) <= SMALL.in_flight

    @invariant()
    def it_never_sleeps_on_rows_that_wait(self) -> None:
        if self.online and self.machine.acked < self.last and len(self.unanswered) < SMALL.in_flight:
            assert self.machine.wait(self.now) is not None

    def teardown(self) -> None:
        """The wire is mended: in bounded time the desk has everything."""
        self.wire.clear()
        if not self.online:
            self.connect()
        for _ in range(10 + self.last):
            self.pump()
            for rows in self.wire.values():
                self.desk |= set(rows)
            self.wire.clear()
            for mid in self.unanswered:
                self.machine.published(mid)
            self.unanswered.clear()
            if self.machine.ack(Ack(epoch="e", seq=self.mark()), self.now) is Verdict.KNOWN:
                self.now += self.machine.wait(self.now) or 0
        assert self.desk == set(range(1, self.last + 1))
        assert self.machine.acked == self.last


Deliveries.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDeliveries = Deliveries.TestCase
