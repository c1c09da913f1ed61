"""Coverage-guided fuzzing with libFuzzer (through atheris): the command around a target, the same for all of them.

libFuzzer ends its process as it likes, so it runs in a child, and the parent reads what it left behind.
"""
# ruff: noqa: T201 - a program that tells a terminal

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Called with whether a fault is to be built in, which then has to be found. It imports what it fuzzes.
Target = Callable[[bool], Callable[[bytes], None]]


@dataclass(frozen=True)
class Fuzzer:
    """``target`` makes what is run with each stream and raises when something is wrong; ``program`` is its file.

    ``package`` is watched for branches that have not been reached, so nothing of it may be imported before the target
    is made.
    """

    name: str
    program: str
    package: str
    target: Target
    seeds: Callable[[], Sequence[bytes]]
    words: Sequence[str]
    longest: int = 1024

    def main(self, arguments: list[str] | None = None) -> int:
        """The command. 0: nothing found, or no fuzzer here; 1: found something; 2: it could not begin."""
        parser = argparse.ArgumentParser(
            description=f"Fuzz {self.name}.", epilog=f"Example: python {self.program} --seconds 60"
        )
        parser.add_argument("--seconds", type=int, default=60, help="How long (%(default)s).")
        parser.add_argument("--control", action="store_true", help="With a known fault built in; it must be found.")
        parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
        given = parser.parse_args(arguments)
        if importlib.util.find_spec("atheris") is None:
            print(
                f"{self.name} fuzzing: skipped, because atheris is not installed; install it with: "
                "pip install '.[faults]'"
            )
            return 0
        if given.child:
            self._fuzz(given.child, given.seconds, given.control)
        with tempfile.TemporaryDirectory(prefix=f"fuzz-{self.name}-") as name:
            return self._parent(Path(name), given.seconds, given.control)

    def _fuzz(self, folder: Path, seconds: int, control: bool) -> None:
        """In the child: never returns, libFuzzer ends the process."""
        import atheris

        with atheris.instrument_imports(include=[self.package]):
            target = self.target(control)
        seeds = folder / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(self.seeds()):
            (seeds / str(number)).write_bytes(seed)
        words = folder / "words"
        words.write_text("\n".join(f'"{word}"' for word in self.words) + "\n", encoding="utf-8")
        options = [f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={folder}/",
                   f"-max_len={self.longest}", "-print_final_stats=1", "-rss_limit_mb=1024", "-timeout=10"]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(seeds)], target)
        atheris.Fuzz()

    def _parent(self, folder: Path, seconds: int, control: bool) -> int:
        command = [sys.executable, self.program, "--child", str(folder), "--seconds", str(seconds)]
        done = subprocess.run(
            command + ["--control"] * control, capture_output=True, text=True, errors="replace", check=False
        )
        runs = re.findall(r"stat::number_of_executed_units: (\d+)|#(\d+)\t", done.stderr)
        count = max((int(total or so_far) for total, so_far in runs), default=0)
        crashes = [path for path in folder.iterdir() if path.name.split("-")[0] in ("crash", "timeout", "oom")]
        print(f"{self.name} fuzzing: {count} runs in {seconds} s, {len(crashes)} crashes")
        for path in crashes:
            print(f"  {path.name.split('-')[0]}: {path.read_bytes().hex()}")
        if crashes:
            said = done.stdout + done.stderr
            print(said[max(0, said.find("=== Uncaught Python exception")) :][:2000])
            return 1
        if done.returncode or not count:
            print(f"{self.name} fuzzing could not begin:\n{done.stderr[-2000:]}", file=sys.stderr)
            return 2
        return 0
