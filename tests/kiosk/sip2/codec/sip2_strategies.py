"""Hypothesis strategies for SIP2 messages: every class, with any values that may be written."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from hypothesis import strategies as st

from kiosk.circulation.sip2 import layout, requests, responses
from kiosk.circulation.sip2.layout import Message, Part
from kiosk.circulation.sip2.values import PatronFlag, Summary

MESSAGES: list[type[Message]] = sorted(
    {
        cls
        for cls in [*vars(requests).values(), *vars(responses).values()]
        if isinstance(cls, type) and issubclass(cls, Message) and cls.code
    },
    key=lambda cls: cls.code,
)
NUMBERS = ("patron_identifier", "item_identifier")
#: What may stand in a value: no controls, no separators of fields or lines, nothing that has no bytes.
SAFE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="|")
STAMPS = st.one_of(
    st.just(""),
    st.builds(
        lambda moment, zone: f"{moment.year:04d}{moment:%m%d}{zone}{moment:%H%M%S}",
        st.datetimes(),
        st.sampled_from(["    ", "   Z", "   Q"]),
    ),
)
_PARTS: list[tuple[Part, st.SearchStrategy[Any]]] = [
    (layout.FLAG, st.booleans()),
    (layout.DONE, st.booleans()),
    (layout.MAYBE, st.sampled_from([True, False, None])),
    (layout.STAMP, STAMPS),
    (layout.OPTIONAL_STAMP, STAMPS),
    (layout.VERSION, st.from_regex(r"[0-9]\.[0-9]{2}", fullmatch=True)),
    (layout.OPTIONAL_VERSION, st.from_regex(r"[0-9]\.[0-9]{2}", fullmatch=True)),
    (layout.COUNT, st.none() | st.integers(0, 9999)),
    (layout.NUMBER_3, st.none() | st.integers(0, 999)),
    (layout.LIMIT, st.none() | st.integers(0, 998)),
    (layout.PATRON_STATUS, st.frozensets(st.sampled_from(PatronFlag))),
    (layout.SUMMARY, st.frozensets(st.sampled_from(Summary))),
]


def _part(part: Part) -> st.SearchStrategy[Any]:
    for known, strategy in _PARTS:
        if part is known:
            return strategy
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="|"),
                   min_size=part.width, max_size=part.width)  # fmt: skip


def values(longest: int, letters: st.SearchStrategy[str] = SAFE) -> st.SearchStrategy[str]:
    """Values of at most ``longest`` bytes in UTF-8."""
    return st.text(letters, max_size=longest).filter(lambda text: len(text.encode()) <= longest)


@cache  # a strategy costs more to make than to draw from
def messages(
    cls: type[Message], letters: st.SearchStrategy[str] = SAFE, *, others: bool = True
) -> st.SearchStrategy[Message]:
    """Any message of this class that may be written."""
    given: dict[str, st.SearchStrategy[Any]] = {}
    own = {"AY", "AZ"}
    for field in fields(cls):  # type: ignore[arg-type]
        if get_origin(field.type) is not Annotated:
            continue
        kind, mark = get_args(field.type)
        if isinstance(mark, Part):
            given[field.name] = _part(mark)
            continue
        own.add(mark)
        text = values(64 if field.name in NUMBERS else 255, letters)
        if get_origin(kind) is tuple:
            given[field.name] = st.lists(values(40, letters), max_size=3).map(tuple)
        else:
            given[field.name] = text if kind is str else st.none() | text
    if others:
        identifier = st.from_regex(r"[A-Z][A-Z0-9]", fullmatch=True).filter(lambda text: text not in own)
        given["others"] = st.lists(st.tuples(identifier, values(40, letters)), max_size=3).map(tuple)
    return st.builds(cls, **given)


def any_message(letters: st.SearchStrategy[str] = SAFE) -> st.SearchStrategy[Message]:
    """Any message of any class."""
    return st.sampled_from(MESSAGES).flatmap(lambda cls: messages(cls, letters))
