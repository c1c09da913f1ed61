"""Settings of a device's link to the broker."""

from __future__ import annotations

import msgspec


class LinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[link]``: where the broker is and who we are. User name = client id = device id."""

    host: str = ""  # empty: no broker; the ledger keeps everything
    port: int = 8883
    site: str = "demo"
    device: str = "device"
    password_file: str = ""
    tls: bool = True
    ca_file: str = ""
    interval_s: int = 60
    backoff_max_s: float = 300.0  # random back-off after a broker outage, 0 to this
    resend_s: float = 30.0  # without progress for so long, rows are sent again
    clock: str = "auto"  # "trusted": UTC is right although no time daemon says so (a virtual machine, a test bench)
