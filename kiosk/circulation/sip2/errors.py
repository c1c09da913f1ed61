"""What the codec says no with. No sentence repeats a value: it could be a patron's number or a PIN."""

from __future__ import annotations

from kiosk.circulation.errors import Sip2Error


class MalformedMessage(Sip2Error):
    """Bytes that are no SIP 2.00 message. What the other side meant, and what it did, is not known."""


class UnsafeValue(Sip2Error):
    """A value that must not be written: it would become another field or message, or not fit. Nothing was written."""
