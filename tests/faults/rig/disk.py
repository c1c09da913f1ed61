"""A disk that loses power: unsynced writes live in memory, and a cut keeps whichever of them it likes.

``kill -9`` cannot show what a power cut does, because the page cache survives it. Here the disk is a model: a file
has bytes that a sync has made durable, and writes since. ``Disk.image`` is what the next start finds: for each
unsynced write, truncation, creation and deletion a seeded dice decides; writes may be torn at sectors and arrive in
another order. It is the method of SQLite's own crash tests, as a VFS for apsw.

What it leaves out: sectors that rot, disks that lie about syncs, and damage outside of the bytes being written
(SQLite is told so: *powersafe overwrite*, as the Unix VFS says by default).
"""

from __future__ import annotations

import itertools
import random
import weakref
from dataclasses import dataclass, field

import apsw

SECTOR = 512
#: SQLITE_IOCAP_POWERSAFE_OVERWRITE, as Unix says by default.
_POWERSAFE = 0x1000
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL


class PowerCutError(BaseException):
    """The power is gone: nothing may catch it."""


@dataclass
class Content:
    """One file's bytes: what is durable, what a reader sees now, and every change between the two."""

    durable: bytes = b""
    now: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data), or (size, None)

    def write(self, offset: int, data: bytes) -> None:
        if len(self.now) < offset:
            self.now.extend(bytes(offset - len(self.now)))
        self.now[offset : offset + len(data)] = data
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        del self.now[size:]
        self.pending.append((size, None))

    def sync(self) -> None:
        self.durable = bytes(self.now)
        self.pending.clear()

    def after_cut(self, dice: random.Random) -> bytes:
        """Durable bytes with some of the pending changes, some of those torn."""
        mood = dice.choice(("nothing", "everything", "some", "some", "last", "reordered"))
        if mood == "nothing" or not self.pending:
            return self.durable
        chosen = list(self.pending)
        if mood == "last":
            chosen = chosen[-1:]
        elif mood in ("some", "reordered"):
            chosen = [change for change in chosen if dice.random() < 0.5]
        if mood == "reordered":
            dice.shuffle(chosen)
        image = Content(now=bytearray(self.durable))
        for place, data in chosen:
            if data is None:
                image.truncate(place)
                continue
            for offset, piece in _torn(place, data, dice) if mood != "everything" else [(place, data)]:
                image.write(offset, piece)
        return bytes(image.now)


def _torn(offset: int, data: bytes, dice: random.Random) -> list[tuple[int, bytes]]:
    """Half of the time whole; else a choice of its sectors, or its beginning."""
    if dice.random() < 0.5:
        return [(offset, data)]
    pieces, at = [], 0
    while at < len(data):
        size = min(SECTOR - (offset + at) % SECTOR, len(data) - at)
        pieces.append((offset + at, data[at : at + size]))
        at += size
    if dice.random() < 0.5:
        return pieces[: dice.randrange(len(pieces) + 1)]
    return [piece for piece in pieces if dice.random() < 0.5]


