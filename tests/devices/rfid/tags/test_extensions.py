"""The blocks behind the core of ISO 28560-3, by name."""

import pytest

from devices.rfid.errors import EncodeError
from devices.rfid.tags import extensions, iso28560_3
from devices.rfid.tags.content import Extension
from devices.rfid.tags.fields import Field, FieldName, explained


def test_library_block():
    """Media format, alternative item, alternative owner (DS/INF 163-2, 3.5.1)."""
    found = Extension(1, b"\x02alt-42\0ID-X").fields
    assert found == (
        Field(FieldName.MEDIA, "2"), Field(FieldName.ALT_ITEM, "alt-42"), Field(FieldName.ALT_OWNER, "ID-X"),
    )  # fmt: skip
    assert explained(found[0]) == "2 (CD or DVD)"


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (Extension(2, b"Gramedia\0P-1\0O-2\0I-3"), ("supplier", "product-local", "order-number", "invoice")),
        (Extension(2, b"\0\0O-2"), ("order-number",)),
        (Extension(2, b"\0\0\0\0978602\x0003"), ("gs1-product", "supply-stage")),
        (Extension(3, b"A 3\0a\0BA\0Cabang"), ("shelf", "marc-media", "onix-media", "subsidiary")),
        (Extension(3, b"A\0\0\0\0?"), ("shelf", "supplement-5")),
        (Extension(4, b"Bumi"), ("title",)),
        (Extension(5, b"ID-X\0T-7\0Y"), ("ill-borrower", "ill-transaction", "alt-ill-borrower")),
        (Extension(4, b"Bumi\0Manusia"), ("title", "title-2")),
        (Extension(1, b""), ()),
        (Extension(77, b"A"), ()),
    ],
)
def test_names_of_fields(block, fields):
    assert tuple(field.name for field in block.fields) == fields


def test_an_item_with_every_block_as_th_wildau_writes_it():
    """ISO28560-3js, test/data/tagdata.json: three empty blocks behind annex B.2 of the standard."""
    memory = bytes.fromhex(
        "110101313030303030303133360000000000003615444B3731383530300000000000 0501000501"
        "22020071426F67766F676E656E003132333435363738393000006137383936353663 04030007 04040000 04050001 00"
    )
    found = iso28560_3.decode(memory)
    assert (found.item_id, found.isil, found.part, found.parts) == ("1000000136", "DK-718500", 1, 1)
    assert found.fields == (
        Field(FieldName.MEDIA, "1"), Field(FieldName.SUPPLIER, "Bogvognen"),
        Field(FieldName.PRODUCT_LOCAL, "1234567890"), Field(FieldName.INVOICE, "a789656c"),
    )  # fmt: skip
    made = extensions.blocks({FieldName(field.name): field.value for field in found.fields})
    assert iso28560_3.encode("1000000136", "DK-718500", extensions=made) == memory[:73] + b"\0"


def test_blocks_are_written_in_order_and_read_back():
    fields = {FieldName.TITLE: "Bumi", FieldName.INVOICE: "I-3", FieldName.ALT_ITEM: "42"}
    made = extensions.blocks(fields)
    assert made == (Extension(1, b"\x0042"), Extension(2, b"\0\0\0I-3"), Extension(4, b"Bumi"))
    found = iso28560_3.decode(iso28560_3.encode("1", extensions=made))
    assert {field.name: field.value for field in found.fields} == {name.value: text for name, text in fields.items()}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({FieldName.LOCAL_A: "A"}, "local-a: ISO 28560-3 has no place"),
        ({FieldName.MEDIA: "book"}, "a number from 1 to 255"),
        ({FieldName.MEDIA: "01"}, "a number from 1 to 255"),
        ({FieldName.TITLE: "a\0b"}, "printable"),
    ],
)
def test_what_has_no_place_is_refused(fields, said):
    with pytest.raises(EncodeError, match=said):
        extensions.blocks(fields)
