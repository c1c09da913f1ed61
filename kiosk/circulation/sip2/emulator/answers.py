"""What the emulated system answers to each request, in the habits of its dialect."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from kiosk.circulation.sip2.emulator.dialect import FeePaid, NoBlock
from kiosk.circulation.sip2.emulator.holdings import WORDS, Copy, Denied, Loan, Member
from kiosk.circulation.sip2.emulator.line import Asked, Said
from kiosk.circulation.sip2.emulator.patrons import patron_information, patron_status

if TYPE_CHECKING:
    from kiosk.circulation.sip2.emulator.ils import EmulatedIls

Fields = tuple[tuple[str, str], ...]


class Answers:
    """Requests to answers. ``by`` names the connection in the effects log."""

    def __init__(self, ils: EmulatedIls, by: str) -> None:
        self.ils = ils
        self._by = by
        self._handlers: dict[str, Callable[[Asked, str], Said | None]] = {
            "23": self._patron_status,
            "63": self._patron_information,
            "17": self._item,
            "11": self._checkout,
            "09": self._checkin,
            "29": self._renew,
            "65": self._renew_all,
            "37": self._pay,
            "35": self._end,
            "15": self._hold,
            "19": self._update,
            "25": self._enable,
            "01": self._block,
        }

    def to(self, asked: Asked, op: str) -> Said | None:
        """The answer; ``None``: this kills the connection."""
        return self._handlers[asked.code](asked, op)

    def status(self) -> Said:
        """98."""
        dialect = self.ils.dialect
        flags = dialect.flags + dialect.timeout + dialect.retries
        institution = ("AO", dialect.institution or "SMR")
        if dialect.short_status:
            return Said("98" + flags, (institution, ("BX", dialect.supported_messages)))
        named = ("AM", "Perpustakaan Kota")
        return Said("98" + flags + self.stamp() + "2.00", (institution, named, ("BX", dialect.supported_messages)))

    # small parts

    def stamp(self) -> str:
        """Now, as SIP2 writes it: by the server's own clock, local time."""
        return self.ils.local_now().strftime("%Y%m%d    %H%M%S")

    def due(self, loan_due: date) -> str:
        """AH."""
        pattern = self.ils.dialect.due_format
        if pattern == "none":
            return ""
        named = {"sip": "%Y%m%d    235900", "iso": "%Y-%m-%d", "text": "%d %B %Y"}
        return loan_due.strftime(named.get(pattern, pattern))

    def words(self, denied: Denied) -> Fields:
        """AF."""
        return (("AF", self.ils.dialect.words.get(denied.reason, WORDS[denied.reason])),)

    def _stranger(self, asked: Asked) -> Denied | None:
        wanted = self.ils.dialect.institution
        return Denied("institution") if wanted and asked.get("AO") != wanted else None

    def _title(self, barcode: str) -> str:
        copy = self.ils.holdings.items.get(barcode)
        return "" if copy is None else copy.title

    # patrons

    def _member(self, asked: Asked) -> Member | None:
        return None if self._stranger(asked) else self.ils.holdings.members.get(asked.get("AA"))

    def _patron_status(self, asked: Asked, op: str) -> Said:
        return self._status_of(asked, "24")

    def _status_of(self, asked: Asked, code: str) -> Said:
        return patron_status(self.ils, asked, self._member(asked), code, self.stamp())

    def _patron_information(self, asked: Asked, op: str) -> Said:
        return patron_information(self.ils, asked, self._member(asked), self.stamp())

    def _enable(self, asked: Asked, op: str) -> Said:
        member = self._member(asked)
        if member is not None:
            member.blocked = False
        return self._status_of(asked, "26")

    def _block(self, asked: Asked, op: str) -> Said:
        member = self._member(asked)
        if member is not None:
            member.blocked = True
        return self._status_of(asked, "24")

    def _end(self, asked: Asked, op: str) -> Said:
        return Said("36Y" + self.stamp(), (("AO", asked.get("AO")), ("AA", asked.get("AA"))))

    # items

    def _item(self, asked: Asked, op: str) -> Said:
        barcode, holdings = asked.get("AB"), self.ils.holdings
        copy = None if self._stranger(asked) else holdings.items.get(barcode)
        if copy is None:
            return Said("18010001" + self.stamp(), (("AB", barcode), ("AJ", ""), *self.words(Denied("no-item"))))
        fields: list[tuple[str, str]] = [("AB", barcode), ("AJ", copy.title), ("CK", "001")]
        loan = holdings.loans.get(barcode)
        if loan is not None and self.ils.dialect.item_due and self.due(loan.due):
            fields.append(("AH", self.due(loan.due)))
        fields += [("CF", str(len(copy.holds))), ("AQ", copy.permanent_location), ("CH", copy.properties)]
        return Said("18" + holdings.status(copy) + "0001" + self.stamp(), tuple(fields))

    def _update(self, asked: Asked, op: str) -> Said:
        copy: Copy | None = self.ils.holdings.items.get(asked.get("AB"))
        if copy is not None:
            copy.properties = asked.get("CH")
        title = "" if copy is None else copy.title
        return Said(f"20{int(copy is not None)}" + self.stamp(), (("AB", asked.get("AB")), ("AJ", title)))

    # operations

    def _checkout(self, asked: Asked, op: str) -> Said | None:
        dialect, holdings = self.ils.dialect, self.ils.holdings
        number, barcode, now = asked.get("AA"), asked.get("AB"), self.ils.now()
        forced: date | None = None
        if asked.fixed["no block"] == "Y":
            if dialect.no_block is NoBlock.KILLS:
                return None
            if dialect.no_block is NoBlock.HONOURED:
                forced = _day(asked.fixed["due"])
        loan = holdings.loans.get(barcode)
        denied = self._stranger(asked)
        if denied is None and loan is not None and loan.member == number:
            return self._own_loan(asked, op)
        made = denied or holdings.checkout(number, barcode, now, forced_due=forced, by=self._by, op=op)
        return self._lent("12", asked, made, renewed=False)

    def _own_loan(self, asked: Asked, op: str) -> Said:
        dialect = self.ils.dialect
        wanted = asked.fixed["renewal policy"] == "Y"
        if dialect.checkout_renews if wanted else not dialect.honours_renewal_policy:
            return self._lent("12", asked, self._prolong(asked, op), renewed=True)
        return self._lent("12", asked, Denied("own-loan"), renewed=True)

    def _prolong(self, asked: Asked, op: str) -> Loan | Denied:
        holdings = self.ils.holdings
        return holdings.renew(asked.get("AA"), asked.get("AB"), self.ils.now(), by=self._by, op=op)

    def _lent(self, code: str, asked: Asked, made: Loan | Denied, *, renewed: bool) -> Said:
        ok = isinstance(made, Loan)
        named = tuple((name, asked.get(name)) for name in ("AO", "AA", "AB"))
        title = ("AJ", self._title(asked.get("AB")))
        head = f"{code}{int(ok)}{'Y' if ok and renewed else 'N'}N{'Y' if ok else 'N'}" + self.stamp()
        if isinstance(made, Loan):
            return Said(head, (*named, title, ("AH", self.due(made.due)), ("CK", "001"), ("AF", "")))
        return Said(head, (*named, title, ("AH", ""), *self.words(made)))

    def _renew(self, asked: Asked, op: str) -> Said:
        return self._lent("30", asked, self._stranger(asked) or self._prolong(asked, op), renewed=True)

    def _renew_all(self, asked: Asked, op: str) -> Said:
        number, now, holdings = asked.get("AA"), self.ils.now(), self.ils.holdings
        did: list[tuple[str, str]] = []
        for barcode, _ in holdings.loans_of(number):
            made = holdings.renew(number, barcode, now, by=self._by, op=op)
            did.append(("BM" if isinstance(made, Loan) else "BN", barcode))
        renewed = sum(name == "BM" for name, _ in did)
        head = f"661{renewed:04}{len(did) - renewed:04}" + self.stamp()
        return Said(head, (("AO", asked.get("AO")), *did))

    def _checkin(self, asked: Asked, op: str) -> Said | None:
        dialect, barcode = self.ils.dialect, asked.get("AB")
        if asked.fixed["no block"] == "Y" and dialect.no_block is NoBlock.KILLS:
            return None
        ended = self._stranger(asked) or self.ils.holdings.checkin(barcode, self.ils.now(), by=self._by, op=op)
        copy = self.ils.holdings.items.get(barcode)
        shelved = isinstance(ended, Denied) and ended.reason == "not-on-loan"
        ok = isinstance(ended, Loan) or (shelved and dialect.shelved_checkin_ok)
        held = ok and copy is not None and bool(copy.holds)
        head = f"10{int(ok)}{'Y' if ok else 'N'}N{'Y' if held or not ok else 'N'}" + self.stamp()
        fields: list[tuple[str, str]] = [("AO", asked.get("AO")), ("AB", barcode)]
        fields.append(("AQ", "" if copy is None else copy.permanent_location))
        fields.append(("AJ", self._title(barcode)))
        if copy is not None and copy.bin:
            fields.append(("CL", copy.bin))
        if held and copy is not None:
            fields += [("CV", "01"), ("CY", copy.holds[0])]
        if isinstance(ended, Loan):
            fields.append(("AA", ended.member))
        else:
            fields += self.words(ended)
        return Said(head, tuple(fields))

    def _pay(self, asked: Asked, op: str) -> Said | None:
        if self.ils.dialect.fee_paid is FeePaid.KILLS:
            return None
        amount = _amount(asked.get("BV"))
        left = self.ils.holdings.pay(asked.get("AA"), amount, self.ils.now(), by=self._by, op=op)
        named = (("AO", asked.get("AO")), ("AA", asked.get("AA")))
        if isinstance(left, Denied):
            return Said("38N" + self.stamp(), (*named, *self.words(left)))
        return Said("38Y" + self.stamp(), named)

    def _hold(self, asked: Asked, op: str) -> Said:
        holdings, number = self.ils.holdings, asked.get("AA")
        copies, barcode = holdings.items.values(), asked.get("AB")
        wanted = [c for c in copies if (c.barcode == barcode if barcode else c.title == asked.get("AJ"))]
        ok = bool(wanted) and number in holdings.members
        place = ""
        if ok and asked.fixed["mode"] == "+":
            ok = number not in wanted[0].holds
            if ok:
                wanted[0].holds.append(number)
                place = str(len(wanted[0].holds))
        elif ok and asked.fixed["mode"] == "-":
            mine = [c for c in wanted if number in c.holds]
            ok = bool(mine)
            for copy in mine:
                copy.holds.remove(number)
        available = "Y" if ok and holdings.holds_of(number, ready=True) else "N"
        named = (("AO", asked.get("AO")), ("AA", number), ("AB", asked.get("AB")))
        return Said(f"16{int(ok)}{available}" + self.stamp(), (*named, ("BR", place)) if place else named)


def _amount(text: str) -> int:
    try:
        return math.floor(float(text))
    except (ValueError, OverflowError):
        return 0


def _day(stamp: str) -> date | None:
    try:
        return datetime.strptime(stamp[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
