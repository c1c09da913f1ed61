"""The file of accounts: read, changed, found wanting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.sip2.server import account_file, passwords
from kiosk.circulation.sip2.server.accounts import Account, AccountBook, AccountsError, Kind, May, read_accounts

HASH = passwords.hash_password("rahasia-123", bytes(16))
MakeAccount = Callable[..., Account]


def written(folder: Path, *lines: str, head: str = "") -> Path:
    path = folder / "accounts.toml"
    path.write_text(head + "\n".join(["[[account]]", 'login = "kiosk-2"', f'password = "{HASH}"', *lines]))
    return path


def test_an_account_needs_two_lines(tmp_path: Path) -> None:
    (account,) = read_accounts(written(tmp_path)).account
    assert account.allows(May.CHECKOUT)
    assert not any(account.allows(what) for what in (May.PAY, May.BLOCK, May.FORCE, May.REPLAY, May.HOLD))


def test_one_of_our_kiosks_is_believed_when_it_tells_late_and_no_other_terminal_is(make_account: MakeAccount) -> None:
    assert make_account(kind=Kind.KIOSK, may=()).allows(May.REPLAY)
    assert not make_account(kind=Kind.TERMINAL, may=()).allows(May.REPLAY)


def test_a_gate_may_ask_for_items(make_account: MakeAccount) -> None:
    gate = make_account(kind=Kind.GATE, may=())
    assert [what for what in May if gate.allows(what)] == [May.ITEM]


def test_what_it_may_can_be_said(tmp_path: Path) -> None:
    (account,) = read_accounts(written(tmp_path, 'may = ["checkin", "force"]')).account
    assert {what for what in May if account.allows(what)} == {May.CHECKIN, May.FORCE}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('encoding = "utf-16"', "encoding 'utf-16'"),
        ('encoding = "klingon"', "encoding 'klingon'"),
        ('networks = ["10.0.0.0/40"]', "networks:"),
        ('networks = ["10.0.0.1/8"]', "networks:"),
        ('terminator = "lf"', "terminator 'lf'"),
        ('language = "de"', "language 'de'"),
        ('magnetic = "Y"', "magnetic 'Y'"),
        ("bins = { top = '1' }", "bins: 'top'"),
        ("rate = 0", "rate must be above 0"),
        ('may = ["everything"]', "may"),
        ('colour = "blue"', "colour"),
        ('error_detection = "sometimes"', "error_detection"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path, line)
    with pytest.raises(AccountsError) as error:
        read_accounts(path)
    assert str(path) in str(error.value)
    assert says in str(error.value)


def test_a_password_in_clear_is_no_password(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text('[[account]]\nlogin = "a"\npassword = "secret-password"\n')
    with pytest.raises(AccountsError, match="not a hash") as error:
        read_accounts(path)
    assert "secret-password" not in str(error.value)


def test_two_of_one_name(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() + "\n" + path.read_text())
    with pytest.raises(AccountsError, match="stands there twice"):
        read_accounts(path)


def test_no_file_and_no_account(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="account add"):
        AccountBook(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(AccountsError, match="account add"):
        AccountBook(tmp_path / "empty.toml")


def test_networks(make_account: MakeAccount) -> None:
    account = make_account(networks=("192.168.7.0/24", "2001:db8::/32"))
    assert account.welcomes("192.168.7.9")
    assert account.welcomes("::ffff:192.168.7.9")
    assert account.welcomes("2001:db8::1")
    assert not account.welcomes("192.168.8.9")
    assert not account.welcomes("somewhere")
    assert make_account().welcomes("anywhere")


def test_added_changed_removed(tmp_path: Path, make_account: MakeAccount) -> None:
    path = tmp_path / "accounts.toml"
    account_file.put(path, make_account(), {"login": "kiosk-2", "password": HASH}, replace=False)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AccountsError, match="--replace"):
        account_file.put(path, make_account(), {"login": "kiosk-2", "password": HASH}, replace=False)
    account_file.put(path, make_account(), {"login": "kiosk-2", "password": HASH, "language": "en"}, replace=True)
    assert [each.language for each in read_accounts(path).account] == ["en"]
    account_file.drop(path, "kiosk-2")
    assert read_accounts(path).account == ()
    with pytest.raises(AccountsError, match="no account 'kiosk-2'"):
        account_file.drop(path, "kiosk-2")


def test_what_people_wrote_stays(tmp_path: Path, make_account: MakeAccount) -> None:
    path = written(tmp_path, 'language = "en"  # asked for by the branch', head="# our terminals\n")
    account_file.put(path, make_account(login="gate"), {"login": "gate", "password": HASH}, replace=False)
    account_file.drop(path, "gate")
    assert "# our terminals" in path.read_text()
    assert "# asked for by the branch" in path.read_text()


def test_what_could_not_be_used_is_not_written(tmp_path: Path, make_account: MakeAccount) -> None:
    path = tmp_path / "accounts.toml"
    for login in ("", "a|b", "x" * 65, "a\rb"):
        with pytest.raises(AccountsError, match="login must be"):
            account_file.put(path, make_account(login=login), {}, replace=False)
    assert not path.exists()


def test_a_broken_file_is_not_overwritten(tmp_path: Path, make_account: MakeAccount) -> None:
    path = tmp_path / "accounts.toml"
    for text, says in (("[[account", "cannot be read"), ("account = 1", r"\[\[account\]\]")):
        path.write_text(text)
        with pytest.raises(AccountsError, match=says):
            account_file.put(path, make_account(), {"login": "kiosk-2"}, replace=False)
        assert path.read_text() == text


def test_the_book_follows_the_file(tmp_path: Path, make_account: MakeAccount) -> None:
    path = written(tmp_path)
    book = AccountBook(path)
    assert book.refresh() is None
    account_file.put(path, make_account(login="gate"), {"login": "gate", "password": HASH}, replace=False)
    assert book.refresh() == ""
    assert book.get("gate") is not None
    path.write_text("nonsense")
    assert "not valid TOML" in (book.refresh() or "")
    assert book.get("gate") is not None  # what was known stays
    assert book.refresh() is None  # said once
    path.unlink()
    assert "there are no accounts" in (book.refresh() or "")


def test_a_password_as_the_command_hashes_it_logs_in(serve: Callable[..., Any], make_account: MakeAccount) -> None:
    serving = serve(make_account(password=passwords.hash_password("rahasia-124")))
    assert serving.connect().ask("9300CNkiosk-2|COrahasia-123|CPX|").startswith("940")
    assert serving.connect().ask("9300CNkiosk-2|COrahasia-124|CPX|").startswith("941")


def test_passwords() -> None:
    assert passwords.matches("rahasia-123", HASH)
    assert not passwords.matches("rahasia-124", HASH)
    assert not passwords.matches("", passwords.NOBODYS)
    assert not passwords.matches("x", "plain")
    assert passwords.hash_password("x") != passwords.hash_password("x")
    assert len({passwords.generate() for _ in range(20)}) == 20
    assert not passwords.matches("\udc80", HASH)
