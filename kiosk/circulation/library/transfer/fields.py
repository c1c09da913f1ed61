"""What a file may hold of members, items, loans, holds and fees, and by which names other systems call it.

Headers are compared without case, blanks and signs: *No. Anggota* is ``noanggota``. For each field they stand in order
of preference: of two columns that fit, the first named here is taken and the other is reported as not used.

Names come from SLiMS 9 (``admin/modules/membership/export.php``, ``bibliography/item_export.php``), INLISLite 3 (its
tables), Koha (``borrowers``, ``items``) and from what librarians write in spreadsheets.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.circulation.library.transfer import values

Value = str | int | None


class Shown(enum.Enum):
    """How much of a bad value a report may repeat: it may be about a person, and the wrong column may be mapped."""

    NEVER = enum.auto()
    WITH_DIGITS = enum.auto()  # dates, yes and no, amounts: a value without any digit may be a name
    ALWAYS = enum.auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a kind. ``default`` stands for an empty cell; ``needed`` cells of new rows may not be empty."""

    name: str
    parse: Callable[[str], Value]
    headers: str = ""
    needed: bool = False
    default: Value = None
    shown: Shown = Shown.WITH_DIGITS


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is about. ``key`` names a row; ``unit`` is how one is called in a sentence."""

    name: str
    unit: str
    fields: tuple[Field, ...]
    key: str = "number"
    updates: bool = False

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


MEMBERS = Kind(
    "members",
    "member",
    (
        Field(
            "number",
            values.number,
            "memberid memberno nomoranggota noanggota idanggota nomorkartu nokartu cardnumber nim nis nip member nomor "
            "kode id",
            needed=True,
            shown=Shown.NEVER,
        ),
        Field(
            "name",
            values.text,
            "membername fullname namalengkap namaanggota nama",
            needed=True,
            shown=Shown.NEVER,
        ),
        Field(
            "type",
            values.text,
            "membertypename membertypeid membertype jenisanggota jenisanggotaid tipeanggota tipekeanggotaan "
            "categorycode kategori tipe jenis",
            default="umum",
            shown=Shown.ALWAYS,
        ),
        Field("born", values.day, "birthdate dateofbirth tanggallahir tgllahir dob", shown=Shown.NEVER),
        Field(
            "expires",
            values.day,
            "expiredate expirydate dateexpiry enddate berlakuhingga berlakusampai tanggalberakhir tglberakhir "
            "masaberlaku",
        ),
        Field("pending", values.flag, "ispending ditunda tertunda", default=0),
        Field("blocked", values.flag, "isblocked diblokir blokir", default=0),
        Field("suspended_until", values.day, "skorshingga skorssampai debarred"),
        Field("pin", values.pin, "pin", default="", shown=Shown.NEVER),
        Field("language", values.text, "lang bahasa", default=""),
    ),
    updates=True,
)

ITEMS = Kind(
    "items",
    "item",
    (
        Field(
            "number",
            values.number,
            "itemcode nomorbarcode barcode kodeeksemplar kodebarcode nobarcode kodeitem item noeksemplar noinduk "
            "nomorinduk",
            needed=True,
            shown=Shown.ALWAYS,
        ),
        Field("title_key", values.text, "biblioid biblionumber catalogid titleid idkatalog", default=""),
        Field("title", values.text, "judul judulbuku judulutama titlestatement", needed=True, shown=Shown.ALWAYS),
        Field("author", values.text, "authors pengarang penulis pengarangutama", default="", shown=Shown.ALWAYS),
        Field("publisher", values.text, "publishername penerbit publishercode", shown=Shown.ALWAYS),
        Field("year", values.year, "publishyear tahunterbit tahun publicationyear copyrightdate", shown=Shown.ALWAYS),
        Field(
            "call_number",
            values.text,
            "callnumber nopanggil nomorpanggil itemcallnumber",
            shown=Shown.ALWAYS,
        ),
        Field(
            "collection",
            values.text,
            "colltypename colltypeid tipekoleksi jeniskoleksi categoryname kategori category itype ccode koleksi",
            default="umum",
            shown=Shown.ALWAYS,
        ),
        Field(
            "status",
            values.status,
            "itemstatusname itemstatusid statusname statuseksemplar ketersediaan",
            default="available",
            shown=Shown.ALWAYS,
        ),
        Field("no_loan", values.flag, "notforloan tidakdipinjamkan", default=0, shown=Shown.ALWAYS),
        Field("parts", values.count(1, 99), "jumlahbagian bagian", default=1, shown=Shown.ALWAYS),
        Field("min_age", values.count(0, 99), "usiaminimum umurminimum", default=0, shown=Shown.ALWAYS),
        Field("tag_uid", values.tag, "tag uid taguid", default="", shown=Shown.ALWAYS),
        Field("location", values.text, "locationname lokasi lokasirak rak locationid", default="", shown=Shown.ALWAYS),
        Field("cost", values.cost, "price harga replacementprice hargaganti", shown=Shown.ALWAYS),
        Field("replaced_by", values.number, "diganti", shown=Shown.ALWAYS),
    ),
    updates=True,
)

LOANS = Kind(
    "loans",
    "loan",
    (
        Field("item", values.number, "itemcode nomorbarcode barcode kodeeksemplar", needed=True, shown=Shown.ALWAYS),
        Field(
            "member",
            values.number,
            "memberid memberno noanggota nomoranggota idanggota cardnumber",
            needed=True,
            shown=Shown.NEVER,
        ),
        Field("lent_at", values.moment, "loandate tanggalpinjam tglpinjam issuedate lent", needed=True),
        Field("due", values.day, "duedate jatuhtempo tanggalkembali tglkembali tanggaljatuhtempo datedue", needed=True),
        Field("renewals", values.count(0, 999), "renewed perpanjangan", default=0),
    ),
    key="item",
)

HOLDS = Kind(
    "holds",
    "hold",
    (
        Field("member", values.number, "memberid memberno noanggota nomoranggota", needed=True, shown=Shown.NEVER),
        Field("item", values.number, "itemcode nomorbarcode barcode kodeeksemplar", needed=True, shown=Shown.ALWAYS),
        Field("this_copy", values.flag, "eksemplarini", default=0),
        Field("created", values.moment, "reservedate tanggalreservasi", needed=True),
        Field("ready_item", values.number, "", shown=Shown.ALWAYS),
        Field("ready_until", values.day, ""),
        Field("shelf", values.text, "rakreservasi", default="", shown=Shown.ALWAYS),
    ),
    key="",
)

FEES = Kind(
    "fees",
    "fee",
    (
        Field("member", values.number, "memberid memberno noanggota nomoranggota", needed=True, shown=Shown.NEVER),
        Field("amount", values.rupiah, "jumlah denda jumlahdenda debet", needed=True),
        Field("kind", values.text, "jenisdenda", default="late", shown=Shown.ALWAYS),
        Field("item", values.number, "itemcode nomorbarcode barcode kodeeksemplar", shown=Shown.ALWAYS),
        Field("at", values.moment, "finesdate tanggal", needed=True),
    ),
    key="",
)

KINDS = {kind.name: kind for kind in (MEMBERS, ITEMS, LOANS, HOLDS, FEES)}
