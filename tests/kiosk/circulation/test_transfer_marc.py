"""Catalogues in MARC 21, as Koha, INLISLite and the Library of Congress write them."""

from __future__ import annotations

from pathlib import Path

import pymarc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Field, Indicators, Record, Subfield
from transfer_support import bring_in, written

from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, StaffRoom
from kiosk.circulation.library.transfer.importer import Wishes
from kiosk.circulation.library.transfer.marc_source import MarcSource
from kiosk.circulation.library.transfer.source import Broken, ImportRefused

PUNCTUATED = "00000nam a2200000 a 4500"


def field(tag: str, *subfields: tuple[str, str]) -> Field:
    return Field(tag, Indicators(" ", " "), [Subfield(code, text) for code, text in subfields])


def koha(*extra: Field, leader: str = PUNCTUATED) -> Record:
    """A title with ISBD punctuation and two copies, in Koha's layout."""
    return Record(
        leader=leader,
        fields=[
            Field("001", data="17"),
            field("082", ("a", "899.221 3")),
            field("100", ("a", "Toer, Pramoedya Ananta,"), ("d", "1925-2006.")),
            field("245", ("a", "Bumi manusia :"), ("b", "sebuah roman /"), ("c", "Pramoedya Ananta Toer.")),
            field("264", ("a", "Jakarta :"), ("b", "Hasta Mitra,"), ("c", "c1980.")),
            field("952", ("p", "N1"), ("o", "899.221 3 TOE b"), ("y", "Umum"), ("v", "95000.00"), ("c", "B2")),
            field("952", ("p", "N2"), ("y", "umum"), ("7", "1"), ("1", "2"), ("0", "0")),
            *extra,
        ],
    )


def save(path: Path, *records: Record) -> Path:
    path.write_bytes(b"".join(record.as_marc() for record in records))
    return path


def rows(path: Path, **how: str) -> list[dict[str, str]]:
    source = MarcSource(path, **how)
    try:
        found = []
        for _, row in source.rows():
            assert not isinstance(row, Broken)
            found.append(dict(zip(source.columns, row, strict=True)))
        return found
    finally:
        source.close()


def test_a_record_of_koha(tmp_path: Path) -> None:
    first, second = rows(save(tmp_path / "x.mrc", koha()))
    assert {name: text for name, text in first.items() if text} == {
        "title_key": "17",
        "title": "Bumi manusia : sebuah roman",
        "author": "Toer, Pramoedya Ananta",
        "publisher": "Hasta Mitra",
        "year": "c1980",
        "call_number": "899.221 3 TOE b",
        "number": "N1",
        "collection": "Umum",
        "status": "available",
        "no_loan": "0",
        "location": "B2",
        "cost": "95000",
    }
    assert (second["number"], second["status"], second["no_loan"]) == ("N2", "lost", "1")
    assert second["call_number"] == "899.221 3"


def test_its_copies_come_into_the_library(library: EmbeddedLibrary, tmp_path: Path) -> None:
    done, problems = bring_in(library, "items", save(tmp_path / "x.mrc", koha()))
    assert (done.added, problems, done.how, done.unit) == (2, [], "MARC 21 (ISO 2709)", "record")
    (line, _) = [line for line in StaffRoom(library).items("Bumi manusia : ") if line.item < "O"]
    assert (line.item, line.author, line.collection, line.cost) == ("N1", "Toer, Pramoedya Ananta", "umum", 95000)


def test_numbers_in_the_field_of_inlislite_or_any_other(tmp_path: Path) -> None:
    base = [Field("001", data="1"), field("245", ("a", "Atlas")), field("852", ("h", "912"), ("i", "ATL"))]
    path = save(
        tmp_path / "x.mrc",
        Record(fields=[*base, field("990", ("a", "I1"), ("a", "I2"))]),
        Record(fields=[*base, field("876", ("p", "P1"))]),
        Record(fields=[*base, field("949", ("i", "K1"))]),
    )
    assert [(row["number"], row["call_number"]) for row in rows(path)] == [
        ("I1", "912 ATL"),
        ("I2", "912 ATL"),
        ("P1", "912 ATL"),
    ]
    assert [row["number"] for row in rows(path, item_field="949$i")] == ["K1"]
    for nonsense in ("949", "9xx", "001a", ""):
        if nonsense:
            with pytest.raises(ImportRefused, match="no MARC subfield"):
                MarcSource(path, item_field=nonsense)


