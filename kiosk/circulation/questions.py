"""The desk's questions: they change nothing, leave no line in the journal, and never wait for a system that is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import (
    Circulation,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Secret,
    SystemStatus,
    Unknown,
)
from kiosk.circulation.presence import Presence
from kiosk.circulation.probing import Copy, Probing
from kiosk.circulation.promises import OfflineRules

log = logging.getLogger(__name__)
T = TypeVar("T")

OFFLINE = Refusal(Code.OFFLINE)


class Questions:
    """Asks the system while it is there, else the offline rules."""

    def __init__(self, system: Circulation, presence: Presence, rules: OfflineRules | None) -> None:
        self._system = system
        self._presence = presence
        self._rules = rules
        self._last = SystemStatus(online=False)

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal | Unknown:
        answer = self._ask("patron", lambda: self._system.patron(ref, pin))
        if answer is not None and not self._fell_silent(answer):
            if isinstance(answer, Patron) and pin is not None:
                self._learn(ref, pin, answer)
            return answer
        known = self._by_rules(lambda rules: rules.patron(ref, pin))
        return replace(known, offline=True) if isinstance(known, Patron) else self._said(answer, known)

    def item(self, item_id: str) -> Item | Refusal | Unknown:
        answer = self._ask("item", lambda: self._system.item(item_id))
        if answer is not None and not self._fell_silent(answer):
            return answer
        known = self._by_rules(lambda rules: rules.item(item_id))
        return known if isinstance(known, Item) else self._said(answer, known)

    def copy(self, item_id: str) -> Copy | Refusal | Unknown | None:
        """Where the copy stands, from the system alone; ``None`` while it is away, or if it cannot be looked at."""
        system = self._system
        if not isinstance(system, Probing):
            return None
        answer = self._ask("copy", lambda: system.copy(item_id))
        self._fell_silent(answer)
        return answer

    def fees(self, ref: PatronRef) -> int | Unknown:
        answer = self._ask("fees", lambda: self._system.fees(ref))
        return answer if answer is not None else Unknown(Code.OFFLINE.value)

    def end_visit(self, ref: PatronRef) -> None:
        self._ask("end_visit", lambda: self._system.end_visit(ref))

    def status(self) -> SystemStatus:
        """What the system says of itself; what it last said, while it is away."""
        answer = self._ask("status", self._system.status)
        if isinstance(answer, SystemStatus) and answer.online:
            self._last = answer
            return answer
        self._presence.lost()
        return replace(self._last, online=False, offline_since=self._presence.offline_since)

    def is_back(self) -> bool:
        """Ask a system that was away whether it answers again."""
        try:
            answer = self._system.status()
        except Exception as error:  # noqa: BLE001 - whatever it raises, it is not back
            log.info("the library system is still away: %s", type(error).__name__)
            return False
        if answer.online:
            self._last = answer
        return answer.online

    # inside

    def _ask(self, what: str, call: Callable[[], T]) -> T | Unknown | None:
        """The answer; ``Unknown`` when the system failed; ``None`` when it is, or has just turned out to be, away."""
        if not self._presence.online:
            return None
        try:
            answer = call()
        except SystemAway:
            self._presence.lost()
            return None
        except Exception as error:  # noqa: BLE001 - a foreign system may raise anything; the kiosk goes on
            # Only the type: the message may hold what was asked about.
            log.error("the library system did not answer %s: %s", what, type(error).__name__)
            self._presence.lost()
            return Unknown(type(error).__name__)
        if not isinstance(answer, Unknown):
            self._presence.worked()
        return answer

    def _fell_silent(self, answer: object) -> bool:
        """No usable answer came: the system is taken to be away."""
        if isinstance(answer, Unknown):
            self._presence.lost()
            return True
        return False

    def _by_rules(self, ask: Callable[[OfflineRules], T]) -> T | Refusal:
        if self._rules is None:
            return OFFLINE
        try:
            return ask(self._rules)
        except Exception as error:  # noqa: BLE001 - without rules nothing is known, as without an extract
            log.error("the offline rules failed: %s", type(error).__name__)
            return OFFLINE

    def _said(self, answer: object, known: Refusal) -> Refusal | Unknown:
        """What the rules say; without them, that the system failed to answer."""
        return answer if isinstance(answer, Unknown) and known.code is Code.OFFLINE else known

    def _learn(self, ref: PatronRef, pin: Secret, patron: Patron) -> None:
        try:
            if self._rules is not None:
                self._rules.learned(ref, pin, patron)
        except Exception as error:  # noqa: BLE001 - the patron is in; only the next outage is the poorer
            log.error("a PIN could not be kept for the next outage: %s", type(error).__name__)
