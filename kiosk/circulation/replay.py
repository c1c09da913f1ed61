"""Leading operations on that are not settled: after a crash, after an answer that never came, after a day offline.

Theory of operation. There is one path for all of them: look at the system, decide (``decisions.py``), and only then
send, in the journal's order. An operation that cannot be settled yet holds up later ones on the *same item*, and no
other. One call of ``attempt`` handles one operation, so that a patron's question gets in between.

* Looking is read-only, so it leaves no row of its own: the ``PROBING`` row is written with the decision it led to.
* ``UNKNOWN`` means that the operation may still be on its way. What a look shows as done is done, at once. That it is
  absent is believed only after the system's quiet time, when two looks agree; then it is sent once more.
* The quiet time counts from the ``UNKNOWN`` row while the machine has not been restarted, else from this start.
* What was promised is sent with the moment at which it happened and the date that was promised.
* After ``MOST_SENDS`` sends without a usable answer, staff are asked.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kiosk.circulation.conflicts import Reason
from kiosk.circulation.decisions import Act, Decision, Seen, conflict, decide, done, may_act
from kiosk.circulation.errors import JournalError, SystemAway
from kiosk.circulation.journal import Journal, Kind, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.looking import look
from kiosk.circulation.moments import Stamp, happened_at, is_fresh, now
from kiosk.circulation.outcomes import Answer, written
from kiosk.circulation.port import Circulation, PatronRef, Refused, Unknown
from kiosk.circulation.probing import Happened, Probing

log = logging.getLogger(__name__)

_SECOND = 1_000_000_000

#: How often an operation is sent without ever getting a usable answer.
MOST_SENDS = 3
#: How often "cannot tell whether the patron has it" is taken for a passing fault.
UNSURE_LOOKS = 3
#: After an unusable answer to a look: wait so long, twice as long each time, and give up after a day.
UNCLEAR_WAIT_S, UNCLEAR_MOST_S, UNCLEAR_DAY_S = 5, 600, 24 * 3600
#: The second look comes this part of the quiet time after the first.
BETWEEN_LOOKS = 1 / 3


def nowhere(point: str) -> None:
    """The crash points' default: nothing happens there."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an attempt: the state now; ``away`` when the system cannot be reached; ``seen`` and ``answer`` when
    a look or the system's own words settled it."""

    state: State
    away: bool = False
    seen: Seen | None = None
    answer: Answer | None = None


@dataclass(slots=True)
class _Doubt:
    """What is remembered between looks, for one operation. Lost at a restart, which only makes it more careful."""

    absent_ns: int | None = None  # when it was first absent after the quiet time
    unsure: int = 0
    unclear: int = 0
    unclear_since_ns: int = 0
    not_before_ns: int = 0


