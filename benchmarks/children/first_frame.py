"""Start a program with a window, tell when its first frame has been shown, and end at once.

``python -m benchmarks.children.first_frame kiosk --config FILE --headless`` is the command ``pustaka kiosk …``;
``… first_frame bare`` is the least program with a window: Kivy, one label, same size and same environment.

Prints two lines of JSON: what was used until then, and what the frame shows.
"""

from __future__ import annotations

import json
import os
import sys

from benchmarks.children.usage import used


def _first_frame() -> None:
    _tell(used())
    from benchmarks.children import frames

    _tell({"colours": frames.colours(), "renderer": frames.renderer()})
    os._exit(0)  # what a program does at its end is not asked here


def _tell(what: object) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def kiosk(arguments: list[str]) -> None:
    """The whole command, watched from the moment it has set up Kivy's environment."""
    from kiosk.config import ScreenSettings
    from kiosk.screens import environment

    prepare = environment.prepare

    def prepare_and_watch(settings: ScreenSettings, *, headless: bool) -> None:
        prepare(settings, headless=headless)
        from benchmarks.children import frames

        frames.after_each(_first_frame)

    environment.prepare = prepare_and_watch
    from pustaka.cli import main

    main(["kiosk", *arguments])


def bare() -> None:
    """What a person would start from."""
    from kiosk.config import ScreenSettings
    from kiosk.screens.environment import prepare

    prepare(ScreenSettings(), headless=True)
    from benchmarks.children import frames

    frames.after_each(_first_frame)
    from kivy.base import runTouchApp
    from kivy.uix.label import Label

    runTouchApp(Label(text="Perpustakaan Kota Samarinda", font_size=48))


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    else:
        kiosk(sys.argv[2:])
