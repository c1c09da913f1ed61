"""``pustaka visits``: figures made right, explained and published. Each subcommand is imported when it is called."""

from __future__ import annotations

import click

from collector.lazy import LazyCommands

_TABLE = {
    "refresh": ("collector.figures_commands:refresh_", "Derive what was touched; or everything afresh."),
    "explain": ("collector.figures_commands:explain", "How a day's figures came about, hour by hour."),
    "adjust": ("collector.edit_commands:adjust", "Enter an adjustment; somebody else approves it."),
    "adjustments": ("collector.edit_commands:adjustments", "Adjustments and what became of them."),
    "approve": ("collector.edit_commands:approve", "Give an adjustment its effect."),
    "withdraw": ("collector.edit_commands:withdraw", "Take back an adjustment, a factor or an import."),
    "factor": ("collector.edit_commands:factor", "Enter a door's correction factor, or list them."),
    "import": ("collector.import_commands:import_", "Take in visits that another system counted."),
    "imports": ("collector.import_commands:imports", "What was taken in from other systems."),
    "publish": ("collector.figures_commands:publish", "Freeze a month's figures as a revision."),
    "published": ("collector.figures_commands:published", "Published months, and what changed since."),
    "audit": ("collector.figures_commands:audit_", "Every edit: when, who, what."),
}


@click.group(cls=LazyCommands, table=_TABLE, epilog="Example: pustaka visits publish kota --month 2026-10 --who rina")
def visits() -> None:
    """Correct, explain and publish figures of visits. Raw counts are never edited."""
