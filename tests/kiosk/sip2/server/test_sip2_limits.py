"""Token buckets and the back-off for wrong logins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.sip2.server.limits import BackOff, Buckets


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    buckets = Buckets()
    waits = [buckets.take("a", 0.0, rate=2.0, burst=3) for _ in range(5)]
    assert waits == [0, 0, 0, 0.5, 1.0]
    assert buckets.take("a", 10.0, rate=2.0, burst=3) == 0


def test_names_have_buckets_of_their_own() -> None:
    buckets = Buckets()
    assert buckets.take("a", 0.0, 1.0, 1) == 0
    assert buckets.take("b", 0.0, 1.0, 1) == 0
    assert buckets.take("a", 0.0, 1.0, 1) == 1.0


def test_a_token_that_is_not_there_is_not_taken() -> None:
    buckets = Buckets()
    assert [buckets.try_take("a", 0.0, 1.0, 2) for _ in range(3)] == [True, True, False]
    assert buckets.try_take("a", 1.0, 1.0, 2)


def test_many_names_fill_no_memory() -> None:
    buckets, tries = Buckets(most=10), BackOff(most=10)
    for number in range(1000):
        buckets.take(f"a{number}", 0.0, 1.0, 1)
        tries.wrong(f"a{number}", 0.0)
    assert len(buckets._buckets) == len(tries._tries) == 10


@given(st.lists(st.floats(0, 5), max_size=40))
def test_who_waits_as_told_is_served_at_the_rate(gaps: list[float]) -> None:
    buckets, now = Buckets(), 0.0
    for served, gap in enumerate(gaps, 1):
        now += gap
        now += buckets.take("a", now, rate=2.0, burst=3)
        assert served <= 3 + now * 2 + 1e-6


def test_wrong_logins_shut_out_for_longer_and_longer() -> None:
    tries = BackOff(free=3, first=1.0, longest=10.0)
    for _ in range(2):
        tries.wrong("a", 0.0)
    assert not tries.shut_out("a", 0.0)
    lengths = []
    now = 0.0
    for _ in range(6):
        tries.wrong("a", now)
        begun = now
        while tries.shut_out("a", now):
            now += 0.5
        lengths.append(now - begun)
    assert lengths == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_right_login_forgets() -> None:
    tries = BackOff(free=1)
    tries.wrong("a", 0.0)
    assert tries.shut_out("a", 0.5)
    tries.right("a")
    assert not tries.shut_out("a", 0.5)
    assert not tries.shut_out("b", 0.5)
