"""What must hold of reading whatever is shown: nothing is made up, and no angle, neighbour or shade hides a code.

Scenes are rendered by dice through a camera's optics; the same dice fall in every run. The long run of the first
property, with its control, is the campaign ``reading`` of ``make faults``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from devices.barcode import decode
from devices.barcode.accept import Rules
from devices.barcode.code import LIBRARY_FORMATS
from devices.barcode.events import CodeRead
from devices.barcode.settings import CameraSettings, CodeSettings, KindRule
from devices.barcode.stepper import live_stepper
from devices.barcode.viewer import Viewer
from devices.emulators import scene, surfaces, things
from devices.emulators.chance import CODES, Printed, Scene, cover, printed
from devices.emulators.chance import scene as by_dice
from devices.emulators.optics import TYPICAL, Frame, Optics
from devices.emulators.scene import Desk, Pose

#: Rules as wide as rules are: any text of these kinds and lengths is believed.
PATRON = KindRule(r"M\d{4,5}")
ITEM = (
    KindRule(r"B\d{4,5}|4\d{11}|\d{13,14}", tuple(code for code in CODES if code != "ITF")),
    KindRule(r"4\d{11}|\d{14}", ("ITF",), length="12, 14"),
)
#: A library that prints what libraries print, and one that prints everything.
LIBRARY = CodeSettings(patron=PATRON, item=ITEM)
EVERYTHING = CodeSettings(formats=CODES, patron=PATRON, item=ITEM)
FEW_PIXELS = (960, 540)
SEEDS = st.integers(0, 2**32 - 1)


def bounded(examples: int) -> Callable[..., object]:
    """So many examples, the same ones in each run. A found one is not made smaller: each try costs a rendered video."""
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate)
    )


class Eyes:
    """The kiosk's eyes on a clock of their own, 15 frames a second."""

    def __init__(self, codes: CodeSettings) -> None:
        # The budget's clock stands: what is read must not depend on how fast this machine is.
        self._viewer = Viewer(Rules(codes), live_stepper(CameraSettings(), codes, clock=lambda: 0.0))
        self._now = 0.0

    def accept(self, frames: Iterable[Frame], until: int = 99) -> set[tuple[str, str]]:
        """Format and text of everything that was accepted; stops when ``until`` codes were."""
        accepted: set[tuple[str, str]] = set()
        for frame in frames:
            self._now += 1 / 15
            events = self._viewer.frame(self._now, frame)
            accepted |= {(event.format, event.text) for event in events if isinstance(event, CodeRead)}
            if len(accepted) >= until:
                break
        return accepted


def photograph(
    shown: Sequence[tuple[Printed, Pose]], seed: int, optics: Optics = TYPICAL, size: tuple[int, int] = (1280, 720)
) -> Frame:
    rng = np.random.default_rng(seed)
    kind = (Desk.WOOD, Desk.GREY, Desk.STONE)[seed % 3]
    return next(Scene(kind, tuple(shown), optics, size).frames(1, rng))


def read(frame: Frame, formats: Sequence[str] = LIBRARY_FORMATS) -> set[tuple[str, str]]:
    return {(code.format, code.text) for code in decode(frame, formats)}


# --- nothing is made up -------------------------------------------------------------------------------------------


