"""``pustaka door``: the counter's service, and counting a recording."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devices.door.formats import Layout
from devices.door.named import Named
from devices.door.recordings import ReplayError
from devices.door.settings import load
from devices.settings import SettingsError

if TYPE_CHECKING:
    from devices.door.outcome import Outcome
    from devices.door.progress import Progress
    from devices.door.replay import Options


@click.group(
    invoke_without_command=True,
    epilog="Examples: pustaka door --config /etc/pustaka/door.toml    pustaka door replay morning.csv --json",
)
@click.option("--config", type=click.Path(path_type=Path), help="The door's TOML file; runs the counter's service.")
@click.pass_context
def door(ctx: click.Context, config: Path | None) -> None:
    """Run a door's counter, or count a recording."""
    if ctx.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("Give the door's file with --config FILE, or use 'pustaka door replay FILE'.")
    try:
        settings = load(config)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    from devices.door.agent import Agent  # the service needs pyserial and paho; a replay does not
    from devices.link.errors import LinkFault

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        Agent(settings, _software()).run(stop)
    except (LinkFault, ReplayError) as error:
        raise click.ClickException(str(error)) from error


@door.command(
    epilog="Examples: pustaka door replay morning.csv --json    "
    "pustaka door replay frames.npy --hz 10 --axis rows --unit c --plot frames.png"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "layout",
    type=click.Choice([each.value for each in Layout]),
    help="What the file holds; seen from it if not given.",
)
@click.option("--reversed", "swapped", is_flag=True, help="Outside and inside are the other way round.")
@click.option("--hz", type=click.FloatRange(0, 1000, min_open=True), help="Grid: frames a second.")
@click.option(
    "--axis",
    type=Named({"rows": "rows row r y 0", "cols": "cols columns column col c x 1"}),
    help="Grid: along which people walk; row or column 0 is outside. Left out: found by watching.",
)
@click.option("--unit", type=Named({"c": "c °c celsius", "mm": "mm millimetres"}), help="Grid: °C or millimetres.")
@click.option("--max", "highest", type=click.IntRange(1), help="Totals: the counter's highest number before 0.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the recording with its passages as PNG (or .svg).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def replay(
    file: Path,
    layout: str | None,
    swapped: bool,
    hz: float | None,
    axis: str | None,
    unit: str | None,
    highest: int | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Count a recorded sensor file.

    Two beams: lines of t_ms,beam,state (A is outside, B inside, 1 is broken). Two zones: t_ms,zone,distance_mm,status.
    A grid: a .npy file of frames. A foreign counter: timestamp,total.
    """
    from devices.door.formats import recognise
    from devices.door.progress import Progress
    from devices.door.replay import Options
    from devices.door.replay import replay as count

    try:
        found = Layout(layout) if layout else recognise(file)
        options = Options(swapped=swapped, hz=hz, axis=axis, unit=unit, highest=highest)
        _check_options(found, options)
        passes = (2 if found is Layout.ZONES else 1) + (plot is not None)
        progress = Progress(f"reading {file.name}", passes * file.stat().st_size, sys.stderr, time.monotonic)
        try:
            outcome = count(file, found, options, progress.read)
            if plot is not None:
                _draw(file, plot, outcome, options, progress)
        finally:
            progress.end()
    except ReplayError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror or error}") from error
    click.echo(json.dumps(outcome.as_json()) if as_json else outcome.as_text())


def _check_options(layout: Layout, options: Options) -> None:
    """Refuse what does not fit the recording: who gives it expects something of it."""
    given = {
        "--hz": (options.hz, Layout.GRID),
        "--axis": (options.axis, Layout.GRID),
        "--unit": (options.unit, Layout.GRID),
        "--max": (options.highest, Layout.TOTALS),
    }
    for name, (value, only) in given.items():
        if value is not None and layout is not only:
            raise click.UsageError(f"{name} belongs to recordings of {only.value}, and this one holds {layout.value}.")
    if layout is Layout.GRID and options.hz is None:
        raise click.UsageError("A recording of frames carries no time: say how many there are a second with --hz.")


def _draw(file: Path, plot: Path, outcome: Outcome, options: Options, progress: Progress) -> None:
    from devices.door.drawing.picture import PictureError, write
    from devices.door.drawing.recording import picture

    if plot.resolve() == file.resolve():
        raise click.UsageError(f"--plot {plot}: that is the recording itself; name another file for the picture.")
    try:
        write(plot, picture(file, outcome, options, progress.read))
    except PictureError as error:
        raise click.ClickException(str(error)) from error


def _software() -> str:
    try:
        return version("pustaka-mandiri")
    except PackageNotFoundError:
        return "unpackaged"
