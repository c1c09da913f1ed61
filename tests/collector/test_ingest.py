"""Messages in, a batch out: nothing a device sends stops what comes behind it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_rows import count, payload

from collector.ingest import Message, sort
from collector.store.port import Batch, Floor, Ledger
from devices.contract import ROOT, Alert, Health, Status


def told(leaf: str, data: object, *, retained: bool = False, device: str = "pintu-1") -> Batch:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return sort([Message(f"{ROOT}/kota/{device}/{leaf}", raw, retained, 1000)])


def test_a_good_row_becomes_a_record() -> None:
    (record,) = told("records", [count(7)]).records
    assert (record.ledger, record.seq, record.problem) == (Ledger("kota", "pintu-1", "e1"), 7, "")
    assert record.row is not None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 5},
        {"body": {"in": "many"}},
        {"body": {"in": -1}},
        {"bt0": -1},
        {"t1": 2**70},
        {"body": {"in": 2**80}},
        {"kind": "transaction", "body": {"op": "checkout", "result": "done", "total": -1}},
    ],
)
def test_a_row_with_a_readable_number_and_bad_content_counts_as_handled(change: dict[str, object]) -> None:
    batch = told("records", [count(7, **change)])
    (record,) = batch.records
    assert record.seq == 7
    assert record.row is None
    assert record.problem
    assert len(batch.dead) == 1


@pytest.mark.parametrize(
    "change", [{"seq": 0}, {"seq": -3}, {"seq": 2**60}, {"epoch": ""}, {"epoch": "x" * 65}, {"epoch": "a\x00b"}]
)
def test_a_row_without_a_usable_number_is_only_set_aside(change: dict[str, object]) -> None:
    batch = told("records", [{**count(1), **change}])
    assert batch.records == ()
    assert len(batch.dead) == 1


def test_one_bad_row_spoils_only_itself() -> None:
    batch = told("records", [count(1), 17, count(2)])
    assert [record.seq for record in batch.records] == [1, 2]
    assert len(batch.dead) == 1


def test_much_rubbish_in_one_message_is_set_aside_in_few_letters() -> None:
    batch = told("records", [*[1] * 150, count(1)])
    assert [record.seq for record in batch.records] == [1]
    assert len(batch.dead) == 11
    assert batch.dead[-1].problem.startswith("140 more elements")


def test_an_epoch_that_cannot_be_printed_spoils_only_its_rows() -> None:
    batch = told("records", [count(1), count(1, epoch="a\x07"), count(2, epoch="a\x07"), count(2)])
    assert [(record.ledger.epoch, record.seq) for record in batch.records] == [("e1", 1), ("e1", 2)]
    assert len(batch.dead) == 2


def test_a_row_of_an_unknown_kind_is_kept_unread() -> None:
    (record,) = told("records", [count(1, kind="satisfaction", body={"stars": 5})]).records
    assert record.problem == ""


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[" * 60_000, b"{}", b"[1", b"[" + b"1," * 300 + b"1]", b"[" + b" " * 70_000 + b"]"]
)
def test_a_message_that_is_no_batch_of_rows_is_a_dead_letter(data: bytes) -> None:
    batch = told("records", data)
    assert batch.records == ()
    assert len(batch.dead) == 1


@pytest.mark.parametrize(
    "topic", ["pustaka/v2/a/b/status", "pustaka/v1/a/b", "pustaka/v1/A/b/status", "pustaka/v1/a/b/what"]
)
def test_a_foreign_topic_is_a_dead_letter(topic: str) -> None:
    assert len(sort([Message(topic, b"online", False, 1)]).dead) == 1


def test_statements_of_a_device() -> None:
    (update,) = told("status", b"asleep").states
    assert (update.value, update.live) == (Status.ASLEEP, True)
    (update,) = told("health", {"uptime_s": 3}, retained=True).states
    assert isinstance(update.value, Health)
    assert update.live is False
    (update,) = told("alert/reader", {"what": "antenna"}).states
    assert (update.value, update.alert) == (Alert(what="antenna"), "reader")
    (update,) = told("alert/reader", b"").states
    assert update.value is None


def test_a_bridge_speaks_mosquittos_words() -> None:
    assert told("status", b"0", device="bridge").states[0].value is Status.OFFLINE
    assert told("status", b"1", device="bridge").states[0].value is Status.ONLINE
    assert len(told("status", b"0").dead) == 1


@pytest.mark.parametrize(
    ("leaf", "data"),
    [
        ("alert", b"{}"),
        ("info/x", b"{}"),
        ("info", b"{}"),
        ("status", b"\xff"),
        ("health", {"uptime_s": 1, "oldest": -1}),
    ],
)
def test_a_bad_statement_is_a_dead_letter(leaf: str, data: object) -> None:
    batch = told(leaf, data)
    assert batch.states == ()
    assert len(batch.dead) == 1


def test_an_acknowledgement_at_the_broker_says_what_a_device_may_have_forgotten() -> None:
    batch = told("ack", {"epoch": "e1", "seq": 500}, retained=True)
    assert batch.floors == (Floor(Ledger("kota", "pintu-1", "e1"), 500),)
    assert told("ack", b"").floors == ()
    assert len(told("ack", {"epoch": "", "seq": 5}).dead) == 1


def test_the_oldest_row_a_device_keeps_is_a_floor() -> None:
    batch = told("health", {"uptime_s": 1, "epoch": "e1", "oldest": 12})
    assert batch.floors == (Floor(Ledger("kota", "pintu-1", "e1"), 11),)
    assert told("health", {"uptime_s": 1, "epoch": "e1", "oldest": 1}).floors == ()
    assert told("health", {"uptime_s": 1, "oldest": 12}).floors == ()
    assert told("health", {"uptime_s": 1, "epoch": "\x07", "oldest": 12}).floors == ()


def test_other_leaves_are_not_the_collectors_business() -> None:
    assert told("log/warn", b"anything") == Batch()
    assert told("command/restart", b"x") == Batch()


@given(st.text(max_size=40), st.binary(max_size=200), st.booleans())
def test_nothing_raises(topic: str, data: bytes, retained: bool) -> None:
    for leaf in (topic, f"{ROOT}/a/b/records", f"{ROOT}/a/b/health", f"{ROOT}/a/b/ack"):
        sort([Message(leaf, data, retained, 1)])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(count(1))), _JSON))
def test_a_row_of_nonsense_is_a_record_or_a_dead_letter(change: dict[str, object]) -> None:
    batch = sort([Message(f"{ROOT}/a/b/records", payload({**count(3), **change}), False, 1)])
    assert batch.records or batch.dead
