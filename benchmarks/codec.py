"""SIP2 messages to frames and back, beside the codec of the package pysip2 0.1.0.

What is measured is everything a message needs between a program's value and the wire, both ways: writing it, the
sequence number and the checksum; then finding the frame, checking it, and reading it into a value. Both sides hold the
same values, write the same bytes and read them back; every value that came out is compared with what went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pysip2

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from kiosk.circulation.sip2 import messages as sip
from kiosk.circulation.sip2.frame import Checked, Frame, FrameReader, seal
from kiosk.circulation.sip2.layout import Message
from kiosk.circulation.sip2.values import Summary

NOW, DUE = "20261122    093000", "20261206    235900"
WHERE: dict[str, Any] = {"transaction_date": NOW, "institution_id": "SMD"}
WHO: dict[str, Any] = WHERE | {"patron_identifier": "6472031234567890"}
BOOKS = 5
PAGE = 20
ENCODING = "utf-8"


@dataclass(frozen=True)
class Load:
    """Messages, and how many times over they are written and read in a run."""

    name: str
    messages: Sequence[Message]
    rounds: int

    @property
    def total(self) -> int:
        """Messages in a run."""
        return len(self.messages) * self.rounds


def patron(entries: int) -> sip.PatronInformationResponse:
    """A patron with a page of loans."""
    return sip.PatronInformationResponse(
        **WHO, language="001", personal_name="Siti Nurhaliza", hold_items_count=1, overdue_items_count=0,
        charged_items_count=entries, fine_items_count=0, recall_items_count=0, unavailable_holds_count=0,
        charged_items=tuple(f"30001{n:05d}" for n in range(entries)), valid_patron="Y", valid_patron_password="Y",
        currency_type="IDR", fee_amount="2500", email_address="siti@example.org", screen_message=("Selamat datang",),
    )  # fmt: skip


def visit() -> list[Message]:
    """A visit with some books, from the first look at the card to the patron's leave, with every answer."""
    told: list[Message] = [
        sip.ScStatus(),
        sip.AcsStatus(
            online_status=True, checkin_ok=True, checkout_ok=True, acs_renewal_policy=True, status_update_ok=False,
            offline_ok=False, timeout_period=300, retries_allowed=3, date_time_sync=NOW, institution_id="SMD",
            supported_messages="Y" * 16, library_name="Perpustakaan Kota",
        ),
        sip.PatronInformation(**WHO, summary=frozenset({Summary.CHARGED}), terminal_password="", patron_password="1234",
                              start_item="1", end_item="20"),
        patron(3),
    ]  # fmt: skip
    for n in range(BOOKS):
        item = f"30001{n:05d}"
        told += [
            sip.ItemInformation(**WHERE, item_identifier=item, terminal_password=""),
            sip.ItemInformationResponse(circulation_status="03", security_marker="02", transaction_date=NOW,
                                        item_identifier=item, title_identifier=f"Bumi Manusia, jilid {n}",
                                        permanent_location="Lantai 2", media_type="001"),
            sip.Checkout(**WHO, sc_renewal_policy=False, no_block=False, nb_due_date=DUE, item_identifier=item,
                         terminal_password="", fee_acknowledged="N", cancel="N"),
            sip.CheckoutResponse(**WHO, ok=True, renewal_ok=False, magnetic_media=False, desensitize=True,
                                 item_identifier=item, title_identifier=f"Bumi Manusia, jilid {n}", due_date=DUE,
                                 media_type="001", screen_message=("Selamat membaca",)),
        ]  # fmt: skip
    return [*told, sip.EndPatronSession(**WHO), sip.EndSessionResponse(**WHO, end_session=True)]


def ours(load: Load) -> Side:
    """Dataclasses and tables."""

    def run() -> list[tuple[Message, str]]:
        reader = FrameReader()
        found: list[tuple[Message, str]] = []
        for _ in range(load.rounds):
            for message in load.messages:
                wire = seal(sip.encode(message, ENCODING), "4", error_detection=True)
                for frame in reader.feed(wire):
                    if isinstance(frame, Frame) and frame.checked is Checked.RIGHT:
                        found.append((sip.decode(frame.body, ENCODING), frame.sequence))
        return found

    def check(found: list[tuple[Message, str]]) -> str:
        return _wrong(found, [(message, "4") for message in load.messages], load)

    return Side("this project's codec", run, check)


def peer(load: Load) -> Side:
    """msgspec structs; the same values, which its own reader made of our bytes."""
    wires = [seal(sip.encode(message, ENCODING), "4", error_detection=True) for message in load.messages]
    theirs = [pysip2.decode_message(wire, encoding=ENCODING).message for wire in wires]

    def run() -> list[tuple[object, int | None]]:
        found: list[tuple[object, int | None]] = []
        for _ in range(load.rounds):
            for message in theirs:
                wire = pysip2.encode_message(message, sequence_number=4, checksum=True, encoding=ENCODING)
                decoded = pysip2.decode_message(wire, encoding=ENCODING)
                found.append((decoded.message, decoded.sequence_number))
        return found

    def check(found: list[tuple[object, int | None]]) -> str:
        return _wrong(found, [(message, 4) for message in theirs], load)

    return Side("pysip2 0.1.0", run, check)


def _wrong(found: Sequence[object], once: Sequence[object], load: Load) -> str:
    if len(found) != load.total:
        return f"{len(found)} messages of {load.total} came back"
    size = len(once)
    different = sum(found[at] != once[at % size] for at in range(load.total))
    return f"{different} messages of {load.total} came back with other values" if different else ""


def run(plan: Plan) -> Outcome:
    """A whole visit, then pages of a long list."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    for load in (
        Load("a visit", visit(), plan.choose(120, 8)),
        Load(f"a page of {PAGE} loans", [patron(PAGE)], plan.choose(2000, 100)),
    ):
        theirs, mine = peer(load), ours(load)
        pairs, warmup = plan.choose(30, 2), plan.choose(2, 0)
        [report] = compare_all(theirs, mine, metrics=("wall",), pairs=pairs, warmup=warmup)
        reports[f"time: {load.name}, {load.total} messages"] = report
        for side, name in ((0, theirs.name), (1, mine.name)):
            seconds = median(report, side, "wall")
            rows.append((load.name, name, f"{load.total / seconds:,.0f}", f"{seconds / load.total * 1e6:.1f} µs"))
    head = ("messages", "side", "written and read a second", "each")
    return Outcome("codec", reports, Table(head, tuple(rows)), {"encoding": ENCODING, "checksums": "made and checked"})


CODEC = Benchmark("codec", "How fast are SIP2 messages written and read, beside the package pysip2?", run)
