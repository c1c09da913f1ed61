"""Deriving in the writer's idle time, a bounded piece at a time, so that the desk is current and no row waits long.

The writer owns the store's writing side, so it is the one that derives: between two batches, at most
:data:`LIMIT` days a turn. While rows keep coming it takes a turn every :data:`BUSY_S`; otherwise every :data:`IDLE_S`,
and at once again while more waits. What cannot be derived must never hold up a row: an error is logged and tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from collector.errors import StoreBusy
from collector.store.port import Store

LIMIT = 40
IDLE_S = 1.0
BUSY_S = 10.0
AFTER_ERROR_S = 60.0

log = logging.getLogger(__name__)


class Deriver:
    """Takes turns; used by the writer's thread alone."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int],
        changed: Callable[[], None],
        default_zone: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock``: ms of UTC. ``changed`` says that figures are new. ``default_zone``: of sites only heard of."""
        self._store = store
        self._clock = clock
        self._changed = changed
        self._zone = default_zone
        self._monotonic = monotonic
        self._last = float("-inf")
        self._pause = 0.0
        self._more = False

    def turn(self, *, idle: bool) -> None:
        """Derive a piece, if it is time. ``idle``: no rows came just now."""
        wait = 0.0 if idle and self._more else IDLE_S if idle else BUSY_S
        at = self._monotonic()
        if at - self._last < max(wait, self._pause):
            return
        self._last, self._pause = at, 0.0
        try:
            done = self._store.refresh(self._clock(), limit=LIMIT, default_zone=self._zone)
        except StoreBusy as error:
            log.warning("figures are not derived now: %s", error)
            self._pause = IDLE_S
            return
        except Exception:  # a figure that cannot be derived must not keep rows from being stored
            log.exception("figures could not be derived; trying again in %d s", AFTER_ERROR_S)
            self._pause = AFTER_ERROR_S
            return
        self._more = done.more
        if done.changed:
            self._changed()
