"""``pustaka library``: the embedded library. Each subcommand lives in a file of its own, imported when it is called."""

from __future__ import annotations

import click

from kiosk.commands.lazy import LazyCommands

_TABLE = {
    "init": ("kiosk.commands.library_setup:init", "Make the library's file."),
    "import": ("kiosk.commands.library_import:import_", "Bring in members, items, loans … from CSV, JSON or MARC."),
    "export": ("kiosk.commands.library_export:export", "Write members, items, loans … as CSV, JSON or MARC."),
    "add": ("kiosk.commands.library_add:add", "Add a member, an item, a hold, a rule, a holiday …"),
    "set": ("kiosk.commands.library_set:set_", "Change a member, an item, a rule or a limit."),
    "remove": ("kiosk.commands.library_remove:remove", "Remove a member, an item, a hold, a rule, a holiday …"),
    "show": ("kiosk.commands.library_lists:show", "Show an item or a member, and how things stand."),
    "list": ("kiosk.commands.library_lists:list_", "List loans, items, members, holds, fees, holidays, rules …"),
    "pay": ("kiosk.commands.library_set:pay", "Book what a member paid, or what is waived."),
    "pin": ("kiosk.commands.library_setup:pin", "Give a member a PIN, or take it away."),
    "unlock": ("kiosk.commands.library_setup:unlock", "Forget a card's wrong PIN tries."),
    "rules": ("kiosk.commands.library_rules:rules", "What may be borrowed by whom, and for how long, in words."),
    "policy": ("kiosk.commands.library_rules:policy", "Show or change what the library as a whole has decided."),
    "serve": ("kiosk.commands.serve:serve", "Offer the library over SIP2 to other kiosks, gates and sorters."),
    "account": ("kiosk.commands.serve:account", "Terminals that may use the SIP2 server."),
}


@click.group(cls=LazyCommands, table=_TABLE, epilog="Example: pustaka library init --sample --config kiosk.toml")
def library() -> None:
    """The embedded library, for sites without a library system."""
