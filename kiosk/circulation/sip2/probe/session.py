"""Detectives of the session: login and status, what is supported, the server's clock and patience."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.circulation.sip2.dates import parse_date
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Step
from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.probe.line import login_answered
from kiosk.circulation.sip2.responses import AcsStatus, EndSessionResponse, LoginResponse
from kiosk.circulation.sip2.values import MessageCode, supports

_FLAGS = (
    ("online_status", "online"),
    ("checkin_ok", "returns"),
    ("checkout_ok", "loans"),
    ("acs_renewal_policy", "renewals"),
    ("status_update_ok", "status updates"),
    ("offline_ok", "offline operation"),
)
#: What a kiosk asks for. Without one of these something on the screen does not work.
_NEEDED = {
    MessageCode.CHECKOUT: "checkout",
    MessageCode.CHECKIN: "checkin",
    MessageCode.PATRON_INFORMATION: "patron information",
    MessageCode.ITEM_INFORMATION: "item information",
    MessageCode.RENEW: "renew",
    MessageCode.RENEW_ALL: "renew all",
    MessageCode.FEE_PAID: "fee paid",
    MessageCode.END_PATRON_SESSION: "end patron session",
    MessageCode.HOLD: "hold",
}
#: Seconds by which its clock may differ without a word.
_SKEW = 60
_HOUR = 3600


def any_status(seen: Evidence) -> AcsStatus | None:
    """98: the one after the login, else the one before."""
    answers = dict(seen.answers(AcsStatus))
    return answers.get(Step.STATUS) or next(iter(answers.values()), None)


def login(seen: Evidence) -> Finding:
    """Whether it wants a 93, and lets us in."""
    answer = login_answered(seen)
    if answer is not None:
        if answer.ok:
            return Finding("login", True, "It lets this kiosk in with the login of the configuration.")
        return Finding(
            "login", True, "It refuses the login of the configuration: compare it with the account there.", alarm=True
        )
    if not seen.login_given:
        if any_status(seen) is not None:
            return Finding("login", False, "No login is configured, and it answers without one.", Confidence.LIKELY)
        return unknown("login", "No login is configured (circulation.sip2.login), and without one it does not answer.")
    return unknown("login", f"The login was not answered: {seen[Step.LOGIN].said}.")


def status_first(seen: Evidence) -> Finding:
    """Whether 99 has to come before 93."""
    early = seen[Step.STATUS_FIRST]
    if seen.answer(Step.LOGIN_AFTER_STATUS, LoginResponse):
        return Finding("status_first", True, "It answers a login only after a status request.")
    if seen.answer(Step.LOGIN, LoginResponse):
        before = "is answered too" if isinstance(early.message, AcsStatus) else f"does not help: {early.said}"
        return Finding("status_first", False, f"A login may come first. A status request before it {before}.")
    if not seen.login_given and any_status(seen):
        return Finding("status_first", False, "There is no login for it to come before.", Confidence.LIKELY)
    return unknown("status_first", f"The login was not answered; a status before it: {early.said}.")


def flags(seen: Evidence) -> Finding:
    """What 98 says it allows. Advice only: many say N to what they do."""
    status = any_status(seen)
    if status is None:
        return unknown("server.allows", "It did not answer 99.")
    allowed = [words for name, words in _FLAGS if getattr(status, name)]
    rest = [words for name, words in _FLAGS if not getattr(status, name)]
    said = (
        f"98 says no to {', '.join(rest)}; many servers do it all the same." if rest else "98 says yes to everything."
    )
    return Finding("server.allows", ", ".join(allowed), said, alarm=not status.online_status)


def supported(seen: Evidence) -> Finding:
    """What BX lists."""
    status = any_status(seen)
    if status is None or not status.supported_messages:
        return unknown("server.supports", "98 came without BX, or did not come; what works has to be tried.")
    have = [words for code, words in _NEEDED.items() if supports(status.supported_messages, code)]
    lack = [words for code, words in _NEEDED.items() if supports(status.supported_messages, code) is False]
    said = f"BX says no to {', '.join(lack)}." if lack else "BX names everything a kiosk asks for."
    return Finding("server.supports", ", ".join(have), said, Confidence.LIKELY)


def renew_with_checkout(seen: Evidence) -> Finding:
    """Whether a renewal has to be a second checkout."""
    status = any_status(seen)
    told = None if status is None else supports(status.supported_messages, MessageCode.RENEW)
    if told is None:
        return unknown("renew_with_checkout", "BX does not say whether 29 is known; trying it would renew a loan.")
    if told:
        return Finding("renew_with_checkout", False, "BX lists renewal (29).", Confidence.LIKELY)
    return Finding(
        "renew_with_checkout",
        True,
        "BX says no to renewal (29); a second checkout is the other way.",
        Confidence.LIKELY,
    )


def clock(seen: Evidence) -> Finding:
    """How far its clock is from ours."""
    for step, status in seen.answers(AcsStatus):
        told, at = parse_date(status.date_time_sync), seen[step].at
        if isinstance(told, datetime) and at is not None:
            return _skew(told if told.tzinfo is not None else told.replace(tzinfo=seen.zone), at)
    return unknown("server.clock", "98 came without its time, or did not come.")


def _skew(told: datetime, at: datetime) -> Finding:
    seconds = round((told.astimezone(UTC) - at.astimezone(UTC)).total_seconds())
    if abs(seconds) <= _SKEW:
        return Finding("server.clock", seconds, "Its clock and this kiosk's agree (difference in seconds).")
    near = round(seconds / (_HOUR / 4)) * (_HOUR // 4)
    if near and abs(seconds - near) <= _SKEW:
        hint = f"about {near / _HOUR:g} hours, as if it were in another time zone. Check site.zone and its own zone"
    else:
        hint = f"{abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} this kiosk's. Set one of them right"
    return Finding("server.clock", seconds, f"Its clock is off: {hint}.", alarm=True)


def patience(seen: Evidence) -> Finding:
    """How long it says that a request may take; the kiosk waits at least so long before it believes one dead."""
    status = any_status(seen)
    if status is None or not status.timeout_period:
        return unknown("server.patience", "98 names no time-out; the profile's quiet_seconds hold.")
    retries = status.retries_allowed or 0
    seconds = status.timeout_period / 10 * (retries + 1)
    return Finding(
        "server.patience", seconds, f"98: {status.timeout_period / 10:g} s, {retries} retries (seconds in all)."
    )


def end_session(seen: Evidence) -> Finding:
    """Whether it knows 35."""
    step = seen[Step.END]
    if isinstance(step.message, EndSessionResponse):
        return Finding("end_session", True, "35 is answered.")
    if step.end is End.NOT_ASKED:
        return unknown("end_session", _needs("a patron", "--patron"))
    status = any_status(seen)
    if status is not None and supports(status.supported_messages, MessageCode.END_PATRON_SESSION) is False:
        return Finding("end_session", False, f"BX says no to 35, and it is not answered: {step.said}.")
    return unknown("end_session", f"35 was not answered: {step.said}.")


def _needs(what: str, option: str) -> str:
    return f"This needs {what} to ask about ({option})."
