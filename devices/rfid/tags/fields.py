"""What else a tag says of its item, under one set of names whatever the data model.

The names are the data elements of ISO 28560-1; a few belong to one model only and say so.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple


class FieldName(enum.StrEnum):
    """A data element beyond item number, owner, set and type of usage."""

    USAGE_DETAIL = "usage-detail"  # the low nibble of ISO 28560-2's usage byte
    SHELF = "shelf"
    ONIX_MEDIA = "onix-media"
    MARC_MEDIA = "marc-media"
    SUPPLIER = "supplier"
    ORDER_NUMBER = "order-number"
    ILL_BORROWER = "ill-borrower"
    ILL_TRANSACTION = "ill-transaction"
    GS1_PRODUCT = "gs1-product"
    ALT_UNIQUE_ITEM = "alt-unique-item"
    LOCAL_A = "local-a"
    LOCAL_B = "local-b"
    TITLE = "title"
    PRODUCT_LOCAL = "product-local"
    MEDIA = "media"  # 28560-1 "media format (other)"; the byte of 28560-3's block 1
    SUPPLY_STAGE = "supply-stage"
    INVOICE = "invoice"
    ALT_ITEM = "alt-item"
    ALT_OWNER = "alt-owner"
    SUBSIDIARY = "subsidiary"
    ALT_ILL_BORROWER = "alt-ill-borrower"
    LOCAL_C = "local-c"
    ITEM_TYPE = "item-type"  # 3M RFID501
    BRANCH = "branch"  # 3M RFID501
    LIBRARY = "library"  # 3M RFID501
    CUSTOM = "custom"  # 3M RFID501


class Field(NamedTuple):
    """A named value. ``name`` is a :class:`FieldName`, or says where a value without a known name was found."""

    name: str
    value: str


#: Media format of ISO 28560-3's block 1 (DS/INF 163-2, 3.5.1.1).
MEDIA_FORMATS: Final = {1: "book", 2: "CD or DVD", 3: "tape", 4: "other", 5: "handle with care", 6: "small"}

#: Item types of 3M's RFID501 (Biblio-RFID, RFID501.pm).
ITEM_TYPES: Final = {
    0: "other",
    1: "book",
    2: "magazine",
    3: "bound journal",
    4: "audio tape",
    5: "video",
    6: "CD",
    7: "diskette",
    8: "book with diskette",
    9: "book with CD",
    13: "book with audio tape",
}

#: Classes of usage (high nibble) and their details (low nibble), ISO 28560-1; 0 is "unspecified" in each.
USAGE_DETAILS: Final = {
    0x01: "for an automated process",
    0x02: "for a manual process",
    0x11: "for automatic sorting",
    0x12: "not for automatic sorting",
    0x13: "not to be lent while offline",
    0x14: "not to be returned while offline",
    0x15: "neither to be lent nor returned while offline",
    0x71: "for sale",
    0x72: "sold",
    0x73: "for disposal",
    0x81: "adult",
    0x82: "young adult",
    0x83: "child",
    0x91: "computer",
    0x92: "video projector",
    0x93: "overhead projector",
    0x94: "whiteboard",
}


def explained(field: Field) -> str:
    """The value with its meaning where it is a code: ``1 (book)``."""
    tables: dict[str, tuple[dict[int, str], int]] = {
        FieldName.MEDIA: (MEDIA_FORMATS, 10),
        FieldName.ITEM_TYPE: (ITEM_TYPES, 10),
        FieldName.USAGE_DETAIL: (USAGE_DETAILS, 16),
    }
    meanings, base = tables.get(field.name, ({}, 10))
    try:
        meaning = meanings.get(int(field.value, base))
    except ValueError:
        meaning = None
    return f"{field.value} ({meaning})" if meaning else field.value
