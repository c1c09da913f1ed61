"""Sentences that belong to a page rather than to a book: notices, the menu's hints, counts, help, banners."""

from __future__ import annotations

from collections import Counter
from datetime import date, tzinfo
from typing import Final

from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import Code, Patron, Refusal
from kiosk.fonts.coverage import readable
from kiosk.locale.calendar import Calendar
from kiosk.locale.refusals import refusal as refusal_in_words
from kiosk.locale.texts import Sentence
from kiosk.session.model import Notice, Part, Rating, Screen, Standing

_NAME_LENGTH: Final = 12


def notice(words: Calendar, notice: Notice, refusal: Refusal | None, today: date, zone: tzinfo) -> Sentence:
    """The line about the last thing that happened; empty for none."""
    match notice:
        case Notice.NONE:
            return Sentence("")
        case Notice.READING_CARD:
            return Sentence(words("Reading the card …"))
        case Notice.STILL_LOOKING:
            return Sentence(words("Still looking …"))
        case Notice.NO_MATCH:
            return Sentence(words("Card or PIN does not match."), words("Please try again."))
        case Notice.REFUSED:
            return refusal_in_words(words, refusal or Refusal(Code.OTHER), today, zone)
        case Notice.NO_ANSWER:
            return Sentence(words("No answer yet."), words("Please try again or ask staff."))
        case Notice.SALES_CODE:
            return Sentence(words("That is the sales code."), words("Scan the library label."))
        case Notice.FOREIGN_CODE:
            return Sentence(words("We do not know this code."), words("Please try another one."))
        case Notice.CARD_NOT_BOOK:
            return Sentence(words("That is a card."), words("Please show a book."))
        case Notice.BOOK_NOT_CARD:
            return Sentence(words("That is a book."), words("Please show your card."))
        case Notice.STAFF_CALLED:
            return Sentence(words("Staff have been told."), words("Please wait here."))


def greeting(words: Calendar, patron: Patron) -> str:
    """*Hello, Sari*: the first name cut at 12 letters; without one, just the greeting."""
    name = readable(patron.first_name)
    if len(name) > _NAME_LENGTH:
        name = f"{name[: _NAME_LENGTH - 1].rstrip()}…"
    return words("Hello, {name}", name=name) if name else words("Hello")


# --- the menu -----------------------------------------------------------------------------------------------------


def borrow_hint(words: Calendar, patron: Patron) -> str:
    """Under *Borrow*: how many more, or where a blocked patron learns why."""
    if patron.blocked is not None:
        return words("Press to see why not yet")
    if patron.can_borrow is None:
        return words("Put the books on the pad")
    if patron.can_borrow <= 0:
        return words("The limit is reached")
    return words.plural(patron.can_borrow, "{n} more book possible", "{n} more books possible")


def return_hint(words: Calendar) -> str:
    """Under *Return*."""
    return words("Just put the books down")


def renew_hint(words: Calendar, patron: Patron) -> str:
    """Under *Renew*: the number of loans."""
    return on_loan(words, len(patron.loans))


def renew_chip(words: Calendar, patron: Patron) -> str:
    """The chip on *Renew*: what is overdue, else due today, else due tomorrow; empty when nothing is pressing."""
    days = Counter(max(loan.days_left, -1) for loan in patron.loans)
    if days[-1]:
        return words("{n} overdue", n=days[-1])
    if days[0]:
        return words("{n} today", n=days[0])
    return words("{n} tomorrow", n=days[1]) if days[1] else ""


def account_hint(words: Calendar, patron: Patron) -> str:
    """Under *My account*: holds that are ready, else what is owed, else what is behind it."""
    ready = sum(hold.can_be_fetched for hold in patron.holds)
    if ready:
        return words.plural(ready, "{n} hold ready", "{n} holds ready")
    if patron.fees > 0:
        return words("Fine {amount}", amount=words.money(patron.fees))
    return words("Loans and holds")


# --- counts -------------------------------------------------------------------------------------------------------


def on_loan(words: Calendar, n: int) -> str:
    """How many books the patron has."""
    return words.plural(n, "{n} book on loan", "{n} books on loan") if n else words("Nothing on loan yet")


def loans_of_limit(words: Calendar, patron: Patron) -> str:
    """On top of the account: *3 of 7 books on loan*, or without a limit how many."""
    n = len(patron.loans)
    if patron.can_borrow is None:
        return on_loan(words, n)
    return words("{n} of {limit} books on loan", n=n, limit=n + max(patron.can_borrow, 0))


def on_pad(words: Calendar, n: int, *, ready: bool = True) -> str:
    """The pad tile's line."""
    if not ready:
        return words("Pad not ready")
    return words.plural(n, "{n} on the pad", "{n} on the pad") if n else words("Pad empty")


def more_books(words: Calendar, n: int) -> str:
    """Beside the pager: how many are on other pages."""
    return words.plural(n, "{n} more book", "{n} more books")


def borrowed_due(words: Calendar, n: int, due: date, today: date) -> str:
    """The finish page in one sentence."""
    day = words.date(due, today)
    return words.plural(n, "{n} book, due by {date}.", "{n} books, due by {date}.", date=day)


