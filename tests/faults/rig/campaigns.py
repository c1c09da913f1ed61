"""The campaigns: each runs until its time is over and counts. See ``campaign.py``."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rig import counting_power, power, swaps
from rig.controls import CONTROLS
from rig.counting import CONTROLS as COUNTING_CONTROLS
from rig.counting import Options
from rig.counting import World as CountingWorld
from rig.counting import walk as walk_counting
from rig.fits import fits
from rig.life import Life, walk
from rig.oracle import judge, settle, tend_until_idle
from rig.pads import pads
from rig.reading import reading
from rig.tags import TAG_CONTROLS, walk_tags
from rig.tally import Budget, Tally
from rig.visit import visit
from rig.world import DIALECT, PROFILE, QUIET, World

from kiosk.circulation.sip2.emulator import PRESETS, Dialect, Wrong
from kiosk.circulation.sip2.profile import PinRule, Profile, load_profile

#: A system's habits, and the profile of a kiosk on it.
_SYSTEMS: tuple[tuple[Dialect, str], ...] = (
    (DIALECT, ""),
    (DIALECT.but(honours_renewal_policy=True), ""),
    (DIALECT.but(shelved_checkin_ok=False), ""),
    *((PRESETS[name].but(timeout="000", retries="000"), name) for name in ("koha", "evergreen", "folio", "alma")),
)


def _profile(name: str) -> Profile:
    if not name:
        return PROFILE
    return msgspec.structs.replace(load_profile(name), quiet_seconds=QUIET, pin=PinRule.NONE)


# stories


def stories(budget: Budget) -> Tally:
    """Days of two kiosks by dice, on systems of every kind; the oracle judges each."""
    tally = Tally("stories", budget.seed)
    hazards: Counter[str] = Counter()
    conflicts: Counter[str] = Counter()
    for seed in itertools.count(budget.seed):
        if budget.left <= 0 and tally.runs >= 10:
            break
        dialect, name = _SYSTEMS[seed % len(_SYSTEMS)]
        with _life(dialect, {"profile": _profile(name)}) as life:
            verdict = walk(life, seed, steps=50)
            tally.runs += 1
            tally.faults += sum(life.faults().values())
            hazards += verdict.hazards
            conflicts += life.world.conflicts
            tally.violations += [f"seed {seed} ({dialect.name}): {violation}" for violation in verdict.violations]
    for options in CONTROLS.values():
        _add_control(tally, _caught(options, range(budget.seed, budget.seed + 300)))
    tally.notes.append(f"what nobody can know over SIP2, in {tally.runs} stories: {_counted(hazards)}")
    tally.notes.append(f"left to staff: {_counted(conflicts)}")
    return tally


def tags(budget: Budget) -> Tally:
    """Days of a kiosk whose books have tags: is every wrong bit on the list?"""
    tally = Tally("tags", budget.seed)
    for seed in itertools.count(budget.seed):
        if budget.left <= 0 and tally.runs >= 5:
            break
        violations, _, faults = walk_tags(seed)
        tally.runs += 1
        tally.faults += faults
        tally.violations += [f"seed {seed}: {violation}" for violation in violations]
    for gate in TAG_CONTROLS.values():
        seeds = range(budget.seed, budget.seed + 300)
        _add_control(tally, any(walk_tags(seed, gate)[0] for seed in seeds))
    return tally


def _caught(options: dict[str, object], seeds: range) -> bool:
    for seed in seeds:
        with _life(DIALECT, options) as life:
            if any(" from one " in said or "ended a loan" in said for said in walk(life, seed).violations):
                return True
    return False


@contextmanager
def _life(dialect: Dialect, options: dict[str, object]) -> Iterator[Life]:
    life = Life(dialect, options=options)
    try:
        yield life
    finally:
        life.close()


# power


def journal_power(budget: Budget) -> Tally:
    """The journal's own work, cut before every step; the control does not wait for the disk."""
    tally = Tally("power: journal", budget.seed)
    for seed in itertools.count(budget.seed):
        _add(tally, power.cut_everywhere(power.operations, range(seed, seed + 1)))
        if budget.left <= 0:
            break
    control = power.cut_everywhere(power.operations, range(budget.seed, budget.seed + 2), control=True)
    _add_control(tally, bool(control.violations))
    return tally


def kiosk_power(budget: Budget) -> Tally:
    """A whole visit with its replay, cut before every step, with and without a lost answer. The control's journal does
    not wait for the disk."""
    tally = Tally("power: kiosk", budget.seed)
    with tempfile.TemporaryDirectory() as name:
        for seed in itertools.count(budget.seed):
            for wrong in (None, Wrong.DROP_AFTER, Wrong.DROP_BEFORE, Wrong.SILENT):
                clean = visit(Path(name) / f"{seed}-{wrong}-clean", wrong, None)
                for cut_at in range(1, clean.steps + 1):
                    visited = visit(Path(name) / f"{seed}-{wrong}-{cut_at}", wrong, cut_at, seed * 1000 + cut_at)
                    tally.runs += 1
                    tally.faults += 1 + (wrong is not None)
                    tally.violations += [
                        f"{wrong}, step {cut_at}, seed {seed}: {v}" for v in visited.verdict.violations
                    ]
            if budget.left <= 0:
                break
        seeds = range(budget.seed, budget.seed + 500)
        blind = (visit(Path(name) / f"control-{n}", None, 90 + n % 40, n, durability="NORMAL") for n in seeds)
        _add_control(tally, any(visited.verdict.violations for visited in blind))
    return tally


