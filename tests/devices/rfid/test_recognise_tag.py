"""Which data model is on a tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, Note, Problem, TagContent, problem
from devices.rfid.tags.recognise import more_blocks, recognise

ITEM = iso28560_3.encode("1000000056", "DK-718500")
#: GB/T 35660.2, annex; also in DigitalPlatform/dp2.
OBJECTS = bytes.fromhex("9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000")
#: Layout of Biblio-RFID's RFID501.pm: item 1 of 1, a book.
OLD_3M = (b"\x04\x11\x00\x01" + b"1301234567".ljust(16, b"\0") + bytes(8)).ljust(32, b"\0")


@pytest.mark.parametrize(
    ("memory", "model", "trouble"),
    [
        (ITEM, Model.ISO_28560_3, Problem.NONE),
        (bytes(32), Model.BLANK, Problem.BLANK),
        (b"\x55" * 32, Model.BLANK, Problem.BLANK),
        (b"", Model.BLANK, Problem.BLANK),
        (OBJECTS, Model.ISO_28560_2, Problem.NONE),
        (OBJECTS[:32], Model.ISO_28560_2, Problem.BAD_CRC),
        (OLD_3M, Model.RFID501, Problem.NONE),
        (ITEM[:10] + b"?" + ITEM[11:], Model.ISO_28560_3, Problem.BAD_CRC),
        (iso28560_3.reverse_blocks((ITEM[:10] + b"?" + ITEM[11:])[:32]), Model.ISO_28560_3, Problem.BAD_CRC),
        (b"\xff" * 32, Model.UNKNOWN, Problem.UNKNOWN_MODEL),
        (b"\x04\x11\x00\x01" + b"\x80" * 28, Model.UNKNOWN, Problem.UNKNOWN_MODEL),
        (b"\x04\x11\x00\x01" + b"1" * 4, Model.UNKNOWN, Problem.UNKNOWN_MODEL),
        (b"\x61", Model.UNKNOWN, Problem.UNKNOWN_MODEL),
    ],
)
def test_model_and_what_stands_in_the_way(memory, model, trouble):
    found = recognise(memory)
    assert (found.model, problem(found)) == (model, trouble)


def test_a_dsfid_of_06_is_believed():
    assert recognise(b"\xff" * 32, dsfid=0x06).model is Model.ISO_28560_2


def test_a_checksum_goes_before_a_dsfid():
    assert recognise(ITEM, dsfid=0x06).item_id == "1000000056"


@pytest.mark.parametrize(
    "memory",
    [
        "9100051CBE991A14 9100051CBE991A14",  # the same object twice
        "0201D0 9100051CBE991A14",  # another object first
        "11051CBE991A14 2004AAAAAAAA",  # object 0
        "117F1CBE991A14",  # longer than the tag
        "1101 31",  # too short for a number
        "11051CBE991A14 9205041CBE991A14",  # more padding than a block
        "11051CBE991A14 6F30041CBE991A",  # an object number that does not exist
    ],
)
def test_objects_that_do_not_chain(memory):
    assert recognise(bytes.fromhex(memory).ljust(32, b"\0")).model is not Model.ISO_28560_2


def test_a_higher_object_number_takes_another_byte():
    memory = bytes.fromhex("11051CBE991A14 6F0204 54455354 00").ljust(32, b"\0")
    assert recognise(memory).model is Model.ISO_28560_2


def test_a_wrong_checksum_gives_no_number_away():
    damaged = bytearray(ITEM)
    damaged[5] ^= 1
    assert recognise(bytes(damaged)) == TagContent(Model.ISO_28560_3)


def test_an_empty_number_is_a_problem_of_its_own():
    core = bytearray(34)
    core[:3] = b"\x11\x01\x01"
    core[19:21] = iso28560_3.checksum(bytes(core)).to_bytes(2, "little")
    assert problem(recognise(bytes(core))) is Problem.NO_ITEM_ID


def test_a_long_isil_wants_another_block_and_is_read_with_it():
    memory = iso28560_3.encode("1", "ID-ABCDEFGHIJK") + bytes(2)
    assert more_blocks(memory[:32]) == 1
    assert more_blocks(iso28560_3.reverse_blocks(memory)[:32]) == 1
    assert recognise(memory).isil == "ID-ABCDEFGHIJK"


@pytest.mark.parametrize("memory", [ITEM[:32], bytes(32), b"\xff" * 32, ITEM, b"\x55" * 32])
def test_otherwise_one_read_is_enough(memory):
    assert more_blocks(memory) == 0


@given(st.binary(max_size=120), st.one_of(st.none(), st.integers(0, 255)))
def test_random_memory_never_raises_and_names_an_item_only_by_its_checksum(memory, dsfid):
    found = recognise(memory, dsfid)
    assert found.crc_ok or not found.item_id
    more_blocks(memory)


@pytest.mark.parametrize("enumeration", [Note, Problem])
def test_every_word_has_a_sentence(enumeration):
    assert all(one.sentence.endswith((".", "label.")) for one in enumeration if one)
