"""``pustaka demo``: the whole system on this machine, with pretend hardware."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import click

from pustaka.demo.errors import DemoError, JourneyError
from pustaka.demo.files import READERS, Panel
from pustaka.demo.programs import in_background

PANELS = {
    "1280x800": Panel(),
    "1920x1080": Panel(1920, 1080, 5.56, 1.25),
    "1080x1920": Panel(1080, 1920, 4.03, 1.5),
    "720x1280": Panel(720, 1280, 8.26, 1.0),
}
#: Played when there is no display and no other journey is named.
FIRST_VISIT = Path(__file__).resolve().parents[2] / "tests" / "journeys" / "first-visit.txt"


@click.command(
    epilog="Example: pustaka demo --script tests/journeys/first-visit.txt --headless    Ctrl-C ends every part."
)
@click.option("--script", type=click.Path(path_type=Path), help="Play this journey file and check what it led to.")
@click.option("--headless", is_flag=True, help="Draw into memory. Without --script the first visit is played.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="For pictures."
)
@click.option(
    "--system",
    type=click.Choice(["library", "sip2"]),
    help="The library in the kiosk, or at the other end of a SIP2 line. Default: as the journey says, else library.",
)
@click.option(
    "--reader", type=click.Choice(READERS), default=READERS[0], show_default=True, help="Which family the pad is of."
)
@click.option("--panel", type=click.Choice(list(PANELS)), default="1280x800", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(
    script: Path | None, headless: bool, out: Path, system: str | None, reader: str, panel: str, as_json: bool
) -> None:
    """Run the whole system on this machine: broker, collector, a door, a kiosk, all hardware pretended.

    With a display a window opens, and a bench page in the browser lets you lay books on the pad, show cards to the
    camera and walk through the door. Without one, a visit is played by a script and a picture of each step is saved.
    """
    from broker_config.errors import BrokerError
    from pustaka.demo.journey import load
    from pustaka.demo.player import Player
    from pustaka.demo.stage import Stage
    from pustaka.demo.telling import Telling

    headless = headless or in_background()
    telling = Telling(quiet=as_json)
    for end in (signal.SIGINT, signal.SIGTERM):  # a shell that starts us in the background ignores Ctrl-C for us
        signal.signal(end, signal.default_int_handler)
    try:
        journey = load(script or FIRST_VISIT) if script or headless else None
        out = _writable(out) if journey else out
        if not as_json:
            click.echo("Pustaka Mandiri, the demo. Nothing here touches a real member, book or library system.\n")
        system = system or (journey.system if journey else "library")
        with Stage(PANELS[panel], headless=headless, say=telling.starting, system=system, reader=reader) as stage:
            if journey is None:
                from pustaka.demo.bench.server import Bench

                with Bench(stage) as bench:
                    _explain(stage.web_port, bench.url)
                    stage.programs["kiosk"].wait()
                return
            if not as_json:
                click.echo(f"\n{journey.title}")
            results = Player(stage, out, telling.step).play(journey)
            if not all(result.ok for result in results):
                stage.keep_logs(out)
    except (DemoError, BrokerError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except JourneyError as error:
        raise click.UsageError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nEnded; every part was stopped.")
        sys.exit(130)
    if as_json:
        steps = [{"line": r.step.line, "step": r.step.text, "ok": r.ok, "said": r.said} for r in results]
        click.echo(json.dumps({"title": journey.title, "ok": all(r.ok for r in results), "steps": steps}))
    else:
        telling.table(results)
        click.echo(f"\nPictures of the screen: {out}/")
    if not all(result.ok for result in results):
        raise click.ClickException(f"the journey did not come true: see the lines marked NO, and the logs in {out}/")


def _writable(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".write"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DemoError(f"pictures cannot be written to {out}/: {error.strerror}. Name a folder with --out") from error
    return out


def _explain(web_port: int, bench: str) -> None:
    click.echo(
        f"""
The bench   {bench}
            lay books on the pad, show cards to the camera or scan them, walk through the door, pull a cable
The desk    http://127.0.0.1:{web_port}/
            visits and devices, as the admin sees them
The kiosk   is the window that has just opened

Try         lay Sari's card under the camera, press Pinjam, lay three books on the pad
Ctrl-C here, or closing the window, ends every part.
"""
    )
