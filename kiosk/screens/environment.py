"""What must be set before the first Kivy import, so that Kivy behaves on a kiosk and in a test alike.

Kivy reads its environment and its configuration while it is being imported, so this module imports Kivy only inside
:func:`prepare`, and nothing else in this package may be imported before it was called.
"""

from __future__ import annotations

import logging
import os

from kiosk.config import ScreenSettings

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",  # or Kivy takes our command line
    "KIVY_NO_CONFIG": "1",  # no configuration in anybody's home folder
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    "KIVY_CLIPBOARD": "sdl2",  # or Kivy tries programs that are not there, with a traceback for each
    "KIVY_LOG_MODE": "PYTHON",  # or Kivy redirects stderr and tracebacks vanish
}


def _is_of_use(record: logging.LogRecord) -> bool:
    """Kivy complains in many lines that a kiosk lacks the X11 cut buffer, which nothing here uses."""
    return not record.getMessage().startswith("Cutbuffer")


def prepare(settings: ScreenSettings, *, headless: bool) -> None:
    """Set Kivy's environment and configuration for this panel. ``headless``: draw into memory, play no sound.

    Calling it again after Kivy made its window changes nothing.
    """
    os.environ.update(_ENVIRONMENT)
    logging.getLogger("kivy").addFilter(_is_of_use)
    if headless:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    from kivy.config import Config

    graphics = {
        "width": settings.width,
        "height": settings.height,
        "multisamples": 0,  # our shapes are textures with smooth edges; sampling would only cost
        "maxfps": 60,
        "resizable": 0,
        "borderless": int(settings.fullscreen),
        "fullscreen": "auto" if settings.fullscreen and not headless else "0",
        "show_cursor": int(not settings.fullscreen),
    }
    for key, value in graphics.items():
        Config.set("graphics", key, str(value))
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "keyboard_mode", "system")
    # Exactly one provider: with the default list a touch panel reports each touch twice (kivy #3801, #8494).
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")
