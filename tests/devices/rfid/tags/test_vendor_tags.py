"""Tags as vendors write them. Of ISO 28560-2 in China: DigitalPlatform/dp2, TestRfid.cs, test_logicChip_1 to _11.

That program asks of them only that they can be read; what they say follows from the standard's rules.
"""

import pytest

from devices.rfid.tags.content import Extension, Model, Note, Usage
from devices.rfid.tags.recognise import FIRST_BLOCKS, more_blocks, recognise

_FIRST = FIRST_BLOCKS * 4
PACKED = (Note.USAGE_PACKED,)
EMPTY = (Note.ISIL_EMPTY, Note.USAGE_PACKED)

ZHIYAN = "C102071100B0C30C30{}00000203A80008830203D6593F0000250110370210405F080599A713063F"
GANCHUANG = "0201B80300650110660100670100"
FINNISH = "910104 6091CE43 80 0201A8 050110 67024241 03073240DE05AB075B"
TAGS = [
    pytest.param(ZHIYAN.format("CA"), "DPB000002", "ZYLS", Usage.CIRCULATING, PACKED, id="zhiyan-1"),
    pytest.param(ZHIYAN.format("D6"), "DPB000005", "ZYLS", Usage.CIRCULATING, PACKED, id="zhiyan-2"),
    pytest.param(ZHIYAN.format("C6"), "DPB000001", "ZYLS", Usage.CIRCULATING, PACKED, id="zhiyan-3"),
    pytest.param("11030AA8AE", "698542", "", Usage.NONE, (), id="jingyuan-1"),
    pytest.param("11030AA977", "698743", "", Usage.NONE, (), id="jingyuan-2"),
    pytest.param("9101040142214B00" + GANCHUANG, "21111115", "", Usage.CIRCULATING, EMPTY, id="ganchuang-1"),
    pytest.param("91020312D6870000" + GANCHUANG, "1234567", "", Usage.CIRCULATING, EMPTY, id="ganchuang-2"),
    pytest.param(
        "21040000001F020130650110 5611AAD9B345CC59315F39AB960BF669DD959F",
        "0000001", "", Usage.CIRCULATING, PACKED, id="digital-platform",
    ),
    pytest.param(
        "E102074535353536373200000201B8030C1B81E130103A1AC9AB4C48BF65011266010067010000",
        "E555672", "CN-130103-1-SJZLIB", Usage.CIRCULATING, PACKED, id="wang",
    ),
    # Two empty blocks, and then a rest of what was there earlier. Whether 32 is a byte or the letter 2, nobody says.
    pytest.param(
        "E101083031303031363433008200 01A0E3010853 4D33363130303100E5000132" + "00" * 20 + "31300000363130300000333400",
        "01001643", "SM361001", None, PACKED, id="wanghu",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("memory", "item", "isil", "usage", "notes"), TAGS)
def test_a_vendors_tag(memory, item, isil, usage, notes):
    whole = bytes.fromhex(memory).ljust(112, b"\0")
    found = recognise(whole)
    assert (found.model, found.crc_ok, found.item_id, found.isil) == (Model.ISO_28560_2, True, item, isil)
    assert (found.part, found.parts, found.notes) == (1, 1, notes)
    assert usage is None or found.usage is usage


@pytest.mark.parametrize(("memory", "item", "isil", "usage", "notes"), TAGS)
def test_eight_blocks_and_what_is_asked_for_behind_them_are_enough(memory, item, isil, usage, notes):
    whole = bytes.fromhex(memory).ljust(112, b"\0")
    seen = _FIRST
    while more := more_blocks(whole[:seen]):
        seen += 4 * more
    found = recognise(whole[:seen])
    assert (found.item_id, found.isil) == (item, isil)
    assert seen <= 48


def test_a_finnish_tag():
    """Hypernova-Oy/lainuri, 02-iso-28560-2_test: the owner is the last object."""
    found = recognise(bytes.fromhex(FINNISH).ljust(112, b"\0"))
    assert (found.model, found.item_id, found.isil) == (Model.ISO_28560_2, "1620168259", "FI-Mamk-M")
    assert (found.usage, found.field("onix-media"), found.notes) == (Usage.CIRCULATING, "BA", ())


def test_a_finnish_tag_of_iso_28560_3():
    """Hypernova-Oy/lainuri, 01-iso-28560-3_test: an unstructured block, 101, behind the core."""
    core = b"\x11\1\1" + b"1620154429".ljust(16, b"\0") + b"\xc4\xcf" + b"FIMamk-M".ljust(13, b"\0")
    found = recognise(core + b"\6\x65\0vta".ljust(78, b"\0"))
    assert (found.model, found.item_id, found.isil) == (Model.ISO_28560_3, "1620154429", "FI-Mamk-M")
    assert (found.extensions, found.notes) == ((Extension(101, b"ta"),), ())


def test_what_dp2_calls_no_tag_of_this_model_is_no_item():
    """TestRfid.cs, test_errorParse_01, both memories; and test_logicChip_10, of which it reads the first object."""
    for memory in (
        "291556C52E87D24732252E54D516D4141213200000000000",
        "E15663223E6C39411062767A637149542253E64A4608417B6761",
        "21040000610A53453031303336313033 0201A0030B1B81E120000A01ACA2A65F65018000",
    ):
        assert not recognise(bytes.fromhex(memory).ljust(112, b"\0")).is_item
