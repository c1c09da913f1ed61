"""All detectives, in the order in which people read what they found."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.circulation.sip2.probe import items, line, patrons, session, trial
from kiosk.circulation.sip2.probe.evidence import Evidence
from kiosk.circulation.sip2.probe.finding import Finding

DETECTIVES: tuple[Callable[[Evidence], Finding | None], ...] = (
    line.protection,
    session.login,
    session.status_first,
    line.send_terminator,
    line.terminator,
    line.error_detection,
    line.verify,
    line.sequence_echoed,
    line.plain_status,
    line.resend,
    line.encoding,
    session.flags,
    session.supported,
    session.clock,
    session.patience,
    items.zone,
    items.terminal_password,
    items.institution,
    items.unknown_item,
    items.item_before_checkin,
    items.loan_told,
    items.due_formats,
    patrons.stranger_told,
    patrons.found,
    patrons.valid_patron_required,
    patrons.pin,
    patrons.wrong_pin_leak,
    patrons.loan_lists,
    patrons.page_size,
    patrons.summary_per_request,
    patrons.hold_lists,
    patrons.currency,
    session.end_session,
    session.renew_with_checkout,
    trial.no_block,
    trial.checkout_renews,
    trial.undone,
)


def findings(seen: Evidence) -> list[Finding]:
    """What the evidence shows."""
    return [found for detective in DETECTIVES if (found := detective(seen)) is not None]
