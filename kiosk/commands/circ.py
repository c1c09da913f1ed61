"""``pustaka circ``: the kiosk's circulation without a screen, for scripts, commissioning and support."""

from __future__ import annotations

import click

from kiosk.commands.lazy import LazyCommands

TABLE = {
    "patron": ("kiosk.commands.circ_questions:patron", "Who is this, and what have they on loan?"),
    "item": ("kiosk.commands.circ_questions:item", "What is this copy?"),
    "fees": ("kiosk.commands.circ_questions:fees", "What does a patron owe?"),
    "status": ("kiosk.commands.circ_questions:status", "Is the library system there, and what can it do?"),
    "checkout": ("kiosk.commands.circ_operations:checkout", "Lend a copy to a patron."),
    "checkin": ("kiosk.commands.circ_operations:checkin", "Take a copy back, whoever had it."),
    "renew": ("kiosk.commands.circ_operations:renew", "Extend one loan of a patron."),
    "renew-all": ("kiosk.commands.circ_operations:renew_all", "Extend every loan of a patron."),
    "pay": ("kiosk.commands.circ_operations:pay", "Book a payment of a patron."),
    "end": ("kiosk.commands.circ_operations:end", "Tell the system that a patron has left."),
    "hold": ("kiosk.commands.circ_counter:hold", "Let a patron wait for the title of a copy."),
    "unhold": ("kiosk.commands.circ_counter:unhold", "Take a patron off a title's waiting list."),
    "block": ("kiosk.commands.circ_counter:block", "Block a card."),
    "enable": ("kiosk.commands.circ_counter:enable", "Take the block of a card back."),
    "note": ("kiosk.commands.circ_counter:note", "Keep a note with a copy."),
    "profiles": ("kiosk.commands.circ_profiles:profiles", "The dialects of SIP2 that are shipped."),
    "probe": ("kiosk.commands.circ_probe:probe", "Find out which dialect a SIP2 server speaks."),
}


@click.group(
    cls=LazyCommands, table=TABLE, epilog="Example: pustaka circ checkout A0001 B00130 --config kiosk.toml --json"
)
def circ() -> None:
    """Circulation without a screen, over whichever library system the settings name.

    Operations take the same path as at the kiosk, journal and all; so while the kiosk runs, only questions and what
    leaves no line in the journal (hold, unhold, block, enable, note, probe) are done.
    """
