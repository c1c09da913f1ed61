"""Who is let in offline, and by what: cards without a PIN, verifiers, cards alone. And what the disk never holds."""

from __future__ import annotations

import logging
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from offline_support import WITA, Maker, MovableClock

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library import sample
from kiosk.circulation.offline import verifiers as verifiers_module
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.rules import OfflineDesk
from kiosk.circulation.offline.settings import OfflineSettings, Policy
from kiosk.circulation.offline.verifiers import KIOSK_TRIES, Verdict, Verifiers, pepper_of
from kiosk.circulation.port import Code, Patron, PatronRef, Refusal, Secret
from kiosk.circulation.promises import Promise

SARI, ANI, YOHANES, NOBODY = (PatronRef(number) for number in (sample.SARI, sample.ANI, sample.YOHANES, "A9999"))
PIN, WRONG = Secret(sample.ANI_PIN), Secret("0000")
KEEPING = OfflineSettings(policy=Policy.BOTH, keep_verifiers=True)
NO_MATCH, PIN_REQUIRED, OFFLINE = (Refusal(code) for code in (Code.NO_MATCH, Code.PIN_REQUIRED, Code.OFFLINE))
LAYAR, ASUHAN, BANJAR, _ = sample.DEMO_ITEMS

Open = Callable[[], Verifiers]


@pytest.fixture
def open_verifiers(kiosk_data: Path, clock: MovableClock) -> Iterator[Open]:
    """Opens the verifiers, as the kiosk does at each start."""
    opened: list[Verifiers] = []

    def open_() -> Verifiers:
        opened.append(Verifiers.open(kiosk_data / "verifiers.sqlite", clock))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def kiosk(
    maker: Maker, current: CurrentExtract, open_verifiers: Open, clock: MovableClock
) -> Callable[..., OfflineDesk]:
    """A kiosk that has just been switched on, offline."""
    current.install(maker.make(names=True))

    def kiosk_(settings: OfflineSettings = KEEPING) -> OfflineDesk:
        return OfflineDesk(settings, current, open_verifiers(), clock, WITA)

    return kiosk_


def known_online(desk: OfflineDesk, ref: PatronRef = ANI, pin: Secret = PIN) -> None:
    desk.learned(ref, pin, Patron(ref, ""))


def test_a_patron_without_a_pin_is_let_in_by_card(kiosk: Callable[..., OfflineDesk]) -> None:
    patron = kiosk().patron(SARI, None)
    assert patron == Patron(SARI, "Sari", can_borrow=5, offline=True)


def test_who_logged_in_online_is_recognised_after_a_restart(kiosk: Callable[..., OfflineDesk]) -> None:
    known_online(kiosk())
    desk = kiosk()
    assert desk.patron(ANI, None) == PIN_REQUIRED
    assert desk.patron(ANI, WRONG) == NO_MATCH
    patron = desk.patron(ANI, PIN)
    assert isinstance(patron, Patron)
    assert (patron.first_name, patron.offline) == ("Ani", True)
    assert isinstance(desk.checkout(ANI, LAYAR, ()), Promise)


