"""What the demo prints: the parts as they come up, each step as it comes true, and the table at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from pustaka.demo.player import Result


class Telling:
    """Prints as things happen; with ``quiet`` only what failed."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._begun = time.monotonic()

    def starting(self, part: str) -> None:
        """A part is being started."""
        if not self._quiet:
            click.echo(f"  {time.monotonic() - self._begun:5.1f} s  starting {part}")

    def step(self, result: Result) -> None:
        """A step came true, or not."""
        if self._quiet and result.ok:
            return
        mark = click.style("ok ", fg="green") if result.ok else click.style("NO ", fg="red", bold=True)
        said = f"  ({result.said})" if result.said and result.ok else ""
        click.echo(f"  {result.seconds:5.2f} s  {mark} {result.step.text}{said}")
        if not result.ok:
            click.echo(f"           line {result.step.line}: {result.said}")

    def table(self, results: Sequence[Result]) -> None:
        """The final checks, as a table."""
        final = [result for result in results if result.step.final]
        if not final:
            return
        click.echo("\nResult")
        width = max(len(result.step.text) for result in final)
        for result in final:
            click.echo(f"  {'yes' if result.ok else 'NO ':4} {result.step.text:<{width}}  {result.said}")
