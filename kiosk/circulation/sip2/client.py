"""A library system over SIP2, exchange by exchange: typed questions out, typed answers in.

What they mean for a patron is decided in ``circulation.py``. Each method takes the deadline of the whole question it
is a part of. See ``line.py`` for what is repeated and what never is, and for the errors raised.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import Sip2Error, SystemAway
from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.codec import encode
from kiosk.circulation.sip2.connection import MakeWire, Tally
from kiosk.circulation.sip2.dates import parse_date
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.line import Line
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.responses import (
    AcsStatus,
    EndSessionResponse,
    ItemInformationResponse,
    PatronInformationResponse,
    PatronStatusResponse,
)
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.circulation.sip2.terminal import Terminal
from kiosk.circulation.sip2.tls import context_of
from kiosk.circulation.sip2.values import MessageCode, Summary, supports
from kiosk.circulation.sip2.wire import TcpWire

log = logging.getLogger(__name__)

#: Beyond this the two clocks disagree so much that due dates may be wrong.
SKEW_SECONDS = 60.0
#: No list is read beyond this many pages: a server that does not page would give the same one for ever.
MOST_PAGES = 50

_LIST_OF = {
    Summary.HOLDS: "hold_items",
    Summary.OVERDUE: "overdue_items",
    Summary.CHARGED: "charged_items",
    Summary.FINES: "fine_items",
    Summary.RECALLS: "recall_items",
    Summary.UNAVAILABLE_HOLDS: "unavailable_hold_items",
}
_COUNT_OF = {
    Summary.HOLDS: "hold_items_count",
    Summary.OVERDUE: "overdue_items_count",
    Summary.CHARGED: "charged_items_count",
    Summary.FINES: "fine_items_count",
    Summary.RECALLS: "recall_items_count",
    Summary.UNAVAILABLE_HOLDS: "unavailable_holds_count",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of message 64 as far as the server gave it. ``complete``: nothing is missing, as far as it can tell."""

    entries: tuple[str, ...] = field(default=(), repr=False)
    count: int | None = None
    complete: bool = False


def tcp_wires(settings: Sip2Settings) -> MakeWire:
    """What makes the connections of these settings. Says a warning when they are not protected.

    Raises:
        Sip2Error: the host is missing, or see ``tls.context_of``.
    """
    if not settings.host:
        raise Sip2Error("circulation.sip2.host is empty. Name the library system's SIP2 server there.")
    tls = context_of(settings)
    if tls is None:
        log.warning(
            "the line to the library system is not protected (circulation.sip2.tls = 'off'): "
            "PINs and passwords can be read on the way"
        )
    return lambda: TcpWire(settings.host, settings.port, tls, settings.server_name)


