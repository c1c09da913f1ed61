"""Dates, refusals, rows and hints in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import (
    Bin,
    Code,
    Hold,
    Item,
    Loan,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Unknown,
)
from kiosk.locale.texts import RowText, Sentence, label
from kiosk.locale.words import Words
from kiosk.session.model import Mode, Notice, Oddity, Phase, Rating, Row, Screen, Stuck

ID, EN = Words("id"), Words("en")
BOTH = pytest.mark.parametrize("words", [ID, EN], ids=["id", "en"])
ZONE = ZoneInfo("Asia/Makassar")
TODAY = date(2026, 11, 23)
DUE = date(2026, 12, 2)
LATER = date(2026, 11, 26)
PATRON = Patron(PatronRef("1"), "Sari")
ROW = Row("B00417", Mode.BORROW, Phase.BORROWED, 1, title="Salah Asuhan", due=DUE)


def loan(days: int) -> Loan:
    return Loan(Item("B1", "Hikayat Banjar"), TODAY + timedelta(days), days)


# --- dates, times, money


@pytest.mark.parametrize(
    ("day", "indonesian", "english"),
    [
        (DUE, "Rabu, 2 Desember", "Wednesday 2 December"),
        (date(2027, 1, 4), "Senin, 4 Januari 2027", "Monday 4 January 2027"),
        (TODAY, "hari ini", "today"),
        (TODAY + timedelta(1), "besok", "tomorrow"),
        (TODAY - timedelta(1), "Minggu, 22 November", "Sunday 22 November"),
    ],
)
def test_a_date(day: date, indonesian: str, english: str) -> None:
    assert (ID.date(day, TODAY), EN.date(day, TODAY)) == (indonesian, english)


def test_tomorrow_over_new_year_is_still_tomorrow() -> None:
    assert ID.date(date(2027, 1, 1), date(2026, 12, 31)) == "besok"


def test_short_and_headline_dates() -> None:
    assert ID.short_date(DUE, TODAY) == "2 Desember"
    assert ID.short_date(TODAY, TODAY) == "hari ini"
    assert ID.day_month(TODAY + timedelta(1), TODAY) == "24 November"
    assert EN.day_month(date(2027, 1, 4), TODAY) == "4 January 2027"
    assert ID.headline_date(TODAY, TODAY) == "Hari ini, 23 November"
    assert ID.headline_date(TODAY + timedelta(1), TODAY) == "Besok, 24 November"
    assert EN.headline_date(DUE, TODAY) == "Wednesday 2 December"
    assert ID.full_date(DUE) == "Rabu, 2 Desember 2026"


@BOTH
@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_every_day_names_its_number(words: Words, day: date) -> None:
    assert f"{day.day} " in words.full_date(day)
    assert str(day.year) in words.full_date(day)


def test_times() -> None:
    assert (ID.time(time(14, 45)), EN.time(time(9, 5))) == ("14.45", "09:05")
    assert ID.time(datetime(2026, 11, 23, 6, 45, tzinfo=UTC), ZONE) == "14.45"
    assert ID.hours("08.00", "17:00") == "Buka hari ini 08.00–17.00"
    assert EN.hours("08.00", "17:00") == "Open today 08:00–17:00"
    assert EN.clock("noon") == "noon"
    assert EN.clock("24.00") == "24.00"


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "Rp0"), (1000, "Rp1.000"), (12500, "Rp12.500"), (10**7, "Rp10.000.000")]
)
@BOTH
def test_money(words: Words, amount: int, said: str) -> None:
    assert words.money(amount) == said


@pytest.mark.parametrize(
    ("days", "indonesian", "english"),
    [
        (-2, "Terlambat 2 hari", "2 days overdue"),
        (-1, "Terlambat 1 hari", "1 day overdue"),
        (0, "Hari ini", "Today"),
        (1, "Besok", "Tomorrow"),
        (9, "9 hari lagi", "9 days left"),
    ],
)
def test_days_left(days: int, indonesian: str, english: str) -> None:
    assert (ID.days_left(days), EN.days_left(days)) == (indonesian, english)


# --- refusals: the words of the design


@pytest.mark.parametrize(
    ("refusal", "indonesian", "english"),
    [
        (
            Refusal(Code.NO_MATCH),
            "Kartu atau PIN tidak cocok. Coba sekali lagi.",
            "Card or PIN does not match. Please try again.",
        ),
        (Refusal(Code.PIN_REQUIRED), "Kartu terbaca. Masukkan PIN Anda.", "Card read. Enter your PIN."),
        (
            Refusal(Code.PIN_LOCKED, until_time=datetime(2026, 11, 23, 7, 0, tzinfo=UTC), limit=3),
            "Sudah tiga kali dicoba. Tunggu sampai pukul 15.00 atau panggil petugas.",
            "Three tries used. Wait until 15:00 or call staff.",
        ),
        (
            Refusal(Code.EXPIRED, until=date(2026, 11, 1)),
            "Masa berlaku kartu habis 1 November. Petugas bisa memperpanjang sekarang.",
            "Your card expired on 1 November. Staff can renew it now.",
        ),
        (
            Refusal(Code.SUSPENDED, until=LATER),
            "Belum bisa pinjam: ada buku terlambat. Bisa lagi 26 November.",
            "You cannot borrow yet: a book was late. You can again from 26 November.",
        ),
        (
            Refusal(Code.LIMIT, limit=3),
            "Sudah 3 buku, itu batasnya. Kembalikan satu untuk meminjam ini.",
            "You have 3 books, the limit. Return one to borrow this.",
        ),
        (
            Refusal(Code.HELD, until=LATER),
            "Dipesan anggota lain sampai 26 November. Letakkan di troli reservasi.",
            "Reserved for someone else until 26 November. Leave it on the hold trolley.",
        ),
        (
            Refusal(Code.NOT_FOR_LOAN),
            "Koleksi referensi, dibaca di sini saja. Silakan ke ruang baca.",
            "Reference item, for reading here. Please use the reading room.",
        ),
        (
            Refusal(Code.AGE, limit=17),
            "Untuk anggota 17 tahun ke atas. Pilih buku lain atau tanya petugas.",
            "For members aged 17 and over. Choose another book or ask staff.",
        ),
        (
            Refusal(Code.ON_LOAN),
            "Masih tercatat dipinjam. Serahkan ke petugas.",
            "Still recorded as on loan. Please hand it to staff.",
        ),
        (
            Refusal(Code.UNKNOWN_ITEM),
            "Buku ini belum terdaftar. Serahkan ke petugas.",
            "This book is not registered yet. Please hand it to staff.",
        ),
        (
            Refusal(Code.RENEWAL_HELD, until=DUE),
            "Tidak bisa diperpanjang: ada yang menunggu. Kembalikan sampai 2 Desember.",
            "Cannot be renewed: someone is waiting. Return it by 2 December.",
        ),
        (
            Refusal(Code.SET_INCOMPLETE, seen=2, limit=3),
            "Baru 2 dari 3 bagian. Letakkan 1 bagian yang kurang.",
            "2 of 3 parts so far. Add the missing part.",
        ),
    ],
    ids=lambda value: value.code.value if isinstance(value, Refusal) else "",
)
def test_the_words_of_a_refusal(refusal: Refusal, indonesian: str, english: str) -> None:
    assert ID.refusal(refusal, TODAY, ZONE).whole == indonesian
    assert EN.refusal(refusal, TODAY, ZONE).whole == english


KNOWN: dict[str, Any] = {
    "until": LATER,
    "until_time": datetime(2026, 11, 23, 7, tzinfo=UTC),
    "limit": 3,
    "seen": 2,
    "amount": 12_500,
}


@BOTH
@pytest.mark.parametrize("code", Code)
def test_every_refusal_is_said_with_and_without_its_fields(words: Words, code: Code) -> None:
    for mask in range(2 ** len(KNOWN)):
        some = {name: value for bit, (name, value) in enumerate(KNOWN.items()) if mask >> bit & 1}
        said = words.refusal(Refusal(code, **some), TODAY, ZONE)
        assert said.what.endswith(".")
        assert said.now == "" or said.now.endswith(".")
        assert "None" not in said.whole
        assert "{" not in said.whole
        # Only a block that ends by itself may leave open what to do now.
        assert said.now or (code is Code.SUSPENDED and "until" in some)


def test_both_languages_say_different_refusals_differently() -> None:
    for words in (ID, EN):
        said = {words.refusal(Refusal(code), TODAY, ZONE).what for code in Code}
        assert len(said) == len(Code)


def test_a_lock_until_another_day_sends_to_staff() -> None:
    tomorrow = datetime(2026, 11, 23, 16, 1, tzinfo=UTC)  # 00.01 on the 24th in Samarinda

    assert EN.refusal(Refusal(Code.PIN_LOCKED, until_time=tomorrow), TODAY, ZONE).now == "Please call staff."


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(Code.OVERDUE), "A book is overdue. Return it first, then borrow again."),
        (Refusal(Code.OVERDUE, seen=2), "2 books are overdue. Return it first, then borrow again."),
        (Refusal(Code.OVERDUE, until=date(2026, 11, 20)), "This book was due on 20 November. Please return it."),
        (
            Refusal(Code.OVERDUE, until=LATER),
            "A book is overdue. You can borrow again from 26 November. Return it first.",
        ),
        (Refusal(Code.FEES, amount=2000), "There is a fine of Rp2.000. Please pay at the desk first."),
        (Refusal(Code.LIMIT, limit=1), "You have 1 book, the limit. Return one to borrow this."),
        (
            Refusal(Code.RENEWAL_LIMIT, limit=2),
            "Cannot be renewed: already renewed 2 times. Please return it on time.",
        ),
        (Refusal(Code.RENEWAL_LIMIT, limit=0), "This book cannot be renewed. Please return it on time."),
        (Refusal(Code.PIN_LOCKED, limit=5), "5 tries used. Please call staff."),
        (Refusal(Code.SET_INCOMPLETE, seen=1, limit=3), "1 of 3 parts so far. Add the 2 missing parts."),
    ],
)
def test_other_refusals(refusal: Refusal, said: str) -> None:
    assert EN.refusal(refusal, TODAY, ZONE).whole == said


# --- rows


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (ROW, RowText(("Kembali Rabu, 2 Desember",))),
        (replace(ROW, again=True), RowText(("Sudah dipinjam tadi",))),
        (replace(ROW, estimated=True), RowText(("Kembali Rabu, 2 Desember, perkiraan",))),
        (replace(ROW, due=None), RowText(("Dipinjam",))),
        (replace(ROW, phase=Phase.WAITING), RowText(("Mohon tunggu …",))),
        (replace(ROW, phase=Phase.LATE), RowText(("Masih mencari …",))),
        (
            replace(ROW, phase=Phase.INCOMPLETE, parts=3, seen=2),
            RowText(("2 dari 3 bagian",), "Letakkan 1 bagian yang kurang"),
        ),
        (replace(ROW, phase=Phase.PUT_BACK), RowText((), "Letakkan lagi di alas")),
        (replace(ROW, phase=Phase.PUT_BACK, stuck=Stuck.WRITING), RowText((), "Biarkan di situ sebentar")),
        (replace(ROW, phase=Phase.PUT_BACK, stuck=Stuck.MOVE), RowText((), "Geser sedikit di alas")),
        (replace(ROW, phase=Phase.PUT_BACK, stuck=Stuck.READER), RowText(("Alas tidak siap.",), "Biarkan di alas")),
        (
            replace(ROW, phase=Phase.PUT_BACK, stuck=Stuck.LOCKED),
            RowText(("Alarmnya tetap menyala.",), "Tunjukkan ke petugas"),
        ),
        (
            replace(ROW, mode=Mode.RETURN, phase=Phase.PUT_BACK, stuck=Stuck.LOCKED, arm=True),
            RowText(("Alarmnya tetap mati.",), "Serahkan ke petugas"),
        ),
        *(
            (replace(ROW, phase=Phase.UNREADABLE, odd=odd), RowText((said,), "Tunjukkan labelnya ke kamera"))
            for odd, said in {
                Oddity.BLANK: "Cip buku ini masih kosong.",
                Oddity.FOREIGN: "Cip perpustakaan lain.",
                Oddity.DAMAGED: "Cip buku ini tidak terbaca.",
                Oddity.UNKNOWN: "Jenis cip ini tidak kami kenal.",
                Oddity.NO_NUMBER: "Cip buku ini tidak bernomor.",
            }.items()
        ),
        (
            replace(ROW, phase=Phase.REFUSED, refusal=Refusal(Code.HELD, until=LATER)),
            RowText(("Dipesan anggota lain sampai 26 November.",), "Letakkan di troli reservasi"),
        ),
        (
            replace(ROW, phase=Phase.UNSURE),
            RowText(("Belum ada jawaban. Buku ini kami periksa.",), "Tanya petugas sebelum pulang"),
        ),
        (
            replace(ROW, phase=Phase.UNREADABLE),
            RowText(("Nomor buku ini tidak terbaca.",), "Tunjukkan labelnya ke kamera"),
        ),
        (replace(ROW, phase=Phase.UNDOING), RowText(("Sedang dibatalkan …",))),
        (replace(ROW, phase=Phase.UNDONE), RowText(("Dibatalkan",))),
        (
            replace(ROW, mode=Mode.RETURN, phase=Phase.RETURNED, bin=Bin.LEFT),
            RowText(("Sudah kembali",), "Letakkan di kotak kiri"),
        ),
        (
            replace(ROW, mode=Mode.RETURN, phase=Phase.RETURNED, bin=Bin.RIGHT, again=True),
            RowText(("Sudah tercatat kembali",), "Letakkan di kotak kanan"),
        ),
        (
            replace(ROW, mode=Mode.RETURN, phase=Phase.RETURNED, bin=Bin.STAFF, held=True),
            RowText(("Dipesan orang lain",), "Serahkan ke petugas"),
        ),
        (
            replace(ROW, mode=Mode.RETURN, phase=Phase.RETURNED, bin=Bin.TROLLEY, fee=2000),
            RowText(
                ("Sudah kembali", "Denda Rp2.000, bayar kapan saja di meja petugas."), "Letakkan di troli reservasi"
            ),
        ),
    ],
    ids=lambda value: f"{value.mode.value}-{value.phase.value}" if isinstance(value, Row) else "",
)
def test_a_row(row: Row, text: RowText) -> None:
    assert ID.row(row, TODAY, ZONE) == text


@BOTH
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("phase", Phase)
def test_every_row_says_something(words: Words, mode: Mode, phase: Phase) -> None:
    for again in (False, True):
        for due in (None, DUE):
            text = words.row(Row("x", mode, phase, 1, again=again, due=due), TODAY, ZONE)
            assert text.now or any(text.lines)
            assert not text.now.endswith(".")


def test_a_title_that_cannot_be_shown_is_this_book() -> None:
    assert ID.title("日本語") == "Buku ini"
    assert ID.title(" Siti\u202e Nurbaya\n") == "Siti Nurbaya"


@BOTH
@pytest.mark.parametrize("bin", Bin)
@pytest.mark.parametrize("held", [False, True])
def test_every_bin_has_a_sign(words: Words, bin: Bin, held: bool) -> None:
    sign = words.bin(bin, held=held)

    assert sign.lead
    assert sign.place
    assert sign.sentence.endswith(".")


def test_the_left_bin() -> None:
    sign = ID.bin(Bin.LEFT)

    assert (sign.lead, sign.place, sign.sentence) == ("Letakkan di", "Kotak kiri", "Letakkan di kotak kiri.")


# --- account


def test_loans() -> None:
    assert ID.loan(loan(9), TODAY, None).line == "9 hari lagi, 2 Desember"
    assert ID.loan(loan(1), TODAY, None).line == "Besok, 24 November"
    overdue = ID.loan(loan(-2), TODAY, Refusal(Code.OVERDUE, until=LATER))
    assert (overdue.left, overdue.date) == ("Terlambat 2 hari", "21 November")
    assert overdue.more == "Kembalikan dulu. Anda bisa pinjam lagi 26 November."
    assert ID.loan(loan(-2), TODAY, Refusal(Code.OVERDUE)).more == "Kembalikan dulu, lalu pinjam lagi."
    assert ID.loan(loan(-2), TODAY, None).more == "Silakan dikembalikan."


def test_holds() -> None:
    assert ID.hold(Hold("Layar Terkembang", LATER), TODAY) == RowText(("Siap diambil", "sampai 26 November"))
    assert ID.hold(Hold("Layar Terkembang"), TODAY) == RowText(("Belum tersedia",))


def test_renewals() -> None:
    item = Item("B1", "Hikayat Banjar")
    renewed = Renewed(item, date(2026, 12, 11))

    assert ID.renewal(renewed, TODAY, ZONE) == Sentence("Diperpanjang sampai Jumat, 11 Desember.")
    assert (
        ID.renewal(Refused(Refusal(Code.RENEWAL_HELD, until=DUE)), TODAY, ZONE).now == "Kembalikan sampai 2 Desember."
    )
    assert ID.renewal(Unknown(), TODAY, ZONE).now == "Tanya petugas sebelum pulang."


# --- menu


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sari", "Halo, Sari"),
        ("Muhammad Rizki", "Halo, Muhammad Ri…"),
        ("Abdurrahmann", "Halo, Abdurrahmann"),
        ("", "Halo"),
        ("日本", "Halo"),
        ("{name}", "Halo, {name}"),
    ],
)
def test_greeting(name: str, said: str) -> None:
    assert ID.greeting(replace(PATRON, first_name=name)) == said


@pytest.mark.parametrize(
    ("patron", "said"),
    [
        (replace(PATRON, can_borrow=5), "Bisa 5 buku lagi"),
        (replace(PATRON, can_borrow=0), "Batas sudah tercapai"),
        (PATRON, "Letakkan buku di alas"),
        (replace(PATRON, can_borrow=5, blocked=Refusal(Code.FEES)), "Tekan untuk tahu sebabnya"),
    ],
)
def test_the_hint_under_borrow(patron: Patron, said: str) -> None:
    assert ID.menu_borrow_hint(patron) == said


def test_the_other_hints() -> None:
    two = replace(PATRON, loans=(loan(1), loan(4)), holds=(Hold("a", LATER), Hold("b")), can_borrow=5)

    assert ID.menu_return_hint() == "Letakkan buku saja"
    assert ID.menu_renew_hint(two) == "2 buku dipinjam"
    assert ID.menu_renew_hint(PATRON) == "Belum ada pinjaman"
    assert ID.menu_account_hint(two) == "1 pesanan siap"
    assert ID.menu_account_hint(replace(PATRON, fees=2000)) == "Denda Rp2.000"
    assert ID.menu_account_hint(PATRON) == "Pinjaman dan pesanan"
    assert ID.loans_of_limit(two) == "2 dari 7 buku dipinjam"
    assert ID.loans_of_limit(PATRON) == "Belum ada pinjaman"


@pytest.mark.parametrize(
    ("days", "said"),
    [((1, 4), "1 besok"), ((0, 1), "1 hari ini"), ((-3, -1, 0), "2 terlambat"), ((2, 9), ""), ((), "")],
)
def test_the_chip_names_what_presses_most(days: tuple[int, ...], said: str) -> None:
    assert ID.menu_renew_chip(replace(PATRON, loans=tuple(loan(each) for each in days))) == said


# --- notices, counts, banners


@BOTH
@pytest.mark.parametrize("notice", Notice)
def test_every_notice_is_said(words: Words, notice: Notice) -> None:
    said = words.notice(notice, None, TODAY, ZONE)

    assert bool(said.what) is (notice is not Notice.NONE)
    assert not said.what or said.what.endswith((".", "…"))


def test_a_refused_notice_says_the_refusal() -> None:
    refusal = Refusal(Code.LIMIT, limit=3)

    assert ID.notice(Notice.REFUSED, refusal, TODAY, ZONE) == ID.refusal(refusal, TODAY, ZONE)


def test_counts() -> None:
    assert (ID.on_pad(3), ID.on_pad(0), ID.on_pad(3, ready=False)) == ("3 di alas", "Alas kosong", "Alas tidak siap")
    assert (ID.more_books(2), EN.more_books(1)) == ("2 buku lagi", "1 more book")
    assert ID.borrowed_due(4, DUE, TODAY) == "4 buku, kembali paling lambat Rabu, 2 Desember."
    assert EN.borrowed_due(1, TODAY + timedelta(1), TODAY) == "1 book, due by tomorrow."
    assert ID.books_due_by(4) == "4 buku, kembali paling lambat"
    assert EN.returned(1) == "1 book returned"
    assert ID.returned_unit(3) == "buku dikembalikan"
    assert EN.on_loan(1) == "1 book on loan"


def test_different_due_dates_are_a_list() -> None:
    dues = [DUE, TODAY + timedelta(1), DUE]

    assert ID.due_list(dues, TODAY) == ("Besok, 24 November: 1 buku", "Rabu, 2 Desember: 2 buku")


def test_banners() -> None:
    assert ID.offline_banner(Policy.BOTH).whole == "Sedang luring. Pinjam dan kembali tetap bisa."
    assert EN.offline_banner(Policy.RETURNS).whole == "Offline. You can still return books."
    assert EN.offline_banner(Policy.OFF).whole == "Offline. Please ask staff."
    assert EN.devices_banner(camera=True, reader=True).whole == ""
    assert EN.devices_banner(camera=False, reader=True).now == "Please use the pad."
    assert EN.devices_banner(camera=True, reader=False).now == "Please use the camera."
    assert EN.devices_banner(camera=False, reader=False).now == "Please ask staff."
    assert ID.told_staff(datetime(2026, 11, 23, 6, 45, tzinfo=UTC), ZONE) == "Petugas sudah diberi tahu pukul 14.45."


@BOTH
def test_every_page_has_help_and_every_face_a_word(words: Words) -> None:
    assert all(1 <= len(words.help_lines(screen)) <= 3 for screen in Screen)
    assert len({words.rating(rating) for rating in Rating}) == len(Rating)


def test_a_language_calls_itself_by_its_own_name() -> None:
    assert (ID.language_name("en"), EN.language_name("id"), EN.language_name("ar")) == ("English", "Bahasa", "AR")


@pytest.mark.parametrize(("sentence", "said"), [("One.", "One"), ("One. Two.", "One. Two."), ("One", "One"), ("", "")])
def test_a_label_loses_the_full_stop_of_a_single_sentence(sentence: str, said: str) -> None:
    assert label(sentence) == said


def test_a_library_systems_own_words_are_shown_as_far_as_there_is_room() -> None:
    short = Refusal(Code.OTHER, said="Item belongs to branch 2")
    assert EN.refusal(short, TODAY, ZONE).whole == "Item belongs to branch 2 Please ask staff."
    long = Refusal(Code.OTHER, said="The circulation policy of the owning branch does not permit loans, sorry")
    what = ID.refusal(long, TODAY, ZONE).what
    assert what.endswith("…")
    assert len(what) <= 50
