"""What is wrong with the camera and the engines that read its pictures, and how to mend it: for ``pustaka doctor``."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import zxingcpp

from devices.barcode import rungs
from devices.barcode.aim import Advice
from devices.barcode.aim_live import Sight, sights
from devices.barcode.code import BarcodeError, Code
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.sources import Notes, kind_of, without_login
from devices.barcode.stripes import Gray
from devices.barcode.zbar import Zbar
from devices.barcode.zbar_child import SYMBOLS
from devices.findings import Finding, Grade

#: The camera is watched for this long (s) after its first frame.
WATCH_S: Final = 2.0
#: A frame that is older than this when it has been looked at (s) shows the past.
_OLD_S: Final = 0.5
_FLEETING: Final = re.compile(r"/dev/video\d+")
_CAMERA, _ENGINES = "camera", "engines"


def engines(camera: CameraSettings) -> list[Finding]:
    """Whether both engines read a code that is drawn for them, the second in its own process."""
    drawn = _drawn()
    found = [_read_by("ZXing", rungs.scan(drawn, ("Code128",)), Grade.BAD, "reinstall zxing-cpp")]
    if camera.second_engine:
        zbar = Zbar()
        try:
            codes = zbar(drawn, tuple(SYMBOLS))
        finally:
            zbar.close()
        todo = "apt install libzbar0 (Debian 13: libzbar0t64) and pip install pyzbar; or set second_engine = false"
        found.append(_read_by("ZBar, in its own process,", codes, Grade.WARN, todo))
    return found


_TEXT: Final = "PUSTAKA-1"


def _drawn() -> Gray:
    barcode = zxingcpp.create_barcode(_TEXT, zxingcpp.BarcodeFormat.Code128)
    return np.array(zxingcpp.write_barcode_to_image(barcode, scale=3), dtype=np.uint8)


def _read_by(name: str, codes: Sequence[Code], grade: Grade, todo: str) -> Finding:
    if any(code.text == _TEXT for code in codes):
        return Finding(_ENGINES, Grade.OK, f"{name} reads")
    return Finding(_ENGINES, grade, f"{name} does not read a code that was drawn for it", todo)


def camera(
    camera: CameraSettings,
    codes: CodeSettings,
    *,
    clock: Callable[[], float] = time.monotonic,
    watch_s: float = WATCH_S,
) -> list[Finding]:
    """Whether the camera is there, gives enough frames, and sees well. It is opened for some seconds."""
    if not camera.source:
        todo = 'Write [camera] source = "…"; pustaka camera list shows what is plugged in'
        return [Finding(_CAMERA, Grade.WARN, "No camera is set", todo)]
    name = without_login(camera.source)
    notes, seen = Notes(), list[Sight]()
    ages: list[float] = []
    try:
        for sight in sights(camera, codes, notes, threading.Event(), clock):
            seen.append(sight)
            ages.append(clock() - sight.at)
            if sight.at - seen[0].at >= watch_s:
                break
    except BarcodeError as error:
        todo = "If the kiosk is running it has the camera: stop it first (systemctl stop pustaka-kiosk)"
        busy = "is it free" in str(error)
        return [*_fleeting(name), Finding(_CAMERA, Grade.BAD, str(error), todo if busy else "")]
    if not seen:
        return [Finding(_CAMERA, Grade.BAD, f"{name} gave no picture that is whole", "Try another cable and port")]
    live = kind_of(camera.source).name not in ("video file", "folder")
    return [
        *_fleeting(name),
        Finding(_CAMERA, Grade.OK, f"{name} is there: {notes.said or camera.pixel_format}"),
        *_frames(camera, seen, live=live),
        *_ages(ages),
        *_sees(seen[-1]),
        *(Finding(_CAMERA, Grade.WARN, f"It refused a setting: {what}", "Correct [camera]") for what in notes.refused),
    ]


def _fleeting(name: str) -> list[Finding]:
    if _FLEETING.fullmatch(name) is None:
        return []
    links = Path("/dev/v4l/by-id")
    here = [path for path in sorted(links.glob("*")) if str(path.resolve()) == name] if links.is_dir() else []
    todo = f"Name it {here[0]}" if here else "Name it by its link below /dev/v4l/by-id, or by-path"
    return [Finding(_CAMERA, Grade.WARN, f"{name} may be another camera after the next start", todo)]


def _frames(camera: CameraSettings, seen: Sequence[Sight], *, live: bool) -> list[Finding]:
    found = []
    last = seen[-1]
    fps, size = last.fps or 0.0, last.measures.size
    said = f"{fps:.0f} frames a second of {size[0]} x {size[1]}"
    if live and fps < 0.8 * min(camera.fps, 10):
        todo = "More light lets it be faster; else another port or hub, a shorter exposure_us, or a smaller picture"
        found.append(Finding(_CAMERA, Grade.WARN, f"Only {said}", todo))
    else:
        found.append(Finding(_CAMERA, Grade.OK, said))
    if live and size != (camera.width, camera.height):
        todo = "Set [camera] width and height to what pustaka camera list shows"
        asked = f"{camera.width} x {camera.height}"
        found.append(Finding(_CAMERA, Grade.WARN, f"It gives {size[0]} x {size[1]} instead of {asked}", todo))
    if live and len(seen) > 3 and len({sight.shot.mark for sight in seen}) == 1:
        todo = "Unplug it and plug it in; if it comes back, another camera or hub"
        found.append(Finding(_CAMERA, Grade.BAD, "It gives the same frame again and again", todo))
    return found


def _ages(ages: Sequence[float]) -> list[Finding]:
    age = sorted(ages)[len(ages) // 2]
    if age <= _OLD_S:
        return []
    said = f"Frames are {age:.1f} s old when they have been looked at: this machine is too slow for them"
    return [Finding(_CAMERA, Grade.WARN, said, "A smaller picture in [camera] width and height")]


def _sees(sight: Sight) -> list[Finding]:
    light, measures = sight.measures.light, sight.measures
    told = f"paper at {light.paper:.0f} of 255, {light.clipped:.0%} blown out"
    aim = "Hold a label and follow pustaka camera aim"
    match sight.advice:
        case Advice.MORE_LIGHT:
            return [Finding(_CAMERA, Grade.WARN, f"Its picture is dark ({told})", "Light it: a white LED strip")]
        case Advice.GLARE:
            return [Finding(_CAMERA, Grade.WARN, f"Its picture is too bright ({told})", "Diffuse or turn the light")]
        case Advice.NOTHING_SEEN:
            return [Finding(_CAMERA, Grade.OK, f"Light is right ({told}); no label is in view to judge focus", aim)]
    bars = "" if measures.bar_px is None else f", {measures.bar_px:.1f} px a bar"
    blur = "" if measures.blur_px is None else f", edges {measures.blur_px:.1f} px wide"
    said = f"A label in view{bars}{blur} ({told})"
    if sight.advice is Advice.GOOD:
        return [Finding(_CAMERA, Grade.OK, said)]
    return [Finding(_CAMERA, Grade.WARN, f"{said}: {sight.advice.value}", aim)]
