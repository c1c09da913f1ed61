"""``pustaka offline``: what a kiosk needs to go on while the library system is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline import keys
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.extract import About, Extract
from kiosk.circulation.offline.make import Making, make
from kiosk.circulation.offline.numbering import numbered
from kiosk.circulation.offline.verifiers import FILE, Verifiers
from kiosk.circulation.offline.writer import Identity
from kiosk.commands.offline_show import in_words, look_at
from kiosk.commands.setting import config_option, json_option, make_folder, print_json, sentences
from kiosk.config import KioskSettings

SIGNING_KEY = "offline-signing.key"
CARD_KEY = "offline-cards.key"

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Made:
    """What ``keys`` made, for programs."""

    public_key: str
    signing_key: str
    card_key: str


@click.group(epilog="Example: pustaka offline show --config kiosk.toml")
def offline() -> None:
    """Lending and returning while the library system is away: keys, extracts, and what is possible now."""


@offline.command("keys", epilog="Example: pustaka offline keys /srv/library/offline")
@click.argument("folder", type=_FOLDER)
@json_option
def keys_(folder: Path, as_json: bool) -> None:
    """Make the library's signing key and card key in FOLDER, once.

    The signing key stays here, where extracts are made. The card key goes to every kiosk, into its data folder.
    """
    signing, cards = folder / SIGNING_KEY, folder / CARD_KEY
    with sentences():
        make_folder(folder)
        for path in (signing, cards):
            if path.exists():
                raise OfflineError(f"{path}: there is a file already; a key is never written over.")
        public = keys.make_signing(signing)
        keys.write_card_key(cards, keys.CardKey(keys.make_secret()))
    if as_json:
        print_json(Made(public, str(signing), str(cards)))
        return
    click.echo(f"{signing}: signs extracts; keep it here and make a copy in a safe place.")
    click.echo(f"{cards}: copy it into the data folder of every kiosk, readable by the kiosk's user alone.")
    click.echo(f'In every kiosk.toml:\n\n[circulation.offline]\npolicy = "both"\npublic_key = "{public}"')


@offline.command("make", epilog="Example: pustaka offline make --keys /srv/library/offline today.extract")
@click.argument("file", type=_FILE)
@click.option("--keys", "folder", type=_FOLDER, required=True, help="The folder that 'pustaka offline keys' filled.")
@click.option("--members", type=_FILE, help="Members that another library system has exported: CSV or JSON.")
@click.option("--items", type=_FILE, help="Its items: CSV, JSON or MARC.")
@click.option("--loans", type=_FILE, help="What is on loan there: CSV or JSON.")
@click.option("--holds", type=_FILE, help="What is held there: CSV or JSON.")
@click.option("--skip-bad", is_flag=True, help="Leave bad lines of these files out.")
@click.option("--blocked", type=_FILE, help="A file with card numbers that are blocked, such as lost ones, one a line.")
@click.option("--names", is_flag=True, help="First names go into the extract, to greet with.")
@click.option("--fees", is_flag=True, help="Debts go into the extract, and block as the library's policy says.")
@config_option
@json_option
def make_(
    file: Path,
    folder: Path,
    members: Path | None,
    items: Path | None,
    loans: Path | None,
    holds: Path | None,
    skip_bad: bool,
    blocked: Path | None,
    names: bool,
    fees: bool,
    settings: KioskSettings,
    as_json: bool,
) -> None:
    """Make a signed extract FILE for kiosks to use offline: of the embedded library, or of another system's exports.

    Exports are read as 'pustaka library import' reads them; what a loan's due date depends on ('pustaka library
    rules') comes from the embedded library all the same.
    """
    now, zone = datetime.now(UTC), ZoneInfo(settings.site.zone)
    given = {"members": members, "items": items, "loans": loans, "holds": holds}
    files = {kind: path for kind, path in given.items() if path is not None}
    if files and (members is None or items is None):
        raise click.UsageError("An extract of exports needs at least --members and --items.")
    own = settings.in_data(settings.circulation.path)
    with sentences():
        private = keys.read_signing(folder / SIGNING_KEY)
        cards = keys.read_card_key(folder / CARD_KEY)
        with numbered(folder / SIGNING_KEY, now) as number, _library(files, own, zone, skip_bad) as library:
            identity = Identity(now, number, "files" if files else "library", names, fees)
            today = now.astimezone(zone).date()
            about = make(library, file, Making(identity, today, cards, private, _numbers(blocked)))
    if as_json:
        print_json(about)
    else:
        click.echo(f"{file}: {_in_words(about)}")


@offline.command(epilog="Example: pustaka offline install /media/usb/today.extract --config kiosk.toml")
@click.argument("file", type=_FILE)
@config_option
@json_option
def install(file: Path, settings: KioskSettings, as_json: bool) -> None:
    """Verify the extract FILE and put it where the kiosk, running or not, takes it from."""
    with sentences():
        about = _current(settings).install(file).about
    if as_json:
        print_json(about)
    else:
        click.echo(f"Installed: {_in_words(about)}")


@offline.command(epilog="Example: pustaka offline show --config kiosk.toml --json")
@config_option
@json_option
def show(settings: KioskSettings, as_json: bool) -> None:
    """What could be done offline now: the extract, the policy and its caps, and what waits for the library system."""
    with sentences():
        standing = look_at(settings, _extract(settings), SystemClock(), _count_verifiers(settings))
    if as_json:
        print_json(standing)
    else:
        click.echo(in_words(standing, ZoneInfo(settings.site.zone)))


@offline.command(epilog="Example: pustaka offline forget --config kiosk.toml")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
def forget(yes: bool, settings: KioskSettings) -> None:
    """Remove the extract and every PIN verifier from this kiosk. What waits in the journal stays.

    Which extract was the newest is remembered, so that an older one cannot be brought back.
    """
    if not yes:
        click.confirm("Without them nothing can be lent offline. Remove them?", abort=True)
    path = settings.in_data(settings.circulation.offline.extract)
    with sentences():
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OfflineError(f"{path}: cannot be removed: {error.strerror or error}.") from error
        forgotten = _forget_verifiers(settings)
    click.echo(f"The extract is gone, and every PIN verifier: there were {forgotten}.")


@contextmanager
def _library(files: dict[str, Path], own: Path, zone: ZoneInfo, skip_bad: bool) -> Iterator[Path]:
    """The library that the extract is made of."""
    if not files:
        yield own
        return
    from kiosk.circulation.offline.files import library_of  # reads encodings and MARC: takes its time

    with library_of(files, own, zone, skip_bad=skip_bad) as library:
        yield library


def _current(settings: KioskSettings) -> CurrentExtract:
    return CurrentExtract.configured(settings.circulation.offline, Path(settings.data))


def _extract(settings: KioskSettings) -> tuple[Extract | None, str]:
    """The extract in use and why there is none or another; a missing key is shown, not an error."""
    try:
        current = _current(settings)
    except OfflineError as error:
        return None, str(error)
    return current.peek(), current.problem


def _count_verifiers(settings: KioskSettings) -> int:
    path = settings.in_data(FILE)
    if not path.exists():
        return 0
    verifiers = Verifiers.open(path, SystemClock())
    try:
        return verifiers.count()
    finally:
        verifiers.close()


def _forget_verifiers(settings: KioskSettings) -> int:
    path = settings.in_data(FILE)
    if not path.exists():
        return 0
    verifiers = Verifiers.open(path, SystemClock())
    try:
        return verifiers.forget_all()
    finally:
        verifiers.close()


def _numbers(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OfflineError(f"{path}: the blocked card numbers cannot be read: {error}.") from error
    return frozenset(line.strip() for line in lines if line.strip())


def _in_words(about: About) -> str:
    return (
        f"extract {about.snapshot} (number {about.sequence}): {about.members} members, {about.items} items, "
        f"{about.on_loan} of them on loan, {about.blocked} blocked cards."
    )
