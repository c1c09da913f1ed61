"""Detectives of the trial: the test item was lent with *no block*, lent once more, and taken back."""

from __future__ import annotations

from kiosk.circulation.sip2.dates import due_day
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Step
from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.probe.items import due_days, due_formats
from kiosk.circulation.sip2.probe.patrons import patron_denied
from kiosk.circulation.sip2.responses import CheckinResponse, CheckoutResponse, ItemInformationResponse


def no_block(seen: Evidence) -> Finding:
    """Whether the server can be told that something has happened already."""
    step = seen[Step.LEND]
    if step.end is End.NOT_ASKED:
        return unknown("no_block", _why_not(seen))
    answer = step.message
    if not isinstance(answer, CheckoutResponse):
        return Finding("no_block", False, f"A checkout with no block: {step.said}.", alarm=True)
    denied = patron_denied(seen)
    if not answer.ok:
        if denied:
            return Finding("no_block", False, "A checkout with no block was refused to a patron who is blocked.")
        return unknown("no_block", "The checkout was refused although nothing is known against the patron.")
    kept = _due_kept(seen, answer)
    if kept is None:
        return unknown("no_block", "The due date in the answer cannot be read, so nobody knows whether ours was kept.")
    if not kept:
        return Finding("no_block", False, "The checkout was carried out with another due date than the one we gave.")
    if denied:
        return Finding("no_block", True, "A patron who is blocked got the item, until the day we gave.")
    return unknown(
        "no_block",
        "Our due date was kept, but whether blocks are ignored shows only with a test patron who is "
        "blocked. Try again with one.",
    )


def _why_not(seen: Evidence) -> str:
    if not seen.trial:
        return "Not tried: it lends an item (--try-no-block with --patron and --item)."
    before = seen[Step.BEFORE]
    if before.end is End.NOT_ASKED:
        return "Not tried: it needs a test patron and a test item."
    if isinstance(before.message, ItemInformationResponse):
        return f"Not tried: the test item is not free (status {before.message.circulation_status})."
    return f"Not tried: whether the test item is free could not be seen: {before.said}."


def _due_kept(seen: Evidence, answer: CheckoutResponse) -> bool | None:
    found = due_formats(seen).value
    patterns = tuple(str(pattern) for pattern in found) if isinstance(found, tuple) else ()
    day = due_day(answer.due_date, patterns, seen.zone)
    days = due_days(answer.due_date, seen) if day is None else {day}
    if seen.trial_due not in days:
        return False if days else None
    return True if len(days) == 1 else None


def checkout_renews(seen: Evidence) -> Finding:
    """What a checkout that arrives twice does."""
    step, lent = seen[Step.LEND_AGAIN], seen.answer(Step.LEND, CheckoutResponse)
    if step.end is End.NOT_ASKED or lent is None:
        return unknown("checkout_renews", "Not tried: it needs the trial (--try-no-block).")
    answer = step.message
    if not isinstance(answer, CheckoutResponse):
        return unknown("checkout_renews", f"A second checkout of the same item: {step.said}.")
    if not answer.ok:
        return Finding("checkout_renews", False, "A second checkout of the own loan is refused.")
    if answer.due_date.strip() != lent.due_date.strip():
        return Finding("checkout_renews", True, "A second checkout of the own loan renews it, although we forbid that.")
    if answer.renewal_ok:
        # A renewal on the day of the loan often ends on the same day, so the date proves nothing.
        said = "A second checkout of the own loan is called a renewal; the due date stayed."
        return Finding("checkout_renews", True, said, Confidence.LIKELY)
    said = "A second checkout of the own loan is accepted as it stands: no renewal, and the due date stayed."
    return Finding("checkout_renews", False, said, Confidence.LIKELY)


def undone(seen: Evidence) -> Finding | None:
    """Whether everything is as it was."""
    lent = seen.answer(Step.LEND, CheckoutResponse)
    if seen[Step.LEND].end in (End.NOT_ASKED, End.NO_LINE):
        return None
    if lent is not None and not lent.ok:
        return Finding("server.trial", "undone", "The checkout was refused, so there was nothing to undo.")
    before, after = seen.answer(Step.BEFORE, ItemInformationResponse), seen.answer(Step.AFTER, ItemInformationResponse)
    back = seen.answer(Step.TAKE_BACK, CheckinResponse)
    if after is not None and before is not None and after.circulation_status == before.circulation_status:
        return Finding("server.trial", "undone", "The test item is as it was before the trial.")
    if back is not None and back.ok:
        return Finding(
            "server.trial",
            "undone",
            "The return of the test item was accepted; its status differs: look at it.",
            Confidence.LIKELY,
            alarm=after is not None,
        )
    return Finding(
        "server.trial", "not undone", "The test item could not be taken back: return it at the desk now.", alarm=True
    )
