"""Whatever happens to a memory, it never raises and never becomes another book. With a control for each promise."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tag_strategies import DANISH, DP2_LAYOUT_3, GB_T_35660, RFID501_BOOK, danish_items, items, memories, objects_items

from devices.rfid.tags import iso28560_2, iso28560_3, proof, rfid501
from devices.rfid.tags.content import Model, Note, Problem, TagContent, problem
from devices.rfid.tags.iso28560_3 import reverse_blocks
from devices.rfid.tags.recognise import more_blocks, recognise

FIRST = 32
JUDGED = ("model", "crc_ok", "item_id", "isil", "part", "parts", "usage")


def judged(content):
    """What a kiosk goes by."""
    return tuple(getattr(content, name) for name in JUDGED)


def read_as_a_pad(tag, ask=more_blocks):
    """Read eight blocks, then as many as are asked for; gives the memory that was read."""
    memory = tag[:FIRST]
    for _ in range(60):
        more = ask(memory)
        if more == 0 or len(memory) >= len(tag):
            return memory
        memory = tag[: len(memory) + 4 * more]
    raise AssertionError("more_blocks never has enough")


@given(st.one_of(st.binary(max_size=160), memories), st.one_of(st.none(), st.sampled_from([0, 0x06, 0x3E, 0xFF])))
@settings(deadline=None)
def test_any_memory_is_recognised_as_something(memory, dsfid):
    found = recognise(memory, dsfid)
    assert found.crc_ok or not (found.item_id or found.fields or found.isil)
    assert bool(problem(found)) == (not found.item_id)
    assert more_blocks(memory) >= 0
    assert more_blocks(memory, everything=True) >= 0


@given(memories, st.integers(0, 200))
@settings(deadline=None)
def test_a_cut_memory_gives_the_same_item_or_none(memory, length):
    whole, cut = recognise(memory), recognise(memory[:length])
    assert not cut.item_id or judged(cut) == judged(whole)


@given(memories, st.integers(0, 40))
@settings(deadline=None)
def test_reading_on_until_enough_is_as_good_as_reading_everything(memory, behind):
    tag = memory.ljust(FIRST, b"\0") + bytes(4 * behind)
    assert judged(recognise(read_as_a_pad(tag))) == judged(recognise(tag))


@given(memories, st.integers(1, 40))
@settings(deadline=None)
def test_everything_is_everything(memory, behind):
    tag = memory.ljust(FIRST, b"\0") + bytes(4 * behind)
    read = read_as_a_pad(tag, lambda memory: more_blocks(memory, everything=True))
    assert recognise(read) == recognise(tag)


@given(st.binary(min_size=64, max_size=64), st.sampled_from([b"\x61\x04", b"\x11\x02", b"\x91\x00", b"\x11\x01\x01"]))
@settings(deadline=None)
def test_reading_on_is_enough_for_noise_too(noise, start):
    tag = start + noise[len(start) :]
    read = read_as_a_pad(tag)
    assume(more_blocks(read) == 0)  # else the tag is too short for what it claims
    assert judged(recognise(read)) == judged(recognise(tag))


@pytest.mark.parametrize("tag", [GB_T_35660, DP2_LAYOUT_3, iso28560_3.encode("1", "ID-ABCDEFGHIJK")])
def test_control_a_pad_that_never_reads_on_is_caught(tag):
    assert judged(recognise(read_as_a_pad(tag, lambda memory: 0))) != judged(recognise(tag))


@pytest.mark.parametrize(
    ("memory", "more"),
    [
        pytest.param(DANISH[:32], 0, id="28560-3"),
        pytest.param(GB_T_35660[:32], 1, id="28560-2-owner-runs-on"),
        pytest.param(DP2_LAYOUT_3[:32], 2, id="28560-2-owner-runs-on-2"),
        pytest.param(DP2_LAYOUT_3[:40], 0, id="28560-2-title-is-not-needed"),
        pytest.param(bytes(32), 0, id="blank"),
        pytest.param(b"\x55" * 24 + bytes(8), 0, id="3M-manufacturing-blank"),
    ],
)
def test_how_many_blocks_are_asked_for(memory, more):
    assert more_blocks(memory) == more


def test_extensions_are_asked_for_only_to_show_everything():
    memory = iso28560_3.encode("1", extensions=(iso28560_3.Extension(4, b"Laskar Pelangi"),))
    assert more_blocks(memory[:32]) == 0
    assert more_blocks(memory[:32], everything=True) == 1
    assert more_blocks(memory[:36], everything=True) == 5


changes = st.dictionaries(st.integers(0, 33), st.integers(1, 255), min_size=1, max_size=3)


def damaged(memory, flips):
    memory = bytearray(memory.ljust(34, b"\0"))
    for at, flip in flips.items():
        memory[at] ^= flip
    return bytes(memory)


def changed_but_checksum_wrong(item, flips):
    memory = damaged(item.image().memory, flips)
    assume(iso28560_3.decode(memory[: len(memory) // 4 * 4]) is None and iso28560_3.decode(memory) is None)
    return memory


@given(danish_items, changes, st.booleans(), st.sampled_from([None, 0x3E, 0x00]))
@settings(max_examples=300, deadline=None)
def test_up_to_three_wrong_bytes_under_a_checksum_are_never_an_item(item, flips, turned, dsfid):
    memory = changed_but_checksum_wrong(item, flips)
    found = recognise(reverse_blocks(memory) if turned else memory, dsfid)
    assert not found.item_id
    assert problem(found) in (Problem.BAD_CRC, Problem.UNKNOWN_MODEL)


def test_control_without_the_comparison_some_damaged_cores_would_be_books():
    """Part 1 of 8, its checksum never written: as objects, an integer of eight bytes and nothing else."""
    core = bytes([0x11, 8, 1]) + b"1234567" + bytes(24)
    assert proof.read(core).sound
    assert iso28560_2.decode(core).item_id == "85905063397373495"
    assert recognise(core) == TagContent(Model.ISO_28560_3)
    torn = b"\x04\x11\x00\x01" + iso28560_3.encode("1234567890123456", "ID-SMR01")[4:]
    assert problem(recognise(torn)) is Problem.BAD_CRC
    with_text = torn[:19] + b"A" + torn[20:]
    assert rfid501.decode(with_text) is not None
    assert problem(recognise(with_text)) is Problem.BAD_CRC


@given(items)
@settings(deadline=None)
def test_turned_blocks_are_found_and_noted(item):
    memory = item.image().memory
    found = recognise(reverse_blocks(memory))
    assume(found.item_id or item.model is not Model.ISO_28560_2)  # its list may lie behind the first blocks
    assert Note.BLOCKS_REVERSED in found.notes
    assert item.agrees(found)


@given(objects_items)
@settings(deadline=None)
def test_turned_objects_are_missed_only_if_their_list_lies_far_behind(item):
    memory = item.image().memory
    assert recognise(reverse_blocks(memory)).item_id or proof.content_list_end(memory) > FIRST


@pytest.mark.parametrize("memory", [DANISH, GB_T_35660, RFID501_BOOK])
def test_control_read_only_as_they_come_turned_tags_are_missed(memory):
    turned = reverse_blocks(memory)
    assert not iso28560_3.is_sound(turned)
    assert (iso28560_2.decode(turned), rfid501.decode(turned)) == (None, None)
    assert recognise(turned).item_id == recognise(memory).item_id


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param("610E30313233343536373839303132330000", id="14-digits-and-no-list"),
        pytest.param("11051CBE991A14000000", id="an-integer-and-no-list"),
        pytest.param("610A3031323334353637383900", id="ten-digits-and-no-list"),
    ],
)
@pytest.mark.parametrize("filling", [b"\0", b"\x80"])
def test_sparse_tags_of_other_vendors_are_read(memory, filling):
    found = recognise(bytes.fromhex(memory).rstrip(b"\0").ljust(112, filling))
    assert (found.model, bool(found.item_id)) == (Model.ISO_28560_2, True)


def test_a_dsfid_of_06_is_believed_where_the_structure_is_weak():
    memory = b"\x11\x02\x31\x32" + bytes(60)
    assert recognise(memory, 0x06).item_id == "12594"


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param(iso28560_2.encode("B449913", "ID-SMR01").ljust(112, b"\0"), id="28560-2"),
        pytest.param(rfid501.encode("0000406591") + bytes(8), id="RFID501"),
    ],
)
def test_a_checksum_that_is_right_by_chance_makes_no_other_book(memory):
    """One tag in 16,000; these were found by trying."""
    by_chance = iso28560_3.decode(memory)
    assert (by_chance.crc_ok, by_chance.item_id in ("B449913", "0000406591")) == (True, False)
    found = recognise(memory)
    assert found.item_id in ("B449913", "0000406591")
    assert judged(recognise(read_as_a_pad(memory))) == judged(found)


def test_a_right_checksum_stands_when_nothing_else_explains_the_tag():
    memory = iso28560_3.encode("Воскресе", "ID-SMR01")
    assert (recognise(memory).item_id, more_blocks(memory[:32])) == ("Воскресе", 0)
