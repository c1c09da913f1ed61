"""Gathering the evidence: which questions are asked, in which order, and which are not worth asking any more.

The order has reasons. What a server may take amiss comes on a connection of its own; the login is tried in three ways
only if the ways before got *no* answer, never after a refusal; a wrong PIN comes before the right one, so that the
right one clears the count. Everything before the trial changes nothing; the trial lends one named item and takes it
back, whatever happened in between.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec

from kiosk.circulation.port import Secret
from kiosk.circulation.probing import Happened
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.codec import encode
from kiosk.circulation.sip2.probe.dialogue import Dialogue, Manner
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Exchange, Step
from kiosk.circulation.sip2.probe.patrons import patron_seen
from kiosk.circulation.sip2.requests import PatronInformation, RequestAcsResend
from kiosk.circulation.sip2.responses import (
    AcsStatus,
    CheckoutResponse,
    ItemInformationResponse,
    LoginResponse,
    PatronInformationResponse,
)
from kiosk.circulation.sip2.values import CirculationStatus, Summary

#: No library has such a number.
NO_SUCH_ITEM = "PUSTAKA-PROBE-0"
NO_SUCH_PATRON = "PUSTAKA-PROBE-0"
NO_SUCH_INSTITUTION = "PUSTAKA-PROBE"
#: No library lends for this long, so a due date like it is ours.
_TRIAL_DAYS = 5
#: How often the test item is taken back until it is seen to be free.
_TRIES = 3
_CRLF = Manner(terminator=b"\r\n")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may be asked about. ``trial``: the test item may be lent to the test patron."""

    patron: str = field(default="", repr=False)
    pin: Secret | None = None
    item: str = ""
    loan_item: str = field(default="", repr=False)
    trial: bool = False


def gather(
    dialogue: Dialogue,
    asking: Asking,
    wishes: Wishes,
    *,
    line: str = "",
    protected: bool = False,
    offers_tls: bool | None = None,
) -> Evidence:
    """Ask everything that can be asked with these wishes. ``line`` and what follows describe the wires given.

    Raises:
        UnsafeValue: a number or the PIN cannot be written in SIP2. Nothing was sent.
    """
    for request in (
        asking.patron(wishes.patron, wishes.pin, ()),
        asking.item(wishes.item),
        asking.item(wishes.loan_item),
    ):
        encode(request)
    seen = Evidence(
        zone=asking.zone,
        today=asking.clock.now().astimezone(asking.zone).date(),
        line=line,
        protected=protected,
        offers_tls=offers_tls,
        login_given=bool(asking.terminal.login),
        patron_given=bool(wishes.patron),
        pin_given=wishes.pin is not None,
        item=wishes.item,
        loan_item=wishes.loan_item,
        trial=wishes.trial,
    )
    try:
        if _enter(seen, dialogue, asking):
            _ask_of_the_line(seen, dialogue, asking)
            _ask_of_items(seen, dialogue, asking, wishes)
            if wishes.patron:
                _ask_of_the_patron(seen, dialogue, asking, wishes)
            if wishes.trial and wishes.patron and wishes.item:
                _try_no_block(seen, dialogue, asking, wishes)
            if wishes.patron:
                seen.add(dialogue.ask(Step.END, asking.end_session(wishes.patron, wishes.pin)))
    finally:
        dialogue.hang_up()
    return seen


def _enter(seen: Evidence, dialogue: Dialogue, asking: Asking) -> bool:
    """Find the way in. ``False``: there is none, and nothing more to ask."""
    first = seen.add(dialogue.ask(Step.STATUS_FIRST, asking.status(), alone=True))
    if first.end is End.NO_LINE:
        return False
    if first.frame is None:  # once is chance
        first = seen.add(dialogue.ask(Step.STATUS_FIRST, asking.status(), alone=True))
    if first.end is End.SILENT:
        crlf = seen.add(dialogue.ask(Step.STATUS_CRLF, asking.status(), _CRLF, alone=True))
        if crlf.frame is not None:
            dialogue.manner = _CRLF
    if not asking.terminal.login:
        return isinstance(first.message, AcsStatus) or isinstance(seen[Step.STATUS_CRLF].message, AcsStatus)
    return _log_in(seen, dialogue, asking)


def _log_in(seen: Evidence, dialogue: Dialogue, asking: Asking) -> bool:
    login = asking.login()
    answer = seen.add(dialogue.ask(Step.LOGIN, login, alone=True))
    if not isinstance(answer.message, LoginResponse):  # once is chance
        answer = seen.add(dialogue.ask(Step.LOGIN, login, alone=True))
    if isinstance(answer.message, LoginResponse):
        dialogue.entry = (login,)
        return answer.message.ok
    if dialogue.ask(Step.STATUS_FIRST, asking.status(), alone=True).frame is not None:
        answer = seen.add(dialogue.ask(Step.LOGIN_AFTER_STATUS, login))
        if isinstance(answer.message, LoginResponse):
            dialogue.entry = (asking.status(), login)
            return answer.message.ok
    plain = Manner(checksums=False, terminator=dialogue.manner.terminator)
    answer = seen.add(dialogue.ask(Step.LOGIN_PLAIN, login, plain, alone=True))
    if isinstance(answer.message, LoginResponse):
        dialogue.entry, dialogue.manner = (login,), plain
        return answer.message.ok
    return False


