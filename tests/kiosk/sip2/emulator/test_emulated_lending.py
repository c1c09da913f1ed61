"""The emulated system's patrons, items and operations: each habit is really there."""

from __future__ import annotations

import pytest
from emulator_support import STAMP, an_ils, ask, checkin, checkout, information, inside

from kiosk.circulation.sip2.emulator.dialect import (
    FeePaid,
    Holds,
    Lists,
    NoBlock,
    PinAnswer,
)

# patrons


@pytest.mark.parametrize(
    ("rule", "sent", "said"),
    [
        (PinAnswer.HONEST, "AD1234|", "CQY|"),
        (PinAnswer.HONEST, "AD9|", "CQN|"),
        (PinAnswer.HONEST, "", ""),
        (PinAnswer.OMITTED, "AD1234|", ""),
        (PinAnswer.BLANK, "AD1234|", "CQ|"),
        (PinAnswer.ALWAYS_Y, "AD9|", "CQY|"),
        (PinAnswer.ALWAYS_N, "AD1234|", "CQN|"),
    ],
)
def test_what_is_said_of_a_pin(rule: PinAnswer, sent: str, said: str) -> None:
    answer = ask(inside(an_ils(pin=rule)), information(more=sent))
    assert said in answer
    assert ("CQ" in answer) is bool(said)


def test_a_wrong_pin_may_or_may_not_give_everything_away() -> None:
    assert "AESari Dewi|" in ask(inside(an_ils()), information(more="AD9|"))
    assert "AE|" in ask(inside(an_ils(wrong_pin_gives_data=False)), information(more="AD9|"))


def test_loan_lists_hold_barcodes_titles_or_nothing_and_may_be_paged() -> None:
    for lists, told in ((Lists.BARCODES, "AUB1|AUB2|"), (Lists.TITLES, "AUBuku ke-1|"), (Lists.NONE, "")):
        ils = an_ils(lists=lists)
        for n in (1, 2):
            ils.staff_checkout("P1", f"B{n}")
        answer = ask(inside(ils), information())
        assert told in answer
        assert ("AU" in answer) is bool(told)
    page = "BP2|BQ2|"
    ils = an_ils(paging=False)
    for n in (1, 2, 3):
        ils.staff_checkout("P1", f"B{n}")
    assert ask(inside(ils), information(more=page)).count("|AU") == 3
    ils.dialect = ils.dialect.but(paging=True)
    assert "|AUB2|AY" in ask(inside(ils), information(more=page))


def test_only_the_first_summary_is_answered_unless_many_are() -> None:
    ils = an_ils()
    ils.holdings.members["P1"].fines = 500
    ils.staff_checkout("P1", "B1")
    everything = "YYYYYY    "
    assert "AU" not in ask(inside(ils), information(summary=everything))
    ils.dialect = ils.dialect.but(many_summaries=True)
    assert "AUB1|AVDenda 500|" in ask(inside(ils), information(summary=everything))


def test_hold_lists_mean_ready_ones_or_all() -> None:
    for holds, told in ((Holds.READY, "ASB1|AY"), (Holds.ALL, "ASB1|ASB2|AY")):
        ils = an_ils(holds=holds)
        ils.holdings.items["B1"].holds.append("P1")
        ils.holdings.items["B2"].holds += ["P2", "P1"]
        assert told in ask(inside(ils), information(summary="Y         "))
        assert "CDB2|" in ask(inside(ils), information(summary="     Y    "))


def test_flags_and_counts_tell_who_is_blocked() -> None:
    ils = an_ils(counts=False)
    answer = ask(inside(ils), information("BAD"))
    assert answer[2:16] == "YYYY          "
    assert answer[37:61] == " " * 24
    assert ask(inside(ils), f"23001{STAMP}AOSMR|AANOBODY|AC|")[2:6] == "YYYY"
    blocked = f"01N{STAMP}AOSMR|ALhilang|AAP1|AC|"
    assert ask(inside(ils), blocked)[2] == "Y"
    assert ask(inside(ils), f"25{STAMP}AOSMR|AAP1|AC|")[2] == " "


# items and operations


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("sip", "AH20261207    235900|"), ("iso", "AH2026-12-07|"), ("text", "AH07 December 2026|"), ("none", "AH|")],
)
def test_due_dates_come_in_many_coats(pattern: str, said: str) -> None:
    ils = an_ils(due_format=pattern)
    assert said in ask(inside(ils), checkout())
    assert (said in ask(inside(ils), f"17{STAMP}AOSMR|ABB1|")) is (pattern != "none")


def test_an_items_due_date_may_be_kept_back() -> None:
    ils = an_ils(item_due=False)
    ils.staff_checkout("P1", "B1")
    answer = ask(inside(ils), f"17{STAMP}AOSMR|ABB1|")
    assert answer.startswith("1804")
    assert "AH" not in answer


