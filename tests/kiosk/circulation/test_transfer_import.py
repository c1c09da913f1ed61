"""Importing members and items: all or nothing, every bad line named, and out again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from transfer_support import bring_in, everything, written

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import StaffRoom
from kiosk.circulation.library.transfer.batches import undo
from kiosk.circulation.library.transfer.fields import KINDS, MEMBERS
from kiosk.circulation.library.transfer.importer import Import, Wishes
from kiosk.circulation.library.transfer.mapping import map_columns
from kiosk.circulation.library.transfer.source import ImportRefused
from kiosk.circulation.library.transfer.staging import Problem
from kiosk.circulation.port import Borrowed, Patron, PatronRef, Refusal, Secret

File = Callable[[str], Path]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def file_(content: str) -> Path:
        path = tmp_path / "file.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return file_


def one(library: EmbeddedLibrary, query: str, *values: object) -> Any:
    with library.store.reading() as db:
        return db.execute(query, values).fetchone()[0]


MEMBERS_CSV = """number,name,type,expires
N1,Budi Santoso,umum,31/12/2027
N2,Siti,PELAJAR,2027-12-31
"""


def test_members_come_in_as_one_batch(library: EmbeddedLibrary, file: File) -> None:
    done, problems = bring_in(library, "members", file(MEMBERS_CSV))
    assert (done.batch, done.rows, done.added, done.updated, done.bad, problems) == (1, 2, 2, 0, 0, [])
    siti = library.patron(PatronRef("N2"), None)
    assert isinstance(siti, Patron)
    assert (siti.first_name, siti.can_borrow) == ("Siti", 5)


def test_a_dry_run_says_what_would_be_and_changes_nothing(library: EmbeddedLibrary, file: File) -> None:
    before = everything(library)
    done, _ = bring_in(library, "members", file(MEMBERS_CSV), Wishes(dry_run=True))
    assert (done.batch, done.added, done.updated) == (0, 2, 0)
    done, _ = bring_in(library, "members", file(MEMBERS_CSV + "A0001,Sari,umum,\n"), Wishes(dry_run=True, update=True))
    assert (done.added, done.updated) == (2, 1)
    assert everything(library) == before
    assert one(library, "SELECT COUNT(*) FROM imports") == 0


BAD_MEMBERS = """number,name,type,expires,born
N1,Budi Santoso,umum,31/12/2027,1990-01-31
,Ani,umum,,
N3,Wati,guru,besok,1990-02-31
N1,Joko,umum,31/02/2027,
A0001,Rahmat,umum,,
N6,Dewi
"""


def test_every_bad_line_is_named_and_nothing_is_imported(library: EmbeddedLibrary, file: File) -> None:
    before = everything(library)
    done, problems = bring_in(library, "members", file(BAD_MEMBERS))
    assert (done.refused, done.batch, done.bad) == (True, 0, 5)
    day = "a date such as 2026-11-22, 22/11/2026 or 22 November 2026"
    assert problems == [
        Problem(3, "number", "", "not empty"),
        Problem(4, "expires", "…", day),
        Problem(4, "born", "…", day),
        Problem(5, "expires", "31/02/2027", day),
        Problem(6, "number", "", "a new member; this one is in the library already (see --update)"),
        Problem(7, "", "", "5 cells, here are 2"),
    ]
    assert everything(library) == before


def test_what_is_twice_in_the_file_is_named_with_both_lines(library: EmbeddedLibrary, file: File) -> None:
    _, problems = bring_in(library, "members", file("Nomor,nama\nN1,a\nN2,b\nN1,c\nN1,d\n"))
    expected = "another number; this one is in line 2 already"
    assert problems == [Problem(4, "Nomor", "", expected), Problem(5, "Nomor", "", expected)]


def test_good_rows_can_come_in_alone(library: EmbeddedLibrary, file: File) -> None:
    done, problems = bring_in(library, "members", file(BAD_MEMBERS), Wishes(skip_bad=True))
    assert (done.batch, done.added, done.bad, len({p.line for p in problems})) == (1, 1, 5, 5)
    assert isinstance(library.patron(PatronRef("N1"), None), Patron)


def test_if_all_rows_are_bad_nothing_comes_in(library: EmbeddedLibrary, file: File) -> None:
    done, _ = bring_in(library, "members", file("number,name\nA0001,x\n"), Wishes(skip_bad=True))
    assert done.refused


def test_an_unknown_type_is_an_error_with_the_known_ones(library: EmbeddedLibrary, file: File) -> None:
    _, problems = bring_in(library, "members", file("number,name,type\nN1,Wati,Guru\n"))
    assert problems == [Problem(2, "type", "Guru", "a known member type (anak, pelajar, staf, umum) or --create-types")]


def test_types_can_be_made_with_the_rules_of_another(library: EmbeddedLibrary, file: File) -> None:
    path = file("number,name,type\nN1,Wati,Guru\nN2,Joko,GURU\nN3,,Dosen\n")
    done, _ = bring_in(library, "members", path, Wishes(create_types=True, skip_bad=True, like="staf"))
    assert done.created == ("GURU",)
    wati = library.patron(PatronRef("N1"), None)
    assert isinstance(wati, Patron)
    assert wati.can_borrow == 10
    assert isinstance(library.checkout("op-1", PatronRef("N1"), sample.LAYAR_TERKEMBANG), Borrowed)


def test_the_type_whose_rules_are_taken_must_exist(library: EmbeddedLibrary, file: File) -> None:
    with pytest.raises(ImportRefused, match="no member type 'raja'"):
        bring_in(library, "members", file("number,name,type\nN1,W,Guru\n"), Wishes(create_types=True, like="raja"))
    assert one(library, "SELECT COUNT(*) FROM member_types") == 4


def test_collections_can_be_made_too(library: EmbeddedLibrary, file: File) -> None:
    path = file("barcode,judul,kategori\nN1,Film,Audio visual\n")
    assert bring_in(library, "items", path)[0].refused
    assert bring_in(library, "items", path, Wishes(create_types=True))[0].created == ("Audio visual",)
    assert isinstance(library.checkout("op-1", PatronRef(sample.SARI), "N1"), Borrowed)


def test_names_never_get_into_a_report(library: EmbeddedLibrary, file: File) -> None:
    names = ["Budi Santoso", "Siti Aminah"]
    swapped = "number,name,type,expires,pending,born,pin,language\n" + "".join(
        f"N{n},{name},{name},{name},{name},{name},{name},{name}\n" for n, name in enumerate(names)
    )
    _, problems = bring_in(library, "members", file(swapped))
    assert {problem.line for problem in problems} == {2, 3}
    _, types = bring_in(library, "members", file("number,name,type\nN1,Budi Santoso,Budi Santoso\n"))
    many = "number,name,type\n" + "".join(f"N{n},x,Orang {n}\n" for n in range(30))
    _, listed = bring_in(library, "members", file(many))
    shown = repr([*problems, *types, *listed])
    assert not any(word in shown for name in (*names, "Orang") for word in name.split())


def test_a_long_value_is_shortened(library: EmbeddedLibrary, file: File) -> None:
    _, (problem,) = bring_in(library, "items", file(f"number,title,status\nN1,x,{'rusak sekali ' * 20}\n"))
    assert len(problem.value) == 40


def test_an_update_changes_what_the_file_says_and_nothing_else(library: EmbeddedLibrary, file: File) -> None:
    path = file("number,expires,blocked\nA0001,1/1/2030,ya\nA0002,1/1/2030,tidak\n")
    done, _ = bring_in(library, "members", path, Wishes(update=True))
    assert (done.added, done.updated, done.unchanged) == (0, 2, 0)
    sari = next(line for line in StaffRoom(library).members() if line.member == sample.SARI)
    assert (sari.expires, sari.blocked, sari.name, sari.type) == ("2030-01-01", True, "Sari Wulandari", "pelajar")
    assert isinstance(library.patron(PatronRef(sample.ANI), Secret(sample.ANI_PIN)), Patron)
    done, _ = bring_in(library, "members", path, Wishes(update=True))
    assert (done.updated, done.unchanged) == (0, 2)


def test_an_update_with_too_few_columns_for_new_rows_says_so(library: EmbeddedLibrary, file: File) -> None:
    _, problems = bring_in(library, "members", file("number,blocked\nN9,1\n"), Wishes(update=True))
    assert problems == [Problem(2, "number", "", "a member of the library; a new one needs name too")]


def test_pins_come_in_as_hashes_and_an_empty_one_changes_nothing(library: EmbeddedLibrary, file: File) -> None:
    path = file("number,name,type,pin\nN1,Budi,umum,4711\nA0002,Ani Rahmawati,umum,\nA0001,Sari Wulandari,pelajar,12\n")
    _, problems = bring_in(library, "members", path, Wishes(update=True, skip_bad=True))
    assert problems == [Problem(4, "pin", "…", "a PIN of 4 to 12 digits")]
    assert isinstance(library.patron(PatronRef("N1"), Secret("4711")), Patron)
    assert isinstance(library.patron(PatronRef("N1"), Secret("4712")), Refusal)
    assert isinstance(library.patron(PatronRef(sample.ANI), Secret(sample.ANI_PIN)), Patron)
    with library.store.reading() as db:
        assert "4711" not in str([tuple(row) for row in db.execute("SELECT * FROM members")])


def test_loans_cannot_be_updated(library: EmbeddedLibrary) -> None:
    with pytest.raises(ImportRefused, match="can only be added"):
        Import(library, KINDS["loans"], Wishes(update=True))


def test_an_empty_file_is_refused(library: EmbeddedLibrary, file: File) -> None:
    with pytest.raises(ImportRefused, match="has no members"):
        bring_in(library, "members", file("number,name\n"))


def test_reading_a_file_keeps_no_kiosk_waiting(
    library: EmbeddedLibrary, open_library: Callable[..., EmbeddedLibrary], file: File
) -> None:
    kiosk = open_library(busy_seconds=0.01)
    asked: list[object] = []

    class Slow:
        unit, how, note, columns = "line", "", "", ("number", "name")

        def rows(self) -> Iterator[tuple[int, list[str]]]:
            for number in range(5):
                asked.append(kiosk.checkout(f"op-{number}", PatronRef(sample.SARI), sample.DEMO_ITEMS[number % 4]))
                yield number + 1, [f"N{number}", "x"]

        def position(self) -> int:
            return 0

        def close(self) -> None:
            pass

    with Import(library, MEMBERS, Wishes()) as job:
        assert job.run(Slow()).added == 5
    assert all(isinstance(answer, Borrowed) for answer in asked)


# titles

ITEMS_CSV = """kode eksemplar,judul,pengarang,status,harga
N1,Laut Bercerita,Leila S. Chudori,Tersedia,Rp95.000
N2,Laut Bercerita,Leila S. Chudori,No Loan,
N3,Pulang,Leila S. Chudori,Repair,
N4,Pulang,Tere Liye,,
"""


def titles(library: EmbeddedLibrary, *numbers: str) -> list[int]:
    return [one(library, "SELECT title_id FROM items WHERE number = ?", number) for number in numbers]


def test_copies_share_their_title(library: EmbeddedLibrary, file: File) -> None:
    done, _ = bring_in(library, "items", file(ITEMS_CSV))
    assert done.added == 4
    first, second, pulang, other = titles(library, "N1", "N2", "N3", "N4")
    assert first == second
    assert len({first, pulang, other}) == 3
    lines = {line.item: line for line in StaffRoom(library).items("N")}
    assert (lines["N1"].cost, lines["N2"].no_loan, lines["N3"].status) == (95000, True, "repair")
    assert lines["N2"].status == "available"


def test_a_title_of_the_library_gets_the_new_copies(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file("number,title,author\nN1,Layar Terkembang,Sutan Takdir Alisjahbana\n"))
    old, new = titles(library, sample.LAYAR_TERKEMBANG, "N1")
    assert old == new


def test_the_files_own_title_numbers_keep_titles_apart(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file("number,title,biblio_id\nN1,Sejarah,1\nN2,Sejarah,2\nN3,Sejarah,1\n"))
    one_, two, three = titles(library, "N1", "N2", "N3")
    assert (one_ == three, one_ == two) == (True, False)


def test_a_corrected_title_keeps_its_holds(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file("number,title\nN1,Lasker Pelangi\nN2,Lasker Pelangi\n"))
    before = titles(library, "N1")
    StaffRoom(library).add_hold(sample.SARI, "N1")
    done, _ = bring_in(
        library, "items", file("number,title\nN1,Laskar Pelangi\nN2,Laskar Pelangi\n"), Wishes(update=True)
    )
    assert (done.added, titles(library, "N1", "N2")) == (0, before * 2)
    assert [hold.title for hold in StaffRoom(library).holds("Laskar")] == ["Laskar Pelangi"]


def test_one_copy_can_move_to_another_title(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file("number,title\nN1,Satu\nN2,Satu\n"))
    bring_in(library, "items", file("number,title\nN2,Dua\n"), Wishes(update=True))
    lines = {line.item: line.title for line in StaffRoom(library).items("N")}
    assert (lines["N1"], lines["N2"]) == ("Satu", "Dua")


def test_a_copy_that_is_lost_now_is_kept_for_nobody(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file(f"number,status\n{sample.HELD_ITEM},hilang\n"), Wishes(update=True))
    (hold,) = [hold for hold in StaffRoom(library).holds() if hold.member == sample.HOLD_READY]
    assert (hold.ready_item, hold.ready_until) == ("", "")


def test_one_tag_belongs_to_one_copy(library: EmbeddedLibrary, file: File) -> None:
    taken = "E00401008396E132"  # the tag of Layar Terkembang in the sample
    free = "E0040100000000AA"
    path = file(f"number,title,tag\nN1,a,{taken}\nN2,b,{free}\nN3,c,{free}\nN4,d,\nN5,e,\n")
    _, problems = bring_in(library, "items", path)
    assert [(p.line, p.value) for p in problems] == [(2, taken), (3, free), (4, free)]


def test_replacements_refer_to_the_library_or_the_file(library: EmbeddedLibrary, file: File) -> None:
    path = file(
        "number,title,status,replaced_by\nN1,a,withdrawn,N2\nN2,a,,\nN3,a,withdrawn,N9\nN4,a,withdrawn,N5\nN5,a,?,\n"
    )
    done, problems = bring_in(library, "items", path, Wishes(skip_bad=True))
    assert (done.added, [problem.line for problem in problems]) == (2, [4, 5, 6])


# out again


def test_an_import_can_be_undone(library: EmbeddedLibrary, file: File) -> None:
    before = everything(library)
    bring_in(library, "items", file(ITEMS_CSV))
    members, _ = bring_in(library, "members", file(MEMBERS_CSV))
    assert everything(library) != before
    assert undo(library, members.batch).removed == 2
    assert undo(library, 1).removed == 4
    assert everything(library) == before
    assert one(library, "SELECT COUNT(*) FROM titles") == 208


def test_what_was_used_or_changed_since_stays(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "items", file(ITEMS_CSV))
    bring_in(library, "members", file(MEMBERS_CSV))
    assert isinstance(library.checkout("op-1", PatronRef("N2"), "N1"), Borrowed)
    with library.store.writing() as db:
        db.execute("UPDATE items SET location = 'B2' WHERE number = 'N4'")
    StaffRoom(library).add_hold(sample.SARI, "N3", this_copy=True)
    undone = undo(library, 1)
    assert (undone.removed, undone.kept) == (1, 3)
    assert undo(library, 2).removed == 1
    assert [line.item for line in StaffRoom(library).items() if line.item < "O"][-3:] == ["N1", "N3", "N4"]


def test_an_import_is_undone_once(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "members", file(MEMBERS_CSV))
    undo(library, 1)
    with pytest.raises(LibraryError, match="undone already"):
        undo(library, 1)
    with pytest.raises(LibraryError, match="no import 7"):
        undo(library, 7)


def test_an_undone_loan_never_gives_its_number_to_another(library: EmbeddedLibrary, file: File) -> None:
    bring_in(library, "loans", file("item,member,lent_at,due\nB00130,A0001,2026-11-20,2026-11-30\n"))
    mark = library.fingerprint("B00130")
    undo(library, 1)
    library.checkout("op-1", PatronRef("A0003"), "B00130")
    assert library.fingerprint("B00130") != mark


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("loans", "item,member,lent_at,due\nB00130,A0001,2026-11-20,2026-11-30\n"),
        ("holds", "member,item,created\nA0001,B00130,2026-11-20\n"),
        ("fees", "member,amount,at\nA0001,Rp5.000,2026-11-20\n"),
    ],
)
def test_loans_holds_and_fees_are_tried_imported_and_undone(
    library: EmbeddedLibrary, file: File, kind: str, content: str
) -> None:
    before = everything(library)
    assert bring_in(library, kind, file(content), Wishes(dry_run=True))[0].added == 1
    assert everything(library) == before
    assert bring_in(library, kind, file(content))[0].added == 1
    assert everything(library) != before
    assert undo(library, 1).removed == 1
    assert everything(library) == before


def test_a_charge_that_was_paid_in_part_is_not_undone(library: EmbeddedLibrary, file: File) -> None:
    path = file("member,amount,at\nA0001,Rp5.000,2026-11-20\nA0002,Rp5.000,2026-11-20\n")
    bring_in(library, "fees", path)
    assert library.pay("op-1", PatronRef(sample.SARI), 2000) == 3000
    undone = undo(library, 1)
    assert (undone.removed, undone.kept) == (1, 1)
    assert (library.fees(PatronRef(sample.SARI)), library.fees(PatronRef(sample.ANI))) == (3000, 0)


@pytest.mark.parametrize(
    ("kind", "content", "lines"),
    [
        ("loans", "item,member,lent_at,due\nB00159,A0001,1/1/2026,2/1/2026\nX,Y,1/1/2026,2/1/2026\n", {2, 3}),
        ("holds", "member,item,created,shelf\nX,B00130,1/1/2026,\nA0001,B00130,1/1/2026,depan\n", {2, 3}),
        (
            "holds",
            "member,item,created,ready_item,ready_until\nA0001,B00130,1/1/2026,B00101,2/2/2027\n"
            "A0001,B00130,1/1/2026,B00130,\nA0001,B00130,1/1/2026,,\n",
            {2, 3},
        ),
        ("fees", "member,amount,at\nX,100,1/1/2026\nA0001,x,1/1/2026\nA0001,5,1/1/2026\n", {2, 3}),
    ],
)
def test_loans_holds_and_fees_refer_to_what_is_there(
    library: EmbeddedLibrary, file: File, kind: str, content: str, lines: set[int]
) -> None:
    _, problems = bring_in(library, kind, file(content))
    assert {problem.line for problem in problems} == lines


@pytest.mark.parametrize("statement", ["INSERT INTO items", "INSERT INTO titles", "UPDATE imports"])
def test_whatever_breaks_on_the_way_nothing_is_half_imported(
    library: EmbeddedLibrary, file: File, statement: str
) -> None:
    before = everything(library)
    with library.store.writing() as db:
        db.create_function("burst", 0, lambda: 1 / 0)
        table, verb = statement.split()[-1], statement.split()[0]
        db.execute(f"CREATE TEMP TRIGGER burst BEFORE {verb} ON main.{table} BEGIN SELECT burst(); END")
    with pytest.raises(sqlite3.OperationalError):
        bring_in(library, "items", file(ITEMS_CSV))
    assert everything(library) == before
    with library.store.writing() as db:
        db.execute("DROP TRIGGER burst")
    assert bring_in(library, "items", file(ITEMS_CSV))[0].batch == 1


def test_nothing_of_an_import_stays_behind(library: EmbeddedLibrary, file: File) -> None:
    with suppress(ImportRefused):
        bring_in(library, "items", file("number,title\nN1,x\n"))
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM sqlite_temp_master").fetchone()[0] == 0


def test_a_given_value_stands_for_all_rows(library: EmbeddedLibrary, file: File) -> None:
    done, _ = bring_in(library, "members", file("number,name\nN1,x\n"), Wishes(given={"type": "Anak"}))
    assert done.added == 1
    assert "N1,x,anak," in written(library, "members").decode()
    assert map_columns(MEMBERS, ["number", "name"]).names == {"number", "name"}
