"""What one connection remembers of the patron in front of its terminal, until 35, another patron, or a while later."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from kiosk.circulation.port import Patron

#: A patron who was seen with the right PIN is believed to be there still for so many seconds.
PRESENT = 900.0
#: A terminal asks 63 once for each list; for so many seconds they are lists of one state, and the PIN is tried once.
SAME_STATE = 2.0


@dataclass(slots=True)
class Visit:
    """Holds no PIN: only a hash under a key of this connection."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _proof: bytes = field(default=b"", repr=False)
    _number: str = field(default="", repr=False)
    _since: float = 0.0
    _patron: Patron | None = field(default=None, repr=False)
    _patron_at: float = 0.0

    def saw(self, number: str, pin: str, now: float, patron: Patron) -> None:
        """The library said that this PIN is this patron's."""
        self._number, self._proof, self._since = number, self._hash(number, pin), now
        self._patron, self._patron_at = patron, now

    def knows(self, number: str, pin: str, now: float) -> bool:
        """Whether exactly this PIN was right for this patron, during this visit."""
        return self.present(number, now) and secrets.compare_digest(self._hash(number, pin), self._proof)

    def present(self, number: str, now: float) -> bool:
        """Whether this patron has given the right PIN during this visit."""
        return bool(self._proof) and self._number == number and now - self._since < PRESENT

    def patron(self, number: str, pin: str, now: float) -> Patron | None:
        """What was read of the patron a moment ago, for the same PIN."""
        fresh = self._patron is not None and now - self._patron_at < SAME_STATE
        return self._patron if fresh and self.knows(number, pin, now) else None

    def changed(self) -> None:
        """An operation may have changed what was read."""
        self._patron = None

    def end(self) -> None:
        """The patron has left."""
        self._proof, self._number, self._patron = b"", "", None

    def _hash(self, number: str, pin: str) -> bytes:
        return hashlib.blake2b(f"{number}\0{pin}".encode(errors="surrogatepass"), key=self._key).digest()
