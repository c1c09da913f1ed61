"""Why not: over the line a kiosk of ours hears exactly what the library behind would have told it directly.

The same is done to two libraries that are alike, to one through our server and our client, and compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sip2_serving import NOW

from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Borrowed, CheckoutOutcome, Code, Patron, PatronRef, Refusal, Refused, Secret
from kiosk.circulation.probing import Happened
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.profile import load_profile
from kiosk.circulation.sip2.settings import Sip2Settings

FREE = sample.LAYAR_TERKEMBANG
SARI = PatronRef(sample.SARI)
LOST, IN_REPAIR, NOBODY, NOTHING = "B00182", "B00201", "Z9999", "B99999"
EVERYONE = [f"A{number:04d}" for number in range(1, 21)] + [NOBODY]
#: One copy for each thing that can be said of a copy.
TELLING = (
    FREE, sample.ON_LOAN_ITEMS[0], sample.HELD_ITEM, sample.REFERENCE_ITEM, sample.ADULT_ITEM, LOST, IN_REPAIR, NOTHING
)  # fmt: skip


@dataclass
class Pair:
    """The same wish to both; ``direct`` answers first."""

    direct: EmbeddedLibrary
    behind: EmbeddedLibrary
    kiosk: SipCirculation

    def __post_init__(self) -> None:
        self._ops = (f"op-{number}" for number in itertools.count())

    def ask(self, name: str, *what: Any) -> tuple[Any, Any]:
        """An operation, under the same id."""
        op = next(self._ops)
        return getattr(self.direct, name)(op, *what), getattr(self.kiosk, name)(op, *what)

    def change(self, sql: str, *values: Any) -> None:
        for library in (self.direct, self.behind):
            with library.store.writing() as db:
                db.execute(sql, values)


@pytest.fixture
def twin(sip2_sample: Path, tmp_path: Path, clock: Any) -> Iterator[EmbeddedLibrary]:
    path = tmp_path / "twin.sqlite"
    path.write_bytes(sip2_sample.read_bytes())
    library = EmbeddedLibrary.open(path, clock=clock)
    yield library
    library.close()


@pytest.fixture
def make_pair(
    serve: Callable[..., Any],
    library: EmbeddedLibrary,
    twin: EmbeddedLibrary,
    make_account: Callable[..., Any],
    tmp_path: Path,
    clock: Any,
) -> Iterator[Callable[..., Pair]]:
    made: list[SipCirculation] = []

    def make(**dialect: object) -> Pair:
        secret = tmp_path / "password"
        secret.write_text("rahasia-123\n")
        # In Indonesian, so that no pattern of English words could help.
        port = serve(make_account(language="id", rate=1e6, burst=1_000_000), clock=clock).port
        settings = Sip2Settings(
            host="127.0.0.1", port=port, tls="off", login="kiosk-2", password_file=str(secret), answer_seconds=8.0
        )
        profile = msgspec.structs.replace(load_profile("pustaka"), **dialect)  # type: ignore[arg-type]
        made.append(SipCirculation(settings, profile, clock=clock, zone=ZoneInfo("Asia/Makassar")))
        return Pair(twin, library, made[-1])

    yield make
    for kiosk in made:
        kiosk.close()


@pytest.fixture
def pair(make_pair: Callable[..., Pair]) -> Pair:
    return make_pair()


def why(outcome: object) -> Refusal | str:
    """The refusal, or that there is none."""
    return outcome.refusal if isinstance(outcome, Refused) else type(outcome).__name__


def codes(answers: Sequence[object]) -> set[Code]:
    return {answer.code for answer in answers if isinstance(answer, Refusal)}


def test_every_no_to_a_checkout_or_a_return(pair: Pair) -> None:
    heard: list[Refusal | str] = []
    for number, item in itertools.product(EVERYONE, TELLING):
        direct, over = pair.ask("checkout", PatronRef(number), item)
        heard.append(why(direct))
        assert why(over) == heard[-1], (number, item)
        if isinstance(direct, Borrowed) and not direct.again:
            back = pair.ask("checkin", item)
            assert why(back[1]) == why(back[0]), item
    direct, over = pair.ask("checkin", NOTHING)
    assert why(over) == why(direct) == Refusal(Code.UNKNOWN_ITEM)
    assert codes(heard) == {
        Code.NO_MATCH, Code.EXPIRED, Code.PENDING, Code.SUSPENDED, Code.BLOCKED, Code.OVERDUE, Code.LIMIT,
        Code.UNKNOWN_ITEM, Code.HELD, Code.NOT_FOR_LOAN, Code.AGE, Code.ON_LOAN, Code.UNAVAILABLE,
    }  # fmt: skip
    assert {
        Refusal(Code.HELD, until=date(2026, 11, 26)),
        Refusal(Code.SUSPENDED, until=date(2026, 11, 27)),
        Refusal(Code.EXPIRED, until=date(2026, 11, 11)),
        Refusal(Code.LIMIT, limit=3),
        Refusal(Code.AGE, limit=17),
        Refusal(Code.OVERDUE, seen=1),
    } <= set(heard)


def test_the_item_of_a_no_is_told_with_its_title_if_there_is_one(pair: Pair) -> None:
    direct, over = pair.ask("checkout", SARI, sample.HELD_ITEM)
    assert (over.item.id, over.item.title) == (direct.item.id, direct.item.title)
    direct, over = pair.ask("checkout", SARI, NOTHING)
    assert over == direct == Refused(Refusal(Code.UNKNOWN_ITEM))


def test_every_no_to_a_renewal(pair: Pair) -> None:
    pair.change("UPDATE loans SET renewals = 9 WHERE item = ?", sample.ON_LOAN_ITEMS[3])
    with pair.direct.store.reading() as db:
        loans = [(row["member"], row["item"]) for row in db.execute("SELECT member, item FROM loans")]
    heard: list[Refusal | str] = []
    for number, item in [*loans, (sample.SARI, loans[0][1]), (sample.SARI, NOTHING)]:
        direct, over = pair.ask("renew", PatronRef(number), item)
        heard.append(why(direct))
        assert why(over) == heard[-1], (number, item)
    assert codes(heard) == {
        Code.OVERDUE, Code.RENEWAL_HELD, Code.RENEWAL_LIMIT, Code.NOT_ON_LOAN, Code.UNKNOWN_ITEM
    }  # fmt: skip
    assert Refusal(Code.RENEWAL_HELD, until=date(2026, 11, 24)) in heard


@pytest.mark.parametrize("number", [*EVERYONE[:-1]])
def test_every_no_to_a_renewal_of_all(pair: Pair, number: str) -> None:
    """Each copy has its own reason."""
    direct, over = pair.ask("renew_all", PatronRef(number))
    told = {each.item.id: why(each) for each in direct}
    assert {each.item.id: why(each) for each in over} == told


def test_a_renewal_of_all_mixes_a_yes_and_several_reasons(pair: Pair) -> None:
    """Somebody waits for one title; of the other two loans one has been renewed as often as allowed."""
    pair.change("UPDATE loans SET member = 'A0020' WHERE item IN ('B00205', 'B00226')")
    pair.change("UPDATE loans SET renewals = 9 WHERE item = 'B00226'")
    direct, over = pair.ask("renew_all", PatronRef("A0020"))
    told = {each.item.id: why(each) for each in over}
    assert told == {each.item.id: why(each) for each in direct}
    limit = told["B00226"]
    assert isinstance(limit, Refusal)
    assert (limit.code, limit.limit) == (Code.RENEWAL_LIMIT, 1)
    assert told[sample.AWAITED_ITEM] == Refusal(Code.RENEWAL_HELD, until=date(2026, 11, 24))
    assert told["B00205"] == "Renewed"


def test_nobody_s_loans_are_not_renewed(pair: Pair) -> None:
    assert pair.ask("renew_all", PatronRef(NOBODY))[1] == [Refused(Refusal(Code.NO_MATCH))]


def test_every_no_to_a_hold(pair: Pair) -> None:
    heard: list[Refusal | str] = []
    for number, item in itertools.product(EVERYONE, (FREE, sample.REFERENCE_ITEM, sample.ADULT_ITEM, NOTHING)):
        direct, over = pair.ask("hold", PatronRef(number), item)
        heard.append(why(direct))
        assert why(over) == heard[-1], (number, item)
    direct, over = pair.ask("hold", PatronRef(sample.OVERDUE), sample.OVERDUE_ITEM)
    assert why(over) == why(direct) == Refusal(Code.OTHER)
    assert {Code.NO_MATCH, Code.EXPIRED, Code.SUSPENDED, Code.NOT_FOR_LOAN, Code.AGE} <= codes(heard)


@pytest.mark.parametrize("number", EVERYONE)
def test_what_blocks_a_patron(pair: Pair, number: str) -> None:
    direct, over = (system.patron(PatronRef(number), None) for system in (pair.direct, pair.kiosk))
    if isinstance(direct, Patron):
        assert over.blocked == direct.blocked
    else:
        assert over == direct


def test_a_debt_is_told_with_its_sum(pair: Pair) -> None:
    pair.change("UPDATE policy SET fee_block = 5000")
    pair.change(
        "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 7500, 'late', '2026-11-01', 'x')", SARI.number
    )
    direct, over = pair.ask("checkout", SARI, FREE)
    assert why(over) == why(direct) == Refusal(Code.FEES, amount=7500)
    patron = pair.kiosk.patron(SARI, None)
    assert isinstance(patron, Patron)
    assert patron.blocked == Refusal(Code.FEES, amount=7500)


def test_a_locked_pin_is_told_with_its_end_and_the_tries(pair: Pair) -> None:
    ani = PatronRef(sample.ANI)
    heard = []
    for pin in [None, *[Secret("0000")] * 4, None, Secret(sample.ANI_PIN)]:
        heard.append(pair.direct.patron(ani, pin))
        assert pair.kiosk.patron(ani, pin) == heard[-1]
    locked = heard[-1]
    assert isinstance(locked, Refusal)
    assert locked.code is Code.PIN_LOCKED
    assert locked.until_time is not None
    assert codes(heard) == {Code.PIN_REQUIRED, Code.NO_MATCH, Code.PIN_LOCKED}


@pytest.mark.parametrize("asked", ["ZR", ""])
def test_a_loan_of_the_patron_s_own_that_cannot_be_extended_is_still_theirs(
    make_pair: Callable[..., Pair], asked: str
) -> None:
    """Where a checkout may renew, the server says no and *renewal ok*: that is no refusal of the loan."""
    pair = make_pair(renewal_policy=True, reason_field=asked)
    direct, over = pair.ask("checkout", PatronRef("A0020"), sample.AWAITED_ITEM)
    assert isinstance(direct, Borrowed)
    assert isinstance(over, Borrowed)
    assert (over.again, over.due) == (True, direct.due)


def test_without_the_field_a_reason_is_guessed_as_with_any_system(make_pair: Callable[..., Pair]) -> None:
    over = make_pair(reason_field="").ask("checkout", SARI, sample.REFERENCE_ITEM)[1]
    assert isinstance(over, Refused)
    assert over.refusal.code is Code.OTHER
    assert over.refusal.said


# the wire


def test_only_who_asks_hears_it(serve: Callable[..., Any]) -> None:
    terminal = serve().terminal()
    wish = f"11NN{NOW}{NOW}AOSMD|AA{sample.SARI}|AB{sample.HELD_ITEM}|AC|"
    assert "|ZR" not in terminal.ask(wish)
    assert "|ZRheld until=20" in terminal.ask(f"{wish}ZRY|")
    assert "|ZRheld until=20" in terminal.ask(f"{wish}ZR|")


def test_a_yes_has_no_reason(serve: Callable[..., Any]) -> None:
    terminal = serve().terminal()
    assert "|ZR" not in terminal.ask(f"11NN{NOW}{NOW}AOSMD|AA{sample.SARI}|AB{FREE}|AC|ZRY|")
    assert "|ZR" not in terminal.ask(f"63000{NOW}          AOSMD|AA{sample.SARI}|ZRY|")
    assert "|ZR" not in terminal.ask(f"23000{NOW}AOSMD|AA{sample.SARI}|AC|AD|ZRY|")


def test_what_blocks_a_patron_is_told_with_24_and_64(serve: Callable[..., Any]) -> None:
    terminal = serve().terminal()
    for wish in (f"23000{NOW}AOSMD|AA{sample.SUSPENDED}|AC|AD|", f"63000{NOW}          AOSMD|AA{sample.SUSPENDED}|"):
        assert "|ZRsuspended until=20" in terminal.ask(f"{wish}ZRY|")
        assert "|ZR" not in terminal.ask(wish)


def test_the_same_frame_again_has_the_same_answer(serve: Callable[..., Any]) -> None:
    terminal = serve().terminal()
    frame = terminal.frame(f"11NN{NOW}{NOW}AOSMD|AA{sample.SARI}|AB{sample.HELD_ITEM}|AC|ZRY|")
    terminal.socket.sendall(frame)
    first = terminal.hear_frame()
    terminal.socket.sendall(frame)
    assert b"|ZRheld" in first
    assert terminal.hear_frame() == first


def test_what_a_terminal_may_not_do_is_said_in_words_alone(
    serve: Callable[..., Any], make_account: Callable[..., Any]
) -> None:
    answer = serve(make_account(may=("patron",))).terminal().ask(f"09N{NOW}{NOW}APx|AOSMD|AB{FREE}|AC|ZRY|")
    assert "|AF" in answer
    assert "|ZR" not in answer


class InItsOwnWords(EmbeddedLibrary):
    """A system that has a sentence where we have no code."""

    def checkout(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> CheckoutOutcome:
        return Refused(Refusal(Code.OTHER, said="Buku ini sedang dijilid."))


def test_a_system_s_own_sentence_is_not_hidden_by_a_code(serve: Callable[..., Any], library: EmbeddedLibrary) -> None:
    terminal = serve(system=InItsOwnWords(library.store)).terminal()
    answer = terminal.ask(f"11NN{NOW}{NOW}AOSMD|AA{sample.SARI}|AB{FREE}|AC|ZRY|")
    assert "|AFBuku ini sedang dijilid." in answer
    assert "|ZR" not in answer
