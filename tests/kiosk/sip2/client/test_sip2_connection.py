"""One connection: which answers are believed, and that nothing is sent twice that should not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from kiosk.circulation.sip2.connection import Connection, Doubt, NoAnswer, NotSent
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.frame import seal
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.profile import Profile, Verify
from kiosk.circulation.sip2.requests import Checkout, ItemInformation
from kiosk.circulation.sip2.responses import CheckoutResponse, ItemInformationResponse
from kiosk.circulation.sip2.wire import NothingSent

STAMP = "20261123    090000"
ASKED = ItemInformation(transaction_date=STAMP, institution_id="SMR", item_identifier="B-1", terminal_password="")
LEND = Checkout(
    sc_renewal_policy=False,
    no_block=False,
    transaction_date=STAMP,
    nb_due_date=STAMP,
    institution_id="SMR",
    patron_identifier="P-001",
    item_identifier="B-1",
    terminal_password="",
)
INFORMATION = b"18030001" + STAMP.encode() + b"ABB-1|AJJudul 1|"
LENT = b"121NNY" + STAMP.encode() + b"AOSMR|AAP-001|ABB-1|AJJudul 1|AH2026-12-07|"


def sealed(body: bytes, sequence: str = "0", *, checksum: bytes | None = None, terminator: bytes = b"\r") -> bytes:
    whole = seal(body, sequence, error_detection=True, terminator=b"")
    return (whole if checksum is None else whole[:-4] + checksum) + terminator


@pytest.fixture
def connect(request: pytest.FixtureRequest) -> Callable[..., tuple[Connection, object]]:
    """A connection over a script of answers, open."""
    from_conftest = request.getfixturevalue("scripted")

    def connect(*answers: bytes | OSError | None, **changes: object) -> tuple[Connection, object]:
        wire = from_conftest(list(answers))
        connection = Connection(wire, msgspec.structs.replace(Profile(), **changes))
        connection.open(deadline())
        return connection, wire

    return connect


def deadline(seconds: float = 2.0) -> Deadline:
    return Deadline(lambda: 0, seconds)


def doubt_of(connection: Connection) -> Doubt:
    with pytest.raises(NoAnswer) as caught:
        connection.exchange(LEND, CheckoutResponse, deadline())
    assert not connection.is_open
    return caught.value.doubt


def test_an_answer_with_the_right_number_and_checksum_is_believed(connect) -> None:
    connection, wire = connect(sealed(LENT))
    answer = connection.exchange(LEND, CheckoutResponse, deadline())
    assert answer.ok
    assert answer.due_date == "2026-12-07"
    assert wire.sent[0].endswith(b"\r")
    assert b"AY0AZ" in wire.sent[0]


def test_sequence_numbers_count_from_nought_to_nine_and_round(connect) -> None:
    connection, wire = connect(*[sealed(INFORMATION, str(n % 10)) for n in range(12)])
    for _ in range(12):
        connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert [data[-8:-7] for data in wire.sent] == [b"%d" % (n % 10) for n in range(12)]


def test_without_error_detection_neither_number_nor_checksum_goes_out(connect) -> None:
    connection, wire = connect(INFORMATION + b"\r", error_detection=False)
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert b"AY" not in wire.sent[0]
    assert b"AZ" not in wire.sent[0]


def test_the_profile_s_terminator_ends_a_request(connect) -> None:
    connection, wire = connect(sealed(INFORMATION), send_terminator="\r\n")
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert wire.sent[0].endswith(b"\r\n")


def test_line_ends_of_every_kind_are_read(connect) -> None:
    for answer in (sealed(LENT, terminator=b"\r\n"), b"\n" + sealed(LENT), b"\0\n" + sealed(LENT)):
        connection, _ = connect(answer)
        assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


def test_the_line_feed_of_the_last_answer_may_come_late(connect) -> None:
    connection, wire = connect(sealed(INFORMATION), sealed(LENT, "1"))
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    wire.waiting.append(b"\n")
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


def test_endless_line_feeds_are_no_answer_and_no_hang(connect) -> None:
    connection, wire = connect()
    wire.waiting += [b"\n"] * 1000
    with pytest.raises(NotSent):
        connection.exchange(LEND, CheckoutResponse, deadline())
    assert wire.sent == []


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        (None, Doubt.SILENT),
        (b"", Doubt.CLOSED),
        (ConnectionResetError(), Doubt.CLOSED),
        (sealed(LENT, "5"), Doubt.WRONG_SEQUENCE),
        (sealed(INFORMATION, "0"), Doubt.WRONG_MESSAGE),
        (sealed(LENT.replace(b"P-001", b"P-002")), Doubt.WRONG_PATRON),
        (sealed(LENT.replace(b"B-1", b"B-2")), Doubt.WRONG_ITEM),
        (sealed(LENT, "9") + sealed(LENT), Doubt.TOO_MANY),
        (sealed(LENT) + sealed(LENT), Doubt.TOO_MANY),
        (sealed(LENT) + b"12", Doubt.TOO_MANY),
        (sealed(b"garbage"), Doubt.DAMAGED),
        (sealed(LENT.replace(b"Judul", b"Ju\0dul")), Doubt.DAMAGED),
        (b"12" + b"A" * 70_000, Doubt.TOO_LONG),
        (sealed(b"12?" + LENT[3:]), Doubt.DAMAGED),
    ],
)
def test_what_is_no_sure_answer_to_this_request_is_a_doubt(connect, answer: object, doubt: Doubt) -> None:
    connection, wire = connect(answer)
    assert doubt_of(connection) is doubt
    assert wire.closed
    assert len(wire.sent) == 1


def test_half_an_answer_and_then_silence_is_a_doubt(connect) -> None:
    connection, _ = connect(sealed(LENT)[:30])
    assert doubt_of(connection) is Doubt.SILENT


def test_a_megabyte_in_small_pieces_is_never_held(connect) -> None:
    connection, wire = connect(b"12")
    wire.waiting += [b"A" * 4096] * 256
    wire.send = lambda data, seconds: wire.sent.append(data)
    wire.waiting.insert(0, None)
    assert doubt_of(connection) is Doubt.TOO_LONG


def test_after_a_doubt_the_connection_is_of_no_more_use(connect) -> None:
    connection, _ = connect(None, sealed(LENT, "1"))
    doubt_of(connection)
    with pytest.raises(NotSent):
        connection.exchange(LEND, CheckoutResponse, deadline())


def test_a_second_answer_that_comes_late_ends_the_line_before_the_next_request(connect) -> None:
    connection, wire = connect(sealed(LENT))
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok
    wire.waiting.append(sealed(LENT))
    with pytest.raises(NotSent):
        connection.exchange(LEND, CheckoutResponse, deadline())
    assert len(wire.sent) == 1


def test_a_line_found_closed_has_sent_nothing(connect) -> None:
    connection, wire = connect()
    wire.waiting.append(b"")
    with pytest.raises(NotSent):
        connection.exchange(LEND, CheckoutResponse, deadline())
    assert wire.sent == []


def test_a_send_that_put_out_no_byte_is_told_from_one_that_may_have(connect) -> None:
    connection, wire = connect()
    wire.refuses_to_send = NothingSent("closed")
    with pytest.raises(NotSent):
        connection.exchange(LEND, CheckoutResponse, deadline())
    connection, wire = connect()
    wire.refuses_to_send = BrokenPipeError()
    assert doubt_of(connection) is Doubt.BROKEN_OFF


def test_an_unsafe_value_is_not_sent_and_the_connection_stays(connect) -> None:
    connection, wire = connect()
    with pytest.raises(UnsafeValue):
        connection.exchange(replace(ASKED, item_identifier="B-1|AAx"), ItemInformationResponse, deadline())
    assert wire.sent == []
    assert connection.is_open


# checksums


@pytest.mark.parametrize("verify", Verify)
def test_a_right_checksum_is_right_under_every_policy(connect, verify: Verify) -> None:
    connection, _ = connect(sealed(LENT), verify=verify)
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


def test_required_checksums_must_be_there_and_right(connect) -> None:
    for answer in (sealed(LENT, checksum=b"0000"), LENT + b"\r"):
        connection, _ = connect(answer, verify=Verify.REQUIRE)
        assert doubt_of(connection) is Doubt.DAMAGED


@pytest.mark.parametrize("verify", [Verify.WARN, Verify.OFF])
def test_a_system_whose_checksums_are_always_wrong_is_believed_unless_required(connect, verify: Verify) -> None:
    connection, _ = connect(*[sealed(LENT, str(n), checksum=b"0000") for n in range(3)], verify=verify)
    for _ in range(3):
        assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


def test_wrong_checksums_are_said_once(connect, caplog: pytest.LogCaptureFixture) -> None:
    connection, _ = connect(*[sealed(LENT, str(n), checksum=b"0000") for n in range(3)])
    for _ in range(3):
        connection.exchange(LEND, CheckoutResponse, deadline())
    assert [record.message for record in caplog.records].count(
        "the library system's checksums are wrong; its answers are believed all the same"
    ) == 1


@pytest.mark.parametrize("damaged", [sealed(LENT, "1", checksum=b"0000"), LENT + b"\r"])
def test_a_wrong_or_lost_checksum_of_a_system_that_can_count_is_damage(connect, damaged: bytes) -> None:
    connection, _ = connect(sealed(INFORMATION), damaged)
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert doubt_of(connection) is Doubt.DAMAGED


def test_a_system_that_adds_up_letters_instead_of_bytes_is_believed(connect) -> None:
    """Right until the first accent, then wrong: php-sip2 issue 8."""
    body = LENT.replace(b"Judul", "Café".encode())
    connection, _ = connect(sealed(INFORMATION), sealed(body, "1", checksum=b"0000"))
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert connection.exchange(LEND, CheckoutResponse, deadline()).title_identifier == "Café 1"


# sequence numbers


def test_a_system_that_does_not_echo_numbers_is_believed_where_the_profile_says_so(connect) -> None:
    connection, _ = connect(sealed(INFORMATION), sealed(LENT, "0"), sequence_echoed=False)
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


def test_a_number_that_is_suddenly_missing_is_a_doubt(connect) -> None:
    connection, _ = connect(sealed(INFORMATION), LENT + b"\r", verify=Verify.OFF)
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert doubt_of(connection) is Doubt.WRONG_SEQUENCE


def test_an_answer_may_leave_out_whom_it_is_about_only_if_its_number_ties_it(connect) -> None:
    blank = LENT.replace(b"AAP-001", b"AA")
    connection, _ = connect(sealed(blank))
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok
    connection, _ = connect(blank + b"\r")
    assert doubt_of(connection) is Doubt.WRONG_PATRON


def test_another_spelling_of_the_same_number_is_the_same(connect) -> None:
    connection, _ = connect(sealed(LENT.replace(b"P-001", b" p-001 ")))
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok


# 96 and 97


def test_asked_to_resend_the_same_bytes_go_out_again_twice_at_most(connect) -> None:
    connection, wire = connect(b"96AZFEF6\r", b"96AZFEF6\r", sealed(LENT))
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok
    assert len(set(wire.sent)) == 1
    assert len(wire.sent) == 3
    connection, wire = connect(*[b"96AZFEF6\r"] * 9)
    assert doubt_of(connection) is Doubt.NOT_UNDERSTOOD
    assert len(wire.sent) == 3


def test_a_damaged_answer_is_asked_for_again_where_the_profile_says_so(connect) -> None:
    damaged = sealed(LENT, checksum=b"0000")
    connection, wire = connect(damaged, sealed(LENT), resend=True, verify=Verify.REQUIRE)
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok
    assert wire.sent[1] == b"97AZFEF5\r"


def test_a_server_that_forgets_the_number_when_it_repeats_is_believed(connect) -> None:
    connection, wire = connect(sealed(INFORMATION), sealed(LENT, "1", checksum=b"0000"), sealed(LENT, "0"), resend=True)
    connection.exchange(ASKED, ItemInformationResponse, deadline())
    assert connection.exchange(LEND, CheckoutResponse, deadline()).ok
    assert wire.sent[2] == b"97AZFEF5\r"


def test_an_answer_is_asked_for_again_once_only(connect) -> None:
    damaged = sealed(LENT, checksum=b"0000")
    connection, wire = connect(damaged, damaged, damaged, resend=True, verify=Verify.REQUIRE)
    assert doubt_of(connection) is Doubt.DAMAGED
    assert len(wire.sent) == 2


def test_what_comes_back_for_a_resend_must_still_be_about_the_same_patron_and_item(connect) -> None:
    other = sealed(LENT.replace(b"B-1", b"B-2"))
    connection, _ = connect(sealed(LENT, checksum=b"0000"), other, resend=True, verify=Verify.REQUIRE)
    assert doubt_of(connection) is Doubt.WRONG_ITEM


def test_without_the_profile_s_word_no_97_is_ever_sent(connect) -> None:
    connection, wire = connect(sealed(LENT, checksum=b"0000"), verify=Verify.REQUIRE)
    doubt_of(connection)
    assert not any(data.startswith(b"97") for data in wire.sent)


def test_a_drip_of_bytes_ends_with_the_deadline(connect) -> None:
    connection, wire = connect()
    now = iter(range(0, 10**12, 10**8))
    ending = Deadline(lambda: next(now), 1.0)
    wire.send = lambda data, seconds: wire.waiting.extend([b"1"] * 10_000)
    with pytest.raises(NoAnswer) as caught:
        connection.exchange(LEND, CheckoutResponse, ending)
    assert caught.value.doubt is Doubt.SILENT
    assert len(wire.waiting) > 9_000
