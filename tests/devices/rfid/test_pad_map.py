"""A site whose tags say nothing: a table names each by its UID."""

import pytest

from devices.rfid.errors import SetupError
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, Problem

A, B, C, D = (f"E004010031230{letter}" for letter in ("A01", "B02", "C03", "D04"))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "tags.csv"
    path.write_text(f"uid,item\n{A},BK1\n{B},BK2\n{C.lower()},BK3\n")
    return path


def start(bench, table):
    bench.pad.start()
    bench.reader = PadReader(ReaderSettings(port=bench.pad.port, tag_map=str(table)), bench.log.post)
    bench._readers.append(bench.reader)
    bench.reader.start()
    bench.back()


def test_the_table_names_what_the_tag_does_not(bench, table):
    bench.pad.define(A)  # blank
    bench.pad.define_item(B, "BK777", "ID-SMR01")  # says who it is
    damaged = bytearray(iso28560_3.encode("BK888"))
    damaged[5] ^= 0xFF
    bench.pad.define(C, bytes(damaged))
    bench.pad.define(D)
    start(bench, table)
    bench.put(A, B, C, D)
    read = {uid: bench.read(uid) for uid in (A, B, C, D)}
    assert (read[A].content.item_id, read[A].content.model, read[A].problem) == ("BK1", Model.MAPPED, "")
    assert (read[B].content.item_id, read[B].content.model) == ("BK777", Model.ISO_28560_3)
    assert (read[C].content.item_id, read[C].problem) == ("BK3", "")
    assert read[D].problem == Problem.BLANK


def test_the_alarm_of_a_tag_in_the_table_is_switched_like_any_other(bench, table):
    bench.pad.define(A)
    start(bench, table)
    bench.put(A)
    assert bench.secure(A, False).ok
    assert bench.afi(A) == 0xC2


def test_a_line_that_is_added_is_known_without_a_restart_and_a_bad_one_does_no_harm(bench, table, caplog):
    bench.pad.define(D)
    bench.pad.define(A)
    start(bench, table)
    good = table.read_text()
    table.write_text(good + "nonsense\n")
    bench.put(A)
    assert bench.read(A).content.item_id == "BK1"
    assert "the old one is" in caplog.text
    table.write_text(f"{good}{D},BK4\n")
    bench.put(D)
    assert bench.read(D).content.item_id == "BK4"


def test_a_tag_that_is_only_heard_has_its_name_from_the_table(bench, table):
    bench.pad.define(A, dead=True)
    start(bench, table)
    bench.put(A)
    assert bench.read(A).content.item_id == "BK1"


@pytest.mark.parametrize(("text", "said"), [("uid\n", "item"), (f"uid,item\n{A},\n", "line 2"), (None, "tags.csv")])
def test_a_table_that_cannot_be_used_is_refused_at_the_start(table, text, said):
    table.unlink() if text is None else table.write_text(text)
    with pytest.raises(SetupError, match=rf"\[reader\] tag_map: .*{said}"):
        PadReader(ReaderSettings(port="/dev/null", tag_map=str(table)), lambda event: None)
