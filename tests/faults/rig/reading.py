"""Nothing is made up: scenes by dice, and every text that the kiosk accepts must be printed in one of its codes.

The scenes are as bad as cameras and hands make them, on desks whose stripes look like codes. The control is a reader
without rules and without a second look: it believes a stock engine at once, and is shown ITF labels at any angle, of
which an engine's row may cross only a part. It has to be caught, or nothing here can be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import cv2
import numpy as np
import zxingcpp
from rig.tally import Budget, Tally

from devices.barcode.accept import Rules
from devices.barcode.code import LIBRARY_FORMATS, normal
from devices.barcode.events import CodeRead
from devices.barcode.settings import CameraSettings, CodeSettings, KindRule
from devices.barcode.stepper import live_stepper
from devices.barcode.viewer import Viewer
from devices.emulators.backdrops import Desk
from devices.emulators.chance import CODES, Scene, scene
from devices.emulators.optics import Frame

_FRAMES = 5
_LEAST_RUNS = 3
#: So many scenes may the control need.
_CONTROL_RUNS = 200
#: Rules as wide as rules are, for a library that prints every code.
_PATRON = KindRule(r"M\d{4,5}")
_ITEM = (
    KindRule(r"B\d{4,5}|4\d{11}|\d{13,14}", tuple(code for code in CODES if code != "ITF")),
    KindRule(r"4\d{11}|\d{14}", ("ITF",), length="12, 14"),
)


def reading(budget: Budget) -> Tally:
    """Scenes with none, one or two codes, before eyes that search what libraries print, and all codes in turn."""
    cv2.setNumThreads(1)
    tally = Tally("reading", budget.seed)
    printed, accepted, tempted = 0, 0, 0
    for seed in itertools.count(budget.seed):
        if budget.left <= 0 and tally.runs >= _LEAST_RUNS:
            break
        shown, frames = _film(seed)
        formats = CODES if seed % 2 else LIBRARY_FORMATS
        texts = _accepted(frames, formats)
        made_up = texts - shown.texts
        tally.runs += 1
        tally.faults += len(frames)
        tally.violations += [
            f"seed {seed} ({shown.kind}): accepted {text!r}, printed is {sorted(shown.texts)}" for text in made_up
        ]
        printed += sum(name in formats for each, _ in shown.laid for name, _ in each.codes)
        accepted += len(texts & shown.texts)
        tempted += bool(_stock(frames[:1]) - shown.texts)
    tally.controls += 1
    tally.controls_failed += any(_stock(film[1]) - film[0].texts for film in map(_slanted, range(_CONTROL_RUNS)))
    tally.notes.append(
        f"{accepted} of {printed} codes accepted within {_FRAMES} frames, most of them in poor light and focus; "
        f"ZXing alone read a text that is not there in the first frame of {tempted} of {tally.runs} scenes"
    )
    return tally


def _film(seed: int) -> tuple[Scene, list[Frame]]:
    rng = np.random.default_rng(seed)
    shown = scene(rng, bad=rng.uniform(0, 1), size=(1280, 720) if seed % 4 else (800, 600))
    return shown, list(shown.frames(_FRAMES, rng))


def _slanted(seed: int) -> tuple[Scene, list[Frame]]:
    rng = np.random.default_rng(seed)
    shown = scene(rng, codes=("ITF",), kind=Desk.GREY, count=1, bad=0.2)
    return shown, list(shown.frames(1, rng))


def _accepted(frames: Iterable[Frame], formats: tuple[str, ...]) -> set[str]:
    """What the kiosk's eyes tell a session."""
    codes = CodeSettings(formats=formats, patron=_PATRON, item=_ITEM)
    # The budget's clock stands: the same seed reads the same on any machine.
    viewer = Viewer(Rules(codes), live_stepper(CameraSettings(), codes, clock=lambda: 0.0))
    events = [event for number, frame in enumerate(frames) for event in viewer.frame(number / 15, frame)]
    return {event.text for event in events if isinstance(event, CodeRead)}


def _stock(frames: Iterable[Frame]) -> set[str]:
    """Every text of every frame, believed at once, without rules and without a second look."""
    found = (
        code
        for frame in frames
        for code in zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain)
        if code.text
    )
    return {normal(code.format.name, code.text, CODES)[1] for code in found}
