"""The probe finds out what was switched on in the emulated library system, switch by switch and preset by preset."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from probe_support import ALL, BLOCKED_TRIAL, TRIAL, library, probe

from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.emulator.dialect import (
    ALL_MESSAGES,
    GENERIC,
    PRESETS,
    BeforeLogin,
    Checksum,
    Dialect,
    Holds,
    Lists,
    LoginFailure,
    NoBlock,
    OnUnknown,
    PinAnswer,
    Resend,
)
from kiosk.circulation.sip2.probe.finding import Confidence
from kiosk.circulation.sip2.probe.gather import NO_SUCH_ITEM, Wishes
from kiosk.circulation.sip2.probe.verdict import nearest


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"terminator": b"\r\n"}, "server.terminator", "CRLF"),
        ({"terminator": b"\r"}, "server.terminator", "CR"),
        ({"terminator": b"\n"}, "server.terminator", "LF"),
        ({"checksum": Checksum.RIGHT}, "verify", "require"),
        ({"checksum": Checksum.ZERO}, "verify", "off"),
        ({"checksum": Checksum.WRONG}, "verify", "off"),
        ({"checksum": Checksum.NONE, "checks_requests": False}, "error_detection", False),
        ({"checksum": Checksum.NONE, "checks_requests": True}, "error_detection", True),
        ({"checksum": Checksum.NONE}, "verify", "off"),
        ({"checks_requests": False}, "error_detection", True),
        ({"echo_sequence": False}, "sequence_echoed", False),
        ({"echo_sequence": True}, "sequence_echoed", True),
        ({"resend": Resend.OWN}, "resend", True),
        ({"resend": Resend.NONE}, "resend", False),
        ({"resend": Resend.ANYONES}, "resend", False),
        ({"encoding": "utf-8"}, "encoding", "utf-8"),
        ({"encoding": "latin-1"}, "encoding", "latin-1"),
        ({"encoding": "cp850"}, "encoding", "cp850"),
        ({"encoding": "ascii"}, "encoding", None),
        ({"status_before_login": BeforeLogin.CLOSES}, "status_first", False),
        ({"status_before_login": BeforeLogin.ALLOWED}, "status_first", False),
        ({"status_before_login": BeforeLogin.REQUIRED}, "status_first", True),
        ({"flags": "YNNYYN"}, "server.allows", "online, renewals, status updates"),
        ({"skew_seconds": 0.0}, "server.clock", 0),
        ({"skew_seconds": 90.0}, "server.clock", 90),
        ({"short_status": True}, "server.clock", None),
        ({"timeout": "100", "retries": "003"}, "server.patience", 40.0),
        ({"timeout": "999", "retries": "999"}, "server.patience", None),
        ({"supported": ALL_MESSAGES - {"29"}}, "renew_with_checkout", True),
        ({}, "renew_with_checkout", False),
        ({"bx": ""}, "renew_with_checkout", None),
        ({"supported": ALL_MESSAGES - {"35"}}, "end_session", False),
        ({"supported": ALL_MESSAGES - {"35"}, "bx": "Y" * 16}, "end_session", None),
        ({"supported": ALL_MESSAGES - {"17"}}, "item_before_checkin", False),
        ({"supported": ALL_MESSAGES - {"17"}, "bx": "", "on_unknown": OnUnknown.SILENT}, "item_before_checkin", False),
        ({}, "item_before_checkin", True),
        ({"institution": "PUSAT"}, "server.institution", "must be right"),
        ({}, "server.institution", "any"),
        ({"pin": PinAnswer.HONEST}, "pin", "required"),
        ({"pin": PinAnswer.OMITTED}, "pin", None),
        ({"pin": PinAnswer.BLANK}, "pin", None),
        ({"pin": PinAnswer.ALWAYS_Y}, "pin", None),
        ({"pin": PinAnswer.ALWAYS_N}, "pin", None),
        ({"wrong_pin_gives_data": True}, "server.wrong_pin", "tells"),
        ({"wrong_pin_gives_data": False}, "server.wrong_pin", "keeps quiet"),
        ({"lists": Lists.BARCODES}, "loan_lists", "barcodes"),
        ({"lists": Lists.TITLES}, "loan_lists", "titles"),
        ({"lists": Lists.NONE}, "loan_lists", "none"),
        ({"paging": True}, "page_size", 20),
        ({"paging": False}, "page_size", 0),
        ({"many_summaries": True}, "summary_per_request", 6),
        ({"many_summaries": False}, "summary_per_request", 1),
        ({"holds": Holds.READY}, "hold_lists", "ready"),
        ({"holds": Holds.ALL}, "hold_lists", "all"),
        ({"due_format": "sip"}, "due_formats", ()),
        ({"due_format": "iso"}, "due_formats", ()),
        ({"due_format": "%d.%m.%Y"}, "due_formats", ("%d.%m.%Y",)),
        ({"due_format": "text"}, "due_formats", ("%d %B %Y",)),
        ({"due_format": "%d/%m/%Y"}, "due_formats", None),  # 07/12/2026 may be in July
        ({"due_format": "Woche %W"}, "due_formats", None),
        ({"item_due": False}, "server.loan_mark", "none"),
        ({}, "server.loan_mark", "due date"),
        ({}, "currency", "IDR"),
        ({}, "zone", ""),
        ({}, "valid_patron_required", True),
        ({}, "login", True),
    ],
)
def test_a_switch_is_found(changes: dict[str, Any], key: str, value: object) -> None:
    assert probe(GENERIC.but(**changes)).value(key) == value


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"no_block": NoBlock.IGNORED}, "no_block", False),
        ({"no_block": NoBlock.KILLS}, "no_block", False),
        ({"no_block": NoBlock.HONOURED}, "no_block", None),  # the patron is not blocked, so half of it is not seen
        ({"honours_renewal_policy": True}, "checkout_renews", False),
        ({"honours_renewal_policy": False}, "checkout_renews", True),
        ({"due_format": "%m/%d/%Y"}, "due_formats", ("%m/%d/%Y",)),  # a new loan's date lies ahead
        ({"due_format": "%d/%m/%Y"}, "due_formats", ("%d/%m/%Y",)),
        ({"lists": Lists.TITLES}, "loan_lists", "titles"),
        ({"supported": ALL_MESSAGES - {"17"}}, "no_block", None),  # whether the item is free cannot be seen
    ],
)
def test_the_trial_shows_more_and_leaves_nothing_behind(changes: dict[str, Any], key: str, value: object) -> None:
    probed = probe(GENERIC.but(**changes), TRIAL)
    assert probed.value(key) == value
    assert probed.ils.loan("B1") is None


def test_no_block_is_switched_on_by_a_blocked_patron_who_got_the_item_until_our_day() -> None:
    probed = probe(GENERIC.but(no_block=NoBlock.HONOURED), BLOCKED_TRIAL)
    assert (probed.value("no_block"), probed.value("server.trial")) == (True, "undone")
    assert probed.ils.loan("B1") is None


def test_no_block_stays_off_where_a_blocked_patron_is_refused() -> None:
    probed = probe(GENERIC, BLOCKED_TRIAL)
    assert probed.value("no_block") is False
    assert "09" not in probed.ils.received  # nothing was lent, so nothing is returned


def test_the_trial_leaves_a_lent_item_alone() -> None:
    ils = library()
    ils.staff_checkout("A2", "B1")
    probed = probe(ils=ils, wishes=TRIAL)
    assert "not free" in probed["no_block"].reason
    assert not {"11", "09"} & set(ils.received)


def test_without_the_trial_nothing_is_changed() -> None:
    ils = library()
    before = list(ils.effects)
    probe(ils=ils)
    assert ils.effects == before
    assert not set(ils.received) & {"11", "09", "29", "65", "37", "15", "19", "25", "01"}


@pytest.mark.parametrize(("rule", "tries"), [(PinAnswer.HONEST, 1), (PinAnswer.ALWAYS_Y, 2)])
def test_wrong_pins_are_tried_once_or_twice_and_the_right_one_last(rule: PinAnswer, tries: int) -> None:
    steps = [step.name for step in probe(GENERIC.but(pin=rule)).steps]
    assert sum(name.startswith("WRONG_") for name in steps) == tries
    assert steps.index("WRONG_PIN") < steps.index("RIGHT_PIN")


def test_without_the_right_pin_no_wrong_one_is_tried() -> None:
    probed = probe(wishes=Wishes("A1"))
    assert not [step for step in probed.steps if step.name.startswith("WRONG_")]
    assert probed["pin"].confidence is Confidence.UNKNOWN


def test_a_wrong_pin_is_never_the_right_one() -> None:
    ils = library()
    ils.holdings.members["A1"].pin = "0000"
    assert probe(ils=ils, wishes=replace(ALL, pin=Secret("0000"))).value("pin") == "required"


def test_a_server_that_wants_no_checksums_is_found_out() -> None:
    """It lets in only who sends none: then nothing carries one."""
    probed = probe(GENERIC.but(terminator=b"\r"), ils=_deaf_to_checksums())
    assert probed.value("error_detection") is False
    assert probed.value("loan_lists") == "barcodes"


def _deaf_to_checksums() -> Any:
    ils = library()
    connect = ils.connect

    def connect_deaf() -> Any:
        connection = connect()
        hear = connection.receive
        connection.receive = lambda data: [] if b"AZ" in data else hear(data)  # type: ignore[method-assign]
        return connection

    ils.connect = connect_deaf  # type: ignore[method-assign]
    return ils


@pytest.mark.parametrize("failure", list(LoginFailure))
def test_a_refused_login_is_said_and_not_tried_again_in_other_ways(failure: LoginFailure) -> None:
    probed = probe(GENERIC.but(login=("kiosk", "another"), login_failure=failure))
    assert probed["login"].alarm or probed["login"].confidence is Confidence.UNKNOWN
    if failure is not LoginFailure.MUTE:
        assert probed.ils.received.count("93") == 1
    assert "63" not in probed.ils.received
    assert not probed["pin"].known


def test_a_server_without_a_login_is_asked_without_one() -> None:
    probed = probe(GENERIC.but(login=None), login="")
    assert probed.value("login") is False
    assert probed.value("loan_lists") == "barcodes"


def test_a_server_that_is_down_is_said_in_one_sentence() -> None:
    ils = library()
    ils.down = True
    probed = probe(ils=ils)
    assert probed["server.line"].reason.startswith("No connection: the server cannot be reached")
    assert not [finding for finding in probed.found if finding.setting]


def test_an_unknown_item_is_one_that_no_library_has() -> None:
    assert probe().value("server.unknown_item") == "status 01, no title"
    assert NO_SUCH_ITEM not in library().holdings.items


def test_an_unknown_patron_is_said() -> None:
    probed = probe(wishes=replace(ALL, patron="A9"))
    assert (probed.value("server.patron"), probed["server.patron"].alarm) == (False, True)


@pytest.mark.parametrize(("preset", "profile"), [("koha", "koha"), ("evergreen", "evergreen"), ("alma", "alma")])
def test_the_nearest_profile_is_the_systems_own(preset: str, profile: str) -> None:
    assert nearest(probe(PRESETS[preset], TRIAL).found, "generic").profile == profile


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_is_probed_to_its_end_and_put_right(preset: str) -> None:
    probed = probe(PRESETS[preset], TRIAL)
    assert probed.value("server.trial") == "undone"
    assert probed.ils.loan("B1") is None
    assert len([finding for finding in probed.found if finding.setting]) > 15


def test_our_own_servers_profile_is_no_guess() -> None:
    found = probe(GENERIC.but(honours_renewal_policy=True), TRIAL).found
    assert nearest(found, "generic").profile != "pustaka"
    assert nearest(found, "pustaka").profile == "pustaka"


@pytest.mark.parametrize("dialect", [GENERIC, PRESETS["evergreen"]], ids=lambda dialect: dialect.name)
def test_no_reason_holds_a_number_a_name_or_a_pin(dialect: Dialect) -> None:
    ils = library(dialect)
    member = ils.holdings.members["A1"]
    member.name, member.pin = "KANARI Sari", "860042"
    probed = probe(ils=ils, wishes=replace(TRIAL, pin=Secret("860042")))
    said = " ".join(f"{finding.reason} {finding.value}" for finding in probed.found)
    for secret in ("KANARI", "860042", "A1", "someone@example.org", "Laskar"):
        assert secret not in said
        assert secret not in repr(probed.seen[probed.steps[-1]])
