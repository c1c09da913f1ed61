"""Two kiosks, staff and patrons on the same few books, with everything that can go wrong in between, in any order.

Hypothesis chooses; after each story everything heals, and the oracle (``rig/oracle.py``) judges. The same stories are
told to kiosks with a known defect, which the oracle must catch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from rig.controls import CONTROLS
from rig.life import CODES, JUMPS, POINTS, WAITS, Life, walk
from rig.world import DIALECT, ITEMS, PATRONS, QUIET

from kiosk.circulation.sip2.emulator import PRESETS, Wrong
from kiosk.circulation.sip2.emulator.faults import REQUEST_FAULTS
from kiosk.circulation.sip2.profile import PinRule, load_profile

KIOSKS = st.integers(0, 1)
PATRON = st.sampled_from(PATRONS)
ITEM = st.sampled_from(ITEMS[:3])


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Thousands of warnings about a bad line say nothing here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Story(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    @initialize(
        dialect=st.sampled_from(
            [DIALECT, DIALECT.but(honours_renewal_policy=True), DIALECT.but(shelved_checkin_ok=False)]
        )
    )
    def begin(self, dialect: object) -> None:
        self.life.world.ils.dialect = dialect  # type: ignore[assignment]

    # patrons

    @rule(kiosk=KIOSKS, patron=PATRON, item=ITEM)
    def checkout(self, kiosk: int, patron: str, item: str) -> None:
        self.life.checkout(kiosk, patron, item)

    @rule(kiosk=KIOSKS, item=ITEM)
    def checkin(self, kiosk: int, item: str) -> None:
        self.life.checkin(kiosk, item)

    @rule(kiosk=KIOSKS, patron=PATRON, item=ITEM)
    def renew(self, kiosk: int, patron: str, item: str) -> None:
        self.life.renew(kiosk, patron, item)

    @rule(kiosk=KIOSKS, patron=PATRON)
    def pay(self, kiosk: int, patron: str) -> None:
        self.life.pay(kiosk, patron)

    @rule(kiosk=KIOSKS, patron=PATRON, item=ITEM)
    def ask(self, kiosk: int, patron: str, item: str) -> None:
        self.life.ask(kiosk, patron, item)

    # staff

    @rule(patron=PATRON, item=ITEM)
    def staff_checkout(self, patron: str, item: str) -> None:
        self.life.staff_checkout(patron, item)

    @rule(item=ITEM)
    def staff_checkin(self, item: str) -> None:
        self.life.staff_checkin(item)

    @rule(item=ITEM)
    def staff_renew(self, item: str) -> None:
        self.life.staff_renew(item)

    @rule(patron=PATRON, blocked=st.booleans())
    def block(self, patron: str, blocked: bool) -> None:
        self.life.block(patron, blocked)

    # what goes wrong

    @rule(wrong=st.sampled_from(REQUEST_FAULTS), codes=st.sampled_from(CODES[:-1]), seconds=st.floats(0, 120))
    def fault(self, wrong: Wrong, codes: tuple[str, ...], seconds: float) -> None:
        self.life.fault(wrong, codes, seconds)

    @rule(codes=st.sampled_from([("11",), ("09",), ("29",)]), seconds=st.floats(1, 29))
    def executed_late(self, codes: tuple[str, ...], seconds: float) -> None:
        self.life.fault(Wrong.EXECUTED_LATE, codes, seconds)

    @rule(wrong=st.sampled_from([Wrong.REFUSED, Wrong.CLOSED_AT_ONCE]))
    def no_connection(self, wrong: Wrong) -> None:
        self.life.fault(wrong, ("connect",), 0.0)

    @rule(away=st.booleans())
    def outage(self, away: bool) -> None:
        self.life.outage(away)

    @rule(kiosk=KIOSKS, point=st.sampled_from(POINTS), skip=st.integers(0, 2))
    def crash(self, kiosk: int, point: str, skip: int) -> None:
        self.life.crash_at(kiosk, point, skip)

    @rule(kiosk=KIOSKS)
    def switch(self, kiosk: int) -> None:
        self.life.switch(kiosk)

    @rule(kiosk=KIOSKS, by=st.sampled_from(JUMPS), synced=st.booleans())
    def jump(self, kiosk: int, by: timedelta, synced: bool) -> None:
        self.life.jump(kiosk, by, synced)

    # time

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: float) -> None:
        self.life.wait(seconds)

    @precondition(lambda self: self.life.world.time.seconds > 0)
    @rule(kiosk=KIOSKS, times=st.sampled_from([1, 4, 10]))
    def tend(self, kiosk: int, times: int) -> None:
        self.life.tend(kiosk, times)

    def teardown(self) -> None:
        verdict = self.life.end()
        story = "\n".join(self.life.story)
        self.life.close()
        assert verdict.violations == [], story


class TestStory(Story.TestCase):
    settings = settings(
        max_examples=70,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@pytest.mark.parametrize("defect", list(CONTROLS))
def test_control_a_kiosk_that_is_known_to_be_wrong_is_caught(defect: str) -> None:
    """Without this the oracle could be blind."""
    for seed in range(200):
        life = Life(options=CONTROLS[defect])
        verdict = walk(life, seed)
        life.close()
        if any(" from one " in violation or "ended a loan" in violation for violation in verdict.violations):
            return
    pytest.fail(f"a kiosk that {defect} was not caught in 200 stories")


@pytest.mark.parametrize(
    ("dialect", "profile"),
    [*((name, name) for name in ("koha", "evergreen", "folio", "alma", "generic")), ("koha", "generic")],
)
def test_stories_hold_for_every_dialect(dialect: str, profile: str) -> None:
    """Titles instead of barcodes, no BX, other dates: less can be seen, so more goes to staff, and nothing is wrong.
    The last pair is a kiosk with the wrong profile."""
    habits = PRESETS[dialect].but(timeout="000", retries="000")
    options = {"profile": msgspec.structs.replace(load_profile(profile), quiet_seconds=QUIET, pin=PinRule.NONE)}
    for seed in range(6):
        life = Life(habits, options=options)
        verdict = walk(life, seed, steps=30)
        story = "\n".join(life.story)
        life.close()
        assert verdict.violations == [], story
