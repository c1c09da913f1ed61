"""Every sentence of the desk, in Indonesian and English.

No sentence is built from pieces: each is one message with fields. A message that counts has a second form ending in
``.1`` where English needs one. Times are "14.20", ages "2 h 28 min", numbers 8.142 in Indonesian and 8,142 in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from collector.derive.local import local
from collector.fleet import Cause, State, Why
from collector.sentences import DAYS, DAYS_SHORT, LANGUAGES, MONTHS, MONTHS_SHORT, SENTENCES
from collector.store.port import DeviceRecord
from collector.tidy import tidy

__all__ = ["LANGUAGES", "Words"]

#: Parts and alerts of which a device tells a number, and the desk has the words in each language.
_COUNTED = frozenset({"security"})


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of one language, with the site's clock."""

    language: str
    zone: ZoneInfo

    def say(self, key: str, **fields: object) -> str:
        """The sentence ``key`` with its fields; whole numbers are written the language's way."""
        catalogue = SENTENCES[self.language]
        if fields.get("n") == 1 and f"{key}.1" in catalogue:
            key = f"{key}.1"
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in fields.items()}
        return catalogue[key].format(**shown)

    def number(self, value: int) -> str:
        """8.142 or 8,142."""
        text = f"{value:,}"
        return text.replace(",", ".") if self.language == "id" else text

    def state(self, state: State) -> str:
        """The state's word."""
        return self.say(f"state.{state.value}")

    def clock(self, ms: int) -> str:
        """14.20."""
        return local(ms, self.zone).strftime("%H.%M")

    def zone_name(self, ms: int) -> str:
        """WITA."""
        return local(ms, self.zone).strftime("%Z")

    def date(self, day: datetime) -> str:
        """Thursday 19 November 2026."""
        month, weekday = MONTHS[self.language][day.month - 1], DAYS[self.language][day.weekday()]
        return self.say("date", weekday=weekday, day=str(day.day), month=month, year=str(day.year))

    def moment(self, ms: int, now: int) -> str:
        """Today "13.41", this week "Wed 16.58", else "5 Nov"."""
        at, today = local(ms, self.zone), local(now, self.zone).date()
        days = (today - at.date()).days
        if days == 0:
            return at.strftime("%H.%M")
        if 0 < days < 7:
            return f"{DAYS_SHORT[self.language][at.weekday()]} {at.strftime('%H.%M')}"
        month = MONTHS_SHORT[self.language][at.month - 1]
        return f"{at.day} {month}" if at.year == today.year else f"{at.day} {month} {at.year}"

    def age(self, ms: int) -> str:
        """8 s, 14 min, 2 h 28 min, 3 days."""
        seconds = max(0, ms) // 1000
        if seconds < 60:
            return self.say("age.s", n=seconds)
        minutes = seconds // 60
        if minutes < 60:
            return self.say("age.min", n=minutes)
        hours, minutes = divmod(minutes, 60)
        if hours < 48:
            return self.say("age.h", h=hours, m=f"{minutes:02d}") if minutes else self.say("age.h0", h=hours)
        return self.say("age.d", n=hours // 24)

    def records(self, device: DeviceRecord) -> str:
        """How many rows of it are kept, and how many of those before the last one are awaited, or lost for ever."""
        parts = [self.number(device.rows)]
        if device.awaited_rows:
            parts.append(self.say("records.awaited", n=device.awaited_rows))
        if device.lost_rows:
            parts.append(self.say("records.lost", n=device.lost_rows))
        return " · ".join(parts)

    def cause(self, why: Why) -> str:
        """The word in front of a reason; a part's own name where the device names one."""
        if why.cause in (Cause.PART, Cause.ALERT) and why.part:
            known = SENTENCES[self.language].get(f"part.{why.part}")
            return known or tidy(why.part, 24)
        return self.say(f"cause.{why.cause.value}")

    def todo(self, why: Why) -> str:
        """What to do about it; empty where the reason says all."""
        own = f"todo.{why.part}" if self._counted(why) is not None else ""
        return self.say(own or f"todo.{why.cause.value}")

    def _counted(self, why: Why) -> int | None:
        """How many, where a part of which the desk has its own words begins with a number."""
        number = why.said.partition(" ")[0]
        known = why.cause in (Cause.PART, Cause.ALERT) and why.part in _COUNTED
        return int(number) if known and number.isascii() and number.isdigit() and len(number) < 9 else None

    def why(self, why: Why, now: int) -> str:
        """The reason as a sentence. What a device says of itself is quoted as it is."""
        since = "" if why.since is None else self.moment(why.since, now)
        age = "" if why.since is None else self.age(now - why.since)
        key = f"why.{why.cause.value}"
        if why.cause in (Cause.PART, Cause.ALERT):
            counted = self._counted(why)
            if counted is not None:
                own = f"why.{why.part}"
                return self.say(f"{own}.since" if since else own, n=counted, since=since)
            said = tidy(why.said, 120)
            return self.say(f"{key}.since" if since else key, said=said, since=since)
        if not since and f"{key}.unknown" in SENTENCES[self.language]:
            key = f"{key}.unknown"
        return self.say(key, since=since, age=age, n=why.rows)
