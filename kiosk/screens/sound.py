"""The three sounds. A pile of books gives one sound for all that happens within 400 ms: the most urgent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock

from kiosk import sounds
from kiosk.session.model import Sound

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 0.4
QUIET_VOLUME = 0.25
_URGENCY = {Sound.OK: 0, Sound.ATTENTION: 1, Sound.STOP: 2}


def _load(sound: Sound) -> Any:
    from kivy.core.audio import SoundLoader

    return SoundLoader.load(str(sounds.path(sound)))


class Sounds:
    """Plays them; 12 dB softer in quiet mode.

    Silent without a sound device or when the library has switched sound off. ``load`` gives something with ``play()``,
    ``stop()`` and ``volume``, or ``None`` when there is no way to play it; ``clock`` gives seconds.
    """

    def __init__(
        self,
        *,
        enabled: bool = True,
        load: Callable[[Sound], Any] = _load,
        clock: Callable[[], float] = Clock.get_time,
    ) -> None:
        self.quiet = False
        self._enabled = enabled
        self._load = load
        self._clock = clock
        self._loaded: dict[Sound, Any] = {}
        self._last: Sound | None = None
        self._since = 0.0

    def play(self, sound: Sound) -> None:
        """Play it, unless one as urgent has just begun; a less urgent one that has just begun stops for it."""
        if not self._enabled:
            return
        now = self._clock()
        if self._last is not None and now - self._since < TOGETHER_SECONDS:
            if _URGENCY[sound] <= _URGENCY[self._last]:
                return
            self._of(self._last, "stop")
        else:
            self._since = now
        self._last = sound
        self._of(sound, "play")

    def _of(self, sound: Sound, action: str) -> None:
        if sound not in self._loaded:
            self._loaded[sound] = self._load(sound)
            if self._loaded[sound] is None:
                log.warning("the sound %s cannot be played: no sound device or no decoder", sound.value)
        if self._loaded[sound] is not None:
            self._loaded[sound].volume = QUIET_VOLUME if self.quiet else 1.0
            getattr(self._loaded[sound], action)()
