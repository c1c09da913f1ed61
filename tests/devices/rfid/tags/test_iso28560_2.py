"""ISO 28560-2: public tags, vendors' ways, and what is refused."""

import pytest
from tag_strategies import DP2_COMPLEX_2, DP2_LAYOUT_3, GB_T_35660

from devices.rfid.errors import EncodeError
from devices.rfid.tags import iso28560_2
from devices.rfid.tags.content import Model, Note, TagContent, Usage
from devices.rfid.tags.fields import Field, FieldName
from devices.rfid.tags.recognise import recognise


def decode(memory):
    return iso28560_2.decode(bytes.fromhex(memory).ljust(64, b"\0"))


def tag(*objects, listed="C0"):
    """A tag with a content parameter for ``objects``; the item is 1234."""
    return f"6104 31323334 02{len(listed) // 2:02} {listed} " + " ".join(objects)


SHELF = Field(FieldName.SHELF, "QA268.L55")
BASE = ("123456789012", "US-InU-Mu", 3, 12, Usage.NONE, True, ())


@pytest.mark.parametrize(
    ("memory", "fields"),
    [
        pytest.param(GB_T_35660, (SHELF,), id="GB/T-35660.2-annex"),
        pytest.param(DP2_LAYOUT_3, (SHELF, Field(FieldName.TITLE, "test")), id="dp2-TestChip-layout-3"),
        pytest.param(DP2_COMPLEX_2, (SHELF,), id="dp2-TestChip-complex-layout-2"),
    ],
)
def test_public_tags(memory, fields):
    assert iso28560_2.decode(memory.ljust(112, b"\0")) == TagContent(Model.ISO_28560_2, *BASE, objects=fields)


def test_the_standards_example_without_alignment_of_the_owner():
    """Ours is in the order of object numbers and adds the type of usage; each object is the standard's."""
    memory = iso28560_2.encode("123456789012", "US-InU-Mu", part=3, parts=12, fields={FieldName.SHELF: "QA268.L55"})
    assert memory == bytes.fromhex("9100051CBE991A14 0201F0 0307ACC09EBAA06F6B 140204B3 050110 4607441CB6E2E335D6")


@pytest.mark.parametrize(
    ("objects", "usage", "notes"),
    [
        ("050110", Usage.CIRCULATING, ()),
        ("050180", Usage.PATRON_CARD, ()),
        ("250110", Usage.CIRCULATING, (Note.USAGE_PACKED,)),
        ("25017F", Usage.DISCARDED, (Note.USAGE_PACKED,)),
        ("650110", Usage.CIRCULATING, (Note.USAGE_PACKED,)),
        ("65023830", Usage.PATRON_CARD, (Note.USAGE_PACKED,)),
        ("0501A0", None, (Note.USAGE_UNASSIGNED,)),
        ("150110", None, (Note.USAGE_PACKED, Note.USAGE_UNASSIGNED)),
        ("05021020", None, (Note.USAGE_UNASSIGNED,)),
        ("0500", None, (Note.USAGE_UNASSIGNED,)),
    ],
)
def test_type_of_usage_as_vendors_pack_it(objects, usage, notes):
    """Plain byte; numeric or octets by some vendors; an integer could mean two things and means none."""
    found = decode(tag(objects, listed="20"))
    assert (found.usage, found.notes) == (usage, notes)
    assert found.is_card == (usage is Usage.PATRON_CARD)
    assert found.lendable == (usage is Usage.CIRCULATING)


def test_a_detail_of_usage_is_a_field():
    found = decode(tag("050113", listed="20"))
    assert (found.usage, found.field("usage-detail")) == (Usage.CIRCULATING, "13")


@pytest.mark.parametrize(
    ("memory", "part", "parts", "notes"),
    [
        ("140204B3", 3, 12, ()),
        ("24020302", 2, 3, ()),
        ("24020203", 2, 3, (Note.PARTS_SWAPPED,)),
        ("1401C9", 1, 2, ()),
        ("1402012E", 2, 3, ()),
        ("140201F5", 1, 5, ()),
        ("14016E", 1, 10, (Note.PARTS_SWAPPED,)),
        ("140100", 1, 1, (Note.PARTS_MISSING,)),
        ("1403030D4B", 11, 200, ()),
    ],
)
def test_set_information(memory, part, parts, notes):
    """Number of parts first; two digits each, so that the integer 201 is 02 and 01."""
    found = decode(tag(memory, listed="40"))
    assert (found.part, found.parts, found.notes) == (part, parts, notes)


def test_a_set_that_cannot_be_read_is_not_a_single_book():
    assert decode(tag("6402 4142", listed="40")) == TagContent(Model.ISO_28560_2)


