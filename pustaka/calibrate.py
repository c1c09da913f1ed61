"""``pustaka door calibrate``: a guided tally at the door, compared with what its counter said.

The one command that knows a door and the desk: the tally and the mathematics are the door's, the counts may come from
the desk's store, and the factor goes there. It is attached to ``pustaka door`` by :mod:`pustaka.cli`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pustaka import __version__

if TYPE_CHECKING:
    from devices.door.calibration import Calibration
    from devices.door.calibration_report import Trail
    from devices.door.matching import Counted
    from devices.door.tally import Tally


@click.command(
    epilog="Examples: pustaka door calibrate --tally pintu.csv --door 'Pintu utama' --who Budi    "
    "pustaka door calibrate --tally pintu.csv --site kota --device pintu-1 --save --who Budi"
)
@click.option("--tally", "file", type=click.Path(path_type=Path), help="The tally's file; made when it is not there.")
@click.option("--resume", is_flag=True, help="Go on with the tally of that file.")
@click.option("--door", default="", help="The door's name, for the trail.")
@click.option("--who", envvar="PUSTAKA_WHO", default="", help="Who tallies (or the variable PUSTAKA_WHO).")
@click.option("--passages", type=click.Path(path_type=Path), help="What 'pustaka door replay --json' printed.")
@click.option("--starts", help="When that recording's ms 0 was, with zone: 2026-11-29T09:00:00+08:00.")
@click.option(
    "--store", envvar="PUSTAKA_STORE", default="collector.sqlite", show_default=True, help="The desk's store."
)
@click.option("--site", default="", help="The door's site at the desk.")
@click.option("--device", default="", help="The counter's id at the desk.")
@click.option("--tolerance", type=click.FloatRange(0.5, 10), default=3.0, show_default=True, help="Seconds apart.")
@click.option("--without-staff", is_flag=True, help="Staff are no visitors: the factor takes them out as well.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the result goes. Left out: beside the tally.")
@click.option("--save", is_flag=True, help="Enter the factor at the desk, as a new version for --site and --device.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def calibrate(
    file: Path | None, resume: bool, door: str, who: str, passages: Path | None, starts: str | None, store: str,
    site: str, device: str, tolerance: float, without_staff: bool, out: Path | None, save: bool, as_json: bool,
) -> None:  # fmt: skip
    """Tally a door by hand, and find its correction factor.

    Somebody at the door presses a key for each person, at least 100 of them or for half an hour. The tally is then
    paired with the counter's passages (--passages), or with its rows at the desk (--site and --device), and gives
    recall, false counts, right directions, and the factor with its 95 % interval. A tally made on a phone is compared
    with --tally FILE.
    """
    _check(passages, starts, site, device, who, save=save)
    compare = bool(passages or device)
    if file is None:
        file = Path(f"tally-{datetime.now(UTC):%Y%m%d-%H%M%S}.csv")
    there = file.exists() and file.stat().st_size > 0
    if not there or resume:
        _tap(file, {"door": door, "site": site, "device": device}, who)
    elif not compare:
        raise click.UsageError(
            f"{file} is there already: go on tallying with --resume, or compare it with --passages FILE, "
            "or with --site SITE --device DOOR."
        )
    if not compare:
        click.echo(f"The tally is in {file}. Compare it with --passages FILE, or with --site SITE --device DOOR.")
        return
    _compare(
        file, passages, starts, store, site, device, who, tolerance, out,
        without_staff=without_staff, save=save, as_json=as_json,
    )  # fmt: skip


def _check(passages: Path | None, starts: str | None, site: str, device: str, who: str, *, save: bool) -> None:
    if bool(site) != bool(device) and (device or not passages):
        raise click.UsageError("A counter at the desk is named by both --site and --device.")
    if starts and not passages:
        raise click.UsageError("--starts belongs to --passages.")
    if save and not (site and device):
        raise click.UsageError("--save needs the door at the desk: give --site and --device.")
    if save and not who.strip():
        raise click.UsageError("--save needs a name: say who enters the factor with --who.")


def _tap(file: Path, about: dict[str, str], who: str) -> None:
    from devices.door.calibration import SAMPLE
    from devices.door.tally import Book, TallyError
    from devices.door.tapping import tap

    if not sys.stdin.isatty():
        raise click.ClickException(
            "a tally is tapped in a terminal, and standard input is none: run this in a terminal at the door "
            "(over ssh: ssh -t), or give a tally made elsewhere with --tally FILE and compare it."
        )
    head = {**about, "person": who, "started": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    try:
        book = Book(file, {**head, "software": f"pustaka {__version__}"})
        try:
            clock = session_clock(_now(), book.tally.last_ms)
            tap(book, sys.stdin.fileno(), sys.stderr, clock, who, SAMPLE)
        finally:
            book.close()
    except TallyError as error:
        raise click.ClickException(str(error)) from error


def _compare(
    file: Path, passages: Path | None, starts: str | None, store: str, site: str, device: str, who: str,
    tolerance: float, out: Path | None, *, without_staff: bool, save: bool, as_json: bool,
) -> None:  # fmt: skip
    from devices.door.calibration import calibrate
    from devices.door.calibration_report import Trail, as_data, as_text
    from devices.door.counts_file import read_counts
    from devices.door.matching import CalibrationError
    from devices.door.tally import TallyError, read

    try:
        tally = read(file)
        if passages is not None:
            counts, faults = read_counts(passages, tally.spans, _moment(starts))
        else:
            counts, faults = _rows(store, site, device, tally)
        found = calibrate(tally, counts, tolerance_ms=round(tolerance * 1000), with_staff=not without_staff)
    except (TallyError, CalibrationError) as error:
        raise click.ClickException(str(error)) from error
    source = str(passages) if passages else f"the desk's rows of {site}/{device}"
    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    trail = Trail(str(file), source, f"pustaka {__version__}", made, site, device, faults)
    data = as_data(tally, found, trail)
    out = out or file.with_suffix(".calibration.json")
    _write(out, data)
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
    else:
        click.echo(as_text(tally, found, trail))
        click.echo(f"{'written to':<12}{out}")
    if save:
        _save(store, tally, found, trail, who)


def _rows(store: str, site: str, device: str, tally: Tally) -> tuple[list[Counted], tuple[str, ...]]:
    """What the desk's rows say of the tally's time: each is so many persons between two moments."""
    from collector.hands import looking
    from devices.contract import Count, body, decode_rows
    from devices.door.events import Direction
    from devices.door.matching import CalibrationError, Counted

    if not tally.spans:
        raise CalibrationError("the tally holds nobody; tap at least one person before comparing.")
    first, last = tally.spans[0].begin - 60_000, tally.spans[-1].end + 60_000
    counts: list[Counted] = []
    faults: set[str] = set()
    with looking(store) as db:
        known = db.execute("SELECT 1 FROM mark WHERE site = ? AND device = ?", (site, device)).fetchone()
        rows = db.execute(
            "SELECT t0, t1, raw FROM record WHERE site = ? AND device = ? AND kind = 'count' AND received >= ? "
            "AND t1 >= ? AND t0 <= ? ORDER BY t0",
            (site, device, first, first, last),
        ).fetchall()
    if not known:
        raise CalibrationError(
            f"{site}/{device}: the desk has no rows of this counter; 'pustaka devices list' shows which."
        )
    for t0, t1, raw in rows:
        (item,) = decode_rows(b"[" + (raw.encode() if isinstance(raw, str) else bytes(raw)) + b"]")
        content = body(item.row) if item.row is not None else None
        if isinstance(content, Count):
            faults |= set(content.flags)
            counts += [Counted(t0, t1, Direction.IN)] * content.into + [Counted(t0, t1, Direction.OUT)] * content.out
    return counts, tuple(sorted(faults))


def _save(store: str, tally: Tally, found: Calibration, trail: Trail, who: str) -> None:
    """Enter the factor at the desk; one that may not be used is kept there too, and shown."""
    from collector.hands import author, editing
    from collector.store import edits, sites
    from devices.door.calibration import thousandths
    from devices.door.calibration_report import METHOD, people, verdict

    if found.factor is None:
        raise click.ClickException(f"nothing was entered at the desk: {verdict(found)}")
    value, low, high = thousandths(found.factor)
    why = f"calibration of {trail.made[:10]}, tallied by {', '.join(people(tally)) or who}"
    with editing(store) as db:
        first = sites.calendar(db, sites.site(db, trail.site)).date_of(tally.spans[0].begin)
        new = edits.NewFactor(trail.site, trail.device, first, value, low, high, found.seen, METHOD, why, tally.digest)
        entered = edits.add_factor(db, new, author(who))
    used = "used" if entered.allowed else "kept, not used"
    click.echo(f"Entered at the desk as factor {entered.id}, from {entered.valid_from}: {used}.", err=True)


def _write(out: Path, data: dict[str, object]) -> None:
    try:
        out.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written: {error.strerror or error}") from error


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(
            f"{text!r}: expected a time with its zone: 2026-11-29T09:00:00+08:00", param_hint="--starts"
        )
    return round(moment.timestamp() * 1000)


def session_clock(
    wall_ms: int, last_ms: int | None, steady_ns: Callable[[], int] = time.monotonic_ns
) -> Callable[[], int]:
    """UTC ms that begin at ``wall_ms``, but not before ``last_ms``, the tally's last line.

    They go on whatever is done to the computer's clock meanwhile: one that is put back would make a session of no
    length.
    """
    began = steady_ns()
    first = max(wall_ms, last_ms or 0)
    return lambda: first + (steady_ns() - began) // 1_000_000


def _now() -> int:
    return time.time_ns() // 1_000_000
