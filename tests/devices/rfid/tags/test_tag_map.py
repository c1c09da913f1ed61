"""The table of tags whose memory names no item."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.tags.content import Model, TagContent, Usage
from devices.rfid.tags.tag_map import MapError, TagMap, TagMapFile, normal_uid

UID = "E004010031230A01"
TABLE = f"uid,item,usage,part,parts,isil\n{UID},BK1,,2,3,ID-SMR01\nE0:04:01:00:31:23:0b:02, P-1 ,patron card,,,\n"


def test_a_table_names_items_and_cards():
    table = TagMap.parse(TABLE)
    assert table.content(UID) == TagContent(Model.MAPPED, "BK1", "ID-SMR01", 2, 3, Usage.CIRCULATING, crc_ok=True)
    card = table.content("e0040100-31230B02")
    assert (card.item_id, card.is_card) == ("P-1", True)
    assert table.content("E004010031230C03") is None
    assert len(table) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"item,uid\nBK1,{UID}\n", id="any-order"),
        pytest.param(f"UID;Item\r\n{UID};BK1\r\n", id="semicolons-and-CRLF"),
        pytest.param(f"\ufeffuid\titem\n{UID}\tBK1", id="tabs-and-a-byte-order-mark"),
        pytest.param(f'uid,item\n"{UID}","BK1"\n\n', id="quotes-and-an-empty-line"),
    ],
)
def test_what_spreadsheets_write(text):
    assert TagMap.parse(text).content(UID).item_id == "BK1"


def test_every_bad_line_is_named():
    text = f"uid,item,part,parts,usage\n{UID},BK1\nE004,BK2\n{UID},BK3\nE004010031230B02,\nE004010031230C03,BK4,3,2\n"
    text += "E004010031230D04,BK5,1,1,sold\nE004010031230E05,BK6,x\nE004010031230F06,BK7,1,1,,7\nE00401003123070Z,BK8\n"
    with pytest.raises(MapError) as caught:
        TagMap.parse(text, "tags.csv")
    said = str(caught.value)
    assert said.startswith("tags.csv: line 3: uid 'E004' is not an even number of hex digits")
    assert "line 4: E004010031230A01 is in line 2 already" in said
    assert "line 5: item number ''" in said
    assert "line 6: part 3 of 2" in said
    assert "line 7: usage 'sold' is not known; known are acquisition" in said
    assert "line 8: part 'x' is not a number" in said
    assert "line 9: more cells than columns" in said
    assert "line 10: uid" in said
    assert "line 2:" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'uid', no column 'item'"),
        ("uid,barcode\n", "no column 'item', column 'barcode' is not known"),
        ("uid,item,uid\n", "column 'uid' is there twice"),
        (f'uid,item\n"{UID},BK1\n', "line 2: .*check the quotes"),
    ],
)
def test_a_table_that_is_none(text, said):
    with pytest.raises(MapError, match=said):
        TagMap.parse(text)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(MapError, match="No such file"):
        TagMap.load(tmp_path / "tags.csv")
    (tmp_path / "tags.csv").write_bytes(b"uid,item\n\xe9")
    with pytest.raises(MapError, match="not UTF-8 at byte 9"):
        TagMap.load(tmp_path / "tags.csv")


@pytest.mark.parametrize(
    "read",
    [
        None,
        TagContent(Model.BLANK),
        TagContent(Model.UNKNOWN),
        TagContent(Model.ISO_28560_3),
        TagContent(Model.ISO_28560_3, crc_ok=True),
    ],
    ids=["unread", "blank", "unknown", "damaged", "no-number"],
)
def test_the_table_speaks_only_when_the_memory_does_not(read):
    table = TagMap.parse(TABLE)
    assert table.resolve(UID, read).item_id == "BK1"
    assert table.resolve("E004010031230C03", read) == read
    named = TagContent(Model.ISO_28560_3, "X", usage=Usage.CIRCULATING, crc_ok=True)
    assert table.resolve(UID, named) == named


def test_a_changed_file_is_read_again_and_a_bad_one_changes_nothing(tmp_path):
    path = tmp_path / "tags.csv"
    path.write_text(f"uid,item\n{UID},BK1\n")
    file = TagMapFile(path)
    assert file.fresh().content(UID).item_id == "BK1"
    path.write_text(f"uid,item\n{UID},BK22\n")
    assert file.fresh().content(UID).item_id == "BK22"
    path.write_text("uid,item\nnonsense,BK333\n")
    assert file.fresh().content(UID).item_id == "BK22"
    assert "line 2" in file.trouble
    path.unlink()
    assert file.fresh().content(UID).item_id == "BK22"
    assert "No such file" in file.trouble
    path.write_text(f"uid,item\n{UID},BK4\n")
    assert (file.fresh().content(UID).item_id, file.trouble) == ("BK4", "")


def test_an_unchanged_file_is_not_read_again(tmp_path):
    path = tmp_path / "tags.csv"
    path.write_text(f"uid,item\n{UID},BK1\n")
    file = TagMapFile(path)
    table, stamp = file.fresh(), path.stat()
    path.write_text(f"uid,item\n{UID},BK2\n")  # as long as before
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert file.fresh() is table


@given(
    st.dictionaries(st.binary(min_size=4, max_size=16), st.from_regex(r"[A-Za-z0-9]{1,12}", fullmatch=True), max_size=8)
)
def test_every_line_is_found_however_the_uid_is_written(items):
    table = TagMap.parse("uid,item\n" + "".join(f"{uid.hex(':')},{item}\n" for uid, item in items.items()))
    assert set(table) == {uid.hex().upper() for uid in items}
    assert all(table.content(uid.hex(" ").lower()).item_id == item for uid, item in items.items())


@given(st.text(max_size=60))
def test_any_text_is_a_table_or_an_error_with_a_sentence(text):
    said = "line"
    try:
        TagMap.parse(text)
    except MapError as error:
        said = str(error)
    assert "line" in said


def test_uids_as_people_write_them():
    assert {normal_uid(text) for text in ("e0:04:01:00", "E0-04-01-00", " e004 0100 ")} == {"E0040100"}