def test_a_set_whose_digits_do_not_come_out_is_not_a_single_book():
    """Found by fuzzing: an object that chains, is listed, and holds no number."""
    damaged = "9100051cbe991a140201021405d0b34607441cb6e2e335d6830207acc0d66fa000c5"
    assert recognise(bytes.fromhex(damaged)) == TagContent(Model.ISO_28560_2)


def test_a_set_that_is_listed_but_missing_is_not_a_single_book():
    assert decode(tag("0301 21", listed="C0")) == TagContent(Model.ISO_28560_2)


def test_an_empty_owner():
    found = decode(tag("0300", listed="80"))
    assert (found.item_id, found.isil, found.notes) == ("1234", "", (Note.ISIL_EMPTY,))


def test_an_owner_as_plain_text():
    assert decode(tag("6308 49442D534D523031", listed="80")).isil == "ID-SMR01"


def test_no_content_parameter():
    found = decode("6104 31323334 0307ACC09EBAA06F6B 140204B3 050110")
    assert (found.item_id, found.isil, found.part, found.parts) == ("1234", "US-InU-Mu", 3, 12)
    assert found.usage is Usage.CIRCULATING


def test_objects_that_the_standard_does_not_assign_are_shown_raw():
    found = decode(tag("0301 21", "0F0C02 ABCD", listed="80000080"))
    assert found.item_id == "1234"
    assert (Note.OBJECT_UNKNOWN in found.notes, found.field("object-27")) == (True, "0xABCD")


def test_a_content_list_that_forgets_an_object():
    found = decode(tag("0301 21", "6602 4142", listed="80"))
    assert (found.field("shelf"), found.notes) == ("AB", (Note.CONTENT_LIST_WRONG,))


def test_damage_behind_the_needed_objects_is_noted_and_left_out():
    found = decode(tag("0301 21", "6602 4142", "2004AAAA", listed="90"))
    assert (found.item_id, found.field("shelf"), found.notes) == ("1234", "AB", (Note.OBJECTS_BAD,))


def test_bytes_that_no_compaction_explains_are_shown_as_hex():
    assert decode(tag("0301 21", "2602 ABCD", listed="90")).field("shelf") == "0xABCD"


def test_without_a_list_nothing_may_lie_behind_the_end_in_the_first_blocks():
    """A number and then a checksum: that is another model, damaged."""
    assert decode("6104 31323334 0301 21 000000 00000000 98A4") is None
    assert decode("6104 31323334 0301 21 000000" + "00" * 20 + "98A4").item_id == "1234"


def test_a_rest_of_older_contents_is_no_object():
    """Behind the end lies a type of usage that says "patron card"; it was the previous owner's."""
    with_list = decode("6104 31323334 0201 80 0301 21 000000 0501 80 00")
    assert with_list.usage is Usage.NONE


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"item_id": ""}, "printable"),
        ({"item_id": "a\0"}, "printable"),
        ({"item_id": "é" * 31}, "30 are allowed"),
        ({"item_id": "1", "owner": "ID_SMR"}, "cannot be in an ISIL"),
        ({"item_id": "1", "owner": "ID-45678901234567"}, "16 at most"),
        ({"item_id": "1", "part": 2, "parts": 1}, "part 2 of 1"),
        ({"item_id": "1", "part": 1, "parts": 1000}, "999 at most"),
        ({"item_id": "1", "fields": {FieldName.BRANCH: "1"}}, "branch: ISO 28560-2 has no place"),
        ({"item_id": "1", "fields": {FieldName.SHELF: ""}}, "at least one"),
        ({"item_id": "1", "fields": {FieldName.TITLE: "日" * 90}}, "an object holds 255"),
        ({"item_id": "1", "fields": {FieldName.USAGE_DETAIL: "80"}}, "for circulating the first is 1"),
    ],
)
def test_what_the_model_cannot_hold_is_refused(values, said):
    with pytest.raises(EncodeError, match=said):
        iso28560_2.encode(**values)


@pytest.mark.parametrize("damaged", ["3402FFFF", "14080000000000000000"])
def test_a_set_that_cannot_be_told_is_no_whole_book(damaged):
    """Part 2 of 3 must never pass for 1 of 1."""
    found = decode(tag(damaged, listed="40"))
    assert (found.model, found.item_id, found.is_item) == (Model.ISO_28560_2, "", False)


def test_the_same_tag_with_a_set_that_can_be_told_is_a_part_of_it():
    found = decode(tag("24020302", listed="40"))
    assert (found.item_id, found.part, found.parts) == ("1234", 2, 3)
