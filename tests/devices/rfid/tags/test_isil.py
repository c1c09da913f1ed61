"""ISILs packed with shifts and latches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.errors import EncodeError
from devices.rfid.tags import isil

VECTORS = [
    pytest.param("US-InU-Mu", "ACC09EBAA06F6B", id="GB/T-35660.2-annex"),
    pytest.param("DE-Heu1", "21408E16BF1F", id="ISO-28560-2-example"),
    pytest.param("CN-110108-1-NLC", "1B81E110108A1AC7307F", id="dp2-TestRfid2-isil-3"),
    pytest.param("CN-120104-C-YBL", "1B81E120104AD1D6644C", id="dp2-TestRfid2-isil-4"),
]


@pytest.mark.parametrize(("text", "data"), VECTORS)
def test_public_vectors_both_ways(text, data):
    assert isil.decode(bytes.fromhex(data)) == text
    assert isil.encode(text) == bytes.fromhex(data)


def test_a_latch_where_a_shift_would_do_is_read_too():
    """The other packing that dp2 names for the same ISIL."""
    assert isil.decode(bytes.fromhex("1B81E120104AC1832267")) == "CN-120104-C-YBL"


def test_nothing_is_an_empty_isil():
    assert isil.decode(b"") == ""
    assert isil.encode("") == b""


@pytest.mark.parametrize("text", ["ID_SMR", "ID-SMR 1", "ID-é", "ID-٣"])
def test_other_characters_are_refused(text):
    with pytest.raises(EncodeError, match="cannot be in an ISIL"):
        isil.encode(text)


@given(st.text("ABYZabyz0189-:/", max_size=16))
def test_what_was_packed_is_read(text):
    assert isil.decode(isil.encode(text)) == text


@given(st.binary(max_size=30))
def test_any_bytes_give_a_text(data):
    assert isinstance(isil.decode(data), str)
