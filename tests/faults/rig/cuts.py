"""The power is cut before every step that the disk makes, and each time the next start is looked at."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from rig.disk import Disk

Said = TypeVar("Said")


@dataclass
class Cuts:
    """How many were made, and what went wrong."""

    runs: int = 0
    violations: list[str] = field(default_factory=list)
    steps: int = 0


def cut_before_each_step(
    run: Callable[[Path, int], tuple[Disk, Said]],
    problems: Callable[[dict[str, bytes], Path, Said], list[str]],
    seeds: range,
) -> Cuts:
    """Cut before step 1, 2, 3 … until ``run`` ends by itself; each cut's outcome is diced for every seed.

    ``run`` gives the disk and what was promised by then, ``problems`` what of it does not hold in an image.
    """
    cuts = Cuts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for cut_at in itertools.count(1):
            disk, said = run(folder, cut_at)
            if not disk.dead:
                cuts.steps = disk.steps
                return cuts
            for seed in seeds:
                cuts.runs += 1
                for problem in problems(disk.image(seed), folder, said):
                    cuts.violations.append(f"cut before step {cut_at} ({disk.log[-1]}), seed {seed}: {problem}")
    raise AssertionError("not reached")
