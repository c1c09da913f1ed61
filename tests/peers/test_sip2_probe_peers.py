"""The probe on real ports: against the server of pysip2 0.1.0, which we did not write, and against our own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import pysip2
import pytest
import trustme
from pysip2 import models, routes

sys.path.insert(0, str(Path(__file__).parents[1] / "kiosk" / "sip2" / "server"))

from sip2_serving import EVERYTHING, PASSWORD, QUICK, account, make_sample, running

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, StaffRoom
from kiosk.circulation.port import PatronRef, Secret
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.probe.detectives import findings
from kiosk.circulation.sip2.probe.dialogue import Dialogue
from kiosk.circulation.sip2.probe.evidence import Evidence
from kiosk.circulation.sip2.probe.finding import Finding
from kiosk.circulation.sip2.probe.gather import Wishes, gather
from kiosk.circulation.sip2.probe.handshake import offers_tls
from kiosk.circulation.sip2.probe.verdict import nearest
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.server.tls import server_context
from kiosk.circulation.sip2.terminal import Terminal
from kiosk.circulation.sip2.wire import TcpWire

ZONE = ZoneInfo("Asia/Makassar")
LOANS = ("B2", "B3")


def probe(port: int, wishes: Wishes, login: str, password: str) -> dict[str, Finding]:
    clock = SystemClock()
    asking = Asking(Terminal(login, password, institution="SMD", place="x"), Profile(), clock, ZONE)
    dialogue = Dialogue(lambda: TcpWire("127.0.0.1", port, None), clock, 5.0)
    seen: Evidence = gather(dialogue, asking, wishes)
    return {finding.key: finding for finding in findings(seen)}


# pysip2


def foreign_server(encoding: str) -> pysip2.SIP2Server:
    """A small library behind pysip2: two loans, PIN 1234, strict about every message."""
    server = pysip2.SIP2Server(encoding=encoding, login_required=True, institution_id="SMD", library_name="Kota")

    @server.route(routes.LOGIN)
    def login(request: models.LoginRequest, context: object) -> models.LoginResponse:
        return models.LoginResponse(ok="1" if request.login_password == "rahasia" else "0")

    @server.route(routes.ITEM_INFORMATION)
    def item(request: models.ItemInformationRequest, context: object) -> models.ItemInformationResponse:
        number = request.item_identifier
        return models.ItemInformationResponse(
            circulation_status="04" if number in LOANS else "03" if number == "B1" else "01",
            security_marker="00",
            fee_type="01",
            transaction_date=request.transaction_date,
            item_identifier=number,
            title_identifier="Crème brûlée für Anfänger" if number in (*LOANS, "B1") else "",
            due_date="24.12.2026" if number in LOANS else None,
        )

    @server.route(routes.PATRON_INFORMATION)
    def patron(request: models.PatronInformationRequest, context: object) -> models.PatronInformationResponse:
        first, last = int(request.start_item or 1), int(request.end_item or len(LOANS))
        return models.PatronInformationResponse(
            patron_status=" " * 14,
            language="000",
            transaction_date=request.transaction_date,
            hold_items_count="0000",
            overdue_items_count="0000",
            charged_items_count="0002",
            fine_items_count="0000",
            recall_items_count="0000",
            unavailable_holds_count="0000",
            institution_id="SMD",
            patron_identifier=request.patron_identifier,
            personal_name="Sari",
            valid_patron="Y",
            valid_patron_password="Y" if request.patron_password == "1234" else "N",
            charged_items=LOANS[first - 1 : last] if request.summary[2:3] == "Y" else (),
        )

    return server


@contextmanager
def serving(server: pysip2.SIP2Server) -> Iterator[int]:
    ports: list[int] = []
    ready, stop = threading.Event(), threading.Event()

    async def main() -> None:
        async with server.start() as port:
            ports.append(port)
            ready.set()
            await anyio.to_thread.run_sync(stop.wait, abandon_on_cancel=True)

    thread = threading.Thread(target=lambda: anyio.run(main), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0]
    finally:
        stop.set()
        thread.join(10)


@pytest.mark.parametrize(("encoding", "found"), [("cp850", "cp850"), ("utf-8", "utf-8"), ("latin-1", "latin-1")])
def test_a_server_that_we_did_not_write(encoding: str, found: str) -> None:
    with serving(foreign_server(encoding)) as port:
        told = probe(port, Wishes("A1", Secret("1234"), item="B1", loan_item="B2"), "kiosk", "rahasia")
    assert told["encoding"].value == found
    assert told["verify"].value == "require"
    assert told["sequence_echoed"].value is True
    assert told["status_first"].value is False
    assert told["pin"].value == "required"
    assert told["loan_lists"].value == "barcodes"
    assert told["page_size"].value == 20
    assert told["due_formats"].value == ("%d.%m.%Y",)
    assert told["resend"].value is True
    assert told["renew_with_checkout"].value is True  # it has no route for 29, and says so in BX


def test_its_refused_login_is_said() -> None:
    with serving(foreign_server("utf-8")) as port:
        told = probe(port, Wishes("A1"), "kiosk", "another")
    assert told["login"].alarm
    assert not told["pin"].known


# our own


@pytest.fixture
def library(tmp_path: Path) -> Iterator[EmbeddedLibrary]:
    make_sample(tmp_path / "library.sqlite")
    library = EmbeddedLibrary.open(tmp_path / "library.sqlite")
    staff = StaffRoom(library)
    staff.add_item(NewItem("B00990", "Crème brûlée", "", "umum"))
    for number, item in enumerate((sample.LAYAR_TERKEMBANG, sample.SALAH_ASUHAN)):
        library.checkout(f"op-{number}", PatronRef(sample.ANI), item)
    yield library
    library.close()


def test_our_own_server_is_as_its_profile_says(library: EmbeddedLibrary, tmp_path: Path) -> None:
    wishes = Wishes(sample.ANI, Secret(sample.ANI_PIN), item="B00990", loan_item=sample.LAYAR_TERKEMBANG, trial=True)
    with running(library, tmp_path, (account(rate=1e6, burst=1_000_000),), QUICK) as server:
        told = probe(server.port, wishes, "kiosk-2", PASSWORD)
    assert (told["encoding"].value, told["verify"].value) == ("utf-8", "require")
    assert (told["loan_lists"].value, told["page_size"].value) == ("barcodes", 20)
    assert told["server.trial"].value == "undone"
    assert told["server.wrong_pin"].value == "keeps quiet"
    verdict = nearest(list(told.values()), "pustaka")
    assert verdict.profile == "pustaka"
    assert {finding.key for finding in verdict.changes} <= {"resend", "pin"}


def test_no_block_is_found_honoured_where_the_account_may_force(library: EmbeddedLibrary, tmp_path: Path) -> None:
    wishes = Wishes(sample.BLOCKED, item="B00990", trial=True)
    everything = account(rate=1e6, burst=1_000_000, may=EVERYTHING)
    with running(library, tmp_path, (everything,), QUICK) as server:
        told = probe(server.port, wishes, "kiosk-2", PASSWORD)
    assert (told["no_block"].value, told["server.trial"].value) == (True, "undone")


def test_whether_a_port_speaks_tls_is_seen_without_a_word(library: EmbeddedLibrary, tmp_path: Path) -> None:
    certificate = trustme.CA().issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    certificate.private_key_pem.write_to_path(key)
    with running(library, tmp_path, (account(),), QUICK, tls=server_context(chain, key)) as server:
        assert offers_tls("127.0.0.1", server.port, 5.0) is True
    with running(library, tmp_path, (account(login="kiosk-3"),), QUICK) as server:
        assert offers_tls("127.0.0.1", server.port, 1.0) is False
    assert offers_tls("127.0.0.1", server.port, 1.0) is None
