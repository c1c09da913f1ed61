"""``[circulation.sip2]``: the library system's SIP2 server, and the account of this kiosk there."""

from __future__ import annotations

import msgspec


class Sip2Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the server is, how the line is protected, and which dialect it speaks.

    ``tls`` is ``verify`` (certificate and host name are checked), or ``off``, which is said as a warning at each
    start because PINs then travel in clear. ``password_file`` holds the login's password in its first line; it is
    never in the configuration. ``dialect`` overrides single keys of the profile.
    """

    host: str = ""
    port: int = 6001
    tls: str = "verify"
    ca_file: str = ""  # "": the system's certificates
    server_name: str = ""  # "": the host
    login: str = ""  # CN
    password_file: str = ""  # CO
    location: str = ""  # CP
    place: str = ""  # AP of a return: where the kiosk stands; "": the location, or else the institution
    institution: str = ""  # AO
    terminal_password_file: str = ""  # AC
    profile: str = "generic"
    dialect: dict[str, object] = {}
    answer_seconds: float = 2.5  # everything one question may take: connecting, login, asking, all pages