def _ask_of_the_line(seen: Evidence, dialogue: Dialogue, asking: Asking) -> None:
    status = seen.add(dialogue.ask(Step.STATUS, asking.status()))
    if status.frame is not None:
        with closing(dialogue.another()) as other:
            other.ask(Step.STATUS, asking.item(NO_SUCH_ITEM))
            # On the connection that was answered with 98, while another one had an 18: whose answer comes again?
            seen.add(dialogue.ask(Step.AGAIN, RequestAcsResend()))
    if dialogue.manner.checksums:
        seen.add(dialogue.ask(Step.DAMAGED, asking.status(), replace(dialogue.manner, spoil=True)))
        seen.add(dialogue.ask(Step.PLAIN_STATUS, asking.status(), replace(dialogue.manner, checksums=False)))


def _ask_of_items(seen: Evidence, dialogue: Dialogue, asking: Asking, wishes: Wishes) -> None:
    nothing = asking.item(NO_SUCH_ITEM)
    seen.add(dialogue.ask(Step.UNKNOWN_ITEM, nothing))
    seen.add(dialogue.ask(Step.WITHOUT_AC, replace(nothing, terminal_password=None)))
    own = seen[Step.UNKNOWN_ITEM]
    if wishes.item:
        own = seen.add(dialogue.ask(Step.ITEM, asking.item(wishes.item)))
    if own.frame is not None:
        other = replace(asking.item(wishes.item or NO_SUCH_ITEM), institution_id=NO_SUCH_INSTITUTION)
        seen.add(dialogue.ask(Step.OTHER_INSTITUTION, other))
    if wishes.loan_item:
        seen.add(dialogue.ask(Step.LOAN_ITEM, asking.item(wishes.loan_item)))


def _ask_of_the_patron(seen: Evidence, dialogue: Dialogue, asking: Asking, wishes: Wishes) -> None:
    def patron(pin: Secret | None, *summary: Summary, first: int = 0, last: int = 0) -> PatronInformation:
        return asking.patron(wishes.patron, pin, summary, first, last)

    seen.add(dialogue.ask(Step.STRANGER, asking.patron(NO_SUCH_PATRON, None, ())))
    seen.add(dialogue.ask(Step.NO_PIN, patron(None)))
    if wishes.pin is not None:
        wrong = seen.add(dialogue.ask(Step.WRONG_PIN, patron(_other_than(wishes.pin, "0"))))
        if isinstance(wrong.message, PatronInformationResponse) and wrong.message.valid_patron_password == "Y":
            seen.add(dialogue.ask(Step.WRONG_AGAIN, patron(_other_than(wishes.pin, "7"))))
        seen.add(dialogue.ask(Step.RIGHT_PIN, patron(wishes.pin)))
    if patron_seen(seen) is None:
        return
    pin = wishes.pin
    charged = seen.add(dialogue.ask(Step.CHARGED, patron(pin, Summary.CHARGED)))
    seen.add(dialogue.ask(Step.CHARGED_FIRST, patron(pin, Summary.CHARGED, first=1, last=1)))
    entry = _first_loan(charged)
    if entry:
        seen.add(dialogue.ask(Step.FIRST_LOAN, asking.item(entry)))
    seen.add(dialogue.ask(Step.HOLDS, patron(pin, Summary.HOLDS)))
    seen.add(dialogue.ask(Step.UNAVAILABLE, patron(pin, Summary.UNAVAILABLE_HOLDS)))
    seen.add(dialogue.ask(Step.MANY, patron(pin, *Summary)))


def _first_loan(charged: Exchange) -> str:
    """The first entry, if it could be a number: a title with accents, or a long one, is none."""
    if not isinstance(charged.message, PatronInformationResponse):
        return ""
    entries = [entry.strip() for entry in charged.message.charged_items if entry.strip()]
    return entries[0] if entries and entries[0].isascii() and entries[0].isprintable() and len(entries[0]) <= 64 else ""


def _other_than(pin: Secret, digit: str) -> Secret:
    """A PIN of the same length that is not this one."""
    wrong = digit * max(len(pin.text), 4)
    return Secret(wrong if wrong != pin.text else "1" * len(wrong))


def _try_no_block(seen: Evidence, dialogue: Dialogue, asking: Asking, wishes: Wishes) -> None:
    before = seen.add(dialogue.ask(Step.BEFORE, asking.item(wishes.item)))
    if not _is_free(before):
        return
    seen.trial_due = seen.today + timedelta(days=_TRIAL_DAYS)
    forcing = replace(asking, profile=msgspec.structs.replace(asking.profile, no_block=True, renewal_policy=False))
    happened = Happened(asking.clock.now(), seen.trial_due, forced=True)
    lend = forcing.checkout("", wishes.patron, wishes.item, wishes.pin, happened)
    try:
        if _is_yes(seen.add(dialogue.ask(Step.LEND, lend))):
            again = forcing.checkout("", wishes.patron, wishes.item, wishes.pin)
            seen.add(dialogue.ask(Step.LEND_AGAIN, again))
            loans = asking.patron(wishes.patron, wishes.pin, (Summary.CHARGED,))
            seen.add(dialogue.ask(Step.LENT_LIST, loans))
    finally:
        if _may_be_lent(seen[Step.LEND]):
            for _ in range(_TRIES):
                seen.add(dialogue.ask(Step.TAKE_BACK, asking.checkin("", wishes.item)))
                if _is_free(seen.add(dialogue.ask(Step.AFTER, asking.item(wishes.item)))):
                    break


def _is_free(asked: Exchange) -> bool:
    answer = asked.message
    return isinstance(answer, ItemInformationResponse) and answer.circulation_status == CirculationStatus.AVAILABLE


def _is_yes(lent: Exchange) -> bool:
    return isinstance(lent.message, CheckoutResponse) and lent.message.ok


def _may_be_lent(lent: Exchange) -> bool:
    """Everything but a clear no: a return of what was not lent harms nothing, the other way round does."""
    refused = isinstance(lent.message, CheckoutResponse) and not lent.message.ok
    return not refused and lent.end is not End.NO_LINE
