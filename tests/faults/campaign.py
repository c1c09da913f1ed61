"""``python tests/faults/campaign.py``: break things for a while, and count.

Each campaign prints how many runs it made, how many faults it injected, how many violations it found, and whether its
control, a run with a known defect, was caught as it must be. Exit status: 0 when nothing was violated and every control
was caught; 1 otherwise; 2 for a wrong option. *n* runs without a violation say that the rate is below 3/n (95 %).
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from rig.campaigns import CAMPAIGNS
from rig.tally import Budget, Tally, table

_SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python tests/faults/campaign.py",
        description="Fault campaigns: power cuts, bad lines, late executions, crashes, and stories of all of them.",
        epilog="Example: python tests/faults/campaign.py --seconds 600 --only stories --seed 1000",
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="How long, all together (%(default).0f).")
    parser.add_argument("--seed", type=int, default=1, help="The first seed; the same one does the same (%(default)s).")
    parser.add_argument("--only", action="append", choices=list(CAMPAIGNS), help="One campaign; may be repeated.")
    given = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # thousands of warnings about bad lines say nothing here
    names = given.only or list(CAMPAIGNS)
    whole = sum(CAMPAIGNS[name][1] for name in names)
    tallies = [_run(name, given.seconds * CAMPAIGNS[name][1] / whole, given.seed) for name in names]
    _say(table(tallies))
    for tally in tallies:
        for line in [*tally.notes, *tally.violations[:_SHOWN]]:
            _say(f"{tally.name}: {line}")
    bad = [tally.name for tally in tallies if not tally.good]
    _say(f"\nNOT GOOD: {', '.join(bad)}." if bad else "\nNo violation, and every control was caught.")
    return 1 if bad else 0


def _run(name: str, seconds: float, seed: int) -> Tally:
    sys.stderr.write(f"{name}: {seconds:.0f} s …\n")
    began = time.monotonic()
    tally = CAMPAIGNS[name][0](Budget(seconds, seed))
    tally.seconds = time.monotonic() - began
    return tally


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
