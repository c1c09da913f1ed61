"""The protected line: which certificates are believed, and what to do about one that is not."""

from __future__ import annotations

import ssl

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.settings import Sip2Settings

#: OpenSSL's verify codes (``man verify``), and what each asks of whoever runs the kiosk.
_ADVICE = {
    9: "it is not valid yet; check the date of this kiosk, then the server's certificate",
    10: "it has expired; have the certificate renewed on the server, and check the date of this kiosk",
    18: "it is signed by itself; put it in a file and name that as circulation.sip2.ca_file",
    19: "its chain ends in a certificate that is unknown here; name the server's authority as circulation.sip2.ca_file",
    20: "its issuer is not known here; name the file with the server's authority as circulation.sip2.ca_file",
    62: "it is for another name; set circulation.sip2.host or server_name to the name in the certificate",
    64: "it is for another address; set circulation.sip2.server_name to the name in the certificate",
}


def context_of(settings: Sip2Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the certificate and the host's name checked; ``None`` for ``tls = "off"``.

    Raises:
        Sip2Error: ``tls`` is neither ``verify`` nor ``off``, or the file of certificates cannot be used.
    """
    if settings.tls == "off":
        return None
    if settings.tls != "verify":
        raise Sip2Error(f"circulation.sip2.tls is '{settings.tls}'. Use 'verify', or 'off' on a line that is safe.")
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Sip2Error(
            f"The certificates in '{settings.ca_file}' cannot be used: {why}. "
            "Name a PEM file as circulation.sip2.ca_file, or leave it out for the system's own."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def refused_because(error: ssl.SSLError, server: str) -> str:
    """Why the protected line did not come about, and what to do: a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = _ADVICE.get(error.verify_code, f"{error.verify_message}; have the server's certificate looked at")
        return f"The certificate of {server} is not accepted: {advice}."
    reason = (error.reason or "").replace("_", " ").lower()
    if "wrong version number" in reason or "record layer failure" in reason or not reason:
        hint = "it may speak no TLS on this port; check circulation.sip2.port"
    elif "protocol version" in reason or "unsupported protocol" in reason:
        hint = "it offers nothing newer than TLS 1.1; have TLS 1.2 switched on there"
    else:
        hint = f"{reason}; look at the server's TLS settings"
    return f"No protected connection to {server}: {hint}."
