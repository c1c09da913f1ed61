"""Kiosks with a known defect. A campaign that does not catch them is blind."""

from __future__ import annotations

from typing import Any

import msgspec
from rig.world import PROFILE

from kiosk.circulation.decisions import Seen
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.replay import Attempt, Replayer


class _Hasty(Replayer):
    """Sends again without a look."""

    def attempt(self, entry: Entry) -> Attempt:
        return self._send(self._interrupted(entry, "interrupted"), Seen(), doubtful=False)


class HastyDesk(CirculationDesk):
    """The desk with a replay that skips the probe."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        hasty = _Hasty(self.circulation, self.journal, point=options["point"])
        self._replayer = self._operations._replayer = self._background._replayer = hasty


#: Name of the defect -> options of a kiosk that has it.
CONTROLS: dict[str, dict[str, Any]] = {
    "skips the probe": {"desk": HastyDesk},
    "waits for no quiet time": {"profile": msgspec.structs.replace(PROFILE, quiet_seconds=0.0)},
}
