"""The server's side of TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

from kiosk.circulation.errors import Sip2Error


def server_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate (PEM, the whole chain); ``key`` ``None``: it is in the same file.

    Raises:
        Sip2Error: a file is missing or no PEM, or the key belongs to another certificate.
    """
    for file in (certificate, *([key] if key is not None else [])):
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            raise Sip2Error(f"{file}: cannot be read: {error.strerror or error}.") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # The password callback: OpenSSL would ask on the terminal for a protected key's.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise Sip2Error(
            f"{certificate}: this certificate and key cannot be used ({_reason(error)}). "
            "Give the chain as PEM with --tls-cert and its unprotected key with --tls-key."
        ) from error
    return context


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason).replace("_", " ").lower() if reason else str(error) or type(error).__name__
