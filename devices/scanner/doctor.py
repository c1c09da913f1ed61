"""What is wrong with scanners, and how to mend it. Each is opened for a moment; nothing is scanned."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from devices.findings import Finding, Grade
from devices.ports import candidates
from devices.scanner.errors import ScannerBusy, ScannerLost, ScannerSettingsError
from devices.scanner.lines import BY_ID, Line, open_line, plugged_in
from devices.scanner.settings import ScannerKind, ScannerSettings, check

#: Names that the kernel gives out anew at every start.
_FLEETING: Final = re.compile(r"/dev/(?:tty(?:USB|ACM)\d+|input/event\d+)")


def findings(
    settings: Sequence[ScannerSettings],
    *,
    opener: Callable[[ScannerSettings], tuple[str, Line]] = open_line,
    by_id: Mapping[ScannerKind, Path] = BY_ID,
) -> list[Finding]:
    """One or two findings a scanner; none where none is set. ``by_id``: where names that stay are."""
    try:
        check(settings)
    except ScannerSettingsError as error:
        return [Finding("scanners", Grade.BAD, str(error), "Correct the configuration.")]
    found = []
    for scanner in settings:
        if scanner.kind is ScannerKind.WINDOW:
            found.append(
                Finding(
                    scanner.name,
                    Grade.WARN,
                    "It is read through the window: told from fingers by its speed alone, and never known to be there.",
                    'Use kind = "wedge" with its own device, or better set it to USB-COM and use kind = "serial".',
                )
            )
            continue
        found.append(_opened(scanner, opener, by_id[scanner.kind]))
        if (fleeting := _fleeting(scanner, by_id[scanner.kind])) is not None:
            found.append(fleeting)
    return found


def _opened(scanner: ScannerSettings, opener: Callable[[ScannerSettings], tuple[str, Line]], by_id: Path) -> Finding:
    try:
        name, line = opener(scanner)
    except ScannerBusy as busy:
        return Finding(scanner.name, Grade.OK, f"{busy} That is as it should be while the kiosk runs.")
    except ScannerLost as lost:
        there = [] if candidates(scanner.port) else plugged_in(scanner.kind, by_id)
        return Finding(scanner.name, Grade.BAD, str(lost), f"Plugged in are: {', '.join(there)}" if there else "")
    line.close()
    return Finding(scanner.name, Grade.OK, f"{name} is there and can be read.")


def _fleeting(scanner: ScannerSettings, by_id: Path) -> Finding | None:
    if _FLEETING.fullmatch(scanner.port) is None:
        return None
    device = os.path.realpath(scanner.port)
    stable = [name for name in plugged_in(scanner.kind, by_id) if os.path.realpath(name) == device]
    todo = f"Name it {stable[0]}" if stable else f"Name it by a link below {by_id}, or by a udev rule."
    return Finding(scanner.name, Grade.WARN, f"{scanner.port} may be another device after the next start.", todo)
