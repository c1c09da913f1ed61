"""Returns, renewals and payments."""

from __future__ import annotations

from datetime import date

import pytest
from sip2_kiosks import SARI, refusal_of, sent

from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import (
    Bin,
    Code,
    Item,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Unknown,
)
from kiosk.circulation.sip2.emulator import Copy, Fault, Member, Wrong
from kiosk.circulation.sip2.emulator.dialect import ALL_MESSAGES, FeePaid, Lists
from kiosk.circulation.sip2.profile import LoanLists, RefusalPattern


def test_a_return_ends_the_loan_and_arms_the_item(world) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"))
    assert world.ils.loan("B-1") is None


def test_an_item_that_was_not_on_loan_only_goes_to_its_place(make_world) -> None:
    for ok in (True, False):
        world = make_world(shelved_checkin_ok=ok)
        assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"), again=True)


def test_without_looking_first_nobody_says_again(world) -> None:
    kiosk = world.kiosk(item_before_checkin=False)
    assert kiosk.checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"))
    assert "17" not in world.ils.received


def test_a_held_item_goes_to_the_trolley(world) -> None:
    world.ils.staff_checkout("P-001", "B-1")
    world.ils.holdings.items["B-1"].holds.append("P-002")
    answer = world.kiosk().checkin("op", "B-1")
    assert (answer.held, answer.bin) == (True, Bin.TROLLEY)


def test_sort_bins_are_the_profile_s(make_world) -> None:
    world = make_world(items=[Copy("B-1", bin="02"), Copy("B-2", bin="77")])
    kiosk = world.kiosk(bins={"02": Bin.RIGHT})
    assert kiosk.checkin("op", "B-1").bin is Bin.RIGHT
    assert kiosk.checkin("op", "B-2").bin is Bin.LEFT


def test_an_item_on_the_hold_shelf_whose_return_is_refused_goes_to_the_trolley(make_world) -> None:
    world = make_world(items=[Copy("B-1", "Judul", holds=["P-002"])], shelved_checkin_ok=False)
    assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul"), Bin.TROLLEY, held=True, again=True)


def test_an_unknown_item_is_not_taken(world) -> None:
    assert refusal_of(world.kiosk().checkin("op", "B-99")).code is Code.UNKNOWN_ITEM


def test_a_lost_item_whose_return_is_refused_is_refused(make_world) -> None:
    world = make_world(items=[Copy("B-1", "Judul", status="12")], shelved_checkin_ok=False)
    assert refusal_of(world.kiosk().checkin("op", "B-1")) == Refusal(Code.OTHER, said="Item is not checked out")


def test_a_refused_return_has_the_code_of_its_words(make_world) -> None:
    world = make_world(shelved_checkin_ok=False)
    kiosk = world.kiosk(refusals=(RefusalPattern("not checked out", Code.WRONG_USE),))
    assert refusal_of(kiosk.checkin("op", "B-1")).code is Code.WRONG_USE


def test_a_return_is_sent_even_if_nobody_could_look_first(world) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    world.ils.faults.add(Wrong.DROP_BEFORE, "17", times=2)
    assert isinstance(world.kiosk().checkin("op", "B-1"), Returned)


def test_a_renewal_prolongs_the_loan(world) -> None:
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    assert world.kiosk().renew("op", SARI, "B-1") == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))


def test_a_renewal_by_checkout_lends_nothing_anew(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"29", "65"})
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    kiosk = world.kiosk(renew_with_checkout=True)
    assert kiosk.renew("op", SARI, "B-1") == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))
    assert refusal_of(kiosk.renew("op", SARI, "B-2")).code is Code.NOT_ON_LOAN
    assert [kind for kind, _ in world.kinds()] == ["checkout", "renew"]


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda ils: None, Code.NOT_ON_LOAN),
        (lambda ils: ils.staff_checkout("P-002", "B-1"), Code.NOT_ON_LOAN),
        (
            lambda ils: (ils.staff_checkout("P-001", "B-1"), ils.holdings.items["B-1"].holds.append("P-002")),
            Code.RENEWAL_HELD,
        ),
        (lambda ils: [ils.staff_checkout("P-001", "B-1"), *[ils.staff_renew("B-1") for _ in range(3)]], Code.OTHER),
    ],
)
def test_a_refused_renewal_is_explained(make_world, prepare, code: Code) -> None:
    world = make_world(words={"held": "No", "not-on-loan": "No", "renewals": "No"})
    prepare(world.ils)
    refusal = refusal_of(world.kiosk().renew("op", SARI, "B-1"))
    assert (refusal.code, refusal.said) == (code, "No")


def test_the_profile_s_words_explain_a_renewal_first(world) -> None:
    world.ils.staff_checkout("P-001", "B-1")
    for _ in range(3):
        world.ils.staff_renew("B-1")
    kiosk = world.kiosk(refusals=(RefusalPattern("renewal limit", Code.RENEWAL_LIMIT),))
    assert refusal_of(kiosk.renew("op", SARI, "B-1")).code is Code.RENEWAL_LIMIT


def test_an_unknown_item_is_not_renewed(world) -> None:
    assert refusal_of(world.kiosk().renew("op", SARI, "B-99")).code is Code.UNKNOWN_ITEM


