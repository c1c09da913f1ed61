"""The words of a script's lines, one line at a time. What they mean: :mod:`devices.emulators.reader_script`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

import msgspec

from devices.emulators.faults import Fault, FaultOrder
from devices.emulators.field import AFI_LOCK, BLOCK, BLOCKS, FieldError, Kind, TagState, check
from devices.emulators.reader_control import ComeBack, Define, HangUp, Order, Put, SetFault, Take
from devices.rfid.errors import EncodeError, RfidError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage
from devices.rfid.tags.epc import pc_of


class ScriptError(RfidError):
    """A script's line that means nothing; the sentence names the line and the word."""


@dataclass(frozen=True, slots=True)
class Step:
    """Orders to carry out ``at`` so many seconds, or right behind inventory number ``inventory`` if that is set."""

    line: int
    at: float
    inventory: int
    orders: tuple[Order, ...]


@dataclass(slots=True)
class Reading:
    """What has been read of a script so far: tags to make first, steps, and the names of tags."""

    first: list[Order] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    from_inventory: bool = False
    names: dict[str, str] = field(default_factory=dict)


class Words:
    """The words of one line, taken from the front."""

    def __init__(self, line: int, words: Sequence[str]) -> None:
        self._line = line
        self._words = words
        self._at = 0

    def read(self, reading: Reading) -> None:
        """Take the whole line in."""
        match self.one_of("tag", "clock", "at", "after"):
            case "tag":
                reading.first += self._tag(reading)
            case "clock":
                self.expect("from")
                reading.from_inventory = self.one_of("start", "inventory") == "inventory"
            case "at":
                at = self.number("seconds")
                reading.steps.append(Step(self._line, at, 0, tuple(self._orders(reading.names))))
            case _:
                self.expect("inventory")
                count = self.whole("the number of an inventory", least=1)
                reading.steps.append(Step(self._line, 0.0, count, tuple(self._orders(reading.names))))
        if self._at < len(self._words):
            self._fail(self._words[self._at], "one idea a line; this is too much")

    # --- the ideas ------------------------------------------------------------------------------------------------

    def _orders(self, names: dict[str, str]) -> list[Order]:
        match self.one_of("put", "take", "fault", "hang", "come"):
            case "put":
                return [Put(uid) for uid in self._uids(names)]
            case "take":
                return [Take()] if self.skip("all") else [Take(uid) for uid in self._uids(names)]
            case "fault":
                return [SetFault(self._fault(names))]
            case "hang":
                self.expect("up")
                return [HangUp()]
            case _:
                self.expect("back")
                return [ComeBack(self.word("a name for the port") if self.skip("as") else "")]

    def _uids(self, names: dict[str, str]) -> list[str]:
        uids = [self._uid(names)]
        while self._at < len(self._words):
            uids.append(self._uid(names))
        return uids

    def _uid(self, names: dict[str, str]) -> str:
        word = self.word("a tag")
        if word in names:
            return names[word]
        if not _is_hex(word) or len(word) < _SHORTEST_UID:
            self._fail(word, f"no tag of that name; named are {', '.join(names) or 'none'} (tag NAME UID)")
        return word.upper()

    def _fault(self, names: dict[str, str]) -> FaultOrder:
        word = self.word("a fault")
        if word not in list(Fault):
            self._fail(word, f"no such fault; there are {', '.join(Fault)}")
        values: dict[str, object] = {}
        readers: dict[str, Callable[[], object]] = {
            "times": lambda: self.whole("how often"),
            "ms": lambda: self.whole("milliseconds"),
            "command": lambda: self.hex("a command's code"),
            "spared": lambda: self.whole("how many are spared"),
            "odds": lambda: self.number("a chance from 0 to 1"),
            "at": lambda: self.whole("where to cut"),
            "tag": lambda: self._uid(names),
            "hex": lambda: self.bytes("what comes"),
        }
        fields = {"tag": "uid", "spared": "after"}
        while self._at < len(self._words):
            key = self.one_of(*readers, "always", "off")
            if key in readers:
                values[fields.get(key, key)] = readers[key]()
            else:
                values["times"] = None if key == "always" else 0
        return msgspec.convert({"name": word, **values}, FaultOrder)

    def _tag(self, reading: Reading) -> list[Order]:
        name = self.word("a name for the tag")
        uid = self.word("its UID")
        if not _is_hex(uid):
            self._fail(uid, "a UID is hex digits, 16 for an HF tag")
        reading.names[name] = uid.upper()
        if self._at == len(self._words):
            return []
        try:
            tag = self._new_tag(uid.upper())
            check(tag)
        except (EncodeError, FieldError) as error:
            self._fail(name, str(error))
        return [Define(tag)]

    def _new_tag(self, uid: str) -> TagState:
        item, isil, part, parts, usage = "", "", 1, 1, Usage.CIRCULATING
        values: dict[str, object] = {}
        while self._at < len(self._words):
            match self.one_of(
                "item", "part", "isil", "afi", "blank", "card", "dead", "reach", "locked", "no", *_OTHERS
            ):
                case "item":
                    item = self.word("the item's number")
                case "part":
                    part = self.whole("the part's number", least=1)
                    self.expect("of")
                    parts = self.whole("how many parts", least=1)
                case "isil":
                    isil = self.word("the library's ISIL")
                case "afi":
                    values["afi"] = self.hex("an AFI")
                case "card":
                    usage = Usage.PATRON_CARD
                case "dead":
                    values["dead"] = True
                case "reach":
                    values["reach"] = self.number("a chance from 0 to 1")
                case "locked":
                    values["locked"] = (AFI_LOCK,)
                case "no":
                    self.expect("eas")
                    values["eas_able"] = False
                case "epc":
                    epc = bytes.fromhex(self.bytes("an EPC"))
                    values |= {"kind": Kind.UHF, "epc": epc.hex().upper(), "pc": pc_of(epc)}
                case "rssi":
                    values["rssi"] = self.decibels()
                case "bare":
                    values["kind"] = Kind.CARD
                case _:
                    item = ""
        memory = iso28560_3.encode(item, isil, part=part, parts=parts, usage=usage) if item else b""
        return msgspec.convert({"uid": uid, "memory": memory.ljust(BLOCK * BLOCKS, b"\0").hex(), **values}, TagState)

    # --- the words ------------------------------------------------------------------------------------------------

    def word(self, meaning: str) -> str:
        """The next word."""
        if self._at == len(self._words):
            self._fail(self._words[-1], f"{meaning} must follow")
        self._at += 1
        return self._words[self._at - 1]

    def skip(self, word: str) -> bool:
        """Take the next word if it is this one."""
        there = self._at < len(self._words) and self._words[self._at] == word
        self._at += there
        return there

    def expect(self, word: str) -> None:
        """The next word is this one."""
        self.one_of(word)

    def one_of(self, *known: str) -> str:
        """The next word is one of these."""
        word = self.word(" or ".join(known))
        if word not in known:
            self._fail(word, f"use {', '.join(known)}")
        return word

    def number(self, meaning: str) -> float:
        """The next word is a number, 0 or more."""
        word = self.word(meaning)
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            self._fail(word, f"{meaning} is a number, 0 or more")
        return value

    def whole(self, meaning: str, least: int = 0) -> int:
        """The next word is a whole number."""
        word = self.word(meaning)
        if not _is_number(word) or int(word) < least:
            self._fail(word, f"{meaning} is a whole number, {least} or more")
        return int(word)

    def decibels(self) -> int:
        """The next word is how strongly a tag is heard."""
        word = self.word("how strongly it is heard")
        if not _is_number(word.removeprefix("-")):
            self._fail(word, "how strongly it is heard is whole dBm, for example -50")
        return int(word)

    def hex(self, meaning: str) -> int:
        """The next word is a byte in hex."""
        word = self.word(meaning)
        if not _is_hex(word) or len(word) != 2:
            self._fail(word, f"{meaning} is two hex digits")
        return int(word, 16)

    def bytes(self, meaning: str) -> str:
        """The next word is bytes in hex."""
        word = self.word(meaning)
        if not _is_hex(word):
            self._fail(word, f"{meaning} is given in hex, two digits a byte")
        return word

    def _fail(self, word: str, why: str) -> NoReturn:
        raise ScriptError(f"script, line {self._line}, {word!r}: {why}")


_HEX: Final = frozenset("0123456789abcdefABCDEF")
#: What makes a tag a UHF one, or a card that is only a number.
_OTHERS: Final = ("epc", "rssi", "bare")
_SHORTEST_UID: Final = 8  # digits; an ISO 14443 card's


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _is_hex(word: str) -> bool:
    return bool(word) and len(word) % 2 == 0 and set(word) <= _HEX