def test_records_without_copies_are_counted(library: EmbeddedLibrary, tmp_path: Path) -> None:
    bare = Record(fields=[field("245", ("a", "Tanpa eksemplar"))])
    done, _ = bring_in(library, "items", save(tmp_path / "x.mrc", bare, koha(), bare))
    assert done.note == "2 records have no copy's number in 952p, 876p, 990a; see --item-field"
    with pytest.raises(ImportRefused, match="see --item-field"):
        bring_in(library, "items", save(tmp_path / "y.mrc", bare))


def test_problems_name_the_record(library: EmbeddedLibrary, tmp_path: Path) -> None:
    untitled = Record(fields=[field("952", ("p", "N9"))])
    _, problems = bring_in(library, "items", save(tmp_path / "x.mrc", koha(), untitled))
    assert [(p.line, p.column, p.expected) for p in problems] == [(2, "title", "not empty")]


# MARC-8 as of the Library of Congress' code tables: a combining sign stands before its letter, E2 is the acute accent,
# E8 the umlaut; pymarc's own encoder is not used.
MARC8 = "00000nam  2200000 c 4500"


def raw(leader: str, title: bytes) -> bytes:
    """One record by hand: 245 $a title, 952 $p N1."""
    fields = [(b"245", b"  \x1fa" + title + b"\x1e"), (b"952", b"  \x1fpN1\x1e")]
    directory, start = b"", 0
    for tag, content in fields:
        directory += tag + b"%04d%05d" % (len(content), start)
        start += len(content)
    body = directory + b"\x1e" + b"".join(content for _, content in fields) + b"\x1d"
    head = leader.encode()
    return b"%05d" % (24 + len(body)) + head[5:12] + b"%05d" % (24 + len(directory) + 1) + head[17:] + body


@pytest.mark.parametrize(
    ("leader", "title", "encoding"),
    [
        (MARC8, b"Ren\xe2ee M\xe8uller", "auto"),
        (MARC8, "Renée Müller".encode(), "auto"),  # UTF-8 that does not say so
        ("00000nam a2200000 c 4500", "Renée Müller".encode(), "auto"),
        ("00000nam a2200000 c 4500", b"Ren\xe2ee M\xe8uller", "marc-8"),
        (MARC8, "Renée Müller".encode(), "utf-8"),
    ],
)
def test_both_encodings_whatever_the_leader_says(tmp_path: Path, leader: str, title: bytes, encoding: str) -> None:
    path = tmp_path / "x.mrc"
    path.write_bytes(raw(leader, title))
    (row,) = rows(path, encoding=encoding)
    assert row["title"] == "Renée Müller"


def test_signs_that_do_not_exist_are_a_broken_record(tmp_path: Path) -> None:
    path = tmp_path / "x.mrc"
    path.write_bytes(raw(MARC8, b"x\xff\xfe y"))
    assert [row for _, row in MarcSource(path).rows()] == [Broken("signs of MARC-8 that exist")]
    path.write_bytes(raw("00000nam a2200000 c 4500", b"Ren\xe9e"))
    assert [row for _, row in MarcSource(path).rows()] == [Broken("a MARC 21 record in UTF-8 or MARC-8")]
    path.write_bytes(raw(MARC8, b"Atlas\x1f\xb3x"))
    assert [row for _, row in MarcSource(path).rows()] == [Broken("subfields with a code")]
    with pytest.raises(ImportRefused, match="not in 'cp1252'"):
        MarcSource(path, encoding="cp1252")


