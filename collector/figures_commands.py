"""``pustaka visits refresh|explain|publish|published|audit``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from collector import hands
from collector.derive.facts import MILLI, DayFact, HourFact, Scope
from collector.hands import author, editing, json_option, looking, show, store_option, who_option
from collector.store import audit, fact_rows, publications, sites
from collector.store.facts import SqlFacts


@click.command("refresh", epilog="Example: pustaka visits refresh --store desk.sqlite")
@click.option("--rebuild", is_flag=True, help="Empty all derived figures first. They come out the same.")
@store_option
@json_option
def refresh_(rebuild: bool, store: str, as_json: bool) -> None:
    """Derive local hours and days from what was touched. The collector does this by itself while it runs."""
    with hands.sentences():
        done = hands.derive(store, rebuild=rebuild)
    data = {"quarters": done.quarters, "days": done.days, "changed": done.changed}
    show(
        data,
        [f"{done.quarters} quarter hours taken, {done.days} days derived, {done.changed} changed."],
        as_json=as_json,
    )


@click.command(epilog="Example: pustaka visits explain kota pintu-1 2026-11-03")
@click.argument("name", metavar="SITE")
@click.argument("device", metavar="DOOR")
@click.argument("day", type=hands.day_type)
@store_option
@json_option
def explain(name: str, device: str, day: datetime, store: str, as_json: bool) -> None:
    """How a day's figures came about: hour by hour, with what estimates rest on."""
    of = day.date()
    with looking(store) as db:
        sites.site(db, name)
        facts = SqlFacts(db)
        days = facts.days(Scope(name, device), of, of)
        hours = facts.hours(Scope(name, device), of, of)
        estimates = {made.start: made for made in fact_rows.estimates(db, name, device, of)}
    lines = [_hour_line(hour) for hour in hours]
    for i, hour in enumerate(hours):
        if (made := estimates.get(hour.start)) is not None:
            lines[i] += f"; {made.method} of {made.open_s - made.seen_s} s unseen"
            lines[i] += f", from {', '.join(map(str, made.days))}" if made.days else ""
    data = {
        "day": [_as_data(one) for one in days],
        "hours": [
            _as_data(hour)
            | ({"estimate": {"method": made.method, "version": made.version, "counted": made.counted,
                             "days": [str(one) for one in made.days]}}
               if (made := estimates.get(hour.start)) is not None else {})
            for hour in hours
        ],
    }  # fmt: skip
    lines += [_day_line(one) for one in days]
    show(data, lines or [f"{name}/{device} {of}: no figures. That is not zero."], as_json=as_json)


def _hour_line(hour: HourFact) -> str:
    return (
        f"{hour.hour:02}:00  raw {hour.raw_in} in {hour.raw_out} out  visits {hour.visits / MILLI:g}  "
        f"seen {hour.seen_s} of {hour.open_s} s  {hour.status.value}"
    )


def _day_line(day: DayFact) -> str:
    return (
        f"day    raw {day.raw_in} in {day.raw_out} out  factor {day.factor / MILLI:g}  visits {day.visits / MILLI:g} "
        f"(estimated {day.estimated / MILLI:g}, without hour {day.untimed / MILLI:g})  {day.status.value}"
    )


def _as_data(fact: HourFact | DayFact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__slots__}


@click.command(epilog="Example: pustaka visits publish kota --month 2026-10 --who rina")
@click.argument("name", metavar="SITE")
@click.option("--month", type=hands.month_type, required=True, help="Which month, YYYY-MM.")
@store_option
@who_option
@hands.dry_run_option
@json_option
def publish(name: str, month: datetime, store: str, who: str, dry_run: bool, as_json: bool) -> None:
    """Freeze a month's figures. A month that changed since gets a new revision; nothing is overwritten."""
    with editing(store, dry_run=dry_run) as db:
        made = publications.publish(db, name, month.date(), author(who))
    totals = made.body["totals"]
    data = {"site": name, "month": f"{made.month:%Y-%m}", "revision": made.revision, "digest": made.digest,
            "reasons": made.reasons, "totals": totals, "published": not dry_run}  # fmt: skip
    lines = [
        f"{name} {made.month:%Y-%m} revision {made.revision}: {totals['visits'] / MILLI:g} visits, "
        f"of them {totals['estimated'] / MILLI:g} estimated.",
        f"SHA-256 {made.digest}",
        *(f"because of: {reason}" for reason in made.reasons),
        *(["Nothing was published."] if dry_run else []),
    ]
    show(data, lines, as_json=as_json)


@click.command(epilog="Example: pustaka visits published kota")
@click.argument("name", metavar="[SITE]", required=False)
@store_option
@json_option
def published(name: str | None, store: str, as_json: bool) -> None:
    """Published months with every revision, and whether figures changed since the last."""
    data: list[dict[str, object]] = []
    lines: list[str] = []
    with looking(store) as db:
        for of, month in publications.published_months(db, name):
            found = publications.revisions(db, of, month)
            change = publications.change(db, of, month)
            data.append(
                {"site": of, "month": f"{month:%Y-%m}",
                 "revisions": [{"revision": one.revision, "digest": one.digest, "who": one.who, "at": one.at,
                                "visits": one.body["totals"]["visits"], "reasons": one.reasons} for one in found],
                 "changed": None if change is None else {"since": change.revision, "by": change.by,
                                                         "reasons": change.reasons}}
            )  # fmt: skip
            for one in found:
                visits = one.body["totals"]["visits"] / MILLI
                lines.append(f"{of}  {month:%Y-%m}  revision {one.revision}  {visits:g}  {one.who}  {one.digest[:16]}")
            if change is not None:
                lines.append(f"  changed since revision {change.revision} by {change.by / MILLI:+g}: ")
                lines[-1] += "; ".join(change.reasons)
    show(data, lines or ["Nothing was published yet."], as_json=as_json)


@click.command("audit", epilog="Example: pustaka visits audit kota --json")
@click.argument("name", metavar="[SITE]", required=False)
@store_option
@json_option
def audit_(name: str | None, store: str, as_json: bool) -> None:
    """Every edit ever made: when, who, what, with the values given."""
    with looking(store) as db:
        found = audit.lines(db, name)
    data = [{"id": line.id, "at": line.at, "who": line.who, "what": line.what, "site": line.site, "door": line.device,
             "detail": line.detail} for line in found]  # fmt: skip
    show(data, [_audit_line(line) for line in found] or ["No edits yet."], as_json=as_json)


def _audit_line(line: audit.Line) -> str:
    at = datetime.fromtimestamp(line.at / 1000, UTC)
    where = f"{line.site}/{line.device}" if line.device else line.site
    detail = ", ".join(f"{key}={value}" for key, value in line.detail.items())
    return f"{line.id}  {at:%Y-%m-%d %H:%M:%S} UTC  {line.who}  {line.what}  {where}  {detail}"
