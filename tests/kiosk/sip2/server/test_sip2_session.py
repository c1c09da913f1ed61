"""One terminal's protocol without a network: logins, damage, repetitions, encodings."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.sip2.frame import checksum
from kiosk.circulation.sip2.messages import ItemInformation, ItemInformationResponse, LoginResponse, ScStatus
from kiosk.circulation.sip2.server.accounts import Account, Detection
from kiosk.circulation.sip2.server.session import PATIENCE, Asked, Cause, HangUp, Send, Session

NOW = "20261123    090000"
ITEM = f"17{NOW}AO|ABB00130|"
RESEND = b"96AZFEF6\r"
MakeAccount = Callable[..., Account]


def frame(message: str, sequence: int = 0, encoding: str = "utf-8") -> bytes:
    body = message.encode(encoding) + f"AY{sequence}AZ".encode()
    return body + checksum(body).encode() + b"\r"


def logged_in(account: Account) -> Session:
    session = Session()
    session.become(account)
    return session


def asked(session: Session, data: bytes) -> Asked:
    session.receive(data)
    step = session.next()
    assert isinstance(step, Asked)
    return step


def step_of(session: Session, data: bytes) -> Asked | Send | HangUp | None:
    session.receive(data)
    return session.next()


def item(title: str = "Laut Bercerita") -> ItemInformationResponse:
    return ItemInformationResponse(
        circulation_status="03", transaction_date=NOW, item_identifier="B00130", title_identifier=title
    )


def test_nothing_but_a_login_comes_first() -> None:
    assert isinstance(step_of(Session(), frame(ITEM)), HangUp)
    assert isinstance(step_of(Session(), frame("9900802.00")), HangUp)
    assert isinstance(step_of(Session(), frame("9300CNa|COb|")), Asked)


def test_status_may_come_first_where_the_accounts_allow_it() -> None:
    step = step_of(Session(status_before_login=True), frame("9900802.00"))
    assert isinstance(step, Asked)
    assert isinstance(step.request, ScStatus)
    assert isinstance(step_of(Session(status_before_login=True), frame(ITEM)), HangUp)


def test_an_answer_has_the_requests_sequence_and_a_checksum(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    data = session.answer(asked(session, frame(ITEM, 7)), item())
    assert b"|AY7AZ" in data
    assert data.endswith(checksum(data[:-5]).encode() + b"\r")


def test_without_a_checksum_the_answer_has_none(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    data = session.answer(asked(session, ITEM.encode() + b"\r"), item())
    assert b"AZ" not in data


def test_an_account_may_insist_on_checksums(make_account: MakeAccount) -> None:
    session = logged_in(make_account(error_detection=Detection.REQUIRED))
    assert step_of(session, ITEM.encode() + b"\r") == Send(RESEND, Cause.CHECKSUM, "17")
    assert isinstance(step_of(session, frame(ITEM)), Asked)


def test_a_damaged_frame_is_asked_for_again(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    assert step_of(session, frame(ITEM).replace(b"B00130", b"B00131")) == Send(RESEND, Cause.CHECKSUM, "17")
    assert step_of(session, b"17 too short\r") == Send(RESEND, Cause.DAMAGED, "17")
    assert step_of(session, b"1" * 10_000 + b"\r") == Send(RESEND, Cause.DAMAGED)
    assert step_of(session, b"1720261123\x00rest\r") == Send(RESEND, Cause.DAMAGED)


def test_a_message_that_nobody_knows_is_not_met_with_silence(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    assert step_of(session, frame("77who knows|")) == Send(RESEND, Cause.UNKNOWN_MESSAGE, "77")
    assert step_of(session, frame("941")) == Send(RESEND, Cause.UNKNOWN_MESSAGE, "94")
    assert isinstance(step_of(session, frame(ITEM)), Asked)


def test_what_speaks_no_sip2_is_hung_up_on(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    steps = [step_of(session, b"GET / HTTP/1.1\r\n") for _ in range(PATIENCE + 1)]
    assert steps[:-1] == [Send(RESEND, Cause.UNKNOWN_MESSAGE)] * PATIENCE
    assert isinstance(steps[-1], HangUp)


def test_patience_begins_anew_after_a_good_frame(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    for _ in range(3):
        for _ in range(PATIENCE):
            assert isinstance(step_of(session, b"xx\r"), Send)
        session.answer(asked(session, frame(ITEM)), item())
        session.answer(asked(session, frame(ITEM, 1)), item())


def test_the_same_frame_again_has_the_same_answer(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    data = session.answer(asked(session, frame(ITEM, 3)), item())
    assert step_of(session, frame(ITEM, 3)) == Send(data, Cause.REPEATED, "17")
    assert isinstance(step_of(session, frame(ITEM, 4)), Asked)


def test_only_the_last_frame_is_known_again(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    session.answer(asked(session, frame(ITEM, 3)), item())
    session.answer(asked(session, frame(ITEM, 4)), item())
    assert isinstance(step_of(session, frame(ITEM, 3)), Asked)


def test_frames_without_a_sequence_number_are_wishes_of_their_own(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    session.answer(asked(session, ITEM.encode() + b"\r"), item())
    assert isinstance(step_of(session, ITEM.encode() + b"\r"), Asked)


def test_a_repeated_frame_with_other_content_is_another(make_account: MakeAccount) -> None:
    # Same sequence number and same checksum: two bytes changed places.
    session = logged_in(make_account())
    session.answer(asked(session, frame(ITEM, 3)), item())
    other = frame(ITEM.replace("B00130", "B00103"), 3)
    assert other[-5:] == frame(ITEM, 3)[-5:]
    assert isinstance(step_of(session, other), Asked)


def test_97_repeats_the_last_answer_byte_for_byte(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    data = session.answer(asked(session, frame(ITEM, 3)), item())
    step_of(session, b"xx\r")  # the 96 to this is no answer
    assert step_of(session, b"97AZFEF5\r") == Send(data, Cause.RESEND)
    assert step_of(session, b"97\r") == Send(data, Cause.RESEND)


def test_97_before_any_answer_is_answered_96(make_account: MakeAccount) -> None:
    assert step_of(Session(), b"97AZFEF5\r") == Send(RESEND, Cause.RESEND)


def test_glued_frames_are_taken_one_by_one(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    session.receive(frame(ITEM, 1) + frame(ITEM, 2))
    for sequence in "12":
        step = session.next()
        assert isinstance(step, Asked)
        assert step.sequence == sequence
        session.answer(step, item())
    assert session.next() is None


def test_line_ends_of_every_kind(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    for end in (b"\r", b"\r\n", b"\n\r"):
        first = asked(session, frame(ITEM, 1)[:-1] + end)
        assert isinstance(first.request, ItemInformation)
        session.answer(first, item())
        session.answer(asked(session, frame(ITEM, 2)[:-1] + end), item())


def test_the_account_chooses_the_line_end(make_account: MakeAccount) -> None:
    session = logged_in(make_account(terminator="crlf"))
    assert session.answer(asked(session, frame(ITEM)), item()).endswith(b"\r\n")


def test_encodings(make_account: MakeAccount) -> None:
    title = "Nyai Sunda: kisah café | “bebas” 日本"
    expected = {
        "utf-8": "Nyai Sunda: kisah café &#124; “bebas” 日本".encode(),
        "latin-1": b"Nyai Sunda: kisah caf\xe9 &#124; ?bebas? ??",
        "cp850": b"Nyai Sunda: kisah caf\x82 &#124; ?bebas? ??",
        "ascii": b"Nyai Sunda: kisah cafe &#124; ?bebas? ??",
    }
    for encoding, written in expected.items():
        session = logged_in(make_account(encoding=encoding))
        data = session.answer(asked(session, frame(ITEM)), item(title))
        assert b"AJ" + written + b"|" in data
        assert data.endswith(checksum(data[:-5]).encode() + b"\r")


def test_numbers_are_read_in_the_accounts_encoding(make_account: MakeAccount) -> None:
    session = logged_in(make_account(encoding="cp850"))
    step = asked(session, frame(f"17{NOW}AO|ABé1|", encoding="cp850"))
    assert isinstance(step.request, ItemInformation)
    assert step.request.item_identifier == "é1"


def test_an_endless_title_is_cut_and_not_the_answer(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    data = session.answer(asked(session, frame(ITEM)), item("é" * 500))
    assert b"AJ" + "é".encode() * 127 + b"|" in data


def test_the_operations_id_comes_in_zu(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    assert asked(session, frame(ITEM)).operation == ""
    assert asked(session, frame(ITEM + "ZUab-12|", 1)).operation == "ab-12"


def test_a_half_frame_is_known(make_account: MakeAccount) -> None:
    session = logged_in(make_account())
    assert step_of(session, frame(ITEM)[:10]) is None
    assert session.half_frame
    assert isinstance(step_of(session, frame(ITEM)[10:]), Asked)
    assert not session.half_frame


def test_a_login_is_answered_before_an_encoding_is_known(make_account: MakeAccount) -> None:
    session = Session()
    step = asked(session, frame("9300CNkiosk-2|COx|CPX|"))
    session.become(make_account(encoding="cp850"))
    assert session.answer(step, LoginResponse(ok=True)) == b"941AY0AZFDFD\r"


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_no_bytes_whatever_raise_anything(pieces: list[bytes]) -> None:
    for account in (None, Account(login="k", password="x", encoding="cp850")):
        session = Session()
        if account is not None:
            session.become(account)
        for piece in pieces:
            session.receive(piece)
            while (step := session.next()) is not None:
                if isinstance(step, Asked):
                    session.answer(step, item())


@given(st.lists(st.sampled_from([frame(ITEM, 1), frame(ITEM, 2), b"xx\r", b"97\r", frame(ITEM)[:7] + b"\r"])))
def test_however_the_stream_is_cut_the_answers_are_the_same(frames: list[bytes]) -> None:
    stream = b"".join(frames)
    whole, cut = (logged_in(Account(login="k", password="x")) for _ in range(2))
    assert _talk(whole, [stream]) == _talk(cut, [stream[at : at + 1] for at in range(len(stream))])


def _talk(session: Session, pieces: list[bytes]) -> list[bytes | str]:
    said: list[bytes | str] = []
    for piece in pieces:
        session.receive(piece)
        while (step := session.next()) is not None:
            if isinstance(step, HangUp):
                said.append(step.why)
            else:
                said.append(step.data if isinstance(step, Send) else session.answer(step, item()))
    return said
