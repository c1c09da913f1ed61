"""Messages to bytes and back, without sequence number and checksum (those are ``frame.py``'s).

Theory of operation. Each message's class is its layout (``layout.py``); a :class:`Layout` is made of it once, and
these two functions walk it. *The writer is strict*: what would become another field or message, is too long, or has
no place in the encoding is refused, never cleaned. *The reader is tolerant*: unknown fields are kept, their order is
free, of a doubled field the first counts, a missing one is empty; but what decides whether something happened has to
be exactly there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Final, get_args, get_origin

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2 import requests, responses
from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.layout import Message, Part

#: Bytes in a variable field's value, as encoded; and in a patron's or an item's number, which come from scans.
LONGEST: Final = 255
LONGEST_NUMBER: Final = 64
_NUMBERS: Final = frozenset(["patron_identifier", "item_identifier"])
_IDENTIFIER: Final = re.compile(r"[A-Z][A-Z0-9]")
_TRANSPORT: Final = ("AY", "AZ")
#: Control characters, and what some programs take for a line's end.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LEFTOVERS: Final = bytes([*range(0x20), 0x7F])


class Layout:
    """What the two functions below need of a message's class, by position instead of by name."""

    def __init__(self, cls: type[Message]) -> None:
        self.make: Callable[..., Message] = cls
        self.code = cls.code
        self.fixed: list[tuple[str, Part]] = []
        self.variable: list[tuple[str, bool, int, str]] = []  # identifier, whether it repeats, longest, name
        self.single: dict[str, str] = {}  # identifier -> name
        self.repeated: dict[str, str] = {}
        self.missing: dict[str, str] = {}  # what is read when a required field did not come
        for field in fields(cls):  # type: ignore[arg-type]
            if get_origin(field.type) is Annotated:
                self._add(field.name, *get_args(field.type))
        names = [name for name, _ in self.fixed] + [name for *_, name in self.variable]
        self.values: Callable[[Message], tuple[Any, ...]] = attrgetter("code", *names, "others")
        self.pattern = re.compile("".join(_group(part) for _, part in self.fixed) + _follow(self.fixed), re.DOTALL)

    def _add(self, name: str, kind: object, mark: Part | str) -> None:
        if isinstance(mark, Part):
            self.fixed.append((name, mark))
            return
        repeats = get_origin(kind) is tuple
        (self.repeated if repeats else self.single)[mark] = name
        self.variable.append((mark, repeats, LONGEST_NUMBER if name in _NUMBERS else LONGEST, name))
        if kind is str:
            self.missing[name] = ""


def _group(part: Part) -> str:
    return f"({part.pattern}){'?' if part.may_lack else ''}"


def _follow(fixed: list[tuple[str, Part]]) -> str:
    """Where parts may be missing, what follows has to look like a field: else it is not clear which are."""
    return r"(?=\|*(?:[A-Z][A-Z0-9]|\Z))" if any(part.may_lack for _, part in fixed) else ""


def _all_layouts() -> dict[str, Layout]:
    everything = [*vars(requests).values(), *vars(responses).values()]
    classes = {cls for cls in everything if isinstance(cls, type) and issubclass(cls, Message) and cls.code}
    return {cls.code: Layout(cls) for cls in sorted(classes, key=lambda cls: cls.code)}


LAYOUTS: Final = _all_layouts()


def encode(message: Message, encoding: str = "utf-8") -> bytes:
    """The message's bytes, without AY, AZ and the terminator.

    Raises:
        UnsafeValue: a value would become another field or message, is too long, or the encoding lacks a character.
        Sip2Error: the encoding cannot be used (see :func:`check_encoding`).
    """
    exact = check_encoding(encoding)
    layout = LAYOUTS[message.code]
    code, *values, others = layout.values(message)
    parts = [code]
    for value, (name, part) in zip(values, layout.fixed, strict=False):
        try:
            parts.append(part.write(value))
        except ValueError as error:
            raise UnsafeValue(f"The {_words(name)} of SIP2 message {layout.code} has to be {error}.") from None
    before = len(parts)
    for value, (identifier, repeats, longest, name) in zip(values[len(layout.fixed) :], layout.variable, strict=True):
        if value is None:
            continue
        for each in value if repeats else (value,):
            if len(each) * 4 > longest and len(each.encode(encoding, "replace")) > longest:
                raise UnsafeValue(
                    f"The {_words(name)} of SIP2 message {layout.code} is longer than {longest} bytes; it is not sent."
                )
            parts.append(f"{identifier}{each}|")
    for identifier, value in others:
        _check_other(layout, identifier, value, encoding)
        parts.append(f"{identifier}{value}|")
    text, count = "".join(parts), len(parts) - before
    body = _to_bytes(text, count, layout, encoding)
    if not exact and (body.count(b"|") != count or body.decode(encoding, "replace") != text):
        raise UnsafeValue(
            f"A value of SIP2 message {layout.code} has a character that the encoding {encoding} cannot carry safely."
        )
    return body


