"""Item numbers in the EPC of UHF tags (lukaslerche/bookwaves-feig)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Model, Problem, Usage, problem
from devices.rfid.tags.epc import LAYOUTS, code40, identity, layout, pc_of, recognise_epc
from devices.rfid.tags.epc.dortmund import Dortmund
from devices.rfid.tags.epc.smartfreq import Smartfreq

NUMBER = bytes.fromhex("000000000012D687")
DE290 = bytes.fromhex("19E9F871") + NUMBER + bytes.fromhex("00000001")


@pytest.mark.parametrize(
    ("header", "text"),
    [
        pytest.param("19E9F871", "DE290 ", id="bookwaves-DE290Tag"),
        pytest.param("19ED0001", "DE6   ", id="bookwaves-DE6Tag"),
        pytest.param("19E9F877", "DE290F", id="bookwaves-DE290FTag"),
        pytest.param("19EAF321", "DE386 ", id="bookwaves-DE386-header"),
        pytest.param("19EAF2F9", "DE385 ", id="bookwaves-DE385-header"),
        pytest.param("19D50890", "DELAN1", id="bookwaves-DELAN1-header"),
    ],
)
def test_headers_in_code_40_both_ways(header, text):
    assert code40.decode(bytes.fromhex(header)) == text
    assert code40.encode(text) == bytes.fromhex(header)


@pytest.mark.parametrize("data", ["0000", "FA01", "FFFF", "19"])
def test_pairs_that_hold_no_three_characters(data):
    assert code40.decode(bytes.fromhex(data)) is None


def test_code_40_knows_no_lower_case():
    assert code40.encode("de290") is None


@pytest.mark.parametrize(
    ("header", "isil"),
    [("19E9F871", "DE-290"), ("19ED0001", "DE-6"), ("1381F871", "DE-290")],
    ids=["DE290", "DE6", "CD290"],
)
def test_dortmund(header, isil):
    """CD290 is the header of Dortmund's first 5000 tags, which was computed wrongly."""
    found = recognise_epc(0x4000, bytes.fromhex(header) + DE290[4:])
    assert (found.model, found.item_id, found.isil) == (Model.DORTMUND_EPC, "1234567", isil)
    assert found.is_item
    assert found.lendable


def test_dortmunds_alarm_is_the_last_bit_and_no_part_of_the_name():
    dortmund = Dortmund()
    assert dortmund.armed(0x4000, DE290) is True
    pc, off = dortmund.with_alarm(0x4000, DE290, False)
    assert (pc, off[:-1], off[-1]) == (0x4000, DE290[:-1], 0)
    assert dortmund.armed(pc, off) is False
    assert dortmund.with_alarm(pc, off, True) == (0x4000, DE290)
    assert identity(0x4000, DE290) == identity(0x4000, off) == DE290.hex().upper()[:-1] + "0"


@pytest.mark.parametrize(
    "epc",
    [
        pytest.param(DE290[:15], id="15-bytes"),
        pytest.param(DE290[:4] + b"12345678" + DE290[12:], id="a-text-for-a-number-DE386"),
        pytest.param(bytes.fromhex("19E9F877") + b"\1" + NUMBER[1:] + DE290[12:], id="DE290F"),
        pytest.param(DE290[:12] + b"\0\1\0\1", id="spare-bytes-used"),
        pytest.param(DE290[:15] + b"\3", id="another-bit"),
        pytest.param(DE290[:4] + bytes(8) + DE290[12:], id="no-number"),
        pytest.param(bytes.fromhex("30751FEB705C5904E3D50D70"), id="GS1-m5stack"),
        pytest.param(bytes.fromhex("3034257BF468D4800000162E"), id="SGTIN-bookwaves-README"),
        pytest.param(b"", id="empty"),
    ],
)
def test_other_epcs_are_unknown_and_named_whole(epc):
    found = recognise_epc(0x3000, epc)
    assert problem(found) in (Problem.UNKNOWN_MODEL, Problem.BLANK)
    assert identity(0x3000, epc) == epc.hex().upper()
    assert all(one.armed(0x3000, epc) is None for one in LAYOUTS)


