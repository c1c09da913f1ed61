"""Carries out what the session machine asks for, and turns what comes back into its events.

Theory of operation. There is one inbox. Anything may put an event into it from any thread; it is drained on the UI
thread, in order, and each event is one ``machine.step``. The state that results is shown once per drain. Effects that
may take time go to one worker thread (library system and journal) or to the reader's own thread; neither is ever
waited for. Nothing here imports Kivy: how to wake the UI thread and how to call later are passed in.

Security bits are ``gate.py``'s: what is written down before and after an operation, when the reader gets its order, and
what becomes of a tag that is seen again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Sequence

from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Item,
    Refused,
    Renewed,
    RenewOutcome,
    Returned,
    Unknown,
)
from kiosk.session.gate import Gate
from kiosk.session.machine import step
from kiosk.session.model import (
    CallStaff,
    CheckedIn,
    CheckedOut,
    Checkin,
    Checkout,
    Effect,
    EndVisit,
    Event,
    Failed,
    FindItem,
    FindPatron,
    ItemAnswered,
    LookAround,
    PatronAnswered,
    Play,
    Renew,
    RenewalAnswered,
    RenewAll,
    Secure,
    Secured,
    StandingTold,
    StartTimer,
    State,
    StopTimer,
    Stuck,
    SystemChanged,
    TagLeft,
    TagRead,
    Timer,
    TimerFired,
)
from kiosk.session.outside import BitList, Desk, Outside

log = logging.getLogger(__name__)

#: After a patron's question: long enough for the next one to come first, short enough to be soon.
_REST_S = 0.5
_TROUBLE_S = 30.0


class Runner:
    """One kiosk's session, running."""

    def __init__(self, desk: Desk, bits: BitList, outside: Outside, state: State) -> None:
        self.state = state
        self._desk = desk
        self._outside = outside
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._timers: dict[tuple[Timer, str], Callable[[], None]] = {}
        self._gate = Gate(desk, bits, secure=outside.secure, submit=self._submit, visit=lambda: self.state.visit)
        self._online: bool | None = None
        self._wrong_bits: int | None = None
        self._worker = threading.Thread(target=self._work, name="circulation", daemon=True)

    # --- life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin: settle what an earlier run left open, show the first page."""
        self._submit("start", self._begin)
        self._worker.start()
        self._outside.show(self.state)

    def stop(self, timeout: float = 5.0) -> None:
        """Finish the job under way, then stop. Jobs not begun are in no journal and are dropped."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self._jobs.put(None)
        if self._worker.is_alive():
            self._worker.join(timeout)

    def _begin(self) -> None:
        self._desk.recover()
        self._gate.begin()

    # --- in: any thread -------------------------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Put an event into the inbox. Callable from any thread; returns at once."""
        self._inbox.put(event)
        self._outside.wake()

    def security_written(self, uid: str, armed: bool, ok: bool, stuck: Stuck = Stuck.LEFT) -> None:
        """The reader has written and read back a bit (``ok``), or could not. Callable from any thread."""
        visit = self._gate.written(uid, armed, ok, stuck)
        self.post(Secured(visit, uid, armed, ok, stuck))

    def failed(self, where: str, error: BaseException) -> None:
        """Something raised where nothing should: log it without what it said, and go to the safe page."""
        places = traceback.extract_tb(error.__traceback__)[-6:]
        steps = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places))
        # The message of an exception may hold a name or number, so only its kind and place are logged.
        log.error("failure in %s: %s at %s", where, type(error).__name__, steps)
        self.post(Failed(where))

    # --- the UI thread --------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Take every waiting event through the machine, then show the state once."""
        before = self.state
        while True:
            try:
                event = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._take(event)
        if self.state is not before:
            self._outside.show(self.state)

    def _take(self, event: Event) -> None:
        try:
            match event:
                case TagRead(uid, item_id):
                    self._gate.lies(uid, item_id)
                case TagLeft(uid):
                    self._gate.left(uid)
                case _:
                    pass
            self.state, effects = step(self.state, event)
            for effect in effects:
                self._carry_out(effect)
        except Exception as error:
            if isinstance(event, Failed):
                raise
            self.failed("session", error)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case FindPatron(visit, ref, pin):
                self._submit("patron", lambda: self.post(PatronAnswered(visit, self._desk.patron(ref, pin))))
            case FindItem(visit, item_id):
                self._submit("item", lambda: self._find_item(visit, item_id))
            case Checkout():
                self._submit("checkout", lambda: self._checkout(effect))
            case Checkin():
                self._submit("checkin", lambda: self._checkin(effect))
            case Renew():
                self._submit("renew", lambda: self._renew(effect))
            case RenewAll():
                self._submit("renew", lambda: self._renew_all(effect))
            case Secure(visit, uid, armed):
                self._gate.order(visit, uid, armed)
            case StartTimer():
                self._start_timer(effect)
            case StopTimer(timer, key):
                self._cancel((timer, key))
            case Play(sound):
                self._outside.play(sound)
            case CallStaff():
                self._outside.call_staff()
            case LookAround(visit):
                self.post(StandingTold(visit, self._outside.standing()))
            case EndVisit():
                self._end_visit(effect)

    def _start_timer(self, effect: StartTimer) -> None:
        name = (effect.timer, effect.key)
        self._cancel(name)

        def fire() -> None:
            self._timers.pop(name, None)
            self.post(TimerFired(effect.visit, effect.timer, effect.key))

        self._timers[name] = self._outside.call_later(effect.seconds, fire)

    def _cancel(self, name: tuple[Timer, str]) -> None:
        cancel = self._timers.pop(name, None)
        if cancel is not None:
            cancel()

    def _end_visit(self, effect: EndVisit) -> None:
        for name in list(self._timers):
            self._cancel(name)
        self._outside.wipe()
        ref = effect.ref
        if ref is not None:
            self._submit("end of visit", lambda: self._desk.end_visit(ref))
        self._submit("security list", self._gate.take_over)  # and what it leaves behind is counted from now on
        if effect.borrowed or effect.returned:
            rated = effect.rating.value if effect.rating else None
            self._submit("ledger", lambda: self._outside.transaction("visit", "done", rated))

    # --- the worker thread ----------------------------------------------------------------------------------------

    def _submit(self, where: str, job: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the worker must outlive any job
                self.failed(where, error)

        self._jobs.put(guarded)

    def _work(self) -> None:
        """Patrons first; in between, the desk looks after what was left open."""
        due = time.monotonic() + _REST_S
        while True:
            try:
                job = self._jobs.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                due = time.monotonic() + self._tend()
                continue
            if job is None:
                return
            job()
            self._look_at_system()
            due = min(due, time.monotonic() + _REST_S)

    def _tend(self) -> float:
        try:
            wait = min(self._gate.tend(), self._desk.tend())
        except Exception as error:  # noqa: BLE001 - the worker must outlive it; what is open stays open
            log.error("what was left open could not be looked after: %s", type(error).__name__)
            wait = _TROUBLE_S
        self._look_at_system()
        return wait

    def _look_at_system(self) -> None:
        online = self._desk.online
        if online != self._online:
            self._online = online
            self.post(SystemChanged(online))
            self._outside.system(online)
        wrong = self._gate.wrong()
        if wrong != self._wrong_bits:
            self._wrong_bits = wrong
            self._outside.wrong_bits(wrong)
        self._outside.looked_after()

    def _find_item(self, visit: int, item_id: str) -> None:
        item = self._desk.item(item_id)
        if isinstance(item, Item):
            self.post(ItemAnswered(visit, item))

    def _checkout(self, effect: Checkout) -> None:
        outcome = self._gate.checkout(effect.visit, effect.ref, effect.item_id, effect.uids)
        self.post(CheckedOut(effect.visit, effect.item_id, outcome))
        self._tell("checkout", outcome)

    def _checkin(self, effect: Checkin) -> None:
        outcome = self._gate.checkin(effect.visit, effect.item_id, effect.uids)
        self.post(CheckedIn(effect.visit, effect.item_id, outcome))
        self._tell("checkin", outcome)

    def _renew(self, effect: Renew) -> None:
        outcome = self._desk.renew(effect.ref, effect.item_id)
        self.post(RenewalAnswered(effect.visit, effect.item_id, outcome))
        self._tell("renew", outcome)

    def _renew_all(self, effect: RenewAll) -> None:
        outcomes = self._desk.renew_all(effect.ref)
        answers: Sequence[RenewOutcome] = () if isinstance(outcomes, Unknown) else outcomes
        answered: dict[str, RenewOutcome] = {}
        otherwise: RenewOutcome = Unknown("no answer for this item")
        for outcome in answers:
            item = None if isinstance(outcome, Unknown) else outcome.item
            if item is not None:
                answered[item.id] = outcome
            elif isinstance(outcome, Refused):
                otherwise = outcome  # it names no item because it is about all of them, as offline
        for item_id in effect.item_ids:
            answer = answered.get(item_id, otherwise)
            self.post(RenewalAnswered(effect.visit, item_id, answer))
            self._tell("renew", answer)

    def _tell(self, op: str, outcome: CheckoutOutcome | CheckinOutcome | RenewOutcome) -> None:
        """One line for the ledger: what happened, never to what or to whom."""
        match outcome:
            case Borrowed(again=True) | Returned(again=True):
                return  # nothing happened
            case Borrowed() | Returned() | Renewed():
                self._outside.transaction(op, "done", None)
            case Refused(refusal):
                self._outside.transaction(op, "refused", refusal.code.value)
            case Unknown():
                self._outside.transaction(op, "unknown", None)
