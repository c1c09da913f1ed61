"""The emulated system's line and login: each habit is really there, seen from the bytes."""

from __future__ import annotations

import pytest
from emulator_support import LOGIN, NO_DATE, STAMP, an_ils, ask, checkin, checkout, information, inside, sealed

from kiosk.circulation.sip2.emulator.dialect import (
    BeforeLogin,
    Checksum,
    LoginFailure,
    OnUnknown,
    Resend,
)
from kiosk.circulation.sip2.emulator.line import checksum

# the line


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("941AY0AZ", "FDFD"),
        ("97AZ", "FEF5"),
        ("96AZ", "FEF6"),
        ("9900802.00AY1AZ", "FCA0"),
        ("9300CNkiosk|COsecret|CPLIB|AY0AZ", "F527"),
    ],
)
def test_checksums_are_those_of_the_specification(text: str, digits: str) -> None:
    assert checksum(text.encode("ascii")) == digits


def test_an_answer_carries_the_requests_sequence_and_a_checksum() -> None:
    answer = ask(an_ils().connect(), LOGIN, 7)
    assert answer.startswith("941AY7AZ")
    assert answer.rstrip("\r")[-4:] == checksum(b"941AY7AZ")


def test_who_sends_no_checksum_gets_none() -> None:
    assert ask(an_ils().connect(), LOGIN, None) == "941\r"


def test_a_wrong_checksum_is_asked_for_again() -> None:
    assert an_ils().connect().receive(b"9300CNa|AY0AZ0000\r")[0].data == b"96AZFEF6\r"


@pytest.mark.parametrize(
    ("kind", "ends"), [(Checksum.NONE, "941\r"), (Checksum.ZERO, "AZ0000\r"), (Checksum.WRONG, "941AY0AZFD85\r")]
)
def test_checksums_may_be_absent_nought_or_wrong(kind: Checksum, ends: str) -> None:
    assert ask(an_ils(checksum=kind).connect(), LOGIN).endswith(ends)


def test_a_sequence_that_is_not_echoed_is_nought() -> None:
    assert "AY0" in ask(an_ils(echo_sequence=False).connect(), LOGIN, 5)


def test_an_lf_before_a_message_is_counted_by_a_strict_server() -> None:
    strict, tolerant = inside(an_ils(strict_line_ends=True)), inside(an_ils())
    frame = b"\n" + sealed(checkin())
    assert strict.receive(frame)[0].data.startswith(b"96")
    assert tolerant.receive(frame)[0].data.startswith(b"10")


def test_a_message_may_come_in_pieces_or_with_another_one() -> None:
    connection, both = an_ils().connect(), sealed(LOGIN) + sealed("9900802.00", 1)
    assert connection.receive(both[:5]) == []
    assert [reply.data[:2] for reply in connection.receive(both[5:])] == [b"94", b"98"]


def test_ascii_strips_diacritics_and_messages_may_have_their_own_encoding() -> None:
    odd = f"17{STAMP}AOSMR|ABODD|"
    assert "AJSno och ar|" in ask(inside(an_ils(encoding="ascii")), odd)
    words = {"no-item": "finns ej, är borta"}
    said = inside(an_ils(message_encoding="cp850", words=words)).receive(sealed(f"17{STAMP}AO|ABX|"))[0].data
    assert "är borta".encode("cp850") in said


# the session


def test_before_the_login_nothing_but_a_status_is_answered() -> None:
    connection = an_ils().connect()
    assert ask(connection, "9900802.00").startswith("98YYYYYN100003")
    assert ask(connection, checkin()) == ""
    assert connection.closed


def test_a_status_before_the_login_may_close_or_be_required() -> None:
    closes, required = an_ils(status_before_login=BeforeLogin.CLOSES), an_ils(status_before_login=BeforeLogin.REQUIRED)
    first = closes.connect()
    ask(first, "9900802.00")
    assert first.closed
    second = required.connect()
    ask(second, LOGIN)
    assert second.closed
    assert not inside(required).closed


@pytest.mark.parametrize(
    ("failure", "said", "closed", "after"),
    [
        (LoginFailure.ANSWER, "940", False, "941"),
        (LoginFailure.SILENT, "940", False, ""),
        (LoginFailure.CLOSE, "940", True, ""),
        (LoginFailure.MUTE, "", False, ""),
    ],
)
def test_a_wrong_login(failure: LoginFailure, said: str, closed: bool, after: str) -> None:
    connection = an_ils(login_failure=failure).connect()
    assert ask(connection, "9300CNkiosk|COwrong|")[:3] == said
    assert connection.closed is closed
    assert ask(connection, LOGIN)[:3] == after


def test_bx_tells_the_truth_unless_it_is_given() -> None:
    assert "BXYYYYYNYYYYYYYYYY|" in ask(an_ils(resend=Resend.NONE).connect(), "9900802.00")
    assert "BXNN|" in ask(an_ils(bx="NN").connect(), "9900802.00")


def test_a_short_status_ends_early() -> None:
    assert ask(an_ils(short_status=True).connect(), "9900802.00").startswith("98YYYYYN100003AO")


@pytest.mark.parametrize(("habit", "closed"), [(OnUnknown.CLOSES, True), (OnUnknown.SILENT, False)])
def test_an_unknown_message_closes_or_is_met_with_silence(habit: OnUnknown, closed: bool) -> None:
    connection = inside(an_ils(on_unknown=habit, supported=frozenset({"93", "99"})))
    assert ask(connection, checkin()) == ""
    assert connection.closed is closed


def test_strict_servers_want_every_field_even_empty() -> None:
    for body in (checkin().replace("AP|", ""), checkout(due=NO_DATE), checkout().replace("AC|", "")):
        connection = inside(an_ils(strict_fields=True))
        ask(connection, body)
        assert connection.closed
    assert ask(inside(an_ils(strict_fields=True)), checkout()).startswith("121")


def test_a_foreign_institution_is_refused() -> None:
    connection = inside(an_ils(institution="fs1"))
    assert ask(connection, checkout()).startswith("120")
    assert "BLN|" in ask(connection, information())
    assert ask(connection, checkout().replace("AOSMR", "AOfs1")).startswith("121")


def test_97_repeats_the_last_answer_of_this_connection_or_of_anybody() -> None:
    own = an_ils()
    connection = inside(own)
    said = ask(connection, checkin())
    assert connection.receive(b"97AZFEF5\r")[0].data.decode() == said
    assert own.connect().receive(b"97AZFEF5\r")[0].data == b"96AZFEF6\r"
    leaking = an_ils(resend=Resend.ANYONES, resend_sequence=False)
    said = ask(inside(leaking), checkin(), 4)
    leaked = leaking.connect().receive(b"97AZFEF5\r")[0].data.decode()
    assert leaked[:40] == said[:40]
    assert "AY0AZ" in leaked


def test_an_identical_frame_gets_the_stored_answer_where_that_is_a_habit() -> None:
    for stores, effects in ((True, ["checkout"]), (False, ["checkout", "renew"])):
        ils = an_ils(repeats_stored=stores)
        connection = inside(ils)
        first, second = ask(connection, checkout(), 3), ask(connection, checkout(), 3)
        assert (first == second) is stores
        assert [effect.kind for effect in ils.effects] == effects
