"""A real window in memory with the screens in it. Kivy must be prepared before anything imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kiosk.config import ScreenSettings
from kiosk.screens.environment import prepare

LANDSCAPE = ScreenSettings()
PORTRAIT = ScreenSettings(width=1080, height=1920, px_per_mm=4.03, scale=1.5)
PANELS = {
    "1280x800": LANDSCAPE,
    "1920x1080": ScreenSettings(width=1920, height=1080, px_per_mm=5.56, scale=1.25),
    "1080x1920": PORTRAIT,
    "720x1280": ScreenSettings(width=720, height=1280, px_per_mm=8.26, scale=1.0),
}

prepare(LANDSCAPE, headless=True)

from kiosk.locale.words import Words  # noqa: E402
from kiosk.screens import samples  # noqa: E402
from kiosk.screens.stage import Stage  # noqa: E402
from kiosk.screens.theme import theme  # noqa: E402
from kiosk.screens.view import View  # noqa: E402
from kiosk.session.model import Preferences, State  # noqa: E402

ViewOf = Callable[..., View]


@pytest.fixture
def stage() -> Iterator[Stage]:
    """The screens in a window; what they send is in ``sent``."""
    made = Stage(LANDSCAPE, preview=samples.camera_preview)
    yield made
    made.close()


@pytest.fixture(scope="session")
def panels() -> dict[str, ScreenSettings]:
    """The four panels of the design."""
    return PANELS


@pytest.fixture(scope="session")
def view_of() -> ViewOf:
    """Makes a view of a state on a panel, without drawing it."""

    def make(state: State | str, panel: str = "1280x800", language: str = "id", turned: int = 0, **looks: bool) -> View:
        settings = PANELS[panel]
        if isinstance(state, str):
            state = samples.SAMPLES[state]()
        preferences = Preferences(**looks)
        state = replace(state, language=language, preferences=preferences)
        return View(
            state, theme(settings, preferences), Words(language), samples.NOW, samples.LIBRARY, *samples.HOURS,
            samples.KIOSK_CODE, samples.NOW, turned,
        )  # fmt: skip

    return make
