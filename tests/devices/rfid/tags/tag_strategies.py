"""Items that can be written, in every data model, and public tags to damage."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Model, Usage
from devices.rfid.tags.fields import FieldName
from devices.rfid.tags.oids import PACKED_ISILS, Oid
from devices.rfid.tags.tag_image import make_image

CAPACITY = 512
#: GB/T 35660.2, annex; also DigitalPlatform/dp2, UnitTestRFID/TestChip.cs.
GB_T_35660 = bytes.fromhex("9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000")
#: DigitalPlatform/dp2, TestChip.cs, layout 3: a padded shelf mark, and a title (object 17) behind the owner.
DP2_LAYOUT_3 = bytes.fromhex("9100051CBE991A140202D002140204B3C60207441CB6E2E335D600000307ACC09EBAA06F6B7F020474657374")
#: DigitalPlatform/dp2, TestChip.cs, complex layout 2: a content parameter with room to grow.
DP2_COMPLEX_2 = bytes.fromhex("9100051CBE991A140205D000000000140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000")
#: Annex B.1 of the Danish standard (DS/INF 163-2).
DANISH = bytes.fromhex("1101013130303030303030353600000000000098A4444B373138353030").ljust(36, b"\0")
#: dpavlin/Biblio-RFID, t/05-RFID501.t, both tags.
RFID501_FULL = bytes.fromhex("04110000") + b"200901010123" + bytes(4) + bytes.fromhex("FFFFFFFF7FFFFFFF00000000")
RFID501_BOOK = bytes.fromhex("04110001") + b"1302003767" + bytes(18)


@dataclass(frozen=True)
class Item:
    """The arguments of make_image, and what should come back."""

    model: Model
    item_id: str
    isil: str = ""
    part: int = 1
    parts: int = 1
    usage: Usage = Usage.CIRCULATING
    fields: dict[FieldName, str] = field(default_factory=dict)

    def image(self, capacity=CAPACITY, **more):
        return make_image(
            self.model,
            self.item_id,
            self.isil,
            self.part,
            self.parts,
            self.usage,
            capacity=capacity,
            fields=self.fields,
            **more,
        )

    def agrees(self, content, with_fields=True):
        usage = Usage.NONE if self.model is Model.RFID501 else self.usage
        found = (content.item_id, content.isil, content.part, content.parts, content.usage)
        same = content.crc_ok and found == (self.item_id, self.isil, self.part, self.parts, usage)
        kept = {one.name: one.value for one in content.fields}
        if self.model is Model.RFID501:
            kept = {name: value for name, value in kept.items() if name in self.fields}
        return same and (not with_fields or kept == {str(name): value for name, value in self.fields.items()})


def part_of(most):
    return st.integers(1, most).flatmap(lambda parts: st.tuples(st.integers(1, parts), st.just(parts)))


def texts(most, alphabet=None):
    printable = alphabet or st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"])
    return st.text(printable, min_size=1, max_size=most).filter(
        lambda text: text.isprintable() and text.strip() == text
    )


barcodes = st.one_of(st.from_regex(r"[0-9]{1,16}", fullmatch=True), st.from_regex(r"[A-Z0-9./-]{1,16}", fullmatch=True))
danish_isils = st.one_of(st.just(""), st.from_regex(r"[A-Z]{2}-[A-Za-z0-9:/-]{1,11}", fullmatch=True))
isils = st.one_of(danish_isils, st.from_regex(r"[A-Z]{1,4}-[A-Za-z0-9:/-]{1,11}", fullmatch=True))

_object_fields = {
    FieldName[oid.name]: isils.filter(bool) if oid in PACKED_ISILS else texts(20) for oid in list(Oid)[5:]
}
_danish_fields = {
    FieldName.MEDIA: st.integers(1, 255).map(str),
    **{
        name: texts(20)
        for name in (
            FieldName.ALT_ITEM, FieldName.ALT_OWNER, FieldName.SUPPLIER, FieldName.PRODUCT_LOCAL,
            FieldName.ORDER_NUMBER, FieldName.INVOICE, FieldName.TITLE, FieldName.ILL_BORROWER,
        )
    },
}  # fmt: skip
_3m_fields = {
    FieldName.ITEM_TYPE: st.integers(0, 31).map(str),
    FieldName.BRANCH: st.integers(1, 0xFFF).map(str),
    FieldName.LIBRARY: st.integers(1, 0xFFFFF).map(str),
    FieldName.CUSTOM: st.integers(1, (1 << 31) - 1).map(str),
}


def some_of(fields):
    return st.fixed_dictionaries({}, optional=fields)


def _made(model, ids, owners, most, usages, fields):
    return st.builds(
        lambda item_id, isil, of, usage, more: Item(model, item_id, isil, *of, usage, more),
        ids, owners, part_of(most), usages, some_of(fields),
    )  # fmt: skip


objects_items = _made(
    Model.ISO_28560_2, st.one_of(barcodes, texts(12)), isils, 999, st.sampled_from(Usage), _object_fields
)
danish_items = _made(
    Model.ISO_28560_3,
    st.one_of(barcodes, texts(8)).filter(lambda text: len(text.encode()) <= 16),
    danish_isils,
    255,
    st.sampled_from(Usage),
    _danish_fields,
)


def _can_be_told_apart(item):
    try:
        item.image()
    except EncodeError:
        return False
    return True


old_3m_items = _made(
    Model.RFID501, barcodes, st.just(""), 15, st.just(Usage.CIRCULATING), _3m_fields
).filter(_can_be_told_apart)  # fmt: skip
items = st.one_of(objects_items, danish_items, old_3m_items)

#: Memories worth cutting, damaging and turning: written by us, and public ones.
memories = st.one_of(
    st.sampled_from([GB_T_35660, DP2_LAYOUT_3, DP2_COMPLEX_2, DANISH, RFID501_FULL, RFID501_BOOK]),
    items.map(lambda item: item.image().memory),
)
