"""What a reader has to know of the machine before a figure means anything."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

from broker_config import program
from broker_config.errors import BrokerError


def facts(folder: Path) -> dict[str, str]:
    """Processor, disk below ``folder``, versions, and which state of the project was measured."""
    return {
        "processor": _processor(),
        "disk": _file_system(folder),
        "sqlite": sqlite3.sqlite_version,
        "mosquitto": _mosquitto(),
        "commit": _commit(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _file_system(folder: Path) -> str:
    """The kind of file system: the mount with the longest path above the folder."""
    where = folder.resolve()
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    above = [(path, kind) for path, kind in mounts if where.is_relative_to(path)]
    # In a chroot, no mount may be above the folder.
    return max(above, key=lambda mount: len(mount[0]), default=("", "unknown"))[1]


def _mosquitto() -> str:
    try:
        return ".".join(str(part) for part in program.version(program.find()))
    except BrokerError:
        return "not installed"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    head = _ask(git, "rev-parse", "--short=12", "HEAD")
    changed = _ask(git, "status", "--porcelain", "--untracked-files=no")
    return "unknown" if not head else head + (" with changes" if changed else "")


def _ask(git: str, *question: str) -> str:
    """Git's answer, or nothing where this is no repository."""
    here = Path(__file__).parent
    return subprocess.run([git, *question], cwd=here, capture_output=True, text=True, check=False).stdout.strip()
