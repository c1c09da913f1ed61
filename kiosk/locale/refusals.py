"""Every refusal in words: what · why · until when, and what to do now. What is not known is left out."""

from __future__ import annotations

from datetime import date, tzinfo

from kiosk.circulation.port import Code, Refusal
from kiosk.fonts.coverage import readable
from kiosk.locale.calendar import Calendar
from kiosk.locale.texts import Sentence

_LONGEST = 48


def refusal(words: Calendar, refusal: Refusal, today: date, zone: tzinfo) -> Sentence:
    """The two sentences of one refusal. ``zone`` is the library's; times are said in it."""
    match refusal.code:
        case (
            Code.NO_MATCH
            | Code.PIN_REQUIRED
            | Code.PIN_LOCKED
            | Code.EXPIRED
            | Code.PENDING
            | Code.BLOCKED
            | Code.SUSPENDED
            | Code.OVERDUE
            | Code.FEES
        ):
            return _about_patron(words, refusal, today, zone)
        case Code.NOT_ON_LOAN | Code.RENEWAL_LIMIT | Code.RENEWAL_HELD:
            return _about_renewal(words, refusal, today)
        case Code.OFFLINE:
            return Sentence(words("Offline."), words("Possible again when online."))
        case Code.OTHER if refusal.said:
            return Sentence(_short(readable(refusal.said)), words("Please ask staff."))
        case Code.OTHER:
            return Sentence(words("This is not possible here."), words("Please ask staff."))
        case _:
            return _about_item(words, refusal, today)


def _short(said: str) -> str:
    """A foreign system's words as far as a row has room for them, cut between words."""
    if len(said) <= _LONGEST:
        return said
    return said[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"


def _about_patron(words: Calendar, refusal: Refusal, today: date, zone: tzinfo) -> Sentence:
    until = refusal.until
    match refusal.code:
        case Code.NO_MATCH:
            return Sentence(words("Card or PIN does not match."), words("Please try again."))
        case Code.PIN_REQUIRED:
            return Sentence(words("Card read."), words("Enter your PIN."))
        case Code.PIN_LOCKED:
            return Sentence(_tries(words, refusal.limit), _wait(words, refusal, today, zone))
        case Code.EXPIRED:
            day = words.day_month(until, today) if until else ""
            what = words("Your card expired on {date}.", date=day) if day else words("Your card has expired.")
            return Sentence(what, words("Staff can renew it now."))
        case Code.PENDING:
            return Sentence(words("Your membership is not active yet."), words("Please see staff."))
        case Code.SUSPENDED if until:
            return Sentence(
                words(
                    "You cannot borrow yet: a book was late. You can again from {date}.",
                    date=words.short_date(until, today),
                )
            )
        case Code.SUSPENDED:
            return Sentence(words("You cannot borrow yet: a book was late."), words("Please ask staff."))
        case Code.OVERDUE:
            return _overdue(words, refusal, today)
        case Code.FEES:
            owed = refusal.amount
            what = (
                words("There is a fine of {amount}.", amount=words.money(owed)) if owed else words("There is a fine.")
            )
            return Sentence(what, words("Please pay at the desk first."))
        case _:
            return Sentence(words("You cannot borrow for now."), words("Please ask staff."))


def _overdue(words: Calendar, refusal: Refusal, today: date) -> Sentence:
    """``until`` in the past is the due date of the one book that is asked about; later it is the end of the block."""
    until, late = refusal.until, refusal.seen
    if until and until < today:
        what = words("This book was due on {date}.", date=words.day_month(until, today))
        return Sentence(what, words("Please return it."))
    what = words.plural(late, "{n} book is overdue.", "{n} books are overdue.") if late else words("A book is overdue.")
    if until:
        again = words("You can borrow again from {date}.", date=words.short_date(until, today))
        return Sentence(f"{what} {again}", words("Return it first."))
    return Sentence(what, words("Return it first, then borrow again."))


def _tries(words: Calendar, limit: int | None) -> str:
    if limit is None:
        return words("Too many tries.")
    return words("Three tries used.") if limit == 3 else words.plural(limit, "{n} try used.", "{n} tries used.")


def _wait(words: Calendar, refusal: Refusal, today: date, zone: tzinfo) -> str:
    """A time can be waited for when it is today's; otherwise only staff can help."""
    moment = refusal.until_time.astimezone(zone) if refusal.until_time else None
    if moment is not None and moment.date() == today:
        return words("Wait until {time} or call staff.", time=words.time(moment))
    return words("Please call staff.")


def _about_item(words: Calendar, refusal: Refusal, today: date) -> Sentence:
    limit, until = refusal.limit, refusal.until
    match refusal.code:
        case Code.LIMIT:
            if limit is None:
                return Sentence(words("You have reached the loan limit."), words("Return one to borrow this."))
            what = words.plural(limit, "You have {n} book, the limit.", "You have {n} books, the limit.")
            return Sentence(what, words("Return one to borrow this."))
        case Code.UNKNOWN_ITEM:
            return Sentence(words("This book is not registered yet."), words("Please hand it to staff."))
        case Code.HELD:
            what = (
                words("Reserved for someone else until {date}.", date=words.short_date(until, today))
                if until
                else words("Reserved for someone else.")
            )
            return Sentence(what, words("Leave it on the hold trolley."))
        case Code.NOT_FOR_LOAN:
            return Sentence(words("Reference item, for reading here."), words("Please use the reading room."))
        case Code.AGE:
            what = words("For members aged {years} and over.", years=limit) if limit else words("For older members.")
            return Sentence(what, words("Choose another book or ask staff."))
        case Code.ON_LOAN:
            return Sentence(words("Still recorded as on loan."), words("Please hand it to staff."))
        case Code.SET_INCOMPLETE:
            return _set(words, refusal)
        case Code.WRONG_USE:
            return Sentence(words("This is not a book for loan."), words("Please hand it to staff."))
        case _:
            return Sentence(words("This book is not available for loan."), words("Please hand it to staff."))


def _set(words: Calendar, refusal: Refusal) -> Sentence:
    # Which part is missing is not known, only how many are there.
    seen, parts = refusal.seen, refusal.limit
    if seen is None or parts is None:
        return Sentence(words("Parts of this set are missing."), words("Add all parts."))
    what = words("{seen} of {parts} parts so far.", seen=seen, parts=parts)
    return Sentence(what, words.plural(max(parts - seen, 1), "Add the missing part.", "Add the {n} missing parts."))


def _about_renewal(words: Calendar, refusal: Refusal, today: date) -> Sentence:
    now = (
        words("Return it by {date}.", date=words.short_date(refusal.until, today))
        if refusal.until
        else words("Please return it on time.")
    )
    match refusal.code:
        case Code.RENEWAL_HELD:
            return Sentence(words("Cannot be renewed: someone is waiting."), now)
        case Code.RENEWAL_LIMIT if refusal.limit:
            what = words.plural(
                refusal.limit,
                "Cannot be renewed: already renewed {n} time.",
                "Cannot be renewed: already renewed {n} times.",
            )
            return Sentence(what, now)
        case Code.RENEWAL_LIMIT if refusal.limit == 0:
            return Sentence(words("This book cannot be renewed."), now)
        case Code.RENEWAL_LIMIT:
            return Sentence(words("Cannot be renewed again."), now)
        case _:
            return Sentence(words("This book is not recorded as on loan."), words("Please ask staff."))
