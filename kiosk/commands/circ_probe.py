"""``pustaka circ probe``: find out which dialect a SIP2 server speaks, and write it into the configuration."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.probe.detectives import findings
from kiosk.circulation.sip2.probe.dialogue import Dialogue
from kiosk.circulation.sip2.probe.evidence import Evidence, Step
from kiosk.circulation.sip2.probe.finding import Finding
from kiosk.circulation.sip2.probe.gather import Wishes, gather
from kiosk.circulation.sip2.probe.handshake import offers_tls
from kiosk.circulation.sip2.probe.verdict import Verdict, against, nearest
from kiosk.circulation.sip2.probe.writing import Change, proposed, take_back, taken_back, write
from kiosk.circulation.sip2.profile import Profile, shipped
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.circulation.sip2.terminal import Terminal
from kiosk.circulation.sip2.tls import context_of
from kiosk.circulation.sip2.wire import TcpWire
from kiosk.commands.circ_open import NO_HOST, pin_options
from kiosk.commands.circ_probe_words import as_data, plan, show
from kiosk.commands.setting import CONFIG_FILE, config_option, json_option, print_json, sentences
from kiosk.config import KioskSettings
from kiosk.systems import sip2_line

#: Seconds. A server that speaks TLS answers a handshake at once; one that does not may wait for more.
_HANDSHAKE = 1.0


@click.command(
    epilog="Example: echo 2580 | pustaka circ probe --patron A0002 --pin-stdin --item B00130 --config kiosk.toml"
)
@click.option("--patron", default="", help="A test patron, best with two loans and a hold that is not ready.")
@pin_options
@click.option("--item", default="", help="A test item that is on the shelf, best with an accent in its title.")
@click.option("--loan-item", default="", help="An item that the test patron has on loan.")
@click.option("--try-no-block", is_flag=True, help="Also lend the test item to the test patron, and take it back.")
@click.option("--profile", "wanted", default="", help="Compare with this shipped profile instead of the nearest.")
@click.option("--write", "writes", is_flag=True, help="Write profile and dialect into the settings file.")
@click.option("--undo", is_flag=True, help="Only take back what the last --write has changed.")
@click.option("--yes", is_flag=True, help="Do not ask before anything is lent or written.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 60), default=5.0, show_default=True, help="To wait for an answer."
)
@config_option
@json_option
@click.pass_context
def probe(
    context: click.Context,
    patron: str,
    pin: Secret | None,
    item: str,
    loan_item: str,
    try_no_block: bool,
    wanted: str,
    writes: bool,
    undo: bool,
    yes: bool,
    seconds: float,
    settings: KioskSettings,
    as_json: bool,
) -> None:
    """Find out how the SIP2 server of [circulation.sip2] speaks. Reads only, unless --try-no-block is given."""
    file: Path = context.meta[CONFIG_FILE]
    if undo:
        _undo(file, yes)
        return
    if try_no_block and not (patron and item):
        raise click.UsageError("--try-no-block needs a test patron (--patron) and a free test item (--item).")
    if pin is not None and not patron:
        raise click.UsageError("A PIN belongs to a test patron: name one with --patron.")
    if wanted and wanted not in shipped():
        raise click.BadParameter(f"there is no profile '{wanted}'; shipped are {', '.join(shipped())}.")
    wishes = Wishes(patron, pin, item, loan_item, try_no_block)
    line = sip2_line(settings)
    click.echo(plan(line, wishes), err=True)
    if try_no_block and not yes:
        click.confirm("Lend the test item, and take it back?", abort=True, err=True)
    seen = _gather(line, settings, wishes, seconds)
    found = findings(seen)
    verdict = against(found, wanted) if wanted else nearest(found, line.profile)
    change = _proposed(file, verdict, found, seen) if writes and any(each.setting for each in found) else None
    if as_json:
        print_json(as_data(found, verdict))
    else:
        show(found, verdict)
    if change is not None:
        _write(change, yes)
    if not any(each.setting for each in found):
        raise click.ClickException("Nothing could be found out; nothing was written.")


def _gather(line: Sip2Settings, settings: KioskSettings, wishes: Wishes, seconds: float) -> Evidence:
    if not line.host:
        raise click.UsageError(NO_HOST)
    clock = SystemClock()
    with sentences():
        tls, terminal = context_of(line), Terminal.of(line)
        asking = Asking(terminal, Profile(), clock, ZoneInfo(settings.site.zone))
        dialogue = Dialogue(lambda: TcpWire(line.host, line.port, tls, line.server_name), clock, seconds, _tell)
        described = "TLS" if tls is not None else "in clear"
        offers = None if tls is not None else offers_tls(line.host, line.port, min(seconds, _HANDSHAKE))
        try:
            return gather(dialogue, asking, wishes, line=described, protected=tls is not None, offers_tls=offers)
        except UnsafeValue as error:
            raise click.UsageError(str(error)) from error


def _tell(step: Step) -> None:
    click.echo(f"asking {step.value}", err=True)


def _proposed(file: Path, verdict: Verdict, found: list[Finding], seen: Evidence) -> Change:
    with sentences():
        return proposed(file, verdict, found, seen.today)


def _write(change: Change, yes: bool) -> None:
    if change.empty:
        click.echo(f"{change.path} says so already.", err=True)
        return
    click.echo(change.diff(), err=True)
    if not yes:
        click.confirm(f"Write this into {change.path}?", abort=True, err=True)
    with sentences():
        kept = write(change)
    click.echo(f"Written. The file before is {kept}; 'pustaka circ probe --undo' puts it back.", err=True)


def _undo(file: Path, yes: bool) -> None:
    with sentences():
        change = taken_back(file)
        click.echo(change.diff() or "Both are the same.", err=True)
        if not yes:
            click.confirm(f"Put {change.path} back to this?", abort=True, err=True)
        take_back(change)
    click.echo("Taken back.", err=True)
