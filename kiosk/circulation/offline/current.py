"""The extract a kiosk uses now: picked up when it appears, kept when what comes after it is worse.

Before each use the file's name is looked at (one ``stat``); when another file lies there it is verified and taken, in
the middle of the day and without a restart. What does not verify, or is older than what was used before, is refused
with a sentence for staff, and the one in use stays.

So that an old extract cannot be brought back to un-block a member, the number of the newest one ever used is kept
beside it. It counts for one signing key: a library that makes new keys starts again.
"""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline import seal
from kiosk.circulation.offline.extract import Extract
from kiosk.circulation.offline.keys import CardKey, public_hex, read_card_key, read_public
from kiosk.circulation.offline.settings import OfflineSettings

log = logging.getLogger(__name__)


class Newest(msgspec.Struct, frozen=True):
    """The newest extract ever used with a key."""

    key: str
    sequence: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a file's name led to when it was last looked at."""

    inode: int
    size: int
    modified: int


class CurrentExtract:
    """Used from the kiosk's one worker thread. ``problem`` is the sentence why the file there is not used, or empty."""

    def __init__(self, path: Path, public: Ed25519PublicKey, cards: CardKey) -> None:
        self.path = path
        self.problem = ""
        self._public = public
        self._cards = cards
        self._extract: Extract | None = None
        self._seen: _Seen | None = None

    @classmethod
    def configured(cls, settings: OfflineSettings, data: Path) -> CurrentExtract:
        """As the settings have it; relative paths start at the folder ``data``.

        Raises:
            OfflineError: a key is missing or cannot be used.
        """
        public = read_public(settings.public_key)
        return cls(data / settings.extract, public, read_card_key(data / settings.card_key))

    @property
    def now(self) -> Extract | None:
        """The extract to be used, after a look at the file's name; ``None`` while there is no good one."""
        there = self._look()
        if there == self._seen:
            return self._extract
        self._seen = there
        if there is None or (self._extract is not None and there.inode == self._extract.inode):
            # It was taken away on purpose; or it was written over, and what is open is not what was verified.
            self._extract = None
        self._take()
        return self._extract

    def accept(self, path: Path) -> Extract:
        """Verify the file at ``path`` and that it may follow the newest one used.

        Raises:
            OfflineError: it may not be used.
        """
        extract = Extract.open(path, self._public, self._cards)
        newest = self._newest()
        if extract.about.sequence < newest:
            extract.close()
            raise OfflineError(
                f"{path}: this extract (number {extract.about.sequence}) is older than one this kiosk has used "
                f"(number {newest}). Bring a newer one."
            )
        return extract

    def install(self, path: Path) -> Extract:
        """Verify the file at ``path`` and put it where a running kiosk finds it.

        Raises:
            OfflineError: it may not be used, or cannot be put there.
        """
        self.accept(path).close()
        seal.put(path, self.path)
        extract = self.now
        if extract is None or self.problem:
            raise OfflineError(self.problem or f"{self.path}: the extract vanished while it was installed.")
        return extract

    def peek(self) -> Extract | None:
        """The extract that would be used, for whoever only looks: what is the newest is not written down."""
        try:
            return self.accept(self.path)
        except OfflineError as error:
            self.problem = str(error)
            return None

    def _take(self) -> None:
        try:
            extract = self.accept(self.path)
            self._keep(extract.about.sequence)
        except OfflineError as error:
            self.problem = str(error)
            log.warning("the offline extract is not used: %s", error)
            return
        self._extract, self.problem = extract, ""
        log.info("offline extract %s: %d members", extract.about.snapshot, extract.about.members)

    def _look(self) -> _Seen | None:
        try:
            there = self.path.stat()
        except OSError:
            return None
        return _Seen(there.st_ino, there.st_size, there.st_mtime_ns)

    # the newest one ever used

    @property
    def _beside(self) -> Path:
        return self.path.with_name(self.path.name + ".newest")

    def _newest(self) -> int:
        try:
            kept = msgspec.json.decode(self._beside.read_bytes(), type=Newest)
        except FileNotFoundError:
            return 0
        except (OSError, msgspec.DecodeError) as error:
            raise OfflineError(
                f"{self._beside}: which extract was the newest cannot be read here. Delete this file if you trust the "
                "extract that comes next."
            ) from error
        return kept.sequence if kept.key == public_hex(self._public) else 0

    def _keep(self, sequence: int) -> None:
        if sequence == self._newest():
            return
        temporary = self._beside.with_name(f".{self._beside.name}.{os.getpid()}.new")
        try:
            with temporary.open("wb") as file:
                file.write(msgspec.json.encode(Newest(public_hex(self._public), sequence)))
                file.flush()
                os.fsync(file.fileno())
            seal.move_into_place(temporary, self._beside)
        except OSError as error:
            raise OfflineError(f"{self._beside}: cannot be written: {error.strerror or error}.") from error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
