"""Detectives of patrons: the PIN rule, what the lists of 64 hold, how they are paged."""

from __future__ import annotations

from kiosk.circulation.sip2.probe.evidence import End, Evidence, Step
from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.profile import HoldLists, LoanLists, PinRule
from kiosk.circulation.sip2.responses import ItemInformationResponse, PatronInformationResponse

_WRONG = (Step.WRONG_PIN, Step.WRONG_AGAIN)
_PATRON_STEPS = (Step.RIGHT_PIN, Step.NO_PIN)
_NEEDS_PATRON = "This needs a test patron (--patron)."
_CARD_ALONE = "Have PINs checked there; if cards alone shall do, that is for you to decide: set pin = 'none' by hand."


def patron_seen(seen: Evidence) -> PatronInformationResponse | None:
    """64 about the test patron, with the right PIN if there was one."""
    for step in _PATRON_STEPS:
        answer = seen.answer(step, PatronInformationResponse)
        if answer is not None:
            return answer
    return None


def _missing(seen: Evidence, key: str) -> Finding:
    if not seen.patron_given:
        return unknown(key, _NEEDS_PATRON)
    return unknown(key, f"63 was not answered: {seen[Step.NO_PIN].said}.")


def found(seen: Evidence) -> Finding | None:
    """Whether the test patron is known at all."""
    answer = patron_seen(seen)
    if answer is None:
        return None
    if (answer.valid_patron or "").upper() == "N":
        return Finding(
            "server.patron", False, "It does not know the test patron, or not in this institution.", alarm=True
        )
    return Finding("server.patron", True, "It knows the test patron.")


def stranger_told(seen: Evidence) -> Finding | None:
    """How a card that does not exist is answered."""
    answer = seen.answer(Step.STRANGER, PatronInformationResponse)
    if answer is None:
        return None
    if (answer.valid_patron or "").upper() == "N":
        return Finding("server.unknown_card", "BL = N", "An unknown card is told as such.")
    told = "left out" if answer.valid_patron is None else answer.valid_patron.upper()[:1] or "blank"
    return Finding(
        "server.unknown_card",
        f"BL {told}",
        "An unknown card is not told by BL = N: have that mended there.",
        alarm=True,
    )


def valid_patron_required(seen: Evidence) -> Finding:
    """Whether BL can be insisted on."""
    answer = patron_seen(seen)
    if answer is None:
        return _missing(seen, "valid_patron_required")
    if answer.valid_patron is None:
        stranger = seen.answer(Step.STRANGER, PatronInformationResponse)
        if stranger is not None and (stranger.valid_patron or "").upper() == "N":
            return Finding("valid_patron_required", False, "64 comes without BL, but with BL = N for unknown cards.")
        return unknown(
            "valid_patron_required", "64 comes without BL, so an unknown card cannot be told: have BL sent.", alarm=True
        )
    if answer.valid_patron.upper() == "Y":
        return Finding("valid_patron_required", True, "64 says BL = Y of a patron it knows.")
    return unknown("valid_patron_required", "BL is not Y: the test patron is unknown there, or not valid.")


def pin(seen: Evidence) -> Finding:
    """How patrons prove who they are. Only CQ = Y counts."""
    without = seen.answer(Step.NO_PIN, PatronInformationResponse)
    right = seen.answer(Step.RIGHT_PIN, PatronInformationResponse)
    if without is None and right is None:
        return _missing(seen, "pin")
    if right is None:
        asked = seen[Step.RIGHT_PIN]
        if asked.end is End.NOT_ASKED:
            return _without_pin(without)
        return unknown("pin", f"63 with the PIN you gave was not answered: {asked.said}.")
    wrong = [each for step in _WRONG if (each := seen.answer(step, PatronInformationResponse)) is not None]
    if any(_verified(each) for each in wrong):
        if not _verified(right):
            return unknown("pin", "CQ = Y to the wrong PIN and not to the right one: is the PIN you gave right?")
        return unknown("pin", f"It says CQ = Y to wrong PINs too, so it does not check them. {_CARD_ALONE}", alarm=True)
    if not _verified(right):
        tells = bool(wrong) and all(_is_known(right) != _is_known(each) for each in wrong)
        also = " It tells the right PIN by BL alone, which is not enough." if tells else ""
        return unknown(
            "pin", f"CQ is {_cq(right)} even with the PIN you gave: check that PIN.{also} {_CARD_ALONE}", alarm=True
        )
    if not wrong or without is None:
        missed = seen[Step.NO_PIN if without is None else Step.WRONG_PIN].said
        return unknown("pin", f"It knows the right PIN; one question for comparison was not answered: {missed}.")
    if _verified(without):
        return Finding(
            "pin", PinRule.OPTIONAL.value, "CQ = Y without a PIN and with the right one, not with a wrong one."
        )
    return Finding("pin", PinRule.REQUIRED.value, f"CQ = Y with the right PIN only; without one it is {_cq(without)}.")


