"""The MQTT language: what is built can be read back, and what is broken says so."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import contract
from devices.contract import Ack, Clock, ContractError, Count, Kind, Leaf, Row

ids = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True)
numbers = st.integers(0, 2**53 - 1)


def row(seq: int = 1, kind: str = Kind.COUNT, body: bytes = b'{"in":1,"IN":5}') -> Row:
    return Row(epoch="e1", seq=seq, boot="b", bt0=0, bt1=60_000, kind=kind, body=msgspec.Raw(body))


@given(ids, ids, st.sampled_from(Leaf), st.one_of(st.just(""), ids))
def test_a_topic_comes_back_as_it_was_built(site: str, device: str, leaf: Leaf, rest: str) -> None:
    assert contract.parse_topic(contract.topic(site, device, leaf, rest)) == contract.Topic(site, device, leaf, rest)


@pytest.mark.parametrize("bad", ["", "Kota", "a b", "x" * 33, "a/b", "+", "#", "pintu_1"])
def test_an_id_that_could_break_a_topic_is_refused(bad: str) -> None:
    with pytest.raises(ContractError, match="1 to 32 characters"):
        contract.check_id(bad)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pustaka/v2/a/b/status", "not below"),
        ("/pustaka/v1/a/b/status", "not below"),
        ("pustaka/v1/a/b", "levels"),
        ("pustaka/v1/a/b/command/x/y", "levels"),
        ("pustaka/v1/a/b/mood", "not a leaf"),
        ("pustaka/v1/A/b/status", "site"),
    ],
)
def test_a_foreign_topic_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ContractError, match=why):
        contract.parse_topic(text)


@given(st.builds(Count, into=numbers, out=numbers, total_in=numbers, total_out=numbers, turned_back=numbers))
def test_a_count_survives_the_wire(count: Count) -> None:
    assert contract.decode(contract.encode(count), Count) == count


def test_a_count_uses_the_short_names_of_the_format() -> None:
    assert json.loads(contract.encode(Count(into=3, out=1, total_in=10, total_out=8, turned_back=2))) == {
        "in": 3, "out": 1, "IN": 10, "OUT": 8, "tb": 2, "amb": 0, "glitch": 0, "flags": [],
    }  # fmt: skip


def test_a_full_message_of_ordinary_rows_fits() -> None:
    rows = [row(seq=10**9 + n) for n in range(contract.BATCH)]
    payload = contract.encode(rows)
    items = contract.decode_rows(payload)
    assert all(item.row is not None for item in items)
    assert [(item.key, contract.body(item.row), item.raw) for item in items if item.row is not None] == [
        (("e1", each.seq), contract.body(each), msgspec.json.encode(each)) for each in rows
    ]
    known = contract.decode_known(payload)
    assert known is not None
    assert known[0] == [item.row for item in items]
    assert [bytes(raw) for raw in known[1]] == [item.raw for item in items]


def test_unknown_keys_are_ignored() -> None:
    assert contract.decode(b'{"epoch":"e","seq":7,"later":true}', Ack) == Ack(epoch="e", seq=7)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ContractError, match=r"ack: .*seq"):
        contract.decode(b'{"epoch":"e"}', Ack)


def test_one_bad_row_spoils_only_itself_and_keeps_its_number() -> None:
    good = msgspec.json.encode(row(1))
    bad_body = msgspec.json.encode(row(2, body=b'{"in":"many"}'))
    bad_row = b'{"epoch":"e1","seq":3}'
    nothing = b'"hello"'
    items = contract.decode_rows(b"[" + b",".join([good, bad_body, bad_row, nothing]) + b"]")
    assert [(item.row is not None, item.key) for item in items] == [
        (True, ("e1", 1)),
        (False, ("e1", 2)),
        (False, ("e1", 3)),
        (False, None),
    ]
    assert all(item.problem for item in items[1:])


@pytest.mark.parametrize("seq", [0, -1, 2**53])
def test_a_row_number_outside_the_range_is_a_problem(seq: int) -> None:
    (item,) = contract.decode_rows(msgspec.json.encode([row(seq)]))
    assert item.row is None
    assert str(seq) in item.problem


def test_a_row_of_a_kind_unknown_to_this_version_is_kept_unread() -> None:
    (item,) = contract.decode_rows(msgspec.json.encode([row(kind="weather", body=b'{"rain":true}')]))
    assert item.row is not None
    assert contract.body(item.row) is None


@pytest.mark.parametrize("payload", [b"", b"{}", b"[", b"x" * (contract.MAX_PAYLOAD + 1), b"[" + b"1," * 200 + b"1]"])
def test_a_message_that_is_no_batch_is_refused(payload: bytes) -> None:
    with pytest.raises(ContractError):
        contract.decode_rows(payload)


def test_a_message_too_long_for_the_broker_is_never_built() -> None:
    with pytest.raises(ContractError, match="at most"):
        contract.encode(contract.Alert(what="x" * contract.MAX_PAYLOAD))


@given(st.binary(max_size=200))
def test_garbage_never_raises_anything_else(payload: bytes) -> None:
    try:
        for item in contract.decode_rows(payload):
            assert item.row is not None or item.problem
    except ContractError:
        pass


def test_a_clock_quality_of_a_row_is_its_word() -> None:
    assert b'"clk":"synced"' in msgspec.json.encode(msgspec.structs.replace(row(), clk=Clock.SYNCED))
