"""The verdict into the configuration: profile and dialect, each value with its reason and day; nothing else changes.

The file before is kept beside it (``.before-probe``) and can be taken back. A file is replaced whole: written beside,
synced, renamed; after a power cut there is the old one or the new one.
"""

from __future__ import annotations

import difflib
import os
import tempfile
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Table
from tomlkit.toml_document import TOMLDocument

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.probe.finding import Finding
from kiosk.circulation.sip2.probe.verdict import Verdict, as_written

_BACKUP = ".before-probe"
_MARK = "probed "
#: A table as tomlkit gives it: in one piece, or in several with other tables between.
_Tables = Table | OutOfOrderTableProxy | TOMLDocument


class WritingError(Sip2Error):
    """The configuration cannot be changed; the message says why, and the file is as it was."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it is and as it would be."""

    path: Path
    before: str
    after: str

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return self.before == self.after

    def diff(self) -> str:
        """As ``diff -u`` shows it."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"{self.path} (now)",
            f"{self.path} (then)",
        )
        return "".join(lines)


def proposed(path: Path, verdict: Verdict, found: list[Finding], day: date) -> Change:
    """The configuration with ``[circulation.sip2] profile`` and the dialect as found out.

    A key of the dialect that somebody has set by hand stays unless the server showed another value.

    Raises:
        WritingError: it cannot be read, or is not the TOML that was expected.
    """
    before = _read(path)
    try:
        document = tomlkit.parse(before)
        sip2 = _table(_table(document, "circulation"), "sip2")
        _put(sip2, "profile", verdict.profile, f"fits what the server showed in {_count(verdict)}", day)
        dialect = sip2.get("dialect")
        wanted = {finding.key: finding for finding in verdict.changes}
        if isinstance(dialect, MutableMapping):
            # What was set by hand and is otherwise now: the profile alone would not undo it.
            wanted |= {each.key: each for each in found if each.setting and _contradicts(dialect.get(each.key), each)}
        if wanted:
            dialect = _table(sip2, "dialect")
            for key, finding in wanted.items():
                _put(dialect, key, as_written(finding.value), finding.reason, day)
        after = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise WritingError(f"{path}: this TOML cannot be changed by a program: {error}.") from error
    if tomllib.loads(after) != _expected(before, verdict.profile, wanted):
        raise WritingError(f"{path}: a program would spoil this TOML; write the values in by hand.")
    return Change(path, before, after)


def write(change: Change) -> Path:
    """Replace the file; answers where the one before is kept.

    Raises:
        WritingError: the file changed in the meantime, or the disk says no.
    """
    if _read(change.path) != change.before:
        raise WritingError(f"{change.path} was changed by somebody else meanwhile; nothing was written. Probe again.")
    backup = _backup(change.path)
    _replace(backup, change.before, change.path)
    _replace(change.path, change.after, change.path)
    return backup


def taken_back(path: Path) -> Change:
    """The configuration as it was before the last probe wrote.

    Raises:
        WritingError: there is none.
    """
    backup = _backup(path)
    if not backup.exists():
        raise WritingError(f"{backup}: there is no such file, so there is nothing to take back.")
    return Change(path, _read(path), _read(backup))


def take_back(change: Change) -> None:
    """Put the file of before back, and forget the copy.

    Raises:
        WritingError: the disk says no.
    """
    _replace(change.path, change.after, change.path)
    try:
        _backup(change.path).unlink()
    except OSError as error:
        raise WritingError(f"{_backup(change.path)}: cannot be removed: {error.strerror}.") from error


# inside


def _count(verdict: Verdict) -> str:
    return f"{verdict.agree} point{'' if verdict.agree == 1 else 's'}"


def _contradicts(own: object, finding: Finding) -> bool:
    """Whether a value that stands in the dialect is another one than the server showed."""
    if own is None:
        return False
    written = own.unwrap() if isinstance(own, Item) else own
    if finding.key == "page_size":
        return bool(written) != bool(finding.value)
    return written != as_written(finding.value)


def _expected(before: str, profile: str, wanted: Mapping[str, Finding]) -> dict[str, Any]:
    """What the new text has to say, by a reader of TOML that is not the writer."""
    values = tomllib.loads(before)
    sip2 = values.setdefault("circulation", {}).setdefault("sip2", {})
    sip2["profile"] = profile
    if wanted:
        sip2.setdefault("dialect", {}).update({key: as_written(each.value) for key, each in wanted.items()})
    return values


def _table(parent: _Tables, name: str) -> _Tables:
    if name not in parent:
        parent[name] = tomlkit.table(is_super_table=name == "circulation")
    there = parent[name]
    if not isinstance(there, Table | OutOfOrderTableProxy):
        raise WritingError(f"'{name}' is not written as a table of its own, [{name}]; write it that way and try again.")
    return there


def _put(table: _Tables, key: str, value: object, reason: str, day: date) -> None:
    """Set a key, and say why behind it. A comment of somebody else stays in front of ours."""
    old = table.get(key)
    kept = old.trivia.comment.lstrip("# ").split(_MARK)[0].rstrip("; ") if isinstance(old, Item) else ""
    if isinstance(old, Item) and old.unwrap() == value and _MARK not in old.trivia.comment:
        return  # already so, by hand
    item = tomlkit.item(value)
    said = f"{_MARK}{day.isoformat()}: {reason}"
    item.comment(f"{kept}; {said}" if kept else said)
    table[key] = item


def _backup(path: Path) -> Path:
    return path.with_name(path.name + _BACKUP)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise WritingError(f"{path}: cannot be read: {why}.") from error


def _replace(path: Path, text: str, like: Path) -> None:
    """Replace a file as a whole, with the rights of ``like``."""
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            mode = like.stat()
            os.chmod(name, mode.st_mode & 0o7777)  # noqa: PTH101 - by the name mkstemp gave
            _give(name, mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise WritingError(f"{path}: cannot be written: {error.strerror}. It is as it was.") from error


def _give(name: str, mode: os.stat_result) -> None:
    """To the same owner, as far as we may."""
    if os.geteuid() == 0:
        os.chown(name, mode.st_uid, mode.st_gid)
