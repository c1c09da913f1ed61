"""What goes out with each request, as the profile says; probes and the counter."""

from __future__ import annotations

from datetime import date

import pytest
from sip2_kiosks import PIN, SARI, YESTERDAY, refusal_of, sent

from kiosk.circulation.counter import Done, Held
from kiosk.circulation.port import (
    Code,
    Item,
    PatronRef,
    Refused,
    Unknown,
)
from kiosk.circulation.probing import CopyStatus, Happened
from kiosk.circulation.sip2.emulator import Member
from kiosk.circulation.sip2.emulator.dialect import ALL_MESSAGES, NoBlock


def test_required_fields_always_go_out(seen) -> None:
    """Some servers drop a terminal that leaves AC, AP or the no-block date out."""
    kiosk = seen.kiosk()
    kiosk.checkout("op", SARI, "B-1")
    kiosk.checkin("op", "B-1")
    kiosk.renew("op", SARI, "B-1")
    for code in ("11", "09", "29"):
        (data,) = sent(seen, code)
        assert b"AC|" in data
        assert b"    0900" in data.split(b"AO")[0][-18:] or code == "09"
    assert b"|AP" in sent(seen, "09")[0] or b"AP|" in sent(seen, "09")[0]


def test_the_terminal_password_goes_out_or_not(seen) -> None:
    kiosk = seen.kiosk(terminal_password=False)
    kiosk.item("B-1")
    assert b"AC" not in sent(seen, "17")[0]


def test_dates_go_out_in_the_profile_s_zone(seen) -> None:
    seen.kiosk().item("B-1")
    seen.kiosk(zone="Z").item("B-1")
    local, utc = sent(seen, "17")
    assert local.startswith(b"1720261123    090000")
    assert utc.startswith(b"1720261123   Z010000")


def test_a_checkout_asks_for_no_renewal_unless_the_library_wants_it(seen) -> None:
    seen.kiosk().checkout("op", SARI, "B-1")
    seen.kiosk(renewal_policy=True).checkout("op", SARI, "B-2")
    assert [data[2:4] for data in sent(seen, "11")] == [b"NN", b"YN"]


def test_fees_are_acknowledged_only_where_the_profile_says_so(seen) -> None:
    seen.kiosk().checkout("op", SARI, "B-1")
    seen.kiosk(fee_acknowledged=True).checkout("op", SARI, "B-2")
    assert [b"BOY|" in data for data in sent(seen, "11")] == [False, True]


def test_the_pin_goes_with_operations_only_where_the_profile_says_so(seen) -> None:
    for wanted in (False, True):
        kiosk = seen.kiosk(pin_with_operations=wanted)
        kiosk.patron(SARI, PIN)
        kiosk.checkout("op", SARI, f"B-{wanted + 1}")
        assert (b"AD1234|" in sent(seen, "11")[-1]) is wanted


def test_the_operation_s_id_goes_out_in_the_server_s_own_field(seen) -> None:
    kiosk = seen.kiosk(operation_field="ZU")
    kiosk.checkout("op-1", SARI, "B-1")
    kiosk.renew("op-2", SARI, "B-1")
    kiosk.checkin("op-3", "B-1")
    assert [effect.op for effect in seen.ils.effects] == ["op-1", "op-2", "op-3"]
    seen.kiosk().checkout("op-4", SARI, "B-1")
    assert b"ZU" not in sent(seen, "11")[-1]


def test_the_reason_of_a_no_is_asked_for_where_the_server_has_a_field_for_it(seen) -> None:
    for name in ("ZR", ""):
        kiosk = seen.kiosk(reason_field=name, operation_field="ZU")
        kiosk.patron(SARI, PIN)
        kiosk.client.patron_status("P-001", PIN, kiosk.client.deadline())
        kiosk.checkout("op", SARI, "B-1")
        kiosk.renew("op", SARI, "B-1")
        kiosk.renew_all("op", SARI)
        kiosk.checkin("op", "B-1")
        kiosk.hold("op", SARI, "B-2")
        for code in ("63", "23", "11", "29", "65", "09", "15"):
            assert (b"|ZRY|" in sent(seen, code)[-1]) is bool(name), code
    assert b"|ZUop|" in sent(seen, "15")[-1]


def test_what_happened_before_goes_out_with_its_own_date(seen) -> None:
    kiosk = seen.kiosk(no_block=True)
    kiosk.checkout("op", SARI, "B-1", Happened(YESTERDAY, due=date(2026, 12, 3), forced=True))
    assert sent(seen, "11")[0].startswith(b"11NY20261122    11000020261203    235959")
    kiosk.checkin("op", "B-1", Happened(YESTERDAY, forced=True))
    assert sent(seen, "09")[0].startswith(b"09Y20261122    11000020261122    110000")
    kiosk.renew("op", SARI, "B-1", Happened(YESTERDAY))
    assert sent(seen, "29")[0].startswith(b"29NN20261122    110000")


