"""Power cuts while a file is put in the place of another: the old one or the new one is there, and whole."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from rig.disk import PowerCutError
from rig.folder import Folder
from rig.power import Cuts

from kiosk.circulation.errors import CirculationError
from kiosk.circulation.journal_key import own_key, read_key
from kiosk.circulation.offline import seal

OLD, NEW = b"old extract " * 700, b"new extract " * 900


def cut_swaps(
    prepare: Callable[[Path], None], act: Callable[[Path], None], problem: Callable[[Path, bool], str], seeds: range
) -> Cuts:
    """``prepare`` fills a folder; ``act`` is cut at each step; ``problem`` looks at what is left, and whether ``act``
    had come to its end before."""
    cuts = Cuts()
    with tempfile.TemporaryDirectory() as name:
        for cut_at in itertools.count(1):
            here = Path(name) / f"cut-{cut_at}"
            here.mkdir()
            prepare(here)
            folder = Folder(here, cut_at=cut_at)
            try:
                with folder.watched():
                    act(here)
            except PowerCutError:
                pass
            for seed in seeds:
                cuts.runs += 1
                after = Path(name) / f"after-{cut_at}-{seed}"
                folder.after_cut(after, seed)
                found = problem(after, not folder.dead)
                if found:
                    cuts.violations.append(f"cut before step {cut_at} of {folder.log}, seed {seed}: {found}")
                shutil.rmtree(after)
            if not folder.dead:
                cuts.steps = folder.steps
                return cuts
    raise AssertionError("not reached")


# the offline extract


def _old_extract(here: Path) -> None:
    (here / "offline.extract").write_bytes(OLD)


def _extract_problem(after: Path, done: bool) -> str:
    place = after / "offline.extract"
    there = place.read_bytes() if place.exists() else b""
    if there not in (OLD, NEW):
        return f"the extract is neither the old nor the new one ({len(there)} bytes)"
    return "the new extract was put there and is gone" if done and there != NEW else ""


def extract_swaps(seeds: range, *, control: bool = False) -> Cuts:
    """``control``: the file is written over instead."""

    def put(here: Path) -> None:
        with tempfile.TemporaryDirectory() as elsewhere:
            source = Path(elsewhere) / "new"
            source.write_bytes(NEW)
            if control:
                (here / "offline.extract").write_bytes(NEW)
            else:
                seal.put(source, here / "offline.extract")

    return cut_swaps(_old_extract, put, _extract_problem, seeds)


# the journal's key


def key_making(seeds: range) -> Cuts:
    """A key that was used is there afterwards; one that was not is whole, or can be made anew."""
    used: list[bytes] = []

    def make(here: Path) -> None:
        used[:] = [own_key(here / "journal.sqlite").secret]

    def problem(after: Path, done: bool) -> str:
        try:
            key = own_key(after / "journal.sqlite")
        except CirculationError as error:
            return str(error)
        if done and key.secret != used[0]:
            return "the key that was used is gone"
        return "" if read_key(after / "journal.sqlite") == key else "the key cannot be read again"

    return cut_swaps(lambda here: None, make, problem, seeds)
