"""May this user open the devices that the settings name? For ``pustaka doctor``."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Collection

from devices.barcode.settings import CameraSettings
from devices.findings import Finding, Grade
from devices.rfid.settings import ReaderSettings

_PART = "permissions"
_NO_READER = ReaderSettings()


def findings(camera: CameraSettings, reader: ReaderSettings, card_reader: ReaderSettings = _NO_READER) -> list[Finding]:
    """One finding for each group that is needed; none when no device needs one."""
    return of_groups(needed(camera, reader, card_reader))


def of_groups(needed: dict[str, str]) -> list[Finding]:
    """Whether this user is in these groups (-> what each is needed for)."""
    return judge(needed, _groups(), _user(), everything=os.geteuid() == 0)


def needed(camera: CameraSettings, reader: ReaderSettings, card_reader: ReaderSettings = _NO_READER) -> dict[str, str]:
    """The groups that Debian gives the devices to -> what they are needed for."""
    groups = {}
    if camera.source.startswith(("/dev/", "picamera")):
        groups["video"] = f"the camera {camera.source}"
    readers = (("the RFID reader", reader.port), ("the card reader", card_reader.port))
    serial = [f"{what} {port}" for what, port in readers if port.startswith("/dev/")]
    if serial:
        groups["dialout"] = " and ".join(serial)
    return groups


def judge(needed: dict[str, str], member_of: Collection[str], user: str, *, everything: bool) -> list[Finding]:
    """A user outside a group may still be let in by an access list, so that is no more than a warning."""
    found = []
    for group, what in needed.items():
        if everything or group in member_of:
            why = "root may open everything" if everything else f"{user} is in the group {group}"
            found.append(Finding(_PART, Grade.OK, f"{why}: {what}"))
        else:
            said = f"{user} is not in the group {group}, which owns {what}"
            found.append(Finding(_PART, Grade.WARN, said, f"usermod -aG {group} {user}, then log in again"))
    return found


def _groups() -> set[str]:
    names = set()
    for number in {*os.getgroups(), os.getegid()}:
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:  # a number without a name, as in a container
            continue
    return names


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
