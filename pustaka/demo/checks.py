"""What must be true when a journey is over, asked of files, tags and commands, not of the kiosk's memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from devices.contract import Leaf, topic
from pustaka.demo import files
from pustaka.demo.catalogue import IN_LIBRARY, ON_LOAN
from pustaka.demo.errors import DemoError
from pustaka.demo.journey import titles
from pustaka.demo.stage import Stage

#: Working days that the sample library lends for.
LOAN_DAYS = 7
#: How long records may take from a device to the desk, outages included.
DELIVERY_S = 60.0


class Checks:
    """The ``finally`` steps."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def final_loans(self, name: str, books: str) -> str:
        """The library has exactly these loans of this member, all due on the right day."""
        person = self._stage.catalogue.person(name)
        loans = self._stage.catalogue.loans_of(person)
        if sorted(loans) != sorted(titles(books)):
            raise DemoError(f"the library has {', '.join(sorted(loans)) or 'nothing'} on loan to {name}")
        due = due_day(self._stage.today, LOAN_DAYS, *self._stage.catalogue.closed())
        wrong = {title: day for title, day in loans.items() if day != due}
        if wrong:
            raise DemoError(f"due {due} was expected, the library has {wrong}")
        return f"{len(loans)} loans, due {due}"

    def final_bits(self, state: str, books: str) -> str:
        """The tags hold the right AFI in their memory."""
        wanted = IN_LIBRARY if state == "on" else ON_LOAN
        afi = {tag.uid: tag.afi for tag in self._stage.reader.tags()}
        checked = 0
        for title in titles(books):
            for uid in self._stage.catalogue.uids(title):
                if afi[uid] != wanted:
                    raise DemoError(f"the tag in {title} holds AFI {afi[uid]:02X}, expected {wanted:02X}")
                checked += 1
        return f"AFI {wanted:02X} in {checked} tags"

    def final_door(self, into: str, out: str, back: str) -> str:
        """The collector has these passages, from the records that crossed the broker."""
        wanted = {"in": int(into), "out": int(out), "turned_back": int(back)}

        def seen() -> dict[str, int]:
            doors = self._report("visits")["doors"]
            door: dict[str, Any] = next((one for one in doors if one["device"] == files.DOOR), {})
            return {name: door.get(name, 0) for name in wanted}

        return self._until(seen, wanted)

    def final_desk(self, out: str, back: str, no: str) -> str:
        """The collector has the kiosk's transactions."""
        wanted = {"checkout": int(out), "checkin": int(back), "refused": int(no)}

        def seen() -> dict[str, int]:
            kiosks = self._report("loans")["kiosks"]
            kiosk: dict[str, Any] = next((one for one in kiosks if one["device"] == files.KIOSK), {"operations": {}})
            done = {op: results.get("done", 0) for op, results in kiosk["operations"].items()}
            refused = sum(results.get("refused", 0) for results in kiosk["operations"].values())
            return {"checkout": done.get("checkout", 0), "checkin": done.get("checkin", 0), "refused": refused}

        return self._until(seen, wanted)

    def final_away(self) -> str:
        """The standing fault of the kiosk was raised at the broker, and is over."""
        return self._raised_and_over("library")

    def final_alarms(self) -> str:
        """So was that about alarm bits; it tells how many, and never which."""
        said = self._raised_and_over("security")
        wanted = topic(files.SITE, files.KIOSK, Leaf.ALERT, "security")
        uids = {tag.uid for tag in self._stage.reader.tags()}
        for payload in (payload.decode() for name, payload in self._stage.tap.heard if name == wanted):
            if any(uid in payload for uid in uids):
                raise DemoError(f"{wanted} names a tag: {payload}")
        return said

    def _raised_and_over(self, alert: str) -> str:
        wanted = topic(files.SITE, files.KIOSK, Leaf.ALERT, alert)
        told = [payload for name, payload in self._stage.tap.heard if name == wanted]
        if not any(told):
            raise DemoError(f"nothing was said on {wanted}")
        if told[-1]:
            raise DemoError(f"{wanted} still stands: {told[-1].decode(errors='replace')}")
        return f"{sum(map(bool, told))} times raised, and over"

    def final_journal(self) -> str:
        """The journal's chain of hashes is whole, and nothing in it is left open."""
        config = str(self._stage.layout.kiosk_config)
        said: dict[str, Any] = self._pustaka("journal", "verify", "--config", config, "--json")
        if not said["whole"]:
            raise DemoError(f"the journal does not verify: {said}")
        entries: list[dict[str, Any]] = self._pustaka("journal", "list", "--config", config, "--json")
        deadline = time.monotonic() + DELIVERY_S
        while undone := [entry["state"] for entry in entries if entry["state"] not in ("done", "refused", "resolved")]:
            if time.monotonic() > deadline or "conflict" in undone:
                raise DemoError(f"{len(undone)} operations are not settled: {', '.join(undone)}")
            time.sleep(0.2)
            entries = self._pustaka("journal", "list", "--config", config, "--json")
        promised = sum(bool(entry["promised"]) for entry in entries)
        return f"{len(entries)} operations" + (f", {promised} of them promised offline" if promised else "")

    def final_private(self) -> str:
        """No member's number or name, and no copy's number, was in any topic or payload."""
        people = self._stage.catalogue.people()
        needles = [person.number for person in people] + [person.name for person in people]
        found = self._stage.tap.search([*needles, *self._stage.catalogue.item_numbers()])
        if found:
            raise DemoError(f"found {found[0]}" + (f" and {len(found) - 1} more" if len(found) > 1 else ""))
        heard = self._stage.tap.heard
        if not any("/records" in topic for topic, _ in heard):
            raise DemoError("the tap heard no records at all, so this shows nothing")
        return f"{len(heard)} messages searched for {len(needles)} names and numbers"

    # --- asking ---------------------------------------------------------------------------------------------------

    def _until(self, seen: Callable[[], dict[str, int]], wanted: dict[str, int]) -> str:
        deadline = time.monotonic() + DELIVERY_S
        while (now := seen()) != wanted:
            if time.monotonic() > deadline or any(now[name] > wanted[name] for name in wanted):
                raise DemoError(f"the collector has {now}, expected {wanted}")
            time.sleep(0.2)
        return ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in now.items())

    def _report(self, what: str) -> Any:
        return self._pustaka(
            "report", what, "--store", str(self._stage.layout.store), "--zone", files.ZONE, "--format", "json"
        )

    def _pustaka(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "pustaka", *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise DemoError(f"pustaka {' '.join(arguments[:2])}: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout)


def due_day(today: date, days: int, weekdays: set[int], holidays: set[date]) -> date:
    """The last of ``days`` open days after ``today``, counted on the fingers."""
    day = today
    while days:
        day += timedelta(days=1)
        if day.weekday() not in weekdays and day not in holidays:
            days -= 1
    return day
