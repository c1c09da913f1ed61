"""ISO 28560-3, and what vendors made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Extension, Model, Note, TagContent, Usage

#: Annex B.1 of the Danish standard (DS/INF 163-2).
STANDARD = bytes.fromhex("1101013130303030303030353600000000000098A4444B373138353030").ljust(36, b"\0")
#: libdanrfid, DDMTagTest.
LIBDANRFID = bytes.fromhex("11010131313232333334340000000000000000513E4445373035").ljust(36, b"\0")


def sealed(core):
    """``core`` (34 bytes) with its checksum put right."""
    core = bytearray(core)
    core[19:21] = iso28560_3.checksum(bytes(core)).to_bytes(2, "little")
    return bytes(core)


def core(byte0=0x11, parts=1, part=1, item=b"12345", isil=b"IDSMR01"):
    return sealed(bytes([byte0, parts, part]) + item.ljust(16, b"\0") + bytes(2) + isil.ljust(13, b"\0"))


@pytest.mark.parametrize("memory", [STANDARD, STANDARD[:34], STANDARD[:32], STANDARD.ljust(112, b"\0")])
def test_the_standards_example(memory):
    found = iso28560_3.decode(memory)
    assert found == TagContent(Model.ISO_28560_3, "1000000056", "DK-718500", 1, 1, Usage.CIRCULATING, True)


def test_libdanrfids_example():
    found = iso28560_3.decode(LIBDANRFID)
    assert found is not None
    assert (found.item_id, found.isil) == ("11223344", "DE-705")


def test_both_examples_are_written_byte_for_byte():
    assert iso28560_3.encode("1000000056", "DK-718500") == STANDARD[:34]
    assert iso28560_3.encode("11223344", "DE-705", size=32) == LIBDANRFID[:32]


def test_blocks_written_backwards_are_turned_by_their_checksum():
    """FKI tags (libdanrfid), and FEIG readers that send blocks last byte first."""
    found = iso28560_3.decode(iso28560_3.reverse_blocks(STANDARD))
    assert found is not None
    assert found.item_id == "1000000056"
    assert found.notes == (Note.BLOCKS_REVERSED,)


@pytest.mark.parametrize("at", range(34))
def test_a_wrong_byte_anywhere_is_no_book(at):
    damaged = bytearray(core(isil=b"IDSMR01ABCDEF"))
    damaged[at] ^= 0x40
    assert iso28560_3.decode(bytes(damaged)) is None


def test_too_short_a_memory_is_no_book():
    assert iso28560_3.decode(STANDARD[:31]) is None


@pytest.mark.parametrize(
    ("parts", "part", "expected", "notes"),
    [
        (3, 2, (2, 3), ()),
        (2, 3, (2, 3), (Note.PARTS_SWAPPED,)),
        (0, 0, (1, 1), (Note.PARTS_MISSING,)),
        (0, 1, (1, 1), (Note.PARTS_MISSING,)),
        (3, 0, (0, 3), ()),
    ],
)
def test_part_and_parts(parts, part, expected, notes):
    """The order is an old quarrel between programs (pyrfidgeek, TH Wildau, libdanrfid)."""
    found = iso28560_3.decode(core(parts=parts, part=part))
    assert found is not None
    assert ((found.part, found.parts), found.notes) == (expected, notes)


@pytest.mark.parametrize("nibble", range(16))
def test_type_of_usage(nibble):
    found = iso28560_3.decode(core(byte0=0x10 | nibble))
    assert found is not None
    assert found.lendable == (nibble in (1, 3, 4, 5, 6))
    assert found.is_card == (nibble == 8)
    assert found.is_item == (nibble != 8)
    assert (found.usage is None) == (nibble > 9)
    assert (Note.USAGE_UNASSIGNED in found.notes) == (nibble > 9)


@pytest.mark.parametrize(
    ("byte0", "usage", "notes"),
    [
        (0x01, Usage.CIRCULATING, ()),
        (0x21, Usage.CIRCULATING, ()),
        (0x71, Usage.DISCARDED, (Note.NIBBLES_SWAPPED,)),
        (0x81, Usage.PATRON_CARD, (Note.NIBBLES_SWAPPED,)),
    ],
)
def test_versions_and_swapped_nibbles(byte0, usage, notes):
    """71 for a discarded item: libdanrfid, DDMData."""
    found = iso28560_3.decode(core(byte0=byte0))
    assert found is not None
    assert (found.usage, found.notes) == (usage, notes)


def test_an_id_padded_with_spaces():
    found = iso28560_3.decode(core(item=b"12345           "))
    assert found is not None
    assert found.item_id == "12345"


def test_an_id_in_latin_1():
    found = iso28560_3.decode(core(item=b"B\xe9"))
    assert found is not None
    assert (found.item_id, found.notes) == ("Bé", (Note.ID_NOT_UTF8,))


def test_no_id_is_no_item():
    found = iso28560_3.decode(core(item=b""))
    assert found is not None
    assert (found.is_item, found.lendable, found.notes) == (False, False, (Note.ID_EMPTY,))


def test_extension_blocks():
    library, title = Extension(1, b"\x01alt-42\0ID-X"), Extension(4, b"Laskar Pelangi")
    memory = iso28560_3.encode("1", extensions=(library, title)).ljust(112, b"\0")
    found = iso28560_3.decode(memory)
    assert found is not None
    assert found.extensions == (library, title)
    assert found.extensions[0].texts == ("\x01alt-42", "ID-X")


@pytest.mark.parametrize("block", [b"\x03\x01\x00", b"\x40\x04\x00\x00", b"\x06\x04\x00\x00AB", b"\x05\x04\x00\x00A"])
def test_a_damaged_extension_is_left_out_and_noted(block):
    found = iso28560_3.decode(iso28560_3.encode("1") + block)
    assert found is not None
    assert (found.item_id, found.extensions, found.notes) == ("1", (), (Note.EXTENSION_BAD,))


@pytest.mark.parametrize(
    "values",
    [
        {"item_id": ""},
        {"item_id": " 1"},
        {"item_id": "a\0b"},
        {"item_id": "12345678901234567"},
        {"item_id": "é" * 9},
        {"item_id": "\ud800"},
        {"item_id": "1", "part": 0},
        {"item_id": "1", "part": 3, "parts": 2},
        {"item_id": "1", "parts": 256},
        {"item_id": "1", "isil": "SMR01"},
        {"item_id": "1", "isil": "OCLC-ABC"},
        {"item_id": "1", "isil": "ID-123456789012"},
        {"item_id": "1", "isil": "ID-1234567890", "size": 32},
        {"item_id": "1", "size": 33},
        {"item_id": "1", "size": 32, "extensions": (Extension(1, b""),)},
        {"item_id": "1", "extensions": (Extension(1, bytes(252)),)},
        {"item_id": "1", "extensions": (Extension(0x10000, b""),)},
    ],
)
def test_what_the_model_cannot_hold_is_refused(values):
    with pytest.raises(EncodeError):
        iso28560_3.encode(**values)


def fits(text):
    return text.isprintable() and text.strip() == text and 1 <= len(text.encode()) <= 16


item_ids = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=16).filter(fits)
isils = st.one_of(st.just(""), st.from_regex(r"[A-Z]{2}-[A-Za-z0-9:/-]{1,11}", fullmatch=True))
part_of = st.integers(1, 255).flatmap(lambda parts: st.tuples(st.integers(1, parts), st.just(parts)))
extension_blocks = st.lists(st.builds(Extension, st.integers(0, 0xFFFF), st.binary(max_size=251)), max_size=3)


@given(item_ids, isils, part_of, st.sampled_from(Usage), extension_blocks.map(tuple), st.integers(0, 40))
def test_what_was_written_is_read(item_id, isil, parts, usage, extensions, padding):
    memory = iso28560_3.encode(
        item_id, isil, part=parts[0], parts=parts[1], usage=usage, extensions=extensions
    ) + bytes(padding)
    expected = TagContent(Model.ISO_28560_3, item_id, isil, *parts, usage, True, (), extensions)
    assert iso28560_3.decode(memory) == expected


@given(item_ids, isils.filter(lambda isil: len(isil) <= 12), part_of)
def test_a_small_tag_holds_the_same(item_id, isil, parts):
    memory = iso28560_3.encode(item_id, isil, part=parts[0], parts=parts[1], size=32)
    assert len(memory) == 32
    found = iso28560_3.decode(memory)
    assert found is not None
    assert (found.item_id, found.isil, found.part, found.parts) == (item_id, isil, *parts)


@given(item_ids, isils)
def test_reversing_twice_changes_nothing(item_id, isil):
    memory = iso28560_3.encode(item_id, isil) + bytes(2)
    assert iso28560_3.reverse_blocks(iso28560_3.reverse_blocks(memory)) == memory


@given(st.binary(max_size=120))
def test_random_memory_never_raises(memory):
    found = iso28560_3.decode(memory)
    assert found is None or found.crc_ok
