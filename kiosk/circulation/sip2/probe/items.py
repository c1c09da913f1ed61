"""Detectives of items: dates, unknown numbers, the terminal's password, the institution."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta

from kiosk.circulation.sip2.dates import due_day, parse_date
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Step
from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.probe.session import any_status
from kiosk.circulation.sip2.responses import (
    CheckinResponse,
    CheckoutResponse,
    ItemInformationResponse,
    PatronInformationResponse,
)
from kiosk.circulation.sip2.values import MessageCode, copy_status, supports

#: So many questions without an answer are no chance.
_SEVERAL = 2
_DAYS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", ",%H:%M", ", %H:%M", " %H.%M")
_ALL = tuple(day + time for day in _DAYS for time in _TIMES)
#: A due date further away than this is a misread one; one that was given just now lies ahead.
_PLAUSIBLE = timedelta(days=730)
_NEW_LOAN = (timedelta(0), timedelta(days=400))


def due_formats(seen: Evidence) -> Finding:
    """How AH is written."""
    texts = [text for text in (*_old_dates(seen), *_new_dates(seen)) if text]
    if not texts:
        return unknown("due_formats", "No due date was seen. Name an item that is on loan (--loan-item).")
    strange = [text for text in texts if parse_date(text) is None]
    if not strange:
        return Finding("due_formats", (), "Due dates are SIP or ISO dates, which need no pattern.")
    patterns = [pattern for pattern in _ALL if _reads_all(pattern, seen)]
    example = strange[0] if re.fullmatch(r"[\w .,:/-]{1,40}", strange[0]) else "not printable"
    if not patterns:
        return unknown("due_formats", f"Due dates look like '{example}', which no usual pattern reads: set it by hand.")
    if len(patterns) > 1:
        both = " or ".join(patterns)
        return unknown("due_formats", f"Due dates look like '{example}', which can be {both}. Look it up there.")
    return Finding("due_formats", (patterns[0],), f"Due dates look like '{example}'.")


def due_days(text: str, seen: Evidence) -> set[date]:
    """Every day that a due date in an answer can mean."""
    known = due_day(text, (), seen.zone)
    if known is not None:
        return {known}
    return {day for pattern in _ALL if (day := _day(text.strip(), pattern)) is not None and _near(day, seen.today)}


def _old_dates(seen: Evidence) -> list[str]:
    return [(answer.due_date or "").strip() for _, answer in seen.answers(ItemInformationResponse)]


def _new_dates(seen: Evidence) -> list[str]:
    return [answer.due_date.strip() for _, answer in seen.answers(CheckoutResponse) if answer.ok]


def _reads_all(pattern: str, seen: Evidence) -> bool:
    """Whether a pattern makes a possible due date of every text that is no SIP or ISO date."""
    old = [_day(text, pattern) for text in _old_dates(seen) if text and parse_date(text) is None]
    new = [_day(text, pattern) for text in _new_dates(seen) if text and parse_date(text) is None]
    least, most = _NEW_LOAN
    return all(day is not None and _near(day, seen.today) for day in old) and all(
        day is not None and least <= day - seen.today <= most for day in new
    )


def _near(day: date, today: date) -> bool:
    return abs(day - today) <= _PLAUSIBLE


def _day(text: str, pattern: str) -> date | None:
    if "%y" in pattern and re.search(r"\d{4}", text):
        return None
    return due_day(text, (pattern,), UTC)


def zone(seen: Evidence) -> Finding:
    """Which time its stamps are in, so that ours are alike."""
    stamps = [
        *(answer.transaction_date for _, answer in seen.answers(ItemInformationResponse)),
        *(answer.transaction_date for _, answer in seen.answers(PatronInformationResponse)),
        *(answer.transaction_date for _, answer in seen.answers(CheckoutResponse)),
        *(answer.transaction_date for _, answer in seen.answers(CheckinResponse)),
    ]
    letters = {stamp[8:12].strip() for stamp in stamps if len(stamp) == 18}
    if not letters:
        return unknown("zone", "No date was seen in an answer.")
    if letters == {""}:
        return Finding("zone", "", "Its dates are in local time (no zone).")
    if letters == {"Z"}:
        return Finding("zone", "Z", "Its dates are in UTC (Z).", Confidence.LIKELY)
    return unknown("zone", "Its dates name different zones; local time is understood everywhere.")


def unknown_item(seen: Evidence) -> Finding:
    """Whether 17 works, and what it says of a number that does not exist."""
    step = seen[Step.UNKNOWN_ITEM]
    if step.end is End.NOT_ASKED:
        return unknown("server.unknown_item", "It was not asked.")
    answer = step.message
    if not isinstance(answer, ItemInformationResponse):
        return Finding("server.unknown_item", "no answer", f"Asked for an item that does not exist: {step.said}.")
    blank = not answer.title_identifier.strip()
    said = f"status {answer.circulation_status}{', no title' if blank else ', with a title'}"
    return Finding(
        "server.unknown_item", said, "This is how it answers 17 for an item that does not exist.", alarm=not blank
    )


def item_before_checkin(seen: Evidence) -> Finding:
    """Whether 17 can be asked before a return."""
    answers = seen.answers(ItemInformationResponse)
    if any(answer.title_identifier.strip() for _, answer in answers):
        return Finding("item_before_checkin", True, "17 tells about items.")
    asked = [
        seen[step] for step in (Step.ITEM, Step.LOAN_ITEM, Step.UNKNOWN_ITEM) if seen[step].end is not End.NOT_ASKED
    ]
    if answers:
        return Finding("item_before_checkin", True, "17 is answered; no real item was asked for.", Confidence.LIKELY)
    if not asked:
        return unknown("item_before_checkin", "17 was not asked.")
    status = any_status(seen)
    if status is not None and supports(status.supported_messages, MessageCode.ITEM_INFORMATION) is False:
        return Finding("item_before_checkin", False, f"BX says no to 17, and it is not answered: {asked[0].said}.")
    if len(asked) < _SEVERAL:
        return unknown("item_before_checkin", f"17 was not answered: {asked[0].said}.")
    return Finding("item_before_checkin", False, f"17 is never answered: {asked[0].said}.", Confidence.LIKELY)


def loan_told(seen: Evidence) -> Finding | None:
    """Whether 18 tells a loan's due date: the fingerprint without which an offline return goes to staff."""
    answer = seen.answer(Step.LOAN_ITEM, ItemInformationResponse)
    if answer is None:
        return None
    if (answer.due_date or "").strip():
        return Finding("server.loan_mark", "due date", "17 tells when a lent item is due: loans can be told apart.")
    if not copy_status(answer.circulation_status).on_loan:
        return unknown("server.loan_mark", f"The --loan-item is not on loan (status {answer.circulation_status}).")
    return Finding(
        "server.loan_mark",
        "none",
        "17 tells no due date: returns taken in offline go to the staff list when anything is unclear.",
        alarm=True,
    )


