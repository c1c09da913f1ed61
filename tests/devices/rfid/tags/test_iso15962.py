"""Objects one behind the other: padding, filling, cuts and damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tag_strategies import DP2_LAYOUT_3, GB_T_35660

from devices.rfid.errors import EncodeError
from devices.rfid.tags import isil
from devices.rfid.tags.compaction import Compaction, best
from devices.rfid.tags.iso15962 import End, StoredObject, encode, scan


def stored(number, data=b"\x01\x02", way=Compaction.OCTETS):
    return StoredObject(number, way, data)


def numbered(longest):
    pair = st.tuples(st.integers(1, 31), st.binary(min_size=1, max_size=longest))
    return st.lists(pair, unique_by=lambda pair: pair[0], max_size=6)


def numbers(memory):
    return [one.number for one in scan(bytes.fromhex(memory)).objects]


def example(*more):
    """The objects of GB/T 35660.2's example, in its order."""
    owner = StoredObject(3, Compaction.APPLICATION, isil.encode("US-InU-Mu"))
    listed = StoredObject(2, Compaction.APPLICATION, bytes.fromhex("D002" if more else "D0"))
    first = StoredObject(1, *best("123456789012"))
    return [first, listed, StoredObject(4, *best("1203")), StoredObject(6, *best("QA268.L55")), owner, *more]


def test_the_standards_example_is_written_byte_for_byte():
    """Item number and owner are in blocks of their own, so that these can be locked."""
    assert encode(example(), aligned={1, 3}) == GB_T_35660


def test_dp2s_example_is_written_byte_for_byte():
    """The shelf mark is padded up to the owner's block; owner and title share their blocks."""
    title = StoredObject(17, Compaction.UTF_8, b"test")
    assert encode(example(title), aligned={1, 3, 17}) == DP2_LAYOUT_3


@pytest.mark.parametrize("filling", ["00", "80"])
def test_filling_up_to_the_next_block(filling):
    assert numbers(f"6104 31323334 {filling * 2} 0301 21 {filling * 5}") == [1, 3]


def test_a_whole_block_of_filling_ends_the_objects():
    assert numbers("6104 31323334 0000 00000000 030121 0000000000") == [1]


def test_filling_inside_a_block():
    """The second object begins behind two bytes of 80 in the middle of a block."""
    assert numbers("610231328080 030121 0000000000") == [1, 3]


def test_what_lies_behind_filling_is_marked():
    """It may be another object, or a rest of what was there earlier."""
    chain = scan(bytes.fromhex("6104313233340000 03022140 33343536"))
    assert [one.behind_filling for one in chain.objects] == [False, True]
    assert (chain.end, chain.behind_filling) == (End.CUT_OFF, False)


def test_no_object_behind_filling_is_the_end():
    assert scan(bytes.fromhex("6104313233340000 20343536")).end is End.OVER


def test_an_object_number_of_two_bytes_with_padding():
    chain = scan(bytes.fromhex("61023132 FF020104 74657374 00 00000000"))
    assert [(one.number, one.data, one.padding) for one in chain.objects] == [(1, b"12", 0), (17, b"test", 1)]


@pytest.mark.parametrize(
    ("memory", "wanted"),
    [("", 1), ("61", 2), ("6104 3132", 6), ("E1", 3), ("EF", 4), ("6102 3132", 5), ("6102 3132 FF 02 01 09", 17)],
)
def test_a_cut_chain_says_how_many_bytes_it_wants(memory, wanted):
    chain = scan(bytes.fromhex(memory))
    assert (chain.end, chain.wanted) == (End.CUT_OFF, wanted)


@pytest.mark.parametrize("memory", ["6102313261023132", "61023132 0201D0 300131", "61023132 1F200131", "E109023132"])
def test_what_is_no_object_breaks_the_chain(memory):
    assert scan(bytes.fromhex(memory)).end is End.BROKEN


@pytest.mark.parametrize("one", [stored(0), stored(32), stored(5, bytes(256))])
def test_what_cannot_be_written_is_refused(one):
    with pytest.raises(EncodeError, match="255 bytes fit"):
        encode([one])


@given(
    numbered(30),
    st.sampled_from([4, 8]),
    st.sets(st.integers(1, 31), max_size=3),
)
def test_objects_written_are_found_and_fill_whole_blocks(pairs, block, aligned):
    memory = encode([stored(*pair) for pair in pairs], block, aligned)
    assert len(memory) % block == 0
    assert [(one.number, one.data) for one in scan(memory + bytes(block), block).objects] == pairs


@given(
    numbered(9),
    st.sets(st.integers(1, 31), max_size=3),
)
def test_aligned_objects_share_no_block_with_others(pairs, aligned):
    memory = encode([stored(*pair) for pair in pairs], 4, aligned)
    kinds = {}
    for one in scan(memory + bytes(4)).objects:
        for block in range(one.start // 4, -(-one.end // 4)):
            kinds.setdefault(block, set()).add(one.number in aligned)
    assert all(len(kind) == 1 for kind in kinds.values())


@given(st.binary(max_size=120))
def test_any_memory_gives_a_chain(memory):
    chain = scan(memory)
    assert (chain.wanted > len(memory)) == (chain.end is End.CUT_OFF)
