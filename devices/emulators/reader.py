"""``python -m devices.emulators.reader``: a reader in software, with its real frames, speed, air time and faults.

Bytes from the host go to a firmware (``devices/emulators/firmware``), whose answers leave when their time has come;
orders come in over a Unix socket, or from a script. Started with ``--with-parent`` it ends when its standard input
does, so it never outlives whoever started it. The first line it writes is ``ready`` and the port to open.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from devices.emulators.firmware import FIRMWARE
from devices.emulators.line import Line
from devices.emulators.pty_line import PtyLine
from devices.emulators.reader_process import ReaderProcess
from devices.emulators.reader_script import Script, ScriptError, parse
from devices.emulators.tcp_server import TcpServer
from devices.rfid.errors import RfidError

EPILOG = """\b
Example: python -m devices.emulators.reader --link pad --script haste.txt
A script has one idea a line:
  tag A E004010031230A01 item BK0001 part 1 of 2
  tag B E004010031230B02 item BK0001 part 2 of 2
  clock from inventory          times count from the first one, not from the start
  at 0 put A B
  at 1.2 take B
  after inventory 9 put B
  at 2 fault afi_unchanged times 3
  at 3 hang up
  at 3.5 come back as pad2
More: devices/emulators/reader_script.py"""


@click.command(epilog=EPILOG)
@click.option("--protocol", type=click.Choice(sorted(FIRMWARE)), default="m3", show_default=True)
@click.option("--link", type=click.Path(path_type=Path), help="Name of the port to offer (a pty). Default: pad")
@click.option("--tcp", metavar="HOST:PORT", help="Listen there instead; port 0: any that is free.")
@click.option(
    "--field", type=click.Path(path_type=Path), help="File with the tags and their memory. Default: LINK.json"
)
@click.option("--control", type=click.Path(path_type=Path), help="Unix socket to take orders on. Default: LINK.sock")
@click.option("--script", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="What happens when.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every chance.")
@click.option("--baud", type=click.IntRange(0), default=0, help="Speed of the line. Default: the reader's own.")
@click.option(
    "--speed", type=click.FloatRange(0, min_open=True), default=1.0, help="Line and air so many times faster."
)
@click.option("--with-parent", is_flag=True, help="End when standard input ends.")
def main(
    protocol: str,
    link: Path | None,
    tcp: str | None,
    field: Path | None,
    control: Path | None,
    script: Path | None,
    seed: int,
    baud: int,
    speed: float,
    with_parent: bool,
) -> None:
    """Be an RFID reader on a pty, or on a TCP port."""
    if tcp is not None and link is not None:
        raise click.UsageError("--link and --tcp: a reader has one line; use one of them")
    base = (link or Path("pad")).absolute()
    field = (field or base.with_suffix(".json")).absolute()
    control = (control or base.with_suffix(".sock")).absolute()
    try:
        playing = parse(script.read_text(encoding="utf-8")) if script is not None else Script()
    except (OSError, UnicodeDecodeError, ScriptError) as error:
        raise click.UsageError(str(error)) from error
    try:
        line: Line = TcpServer(*_address(tcp)) if tcp is not None else PtyLine(base)
        process = ReaderProcess(protocol, line, field, control, seed=seed, baud=baud, speed=speed, script=playing)
    except (OSError, RfidError) as error:
        raise click.ClickException(str(error)) from error
    signal.signal(signal.SIGTERM, lambda *_: process.stop())
    signal.signal(signal.SIGINT, lambda *_: process.stop())
    click.echo(f"ready {line.port}")
    sys.stdout.flush()
    try:
        process.run(sys.stdin.fileno() if with_parent else None)
    finally:
        process.close()


def _address(tcp: str) -> tuple[str, int]:
    host, _, number = tcp.rpartition(":")
    if not host or not number.isascii() or not number.isdigit() or int(number) > 0xFFFF:
        raise click.UsageError(f"--tcp {tcp}: give it as HOST:PORT, for example 127.0.0.1:0")
    return host, int(number)


if __name__ == "__main__":
    main()
