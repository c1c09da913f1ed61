"""What a kiosk asks: one class a message, its body the layout (see ``layout.py``). Dates are texts: ``dates.py``.

Source: 3M Standard Interchange Protocol 2.00, messages from the SC to the ACS. What identifies a person or opens a
door does not show in a ``repr``.
"""

from dataclasses import dataclass, field
from typing import Annotated

from kiosk.circulation.sip2.layout import FLAG, NUMBER_3, OPTIONAL_STAMP, STAMP, SUMMARY, VERSION, Others, Request, text
from kiosk.circulation.sip2.values import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Request, code="93"):
    """93: who this terminal is. Both algorithms are 0: plain text. Answer 94."""

    uid_algorithm: Annotated[str, text(1)] = "0"
    pwd_algorithm: Annotated[str, text(1)] = "0"
    login_user_id: Annotated[str, "CN"]
    login_password: Annotated[str, "CO"] = field(repr=False)
    location_code: Annotated[str | None, "CP"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScStatus(Request, code="99"):
    """99: how the terminal is (``values.ScCondition``), how is the system? Keeps a line alive. Answer 98."""

    status_code: Annotated[str, text(1)] = "0"
    max_print_width: Annotated[int | None, NUMBER_3] = 80
    protocol_version: Annotated[str, VERSION] = "2.00"
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAcsResend(Request, code="97"):
    """97: please send the last answer again. It carries no sequence number."""

    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronStatusRequest(Request, code="23"):
    """23: may this patron borrow? Answer 24."""

    language: Annotated[str, text(3)] = "000"
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str, "AC"] = field(repr=False)
    patron_password: Annotated[str, "AD"] = field(repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronInformation(Request, code="63"):
    """63: who is this, and one of the lists, from entry ``start_item`` (1 is the first) to ``end_item``. Answer 64."""

    language: Annotated[str, text(3)] = "000"
    transaction_date: Annotated[str, STAMP]
    summary: Annotated[frozenset[Summary], SUMMARY] = frozenset()
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    start_item: Annotated[str | None, "BP"] = None
    end_item: Annotated[str | None, "BQ"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPatronSession(Request, code="35"):
    """35: the patron has left. Answer 36."""

    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPatron(Request, code="01"):
    """01: this card shall not be used any more; ``card_retained``: the kiosk kept it. Answer 24."""

    card_retained: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    blocked_card_message: Annotated[str, "AL"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str, "AC"] = field(repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronEnable(Request, code="25"):
    """25: this card may be used again. Answer 26."""

    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout(Request, code="11"):
    """11: lend. ``sc_renewal_policy``: a loan of the patron's own may be renewed. ``no_block``: it has happened
    already, offline, until ``nb_due_date``: do not refuse. ``cancel`` ``"Y"`` undoes. Answer 12.
    """

    sc_renewal_policy: Annotated[bool, FLAG]
    no_block: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    nb_due_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    item_identifier: Annotated[str, "AB"]
    terminal_password: Annotated[str, "AC"] = field(repr=False)
    item_properties: Annotated[str | None, "CH"] = None
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    fee_acknowledged: Annotated[str | None, "BO"] = None
    cancel: Annotated[str | None, "BI"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkin(Request, code="09"):
    """09: take back; ``return_date`` is when the item came, ``no_block`` as in 11. Answer 10."""

    no_block: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    return_date: Annotated[str, STAMP]
    current_location: Annotated[str, "AP"]
    institution_id: Annotated[str, "AO"]
    item_identifier: Annotated[str, "AB"]
    terminal_password: Annotated[str, "AC"] = field(repr=False)
    item_properties: Annotated[str | None, "CH"] = None
    cancel: Annotated[str | None, "BI"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew(Request, code="29"):
    """29: extend one loan, named by its item or its title. Answer 30."""

    third_party_allowed: Annotated[bool, FLAG]
    no_block: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    nb_due_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    item_identifier: Annotated[str | None, "AB"] = None
    title_identifier: Annotated[str | None, "AJ"] = None
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    item_properties: Annotated[str | None, "CH"] = None
    fee_acknowledged: Annotated[str | None, "BO"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewAll(Request, code="65"):
    """65: extend every loan that may be extended. Some leave the date out; it reads as "". Answer 66."""

    transaction_date: Annotated[str, OPTIONAL_STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    fee_acknowledged: Annotated[str | None, "BO"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaid(Request, code="37"):
    """37: this was paid (``values.FeeType``, ``values.PaymentType``, ISO 4217 currency). Answer 38."""

    transaction_date: Annotated[str, STAMP]
    fee_type: Annotated[str, text(2)]
    payment_type: Annotated[str, text(2)]
    currency_type: Annotated[str, text(3)]
    fee_amount: Annotated[str, "BV"]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    fee_identifier: Annotated[str | None, "CG"] = None
    transaction_id: Annotated[str | None, "BK"] = None
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInformation(Request, code="17"):
    """17: what is this, and where? Answer 18."""

    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    item_identifier: Annotated[str, "AB"]
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatusUpdate(Request, code="19"):
    """19: keep this text as the item's properties. Answer 20."""

    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    item_identifier: Annotated[str, "AB"]
    item_properties: Annotated[str, "CH"]
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Request, code="15"):
    """15: place, drop or change a hold (``values.HoldMode``, ``values.HoldType``). Answer 16."""

    hold_mode: Annotated[str, text(1)]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    expiration_date: Annotated[str | None, "BW"] = None
    pickup_location: Annotated[str | None, "BS"] = None
    hold_type: Annotated[str | None, "BY"] = None
    patron_password: Annotated[str | None, "AD"] = field(default=None, repr=False)
    item_identifier: Annotated[str | None, "AB"] = None
    title_identifier: Annotated[str | None, "AJ"] = None
    terminal_password: Annotated[str | None, "AC"] = field(default=None, repr=False)
    fee_acknowledged: Annotated[str | None, "BO"] = None
    others: Others = field(default=(), repr=False)