@pytest.mark.parametrize(("tried", "forced"), [(False, True), (True, False), (False, False)])
def test_no_block_goes_out_only_where_it_was_tried_out_and_is_wanted(seen, tried: bool, forced: bool) -> None:
    kiosk = seen.kiosk(no_block=tried)
    kiosk.checkout("op", SARI, "B-1", Happened(YESTERDAY, due=date(2026, 12, 3), forced=forced))
    assert sent(seen, "11")[0][:4] == b"11NN"
    kiosk.checkout("op", SARI, "B-2")
    assert sent(seen, "11")[1][:4] == b"11NN"


def test_a_server_that_dies_of_no_block_leaves_it_unknown(make_world) -> None:
    world = make_world(no_block=NoBlock.KILLS)
    happened = Happened(YESTERDAY, due=date(2026, 12, 3), forced=True)
    assert world.kiosk(no_block=True).checkout("op", SARI, "B-1", happened) == Unknown("closed")


def test_a_replayed_checkout_of_the_own_item_is_left_to_replay(world, arrive) -> None:
    """Replay has looked already, and decides."""
    kiosk = world.kiosk()
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    received = len(world.ils.received)
    kiosk.checkout("op-2", SARI, "B-1", Happened(YESTERDAY))
    assert world.ils.received[received:] == ["11"]


def test_a_copy_is_told_with_the_fingerprint_of_its_loan(world) -> None:
    kiosk = world.kiosk()
    free = kiosk.copy("B-1")
    assert (free.status, free.mark, free.due, free.waiting) == (CopyStatus.AVAILABLE, "", None, 0)
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    lent = kiosk.copy("B-1")
    assert (lent.status, lent.mark, lent.due) == (CopyStatus.CHARGED, "20261201    235900", date(2026, 12, 1))
    world.ils.staff_renew("B-1")
    assert kiosk.copy("B-1").mark != lent.mark
    assert (lent.location, lent.item) == ("Rak 2", Item("B-1", "Judul 1"))


def test_a_server_that_tells_no_due_date_gives_no_fingerprint(make_world) -> None:
    world = make_world(item_due=False)
    world.ils.staff_checkout("P-001", "B-1")
    copy = world.kiosk().copy("B-1")
    assert (copy.status, copy.mark) == (CopyStatus.CHARGED, "")


def test_holds_blocks_and_notes(world) -> None:
    kiosk = world.kiosk()
    assert kiosk.hold("op", SARI, "B-1") == Held(Item("B-1", "B-1"), queue=1, ready=True)
    assert isinstance(kiosk.hold("op", SARI, "B-1"), Refused)
    assert isinstance(kiosk.cancel_hold("op", SARI, "B-1"), Done)
    assert isinstance(kiosk.cancel_hold("op", SARI, "B-1"), Refused)
    assert kiosk.block_patron("op", SARI, "kartu | rusak") == Done()
    assert world.ils.holdings.members["P-001"].blocked
    assert kiosk.enable_patron("op", SARI) == Done()
    assert kiosk.update_item("op", "B-1", "halaman 3 sobek") == Done(Item("B-1", "Judul 1"))
    assert world.ils.holdings.items["B-1"].properties == "halaman 3 sobek"
    assert isinstance(kiosk.update_item("op", "B-99", "x"), Refused)
    stranger = PatronRef("P-999")
    assert refusal_of(kiosk.block_patron("op", stranger)).code is Code.NO_MATCH
    assert refusal_of(kiosk.enable_patron("op", stranger)).code is Code.NO_MATCH


def test_a_card_that_stays_blocked_was_not_enabled(make_world) -> None:
    world = make_world(members=[Member("P-001", card_lost=True)])
    assert isinstance(world.kiosk().enable_patron("op", SARI), Refused)


def test_a_message_the_server_does_not_know_is_not_tried_on_it(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"15", "01", "25", "19"})
    kiosk = world.kiosk()
    for answer in (
        kiosk.hold("op", SARI, "B-1"),
        kiosk.cancel_hold("op", SARI, "B-1"),
        kiosk.block_patron("op", SARI),
        kiosk.enable_patron("op", SARI),
        kiosk.update_item("op", "B-1", "x"),
    ):
        assert refusal_of(answer).code is Code.OTHER
    assert world.ils.received == ["93", "99"]
