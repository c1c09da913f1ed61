"""Broken and hostile systems: never a wrong yes, never a second effect, never a hang, and nothing personal in a log."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.counter import Done, Held
from kiosk.circulation.errors import CirculationError, SystemAway
from kiosk.circulation.port import (
    Borrowed,
    PatronRef,
    Refused,
    Renewed,
    Returned,
    Secret,
    Unknown,
)
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Copy, EmulatedIls, Fault, Member, Seeded, Wrong
from kiosk.circulation.sip2.emulator.faults import REQUEST_FAULTS
from kiosk.circulation.sip2.emulator.serve import Served
from kiosk.circulation.sip2.profile import Profile, Verify
from kiosk.circulation.sip2.settings import Sip2Settings

SARI, BUDI = PatronRef("P-001"), PatronRef("P-002")
#: The operation, its message, and what it leaves in the system's log.
OPERATIONS: dict[str, tuple[str, Callable[[SipCirculation], object], tuple[str, str]]] = {
    "checkout": ("11", lambda kiosk: kiosk.checkout("op", SARI, "B-1"), ("checkout", "B-1")),
    "checkin": ("09", lambda kiosk: kiosk.checkin("op", "B-2"), ("checkin", "B-2")),
    "renew": ("29", lambda kiosk: kiosk.renew("op", SARI, "B-3"), ("renew", "B-3")),
    "pay": ("37", lambda kiosk: kiosk.pay("op", SARI, 1_000), ("pay", "")),
}
#: Longer than any delay in these tests.
LONG = 600.0


def prepared(make_world):
    """B-2 is on loan to Budi, B-3 to Sari, who owes 5.000."""
    world = make_world(members=[Member("P-001", fines=5_000), Member("P-002", "Budi")])
    world.ils.staff_checkout("P-002", "B-2", due=date(2026, 12, 1))
    world.ils.staff_checkout("P-001", "B-3", due=date(2026, 12, 1))
    return world


def outcome_of(call: Callable[[], object]) -> object:
    try:
        return call()
    except SystemAway as away:
        return away


@pytest.mark.parametrize("verify", Verify)
@pytest.mark.parametrize("wrong", REQUEST_FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_fault_in_one_operation_is_never_a_wrong_word(make_world, operation, wrong: Wrong, verify: Verify) -> None:
    code, call, effect = OPERATIONS[operation]
    for seconds in (1.0, 100.0):
        world = prepared(make_world)
        kiosk = world.kiosk(verify=verify)
        kiosk.status()
        before, began = len(world.ils.effects), world.time.seconds
        world.ils.faults.add(wrong, code, seconds=seconds)
        answer = outcome_of(lambda kiosk=kiosk: call(kiosk))
        assert world.time.seconds - began <= world.settings.answer_seconds + 0.01
        at_once = world.kinds()[before:]
        world.time.wait(LONG)
        happened = world.kinds()[before:]
        assert happened in ([], [effect])
        if isinstance(answer, SystemAway | Refused):
            assert happened == []
        elif not isinstance(answer, Unknown):
            assert isinstance(answer, Borrowed | Returned | Renewed | int)
            assert at_once == [effect]


@pytest.mark.parametrize("wrong", REQUEST_FAULTS)
def test_one_fault_in_a_question_is_never_a_wrong_answer(make_world, wrong: Wrong) -> None:
    for code in ("17", "63", "99", "93"):
        world = prepared(make_world)
        kiosk = world.kiosk()
        world.ils.faults.add(wrong, code, seconds=100.0)
        began = world.time.seconds
        for answer, right in (
            (outcome_of(lambda kiosk=kiosk: kiosk.has_on_loan(SARI, "B-3")), True),
            (outcome_of(lambda kiosk=kiosk: kiosk.has_on_loan(SARI, "B-1")), False),
            (outcome_of(lambda kiosk=kiosk: kiosk.fees(SARI)), 5_000),
        ):
            assert isinstance(answer, Unknown | SystemAway) or answer == right
        assert world.time.seconds - began <= 3 * world.settings.answer_seconds


@pytest.mark.parametrize("seed", range(40))
def test_storms_of_faults_leave_one_effect_at_most_and_no_wrong_word(make_world, seed: int) -> None:
    world = prepared(make_world)
    world.ils.plan = Seeded(seed, 0.4, seconds=(0.0, 5.0))
    kiosk = world.kiosk(resend=bool(seed % 2), verify=list(Verify)[seed % 3])
    for number in range(12):
        item = f"B-{number % 9 + 1}"
        before, began = len(world.ils.effects), world.time.seconds
        operation = ("checkout", "checkin", "renew")[number % 3]
        call = {
            "checkout": lambda item=item: kiosk.checkout("op", SARI, item),
            "checkin": lambda item=item: kiosk.checkin("op", item),
            "renew": lambda item=item: kiosk.renew("op", SARI, item),
        }[operation]
        answer = outcome_of(call)
        assert world.time.seconds - began <= world.settings.answer_seconds + 0.01
        world.time.wait(LONG)
        happened = world.kinds()[before:]
        assert len(happened) <= 1
        assert all(of == item for _, of in happened)
        if isinstance(answer, SystemAway | Refused):
            assert happened == []


def test_a_flood_takes_no_memory(make_world) -> None:
    world = prepared(make_world)
    kiosk = world.kiosk()
    kiosk.status()
    world.ils.faults.add(Wrong.HUGE, "11", times=20)
    tracemalloc.start()
    for _ in range(20):
        assert isinstance(kiosk.checkout("op", BUDI, "B-1"), Unknown | Refused | SystemAway)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 6 << 20


class Replaying:
    """A wire on which the login goes well and every other request gets the bytes given."""

    def __init__(self, answer: bytes) -> None:
        self._answer, self._coming = answer, b""

    def open(self, seconds: float) -> None:
        pass

    def send(self, data: bytes, seconds: float) -> None:
        known = {b"93": b"941", b"99": b"98YYYYYY100003" + b"20261123    090000" + b"2.00AOx|BX" + b"Y" * 16 + b"|"}
        self._coming += known[data[:2]] + b"\r" if data[:2] in known else self._answer

    def receive(self, seconds: float) -> bytes:
        if not self._coming:
            raise TimeoutError("nothing there")
        coming, self._coming = self._coming, b""
        return coming

    def close(self) -> None:
        self._coming = b""


def hostile_kiosk(answer: bytes, **changes: object) -> SipCirculation:
    profile = msgspec.structs.replace(Profile(), **changes)
    return SipCirculation(
        Sip2Settings(host="x", login="kiosk", answer_seconds=0.5),
        profile,
        clock=SystemClock(),
        zone=ZoneInfo("Asia/Makassar"),
        wire=lambda: Replaying(answer),
    )


STAMP = b"20261123    090000"
ALMOST = [
    b"121NNY" + STAMP + b"AOx|AAP-001|ABB-1|AJT|AH2026-12-07|\r",
    b"101YNN" + STAMP + b"AOx|ABB-1|AQx|AJT|\r",
    b"301YNN" + STAMP + b"AOx|AAP-001|ABB-1|AJT|AH2026-12-07|\r",
    b"64" + b" " * 14 + b"000" + STAMP + b"0000" * 6 + b"AOx|AAP-001|AESari|BLY|CQY|BV1.234,50|CB9|AUB-1|\r",
    b"18040001" + STAMP + b"ABB-1|AJT|AH2026-12-07|CF2|\r",
    b"661" + b"00010001" + STAMP + b"AOx|BMB-1|BNB-2|\r",
    b"38Y" + STAMP + b"AOx|AAP-001|\r",
    b"1612" + STAMP + b"AOx|AAP-001|ABB-1|BR2|\r",
    b"24" + b" " * 14 + b"000" + STAMP + b"AOx|AAP-001|AESari|BLY|\r",
]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """An answer that was right once."""
    data = bytearray(draw(st.sampled_from(ALMOST)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
        if not data:
            return b""
    return bytes(data)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=st.one_of(st.binary(max_size=300), mangled()), verify=st.sampled_from(Verify))
def test_no_bytes_make_a_kiosk_fail(answer: bytes, verify: Verify) -> None:
    """Whatever comes: an outcome of the port, or a system that is away."""
    kiosk = hostile_kiosk(answer, verify=verify)
    pin = Secret("1234")
    for call in (
        lambda: kiosk.patron(SARI, pin),
        lambda: kiosk.item("B-1"),
        lambda: kiosk.copy("B-1"),
        lambda: kiosk.has_on_loan(SARI, "B-1"),
        lambda: kiosk.fees(SARI),
        lambda: kiosk.checkout("op", SARI, "B-1"),
        lambda: kiosk.checkin("op", "B-1"),
        lambda: kiosk.renew("op", SARI, "B-1"),
        lambda: kiosk.renew_all("op", SARI),
        lambda: kiosk.pay("op", SARI, 100),
        lambda: kiosk.hold("op", SARI, "B-1"),
        lambda: kiosk.block_patron("op", SARI),
        lambda: kiosk.end_visit(SARI),
        lambda: kiosk.status(),
    ):
        outcome_of(call)


@pytest.mark.parametrize(
    "answer",
    [
        b"120NNN" + STAMP + b"AOx|AAP-001|ABB-1|AJT|AH|AF|\r",
        b"12 NNN" + STAMP + b"AOx|AAP-001|ABB-1|AJT|AH2026-12-07|\r",
        b"121NNY" + STAMP + b"AOx|AAP-002|ABB-1|AJT|AH2026-12-07|\r",
        b"121NNY" + STAMP + b"AOx|AAP-001|ABB-10|AJT|AH2026-12-07|\r",
        b"121NNY" + STAMP + b"AOx|AA|AB|AJT|AH2026-12-07|\r",
        b"101YNN" + STAMP + b"AOx|AAP-001|ABB-1|AJT|\r",
        b"121NNY" + STAMP + b"AOx|ABB-2|AAP-001|ABB-1|AJT|AH2026-12-07|\r",
    ],
)
def test_no_almost_right_answer_is_a_yes(answer: bytes) -> None:
    assert not isinstance(outcome_of(lambda: hostile_kiosk(answer).checkout("op", SARI, "B-1")), Borrowed)


# nothing personal

CANARIES = {
    "number": "KARTU7391",
    "pin": "PIN4826",
    "name": "Namarahasia",
    "item": "BUKU5517",
    "password": "SANDI9041",
}


@pytest.mark.parametrize("wrong", [Wrong.NOTHING, *REQUEST_FAULTS])
def test_nothing_personal_reaches_a_log_or_an_error(
    make_world, tmp_path, caplog: pytest.LogCaptureFixture, wrong: Wrong
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "secret").write_text(CANARIES["password"], encoding="utf-8")
    world = make_world(
        members=[Member(CANARIES["number"], CANARIES["name"], CANARIES["pin"], fines=9_000)],
        items=[Copy(CANARIES["item"], "Judul")],
        login=("kiosk", CANARIES["password"]),
        due_format="%d/%m/%Y",
        skew_seconds=100.0,
    )
    world.settings = msgspec.structs.replace(world.settings, password_file=str(tmp_path / "secret"))
    kiosk, ref, item = world.kiosk(), PatronRef(CANARIES["number"]), CANARIES["item"]
    pin = Secret(CANARIES["pin"])
    said: list[str] = []
    world.ils.plan = lambda code: Fault(wrong if code not in ("93", "99", "connect") else Wrong.NOTHING, 9.0)
    for call in (
        lambda: kiosk.patron(ref, pin),
        lambda: kiosk.patron(ref, Secret(CANARIES["pin"] + "|")),
        lambda: kiosk.checkout("op", ref, item),
        lambda: kiosk.checkout("op", ref, item + "|x"),
        lambda: kiosk.renew("op", ref, item),
        lambda: kiosk.renew_all("op", ref),
        lambda: kiosk.has_on_loan(ref, item),
        lambda: kiosk.fees(ref),
        lambda: kiosk.pay("op", ref, 1_000),
        lambda: kiosk.hold("op", ref, item),
        lambda: kiosk.block_patron("op", ref),
        lambda: kiosk.enable_patron("op", ref),
        lambda: kiosk.checkin("op", item),
        lambda: kiosk.end_visit(ref),
        lambda: kiosk.status(),
    ):
        try:
            call()
        except CirculationError as error:
            chain: BaseException | None = error
            while chain is not None:
                said.append(f"{chain!r} {chain}")
                chain = chain.__cause__ or chain.__context__
    said += [repr(kiosk._visit), repr(kiosk.client.asking.terminal), repr(ref), repr(pin)]
    said += [record.getMessage() for record in caplog.records]
    said += [record.exc_text or "" for record in caplog.records]
    everything = "\n".join(said)
    assert [name for name, canary in CANARIES.items() if canary in everything] == []


def test_an_answer_s_repr_tells_nobody_s_name(world) -> None:
    kiosk = world.kiosk()
    answer = kiosk.client.patron("P-001", Secret("1234"), (), kiosk.client.deadline())
    assert "Sari" not in repr(answer)
    assert "P-001" not in repr(answer)


# over a real socket


def test_a_visit_over_a_real_socket(password_file) -> None:
    ils = EmulatedIls([Member("P-001")], [Copy("B-1", "Judul")])
    with Served(ils) as served:
        kiosk = SipCirculation(
            Sip2Settings(
                host=served.host,
                port=served.port,
                tls="off",
                login="kiosk",
                password_file=str(password_file),
                answer_seconds=10.0,
            ),
            Profile(),
            clock=SystemClock(),
            zone=ZoneInfo("Asia/Makassar"),
        )
        assert kiosk.status().online
        assert isinstance(kiosk.checkout("op-1", SARI, "B-1"), Borrowed)
        for wrong in (Wrong.BYTEWISE, Wrong.CRLF):
            ils.faults.add(wrong, "17")
            assert kiosk.has_on_loan(SARI, "B-1") is True
        ils.faults.add(Wrong.DROP_AFTER, "09")
        assert kiosk.checkin("op-2", "B-1") == Unknown("closed")
        assert kiosk.checkin("op-3", "B-1").again
        assert isinstance(kiosk.hold("op-4", SARI, "B-1"), Held)
        assert isinstance(kiosk.cancel_hold("op-5", SARI, "B-1"), Done)
        served.stop()
        assert not kiosk.status().online
        served.start()
        assert kiosk.status().online
        kiosk.close()