def test_the_newest_pin_counts(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk()
    known_online(desk)
    known_online(desk, pin=Secret("1111"))
    assert desk.patron(ANI, PIN) == NO_MATCH
    assert isinstance(desk.patron(ANI, Secret("1111")), Patron)


def test_an_unknown_card_a_wrong_pin_and_no_verifier_sound_the_same(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk()
    known_online(desk)
    for ref in (ANI, YOHANES, NOBODY):
        assert desk.patron(ref, None) == PIN_REQUIRED
        assert desk.patron(ref, WRONG) == NO_MATCH


def test_and_take_about_the_same_time(kiosk: Callable[..., OfflineDesk]) -> None:
    """Each does one scrypt of the same cost: what differs is far below it, and below what a person could time."""
    desk = kiosk()
    known_online(desk)
    took: dict[PatronRef, list[float]] = {ANI: [], NOBODY: []}
    for _ in range(2):
        for ref, times in took.items():
            began = time.process_time()
            desk.patron(ref, WRONG)
            times.append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 1 / 3 < known / unknown < 3


def test_a_verifier_ends_after_its_days(kiosk: Callable[..., OfflineDesk], clock: MovableClock) -> None:
    desk = kiosk()
    known_online(desk)
    clock.move(days=30)
    assert isinstance(desk.patron(ANI, PIN), Patron)
    clock.move(minutes=1)
    assert desk.patron(ANI, PIN) == NO_MATCH


def test_who_left_the_extract_is_not_let_in(
    kiosk: Callable[..., OfflineDesk], change: Callable[..., None], maker: Maker, current: CurrentExtract
) -> None:
    desk = kiosk()
    known_online(desk)
    change("UPDATE members SET removed = 1 WHERE number = ?", sample.ANI)
    current.install(maker.make())
    assert desk.patron(ANI, PIN) == NO_MATCH


def test_where_the_library_keeps_no_verifiers_nobody_is_asked_for_a_pin(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk(OfflineSettings(policy=Policy.BOTH))
    known_online(desk)
    assert desk.patron(ANI, None) == OFFLINE
    assert desk.patron(NOBODY, None) == OFFLINE
    assert isinstance(desk.patron(SARI, None), Patron)


def test_in_a_library_without_pins_an_unknown_card_is_said_at_once(
    kiosk: Callable[..., OfflineDesk], change: Callable[..., None], maker: Maker, current: CurrentExtract
) -> None:
    change("UPDATE members SET pin = ''")
    desk = kiosk()
    current.install(maker.make())
    assert desk.patron(NOBODY, None) == NO_MATCH
    assert isinstance(desk.patron(ANI, None), Patron)


# lending needs the PIN too


def test_nothing_is_lent_to_a_card_whose_pin_was_not_given(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk()
    assert desk.checkout(ANI, LAYAR, ()) == PIN_REQUIRED


def test_who_was_let_in_online_may_go_on_when_the_line_breaks(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk(OfflineSettings(policy=Policy.BOTH))  # no verifiers are kept
    known_online(desk)
    assert isinstance(desk.checkout(ANI, LAYAR, ()), Promise)
    assert desk.checkout(YOHANES, LAYAR, ()) == PIN_REQUIRED


def test_the_next_patrons_pin_ends_the_last_ones(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk()
    known_online(desk)
    known_online(desk, YOHANES, Secret(sample.YOHANES_PIN))
    assert desk.checkout(ANI, LAYAR, ()) == PIN_REQUIRED


# by card alone


def test_by_card_alone_few_are_lent(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk(msgspec.structs.replace(KEEPING, card_only=True, card_only_items=0))
    patron = desk.patron(ANI, None)
    assert isinstance(patron, Patron)
    assert patron.can_borrow == 0
    assert desk.checkout(ANI, LAYAR, ()) == Refusal(Code.LIMIT, limit=0)
    known_online(desk)
    assert isinstance(desk.checkout(ANI, LAYAR, ()), Promise)


def test_by_card_alone_only_while_there_is_no_verifier(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk(msgspec.structs.replace(KEEPING, card_only=True))
    known_online(desk)
    assert desk.patron(ANI, None) == PIN_REQUIRED
    assert isinstance(desk.patron(YOHANES, None), Patron)
    assert desk.patron(NOBODY, None) == NO_MATCH


def test_a_patron_without_a_pin_has_the_full_cap(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk(msgspec.structs.replace(KEEPING, card_only=True, card_only_items=0))
    assert isinstance(desk.checkout(SARI, LAYAR, ()), Promise)


# tries


def test_the_third_wrong_pin_locks_the_card_and_each_one_more_doubles_it(
    kiosk: Callable[..., OfflineDesk], clock: MovableClock
) -> None:
    desk = kiosk()
    known_online(desk)
    assert [desk.patron(ANI, WRONG) for _ in range(2)] == [NO_MATCH, NO_MATCH]
    for tries, minutes in ((3, 1), (4, 2), (5, 4)):
        locked = desk.patron(ANI, WRONG)
        until = clock.now() + timedelta(minutes=minutes)
        assert locked == Refusal(Code.PIN_LOCKED, until_time=until, limit=tries)
        assert desk.patron(ANI, PIN) == locked  # also with the right one
        assert desk.patron(ANI, None) == locked
        clock.move(minutes=minutes)
    assert isinstance(desk.patron(ANI, PIN), Patron)
    assert desk.patron(ANI, WRONG) == NO_MATCH  # and the count starts again


def test_a_restart_between_tries_does_not_reset_them(kiosk: Callable[..., OfflineDesk]) -> None:
    answers = [kiosk().patron(ANI, WRONG) for _ in range(3)]
    assert isinstance(answers[2], Refusal)
    assert answers[2].code is Code.PIN_LOCKED
    again = kiosk().patron(ANI, PIN)
    assert isinstance(again, Refusal)
    assert again.code is Code.PIN_LOCKED


def test_unknown_cards_lock_like_known_ones(kiosk: Callable[..., OfflineDesk]) -> None:
    desk = kiosk()
    known_online(desk)
    assert [desk.patron(NOBODY, WRONG) for _ in range(3)] == [desk.patron(ANI, WRONG) for _ in range(3)]


def test_one_pin_on_every_card_locks_the_kiosk(open_verifiers: Open, clock: MovableClock) -> None:
    verifiers = open_verifiers()
    verifiers.learn(sample.ANI, PIN, 30)
    with sqlite3.connect(verifiers.path) as db:
        for n in range(KIOSK_TRIES):
            db.execute("INSERT INTO pin_tries VALUES (?, 1, NULL, ?)", [f"{n}", clock.now().isoformat()])
    assert isinstance(verifiers.check(sample.ANI, PIN), verifiers_module.Lock)
    clock.move(hours=1, seconds=1)
    assert verifiers.check(sample.ANI, PIN) is Verdict.RIGHT


# the file


def test_neither_pins_nor_card_numbers_are_anywhere_on_the_disk(
    kiosk: Callable[..., OfflineDesk], kiosk_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    card, pin = PatronRef("KARTU-7391846205"), Secret("PIN-6102937485")
    desk = kiosk()
    known_online(desk, card, pin)
    desk.patron(card, pin)
    desk.patron(card, WRONG)
    desk.patron(ANI, PIN)
    desk.checkout(card, LAYAR, ())
    looked = [path for path in kiosk_data.rglob("*") if path.is_file()]
    assert {path.name for path in looked} >= {"verifiers.sqlite", "verifiers.sqlite.pepper", "offline.extract"}
    for path in looked:
        content = path.read_bytes()
        for canary in (card.number, pin.text, sample.ANI, sample.SARI, sample.ANI_PIN + '"'):
            assert canary.encode() not in content, path.name
    assert card.number not in caplog.text
    assert pin.text not in caplog.text


def test_only_the_owner_may_read_them(open_verifiers: Open) -> None:
    path = open_verifiers().path
    assert path.stat().st_mode & 0o077 == 0
    assert pepper_of(path).stat().st_mode & 0o077 == 0


def test_a_pepper_that_others_may_read_is_refused(open_verifiers: Open) -> None:
    path = open_verifiers().path
    pepper_of(path).chmod(0o644)
    with pytest.raises(OfflineError, match="chmod 600"):
        open_verifiers()


def test_without_its_pepper_nothing_is_left(open_verifiers: Open) -> None:
    verifiers = open_verifiers()
    verifiers.learn(sample.ANI, PIN, 30)
    verifiers.close()
    pepper_of(verifiers.path).unlink()
    again = open_verifiers()
    assert again.count() == 0
    assert again.check(sample.ANI, PIN) is Verdict.WRONG


def test_forgetting_reaches_a_kiosk_that_runs_and_the_log(open_verifiers: Open) -> None:
    running, command = open_verifiers(), open_verifiers()
    running.learn(sample.ANI, PIN, 30)
    assert running.knows(sample.ANI)
    assert command.forget_all() == 1
    assert not running.knows(sample.ANI)
    assert running.check(sample.ANI, PIN) is Verdict.WRONG
    assert running.path.with_name("verifiers.sqlite-wal").stat().st_size >= 0


def test_expired_ones_are_removed_and_not_only_ignored(open_verifiers: Open, clock: MovableClock) -> None:
    verifiers = open_verifiers()
    verifiers.learn(sample.ANI, PIN, 1)
    clock.move(days=2)
    verifiers.learn(sample.YOHANES, PIN, 1)
    with sqlite3.connect(verifiers.path) as db:
        assert db.execute("SELECT COUNT(*) FROM verifiers").fetchone() == (1,)


def test_a_broken_file_denies_and_says_so(
    kiosk: Callable[..., OfflineDesk], kiosk_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = kiosk()
    known_online(desk)
    with sqlite3.connect(kiosk_data / "verifiers.sqlite") as db:
        db.execute("DROP TABLE pin_tries")
    assert desk.patron(ANI, PIN) == OFFLINE
    known_online(desk)  # a verifier that cannot be kept stops nobody
    assert "PIN verifier" in caplog.text


def test_a_file_that_is_no_database_is_said(kiosk_data: Path, clock: MovableClock) -> None:
    path = kiosk_data / "verifiers.sqlite"
    Verifiers.open(path, clock).close()
    path.write_text("no database " * 100)
    with pytest.raises(OfflineError, match="cannot be used"):
        Verifiers.open(path, clock)
    with pytest.raises(OfflineError):
        Verifiers.open(kiosk_data / "missing" / "verifiers.sqlite", clock)
