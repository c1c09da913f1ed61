"""ISO 28560-3 against a codec that we did not write: the package rfidgeek 2.0.1, on a board that is a memory."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Note, Usage
from devices.rfid.tags.recognise import recognise

# Its own __init__ asks setuptools for a version number, and environments of Python 3.12 and later come without that.
_found = importlib.util.find_spec("rfidgeek")
assert _found is not None
_package = ModuleType("rfidgeek")
_package.__path__ = list(_found.submodule_search_locations or ())
sys.modules.setdefault("rfidgeek", _package)

from rfidgeek.rfidgeek import PyRFIDGeek  # noqa: E402

CALM = settings(max_examples=60, deadline=None)
UID = "E004010031230A01"
SMALLEST_WHOLE = 0x1000

items = st.from_regex(r"[A-Za-z0-9.-]{1,16}", fullmatch=True)
countries = st.sampled_from(["DK", "NO", "DE", "ID"])
libraries = st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True)
part_of = st.integers(1, 255).flatmap(lambda parts: st.tuples(st.integers(1, parts), st.just(parts)))
#: What rfidgeek has a name for.
USAGES = {
    Usage.ACQUISITION: "acquisition",
    Usage.CIRCULATING: "for-circulation",
    Usage.NON_CIRCULATING: "not-for-circulation",
    Usage.DISCARDED: "discarded",
    Usage.PATRON_CARD: "patron-card",
}


class Board(PyRFIDGeek):
    """The program with a TRF7970A board whose field holds one tag: its hex and brackets, without the serial port."""

    def __init__(self, memory: bytes = bytes(32)) -> None:
        self.memory = bytearray(memory)
        self._said = b""

    def write(self, msg: str) -> None:
        request = bytes.fromhex(msg)
        assert request[1] == len(request)
        assert (request[5], request[6], request[8:16].hex().upper()) == (0x18, 0x20, UID)
        code, fields = request[7], request[16:-2]
        if code == 0x23:
            self._said = b"[00" + self.memory[fields[0] * 4 :][: fields[1] * 4].hex().upper().encode() + b"]"
        elif code == 0x21:
            self.memory[fields[0] * 4 : fields[0] * 4 + 4] = fields[1:5]
            self._said = b"[00]"

    def read(self) -> bytes:
        return self._said


@CALM
@given(items, countries, libraries, part_of, st.sampled_from(list(USAGES)))
def test_rfidgeek_reads_what_we_write(item: str, country: str, library: str, of: tuple[int, int], usage: Usage) -> None:
    part, parts = of
    memory = iso28560_3.encode(item, f"{country}-{library}", part=part, parts=parts, usage=usage, size=32)
    found: dict[str, Any] = Board(memory).read_danish_model_tag(UID)
    assert (found["error"], found["id"], found["usage_type"]) == ("", item, USAGES[usage])
    assert (found["country"], found["library"]) == (country, library)
    assert (found["partno"], found["nparts"]) == (part, parts)
    # It forgets the zeros in front of a checksum, and so takes one tag in sixteen for damaged.
    assert found["crc_ok"] == (iso28560_3.checksum(memory) >= SMALLEST_WHOLE)


@CALM
@given(items, countries, libraries, part_of)
def test_we_read_what_rfidgeek_writes(item: str, country: str, library: str, of: tuple[int, int]) -> None:
    """It writes part and number of parts in the wrong order, which shows in all parts but the last."""
    part, parts = of
    core = bytes([0x11, part, parts]) + item.encode().ljust(16, b"\0") + bytes(2) + (country + library).encode()
    assume(iso28560_3.checksum(core) >= SMALLEST_WHOLE)  # as above: such a tag is no whole number of bytes
    board = Board()
    written = {"id": item, "country": country, "library": library, "partno": part, "nparts": parts}
    assert board.write_danish_model_tag(UID, written)
    found = recognise(bytes(board.memory))
    assert (found.crc_ok, found.item_id, found.isil) == (True, item, f"{country}-{library}")
    assert (found.part, found.parts, found.usage) == (part, parts, Usage.CIRCULATING)
    assert found.notes == ((Note.PARTS_SWAPPED,) if part < parts else ())


@CALM
@given(items, countries, libraries)
def test_a_patrons_card_of_rfidgeek_is_one(item: str, country: str, library: str) -> None:
    core = b"\x18\x01\x01" + item.encode().ljust(16, b"\0") + bytes(2) + (country + library).encode()
    assume(iso28560_3.checksum(core) >= SMALLEST_WHOLE)
    board = Board()
    assert board.write_danish_model_patron_card(UID, {"user_id": item, "country": country, "library": library})
    found = recognise(bytes(board.memory))
    assert (found.is_card, found.item_id, found.isil) == (True, item, f"{country}-{library}")


def test_a_tag_that_rfidgeek_erased_is_blank() -> None:
    board = Board(iso28560_3.encode("B00417", "ID-SMR01", size=32))
    assert board.erase_card(UID)
    assert recognise(bytes(board.memory)) == recognise(bytes(32))
