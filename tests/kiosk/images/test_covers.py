"""Covers drawn from title and author."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.images import covers
from kiosk.images.covers import cover, design
from kiosk.images.picture import Picture, PictureError

CLASSICS = (
    ("Siti Nurbaya", "Marah Rusli"),
    ("Layar Terkembang", "S.T. Alisjahbana"),
    ("Salah Asuhan", "Abdoel Moeis"),
    ("Hikayat Banjar", "J.J. Ras"),
    ("Sengsara Membawa Nikmat", "Tulis Sutan Sati"),
    ("Habis Gelap Terbitlah Terang", "R.A. Kartini"),
)


def pixels(picture: Picture) -> NDArray[np.uint8]:
    """The picture as rows × columns × RGBA."""
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)


def test_a_book_always_looks_the_same() -> None:
    # The values are fixed: a change of the hash would give every book of every library another cover.
    assert [design(*book) for book in CLASSICS] == [4, 7, 2, 1, 6, 0]


def test_case_and_spaces_make_no_other_book() -> None:
    assert design(" siti  NURBAYA", "Marah Rusli ") == design("Siti Nurbaya", "Marah Rusli")


@given(st.text(), st.text())
def test_every_book_has_one_of_eight_designs(title: str, author: str) -> None:
    assert 0 <= design(title, author) < covers.DESIGNS


def test_all_designs_occur_about_equally_often() -> None:
    counts = np.bincount([design(f"Buku {number}", "Tim") for number in range(4000)], minlength=covers.DESIGNS)

    assert counts.min() > 400


@pytest.mark.parametrize("size", [(1, 1), (24, 33), (72, 98), (128, 176), (350, 500), (300, 100), (60, 300)])
def test_a_cover_fills_its_box(size: tuple[int, int]) -> None:
    drawn = pixels(cover("Layar Terkembang", "S.T. Alisjahbana", *size))

    assert drawn.shape == (size[1], size[0], 4)
    assert drawn[..., 3].min() == 255


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("", ""),
        ("<b>&amp;\"'[/color]</text></svg>", "<script>alert(1)</script>"),
        ("]]>&#x0;<!--", "&bogus;"),
        ("A" * 10_000, "B" * 10_000),
        ("kata " * 2_000, "x " * 2_000),
        ("\u202eلا تحزن\u202c", "عائض القرني"),
        ("\x00\x01\x0b\ud800", "\ufffe\uffff"),
        ("日本語の本", "🦀"),
    ],
)
def test_hostile_texts_give_a_cover(title: str, author: str) -> None:
    drawn = pixels(cover(title, author, 72, 98))

    assert drawn[..., 3].min() == 255


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_gives_a_cover(title: str, author: str) -> None:
    assert len(cover(title, author, 36, 49).rgba) == 36 * 49 * 4


def test_an_impossible_size_is_a_sentence() -> None:
    with pytest.raises(PictureError, match="1 to 8192"):
        cover("Siti Nurbaya", "Marah Rusli", 0, 10)


@pytest.mark.parametrize("number", range(covers.DESIGNS))
@pytest.mark.parametrize("title", ["Sengsara Membawa Nikmat", "Pertanggungjawaban", "a " * 200, "Nikmat " * 200])
def test_lettering_stays_left_of_the_edge_and_above_the_motif(number: int, title: str) -> None:
    left = 30 if number == 0 else 12
    room = 140 - left - (32 if number == 0 else 8)
    size, lines = covers._set_title(title, room)

    assert 1 <= len(lines) <= 4
    assert all(covers._length(line, 800, size) <= room + 0.01 for line in lines)
    assert 46 + (len(lines) - 1) * size * 1.06 <= 134


def test_a_title_that_does_not_fit_ends_in_an_ellipsis() -> None:
    _, lines = covers._set_title("Nikmat " * 50, 120)

    assert lines[-1].endswith("…")


def test_a_short_title_is_set_large_and_whole() -> None:
    assert covers._set_title("Siti Nurbaya", 120) == (27, ["Siti", "Nurbaya"])


def test_title_shows_on_the_cover() -> None:
    named, blank = (pixels(cover(title, "", 140, 200)) for title in ("1984", " 1984"))
    assert (named == blank).all()
    number = design("1984", "")
    other = covers._svg(number, "", "", 140, 200)
    assert "1984" not in other
    assert "1984" in covers._svg(number, "1984", "", 140, 200)