def books_due_by(words: Calendar, n: int, *, estimated: bool) -> str:
    """The finish page's line over the date, which stands alone in large letters."""
    if estimated:
        return words.plural(n, "{n} book, due about", "{n} books, due about")
    return words.plural(n, "{n} book, due by", "{n} books, due by")


def due_list(words: Calendar, dues: list[date], today: date) -> tuple[str, ...]:
    """The finish page when dates differ: a line for each date, earliest first."""
    return tuple(
        words.plural(n, "{date}: {n} book", "{date}: {n} books", date=words.headline_date(due, today))
        for due, n in sorted(Counter(dues).items())
    )


def borrowed(words: Calendar, n: int) -> str:
    """*3 books borrowed*, where their dates are not known."""
    return words.plural(n, "{n} book borrowed", "{n} books borrowed")


def returned(words: Calendar, n: int) -> str:
    """*3 books returned*."""
    return words.plural(n, "{n} book returned", "{n} books returned")


def returned_unit(words: Calendar, n: int) -> str:
    """The words beside the large figure on the return page."""
    return words.plural(n, "book returned", "books returned")


# --- finish, help, banners ----------------------------------------------------------------------------------------


def rating(words: Calendar, rating: Rating) -> str:
    """The word under a face."""
    return {Rating.GOOD: words("Good"), Rating.SOSO: words("Fair"), Rating.BAD: words("Poor")}[rating]


def offline(words: Calendar, policy: Policy) -> Sentence:
    """The offline banner: what is wrong, and what still works."""
    match policy:
        case Policy.BOTH:
            return Sentence(words("Offline."), words("You can still borrow and return."))
        case Policy.RETURNS:
            return Sentence(words("Offline."), words("You can still return books."))
        case Policy.OFF:
            return Sentence(words("Offline."), words("Please ask staff."))


def devices(words: Calendar, *, camera: bool, reader: bool) -> Sentence:
    """The banner when a part is not ready; empty when both are."""
    if camera and reader:
        return Sentence("")
    if camera:
        return Sentence(words("The pad is not ready."), words("Please use the camera."))
    if reader:
        return Sentence(words("The camera is not ready."), words("Please use the pad."))
    return Sentence(words("Pad and camera are not ready."), words("Please ask staff."))


def help_lines(words: Calendar, screen: Screen) -> tuple[str, ...]:
    """What the help panel says on a page: at most three short sentences."""
    match screen:
        case Screen.WELCOME:
            return (
                words("Hold your card to the reader or the camera."),
                words("No card? Type your member number."),
                words("Returning needs no card."),
            )
        case Screen.NUMBER:
            return (words("The number is on your card."), words("Then press Next."))
        case Screen.PIN:
            return (words("The PIN keeps your account yours."), words("Forgot it? Staff can set a new one."))
        case Screen.MENU:
            return (words("Press what you would like to do."), words("You can come back here at any time."))
        case Screen.BORROW:
            return (
                words("Put the books on the pad, several at once."),
                words("Or show each label to the camera."),
                words("Then press Finish."),
            )
        case Screen.RETURN:
            return (
                words("Put the books on the pad, several at once."),
                words("The sign shows where they go."),
                words("Then press Finish."),
            )
        case Screen.ACCOUNT:
            return (words("Red is overdue, yellow is due soon."), words("Press a book to renew it."))
        case Screen.FINISH:
            return (words("Scan the code with your phone."), words("This page closes by itself."))
        case Screen.OUT_OF_SERVICE:
            return (words("Please ask staff."), words("Books can go into the book drop."))


# --- for staff ----------------------------------------------------------------------------------------------------


def part(words: Calendar, part: Part, *, ready: bool) -> str:
    """Whether a part of the kiosk can be used."""
    match part:
        case Part.CAMERA:
            return words("Camera ready") if ready else words("Camera not ready")
        case Part.READER:
            return words("Pad ready") if ready else words("Pad not ready")
        case Part.SCANNER:
            return words("Scanner ready") if ready else words("Scanner not ready")
        case Part.LIBRARY:
            return words("Library system answers") if ready else words("Library system does not answer")
        case Part.NETWORK:
            return words("Network connected") if ready else words("Network not connected")


def standing(words: Calendar, standing: Standing) -> tuple[tuple[str, bool], ...]:
    """A line for each thing staff want to know, and whether it is as it should be."""
    parts = [(part(words, each, ready=ready), ready) for each, ready in standing.parts]
    waiting, conflicts = standing.waiting, standing.conflicts
    sent = words("Everything sent")
    if waiting:
        sent = words.plural(waiting, "{n} operation still to be sent", "{n} operations still to be sent")
    settle = words.plural(conflicts, "{n} operation for staff to settle", "{n} operations for staff to settle")
    wrong = words.plural(standing.wrong_bits, "{n} book alarm to put right", "{n} book alarms to put right")
    amiss = [(settle, False)] * bool(conflicts) + [(wrong, False)] * bool(standing.wrong_bits)
    return (*parts, (sent, not waiting), *amiss)
