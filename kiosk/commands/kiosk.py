"""``pustaka kiosk``: run the touchscreen app."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

import click

from devices.barcode.code import BarcodeError
from devices.link.errors import LinkFault
from devices.rfid.errors import RfidError, SetupError
from devices.settings import SettingsError
from kiosk.circulation.errors import CirculationError
from kiosk.config import load


@click.command(epilog="Example: pustaka kiosk --config /etc/pustaka/kiosk.toml")
@click.option("--config", "config", type=click.Path(path_type=Path), envvar="PUSTAKA_CONFIG", required=True)
@click.option("--headless", is_flag=True, help="Draw into memory instead of on a display.")
@click.option(
    "--pilot", type=click.Path(path_type=Path), help="Let a script drive the screen through this Unix socket."
)
@click.option("--verbose", is_flag=True, help="Log what the parts do.")
def kiosk(config: Path, headless: bool, pilot: Path | None, verbose: bool) -> None:
    """Run the touchscreen app until its window is closed."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    for handler in logging.getLogger().handlers:
        # Kivy sets its own logger's level while it is imported; what it tells of every start is noise here.
        handler.addFilter(lambda record: not record.name.startswith("kivy") or record.levelno >= logging.WARNING)
    try:
        settings = load(config)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    from kiosk.screens.environment import prepare

    prepare(settings.screen, headless=headless)
    from kiosk.app import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # SIGTERM ends it as cleanly as Ctrl-C
    try:
        status = run(settings, pilot)
    except (SetupError, BarcodeError) as error:
        raise click.UsageError(f"{config}: {error}") from error
    except (CirculationError, LinkFault, RfidError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        status = 0
    sys.exit(status)