def file_swaps(budget: Budget) -> Tally:
    """The offline extract and the journal's key, cut before every step of their replacement."""
    tally = Tally("power: files", budget.seed)
    for seed in itertools.count(budget.seed, 10):
        _add(tally, swaps.extract_swaps(range(seed, seed + 10)))
        _add(tally, swaps.key_making(range(seed, seed + 10)))
        if budget.left <= 0:
            break
    _add_control(tally, bool(swaps.extract_swaps(range(budget.seed, budget.seed + 20), control=True).violations))
    return tally


def ledger_power(budget: Budget) -> Tally:
    """A day at the door, cut before every step its ledger makes. The control does not wait for the disk."""
    tally = Tally("power: ledger", budget.seed)
    for seed in itertools.count(budget.seed, 5):
        _add(tally, counting_power.cut_everywhere(range(seed, seed + 5)))
        if budget.left <= 0:
            break
    control = counting_power.cut_everywhere(range(budget.seed, budget.seed + 1), control=True)
    _add_control(tally, bool(control.violations))
    return tally


def _add(tally: Tally, cuts: power.Cuts) -> None:
    tally.runs += cuts.runs
    tally.faults += cuts.runs
    tally.violations += cuts.violations


def _add_control(tally: Tally, caught: bool) -> None:
    tally.controls += 1
    tally.controls_failed += caught


# counting


def counting(budget: Budget) -> Tally:
    """Doors, a broker and a desk by dice: is every visit counted once, and every hole flagged?"""
    tally = Tally("counting", budget.seed)
    for seed in itertools.count(budget.seed):
        if budget.left <= 0 and tally.runs >= 20:
            break
        violations, faults = _counted_story(seed, 80)
        tally.runs += 1
        tally.faults += faults
        tally.violations += [f"seed {seed}: {violation}" for violation in violations]
    for options in COUNTING_CONTROLS.values():
        seeds = range(budget.seed, budget.seed + 100)
        _add_control(tally, any(_counted_story(seed, 60, options)[0] for seed in seeds))
    return tally


def _counted_story(seed: int, steps: int, options: Options = Options()) -> tuple[list[str], int]:  # noqa: B008 - frozen
    world = CountingWorld(seed, options)
    try:
        return walk_counting(world, seed, steps), world.faults
    finally:
        world.close()


# late execution


def late(budget: Budget) -> Tally:
    """Loans that the system carries out after everybody has hung up, by how late. What is left of the hazard is noted.

    The control has no quiet time.
    """
    tally = Tally("late execution", budget.seed)
    residue: dict[str, list[int]] = {"honours the renewal policy": [], "renews regardless": []}
    for delay in (0, 1, 2, 5, 10, 20, 29, 35, 40, 45, 60, 90, 120):
        for honours, name in ((True, "honours the renewal policy"), (False, "renews regardless")):
            kinds, violations = _loan_carried_out_late(delay, honours, PROFILE)
            tally.runs += 1
            tally.faults += 1
            tally.violations += [f"{delay} s late, {name}: {violation}" for violation in violations]
            if kinds != ["checkout"]:
                residue[name].append(delay)
    impatient = msgspec.structs.replace(PROFILE, quiet_seconds=0.0)
    _add_control(tally, _loan_carried_out_late(20, False, impatient)[0] != ["checkout"])
    for name, delays in residue.items():
        said = (
            f"a second renewal when {', '.join(map(str, delays))} s late"
            if delays
            else "no second effect, however late"
        )
        tally.notes.append(f"residual hazard with a quiet time of {QUIET:.0f} s, of a system that {name}: {said}")
    return tally


def _loan_carried_out_late(delay: float, honours: bool, profile: Profile) -> tuple[list[str], list[str]]:
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name), DIALECT.but(honours_renewal_policy=honours))
        kiosk = world.add_kiosk(profile=profile)
        world.ils.faults.add(Wrong.EXECUTED_LATE, "11", seconds=delay)
        kiosk.checkout("P1", "B1")
        tend_until_idle(world)
        settle(world)
        kinds = [effect.kind for effect in world.ils.effects if effect.op]
        violations = judge(world).violations
        world.close()
    return kinds, violations


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


#: Name -> the campaign, and its share of the time.
CAMPAIGNS: dict[str, tuple[Callable[[Budget], Tally], float]] = {
    "stories": (stories, 0.4),
    "counting": (counting, 0.15),
    "ledger": (ledger_power, 0.1),
    "pads": (pads, 0.15),
    "reading": (reading, 0.07),
    "fits": (fits, 0.03),
    "journal": (journal_power, 0.15),
    "kiosk": (kiosk_power, 0.15),
    "files": (file_swaps, 0.05),
    "late": (late, 0.05),
    "tags": (tags, 0.1),
}
