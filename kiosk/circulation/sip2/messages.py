"""SIP 2.00 in one place: every message, and what turns it into bytes and back."""

from kiosk.circulation.sip2.codec import decode, encode
from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.layout import Message, Request, Response
from kiosk.circulation.sip2.requests import (
    BlockPatron,
    Checkin,
    Checkout,
    EndPatronSession,
    FeePaid,
    Hold,
    ItemInformation,
    ItemStatusUpdate,
    Login,
    PatronEnable,
    PatronInformation,
    PatronStatusRequest,
    Renew,
    RenewAll,
    RequestAcsResend,
    ScStatus,
)
from kiosk.circulation.sip2.responses import (
    AcsStatus,
    CheckinResponse,
    CheckoutResponse,
    EndSessionResponse,
    FeePaidResponse,
    HoldResponse,
    ItemInformationResponse,
    ItemStatusUpdateResponse,
    LoanResponse,
    LoginResponse,
    PatronAnswer,
    PatronEnableResponse,
    PatronInformationResponse,
    PatronStatusResponse,
    RenewAllResponse,
    RenewResponse,
    RequestScResend,
)

__all__ = [
    "AcsStatus", "BlockPatron", "Checkin", "CheckinResponse", "Checkout", "CheckoutResponse", "EndPatronSession",
    "EndSessionResponse", "FeePaid", "FeePaidResponse", "Hold", "HoldResponse", "ItemInformation",
    "ItemInformationResponse", "ItemStatusUpdate", "ItemStatusUpdateResponse", "LoanResponse", "Login",
    "LoginResponse", "MalformedMessage", "Message", "PatronAnswer", "PatronEnable", "PatronEnableResponse",
    "PatronInformation", "PatronInformationResponse", "PatronStatusRequest", "PatronStatusResponse", "Renew",
    "RenewAll", "RenewAllResponse", "RenewResponse", "Request", "RequestAcsResend", "RequestScResend", "Response",
    "ScStatus", "UnsafeValue", "decode", "encode",
]  # fmt: skip
