"""The decision table, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.conflicts import Reason, advice, reason_of
from kiosk.circulation.decisions import SEND, Act, Decision, Seen, conflict, decide, may_act
from kiosk.circulation.journal import Kind
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import Item, PatronRef
from kiosk.circulation.probing import Copy, CopyStatus, due_mark

MONDAY, LATER = date(2026, 12, 7), date(2026, 12, 14)
BOOK = Item("B1", "A book")

FREE = Copy(BOOK, CopyStatus.AVAILABLE)
LENT = Copy(BOOK, CopyStatus.CHARGED, MONDAY, "20261207")
LOST = Copy(BOOK, CopyStatus.LOST)
LOST_LENT = Copy(BOOK, CopyStatus.LOST, MONDAY, "20261207")
DONE = Decision(Act.DONE)


def entry(kind: Kind, *, promised: bool = True, **known: object) -> Entry:
    base = Entry(
        seq=1,
        op="op-1",
        kind=kind,
        patron=None if kind is Kind.CHECKIN else PatronRef("A0001"),
        item="B1",
        amount=None,
        fingerprint=None,
        promised_due=None,
        when="2026-11-23T01:00:00.000+00:00",
        state="unknown",
        since="2026-11-23T01:00:00.000+00:00",
        due=None,
        why="",
        promised=promised,
    )
    return replace(base, **known)  # type: ignore[arg-type]


CHECKOUT, CHECKIN, RENEW = entry(Kind.CHECKOUT), entry(Kind.CHECKIN), entry(Kind.RENEW, promised=False)
NOBODY_PROMISED = entry(Kind.CHECKOUT, promised=False)


@pytest.mark.parametrize(
    ("operation", "seen", "decision"),
    [
        # checkout
        (CHECKOUT, Seen(copy=LENT, has_it=True), Decision(Act.DONE, MONDAY)),
        (CHECKOUT, Seen(copy=LENT, has_it=False), conflict(Reason.ON_LOAN_TO_ANOTHER)),
        (CHECKOUT, Seen(copy=LENT, has_it=None), conflict(Reason.CANNOT_TELL)),
        (CHECKOUT, Seen(copy=FREE, has_it=False), SEND),
        (CHECKOUT, Seen(copy=FREE, has_it=None), SEND),
        (CHECKOUT, Seen(copy=LOST, has_it=False), SEND),
        (CHECKOUT, Seen(known=False, has_it=False), SEND),
        (CHECKOUT, Seen(known=False, has_it=True), DONE),
        (replace(CHECKOUT, promised_due=MONDAY), Seen(copy=LENT, has_it=True), Decision(Act.DONE, MONDAY)),
        (
            replace(CHECKOUT, promised_due=LATER),
            Seen(copy=LENT, has_it=True),
            conflict(Reason.DUE_EARLIER, MONDAY),
        ),
        (replace(CHECKOUT, promised_due=LATER), Seen(copy=replace(LENT, due=None), has_it=True), DONE),
        (replace(CHECKOUT, patron=None), Seen(copy=FREE, has_it=False), conflict(Reason.CANNOT_TELL)),
        # checkin
        (CHECKIN, Seen(copy=FREE), DONE),
        (CHECKIN, Seen(copy=replace(FREE, status=CopyStatus.HOLD_SHELF)), DONE),
        (CHECKIN, Seen(copy=replace(FREE, status=CopyStatus.IN_TRANSIT)), DONE),
        (CHECKIN, Seen(copy=LENT), conflict(Reason.RELENT)),
        (replace(CHECKIN, fingerprint=""), Seen(copy=LENT), conflict(Reason.RELENT)),
        (replace(CHECKIN, fingerprint="20261130"), Seen(copy=LENT), conflict(Reason.RELENT)),
        (replace(CHECKIN, fingerprint="20261207"), Seen(copy=LENT), SEND),
        (replace(CHECKIN, fingerprint=due_mark(MONDAY)), Seen(copy=LENT), SEND),
        (replace(CHECKIN, fingerprint=due_mark(LATER)), Seen(copy=LENT), conflict(Reason.RELENT)),
        (replace(CHECKIN, fingerprint="loan 17"), Seen(copy=LENT, trace="loan 17"), SEND),
        (replace(CHECKIN, fingerprint=""), Seen(copy=LENT, trace=""), conflict(Reason.RELENT)),
        (CHECKIN, Seen(copy=LENT, ours=True), SEND),
        (CHECKIN, Seen(copy=LOST), SEND),
        (CHECKIN, Seen(copy=LOST_LENT), conflict(Reason.RELENT)),
        (replace(CHECKIN, fingerprint="20261207"), Seen(copy=LOST_LENT), SEND),
        (CHECKIN, Seen(known=False), SEND),
        # renew
        (replace(RENEW, fingerprint="2026-12-07"), Seen(copy=LENT, has_it=True), SEND),
        (replace(RENEW, fingerprint="2026-11-30"), Seen(copy=LENT, has_it=True), Decision(Act.DONE, MONDAY)),
        (replace(RENEW, fingerprint="2026-12-14"), Seen(copy=LENT, has_it=True), conflict(Reason.MOVED_SINCE)),
        (replace(RENEW, fingerprint="2026-12-07"), Seen(copy=FREE, has_it=False), conflict(Reason.MOVED_SINCE)),
        (replace(RENEW, fingerprint=None), Seen(copy=LENT, has_it=True), conflict(Reason.CANNOT_TELL)),
        (replace(RENEW, fingerprint="soon"), Seen(copy=LENT, has_it=True), conflict(Reason.CANNOT_TELL)),
        (
            replace(RENEW, fingerprint="2026-12-07"),
            Seen(copy=replace(LENT, due=None), has_it=True),
            conflict(Reason.CANNOT_TELL),
        ),
        (replace(RENEW, fingerprint="2026-12-07"), Seen(known=False), conflict(Reason.CANNOT_TELL)),
        # what cannot be seen
        (entry(Kind.RENEW_ALL), Seen(copy=LENT, has_it=True), conflict(Reason.RENEWALS)),
        (entry(Kind.PAY), Seen(copy=LENT, has_it=True), conflict(Reason.PAYMENT)),
        (CHECKOUT, Seen(), conflict(Reason.CANNOT_LOOK)),
        (CHECKIN, Seen(answered=False), conflict(Reason.CANNOT_LOOK)),
        # a system that remembers
        (CHECKOUT, Seen(answered=True), SEND),
        (entry(Kind.PAY), Seen(answered=True), SEND),
        (entry(Kind.PAY), Seen(answered=False), conflict(Reason.PAYMENT)),
        (entry(Kind.RENEW_ALL, promised=False), Seen(answered=False), SEND),
        (replace(NOBODY_PROMISED, fingerprint="loan 1"), Seen(answered=False, trace="loan 1"), SEND),
        (
            replace(NOBODY_PROMISED, fingerprint="loan 1"),
            Seen(answered=False, trace="loan 2"),
            conflict(Reason.MOVED_SINCE),
        ),
        (CHECKOUT, Seen(answered=False, copy=FREE, has_it=False, trace="loan 2"), SEND),
        (CHECKOUT, Seen(answered=False, copy=LENT, has_it=False), conflict(Reason.ON_LOAN_TO_ANOTHER)),
    ],
)
def test_every_row_of_the_table(operation: Entry, seen: Seen, decision: Decision) -> None:
    assert decide(operation, seen, fresh=True) == decision


@pytest.mark.parametrize(
    ("operation", "seen"),
    [
        (NOBODY_PROMISED, Seen(copy=FREE, has_it=False)),
        (NOBODY_PROMISED, Seen(answered=False, trace="")),
        (entry(Kind.CHECKIN, promised=False, fingerprint="20261207"), Seen(copy=LENT)),
        (replace(RENEW, fingerprint="2026-12-07"), Seen(copy=LENT, has_it=True)),
        (entry(Kind.RENEW_ALL, promised=False), Seen(answered=False)),
    ],
)
def test_what_nobody_was_promised_is_not_sent_when_the_patron_has_left(operation: Entry, seen: Seen) -> None:
    assert decide(operation, seen, fresh=False) == conflict(Reason.TOO_OLD)


def test_what_has_happened_is_done_however_old_it_is() -> None:
    assert decide(NOBODY_PROMISED, Seen(copy=LENT, has_it=True), fresh=False).act is Act.DONE
    assert decide(replace(CHECKOUT, promised_due=MONDAY), Seen(copy=FREE, has_it=False), fresh=False) == SEND


@pytest.mark.parametrize(
    ("decision", "doubtful", "quiet", "agreed", "may"),
    [
        (SEND, False, False, False, True),
        (SEND, True, False, True, False),
        (SEND, True, True, False, False),
        (SEND, True, True, True, True),
        (DONE, True, False, False, True),
        (conflict(Reason.TOO_OLD), True, False, False, False),
        (conflict(Reason.TOO_OLD), True, True, False, True),
    ],
)
def test_what_may_be_on_its_way_is_waited_for(
    decision: Decision, doubtful: bool, quiet: bool, agreed: bool, may: bool
) -> None:
    assert may_act(decision, doubtful=doubtful, quiet=quiet, agreed=agreed) is may


COPIES = st.builds(
    Copy,
    st.just(BOOK),
    st.sampled_from(CopyStatus),
    st.one_of(st.none(), st.dates(date(2026, 11, 1), date(2027, 1, 1))),
    st.sampled_from(["", "20261207", "loan 1"]),
)
SEEN = st.builds(
    Seen,
    answered=st.none(),
    copy=st.one_of(st.none(), COPIES),
    known=st.booleans(),
    has_it=st.sampled_from([True, False, None]),
    trace=st.none(),
    ours=st.booleans(),
)
ENTRIES = st.builds(
    entry,
    st.sampled_from(Kind),
    promised=st.booleans(),
    fingerprint=st.sampled_from([None, "", "20261207", "2026-12-07", "due 2026-12-07"]),
    promised_due=st.one_of(st.none(), st.dates(date(2026, 11, 1), date(2027, 1, 1))),
)


@given(operation=ENTRIES, seen=SEEN, fresh=st.booleans())
def test_nothing_is_sent_that_could_touch_somebody_elses_loan(operation: Entry, seen: Seen, fresh: bool) -> None:
    decision = decide(operation, seen, fresh=fresh)
    if decision.act is not Act.SEND:
        return
    assert operation.kind not in (Kind.PAY, Kind.RENEW_ALL)
    assert operation.promised or fresh
    on_loan = seen.copy is not None and seen.copy.status.on_loan
    if operation.kind is Kind.CHECKOUT:
        assert not on_loan
    if operation.kind is Kind.CHECKIN and on_loan:
        assert seen.ours or operation.fingerprint
    if operation.kind is Kind.RENEW:
        assert seen.has_it is not False


@given(operation=ENTRIES, seen=SEEN, fresh=st.booleans())
def test_a_done_is_never_less_than_the_promise(operation: Entry, seen: Seen, fresh: bool) -> None:
    decision = decide(operation, seen, fresh=fresh)
    if decision.act is Act.DONE and decision.due is not None and operation.promised_due is not None:
        assert decision.due >= operation.promised_due
    assert (decision.act is Act.CONFLICT) == (decision.reason is not None)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_says_why_and_what_to_do(reason: Reason) -> None:
    said = advice(reason.value)
    assert said.why.endswith(".")
    assert len(said.do) > 20
    assert reason_of(f"{reason}:held") is reason
    assert "held" in advice(f"{reason}:held").why


def test_a_reason_of_another_version_is_shown_as_it_is() -> None:
    assert "lent-since" in advice("lent-since").why
    assert advice("").why == "The kiosk could not decide it."
