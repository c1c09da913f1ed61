"""Which UHF tags lie on the pad: a neighbour's bag never does, and what lies there does not flap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rfid.events import TagArrived
from devices.rfid.pad import MISSES, Pad
from devices.rfid.settings import UhfSettings
from devices.rfid.sightings import SLACK, Heard, Sightings

#: A loaded machine takes its time.
calm = settings(deadline=None, max_examples=60)

A, B = bytes(12), b"\1" * 12
THRESHOLD = UhfSettings().rssi_dbm


def sightings(seen=2, rounds=3):
    return Sightings(UhfSettings(seen=seen, rounds=rounds), lambda heard: heard.epc.hex())


def play(on, *heard, whole=True):
    """One round; the names on the pad behind it."""
    on.begin()
    for epc, rssi in heard:
        on.hear(Heard(epc, 0x3000, rssi))
    on.close(whole=whole)
    return on.present


windows = st.integers(1, 5).flatmap(lambda rounds: st.tuples(st.integers(1, rounds), st.just(rounds)))
#: One round as a tag sees it: not heard, or with this strength.
hearing = st.one_of(st.none(), st.integers(-90, -30))


@calm
@given(windows, st.lists(st.lists(st.integers(-90, THRESHOLD - 1), max_size=3), max_size=20))
def test_a_tag_weaker_than_the_threshold_never_is_on_the_pad(window, history):
    """However often a round hears it."""
    on = sightings(*window)
    for strengths in history:
        assert play(on, *((A, rssi) for rssi in strengths)) == ()
        assert not on.on_pad(A.hex())


@calm
@given(windows, st.lists(st.tuples(hearing, st.integers(1, 3), st.booleans()), max_size=30))
def test_a_tag_comes_onto_the_pad_only_when_heard_often_enough(window, history):
    seen, rounds = window
    on, strong, was = sightings(seen, rounds), [], False
    for rssi, times, whole in history:
        strong.append(rssi is not None and rssi >= THRESHOLD)
        play(on, *((A, rssi),) * (times if rssi is not None else 0), whole=whole)
        if on.on_pad(A.hex()) and not was:
            assert sum(strong[-rounds:]) >= seen
        elif sum(strong[-rounds:]) >= seen and strong[-1]:
            assert on.on_pad(A.hex())
        was = on.on_pad(A.hex())


@calm
@given(
    windows, st.lists(st.integers(0, MISSES - 1), min_size=1, max_size=20), st.integers(-SLACK, 20), st.integers(0, 3)
)
def test_a_tag_on_the_pad_does_not_flap(window, gaps, margin, others):
    """Fewer than three misses in a row, and strength down to the slack, are a pile's shade."""
    seen, rounds = window
    on, pad, now = sightings(seen, rounds), Pad(), 0.0
    events = []
    for _ in range(rounds):
        events += pad.round(play(on, (A, THRESHOLD)), now := now + 0.2)
    for gap in gaps:
        for missed in range(gap + 1):
            tags = [(bytes([9, other]) * 6, -50) for other in range(others)]
            heard = [(A, THRESHOLD + margin)] if missed == gap else []
            events += pad.round(play(on, *tags, *heard), now := now + 0.2)
    assert [event for event in events if getattr(event, "uid", "") == A.hex()] == [TagArrived(A.hex())]


def test_two_of_three_rounds():
    on = sightings()
    assert play(on, (A, -50)) == ()
    assert play(on) == ()
    assert play(on, (A, -50)) == (A.hex(),)


def test_one_of_three_rounds_is_never_enough():
    on = sightings()
    for _ in range(10):
        assert play(on, (A, -50)) == ()
        assert play(on) == ()
        assert play(on) == ()


def test_a_tag_is_told_of_in_the_middle_of_the_round_that_brings_it():
    on = sightings()
    play(on, (A, -50))
    on.begin()
    assert on.hear(Heard(A, 0x3000, -50))
    assert not on.hear(Heard(A, 0x3000, -50))
    assert on.present == (A.hex(),)


def test_while_a_round_runs_nobody_is_missing():
    on = sightings()
    for _ in range(2):
        play(on, (A, -50), (B, -50))
    on.begin()
    on.hear(Heard(A, 0x3000, -50))
    assert set(on.present) == {A.hex(), B.hex()}
    on.close(whole=True)
    assert on.present == (A.hex(),)


def test_a_damaged_round_proves_nothing():
    on = sightings()
    for _ in range(2):
        play(on, (A, -50))
    for _ in range(10):
        assert play(on, whole=False) == (A.hex(),)
    for _ in range(MISSES):
        assert play(on) == ()
    assert not on.on_pad(A.hex())


def test_a_book_that_goes_into_a_bag_beside_the_pad_leaves_it():
    """It is heard for ever, but too faintly."""
    on = sightings()
    for _ in range(2):
        play(on, (A, -50))
    assert play(on, (A, THRESHOLD - SLACK)) == (A.hex(),)
    for _ in range(MISSES):
        assert play(on, (A, THRESHOLD - SLACK - 1)) == ()
    assert not on.on_pad(A.hex())


def test_a_tag_without_an_epc_has_no_name():
    on = sightings()
    for _ in range(3):
        assert play(on, (b"", -50)) == ()


def test_no_strength_counts_as_strong():
    on = sightings()
    play(on, (A, None))
    assert play(on, (A, None)) == (A.hex(),)


def test_a_name_heard_twice_in_a_round_may_be_two_tags():
    on = sightings()
    play(on, (A, -50), (A, -80), (B, -50))
    assert on.doubled(A.hex())
    assert not on.doubled(B.hex())
    for _ in range(2):
        play(on, (A, -50), (B, -50))
    assert on.doubled(A.hex())
    play(on, (A, -50))
    assert not on.doubled(A.hex())


def test_what_was_heard_last_is_kept_as_long_as_it_matters():
    on = sightings()
    play(on, (A, -50), (B, -80))
    assert on.last(A.hex()) == Heard(A, 0x3000, -50)
    assert on.others(A.hex()) == (B,)
    on.learn(A.hex(), Heard(A, 0x3007, -50))
    assert on.last(A.hex()) == Heard(A, 0x3007, -50)
    for _ in range(3):
        play(on)
    assert (on.last(A.hex()), on.others(A.hex())) == (None, ())
    on.learn(A.hex(), Heard(A, 0x3007, -50))
    assert on.last(A.hex()) is None


def test_thousands_of_passing_tags_are_forgotten():
    on = sightings()
    for number in range(2000):
        play(on, (number.to_bytes(12, "big"), -50))
    assert len(on.others("")) == 3


@pytest.mark.parametrize("rounds", [1, 2])
def test_few_rounds_still_wait_for_three_misses(rounds):
    on = sightings(rounds, rounds)
    for _ in range(rounds):
        play(on, (A, -50))
    for _ in range(MISSES - 1):
        play(on)
        assert on.on_pad(A.hex())
    play(on)
    assert not on.on_pad(A.hex())
