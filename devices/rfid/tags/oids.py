"""The objects of ISO 28560-2 and the fields they hold."""

from __future__ import annotations

import enum
from typing import Final

from devices.rfid.tags.fields import FieldName


class Oid(enum.IntEnum):
    """Object numbers (ISO 28560-1, user data elements). 27 to 31 are kept free."""

    ITEM = 1
    CONTENT = 2
    OWNER = 3
    SET = 4
    USAGE = 5
    SHELF = 6
    ONIX_MEDIA = 7
    MARC_MEDIA = 8
    SUPPLIER = 9
    ORDER_NUMBER = 10
    ILL_BORROWER = 11
    ILL_TRANSACTION = 12
    GS1_PRODUCT = 13
    ALT_UNIQUE_ITEM = 14
    LOCAL_A = 15
    LOCAL_B = 16
    TITLE = 17
    PRODUCT_LOCAL = 18
    MEDIA = 19
    SUPPLY_STAGE = 20
    INVOICE = 21
    ALT_ITEM = 22
    ALT_OWNER = 23
    SUBSIDIARY = 24
    ALT_ILL_BORROWER = 25
    LOCAL_C = 26


#: The first bit of the content parameter stands for this object.
FIRST_LISTED: Final = 3
#: Objects that are fields; the others are attributes of :class:`~devices.rfid.tags.content.TagContent`.
NAMES: Final = {oid: FieldName[oid.name] for oid in list(Oid)[5:]}
#: Fields that ISO 28560-2 has a place for.
PLACES: Final = frozenset({FieldName.USAGE_DETAIL, *NAMES.values()})
#: Packed by :mod:`devices.rfid.tags.isil`.
PACKED_ISILS: Final = frozenset({Oid.OWNER, Oid.ILL_BORROWER})
