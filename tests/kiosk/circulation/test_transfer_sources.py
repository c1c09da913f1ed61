"""Reading CSV and JSON files whatever wrote them."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.library.transfer.csv_source import CsvSource, plain_cell, safe_cell
from kiosk.circulation.library.transfer.encoding import find_encoding
from kiosk.circulation.library.transfer.fields import ITEMS, MEMBERS
from kiosk.circulation.library.transfer.files import open_source
from kiosk.circulation.library.transfer.json_source import JsonSource
from kiosk.circulation.library.transfer.mapping import Columns, map_columns
from kiosk.circulation.library.transfer.source import Broken, ImportRefused, Source

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_(content: bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        return path

    return write_


def rows(source: Source) -> list[tuple[int, Sequence[str] | Broken]]:
    try:
        return list(source.rows())
    finally:
        source.close()


NAMES = "No;Nama\r\nA1;Renée Müller – “Ibu”\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_the_encoding_is_found(write: Write, encoding: str) -> None:
    source = CsvSource(write((NAMES * 3).encode(encoding)))
    assert rows(source)[0] == (2, ["A1", "Renée Müller – “Ibu”"])


def test_what_is_no_text_in_any_of_them_has_to_be_named(write: Write) -> None:
    assert find_encoding(write("No;Nama\nA1;Renée Müller\n".encode("latin-1"))) == "latin-1"
    with pytest.raises(ImportRefused, match="--encoding cp1252"):
        find_encoding(write(b"No;Nama\nA1;caf\xe9 \x81\n"))


def test_one_sign_at_the_very_end_decides(write: Write) -> None:
    content = b"No;Nama\n" + b"A1;Budi\n" * 400_000 + b"A2;Ren\xe9e\n"
    assert find_encoding(write(content)) == "latin-1"
    assert find_encoding(write(content.replace(b"\xe9", "é".encode()))) == "utf-8"


def test_half_a_sign_at_the_end_of_utf_16_is_said(write: Write) -> None:
    with pytest.raises(ImportRefused, match="not utf-16"):
        rows(CsvSource(write("No;Nama\nA1;Budi\n".encode("utf-16") + b"x")))


def test_an_encoding_can_be_named(write: Write) -> None:
    path = write("No;Nama\nA1;Ρένα\n".encode("iso8859-7"))
    assert rows(CsvSource(path, encoding="ISO-8859-7")) == [(2, ["A1", "Ρένα"])]
    with pytest.raises(ImportRefused, match="no encoding 'klingon'"):
        CsvSource(path, encoding="klingon")
    with pytest.raises(ImportRefused, match="not utf-8"):
        rows(CsvSource(path, encoding="utf-8"))
    for not_text in ("rot13", "hex"):
        with pytest.raises(ImportRefused, match="no encoding"):
            CsvSource(path, encoding=not_text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_end_are_found(write: Write, delimiter: str, end: str) -> None:
    lines = ["No,Nama,Ket".replace(",", delimiter), delimiter.join(["1", '"a;b,c|d"', ""]), ""]
    source = CsvSource(write(end.join(lines).encode()))
    assert (source.columns, rows(source)) == (("No", "Nama", "Ket"), [(2, ["1", "a;b,c|d", ""])])


def test_a_delimiter_can_be_named(write: Write) -> None:
    path = write(b"a~b\n1~2\n")
    assert rows(CsvSource(path, delimiter="~")) == [(2, ["1", "2"])]
    assert CsvSource(write(b"a\tb\n"), delimiter="tab").columns == ("a", "b")
    with pytest.raises(ImportRefused, match="cannot be a delimiter"):
        CsvSource(path, delimiter="::")


def test_excels_first_line_names_the_delimiter(write: Write) -> None:
    source = CsvSource(write(b"sep=;\r\nNo;Nama, lengkap\r\n1;x\r\n"))
    assert (source.columns, rows(source)) == (("No", "Nama, lengkap"), [(3, ["1", "x"])])


def test_slims_ends_its_header_with_a_delimiter_too_many(write: Write) -> None:
    source = CsvSource(write(b'"member_id","member_name",\n"A1","Budi"\n'))
    assert (source.columns, rows(source)) == (("member_id", "member_name"), [(2, ["A1", "Budi"])])


def test_lines_are_counted_as_an_editor_counts_them(write: Write) -> None:
    source = CsvSource(write(b'a,b\n1,"two\nlines"\n\n3,4\n5\n6,7,8\n9,10,\n'))
    assert rows(source) == [
        (2, ["1", "two\nlines"]),
        (5, ["3", "4"]),
        (6, Broken("2 cells, here are 1")),
        (7, Broken("2 cells, here are 3")),
        (8, ["9", "10"]),
    ]


def test_a_file_without_header_gets_its_columns_from_the_user(write: Write) -> None:
    assert rows(CsvSource(write(b"1,x\n2,y\n"), columns=["number", "name"])) == [(1, ["1", "x"]), (2, ["2", "y"])]


def test_a_quote_that_is_never_closed_is_said_with_its_line(write: Write) -> None:
    with pytest.raises(ImportRefused, match=r"line 3: .*quote is not closed"):
        rows(CsvSource(write(b'a,b\n1,2\n3,"x' + b"\ny,z" * 60_000)))


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n"])
def test_a_file_without_columns_is_refused(write: Write, content: bytes) -> None:
    with pytest.raises(ImportRefused, match="must name the columns"):
        CsvSource(write(content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("none.csv", "none.json", "none.mrc"):
        with pytest.raises(ImportRefused, match="cannot be read"):
            open_source(tmp_path / name, ITEMS)


@given(st.text())
def test_a_cell_comes_back_from_behind_its_apostrophe(cell: str) -> None:
    assert plain_cell(safe_cell(cell)) == cell
    assert not safe_cell(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_only_cells_that_could_be_formulas_are_changed() -> None:
    assert safe_cell("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
    assert (safe_cell("'t Hooft"), safe_cell("B-1"), safe_cell("'=x")) == ("'t Hooft", "B-1", "''=x")


# JSON


@pytest.mark.parametrize(
    "content",
    [
        b'[\n{"a":"1","b":null},\n{"a":2,"b":true}\n]\n',
        b'{"a":"1","b":null}\n{"a":2,"b":true}\n',
        b'[{"a": "1", "b": null}, {"a": 2, "b": true}]',
        b'[\n  {\n    "a": "1",\n    "b": null\n  },\n  {"a": 2, "b": true}\n]',
    ],
)
def test_json_in_any_layout(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    source = JsonSource(path)
    assert (source.columns, rows(source)) == (("a", "b"), [(1, ["1", ""]), (2, ["2", "1"])])


def test_an_object_with_other_keys_is_a_broken_row(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":"1"}\n{"b":"2"}\nnonsense\n')
    broken = [row for _, row in rows(JsonSource(path))[1:]]
    assert broken == [Broken("the keys of the first object and no others"), Broken("one JSON object a line")]


@pytest.mark.parametrize("content", [b"", b"[]", b"[1]", b'{"a": {"b": 1}}', b"\xff\xfe"])
def test_what_is_no_list_of_objects(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=r"x\.json: "):
        JsonSource(path)


def test_a_marc_file_holds_no_members(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no members"):
        open_source(tmp_path / "x.mrc", MEMBERS)
    with pytest.raises(ImportRefused, match="for MARC files"):
        open_source(tmp_path / "x.csv", ITEMS, item_field="952p")


# which column is what


def mapped(columns: Columns) -> dict[str, str]:
    return {header: field.name for _, header, field in columns.used}


def test_slims_members_are_recognised() -> None:
    header = (
        "member_id member_name gender member_type_name member_email member_address postal_code inst_name is_new "
        "member_image pin member_phone member_fax member_since_date register_date expire_date birth_date member_notes"
    )
    columns = map_columns(MEMBERS, header.split())
    assert mapped(columns) == {
        "member_id": "number",
        "member_name": "name",
        "member_type_name": "type",
        "pin": "pin",
        "expire_date": "expires",
        "birth_date": "born",
    }
    assert "gender" in columns.unused


def test_slims_items_are_recognised() -> None:
    header = (
        "item_code call_number coll_type_name inventory_code received_date supplier_name order_no location_name "
        "order_date item_status_name site source invoice price price_currency invoice_date input_date last_update title"
    )
    columns = map_columns(ITEMS, header.split())
    assert mapped(columns) == {
        "item_code": "number",
        "call_number": "call_number",
        "coll_type_name": "collection",
        "location_name": "location",
        "item_status_name": "status",
        "price": "cost",
        "title": "title",
    }


def test_inlislite_and_spreadsheets_are_recognised() -> None:
    inlislite = map_columns(MEMBERS, ["ID", "MemberNo", "Fullname", "IdentityNo", "JenisAnggota_id", "EndDate"])
    assert mapped(inlislite) == {
        "MemberNo": "number",
        "Fullname": "name",
        "JenisAnggota_id": "type",
        "EndDate": "expires",
    }
    sheet = map_columns(MEMBERS, ["No. Anggota", "NAMA LENGKAP", "Tgl. Lahir", "Berlaku Hingga"])
    assert list(mapped(sheet).values()) == ["number", "name", "born", "expires"]
    items = map_columns(ITEMS, ["NomorBarcode", "NoInduk", "Judul Buku", "Pengarang", "Penerbit", "Tahun Terbit"])
    assert list(mapped(items).values()) == ["number", "title", "author", "publisher", "year"]
    assert items.unused == ("NoInduk",)


def test_what_the_user_says_wins() -> None:
    columns = map_columns(MEMBERS, ["member_id", "NIS", "Nama"], {"nis": "number", "Nama": "name"}, {"type": "pelajar"})
    assert mapped(columns) == {"NIS": "number", "Nama": "name"}
    assert (columns.unused, dict(columns.given)) == (("member_id",), {"type": "pelajar"})


def test_a_column_can_be_left_out() -> None:
    assert map_columns(MEMBERS, ["member_id", "nama", "pin"], {"pin": "-"}).unused == ("pin",)


@pytest.mark.parametrize(
    ("named", "given", "sentence"),
    [
        ({"Nomer": "number"}, {}, "no column 'Nomer' in the file. It has 'No', 'Nama'"),
        ({"No": "nomor"}, {}, "no field 'nomor'. Members have 'number', 'name'"),
        ({"No": "number", "Nama": "number"}, {}, "cannot both be 'number'"),
        ({"No": "number"}, {"expires": "besok"}, "'besok' does not fit 'expires': expected a date"),
        ({}, {}, '--map "No=number"'),
    ],
)
def test_what_cannot_be_mapped_is_explained(named: dict[str, str], given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        map_columns(MEMBERS, ["No", "Nama"], named, given)
    assert sentence in str(refused.value)


def test_a_byte_order_mark_is_no_part_of_the_first_name(write: Write) -> None:
    assert CsvSource(write(codecs.BOM_UTF8 + b"number,name\n")).columns == ("number", "name")
