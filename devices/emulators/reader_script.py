"""Scripts for an emulated reader: what happens to it and its tags, and when. Text in, orders out; no clock in here.

One idea a line::

    # Three parts of one item, and somebody in a hurry.
    tag A E004010031230A01 item BK0001 part 1 of 2
    tag B E004010031230B02 item BK0001 part 2 of 2
    clock from inventory
    at 0 put A B
    at 1.2 take B
    after inventory 9 put B
    at 2 fault afi_unchanged times 3
    at 3 hang up
    at 3.5 come back as pad2

``tag NAME UID`` gives a tag a name; words behind the UID make it anew: ``item ID``, ``part N of M``, ``isil CODE``,
``afi HEX``, ``blank``, ``card`` (a patron's), ``dead``, ``reach P``, ``locked`` (its AFI) and ``no eas``. Times are
seconds from the start, or from the first inventory if a line ``clock from inventory`` says so; ``after inventory N``
is right behind the Nth. A fault is a name of :class:`~devices.emulators.faults.Fault` and what it needs: ``times N``
(else once), ``always``, ``off``, ``ms N``, ``command HEX``, ``tag NAME``, ``spared N``, ``odds P``,
``at N``, ``hex BYTES``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

import msgspec

from devices.emulators.faults import Fault, FaultOrder
from devices.emulators.field import AFI_LOCK, BLOCK, BLOCKS, FieldError, TagState, check
from devices.emulators.reader_control import ComeBack, Define, HangUp, Order, Put, SetFault, Take
from devices.rfid.errors import EncodeError, RfidError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage


class ScriptError(RfidError):
    """A script's line that means nothing; the sentence names the line and the word."""


@dataclass(frozen=True, slots=True)
class Step:
    """Orders to carry out ``at`` so many seconds, or right behind inventory number ``inventory`` if that is set."""

    line: int
    at: float
    inventory: int
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """``first`` before anything else; then the ``steps``. ``from_inventory``: the clock waits for the first one."""

    first: tuple[Order, ...] = ()
    steps: tuple[Step, ...] = ()
    from_inventory: bool = False


class Playing:
    """A script under way; it is told the time and the number of inventories, and says what is to be done."""

    def __init__(self, script: Script, start: float) -> None:
        self._zero = None if script.from_inventory else start
        self._left = list(script.steps)

    def due(self, now: float, inventories: int) -> list[Order]:
        """The orders whose time has come, in the script's order of time."""
        if self._zero is None and inventories:
            self._zero = now
        ripe = [step for step in self._left if self._ripe(step, now, inventories)]
        self._left = [step for step in self._left if step not in ripe]
        return [order for step in sorted(ripe, key=lambda step: step.at) for order in step.orders]

    def next(self) -> float | None:
        """When to ask again, unless an inventory comes first."""
        if self._zero is None:
            return None
        return min((self._zero + step.at for step in self._left if not step.inventory), default=None)

    def _ripe(self, step: Step, now: float, inventories: int) -> bool:
        if step.inventory:
            return inventories >= step.inventory
        return self._zero is not None and self._zero + step.at <= now


def parse(script: str | Iterable[str]) -> Script:
    """Read a script: a text, or its lines.

    Raises:
        ScriptError: naming the line and the word that means nothing.
    """
    reading = _Reading()
    for number, line in enumerate(script.splitlines() if isinstance(script, str) else script, start=1):
        words = line.partition("#")[0].split()
        if words:
            _Words(number, words).read(reading)
    return Script(tuple(reading.first), tuple(reading.steps), reading.from_inventory)


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    first: list[Order] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    from_inventory: bool = False
    names: dict[str, str] = field(default_factory=dict)


class _Words:
    """The words of one line, taken from the front."""

    def __init__(self, line: int, words: Sequence[str]) -> None:
        self._line = line
        self._words = words
        self._at = 0

    def read(self, reading: _Reading) -> None:
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

    def _tag(self, reading: _Reading) -> list[Order]:
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
            match self.one_of("item", "part", "isil", "afi", "blank", "card", "dead", "reach", "locked", "no"):
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
        if not (word.isascii() and word.isdigit()) or int(word) < least:
            self._fail(word, f"{meaning} is a whole number, {least} or more")
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
_SHORTEST_UID: Final = 8  # digits; an ISO 14443 card's


def _is_hex(word: str) -> bool:
    return bool(word) and len(word) % 2 == 0 and set(word) <= _HEX
