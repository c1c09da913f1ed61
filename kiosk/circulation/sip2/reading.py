"""Answers about items, loans and holds as the port's values. Pure: bytes and clocks are elsewhere."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from kiosk.circulation.port import Code, Item, Loan, Refusal
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.amounts import read_amount
from kiosk.circulation.sip2.dates import due_day
from kiosk.circulation.sip2.profile import HoldLists, Profile
from kiosk.circulation.sip2.refusals import WITHOUT_LOAN, meant, said
from kiosk.circulation.sip2.responses import ItemInformationResponse
from kiosk.circulation.sip2.text import clean
from kiosk.circulation.sip2.values import copy_status

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Days:
    """How this system writes dates, and where it is."""

    profile: Profile
    zone: tzinfo

    def read(self, text: str | None) -> date | None:
        """The day; ``None``, and a line in the log with the text's shape, for one that cannot be read."""
        if not text or not text.strip():
            return None
        day = due_day(text, self.profile.due_formats, self.zone)
        if day is None:
            log.warning(
                "a due date like '%s' cannot be read; add its pattern to circulation.sip2.dialect.due_formats",
                shape(text),
            )
        return day


def shape(text: str) -> str:
    """A text without what it says: digits as 9, letters as a."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", clean(text, 40)))


def item_of(number: str, title: str | None) -> Item:
    """A copy under the number the kiosk knows it by; without a title the number has to do."""
    return Item(number, clean(title or "") or number)


def copy_of(answer: ItemInformationResponse, number: str, days: Days) -> Copy | Refusal:
    """What 18 says. A copy without a title and in no known status does not exist: that is how servers say so."""
    status = copy_status(answer.circulation_status)
    words = said(answer.screen_message)
    if meant(words, days.profile) is Code.UNKNOWN_ITEM:
        return Refusal(Code.UNKNOWN_ITEM, said=words)
    if status is CopyStatus.OTHER and not clean(answer.title_identifier):
        return Refusal(Code.UNKNOWN_ITEM, said=words)
    may_be_lent = status not in WITHOUT_LOAN
    mark = (answer.due_date or answer.recall_date or "").strip() if may_be_lent else ""
    return Copy(
        item_of(number, answer.title_identifier),
        status,
        due=days.read(answer.due_date) if may_be_lent else None,
        mark=mark,
        waiting=_count(answer.hold_queue_length),
        collection=clean(answer.collection_code or ""),
        call_number=clean(answer.call_number or ""),
        location=clean(answer.permanent_location or ""),
        kept_until=days.read(answer.hold_pickup_date) if status is CopyStatus.HOLD_SHELF else None,
        fee=max(0, read_amount(answer.fee_amount) or 0),
    )


def loan_of(entry: str, copy: Copy | None, today: date) -> Loan:
    """A loan, from an entry of the list and what is known of the copy."""
    if copy is None:
        return Loan(item_of(entry, None), date.max, (date.max - today).days, due_known=False)
    due = copy.due or date.max
    return Loan(
        copy.item,
        due,
        (due - today).days,
        renewable=not copy.waiting and copy.status is not CopyStatus.RECALLED,
        due_known=copy.due is not None,
    )


def split_holds(lists: HoldLists, listed: Sequence[str], waiting: Sequence[str]) -> tuple[list[str], list[str]]:
    """The entries of both hold lists as (ready, waiting)."""
    if lists is HoldLists.READY:
        return list(listed), list(waiting)
    rest = list((Counter(listed) - Counter(waiting)).elements())
    if lists is HoldLists.ALL:
        return rest, list(waiting)
    return [], rest + list(waiting)


def is_number(entry: str) -> bool:
    """Whether a list's entry looks like a copy's number rather than like a title."""
    return bool(re.fullmatch(r"\S{1,64}", entry)) and any(letter.isdigit() for letter in entry)


def is_same(number: str, other: str) -> bool:
    """Whether two spellings are one number."""
    return number.strip().casefold() == other.strip().casefold()


def _count(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if re.fullmatch("[0-9]{1,4}", digits) else None
