"""Who the patron is, as far as the system vouches for it, and what they see of their account."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.circulation.port import Code, Hold, Patron, PatronRef, Refusal, Secret, Unknown
from kiosk.circulation.sip2.emulator import Copy, Fault, Member, Wrong
from kiosk.circulation.sip2.emulator.dialect import ALL_MESSAGES, Holds, Lists, OnUnknown, PinAnswer
from kiosk.circulation.sip2.profile import HoldLists, LoanLists, PinRule, RefusalPattern

SARI, BUDI, PIN = PatronRef("P-001"), PatronRef("P-002"), Secret("1234")


def code_of(answer: object) -> Code:
    assert isinstance(answer, Refusal)
    return answer.code


# who


def test_a_card_and_its_pin_let_a_patron_in(world) -> None:
    patron = world.kiosk().patron(SARI, PIN)
    assert isinstance(patron, Patron)
    assert (patron.first_name, patron.ref) == ("Sari", SARI)


def test_an_unknown_card_and_a_wrong_pin_are_one_refusal(world) -> None:
    kiosk = world.kiosk()
    assert kiosk.patron(SARI, Secret("9999")) == kiosk.patron(PatronRef("P-999"), PIN) == Refusal(Code.NO_MATCH)


@pytest.mark.parametrize("answer", [PinAnswer.OMITTED, PinAnswer.BLANK, PinAnswer.ALWAYS_N])
@pytest.mark.parametrize("rule", [PinRule.OPTIONAL, PinRule.REQUIRED])
def test_only_a_spoken_yes_verifies_a_pin(make_world, answer: PinAnswer, rule: PinRule) -> None:
    """Libki/libki-server issue 351: a server leaves CQ out, and a client takes that for a yes."""
    kiosk = make_world(pin=answer).kiosk(pin=rule)
    assert code_of(kiosk.patron(SARI, PIN)) is Code.NO_MATCH


def test_data_that_comes_with_a_wrong_pin_lets_nobody_in(make_world) -> None:
    """Koha and Evergreen have sent the whole account all the same."""
    kiosk = make_world(wrong_pin_gives_data=True).kiosk()
    assert code_of(kiosk.patron(SARI, Secret("0000"))) is Code.NO_MATCH


def test_a_pin_is_asked_for_as_the_rule_says(make_world) -> None:
    world = make_world()
    assert code_of(world.kiosk(pin=PinRule.REQUIRED).patron(SARI, None)) is Code.PIN_REQUIRED
    assert world.ils.received == []
    assert code_of(world.kiosk(pin=PinRule.OPTIONAL).patron(SARI, None)) is Code.PIN_REQUIRED
    assert isinstance(world.kiosk(pin=PinRule.NONE).patron(SARI, None), Patron)
    assert isinstance(make_world(pin=PinAnswer.ALWAYS_Y).kiosk(pin=PinRule.OPTIONAL).patron(SARI, None), Patron)


def test_a_library_without_pins_sends_none(world) -> None:
    patron = world.kiosk(pin=PinRule.NONE).patron(SARI, Secret("whatever"))
    assert isinstance(patron, Patron)


def test_an_unknown_card_is_not_asked_for_a_pin(world) -> None:
    assert code_of(world.kiosk().patron(PatronRef("P-999"), None)) is Code.NO_MATCH


def test_a_card_that_is_not_valid_is_no_match(make_world) -> None:
    world = make_world(members=[Member("P-001", valid=False)])
    assert code_of(world.kiosk().patron(SARI, PIN)) is Code.NO_MATCH
    assert code_of(world.kiosk(valid_patron_required=False).patron(SARI, PIN)) is Code.NO_MATCH


@pytest.mark.parametrize("pin", ["", "12|34", "12\r34", "1" * 300, "12\x0034", "→\x85"])
def test_a_pin_that_must_not_be_sent_is_a_wrong_pin(world, pin: str) -> None:
    assert code_of(world.kiosk().patron(SARI, Secret(pin))) is Code.NO_MATCH
    assert world.ils.received == []


@pytest.mark.parametrize("number", ["", "  ", "P|001", "P\r001", "P\n001", "P\x00001", "9" * 65, "P\x1b[2J", "P\u2028"])
def test_a_card_that_must_not_be_sent_is_no_match(world, number: str) -> None:
    kiosk, ref = world.kiosk(), PatronRef(number)
    assert code_of(kiosk.patron(ref, PIN)) is Code.NO_MATCH
    assert kiosk.has_on_loan(ref, "B-1") is False
    assert isinstance(kiosk.fees(ref), Unknown)
    assert world.ils.received in ([], ["93", "99"])
    kiosk.end_visit(ref)


def test_a_card_that_the_encoding_lacks_is_no_match(world) -> None:
    assert code_of(world.kiosk(encoding="ascii").patron(PatronRef("Ø-1"), PIN)) is Code.NO_MATCH


def test_hyphens_go_out_or_not_as_the_profile_says(make_world) -> None:
    world = make_world(members=[Member("P001")], items=[Copy("B1", "Judul")])
    kiosk = world.kiosk(hyphens_in_numbers=False)
    assert isinstance(kiosk.patron(SARI, PIN), Patron)
    answer = kiosk.checkout("op", SARI, "B-1")
    assert answer.item.id == "B-1"  # as the kiosk knows it
    assert kiosk.has_on_loan(SARI, "B-1") is True


def test_a_locked_pin_is_told_where_the_profile_knows_the_words(make_world) -> None:
    world = make_world(members=[Member("P-001")], wrong_pin_gives_data=False)
    pattern = RefusalPattern("Unknown patron", Code.PIN_LOCKED)
    assert code_of(world.kiosk(refusals=(pattern,)).patron(PatronRef("P-9"), PIN)) is Code.NO_MATCH


# the account


def test_loans_have_titles_and_days(world) -> None:
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 11, 25))
    world.ils.staff_checkout("P-001", "B-2", due=date(2026, 11, 20))
    patron = world.kiosk().patron(SARI, PIN)
    assert [(loan.item.id, loan.item.title, loan.due, loan.days_left) for loan in patron.loans] == [
        ("B-1", "Judul 1", date(2026, 11, 25), 2),
        ("B-2", "Judul 2", date(2026, 11, 20), -3),
    ]


def test_long_lists_come_page_by_page(make_world) -> None:
    items = [Copy(f"B-{n}", f"Judul {n}") for n in range(45)]
    world = make_world(items=items)
    for item in items:
        world.ils.staff_checkout("P-001", item.barcode)
    patron = world.kiosk(page_size=20).patron(SARI, PIN)
    assert len(patron.loans) == 45
    assert world.ils.received.count("63") == 3
    assert world.kiosk(page_size=20).has_on_loan(SARI, "B-44") is True


@pytest.mark.parametrize("size", [0, 5])
def test_a_server_that_does_not_page_is_not_asked_for_ever(make_world, size: int) -> None:
    world = make_world(paging=False, counts=False)
    for n in range(1, 9):
        world.ils.staff_checkout("P-001", f"B-{n}")
    assert len(world.kiosk(page_size=size).patron(SARI, PIN).loans) == 8
    assert world.ils.received.count("63") <= 4


def test_without_counts_a_short_page_is_the_last(make_world) -> None:
    world = make_world(counts=False)
    for n in range(1, 8):
        world.ils.staff_checkout("P-001", f"B-{n}")
    kiosk = world.kiosk(page_size=5)
    assert len(kiosk.patron(SARI, PIN).loans) == 7
    assert kiosk.has_on_loan(SARI, "B-9") is False
    assert kiosk.patron(SARI, PIN).can_borrow is None


@pytest.mark.parametrize("loans", [0, 4, 5, 6, 10])
def test_without_counts_only_a_list_that_ends_proves_that_something_is_not_on_it(make_world, loans: int) -> None:
    """An empty list may have been withheld."""
    world = make_world(counts=False, items=[Copy(f"B-{n}", f"Judul {n}") for n in range(1, 12)])
    for n in range(1, loans + 1):
        world.ils.staff_checkout("P-001", f"B-{n}")
    answer = world.kiosk(page_size=5).has_on_loan(SARI, "B-11")
    assert answer == (False if loans else Unknown("incomplete"))


def test_a_list_that_does_not_page_and_has_no_count_proves_nothing(make_world) -> None:
    world = make_world(counts=False, paging=False)
    for n in range(1, 6):
        world.ils.staff_checkout("P-001", f"B-{n}")
    assert world.kiosk(page_size=0).has_on_loan(SARI, "B-9") == Unknown("incomplete")
    assert world.kiosk(page_size=5).has_on_loan(SARI, "B-9") == Unknown("incomplete")
    assert world.kiosk(page_size=5).has_on_loan(SARI, "B-3") is True


def test_titles_beyond_the_cap_are_shown_by_number(make_world) -> None:
    items = [Copy(f"B-{n:02}", f"Judul {n}") for n in range(40)]
    world = make_world(items=items)
    for item in items:
        world.ils.staff_checkout("P-001", item.barcode)
    loans = world.kiosk().patron(SARI, PIN).loans
    assert loans[0].item.title == "Judul 0"
    assert (loans[-1].item.title, loans[-1].due_known) == ("B-39", False)


def test_titles_are_asked_for_only_while_there_is_time(world) -> None:
    for n in range(1, 8):
        world.ils.staff_checkout("P-001", f"B-{n}")
    world.ils.faults.add(Wrong.LATE, "17", seconds=0.8, times=9)
    loans = world.kiosk().patron(SARI, PIN).loans
    assert [loan.item.title for loan in loans] == ["Judul 1", "Judul 2", "Judul 3", *[f"B-{n}" for n in range(4, 8)]]
    assert world.time.seconds <= world.settings.answer_seconds


@pytest.mark.parametrize("wrong", [Wrong.DEAF, Wrong.DROP_AFTER, Wrong.GARBAGE])
def test_titles_that_do_not_come_do_not_take_the_page_away(world, wrong: Wrong) -> None:
    world.ils.staff_checkout("P-001", "B-1")
    world.ils.faults.add(wrong, "17", times=9)
    patron = world.kiosk().patron(SARI, PIN)
    assert [loan.item.id for loan in patron.loans] == ["B-1"]


def test_a_list_of_titles_is_shown_as_titles(make_world) -> None:
    world = make_world(lists=Lists.TITLES)
    world.ils.staff_checkout("P-001", "B-1")
    kiosk = world.kiosk(loan_lists=LoanLists.TITLES)
    (loan,) = kiosk.patron(SARI, PIN).loans
    assert (loan.item.id, loan.item.title, loan.due_known) == ("", "Judul 1", False)
    assert kiosk.has_on_loan(SARI, "B-1") == Unknown("no-barcodes")


def test_no_lists_are_no_loans(make_world) -> None:
    world = make_world(lists=Lists.NONE)
    world.ils.staff_checkout("P-001", "B-1")
    assert world.kiosk(loan_lists=LoanLists.NONE).patron(SARI, PIN).loans == ()
    assert world.kiosk().has_on_loan(SARI, "B-1") == Unknown("incomplete")


def test_several_lists_may_come_in_one_answer(make_world) -> None:
    world = make_world(many_summaries=True)
    world.ils.staff_checkout("P-001", "B-1")
    world.ils.holdings.items["B-2"].holds.append("P-001")
    patron = world.kiosk(summary_per_request=3, hold_lists=HoldLists.READY).patron(SARI, PIN)
    assert (len(patron.loans), len(patron.holds)) == (1, 1)
    assert world.ils.received.count("63") == 1


@pytest.mark.parametrize(
    ("holds", "lists", "expected"),
    [
        (Holds.READY, HoldLists.READY, [("Judul 1", True), ("Judul 2", False)]),
        (Holds.ALL, HoldLists.ALL, [("Judul 1", True), ("Judul 2", False)]),
        (Holds.READY, HoldLists.UNKNOWN, [("Judul 1", False), ("Judul 2", False)]),
        (Holds.ALL, HoldLists.UNKNOWN, [("Judul 1", False), ("Judul 2", False)]),
    ],
)
def test_holds_are_ready_only_where_the_lists_say_so(make_world, holds, lists, expected) -> None:
    """B-1 waits for Sari on the shelf; B-2 is on loan to Budi."""
    world = make_world(holds=holds)
    for barcode in ("B-1", "B-2"):
        world.ils.holdings.items[barcode].holds.append("P-001")
    world.ils.staff_checkout("P-002", "B-2", due=date(2026, 12, 1))
    patron = world.kiosk(hold_lists=lists).patron(SARI, PIN)
    assert [(hold.title, hold.ready) for hold in patron.holds] == expected


def test_hold_lists_of_titles_are_shown_as_they_are(make_world) -> None:
    world = make_world(lists=Lists.TITLES)
    world.ils.holdings.items["B-1"].holds.append("P-001")
    patron = world.kiosk(hold_lists=HoldLists.READY, loan_lists=LoanLists.TITLES).patron(SARI, PIN)
    assert patron.holds == (Hold("Judul 1", ready=True),)


def test_lists_that_do_not_come_do_not_take_the_page_away(world) -> None:
    world.ils.holdings.items["B-1"].holds.append("P-001")
    asked: list[str] = []

    def second_63_dies(code: str) -> Fault:
        asked.append(code)
        return Fault(Wrong.DROP_BEFORE if code == "63" and asked.count("63") > 1 else Wrong.NOTHING)

    world.ils.plan = second_63_dies
    patron = world.kiosk().patron(SARI, PIN)
    assert isinstance(patron, Patron)
    assert patron.holds == ()


def test_what_may_still_be_borrowed_is_limit_less_loans(make_world) -> None:
    world = make_world(members=[Member("P-001", limit=3)])
    world.ils.staff_checkout("P-001", "B-1")
    assert world.kiosk().patron(SARI, PIN).can_borrow == 2


def test_fines_are_whole_rupiah(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    assert kiosk.patron(SARI, PIN).fees == 15_000
    assert kiosk.fees(SARI) == 15_000


def test_money_of_another_currency_is_said_and_not_counted(make_world, caplog: pytest.LogCaptureFixture) -> None:
    kiosk = make_world(members=[Member("P-001", fines=15)]).kiosk(currency="EUR")
    assert kiosk.patron(SARI, PIN).fees == 15
    assert "another currency" in caplog.text
    assert kiosk.fees(SARI) == Unknown("currency")


# what stands in the way


@pytest.mark.parametrize(
    ("member", "flags", "refusal"),
    [
        (Member("P-001"), (0, 4), None),
        (Member("P-001", fines=500), (0, 4), None),
        (Member("P-001", blocked=True), (0, 4), Refusal(Code.BLOCKED)),
        (Member("P-001", card_lost=True), (0, 4), Refusal(Code.BLOCKED)),
        (Member("P-001", fines=500), (0, 4, 10), Refusal(Code.FEES, amount=500)),
        (Member("P-001", blocked=True, fines=500), (0, 4), Refusal(Code.FEES, amount=500)),
        (Member("P-001", limit=0), (0, 4, 5), Refusal(Code.LIMIT, limit=0)),
        (Member("P-001", limit=0), (0, 4), None),
    ],
)
def test_flags_block_as_the_profile_says(make_world, member: Member, flags: tuple[int, ...], refusal) -> None:
    kiosk = make_world(members=[member]).kiosk(blocking_flags=flags)
    assert kiosk.patron(SARI, PIN).blocked == refusal


# 23 instead of 63


@pytest.mark.parametrize("on_unknown", OnUnknown)
@pytest.mark.parametrize("bx", [None, "", "Y"])
def test_a_system_without_63_is_asked_with_23(make_world, on_unknown: OnUnknown, bx: str | None) -> None:
    """It says so in BX, or says nothing and is silent or hangs up."""
    world = make_world(supported=ALL_MESSAGES - {"63"}, on_unknown=on_unknown, bx=bx)
    kiosk = world.kiosk()
    patron = kiosk.patron(SARI, PIN)
    assert isinstance(patron, Patron)
    assert (patron.first_name, patron.loans, patron.can_borrow) == ("Sari", (), None)
    assert world.time.seconds <= world.settings.answer_seconds
    asked = world.ils.received.count("63")
    assert isinstance(kiosk.patron(SARI, PIN), Patron)
    assert world.ils.received.count("63") == asked  # it is not tried each time


def test_a_system_that_claims_63_is_not_asked_with_23(world) -> None:
    world.ils.faults.add(Wrong.DROP_BEFORE, "63", times=9)
    with pytest.raises(Exception, match="did not answer"):
        world.kiosk().patron(SARI, PIN)
    assert "23" not in world.ils.received


# what replay asks


def test_has_on_loan_sees_all_pages_and_nobody_else_s(world) -> None:
    for n in range(1, 8):
        world.ils.staff_checkout("P-001", f"B-{n}")
    kiosk = world.kiosk(page_size=3)
    assert kiosk.has_on_loan(SARI, "B-7") is True
    assert kiosk.has_on_loan(SARI, "B-9") is False
    assert kiosk.has_on_loan(BUDI, "B-7") is False
    assert kiosk.has_on_loan(SARI, "b-7 ") is True


def test_lists_withheld_for_want_of_a_pin_prove_nothing(make_world) -> None:
    world = make_world(pin=PinAnswer.ALWAYS_N)
    assert world.kiosk().has_on_loan(SARI, "B-1") == Unknown("incomplete")


def test_a_probe_without_an_answer_is_unknown(world) -> None:
    world.ils.faults.add(Wrong.DROP_BEFORE, "63", "17", times=9)
    kiosk = world.kiosk()
    assert kiosk.has_on_loan(SARI, "B-1") == Unknown("closed")
    assert kiosk.copy("B-1") == Unknown("closed")
    assert kiosk.fees(SARI) == Unknown("closed")


# the visit


def test_the_pin_goes_with_questions_while_the_visit_lasts_and_no_longer(world) -> None:
    kiosk = world.kiosk()
    kiosk.patron(SARI, PIN)
    assert kiosk._pin_of(SARI) is PIN
    assert kiosk._pin_of(BUDI) is None
    kiosk.end_visit(SARI)
    assert kiosk._pin_of(SARI) is None
    assert world.ils.received[-1] == "35"


def test_a_visit_nobody_ended_is_forgotten(world) -> None:
    kiosk = world.kiosk()
    kiosk.patron(SARI, PIN)
    world.time.wait(1000)
    kiosk.tend()
    assert kiosk._visit is None


def test_35_is_sent_only_where_it_is_wanted(make_world) -> None:
    for changes, habits in (({"end_session": False}, {}), ({}, {"supported": ALL_MESSAGES - {"35"}})):
        world = make_world(**habits)
        kiosk = world.kiosk(**changes)
        kiosk.patron(SARI, PIN)
        kiosk.end_visit(SARI)
        assert "35" not in world.ils.received


@pytest.mark.parametrize("wrong", [Wrong.DEAF, Wrong.DROP_AFTER, Wrong.GARBAGE])
def test_the_end_of_a_visit_never_fails(world, wrong: Wrong) -> None:
    kiosk = world.kiosk()
    kiosk.patron(SARI, PIN)
    world.ils.faults.add(wrong, "35")
    kiosk.end_visit(SARI)
    world.ils.down = True
    kiosk.end_visit(SARI)
