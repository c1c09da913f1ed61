"""Whatever goes wrong with one answer, the probe ends, leaves nothing behind, and claims nothing false."""

from __future__ import annotations

import pytest
from probe_support import ALL, TRIAL, Probed, library, probe

from kiosk.circulation.sip2.emulator.dialect import GENERIC, KOHA, Dialect
from kiosk.circulation.sip2.emulator.faults import CONNECT, FINE, Fault, Wrong
from kiosk.circulation.sip2.emulator.ils import EmulatedIls
from kiosk.circulation.sip2.probe.evidence import Step

FAULTS = (
    Wrong.SILENT,
    Wrong.DEAF,
    Wrong.LATE,
    Wrong.DROP_BEFORE,
    Wrong.DROP_AFTER,
    Wrong.HALF,
    Wrong.HALF_DROP,
    Wrong.GLUED,
    Wrong.BYTEWISE,
    Wrong.SECOND,
    Wrong.PREVIOUS,
    Wrong.GARBAGE,
    Wrong.WRONG_SEQUENCE,
    Wrong.HUGE,
    Wrong.NUL,
    Wrong.WRONG_ITEM,
    Wrong.WRONG_PATRON,
    Wrong.PLEASE_RESEND,
)
#: Where a fault may cost what would have been possible, but never safety.
SAFE = {"resend": False, "no_block": False, "summary_per_request": 1, "verify": "warn", "error_detection": True}


class Nth:
    """One fault, at the n-th request (connections do not count)."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.left, self.fault = number, fault

    def __call__(self, code: str) -> Fault:
        if code == CONNECT:
            return FINE
        self.left -= 1
        return self.fault if self.left == -1 else FINE


def faulty(dialect: Dialect, number: int, wrong: Wrong) -> EmulatedIls:
    ils = library(dialect)
    ils.plan = Nth(number, Fault(wrong, seconds=8.0))
    return ils


def claims(probed: Probed) -> dict[str, object]:
    return {finding.key: finding.value for finding in probed.found if finding.setting}


@pytest.mark.parametrize("wrong", FAULTS)
@pytest.mark.parametrize("dialect", [GENERIC, KOHA], ids=["generic", "koha"])
def test_one_fault_anywhere_costs_two_findings_at_most_and_falsifies_none(dialect: Dialect, wrong: Wrong) -> None:
    truth = claims(probe(dialect, TRIAL))
    total = len(probe(dialect, TRIAL).ils.received)
    for number in range(total):
        probed = probe(ils=faulty(dialect, number, wrong), wishes=TRIAL)
        assert probed.ils.loan("B1") is None, (number, "the test item was left on loan")
        told = claims(probed)
        false = {key: value for key, value in told.items() if value != truth[key] and SAFE.get(key) != value}
        assert false == {}, (number, probed.ils.received)
        if probed.ils.injected:
            missing = set(truth) - set(told)
            assert len(missing) <= 2, (number, missing)


@pytest.mark.parametrize("wrong", [Wrong.SILENT, Wrong.DROP_BEFORE, Wrong.GARBAGE, Wrong.HALF])
@pytest.mark.parametrize("code", ["99", "93", "17", "63", "35"])
def test_a_message_that_is_never_answered_ends_in_reasons_not_in_a_crash(code: str, wrong: Wrong) -> None:
    ils = library()
    ils.faults.add(wrong, code, times=200)
    probed = probe(ils=ils, wishes=ALL)
    unknown = [finding for finding in probed.found if not finding.known]
    assert unknown
    assert all(finding.reason.endswith(".") for finding in unknown)


def test_a_server_that_hangs_up_at_once_is_left_alone_soon() -> None:
    ils = library()
    ils.faults.add(Wrong.CLOSED_AT_ONCE, CONNECT, times=200)
    probed = probe(ils=ils)
    assert len(ils.injected) < 12
    assert not claims(probed)


def test_a_server_that_goes_away_in_the_middle_is_asked_no_more_than_it_takes_to_see_it() -> None:
    ils = library()
    ils.plan = _gone_after(10)
    probed = probe(ils=ils)
    assert probed["pin"].reason.startswith("63 was not answered")
    assert probed["encoding"].known  # what was learned before stays


def _gone_after(requests: int) -> object:
    asked = 0

    def plan(code: str) -> Fault:
        nonlocal asked
        asked += code != CONNECT
        gone = asked > requests
        return Fault(Wrong.REFUSED if code == CONNECT else Wrong.DROP_BEFORE) if gone else FINE

    return plan


@pytest.mark.parametrize("wrong", [Wrong.SILENT, Wrong.DEAF, Wrong.DROP_BEFORE, Wrong.DROP_AFTER, Wrong.HALF])
@pytest.mark.parametrize("times", [1, 2])
def test_the_return_of_the_test_item_is_tried_until_it_is_seen_free(wrong: Wrong, times: int) -> None:
    ils = library()
    ils.faults.add(wrong, "09", times=times)
    probed = probe(ils=ils, wishes=TRIAL)
    assert ils.loan("B1") is None
    assert probed.value("server.trial") == "undone"


def test_a_return_that_is_never_taken_is_an_alarm() -> None:
    ils = library()
    ils.faults.add(Wrong.DROP_BEFORE, "09", times=50)
    finding = probe(ils=ils, wishes=TRIAL)["server.trial"]
    assert (finding.value, finding.alarm) == ("not undone", True)
    assert "return it at the desk now" in finding.reason


def test_a_checkout_whose_answer_was_lost_is_taken_back() -> None:
    ils = library(GENERIC)
    ils.faults.add(Wrong.SILENT, "11")
    probed = probe(ils=ils, wishes=TRIAL)
    assert ils.loan("B1") is None
    assert Step.TAKE_BACK in probed.steps


def test_silences_take_their_time_and_no_more() -> None:
    """Twenty-odd questions of five seconds each, all in vain, and nothing on top."""
    ils = library()
    ils.faults.add(Wrong.DEAF, "63", "17", times=200)
    probed = probe(ils=ils)
    assert ils.now().timestamp() - probed.ils._clock.start.timestamp() < 120  # type: ignore[attr-defined]
