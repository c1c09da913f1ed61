"""The library in memory as a real store: its facts, names, calendar, factor, adjustment and publication."""

from __future__ import annotations

from pathlib import Path

from facts_in_memory import HOLIDAYS, FactsInMemory, start_of

from collector.derive.facts import MILLI, Scope
from collector.store.sqlite import SqliteStore


def fill(path: Path, facts: FactsInMemory) -> None:
    """Put facts into the tables that derivation fills, as they are."""
    store = SqliteStore(path)
    with store.edit() as db:
        for site, name in (("kota", "Perpustakaan Kota Samarinda"), ("palaran", "Palaran")):
            db.execute("INSERT INTO site (site, name, zone, week_start) VALUES (?,?,'Asia/Makassar',0)", (site, name))
            for day, called in HOLIDAYS.items():
                db.execute(
                    "INSERT INTO special (site, day, kind, name, why, spans) VALUES (?,?,'holiday',?,'','closed')",
                    (site, day.isoformat(), called),
                )
        for site, device, name, role in (
            ("kota", "pintu-utama", "Pintu utama", "perimeter"), ("kota", "pintu-anak", "Ruang anak", "perimeter"),
            ("palaran", "pintu-depan", "Palaran", "perimeter"), ("palaran", "gudang", "Gudang", "staff"),
        ):  # fmt: skip
            db.execute("INSERT INTO door (site, device, name, role) VALUES (?,?,?,?)", (site, device, name, role))
        columns = "site, device, day, start, hour, raw_in, raw_out, visits, estimated, open_s, seen_s, status, usable"
        for h in facts.hour_facts:
            db.execute(
                f"INSERT INTO hour_fact ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,1)",
                (h.site, h.device, h.day.isoformat(), h.start, h.hour, h.raw_in, h.raw_out, h.visits, h.estimated,
                 h.open_s, h.seen_s, h.status.value),
            )  # fmt: skip
        for d in facts.day_facts:
            db.execute(
                "INSERT INTO day_fact (site, device, day, raw_in, raw_out, turned_back, ambiguous, visits, estimated, "
                "untimed, open_visits, open_s, seen_s, missing_s, factor, status) "
                f"VALUES ({','.join('?' * 16)})",
                (d.site, d.device, d.day.isoformat(), d.raw_in, d.raw_out, d.turned_back, d.ambiguous, d.visits,
                 d.estimated, d.untimed, d.open_visits, d.open_s, d.seen_s, d.missing_s, d.factor, d.status.value),
            )  # fmt: skip
        first, last = facts.day_facts[0].day, facts.day_facts[-1].day
        for door in (None, ""):
            for w in facts.week_hours(Scope(None, door), first, last):
                db.execute(
                    "INSERT INTO week_hour (site, device, month, weekday, hour, hours, missing, visits, estimated, "
                    "open_s, seen_s) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                    (w.site, w.device, w.month.isoformat(), w.weekday, w.hour, w.hours, w.missing, w.visits,
                     w.estimated, w.open_s, w.seen_s),
                )  # fmt: skip
        db.execute(
            "INSERT INTO year_hour (site, device, year, weekday, hour, hours, missing, visits, estimated, open_s, "
            "seen_s) "
            "SELECT site, device, substr(month, 1, 4) || '-01-01', weekday, hour, sum(hours), sum(missing), "
            "sum(visits), sum(estimated), sum(open_s), sum(seen_s) FROM week_hour GROUP BY 1, 2, 3, 4, 5"
        )
        db.execute(
            "INSERT INTO factor (id, site, device, valid_from, factor, low, high, sample, method, digest, who, at, "
            "why, withdrawn_by, withdrawn_why) VALUES (1,'kota','pintu-utama','2025-01-01',1040,1020,1060,212,'tally',"
            "'d','budi',0,'','','')"
        )
        october = start_of(facts.day_facts[-1].day.replace(month=10, day=9), 9)
        for number, approved in ((1, "rina"), (2, "")):  # the second waits, and has no effect
            db.execute(
                "INSERT INTO adjustment (id, site, device, method, begins, ends, value, why, who, at, approved_by, "
                "withdrawn_by, withdrawn_why) "
                "VALUES (?,'kota','pintu-anak','add',?,?,?,'kelas datang','budi',0,?,'','')",
                (number, october, october + 3_600_000, 21 * MILLI, approved),
            )
    store.close()
