"""The whole server on real sockets: logins, order, repetitions, slow and hostile terminals, TLS, the end."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import PatronRef
from kiosk.circulation.sip2.server import account_file
from kiosk.circulation.sip2.server.accounts import Account, Detection
from kiosk.circulation.sip2.server.telling import Kind
from kiosk.circulation.sip2.server.tls import server_context

NOW = "20261123    090000"
PASSWORD = "rahasia-123"
FREE = sample.LAYAR_TERKEMBANG
RESEND = "96"
Serve = Callable[..., Any]
MakeAccount = Callable[..., Account]


def checkout(item: str = FREE, patron: str = sample.SARI, stamp: str = NOW, more: str = "") -> str:
    return f"11NN{stamp}                  AO|AA{patron}|AB{item}|AC|{more}"


def item(number: str = FREE) -> str:
    return f"17{NOW}AO|AB{number}|"


def loans(library: EmbeddedLibrary, number: str = FREE) -> list[Any]:
    with library.store.reading() as db:
        return db.execute("SELECT * FROM loans WHERE item = ? ORDER BY id", [number]).fetchall()


def renewals(library: EmbeddedLibrary) -> int:
    with library.store.reading() as db:
        return int(db.execute("SELECT COUNT(*) AS n FROM renewals").fetchone()["n"])


# logins


def test_a_login(serve: Serve) -> None:
    serving = serve()
    terminal = serving.terminal()
    assert terminal.ask("9900802.00").startswith("98YYYYYN050003")
    assert serving.wait_for(Kind.LOGIN)[0].account == "kiosk-2"


@pytest.mark.parametrize("login", ["CNkiosk-2|COwrong-123|", "CNnobody|COrahasia-123|", "CN|CO|"])
def test_a_wrong_login_is_answered_and_the_line_is_closed_in_the_end(serve: Serve, login: str) -> None:
    serving = serve()
    terminal = serving.connect()
    assert [terminal.ask(f"9300{login}")[:3] for _ in range(3)] == ["940"] * 3
    assert terminal.hear() == ""
    assert not serving.of(Kind.LOGIN)


def test_a_password_that_is_said_to_be_encrypted_is_no_password(serve: Serve) -> None:
    assert serve().connect().ask(f"9311CNkiosk-2|CO{PASSWORD}|").startswith("940")


def test_after_wrong_logins_even_the_right_one_has_to_wait(serve: Serve) -> None:
    serving = serve()
    for _ in range(2):
        terminal = serving.connect()
        for _ in range(3):
            terminal.ask("9300CNkiosk-2|COwrong-123|")
    assert serving.connect().ask(f"9300CNkiosk-2|CO{PASSWORD}|").startswith("940")


def test_an_address_that_the_account_does_not_know(serve: Serve, make_account: MakeAccount) -> None:
    serving = serve(make_account(networks=("10.0.0.0/8",)))
    assert serving.connect().ask(f"9300CNkiosk-2|CO{PASSWORD}|").startswith("940")


def test_nothing_is_told_before_a_login(serve: Serve) -> None:
    serving = serve()
    for message in (item(), "9900802.00", checkout(), f"2300120261123    090000AO|AA{sample.SARI}|AC|AD|"):
        terminal = serving.connect()
        assert terminal.ask(message) == ""


def test_status_before_a_login_where_it_is_allowed(serve: Serve) -> None:
    terminal = serve(status_before_login=True).connect()
    answer = terminal.ask("9900802.00")
    assert answer.startswith("98YNNNNN")
    assert "BXNNNNYYYNNNNNNNNN|" in answer
    terminal.log_in()


def test_an_account_that_insists_on_checksums(serve: Serve, make_account: MakeAccount) -> None:
    serving = serve(make_account(error_detection=Detection.REQUIRED))
    assert serving.connect().send(f"9300CNkiosk-2|CO{PASSWORD}|\r".encode()).startswith("940")
    terminal = serving.terminal()
    assert terminal.send(item().encode() + b"\r") == RESEND
    assert terminal.ask(item()).startswith("1803")


def test_without_checksums(serve: Serve) -> None:
    terminal = serve().connect()
    assert terminal.send(f"9300CNkiosk-2|CO{PASSWORD}|\r".encode()) == "941"
    assert terminal.send(item().encode() + b"\r\n").startswith("1803")
    assert terminal.send(checkout().encode() + b"\r").startswith("121NUY")


def test_each_account_has_its_encoding(serve: Serve, make_account: MakeAccount, library: EmbeddedLibrary) -> None:
    with library.store.writing() as db:
        db.execute(
            "UPDATE titles SET title = 'Kisah Café' WHERE id = (SELECT title_id FROM items WHERE number = ?)", [FREE]
        )
    encodings = ("utf-8", "cp850", "latin-1")
    serving = serve(*(make_account(login=f"t-{encoding}", encoding=encoding) for encoding in encodings))
    for encoding in encodings:
        terminal = serving.terminal(f"t-{encoding}", encoding=encoding)
        assert "AJKisah Café|" in terminal.ask(item())


# accounts change while the server runs


def test_an_added_account_is_known_without_a_restart(serve: Serve, make_account: MakeAccount) -> None:
    serving = serve()
    new = make_account(login="new")
    account_file.put(serving.accounts, new, {"login": "new", "password": new.password}, replace=False)
    serving.wait_for(Kind.ACCOUNTS)
    assert serving.connect().ask(f"9300CNnew|CO{PASSWORD}|").startswith("941")


def test_the_lines_of_a_removed_account_end(serve: Serve, make_account: MakeAccount) -> None:
    serving = serve(make_account(), make_account(login="other"))
    gone, stays = serving.terminal(), serving.terminal("other")
    account_file.drop(serving.accounts, "kiosk-2")
    assert gone.hear() == ""
    assert stays.ask(item()).startswith("18")


def test_a_broken_file_is_said_and_changes_nothing(serve: Serve) -> None:
    serving = serve()
    terminal = serving.terminal()
    serving.accounts.write_text("nonsense")
    assert "not valid TOML" in serving.wait_for(Kind.ACCOUNTS)[0].why
    assert terminal.ask(item()).startswith("18")


# repetitions


def test_a_repeated_frame_is_carried_out_once(serve: Serve, library: EmbeddedLibrary) -> None:
    terminal = serve().terminal()
    data = terminal.frame(checkout())
    first = terminal.send(data)
    assert first.startswith("121N")
    assert terminal.send(data) == first
    assert terminal.send(b"97AZFEF5\r") == first
    assert len(loans(library)) == 1


def test_a_return_repeated_on_a_new_line_closes_nobody_elses_loan(serve: Serve, library: EmbeddedLibrary) -> None:
    serving = serve()
    terminal = serving.terminal()
    terminal.ask(checkout())
    back = terminal.frame(f"09N{NOW}{NOW}AP|AO|AB{FREE}|AC|")
    terminal.socket.sendall(back)
    terminal.close()  # before the answer
    again = serving.terminal()
    assert again.send(back).startswith("101Y")
    assert serving.wait_for(Kind.REPEATED)[0].why == "on a new connection"
    (loan,) = loans(library)
    assert loan["returned_at"]


def test_a_renewing_checkout_repeated_on_a_new_line_renews_once(
    serve: Serve, library: EmbeddedLibrary, clock: Any
) -> None:
    serving = serve()
    terminal = serving.terminal()
    terminal.ask(checkout())
    clock.move(days=2)
    renewing = terminal.frame(checkout().replace("11NN", "11YN"))
    first = terminal.send(renewing)
    clock.move(days=2)
    assert serving.terminal().send(renewing) == first
    assert renewals(library) == 1


def test_a_new_line_repeats_only_its_first_wish(serve: Serve) -> None:
    serving = serve()
    terminal = serving.terminal()
    data = terminal.frame(f"09N{NOW}{NOW}AP|AO|AB{FREE}|AC|")
    terminal.send(data)
    other = serving.terminal()
    other.ask(checkout(sample.SALAH_ASUHAN))
    other.send(data)
    assert not serving.of(Kind.REPEATED)


def test_what_has_changed_since_is_not_answered_from_memory(
    serve: Serve, library: EmbeddedLibrary, make_account: MakeAccount
) -> None:
    # A terminal whose clock stands still: return, lent to somebody else, and truly returned again.
    serving = serve(make_account(), make_account(login="other"))
    back = f"09N{NOW}{NOW}AP|AO|AB{FREE}|AC|"
    first = serving.terminal()
    data = first.frame(back)
    first.send(data)
    serving.terminal("other").ask(checkout())
    assert "not recorded" not in serving.terminal().send(data)
    assert loans(library)[-1]["returned_at"]
    assert not serving.of(Kind.REPEATED)


def test_without_a_date_nothing_is_known_again(serve: Serve) -> None:
    serving = serve()
    blank = " " * 18
    data = serving.terminal().frame(f"09N{blank}{blank}AP|AO|AB{FREE}|AC|")
    serving.terminal().send(data)
    serving.terminal().send(data)
    assert not serving.of(Kind.REPEATED)


def test_an_operation_with_its_id_happens_once_for_ever(serve: Serve, library: EmbeddedLibrary, clock: Any) -> None:
    serving = serve()
    serving.terminal().ask(checkout())
    clock.move(days=2)
    renew = f"29NN{NOW}                  AO|AA{sample.SARI}|AB{FREE}|ZU6f0c4b9e-7a57-4d55-9b1a-0c5b7f2f4a10|"
    answers = []
    for stamp in ("090000", "090500"):
        terminal = serving.terminal()
        terminal.ask(item())
        answers.append(terminal.ask(renew.replace("090000", stamp)))
    assert answers[0].startswith("301Y")
    assert answers[0].partition("|")[2] == answers[1].partition("|")[2]
    assert renewals(library) == 1


def test_an_id_used_for_something_else_is_not_answered(serve: Serve) -> None:
    serving = serve()
    terminal = serving.terminal()
    assert terminal.ask(checkout(more="ZUone-and-the-same|")).startswith("121")
    assert terminal.ask(checkout(sample.SALAH_ASUHAN, more="ZUone-and-the-same|")) == ""
    assert serving.wait_for(Kind.NO_ANSWER)[0].message == "11"


# a system that is slow, away, or in doubt


class Slow:
    """The sample library, held up where a test wants it."""

    def __init__(self, library: EmbeddedLibrary) -> None:
        self._library = library
        self.go_on = threading.Event()
        self.asked = threading.Semaphore(0)
        self.operations: list[str] = []

    def checkout(self, op: str, ref: PatronRef, item_id: str) -> Any:
        self.operations.append(op)
        self.asked.release()
        assert self.go_on.wait(20)
        return self._library.checkout(op, ref, item_id)

    def patron(self, ref: PatronRef, pin: Any) -> Any:
        raise RuntimeError("canary-4711")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


@contextmanager
def held_up(library: EmbeddedLibrary) -> Iterator[Slow]:
    slow = Slow(library)
    try:
        yield slow
    finally:
        slow.go_on.set()


def test_a_slow_answer_holds_up_nobody_else(serve: Serve, library: EmbeddedLibrary) -> None:
    with held_up(library) as slow:
        serving = serve(system=slow)
        waits, asks = serving.terminal(), serving.terminal()
        waits.socket.sendall(waits.frame(checkout()))
        assert slow.asked.acquire(timeout=10)
        for _ in range(20):
            assert asks.ask(item()).startswith("18")
        slow.go_on.set()
        assert waits.hear().startswith("121")


def test_answers_keep_the_order_of_the_requests(serve: Serve, library: EmbeddedLibrary) -> None:
    with held_up(library) as slow:
        terminal = serve(system=slow).terminal()
        terminal.socket.sendall(terminal.frame(checkout()) + terminal.frame(item()) + terminal.frame(item("B99999")))
        assert slow.asked.acquire(timeout=10)
        slow.go_on.set()
        assert [terminal.hear()[:4] for _ in range(3)] == ["121N", "1804", "1801"]


def test_what_is_not_known_in_time_is_not_answered(serve: Serve, library: EmbeddedLibrary) -> None:
    with held_up(library) as slow:
        serving = serve(system=slow, answer_seconds=0.2)
        assert serving.terminal().ask(checkout()) == ""
        assert serving.wait_for(Kind.NO_ANSWER)


def test_a_terminal_that_gave_up_gets_the_answer_of_the_same_operation(serve: Serve, library: EmbeddedLibrary) -> None:
    with held_up(library) as slow:
        serving = serve(system=slow, answer_seconds=1.0)
        first = serving.terminal()
        data = first.frame(checkout())
        assert first.send(data) == ""
        again = serving.terminal()
        slow.go_on.set()
        assert again.send(data).startswith("121N")
        assert len(slow.operations) == 1


def test_what_failed_is_asked_again_under_its_own_id(serve: Serve, library: EmbeddedLibrary) -> None:
    class Failing(Slow):
        def checkout(self, op: str, ref: PatronRef, item_id: str) -> Any:
            self.operations.append(op)
            answer = self._library.checkout(op, ref, item_id)
            if len(self.operations) == 1:
                raise OSError("after the fact")
            return answer

    system = Failing(library)
    serving = serve(system=system)
    terminal = serving.terminal()
    data = terminal.frame(checkout())
    assert terminal.send(data) == ""
    assert serving.terminal().send(data).startswith("121N")
    assert len(system.operations) == 2
    assert len(set(system.operations)) == 1


def test_what_a_system_raises_stays_out_of_the_log(
    serve: Serve, library: EmbeddedLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        serving = serve(system=Slow(library))
        assert serving.terminal().ask(f"63000{NOW}          AO|AAcanary-4712|AC|ADcanary-4713|") == ""
        serving.wait_for(Kind.CLOSED)
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text


def test_nothing_about_patrons_is_in_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture, library: EmbeddedLibrary
) -> None:
    with caplog.at_level(logging.DEBUG):
        serving = serve()
        terminal = serving.terminal()
        for message in (
            f"63001{NOW}  Y       AO|AA{sample.ANI}|AC|AD{sample.ANI_PIN}|",
            checkout(patron=sample.ANI),
            checkout(patron=sample.ANI, more="ADwrong-canary|"),
            f"35{NOW}AO|AA{sample.ANI}|",
            "77AAcanary|",
            f"17{NOW}ABcanary",
        ):
            terminal.ask(message)
        terminal.close()
        serving.wait_for(Kind.CLOSED)
    said = caplog.text + str(serving.events)
    assert "kiosk-2" in said
    for secret in (sample.ANI, sample.ANI_PIN, FREE, "canary", "Ani", PASSWORD):
        assert secret not in said


# hostile and broken terminals


def test_a_terminal_that_does_not_log_in_is_closed(serve: Serve) -> None:
    terminal = serve(login_seconds=0.2).connect()
    terminal.socket.sendall(b"93")
    assert terminal.hear() == ""


def test_a_frame_has_to_end(serve: Serve) -> None:
    serving = serve(frame_seconds=0.4, idle_seconds=30)
    terminal = serving.terminal()
    terminal.socket.sendall(b"17")
    begun = time.monotonic()
    terminal.socket.settimeout(0.05)
    while True:  # a byte now and then does not buy time
        try:
            if terminal.socket.recv(10) == b"":
                break
        except TimeoutError:
            terminal.socket.sendall(b"x")
        except ConnectionResetError:
            break
    assert time.monotonic() - begun < 5
    assert serving.wait_for(Kind.CLOSED)[0].why == "too slow"


def test_an_idle_line_is_closed(serve: Serve) -> None:
    assert serve(idle_seconds=0.2).terminal().hear() == ""


def test_a_megabyte_without_an_end_is_one_damaged_frame(serve: Serve) -> None:
    terminal = serve().terminal()
    assert terminal.send(b"17" + b"x" * 1_000_000) == RESEND
    terminal.socket.sendall(b"\r")
    assert terminal.ask(item()).startswith("18")


def test_nuls_and_noise(serve: Serve) -> None:
    terminal = serve().terminal()
    assert terminal.send(b"17\0\0\0x\r") == RESEND
    assert terminal.send(b"\xff\xfe\x80|\r") == RESEND
    assert terminal.send(b"\0\0\n" + terminal.frame(item())).startswith("18")


def test_who_speaks_another_protocol_is_hung_up_on(serve: Serve) -> None:
    terminal = serve().connect()
    terminal.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20)
    answers = []
    while answer := terminal.hear():
        answers.append(answer)
    assert set(answers) == {RESEND}
    assert len(answers) <= 8


def test_who_never_reads_is_not_written_to_for_ever(serve: Serve, make_account: MakeAccount) -> None:
    serving = serve(make_account(rate=1e6, burst=1_000_000), write_seconds=0.2)
    terminal = serving.terminal()
    terminal.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    terminal.ask(f"63000{NOW}  Y       AO|AA{sample.AT_LIMIT}|")
    terminal.socket.settimeout(0.5)
    with contextlib.suppress(OSError):  # it is not read from either, and in the end hung up on
        while True:
            terminal.socket.sendall(b"97\r" * 1000)
    assert serving.wait_for(Kind.CLOSED)[0].why == "too slow"


def test_lines_of_one_address_are_counted(serve: Serve) -> None:
    serving = serve(lines_per_address=3)
    for _ in range(3):
        serving.terminal()
    assert serving.connect().hear() == ""
    assert serving.wait_for(Kind.TURNED_AWAY)
    serving.terminals[0].close()
    serving.wait_for(Kind.CLOSED)
    serving.terminal()


def test_lines_of_all_together_are_counted(serve: Serve) -> None:
    serving = serve(lines=2)
    serving.terminal()
    serving.terminal()
    assert serving.connect().hear() == ""


def test_a_flood_of_connections_is_turned_away_and_the_others_are_served(serve: Serve) -> None:
    serving = serve(new_lines_burst=20, new_lines_rate=1.0)
    terminal = serving.terminal()
    flood = [socket.create_connection(("127.0.0.1", serving.port), 5) for _ in range(200)]
    serving.wait_for(Kind.TURNED_AWAY, 150)
    assert terminal.ask(item()).startswith("18")
    for line in flood:
        line.close()
    assert serving.service.lines <= 21


def test_requests_of_an_account_are_served_at_its_rate(serve: Serve, make_account: MakeAccount) -> None:
    terminal = serve(make_account(rate=20.0, burst=2)).terminal()
    begun = time.monotonic()
    for _ in range(8):
        terminal.ask(item())
    assert time.monotonic() - begun > 0.2


def test_many_terminals_at_once(serve: Serve, make_account: MakeAccount, library: EmbeddedLibrary) -> None:
    serving = serve(make_account(rate=10_000.0, burst=10_000))

    def visit(number: int) -> list[str]:
        terminal = serving.terminal()
        return [terminal.ask(checkout())[:3] for _ in range(5)]

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(visit, range(32)))
    assert {answer for each in answers for answer in each} == {"121"}
    assert len(loans(library)) == 1


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _pem(authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
    certificate = authority.issue_cert("localhost")
    chain, key = folder / "chain.pem", folder / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    certificate.private_key_pem.write_to_path(key)
    return chain, key


def test_over_tls(serve: Serve, tmp_path: Path, authority: trustme.CA) -> None:
    client = ssl.create_default_context()
    authority.configure_trust(client)
    serving = serve(tls=server_context(*_pem(authority, tmp_path)), client_tls=client)
    terminal = serving.terminal()
    assert terminal.socket.version() in ("TLSv1.2", "TLSv1.3")  # type: ignore[attr-defined]
    assert terminal.ask(checkout()).startswith("121N")


def test_plain_words_on_a_tls_port_are_not_answered(serve: Serve, tmp_path: Path, authority: trustme.CA) -> None:
    serving = serve(tls=server_context(*_pem(authority, tmp_path)))
    terminal = serving.connect()
    terminal.socket.sendall(f"9300CNkiosk-2|CO{PASSWORD}|\r".encode())
    assert b"94" not in terminal.hear_frame()
    serving.wait_for(Kind.CLOSED)


def test_certificates_that_cannot_be_used(tmp_path: Path, authority: trustme.CA) -> None:
    chain, key = _pem(authority, tmp_path)
    other = tmp_path / "other.pem"
    authority.issue_cert("localhost").private_key_pem.write_to_path(other)
    for files in (
        (tmp_path / "none.pem", key),
        (chain, tmp_path / "none.pem"),
        (chain, other),
        (key, None),
        (chain, None),
    ):
        with pytest.raises(Sip2Error) as error:
            server_context(*files)
        assert str(tmp_path) in str(error.value)


# the end


def test_an_answer_in_flight_is_finished_before_the_end(serve: Serve, library: EmbeddedLibrary) -> None:
    with held_up(library) as slow:
        serving = serve(system=slow)
        busy, idle = serving.terminal(), serving.terminal()
        busy.socket.sendall(busy.frame(checkout()))
        assert slow.asked.acquire(timeout=10)
        stopper = threading.Thread(target=serving.stop)
        stopper.start()
        assert idle.hear() == ""
        slow.go_on.set()
        assert busy.hear().startswith("121N")
        assert busy.hear() == ""
        stopper.join(10)
    assert serving.of(Kind.STOPPED)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", serving.port), 1)


def test_a_port_that_is_taken_is_said(serve: Serve) -> None:
    serving = serve()
    serving.accounts.unlink()
    with pytest.raises(Sip2Error, match="Cannot listen on 127"):
        serve(port=serving.port)
