"""Our SIP2 server and programs that we did not write: the client Sip2 1.1, and the strict decoder of pysip2 0.1.0."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pysip2
import pytest
import trustme
from Sip2.sip2 import Sip2

sys.path.insert(0, str(Path(__file__).parents[1] / "kiosk" / "sip2" / "server"))

from sip2_serving import PASSWORD, QUICK, MovableClock, Serving, account, make_sample, running

from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.sip2.server.tls import server_context

NOW = "20261123    090000"
FREE = sample.LAYAR_TERKEMBANG
Start = Callable[..., Serving]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[EmbeddedLibrary]:
    make_sample(tmp_path / "library.sqlite")
    library = EmbeddedLibrary.open(tmp_path / "library.sqlite", clock=MovableClock())
    with library.store.writing() as db:
        db.execute(
            "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')", [sample.ANI]
        )
    yield library
    library.close()


@pytest.fixture
def start(library: EmbeddedLibrary, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(tls: Any = None, **values: Any) -> Serving:
            accounts = (account(rate=1e6, burst=1_000_000, **values),)
            return stack.enter_context(running(library, tmp_path, accounts, QUICK, tls=tls, clock=MovableClock()))

        yield begin


def client(port: int, *, tls: bool = False) -> Sip2:
    """The client, as its documentation sets it up."""
    made = Sip2()
    made.hostName, made.hostPort = ("localhost", port) if tls else ("127.0.0.1", port)
    made.tlsEnable, made.tlsAcceptSelfsigned = tls, False
    made.institutionId, made.scLocation = "SMD", "Pintu utara"
    made.log = logging.getLogger("Sip2")  # or it writes a file into the working folder
    made.connect()
    return made


def told(made: Sip2, what: str, *arguments: Any) -> dict[str, Any]:
    """One exchange: the client builds, sends, checks the checksum and parses; the strict decoder reads it too."""
    response = made.get_response(getattr(made, f"sip_{what}_request")(*arguments))
    pysip2.decode_message(response.encode(), encoding="utf-8")
    parsed: dict[str, Any] = getattr(made, f"sip_{what}_response")(response)
    return parsed


def field(parsed: dict[str, Any], name: str) -> str:
    return str(parsed["variable"][name][0])


def day_at_a_terminal(made: Sip2) -> None:
    """Everything a terminal does in a day."""
    assert told(made, "login", "kiosk-2", PASSWORD)["fixed"]["Ok"] == "1"
    status = told(made, "sc_status")
    assert status["fixed"]["OnlineStatus"] == "Y"
    assert field(status, "BX") == "YYYYYYYYYYYNYYYY"
    made.patron, made.patronpwd = sample.ANI, "0000"
    assert field(told(made, "patron_status"), "CQ") == "N"
    made.patronpwd = sample.ANI_PIN
    assert field(told(made, "patron_status"), "CQ") == "Y"
    assert field(told(made, "patron_information", "charged"), "BL") == "Y"
    assert told(made, "item_information", FREE)["fixed"]["CirculationStatus"] == "03"
    lent = told(made, "checkout", FREE)
    assert (lent["fixed"]["Ok"], lent["fixed"]["Desensitize"], field(lent, "AJ")) == ("1", "Y", "Layar Terkembang")
    patron = told(made, "patron_information", "charged")
    assert int(patron["fixed"]["ChargedItemsCount"]) == 1
    assert field(patron, "AU") == FREE
    assert told(made, "item_information", FREE)["fixed"]["CirculationStatus"] == "04"
    assert told(made, "renew", FREE)["fixed"]["Ok"] == "1"
    renewed = told(made, "renew_all")
    assert renewed["fixed"]["Ok"] == "1"
    assert field(renewed, "BM") == FREE
    back = told(made, "checkin", FREE)
    assert (back["fixed"]["Ok"], back["fixed"]["Resensitize"]) == ("1", "Y")
    assert told(made, "fee_paid", 4, 0, "5000", "", "T1", "IDR")["fixed"]["PaymentAccepted"] == "Y"
    assert told(made, "hold", "+", "", "", sample.ON_LOAN_ITEMS[0])["fixed"]["Ok"] == "1"
    assert int(told(made, "patron_information", "unavail")["fixed"]["UnavailableHoldsCount"]) == 1
    assert told(made, "hold", "-", "", "", sample.ON_LOAN_ITEMS[0])["fixed"]["Ok"] == "1"
    assert told(made, "end_patron_session")["fixed"]["EndSession"] == "Y"
    made.disconnect()


def test_a_day_at_a_terminal(start: Start) -> None:
    day_at_a_terminal(client(start().port))


@pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS")
def test_the_same_over_tls(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued = authority.issue_cert("localhost", common_name="localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # what OpenSSL trusts
    serving = start(tls=server_context(tmp_path / "server.pem", None))
    day_at_a_terminal(client(serving.port, tls=True))


def test_a_wrong_password_is_understood(start: Start) -> None:
    made = client(start().port)
    assert told(made, "login", "kiosk-2", "wrong")["fixed"]["Ok"] == "0"
    made.disconnect()


def test_a_resend_is_the_same_answer(start: Start) -> None:
    made = client(start().port)
    told(made, "login", "kiosk-2", PASSWORD)
    first = made.get_response(made.sip_item_information_request(FREE))
    assert made.get_response(made.sip_sc_resend_request()) == first
    made.disconnect()


#: Every message there is, from every sort of patron, in every outcome that the sample has.
PATRONS = (
    sample.SARI, sample.ANI, sample.EXPIRED, sample.PENDING, sample.SUSPENDED, sample.BLOCKED, sample.OVERDUE,
    sample.AT_LIMIT, sample.HOLD_READY, sample.HOLD_WAITING, "nobody",
)  # fmt: skip
ITEMS = (
    FREE, sample.SALAH_ASUHAN, sample.HELD_ITEM, sample.REFERENCE_ITEM, sample.ADULT_ITEM, sample.AWAITED_ITEM,
    sample.OVERDUE_ITEM, "unknown", "é",
)  # fmt: skip


def everything() -> Iterator[str]:
    yield "9900802.00"
    for patron in PATRONS:
        who = f"AO|AA{patron}|AC|"
        for pin in ("", f"AD{sample.ANI_PIN}|", "AD9999|"):
            yield f"23001{NOW}{who}{pin or 'AD|'}"
            for place in range(7):
                summary = "".join("Y" if place == at else " " for at in range(10))
                yield f"63000{NOW}{summary}{who}{pin}BP2|BQ3|"
                yield f"63000{NOW}{summary}{who}{pin}"
        yield f"65{NOW}{who}"
        yield f"37{NOW}0400IDRBV1000|{who}BKx|"
        yield f"25{NOW}{who}"
        for item in ITEMS:
            yield f"11NN{NOW}{NOW}{who}AB{item}|"
            yield f"11YY{NOW}{NOW}{who}AB{item}|"
            yield f"29NN{NOW}{NOW}{who}AB{item}|"
            yield f"15+{NOW}{who}AB{item}|BY2|"
            yield f"15-{NOW}{who}AB{item}|"
            yield f"09N{NOW}{NOW}AP|AO|AB{item}|AC|"
            yield f"17{NOW}AO|AB{item}|"
        yield f"35{NOW}{who}"
    yield f"19{NOW}AO|AB{FREE}|CHx|"
    yield f"01Y{NOW}AO|ALlost|AA{sample.SARI}|AC|"
    yield "97"
    yield "9300CNnobody|COx|"


@pytest.mark.parametrize("encoding", ["utf-8", "cp850", "latin-1", "ascii"])
def test_every_frame_is_accepted_by_a_strict_decoder(start: Start, library: EmbeddedLibrary, encoding: str) -> None:
    with library.store.writing() as db:  # a title, a name and a shelf mark that are hard to write
        db.execute("UPDATE titles SET title = 'A|B é “日本”' || char(13) || char(7), call_number = char(10) || '|'")
        db.execute("UPDATE members SET name = 'Sí|ti' || char(9) || '日' WHERE number = ?", [sample.SARI])
    terminal = start(encoding=encoding, language="id").terminal(encoding=encoding)
    seen: set[str] = set()
    for message in everything():
        written = message if encoding != "ascii" else message.replace("é", "?")
        terminal.socket.sendall(terminal.frame(written))
        frame = terminal.hear_frame()
        decoded = pysip2.decode_message(frame, encoding=encoding)
        assert decoded.checksum is not None
        if message[:2] != "97":
            assert f"{decoded.sequence_number}" == f"{terminal._sequence}"
        seen.add(frame[:2].decode())
    assert seen == {"98", "24", "64", "66", "38", "26", "12", "30", "16", "10", "18", "36", "20", "94"}
