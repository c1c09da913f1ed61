"""Keeps the security bit of every book right: the order of writing things down, and what is done about a tag later.

Rules of this file:

* A tag's bit is touched only after the library system, or the offline rules, have said yes to its loan or return, and
  after a *wish* for the bit is on the disk. The wish is crossed out when the reader has read the value back.
* Before an operation its tags are written down as a *question*; a kill at any moment leaves a question or a wish,
  never nothing (``kiosk/circulation/journal_security.py``).
* A tag that was away, or whose visit is over, is written only after the library system was asked *again*: on loan,
  the bit goes off; in the library, it goes on, whatever was wished before. If nobody can tell, arming is safe (an
  armed book only alarms) and disarming is not, so nothing is disarmed; and what was armed on an old wish alone stays
  on the list until somebody could tell, for the book may have been lent elsewhere. The one exception is a yes of the
  visit that is still going on: it holds, as long as the tag does not name another item.
* What a visit leaves behind on the pad, an answer that came too late for it included, is seen to when it ends.
* As long as a tag lies there with the wrong bit it is tried again, less and less often.

Threads. Everything that may wait (journal, library system) is done on the circulation's worker: ``submit`` brings it
there. :meth:`Gate.lies`, :meth:`Gate.left`, :meth:`Gate.order` and :meth:`Gate.written` return at once, from any.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.circulation.port import Borrowed, CheckinOutcome, CheckoutOutcome, PatronRef, Returned, Unknown
from kiosk.circulation.whereabouts import Whereabouts
from kiosk.session.model import Stuck
from kiosk.session.outside import BitList, Desk

log = logging.getLogger(__name__)

#: Seconds until a tag that did not take its value is tried again: the first time, and at most.
AGAIN_S, AGAIN_MOST_S = 1.0, 30.0
_LONG_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Wish:
    armed: bool
    item: str
    op: str
    visit: int = 0  # in which it was made; 0: before this start, or found out later


class Gate:
    """The bits of one kiosk. ``secure`` queues an order for the reader, ``visit`` tells the number of the visit."""

    def __init__(
        self,
        desk: Desk,
        bits: BitList,
        *,
        secure: Callable[[str, bool], None],
        submit: Callable[[str, Callable[[], None]], None],
        visit: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._bits = bits
        self._secure = secure
        self._submit = submit
        self._visit = visit
        self._clock = clock
        self._lock = threading.Lock()  # guards everything below
        self._wanted: dict[str, _Wish] = {}
        self._crossing: set[str] = set()  # read back right; not crossed out on the disk yet
        self._back: set[str] = set()  # seen again with a wish open: only the library's word counts
        self._unsure: set[str] = set()  # ordered on an old wish alone: what is read back does not cross it out
        self._asked_in: dict[str, int] = {}  # uid -> the visit that last asked for its bit
        self._lying: dict[str, str] = {}  # uid -> the item that the tag names, or nothing
        self._again: dict[str, float] = {}  # uid -> when it is tried again
        self._tries: dict[str, int] = {}

    # --- the worker's thread --------------------------------------------------------------------------------------

    def begin(self) -> None:
        """At a start: what an earlier run left open."""
        self._bits.security_settle()
        self._read_list()

    def checkout(self, visit: int, ref: PatronRef, item: str, uids: Sequence[str]) -> CheckoutOutcome:
        """Lend the item; afterwards its tags are on the list, if the answer asks for that."""
        if not self._asked(uids, item, armed=False):
            return Unknown("journal")
        outcome = self._desk.checkout(ref, item)
        if isinstance(outcome, Borrowed):
            self._answered(visit, uids, item, "checkout", armed=False, secure=outcome.disarm)
        else:
            self._unanswered(uids)
        return outcome

    def checkin(self, visit: int, item: str, uids: Sequence[str]) -> CheckinOutcome:
        """Take the item back; as :meth:`checkout`."""
        if not self._asked(uids, item, armed=True):
            return Unknown("journal")
        outcome = self._desk.checkin(item)
        if isinstance(outcome, Returned):
            self._answered(visit, uids, item, "checkin", armed=True, secure=outcome.arm)
        else:
            self._unanswered(uids)
        return outcome

    def tend(self) -> float:
        """What became of open questions, and tags whose next try is due; seconds until there may be more."""
        self._bits.security_settle()
        self._read_list()
        now = self._clock()
        with self._lock:
            due = [uid for uid, at in self._again.items() if at <= now]
            for uid in due:
                del self._again[uid]
        for uid in due:
            self._see_to(uid)
        with self._lock:
            return max(0.0, min(self._again.values(), default=now + _LONG_S) - now)

    def take_over(self) -> None:
        """A visit is over: nobody orders for it any more, so what it owes to tags that lie there is seen to now."""
        visit = self._visit()
        with self._lock:
            owed = {uid for uid, wish in self._wanted.items() if wish.visit != visit}
            left = sorted(owed & self._lying.keys() - self._again.keys())
            self._back.update(left)
        for uid in left:
            self._see_to(uid)

    def wrong(self) -> int:
        """Tags whose bit is wrong, without those of the visit that is going on."""
        visit = self._visit()
        with self._lock:
            return sum(wish.visit != visit for wish in self._wanted.values())

    def _asked(self, uids: Sequence[str], item: str, *, armed: bool) -> bool:
        """Whether the question is on the disk. If not, nothing is asked: a tag could be forgotten."""
        try:
            if uids:
                self._bits.security_ask(uids, item, armed)
        except Exception as error:  # noqa: BLE001 - whatever the disk did, the patron hears that it is not known
            log.error("the journal could not take the tags of an item: %s", type(error).__name__)
            return False
        return True

    def _answered(self, visit: int, uids: Sequence[str], item: str, op: str, *, armed: bool, secure: bool) -> None:
        if not uids:
            return
        if secure:
            self._want(uids, _Wish(armed, item, op, visit))
            with self._lock:
                others = [uid for uid in uids if self._lying.get(uid, "") not in ("", item)]
                self._back.difference_update(uids)
                self._back.update(others)  # laid down again meanwhile, with another item's number on it
                self._unsure.difference_update(uids)
            for uid in others:
                self._see_to(uid)
        else:
            self._bits.security_unasked(uids)

    def _unanswered(self, uids: Sequence[str]) -> None:
        if uids:
            self._bits.security_settle()
            self._read_list()

    def _want(self, uids: Sequence[str], wish: _Wish) -> None:
        self._bits.security_want(uids, wish.armed, wish.item, wish.op)
        with self._lock:
            self._wanted.update(dict.fromkeys(uids, wish))

    def _read_list(self) -> None:
        """Wishes that were found out, or settled by staff, meanwhile."""
        listed = {bit.uid: bit for bit in self._bits.security_list()}
        with self._lock:
            for uid in self._wanted.keys() - listed.keys():
                del self._wanted[uid]
            new = listed.keys() - self._wanted.keys() - self._crossing
            for uid in new:
                self._wanted[uid] = _Wish(listed[uid].armed, listed[uid].item, listed[uid].op)
            lying = sorted(new & self._lying.keys())
            self._back.update(lying)
        for uid in lying:
            self._submit("security", lambda uid=uid: self._see_to(uid))  # type: ignore[misc]

    def _see_to(self, uid: str) -> None:
        """A tag with an open wish lies there: ask the library system where its item is, then have it written."""
        with self._lock:
            wish, lies = self._wanted.get(uid), uid in self._lying
            item = (self._lying.get(uid) or wish.item) if wish is not None else ""
        if wish is None or not lies:
            return
        where = self._whereabouts(item)
        promised = wish.visit == self._visit() and item == wish.item
        armed = self._right_value(where, wish, promised=promised)
        with self._lock:
            sure = where is not Whereabouts.UNKNOWN or promised
            (self._unsure.discard if sure else self._unsure.add)(uid)
        if armed is None:
            self._try_again(uid)
            return
        if armed is not wish.armed:
            self._want((uid,), _Wish(armed, item, wish.op, wish.visit))
        self._secure(uid, armed)

    def _whereabouts(self, item: str) -> Whereabouts:
        try:
            return self._desk.whereabouts(item) if item else Whereabouts.UNKNOWN
        except Exception as error:  # noqa: BLE001 - nobody can tell, so nothing is disarmed
            log.error("the library system could not be asked about a tag: %s", type(error).__name__)
            return Whereabouts.UNKNOWN

    def _right_value(self, where: Whereabouts, wish: _Wish, *, promised: bool) -> bool | None:
        if where is not Whereabouts.UNKNOWN:
            return where is Whereabouts.IN_LIBRARY
        return wish.armed if wish.armed or promised else None

    def _late(self, visit: int, uid: str, armed: bool) -> None:
        with self._lock:
            item = self._lying.get(uid, "")
        self._want((uid,), _Wish(armed, item, "late", visit))
        self._secure(uid, armed)

    def _cross_out(self, uid: str) -> None:
        with self._lock:
            wanted_again = uid in self._wanted
        if not wanted_again:
            self._bits.security_done(uid)
        with self._lock:
            self._crossing.discard(uid)

    # --- any thread -----------------------------------------------------------------------------------------------

    def lies(self, uid: str, item: str) -> None:
        """A tag lies on the pad and names this item (or nothing). If its bit is owed, the library system is asked."""
        with self._lock:
            self._lying[uid] = item
            owed = uid in self._wanted
            if owed:
                self._back.add(uid)
        if owed:
            self._submit("security", lambda: self._see_to(uid))

    def left(self, uid: str) -> None:
        """A tag is gone."""
        with self._lock:
            for known in (self._lying, self._again, self._tries):
                known.pop(uid, None)

    def order(self, visit: int, uid: str, armed: bool) -> None:
        """The session asks for a bit, of a book to which the library system has said yes in this visit."""
        with self._lock:
            self._asked_in[uid] = visit
            wish = self._wanted.get(uid)
            if wish is not None and uid in self._back:
                return  # it was away since: ``lies`` has seen to it
            written_down = wish is not None and wish.armed is armed
        if written_down:
            self._secure(uid, armed)
        else:
            self._submit("security", lambda: self._late(visit, uid, armed))

    def written(self, uid: str, armed: bool, ok: bool, stuck: Stuck) -> int:
        """The reader has read the bit back (``ok``), or could not write it; answers the visit that asked for it."""
        with self._lock:
            wish = self._wanted.get(uid)
            right = ok and wish is not None and wish.armed is armed
            crossed_out = right and uid not in self._unsure
            if crossed_out:
                del self._wanted[uid]
                self._crossing.add(uid)
                self._back.discard(uid)
            if crossed_out:
                self._tries.pop(uid, None)
                self._again.pop(uid, None)
            more = (right and not crossed_out) or (not ok and stuck is Stuck.MOVE)
            retry = more and uid in self._lying and wish is not None
            visit = self._asked_in.get(uid, 0)
        if crossed_out:
            self._submit("security list", lambda: self._cross_out(uid))
        if retry:
            self._submit("security", lambda: self._try_again(uid))  # there, so that the worker looks at its clock
        return visit

    def _try_again(self, uid: str) -> None:
        with self._lock:
            tries = self._tries.get(uid, 0)
            self._tries[uid] = tries + 1
            self._again[uid] = self._clock() + min(AGAIN_MOST_S, AGAIN_S * 2 ** min(tries, 10))
