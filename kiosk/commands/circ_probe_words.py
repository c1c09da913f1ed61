"""What a probe is going to do, and what it found, for a person and for a program."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

from kiosk.circulation.sip2.probe.finding import Confidence, Finding, Value
from kiosk.circulation.sip2.probe.gather import Wishes
from kiosk.circulation.sip2.probe.verdict import Verdict
from kiosk.circulation.sip2.settings import Sip2Settings

_MARKS = {Confidence.CERTAIN: "✓", Confidence.LIKELY: "~", Confidence.UNKNOWN: "?"}
_KEY, _VALUE, _WIDE = 24, 16, 118


def plan(line: Sip2Settings, wishes: Wishes) -> str:
    """What is going to happen, before it does."""
    lines = [f"This asks {line.host}:{line.port} how it speaks SIP2; it takes about half a minute."]
    lines.append(
        "  It logs in as this kiosk, sends one message with a wrong checksum, and asks for an item that is none."
    )
    if wishes.patron:
        lines.append("  It asks about the test patron and their lists.")
    else:
        lines.append("  Without a test patron (--patron) the PIN rule and the lists stay unknown.")
    if wishes.pin is not None:
        lines.append("  It tries one wrong PIN, a second one at most, then the right one; the system may count them.")
    if not wishes.item:
        lines.append("  Without a test item (--item) the encoding may stay unknown.")
    if wishes.trial:
        lines.append("  It LENDS the test item to the test patron with no block, once more without, and takes it back.")
    else:
        lines.append("  Nothing is lent, returned or changed.")
    return "\n".join(lines)


def as_data(found: Sequence[Finding], verdict: Verdict) -> dict[str, object]:
    """For programs."""
    return {
        "profile": verdict.profile,
        "agree": verdict.agree,
        "differ": [finding.key for finding in verdict.changes],
        "findings": [
            {
                "key": finding.key,
                "value": finding.value,
                "confidence": finding.confidence,
                "setting": finding.setting,
                "alarm": finding.alarm,
                "reason": finding.reason,
            }
            for finding in found
        ],
    }


def show(found: Sequence[Finding], verdict: Verdict) -> None:
    """A table: ✓ certain, ~ likely, ? not known, ✗ look at this."""
    settings = [finding for finding in found if not finding.key.startswith("server.")]
    facts = [finding for finding in found if finding.key.startswith("server.")]
    click.echo("Settings")
    for finding in settings:
        click.echo(_row(finding, finding.key))
    click.echo("\nWhat it is like")
    for finding in facts:
        click.echo(_row(finding, finding.key.removeprefix("server.").replace("_", " ")))
    click.echo("\n✓ certain   ~ likely   ? not known   ✗ look at this")
    click.echo(f"\nNearest profile: {verdict.profile} ({verdict.agree} settings agree, {len(verdict.changes)} differ)")
    for finding in verdict.changes:
        click.echo(f"  {finding.key} = {_written(finding.value)}")
    if found and not verdict.agree and not verdict.changes:
        click.echo("  Nothing is known, so this is no recommendation.")


def _row(finding: Finding, name: str) -> str:
    mark = "✗" if finding.alarm else _MARKS[finding.confidence]
    value = _written(finding.value) if finding.known else ""
    head = f"{mark} {name:<{_KEY}}{value:<{_VALUE}} "
    if len(value) > _VALUE:
        head = f"{mark} {name:<{_KEY}}{value}\n{'':{_KEY + _VALUE + 3}}"
    lines = textwrap.wrap(finding.reason, _WIDE - _KEY - _VALUE - 3)
    return head + f"\n{'':{_KEY + _VALUE + 3}}".join(lines)


def _written(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return "[" + ", ".join(value) + "]"
        case "":
            return '""'
        case str():
            return value.replace("\r", "CR").replace("\n", "LF")
        case _:
            return f"{value:g}"
