"""What is written is read, in every model, and what is converted stays the same item."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tag_strategies import CAPACITY, DANISH, GB_T_35660, RFID501_BOOK, Item, items

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Model, TagContent, Usage
from devices.rfid.tags.fields import FieldName
from devices.rfid.tags.iso28560_3 import reverse_blocks
from devices.rfid.tags.recognise import recognise
from devices.rfid.tags.tag_image import WRITABLE, convert, make_image, same_item


@given(items, st.binary(min_size=64, max_size=64))
@example(Item(Model.ISO_28560_2, "00123"), b"\x12" * 64)
@example(Item(Model.ISO_28560_2, "7"), b"6" * 64)
@settings(deadline=None)
def test_what_is_written_is_read_whatever_was_on_the_tag(item, before):
    image = item.image()
    assert (image.model, image.afi, len(image.memory) % 4) == (item.model, None, 0)
    assert item.agrees(recognise(image.memory + before))
    assert item.agrees(recognise(image.memory + before, image.dsfid))


@given(items)
@settings(deadline=None)
def test_blocks_of_eight_bytes(item):
    image = item.image(block_size=8)
    assert len(image.memory) % 8 == 0
    assert item.agrees(recognise(image.memory))


@given(items, st.integers(8, 200))
@settings(deadline=None)
def test_a_tag_that_is_too_small_is_refused_with_both_sizes(item, capacity):
    image, said = None, ""
    try:
        image = item.image(capacity)
    except EncodeError as error:
        said = str(error)
    if image is None:
        assert f"the tag has {capacity}" in said or "a tag of 32 bytes holds" in said
    else:
        assert len(image.memory) <= capacity
        assert item.agrees(recognise(image.memory))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((Model.ISO_28560_3, "1", "ID-SMR01", 24), "needs 32 bytes, the tag has 24"),
        ((Model.ISO_28560_3, "1", "ID-1234567890", 32), "holds 11 without hyphen"),
        ((Model.ISO_28560_2, "123456789012", "US-InU-Mu", 20), "needs 24 bytes, the tag has 20"),
        ((Model.RFID501, "1", "", 24), "needs 28 bytes, the tag has 24"),
        ((Model.RFID501, "1", "ID-SMR01", 112), "no place for an owner"),
        ((Model.BLANK, "1", "", 112), "no memory is written in it"),
    ],
)
def test_what_does_not_fit_says_how_many_bytes(arguments, said):
    model, item_id, isil, capacity = arguments
    with pytest.raises(EncodeError, match=said):
        make_image(model, item_id, isil, capacity=capacity)


def test_an_item_number_shares_its_last_block_only_when_room_is_short():
    roomy = make_image(Model.ISO_28560_2, "1234567", capacity=112).memory
    tight = make_image(Model.ISO_28560_2, "1234567", capacity=12).memory
    assert roomy[:8] == bytes.fromhex("91020312 D6870000")
    assert tight == bytes.fromhex("110312D6 87020120 05011000")


def test_a_card_cannot_hide_as_a_book():
    with pytest.raises(EncodeError, match="RFID 501 cannot say it"):
        make_image(Model.RFID501, "1", usage=Usage.PATRON_CARD, capacity=112)


def test_the_security_byte_is_passed_on():
    assert make_image(Model.ISO_28560_3, "1", capacity=112, afi=0x07).afi == 0x07


def test_a_tag_that_would_pass_for_a_damaged_one_is_refused():
    """Sixteen characters and numbers that are letters: but for three bytes, a core of ISO 28560-3."""
    where, custom = int.from_bytes(b"\0IDS", "big"), int.from_bytes(b"MR01", "big")
    fields = {
        FieldName.BRANCH: str(where >> 20), FieldName.LIBRARY: str(where & 0xFFFFF), FieldName.CUSTOM: str(custom),
    }  # fmt: skip
    with pytest.raises(EncodeError, match="taken for a damaged tag"):
        make_image(Model.RFID501, "1234567890123456", capacity=112, fields=fields)


@pytest.mark.parametrize("memory", [DANISH, GB_T_35660, RFID501_BOOK])
@pytest.mark.parametrize("model", WRITABLE)
def test_public_tags_in_every_other_model(memory, model):
    before = recognise(memory)
    conversion = convert(before, model, capacity=112)
    after = recognise(conversion.image.memory)
    assert after.model is model
    assert same_item(before, after)
    assert (conversion.image.dsfid == 0x06) == (model is Model.ISO_28560_2)


def test_what_is_lost_is_named():
    lost = convert(recognise(GB_T_35660), Model.RFID501, capacity=112).lost
    assert lost == (
        "owner US-InU-Mu: 3m-rfid501 has no place for it",
        "shelf QA268.L55: 3m-rfid501 has no place for it",
    )


def test_a_field_that_does_not_fit_is_left_out_and_named():
    before = recognise(
        make_image(Model.ISO_28560_2, "1", capacity=112, fields={FieldName.TITLE: "Bumi Manusia"}).memory
    )
    conversion = convert(before, Model.ISO_28560_3, capacity=36)
    assert same_item(before, recognise(conversion.image.memory))
    (sentence,) = conversion.lost
    assert sentence.startswith("title Bumi Manusia: ")
    assert "the tag has 36" in sentence


def unmentioned(before, after, lost):
    """Fields that went without a word."""
    kept = {(field.name, field.value) for field in after.fields}
    gone = [field.name for field in before.fields if (field.name, field.value) not in kept]
    return [name for name in gone if not any(sentence.startswith(f"{name} ") for sentence in lost)]


@given(items, st.sampled_from(WRITABLE), st.sampled_from([64, 112, CAPACITY]))
@settings(deadline=None)
def test_conversion_keeps_the_item_and_names_all_it_loses(item, model, capacity):
    before = recognise(item.image().memory)
    try:
        conversion = convert(before, model, capacity=capacity)
    except EncodeError:
        return
    after = recognise(conversion.image.memory)
    assert same_item(before, after)
    assert model is Model.RFID501 or (after.usage, after.isil) == (before.usage, before.isil)
    assert unmentioned(before, after, conversion.lost) == []


def test_control_a_conversion_that_drops_a_field_in_silence_is_caught():
    before = recognise(GB_T_35660)
    conversion = convert(before, Model.RFID501, capacity=112)
    assert unmentioned(before, recognise(conversion.image.memory), ()) == ["shelf"]


def test_turned_tags_stay_turned():
    """The reader may be what turns them; it would turn back what is written."""
    before = recognise(reverse_blocks(DANISH))
    image = convert(before, Model.ISO_28560_2, capacity=112).image
    assert same_item(before, recognise(image.memory))
    assert recognise(reverse_blocks(image.memory)).notes == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TagContent(Model.BLANK), "names no item"),
        (TagContent(Model.ISO_28560_3, "1", crc_ok=False), "names no item"),
        (TagContent(Model.ISO_28560_3, "1", part=0, parts=3, usage=Usage.CIRCULATING, crc_ok=True), "which of its 3"),
        (TagContent(Model.ISO_28560_3, "1", usage=None, crc_ok=True), "not assigned"),
        (TagContent(Model.ISO_28560_3, "1", usage=Usage.DISCARDED, crc_ok=True), "cannot say it"),
    ],
)
def test_what_cannot_be_converted_is_refused(content, said):
    with pytest.raises(EncodeError, match=said):
        convert(content, Model.RFID501, capacity=112)


def test_a_mapped_tag_can_be_written():
    mapped = TagContent(Model.MAPPED, "BK1", "ID-SMR01", usage=Usage.CIRCULATING, crc_ok=True)
    assert same_item(mapped, recognise(convert(mapped, Model.ISO_28560_2, capacity=112).image.memory))


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({}, True),
        ({"isil": ""}, True),
        ({"isil": "ID-X"}, False),
        ({"item_id": "2"}, False),
        ({"part": 1}, False),
        ({"usage": Usage.PATRON_CARD}, False),
        ({"usage": Usage.DISCARDED}, True),
        ({"crc_ok": False}, False),
    ],
)
def test_the_same_item(values, same):
    base = {
        "model": Model.ISO_28560_3, "item_id": "1", "isil": "ID-SMR01", "part": 2, "parts": 3,
        "usage": Usage.CIRCULATING, "crc_ok": True,
    }  # fmt: skip
    assert same_item(TagContent(**base), TagContent(**{**base, **values})) is same
