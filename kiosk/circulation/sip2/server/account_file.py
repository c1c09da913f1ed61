"""Changing the file of accounts: everything that somebody wrote into it by hand stays as it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from kiosk.circulation.sip2.server.accounts import Account, AccountsError, problem_of

_HEAD = (
    "Terminals that may use 'pustaka library serve'. Passwords stand here as hashes only.",
    "Every key of an account: pustaka library account add --help",
)


def put(path: Path, account: Account, values: dict[str, object], *, replace: bool) -> None:
    """Write the account; ``values`` are the keys that shall stand in the file. ``replace`` one of the same name.

    Raises:
        AccountsError: there is one of this name already, it could not be used, or the file cannot be written.
    """
    problem = problem_of(account)
    if problem:
        raise AccountsError(f"Account '{account.login}': {problem}.")
    document = _read(path)
    there = _accounts(document, path)
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, value)
    at = _place(there, account.login)
    if at is not None and not replace:
        raise AccountsError(f"{path}: there is already an account '{account.login}'. Use --replace to change it.")
    if at is None:
        table.add(tomlkit.nl())
        there.append(table)
    else:
        there[at] = table
    _write(path, tomlkit.dumps(document))


def drop(path: Path, login: str) -> None:
    """Remove the account.

    Raises:
        AccountsError: there is none of this name, or the file cannot be written.
    """
    document = _read(path)
    there = _accounts(document, path)
    at = _place(there, login)
    if at is None:
        raise AccountsError(f"{path}: there is no account '{login}'.")
    del there[at]
    if not there:
        document.remove("account")
    _write(path, tomlkit.dumps(document))


def _read(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        document = tomlkit.document()
        for line in _HEAD:
            document.add(tomlkit.comment(line))
        return document
    try:
        # A table is written right behind the last line, so that line has to end.
        return tomlkit.parse(path.read_text(encoding="utf-8").rstrip("\n") + "\n")
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise AccountsError(f"{path}: these accounts cannot be read: {error}.") from error


def _accounts(document: tomlkit.TOMLDocument, path: Path) -> AoT:
    if "account" not in document:
        document.add("account", tomlkit.aot())
    there = document["account"]
    if not isinstance(there, AoT):
        raise AccountsError(f"{path}: accounts are written as [[account]], one each; correct that by hand first.")
    return there


def _place(there: AoT, login: str) -> int | None:
    return next((at for at, table in enumerate(there) if table.get("login") == login), None)


def _write(path: Path, text: str) -> None:
    """All or nothing, readable by nobody else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AccountsError(f"{path}: cannot be written: {error.strerror or error}.") from error
