"""The seven ways to make a text short, against the vectors of DigitalPlatform/dp2 (TestRfid.cs and TestRfid2.cs)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.tags import compaction
from devices.rfid.tags.compaction import Compaction

VECTORS = [
    (Compaction.INTEGER, "10", "0A"),
    (Compaction.INTEGER, "1203", "04B3"),
    (Compaction.INTEGER, "999999", "0F423F"),
    (Compaction.INTEGER, "123456789012", "1CBE991A14"),
    (Compaction.INTEGER, "256", "0100"),
    (Compaction.INTEGER, "65536", "010000"),
    (Compaction.INTEGER, "4294967296", "0100000000"),
    (Compaction.INTEGER, "9223372036854775807", "7FFFFFFFFFFFFFFF"),
    (Compaction.INTEGER, "9999999999999999999", "8AC7230489E7FFFF"),
    (Compaction.NUMERIC, "00", "00"),
    (Compaction.NUMERIC, "01", "01"),
    (Compaction.NUMERIC, "010", "010F"),
    (Compaction.NUMERIC, "99", "99"),
    (Compaction.NUMERIC, "091", "091F"),
    (Compaction.NUMERIC, "1203", "1203"),
    (Compaction.NUMERIC, "1234567", "1234567F"),
    (Compaction.NUMERIC, "100000000000000000001", "100000000000000000001F"),
    (Compaction.NUMERIC, "8999999999999999999999", "8999999999999999999999"),
    (Compaction.FIVE_BIT, "ABC", "0886"),
    (Compaction.FIVE_BIT, "]^_", "EFBE"),
    (Compaction.FIVE_BIT, "AHQZ", "0A23A0"),
    (Compaction.FIVE_BIT, "ZYXWV", "D6717B00"),
    (Compaction.FIVE_BIT, "UTSRQPO", "AD2728C1E0"),
    (Compaction.FIVE_BIT, "[\\]^_", "DF3BEF80"),
    (Compaction.FIVE_BIT, "ABCDEFGHIGKLMNOPQRSTUVWXYZ", "08864298E849D6C6B9F08CA74ADAF8CE80"),
    (Compaction.FIVE_BIT, "C_D", "1FC8"),
    (Compaction.FIVE_BIT, "E_F^", "2FCDE0"),
    (Compaction.FIVE_BIT, "_G]H^", "F9FA8F00"),
    (Compaction.SIX_BIT, "ABC1234", "0420F1CB3D20"),
    (Compaction.SIX_BIT, "ABC12345", "0420F1CB3D35"),
    (Compaction.SIX_BIT, "ABC123456", "0420F1CB3D35DA"),
    (Compaction.SIX_BIT, "QA268.L55", "441CB6E2E335D6"),
    (Compaction.SIX_BIT, "I712.88/B303", "277C72BB8E2F0B3C33"),
    (Compaction.SIX_BIT, "B822.9-49/K170", "0B8CB2BB9B74E6F2F1DF08"),
    (Compaction.SIX_BIT, "K825.6=76/Z780", "2F8CB5BB6F77DAF6B7E308"),
    (Compaction.SIX_BIT, "TP393/H637", "510CF9CEF236CF78"),
    (Compaction.SIX_BIT, "I563.85/H022", "275DB3BB8D6F230CB2"),
    (Compaction.SIX_BIT, "I17(198.4)/Y498", "271DE8C79E2ED29BD9D39E20"),
    (Compaction.SIX_BIT, "J205.1/F933", "2B2C35BB1BC6E73CE0"),
    (Compaction.SIX_BIT, "I222.742/Z134", "272CB2BB7D32BDAC73D2"),
    (Compaction.SEVEN_BIT, "12345678", "62C99B46AD9BB8"),
    (Compaction.SEVEN_BIT, "123456781234567", "62C99B46AD9BB862C99B46AD9BFF"),
    (Compaction.SEVEN_BIT, "abcdefgh", "C38B1E4CB9B3E8"),
    (Compaction.SEVEN_BIT, "abcdefgh123", "C38B1E4CB9B3E862C99F"),
    (Compaction.SEVEN_BIT, "hijk9876{/?}~", "D1A756B72E1BB6F6BDFFDFDF"),
]


@pytest.mark.parametrize(("way", "text", "data"), VECTORS, ids=[f"dp2-{way.name}-{text}" for way, text, _ in VECTORS])
def test_dp2s_vectors_both_ways(way, text, data):
    assert compaction.encode(text, way) == bytes.fromhex(data)
    assert compaction.decode(way, bytes.fromhex(data)) == text


@pytest.mark.parametrize(
    ("way", "text", "data"),
    [
        (Compaction.INTEGER, "20091231", "0132915F"),
        (Compaction.NUMERIC, "410", "410F"),
        (Compaction.FIVE_BIT, "JPN", "541C"),
        (Compaction.SIX_BIT, "AB12XY", "042C726198"),
    ],
)
def test_lainuris_vectors_both_ways(way, text, data):
    """Hypernova-Oy/lainuri, lib/iso15692/tests."""
    assert compaction.encode(text, way) == bytes.fromhex(data)
    assert compaction.decode(way, bytes.fromhex(data)) == text


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (Compaction.INTEGER, "1"),
        (Compaction.INTEGER, "01"),
        (Compaction.INTEGER, "100000000000000000000"),
        (Compaction.INTEGER, "-1"),
        (Compaction.NUMERIC, "0"),
        (Compaction.NUMERIC, "-11"),
        (Compaction.FIVE_BIT, "A"),
        (Compaction.FIVE_BIT, "^B"),
        (Compaction.FIVE_BIT, "abc"),
        (Compaction.FIVE_BIT, "-AB"),
        (Compaction.SIX_BIT, "ABC"),
        (Compaction.SEVEN_BIT, "abcdefg"),
        (Compaction.OCTETS, "中国"),
        (Compaction.APPLICATION, "10"),
    ],
)
def test_what_a_way_cannot_hold(way, text):
    assert compaction.encode(text, way) is None


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("123456789012", Compaction.INTEGER),
        ("00123", Compaction.NUMERIC),
        ("99999999999999999999", Compaction.NUMERIC),
        ("QA268.L55", Compaction.SIX_BIT),
        ("test", Compaction.OCTETS),
        ("Laskar Pelangi", Compaction.SEVEN_BIT),
        ("Bé", Compaction.OCTETS),
        ("中国", Compaction.UTF_8),
        ("7", Compaction.OCTETS),
    ],
)
def test_the_shortest_way(text, way):
    assert compaction.best(text)[0] is way


@given(st.from_regex(r"0[0-9]{0,15}", fullmatch=True))
def test_a_leading_zero_is_never_lost(text):
    way, data = compaction.best(text)
    assert way is not Compaction.INTEGER
    assert compaction.decode(way, data) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_the_best_way_reads_back_and_none_is_shorter(text):
    way, data = compaction.best(text)
    assert compaction.decode(way, data) == text
    others = [other for one in Compaction if (other := compaction.encode(text, one)) is not None]
    assert len(data) == min(map(len, others))


@given(st.sampled_from(Compaction), st.binary(max_size=40))
def test_any_bytes_give_a_text_or_none(way, data):
    found = compaction.decode(way, data)
    assert found is None or isinstance(found, str)


def test_half_a_character_is_not_packed():
    """A lone surrogate is no text: no compaction takes it, and none raises."""
    assert all(compaction.encode("\ud800", one) is None for one in Compaction if one is not Compaction.APPLICATION)
