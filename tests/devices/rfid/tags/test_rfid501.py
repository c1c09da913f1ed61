"""3M's RFID 501, against the tags of Biblio-RFID (t/05-RFID501.t)."""

import pytest
from tag_strategies import RFID501_BOOK, RFID501_FULL

from devices.rfid.errors import EncodeError
from devices.rfid.tags import rfid501
from devices.rfid.tags.fields import FieldName, explained
from devices.rfid.tags.recognise import recognise


def test_biblio_rfids_full_tag_both_ways():
    found = recognise(RFID501_FULL)
    assert (found.item_id, found.part, found.parts) == ("200901010123", 1, 1)
    kept = {FieldName(field.name): field.value for field in found.fields}
    assert kept == {
        FieldName.ITEM_TYPE: "0",
        FieldName.BRANCH: "4095",
        FieldName.LIBRARY: "1048575",
        FieldName.CUSTOM: "2147483647",
    }
    assert rfid501.encode(found.item_id, fields=kept) == RFID501_FULL[:28]


def test_biblio_rfids_book_both_ways():
    found = recognise(RFID501_BOOK)
    assert (found.item_id, [explained(field) for field in found.fields]) == ("1302003767", ["1 (book)"])
    assert rfid501.encode("1302003767") == RFID501_BOOK[:28]


@pytest.mark.parametrize(("byte1", "part", "parts"), [(0x23, 2, 3), (0x11, 1, 1), (0x00, 1, 1)])
def test_part_and_parts(byte1, part, parts):
    found = rfid501.decode(bytes([4, byte1]) + RFID501_BOOK[2:])
    assert (found.part, found.parts) == (part, parts)


@pytest.mark.parametrize(("at", "value"), [(0, 5), (2, 1), (3, 0x20), (1, 0x32), (4, 0x00), (6, 0x80), (19, 0x07)])
def test_anything_that_is_not_as_it_should_be_is_another_model(at, value):
    memory = bytearray(RFID501_BOOK)
    memory[at] = value
    assert rfid501.decode(bytes(memory)) is None


def test_no_number_is_no_tag_of_this_model():
    assert rfid501.decode(b"\x04\x11\0\x01" + bytes(28)) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"item_id": "12345678901234567"}, "16 ASCII"),
        ({"item_id": "é"}, "16 ASCII"),
        ({"item_id": "1", "parts": 16}, "15 at most"),
        ({"item_id": "1", "fields": {FieldName.BRANCH: "4096"}}, "from 0 to 4095"),
        ({"item_id": "1", "fields": {FieldName.CUSTOM: "x"}}, "whole number"),
        ({"item_id": "1", "fields": {FieldName.TITLE: "x"}}, "title: RFID 501 has no place"),
    ],
)
def test_what_the_model_cannot_hold_is_refused(values, said):
    with pytest.raises(EncodeError, match=said):
        rfid501.encode(**values)
