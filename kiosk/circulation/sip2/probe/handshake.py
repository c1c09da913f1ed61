"""Whether a port that is used in clear would speak TLS: a handshake that believes any certificate, and says nothing."""

from __future__ import annotations

import ssl

from kiosk.circulation.sip2.wire import NotTrusted, TcpWire


def offers_tls(host: str, port: int, seconds: float) -> bool | None:
    """``None``: the server could not be reached. Nothing is sent but the handshake."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # nothing is said on this line, so nobody can overhear it
    wire = TcpWire(host, port, anybody)
    try:
        wire.open(seconds)
    except NotTrusted:
        return False
    except ConnectionResetError:
        return False
    except OSError as error:
        return False if isinstance(error, TimeoutError) else None
    finally:
        wire.close()
    return True