@pytest.mark.parametrize("supported", [ALL_MESSAGES, ALL_MESSAGES - {"65"}])
def test_all_loans_are_renewed_at_once_or_one_by_one(make_world, supported: frozenset[str]) -> None:
    world = make_world(supported=supported)
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    world.ils.holdings.items["B-2"].holds.append("P-002")
    answer = world.kiosk().renew_all("op", SARI)
    outcomes = {each.item.id: each for each in answer}
    assert outcomes["B-1"] == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))
    assert outcomes["B-3"] == Renewed(Item("B-3", "Judul 3"), date(2026, 12, 15))
    assert isinstance(outcomes["B-2"], Refused)
    assert world.ils.received.count("29") == (0 if "65" in supported else 3)


def test_one_by_one_a_line_that_dies_leaves_the_whole_unknown(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    kiosk = world.kiosk()
    kiosk.status()
    world.ils.faults.add(Wrong.DROP_AFTER, "29")
    assert kiosk.renew_all("op", SARI) == Unknown("closed")
    assert [kind for kind, _ in world.kinds()].count("renew") == 1


def test_one_by_one_those_for_which_no_time_is_left_are_said_so(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    world.ils.faults.add(Wrong.LATE, "29", seconds=1.2, times=2)
    first, second, third = world.kiosk().renew_all("op", SARI)
    assert isinstance(first, Renewed)
    assert isinstance(second, Renewed)
    assert refusal_of(third).code is Code.OFFLINE
    assert [kind for kind, _ in world.kinds()].count("renew") == 2


def test_one_by_one_a_system_that_is_away_is_away(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    world.ils.faults.add(Wrong.LATE, "63", seconds=2.3)
    with pytest.raises(SystemAway):
        world.kiosk().renew_all("op", SARI)


def test_each_renewal_of_many_has_an_operation_s_id_of_its_own(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    kiosk = world.kiosk(operation_field="ZU")
    kiosk.renew_all("op", SARI)
    kiosk.renew_all("op", SARI)
    ops = [effect.op for effect in world.ils.effects if effect.kind == "renew"]
    assert ops[:2] == ops[2:]
    assert len(set(ops)) == 2


def test_a_value_of_ours_that_must_not_be_sent_is_refused(seen) -> None:
    kiosk = seen.kiosk(operation_field="ZU")
    assert refusal_of(kiosk.checkout("op|AAx", SARI, "B-1")).code is Code.OTHER
    assert refusal_of(kiosk.renew_all("op|AAx", SARI)[0]).code is Code.OTHER
    assert sent(seen, "11") == sent(seen, "65") == []


def test_a_payment_that_the_system_does_not_accept_is_refused(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    kiosk.fees(SARI)

    def paid_meanwhile(code: str) -> Fault:
        if code == "37":
            world.ils.holdings.members["P-001"].fines = 0
        return Fault(Wrong.NOTHING)

    world.ils.plan = paid_meanwhile
    assert refusal_of(kiosk.pay("op", SARI, 5_000)).said == "Amount exceeds what is owed"


def test_a_look_right_before_a_return_is_not_repeated(world) -> None:
    kiosk = world.kiosk()
    kiosk.copy("B-1")
    assert kiosk.checkin("op", "B-1").again
    assert world.ils.received.count("17") == 1
    kiosk.copy("B-1")
    world.time.wait(5)
    kiosk.checkin("op", "B-1")
    assert world.ils.received.count("17") == 3


def test_one_by_one_needs_numbers(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"}, lists=Lists.TITLES)
    (answer,) = world.kiosk(loan_lists=LoanLists.TITLES).renew_all("op", SARI)
    assert refusal_of(answer).code is Code.OTHER


def test_renewing_all_without_an_answer_is_unknown(world) -> None:
    world.ils.faults.add(Wrong.DROP_AFTER, "65")
    assert world.kiosk().renew_all("op", SARI) == Unknown("closed")


def test_a_payment_answers_what_is_left(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    assert kiosk.pay("op", SARI, 5_000) == 10_000
    assert world.ils.holdings.members["P-001"].fines == 10_000


@pytest.mark.parametrize("amount", [0, -5, 15_001])
def test_nothing_and_too_much_are_not_paid(make_world, amount: int) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    assert refusal_of(world.kiosk().pay("op", SARI, amount)) == Refusal(Code.FEES, amount=15_000)
    assert "37" not in world.ils.received


def test_a_payment_that_kills_the_server_is_unknown(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)], fee_paid=FeePaid.KILLS)
    assert world.kiosk().pay("op", SARI, 5_000) == Unknown("closed")


def test_without_knowing_what_is_owed_nothing_is_sent(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    world.ils.faults.add(Wrong.DROP_BEFORE, "63", times=2)
    with pytest.raises(SystemAway):
        world.kiosk().pay("op", SARI, 5_000)
    assert refusal_of(world.kiosk(currency="USD").pay("op", SARI, 5_000)).code is Code.OTHER
    assert refusal_of(world.kiosk().pay("op", PatronRef("P-999"), 5_000)).code is Code.NO_MATCH
    assert "37" not in world.ils.received


def test_a_booked_payment_is_booked_though_nobody_can_say_what_is_left(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    kiosk.fees(SARI)
    world.ils.plan = lambda code: Fault(
        Wrong.DROP_BEFORE if code == "63" and world.ils.received.count("37") else Wrong.NOTHING
    )
    assert kiosk.pay("op", SARI, 5_000) == 10_000
