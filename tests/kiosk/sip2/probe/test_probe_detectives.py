"""Each detective alone: answers in, a finding out; also what the emulated library cannot be made to say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from probe_support import library, probe

from kiosk.circulation.sip2.codec import decode
from kiosk.circulation.sip2.frame import Checked, Frame
from kiosk.circulation.sip2.probe import items, line, patrons, session, trial
from kiosk.circulation.sip2.probe.evidence import End, Evidence, Exchange, Step
from kiosk.circulation.sip2.probe.finding import Confidence

NOW = "20261123    090000"
TODAY = date(2026, 11, 23)
ITEM = f"18{{}}0001{NOW}ABB1|AJCrème|"


def evidence(**values: Any) -> Evidence:
    return Evidence(ZoneInfo("Asia/Makassar"), TODAY, **values)


def told(
    seen: Evidence,
    step: Step,
    text: str,
    *,
    checked: Checked = Checked.RIGHT,
    asked: str = "3",
    sequence: str = "3",
    encoding: str = "utf-8",
) -> Evidence:
    """Add an answer."""
    body = text.encode(encoding)
    frame = Frame(body, sequence, checked)
    message = decode(body, "latin-1")
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    seen.add(
        Exchange(step, End.ANSWERED, b"", asked, body + b"\r", frame, message, at, f"it answered with {message.code}")
    )
    return seen


def silent(seen: Evidence, *steps: Step, end: End = End.SILENT) -> Evidence:
    for step in steps:
        seen.add(Exchange(step, end))
    return seen


def patron(cq: str | None = None, bl: str | None = "Y", status: str = " " * 14, **lists: list[str]) -> str:
    text = f"64{status}000{NOW}{'0000' * 6}AOSMR|AAx|AESari|"
    text += "" if bl is None else f"BL{bl}|"
    text += "" if cq is None else f"CQ{cq}|"
    return text + "".join(f"{name}{entry}|" for name, entries in lists.items() for entry in entries)


# the line


def test_a_protected_line_is_no_alarm() -> None:
    finding = line.protection(silent(evidence(line="TLS", protected=True), Step.STATUS_FIRST))
    assert (finding.value, finding.alarm) == ("TLS", False)


def test_a_server_that_could_be_asked_over_tls_is_an_advice() -> None:
    finding = line.protection(silent(evidence(line="in clear", offers_tls=True), Step.STATUS_FIRST))
    assert "set tls = 'verify'" in finding.reason


def test_checksums_that_count_characters_are_told_from_random_ones() -> None:
    seen = told(evidence(), Step.STATUS_FIRST, ITEM.format("03").replace("è", "e"))
    told(seen, Step.ITEM, ITEM.format("03"), checked=Checked.WRONG)
    finding = line.verify(seen)
    assert (finding.value, finding.alarm) == ("warn", False)
    assert "counts characters" in finding.reason
    told(seen, Step.LOAN_ITEM, ITEM.format("03").replace("è", "e"), checked=Checked.WRONG)
    assert line.verify(seen).alarm


def test_an_echo_that_comes_and_goes_is_not_called_one() -> None:
    seen = told(evidence(), Step.STATUS, ITEM.format("03"))
    told(seen, Step.ITEM, ITEM.format("03"), sequence="7")
    finding = line.sequence_echoed(seen)
    assert (finding.value, finding.alarm) == (None, True)


def test_always_nought_is_no_echo_although_the_first_request_has_that_number() -> None:
    seen = told(evidence(), Step.STATUS_FIRST, ITEM.format("03"), asked="0", sequence="0")
    told(seen, Step.ITEM, ITEM.format("03"), asked="4", sequence="0")
    assert line.sequence_echoed(seen).value is False


def test_a_server_that_hears_crlf_only_gets_crlf() -> None:
    ils = library()
    connect = ils.connect

    def connect_hard_of_hearing() -> Any:
        connection = connect()
        hear = connection.receive
        connection.receive = lambda data: hear(data) if data.endswith(b"\r\n") else []  # type: ignore[method-assign]
        return connection

    ils.connect = connect_hard_of_hearing  # type: ignore[method-assign]
    probed = probe(ils=ils)
    assert probed.value("send_terminator") == "\r\n"
    assert probed.value("loan_lists") == "barcodes"


# the session


@pytest.mark.parametrize(
    ("stamp", "seconds", "words"),
    [
        ("20261123    090030", 30, "agree"),
        ("20261123    090500", 300, "300 seconds ahead of"),
        ("20261123    085500", -300, "300 seconds behind"),
        ("20261123    010005", -28795, "about -8 hours"),
        ("20261123   Z010005", 5, "agree"),
    ],
)
def test_clocks_are_compared_in_the_librarys_zone(stamp: str, seconds: int, words: str) -> None:
    finding = session.clock(told(evidence(), Step.STATUS, f"98YYYYYN010003{stamp}2.00AOSMR|BXYYYYYYYYYYYYYYYY|"))
    assert finding.value == seconds
    assert words in finding.reason
    assert finding.alarm == (abs(seconds) > 60)


def test_without_a_login_configured_silence_names_the_remedy() -> None:
    finding = session.login(silent(evidence(), Step.STATUS_FIRST))
    assert "circulation.sip2.login" in finding.reason


# patrons


@pytest.mark.parametrize(
    ("without", "wrong", "right", "value"),
    [
        (None, "N", "Y", "required"),
        ("N", None, "Y", "required"),
        ("", "N", "Y", "required"),
        ("Y", "N", "Y", "optional"),
        ("Y", "Y", "Y", None),
        (None, "Y", "N", None),
        (None, None, None, None),
        ("N", "N", "N", None),
    ],
)
def test_the_pin_rule_by_what_cq_says(without: str | None, wrong: str | None, right: str | None, value: object) -> None:
    seen = evidence(patron_given=True, pin_given=True)
    told(seen, Step.NO_PIN, patron(without))
    told(seen, Step.WRONG_PIN, patron(wrong))
    told(seen, Step.RIGHT_PIN, patron(right))
    assert patrons.pin(seen).value == value


def test_a_pin_that_only_bl_tells_is_not_enough() -> None:
    seen = told(evidence(patron_given=True), Step.NO_PIN, patron())
    told(seen, Step.WRONG_PIN, patron(bl="N"))
    told(seen, Step.RIGHT_PIN, patron())
    finding = patrons.pin(seen)
    assert finding.value is None
    assert "BL alone" in finding.reason


def test_card_alone_is_never_recommended() -> None:
    for answers in (("Y", "Y", "Y"), (None, None, None), ("N", "N", "N")):
        seen = evidence(patron_given=True)
        for step, cq in zip((Step.NO_PIN, Step.WRONG_PIN, Step.RIGHT_PIN), answers, strict=True):
            told(seen, step, patron(cq))
        assert patrons.pin(seen).value != "none"


def test_without_a_pin_given_a_yes_is_only_likely() -> None:
    finding = patrons.pin(told(evidence(patron_given=True), Step.NO_PIN, patron("Y")))
    assert (finding.value, finding.confidence) == ("optional", Confidence.LIKELY)


def test_bl_is_done_without_only_where_unknown_cards_are_told() -> None:
    without = told(evidence(patron_given=True), Step.NO_PIN, patron(bl=None))
    finding = patrons.valid_patron_required(without)
    assert (finding.value, finding.alarm) == (None, True)
    told(without, Step.STRANGER, patron(bl=None))
    assert patrons.valid_patron_required(without).value is None
    told(without, Step.STRANGER, patron(bl="N"))
    assert patrons.valid_patron_required(without).value is False
    assert patrons.valid_patron_required(told(evidence(), Step.NO_PIN, patron(bl="N"))).value is None


@pytest.mark.parametrize(
    ("bl", "value", "alarm"), [("N", "BL = N", False), (None, "BL left out", True), ("Y", "BL Y", True)]
)
def test_how_an_unknown_card_is_answered(bl: str | None, value: str, alarm: bool) -> None:
    finding = patrons.stranger_told(told(evidence(), Step.STRANGER, patron(bl=bl)))
    assert finding is not None
    assert (finding.value, finding.alarm) == (value, alarm)


def test_entries_that_nothing_explains_are_left_open() -> None:
    seen = told(evidence(patron_given=True), Step.CHARGED, patron(AU=["X1"]))
    assert patrons.loan_lists(seen).value is None


def test_holds_that_are_partly_ready_lists_prove_nothing() -> None:
    seen = told(evidence(patron_given=True), Step.HOLDS, patron(AS=["B1", "B2"]))
    told(seen, Step.UNAVAILABLE, patron(CD=["B2", "B3"]))
    assert patrons.hold_lists(seen).value is None


def test_a_currency_is_three_letters() -> None:
    assert patrons.currency(told(evidence(), Step.NO_PIN, patron(BH=["usd"]))).value == "USD"
    assert patrons.currency(told(evidence(), Step.NO_PIN, patron(BH=["Rp."]))).value is None


# items


def loan(due: str) -> Evidence:
    return told(evidence(loan_item="B1"), Step.LOAN_ITEM, ITEM.format("04") + f"AH{due}|")


@pytest.mark.parametrize(
    ("due", "value"),
    [
        ("20261224    235900", ()),
        ("2026-12-24", ()),
        ("2026-12-24 23:59", ()),
        ("24/12/2026", ("%d/%m/%Y",)),
        ("12/24/2026", ("%m/%d/%Y",)),
        ("24.12.26", ("%d.%m.%y",)),
        ("24 Desember 2026", ("%d %B %Y",)),
        ("Dec 24, 2026", ("%b %d, %Y",)),
        ("24/12/2026 23:59", ("%d/%m/%Y %H:%M",)),
        ("12/24/2026 11:59 PM", ("%m/%d/%Y %I:%M %p",)),
        ("05/12/2026", None),  # in June or in December
        ("05/12/1999", None),  # no loan is due then
        ("soon", None),
    ],
)
def test_due_dates_name_their_pattern_or_stay_open(due: str, value: object) -> None:
    assert items.due_formats(loan(due)).value == value


def test_an_escape_sequence_is_not_shown_in_a_reason() -> None:
    assert "\x1b" not in items.due_formats(loan("\x1b[2Jsoon")).reason


def test_dates_in_utc_are_seen() -> None:
    seen = told(evidence(), Step.ITEM, ITEM.format("03").replace(NOW, "20261123   Z010000"))
    assert items.zone(seen).value == "Z"
    told(seen, Step.LOAN_ITEM, ITEM.format("03"))
    assert items.zone(seen).value is None


def test_an_item_that_does_not_exist_but_has_a_title_is_an_alarm() -> None:
    assert items.unknown_item(told(evidence(), Step.UNKNOWN_ITEM, ITEM.format("03"))).alarm


def test_a_server_that_dislikes_the_terminal_password_gets_none() -> None:
    seen = silent(evidence(), Step.UNKNOWN_ITEM, end=End.CLOSED)
    told(seen, Step.WITHOUT_AC, ITEM.format("01"))
    assert items.terminal_password(seen).value is False


def test_a_server_that_wants_it_says_so_by_hanging_up() -> None:
    seen = told(evidence(), Step.UNKNOWN_ITEM, ITEM.format("01"))
    silent(seen, Step.WITHOUT_AC, end=End.CLOSED)
    finding = items.terminal_password(seen)
    assert finding.value is True
    assert "hung up" in finding.reason


def test_one_silence_about_items_proves_nothing() -> None:
    assert items.item_before_checkin(silent(evidence(), Step.UNKNOWN_ITEM)).value is None


def test_another_institution_that_is_hung_up_on_must_be_right() -> None:
    seen = told(evidence(), Step.UNKNOWN_ITEM, ITEM.format("01"))
    silent(seen, Step.OTHER_INSTITUTION, end=End.CLOSED)
    assert items.institution(seen).value == "must be right"


# the trial


def lend(due: str, ok: str = "1", renewal: str = "N") -> str:
    return f"12{ok}{renewal}UY{NOW}AOSMR|AAx|ABB1|AJCrème|AH{due}|"


def tried(due: str, *, blocked: bool = False, ok: str = "1") -> Evidence:
    seen = evidence(trial=True, trial_due=date(2026, 11, 28), item="B1", patron_given=True)
    told(seen, Step.NO_PIN, patron(status="Y" + " " * 13 if blocked else " " * 14))
    told(seen, Step.BEFORE, ITEM.format("03"))
    return told(seen, Step.LEND, lend(due, ok))


@pytest.mark.parametrize(
    ("due", "blocked", "ok", "value"),
    [
        ("20261128    235959", True, "1", True),
        ("20261128    235959", False, "1", None),
        ("20261207    235959", True, "1", False),
        ("28/11/2026", True, "1", True),
        ("12/07/2026", True, "1", False),  # whichever way it is read, it is not our day
        ("whenever", True, "1", None),
        ("", True, "0", False),
        ("", False, "0", None),
    ],
)
def test_no_block_needs_a_blocked_patron_and_our_day(due: str, blocked: bool, ok: str, value: object) -> None:
    assert trial.no_block(tried(due, blocked=blocked, ok=ok)).value == value


@pytest.mark.parametrize(
    ("due", "renewal", "ok", "value"),
    [
        ("20261212    235959", "Y", "1", True),
        ("20261128    235959", "Y", "1", True),
        ("20261128    235959", "N", "1", False),
        ("", "N", "0", False),
    ],
)
def test_a_second_checkout_by_its_date_and_its_flag(due: str, renewal: str, ok: str, value: object) -> None:
    seen = told(tried("20261128    235959"), Step.LEND_AGAIN, lend(due, ok, renewal))
    assert trial.checkout_renews(seen).value == value


def test_a_second_checkout_without_an_answer_proves_nothing() -> None:
    assert trial.checkout_renews(silent(tried("20261128    235959"), Step.LEND_AGAIN)).value is None


def test_an_item_that_came_back_to_another_status_is_looked_at() -> None:
    seen = told(tried("20261128    235959"), Step.TAKE_BACK, f"101YNN{NOW}AOSMR|ABB1|AQx|")
    told(seen, Step.AFTER, ITEM.format("09"))
    finding = trial.undone(seen)
    assert finding is not None
    assert (finding.value, finding.alarm) == ("undone", True)


def test_a_trial_that_was_not_wanted_or_not_possible_says_why() -> None:
    assert "--try-no-block" in trial.no_block(evidence()).reason
    assert "needs a test patron" in trial.no_block(evidence(trial=True)).reason
    busy = told(evidence(trial=True), Step.BEFORE, ITEM.format("04"))
    assert "not free (status 04)" in trial.no_block(busy).reason
    assert "could not be seen" in trial.no_block(silent(evidence(trial=True), Step.BEFORE)).reason
    assert trial.undone(evidence()) is None