class Disk:
    """Files by name. Every write, sync, truncation, creation and deletion is a step; the power goes before step
    ``cut_at`` (counted from 1), or when somebody calls ``cut``."""

    def __init__(self, files: dict[str, bytes] | None = None, *, cut_at: int | None = None) -> None:
        self.files = {name: Content(data, bytearray(data)) for name, data in (files or {}).items()}
        self.steps = 0
        self.log: list[str] = []
        self.dead = False
        self._cut_at = cut_at
        self._durable_names: dict[str, Content] = dict(self.files)

    def step(self, what: str) -> bool:
        """Whether one more step may be made; on a dead disk none is.

        Raises:
            PowerCutError: the power goes now.
        """
        if self.dead:
            return False
        self.steps += 1
        self.log.append(what)
        if self.steps == self._cut_at:
            self.cut()
        return True

    def cut(self) -> None:
        """The power goes now."""
        self.dead = True
        raise PowerCutError

    def calm(self) -> None:
        """From now on the power stays."""
        self._cut_at = None

    def sync_directory(self) -> None:
        """Creations and deletions so far are durable."""
        self._durable_names = dict(self.files)

    def image(self, seed: int) -> dict[str, bytes]:
        """What the next start finds."""
        dice = random.Random(seed)
        names = dict(self._durable_names)
        for name, content in sorted(self.files.items()):
            if self._durable_names.get(name) is not content and dice.random() < 0.5:
                names[name] = content  # created, or made anew, and the directory happened to be written
        for name in sorted(set(self._durable_names) - set(self.files)):
            if dice.random() < 0.5:
                del names[name]  # deleted, and the directory happened to be written
        return {name: content.after_cut(dice) for name, content in sorted(names.items())}


class _File:
    """An open file, as SQLite asks for it."""

    def __init__(self, disk: Disk, name: str, content: Content, *, sync_directory: bool, delete: bool) -> None:
        self._disk, self._name, self._content = disk, name, content
        self._sync_directory, self._delete = sync_directory, delete
        self._level = 0

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's names
        return bytes(self._content.now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.step(f"write {self._name} {offset} {len(data)}"):
            self._content.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._disk.step(f"truncate {self._name} {size}"):
            self._content.truncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if not self._disk.step(f"sync {self._name}"):
            return
        self._content.sync()
        if self._sync_directory:  # as on Unix: the first sync of a new journal makes its name durable too
            self._disk.sync_directory()
            self._sync_directory = False

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._content.now)

    def xLock(self, level: int) -> None:  # noqa: N802 - one process only
        self._level = level

    def xUnlock(self, level: int) -> None:  # noqa: N802
        self._level = level

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return _POWERSAFE

    def xClose(self) -> None:  # noqa: N802
        if self._delete and not self._disk.dead:
            self._disk.files.pop(self._name, None)


class _Vfs(apsw.VFS):
    """Gives SQLite its ``Disk``: a path is ``<disk's number>/<name>``. One for the process, never taken away."""

    def __init__(self) -> None:
        super().__init__(VFS, "")
        self.disks: weakref.WeakValueDictionary[str, Disk] = weakref.WeakValueDictionary()

    def find(self, path: str) -> tuple[Disk, str]:
        number, _, name = path.partition("/")
        return self.disks[number], name

    def xOpen(self, name: object, flags: list[int]) -> _File:  # type: ignore[override]  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        assert isinstance(path, str)
        disk, name = self.find(path)
        new = name not in disk.files
        if new:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(f"there is no {name}")
            if disk.step(f"create {name}"):
                disk.files[name] = Content()
        flags[1] = flags[0]
        journal = bool(flags[0] & _JOURNALS)
        delete = bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE)
        return _File(disk, name, disk.files.get(name, Content()), sync_directory=new and journal, delete=delete)

    def xDelete(self, path: str, sync_directory: bool) -> None:  # noqa: N802
        disk, name = self.find(path)
        if name not in disk.files:
            raise apsw.IOError(f"there is no {name}")
        if disk.step(f"delete {name}"):
            del disk.files[name]
        if sync_directory and disk.step("sync the directory"):
            disk.sync_directory()

    def xAccess(self, path: str, flags: int) -> bool:  # noqa: N802
        disk, name = self.find(path)
        return name in disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


VFS = "disk-model"
_vfs = _Vfs()
_numbers = itertools.count(1)


def path_on(disk: Disk, name: str) -> str:
    """What to open, with ``vfs=VFS``, to have the file ``name`` on this disk. Keep the disk as long."""
    number = next((number for number, there in _vfs.disks.items() if there is disk), None)
    if number is None:
        number = str(next(_numbers))
        _vfs.disks[number] = disk
    return f"{number}/{name}"