@bounded(10)
@given(kind=st.sampled_from(list(Desk)), count=st.integers(0, 2), bad=st.floats(0, 1), seed=SEEDS)
def test_no_text_is_accepted_that_was_not_in_the_picture(kind: Desk, count: int, bad: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shown = by_dice(rng, kind=kind, count=count, bad=bad, size=FEW_PIXELS)
    assert {text for _, text in Eyes(LIBRARY).accept(shown.frames(3, rng))} <= shown.texts


@pytest.mark.parametrize("kind", [Desk.STRIPES, Desk.SHELF, Desk.PAGE])
@pytest.mark.parametrize("bad", [0.0, 0.6])
def test_bars_that_are_no_code_are_never_accepted(kind: Desk, bad: float) -> None:
    rng = np.random.default_rng(round(10 * bad))
    shown = by_dice(rng, kind=kind, count=0, bad=bad, size=FEW_PIXELS)
    assert Eyes(EVERYTHING).accept(shown.frames(2, rng)) == set()


def test_the_open_part_of_a_half_covered_label_is_not_a_shorter_number() -> None:
    """ITF has neither a check nor a fixed beginning: its half is a code of its own to every engine."""
    label, lid = things.slip("ITF", "48479225166694"), things.book_label("B00417")
    numbers = CodeSettings(
        formats=("ITF", "Code128"), item=KindRule(r"B\d{5}|\d{14}", ("ITF", "Code128"), length="6, 14")
    )
    for seed in range(3):
        rng = np.random.default_rng(seed)
        laid = ((Printed(label, ()), Pose(near=1.6)), (Printed(lid, ()), Pose(52, -4, near=1.3)))
        frames = list(Scene(Desk.GREY, laid, TYPICAL).frames(4, rng))
        assert {text for _, text in Eyes(numbers).accept(frames)} <= {"B00417"}


# --- no angle hides a code ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LIBRARY_FORMATS)
@bounded(2)
@given(seed=SEEDS)
def test_a_code_at_any_angle_is_accepted_within_twelve_frames(code: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shown = printed(code, rng)
    video = Scene(Desk.WOOD, ((shown, scene.hand(rng, turn=180)),), TYPICAL)
    assert Eyes(LIBRARY).accept(video.frames(12, rng), until=1) == set(shown.codes)


@pytest.mark.parametrize("code", LIBRARY_FORMATS)
@bounded(2)
@given(seed=SEEDS)
def test_a_still_picture_is_read_at_any_angle(code: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shown = printed(code, rng)
    assert read(photograph([(shown, scene.hand(rng, turn=180))], seed)) == set(shown.codes)


@pytest.mark.parametrize("turn", [20, 70, 110, 160])
def test_a_row_that_slants_out_of_an_itf_label_does_not_give_a_shorter_number(turn: int) -> None:
    """ITF has no check, and its inner bars can look like its end: at a slant, the half is a code to every engine."""
    label = Printed(things.slip("ITF", "45790189238428"), (("ITF", "45790189238428"),))
    assert read(photograph([(label, Pose(turn=turn, near=1.3))], 1)) == set(label.codes)


@pytest.mark.parametrize("text", ["B62010", "B19026", "B26909"])
def test_six_characters_of_code_39_are_not_taken_for_a_pharmacy_number(text: str) -> None:
    """One in ten of such labels is a valid Code 32 as well, an Italian pharmacy's, which ZXing prefers."""
    shown = Printed(things.book_label(text, "Code39"), (("Code39", text),))
    assert read(photograph([(shown, Pose(turn=7))], 1)) == set(shown.codes)


# --- two codes are both found -------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", LIBRARY_FORMATS)
@bounded(2)
@given(second=st.sampled_from(LIBRARY_FORMATS), seed=SEEDS)
def test_two_codes_at_their_own_angles_are_both_found(first: str, second: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = printed(first, rng), printed(second, rng)
    laid = [(one, Pose(-36, -6, rng.uniform(-180, 180))), (two, Pose(36, 6, rng.uniform(-180, 180)))]
    assert read(photograph(laid, seed)) == {*one.codes, *two.codes}


@pytest.mark.parametrize("code", LIBRARY_FORMATS)
@bounded(2)
@given(seed=SEEDS)
def test_two_codes_of_one_format_side_by_side_are_both_found(code: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = rng.uniform(-180, 180)
    one, two = printed(code, rng), printed(code, rng)
    # One below the other, edges touching, the sheet turned as a whole.
    apart = (one.thing.image.height + two.thing.image.height) / 4 / things.PX_PER_MM
    down = (-np.sin(np.deg2rad(turn)) * apart, np.cos(np.deg2rad(turn)) * apart)
    laid = [(one, Pose(-down[0], -down[1], turn)), (two, Pose(down[0], down[1], turn))]
    assert read(photograph(laid, seed)) == {*one.codes, *two.codes}


@bounded(5)
@given(seed=SEEDS)
def test_the_labels_code_beside_an_isbn_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shown = cover(rng)
    assert read(photograph([(shown, Pose(turn=rng.uniform(-180, 180), near=0.8))], seed)) == set(shown.codes)


# --- light on dark ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LIBRARY_FORMATS)
@bounded(1)
@given(seed=SEEDS)
def test_light_bars_on_dark_are_read(code: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = rng.uniform(-180, 180)
    shown = printed(code, rng)
    dark = replace(shown, thing=surfaces.on_screen(things.inverted(shown.thing), rng))
    assert read(photograph([(dark, Pose(turn=turn))], seed)) == set(shown.codes)


@pytest.mark.parametrize("code", ["QRCode", "DataMatrix", "Aztec", "PDF417"])
def test_an_e_card_on_a_phone_in_dark_mode_is_accepted_live(code: str) -> None:
    rng = np.random.default_rng(5)
    shown = Printed(surfaces.on_screen(things.phone("M0417", code), rng), ((code, "M0417"),))
    video = Scene(Desk.WOOD, ((shown, Pose(turn=25)),), TYPICAL)
    assert Eyes(EVERYTHING).accept(video.frames(12, rng), until=1) == set(shown.codes)


# --- every code, every camera -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_read_through_the_typical_camera(code: str) -> None:
    shown = printed(code, np.random.default_rng(4))
    upright, turned = (photograph([(shown, Pose(3, -2, turn, 6, -5))], turn) for turn in (4, 112))
    assert read(upright, CODES) == set(shown.codes)
    assert read(turned, (code,)) == set(shown.codes)


@pytest.mark.parametrize(
    ("size", "turn"), [((640, 480), 0), ((640, 480), 38), ((800, 600), 38), ((1920, 1080), 0), ((1920, 1080), 38),
                       ((2304, 1296), 38), ((4608, 2592), 38)],
)  # fmt: skip
def test_frames_of_every_camera_are_read(size: tuple[int, int], turn: int) -> None:
    shown = printed("Code128", np.random.default_rng(turn))
    near = max(1.0, 1100 / size[0])  # a camera of few pixels needs the code closer: two of them a bar at least
    assert read(photograph([(shown, Pose(turn=turn, near=near))], 1, size=size)) == set(shown.codes)


@pytest.mark.parametrize("across", [False, True])
def test_a_label_around_a_spine_is_read(across: bool) -> None:
    label = things.book_label("B00417")
    bent = Printed(surfaces.curved(label, 70, across=across), (("Code128", "B00417"),))
    assert read(photograph([(bent, Pose(turn=8))], 1)) == set(bent.codes)


def test_colour_and_grey_frames_of_one_scene_say_the_same() -> None:
    label = things.book_label("B00417")
    frame = scene.photograph([(label, Pose(turn=31))], rng=np.random.default_rng(2))
    grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))
    assert read(frame) == read(grey) == {("Code128", "B00417")}