def _without_pin(without: PatronInformationResponse | None) -> Finding:
    if without is not None and _verified(without):
        return Finding(
            "pin",
            PinRule.OPTIONAL.value,
            "CQ = Y without any PIN; give the right one (--pin-stdin) to be sure.",
            Confidence.LIKELY,
        )
    return unknown("pin", f"Without a PIN, CQ is {_cq(without)}. Give the patron's PIN (--pin-stdin) to find the rule.")


def _verified(answer: PatronInformationResponse) -> bool:
    return (answer.valid_patron_password or "").upper() == "Y"


def _is_known(answer: PatronInformationResponse) -> bool:
    return (answer.valid_patron or "").upper() == "Y"


def _cq(answer: PatronInformationResponse | None) -> str:
    if answer is None:
        return "not answered"
    told = answer.valid_patron_password
    return "left out" if told is None else "blank" if not told.strip() else told.upper()[:1]


def wrong_pin_leak(seen: Evidence) -> Finding | None:
    """Whether a wrong PIN still brings the patron's data."""
    answer = seen.answer(Step.WRONG_PIN, PatronInformationResponse)
    if answer is None:
        return None
    if answer.personal_name.strip():
        return Finding(
            "server.wrong_pin",
            "tells",
            "It gives a patron's name to whoever tries a wrong PIN. The kiosk shows none of it.",
            alarm=True,
        )
    return Finding("server.wrong_pin", "keeps quiet", "It tells nothing about a patron after a wrong PIN.")


def loan_lists(seen: Evidence) -> Finding:
    """What AU holds. Only barcodes let a replay see who has what."""
    after = seen.answer(Step.LENT_LIST, PatronInformationResponse)
    if after is not None and seen.item in _entries(after.charged_items):
        return Finding("loan_lists", LoanLists.BARCODES.value, "The test item's number was listed after it was lent.")
    answer = seen.answer(Step.CHARGED, PatronInformationResponse)
    if answer is None:
        return _missing(seen, "loan_lists")
    entries = _entries(answer.charged_items)
    if not entries:
        if answer.charged_items_count:
            return Finding(
                "loan_lists", LoanLists.NONE.value, f"64 counts {answer.charged_items_count} loans and lists none."
            )
        return unknown("loan_lists", "The test patron has no loan. Lend something to them, and name it (--loan-item).")
    if seen.loan_item and seen.loan_item in entries:
        return Finding("loan_lists", LoanLists.BARCODES.value, "The number given with --loan-item is in the list.")
    known = seen.answer(Step.FIRST_LOAN, ItemInformationResponse)
    if known is not None and _exists(known):
        return Finding("loan_lists", LoanLists.BARCODES.value, "An entry of the list, asked for with 17, is an item.")
    if seen.loan_item or known is not None:
        return Finding(
            "loan_lists",
            LoanLists.TITLES.value,
            "The entries are no item numbers, most likely titles. "
            "Replays cannot see who has what: have barcodes switched on there.",
            alarm=True,
        )
    return unknown("loan_lists", "There are entries, but nothing tells whether they are numbers (--loan-item).")


