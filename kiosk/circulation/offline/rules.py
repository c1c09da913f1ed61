"""The rules that hold without a network: extract, verifiers and the journal's waiting operations in, promises out.

Whatever cannot be known fails closed. The caps, all from the settings:

* policy ``off``: nothing; ``returns``: items are taken in; ``both``: and lent;
* lending needs an extract that is not older than ``extract_hours`` and a clock that can be believed;
* after ``open_days`` with an operation waiting, or with ``open_operations`` of them, nothing more is promised;
* ``items_per_patron`` in one outage; fewer for a patron whose PIN cannot be checked, if such may borrow at all.

What a member may borrow and until when is decided by the same functions as in the embedded library
(``library/rules.py``), fed from the extract and from what happened since it was made. The date is a promise: the system
may give a later one, never an earlier.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from devices.barcode.check_digits import mod10_holds
from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import OfflineError
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.library import rules
from kiosk.circulation.library.pins import Lock
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.extract import Extract, ItemRecord, MemberRecord
from kiosk.circulation.offline.history import History, KeepsHistory
from kiosk.circulation.offline.outage import Outage, is_of
from kiosk.circulation.offline.readiness import Readiness, believed, look
from kiosk.circulation.offline.settings import OfflineSettings, Policy
from kiosk.circulation.offline.standing import can_borrow, copy_of, standing
from kiosk.circulation.offline.verifiers import Verdict, Verifiers
from kiosk.circulation.port import Code, Item, Patron, PatronRef, Refusal, Secret
from kiosk.circulation.probing import due_mark
from kiosk.circulation.promises import Promise

log = logging.getLogger(__name__)

_OFFLINE = Refusal(Code.OFFLINE)
_STRANGER = Refusal(Code.NO_MATCH)


class OfflineDesk:
    """Implements ``promises.OfflineRules``. Used from the kiosk's one worker thread.

    ``journal`` tells what this kiosk has done since the extract was made; without it only what waits is known.
    ``verifiers`` are ``None`` where the library keeps none. ``own_marks``: the extract comes from the very system that
    a replay will ask, so its fingerprints are the system's; otherwise due dates are.

    Raises:
        OfflineError: the pattern or check of item numbers in the settings cannot be used.
    """

    def __init__(
        self,
        settings: OfflineSettings,
        extract: CurrentExtract,
        verifiers: Verifiers | None,
        clock: Clock,
        zone: ZoneInfo,
        *,
        journal: KeepsHistory | None = None,
        own_marks: bool = False,
    ) -> None:
        self.settings = settings
        self._current = extract
        self._verifiers = verifiers if settings.keep_verifiers else None
        self._clock = clock
        self._zone = zone
        self._history = History(journal) if journal is not None else None
        self._own_marks = own_marks
        self._pattern = _pattern_of(settings)
        self._proved: str | None = None  # the card whose PIN was right last, in this visit

    @property
    def snapshot(self) -> str:
        """The extract the answers come from, as the journal names it; empty while there is none."""
        extract = self._current.now
        return extract.about.snapshot if extract is not None else ""

    def readiness(self, waiting: Sequence[Entry]) -> Readiness:
        """What could be done offline now, and why not more."""
        extract = self._current.now
        about = extract.about if extract is not None else None
        return look(self.settings, about, self._current.problem, Outage(waiting), self._clock)

    # who

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        """Who is this? A card alone opens nothing that a PIN protects, unless the library allows cards alone."""
        extract = self._current.now
        if extract is None or self.settings.policy is Policy.OFF:
            return _OFFLINE
        member = extract.member(ref.number)
        if member is not None and not member.pin:
            return self._as_patron(extract, ref, member)
        if not extract.about.pins:
            return _STRANGER
        if self.settings.card_only and (self._verifiers is None or not self._verifiers.knows(ref.number)):
            return self._as_patron(extract, ref, member) if member is not None else _STRANGER
        if self._verifiers is None:
            return _OFFLINE  # nobody's PIN can be checked, so nobody is asked for one
        refusal = self._try_pin(self._verifiers, ref, pin)
        if refusal is not None:
            return refusal
        if member is None:
            return _STRANGER  # known to the kiosk from before, gone from the extract
        self._proved = ref.number.strip()
        return self._as_patron(extract, ref, member)

    def learned(self, ref: PatronRef, pin: Secret, patron: Patron) -> None:
        """The system has just let this patron in with this PIN."""
        self._proved = ref.number.strip()
        if self._verifiers is None:
            return
        try:
            self._verifiers.learn(ref.number, pin, self.settings.verifier_days)
        except OfflineError as error:
            log.error("a PIN verifier could not be kept: %s", error)

    def _try_pin(self, verifiers: Verifiers, ref: PatronRef, pin: Secret | None) -> Refusal | None:
        try:
            verdict = verifiers.locked(ref.number) if pin is None else verifiers.check(ref.number, pin)
        except OfflineError as error:
            log.error("PIN verifiers: %s", error)
            return _OFFLINE
        match verdict:
            case Lock(until=until, tries=tries):
                return Refusal(Code.PIN_LOCKED, until_time=until, limit=tries)
            case None:
                return Refusal(Code.PIN_REQUIRED)
            case Verdict.WRONG:
                return _STRANGER
            case Verdict.RIGHT:
                return None

    def _as_patron(self, extract: Extract, ref: PatronRef, member: MemberRecord) -> Patron:
        waiting = self._history.waiting() if self._history is not None else ()
        if self.readiness(waiting).lending is not None:
            return Patron(ref, member.first_name, can_borrow=0, fees=member.owed, blocked=_OFFLINE, offline=True)
        outage = self._outage(extract, waiting)
        today, terms = self._today(outage), extract.about.terms
        stands = standing(extract, member, ref, outage, today, outage.returned(self._zone))
        blocked = rules.blocks(stands, terms.policy, today)
        if extract.is_blocked(ref.number):
            blocked = blocked or Refusal(Code.BLOCKED)
        left = can_borrow(stands, self._cap(member, ref), outage, ref)
        return Patron(ref, member.first_name, can_borrow=left, fees=member.owed, blocked=blocked, offline=True)

    # what

    def item(self, item_id: str) -> Item | Refusal:
        """What is this?"""
        extract = self._current.now
        if extract is None:
            return _OFFLINE
        record = self._item(extract, item_id)
        return record.item if record is not None else Refusal(Code.UNKNOWN_ITEM)

    def _item(self, extract: Extract, item_id: str) -> ItemRecord | None:
        """The copy, or one made up for a number that the extract does not know but the library accepts."""
        record = extract.item(item_id)
        if record is None and self._acceptable(item_id):
            record = ItemRecord(Item(item_id.strip(), item_id.strip()), collection="")
        return record

    def _acceptable(self, item_id: str) -> bool:
        if not self.settings.unknown_items or self._pattern is None:
            return False
        number = item_id.strip()
        return self._pattern.fullmatch(number) is not None and (
            self.settings.item_check != "mod10" or mod10_holds(number)
        )

    # promises

    def checkout(self, ref: PatronRef, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        """May the item be lent to the patron now?"""
        extract = self._current.now
        if extract is None or self.readiness(waiting).lending is not None:
            return _OFFLINE
        outage = self._outage(extract, waiting)
        member = extract.member(ref.number)
        if member is None:
            return _STRANGER
        if not self._may_act(member, ref):
            return Refusal(Code.PIN_REQUIRED)
        record = self._item(extract, item_id)
        if record is None:
            return Refusal(Code.UNKNOWN_ITEM)
        return self._promised_before(extract, record, member, ref, outage) or self._lend(
            extract, record, member, ref, outage
        )

    def checkin(self, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        """May the item be taken in now, to be processed later? Nothing is said of fines or holds."""
        extract = self._current.now
        if extract is None or self.readiness(waiting).returning is not None:
            return _OFFLINE
        outage = self._outage(extract, waiting)
        record = self._item(extract, item_id)
        if record is None:
            return Refusal(Code.UNKNOWN_ITEM)
        touched = outage.lent(item_id) is not None or outage.is_back(item_id)
        return Promise(record.item, mark="" if touched or record.due is None else self._mark(record, record.due))

    def _lend(
        self, extract: Extract, record: ItemRecord, member: MemberRecord, ref: PatronRef, outage: Outage
    ) -> Promise | Refusal:
        today, terms = self._today(outage), extract.about.terms
        returned = outage.returned(self._zone)
        stands = standing(extract, member, ref, outage, today, returned, record)
        if extract.is_blocked(ref.number):
            return rules.blocks(stands, terms.policy, today) or Refusal(Code.BLOCKED)
        rule = terms.rule(member.type, record.collection)
        copy = copy_of(extract, record, ref, outage, today, returned)
        no = rules.blocks(stands, terms.policy, today) or rules.forbids(copy, stands, rule, today)
        if no is not None:
            return no
        assert rule is not None  # forbids() refuses without one
        cap = self._cap(member, ref)
        if len(outage.had_by(ref) | {record.item.id}) > cap:
            return Refusal(Code.LIMIT, limit=cap)
        due = rules.due_date(today, rule, terms.calendar, member.expires)
        return Promise(record.item, due=due)

    def _promised_before(
        self, extract: Extract, record: ItemRecord, member: MemberRecord, ref: PatronRef, outage: Outage
    ) -> Promise | None:
        """The patron has it already: from this outage, or from before the extract was made. Nothing changes."""
        item = record.item.id
        lent = outage.lent(item)
        if lent is not None:
            due = lent.promised_due or lent.due
            return Promise(record.item, due) if is_of(lent, ref) and due is not None else None
        if item in outage.returned(self._zone):
            return None
        pair = extract.cards.pair(ref.number, item)
        before = next((loan for loan in member.loans if loan.pair == pair), None)
        return Promise(record.item, before.due, self._mark(record, before.due)) if before is not None else None

    def _mark(self, record: ItemRecord, due: date) -> str:
        return record.mark if self._own_marks and record.mark else due_mark(due)

    def _outage(self, extract: Extract, waiting: Sequence[Entry]) -> Outage:
        return Outage(waiting, self._history.since(extract.about.made) if self._history is not None else ())

    def _may_act(self, member: MemberRecord, ref: PatronRef) -> bool:
        return not member.pin or self.settings.card_only or self._proved == ref.number.strip()

    def _cap(self, member: MemberRecord, ref: PatronRef) -> int:
        """How many items the patron may borrow in one outage."""
        most = self.settings.items_per_patron
        by_card_alone = member.pin and self._proved != ref.number.strip()
        return min(most, self.settings.card_only_items) if by_card_alone else most

    def _today(self, outage: Outage) -> date:
        return believed(self._clock, outage).astimezone(self._zone).date()


def _pattern_of(settings: OfflineSettings) -> re.Pattern[str] | None:
    """What the numbers of unknown items must look like."""
    if settings.item_check not in ("", "mod10"):
        raise OfflineError(
            f"circulation.offline.item_check is '{settings.item_check}'; it may be mod10, or nothing at all."
        )
    try:
        return re.compile(settings.item_pattern) if settings.item_pattern else None
    except re.error as error:
        raise OfflineError(f"circulation.offline.item_pattern is no regular expression: {error}.") from error
