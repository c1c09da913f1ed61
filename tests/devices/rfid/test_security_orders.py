"""Orders to arm and disarm: every one ends once, and only a value read back is ok."""

from hypothesis import given
from hypothesis import strategies as st

from devices.rfid.events import SecurityProblem, SecurityWritten
from devices.rfid.security import SecurityOrders


def test_an_order_that_succeeds():
    orders = SecurityOrders()
    assert orders.order("A", False) == []
    order = orders.next()
    assert order is not None
    assert orders.done(order) == [SecurityWritten("A", False, ok=True)]
    assert orders.next() is None


def test_a_failed_attempt_waits_for_an_inventory_and_lets_others_go_first():
    orders = SecurityOrders()
    orders.order("A", False)
    orders.order("B", False)
    first = orders.next()
    assert first is not None
    assert first.uid == "A"
    assert orders.failed(first, SecurityProblem.NOT_WRITTEN) == []
    second = orders.next()
    assert second is not None
    assert second.uid == "B"
    orders.done(second)
    assert orders.next() is None
    orders.round()
    assert orders.next() is first


def test_after_so_many_attempts_it_is_given_up_with_the_last_reason():
    orders = SecurityOrders(tries=3)
    orders.order("A", True)
    ends = []
    for _ in range(3):
        order = orders.next()
        assert order is not None
        ends += orders.failed(order, SecurityProblem.UNCHANGED)
        orders.round()
    assert ends == [SecurityWritten("A", True, ok=False, why=SecurityProblem.UNCHANGED)]
    assert orders.next() is None


def test_a_locked_tag_is_given_up_at_once():
    orders = SecurityOrders()
    orders.order("A", True)
    order = orders.next()
    assert order is not None
    assert [end.why for end in orders.failed(order, SecurityProblem.LOCKED)] == [SecurityProblem.LOCKED]


def test_the_opposite_order_replaces_the_first():
    orders = SecurityOrders()
    orders.order("A", False)
    assert orders.order("A", True) == [SecurityWritten("A", False, ok=False, why=SecurityProblem.SUPERSEDED)]
    order = orders.next()
    assert order is not None
    assert order.armed


def test_the_same_order_twice_is_one():
    orders = SecurityOrders()
    orders.order("A", False)
    assert orders.order("A", False) == []
    order = orders.next()
    assert order is not None
    orders.done(order)
    assert orders.next() is None


def test_a_tag_that_left_ends_its_order_only():
    orders = SecurityOrders()
    orders.order("A", False)
    orders.order("B", False)
    assert orders.end("A", SecurityProblem.LEFT) == [SecurityWritten("A", False, ok=False, why=SecurityProblem.LEFT)]
    assert orders.end("A", SecurityProblem.LEFT) == []
    assert [end.uid for end in orders.end_all(SecurityProblem.READER_LOST)] == ["B"]
    assert orders.end_all(SecurityProblem.STOPPED) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["order", "fail", "done", "round", "left"]), st.sampled_from("AB"), st.booleans())
    )
)
def test_every_order_ends_exactly_once(history):
    orders, waiting, ends = SecurityOrders(tries=2), {}, []
    for what, uid, armed in history:
        events = []
        order = orders.next()
        if what == "order":
            events = orders.order(uid, armed)
            for event in events:
                assert waiting.pop(event.uid) == event.armed
            events = []
            waiting[uid] = armed
        elif what == "fail" and order:
            events = orders.failed(order, SecurityProblem.NOT_WRITTEN)
        elif what == "done" and order:
            events = orders.done(order)
        elif what == "round":
            orders.round()
        elif what == "left":
            events = orders.end(uid, SecurityProblem.LEFT)
        for event in events:
            assert waiting.pop(event.uid) == event.armed
            assert event.ok == (what == "done")
        ends += events
    assert {end.uid for end in orders.end_all(SecurityProblem.STOPPED)} == set(waiting)


def test_every_problem_has_a_sentence():
    assert all(one.sentence.endswith(".") for one in SecurityProblem if one)
