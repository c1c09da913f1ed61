"""``pustaka circ profiles``: the dialects of SIP2 that are shipped, and the one the settings lead to."""

from __future__ import annotations

from dataclasses import dataclass

import click
import msgspec

from kiosk.circulation.sip2.profile import Profile, ProfileError, load_profile, shipped, shipped_text
from kiosk.commands.setting import json_option, print_json, print_table


@dataclass(frozen=True, slots=True)
class Line:
    """A shipped profile in a line. ``guesses``: values of which nothing public tells; probe them."""

    name: str
    system: str
    values: int
    guesses: int


@click.command(epilog="Example: pustaka circ profiles koha")
@click.argument("name", required=False)
@json_option
def profiles(name: str | None, as_json: bool) -> None:
    """List the shipped profiles, or show NAME with the reason of each value (with --json: its values)."""
    try:
        if name is None:
            _list(as_json)
        elif as_json:
            print_json(load_profile(name))
        else:
            click.echo(shipped_text(name), nl=False)
    except ProfileError as error:
        raise click.UsageError(str(error)) from error


def _list(as_json: bool) -> None:
    lines = [_line(name) for name in shipped()]
    if as_json:
        print_json(lines)
    else:
        print_table(lines, empty="")


def _line(name: str) -> Line:
    text = shipped_text(name)
    first = text.splitlines()[0].lstrip("# ")
    ends = [place for place in (first.find(" ("), first.find(". "), first.find(": ")) if place > 0]
    return Line(
        name, first[: min(ends)] if ends else first.rstrip("."), _count(load_profile(name), text), text.count("# Guess")
    )


def _count(profile: Profile, text: str) -> int:
    keys = {field.name for field in msgspec.structs.fields(type(profile))}
    return sum(line.split(" = ")[0] in keys for line in text.splitlines() if " = " in line)