def test_line_ends_between_records_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.mrc"
    path.write_bytes(b"\r\n".join([koha().as_marc()] * 2) + b"\n\x1a")
    assert len(rows(path)) == 4


@pytest.mark.parametrize("tail", [b"00100nam", b"hello", b"00012x", b"00026" + b"x" * 21])
def test_a_file_that_ends_badly_is_refused_with_the_record(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "x.mrc"
    path.write_bytes(koha().as_marc() + tail)
    with pytest.raises(ImportRefused, match="record 2"):
        rows(path)


def test_marcxml_is_read_as_well(library: EmbeddedLibrary, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    with path.open("wb") as file:
        writer = pymarc.XMLWriter(file)
        for _ in range(300):  # more than is read at once
            writer.write(koha())
        writer.close(close_fh=False)
    assert rows(path)[:2] == rows(save(tmp_path / "x.mrc", koha()))
    assert len(rows(path)) == 600
    done, problems = bring_in(library, "items", path, Wishes(skip_bad=True))
    assert (done.how, done.added, len(problems)) == ("MARCXML", 2, 598)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(ImportRefused, match="no MARCXML"):
        rows(path)


def test_xml_reads_no_other_files(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret.txt", tmp_path / "x.xml"
    secret.write_text("geheim")
    path.write_text(
        f'<!DOCTYPE collection [<!ENTITY x SYSTEM "file://{secret}">]><collection><record><datafield tag="245">'
        '<subfield code="a">t&x;</subfield></datafield><datafield tag="952"><subfield code="p">N1</subfield>'
        "</datafield></record></collection>"
    )
    assert [row["title"] for row in rows(path)] == ["t"]


def test_what_is_exported_is_marc_for_others_too(library: EmbeddedLibrary, tmp_path: Path) -> None:
    StaffRoom(library).add_item(NewItem("N1", "Judul /", "Penulis,", parts=2, min_age=13, tag_uid="E0040100000000AA"))
    records = [record for record in pymarc.MARCReader(written(library, "items", "marc")) if record is not None]
    assert len(records) == 209
    assert sum(len(record.get_fields("952")) for record in records) == 262
    (ours,) = [record for record in records if record["245"]["a"] == "Judul /"]
    assert (str(ours.leader)[9], str(ours.leader)[18], ours["952"]["p"]) == ("a", "c", "N1")
    assert {code: ours["959"][code] for code in "pnat"} == {"p": "N1", "n": "2", "a": "13", "t": "E0040100000000AA"}


def test_a_title_with_very_many_copies_stays_one(library: EmbeddedLibrary, tmp_path: Path) -> None:
    staff = StaffRoom(library)
    with library.store.writing() as db:
        db.execute("INSERT INTO titles (id, title, author) VALUES (900, 'Buku paket', '')")
        db.executemany(
            "INSERT INTO items (number, title_id, collection) VALUES (?, 900, 'umum')",
            [[f"P{n:04}"] for n in range(1500)],
        )
    path = tmp_path / "x.mrc"
    path.write_bytes(written(library, "items", "marc"))
    house = EmbeddedLibrary.open(tmp_path / "new.sqlite", create=True)
    StaffRoom(house).set_up()
    bring_in(house, "items", path)
    with house.store.reading() as db:
        assert db.execute("SELECT COUNT(DISTINCT title_id) FROM items WHERE number LIKE 'P%'").fetchone()[0] == 1
    assert written(house, "items") == written(library, "items")
    assert staff.count()[0] == 261 + 1500
    house.close()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_makes_anything_but_a_row_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(koha().as_marc())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.mrc"
    path.write_bytes(content)
    source = MarcSource(path)
    try:
        for _, row in source.rows():
            assert isinstance(row, Broken) or len(row) == len(source.columns)
    except ImportRefused as refused:
        assert "damaged.mrc" in str(refused)  # noqa: PT017
    finally:
        source.close()
