"""What is remembered of the patron at the kiosk, and for no longer than the visit."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.reading import is_same

#: A visit nobody ended is over after this: a quarter of an hour.
LONGEST_NS = 900 * 1_000_000_000


@dataclass(slots=True)
class Visit:
    """The patron's number and PIN, and the copies they are known to have. None of it shows in a ``repr``."""

    number: str = field(repr=False)
    pin: Secret | None = None
    began_ns: int = 0
    has: set[str] = field(default_factory=set, repr=False)

    def is_of(self, number: str) -> bool:
        return is_same(self.number, number)
