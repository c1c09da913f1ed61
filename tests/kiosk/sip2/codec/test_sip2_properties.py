"""What holds for every message, and for any bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sip2_strategies import MESSAGES, SAFE, any_message, messages

from kiosk.circulation.sip2.codec import LAYOUTS, decode, encode
from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.layout import Message
from kiosk.circulation.sip2.messages import (
    ItemInformation,
)

NOW = "20261122    093000"
ITEM = ItemInformation(transaction_date=NOW, institution_id="SMD", item_identifier="B1")


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.code)
def test_what_was_written_is_read(cls: type[Message]) -> None:
    @settings(deadline=None, max_examples=30)
    @given(messages(cls))
    def check(message: Message) -> None:
        assert decode(encode(message)) == message

    check()


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp850", "cp1252", "koi8-r"])
def test_what_was_written_in_another_encoding_is_read_in_it(encoding: str) -> None:
    everything = bytes(range(256)).decode(encoding, "ignore")
    letters = [letter for letter in everything if unicodedata.category(letter) != "Cc" and letter != "|"]

    @settings(deadline=None, max_examples=30)
    @given(any_message(st.sampled_from(letters)))
    def check(message: Message) -> None:
        assert decode(encode(message, encoding), encoding) == message

    check()


CODES = st.sampled_from(sorted(LAYOUTS)).map(str.encode)
PIECES = st.sampled_from(
    [
        b"|",
        b"AA",
        b"AF",
        b"BX",
        b"Y",
        b"N",
        b"1",
        b"0",
        b" ",
        NOW.encode(),
        b"\r",
        b"\n",
        b"\0",
        b"\xff",
        b"\xc3",
        b"0001",
    ]
)


@settings(deadline=None, max_examples=400)
@given(
    st.binary(max_size=200) | st.builds(lambda code, rest: code + b"".join(rest), CODES, st.lists(PIECES, max_size=60)),
    st.sampled_from(["utf-8", "ascii", "cp850", "shift_jis", "gb18030", "big5"]),
)
@example(b"98", "utf-8")
def test_any_bytes_are_a_message_or_malformed(body: bytes, encoding: str) -> None:
    try:
        found = decode(body, encoding)
    except MalformedMessage:
        return
    assert found.code == body.strip(bytes(range(32))).decode(encoding, "replace")[:2]


UNSAFE = st.sampled_from([chr(n) for n in (*range(0x20), *range(0x7F, 0xA0))] + ["|", "\u2028", "\u2029", "\ud800"])


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_field_of_any_message_lets_an_unsafe_value_through(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from([cls for cls in MESSAGES if LAYOUTS[cls.code].variable]))
    message = data.draw(messages(cls))
    _, repeats, _, name = data.draw(st.sampled_from(LAYOUTS[cls.code].variable))
    value = data.draw(st.text(SAFE, max_size=8)) + data.draw(UNSAFE) + data.draw(st.text(SAFE, max_size=8))
    spoilt = replace(message, **{name: (value,) if repeats else value})  # type: ignore[type-var]
    with pytest.raises(UnsafeValue):
        encode(spoilt)


@settings(deadline=None)
@given(any_message(), st.sampled_from(["utf-8", "latin-1", "cp850", "ascii"]))
def test_whatever_is_written_is_one_message_with_as_many_fields_as_were_given(message: Message, encoding: str) -> None:
    try:
        body = encode(message, encoding)
    except UnsafeValue:
        return  # a letter that the encoding lacks
    assert not any(byte < 0x20 or byte == 0x7F for byte in body)
    layout = LAYOUTS[message.code]
    given_fields = [getattr(message, name) for *_, name in layout.variable]
    count = sum(len(value) if isinstance(value, tuple) else value is not None for value in given_fields)
    assert body.count(b"|") == count + len(message.others)