def test_a_checkout_of_the_own_loan_renews_unless_the_policy_is_honoured() -> None:
    for honoured, head, effects in ((False, "121Y", ["checkout", "renew"]), (True, "120N", ["checkout"])):
        ils = an_ils(honours_renewal_policy=honoured)
        connection = inside(ils)
        ask(connection, checkout())
        assert ask(connection, checkout()).startswith(head)
        assert [effect.kind for effect in ils.effects] == effects


@pytest.mark.parametrize(("habit", "head"), [(NoBlock.IGNORED, "120"), (NoBlock.HONOURED, "121"), (NoBlock.KILLS, "")])
def test_no_block(habit: NoBlock, head: str) -> None:
    ils = an_ils(no_block=habit)
    connection = inside(ils)
    assert ask(connection, checkout("BAD", no_block="Y", due="20270101    235900"))[:3] == head
    assert connection.closed is (habit is NoBlock.KILLS)
    loan = ils.loan("B1")
    assert (loan is not None and str(loan.due) == "2027-01-01") is (habit is NoBlock.HONOURED)


@pytest.mark.parametrize(
    ("patron", "item", "words"),
    [
        ("NOBODY", "B1", "Unknown patron"),
        ("P1", "NONE", "Unknown item"),
        ("BAD", "B1", "blocked"),
        ("P1", "B2", "loan to"),
    ],
)
def test_a_checkout_may_be_refused(patron: str, item: str, words: str) -> None:
    ils = an_ils()
    ils.staff_checkout("P2", "B2")
    answer = ask(inside(ils), checkout(patron, item))
    assert answer.startswith("120")
    assert words in answer
    assert len(ils.effects) == 1


def test_a_lost_a_held_and_a_copy_beyond_the_limit_are_not_lent() -> None:
    ils = an_ils()
    ils.holdings.items["B1"].status = "12"
    ils.holdings.items["B2"].holds.append("P2")
    ils.holdings.members["P2"].limit = 0
    ils.holdings.members["P2"].card_lost = False
    connection = inside(ils)
    assert ask(connection, checkout("P1", "B1")).startswith("120")
    assert "on hold" in ask(connection, checkout("P1", "B2"))
    assert "Too many" in ask(connection, checkout("P2", "B2"))


def test_a_return_tells_whose_it_was_and_where_it_goes() -> None:
    ils = an_ils()
    ils.holdings.items["B1"].holds.append("P2")
    ils.holdings.items["B1"].bin = "2"
    ils.staff_checkout("P1", "B1", due=ils.now().date())
    answer = ask(inside(ils), checkin())
    assert answer.startswith("101YNY")
    assert "CL2|CV01|CYP2|AAP1|" in answer


def test_a_return_of_what_is_on_the_shelf() -> None:
    assert ask(inside(an_ils()), checkin()).startswith("101")
    assert ask(inside(an_ils(shelved_checkin_ok=False)), checkin()).startswith("100")
    assert ask(inside(an_ils()), checkin("NONE")).startswith("100")


def test_renewals_payments_holds_and_the_rest() -> None:
    ils = an_ils()
    ils.holdings.members["P1"].fines = 1500
    connection = inside(ils)
    ask(connection, checkout())
    assert ask(connection, f"29NN{STAMP}{STAMP}AOSMR|AAP1|ABB1|AC|").startswith("301Y")
    assert ask(connection, f"65{STAMP}AOSMR|AAP1|AC|").startswith("66100010000")
    assert ask(connection, f"37{STAMP}0400IDRBV1000|AOSMR|AAP1|AC|").startswith("38Y")
    assert ask(connection, f"37{STAMP}0400IDRBV1000|AOSMR|AAP1|AC|").startswith("38N")
    assert ask(connection, f"15+{STAMP}AOSMR|AAP2|ABB1|AC|").startswith("161N")
    assert ask(connection, f"29NN{STAMP}{STAMP}AOSMR|AAP1|ABB1|AC|").startswith("300")
    assert ask(connection, f"15-{STAMP}AOSMR|AAP2|AJBuku ke-1|AC|").startswith("161N")
    assert ask(connection, f"19{STAMP}AOSMR|ABB1|AC|CHrusak|").startswith("201")
    assert ask(connection, f"35{STAMP}AOSMR|AAP1|AC|").startswith("36Y")
    assert [effect.kind for effect in ils.effects] == ["checkout", "renew", "renew", "pay"]


def test_a_payment_may_kill_the_connection() -> None:
    connection = inside(an_ils(fee_paid=FeePaid.KILLS))
    ask(connection, f"37{STAMP}0400IDRBV1000|AOSMR|AAP1|AC|")
    assert connection.closed


def test_effects_keep_the_operation_they_came_from() -> None:
    ils = an_ils()
    ils.whose = lambda: "op-7"
    connection = inside(ils)
    ask(connection, checkout())
    ask(connection, checkin() + "ZUop-8|")
    assert [(effect.op, effect.by) for effect in ils.effects] == [("op-7", "connection 1"), ("op-8", "connection 1")]
