"""What a campaign counts, and how it is printed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Tally:
    """One campaign's counts. ``controls``: runs with a known defect built in; each of them must be caught."""

    name: str
    seed: int
    runs: int = 0
    faults: int = 0
    violations: list[str] = field(default_factory=list)
    controls: int = 0
    controls_failed: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """No violation, and the campaign can see: every control was caught."""
        return not self.violations and self.controls == self.controls_failed

    def row(self) -> tuple[str, ...]:
        """For the table."""
        bound = f"< {3 / self.runs:.1e}" if self.runs and not self.violations else "-"
        controls = f"{self.controls_failed} of {self.controls}"
        found = str(len(self.violations))
        return (
            self.name,
            str(self.runs),
            str(self.faults),
            found,
            controls,
            bound,
            f"{self.seconds:.0f}",
            str(self.seed),
        )


HEAD = ("campaign", "runs", "faults", "violations", "controls caught", "rate (95 %)", "s", "seed")


@dataclass
class Budget:
    """How long, and from which seed."""

    seconds: float
    seed: int
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds still to spend."""
        return self.seconds - (time.monotonic() - self.began)


def table(tallies: list[Tally]) -> str:
    """Every campaign as a line."""
    rows = [HEAD, *(tally.row() for tally in tallies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