def _exists(item: ItemInformationResponse) -> bool:
    return bool(item.title_identifier.strip()) and item.circulation_status != "01"


def _entries(raw: tuple[str, ...]) -> list[str]:
    return [entry.strip() for entry in raw if entry.strip()]


def page_size(seen: Evidence) -> Finding:
    """Whether BP and BQ are honoured."""
    whole = seen.answer(Step.CHARGED, PatronInformationResponse)
    first = seen.answer(Step.CHARGED_FIRST, PatronInformationResponse)
    if whole is None:
        return _missing(seen, "page_size")
    count = len(_entries(whole.charged_items))
    if count < 2 or first is None:
        return unknown("page_size", f"A test patron with two loans or more is needed; this one's list has {count}.")
    got = len(_entries(first.charged_items))
    if got == 1:
        return Finding("page_size", 20, f"Asked for entry 1 to 1 of {count} loans, it gave one.")
    return Finding("page_size", 0, f"Asked for entry 1 to 1 of {count} loans, it gave {got}: it does not page.")


def summary_per_request(seen: Evidence) -> Finding:
    """How many lists may be asked for at once."""
    key = "summary_per_request"
    answer = seen.answer(Step.MANY, PatronInformationResponse)
    if answer is None:
        if seen[Step.MANY].end is End.NOT_ASKED:
            return _missing(seen, key)
        return Finding(key, 1, f"Asked for several lists at once: {seen[Step.MANY].said}.", Confidence.LIKELY)
    singles = {
        name: bool(_entries(getattr(alone, name)))
        for step, name in (
            (Step.CHARGED, "charged_items"),
            (Step.HOLDS, "hold_items"),
            (Step.UNAVAILABLE, "unavailable_hold_items"),
        )
        if (alone := seen.answer(step, PatronInformationResponse)) is not None
    }
    there = [name for name, filled in singles.items() if filled]
    if len(there) < 2:
        return unknown(key, "A test patron with loans and with holds is needed to tell.")
    got = [name for name in there if _entries(getattr(answer, name))]
    if len(got) == len(there):
        return Finding(key, 6, f"Asked for all lists at once, it gave all {len(got)} that are not empty.")
    return Finding(key, 1, f"Asked for all lists at once, it gave {len(got)} of {len(there)}.")


def hold_lists(seen: Evidence) -> Finding:
    """Whether AS is what is ready, or everything."""
    ready = seen.answer(Step.HOLDS, PatronInformationResponse)
    waiting = seen.answer(Step.UNAVAILABLE, PatronInformationResponse)
    if ready is None or waiting is None:
        return _missing(seen, "hold_lists")
    listed, not_ready = set(_entries(ready.hold_items)), set(_entries(waiting.unavailable_hold_items))
    if not not_ready:
        return unknown("hold_lists", "A test patron who waits for something that is not ready is needed to tell.")
    if not_ready <= listed:
        return Finding("hold_lists", HoldLists.ALL.value, "What is not ready (CD) is among the holds (AS) too.")
    if not not_ready & listed:
        sure = Confidence.CERTAIN if listed or ready.hold_items_count == 0 else Confidence.LIKELY
        return Finding("hold_lists", HoldLists.READY.value, "What is not ready (CD) is not among the holds (AS).", sure)
    return unknown("hold_lists", "Some of what is not ready (CD) is among the holds (AS), some is not.")


def currency(seen: Evidence) -> Finding:
    """In what fees are."""
    answer = patron_seen(seen)
    if answer is None:
        return _missing(seen, "currency")
    told = (answer.currency_type or "").strip().upper()
    if len(told) == 3 and told.isalpha() and told.isascii():
        return Finding("currency", told, "BH in 64 says so.")
    return unknown("currency", "64 comes without a currency (BH).")


def patron_denied(seen: Evidence) -> bool | None:
    """Whether a rule stands between the test patron and a loan, by the patron status; ``None``: not known."""
    answer = patron_seen(seen)
    return None if answer is None else any(int(flag) in (0, 4) for flag in answer.patron_status)
