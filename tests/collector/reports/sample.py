"""Every report of the library in memory, in either language."""

from __future__ import annotations

from datetime import UTC, date, datetime

from facts_in_memory import HOLIDAYS, ZONE, FactsInMemory

from collector.derive.background import Background, Correction, FactorKnown, Published, Special, Trouble
from collector.derive.calendar import Calendar
from collector.derive.conversion import Conversion, by_day, together
from collector.derive.local import By, Loans, Operations, loans
from collector.reports import anomalies, compare, heatmap, hours, iplm, monthly, occupancy, quality, survey, visits
from collector.reports import loans as loans_report
from collector.reports.ask import Ask, Every, month_of
from collector.reports.model import Printed, Report
from collector.reports.words import ReportWords
from collector.store.port import QuarterHour, TransactionCount

TODAY = date(2026, 11, 19)
A_DAY = Ask(date(2026, 11, 11), date(2026, 11, 11), "Asia/Makassar", TODAY, "kota")
OCTOBER = Ask(*month_of(date(2026, 10, 1)), "Asia/Makassar", TODAY)
YEAR = Ask(date(2026, 1, 1), date(2026, 11, 18), "Asia/Makassar", TODAY)
BACKGROUND = Background(
    sites={"kota": "Perpustakaan Kota Samarinda", "palaran": "Palaran"},
    doors={
        ("kota", "pintu-utama"): "Pintu utama", ("kota", "pintu-anak"): "Ruang anak",
        ("palaran", "pintu-depan"): "Palaran", ("kota", "anjungan-1"): "Anjungan lantai 1",
    },
    specials=tuple(
        Special(site, day, name, "holiday") for site in ("kota", "palaran") for day, name in sorted(HOLIDAYS.items())
    ),
    factors=(
        FactorKnown("kota", "pintu-utama", date(2026, 6, 2), 1040, 1020, 1060, 212, True),
        FactorKnown("palaran", "pintu-depan", date(2026, 3, 1), 970, 880, 1070, 61, False),
    ),
    corrections=(
        Correction(
            "kota", "pintu-anak", date(2026, 10, 9), date(2026, 10, 9), "+21", "kunjungan kelas", "tally", "Budi",
            "Rina",
        ),
    ),
    published=Published(2, date(2026, 11, 3), "Rina", "7f3a91c20be455d8" + "0" * 48),
    troubles=(Trouble("palaran", "pintu-depan", 41, 0),),
)  # fmt: skip
PRINTED = Printed(
    ("Pemerintah Kota Samarinda", "Dinas Perpustakaan dan Kearsipan"), "Rina Wulandari, Pustakawan",
    "Budi Santoso, Kepala Bidang Layanan",
)  # fmt: skip


def kiosk_loans(ask: Ask) -> Loans:
    """Some operations on each day of a period, summed."""
    return loans(kiosk_counts(ask), ZONE, By.DAY)


def compared(facts: FactsInMemory, ask: Ask) -> list[Conversion]:
    """The same beside the visits."""
    return by_day(facts.days(ask.together, ask.first, ask.last), kiosk_counts(ask), Calendar(ZONE))


def kiosk_counts(ask: Ask) -> list[TransactionCount]:
    """Some operations on each day of a period."""
    counts = []
    for at, day in enumerate(ask.days()):
        start = int(datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp() * 1000)
        if day.weekday() < 6:
            for op, n in (("checkout", 70 + at % 13), ("checkin", 61 + at % 9), ("renew", 11)):
                counts.append(TransactionCount("kota", "anjungan-1", start, op, "done", "", n))
            counts.append(TransactionCount("kota", "anjungan-1", start, "checkout", "refused", "limit", 2))
    return counts


def quarter_hours(facts: FactsInMemory, ask: Ask) -> list[QuarterHour]:
    """The passages of the doors' hours, spread over their quarters; people leave three quarters of an hour later."""
    found = []
    doors: dict[tuple[str, str, date], dict[int, int]] = {}
    for hour in facts.hours(ask.apart, occupancy.first_day(ask), ask.last):
        for at in range(4):
            into = (hour.raw_in + at) // 4
            doors.setdefault((hour.site, hour.device, hour.day), {})[hour.start + at * occupancy.QUARTER_MS] = into
    for (site, device, _), ins in doors.items():
        for start, into in ins.items():
            out = ins.get(start - 3 * occupancy.QUARTER_MS, 0)
            out -= int(out > 12)  # some go unseen
            if into or out:
                found.append(QuarterHour(site, device, start, 1, into, out, 0, int(into > 20), 0, 0, 0))
    return found


def inside(facts: FactsInMemory, ask: Ask) -> occupancy.Material:
    """What the report on occupancy is made of."""
    since = occupancy.first_day(ask)
    return occupancy.Material(
        quarter_hours(facts, ask), facts.hours(ask.together, since, ask.last), facts.hours(ask.apart, since, ask.last)
    )


def material(facts: FactsInMemory, ask: Ask, every: Every) -> visits.Material:
    hourly = every is Every.HOUR
    return visits.Material(
        facts.days(ask.together, ask.first, ask.last), facts.days(ask.apart, ask.first, ask.last),
        facts.hours(ask.together, ask.first, ask.last) if hourly else (),
        facts.hours(ask.apart, ask.first, ask.last) if hourly else (),
    )  # fmt: skip


def everything(facts: FactsInMemory, language: str) -> dict[str, Report]:
    """One report of each sort."""
    words = ReportWords(language)
    done: Operations = kiosk_loans(OCTOBER).total
    return {
        "visits": visits.visits(material(facts, OCTOBER, Every.DAY), OCTOBER, Every.DAY, words, BACKGROUND),
        "hours": hours.hours(facts, OCTOBER, words, BACKGROUND),
        "heatmap": heatmap.heatmap(facts, OCTOBER, words, BACKGROUND),
        "compare": compare.compare(facts, YEAR, words, BACKGROUND),
        "quality": quality.quality(facts, OCTOBER, words, BACKGROUND),
        "loans": loans_report.loans(
            kiosk_loans(OCTOBER), facts.days(OCTOBER.together, OCTOBER.first, OCTOBER.last), OCTOBER, Every.DAY, words,
            BACKGROUND, compared(facts, OCTOBER),
        ),
        "survey": survey.survey(facts, YEAR, words, BACKGROUND),
        "occupancy": occupancy.occupancy(inside(facts, A_DAY), A_DAY, Every.HOUR, words, BACKGROUND),
        "anomalies": anomalies.anomalies(facts, OCTOBER, words, BACKGROUND),
        "monthly": monthly.monthly(
            facts, done, OCTOBER, words, BACKGROUND, PRINTED, together(compared(facts, OCTOBER), OCTOBER.first)
        ),
        "iplm": iplm.iplm(
            facts, kiosk_loans(YEAR).total, YEAR, words, BACKGROUND,
            iplm.Told(population=861_000, members=41_200, figures={"participants": 316, "desk_loans": 1200}),
        ),
    }  # fmt: skip
