"""Books in words: rows of the borrow and return lists, loans, holds, renewals."""

from __future__ import annotations

from datetime import date, tzinfo

from kiosk.circulation.port import Bin, Code, Hold, Loan, Refusal, Refused, Renewed, RenewOutcome
from kiosk.fonts.coverage import readable
from kiosk.locale.calendar import Calendar
from kiosk.locale.refusals import refusal as refusal_in_words
from kiosk.locale.texts import LoanText, RowText, Sentence, Sign, label
from kiosk.session.model import Mode, Oddity, Phase, Row, Stuck


def title(words: Calendar, title: str) -> str:
    """A title as the typeface can show it, on one line; *This book* when nothing of it can be shown."""
    return readable(title) or words("This book")


def row(words: Calendar, row: Row, today: date, zone: tzinfo) -> RowText:
    """What stands under the title of one row."""
    match row.phase:
        case Phase.WAITING:
            return RowText((words("Please wait …"),))
        case Phase.LATE:
            return RowText((words("Still looking …"),))
        case Phase.INCOMPLETE:
            lines = (words("{seen} of {parts} parts", seen=row.seen, parts=row.parts),)
            return RowText(
                lines,
                words.plural(max(row.parts - row.seen, 1), "Add the missing part", "Add the {n} missing parts"),
            )
        case Phase.PUT_BACK:
            return _put_back(words, row)
        case Phase.REFUSED:
            said = refusal_in_words(words, row.refusal or Refusal(Code.OTHER), today, zone)
            return RowText((said.what,), label(said.now))
        case Phase.UNSURE:
            what = words("No answer yet. We are checking this book.")
            return RowText((what,), words("Ask staff before you leave"))
        case Phase.UNREADABLE:
            return RowText((_odd(words, row.odd),), words("Show its label to the camera"))
        case Phase.UNDOING:
            return RowText((words("Cancelling …"),))
        case Phase.UNDONE:
            return RowText((words("Cancelled"),))
        case Phase.BORROWED:
            return RowText((_borrowed(words, row, today),))
        case Phase.RETURNED:
            return _returned(words, row)


def _put_back(words: Calendar, row: Row) -> RowText:
    """What would get its security bit right."""
    match row.stuck:
        case Stuck.LEFT:
            return RowText((), words("Put it back on the pad"))
        case Stuck.WRITING:
            return RowText((), words("Leave it there a moment"))
        case Stuck.MOVE:
            return RowText((), words("Move it a little on the pad"))
        case Stuck.READER:
            return RowText((words("The pad is not ready."),), words("Leave it on the pad"))
        case Stuck.LOCKED if row.arm:
            return RowText((words("Its alarm stays off."),), label(words("Hand it to staff.")))
        case Stuck.LOCKED:
            return RowText((words("Its alarm stays on."),), words("Show it to staff"))


def _odd(words: Calendar, odd: Oddity) -> str:
    """Why a tag names no book of this library."""
    match odd:
        case Oddity.NONE:
            return words("This tag names no book here.")
        case Oddity.BLANK:
            return words("The chip in this book is empty.")
        case Oddity.FOREIGN:
            return words("A chip of another library.")
        case Oddity.DAMAGED:
            return words("The chip in this book cannot be read.")
        case Oddity.UNKNOWN:
            return words("We do not know this kind of chip.")
        case Oddity.NO_NUMBER:
            return words("The chip in this book has no number.")


def _borrowed(words: Calendar, row: Row, today: date) -> str:
    if row.mode is Mode.RETURN or row.due is None:
        return words("Borrowed")
    if row.again:
        return words("Already borrowed earlier")
    day = words.date(row.due, today)
    return words("Due about {date}, an estimate", date=day) if row.estimated else words("Due {date}", date=day)


def _returned(words: Calendar, row: Row) -> RowText:
    if row.held:
        lines = [words("Reserved for someone else")]
    elif row.again:
        lines = [words("Already returned")]
    elif row.estimated:
        lines = [words("Received. It leaves your account when we are online again.")]
    else:
        lines = [words("Returned")]
    if row.fee > 0:
        lines.append(words("Fine of {amount}, pay at the desk any time.", amount=words.money(row.fee)))
    return RowText(tuple(lines), label(sign(words, row.bin or Bin.LEFT, held=row.held).sentence))


def sign(words: Calendar, bin: Bin, *, held: bool = False) -> Sign:
    """The panel that says where a returned book goes. ``held``: someone waits for it."""
    match bin:
        case Bin.LEFT:
            return Sign(words("Put it in the"), words("Left bin"), words("Put it in the left bin."))
        case Bin.RIGHT:
            return Sign(words("Put it in the"), words("Right bin"), words("Put it in the right bin."))
        case Bin.TROLLEY:
            return Sign(words("Leave it on the"), words("Hold trolley"), words("Leave it on the hold trolley."))
        case Bin.STAFF:
            sentence = words("Hand it to staff.") if held else words("Please hand it to staff.")
            return Sign(words("Hand it to"), words("Staff"), sentence)


def loan(words: Calendar, loan: Loan, today: date, blocked: Refusal | None) -> LoanText:
    """A loan in the account. What a block means stands with the overdue loans that cause it."""
    if not loan.due_known:
        return LoanText(words("On loan"), words("On loan"), "")
    left, day = words.days_left(loan.days_left), words.day_month(loan.due, today)
    line = words("{left}, {date}", left=left, date=day)
    if loan.days_left >= 0:
        return LoanText(line, left, day)
    if blocked is None or blocked.code is not Code.OVERDUE:
        return LoanText(line, left, day, words("Please return it."))
    if blocked.until and blocked.until > today:
        again = words.short_date(blocked.until, today)
        return LoanText(line, left, day, words("Return it first. You can borrow again from {date}.", date=again))
    return LoanText(line, left, day, words("Return it first, then borrow again."))


def hold(words: Calendar, hold: Hold, today: date) -> RowText:
    """A reservation in the account."""
    if not hold.can_be_fetched:
        return RowText((words("Not here yet"),))
    if hold.ready_until is None:
        return RowText((words("Ready to collect"),))
    until = words("until {date}", date=words.short_date(hold.ready_until, today))
    return RowText((words("Ready to collect"), until))


def renewal(words: Calendar, outcome: RenewOutcome, today: date, zone: tzinfo) -> Sentence:
    """What became of a renewal."""
    match outcome:
        case Renewed(due_known=False):
            return Sentence(words("Renewed."))
        case Renewed(due=due):
            return Sentence(words("Renewed until {date}.", date=words.date(due, today)))
        case Refused(refusal=refusal):
            return refusal_in_words(words, refusal, today, zone)
        case _:
            return Sentence(words("No answer yet. We are checking this book."), words("Ask staff before you leave."))