class Sip2Client:
    """All calls block and are made from one worker thread."""

    def __init__(
        self,
        settings: Sip2Settings,
        profile: Profile,
        *,
        clock: Clock,
        zone: ZoneInfo,
        wire: MakeWire | None = None,
    ) -> None:
        terminal = Terminal.of(settings, sends_password=profile.terminal_password)
        self.profile, self.zone, self._clock = profile, zone, clock
        self.asking = Asking(terminal, profile, clock, zone)
        self._check_terminal()
        self.line = Line(
            wire or tcp_wires(settings), self.asking, clock, seconds=settings.answer_seconds, heard=self._heard
        )
        self.acs: AcsStatus | None = None
        self.clock_skew: float | None = None  # seconds by which the server's clock is ahead
        self._has_said_skew = False

    # the line

    def deadline(self) -> Deadline:
        return self.line.deadline()

    @property
    def tally(self) -> Tally:
        return self.line.tally

    @property
    def away_since(self) -> datetime | None:
        return self.line.away_since

    def tend(self) -> float:
        return self.line.tend()

    def close(self) -> None:
        self.line.hang_up()

    def supports(self, code: MessageCode) -> bool | None:
        """What the server says (BX); ``None``: nothing, so try. Advice, never a reason to refuse by itself."""
        return None if self.acs is None else supports(self.acs.supported_messages, code)

    def quiet_seconds(self) -> float:
        """How long an unanswered request may still take effect: *timeout* times one more than *retries*, of 98."""
        least, acs = self.profile.quiet_seconds, self.acs
        if acs is None or acs.timeout_period is None:
            return least
        return max(least, acs.timeout_period / 10 * ((acs.retries_allowed or 0) + 1))

    # questions

    def status(self, deadline: Deadline) -> AcsStatus:
        return self.line.status(deadline)

    def item(self, item: str, deadline: Deadline) -> ItemInformationResponse:
        return self.line.ask(self.asking.item(item), ItemInformationResponse, deadline)

    def patron_status(self, number: str, pin: Secret | None, deadline: Deadline) -> PatronStatusResponse:
        return self.line.ask(self.asking.patron_status(number, pin), PatronStatusResponse, deadline)

    def patron(
        self,
        number: str,
        pin: Secret | None,
        summary: Collection[Summary],
        deadline: Deadline,
        *,
        first: int = 0,
        last: int = 0,
    ) -> PatronInformationResponse:
        request = self.asking.patron(number, pin, summary, first, last)
        return self.line.ask(request, PatronInformationResponse, deadline)

    def listing(
        self,
        number: str,
        pin: Secret | None,
        which: Summary,
        deadline: Deadline,
        *,
        begun: PatronInformationResponse | None = None,
    ) -> Listing:
        """One whole list, page by page. ``begun`` is an answer that holds its first page."""
        entries: list[str] = []
        count: int | None = None
        short = False  # a page had fewer entries than were asked for: it is the last
        for page, answer in enumerate(self._pages(number, pin, which, deadline, begun)):
            came = list(getattr(answer, _LIST_OF[which]))
            count = getattr(answer, _COUNT_OF[which])
            if page and came and came == entries[-len(came) :]:
                break  # the server does not page and gave the same again
            entries += came
            size = self.profile.page_size
            short = len(came) < size
            enough = len(entries) >= count if count is not None else short
            if not came or not size or enough or len(came) > size:
                break
        # Without a count an empty list proves nothing: it may have been withheld.
        complete = len(entries) >= count if count is not None else bool(entries) and short
        return Listing(tuple(entries), count, complete)

    def first_page(
        self, number: str, pin: Secret | None, which: Collection[Summary], deadline: Deadline
    ) -> PatronInformationResponse:
        """63 with the first page of one list, or of several where the server allows that."""
        size = self.profile.page_size
        return self.patron(number, pin, which, deadline, first=1 if size else 0, last=size)

    def _pages(
        self,
        number: str,
        pin: Secret | None,
        which: Summary,
        deadline: Deadline,
        begun: PatronInformationResponse | None,
    ) -> Iterator[PatronInformationResponse]:
        yield begun or self.first_page(number, pin, (which,), deadline)
        size = self.profile.page_size
        for page in range(1, MOST_PAGES):
            yield self.patron(number, pin, (which,), deadline, first=page * size + 1, last=(page + 1) * size)

    def end_session(self, number: str, pin: Secret | None, deadline: Deadline) -> None:
        """35. What comes back changes nothing; that nothing comes back changes nothing either."""
        try:
            self.line.tell(self.asking.end_session(number, pin), EndSessionResponse, deadline)
        except (Sip2Error, SystemAway) as error:
            log.info("the end of a visit was not confirmed: %s", type(error).__name__)

    # inside

    def _check_terminal(self) -> None:
        """What every message carries must fit on the wire; better known at the start than at the first patron."""
        try:
            for request in (self.asking.login(), self.asking.checkin("", "1"), self.asking.item("1")):
                encode(request, self.profile.encoding)
        except UnsafeValue as error:
            raise Sip2Error(
                f"The kiosk's account at the library system cannot be sent: {error} "
                "Look at [circulation.sip2] and its password files."
            ) from error

    def _heard(self, acs: AcsStatus) -> None:
        self.acs = acs
        told = parse_date(acs.date_time_sync)
        if not isinstance(told, datetime):
            return
        told = told if told.tzinfo else told.replace(tzinfo=self.zone)
        self.clock_skew = (told - self._clock.now()).total_seconds()
        is_off = abs(self.clock_skew) > SKEW_SECONDS
        if is_off and not self._has_said_skew:
            log.warning(
                "the library system's clock is %+.0f s off this kiosk's: set whichever is wrong, due dates need it",
                self.clock_skew,
            )
        self._has_said_skew = is_off
