"""``pustaka door``: the counter's service, and counting a recording."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from devices.door.crossing import Crossing
from devices.door.edges import Edge
from devices.door.events import Direction, Event, Fault, Passage
from devices.door.interval import uncertain
from devices.door.sensors.replay import ReplayError, read_edges
from devices.door.settings import load
from devices.settings import SettingsError


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


@door.command(epilog="Example: pustaka door replay morning.csv --json")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "layout", type=click.Choice(["beams"]), default="beams", help="What the file holds.")
@click.option("--reversed", "swapped", is_flag=True, help="Beam A is on the inside.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def replay(file: Path, layout: str, swapped: bool, as_json: bool) -> None:
    """Count a recorded sensor file: lines of t_ms,beam,state; A is outside, B inside, 1 is broken."""
    del layout  # beams is the only one yet
    try:
        edges = read_edges(file)
    except ReplayError as error:
        raise click.ClickException(str(error)) from error
    events = count(edges, swapped=swapped)
    passages = [event for event in events if isinstance(event, Passage)]
    sums = Counter(passage.direction for passage in passages)
    sums[Direction.AMBIGUOUS] = sum(uncertain(passage) for passage in passages)
    faults = [event for event in events if isinstance(event, Fault)]
    if not as_json:
        click.echo(", ".join(f"{direction.value.replace('_', ' ')} {sums[direction]}" for direction in Direction))
        for fault in faults:
            click.echo(f"{fault.t_ms} ms: {fault.kind.value.replace('_', ' ')}{' is over' if fault.over else ''}")
        return
    click.echo(
        json.dumps(
            {direction.value: sums[direction] for direction in Direction}
            | {
                "faults": [
                    {"t_ms": f.t_ms, "kind": f.kind, "over": f.over, "beam": f.beam.value if f.beam else None}
                    for f in faults
                ],
                "passages": [{"t_ms": p.t_ms, "direction": p.direction, "confidence": p.confidence} for p in passages],
            }
        )
    )


def count(edges: list[Edge], *, swapped: bool = False) -> list[Event]:
    """Everything the counting machine says of a whole recording."""
    machine = Crossing(swapped=swapped)
    said = [event for edge in edges for event in machine.feed(edge)]
    return said + (machine.finish(edges[-1].t_ms) if edges else [])


def _software() -> str:
    try:
        return version("pustaka-mandiri")
    except PackageNotFoundError:
        return "unpackaged"
