"""The sentences of the reports, in Indonesian and English, and how numbers and days are written in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from collector.reports.sentences import SENTENCES
from collector.sentences import DAYS_SHORT, LANGUAGES, MONTHS, MONTHS_SHORT

__all__ = ["LANGUAGES", "ReportWords"]


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The catalogue of one language."""

    language: str

    def say(self, key: str, **fields: object) -> str:
        """The message ``key`` with its fields; whole numbers are written the language's way. ``n=1`` takes ``key.1``
        where there is one."""
        catalogue = SENTENCES[self.language]
        if fields.get("n") == 1 and f"{key}.1" in catalogue:
            key = f"{key}.1"
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in fields.items()}
        return catalogue[key].format(**shown)

    def operation(self, name: str) -> str:
        """What a kiosk did, or how it ended; a name that nobody has words for stays as it is."""
        return SENTENCES[self.language].get(f"operation.{name}", name)

    def number(self, value: int) -> str:
        """8.142 or 8,142; a real minus sign."""
        text = f"{abs(value):,}"
        text = text.replace(",", ".") if self.language == "id" else text
        return f"−{text}" if value < 0 else text

    def signed(self, value: int) -> str:
        """+38 or −12."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def tenths(self, value: int) -> str:
        """351 tenths: 35,1 or 35.1."""
        return self._decimal(value, 1)

    def hundredths(self, value: int) -> str:
        """8 hundredths: 0,08 or 0.08."""
        return self._decimal(value, 2)

    def percent(self, value: int) -> str:
        """971 tenths of a per cent: 97,1 % or 97.1 %."""
        return f"{self._decimal(value, 1)} %"

    def change(self, value: int) -> str:
        """60 tenths of a per cent: +6.0 %."""
        return f"{'+' if value > 0 else ''}{self.percent(value)}"

    def about(self, value: int) -> str:
        """A change in a sentence, without sign: 6 %, but 0,4 %."""
        return f"{self.number((abs(value) + 5) // 10)} %" if abs(value) >= 10 else self.percent(abs(value))

    def factor(self, value: int) -> str:
        """1040 thousandths: ×1,04 or ×1.04."""
        return f"×{self._decimal((value + 5) // 10, 2)}"

    def _decimal(self, value: int, places: int) -> str:
        whole, rest = divmod(abs(value), 10**places)
        point = "," if self.language == "id" else "."
        return f"{'−' if value < 0 else ''}{self.number(whole)}{point}{rest:0{places}d}"

    def weekday(self, weekday: int) -> str:
        """Thu."""
        return DAYS_SHORT[self.language][weekday]

    def month(self, day: date) -> str:
        """October 2026."""
        return f"{MONTHS[self.language][day.month - 1]} {day.year}"

    def short_month(self, day: date) -> str:
        """Oct."""
        return MONTHS_SHORT[self.language][day.month - 1]

    def day(self, day: date) -> str:
        """19 November 2026."""
        return f"{day.day} {MONTHS[self.language][day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """19 Nov."""
        return f"{day.day} {self.short_month(day)}"

    def weekday_day(self, day: date) -> str:
        """Thu 19 Nov 2026."""
        return f"{self.weekday(day.weekday())} {self.short_day(day)} {day.year}"

    def span(self, first: date, last: date) -> str:
        """28 Sep – 19 Nov 2026, 1–30 November 2026, or one day."""
        if first == last:
            return self.day(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.day(last)}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{self.short_day(first)}{year} – {self.short_day(last)} {last.year}"

    def hour(self, hour: int) -> str:
        """15–16."""
        return f"{hour:02d}–{hour + 1:02d}"

    def hours_of_day(self, first: int, end: int) -> str:
        """14–16: from the beginning of one hour to that of another."""
        return f"{first:02d}–{end:02d}"

    def hours(self, seconds: int) -> str:
        """Seconds as whole hours, or minutes below one."""
        if seconds < 3600:
            return self.say("minutes", n=max(1, seconds // 60))
        return self.say("hours", n=(seconds + 1800) // 3600)