class Replayer:
    """Leads one journal's operations on against one system. One thread at a time.

    ``forced``: tell the system not to refuse what was promised (SIP2: *no block*); only where that was tried out.
    ``point`` is called at ``replay: looked``, ``replay: sending``, ``replay: answered`` and ``replay: written``.
    """

    def __init__(
        self,
        system: Circulation,
        journal: Journal,
        *,
        forced: bool = False,
        point: Callable[[str], None] = nowhere,
    ) -> None:
        self._system = system
        self._journal = journal
        self._forced = forced
        self._point = point
        self._doubts: dict[str, _Doubt] = {}
        self._started = now(journal.clock)
        self._hears = frozenset(name for name in ("checkout", "checkin", "renew") if _takes_happened(system, name))

    # what is next

    def restarted(self) -> None:
        """At a start: whatever was being sent when the kiosk stopped may have happened."""
        for entry in self._journal.waiting():
            self._interrupted(entry, "restart")

    def next(self) -> Entry | None:
        """The first operation that may be attempted now: nothing earlier is open on its item, and its time has come."""
        clock = self._journal.clock.monotonic_ns()
        return next((entry for entry in self._first_of_items() if self._not_before(entry) <= clock), None)

    def seconds_to_next(self) -> float | None:
        """How long until something may be attempted again; ``None`` if nothing is left to do."""
        times = [self._not_before(entry) for entry in self._first_of_items()]
        return max(0.0, (min(times) - self._journal.clock.monotonic_ns()) / _SECOND) if times else None

    def is_held_up(self, entry: Entry) -> bool:
        """Whether an earlier operation on the same item is not settled."""
        return all(one.op != entry.op for one in self._first_of_items())

    def _first_of_items(self) -> Iterator[Entry]:
        """Of each item the first operation that is not settled, unless that is for staff."""
        items: set[str] = set()
        for entry in self._journal.unsettled():
            item = entry.item or entry.op
            if item not in items and entry.state != State.CONFLICT:
                yield entry
            items.add(item)

    def _not_before(self, entry: Entry) -> int:
        doubt = self._doubts.get(entry.op)
        return doubt.not_before_ns if doubt is not None else 0

    # one operation

    def attempt(self, entry: Entry) -> Attempt:
        """Lead this operation on as far as is possible now.

        Raises:
            JournalError, sqlite3.Error: the journal cannot take a row.
        """
        entry = self._interrupted(entry, "interrupted")
        doubt = self._doubts.setdefault(entry.op, _Doubt())
        try:
            looked = look(self._system, self._journal, entry)
        except SystemAway:
            return self._later(entry, "offline", away=True)
        except Exception as error:  # noqa: BLE001 - a foreign system may raise anything; it is asked again later
            log.warning("a look at the library system failed: %s", type(error).__name__)
            return self._unclear(entry, doubt, type(error).__name__)
        self._point("replay: looked")
        doubt.unclear = 0
        decision = decide(entry, looked.seen, fresh=is_fresh(entry.asked, now(self._journal.clock)))
        if decision.reason is Reason.CANNOT_TELL and looked.unsure and doubt.unsure < UNSURE_LOOKS:
            doubt.unsure += 1
            return self._unclear(entry, doubt, "unsure")
        return self._act(entry, doubt, decision, looked.seen)

    def _act(self, entry: Entry, doubt: _Doubt, decision: Decision, seen: Seen) -> Attempt:
        doubtful = self._doubtful(entry, seen)
        clock = self._journal.clock.monotonic_ns()
        quiet_ns = self._quiet_ns(entry)
        agreed = doubt.absent_ns is not None and clock - doubt.absent_ns >= self._between_ns()
        if not may_act(decision, doubtful=doubtful, quiet=clock >= quiet_ns, agreed=agreed):
            if clock < quiet_ns:
                doubt.absent_ns, doubt.not_before_ns = None, quiet_ns
                return Attempt(State(entry.state))
            doubt.absent_ns = clock if doubt.absent_ns is None else doubt.absent_ns
            doubt.not_before_ns = doubt.absent_ns + self._between_ns()
            if doubt.not_before_ns > clock:
                return Attempt(State(entry.state))
            return self.attempt(entry)  # no time between the looks: look again at once
        if decision.act is Act.SEND:
            return self._send(entry, seen, doubtful=doubtful)
        return self._end(entry, decision, seen)

    def _end(self, entry: Entry, decision: Decision, seen: Seen | None = None) -> Attempt:
        """Settled by looking, or left to staff."""
        via = () if entry.state == State.PROBING else (State.PROBING,)
        to = State.DONE if decision.act is Act.DONE else State.CONFLICT
        why = decision.reason.value if decision.reason is not None else ""
        state = self._journal.move(entry.op, to, via=via, due=decision.due, why=why)
        self._forget(entry)
        self._point("replay: written")
        return Attempt(state, seen=seen)

    # not now

    def _later(self, entry: Entry, why: str, *, away: bool = False) -> Attempt:
        """Nothing has changed; an operation that is not yet waiting waits from now on."""
        state = State(entry.state)
        if state is State.RECORDED:
            state = self._journal.move(entry.op, State.PARKED, why=why)
        elif state is State.PROBING:
            state = self._journal.move(entry.op, self._waits_as(entry), why=why)
        return Attempt(state, away=away)

    def _unclear(self, entry: Entry, doubt: _Doubt, why: str) -> Attempt:
        clock = self._journal.clock.monotonic_ns()
        if doubt.unclear == 0:
            doubt.unclear_since_ns = clock
        elif clock - doubt.unclear_since_ns > UNCLEAR_DAY_S * _SECOND:
            return self._end(entry, conflict(Reason.CANNOT_LOOK))
        doubt.not_before_ns = clock + min(UNCLEAR_MOST_S, UNCLEAR_WAIT_S << min(doubt.unclear, 10)) * _SECOND
        doubt.unclear += 1
        return self._later(entry, why)

    def _interrupted(self, entry: Entry, why: str) -> Entry:
        """An operation whose sending or probing was cut short, in the state that it is in therefore."""
        state = State(entry.state)
        doubtful = state is State.PROBING and self._waits_as(entry) is State.UNKNOWN
        if state is not State.SENDING and not doubtful:
            return entry
        self._journal.move(entry.op, State.UNKNOWN, why=why)
        found = self._journal.entry(entry.op)
        if found is None:
            raise JournalError(f"Operation {entry.op} is gone from the journal.")
        return found

    def _waits_as(self, entry: Entry) -> State:
        return State.UNKNOWN if State.UNKNOWN.value in self._journal.history(entry.op) else State.PARKED

    # sending

    def _send(self, entry: Entry, seen: Seen, *, doubtful: bool) -> Attempt:
        if seen.answered is None and self._journal.history(entry.op).count(State.UNKNOWN.value) >= MOST_SENDS:
            return self._end(entry, conflict(Reason.NO_ANSWER), seen)
        self._journal.move(entry.op, State.SENDING, via=() if entry.state == State.PROBING else (State.PROBING,))
        self._doubts.pop(entry.op, None)
        self._point("replay: sending")
        try:
            answer = self._ask(entry)
        except SystemAway:
            to = State.UNKNOWN if doubtful else State.PARKED  # nothing was sent now; an earlier time, perhaps
            return Attempt(self._journal.move(entry.op, to, why="offline"), away=True)
        except Exception as error:  # noqa: BLE001 - a foreign system may raise anything, after whatever it has done
            # Only the type: the message may hold what was asked about.
            log.error("the library system did not answer a replayed %s: %s", entry.kind, type(error).__name__)
            answer = Unknown(type(error).__name__)
        self._point("replay: answered")
        attempt = self._answered(entry, answer, doubtful=doubtful)
        self._point("replay: written")
        return attempt

    def _answered(self, entry: Entry, answer: Answer, *, doubtful: bool) -> Attempt:
        """Write the answer down. A *no* to what was sent before may only mean that it is done already: look."""
        said = written(answer)
        decision = done(entry, said.due) if said.state is State.DONE else None
        if isinstance(answer, Refused) and doubtful:
            try:
                decision = decide(entry, look(self._system, self._journal, entry).seen, fresh=True)
            except Exception as error:  # noqa: BLE001 - whatever it raised, the first time is still in doubt
                log.warning("a look after a refusal failed: %s", type(error).__name__)
                state = self._journal.move(entry.op, State.UNKNOWN, why=said.why)
                return Attempt(state, away=isinstance(error, SystemAway))
        if decision is not None and decision.act is Act.DONE:
            state = self._journal.move(entry.op, State.DONE, due=decision.due or said.due, why=said.why)
        elif decision is not None and decision.reason is Reason.DUE_EARLIER:
            state = self._journal.move(entry.op, State.CONFLICT, due=decision.due, why=Reason.DUE_EARLIER)
        else:
            state = self._journal.move(entry.op, said.state, due=said.due, why=said.why)
        return Attempt(state, away=isinstance(answer, Unknown), answer=answer)

    def _ask(self, entry: Entry) -> Answer:
        """The same question again, under the same id."""
        kind, op, system = Kind(entry.kind), entry.op, self._system
        known = {"happened": self._happened(entry)} if entry.promised and kind.value in self._hears else {}
        if kind is Kind.CHECKIN:
            return system.checkin(op, entry.item, **known)
        ref = entry.patron or PatronRef("")
        if kind is Kind.CHECKOUT:
            return system.checkout(op, ref, entry.item, **known)
        if kind is Kind.RENEW:
            return system.renew(op, ref, entry.item, **known)
        if kind is Kind.RENEW_ALL:
            return system.renew_all(op, ref)
        return system.pay(op, ref, entry.amount or 0)

    def _happened(self, entry: Entry) -> Happened:
        before, after = self._journal.believed_around(entry.n)
        present = now(self._journal.clock)
        if after is None and present.believed:
            after = present
        due = entry.promised_due if entry.kind != Kind.CHECKIN else None
        return Happened(happened_at(entry.asked, before, after), due, self._forced)

    # the quiet time

    def _doubtful(self, entry: Entry, seen: Seen) -> bool:
        """Whether it may still be on its way. Of a system that remembers, no: it has it, or it never will."""
        return entry.state == State.UNKNOWN and seen.answered is None

    def _quiet_ns(self, entry: Entry) -> int:
        """The moment (since boot) at which the operation's quiet time is over."""
        since: Stamp = entry.moved if entry.moved.same_boot(self._started) else self._started
        return since.mono_ns + self._system_quiet_ns()

    def _between_ns(self) -> int:
        return int(self._system_quiet_ns() * BETWEEN_LOOKS)

    def _system_quiet_ns(self) -> int:
        return int(self._system.quiet_seconds() * _SECOND) if isinstance(self._system, Probing) else 0

    def _forget(self, entry: Entry) -> None:
        self._doubts.pop(entry.op, None)


def _takes_happened(system: Circulation, name: str) -> bool:
    """Whether the system's operation can be told that it took place before."""
    parameters = inspect.signature(getattr(system, name)).parameters
    return "happened" in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())