def test_smartfreq_with_its_security_byte_in_the_pc():
    """Six-bit vector: DigitalPlatform/dp2, TestRfid2, bit6_4; frame: bookwaves-feig, BRTag."""
    epc = bytes.fromhex("4106 0420F1CB3D35")
    smartfreq = Smartfreq()
    assert smartfreq.encode("ABC12345") == epc
    found = recognise_epc(0x2107, epc)
    assert (found.model, found.item_id, found.usage) == (Model.SMARTFREQ_EPC, "ABC12345", Usage.NONE)
    assert [smartfreq.armed(pc, epc) for pc in (0x2107, 0x21C2, 0x2100, 0x2007)] == [True, False, None, None]
    assert smartfreq.with_alarm(pc_of(epc), epc, True) == (0x2107, epc)
    assert smartfreq.with_alarm(0x2107, epc, False) == (0x21C2, epc)
    assert identity(0x2107, epc) == identity(0x21C2, epc) == "41060420F1CB3D35"


@pytest.mark.parametrize(
    "epc", ["4100", "4106 0420F1CB3D", "4106 0420F1CB3D35 0000", "4103 FFFFFF 00", "4102 0420 01", "4103 041041 01"]
)
def test_what_only_begins_like_smartfreq(epc):
    assert layout(0x2107, bytes.fromhex(epc)) is None


@pytest.mark.parametrize(
    ("one", "arguments", "said"),
    [
        (Dortmund(), ("00123", "DE-290"), "without leading zeros"),
        (Dortmund(), ("BK1", "DE-290"), "this EPC holds 1 to"),
        (Dortmund(), (str(1 << 56), "DE-290"), "this EPC holds 1 to"),
        (Dortmund(), ("9" * 5000, "DE-290"), "this EPC holds 1 to"),
        (Dortmund(), ("1", ""), "as DE-290"),
        (Dortmund(), ("1", "ID-SMR01"), "as DE-290"),
        (Smartfreq(), ("abc", ""), "A-Z, 0-9"),
        (Smartfreq(), ("", ""), "A-Z, 0-9"),
        (Smartfreq(), ("A" * 81, ""), "this EPC holds 60"),
        (Smartfreq(), ("1", "ID-X"), "no place for an owner"),
    ],
)
def test_what_an_epc_cannot_hold_is_refused(one, arguments, said):
    with pytest.raises(EncodeError, match=said):
        one.encode(*arguments)


written = st.one_of(
    st.tuples(
        st.just(Dortmund()),
        st.integers(1, (1 << 56) - 1).map(str),
        st.from_regex(r"[A-Z]{2}-[0-9]{1,4}", fullmatch=True),
    ),
    st.tuples(st.just(Smartfreq()), st.from_regex(r"[A-Z0-9]([A-Z0-9 ]{0,20}[A-Z0-9])?", fullmatch=True), st.just("")),
)


@given(written, st.booleans())
def test_what_is_written_is_read_and_keeps_its_name(arguments, armed):
    one, item_id, isil = arguments
    epc = one.encode(item_id, isil, armed=armed)
    pc, epc = one.with_alarm(pc_of(epc), epc, armed)
    assert (pc >> 11) * 2 == len(epc)
    found = recognise_epc(pc, epc)
    assert (found.model, found.item_id, found.isil) == (one.model, item_id, isil)
    assert one.armed(pc, epc) is armed
    assert identity(pc, epc) == identity(*one.with_alarm(pc, epc, not armed))


@given(st.integers(0, 0xFFFF), st.binary(max_size=62))
def test_any_epc_is_something(pc, epc):
    assert recognise_epc(pc, epc).model in Model
    for one in LAYOUTS:
        one.armed(pc, epc)
        one.identity(epc)
        one.with_alarm(pc, epc, True)
