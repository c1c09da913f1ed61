"""MARC 21 records as rows of items: a title from the bibliographic fields, a copy from each holdings field.

Title: 245 $a $b $n $p. Author: 100, 110, 111 or 700 $a. Publisher and year: 264 or 260 $b $c. Call number: of the copy
(952 $o), else 852 $h $i, else 082, 084 or 090 $a. Copies: 952 $p (Koha), 876 $p or 990 $a, whichever a record has, or
the field that is named. Of Koha's 952 also: $y collection, $c location, $v cost, $0 withdrawn, $1 lost, $4 damaged,
$7 not for loan. Punctuation of ISBD is taken off unless the leader says that there is none (position 18 is ``c``).

What MARC has no place for (parts, least age, tag, replacement) the export puts into 959 beside the copy's number ($p).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pymarc import Field, Record

from kiosk.circulation.library.transfer.source import ImportRefused

#: The cells of a row, in this order.
COLUMNS = (
    "title_key", "title", "author", "publisher", "year", "call_number",
    "number", "collection", "status", "no_loan", "location", "cost",
    "parts", "min_age", "tag_uid", "replaced_by",
)  # fmt: skip
#: Where a copy's number is looked for when nobody says where.
USUAL = ("952p", "876p", "990a")
OWN_TAG = "959"
#: Our own names of subfields in 959, by field.
OWN_CODES = {"parts": "n", "min_age": "a", "tag_uid": "t", "replaced_by": "r"}


@dataclass(frozen=True, slots=True)
class ItemField:
    """The field and subfield that hold a copy's number."""

    tag: str
    code: str

    @classmethod
    def parse(cls, text: str) -> ItemField:
        """``952p`` or ``952$p``."""
        found = re.fullmatch(r"(\d{3})\$?([0-9a-z])", text)
        if found is None or found[1] < "010":
            raise ImportRefused(f"'{text}' is no MARC subfield. Use a tag and a code, such as 952p.")
        return cls(found[1], found[2])


def rows(record: Record, item_field: ItemField | None) -> Iterator[list[str]]:
    """A row for each copy of the record."""
    holdings, code = _holdings(record, item_field)
    *title, call_number = _title_cells(record)
    own = {field["p"]: field for field in record.get_fields(OWN_TAG) if "p" in field}
    for held in holdings:
        for number in (text.strip() for text in held.get_subfields(code)):
            if number:
                shelved = _first(held, "o") if held.tag == "952" else ""
                yield [*title, shelved or call_number, number, *_copy_cells(held), *_own_cells(own.get(number))]


def _holdings(record: Record, item_field: ItemField | None) -> tuple[list[Field], str]:
    for where in (item_field,) if item_field else map(ItemField.parse, USUAL):
        found = [field for field in record.get_fields(where.tag) if where.code in field]
        if found:
            return found, where.code
    return [], ""


def _title_cells(record: Record) -> list[str]:
    """``title_key`` to ``call_number``."""
    punctuated = str(record.leader)[18:19] != "c"
    control = record.get_fields("001")
    title = _joined(record, ("245",), "abnp", punctuated)
    author = _joined(record, ("100", "110", "111", "700"), "a", punctuated)
    publisher = _joined(record, ("264", "260"), "b", punctuated)
    year = _joined(record, ("264", "260"), "c", punctuated)
    call_number = _joined(record, ("852",), "hi", punctuated=False) or _joined(
        record, ("082", "084", "090"), "a", punctuated=False
    )
    return [control[0].data.strip() if control and control[0].data else "", title, author, publisher, year, call_number]


def _joined(record: Record, tags: tuple[str, ...], codes: str, punctuated: bool) -> str:
    """These subfields of the first of these fields that has any."""
    for tag in tags:
        for field in record.get_fields(tag):
            parts = [text.strip() for text in field.get_subfields(*codes) if text.strip()]
            if parts:
                return _bare(" ".join(parts)) if punctuated else " ".join(parts)
    return ""


def _bare(text: str) -> str:
    """Without the sign that ISBD puts before the next area; a full stop stays after an initial (*Toer, P. A.*)."""
    text = re.sub(r"\s*[/:;,=]\s*$", "", text.strip())
    return re.sub(r"(?<=[^\W\d_]{2}|\d[\d\]])\.$", "", text)


def _copy_cells(held: Field) -> list[str]:
    """``collection`` to ``cost``, of Koha's field only."""
    if held.tag != "952":
        return [""] * 5
    states = (("0", "withdrawn"), ("1", "lost"), ("4", "repair"))
    status = next((name for code, name in states if _set(held, code)), "available")
    cost = _first(held, "v") or _first(held, "g")
    no_loan = "1" if _set(held, "7") else "0"
    return [_first(held, "y"), status, no_loan, _first(held, "c"), re.sub(r"\.\d+$", "", cost)]


def _own_cells(own: Field | None) -> list[str]:
    """``parts`` to ``replaced_by``."""
    return [""] * len(OWN_CODES) if own is None else [_first(own, code) for code in OWN_CODES.values()]


def _first(field: Field, code: str) -> str:
    return str(next(iter(field.get_subfields(code)), "")).strip()


def _set(field: Field, code: str) -> bool:
    return _first(field, code) not in ("", "0")
