"""What the desk does between patrons: one short piece of work at a time."""

from __future__ import annotations

import logging
from typing import Protocol, runtime_checkable

from kiosk.circulation import journal_requests
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.journal import Journal
from kiosk.circulation.port import Circulation
from kiosk.circulation.presence import LONGEST_S, Presence
from kiosk.circulation.questions import Questions
from kiosk.circulation.replay import Replayer
from kiosk.circulation.retention import Retention

log = logging.getLogger(__name__)


@runtime_checkable
class Tended(Protocol):
    """A system that wants to be looked after, such as a connection to be kept alive."""

    def tend(self) -> float:
        """One short piece of work; answers the seconds until it wants to be called again."""
        ...


class Background:
    """In this order: what staff ask for, forgetting patrons, is the system back, one operation, keeping the line up."""

    def __init__(
        self,
        system: Circulation,
        journal: Journal,
        presence: Presence,
        questions: Questions,
        replayer: Replayer,
        retention: Retention,
    ) -> None:
        self._system = system
        self._journal = journal
        self._presence = presence
        self._questions = questions
        self._replayer = replayer
        self._retention = retention

    def tend(self) -> float:
        """One piece of work; answers the seconds until there may be more."""
        try:
            return self._tend()
        except Exception as error:  # noqa: BLE001 - the next patron must not pay for what went wrong before
            log.error("the desk's work between patrons failed: %s", type(error).__name__)
            return LONGEST_S

    def _tend(self) -> float:
        if journal_requests.take_up(self._journal):
            return 0.0
        self._retention.tend()
        if not self._presence.online:
            return self._look_for_system()
        entry = self._replayer.next()
        if entry is None:
            return self._keep_up()
        if self._replayer.attempt(entry).away:
            self._presence.lost()
            return self._presence.seconds_to_question()
        return 0.0

    def _look_for_system(self) -> float:
        seconds = self._presence.seconds_to_question()
        if seconds > 0:
            return min(seconds, LONGEST_S)
        if self._questions.is_back():
            self._presence.back()
            return 0.0
        self._presence.missed()
        return self._presence.seconds_to_question()

    def _keep_up(self) -> float:
        """Nothing is to be done now: keep the connection alive, so that the next patron does not wait for it."""
        wait = self._replayer.seconds_to_next()
        wait = LONGEST_S if wait is None else min(wait, LONGEST_S)
        if not isinstance(self._system, Tended):
            return wait
        try:
            return min(wait, max(0.0, self._system.tend()))
        except SystemAway:
            log.info("the library system could not be reached between patrons")
        except Exception as error:  # noqa: BLE001 - a foreign system may raise anything; the kiosk goes on
            log.error("the library system's own work failed: %s", type(error).__name__)
        self._presence.lost()
        return self._presence.seconds_to_question()
