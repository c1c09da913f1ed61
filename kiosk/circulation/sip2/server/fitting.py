"""Answers made fit for one terminal's encoding: a title with a bar or an accent must not cost the whole answer.

What stands in a field is shown as well as the encoding can (``text.for_field``); requests are never treated so.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, cast

from kiosk.circulation.sip2.codec import LONGEST, LONGEST_NUMBER
from kiosk.circulation.sip2.layout import Response
from kiosk.circulation.sip2.text import for_field

_NUMBERS: Final = ("patron_identifier", "item_identifier")
_FIELDS: Final[dict[type[Response], tuple[str, ...]]] = {}


def fit(response: Response, encoding: str) -> Response:
    """The response with every text in it written so that ``codec.encode`` takes it."""
    changed: dict[str, object] = {}
    for name in _fields(type(response)):
        value = getattr(response, name)
        if isinstance(value, str):
            longest = LONGEST_NUMBER if name in _NUMBERS else LONGEST
            if not _is_plain(value, longest):
                changed[name] = for_field(value, encoding, longest)
        elif isinstance(value, tuple) and name != "others" and not all(_is_plain(each, LONGEST) for each in value):
            changed[name] = tuple(for_field(each, encoding) for each in value)
    return cast(Response, dataclasses.replace(cast(Any, response), **changed)) if changed else response


def _is_plain(value: str, longest: int) -> bool:
    return value.isascii() and value.isprintable() and "|" not in value and len(value) <= longest


def _fields(cls: type[Response]) -> tuple[str, ...]:
    if cls not in _FIELDS:
        _FIELDS[cls] = tuple(field.name for field in dataclasses.fields(cast(Any, cls)))
    return _FIELDS[cls]
