"""Dates, times, money and numbers of days as people say them."""

from __future__ import annotations

import datetime as dt
import re

from kiosk.locale.catalogue import Catalogue


class Calendar(Catalogue):
    """A catalogue that also knows the language's dates, times and money."""

    def date(self, day: dt.date, today: dt.date) -> str:
        """A day inside a sentence: *today*, *tomorrow*, *Wednesday 2 December*; the year when it is another one."""
        return self._near(day, today) or self._long(day, today)

    def short_date(self, day: dt.date, today: dt.date) -> str:
        """A day inside a sentence without its weekday: *today*, *tomorrow*, *2 December*."""
        return self._near(day, today) or self.day_month(day, today)

    def day_month(self, day: dt.date, today: dt.date) -> str:
        """*2 December*, also for today and tomorrow."""
        words = self
        month = self._month(day)
        if day.year == today.year:
            return words("{day} {month}", day=day.day, month=month)
        return words("{day} {month} {year}", day=day.day, month=month, year=day.year)

    def headline_date(self, day: dt.date, today: dt.date) -> str:
        """A day that stands alone: *Today, 23 November*, *Tomorrow, 24 November*, *Wednesday 2 December*."""
        words = self
        if day == today:
            return words("Today, {date}", date=self.day_month(day, today))
        if day == today + dt.timedelta(days=1):
            return words("Tomorrow, {date}", date=self.day_month(day, today))
        return self._long(day, today)

    def full_date(self, day: dt.date) -> str:
        """*Wednesday 2 December 2026*: for paper, which is read on any day."""
        return self._long(day, dt.date.min)

    def time(self, value: dt.datetime | dt.time, zone: dt.tzinfo | None = None) -> str:
        """Hours and minutes of 24, in ``zone`` if it is given (then ``value`` must be an aware datetime)."""
        words = self
        if zone is not None and isinstance(value, dt.datetime):
            value = value.astimezone(zone)
        return words("{hour}:{minute}", hour=f"{value.hour:02}", minute=f"{value.minute:02}")

    def money(self, rupiah: int) -> str:
        """Whole rupiah: *Rp12.500* in every language, as it is printed on receipts."""
        words = self
        return words("Rp{amount}", amount=f"{rupiah:,}".replace(",", "."))

    def days_left(self, days: int) -> str:
        """How far away a due date is; negative is overdue."""
        words = self
        if days < 0:
            return words.plural(-days, "{n} day overdue", "{n} days overdue")
        if days == 0:
            return words("Today")
        if days == 1:
            return words("Tomorrow")
        return words.plural(days, "{n} day left", "{n} days left")

    def hours(self, opens: str, closes: str) -> str:
        """Today's opening hours; the times as in the configuration, ``08.00`` or ``08:00``."""
        words = self
        return words("Open today {opens}–{closes}", opens=self.clock(opens), closes=self.clock(closes))

    def clock(self, text: str) -> str:
        """A time of the configuration in this language; text that is no time stays as it is."""
        match = re.fullmatch(r"([01]?\d|2[0-3])[.:]([0-5]\d)", text.strip())
        return self.time(dt.time(int(match[1]), int(match[2]))) if match else text

    def _near(self, day: dt.date, today: dt.date) -> str:
        words = self
        if day == today:
            return words("today")
        if day == today + dt.timedelta(days=1):
            return words("tomorrow")
        return ""

    def _long(self, day: dt.date, today: dt.date) -> str:
        words = self
        weekday, month = self._weekday(day), self._month(day)
        if day.year == today.year:
            return words("{weekday} {day} {month}", weekday=weekday, day=day.day, month=month)
        return words("{weekday} {day} {month} {year}", weekday=weekday, day=day.day, month=month, year=day.year)

    def _weekday(self, day: dt.date) -> str:
        words = self
        return (
            words("Monday"),
            words("Tuesday"),
            words("Wednesday"),
            words("Thursday"),
            words("Friday"),
            words("Saturday"),
            words("Sunday"),
        )[day.weekday()]

    def _month(self, day: dt.date) -> str:
        words = self
        return (
            words("January"),
            words("February"),
            words("March"),
            words("April"),
            words("May"),
            words("June"),
            words("July"),
            words("August"),
            words("September"),
            words("October"),
            words("November"),
            words("December"),
        )[day.month - 1]