def _check_other(layout: Layout, identifier: str, value: str, encoding: str) -> None:
    own = identifier in layout.single or identifier in layout.repeated or identifier in _TRANSPORT
    if own or not _IDENTIFIER.fullmatch(identifier):
        raise UnsafeValue(
            f"An additional field of SIP2 message {layout.code} needs an identifier of two characters, such as ZU, "
            "that the message does not use itself."
        )
    if len(value.encode(encoding, "replace")) > LONGEST:
        raise UnsafeValue(f"The field {identifier} of SIP2 message {layout.code} is longer than {LONGEST} bytes.")


def _to_bytes(text: str, fields_written: int, layout: Layout, encoding: str) -> bytes:
    if text.count("|") != fields_written:
        raise UnsafeValue(f"A value of SIP2 message {layout.code} holds a '|', which would begin another field.")
    if _UNSAFE.search(text):
        raise UnsafeValue(f"A value of SIP2 message {layout.code} holds a control character; it is not sent.")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        raise UnsafeValue(
            f"A value of SIP2 message {layout.code} has a character that the encoding {encoding} lacks; "
            "choose another encoding for this server, or another text."
        ) from None


def decode(body: bytes, encoding: str = "utf-8") -> Message:
    """The message in a frame's body. What the encoding cannot read becomes U+FFFD.

    Raises:
        MalformedMessage: no message of SIP 2.00. Nothing else is raised, whatever the bytes.
        Sip2Error: the encoding cannot be used (see :func:`check_encoding`).
    """
    check_encoding(encoding)
    text = body.strip(_LEFTOVERS).decode(encoding, "replace")
    layout = LAYOUTS.get(text[:2])
    if layout is None:
        raise MalformedMessage("What came begins with no message code of SIP 2.00; is it a SIP2 server on this port?")
    if "\0" in text:
        raise MalformedMessage(f"SIP2 message {layout.code} has a NUL inside; it is damaged.")
    found = layout.pattern.match(text, 2)
    if found is None:
        raise MalformedMessage(f"The fixed part of SIP2 message {layout.code} is too short, or not as it should be.")
    values: dict[str, Any] = {
        name: "" if written is None else part.read(written)
        for (name, part), written in zip(layout.fixed, found.groups(), strict=True)
    }
    others: list[tuple[str, str]] = []
    lists: dict[str, list[str]] = {}
    for piece in text[found.end() :].split("|"):
        identifier = piece[:2]
        if (name := layout.single.get(identifier)) is not None:
            values.setdefault(name, piece[2:])
        elif (name := layout.repeated.get(identifier)) is not None:
            lists.setdefault(name, []).append(piece[2:])
        elif len(piece) > 1 and not piece.isspace():
            others.append((identifier, piece[2:]))
    for name, entries in lists.items():
        values[name] = tuple(entries)
    return layout.make(**(layout.missing | values), others=tuple(others))


@lru_cache(maxsize=32)
def check_encoding(encoding: str) -> bool:
    """Make sure that a server's encoding can be used; ``True`` if what it writes needs no second look.

    Raises:
        Sip2Error: it is unknown, does not leave ASCII as it is, or switches by escape sequences.
    """
    ascii_letters = "".join(map(chr, range(0x20, 0x7F)))
    try:
        usable = ascii_letters.encode(encoding) == ascii_letters.encode("ascii")
        usable &= ascii_letters.encode("ascii").decode(encoding) == ascii_letters
        usable &= not _UNSAFE.search("é あ 漢 가".encode(encoding, "replace").decode("ascii", "replace"))
    except (LookupError, ValueError):
        usable = False
    if not usable:
        raise Sip2Error(
            f"The encoding {encoding!r} cannot be used for SIP2; choose one such as utf-8, iso-8859-1 or cp850."
        )
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "ascii", "us-ascii")


def _words(name: str) -> str:
    return name.replace("_", " ")
