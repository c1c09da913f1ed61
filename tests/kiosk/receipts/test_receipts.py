"""The receipt: what it says, and that its code reads back."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.locale.words import Words
from kiosk.receipts import qr
from kiosk.receipts.model import Lent, Receipt, receipt
from kiosk.receipts.text import text
from kiosk.session.model import Mode, Phase, Row

NOW = datetime(2026, 11, 23, 14, 45, tzinfo=ZoneInfo("Asia/Makassar"))
DUE = date(2026, 12, 2)
LIBRARY = "Perpustakaan Kota Samarinda"
FOUR = Receipt(
    LIBRARY,
    NOW,
    tuple(Lent(title, DUE) for title in ("Layar Terkembang", "Salah Asuhan", "Hikayat Banjar")),
    returned=("Siti Nurbaya",),
)
MANY = Receipt(LIBRARY, NOW, tuple(Lent(f"Habis Gelap Terbitlah Terang, jilid {n}", DUE) for n in range(1, 21)))


def read(modules: list[list[bool]], scale: int = 4) -> str:
    """What a reader sees when the modules are drawn black on white with the quiet zone."""
    drawn = np.where(np.array(modules), 0, 255).astype(np.uint8)
    drawn = np.pad(drawn, qr.QUIET, constant_values=255).repeat(scale, 0).repeat(scale, 1)
    found = zxingcpp.read_barcodes(drawn)
    assert len(found) == 1
    return found[0].text


def row(key: str, mode: Mode, phase: Phase, changed: int, title: str = "", due: date | None = None) -> Row:
    return Row(key, mode, phase, changed, title=title, due=due)


def test_a_receipt_holds_what_was_done_in_the_order_it_was_done() -> None:
    made = receipt(
        [
            row("B3", Mode.BORROW, Phase.PUT_BACK, 5, "Hikayat Banjar", DUE),
            row("B1", Mode.BORROW, Phase.BORROWED, 2, "Layar Terkembang", DUE),
            row("B2", Mode.BORROW, Phase.REFUSED, 3, "Siti Nurbaya"),
            row("B4", Mode.RETURN, Phase.RETURNED, 4, "Salah Asuhan"),
            row("B5", Mode.BORROW, Phase.UNSURE, 6),
            row("B6", Mode.BORROW, Phase.UNDONE, 7, "Azab dan Sengsara", DUE),
        ],
        LIBRARY,
        NOW,
    )

    assert made.lent == (Lent("Layar Terkembang", DUE), Lent("Hikayat Banjar", DUE))
    assert made.returned == ("Salah Asuhan",)
    assert made.unsure == ("B5",)
    assert not made.empty


@pytest.mark.parametrize("phase", [Phase.REFUSED, Phase.UNREADABLE, Phase.INCOMPLETE, Phase.UNDONE])
def test_what_did_not_happen_is_not_on_it(phase: Phase) -> None:
    assert receipt([row("B1", Mode.BORROW, phase, 1, "Siti Nurbaya")], LIBRARY, NOW).empty


def test_indonesian() -> None:
    assert text(FOUR, Words("id")) == (
        "Perpustakaan Kota Samarinda\n"
        "Senin, 23 November 2026, 14.45 WITA\n"
        "Kembali Rabu, 2 Desember 2026:\n"
        "- Layar Terkembang\n"
        "- Salah Asuhan\n"
        "- Hikayat Banjar\n"
        "Sudah kembali:\n"
        "- Siti Nurbaya"
    )


def test_english() -> None:
    mixed = Receipt(
        LIBRARY, NOW, (Lent("B", DUE, estimated=True), Lent("A", date(2026, 11, 30)), Lent("C", DUE)), unsure=("D",)
    )

    assert text(mixed, Words("en")) == (
        "Perpustakaan Kota Samarinda\n"
        "Monday 23 November 2026, 14:45 WITA\n"
        "Due Monday 30 November 2026:\n"
        "- A\n"
        "Due Wednesday 2 December 2026:\n"
        "- C\n"
        "Due about Wednesday 2 December 2026, an estimate:\n"
        "- B\n"
        "Still being checked, please ask staff:\n"
        "- D"
    )


def test_a_title_cannot_add_lines_or_turn_the_writing_round() -> None:
    sly = Receipt("Kota\nX", NOW, (Lent("Satu\nKembali 2030:\u202e dua\x00", DUE),))

    lines = text(sly, Words("id")).splitlines()
    assert lines[0] == "Kota X"
    assert lines[3:] == ["- Satu Kembali 2030: dua"]


def test_titles_get_shorter_before_any_is_left_out() -> None:
    short = text(MANY, Words("id"), 600)

    assert len(short.encode()) <= 600
    assert short.count("- Habis Gelap") == 20
    assert ".." in short


def test_what_does_not_fit_is_counted() -> None:
    short = text(MANY, Words("id"), 300)

    assert len(short.encode()) <= 300
    shown = short.count("- Habis")
    assert 0 < shown < 20
    assert f"dan {20 - shown} buku lagi" in short
    assert "Kembali Rabu, 2 Desember 2026:" in short


def test_in_the_smallest_room_dates_and_numbers_stay() -> None:
    assert text(MANY, Words("id"), 1).splitlines()[2:] == ["Kembali Rabu, 2 Desember 2026:", "20 buku"]
    assert text(Receipt(LIBRARY, NOW), Words("id"), 1).splitlines()[0] == LIBRARY


@given(st.integers(100, 900), st.lists(st.text(max_size=80), max_size=25))
def test_a_text_fits_or_is_as_short_as_can_be(most: int, titles: list[str]) -> None:
    made = Receipt(LIBRARY, NOW, tuple(Lent(title, DUE) for title in titles))
    smallest = text(made, Words("id"), 0)

    said = text(made, Words("id"), most)
    assert len(said.encode()) <= most or said == smallest


# --- the code


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_code_reads_back(language: str) -> None:
    said = text(FOUR, Words(language))

    assert read(qr.matrix(said)) == said


def test_twenty_books_read_back_from_a_large_field() -> None:
    said = text(MANY, Words("id"), qr.room(85))

    assert said.count("- Habis Gelap") == 20
    assert read(qr.matrix(said)) == said


@pytest.mark.parametrize("side", [36.0, 45.0, 60.0, 85.0])
def test_modules_stay_large_enough_to_be_read(side: float) -> None:
    said = text(MANY, Words("id"), qr.room(side))

    if len(said.encode()) <= qr.room(side):
        modules = len(qr.matrix(said)) + 2 * qr.QUIET
        assert side / modules >= 0.6


@settings(deadline=None, max_examples=50)
@given(st.integers(13, 110), st.integers(0, 2000))
def test_a_text_that_has_room_fits_the_field(side: int, size: int) -> None:
    room = qr.room(side)
    said = "é" * (min(size, room) // 2) + "x" * (min(size, room) % 2)

    if said:
        assert len(qr.matrix(said)) + 2 * qr.QUIET <= side / 0.6


def test_a_tiny_field_has_no_room() -> None:
    assert qr.room(10) == 0


def test_a_huge_field_has_what_the_largest_code_holds() -> None:
    assert qr.room(1000) == 2329


def test_accents_read_back() -> None:
    assert read(qr.matrix("Iḥyā’ ‘Ulūm – “é”")) == "Iḥyā’ ‘Ulūm – “é”"


def test_a_text_too_long_is_a_sentence() -> None:
    with pytest.raises(qr.QrError, match="3000 bytes does not fit"):
        qr.matrix("x" * 3000)
