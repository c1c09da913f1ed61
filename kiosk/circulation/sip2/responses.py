"""What a library system answers: one class a message, its body the layout (see ``layout.py``).

Source: 3M Standard Interchange Protocol 2.00, messages from the ACS to the SC, with the check-in fields of 3M's
extension of 2005. Flags written Y/N/U are ``None`` for U. What is about a person does not show in a ``repr``.
"""

from dataclasses import dataclass, field
from typing import Annotated

from kiosk.circulation.sip2.layout import (
    COUNT,
    DONE,
    FLAG,
    LIMIT,
    MAYBE,
    OPTIONAL_STAMP,
    OPTIONAL_VERSION,
    PATRON_STATUS,
    STAMP,
    Others,
    Response,
    text,
)
from kiosk.circulation.sip2.values import PatronFlag


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResponse(Response, code="94"):
    """94: whether the terminal may go on."""

    ok: Annotated[bool, DONE]
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsStatus(Response, code="98"):
    """98: what the system offers. Advice only: many say N to what they do (see ``values.supports`` for the messages).

    ``timeout_period`` is in tenths of a second; it and ``retries_allowed`` are ``None`` when unknown (999). A shorter
    98, as Alma sends, reads with an empty ``date_time_sync`` and ``protocol_version``.
    """

    online_status: Annotated[bool, FLAG]
    checkin_ok: Annotated[bool, FLAG]
    checkout_ok: Annotated[bool, FLAG]
    acs_renewal_policy: Annotated[bool, FLAG]
    status_update_ok: Annotated[bool, FLAG]
    offline_ok: Annotated[bool, FLAG]
    timeout_period: Annotated[int | None, LIMIT]
    retries_allowed: Annotated[int | None, LIMIT]
    date_time_sync: Annotated[str, OPTIONAL_STAMP]
    protocol_version: Annotated[str, OPTIONAL_VERSION] = "2.00"
    institution_id: Annotated[str, "AO"]
    supported_messages: Annotated[str, "BX"]
    library_name: Annotated[str | None, "AM"] = None
    terminal_location: Annotated[str | None, "AN"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestScResend(Response, code="96"):
    """96: please send the last request again, the same bytes. It carries no sequence number."""

    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronAnswer(Response):
    """What 24, 26 and 64 have in common. Only ``valid_patron_password == "Y"`` says that the PIN was right."""

    patron_status: Annotated[frozenset[PatronFlag], PATRON_STATUS] = frozenset()
    language: Annotated[str, text(3)] = "000"
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    personal_name: Annotated[str, "AE"] = field(repr=False)
    valid_patron: Annotated[str | None, "BL"] = None
    valid_patron_password: Annotated[str | None, "CQ"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronStatusResponse(PatronAnswer, code="24"):
    """24: whether the patron may borrow."""

    currency_type: Annotated[str | None, "BH"] = None
    fee_amount: Annotated[str | None, "BV"] = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronInformationResponse(PatronAnswer, code="64"):
    """64: the patron and the entries of one list. Counts are ``None`` where the system keeps none (four blanks)."""

    hold_items_count: Annotated[int | None, COUNT] = None
    overdue_items_count: Annotated[int | None, COUNT] = None
    charged_items_count: Annotated[int | None, COUNT] = None
    fine_items_count: Annotated[int | None, COUNT] = None
    recall_items_count: Annotated[int | None, COUNT] = None
    unavailable_holds_count: Annotated[int | None, COUNT] = None
    hold_items_limit: Annotated[str | None, "BZ"] = None
    overdue_items_limit: Annotated[str | None, "CA"] = None
    charged_items_limit: Annotated[str | None, "CB"] = None
    currency_type: Annotated[str | None, "BH"] = None
    fee_amount: Annotated[str | None, "BV"] = field(default=None, repr=False)
    fee_limit: Annotated[str | None, "CC"] = None
    hold_items: Annotated[tuple[str, ...], "AS"] = field(default=(), repr=False)
    overdue_items: Annotated[tuple[str, ...], "AT"] = field(default=(), repr=False)
    charged_items: Annotated[tuple[str, ...], "AU"] = field(default=(), repr=False)
    fine_items: Annotated[tuple[str, ...], "AV"] = field(default=(), repr=False)
    recall_items: Annotated[tuple[str, ...], "BU"] = field(default=(), repr=False)
    unavailable_hold_items: Annotated[tuple[str, ...], "CD"] = field(default=(), repr=False)
    home_address: Annotated[str | None, "BD"] = field(default=None, repr=False)
    email_address: Annotated[str | None, "BE"] = field(default=None, repr=False)
    home_phone_number: Annotated[str | None, "BF"] = field(default=None, repr=False)
    home_library: Annotated[str | None, "AQ"] = None
    patron_expiry: Annotated[str | None, "PA"] = field(default=None, repr=False)  # EnvisionWare
    birth_date: Annotated[str | None, "PB"] = field(default=None, repr=False)  # EnvisionWare
    patron_class: Annotated[str | None, "PC"] = field(default=None, repr=False)  # EnvisionWare
    internet_profile: Annotated[str | None, "PI"] = field(default=None, repr=False)  # Evergreen
    internal_id: Annotated[str | None, "XI"] = field(default=None, repr=False)  # Evergreen


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionResponse(Response, code="36"):
    """36: the patron's session is over."""

    end_session: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronEnableResponse(PatronAnswer, code="26"):
    """26: the patron, enabled again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanResponse(Response):
    """What 12 and 30 have in common. ``due_date`` is a text of the system's own (``dates.due_day``); ``desensitize``
    ``None``: unknown, which means that the bit may be cleared.
    """

    ok: Annotated[bool, DONE]
    renewal_ok: Annotated[bool, FLAG]
    magnetic_media: Annotated[bool | None, MAYBE]
    desensitize: Annotated[bool | None, MAYBE]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    item_identifier: Annotated[str, "AB"]
    title_identifier: Annotated[str, "AJ"]
    due_date: Annotated[str, "AH"]
    fee_type: Annotated[str | None, "BT"] = None
    security_inhibit: Annotated[str | None, "CI"] = None
    currency_type: Annotated[str | None, "BH"] = None
    fee_amount: Annotated[str | None, "BV"] = None
    media_type: Annotated[str | None, "CK"] = None
    item_properties: Annotated[str | None, "CH"] = None
    transaction_id: Annotated[str | None, "BK"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutResponse(LoanResponse, code="12"):
    """12: lent or not. ``renewal_ok``: the patron had it already, and the loan runs longer now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewResponse(LoanResponse, code="30"):
    """30: extended or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewAllResponse(Response, code="66"):
    """66: which loans were extended and which were not."""

    ok: Annotated[bool, DONE]
    renewed_count: Annotated[int | None, COUNT]
    unrenewed_count: Annotated[int | None, COUNT]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    renewed_items: Annotated[tuple[str, ...], "BM"] = ()
    unrenewed_items: Annotated[tuple[str, ...], "BN"] = ()
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinResponse(Response, code="10"):
    """10: taken back or not. ``alert`` and ``alert_type`` (``values.AlertType``) are independent of each other."""

    ok: Annotated[bool, DONE]
    resensitize: Annotated[bool, FLAG]
    magnetic_media: Annotated[bool | None, MAYBE]
    alert: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    item_identifier: Annotated[str, "AB"]
    permanent_location: Annotated[str, "AQ"]
    title_identifier: Annotated[str | None, "AJ"] = None
    sort_bin: Annotated[str | None, "CL"] = None
    patron_identifier: Annotated[str | None, "AA"] = field(default=None, repr=False)
    media_type: Annotated[str | None, "CK"] = None
    item_properties: Annotated[str | None, "CH"] = None
    collection_code: Annotated[str | None, "CR"] = None
    call_number: Annotated[str | None, "CS"] = None
    destination_location: Annotated[str | None, "CT"] = None
    alert_type: Annotated[str | None, "CV"] = None
    hold_patron_id: Annotated[str | None, "CY"] = field(default=None, repr=False)
    hold_patron_name: Annotated[str | None, "DA"] = field(default=None, repr=False)
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaidResponse(Response, code="38"):
    """38: the payment was booked or not."""

    payment_accepted: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    transaction_id: Annotated[str | None, "BK"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInformationResponse(Response, code="18"):
    """18: what the item is and where (``values.CirculationStatus``, ``SecurityMarker``, ``FeeType``)."""

    circulation_status: Annotated[str, text(2)]
    security_marker: Annotated[str, text(2)] = "00"
    fee_type: Annotated[str, text(2)] = "01"
    transaction_date: Annotated[str, STAMP]
    item_identifier: Annotated[str, "AB"]
    title_identifier: Annotated[str, "AJ"]
    hold_queue_length: Annotated[str | None, "CF"] = None
    due_date: Annotated[str | None, "AH"] = None
    recall_date: Annotated[str | None, "CJ"] = None
    hold_pickup_date: Annotated[str | None, "CM"] = None
    owner: Annotated[str | None, "BG"] = None
    currency_type: Annotated[str | None, "BH"] = None
    fee_amount: Annotated[str | None, "BV"] = None
    media_type: Annotated[str | None, "CK"] = None
    permanent_location: Annotated[str | None, "AQ"] = None
    current_location: Annotated[str | None, "AP"] = None
    item_properties: Annotated[str | None, "CH"] = None
    collection_code: Annotated[str | None, "CR"] = None
    call_number: Annotated[str | None, "CS"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatusUpdateResponse(Response, code="20"):
    """20: whether the item's properties were kept."""

    item_properties_ok: Annotated[bool, DONE]
    transaction_date: Annotated[str, STAMP]
    item_identifier: Annotated[str, "AB"]
    title_identifier: Annotated[str | None, "AJ"] = None
    item_properties: Annotated[str | None, "CH"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldResponse(Response, code="16"):
    """16: whether the hold was placed, dropped or changed, and whether a copy is there now."""

    ok: Annotated[bool, DONE]
    available: Annotated[bool, FLAG]
    transaction_date: Annotated[str, STAMP]
    institution_id: Annotated[str, "AO"]
    patron_identifier: Annotated[str, "AA"] = field(repr=False)
    expiration_date: Annotated[str | None, "BW"] = None
    queue_position: Annotated[str | None, "BR"] = None
    pickup_location: Annotated[str | None, "BS"] = None
    item_identifier: Annotated[str | None, "AB"] = None
    title_identifier: Annotated[str | None, "AJ"] = None
    screen_message: Annotated[tuple[str, ...], "AF"] = field(default=(), repr=False)
    print_line: Annotated[tuple[str, ...], "AG"] = field(default=(), repr=False)
    others: Others = field(default=(), repr=False)