def terminal_password(seen: Evidence) -> Finding:
    """Whether AC may be sent, and must be."""
    with_it, without = seen[Step.UNKNOWN_ITEM], seen[Step.WITHOUT_AC]
    rest = (Step.ITEM, Step.LOAN_ITEM, Step.NO_PIN)
    if with_it.frame is not None or any(seen[step].frame is not None for step in rest):
        if without.end is End.NOT_ASKED:
            return Finding("terminal_password", True, "Messages with AC are answered.", Confidence.LIKELY)
        also = "are answered too" if without.frame is not None else f"are not: {without.said}"
        return Finding("terminal_password", True, f"Messages with AC are answered; without it they {also}.")
    if without.frame is not None:
        said = f"Without AC it answers; with it: {with_it.said}."
        return Finding("terminal_password", False, said, Confidence.LIKELY)
    return unknown("terminal_password", f"17 was not answered: {with_it.said}.")


def institution(seen: Evidence) -> Finding:
    """Whether AO has to be right."""
    own, other = seen[Step.ITEM if seen.item else Step.UNKNOWN_ITEM], seen[Step.OTHER_INSTITUTION]
    if own.frame is None or other.end is End.NOT_ASKED:
        return unknown("server.institution", "17 is not answered, so another institution could not be tried.")
    if other.frame is None:
        return Finding("server.institution", "must be right", f"In the name of another institution: {other.said}.")
    if _plain(own.frame.body) != _plain(other.frame.body):
        return Finding(
            "server.institution",
            "must be right",
            "In the name of another institution it answers differently.",
            Confidence.LIKELY,
        )
    said = "In the name of another institution the answer is the same"
    said += "." if seen.item else " for an item that does not exist; name one (--item) to be sure."
    return Finding("server.institution", "any", said, Confidence.LIKELY)


def _plain(body: bytes) -> bytes:
    """An answer without its date and institution."""
    return re.sub(rb"AO[^|]*\|", b"", body[:8] + body[26:])
