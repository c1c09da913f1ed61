"""Whoever holds up a code that cannot be read is helped; shelves, cloth, pages and passing hands are left alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from devices.barcode.accept import Rules
from devices.barcode.events import CodeRead, CodeUnread, Unread
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.stepper import live_stepper
from devices.barcode.stripes import Gray
from devices.barcode.unread import APART_S, MOST, Onlooker
from devices.barcode.viewer import Viewer
from devices.emulators import scene, things
from devices.emulators.scene import Desk, Optics, Pose
from devices.emulators.things import Thing

Held = Callable[[float], list[tuple[Thing, Pose]]]

LABEL, CARD = things.book_label("B00417"), things.membership_card("20240117")
#: A hand without anything in it.
HAND = Thing("hand", Image.new("RGB", (700, 500), "#B98868"))
SMALL = Pose(5, 3, 7, near=0.36)
BLURRED = replace(scene.TYPICAL, defocus=7.0)
NOTHING: Held = lambda _: []  # noqa: E731


def grey(picture: Gray) -> Gray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def page(seed: int) -> Thing:
    """A page of a book, to be held up."""
    return Thing("page", Image.fromarray(scene.desk(Desk.PAGE, 1000, 1300, np.random.default_rng(seed))[..., ::-1]))


class Video:
    """Rendered grey frames on a clock of their own, a look at each; what was advised, and when."""

    def __init__(self, desk: Desk = Desk.WOOD, seed: int = 1, optics: Optics = scene.TYPICAL) -> None:
        self.onlooker, self.now, self.optics = Onlooker(), 0.0, optics
        self._rng = np.random.default_rng(seed)
        self._desk = grey(scene.desk(desk, 1280, 720, self._rng))

    def frame(self, laid: list[tuple[Thing, Pose]]) -> Gray:
        picture = self._desk
        for thing, pose in laid:
            picture = scene.place(picture, thing, pose)
        return scene.expose(picture, self.optics, self._rng)

    def show(self, held: Held, seconds: float) -> list[tuple[float, Unread]]:
        """Somebody moves all the time."""
        began, told = self.now, []
        while self.now < began + seconds - 0.01:
            self.now += 0.31
            if (why := self.onlooker.look(self.now, self.frame(held(self.now - began)))) is not None:
                told.append((self.now - began, why))
        return told

    def stand(self, held: Held, seconds: float) -> None:
        """Nothing moves: a glance a second."""
        for _ in range(round(seconds)):
            self.now += 1
            self.onlooker.still(self.now, self.frame(held(0.0)))

    def held(self, thing: Thing, pose: Pose, mm: float = 0.3) -> Held:
        """In a hand, which trembles."""
        return lambda _: [(thing, scene.jitter(pose, self._rng, mm))]


def whys(told: list[tuple[float, Unread]]) -> list[Unread]:
    return [why for _, why in told]


@pytest.mark.parametrize("desk", [Desk.WOOD, Desk.PAGE, Desk.CLOTH])
def test_a_label_too_small_to_read_should_come_closer_within_two_seconds(desk: Desk) -> None:
    video = Video(desk)
    video.show(NOTHING, 1)
    ((at, why),) = video.show(video.held(LABEL, SMALL), 2.2)
    assert at < 2
    assert why is Unread.SMALL


def test_a_large_label_out_of_focus_should_be_held_still() -> None:
    video = Video(optics=BLURRED)
    video.show(NOTHING, 1)
    assert whys(video.show(video.held(LABEL, Pose(turn=12, near=1.3)), 3)) == [Unread.UNCLEAR]


def test_a_small_one_that_moves_all_the_time_should_be_held_still() -> None:
    video = Video()
    video.show(NOTHING, 1)
    swung: Held = lambda t: [(LABEL, replace(SMALL, x_mm=7 * np.sin(9 * t)))]  # noqa: E731
    assert whys(video.show(swung, 4))[:1] == [Unread.UNCLEAR]


def test_three_words_and_then_silence_until_the_scene_is_empty() -> None:
    video = Video()
    video.show(NOTHING, 1)
    told = video.show(video.held(LABEL, SMALL), (MOST + 2) * APART_S)
    assert len(told) == MOST
    assert all(b - a >= APART_S for (a, _), (b, _) in itertools.pairwise(told))
    video.stand(NOTHING, 2)
    assert len(video.show(video.held(LABEL, SMALL), 2)) == 1


def test_advice_does_not_begin_just_after_a_code_was_read() -> None:
    video = Video()
    video.show(NOTHING, 1)
    video.onlooker.read(video.now)
    ((at, _),) = video.show(video.held(LABEL, SMALL), 4)
    assert at > 2.4


@pytest.mark.parametrize("desk", Desk)
def test_what_was_there_from_the_beginning_is_background(desk: Desk) -> None:
    video = Video(desk)
    frames = [video.frame([]) for _ in range(3)]
    for number in range(60):  # as if somebody moved elsewhere all the time
        assert video.onlooker.look(0.5 * number, frames[number % 3]) is None


#: The hardest background: a code too small to read, on a poster.
POSTER = (LABEL, SMALL)


@pytest.mark.parametrize("desk", [Desk.SHELF, Desk.STRIPES, Desk.WOOD])
def test_a_hand_before_stripes_needs_no_advice(desk: Desk) -> None:
    video = Video(desk)
    video.stand(lambda _: [POSTER], 6)
    waved: Held = lambda t: [POSTER, (HAND, Pose(60 * np.sin(1.3 * t), 20 * np.cos(0.9 * t), 20 * t))]  # noqa: E731
    assert video.show(waved, 8) == []
    video.stand(lambda _: [POSTER, (HAND, Pose(10, 5))], 3)  # someone stays in front of it for a while ...
    assert video.show(lambda _: [POSTER], 4) == []  # ... and goes


def test_a_poster_that_is_there_at_the_first_look_is_background() -> None:
    assert Video().show(lambda _: [POSTER], 4) == []


def test_pages_of_print_are_no_codes() -> None:
    for seed in range(5):
        video = Video()
        video.show(NOTHING, 1)
        assert video.show(video.held(page(seed), Pose(3, 2, 6 * seed, near=0.5 + 0.15 * seed)), 4) == []


def test_a_label_carried_through_the_picture_is_no_question() -> None:
    video = Video()
    video.show(NOTHING, 1)
    assert video.show(lambda t: [(LABEL, replace(SMALL, x_mm=100 * t - 90))], 1.8) == []
    assert video.show(NOTHING, 3) == []


def test_a_label_that_came_to_lie_still_is_background_until_it_moves_on() -> None:
    video = Video()
    video.show(NOTHING, 1)
    assert len(video.show(video.held(LABEL, SMALL), 2)) == 1
    lying: Held = lambda _: [(LABEL, SMALL)]  # noqa: E731
    video.stand(lying, 3)
    assert video.show(video.held(LABEL, SMALL), 10) == []
    assert len(video.show(video.held(LABEL, replace(SMALL, x_mm=-30)), 3)) == 1


class Eyes:
    """The whole viewer, five frames a second."""

    def __init__(self) -> None:
        codes = CodeSettings()
        self._viewer = Viewer(Rules(codes), live_stepper(CameraSettings(), codes, clock=lambda: 0.0))
        self._video = Video()

    def show(self, thing: Thing | None, pose: Pose, seconds: float) -> list[object]:
        events: list[object] = []
        held = NOTHING if thing is None else self._video.held(thing, pose)
        for _ in range(round(seconds * 5)):
            self._video.now += 0.2
            events += self._viewer.frame(self._video.now, self._video.frame(held(0.0)))
        return events


def test_closer_is_said_and_then_the_label_is_read() -> None:
    eyes = Eyes()
    eyes.show(None, SMALL, 0.6)
    assert eyes.show(LABEL, SMALL, 2) == [CodeUnread(Unread.SMALL)]
    (read,) = eyes.show(LABEL, replace(SMALL, near=1.0), 1)
    assert isinstance(read, CodeRead)


@pytest.mark.parametrize("thing", [LABEL, CARD])
def test_what_is_read_is_never_asked_to_come_closer(thing: Thing) -> None:
    eyes = Eyes()
    eyes.show(None, SMALL, 0.6)
    events = eyes.show(thing, Pose(3, 2, 8, near=0.8), 4)
    events += eyes.show(None, SMALL, 2)
    assert [type(event) for event in events] == [CodeRead]
