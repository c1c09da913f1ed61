"""What this process has used so far, in the names of ``benchmarks.paired.Sample``; times in seconds."""

from __future__ import annotations

import resource
from pathlib import Path


def used() -> dict[str, float]:
    """CPU seconds, highest resident KiB and KiB sent towards the disk since the process began."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_kib": _number("/proc/self/status", "VmHWM:"),
        "written_kib": _number("/proc/self/io", "write_bytes:") / 1024,
    }


def _number(file: str, key: str) -> float:
    return next(int(line.split()[1]) for line in Path(file).read_text().splitlines() if line.startswith(key))
