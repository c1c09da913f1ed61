"""``Words``: everything the kiosk says in one language.

Screens keep the message and its fields, not the finished text, and ask again when the language changes.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import Bin, Hold, Loan, Patron, Refusal, RenewOutcome
from kiosk.locale import pages, rows
from kiosk.locale.calendar import Calendar
from kiosk.locale.catalogue import OWN_NAMES, LocaleError
from kiosk.locale.refusals import refusal as refusal_in_words
from kiosk.locale.texts import LoanText, RowText, Sentence, Sign
from kiosk.session.model import Notice, Rating, Row, Screen, Standing

__all__ = ["LoanText", "LocaleError", "RowText", "Sentence", "Sign", "Words"]


class Words(Calendar):
    """One language. ``words(message, **fields)`` translates; the methods say dates, money, refusals, rows, hints.

    ``zone`` is the library's time zone, ``today`` its calendar day. Nothing here knows the clock.
    """

    def language_name(self, language: str) -> str:
        """What a language calls itself, for the button that switches to it."""
        return OWN_NAMES.get(language, language.upper())

    # --- one thing that happened

    def refusal(self, refusal: Refusal, today: date, zone: tzinfo) -> Sentence:
        """What · why · until when, and what to do now."""
        return refusal_in_words(self, refusal, today, zone)

    def notice(self, notice: Notice, refusal: Refusal | None, today: date, zone: tzinfo) -> Sentence:
        """The page's line about the last thing that happened; both parts empty for none."""
        return pages.notice(self, notice, refusal, today, zone)

    def renewal(self, outcome: RenewOutcome, today: date, zone: tzinfo) -> Sentence:
        """What became of a renewal."""
        return rows.renewal(self, outcome, today, zone)

    # --- books

    def title(self, title: str) -> str:
        """A title, author or name as the typeface can show it; *This book* when nothing of it can be shown."""
        return rows.title(self, title)

    def row(self, row: Row, today: date, zone: tzinfo) -> RowText:
        """What stands under a row's title."""
        return rows.row(self, row, today, zone)

    def bin(self, bin: Bin, *, held: bool = False) -> Sign:
        """The sign panel of a bin."""
        return rows.sign(self, bin, held=held)

    def loan(self, loan: Loan, today: date, blocked: Refusal | None) -> LoanText:
        """A loan in the account; ``blocked`` is the patron's block."""
        return rows.loan(self, loan, today, blocked)

    def hold(self, hold: Hold, today: date) -> RowText:
        """A reservation in the account."""
        return rows.hold(self, hold, today)

    # --- the menu

    def greeting(self, patron: Patron) -> str:
        """*Hello, Sari*."""
        return pages.greeting(self, patron)

    def menu_borrow_hint(self, patron: Patron) -> str:
        """Under *Borrow*."""
        return pages.borrow_hint(self, patron)

    def menu_return_hint(self) -> str:
        """Under *Return*."""
        return pages.return_hint(self)

    def menu_renew_hint(self, patron: Patron) -> str:
        """Under *Renew*."""
        return pages.renew_hint(self, patron)

    def menu_renew_chip(self, patron: Patron) -> str:
        """On *Renew* when something is due; else empty."""
        return pages.renew_chip(self, patron)

    def menu_account_hint(self, patron: Patron) -> str:
        """Under *My account*."""
        return pages.account_hint(self, patron)

    # --- counts

    def on_loan(self, n: int) -> str:
        """*3 books on loan*."""
        return pages.on_loan(self, n)

    def loans_of_limit(self, patron: Patron) -> str:
        """*3 of 7 books on loan*."""
        return pages.loans_of_limit(self, patron)

    def on_pad(self, n: int, *, ready: bool = True) -> str:
        """The pad tile's line."""
        return pages.on_pad(self, n, ready=ready)

    def more_books(self, n: int) -> str:
        """*2 more books*, beside the pager."""
        return pages.more_books(self, n)

    def borrowed_due(self, n: int, due: date, today: date) -> str:
        """*4 books, due by Wednesday 2 December.*"""
        return pages.borrowed_due(self, n, due, today)

    def books_due_by(self, n: int, *, estimated: bool = False) -> str:
        """*4 books, due by*: the line over :meth:`headline_date`; *due about* by offline rules."""
        return pages.books_due_by(self, n, estimated=estimated)

    def due_list(self, dues: list[date], today: date) -> tuple[str, ...]:
        """A line for each due date with its number of books."""
        return pages.due_list(self, dues, today)

    def borrowed(self, n: int) -> str:
        """*3 books borrowed*."""
        return pages.borrowed(self, n)

    def returned(self, n: int) -> str:
        """*3 books returned*."""
        return pages.returned(self, n)

    def returned_unit(self, n: int) -> str:
        """*books returned*, beside the large figure."""
        return pages.returned_unit(self, n)

    # --- finish, help, banners

    def rating(self, rating: Rating) -> str:
        """The word under a face."""
        return pages.rating(self, rating)

    def offline_banner(self, policy: Policy) -> Sentence:
        """``what`` in bold, then what still works."""
        return pages.offline(self, policy)

    def devices_banner(self, *, camera: bool, reader: bool) -> Sentence:
        """What to use instead of a part that is not ready; empty when both are."""
        return pages.devices(self, camera=camera, reader=reader)

    def help_lines(self, screen: Screen) -> tuple[str, ...]:
        """At most three short sentences for the help panel of a page."""
        return pages.help_lines(self, screen)

    def told_staff(self, since: datetime, zone: tzinfo) -> str:
        """On the out-of-service page: that staff know, and since when."""
        words = self
        return words("Staff were told at {time}.", time=self.time(since, zone))

    def standing(self, standing: Standing) -> tuple[tuple[str, bool], ...]:
        """Lines for staff, each with whether it is as it should be."""
        return pages.standing(self, standing)
