"""A folder that loses power: what was not synced may be gone, file by file and name by name.

For programs that replace files with ``os`` (write, fsync, rename, fsync the folder). While ``Folder.watched`` lasts,
every ``os.fsync``, ``os.replace``, ``os.rename``, ``os.unlink`` and ``os.link`` inside the folder is a step; the
power goes before step ``cut_at``. ``after_cut`` makes a new folder as the next start may find it: each file has the
bytes of its last sync, those it has now, or a beginning of them; each name stands where it stood at the folder's
last sync, or where it stands now.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rig.disk import PowerCutError

_WATCHED = ("fsync", "replace", "rename", "unlink", "link", "remove")


class Folder:
    """The folder at ``path``; whatever is in it to begin with is durable."""

    def __init__(self, path: Path, *, cut_at: int | None = None) -> None:
        self.path = path
        self.steps = 0
        self.log: list[str] = []
        self.dead = False
        self._cut_at = cut_at
        self._names = self._look()
        self._durable = {inode: (path / name).read_bytes() for name, inode in self._names.items()}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count steps, and cut."""
        real = {name: getattr(os, name) for name in _WATCHED}
        for name in _WATCHED:
            setattr(os, name, self._stand_in(name, real[name]))
        try:
            yield
        finally:
            for name in _WATCHED:
                setattr(os, name, real[name])

    def after_cut(self, into: Path, seed: int) -> None:
        """What the next start may find, in the new folder ``into``."""
        dice = random.Random(seed)
        now, names = self._look(), dict(self._names)
        for name in sorted({*now, *names}):
            if names.get(name) != now.get(name) and dice.random() < 0.5:
                if name in now:
                    names[name] = now[name]
                else:
                    del names[name]
        contents = {inode: (self.path / name).read_bytes() for name, inode in now.items()}
        into.mkdir(parents=True)
        for name, inode in sorted(names.items()):
            (into / name).write_bytes(self._content(inode, contents.get(inode), dice))

    def _content(self, inode: int, now: bytes | None, dice: random.Random) -> bytes:
        durable = self._durable.get(inode)
        if durable is not None and (now is None or now == durable):
            return durable
        choices = [durable or b""] + ([] if now is None else [now, now[: dice.randrange(len(now) + 1)]])
        return dice.choice(choices)

    def _look(self) -> dict[str, int]:
        return {entry.name: entry.inode() for entry in os.scandir(self.path) if entry.is_file(follow_symlinks=False)}

    def _stand_in(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if not self._inside(name, arguments[0]):
                return real(*arguments, **options)
            self.steps += 1
            self.log.append(name)
            if self.dead or self.steps == self._cut_at:
                self.dead = True
                raise PowerCutError
            answer = real(*arguments, **options)
            if name == "fsync":
                self._synced(arguments[0])
            return answer

        return call

    def _inside(self, name: str, what: Any) -> bool:
        if name == "fsync":
            what = _path_of(what if isinstance(what, int) else what.fileno())
        path = Path(os.fspath(what)).absolute()
        return path == self.path.absolute() or self.path.absolute() in path.parents

    def _synced(self, what: Any) -> None:
        descriptor = what if isinstance(what, int) else what.fileno()
        path = _path_of(descriptor)
        if path.is_dir():
            self._names = self._look()
        else:
            self._durable[os.fstat(descriptor).st_ino] = path.read_bytes()


def _path_of(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").readlink()
